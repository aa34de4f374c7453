//! Data folders that are large in one way: what grows with the size of a department is measured on them, by
//! `benches/growth.rs` and `tests/bounds.rs`.

use gongkai::diagnostic::Diagnostics;
use gongkai::folder::Folder;
use gongkai::fonts::Fonts;
use gongkai::layout::Layouts;
use gongkai::pull::pull;
use gongkai::workshop::{Aim, Workshop};
use gongkai::write::Format;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Cursor, Read, Write as _};
use std::path::Path;

/// The files of a data folder, by name.
pub type Files = BTreeMap<String, String>;

/// A way to grow, with what makes the sample so large.
pub type Kind = (&'static str, fn(&mut Files, usize));

/// Lines of one kind, projects, codes of a list of its own, units, documents of one folder, words typed in one paragraph,
/// paragraphs typed, goals of projects, reasons.
pub const KINDS: [Kind; 9] = [
    ("lines", lines),
    ("projects", projects),
    ("codes", codes),
    ("units", units),
    ("documents", documents),
    ("amounts", amounts),
    ("texts", texts),
    ("targets", targets),
    ("reasons", reasons),
];

const LEDGER: &str = "功能科目,支出类别,经济科目,用途,项目,资金来源,金额（元）,单位\n";
const UNIT: &str = "临港部门河北山海关临港经济开发区管理委员会本级";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Files that someone made to take the most: name, what it begins with, what is repeated to its end.
pub const HOSTILE: [(&str, &str, &str); 42] = [
    ("ledger.csv", "", ","),
    ("ledger.csv", "", "\""),
    ("ledger.csv", "", "甲"),
    ("ledger.csv", LEDGER, ","),
    ("ledger.csv", LEDGER, "\n"),
    ("ledger.csv", LEDGER, ",,,,,,,\n"),
    ("ledger.csv", LEDGER, "\""),
    ("ledger.csv", LEDGER, "\"\","),
    ("ledger.csv", LEDGER, "a"),
    ("ledger.csv", LEDGER, "a\n"),
    ("ledger.csv", LEDGER, "x,x,x,x,x,x,x,x,x\n"),
    ("ledger.csv", LEDGER, "合计,,,,,,1.00,\n"),
    ("ledger.csv", LEDGER, "注：\n"),
    ("units.csv", "", "单位名称,"),
    ("reasons.csv", "条目,方向,文字\n", "甲,乙\n"),
    ("prior.csv", "功能科目,", "金额（元）,"),
    ("classification/function.csv", "编码,名称\n", "1\n"),
    ("tables/t1.csv", "", "1,"),
    ("tables/t1.csv", "", "1\n"),
    ("report.toml", REPORT, "k = 1\n"),
    ("report.toml", REPORT, "=\n"),
    ("report.toml", REPORT, "\"\u{1}\n"),
    ("report.toml", REPORT, "[[document]]\n"),
    ("report.toml", REPORT, "[[acknowledge]]\n"),
    ("report.toml", "x", ".a"),
    ("report.toml", "x = [", "1,"),
    ("report.toml", "x = [", "01,"),
    ("report.toml", "x = ", "["),
    ("corrections.toml", "", "[[correction]]\n"),
    ("layout/checks.toml", "", "[[rule]]\ncode = \"K900\"\n"),
    ("layout/set.toml", "", "[file.a]\n"),
    ("text/03-operating.md", "", "a"),
    ("text/03-operating.md", "", "甲\n\n"),
    ("text/03-operating.md", "", "1.00万元，"),
    ("text/03-operating.md", "", "# 甲\n"),
    ("text/03-operating.md", "", "{{ 1 }}"),
    ("text/03-operating.md", "", "---\n"),
    ("text/03-operating.md", "", "甲\n\n---\n"),
    ("text/03-operating.md", "", "{% if"),
    ("text/03-operating.md", "", "“"),
    ("text/03-operating.md", "", "**甲"),
    ("text/03-operating.md", "", "2010350，"),
];

const REPORT: &str = "code = \"631\"\nname = \"甲\"\nyear = 2023\nlayout = \"hebei-department-budget-2023\"\n";

/// The sample with one hostile file of so many bytes.
pub fn hostile((name, begins, repeats): (&str, &str, &str), size: usize) -> Folder {
    let mut files = Files::new();
    read(&root().join("data/631-2023"), "", &mut files);
    let count = (size - begins.len()) / repeats.len();
    files.insert(name.into(), begins.to_owned() + &repeats.repeat(count));
    of_files(files)
}

/// The project's layouts and fonts, and nothing kept from other runs.
pub fn workshop() -> Workshop {
    let fonts = Fonts::load(&[&root().join("fonts")]).unwrap_or_else(|found| panic!("{:?}", found.sorted()));
    Workshop::new(Layouts::on_disk(&[root().join("layouts")]), fonts)
}

/// The sample, so large in one way, in memory. Files that speak of what it has no longer are empty.
pub fn folder(kind: Kind, size: usize) -> Folder {
    let mut files = Files::new();
    read(&root().join("data/631-2023"), "", &mut files);
    if kind.0 != "documents" {
        for name in ["reasons.csv", "targets.csv", "procurement.csv"] {
            files.entry(name.into()).and_modify(|text| text.truncate(text.find('\n').expect("a head") + 1));
        }
        files.insert("text/03-operating.md".into(), "见附表。\n".into());
    }
    kind.1(&mut files, size);
    of_files(files)
}

/// The sample with projects of these names, and a text of its own.
pub fn of_projects(names: &[String], text: String) -> Folder {
    let mut files = Files::new();
    read(&root().join("data/631-2023"), "", &mut files);
    for name in ["reasons.csv", "targets.csv", "procurement.csv"] {
        files.entry(name.into()).and_modify(|text| text.truncate(text.find('\n').expect("a head") + 1));
    }
    let row = |name: &String| format!("2010350,项目支出,,,{name},一般公共预算,1000.00,{UNIT}");
    rows(&mut files, "ledger.csv", LEDGER, names.iter().map(row));
    files.insert("text/03-operating.md".into(), text);
    of_files(files)
}

/// A folder in memory.
pub fn of_files(files: Files) -> Folder {
    Folder::of_files(Path::new("631"), files.into_iter().map(|(name, text)| (name, text.into_bytes().into())))
}

fn read(folder: &Path, below: &str, files: &mut Files) {
    for entry in std::fs::read_dir(folder).expect("the sample").map(|entry| entry.expect("an entry")) {
        let name = format!("{below}{}", entry.file_name().to_string_lossy());
        match entry.path().is_dir() {
            true => read(&entry.path(), &format!("{name}/"), files),
            false => drop(files.insert(name, std::fs::read_to_string(entry.path()).expect("UTF-8"))),
        }
    }
}

/// What `check` does with a folder; how many findings there are.
pub fn look(workshop: &Workshop, folder: &Folder) -> usize {
    workshop.open_each(folder, Aim::Look, |_, _| {}).sorted().len()
}

/// The sample's DOCX with so many paragraphs more.
pub fn docx(workshop: &Workshop, paragraphs: usize) -> (Folder, Vec<u8>) {
    let mut files = Files::new();
    read(&root().join("data/631-2023"), "", &mut files);
    let folder = of_files(files);
    let made = workshop.build(&folder, Aim::Publish, &[Format::Docx], &mut Diagnostics::default());
    let mut old = zip::ZipArchive::new(Cursor::new(&made[0].bytes)).expect("a DOCX");
    let mut new = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..old.len() {
        let mut part = old.by_index(index).expect("a part");
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).expect("it is whole");
        if part.name() == "word/document.xml" {
            let xml = String::from_utf8(bytes).expect("UTF-8");
            let (head, body) = xml.split_once("<w:body>").expect("a body");
            let mut grown = format!("{head}<w:body>");
            for n in 0..paragraphs {
                write!(grown, "<w:p><w:r><w:t>多出的第{n}段。</w:t></w:r></w:p>").expect("writes");
            }
            bytes = (grown + body).into_bytes();
        }
        new.start_file(part.name(), zip::write::SimpleFileOptions::default()).expect("a part");
        new.write_all(&bytes).expect("writes");
    }
    (folder, new.finish().expect("a DOCX").into_inner())
}

/// What `pull` does with a DOCX; how many findings there are.
pub fn look_at_docx(workshop: &Workshop, (folder, docx): &(Folder, Vec<u8>)) -> usize {
    let mut found = Diagnostics::default();
    let pulled = pull(docx, folder, workshop, &mut found);
    found.sorted().len() + pulled.map_or(0, |pulled| pulled.structure.len())
}

fn rows(files: &mut Files, name: &str, head: &str, rows: impl Iterator<Item = String>) {
    files.insert(name.into(), rows.fold(head.to_string(), |text, row| text + &row + "\n"));
}

fn lines(files: &mut Files, size: usize) {
    let row = |n| format!("2010350,基本支出,302{:02},办公费,,一般公共预算,{}.00,{UNIT}", 1 + n % 2, 100 + n % 7);
    rows(files, "ledger.csv", LEDGER, (0..size).map(row));
}

fn projects(files: &mut Files, size: usize) {
    let row = |n| format!("2010350,项目支出,,,项目{n},一般公共预算,{}.00,{UNIT}", 1000 + n);
    rows(files, "ledger.csv", LEDGER, (0..size).map(row));
}

fn codes(files: &mut Files, size: usize) {
    let code = |n: usize| format!("2{:02}{:02}{:02}", 10 + n / 10_000 % 90, 10 + n / 100 % 100 % 90, n % 100);
    let known: std::collections::BTreeSet<String> = (0..size).map(code).collect();
    let mut all = known.clone();
    all.extend(known.iter().flat_map(|code| [code[..3].to_string(), code[..5].to_string()]));
    rows(files, "classification/function.csv", "编码,名称\n", all.iter().map(|code| format!("{code},科目{code}")));
    let row = |code: &String| format!("{code},基本支出,30201,办公费,,一般公共预算,100.00,{UNIT}");
    rows(files, "ledger.csv", LEDGER, known.iter().map(row));
}

fn units(files: &mut Files, size: usize) {
    let head = "单位名称,单位性质,单位规格,经费保障形式\n";
    rows(files, "units.csv", head, (0..size).map(|n| format!("第{n}单位,事业,正科级,财政性资金基本保证")));
    let row = |n| format!("2010350,基本支出,30201,办公费,,一般公共预算,100.00,第{n}单位");
    rows(files, "ledger.csv", LEDGER, (0..size).map(row));
}

fn documents(files: &mut Files, size: usize) {
    let report = files.get_mut("report.toml").expect("a report");
    (0..size).for_each(|n| write!(report, "\n[[document]]\nname = \"第{n}份\"\n").expect("writes"));
}

fn amounts(files: &mut Files, size: usize) {
    let one = |n: usize| {
        format!(
            "2021年安排项目{n}支出{}.{:02}万元，比2020年增加{}.{}0万元，增长{}.5%，占预算支出的{}.1%；",
            100 + n % 977,
            n % 100,
            n % 50,
            n % 10,
            n % 30,
            n % 9
        )
    };
    let text: String = (0..size).map(one).collect();
    files.insert("text/03-operating.md".into(), format!("全年预算，其中：{text}。\n"));
}

fn texts(files: &mut Files, size: usize) {
    let one = |n: usize| {
        format!(
            "第{n}项工作由本单位负责，编码2010{:03}的科目安排{n}.00万元，截止2022年12月31日完成完成。用（网络)管理，见第{n}支出表。\n\n",
            n % 1000
        )
    };
    files.insert("text/03-operating.md".into(), (0..size).map(one).collect());
}

fn targets(files: &mut Files, size: usize) {
    projects(files, size);
    let head = files["targets.csv"].clone();
    let row = |n| format!("项目{n},完成第{n}个项目的全部建设内容。,产出指标,数量指标,面积{n},面积,≥{n}平方米,合同{n}");
    rows(files, "targets.csv", &head, (0..size).map(row));
}

fn reasons(files: &mut Files, size: usize) {
    let row = |n| format!("t6/{}/公用,增加,第{n}个原因是人员增加增加", 30_000 + n);
    rows(files, "reasons.csv", "条目,方向,文字\n", (0..size).map(row));
}
