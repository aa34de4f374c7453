//! What the program does for whoever writes a set: doubts about it, the form of its tables, how far its document is a
//! published one.

use crate::common;
use gongkai::against::{Published, compare};
use gongkai::diagnostic::Diagnostics;
use gongkai::folder::Folder;
use gongkai::form::{form, sheet};
use gongkai::layout::{Layouts, doubts::doubts};
use gongkai::tell::{comparison, form as form_words};
use gongkai::workshop::{compose_as, load_set};
use std::path::{Path, PathBuf};

/// The small set and its data in a folder, with these files over the set's: its root.
fn small(over: &[(&str, &str)]) -> tempfile::TempDir {
    let root = tempfile::tempdir().expect("a folder");
    let files = common::root().join("tests/layout-errors/base");
    common::copy(&files.join("set"), &root.path().join("layouts/small"));
    common::copy(&files.join("data"), &root.path().join("data"));
    let in_yuan = format!("{}\n[numbers]\nunit = \"元\"\nzero = \"\"\n", base("set.toml"));
    std::fs::write(root.path().join("layouts/small/set.toml"), in_yuan).expect("written");
    for (name, text) in over {
        std::fs::write(root.path().join("layouts/small").join(name), text).expect("written");
    }
    root
}

fn layouts(root: &Path) -> Layouts {
    Layouts::on_disk(&[root.join("layouts")])
}

/// The doubts about the small set with these files, as they are told.
fn doubts_of(over: &[(&str, &str)]) -> Vec<String> {
    let root = small(over);
    let mut found = Diagnostics::default();
    let set = load_set("small", &layouts(root.path()), &mut found).expect("a set");
    assert!(found.is_empty(), "{:?}", found.sorted());
    doubts(&set).sorted().iter().map(ToString::to_string).collect()
}

/// Exactly one doubt, which begins and says so.
fn one_doubt(over: &[(&str, &str)], begins: &str, says: &str) {
    let found = doubts_of(over);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].starts_with(begins) && found[0].contains(says), "{found:#?}");
}

fn base(name: &str) -> String {
    std::fs::read_to_string(common::root().join("tests/layout-errors/base/set").join(name)).expect("a file of the base")
}

#[test]
fn the_programs_own_sets_raise_no_doubt() {
    for id in gongkai::layout::embedded_sets() {
        let mut found = Diagnostics::default();
        let set = load_set(&id, &Layouts::default(), &mut found).expect("a set");
        found.extend(doubts(&set));
        assert!(found.is_empty(), "{id}: {:#?}", found.sorted());
    }
    assert_eq!(doubts_of(&[]), Vec::<String>::new());
}

#[test]
fn rules_that_are_never_asked_are_doubted() {
    let rule = |is: &str| format!("[rule.C001]\nsays = \"一\"\n{is}\n");
    let begins = "layouts/small/checks.toml:1:7 警告[E290] 规则 C001 永远查不到什么：";
    let sides = rule("is = \"t1/合计/合计 = sum(t1/[右]/合计)\"");
    one_doubt(&[("checks.toml", &sides)], begins, "表 t1 只有一侧，没有“[右]”");
    let level = rule("each = { row = \"t2/[款]\" }\nis = \"t2/{row}/额 >= 0\"");
    one_doubt(&[("checks.toml", &level)], begins, "表 t2 没有款这一级的行");
    let coded = rule("each = { table = \"t2\" }\nrows = \"ordered\"");
    one_doubt(&[("checks.toml", &coded)], begins, "没有由科目展开的行");
    let off = rule("is = \"t1/合计/合计 = t1/合计/合计\"\nseverity = \"off\"");
    one_doubt(&[("checks.toml", &off)], begins, "severity 是 off");
    let asked =
        rule("each = { table = \"t1\", row = \"[款]\" }\nis = \"{table}/{row}/合计 = sum({table}/{row}>/合计)\"");
    assert_eq!(doubts_of(&[("checks.toml", &asked)]), Vec::<String>::new());
}

#[test]
fn a_unit_that_is_not_the_figures_is_doubted() {
    let wan = "# 说明\n支出{{ f(\"t1/合计/合计\") }}万元。\n";
    one_doubt(&[("text.md", wan)], "layouts/small/text.md:2 警告[E291]", "印的是元，后面写的是万元");
    let named = "# 说明\n{% set a = f(\"t1/合计/合计\") -%}\n支出{{ a }}亿元。\n";
    one_doubt(&[("text.md", named)], "layouts/small/text.md:3 警告[E291]", "{{ a }} 印的是元，后面写的是亿元");
    let of_section = "+++\nnumbers = { unit = \"万元\" }\n+++\n# 说明\n支出{{ f(\"t1/合计/合计\") }}元。\n";
    one_doubt(&[("text.md", of_section)], "layouts/small/text.md:5 警告[E291]", "印的是万元，后面写的是元");
    let above = base("t1.toml").replace("level = 1", "level = 1\nabove = [\"\", \"\", \"单位：万元\"]");
    one_doubt(&[("t1.toml", &above)], "layouts/small/t1.toml:4:", "表 t1 印的是元，表上写的是万元");
    let right = "# 说明\n支出{{ f(\"t1/合计/合计\") }}元，{{ f(\"t1/合计/合计\") | fmt(unit=\"万元\") }}万元。\n";
    assert_eq!(doubts_of(&[("text.md", right)]), Vec::<String>::new());
}

#[test]
fn a_side_that_is_not_there_is_doubted() {
    let text = "# 说明\n{% for r in rows(\"t2\", side=1) %}{{ r.name }}{% endfor %}\n";
    one_doubt(&[("text.md", text)], "layouts/small/text.md:2 警告[E292]", "表“t2”有 1 侧，写了 side=1");
    let text = text.replace("side=1", "side=0");
    assert_eq!(doubts_of(&[("text.md", &text)]), Vec::<String>::new());
}

#[test]
fn names_that_hide_others_are_doubted() {
    let shadow = "# 说明\n{% set f = 1 -%}\n支出。\n";
    one_doubt(&[("text.md", shadow)], "layouts/small/text.md:2 警告[E293]", "盖住了“f”");
    one_doubt(&[("t1.md", "# 说明\n文字。\n")], "layouts/small/t1.toml:", "t1.toml 与 layouts/small/t1.md 同名");
    let list = base("schema.toml").replace("\"各类\" =", "project =");
    one_doubt(&[("schema.toml", &list)], "layouts/small/schema.toml:", "清单“project”与 ledger.csv 的字段同名");
    let row = base("t1.toml").replace("rows = [", "rows = [{ key = \"205\", label = \"教育\", of = \"合计\" }, ");
    one_doubt(&[("t1.toml", &row)], "layouts/small/t1.toml:", "行 key“205”像科目编码");
}

#[test]
fn a_sign_that_prints_is_doubted() {
    one_doubt(&[("text.md", "#说明\n文字。\n")], "layouts/small/text.md:1 警告[E294]", "行首的“#”后面没有空格");
    let glued = "# 说明\n{% if year %}文字。{% endif -%}\n## 二\n文字。\n";
    one_doubt(&[("text.md", glued)], "layouts/small/text.md:3 警告[E294]", "吃掉了换行");
    let of_macro = "{% macro m(x) %}文字{{ x }}{% endmacro -%}\n# 说明\n{{ m(1) }}\n";
    assert_eq!(doubts_of(&[("text.md", of_macro)]), Vec::<String>::new());
}

#[test]
fn totals_that_nobody_proves_are_doubted() {
    let column = base("t1.toml").replace("head = \"合计\", parts = \"*\"", "head = \"合计\"");
    one_doubt(&[("t1.toml", &column)], "layouts/small/t1.toml:", "表 t1 的列“合计”是合计，没有写 parts");
    let row = base("t1.toml").replace("label = \"合计\", parts = \"*\"", "label = \"总　计\"");
    one_doubt(&[("t1.toml", &row)], "layouts/small/t1.toml:", "表 t1 的行“总　计”是合计，没有写 parts");
    let list = "# 说明\n支出{{ f(\"t1/合计/合计\") }}元，其中：基本{{ f(\"t1/合计/基本\") }}元，项目{{ f(\"t1/合计/项目\") }}元。\n";
    one_doubt(&[("text.md", list)], "layouts/small/text.md:2 警告[E295]", "列出 2 个数，没有证明");
    let proven = "# 说明\n{% set a = f(\"t1/合计/合计\") -%}\n支出{{ a }}元，其中：{% filter parts(a) %}基本{{ f(\"t1/合计/基本\") }}元，项目{{ f(\"t1/合计/项目\") }}元{% endfilter %}。\n";
    assert_eq!(doubts_of(&[("text.md", proven)]), Vec::<String>::new());
}

#[test]
fn figures_that_nothing_uses_are_doubted() {
    let facts = "id = \"hz\"\ncolumns = [{ head = \"项目\", field = \"label\" }, { key = \"额\", head = \"金额\" }]\nrows = [{ key = \"甲\", label = \"甲\", where = \"基本\" }, { key = \"乙\", label = \"乙\", where = \"项目\" }]\n";
    one_doubt(&[("facts.toml", facts)], "layouts/small/facts.toml:", "表 hz（facts.toml）没有印出来，也没有一处用到");
    let text = "# 说明\n支出{{ f(\"hz/甲/额\") }}元。\n";
    one_doubt(&[("facts.toml", facts), ("text.md", text)], "layouts/small/facts.toml:3:", "它的行“乙”没有一处用到");
    let both = "# 说明\n支出{{ f(\"hz/甲/额\") }}元，{{ f(\"hz/乙/额\") }}元。\n";
    assert_eq!(doubts_of(&[("facts.toml", facts), ("text.md", both)]), Vec::<String>::new());
}

/// Every address that a form prints without angle brackets is one that the composed document has, and it has no other
/// rows than those.
#[test]
fn the_form_of_a_table_has_the_addresses_of_its_figures() {
    let folder = Folder::open(&common::root().join("data/631-2023-corrected"));
    let mut found = Diagnostics::default();
    let made = compose_as("hebei-department-budget-2023", &folder, &Layouts::default(), &mut found);
    let composition = &made.first().expect("a document").composition;
    let set = load_set("hebei-department-budget-2023", &Layouts::default(), &mut found).expect("the set");
    let mut compared = 0;
    for table in ["t1", "t3", "t4", "t5", "t6", "t9"] {
        let form = form(&set, table).expect("a form");
        let text = form_words::as_text(&form);
        let cells = form.body.iter().flat_map(|row| &row.cells);
        let texts: Vec<String> = cells.map(|c| c.inlines.iter().map(|i| i.text.as_str()).collect()).collect();
        for address in texts.iter().filter(|text| text.starts_with(&format!("{table}/"))) {
            assert!(text.contains(address.as_str()), "{address}");
            if !address.contains('〈') {
                assert!(composition.figure(address).is_some(), "{table} has no {address}");
                compared += 1;
            }
        }
        // The columns of the form are those of the document, with the same heads over them.
        let printed = composition.document.tables().find(|t| t.id == table).expect("it is printed");
        let words = |inlines: &[gongkai::document::Inline]| gongkai::document::plain_text(inlines);
        assert_eq!(form.column_heads(words), printed.column_heads(words), "{table}");
    }
    assert!(compared > 60, "{compared}");
    let t5 = form_words::as_text(&form(&set, "table-05").expect("by its file"));
    assert!(t5.contains("t5/〈项〉/基本") && t5.contains("t5/合计/项目"), "{t5}");
    let none = form(&set, "t55").expect_err("no such table");
    assert!(none.to_string().contains("[E297] 版式集“hebei-department-budget-2023”没有表“t55”"), "{none}");
}

#[test]
fn the_form_of_every_table_of_every_set_is_a_page() {
    let workshop = common::workshop();
    for id in gongkai::layout::embedded_sets() {
        let mut found = Diagnostics::default();
        let set = load_set(&id, &Layouts::default(), &mut found).expect("a set");
        for stem in set.tables.keys() {
            let document = sheet(&set, form(&set, stem).expect("a form"), stem);
            let pages = gongkai::typeset::typeset(&document, &set.style, &workshop.fonts, &mut found);
            assert!(!found.has_errors() && !pages.pages.is_empty(), "{id} {stem}: {:?}", found.sorted());
        }
    }
}

fn published(root: &Path, json: &str) -> gongkai::against::Comparison {
    let mut found = Diagnostics::default();
    let made = compose_as("small", &Folder::open(&root.join("data")), &layouts(root), &mut found);
    assert!(!found.has_errors() && made.len() == 1, "{:?}", found.sorted());
    compare(made[0].document(), &Published::read(json.as_bytes(), "公开.json").expect("facts"))
}

const FACTS: &str = r#"{"year": 2024, "tables": [
  {"title": "2024年支出表", "header": [["编码", "名称", "合计", "基本支出", "项目支出"]],
   "header_cells": [{"text": "编码", "row": 0, "col": 0, "rowspan": 1, "colspan": 1}, {"text": "名 称", "row": 0, "col": 1},
     {"text": "合计", "row": 0, "col": 2}, {"text": "基本支出", "row": 0, "col": 3}, {"text": "项目支出", "row": 0, "col": 4}],
   "rows": [["205", "教育支出", "1250.50", "1000.00", "250.50"], ["20502", "普通教育", "1250.50", "1000.00", "250.50"],
     ["2050201", "学前教育", "1000.00", "1000.00", ""], ["2050299", "其他普通教育支出", "250.50", "", "250.50"],
     ["208", "社会保障和就业支出", "80.00", "80.00", ""], ["20805", "行政事业单位养老支出", "80.00", "80.00", ""],
     ["2080505", "机关事业单位基本养老保险缴费支出", "80.00", "80.00", ""], ["", "合计", "1330.50", "1080.00", "250.50"]]},
  {"title": "项目表", "header": [["项目", "金额"]], "rows": [["修缮", 250.50]]}],
 "sentences": ["支出1330.50。"]}"#;

#[test]
fn what_is_the_same_as_published_is_counted_cell_by_cell() {
    let root = small(&[]);
    let same = published(root.path(), FACTS);
    assert_eq!((same.heads().equal, same.heads().of), (7, 7), "{}", comparison::as_text(&same));
    let told = comparison::as_text(&same);
    assert!(told.contains("表 1《2024年支出表》（本套《支出表》）：表头 5/5，单元格 34/34"), "{told}");
    // A number in JSON has lost its nought at the end: the same, written otherwise.
    assert!(told.contains("第 2 列“金额”：公开的是250.5，本套是250.50（t2/修缮/额）；数相同，写法不同"), "{told}");
    let facts = FACTS.replace("[\"修缮\", 250.50]", "[\"修缮\", \"250.50\"]");
    let same = published(root.path(), &facts);
    assert!(same.is_same(), "{}", comparison::as_text(&same));
    let told = comparison::as_text(&same);
    assert!(told.ends_with("合计：全同的表 2/2，表头 7/7，单元格 36/36，句子 1/1"), "{told}");
}

#[test]
fn each_difference_from_what_was_published_has_its_place() {
    let root = small(&[]);
    let facts = FACTS
        .replace("[\"修缮\", 250.50]", "[\"修缮\", \"250.50\"]")
        .replace("\"学前教育\", \"1000.00\", \"1000.00\", \"\"", "\"学前教育\", \"1000.01\", \"1000.00\", \"\"")
        .replace(
            "{\"text\": \"项目支出\", \"row\": 0, \"col\": 4}",
            "{\"text\": \"项目支出\", \"row\": 0, \"col\": 4, \"colspan\": 2}",
        )
        .replace("[\"208\", \"社会保障和就业支出\", \"80.00\", \"80.00\", \"\"], ", "")
        .replace("支出1330.50。", "支出1330.51。我单位没有基金。");
    let compared = published(root.path(), &facts);
    let told = comparison::as_text(&compared);
    for line in [
        "表头第 1 行第 5 列：公开的是项目支出（1 行 2 列），本套是项目支出",
        "第 3 行“学前教育”第 3 列“合计”：公开的是1000.01，本套是1000.00（t1/2050201/合计）",
        "本套第 5 行“社会保障和就业支出”：公开的没有这一行（208 社会保障和就业支出 80.00 80.00）",
        "句子：公开的“支出1330.51。”\n      本套“支出1330.50。”",
        "句子：公开的“我单位没有基金。”\n      本套没有这句话",
        "合计：全同的表 1/2，表头 6/7，单元格 31/36，句子 0/2",
    ] {
        assert!(told.contains(line), "{line}\n{told}");
    }
    let more = FACTS.replace("[\"修缮\", 250.50]", "[\"修缮\", \"250.50\"], [\"绿化\", \"9.00\"]");
    let told = comparison::as_text(&published(root.path(), &more));
    assert!(told.contains("第 2 行“绿化”：本套没有这一行（绿化 9.00）"), "{told}");
    let tables = FACTS
        .replace("],\n \"sentences\"", ", {\"title\": \"资产表\", \"rows\": [[\"车辆\", \"1\"]]}],\n \"sentences\"");
    let told = comparison::as_text(&published(root.path(), &tables));
    assert!(told.contains("表 3《资产表》：本套没有这张表，单元格 0/2"), "{told}");
}

/// A difference on the right side was told under the left side's row.
#[test]
fn a_difference_is_told_under_the_row_of_its_side() {
    let mut found = Diagnostics::default();
    let folder = Folder::open(&common::root().join("data/shanghai-unit-sample"));
    let made = compose_as("shanghai-unit-budget-2026", &folder, &Layouts::default(), &mut found);
    let Some(document) = made.first().map(|made| made.document()) else { panic!("{:?}", found.sorted()) };
    let table = document.tables().find(|table| table.id == "t1").expect("the table");
    let title = gongkai::document::plain_text(&table.title.as_ref().expect("a title").inlines);
    let texts = |row: &gongkai::document::Row| -> Vec<String> {
        row.cells.iter().map(|cell| gongkai::document::plain_text(&cell.inlines)).collect()
    };
    let mut row = texts(&table.body[0]);
    let last = row.len() - 1;
    row[last].push('9');
    let facts = serde_json::json!({ "tables": [{ "title": title, "rows": [row] }] }).to_string();
    let told = comparison::as_text(&compare(document, &Published::read(facts.as_bytes(), "公开.json").expect("facts")));
    assert!(told.contains(&format!("第 1 行“{}”第 {} 列", row[2], last + 1)) && row[2] != row[0], "{told}");
}

/// Facts come from anywhere: places beyond all bounds are places, and a row of tens of thousands of numbers is called once.
#[test]
fn facts_that_nobody_published_are_held_against_ours_too() {
    let root = small(&[]);
    let far =
        FACTS.replace("\"row\": 0, \"col\": 4", &format!("\"row\": {0}, \"col\": {0}, \"rowspan\": {0}", usize::MAX));
    let compared = published(root.path(), &far);
    assert_eq!((compared.heads().equal, compared.heads().of), (6, 7));
    let numbers = vec!["\"1\""; 30_000].join(",");
    let wide = FACTS.replace("[\"修缮\", 250.50]", &format!("[{numbers}]"));
    assert_eq!(published(root.path(), &wide).cells().of, 34 + 30_000);
}

/// A row of the head that merged cells cover whole is no row: publications leave such behind.
#[test]
fn a_covered_row_of_a_head_does_not_count() {
    let root = small(&[]);
    let facts = FACTS
        .replace(
            "\"text\": \"编码\", \"row\": 0, \"col\": 0, \"rowspan\": 1",
            "\"text\": \"编码\", \"row\": 0, \"col\": 0, \"rowspan\": 2",
        )
        .replace("[\"修缮\", 250.50]", "[\"修缮\", \"250.50\"]");
    assert_ne!(facts.matches("\"rowspan\": 2").count(), 0);
    let same = published(root.path(), &facts);
    assert!(same.is_same(), "{}", comparison::as_text(&same));
}

/// The program's own DOCX is the same as the folder it was made from; with another folder's, what was edited is named.
#[test]
fn a_docx_is_held_against_its_own_data() {
    let sample = common::root().join("data/631-2023-corrected");
    let workshop = common::workshop();
    let mut found = Diagnostics::default();
    let set = "hebei-department-budget-2023";
    let made = compose_as(set, &Folder::open(&sample), &Layouts::default(), &mut found);
    let files = made[0].write(&workshop.fonts, &[gongkai::write::Format::Docx]).expect("a DOCX");
    let docx = Published::read(&files[0].bytes, "公开.docx").expect("it is read");
    let same = compare(made[0].document(), &docx);
    assert!(same.is_same() && same.cells().of > 1000 && same.sentences.of > 100, "{}", comparison::as_text(&same));
    let ledger =
        std::fs::read_to_string(sample.join("ledger.csv")).expect("a ledger").replacen("274500.00", "284500.00", 1);
    let edited = Folder::open(&sample).with_text("ledger.csv", &ledger).expect("edited");
    let made = compose_as(set, &edited, &Layouts::default(), &mut found);
    let told = comparison::as_text(&compare(made[0].document(), &docx));
    assert!(told.contains("公开的是27.45，本套是28.45（t6/30101/"), "{told}");
}

#[test]
fn what_cannot_be_read_as_published_is_told() {
    for wrong in ["{", "{\"tables\": 1}", "{\"tables\": [{\"rows\": [1]}]}", "{}", &"[".repeat(100_000)] {
        let found = Published::read(format!("{{\"tables\": {wrong}").as_bytes(), "公开.json").expect_err("no facts");
        assert!(found.to_string().starts_with("公开.json:1:") && found.code == "E630", "{found}");
    }
    assert_eq!(Published::read(b"PK no docx", "公开.docx").expect_err("no DOCX").code.chars().next(), Some('E'));
    assert!(Published::read(b"", "公开.docx").is_err());
}

/// The report names another set: the one that is asked for is used, and a set that is not there is told.
#[test]
fn a_folder_is_composed_as_the_set_that_is_asked_for() {
    let root = small(&[]);
    let report = root.path().join("data/report.toml");
    let text = std::fs::read_to_string(&report).expect("a report").replace("\"small\"", "\"somewhere-else\"");
    let two = format!(
        "{text}\n[[document]]\n[[document]]\nname = \"乙\"\nlayout = \"nowhere\"\nscope = {{ unit = \"本级\" }}\n"
    );
    std::fs::write(&report, two).expect("written");
    let mut found = Diagnostics::default();
    let made = compose_as("small", &Folder::open(&root.path().join("data")), &layouts(root.path()), &mut found);
    assert!(made.len() == 2 && !found.has_errors(), "{:?}", found.sorted());
    let none = compose_as("smal", &Folder::open(&root.path().join("data")), &layouts(root.path()), &mut found);
    assert!(none.is_empty() && found.sorted()[0].to_string().contains("E210"), "{:?}", found.sorted());
}

fn run(arguments: &[&str], root: &Path) -> (i32, String, String) {
    let binary = env!("CARGO_BIN_EXE_gongkai");
    let mut command = std::process::Command::new(binary);
    let output = command.args(arguments).current_dir(root).env("GONGKAI_FONTS", common::root().join("fonts"));
    let output = output.output().expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
}

#[test]
fn the_commands_say_it_with_their_codes() {
    let root = small(&[]);
    let (code, _, told) = run(&["layouts", "check", "small"], root.path());
    assert_eq!((code, told.lines().last()), (0, Some("没有发现问题")), "{told}");
    std::fs::write(root.path().join("layouts/small/text.md"), "#说明\n文字。\n").expect("written");
    let (code, _, told) = run(&["layouts", "check", "small"], root.path());
    assert!(code == 0 && told.contains("[E294]") && told.ends_with("0 个错误，1 个警告\n"), "{told}");
    std::fs::write(root.path().join("layouts/small/t1.toml"), "id = \"t1\"\ncolumn = []\n").expect("written");
    let (code, _, told) = run(&["layouts", "check", "small"], root.path());
    assert!(code == 1 && told.contains("[E201]"), "{told}");
    let root = small(&[]);
    std::fs::write(root.path().join("公开.json"), FACTS).expect("written");
    let (code, told, _) = run(&["layouts", "compare", "small", "data", "公开.json"], root.path());
    assert!(code == 1 && told.contains("写法不同"), "{told}");
    let (code, told, _) = run(&["layouts", "compare", "small", "data", "公开.json", "--format", "json"], root.path());
    let told: serde_json::Value = serde_json::from_str(&told).expect("JSON alone");
    assert_eq!((code, told["same"].as_bool(), told["cells"]["equal"].as_u64()), (1, Some(false), Some(35)), "{told:#}");
    let difference = &told["tables"][1]["differences"][0];
    assert_eq!(difference["address"], "t2/修缮/额", "{told:#}");
    let words = [&difference["published"], &difference["ours"], &difference["of_writing"]];
    assert_eq!(words, [&serde_json::json!("250.5"), &serde_json::json!("250.50"), &serde_json::json!(true)]);
    let same = FACTS.replace("[\"修缮\", 250.50]", "[\"修缮\", \"250.50\"]");
    std::fs::write(root.path().join("公开.json"), same).expect("written");
    assert_eq!(run(&["layouts", "compare", "small", "data", "公开.json"], root.path()).0, 0);
    assert_eq!(run(&["layouts", "compare", "small", "data", "没有.json"], root.path()).0, 2);
    let (code, told, _) = run(&["layouts", "show", "small", "t1", "-o", "样子"], root.path());
    assert!(code == 0 && told.contains("t1/〈项〉/基本") && told.contains("small-t1.pdf"), "{told}");
    let pdf: PathBuf = root.path().join("样子/small-t1.pdf");
    assert!(std::fs::read(pdf).expect("a page").starts_with(b"%PDF-"));
    assert_eq!(run(&["layouts", "show", "small", "t9"], root.path()).0, 1);
}

/// A sign lost or doubled in a set's TOML is one syntax error, whatever the parser then takes the rest for.
#[test]
fn a_sign_too_few_or_too_many_in_toml_is_one_message() {
    let mut broken = 0;
    for name in ["set.toml", "schema.toml", "style.toml", "t1.toml", "t2.toml"] {
        let text = base(name);
        for (at, c) in text.char_indices().filter(|(_, c)| ",[]{}=\"".contains(*c)) {
            let without = format!("{}{}", &text[..at], &text[at + 1..]);
            let doubled = format!("{}{c}{}", &text[..at], &text[at..]);
            for mutant in [without, doubled] {
                let mut found = Diagnostics::default();
                gongkai::toml_tree::parse(&mutant, &"t.toml".into(), &mut found);
                assert!(found.iter().count() <= 1, "{name} {at}\n{mutant}\n{:#?}", found.sorted());
                broken += found.iter().count();
            }
        }
    }
    assert!(broken > 400, "{broken}");
}

/// Mistakes on lines of their own are all told.
#[test]
fn mistakes_in_toml_that_do_not_touch_are_each_told() {
    let mut found = Diagnostics::default();
    let text = "a = 北京\nb = [1, 2]\nc = 上海\nd = 007\ne = {x = 008, y = 009}\n";
    gongkai::toml_tree::parse(text, &"t.toml".into(), &mut found);
    let lines: Vec<u32> = found.sorted().iter().filter_map(|d| Some(d.place.as_ref()?.line)).collect();
    assert_eq!(lines, [1, 3, 4, 5, 5], "{:#?}", found.sorted());
}

#[test]
fn a_mistake_in_toml_says_which_sign_it_is() {
    for (text, says) in [
        ("a = [\"x\" \"y\"]\n", "数组的两个值之间少了逗号"),
        ("a = { x = 1 y = 2 }\n", "表 { … } 的两个键之间少了逗号"),
        ("a = { x = \"1\" y = \"2\" }\n", "表 { … } 的两个键之间少了逗号"),
        ("a = [1,, 2]\n", "多了一个逗号"),
        ("a = [1, 2\n", "数组没有结束的 ]"),
        ("a = { x = 1\n", "表 { … } 没有结束的 }"),
        ("a =\n", "等号后面没有值"),
        ("a\n", "键后面缺少等号和值"),
    ] {
        let mut found = Diagnostics::default();
        gongkai::toml_tree::parse(text, &"t.toml".into(), &mut found);
        let told: Vec<String> = found.sorted().iter().map(ToString::to_string).collect();
        assert!(told.len() == 1 && told[0].contains(says), "{text}: {told:#?}");
    }
}

/// Any `{% end… %}` of the program's sets taken out is one message that names it.
#[test]
fn a_block_left_open_is_told_by_its_end() {
    let mut tried = 0;
    for id in gongkai::layout::embedded_sets() {
        let mut found = Diagnostics::default();
        let files = gongkai::layout::SetFiles::find(&id, None, &Layouts::default(), None, &mut found).expect("a set");
        for name in files.names(".md") {
            let (_, text, _) = files.text(&name).expect("its text");
            let text = text.to_string();
            for (at, _) in text.match_indices("end") {
                let start = text[..at].rfind("{%").filter(|s| text[*s + 2..at].trim_matches(['-', ' ']).is_empty());
                let (Some(start), Some(length)) = (start, text[at..].find("%}")) else { continue };
                let end = text[at..at + length].trim_matches(['-', ' ']);
                let mut mutant = files.clone();
                let mutated = format!("{}{}", &text[..start], &text[at + length + 2..]);
                let layer = mutant.layers.last_mut().expect("its layer");
                std::sync::Arc::make_mut(layer).files.insert(name.clone(), mutated);
                let mut found = Diagnostics::default();
                gongkai::layout::load(&mutant, &gongkai::layout::Layer::default(), &mut found);
                let told: Vec<String> = found.sorted().iter().map(ToString::to_string).collect();
                assert!(told.len() == 1 && told[0].contains("[E240]"), "{name}: {told:#?}");
                assert!(told[0].contains(&format!("{{% {end} %}}")), "{name} without {end}: {told:#?}");
                tried += 1;
            }
        }
    }
    assert!(tried > 20, "{tried}");
}
