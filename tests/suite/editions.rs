//! Editions are made again to the byte, corrections are told whole and without excess, and whatever interrupts the
//! writing leaves the old or the new.

use crate::common::{self, recorded, workshop};
use crate::departments::Chance;
use gongkai::diagnostic::Diagnostics;
use gongkai::diff::{Cause, DocumentDiff, TextKind};
use gongkai::document::{Block, ColumnKind, Document, Inline, plain_text};
use gongkai::edition::{Built, Edition, Manifest, Recorded, ids, notice, read_manifest};
use gongkai::folder::Folder;
use gongkai::made::Made;
use gongkai::workshop::compose_all;
use gongkai::write::Format;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

const BOTH: [Format; 2] = [Format::Pdf, Format::Docx];

fn said(found: &Diagnostics) -> String {
    found.sorted().iter().map(|d| format!("{d}\n")).collect()
}

fn edited(path: &Path, from: &str, to: &str) {
    let text = std::fs::read_to_string(path).expect("a text file");
    assert!(text.contains(from), "{} has no {from}", path.display());
    std::fs::write(path, text.replacen(from, to, 1)).expect("writes");
}

#[test]
fn an_edition_is_made_again_to_the_byte_whatever_became_of_the_folder() {
    let folder = common::copy_of_sample();
    let (first, built) = recorded(folder.path(), "2023-02-10");
    let Recorded::New(edition) = first else { panic!("the first edition is new") };
    assert_eq!(edition.id, "2023-02-10-1");
    let (again, _) = recorded(folder.path(), "2023-02-11");
    assert!(matches!(again, Recorded::Same(ref same) if same.id == edition.id), "the same is not recorded twice");
    edited(&folder.path().join("ledger.csv"), "8300.00", "108300.00");
    std::fs::remove_file(folder.path().join("targets.csv")).expect("removed");
    std::fs::write(folder.path().join("layout/set.toml"), "not toml").expect("writes");
    let mut found = Diagnostics::default();
    let old = Edition::find(folder.path(), "2023-02-10-1").expect("the edition");
    let files = old.rebuild(workshop(), &BOTH, &mut found);
    assert!(found.is_empty(), "{}", said(&found));
    for (file, before) in files.iter().zip(&built) {
        assert!(file.name == before.name && file.bytes == before.bytes, "{} differs", file.name);
    }
    assert_eq!(files.len(), 2);
}

#[test]
fn what_makes_an_edition_differ_is_named() {
    let folder = common::copy_of_sample();
    let (Recorded::New(edition), _) = recorded(folder.path(), "2023-02-10") else { panic!("new") };
    let rewrite = |change: &dyn Fn(&mut Manifest)| {
        let mut manifest = edition.manifest.clone();
        manifest.documents[0].outputs[0].sha256 = "0".repeat(64);
        change(&mut manifest);
        // As the first form had it: nothing that was published is kept, nothing is sealed.
        manifest.form = 1;
        manifest.files.retain(|name, _| !name.starts_with("published/"));
        let _ = std::fs::remove_dir_all(edition.folder.join("published"));
        std::fs::write(edition.folder.join("manifest.json"), manifest.to_json()).expect("writes");
        let mut found = Diagnostics::default();
        let again = Edition::open(&edition.folder).expect("still a manifest");
        assert_eq!(again.rebuild(workshop(), &BOTH, &mut found).len(), 2, "the files are made all the same");
        said(&found)
    };
    let of_font = rewrite(&|m| m.fonts[0].sha256 = "1".repeat(64));
    let file = &edition.manifest.fonts[0].file;
    assert!(of_font.contains("警告[E604]") && of_font.contains(&format!("字体不同（{file}）")), "{of_font}");
    let of_program = rewrite(&|m| m.program = "0.0.9".to_string());
    assert!(of_program.contains("程序不同（当时 0.0.9，现在 "), "{of_program}");
    edited(&edition.folder.join("data/ledger.csv"), "8300.00", "8301.00");
    let mut found = Diagnostics::default();
    let tampered = Edition::open(&edition.folder).expect("a manifest").rebuild(workshop(), &BOTH, &mut found);
    assert!(tampered.is_empty());
    assert!(said(&found).contains("错误[E603] 2023-02-10-1 的 data/ledger.csv 被改动过"), "{}", said(&found));
}

#[test]
fn a_manifest_of_any_bytes_is_read_or_refused() {
    for bytes in [&b""[..], b"\xff\xfe", b"{}", b"[[[[", b"{\"form\": 99}", b"{\"form\": 1}", &[b'['; 100_000]] {
        let found = read_manifest(bytes, "manifest.json").expect_err("no manifest").to_string();
        assert!(found.starts_with("manifest.json 错误[E601] 清单读不懂"), "{found}");
    }
}

// ---------------------------------------------------------------- random corrections

/// A correction: what it is, and the files it changes with their new texts.
struct Correction {
    what: &'static str,
    files: Vec<(&'static str, String)>,
}

/// `kind` counts through the kinds of corrections.
fn correction(kind: usize, random: &mut Chance, folder: &Path) -> Correction {
    let read = |file: &str| std::fs::read_to_string(folder.join(file)).expect("a file");
    let rows = |file: &str| read(file).lines().map(str::to_string).collect::<Vec<String>>();
    let amount = |random: &mut Chance| format!("{}.{:02}", random.below(9_000_000) + 1, random.below(100));
    let joined = |rows: Vec<String>| rows.join("\n") + "\n";
    let with_last = |row: &str, amount: &str| format!("{},{amount}", row.rsplit_once(',').expect("columns").0);
    let mut ledger = rows("ledger.csv");
    // Line 17 pays 公务接待费, whose reason says 持平.
    let at = loop {
        let at = 1 + random.below(ledger.len() - 1);
        if at != 16 {
            break at;
        }
    };
    let field = |row: &str, index: usize, value: &str| {
        let mut cells: Vec<&str> = row.split(',').collect();
        cells[index] = value;
        cells.join(",")
    };
    let of_ledger = |what, rows: Vec<String>| Correction { what, files: vec![("ledger.csv", joined(rows))] };
    let project = |row: &str, at: usize| row.split(',').nth(at).filter(|p| !p.is_empty()).map(str::to_string);
    let projects: Vec<usize> = (1..ledger.len()).filter(|&n| project(&ledger[n], 4).is_some()).collect();
    let of_project = projects[random.below(projects.len())];
    // A project that is no more has neither targets nor procurement.
    let without = |what, rows: Vec<String>, gone: &str| {
        let rest = |file, at: usize| -> String {
            let all = read(file);
            let kept = all.lines().enumerate().filter(|(n, row)| *n == 0 || row.split(',').nth(at) != Some(gone));
            kept.map(|(_, row)| format!("{row}\n")).collect()
        };
        let others = [("targets.csv", rest("targets.csv", 0)), ("procurement.csv", rest("procurement.csv", 1))];
        Correction { what, files: [("ledger.csv", joined(rows))].into_iter().chain(others).collect() }
    };
    match kind % 9 {
        0 => {
            ledger[at] = with_last(&ledger[at], &amount(random));
            of_ledger("amount", ledger)
        }
        1 => {
            let new = with_last(&ledger[at], &amount(random));
            let place = 1 + random.below(ledger.len());
            ledger.insert(place, new);
            of_ledger("line added", ledger)
        }
        2 => {
            let gone = project(&ledger[of_project], 4).unwrap_or_default();
            ledger.remove(of_project);
            without("line removed", ledger, &gone)
        }
        3 => {
            let codes: BTreeSet<String> =
                ledger[1..].iter().map(|r| r.split(',').next().unwrap_or("").to_string()).collect();
            let codes: Vec<String> = codes.into_iter().collect();
            ledger[at] = field(&ledger[at], 0, &codes[random.below(codes.len())]);
            of_ledger("another code", ledger)
        }
        4 => {
            let funds = ["一般公共预算", "政府性基金预算", "国有资本经营预算", "财政专户", "其他收入"];
            ledger[at] = field(&ledger[at], 5, funds[random.below(funds.len())]);
            of_ledger("another fund", ledger)
        }
        5 => {
            let gone = project(&ledger[of_project], 4).unwrap_or_default();
            let other = project(&ledger[projects[random.below(projects.len())]], 4).unwrap_or_default();
            ledger[of_project] = field(&ledger[of_project], 4, &other);
            without("another project", ledger, &gone)
        }
        6 => {
            let mut prior = rows("prior.csv");
            let at = if random.below(2) == 0 { 1 } else { 3 };
            prior[at] = with_last(&prior[at], &amount(random));
            Correction { what: "last year", files: vec![("prior.csv", joined(prior))] }
        }
        7 => {
            let mut lines = rows("procurement.csv");
            let at = 1 + random.below(lines.len() - 1);
            let amount = amount(random);
            lines[at] = field(&field(&lines[at], 6, &amount), 9, &amount);
            Correction { what: "procurement", files: vec![("procurement.csv", joined(lines))] }
        }
        _ => {
            let text = read("text/goals.md");
            let lines: Vec<&str> = text.lines().collect();
            let long: Vec<usize> = (0..lines.len())
                .filter(|&n| lines[n].chars().count() > 12 && !lines[n].starts_with(['#', '{', '+']))
                .collect();
            let at = long[random.below(long.len())];
            let mut lines: Vec<String> = lines.iter().map(|l| l.to_string()).collect();
            let cut = lines[at].char_indices().nth(6).map_or(0, |(n, _)| n);
            lines[at].insert_str(cut, ["切实", "进一步", "全力"][random.below(3)]);
            Correction { what: "text", files: vec![("text/goals.md", lines.join("\n") + "\n")] }
        }
    }
}

/// Every corrected edition is told whole, and nothing is told that did not change: compared with what a plain walk of
/// both documents finds. And the old edition is made again to the byte.
#[test]
fn random_corrections_are_told_whole_and_without_excess() {
    let wanted: usize = std::env::var("GONGKAI_CORRECTIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(24);
    let folder = common::copy_of_sample();
    let (Recorded::New(edition), built) = recorded(folder.path(), "2023-02-10") else { panic!("new") };
    let base = common::made(folder.path());
    let mut random = Chance::new(631);
    let mut done: BTreeMap<&str, usize> = BTreeMap::new();
    for number in 0.. {
        if done.values().sum::<usize>() >= wanted {
            break;
        }
        assert!(number < 20 * wanted, "hardly a correction composes: {done:?}");
        let correction = correction(number, &mut random, folder.path());
        let original = |file: &str| std::fs::read_to_string(common::sample().join(file)).expect("the sample's");
        if correction.files.iter().all(|(file, text)| *text == original(file)) {
            continue;
        }
        let write = |file: &str, text: &str| std::fs::write(folder.path().join(file), text).expect("writes");
        correction.files.iter().for_each(|(file, text)| write(file, text));
        let mut found = Diagnostics::default();
        let new = compose_all(&Folder::open(folder.path()), &common::layouts(), &mut found);
        // A correction may make the data wrong: a reason that no longer fits, a line that belongs nowhere.
        if !new.is_empty() {
            let what = format!("{} ({number})", correction.what);
            let files: Vec<&str> = correction.files.iter().map(|(file, _)| *file).collect();
            check_difference(&base, &new, &what, &files);
            // The whole edition every tenth time here; each time where all hundred are asked for.
            let count = done.values().sum::<usize>();
            if wanted >= 100 || count % 10 == 0 {
                let files = edition.rebuild(workshop(), &BOTH, &mut found);
                assert!(files.iter().zip(&built).all(|(a, b)| a.bytes == b.bytes), "{what}: {}", said(&found));
            }
            *done.entry(correction.what).or_default() += 1;
        }
        correction.files.iter().for_each(|(file, _)| write(file, &original(file)));
    }
    println!("{done:?}");
    assert!(done.len() == 9, "all kinds of corrections: {done:?}");
}

/// A page numbered otherwise is told in the user's words.
#[test]
fn a_change_of_page_numbers_is_told_in_words() {
    let folder = common::copy_of_sample();
    let old = common::made(folder.path());
    let set = common::root().join("layouts/hebei-department-budget-2023/set.toml");
    let set =
        std::fs::read_to_string(set).expect("the set").replace("numbering = \"roman\"", "numbering = \"decimal\"");
    std::fs::create_dir_all(folder.path().join("layout")).expect("a folder");
    std::fs::write(folder.path().join("layout/set.toml"), set).expect("writes");
    let diff = common::difference(&old, &common::made(folder.path()));
    assert_eq!(diff.layout, ["“contents”的页码由罗马数字改为阿拉伯数字"]);
}

fn check_difference(old: &[Made], new: &[Made], what: &str, files: &[&str]) {
    let diff = common::difference(old, new);
    let (before, after) = (Plain::of(&old[0]), Plain::of(&new[0]));
    // Figures: those whose printed texts, in reading order, are not the same.
    let told: BTreeSet<&str> = diff.figures.iter().map(|f| f.address.as_str()).collect();
    let all: BTreeSet<&str> = before.figures.keys().chain(after.figures.keys()).map(String::as_str).collect();
    let moved: BTreeSet<&str> = all.into_iter().filter(|a| before.figures.get(*a) != after.figures.get(*a)).collect();
    let missed: Vec<&&str> =
        moved.difference(&told).filter(|a| before.exact.get(**a) != after.exact.get(**a)).collect();
    assert!(missed.is_empty(), "{what}: not told {missed:?}");
    let turned = |a: &str| before.sign(a) != after.sign(a);
    let excess: Vec<&&str> = told.difference(&moved).filter(|a| !turned(a)).collect();
    assert!(excess.is_empty(), "{what}: told but the same {excess:?}");
    // Sentences: those of one document that the other has not.
    let of = |kind: TextKind, get: fn(&gongkai::diff::TextChange) -> &Option<String>| -> Vec<String> {
        diff.texts.iter().filter(|t| t.kind == kind).filter_map(|t| get(t).clone()).collect()
    };
    let trimmed = |mut all: Vec<String>| {
        all.iter_mut().for_each(|s| *s = s.trim().to_string());
        all.sort();
        all
    };
    assert_eq!(
        trimmed(of(TextKind::Sentence, |t| &t.old)),
        without(&before.sentences, &after.sentences),
        "{what}: old"
    );
    assert_eq!(
        trimmed(of(TextKind::Sentence, |t| &t.new)),
        without(&after.sentences, &before.sentences),
        "{what}: new"
    );
    // Labels: rows that came and went, and cells that changed.
    let whole: Vec<String> =
        diff.texts.iter().filter(|t| t.kind == TextKind::Table).filter_map(|t| t.spot.table.clone()).collect();
    let apart = |mut labels: Vec<String>| {
        labels.retain(|label| !whole.iter().any(|table| label.starts_with(&format!("{table}: "))));
        labels
    };
    let gone = apart(without(&before.labels, &after.labels));
    let come = apart(without(&after.labels, &before.labels));
    let rows = |added: bool| diff.rows.iter().filter(|r| r.added == added).count();
    let cells: usize = of(TextKind::Cell, |t| &t.new).len();
    assert!(gone.len() <= rows(false) + cells && come.len() <= rows(true) + cells, "{what}: {gone:?} {come:?}");
    assert!(rows(false) <= gone.len() && rows(true) <= come.len(), "{what}: rows {:?}", diff.rows);
    // Causes: the files that were corrected, and nothing else.
    check_causes(&diff, what, files);
    assert_eq!(diff.is_same(), before == after, "{what}");
}

fn check_causes(diff: &DocumentDiff, what: &str, files: &[&str]) {
    for cause in &diff.causes {
        let place = cause.place();
        assert!(
            files.iter().any(|file| place.starts_with(file)) && *cause != Cause::Program,
            "{what}: a cause is {place}"
        );
    }
    let of_figures = diff.figures.iter().all(|f| !f.causes.is_empty());
    let of_texts = diff.texts.iter().all(|t| !t.causes.is_empty()) && diff.rows.iter().all(|r| !r.causes.is_empty());
    assert!(of_figures && of_texts, "{what}: a change without a cause");
}

/// The lines of a file below its heading, put into another order.
fn reordered(path: &Path, order: impl Fn(Vec<String>) -> Vec<String>) {
    let text = std::fs::read_to_string(path).expect("a file");
    let mut lines = text.lines().map(str::to_string);
    let heading = lines.next().expect("a heading");
    let lines = order(lines.collect());
    std::fs::write(path, [vec![heading], lines].concat().join("\n") + "\n").expect("writes");
}

#[test]
fn a_ledger_sorted_again_is_no_change_and_a_correction_among_it_is_one() {
    let folder = common::copy_of_sample();
    let base = common::made(folder.path());
    let ledger = folder.path().join("ledger.csv");
    // Lines of projects keep their order, which is that of what is printed.
    reordered(&ledger, |lines| {
        let (projects, mut others): (Vec<_>, Vec<_>) = lines.into_iter().partition(|line| line.contains("项目支出"));
        others.reverse();
        [projects, others].concat()
    });
    let diff = common::difference(&base, &common::made(folder.path()));
    assert!(diff.is_same() && diff.causes.is_empty(), "{:?}", diff.causes);
    edited(&ledger, "办公费,,一般公共预算,8300.00", "办公费,,一般公共预算,108300.00");
    let line = std::fs::read_to_string(&ledger).expect("read").lines().position(|l| l.contains("108300.00"));
    let diff = common::difference(&base, &common::made(folder.path()));
    let told: Vec<String> = diff.causes.iter().map(ToString::to_string).collect();
    assert_eq!(told, [format!("ledger.csv:{} 办公费 8,300.00 → 108,300.00", line.expect("the line") + 1)]);
    assert_eq!(diff.figures.len(), 54);
    // The key of its reason says the record and not the line.
    assert_eq!(diff.causes[0].key(), "ledger.csv 办公费");
}

/// Every record file: what only stands elsewhere neither came nor went; what is printed in another order has that for
/// its cause.
#[test]
fn records_of_every_file_in_another_order_are_the_same_records() {
    let folder = common::copy_of_sample();
    let base = common::made(folder.path());
    let files: Vec<String> = record_files(folder.path());
    assert!(files.len() >= 6, "{files:?}");
    for file in &files {
        reordered(&folder.path().join(file), |lines| lines.into_iter().rev().collect());
    }
    let diff = common::difference(&base, &common::made(folder.path()));
    let others: Vec<String> =
        diff.causes.iter().filter(|c| !matches!(c, Cause::Order { .. })).map(ToString::to_string).collect();
    assert_eq!(others, [""; 0]);
    assert!(diff.figures.is_empty(), "{:?}", diff.figures.first());
    let told: Vec<String> = diff.causes.iter().map(ToString::to_string).collect();
    assert!(told.contains(&"ledger.csv 的行换了次序".to_string()), "{told:?}");
}

/// The record files of a folder.
fn record_files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder").flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let mut files: Vec<String> = names.filter(|name| name.ends_with(".csv")).collect();
    files.sort();
    files
}

/// What a document prints, walked plainly.
#[derive(PartialEq)]
struct Plain {
    /// The texts each address is printed as, in reading order.
    figures: BTreeMap<String, Vec<String>>,
    exact: BTreeMap<String, rust_decimal::Decimal>,
    sentences: Vec<String>,
    /// Texts of rows without numbers and sequence numbers.
    labels: Vec<String>,
    /// Everything else: heads, titles, notes, headings.
    rest: Vec<String>,
}

impl Plain {
    fn of(made: &Made) -> Plain {
        let document = made.document();
        let mut plain = Plain {
            figures: BTreeMap::new(),
            exact: document.figures.iter().map(|f| (f.address.clone(), f.amount)).collect(),
            sentences: Vec::new(),
            labels: Vec::new(),
            rest: Vec::new(),
        };
        for block in document.blocks() {
            match block {
                Block::Heading(heading) => plain.text(document, &heading.inlines),
                Block::Paragraph(paragraph) => {
                    plain.figures_of(document, &paragraph.inlines);
                    plain.sentences.extend(sentences(&plain_text(&paragraph.inlines)));
                }
                Block::Table(table) => {
                    table.title.iter().for_each(|title| plain.text(document, &title.inlines));
                    table.above.iter().chain(&table.notes).for_each(|inlines| plain.text(document, inlines));
                    for row in table.header.iter() {
                        row.cells.iter().for_each(|cell| plain.text(document, &cell.inlines));
                    }
                    for row in &table.body {
                        let mut label = String::new();
                        for cell in &row.cells {
                            plain.figures_of(document, &cell.inlines);
                            let kind = table.columns.get(cell.column).map(|c| c.kind);
                            let is_figure = cell.inlines.iter().any(|i| i.figure.is_some());
                            if !is_figure && !matches!(kind, Some(ColumnKind::Sequence | ColumnKind::Number)) {
                                label.push_str(&plain_text(&cell.inlines));
                            }
                        }
                        if !label.is_empty() {
                            plain.labels.push(format!("{}: {label}", table.id));
                        }
                    }
                }
                Block::Chart(chart) => {
                    let shown = chart.values().map(|v| Inline::figure(v.text.clone(), v.figure));
                    plain.figures_of(document, &shown.collect::<Vec<_>>());
                }
                Block::Picture(_) | Block::Contents | Block::PageBreak => {}
            }
        }
        plain.sentences.sort();
        plain.labels.sort();
        plain
    }

    fn text(&mut self, document: &Document, inlines: &[Inline]) {
        self.figures_of(document, inlines);
        self.rest.push(plain_text(inlines));
    }

    fn figures_of(&mut self, document: &Document, inlines: &[Inline]) {
        for inline in inlines {
            if let Some(id) = inline.figure {
                let address = document.figure(id).address.clone();
                self.figures.entry(address).or_default().push(inline.text.clone());
            }
        }
    }

    fn sign(&self, address: &str) -> Option<(bool, bool)> {
        self.exact.get(address).map(|a| (a.is_zero(), a.is_sign_negative()))
    }
}

fn sentences(text: &str) -> Vec<String> {
    let marked =
        ["。", "；", "！", "？"].iter().fold(text.to_string(), |text, mark| text.replace(mark, &format!("{mark}\n")));
    let closed = ["”", "’", "）", "」", "』"]
        .iter()
        .fold(marked, |text, close| text.replace(&format!("\n{close}"), &format!("{close}\n")));
    closed.lines().map(|line| line.trim().to_string()).filter(|line| !line.is_empty()).collect()
}

/// What `a` has more of than `b`; both sorted.
fn without(a: &[String], b: &[String]) -> Vec<String> {
    let mut count: BTreeMap<&String, isize> = BTreeMap::new();
    b.iter().for_each(|text| *count.entry(text).or_default() += 1);
    let mut more: Vec<String> = Vec::new();
    for text in a {
        let left = count.entry(text).or_default();
        *left -= 1;
        if *left < 0 {
            more.push(text.clone());
        }
    }
    more
}

// ---------------------------------------------------------------- the command

/// Runs `gongkai diff` in a place; its exit code and what it printed.
fn diff(place: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = program(place, &[&["diff"], arguments].concat());
    let output = command.stdout(Stdio::piped()).output().expect("runs");
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn the_command_tells_same_different_and_not_comparable() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let data = place.path().join("data");
    common::copy(&common::sample(), &data);
    assert_eq!(diff(place.path(), &["data"]).0, Some(2), "nothing was published yet");
    assert!(program(place.path(), &BUILD).status().expect("runs").success());
    assert_eq!(diff(place.path(), &["data"]).0, Some(0));
    assert_eq!(diff(place.path(), &["data", "missing"]).0, Some(2));
    let docx = std::fs::read_dir(place.path().join("output/data")).expect("a folder").map(|e| e.expect("one").path());
    let docx = docx.into_iter().find(|path| path.extension().is_some_and(|e| e == "docx")).expect("the DOCX");
    let docx = docx.to_str().expect("a path");
    let (code, text) = diff(place.path(), &[docx, "data"]);
    assert_eq!(code, Some(0), "the DOCX says what the folder says: {text}");
    let before = std::fs::read(data.join("ledger.csv")).expect("the ledger");
    let (code, text) = diff(place.path(), &["data", "--what-if", "ledger.csv:11 金额=108300.00"]);
    assert_eq!(code, Some(1));
    assert!(
        text.starts_with("改动 1 处，变了 54 个数字、5 句话\n\nledger.csv:11 办公费 8,300.00 → 108,300.00\n"),
        "{text}"
    );
    assert_eq!(std::fs::read(data.join("ledger.csv")).expect("the ledger"), before, "nothing is written");
    assert_eq!(diff(place.path(), &["data", "--what-if", "ledger.csv:999 金额=1"]).0, Some(2));
    // One that turns a difference round: the reason given for it would no longer hold.
    let turned = ["diff", "data", "--what-if", "ledger.csv:17 金额=50000"];
    let output = program(place.path(), &turned).stdout(Stdio::piped()).stderr(Stdio::piped()).output().expect("runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    let expected = "reasons.csv:4:2 警告[X120] 照此更正，build 会拒绝生成：公务接待费（t9/接待/合计）现在是增加，给出的原因却是持平的原因";
    assert!(said.contains(expected), "{said}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("ledger.csv:17 公务接待费 200.00 → 50,000.00"));
    edited(&data.join("ledger.csv"), "8300.00", "108300.00");
    let (code, json) = diff(place.path(), &["data", "--format", "json"]);
    assert_eq!(code, Some(1));
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let changes = json["changes"].as_array().expect("changes");
    let one = changes.iter().find(|c| c["address"] == "t6/30201/公用").expect("办公费 itself");
    assert_eq!(
        (&one["old"], &one["new"], &one["delta_yuan"], &one["page"]),
        (&"0.83".into(), &"10.83".into(), &"100000".into(), &"6".into())
    );
    assert_eq!(one["cause"], "ledger.csv:11 办公费 8,300.00 → 108,300.00");
    let labels: Vec<&str> =
        json["pages"][0]["changed"].as_array().expect("pages").iter().filter_map(|p| p["label"].as_str()).collect();
    assert_eq!(labels, ["1", "2", "3", "4", "5", "6", "14", "15", "16"]);
    let (code, csv) = diff(place.path(), &[docx, "data", "--format", "csv"]);
    assert_eq!(code, Some(1));
    assert!(csv.contains(",t6/30201/公用,") && csv.lines().filter(|l| l.contains(",数字,")).count() >= 54, "{csv}");
    let (_, html) = diff(place.path(), &["data", "--format", "html"]);
    assert!(html.contains("<del>0.83</del>") && html.contains("<ins>10.83</ins>"));
}

// ---------------------------------------------------------------- the statement

#[test]
fn a_statement_needs_a_reason_and_lists_every_change() {
    let folder = common::copy_of_sample();
    let (Recorded::New(edition), _) = recorded(folder.path(), "2023-02-10") else { panic!("new") };
    let made = |found: &mut Diagnostics| {
        let new = common::made(folder.path());
        let folder = Folder::open(folder.path());
        let built = Built { folder: &folder, made: &new, files: &[], formats: &[Format::Docx] };
        notice(&built, &edition, "2023-03-01", workshop(), found)
    };
    let mut found = Diagnostics::default();
    assert!(made(&mut found).is_empty(), "nothing changed, nothing to state");
    assert_eq!(said(&found), "提示[E624] 印出来的与 2023-02-10-1 相同，没有写更正说明\n");
    edited(&folder.path().join("ledger.csv"), "办公费,,一般公共预算,8300.00", "办公费,,一般公共预算,108300.00");
    let mut found = Diagnostics::default();
    assert!(made(&mut found).is_empty());
    assert_eq!(
        said(&found),
        "ledger.csv:11 错误[E621] 没有写更正的原因：ledger.csv:11 办公费 8,300.00 → 108,300.00\n  \
         提示：在 corrections.toml 中加上：\n    [since.\"2023-02-10-1\"]\n    \"ledger.csv 办公费\" = \"（更正的原因）\"\n"
    );
    let reasons =
        "[since.\"2023-02-10-1\"]\n\"ledger.csv 办公*\" = \"办公费少计10万元\"\n\"ledger.csv:12\" = \"没有的事\"\n";
    std::fs::write(folder.path().join("corrections.toml"), reasons).expect("writes");
    let mut found = Diagnostics::default();
    let files = made(&mut found);
    assert!(
        said(&found).starts_with("corrections.toml:3:1 警告[E622] “ledger.csv:12”的原因没有用到"),
        "{}",
        said(&found)
    );
    assert_eq!(files[0].name, "631临港部门2023年部门预算公开更正说明.docx");
    let xml = common_xml(&files[0].bytes);
    let text: String = xml.split("<w:t").skip(1).filter_map(|t| t.split_once('>')?.1.split("</w:t>").next()).collect();
    for expected in
        ["2023年2月10日", "2023年3月1日", "办公费少计10万元。涉及表格中的数字49处，情况说明中的文字5处。", "11298.54"]
    {
        assert!(text.contains(expected), "the statement lacks {expected}: {text}");
    }
}

/// Four lines corrected and one added: what a bureau reads is a few pages, each reason once for all it stands beside, and
/// a row that is new stands as a row.
#[test]
fn a_statement_of_four_corrected_lines_and_an_added_one_is_five_pages_with_each_reason_once() {
    let folder = common::copy_of_sample();
    let (Recorded::New(edition), _) = recorded(folder.path(), "2023-02-10") else { panic!("new") };
    let ledger = folder.path().join("ledger.csv");
    for (item, from, to) in [
        ("办公费", "8300", "9300"),
        ("邮电费", "1500", "2500"),
        ("差旅费", "4500", "5500"),
        ("网络运行维护费", "1500", "2500"),
    ] {
        let line = |amount: &str| format!("{item},,一般公共预算,{amount}.00\n");
        edited(&ledger, &line(from), &line(to));
    }
    let text = std::fs::read_to_string(&ledger).expect("the ledger");
    let at = text.lines().count() + 1;
    std::fs::write(&ledger, text + "2010350,基本支出,30205,水费,,一般公共预算,6000.00\n").expect("writes");
    // Lines from to, and a line by its beginning.
    let reasons = format!(
        "[since.\"2023-02-10-1\"]\n\"ledger.csv:11-14\" = \"公用经费少计\"\n\"ledger.csv:{}*\" = \"漏列一行\"\n",
        at / 10
    );
    std::fs::write(folder.path().join("corrections.toml"), reasons).expect("writes");
    let new = common::made(folder.path());
    let folder = Folder::open(folder.path());
    let built = Built { folder: &folder, made: &new, files: &[], formats: &BOTH };
    let mut found = Diagnostics::default();
    let files = notice(&built, &edition, "2023-03-01", workshop(), &mut found);
    assert!(found.is_empty(), "{}", said(&found));
    let of = |end: &str| &files.iter().find(|file| file.name.ends_with(end)).expect("it").bytes;
    let pages = lopdf::Document::load_mem(of(".pdf")).expect("a PDF").get_pages().len();
    assert!(pages <= 5, "{pages} pages");
    let xml = common_xml(of(".docx"));
    let tables: Vec<&str> =
        xml.split("<w:tbl>").skip(1).map(|t| t.split("</w:tbl>").next().expect("it ends")).collect();
    let texts = |xml: &str| -> Vec<String> {
        let cells = xml.split("<w:tc>").skip(1);
        let runs = |cell: &str| -> Vec<String> {
            let parts: Vec<&str> = cell.split("</w:t>").collect();
            parts[..parts.len() - 1].iter().filter_map(|part| Some(part.rsplit_once('>')?.1.to_string())).collect()
        };
        cells.map(|cell| runs(cell).concat()).collect()
    };
    // Beside the numbers: those of both reasons, those of the four lines alone; the new row is in a table of rows.
    let [figures, rows, prose] = &tables.iter().map(|t| texts(t)).collect::<Vec<_>>()[..] else {
        panic!("{} tables", tables.len())
    };
    let stands = |cells: &[String], what: &str| cells.iter().filter(|cell| *cell == what).count();
    for cells in [figures, prose] {
        assert_eq!(stands(cells, "公用经费少计；漏列一行"), 1, "{cells:?}");
    }
    assert_eq!((stands(figures, "公用经费少计"), stands(figures, "漏列一行"), stands(rows, "漏列一行")), (1, 0, 1));
    assert!(rows.iter().any(|cell| cell.contains("30205 水费")), "{rows:?}");
    // Every figure that was and is: those of the new row were none before, and stand in their row alone.
    let numbers = figures.iter().filter(|cell| cell.parse::<f64>().is_ok()).count();
    assert_eq!((numbers, figures.iter().any(|cell| cell.contains("水费"))), (2 * 55, false));
}

fn common_xml(docx: &[u8]) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(docx)).expect("a zip");
    let mut xml = String::new();
    let mut part = archive.by_name("word/document.xml").expect("the body");
    std::io::Read::read_to_string(&mut part, &mut xml).expect("UTF-8");
    xml
}

// ---------------------------------------------------------------- interruptions

/// The program with fonts, in a folder of its own with the sample as `data`.
fn program(place: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gongkai"));
    command.args(arguments).current_dir(place).env("GONGKAI_FONTS", common::root().join("fonts"));
    static KEPT: LazyLock<tempfile::TempDir> = LazyLock::new(|| tempfile::tempdir().expect("a temporary folder"));
    command.env("GONGKAI_CACHE", KEPT.path());
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

const BUILD: [&str; 5] = ["build", "data", "--edition", "--date", "2023-02-10"];

/// A place whose `data` was published once and corrected since: the next build writes new files and a new edition.
struct Scene {
    place: tempfile::TempDir,
    /// The files published, before and after the correction.
    old: BTreeMap<String, Vec<u8>>,
    new: BTreeMap<String, Vec<u8>>,
}

fn files_in(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let named =
        entries.filter(|e| e.path().is_file()).map(|e| (e.file_name().to_string_lossy().into_owned(), e.path()));
    named.map(|(name, path)| (name, std::fs::read(path).expect("readable"))).collect()
}

impl Scene {
    fn new() -> Scene {
        let place = tempfile::tempdir().expect("a temporary folder");
        common::copy(&common::sample(), &place.path().join("data"));
        let run = |place: &Path| assert!(program(place, &BUILD).status().expect("runs").success());
        run(place.path());
        let old = files_in(&place.path().join("output/data"));
        edited(&place.path().join("data/ledger.csv"), "8300.00", "108300.00");
        let scene = Scene { new: BTreeMap::new(), old, place };
        scene.copy_back();
        run(scene.place.path());
        let new = files_in(&scene.output());
        let scene = Scene { new, ..scene };
        scene.restore();
        assert!(scene.old.len() == 2 && scene.new.len() == 2 && scene.old != scene.new);
        scene
    }

    fn output(&self) -> PathBuf {
        self.place.path().join("output/data")
    }

    fn data(&self) -> PathBuf {
        self.place.path().join("data")
    }

    /// Keeps what was published first.
    fn copy_back(&self) {
        common::copy(&self.place.path().join("data/editions"), &self.place.path().join("kept"));
    }

    /// As it was after the first edition, but corrected.
    fn restore(&self) {
        let _ = std::fs::remove_dir_all(self.data().join("editions"));
        common::copy(&self.place.path().join("kept"), &self.data().join("editions"));
        let _ = std::fs::remove_dir_all(self.output());
        std::fs::create_dir_all(self.output()).expect("a folder");
        self.old.iter().for_each(|(name, bytes)| std::fs::write(self.output().join(name), bytes).expect("writes"));
    }

    /// Each file is the old or the new, every edition is whole, and the next run finishes and cleans up.
    fn check(&self, what: &str, finish: bool) {
        let files = files_in(&self.output());
        for (name, old) in &self.old {
            let now = files.get(name).unwrap_or_else(|| panic!("{what}: {name} is gone"));
            assert!(now == old || now == &self.new[name], "{what}: {name} is neither the old nor the new");
        }
        let editions = ids(&self.data());
        assert!(editions.len() == 1 || editions.len() == 2, "{what}: {editions:?}");
        for id in &editions {
            let mut found = Diagnostics::default();
            let edition = Edition::find(&self.data(), id).unwrap_or_else(|e| panic!("{what}: {e}"));
            edition.open_verified(&mut found);
            assert!(found.is_empty(), "{what}: {}", said(&found));
        }
        if editions.len() == 2 {
            assert!(files == self.new || files.len() > 2, "{what}: an edition whose files are not there");
        }
        if finish {
            assert!(program(self.place.path(), &BUILD).status().expect("runs").success(), "{what}: the next run fails");
            assert_eq!(files_in(&self.output()), self.new, "{what}: after the next run");
            assert_eq!(ids(&self.data()), ["2023-02-10-1", "2023-02-10-2"], "{what}");
            let entries = std::fs::read_dir(self.data().join("editions")).expect("a folder").count();
            assert_eq!(entries, 2, "{what}: something was left behind");
        }
    }
}

/// Every call that changes the disk fails once (no space, no permission), or is the last before a kill: what was
/// published stays or is replaced, whole.
#[test]
fn every_write_may_fail_or_be_the_last() {
    let scratch = tempfile::tempdir().expect("a temporary folder");
    let Some(library) = common::interposer(scratch.path()) else { return };
    let scene = Scene::new();
    let counted = scratch.path().join("count");
    let run = |at: usize, how: &str| {
        let mut command = program(scene.place.path(), &BUILD);
        command.env("LD_PRELOAD", &library).env("INTERRUPT_AT", at.to_string()).env("INTERRUPT_HOW", how);
        command.env("INTERRUPT_COUNT", &counted).output().expect("runs")
    };
    assert!(run(0, "none").status.success());
    let calls: usize = std::fs::read_to_string(&counted).expect("a count").trim().parse().expect("a number");
    assert!(calls > 60, "only {calls} calls were seen");
    scene.restore();
    let every = std::env::var("GONGKAI_EVERY_WRITE").is_ok();
    let mut random = Chance::new(7);
    let mut faults = 0;
    for at in 1..=calls {
        // Each way at each call where all are asked for; else a choice of them.
        for how in ["kill", "full", "denied"] {
            if !every && random.below(calls * 3) >= 24 {
                continue;
            }
            faults += 1;
            let output = run(at, how);
            let what = format!("call {at} of {calls}, {how}");
            let told = String::from_utf8_lossy(&output.stderr);
            if how != "kill" && !output.status.success() {
                assert_eq!(output.status.code(), Some(1), "{what}: {told}");
                assert!(told.contains("错误[E5") || told.contains("错误[E6"), "{what} says {told}");
                assert!(!told.contains("panicked"), "{what}: {told}");
            }
            scene.check(&what, random.below(8) == 0);
            scene.restore();
        }
    }
    println!("{calls} calls that change the disk, {faults} faults");
}

/// A build with a statement and an edition reads each file of its data folder once: what is checked, printed, stated and
/// recorded is the same data.
#[test]
fn a_build_reads_each_file_of_its_folder_once() {
    let scratch = tempfile::tempdir().expect("a temporary folder");
    let Some(library) = common::interposer(scratch.path()) else { return };
    let scene = Scene::new();
    let reasons = "[since.\"2023-02-10-1\"]\n\"ledger.csv:11\" = \"办公费少计10万元\"\n";
    std::fs::write(scene.data().join("corrections.toml"), reasons).expect("writes");
    let list = scratch.path().join("opened");
    let build = ["build", "data", "--since", "2023-02-10-1", "--edition", "--date", "2023-03-01"];
    let mut command = program(scene.place.path(), &build);
    let output = command.env("LD_PRELOAD", &library).env("INTERRUPT_OPENED", &list).output().expect("runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let opened = std::fs::read_to_string(&list).expect("a list");
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let of_folder = opened.lines().filter_map(|path| path.strip_prefix("data/"));
    for path in of_folder.filter(|path| !path.starts_with("editions") && scene.data().join(path).is_file()) {
        *counts.entry(path).or_default() += 1;
    }
    assert!(
        counts.len() > 12 && counts.contains_key("ledger.csv") && counts.contains_key("text/goals.md"),
        "{counts:?}"
    );
    assert!(counts.values().all(|&count| count == 1), "{counts:?}");
}

#[test]
fn a_build_killed_at_any_moment_leaves_the_old_or_the_new() {
    let kills: usize = std::env::var("GONGKAI_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(8);
    let scene = Scene::new();
    let begun = std::time::Instant::now();
    assert!(program(scene.place.path(), &BUILD).status().expect("runs").success());
    let whole = begun.elapsed();
    scene.restore();
    let mut random = Chance::new(9);
    let mut killed = 0;
    for number in 0..kills {
        let mut child = program(scene.place.path(), &BUILD).spawn().expect("runs");
        std::thread::sleep(whole.mul_f64(random.below(1000) as f64 / 1000.0));
        let _ = child.kill();
        killed += usize::from(!child.wait().expect("ends").success());
        scene.check(&format!("kill {number}"), number % 8 == 7);
        scene.restore();
    }
    println!("{killed} of {kills} were killed before they ended, within {whole:?}");
    assert!(killed * 2 >= kills, "only {killed} of {kills} were killed before they ended");
}

/// A run may be killed when its edition has its name and its own folder is not removed yet; the next one has nothing to
/// record.
#[test]
fn what_a_killed_run_left_goes_though_nothing_new_is_recorded() {
    let scene = Scene::new();
    assert!(program(scene.place.path(), &BUILD).status().expect("runs").success());
    let left = scene.data().join("editions/.gongkai-1-0.new");
    std::fs::create_dir(&left).expect("a folder");
    std::fs::write(left.join("lock"), "gongkai: files that are being written; removed by the next run\n")
        .expect("writes");
    scene.check("killed behind the rename", true);
}

#[test]
fn builds_at_once_leave_one_whole_pair_and_one_edition() {
    let scene = Scene::new();
    let children: Vec<_> = (0..4).map(|_| program(scene.place.path(), &BUILD).spawn().expect("runs")).collect();
    for mut child in children {
        assert!(child.wait().expect("ends").success());
    }
    scene.check("four at once", true);
}

/// The cover prints the data's date: a correction published on another day would carry the old one without a word.
#[test]
fn a_cover_that_keeps_the_old_date_is_told_at_its_line() {
    let scene = Scene::new();
    let report = scene.data().join("report.toml");
    let text = std::fs::read_to_string(&report).expect("the sample's own");
    let dated = |day: &str| std::fs::write(&report, format!("date = \"{day}\"\n{text}")).expect("writes");
    let told = |day: &str| {
        let again = ["build", "data", "--edition", "--date", day];
        String::from_utf8(program(scene.place.path(), &again).output().expect("runs").stderr).expect("UTF-8")
    };
    dated("2023-02-10");
    let kept = "report.toml:1:1 警告[E609] 公开日期 date 是 2023-02-10，封面印的是它，这一次却用 --date 2023-03-01";
    assert!(told("2023-03-01").contains(kept), "{}", told("2023-03-01"));
    assert!(!told("2023-02-10").contains("E609"));
    dated("2023-03-01");
    assert!(!told("2023-03-01").contains("E609"));
}
