"""workspace.py STORY ADDRESS FOLDER: a user's story in Debian's chromium, from an empty screen."""
import re, sys, threading, http.server
from pathlib import Path

from playwright.sync_api import sync_playwright, expect

story, address, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
base = address.split("/?")[0]
ledger = folder / "ledger.csv"


def enter(page):
    faults = []
    page.on("pageerror", lambda e: faults.append(str(e)))
    page.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
    page.goto(address)
    page.wait_for_selector("body[data-ready]")
    return faults


def more(page):
    """办公费 is raised by 100,000 in its line: 54 figures move."""
    page.goto(base + "/#/d/0/records/ledger")
    page.locator("#c9-6").click()
    page.keyboard.type("108300")
    page.keyboard.press("Enter")
    expect(page.locator(".facts dd").first).to_have_text("54")


def why(page, context):
    """A click on a figure: its lines, their sum, where else it is printed; the keyboard goes from figure to figure."""
    page.goto(base + "/#/d/0/pages/0.4")
    figure = page.locator('.sheet[data-n="4"] .fig[data-a="t3/合计/基本"]')
    figure.click()
    panel = page.locator(".panel")
    expect(panel.locator(".big")).to_have_text("85.05 万元")
    expect(panel).to_contain_text("精确 850,498.00 元，四舍五入进了 2.00 元")
    expect(panel).to_contain_text("预算明细 26 笔之和")
    expect(panel).to_contain_text("印在 2 处")
    expect(panel.locator(".sum b")).to_have_text("850,498.00")
    # The letters of the page are text: a browser finds them.
    assert "基本支出" in page.locator('.sheet[data-n="4"] svg').first.text_content()
    figure.focus()
    page.keyboard.press("ArrowRight")
    after = page.evaluate("document.activeElement.dataset.a")
    assert after and after != "t3/合计/基本", after
    page.keyboard.press("Enter")
    expect(panel.locator("code").first).to_have_text(after)
    # Searching leads to a place and marks it.
    page.keyboard.press("Control+f")
    page.keyboard.type("网络运行维护费")
    page.keyboard.press("Enter")
    expect(page.locator(".hit.on").first).to_be_attached()


def correct(page, context):
    """办公费 is corrected: 54 figures move before it is saved; saving writes the one cell."""
    before = ledger.read_text()
    more(page)
    facts = page.locator(".facts dd")
    expect(facts.nth(1)).to_have_text("5")
    expect(facts.nth(2)).to_have_text("9")
    assert ledger.read_text() == before
    # On the page the new figure stands, marked.
    page.goto(base + "/#/d/0/pages/0.4")
    moved = page.locator('.sheet[data-n="4"] .fig.moved[data-a="t3/合计/基本"]')
    expect(moved).to_have_attribute("aria-label", re.compile("95.05.*原为 85.05"))
    page.keyboard.press("Control+s")
    expect(page.locator(".state")).to_contain_text("都已保存")
    assert ledger.read_text() == before.replace(",8300.00\n", ",108300\n"), "one cell"


def paste(page, context):
    """Fifty rows from a spreadsheet go in at once, and are undone at once."""
    before = ledger.read_text()
    page.goto(base + "/#/d/0/records/ledger")
    page.locator("#c0-0").click()
    page.keyboard.press("Control+End")
    page.keyboard.press("Home")
    rows = "\n".join("\t".join(["2010350", "基本支出", "30201", f"粘贴的第 {n} 笔", "", "一般公共预算", f"{n}.00"]) for n in range(1, 51))
    page.evaluate("t => navigator.clipboard.writeText(t)", rows)
    page.keyboard.press("Control+v")
    expect(page.locator(".stat")).to_contain_text("94 笔")
    expect(page.locator(".state")).to_contain_text("改动未保存")
    page.keyboard.press("Control+s")
    expect(page.locator(".state")).to_contain_text("都已保存")
    after = ledger.read_text().splitlines()
    assert len(after) == len(before.splitlines()) + 49 and after[-1].endswith("粘贴的第 50 笔,,一般公共预算,50.00"), after[-1]
    # A range out again: what a spreadsheet takes.
    page.locator(".gsheet").focus()
    page.keyboard.press("Control+Home")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Control+c")
    assert page.evaluate("navigator.clipboard.readText()").replace("\r", "") == "2010350\t基本支出\n2010350\t基本支出"


def problem(page, context):
    """A problem leads to its words on the page; one of the records to its cell; a certain fix is seen before it is taken."""
    page.goto(base + "/#/d/0/pages")
    page.locator("#tab-problems").click()
    page.locator(".groups button", has_text="这个数以万元为单位").first.click()
    expect(page.locator(".wave.on").first).to_be_in_viewport()
    expect(page.locator(".card code")).to_have_text("N003")
    page.locator(".btn", has_text="有把握的").click()
    dialog = page.locator("dialog")
    expect(dialog).to_contain_text("有把握的改动")
    expect(dialog.locator("del").first).to_be_attached()
    dialog.locator("footer .btn.primary").click()
    expect(page.locator(".state")).to_contain_text("改动未保存")
    page.keyboard.press("Control+z")
    # A wrong code in the records.
    page.goto(base + "/#/d/0/records/ledger")
    page.locator("#c1-0").click()
    page.keyboard.type("20103S0")
    page.keyboard.press("Escape")
    page.keyboard.press("F2")
    page.keyboard.press("Control+a")
    page.keyboard.type("20103S0")
    page.keyboard.press("Enter")
    expect(page.locator("#c1-0")).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".banner")).to_contain_text("读不出来")
    page.goto(base + "/#/d/0/pages")
    page.locator("#tab-problems").click()
    page.locator(".groups .err").first.click()
    page.locator(".card .btn", has_text="到这一格").click()
    expect(page.locator("#c1-0.on")).to_be_attached()
    expect(page.locator(".gsheet")).to_be_focused()
    page.keyboard.type("2010350")
    page.keyboard.press("Enter")
    expect(page.locator(".banner")).to_have_count(0)


def conflict(page, context):
    """A file that someone else has saved meanwhile: nothing is written before the user decides."""
    more(page)
    theirs = ledger.read_text().replace(",8300.00\n", ",18300.00\n")
    ledger.write_text(theirs)
    dialog = page.locator("dialog.conflict")
    expect(dialog).to_contain_text("18300.00", timeout=15000)
    expect(dialog).to_contain_text("108300")
    assert ledger.read_text() == theirs
    dialog.locator(".btn", has_text="用我的").click()
    expect(page.locator(".state")).to_contain_text("改动未保存")
    page.keyboard.press("Control+s")
    expect(page.locator(".state")).to_contain_text("都已保存")
    assert ledger.read_text() == theirs.replace(",18300.00\n", ",108300\n")
    # Without edits a file changed outside is shown as it is.
    ledger.write_text(theirs)
    expect(page.locator("#c9-6")).to_have_text("18,300.00", timeout=15000)


def moved(page, context):
    """A row comes in above while a cell is open: what is typed goes to its own row. If that was changed, nothing is."""
    before = ledger.read_text()
    page.goto(base + "/#/d/0/records/ledger")
    page.locator("#c9-6").dblclick()
    first = before.splitlines(True)[1]
    theirs = before.replace(first, first + first.replace("基本", "项目"), 1)
    ledger.write_text(theirs)
    page.wait_for_timeout(3500)
    page.keyboard.press("Control+a")
    page.keyboard.type("18300")
    page.keyboard.press("Enter")
    expect(page.locator(".state")).to_contain_text("改动未保存")
    expect(page.locator("#c10-6")).to_have_text("18,300.00")
    page.keyboard.press("Control+s")
    expect(page.locator(".state")).to_contain_text("都已保存")
    assert ledger.read_text() == theirs.replace(",8300.00\n", ",18300\n")
    # Someone corrects the row itself.
    page.locator("#c10-3").dblclick()
    theirs = ledger.read_text().replace(",18300\n", ",18301\n")
    ledger.write_text(theirs)
    page.wait_for_timeout(3500)
    page.keyboard.press("Control+a")
    page.keyboard.type("办公用品费")
    page.keyboard.press("Enter")
    dialog = page.locator("dialog.refused")
    expect(dialog).to_contain_text("刚在别处改过")
    expect(dialog.locator("textarea")).to_have_value("办公用品费")
    dialog.locator(".btn.primary").click()
    expect(page.locator("#c10-6")).to_have_text("18,301.00")
    expect(page.locator("#c10-3")).to_have_text("办公费")
    assert ledger.read_text() == theirs


def together(page, context):
    """A colleague saves one paragraph while another is typed: both stay, and every no-break space of the file."""
    goals = folder / "text/goals.md"
    goals.write_bytes("第一段。\r\n第二段\u00a0有\u3000空格\t等。\r\n第三段。".encode())
    page.goto(base + "/#/d/0/prose/text%2Fgoals.md")
    editor = page.locator(".ed")
    expect(editor).to_contain_text("第三段")
    editor.click()
    page.keyboard.press("Control+End")
    for n in range(20):
        page.keyboard.type("字 ")
        page.wait_for_timeout(150)
        if n == 6:
            goals.write_bytes(goals.read_bytes().replace("第一段".encode(), "第一段同事改".encode()))
    expect(editor).to_contain_text("第一段同事改", timeout=15000)
    page.keyboard.type("末")
    page.keyboard.press("Control+s")
    expect(page.locator(".state")).to_contain_text("都已保存")
    assert goals.read_bytes().decode() == "第一段同事改。\r\n第二段\u00a0有\u3000空格\t等。\r\n第三段。" + "字 " * 20 + "末", goals.read_bytes().decode()


def unread(page, context):
    """Data that cannot be read: the dialog promises nothing. A narrow window and an old address lead on."""
    page.goto(base + "/#/d/99")
    page.locator("a.btn", has_text="全部部门").click()
    expect(page.locator("body")).to_contain_text("临港部门")
    page.goto(base + "/#/d/0/pages")
    ledger.write_text(ledger.read_text().replace("2010350", "20103S0", 1))
    expect(page.locator(".banner")).to_contain_text("读不出来", timeout=15000)
    page.set_viewport_size({"width": 800, "height": 700})
    for name in ["#publish", "#save", "[popovertarget=menu]", ".bar .zoom"]:
        box = page.locator(name).first.bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= 800, (name, box)
    page.locator("#publish").click()
    dialog = page.locator("dialog")
    expect(dialog).to_contain_text("数据读不出来，改好才能生成")
    expect(dialog).not_to_contain_text("没有警告")
    expect(dialog.locator(".ppre .path")).to_contain_text(re.compile("output.631-2023"))


def several(page, context):
    """Several departments: their list tells how each is; one is opened from it, and the list comes back."""
    rows = page.locator(".list tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.first.locator(".st")).to_have_text(re.compile("无误|有警告"))
    rows.nth(1).locator("th a").click()
    expect(page.locator("h1.dept")).to_contain_text("631")
    expect(page.locator(".sheet").first).to_be_visible()
    page.locator(".crumb").click()
    expect(rows).to_have_count(2)
    rows.first.locator("th a").click()
    expect(page.locator(".panel")).to_be_visible()


def drop(page, where, files=(), text=""):
    """What a hand drops on a place: files of (name, bytes), or a path as text."""
    import base64

    page.evaluate("""([where, files, text]) => {
      const data = new DataTransfer();
      for (const [name, bytes] of files) data.items.add(new File([Uint8Array.from(atob(bytes), c => c.charCodeAt(0))], name));
      if (text) data.setData('text/plain', text);
      document.querySelector(where).dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
    }""", [where, [[name, base64.b64encode(data).decode()] for name, data in files], text])


def carry(page, what):
    """A file or folder of the machine is dragged over the page and dropped, as a hand does it: no script hands it over."""
    hand = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        data = {"items": [], "files": [str(what)], "dragOperationsMask": 1}
        hand.send("Input.dispatchDragEvent", {"type": kind, "x": 500, "y": 400, "data": data})


def dropped(page, context):
    """A folder of the list that is dropped opens, from the list and from within a department; one from elsewhere asks for its path, which opens it."""
    import shutil

    rows = page.locator(".list tbody tr")
    expect(rows).to_have_count(2)
    carry(page, folder)
    expect(page.locator("h1.dept")).to_contain_text("631")
    expect(page.locator(".sheet").first).to_be_visible()
    elsewhere = folder.parent / "别处" / "633-2023"
    shutil.copytree(folder, elsewhere)
    report = elsewhere / "report.toml"
    report.write_text(report.read_text().replace("631", "633").replace("临港部门", "别处的局"))
    carry(page, elsewhere)
    dialog = page.locator("dialog")
    expect(dialog).to_contain_text("633-2023")
    dialog.locator("input").fill(str(elsewhere))
    page.keyboard.press("Enter")
    expect(page.locator("h1.dept")).to_contain_text("别处的局")
    # Now it is one of the list; another of the same name is not taken for it.
    page.locator(".crumb").click()
    expect(rows).to_have_count(3)
    carry(page, elsewhere)
    expect(page.locator("h1.dept")).to_contain_text("别处的局")
    namesake = folder.parent / "又一处" / "633-2023"
    shutil.copytree(elsewhere, namesake)
    (namesake / "report.toml").write_text(report.read_text().replace("别处的局", "同名的局"))
    carry(page, namesake)
    expect(dialog).to_contain_text("633-2023")
    page.keyboard.press("Escape")
    # No file that is dropped elsewhere on the page leads away from it.
    carry(page, folder / "report.toml")
    expect(page.locator("h1.dept")).to_contain_text("别处的局")


def fresh(page, context):
    """From an empty screen: a department from the office's own workbook, dropped; its pages; another to fill; one of last year."""
    expect(page.locator("h2")).to_have_text("这里还没有部门")
    expect(page.locator("#newdept")).to_have_class(re.compile("primary"))
    book = (folder.parent / "明细.xlsx").read_bytes()
    drop(page, "main", [("部门的明细.xlsx", book)])
    dialog = page.locator("dialog")
    expect(dialog).to_contain_text("用“部门的明细.xlsx”")
    dialog.locator("#donew").click()
    expect(dialog).to_contain_text("还缺：部门代码、部门名称、年度、版式")
    dialog.locator("#ncode").fill("701")
    dialog.locator("#nname").fill("测试局")
    dialog.locator("#nyear").fill("2023")
    dialog.locator("#nset").select_option(label="河北省部门预算公开（2023年度）")
    dialog.locator("#donew").click()
    expect(page.locator("h1.dept")).to_contain_text("测试局")
    made = folder / "701-2023"
    assert (made / "部门的明细.xlsx").read_bytes() == book
    assert 'name = "测试局"' in (made / "report.toml").read_text() and 'code = "701"' in (made / "report.toml").read_text()
    # What the workbook says stands in the records; what it lacks is told.
    page.goto(base + "/#/d/0/records/ledger")
    expect(page.locator("#c0-0")).to_have_text("2010350")
    expect(page.locator(".ftabs")).to_contain_text("预算明细")
    # The same again is refused, and nothing is replaced.
    page.locator(".crumb").click()
    expect(page.locator(".list tbody tr")).to_have_count(1)
    page.locator("#newdept").click()
    for at, text in (("#ncode", "701"), ("#nname", "别的局"), ("#nyear", "2023")):
        dialog.locator(at).fill(text)
    dialog.locator("#nset").select_option("hebei-department-budget-2023")
    dialog.locator("#donew").click()
    expect(dialog.locator(".sev")).to_contain_text("已经有了")
    assert "测试局" in (made / "report.toml").read_text()
    dialog.locator("#ncode").fill("702")
    dialog.locator("#donew").click()
    expect(page.locator("h1.dept")).to_contain_text("别的局")
    assert (folder / "702-2023/数据.xlsx").is_file()
    # A path that is pasted, in quotation marks, as Windows copies it.
    page.locator(".crumb").click()
    page.locator("#openfolder").click()
    dialog.locator("input").fill(str(folder / "无此部门"))
    page.keyboard.press("Enter")
    expect(dialog.locator(".sev")).to_contain_text("这里没有部门的数据")
    dialog.locator("input").fill(f'"{made}"')
    page.keyboard.press("Enter")
    expect(page.locator("h1.dept")).to_contain_text("测试局")
    # A path that is dropped.
    page.locator(".crumb").click()
    expect(page.locator(".list tbody tr")).to_have_count(2)
    drop(page, "main", text=(folder / "702-2023").as_uri())
    dialog.locator(".btn.primary").click()
    expect(page.locator("h1.dept")).to_contain_text("别的局")


def sign(page, context):
    """A sign that is turned round asks for its reason beside the move, and at its place on the page; with it the error goes."""
    page.goto(base + "/#/d/0/records/prior")
    page.locator("#c0-3").click()
    page.keyboard.type("950000")
    page.keyboard.press("Enter")
    panel = page.locator(".panel")
    expect(panel.locator(".facts .bad dd").first).to_have_text("1")
    expect(panel.locator(".card.err code")).to_have_text("X120")
    page.locator("#publish").click()
    expect(page.locator("dialog")).to_contain_text("1 个错误")
    page.keyboard.press("Escape")
    panel.locator(".card.err .btn", has_text="看这里").click()
    expect(page.locator(".wave.err, .wave.on").first).to_be_in_viewport()
    panel.locator(".turned .btn").click()
    expect(panel.locator(".turned textarea")).to_have_attribute("aria-invalid", "true")
    panel.locator(".turned textarea").fill("压减公用经费")
    panel.locator(".turned .btn").click()
    expect(panel.locator(".card.err")).to_have_count(0)
    expect(panel.locator(".facts dd").nth(3)).to_have_text("0")
    page.keyboard.press("Control+s")
    expect(page.locator(".state")).to_contain_text("都已保存")
    assert "t3/合计/基本,减少,压减公用经费\n" in (folder / "reasons.csv").read_text(), (folder / "reasons.csv").read_text()


def many(page, context):
    """Sixty departments on the board: their list at once, how each stands soon after, any of them opened."""
    rows = page.locator(".list tbody tr")
    expect(rows).to_have_count(60)
    expect(page.locator(".hhead")).to_contain_text("60 个部门", timeout=240000)
    expect(page.locator('tr[data-standing=""]')).to_have_count(0)
    expect(page.locator('tr[data-standing="errors"]')).to_have_count(1)
    rows.nth(41).locator("th a").click()
    expect(page.locator("h1.dept")).to_contain_text("第42局")
    expect(page.locator(".sheet").first).to_be_visible()


def board(page, context):
    """A bureau's folder: its list first, who has not given in, what is off; a department that is listed and absent is no link."""
    expect(page.locator("h1")).to_contain_text("测试县财政局 2023年度各部门")
    rows = page.locator(".list tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.nth(0)).to_contain_text("张三")
    expect(rows.nth(2).locator(".st")).to_have_text("未交")
    expect(rows.nth(2).locator("a")).to_have_count(0)
    expect(rows.nth(2).locator("td.go")).to_contain_text("催交")
    assert "gongkai" not in page.locator(".list").inner_text()


def large(page, context):
    """A hundred thousand rows: those in sight alone are in the page, wherever it is scrolled; the last is reached."""
    page.goto(base + "/#/d/0/records/ledger")
    page.locator("#c0-0").click()
    page.keyboard.press("Control+End")
    expect(page.locator("[id^=c100043-]").first).to_be_visible()
    frames = page.evaluate("""async () => {
      const box = document.querySelector('.gridwrap'), each = [];
      let last = performance.now(), most = 0, told = 0;
      new MutationObserver(() => told++).observe(document.querySelector('.stat'), { childList: true });
      for (let n = 0; n < 240; n++) {
        box.scrollTop = (n * 37 % 240) * box.scrollHeight / 240;
        await new Promise(requestAnimationFrame);
        const now = performance.now();
        each.push(now - last); last = now;
        most = Math.max(most, box.querySelectorAll('[role=row]').length);
      }
      each.sort((a, b) => a - b);
      return { median: each[120], longest: each[239], most, told };
    }""")
    print("frames in ms, rows in the page:", frames)
    # Scrolling draws rows and adds nothing up: a hundred thousand amounts take longer than a frame.
    assert frames["most"] < 100 and frames["told"] == 0, frames
    expect(page.locator(".stat")).to_contain_text("100045 笔，共 112,985,448.00 元")


def place(page, context):
    """The folder of the files is opened by the system; before there is one, that is said."""
    page.goto(base + "/#/d/0/pages")
    asked = folder.parent / "asked"
    page.locator("button[popovertarget=menu]").click()
    page.locator("#show-output").click()
    expect(page.locator(".state.bad")).to_contain_text("还没有")
    page.locator("button[popovertarget=menu]").click()
    page.locator("#show-data").click()
    expect(page.locator("#live")).to_contain_text("已打开")
    for _ in range(100):
        if asked.is_file() and asked.read_text():
            break
        page.wait_for_timeout(50)
    assert Path(asked.read_text().strip()) == folder, asked.read_text()


def last(page, context):
    """Of two windows one is closed: it goes on; loaded again: it goes on. What the last leaves is the program's end."""
    second = context.new_page()
    second.goto(base + "/")
    second.wait_for_selector("body[data-ready]")
    page.wait_for_timeout(2500)
    page.goto("about:blank")
    second.wait_for_timeout(6000)
    second.reload()
    second.wait_for_selector("body[data-ready]")
    second.wait_for_timeout(6000)
    second.reload()
    second.wait_for_selector("body[data-ready]")
    expect(second.locator(".sheet").first).to_be_visible()
    second.wait_for_timeout(2500)
    second.close(run_before_unload=False)


def publish(page, context):
    """An edition is recorded; an amount corrected; without a reason nothing is made; with one, the statement is; both compared."""
    page.goto(base + "/#/d/0/pages")
    page.locator("#publish").click()
    dialog = page.locator("dialog")
    dialog.locator("input[value=edition]").check()
    dialog.locator("#pdate").fill("2023-02-10")
    dialog.locator("#dopublish").click()
    expect(dialog).to_contain_text("已经生成")
    dialog.locator("footer .btn.primary").click()
    assert (folder / "editions/2023-02-10-1/manifest.json").is_file()
    more(page)
    page.keyboard.press("Control+s")
    expect(page.locator(".state")).to_contain_text("都已保存")
    page.locator("#publish").click()
    dialog.locator("#pdate").fill("2023-03-01")
    expect(dialog.locator(".cause2")).to_contain_text("变了 54 个数字")
    dialog.locator("#dopublish").click()
    expect(dialog.locator("#why0")).to_have_attribute("aria-invalid", "true")
    assert not (folder / "editions/2023-03-01-1").exists()
    dialog.locator("#why0").fill("办公费少计一笔，现予补列")
    dialog.locator("#pdate").click()
    dialog.locator("#dopublish").click()
    expect(dialog).to_contain_text("已经生成")
    expect(dialog.locator(".path", has_text="更正说明")).to_have_count(2)
    expect(dialog.locator(".path", has_text="修订标记")).to_have_count(2)
    dialog.locator(".btn", has_text="看各版").click()
    assert "办公费少计一笔，现予补列" in (folder / "corrections.toml").read_text()
    assert (folder / "editions/2023-03-01-1/manifest.json").is_file()
    page.goto(base + "/#/d/0/compare/2023-02-10-1")
    expect(page.locator(".cmplist")).to_contain_text("54 个")
    expect(page.locator(".flat.new").first).to_be_visible()


def accessible(page, context):
    """axe finds nothing on any screen."""
    from axe_playwright_python.sync_playwright import Axe

    found = []

    def look(name):
        page.wait_for_timeout(500)
        found.extend(f"{name}: {v['id']} {v['help']}: {v['nodes'][0]['html'][:160]}" for v in Axe().run(page).response["violations"])

    for place in ("pages/0.16", "records/ledger", "prose/text%2F03-operating.md", "compare"):
        page.goto(f"{base}/#/d/0/{place}")
        page.wait_for_timeout(2000)
        for tab in ("why", "problems", "moves"):
            if page.locator(f"#tab-{tab}").is_visible():
                page.locator(f"#tab-{tab}").click()
            look(f"{place} {tab}")
    page.goto(f"{base}/#/d/0/pages/0.4")
    page.locator("#publish").click()
    page.wait_for_timeout(1500)
    look("publish")
    assert not found, "\n".join(found)


def stranger(page, context):
    """A page of another origin, in the same browser, with the same cookies: it reads nothing and changes nothing."""
    class Evil(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<title>evil</title><form id=f method=post enctype=text/plain></form>")

        def log_message(self, *_):
            pass

    evil = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Evil)
    threading.Thread(target=evil.serve_forever, daemon=True).start()
    before = ledger.read_text()
    other = context.new_page()
    other.goto(f"http://127.0.0.1:{evil.server_port}/")
    tried = other.evaluate("""async base => {
      const got = [];
      for (const [path, init] of [['/api/desk?d=0', {}], ['/api/desk?d=0', {credentials: 'include', mode: 'no-cors'}],
          ['/api/edit?d=0', {method: 'POST', credentials: 'include', mode: 'no-cors', body: '{"kind":"cells","file":"ledger","cells":[{"line":11,"column":6,"value":"1"}]}'}],
          ['/api/save?d=0', {method: 'POST', credentials: 'include', headers: {'X-Gongkai': '1', 'Content-Type': 'application/json'}, body: '{}'}]]) {
        try { const r = await fetch(base + path, init); got.push(r.type === 'opaque' ? 'opaque' : r.status + (await r.text()).slice(0, 50)); } catch (e) { got.push('refused'); }
      }
      const image = await new Promise(done => { const s = document.createElement('script'); s.src = base + '/js/main.js'; s.onload = () => done('loaded'); s.onerror = () => done('refused'); document.head.append(s); });
      return [...got, image];
    }""", base)
    assert all(t in ("refused", "opaque") for t in tried), tried
    frame = other.evaluate("""base => new Promise(done => { const f = document.createElement('iframe'); f.src = base + '/'; f.onload = () => { try { done(f.contentDocument ? 'read' : 'closed'); } catch { done('closed'); } }; document.body.append(f); })""", base)
    assert frame == "closed", frame
    other.evaluate("base => { const f = document.getElementById('f'); f.action = base + '/api/save?d=0'; f.submit(); }", base)
    other.wait_for_timeout(500)
    assert "临港" not in other.content()
    page.reload()
    page.wait_for_selector("body[data-ready]")
    expect(page.locator(".state")).to_contain_text("都已保存")
    assert ledger.read_text() == before


with sync_playwright() as play:
    browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
    context = browser.new_context(viewport={"width": 1366, "height": 768}, permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.set_default_timeout(180000)
    expect.set_options(timeout=60000)
    faults = enter(page)
    globals()[story](page, context)
    own = [fault for fault in faults if not any(status in fault for status in ["401", "404", "409"])]
    assert not own, own
    browser.close()
