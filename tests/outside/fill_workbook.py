"""Fills in the workbook of `gongkai new` as an officer does, with openpyxl and nothing else: every sheet by its heads, a ledger
of as many lines as asked, its amounts exact to the 分. Prints the totals it typed, in 元: basic, project.
Arguments: the workbook, how many lines, which year (the amounts differ by year)."""
import sys
from decimal import Decimal

import openpyxl

path, count, year = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
book = openpyxl.load_workbook(path)


def fill(title, rows):
    """Rows by head, below what is there."""
    sheet = book[title]
    heads = {cell.value: cell.column for cell in sheet[1] if cell.value}
    first = 2
    while any(sheet.cell(first, column).value is not None for column in heads.values()):
        first += 1
    for number, row in enumerate(rows, first):
        for head, value in row.items():
            sheet.cell(number, heads[head]).value = value


facts = book["基本信息"]
known = {"预算级次": "县", "固定资产的截止": f"{year - 1}-12-31"}
for row in facts.iter_rows(min_row=2):
    for begin, value in known.items():
        if str(row[0].value).startswith(begin) and row[1].value is None:
            row[1].value = value

texts = book["文字"]
for row in texts.iter_rows(min_row=2):
    if str(row[1].value or "").startswith("（请填写"):
        row[1].value = "贯彻执行国家有关法律法规，负责本部门职责范围内的各项工作。"

SUBJECTS = ["30101", "30102", "30103", "30107", "30108", "30110", "30201", "30202", "30207", "30211", "30217", "30229"]
FUNCTIONS = ["2010301", "2010350", "2080505", "2101101", "2210201"]
projects = [f"民生实事项目{number:02}" for number in range(1, 13)]
totals = {"基本支出": Decimal(0), "项目支出": Decimal(0)}
ledger = []
for number in range(count):
    amount = Decimal(1_000_00 + number * 7919 % 900_000 + (year - 2000) * 1_000) / 100
    project = number % 5 == 4
    kind = "项目支出" if project else "基本支出"
    row = {"功能科目": "2010302" if project else FUNCTIONS[number // 5 % len(FUNCTIONS)], "支出类别": kind,
           "资金来源": "一般公共预算", "金额（元）": float(amount)}
    if project:
        row |= {"项目": projects[number % len(projects)], "用途": f"第{number + 1}项工作"}
    else:
        row |= {"经济科目": SUBJECTS[number % len(SUBJECTS)], "用途": f"第{number + 1}项开支"}
    totals[kind] += amount
    ledger.append(row)
fill("预算明细", ledger)
if book["机构设置"]["A2"].value is None:
    fill("机构设置", [{"单位名称": "示范局本级", "单位性质": "行政", "单位规格": "正科级", "经费保障形式": "财政拨款"}])
if book["上年预算"]["G2"].value is None:
    # The first year: last year's lines as they were, a tenth smaller.
    fill("上年预算", [row | {"金额（元）": float((Decimal(str(row["金额（元）"])) * 9 / 10).quantize(Decimal("0.01")))} for row in ledger])
if book["固定资产"]["A2"].value is None:
    fill("固定资产", [{"类别": "其他固定资产", "数量": 120, "价值（元）": 356000.5}])
if book["增减原因"]["A2"].value is None:
    grown = ["t3/合计/合计", "t3/合计/基本", "t3/合计/项目", "t9/小计/合计", "t9/接待/合计"]
    same = ["t9/出国/合计", "t9/购置/合计", "t9/运行/合计"]
    fill("增减原因", [{"条目": figure, "方向": "增加", "文字": "业务量比上年增加"} for figure in grown]
         + [{"条目": figure, "方向": "持平", "文字": "与上年安排一致"} for figure in same])
aims = book["绩效目标"]
if aims["A2"].value is None:
    rows = []
    for project in projects:
        for first, second in (("产出指标", "数量指标"), ("效益指标", "社会效益指标"), ("满意度指标", "服务对象满意度指标")):
            rows.append({"项目": project, "绩效目标": f"{project}年底前全部完成并投入使用，受益群众满意", "一级指标": first, "二级指标": second,
                         "三级指标": f"{second}一", "绩效指标描述": "完成情况", "指标值": "≥90%", "指标值确定依据": "工作计划"})
    fill("绩效目标", rows)
book.save(path)
print(totals["基本支出"], totals["项目支出"])
