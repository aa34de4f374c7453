"""page_pictures.py FOLDER: in each folder of it, the pages N.svg drawn by a browser against those of document.pdf.

Both are drawn at four times 96 dots an inch and made smaller, since two programs smooth letters each in its way, then compared
after a blur of a dot. That the measure sees what matters is shown on pages of each document: a run of text moved by a dot, a
letter that is another, a rule that is gone differ by more than any page may.
"""
import functools, http.server, io, random, re, sys, threading
from pathlib import Path

import pypdfium2
from PIL import Image, ImageChops, ImageFilter
from playwright.sync_api import sync_playwright

MOST = 33  # of 255: between what smoothing makes (28) and the least fault (37)
SCALE = 4
SPOILED = 5  # pages of each document

root = Path(sys.argv[1])


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def spoiled(text, chance):
    """The page with one fault each, and what it is."""
    runs = re.findall(r"<text [^>]*>[^<]*</text>", text)
    run = chance.choice([run for run in runs if re.sub(r"<[^>]*>", "", run).strip()])
    yield "a run a dot lower", text.replace(run, f'<g transform="translate(0 .75)">{run}</g>', 1)
    yield "a run a dot to the right", text.replace(run, f'<g transform="translate(.75 0)">{run}</g>', 1)
    face = lambda run: re.search(r'font-family="([^"]*)"', run)[1]
    said = lambda run: re.sub(r"<[^>]*>", "", run)
    run = chance.choice([run for run in runs if re.search(r"[0-9\u4e00-\u9fff]", said(run))])
    at = chance.choice([m.start() for m in re.finditer(r"[0-9\u4e00-\u9fff]", said(run))])
    kind = str.isdigit if said(run)[at].isdigit() else lambda c: "\u4e00" <= c <= "\u9fff"
    others = sorted({c for other in runs if face(other) == face(run) for c in said(other) if kind(c) and c != said(run)[at]})
    if others:
        at += run.index(">") + 1
        yield f"{said(run)} with another letter", text.replace(run, run[:at] + chance.choice(others) + run[at + 1 :], 1)
    rules = re.findall(r"M[\d.]+ [\d.]+L[\d.]+ [\d.]+", text)
    if rules:
        yield "a rule less", text.replace(chance.choice(rules), "", 1)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=root))
threading.Thread(target=server.serve_forever, daemon=True).start()
bad, blind = [], []
with sync_playwright() as play:
    browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-lcd-text", "--font-render-hinting=none"])
    page = browser.new_context(device_scale_factor=SCALE).new_page()
    for folder in sorted(root.iterdir()):
        document = pypdfium2.PdfDocument(folder / "document.pdf")
        at = f"http://127.0.0.1:{server.server_port}/{folder.name}/fonts.css"
        page.goto(at)

        def shot(text, size, sheet):
            page.set_viewport_size({"width": sheet[0], "height": sheet[1]})
            style = f"body{{margin:0}}svg{{display:block;width:{size[0] / SCALE}px;height:{size[1] / SCALE}px}}"
            text = text.replace("<svg ", '<svg preserveAspectRatio="none" ', 1)
            page.set_content(f"<link rel=stylesheet href={at}><style>{style}</style>{text}")
            page.evaluate("async()=>{await Promise.all([...document.fonts].map(f=>f.load()));await document.fonts.ready}")
            return Image.open(io.BytesIO(page.screenshot())).convert("L")

        def small(image):
            return image.reduce(SCALE).filter(ImageFilter.GaussianBlur(1))

        def differing(drawn, shown):
            return ImageChops.difference(small(drawn), small(shown)).getextrema()[1]

        chance = random.Random(folder.name)
        to_spoil = set(chance.sample(range(len(document)), SPOILED))
        worst, least = 0, 255
        for n in range(len(document)):
            printed = document[n].render(scale=SCALE * 96 / 72, grayscale=True).to_pil().convert("L")
            sheet = [-(-length // SCALE) for length in printed.size]
            drawn = Image.new("L", [length * SCALE for length in sheet], 255)
            drawn.paste(printed)
            text = (folder / f"{n}.svg").read_text()
            shown = shot(text, printed.size, sheet)
            difference = differing(drawn, shown)
            worst = max(worst, difference)
            if difference > MOST:
                bad.append(f"{folder.name} page {n + 1}: differs by {difference}")
                shown.save(folder / f"{n}-svg.png"), drawn.save(folder / f"{n}-pdf.png")
            for fault, with_fault in spoiled(text, chance) if n in to_spoil else ():
                assert with_fault != text, fault
                seen = differing(drawn, shot(with_fault, printed.size, sheet))
                least = min(least, seen)
                if seen <= MOST:
                    blind.append(f"{folder.name} page {n + 1}: {fault} differs by {seen} and is not seen")
        print(f"{folder.name}: {len(document)} pages, differing by {worst} of 255 at most, with a fault by {least} at least")
    browser.close()
sys.exit("\n".join(bad + blind) if bad + blind else 0)
