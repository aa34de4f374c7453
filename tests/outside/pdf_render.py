"""Draws every page of a PDF with two engines that share no code, poppler and pdfium, and compares the pictures.

usage: pdf_render.py FILE.pdf [PAGE ...]
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


def poppler(path, number, folder):
    """The picture of a page by poppler."""
    pages = ["-f", str(number), "-l", str(number)]
    subprocess.run(["pdftoppm", "-gray", "-r", str(RESOLUTION), *pages, path, f"{folder}/{number}"], check=True)
    return Image.open(next(Path(folder).glob(f"{number}-*.pgm"))).convert("L")


def pdfium(document, number):
    """The picture of a page by pdfium."""
    return document[number - 1].render(scale=RESOLUTION / 72, grayscale=True).to_pil().convert("L")


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
    path, document = sys.argv[1], pypdfium2.PdfDocument(sys.argv[1])
    numbers = [int(number) for number in sys.argv[2:]] or range(1, len(document) + 1)
    worst = 0
    with tempfile.TemporaryDirectory() as folder:
        for number in numbers:
            found = difference(poppler(path, number, folder), pdfium(document, number))
            worst = max(worst, found)
            print(f"page {number}: {found}")
    sys.exit(worst > TOLERANCE)


if __name__ == "__main__":
    main()
