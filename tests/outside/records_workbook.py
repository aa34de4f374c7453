"""Reads an exported workbook with openpyxl and compares it with the CSV files it was made from: every typed value, heads in
元, lists and notes on the heads; openxml-audit finds nothing. Arguments: the workbook, the data folder."""
import csv
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import openpyxl

SHEETS = {"ledger": "预算明细", "prior": "上年预算", "units": "机构设置", "procurement": "政府采购",
          "assets": "固定资产", "targets": "绩效目标", "reasons": "增减原因"}
book = openpyxl.load_workbook(sys.argv[1], data_only=True)
folder = Path(sys.argv[2])
UNITS = {"（元）": Decimal(1), "（万元）": Decimal(10000)}


def plain(text):
    try:
        return str(Decimal(text.replace(",", "")).normalize() + 0)
    except Exception:
        return text.strip()


for file, title in SHEETS.items():
    with open(folder / f"{file}.csv", encoding="utf-8-sig", newline="") as lines:
        heads, *rows = csv.reader(lines)
    sheet = book[title]
    columns = {cell.value: cell.column for cell in sheet[1]}
    assert all(cell.comment for cell in sheet[1] if not cell.value.endswith("名称") or cell.value == "单位名称"), title
    for number, row in enumerate(rows, 2):
        for head, typed in zip(heads, row):
            unit = next((unit for unit in UNITS if head.endswith(unit)), None)
            name = head.replace(unit, "（元）") if unit else head
            value = sheet.cell(number, columns[name]).value
            said = "" if value is None else str(value)
            if unit and typed:
                typed = str(Decimal(typed.replace(",", "")) * UNITS[unit])
            assert plain(said) == plain(typed), (title, number, head, said, typed)
assert len(book["预算明细"].data_validations.dataValidation) >= 6
audit = subprocess.run(["openxml-audit", "-q", sys.argv[1]], capture_output=True, text=True)
assert audit.returncode == 0, audit.stdout + audit.stderr
print("the same")
