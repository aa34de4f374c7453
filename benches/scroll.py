#!/usr/bin/env python3
"""benches/scroll.py PROGRAM [FOLDER]: how smoothly the records scroll with a ledger of 100,000 lines, in Debian's chromium.

Times from frame to frame, in ms, while the wheel turns, Page Down is held, and the thumb is dragged from end to end; a browser
shows a frame each 16.7 ms. Exit 1: more than one in a hundred took longer than three of them.
"""
import os, subprocess, sys, tempfile
from pathlib import Path
from shutil import copytree

from playwright.sync_api import sync_playwright

MOST = 50.5  # of a clock that ticks in tenths
LINES = 100_000
program = Path(sys.argv[1]).resolve()
source = Path(sys.argv[2] if len(sys.argv) > 2 else "data/631-2023").resolve()

FRAMES = """() => {
  window.frames_ = []; window.goes_ = true;
  let last = performance.now();
  const next = now => { window.frames_.push(now - last); last = now; if (window.goes_) requestAnimationFrame(next); };
  requestAnimationFrame(now => { last = now; requestAnimationFrame(next); });
}"""
THUMB = """async () => {
  const box = document.querySelector('.gridwrap');
  for (let n = 0; n <= 240; n++) { box.scrollTop = n * box.scrollHeight / 240; await new Promise(requestAnimationFrame); }
}"""


def wheel(page):
    box = page.locator(".gridwrap").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for _ in range(120):
        page.mouse.wheel(0, 300)
        page.wait_for_timeout(16)


def page_down(page):
    for _ in range(120):
        page.keyboard.press("PageDown")
        page.wait_for_timeout(16)


def thumb(page):
    page.evaluate(THUMB)


with tempfile.TemporaryDirectory() as around:
    folder = Path(around) / source.name
    copytree(source, folder)
    ledger = folder / "ledger.csv"
    lines = ledger.read_text("utf-8-sig").splitlines()
    ledger.write_text("\n".join([lines[0], *(lines[1:] * (LINES // (len(lines) - 1) + 1))[:LINES]]) + "\n")
    environment = {**os.environ, "GONGKAI_CACHE": str(Path(around) / "cache")}
    run = subprocess.Popen([program, "open", folder, "--no-browser"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment)
    slow = []
    try:
        address = run.stdout.readline().strip()
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1366, "height": 768})
            page.set_default_timeout(600_000)
            page.goto(address)
            page.wait_for_selector("body[data-ready]")
            page.goto(address.split("/?")[0] + "/#/d/0/records/ledger")
            page.locator("#c0-0").click()
            for how in (wheel, page_down, thumb):
                page.evaluate(FRAMES)
                how(page)
                frames = sorted(page.evaluate("() => { window.goes_ = false; return window.frames_; }"))
                at = lambda share: frames[min(int(share * len(frames)), len(frames) - 1)]
                print(f"{how.__name__:10} {len(frames)} frames: median {at(0.5):.1f} ms, 99 of 100 within {at(0.99):.1f} ms, longest {frames[-1]:.1f} ms")
                slow += [how.__name__] * (at(0.99) > MOST)
            browser.close()
    finally:
        run.terminate()
        run.wait()
sys.exit(f"longer than {MOST:.0f} ms: {', '.join(slow)}" if slow else 0)
