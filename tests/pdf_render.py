"""Draws every page of a PDF with two engines that share no code, poppler and pdfium, and compares the pictures.

usage: pdf_render.py FILE.pdf
A point of one picture agrees with the other picture when its grey lies between the lightest and the darkest grey
within a third of a point of it there: engines smooth edges differently, but ink misplaced by a point or a wrong glyph
stands out. Prints the greatest disagreement of each page, 0 to 255, and fails above TOLERANCE.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import pypdfium2
from PIL import Image, ImageChops, ImageFilter

RESOLUTION = 216
NEAR = 3  # points of the picture: one on each side, a third of a pt
SQUARE = 3
TOLERANCE = 60


def poppler(path, folder):
    """Pictures of all pages by poppler."""
    subprocess.run(["pdftoppm", "-gray", "-r", str(RESOLUTION), path, f"{folder}/page"], check=True)
    return [Image.open(file).convert("L") for file in sorted(Path(folder).glob("page-*.pgm"))]


def pdfium(path):
    """Pictures of all pages by pdfium."""
    document = pypdfium2.PdfDocument(path)
    return [page.render(scale=RESOLUTION / 72, grayscale=True).to_pil().convert("L") for page in document]


def outside(a, b):
    """How far the greys of a lie outside those near the same place in b."""
    over = ImageChops.subtract(a, b.filter(ImageFilter.MaxFilter(NEAR)))
    under = ImageChops.subtract(b.filter(ImageFilter.MinFilter(NEAR)), a)
    return ImageChops.lighter(over, under).reduce(SQUARE).getextrema()[1]


def difference(a, b):
    """The greatest disagreement between two pictures of one page."""
    if abs(a.width - b.width) > 1 or abs(a.height - b.height) > 1:
        return 255
    size = (0, 0, min(a.width, b.width), min(a.height, b.height))
    a, b = a.crop(size), b.crop(size)
    return max(outside(a, b), outside(b, a))


def main():
    path = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        pairs = list(zip(poppler(path, folder), pdfium(path), strict=True))
    worst = 0
    for number, (a, b) in enumerate(pairs, 1):
        found = difference(a, b)
        worst = max(worst, found)
        print(f"page {number}: {found}")
    sys.exit(worst > TOLERANCE)


if __name__ == "__main__":
    main()
