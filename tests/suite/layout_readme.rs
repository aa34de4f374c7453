//! The examples of `layouts/README.md` are one whole set and its data: they compose without a finding.

use crate::common;
use gongkai::diagnostic::Diagnostics;
use gongkai::document::{Block, Document, Table, plain_text};
use gongkai::folder::Folder;
use gongkai::layout::Layouts;
use std::path::Path;

/// Writes every fenced block that names its file: `data/…` into the data folder, the rest into the set `example`.
fn write_examples(folder: &Path) -> usize {
    let readme = std::fs::read_to_string(common::root().join("layouts/README.md")).expect("the README");
    let mut blocks = readme.split("\n```");
    let mut written = 0;
    blocks.next();
    for block in blocks {
        let Some((first, body)) = block.split_once('\n') else { continue };
        let Some((_, name)) = first.split_once(" file=") else { continue };
        let path =
            if name.starts_with("data/") { folder.join(name) } else { folder.join("layouts/example").join(name) };
        assert!(!path.exists(), "{name} is there twice");
        std::fs::create_dir_all(path.parent().expect("below the folder")).expect("a folder");
        std::fs::write(&path, format!("{body}\n")).expect("writes");
        written += 1;
    }
    written
}

fn example() -> Document {
    let folder = tempfile::tempdir().expect("a temporary folder");
    assert!(write_examples(folder.path()) > 15, "the README's examples are found");
    let roots = [folder.path().join("layouts"), common::root().join("layouts")];
    let mut diagnostics = Diagnostics::default();
    let mut prepared = gongkai::prepare::prepare(
        &Folder::open(&folder.path().join("data")),
        &Layouts::on_disk(&roots),
        &mut diagnostics,
    );
    let document = prepared.pop().and_then(|p| Some(gongkai::compose::compose(p.job, &mut diagnostics)?.document));
    let found: Vec<String> = diagnostics.sorted().iter().map(ToString::to_string).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
    document.expect("composed")
}

fn table<'a>(document: &'a Document, id: &str) -> &'a Table {
    document.tables().find(|t| t.id == id).unwrap_or_else(|| panic!("no table {id}"))
}

fn rows(table: &Table) -> Vec<String> {
    let texts = |row: &gongkai::document::Row| -> String {
        row.cells.iter().map(|c| plain_text(&c.inlines)).collect::<Vec<_>>().join("|")
    };
    table.body.iter().map(texts).collect()
}

fn sentences(document: &Document) -> Vec<String> {
    let text = |block: &Block| match block {
        Block::Paragraph(paragraph) => Some(plain_text(&paragraph.inlines)),
        _ => None,
    };
    document.blocks().filter_map(text).collect()
}

#[test]
fn the_examples_of_the_readme_compose() {
    let document = example();
    assert_eq!(document.meta.file_stem, "001示例部门2023年部门预算公开");
    let split = rows(table(&document, "b1"));
    assert_eq!(split[1], "2|201|03||政府办公厅（室）及相关机构事务|1,808,000.50|1,308,000.50|500,000.00|27.65");
    assert_eq!(split.last().expect("a foot"), "8||||总计|1,968,000.50|1,468,000.50|500,000.00|25.41");
    let sides = rows(table(&document, "b2"));
    assert_eq!(sides[3], "4|||四、人行科目|");
    assert_eq!(sides[6], "7|收入总计|2,038,000.50|支出总计|2,038,000.50");
    assert_eq!(rows(table(&document, "b3")), ["3,000.00|3,000.00|26,000.00|25,000.50"]);
    let form = rows(table(&document, "jx.路灯工程"));
    assert_eq!(form, ["预算资金|500,000.00", "一级指标|二级指标|指标值", "产出指标|亮灯率|≥98%", "完工时间|6月底前"]);
}

#[test]
fn its_sentences_follow_the_data() {
    let sentences = sentences(&example());
    let wanted = [
        "2023年，示例部门预算收入2,038,000.50元，支出2,038,000.50元，其中：路灯工程项目500,000.00元、校舍维修项目70,000.00元。",
        "支出比上年增加209,000.50元，主要是新增路灯工程。",
        "机关运行经费：",
        "机关运行经费108,000.50元，用于办公、公务接待和公务用车运行维护。",
    ];
    for wanted in wanted {
        assert!(sentences.iter().any(|s| s == wanted), "{wanted}\n{sentences:#?}");
    }
}

/// The form of a table, which has no data, has the addresses that the document has: of an instance, of a list's columns.
#[test]
fn the_forms_of_its_tables_have_the_documents_addresses() {
    let document = example();
    let folder = tempfile::tempdir().expect("a temporary folder");
    write_examples(folder.path());
    let mut found = Diagnostics::default();
    let layouts = Layouts::on_disk(&[folder.path().join("layouts")]);
    let set = gongkai::workshop::load_set("example", &layouts, &mut found).expect("the set");
    let mut addresses = Vec::new();
    for id in ["jx", "b3"] {
        let form = gongkai::form::form(&set, id).expect("a form");
        let cells = form.body.iter().flat_map(|row| &row.cells).map(|cell| plain_text(&cell.inlines));
        addresses.extend(cells.filter(|text| text.contains('/')).map(|text| text.replace("〈项目〉", "路灯工程")));
    }
    assert_eq!(addresses.len(), 5, "{addresses:?}");
    for address in addresses {
        assert!(document.figures.iter().any(|figure| figure.address == address), "{address}");
    }
}
