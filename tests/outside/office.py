"""What other programs make of a DOCX. Usage: office.py COMMAND FILE [FOLDER]; prints JSON on stdout.

audit FILE|FOLDER   findings of openxml-audit, of every DOCX in the folder
tables FILE         every table's cells as python-docx reads them
pages FOLDER OUT program|system   for each DOCX and XLSX in FOLDER, number and text of each page as LibreOffice prints it
convert FILE FOLDER LibreOffice: FOLDER/NAME.pdf and FOLDER/saved/NAME.docx (fonts/ aliased to the named fonts), and the
                    text of each page of the PDF, without white space and page numbers
Exit 3: a tool is missing.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import joints

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Name in Word → family of the file in fonts/.
ALIASES = {
    "仿宋_GB2312": "FandolFang R",
    "楷体_GB2312": "LXGW WenKai",
    "黑体": "Noto Sans SC",
    "方正小标宋简体": "Noto Serif SC",
    "宋体": "Noto Serif SC",
    "Times New Roman": "Noto Serif SC",
}


def audit(file):
    try:
        from openxml_audit import OpenXmlValidator
    except ImportError:
        sys.exit(3)
    path = pathlib.Path(file)
    validator = OpenXmlValidator()
    files = sorted(path.glob("*.docx")) if path.is_dir() else [path]
    return [f"{f.name}: {error}" for f in files for error in validator.validate(str(f)).errors]


def tables(file):
    try:
        import docx
    except ImportError:
        sys.exit(3)
    from docx.oxml.ns import qn

    # Cell.text leaves out what stands in inline content controls, whoever made them.
    def text(cell):
        return "".join("\n" if e.tag == qn("w:br") else e.text or "" for e in cell._tc.iter(qn("w:t"), qn("w:br")))

    document = docx.Document(file)
    return [[[text(cell) for cell in row.cells] for row in table.rows] for table in document.tables]


def labelled(file, folder, fonts):
    """What LibreOffice prints: each page's text without white space, and its number. `fonts`: those of the program, or
    whatever the system has."""
    soffice = shutil.which("soffice")
    if soffice is None:
        sys.exit(3)
    if fonts == "system" and not subprocess.run(["fc-list", ":lang=zh"], capture_output=True).stdout.strip():
        sys.exit(3)
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {"HOME": str(folder)}
    if fonts == "program":
        environment["FONTCONFIG_FILE"] = str(fontconfig(folder))
    profile = f"-env:UserInstallation=file://{folder}/profile"
    files = sorted(str(f) for f in pathlib.Path(file).iterdir() if f.suffix in (".docx", ".xlsx"))
    command = [soffice, profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), *files]
    subprocess.run(command, env=environment, check=True, capture_output=True, timeout=600)
    printed = {}
    for name in files:
        pdf = folder / (pathlib.Path(name).stem + ".pdf")
        if name.endswith(".xlsx") and not pdf.exists():
            sys.exit(3)  # LibreOffice without Calc.
        text = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, check=True).stdout.decode()
        pages = []
        for page in text.split("\f")[:-1]:
            tight = "".join(page.split())
            # A turned page has its number at its side, a character a line.
            number = re.findall(r"—([0-9]+)—", tight)
            # Where its characters are not read as one, it is that after the page before.
            before = pages[-1][0] if pages else ""
            after = str(int(before) + 1) if before and tight else ""
            pages.append([number[-1] if number else after, tight])
        printed[pathlib.Path(name).stem] = pages
    return printed


def fontconfig(folder):
    aliases = "".join(
        f'<match target="pattern"><test name="family"><string>{name}</string></test>'
        f'<edit name="family" mode="assign" binding="strong"><string>{family}</string></edit></match>'
        for name, family in ALIASES.items()
    )
    path = folder / "fonts.conf"
    path.write_text(
        f'<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>{ROOT}/fonts</dir>'
        f"<cachedir>{folder}/cache</cachedir>{aliases}</fontconfig>"
    )
    return path


def convert(file, folder):
    soffice = shutil.which("soffice")
    if soffice is None:
        sys.exit(3)
    folder = pathlib.Path(folder)
    saved = folder / "saved"
    saved.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {"FONTCONFIG_FILE": str(fontconfig(folder)), "HOME": str(folder)}
    profile = f"-env:UserInstallation=file://{folder}/profile"
    for kind, out in [("pdf", folder), ("docx:MS Word 2007 XML", saved)]:
        command = [soffice, profile, "--headless", "--convert-to", kind, "--outdir", str(out), file]
        subprocess.run(command, env=environment, check=True, capture_output=True, timeout=300)
    stem = pathlib.Path(file).stem
    pdf = folder / f"{stem}.pdf"
    text = subprocess.run(["pdftotext", "-raw", str(pdf), "-"], capture_output=True, text=True, check=True).stdout
    pages = [re.sub(r"\s|— ?[0-9ivx]+ ?—", "", page) for page in text.split("\f")[:-1]]
    return {"pages": pages, "saved": str(saved / f"{stem}.docx"), "joints": joints.of(pdf)}


if __name__ == "__main__":
    command = {"audit": audit, "tables": tables, "convert": convert, "pages": labelled}[sys.argv[1]]
    print(json.dumps(command(*sys.argv[2:]), ensure_ascii=False))
