"""page_pictures.py FOLDER: in each folder of it, the pages N.svg drawn by a browser against those of document.pdf.

Both are drawn at 96 dots an inch and compared after a blur of a dot, since two programs smooth letters each in its way: a
letter that is missing, another or elsewhere differs far more.
"""
import functools, http.server, io, sys, threading
from pathlib import Path

import pypdfium2
from PIL import Image, ImageChops, ImageFilter
from playwright.sync_api import sync_playwright

MOST = 85  # of 255, after the blur; the large letters of covers come nearest

root = Path(sys.argv[1])


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=root))
threading.Thread(target=server.serve_forever, daemon=True).start()
bad = []
with sync_playwright() as play:
    browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-lcd-text", "--font-render-hinting=none"])
    page = browser.new_page()
    for folder in sorted(root.iterdir()):
        document = pypdfium2.PdfDocument(folder / "document.pdf")
        worst = 0
        for n in range(len(document)):
            drawn = document[n].render(scale=96 / 72, grayscale=True).to_pil().convert("L")
            width, height = drawn.size
            page.set_viewport_size({"width": width, "height": height})
            text = (folder / f"{n}.svg").read_text()
            page.goto(f"http://127.0.0.1:{server.server_port}/{folder.name}/fonts.css")
            page.set_content(f'<link rel=stylesheet href="http://127.0.0.1:{server.server_port}/{folder.name}/fonts.css">'
                             f"<style>body{{margin:0}}svg{{display:block;width:{width}px;height:{height}px}}</style>{text}")
            page.evaluate("async()=>{await Promise.all([...document.fonts].map(f=>f.load()));await document.fonts.ready}")
            shot = Image.open(io.BytesIO(page.screenshot())).convert("L")
            blurred = [image.filter(ImageFilter.GaussianBlur(1.6)) for image in (drawn, shot)]
            difference = ImageChops.difference(*blurred).getextrema()[1]
            worst = max(worst, difference)
            if difference > MOST:
                bad.append(f"{folder.name} page {n + 1}: differs by {difference}")
                shot.save(folder / f"{n}-svg.png"), drawn.save(folder / f"{n}-pdf.png")
        print(f"{folder.name}: {len(document)} pages, differing by {worst} of 255 at most")
    browser.close()
sys.exit("\n".join(bad) if bad else 0)
