"""accessible.py FOLDER: axe (WCAG 2.2 A and AA, and best practices) finds nothing in any page of a folder, wide or narrow."""
import sys
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

found = []
with sync_playwright() as play:
    browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
    for file in sorted(Path(sys.argv[1]).glob("*.html")):
        for width in (1366, 390):
            page = browser.new_page(viewport={"width": width, "height": 768})
            page.goto(file.as_uri())
            violations = Axe().run(page).response["violations"]
            found += [f"{file.name} at {width}: {v['id']} {v['help']}: {v['nodes'][0]['html'][:200]}" for v in violations]
            over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if over > 0:
                found.append(f"{file.name} at {width}: {over} px too wide")
            print(f"{file.name} at {width}: {len(violations)} violations")
            page.close()
    browser.close()
sys.exit("\n".join(found) if found else 0)
