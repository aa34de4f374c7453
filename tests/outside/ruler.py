"""Lays a ruler on a PDF: places in millimetres on the sheet as it is printed, read by pdfplumber, and ink as poppler
draws it. Prints `what: value` lines.

usage: ruler.py file.pdf norm|all

norm: pages 1 and 2 are full of body text, the last two are turned.
all: every page's number and text, against the type areas of the sample's style.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import pdfplumber
import pikepdf
from PIL import Image

MM = 25.4 / 72
# The em box of Chinese faces: 0.88 above the baseline, 0.12 below.
ABOVE, BELOW = 0.88, 0.12
# Left, top, right, bottom of the type areas, upright and turned (as it lies on the sheet).
BODY = (28, 37, 184, 262)
TABLE = (19, 25, 191, 262)


class Sign:
    """A character on the sheet: its em box in mm, from the top left corner."""

    def __init__(self, char, height):
        a, b, _, _, x, y = char["matrix"]
        self.text, self.size = char["text"], char["size"] * MM
        self.upright = abs(a) > abs(b)
        self.x, self.baseline = x * MM, (height - y) * MM
        self.advance = char["adv"] * MM if self.upright else 0
        self.left, self.right = char["x0"] * MM, char["x1"] * MM
        if self.text == "—":
            # It takes an em, in the middle of which its face may draw it shorter.
            middle = (self.left + self.right) / 2
            self.left, self.right = middle - self.size / 2, middle + self.size / 2
        self.top, self.bottom = self.baseline - ABOVE * self.size, self.baseline + BELOW * self.size


def sheets(path):
    """The signs of every page on its sheet, whatever way it is turned on a screen."""
    with tempfile.TemporaryDirectory() as folder:
        flat = f"{folder}/flat.pdf"
        with pikepdf.open(path) as pdf:
            turned = [int(page.obj.get("/Rotate", 0)) for page in pdf.pages]
            for page in pdf.pages:
                page.obj["/Rotate"] = 0
            pdf.save(flat)
        with pdfplumber.open(flat) as pdf:
            size = (pdf.pages[0].width * MM, pdf.pages[0].height * MM)
            pages = [[Sign(char, float(page.height)) for char in page.chars] for page in pdf.pages]
    return size, turned, pages


def number_of(signs):
    """The page number with its dashes, below every type area."""
    return [sign for sign in signs if sign.upright and sign.baseline > 264 and sign.text.strip()]


def lines_of(signs):
    lines = {}
    for sign in signs:
        if sign.baseline < 264:
            lines.setdefault(round(sign.baseline, 2), []).append(sign)
    return [sorted(line, key=lambda sign: sign.x) for _, line in sorted(lines.items())]


def dash_top(path, dash, page):
    """Where the ink of a dash of a page begins, in mm."""
    resolution = 1270  # 50 points a mm
    scale = resolution / 25.4
    x, y = int(dash.left * scale), int((dash.baseline - 5) * scale)
    wide, high = int((dash.right - dash.left) * scale), int(5 * scale)
    with tempfile.TemporaryDirectory() as folder:
        crop = ["-x", str(x), "-y", str(y), "-W", str(wide), "-H", str(high)]
        subprocess.run(
            ["pdftoppm", "-gray", "-r", str(resolution), *crop, "-f", str(page), "-l", str(page), path, f"{folder}/p"], check=True
        )
        image = Image.open(next(Path(folder).glob("*.pgm")))
    return (y + image.point(lambda grey: 255 * (grey < 128)).getbbox()[1]) / scale


def norm(path):
    (width, height), turned, pages = sheets(path)
    say("sheet width", width)
    say("sheet height", height)
    lines = lines_of(pages[1])
    say("top margin", min(sign.top for sign in lines[0]))
    say("binding margin", min(sign.left for line in lines for sign in line))
    advances = [b.x - a.x for line in lines for a, b in zip(line, line[1:])]
    say("type area width", lines[0][-1].x - lines[0][0].x + sum(advances) / len(advances))
    say("type area height", max(sign.bottom for sign in lines[-1]) - min(sign.top for sign in lines[0]))
    say("lines a page", len(lines))
    counts = {len(line) for line in lines}
    say("characters a line", counts.pop() if len(counts) == 1 else -1)
    say("least advance", min(advances))
    say("greatest advance", max(advances))
    pitches = [b[0].baseline - a[0].baseline for a, b in zip(lines, lines[1:])]
    say("least pitch", min(pitches))
    say("greatest pitch", max(pitches))
    say("body size", lines[0][0].size)
    first = lines_of(pages[0])
    say("first-line indent", first[0][0].x - first[1][0].x)
    numbers = [number_of(page) for page in pages]
    say("number size", numbers[0][0].size)
    say("dash below the type area", dash_top(path, numbers[0][0], 1) - 262)
    for before, index in (("", 0), ("turned: ", len(pages) - 2 + len(pages) % 2)):
        odd, even = numbers[index], numbers[index + 1 if index + 1 < len(pages) else index - 1]
        say(f"{before}right of an odd page's number", 184 - max(sign.right for sign in odd))
        say(f"{before}left of an even page's number", min(sign.left for sign in even) - 28)


def all_pages(path):
    _, turned, pages = sheets(path)
    off, out, numbered = 0, 0, 0
    first = next(index for index, signs in enumerate(pages) if number_of(signs))
    dash = number_of(pages[first])[0]
    baseline = dash.baseline + 269 - dash_top(path, dash, first + 1)
    for index, (rotation, signs) in enumerate(zip(turned, pages)):
        number = number_of(signs)
        if number:
            numbered += 1
            text = "".join(sign.text for sign in number).strip("—")
            # The contents, in roman numbers, stand behind the cover.
            odd = int(text) % 2 == 1 if text.isdigit() else index % 2 == 0
            size = number[0].size
            place = max(s.right for s in number) - (184 - size) if odd else min(s.left for s in number) - (28 + size)
            # Where page 1's dash has its ink at 7 mm, the baseline is here.
            off = max(off, abs(place), abs(number[0].baseline - baseline))
        # A page of tables has the wider type area, a page of prose the norm's own.
        prose = any(abs(sign.size - 16 * MM) < 0.01 for sign in signs) and rotation == 0
        left, top, right, bottom = BODY if prose else TABLE
        for sign in signs:
            if sign in number or not sign.text.strip():
                continue
            # A mark at a line's end may hang out by its blank half; upright signs only have boxes along the line.
            hang = sign.size / 2 if sign.text in "，。、；：！？）》”’」』】〕" else 0
            ends = sign.right - hang if sign.upright else sign.left
            out = max(out, left - sign.left, ends - right, top - sign.top if sign.upright else 0, sign.baseline - bottom)
    say("pages", len(pages))
    say("numbered pages", numbered)
    say("number off its place", off)
    say("text off the type area", max(out, 0))


def say(what, value):
    print(f"{what}: {value:.4f}")


if __name__ == "__main__":
    norm(sys.argv[1]) if sys.argv[2] == "norm" else all_pages(sys.argv[1])
