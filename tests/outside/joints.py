"""Where Chinese meets letters or figures: the gap between the two, in em, as pdfplumber reads it from a PDF.

usage: joints.py FILE.pdf…   prints [[gap, page, "两"], …] of each file as JSON, in the order of the files
Exit 3: pdfplumber is missing.
"""

import json
import sys


def script(sign):
    if "\u4e00" <= sign <= "\u9fff":
        return "Chinese"
    return "Latin" if sign.isascii() and sign.isalnum() else None


def of(path):
    """The gaps of every line; what a rule of a table parts is no joint."""
    try:
        import pdfplumber
    except ImportError:
        sys.exit(3)
    found = []
    with pdfplumber.open(path) as pdf:
        for number, page in enumerate(pdf.pages, 1):
            rules = [edge for edge in page.edges if edge["orientation"] == "v"]
            lines = {}
            for char in page.chars:
                if char["text"].strip() and char["upright"]:
                    lines.setdefault(round(char["matrix"][5], 1), []).append(char)
            for line in lines.values():
                line.sort(key=lambda char: char["x0"])
                for left, right in zip(line, line[1:]):
                    both = {script(left["text"]), script(right["text"])}
                    gap = (right["x0"] - left["x1"]) / left["size"]
                    if both == {"Chinese", "Latin"} and -0.5 < gap < 1 and not parted(rules, left, right):
                        found.append([round(gap, 3), number, left["text"] + right["text"]])
    return found


def parted(rules, left, right):
    return any(
        left["x1"] - 0.5 < rule["x0"] < right["x0"] + 0.5 and rule["top"] < left["bottom"] and rule["bottom"] > left["top"]
        for rule in rules
    )


if __name__ == "__main__":
    print(json.dumps([of(path) for path in sys.argv[1:]], ensure_ascii=False))
