//! The same input gives the same bytes: in one process or many, on any number of threads, in any order, in any
//! folder, time zone and language.

use crate::common;
use gongkai::compose::Composition;
use gongkai::diagnostic::Diagnostics;
use gongkai::write::Format;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

const FORMATS: [Format; 2] = [Format::Pdf, Format::Docx];

/// Name and bytes of each file of a folder.
type Files = Vec<(String, Vec<u8>)>;

fn files(folder: &Path) -> Files {
    common::built(folder, &FORMATS).into_iter().map(|file| (file.name, file.bytes)).collect()
}

#[track_caller]
fn assert_same(found: &Files, wanted: &Files) {
    let names = |files: &Files| files.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(found), names(wanted));
    for ((name, found), (_, wanted)) in found.iter().zip(wanted) {
        let first = found.iter().zip(wanted).position(|(a, b)| a != b);
        assert!(found == wanted, "{name}: {} and {} bytes, first unlike at {first:?}", found.len(), wanted.len());
    }
}

/// The sample, and one with another amount, so that builds side by side have something to mix up.
fn two_folders() -> (PathBuf, tempfile::TempDir) {
    let changed = common::copy_of_sample();
    let ledger = changed.path().join("ledger.csv");
    let text = std::fs::read_to_string(&ledger).expect("the ledger");
    std::fs::write(&ledger, text.replacen(",274500.00", ",1274500.00", 1)).expect("writes");
    (common::sample(), changed)
}

#[test]
fn builds_side_by_side_in_any_order_give_what_one_alone_gives() {
    let (sample, changed) = two_folders();
    let folders = [sample.as_path(), changed.path()];
    let alone = folders.map(files);
    assert!(alone[0] != alone[1]);
    for threads in [1, 2, 7] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        for order in [vec![0, 1, 0, 1, 1, 0], vec![1, 0, 0, 1, 0, 1]] {
            let made: Vec<Files> = pool.install(|| order.par_iter().map(|&folder| files(folders[folder])).collect());
            made.iter().zip(&order).for_each(|(made, &folder)| assert_same(made, &alone[folder]));
        }
    }
}

#[test]
fn fonts_loaded_again_and_one_format_alone_change_nothing() {
    let both = files(&common::sample());
    for (format, file) in FORMATS.into_iter().zip(&both) {
        let alone = common::built(&common::sample(), &[format]);
        assert_eq!(alone.len(), 1);
        assert!(alone[0].name == file.0 && alone[0].bytes == file.1, "{}", file.0);
    }
}

/// Files below a folder by their paths in it.
fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for path in std::fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").path()) {
        let name = PathBuf::from(path.file_name().expect("a name"));
        if path.is_dir() {
            found.extend(tree(&path).into_iter().map(|(below, bytes)| (name.join(below), bytes)));
        } else {
            found.insert(name, std::fs::read(&path).expect("a file"));
        }
    }
    found
}

/// What a process of its own writes, with `data/a` and `data/b` as they are in the working folder.
fn built_by_a_process(
    sample: &Path,
    changed: &Path,
    folders: [&str; 2],
    surroundings: &[(&str, &str)],
) -> Vec<Vec<u8>> {
    let desk = tempfile::Builder::new().prefix("工作 ").tempdir().expect("a temporary folder");
    common::copy(sample, &desk.path().join("data/a"));
    common::copy(changed, &desk.path().join("data/b"));
    let run = Command::new(env!("CARGO_BIN_EXE_gongkai"))
        .arg("build")
        .args(folders)
        .current_dir(desk.path())
        .env("GONGKAI_FONTS", common::root().join("fonts"))
        .env("GONGKAI_CACHE", "")
        .envs(surroundings.iter().copied())
        .output()
        .expect("the program starts");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let made = tree(&desk.path().join("output"));
    assert_eq!(made.len(), 4);
    made.into_values().collect()
}

#[test]
fn processes_in_other_folders_time_zones_languages_and_thread_counts_write_the_same() {
    let (sample, changed) = two_folders();
    let build =
        |folders, surroundings: &[(&str, &str)]| built_by_a_process(&sample, changed.path(), folders, surroundings);
    let first = build(
        ["data/a", "data/b"],
        &[("RAYON_NUM_THREADS", "1"), ("TZ", "Asia/Shanghai"), ("LANG", "C"), ("LC_ALL", "C")],
    );
    let others = [
        build(["data/b", "data/a"], &[("RAYON_NUM_THREADS", "5"), ("TZ", "America/New_York"), ("LANG", "zh_CN.UTF-8")]),
        build(
            ["./data/a/", "data/../data/b"],
            &[("TZ", "Pacific/Kiritimati"), ("LC_ALL", "de_DE.UTF-8"), ("SOURCE_DATE_EPOCH", "1"), ("NO_COLOR", "1")],
        ),
    ];
    others.iter().for_each(|other| assert_same_bytes(other, &first));
}

fn assert_same_bytes(found: &[Vec<u8>], wanted: &[Vec<u8>]) {
    for (one, another) in wanted.iter().zip(found) {
        assert!(one == another, "{} and {} bytes", one.len(), another.len());
    }
}

#[test]
fn what_earlier_runs_kept_changes_nothing_fresh_or_damaged() {
    let (sample, changed) = two_folders();
    let kept = tempfile::tempdir().expect("a temporary folder");
    let folder = kept.path().to_str().expect("a plain path");
    let build = |cache| built_by_a_process(&sample, changed.path(), ["data/a", "data/b"], &[("GONGKAI_CACHE", cache)]);
    let without = build("");
    assert_same_bytes(&build(folder), &without);
    let entries = || std::fs::read_dir(folder).expect("it was made").map(|e| e.expect("an entry").path());
    assert!(entries().count() >= 5, "each face's subset is kept");
    assert_same_bytes(&build(folder), &without);
    for (number, entry) in entries().enumerate() {
        let mut bytes = std::fs::read(&entry).expect("an entry");
        match number % 3 {
            0 => bytes.truncate(bytes.len() / 2),
            1 => bytes.clear(),
            _ => {
                let middle = bytes.len() / 2;
                bytes[middle] ^= 1;
            }
        }
        std::fs::write(&entry, bytes).expect("writes");
    }
    assert_same_bytes(&build(folder), &without);
}

/// What a composition answers of its figures and tables, and what the rules find in it.
fn answers(composition: &Composition) -> Vec<String> {
    let figures = composition.figures().map(|f| format!("{f:?} {:?}", composition.basis(&f.address)));
    let tables = composition.job().set.tables.values().map(|t| format!("{:?}", composition.table(&t.id)));
    figures.chain(tables).chain([format!("{:?}", composition.models())]).collect()
}

fn findings(composition: &Composition) -> Vec<String> {
    gongkai::check::check(composition).sorted().iter().map(ToString::to_string).collect()
}

/// The sample with a section of its own and a table that no part and no sentence needs, only a rule.
fn with_a_table_only_a_rule_reads() -> tempfile::TempDir {
    let folder = common::copy_of_sample();
    let layout = folder.path().join("layout");
    std::fs::create_dir_all(&layout).expect("a folder");
    let table = "id = \"only\"\nwhere = \"支出\"\ncolumns = [{ head = \"名\", field = \"label\" }, { key = \"额\", head = \"额\" }]\n\
                 rows = [{ key = \"合计\", label = \"合计\" }, { key = \"公用\", label = \"公用\", where = \"公用经费\" }]\n";
    let rule = "[rule.X099]\nsays = \"公用经费不超过支出的万分之一\"\nis = \"only/公用/额 <= only/合计/额 * 0.0001\"\n\
                severity = \"warning\"\n";
    std::fs::write(layout.join("only.toml"), table).expect("writes");
    std::fs::write(layout.join("checks.toml"), rule).expect("writes");
    let own = "## 三、机关运行经费安排情况\n机关运行经费共计安排24.48万元，主要用于办公费等日常运行支出。\n";
    std::fs::write(folder.path().join("text/03-operating.md"), own).expect("writes");
    folder
}

#[test]
fn what_a_composition_answers_does_not_depend_on_who_asked_first() {
    let folder = with_a_table_only_a_rule_reads();
    let second = common::root().join("tests/data/yunling-2024");
    for folder in [folder.path(), &second] {
        let composed = || -> Vec<Composition> {
            let mut found = Diagnostics::default();
            let prepared = common::prepared(folder, &mut found);
            let all = prepared.into_iter().filter_map(|p| gongkai::compose::compose(p.job, &mut found)).collect();
            assert!(!found.has_errors(), "{:?}", found.sorted());
            all
        };
        let (unchecked, first, last) = (composed(), composed(), composed());
        assert!(!unchecked.is_empty());
        for ((unchecked, first), last) in unchecked.iter().zip(&first).zip(&last) {
            let found_first = findings(first);
            let reads_it = answers(unchecked).iter().any(|a| a.contains("only/公用/额"));
            assert!(reads_it == found_first.iter().any(|f| f.contains("X099")), "X099");
            let answered = answers(unchecked);
            assert_eq!(answers(last), answered);
            let found_last = findings(last);
            assert_eq!(found_first, found_last);
            assert_eq!(answers(first), answered);
            assert!(unchecked.document == first.document && unchecked.document == last.document);
        }
    }
}
