"""Reads PDFs as a screen reader does: down the structure tree (pikepdf), each element with the text of its marked
content (pdfplumber). Prints a line for each heading, paragraph, entry, note, table and row.

usage: structure.py folder-of-pdfs
"""

import sys
from pathlib import Path

import pdfplumber
import pikepdf

LINES = {"H1", "H2", "H3", "H4", "H5", "H6", "P", "TOCI", "Note"}


def texts(path):
    """By page object and MCID: the characters in the order they are shown; artifacts have no MCID."""
    found = {}
    with pdfplumber.open(path) as pdf:
        for page in pdf.pages:
            for char in page.chars:
                if char["mcid"] is not None:
                    key = (page.page_obj.pageid, char["mcid"])
                    found[key] = found.get(key, "") + char["text"]
    return found


class Reader:
    def __init__(self, path):
        self.texts = texts(path)
        self.pdf = pikepdf.open(path)
        self.lines = []

    def kids(self, element):
        kids = element.get("/K")
        if kids is None:
            return []
        return list(kids) if isinstance(kids, pikepdf.Array) else [kids]

    def text(self, element, page=None):
        """What an element says, its children's texts in order."""
        page = element.get("/Pg", page)
        said = ""
        for kid in self.kids(element):
            if isinstance(kid, int):
                said += self.texts.get((page.objgen[0], kid), "")
            elif kid.get("/Type") == "/MCR":
                said += self.texts.get((kid.get("/Pg", page).objgen[0], int(kid.MCID)), "")
            elif kid.get("/Type") != "/OBJR":
                said += self.text(kid, page)
        return said

    def spans(self, cell):
        attributes = cell.get("/A", pikepdf.Dictionary())
        return int(attributes.get("/ColSpan", 1)), int(attributes.get("/RowSpan", 1))

    def read(self, element):
        kind = str(element.S)[1:]
        if kind in LINES:
            self.lines.append(f"{kind} {self.text(element)}")
            return
        if kind == "Table":
            self.lines.append("Table")
        if kind == "TR":
            cells = []
            for cell in self.kids(element):
                columns, rows = self.spans(cell)
                cells.append(f"{str(cell.S)[1:]} {columns}×{rows} “{self.text(cell)}”")
            self.lines.append("TR " + " ".join(cells))
            return
        for kid in self.kids(element):
            self.read(kid)


def main():
    for path in sorted(Path(sys.argv[1]).glob("*.pdf")):
        reader = Reader(path)
        reader.read(reader.pdf.Root.StructTreeRoot.K)
        print(f"== {path.stem}")
        print("\n".join(reader.lines))


if __name__ == "__main__":
    main()
