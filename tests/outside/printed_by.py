"""Prints a document with another program than ours. Arguments: the program, the document as JSON, the file to write.

The document is a list of parts: {"text", "level"} (0: a paragraph) and {"title", "above", "rows", "heads", "columns", "notes"},
whose rows are cells {"row", "column", "rowspan", "colspan", "text", "number"}."""
import html
import json
import subprocess
import sys
import tempfile
from pathlib import Path

FONT = Path(__file__).resolve().parents[2] / "fonts" / "LXGWWenKai-Regular.ttf"
program, source, target = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
parts = [] if program == "writer" else json.loads(source.read_text(encoding="utf-8"))


def as_html():
    out = [
        "<!DOCTYPE html><html lang='zh-CN'><head><meta charset='utf-8'><title>公开</title><style>",
        f"@font-face{{font-family:W;src:url('{FONT.as_uri()}')}}",
        "@page{size:A4 landscape;margin:12mm}body{font:9pt W;line-height:1.4}table{border-collapse:collapse;width:100%;page-break-after:always}",
        "td,th{border:0.6pt solid black;padding:1pt 2pt;font-weight:normal}tr{break-inside:avoid}.t{text-align:center;font-size:14pt}.n{text-align:right}p{text-indent:2em;margin:0}",
        "h1{font-size:16pt;text-align:center}h2,h3,h4{font-size:11pt}</style></head><body>",
    ]
    for part in parts:
        if "rows" not in part:
            level = part["level"]
            tag = f"h{level}" if level else "p"
            out.append(f"<{tag}>{html.escape(part['text'])}</{tag}>")
            continue
        if part["title"]:
            out.append(f"<div class='t'>{html.escape(part['title'])}</div>")
        out += [f"<div class='n'>{html.escape(line)}</div>" for line in part["above"]]
        out.append("<table>")
        for at, row in enumerate(part["rows"]):
            if at == 0 and part["heads"]:
                out.append("<thead>")
            if at == part["heads"]:
                out.append("</thead><tbody>" if at else "<tbody>")
            cells = "".join(
                f"<td rowspan={c['rowspan']} colspan={c['colspan']}{' class=n' if c['number'] else ''}>{html.escape(c['text'])}</td>"
                for c in row
            )
            # Every column has its width, or those that no row parts would have none.
            out.append(f"<tr style='height:14pt'>{cells}</tr>")
        out.append("</tbody></table>")
        out += [f"<p>{html.escape(line)}</p>" for line in part["notes"]]
    return "".join(out) + "</body></html>"


def as_typst():
    quote = lambda text: json.dumps(text, ensure_ascii=False)
    out = ['#set page(width: 297mm, height: 210mm, margin: 12mm)\n#set text(font: "LXGW WenKai", size: 8pt, lang: "zh")\n']
    for part in parts:
        if "rows" not in part:
            size = 14 if part["level"] else 8
            out.append(f"#block(text(size: {size}pt, {quote(part['text'])}))\n")
            continue
        if part["title"]:
            out.append(f"#align(center, text(size: 14pt, {quote(part['title'])}))\n")
        out += [f"#align(right, {quote(line)})\n" for line in part["above"]]
        cell = lambda c: f"table.cell(x: {c['column']}, y: {c['row']}, colspan: {c['colspan']}, rowspan: {c['rowspan']}, {quote(c['text'] or chr(0xA0))})"
        head = [cell(c) for row in part["rows"][: part["heads"]] for c in row]
        body = [cell(c) for row in part["rows"][part["heads"] :] for c in row]
        head = f"table.header({', '.join(head)})," if head else ""
        out.append(f"#table(columns: (1fr,) * {part['columns']}, stroke: 0.5pt, inset: 3pt, {head} {', '.join(body)})\n")
        out += [f"#block({quote(line)})\n" for line in part["notes"]]
        out.append("#pagebreak(weak: true)\n")
    return "".join(out)


def with_reportlab():
    from reportlab.lib import colors
    from reportlab.lib.pagesizes import A4, landscape
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Table

    pdfmetrics.registerFont(TTFont("W", str(FONT)))
    style = ParagraphStyle("W", fontName="W", fontSize=8, leading=10, wordWrap="CJK")
    title = ParagraphStyle("T", parent=style, fontSize=14, leading=20, alignment=1)
    right = ParagraphStyle("R", parent=style, alignment=2)
    flow = []
    say = lambda text, of: Paragraph(html.escape(text) or "&nbsp;", of)
    for part in parts:
        if "rows" not in part:
            flow.append(say(part["text"], title if part["level"] else style))
            continue
        flow += [say(part["title"], title)] if part["title"] else []
        flow += [say(line, right) for line in part["above"]]
        grid = [[""] * part["columns"] for _ in part["rows"]]
        spans = []
        for c in (c for row in part["rows"] for c in row):
            grid[c["row"]][c["column"]] = say(c["text"], right if c["number"] else style)
            end = (c["column"] + c["colspan"] - 1, c["row"] + c["rowspan"] - 1)
            spans.append(("SPAN", (c["column"], c["row"]), end))
        looks = [("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("TOPPADDING", (0, 0), (-1, -1), 1), ("BOTTOMPADDING", (0, 0), (-1, -1), 1)]
        width = 780 / part["columns"]
        flow.append(Table(grid, colWidths=[width] * part["columns"], repeatRows=part["heads"], style=looks + [s for s in spans if s[1] != s[2]]))
        flow += [say(line, style) for line in part["notes"]]
        flow.append(PageBreak())
    SimpleDocTemplate(str(target), pagesize=landscape(A4), leftMargin=24, rightMargin=24, topMargin=24, bottomMargin=24).build(flow)


def office(file, kind):
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            ["soffice", f"-env:UserInstallation={Path(profile).as_uri()}", "--headless", "--convert-to", kind, "--outdir", str(target.parent), str(file)],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
    made = target.parent / (file.stem + "." + kind.split(":")[0])
    if made != target:
        made.rename(target)


def with_calc():
    import openpyxl
    from openpyxl.styles import Alignment, Border, Font, Side
    from openpyxl.utils import get_column_letter

    book = openpyxl.Workbook()
    book.remove(book.active)
    line = Border(*[Side(style="thin")] * 4)
    for number, part in enumerate(part for part in parts if "rows" in part):
        sheet = book.create_sheet(f"{number + 1}")
        sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
        sheet.sheet_properties.pageSetUpPr = openpyxl.worksheet.properties.PageSetupProperties(fitToPage=True)
        sheet.page_setup.fitToHeight = 0
        sheet.oddFooter.center.text = "&P"
        over = ([part["title"]] if part["title"] else []) + part["above"]
        for at, text in enumerate(over, 1):
            cell = sheet.cell(at, 1, text)
            sheet.merge_cells(start_row=at, end_row=at, start_column=1, end_column=part["columns"])
            first = at == 1 and part["title"]
            cell.font, cell.alignment = Font(size=16 if first else 10), Alignment(horizontal="center" if first else "right")
        for c in (c for row in part["rows"] for c in row):
            top, left = c["row"] + 1 + len(over), c["column"] + 1
            bottom, end = top + c["rowspan"] - 1, left + c["colspan"] - 1
            cell = sheet.cell(top, left, c["text"])
            cell.alignment = Alignment(wrap_text=True, horizontal="right" if c["number"] else "left", vertical="center")
            for row in sheet.iter_rows(top, bottom, left, end):
                for one in row:
                    one.border = line
            if (bottom, end) != (top, left):
                sheet.merge_cells(start_row=top, end_row=bottom, start_column=left, end_column=end)
        for at, row in enumerate(part["rows"]):
            # A sheet keeps the height that its file says.
            lines = max((len(c["text"]) * 2.2 / (34 * c["colspan"]) / c["rowspan"] for c in row), default=1)
            sheet.row_dimensions[at + 1 + len(over)].height = 15 * (int(lines) + 1)
        for at, text in enumerate(part["notes"]):
            sheet.cell(len(part["rows"]) + 2 + len(over) + at, 1, text)
        if part["heads"]:
            sheet.print_title_rows = f"{1 + len(over)}:{len(over) + part['heads']}"
        for column in range(1, part["columns"] + 1):
            sheet.column_dimensions[get_column_letter(column)].width = 34
    return book


def with_word():
    import docx

    document = docx.Document()
    for part in parts:
        if "rows" not in part:
            document.add_heading(part["text"], part["level"]) if part["level"] else document.add_paragraph(part["text"])
            continue
        if part["title"]:
            document.add_paragraph(part["title"])
        for line in part["above"]:
            document.add_paragraph(line)
        table = document.add_table(len(part["rows"]), part["columns"])
        table.style = "Table Grid"
        cells = [list(row.cells) for row in table.rows]
        for c in (c for row in part["rows"] for c in row):
            cell = cells[c["row"]][c["column"]]
            if c["rowspan"] > 1 or c["colspan"] > 1:
                cell = cell.merge(cells[c["row"] + c["rowspan"] - 1][c["column"] + c["colspan"] - 1])
            cell.text = c["text"]
        for line in part["notes"]:
            document.add_paragraph(line)
    document.save(target)


if program == "html":
    target.write_text(as_html(), encoding="utf-8")
elif program == "weasyprint":
    import weasyprint

    weasyprint.HTML(string=as_html()).write_pdf(target)
elif program == "chromium":
    from playwright.sync_api import sync_playwright

    page = target.with_suffix(".html")
    page.write_text(as_html(), encoding="utf-8")
    with sync_playwright() as play:
        import shutil

        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        tab = browser.new_page()
        tab.goto(page.as_uri())
        tab.evaluate("document.fonts.ready")
        tab.pdf(path=str(target), prefer_css_page_size=True)
        browser.close()
elif program == "typst":
    import typst

    source = target.with_suffix(".typ")
    source.write_text(as_typst(), encoding="utf-8")
    typst.compile(str(source), output=str(target), font_paths=[str(FONT.parent)], ignore_system_fonts=True)
elif program == "reportlab":
    with_reportlab()
elif program == "calc":
    book = target.with_suffix(".xlsx")
    with_calc().save(book)
    office(book, "pdf")
elif program == "workbook":
    with_calc().save(target)
elif program == "python-docx":
    with_word()
elif program == "writer":
    office(Path(sys.argv[2]), target.suffix[1:])
else:
    sys.exit(f"no program {program}")
