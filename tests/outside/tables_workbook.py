"""Reads the workbook of published tables with openpyxl and compares it with the Document: every cell of every table, numbers
exact in the printed unit and shown rounded, heads merged, each sum what its cells come to exactly; openxml-audit finds nothing. Arguments: the workbook, the document
as JSON (tables, figures; geometry: of each table the widths of its columns in pt, the number of its first page, whether
that is read turned)."""
import json
import subprocess
import sys
from decimal import ROUND_HALF_UP, Decimal

import openpyxl

book = openpyxl.load_workbook(sys.argv[1], data_only=True)
formulas = openpyxl.load_workbook(sys.argv[1])
document = json.load(open(sys.argv[2], encoding="utf-8"))
sheets = [sheet for sheet in book if sheet.title != "目录"]
assert len(sheets) == len(document["tables"]), (len(sheets), len(document["tables"]))
numbers = words = 0
for sheet, table in zip(sheets, document["tables"]):
    first = 1 + (table["title"] is not None) + bool(table["above"])
    merged = {str(area).split(":")[0]: area for area in sheet.merged_cells.ranges}
    for at, row in enumerate(table["header"] + table["body"]):
        for cell in row["cells"]:
            place = sheet.cell(first + at, cell["column"] + 1)
            text = "".join(inline["text"] for inline in cell["inlines"])
            if cell["colspan"] > 1 or cell["rowspan"] > 1:
                area = merged[place.coordinate]
                assert (area.size["columns"], area.size["rows"]) == (cell["colspan"], cell["rowspan"]), place
            if isinstance(place.value, (int, float)):
                (inline,) = cell["inlines"]
                amount = Decimal(document["figures"][inline["figure"]]["amount"])
                held = Decimal(repr(place.value))
                units = [unit for unit in (1, 10_000, 100_000_000) if held * unit == amount]
                assert units, (sheet.title, place.coordinate, held, amount)
                if text:
                    plain = text.replace(",", "").rstrip("%")
                    places = Decimal(1).scaleb(Decimal(plain).as_tuple().exponent)
                    assert held.quantize(places, ROUND_HALF_UP) == Decimal(plain), (sheet.title, held, text)
                numbers += 1
            else:
                assert (place.value or "") == text, (sheet.title, place.coordinate, place.value, text)
                words += 1
assert numbers > 300 and words > 300, (numbers, words)
sums = 0
for sheet in sheets:
    for row in formulas[sheet.title].iter_rows():
        for cell in row:
            if cell.data_type != "f":
                continue
            assert cell.value.startswith("=SUM(") and cell.value.endswith(")"), cell.value
            parts = [sheet[area] for area in cell.value[5:-1].split(",")]
            flat = [one for part in parts for line in (part if isinstance(part, tuple) else ((part,),)) for one in line]
            come_to = sum(Decimal(repr(one.value)) for one in flat if one.value is not None)
            assert come_to == Decimal(repr(sheet[cell.coordinate].value)), (sheet.title, cell.coordinate, cell.value)
            assert cell.coordinate not in [one.coordinate for one in flat], cell.value
            sums += 1
assert sums > 60, sums
# The paper is the page's: widths, the number of the first page, numbers at the outer edge.
for sheet, table, geometry in zip(sheets, document["tables"], document["geometry"]):
    # Columns side by side of one width are written as one.
    by_column = {at: dimension.width for dimension in sheet.column_dimensions.values() for at in range(dimension.min, dimension.max + 1)}
    widths = [by_column[at] for at in range(1, len(geometry["widths"]) + 1)]
    # A width of Excel is so many digits of 7 pixels, and 5 pixels beside them.
    for held, points in zip(widths, geometry["widths"]):
        assert abs((held * 7) * 0.75 - points) < 1.5, (sheet.title, held, points)
    whole = sum(widths) * 7 * 0.75
    assert abs(whole - sum(geometry["widths"])) < 1.5, (sheet.title, whole)
    assert str(sheet.page_setup.firstPageNumber) == geometry["page"] and sheet.page_setup.useFirstPageNumber, sheet.title
    assert (sheet.page_setup.orientation == "landscape") == geometry["turned"], sheet.title
    assert sheet.HeaderFooter.differentOddEven, sheet.title
    assert "&P" in sheet.oddFooter.right.text.replace("&[Page]", "&P"), sheet.oddFooter.right.text
    assert "&P" in sheet.evenFooter.left.text.replace("&[Page]", "&P") and not sheet.evenFooter.right.text, sheet.title
    assert sheet.sheet_properties.pageSetUpPr.fitToPage and sheet.page_setup.fitToHeight == 0, sheet.title
    assert bool(sheet.print_title_rows) == bool(table["header"]), sheet.title
    assert abs(sheet.page_margins.left - geometry["left"] / 25.4) < 0.01, sheet.title
    fonts = {cell.font.name for row in sheet.iter_rows(min_row=2) for cell in row if cell.value is not None}
    assert fonts <= {"宋体", "黑体", "仿宋_GB2312", "方正小标宋简体", "Calibri"}, fonts
links = [cell.hyperlink for row in book["目录"].iter_rows() for cell in row if cell.hyperlink]
assert len(links) == len(sheets)
assert len(book.defined_names) >= numbers // 2, len(book.defined_names)
audit = subprocess.run(["openxml-audit", "-q", sys.argv[1]], capture_output=True, text=True)
assert audit.returncode == 0, audit.stdout + audit.stderr
print(sums, "sums,", numbers, "numbers,", words, "words: the same")
