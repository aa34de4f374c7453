"""Draws every PDF of a folder with poppler, all its pages on one sheet of 16 greys, and compares each sheet with the
picture of the same name, or writes the pictures anew.

usage: pictures.py folder-of-pdfs folder-of-pictures compare|update

Two versions of poppler shade the edges of letters differently: pictures are compared by the mean grey of squares of
SQUARE points, which may differ by TOLERANCE of 255.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageChops

RESOLUTION = 28
SQUARE = 6
TOLERANCE = 14
ACROSS = 6
GAP = 3


def sheet(path):
    """All pages of a PDF, ACROSS in a row."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["pdftoppm", "-gray", "-r", str(RESOLUTION), str(path), f"{folder}/page"]
        subprocess.run(command, check=True)
        pages = [Image.open(file).convert("L") for file in sorted(Path(folder).glob("page-*.pgm"))]
    side = max(max(page.size) for page in pages)
    wide = max(page.width for page in pages)
    step = (wide + GAP, (side if wide == side else max(page.height for page in pages)) + GAP)
    rows = -(-len(pages) // ACROSS)
    whole = Image.new("L", (step[0] * min(len(pages), ACROSS) + GAP, step[1] * rows + GAP), 160)
    for number, page in enumerate(pages):
        whole.paste(page, (GAP + number % ACROSS * step[0], GAP + number // ACROSS * step[1]))
    return whole


def few_greys(image):
    """16 greys, which PNG packs into four bits."""
    return image.point(lambda grey: grey // 16 * 17).quantize(16, dither=Image.Dither.NONE)


def difference(a, b):
    """The greatest difference of the mean greys of a square."""
    if a.size != b.size:
        return 255
    return ImageChops.difference(a.reduce(SQUARE), b.reduce(SQUARE)).getextrema()[1]


def main():
    made, kept, mode = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    names = sorted(path.stem for path in made.glob("*.pdf"))
    wrong = []
    for name in names:
        picture = kept / f"{name}.png"
        now = few_greys(sheet(made / f"{name}.pdf"))
        if mode == "update":
            if not picture.exists() or difference(now.convert("L"), Image.open(picture).convert("L")) > 0:
                now.save(picture, optimize=True)
        elif not picture.exists():
            wrong.append(f"{name}: there is no {picture}")
        else:
            found = difference(now.convert("L"), Image.open(picture).convert("L"))
            if found > TOLERANCE:
                wrong.append(f"{name}: differs by {found} of 255 from {picture}")
    for picture in kept.glob("*.png"):
        if picture.stem not in names and mode == "update":
            picture.unlink()
        elif picture.stem not in names:
            wrong.append(f"{picture} shows no case")
    print("\n".join(wrong))
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
