#!/usr/bin/env python3
"""How time and memory grow with a department: projects, codes, units, lines, documents, paragraphs.

Makes the sample larger in one way at a time and runs `check` on it (`pull` for paragraphs). Prints for each size the seconds
and the megabytes at most, and between two sizes the exponent: 1 is linear, 2 is quadratic.
    cargo build --profile dist && python3 benches/growth.py [KIND ...] [SIZE ...]
GONGKAI names another program to measure. Sizes by default: 1000 10000 100000; documents a hundredth of that.
"""

import math
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile

root = pathlib.Path(__file__).resolve().parent.parent
target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", root / "target"))
program = pathlib.Path(os.environ.get("GONGKAI", target / "dist/gongkai"))
head = "功能科目,支出类别,经济科目,用途,项目,资金来源,金额（元）,单位\n"
unit = "临港部门河北山海关临港经济开发区管理委员会本级"


def lines(folder, size):
    """So many lines of the same kinds."""
    rows = (f"2010350,基本支出,302{1 + n % 2:02},办公费,,一般公共预算,{100 + n % 7}.00,{unit}\n" for n in range(size))
    (folder / "ledger.csv").write_text(head + "".join(rows), encoding="utf-8")


def projects(folder, size):
    """A line for each project."""
    rows = (f"2010350,项目支出,,,项目{n},一般公共预算,{1000 + n}.00,{unit}\n" for n in range(size))
    (folder / "ledger.csv").write_text(head + "".join(rows), encoding="utf-8")


def codes(folder, size):
    """A line for each code of a list of its own."""
    code = lambda n: f"2{10 + n // 10000 % 90:02}{10 + n // 100 % 100 % 90:02}{n % 100:02}"
    known = sorted({code(n) for n in range(size)})
    above = sorted({c[:3] for c in known} | {c[:5] for c in known})
    names = "编码,名称\n" + "".join(f"{c},科目{c}\n" for c in sorted([*known, *above]))
    (folder / "classification").mkdir(exist_ok=True)
    (folder / "classification/function.csv").write_text(names, encoding="utf-8")
    rows = (f"{c},基本支出,30201,办公费,,一般公共预算,100.00,{unit}\n" for c in known)
    (folder / "ledger.csv").write_text(head + "".join(rows), encoding="utf-8")


def units(folder, size):
    """A line for each unit."""
    names = [f"第{n}单位" for n in range(size)]
    rows = "".join(f"{name},事业,正科级,财政性资金基本保证\n" for name in names)
    (folder / "units.csv").write_text("单位名称,单位性质,单位规格,经费保障形式\n" + rows, encoding="utf-8")
    rows = (f"2010350,基本支出,30201,办公费,,一般公共预算,100.00,{name}\n" for name in names)
    (folder / "ledger.csv").write_text(head + "".join(rows), encoding="utf-8")


def documents(folder, size):
    """So many documents of one folder."""
    report = (folder / "report.toml").read_text(encoding="utf-8")
    report += "".join(f'\n[[document]]\nname = "第{n}份"\n' for n in range(size // 100))
    (folder / "report.toml").write_text(report, encoding="utf-8")


def paragraphs(folder, size):
    """A DOCX with so many paragraphs more, to be pulled."""
    run(["build", "631", "-o", "out", "--format", "docx"], folder.parent)
    made = next((folder.parent / "out/631").glob("*.docx"))
    more = "".join(f"<w:p><w:r><w:t>多出的第{n}段。</w:t></w:r></w:p>" for n in range(size))
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(folder.parent / "more.docx", "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "word/document.xml":
                part = part.replace(b"<w:body>", b"<w:body>" + more.encode(), 1)
            new.writestr(name, part)


kinds = {f.__name__: f for f in (projects, codes, units, lines, documents, paragraphs)}


def run(arguments, place):
    """Seconds and megabytes of a run."""
    environment = {**os.environ, "GONGKAI_CACHE": "", "GONGKAI_FONTS": str(root / "fonts")}
    begun = time.monotonic()
    child = subprocess.Popen([program, *arguments], cwd=place, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, used = os.wait4(child.pid, 0)
    return time.monotonic() - begun, used.ru_maxrss / 1024


def measure(kind, size):
    with tempfile.TemporaryDirectory() as place:
        folder = pathlib.Path(place) / "631"
        shutil.copytree(root / "data/631-2023", folder)
        if kind in ("projects", "codes", "units", "lines"):
            for name in ("reasons.csv", "targets.csv", "procurement.csv"):
                (folder / name).write_text((folder / name).read_text(encoding="utf-8").split("\n")[0] + "\n", encoding="utf-8")
            (folder / "text/03-operating.md").write_text("见附表。\n", encoding="utf-8")
        kinds[kind](folder, size)
        return run(["pull", "more.docx", "631"] if kind == "paragraphs" else ["check", "631"], place)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    asked = [word for word in sys.argv[1:] if word in kinds] or list(kinds)
    sizes = [int(word) for word in sys.argv[1:] if word.isdigit()] or [1000, 10_000, 100_000]
    for kind in asked:
        before = None
        for size in sizes:
            seconds, megabytes = measure(kind, size)
            exponent = f"{math.log(seconds / before[1]) / math.log(size / before[0]):5.2f}" if before else ""
            print(f"{kind:<11} {size:>7} {seconds:8.2f} s {megabytes:7.0f} MB {exponent}", flush=True)
            before = (size, seconds)
