"""Compares a PDF (pdfplumber, pdftotext) and a DOCX (python-docx) with the published document, cell by cell.

usage: reference.py published.json file.pdf file.docx
"""
import json
import logging
import re
import subprocess
import sys

import docx
import pdfplumber
from docx.oxml.ns import qn

logging.disable(logging.ERROR)
reference = json.load(open(sys.argv[1], encoding="utf-8"))
wrong = []


def bare(text):
    return re.sub(r"[\s\u3000]+", "", text or "")


def wanted():
    """(name, header rows, rows) of every table, in document order."""
    ruled = [(t["title"], len(t["header"]) + bool(t.get("col_numbers")), t["rows"]) for t in reference["tables"]]
    org, bought, assets = (reference[k] for k in ("org", "procurement", "assets"))
    targets = [
        (p["title"], 0, [[p["objective_label"], p["objective"], "", "", "", ""], p["columns"]] + p["rows"])
        for p in reference["performance"]
    ]
    with_head = lambda t: (t["title"], len(t["header"]), t["rows"])
    return ruled + [with_head(org)] + targets + [with_head(bought), with_head(assets)]


def compare(kind, tables):
    """`tables`: lists of rows of cell texts, headers and all, in document order."""
    cells = 0
    for (name, head, rows), got in zip(wanted(), tables):
        body = [[bare(c) for c in row] for row in got[head:]]
        rows = [[bare(c) for c in row] for row in rows]
        if len(body) != len(rows):
            wrong.append(f"{kind} {name}: {len(body)} rows, published {len(rows)}")
        for a, b in zip(body, rows):
            cells += len(b)
            if a != b:
                wrong.append(f"{kind} {name}: {a} published {b}")
    print(f"{kind}: {cells} cells of {len(tables)} tables")


def pdf_tables(path):
    """Ruled tables page by page; one that goes on over the page is joined, its repeated header dropped."""
    out = []
    heads = [h for _, h, _ in wanted()]
    with pdfplumber.open(path) as pdf:
        for page in pdf.pages:
            for number, rows in enumerate(page.extract_tables()):
                goes_on = (
                    number == 0 and out and len(rows[0]) == len(out[-1][0])
                    and len(out[-1]) < heads[len(out) - 1] + len(wanted()[len(out) - 1][2])
                )
                if goes_on:
                    head = heads[len(out) - 1]
                    if head == 0 and len(out[-1]) > 2:  # a form repeats its inner header row
                        rows = rows[1:] if rows[0] == out[-1][1] else rows
                    out[-1] += rows[head:]
                else:
                    out.append(rows)
    return out


def docx_tables(path):
    """Every titled table, covered cells empty. Figures stand in content controls, so texts are taken from w:t."""
    out = []
    for table in docx.Document(path).tables:
        if table._tbl.tblPr.find(qn("w:tblCaption")) is None:
            continue  # the line above a table: department, year, unit
        width = len(table.columns)
        rows = []
        for row in table.rows:
            texts, column = [""] * width, 0
            for cell in row._tr.tc_lst:
                if cell.vMerge != "continue":
                    texts[column] = "".join(t.text or "" for t in cell.iter(qn("w:t")))
                column += cell.grid_span
            if column != width:
                wrong.append(f"docx: a row of {column} columns in a table of {width}")
            rows.append(texts)
        out.append(rows)
    return out


def paragraphs():
    texts = [reference["part"]["text"], reference["meta"]["title"]] + [b["text"] for b in reference["intro"]]
    for section in reference["sections"]:
        texts.append(section["heading"])
        for block in section["blocks"]:
            if block["type"] == "gloss":
                texts.append(reference["glossary"][block["ref"] - 1]["text"])
            elif "text" in block:
                texts.append(block["text"])
    return [bare(t) for t in texts]


def contains(kind, whole):
    for text in paragraphs():
        if text not in whole:
            wrong.append(f"{kind}: no paragraph {text[:60]}")
    print(f"{kind}: {len(paragraphs())} paragraphs")


pdf, word = sys.argv[2], sys.argv[3]
compare("pdf", pdf_tables(pdf))
compare("docx", docx_tables(word))
pages = subprocess.run(["pdftotext", pdf, "-"], capture_output=True, text=True, check=True).stdout.split("\f")
contains("pdf", "".join(re.sub(r"—\d+—$", "", bare(page)) for page in pages))
body = docx.Document(word).element.body
contains("docx", bare("".join(t.text or "" for t in body.iter(qn("w:t")))))
for line in wrong[:40]:
    print(line)
sys.exit(1 if wrong else 0)
