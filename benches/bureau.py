#!/usr/bin/env python3
"""benches/bureau.py PROGRAM [COUNT] [--typst FOLDER]: what a bureau costs, per department.

Builds COUNT departments (100) of the sample's size, each with its own code, name and amounts, as PDF, then as PDF and
DOCX: processor time per department, the time it took, and the most memory held; then six times as many, one of thirty
of 5,000 lines. Nothing is kept of an earlier run. With --typst, a folder with `typst.typ` and the `seed.json` it reads:
the same number of documents by Typst in one process, and ten in a process each.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "data/631-2023"
PLACES = "东南西北上下金银青白长平安永和兴泰明清宁"
LANDS = "城港河山桥川岭湖泉原"
OFFICES = "财政局 教育局 水务局 农业农村局 卫生健康局 民政局 司法局 交通运输局 文化和旅游局 统计局 审计局 应急管理局 林业局 体育局".split()


def name_of(number):
    return PLACES[number % 20] + LANDS[number // 20 % 10] + OFFICES[number * 5 % len(OFFICES)]


def department(folder, number, lines=None):
    """The sample under another name, five of its amounts changed, or with a ledger of so many lines."""
    chance = random.Random(number)
    shutil.copytree(SAMPLE, folder)
    for path in folder.rglob("*.*"):
        text = path.read_text(encoding="utf-8").replace("临港部门", name_of(number))
        path.write_text(text.replace('code = "631"', f'code = "{1000 + number}"'), encoding="utf-8")
    ledger = folder / "ledger.csv"
    head, *rows = ledger.read_text(encoding="utf-8").splitlines()
    rows = [row.rsplit(",", 1) for row in rows]
    if lines is None:
        # 接待费 is explained as unchanged.
        for row in chance.sample([row for row in rows if "接待" not in row[0]], 5):
            yuan, fen = row[1].split(".")
            row[1] = f"{int(yuan) + 100 * chance.randrange(1, 50)}.{fen}"
        ledger.write_text("\n".join([head, *map(",".join, rows)]) + "\n", encoding="utf-8")
        return
    many = (rows[line % len(rows)] for line in range(lines))
    many = (f"第{n % 60}单位,{row[0]},{int(row[1].split('.')[0]) + n}.{n % 100:02}" for n, row in enumerate(many))
    ledger.write_text("\n".join(["单位," + head, *many]) + "\n", encoding="utf-8")
    units = "".join(f"第{n}单位,事业,正科级,财政性资金基本保证\n" for n in range(60))
    (folder / "units.csv").write_text("单位名称,单位性质,单位规格,经费保障形式\n" + units, encoding="utf-8")
    heads = "单位,项目,采购物品名称,政府采购目录序号,资金来源,金额（元）\n"
    (folder / "procurement.csv").write_text(heads, encoding="utf-8")
    reasons = "条目,方向,文字\n*,增加,工作需要\n*,减少,厉行节约\n*,持平,与上年相同\n"
    (folder / "reasons.csv").write_text(reasons, encoding="utf-8")


def measure(label, command, count, **more):
    """Processor seconds a document of a command and its children, and the most memory one of them held."""
    with tempfile.TemporaryFile() as unheard:
        process = subprocess.Popen(command, stdout=unheard, stderr=unheard, **more)
        _, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{label}: {command[0]} failed")
    seconds = used.ru_utime + used.ru_stime
    print(f"{label:34} {seconds / count:7.4f} s of processor each, at most {used.ru_maxrss / 1024:5.0f} MB")
    return seconds / count


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("program", type=Path)
    arguments.add_argument("count", type=int, nargs="?", default=100)
    arguments.add_argument("--typst", type=Path)
    given = arguments.parse_args()
    program = str(given.program.resolve())
    environment = dict(os.environ, GONGKAI_FONTS=str(ROOT / "fonts"), GONGKAI_CACHE="")
    with tempfile.TemporaryDirectory() as folder:
        few, many, output = Path(folder) / "few", Path(folder) / "many", Path(folder) / "output"
        for number in range(given.count):
            department(few / f"{number:04}", number)
        for number in range(6 * given.count):
            department(many / f"{number:04}", number, 5000 if number % 30 == 0 else None)

        def build(label, bureau, *more):
            folders = sorted(map(str, bureau.iterdir()))
            command = [program, "build", *folders, "-o", str(output), *more]
            cost = measure(label, command, len(folders), env=environment)
            print(f"{'':34} {sum(p.stat().st_size for p in output.rglob('*.pdf')) / len(folders) / 1000:7.0f} KB of PDF each")
            shutil.rmtree(output)
            return cost

        ours = build(f"{given.count} departments, PDF", few, "--format", "pdf")
        build(f"{given.count} departments, PDF and DOCX", few)
        build(f"{6 * given.count} departments, PDF", many, "--format", "pdf")
        if given.typst:
            work = Path(folder) / "typst"
            work.mkdir()
            shutil.copy(given.typst / "typst.typ", work)
            seed = (given.typst / "seed.json").read_text(encoding="utf-8")
            for number in range(given.count):
                (work / f"{number}.json").write_text(seed.replace("临港部门", name_of(number)), encoding="utf-8")
            script = (
                "import sys, typst\n"
                "for n in range(int(sys.argv[1]), int(sys.argv[2])):\n"
                "    typst.compile('typst.typ', output=f'{n}.pdf', root='.', sys_inputs={'data': f'/{n}.json'})\n"
            )
            run = [sys.executable, "-c", script]
            warm = measure("Typst, one process", [*run, "0", str(given.count)], given.count, cwd=work)
            cold = [measure("Typst, a process each", [*run, str(n), str(n + 1)], 1, cwd=work) for n in range(10)]
            cold = sorted(cold)[len(cold) // 2]
            print(f"PDF against Typst: {cold / ours:.1f} times cold, {warm / ours:.1f} times warm")


if __name__ == "__main__":
    main()
