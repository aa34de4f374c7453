//! What an edit moves, what is saved, what becomes of edits when files change.

use super::{open, sample};
use gongkai::diagnostic::Diagnostics;
use gongkai::publish::Publication;
use gongkai::workspace::{CellEdit, Desk, Edit, Saved};
use serde_json::json;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

fn desk(folder: &Path) -> Desk {
    Desk::open(folder, crate::common::workshop())
}

fn cell(line: u32, value: &str) -> Edit {
    Edit::Cells {
        file: "ledger".into(),
        cells: vec![CellEdit { line, column: 6, value: value.into(), row: Vec::new() }],
    }
}

#[test]
fn an_edit_shows_what_it_moves_and_saving_writes_that_cell_alone() {
    let (_around, folder) = sample();
    let opened = open(&[&folder]);
    let key = opened.enter();
    let before = fs::read_to_string(folder.join("ledger.csv")).unwrap();
    let edit =
        json!({ "kind": "cells", "file": "ledger", "cells": [{ "line": 11, "column": 6, "value": "108300.00" }] });
    let desk = opened.post(&key, "/api/edit?d=0", &edit).json();
    let moved = &desk["moved"];
    assert_eq!(moved["changes"].as_array().map(Vec::len), Some(54), "办公费 moves 54 figures");
    assert_eq!(moved["sentences"].as_array().map(Vec::len), Some(5));
    let changed: Vec<&str> =
        moved["pages"][0]["changed"].as_array().unwrap().iter().filter_map(|p| p["label"].as_str()).collect();
    assert_eq!(changed, ["1", "2", "3", "4", "5", "6", "14", "15", "16"]);
    assert_eq!(moved["stale_reasons"], 0);
    let edited = &desk["edits"][0]["cells"][0];
    assert_eq!(
        (&edited["was"], &edited["value"], &edited["row"]),
        (&json!("8300.00"), &json!("108300.00"), &json!("办公费"))
    );
    assert_eq!(fs::read_to_string(folder.join("ledger.csv")).unwrap(), before, "nothing is written yet");
    let saved = opened.post(&key, "/api/save?d=0", &json!({})).json();
    assert_eq!(
        (saved["edits"].as_array().map(Vec::len), saved["written"].as_array().map(Vec::len)),
        (Some(0), Some(1))
    );
    let after = fs::read_to_string(folder.join("ledger.csv")).unwrap();
    let lines: Vec<(&str, &str)> = before.lines().zip(after.lines()).filter(|(a, b)| a != b).collect();
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0].1, lines[0].0.replace("8300.00", "108300.00"));
    assert_eq!(before.len() + 2, after.len());
}

#[test]
fn edits_are_undone_one_by_one_and_a_whole_walk_back_leaves_nothing() {
    let (_around, folder) = sample();
    let mut desk = desk(&folder);
    desk.edit(cell(11, "1.00")).unwrap();
    let row = ["2010350", "基本支出", "30201", "补列", "", "一般公共预算", "5"].map(String::from).to_vec();
    desk.edit(Edit::Insert { file: "ledger".into(), after: 11, rows: vec![row], row: Vec::new() }).unwrap();
    desk.edit(cell(13, "3.00")).unwrap();
    assert_eq!(desk.edits().count(), 3);
    assert!(desk.moved().is_some_and(|moved| !moved.is_same()), "{:?}", desk.now().found.sorted());
    // The first is taken back, what came after it stays; then the row: the cell below it is found on the line above.
    desk.take_back(0);
    assert_eq!(desk.edits().count(), 2);
    desk.take_back(0);
    let Some(Edit::Cells { cells, .. }) = desk.edits().next() else { panic!("the cell") };
    assert_eq!((cells[0].line, cells[0].was(), cells[0].value.as_str()), (12, "1500.00", "3.00"));
    desk.undo();
    assert!(desk.moved().is_none() && desk.undone() == 1);
    desk.redo();
    assert_eq!(desk.edits().count(), 1);
    desk.edit(Edit::Delete { file: "ledger".into(), rows: vec![(46, Vec::new())] }).unwrap();
    desk.undo();
    desk.discard();
    assert_eq!(desk.now().folder.bytes("ledger.csv"), desk.saved().folder.bytes("ledger.csv"));
}

#[test]
fn what_cannot_be_read_keeps_the_last_pages_and_may_be_saved() {
    let (_around, folder) = sample();
    let mut desk = desk(&folder);
    let good = desk.shown().number;
    desk.edit(Edit::Cells {
        file: "ledger".into(),
        cells: vec![CellEdit { line: 3, column: 0, value: "20103S0".into(), row: Vec::new() }],
    })
    .unwrap();
    assert_eq!(desk.shown().number, good);
    assert!(desk.now().made.is_empty() && desk.now().found.has_errors());
    let Saved::Written(files) = desk.save() else { panic!("work half done can be kept") };
    assert_eq!(files.len(), 1);
    assert_eq!(desk.shown().number, good, "the last good pages stay");
}

#[test]
fn a_file_changed_elsewhere_keeps_both_changes_where_they_are_not_the_same() {
    let (_around, folder) = sample();
    let mut desk = desk(&folder);
    let ledger = folder.join("ledger.csv");
    let text = fs::read_to_string(&ledger).unwrap();
    desk.edit(cell(11, "108300.00")).unwrap();
    // Someone else puts a line in above, and corrects another one.
    let lines: Vec<&str> = text.lines().collect();
    let other = lines[12].replace("4500.00", "6500.00");
    assert_ne!(other, lines[12]);
    let mut theirs: Vec<&str> = lines.clone();
    theirs[12] = &other;
    theirs.insert(1, lines[1]);
    let theirs = theirs.join("\n") + "\n";
    fs::write(&ledger, &theirs).unwrap();
    let Saved::Written(_) = desk.save() else { panic!("{:?}", desk.conflicts()) };
    assert_eq!(fs::read_to_string(&ledger).unwrap(), theirs.replace(",8300.00\n", ",108300.00\n"));
}

#[test]
fn the_same_cell_changed_elsewhere_is_a_conflict_and_nothing_is_written() {
    for (mine, expected) in [(true, "108300.00"), (false, "18300.00")] {
        let (_around, folder) = sample();
        let mut desk = desk(&folder);
        let ledger = folder.join("ledger.csv");
        desk.edit(cell(11, "108300.00")).unwrap();
        desk.edit(cell(12, "7.00")).unwrap();
        let theirs = fs::read_to_string(&ledger).unwrap().replace(",8300.00\n", ",18300.00\n");
        fs::write(&ledger, &theirs).unwrap();
        let Saved::Conflicts(conflicts) = desk.save() else { panic!("a conflict") };
        assert_eq!(fs::read_to_string(&ledger).unwrap(), theirs);
        let [conflict] = &conflicts[..] else { panic!("{conflicts:?}") };
        let said = (conflict.was.as_str(), conflict.mine.as_str(), conflict.theirs.as_deref(), conflict.line);
        assert_eq!(said, ("8300.00", "108300.00", Some("18300.00"), Some(11)));
        desk.settle(mine);
        let Saved::Written(_) = desk.save() else { panic!("settled") };
        let now = fs::read_to_string(&ledger).unwrap();
        let line = |n: usize| now.lines().nth(n - 1).unwrap().to_string();
        assert!(line(11).ends_with(&format!(",{expected}")) && line(12).ends_with(",7.00"), "{now}");
    }
}

fn row(folder: &Path, line: usize) -> Vec<String> {
    let ledger = fs::read_to_string(folder.join("ledger.csv")).expect("reads");
    ledger.lines().nth(line - 1).expect("a line").split(',').map(String::from).collect()
}

/// A text of the folder changed by someone else.
fn outside(folder: &Path, file: &str, old: &str, new: &str) {
    let text = fs::read_to_string(folder.join(file)).expect("reads");
    assert!(text.contains(old), "{old}");
    fs::write(folder.join(file), text.replacen(old, new, 1)).expect("writes");
}

#[test]
fn an_edit_finds_the_row_that_was_seen_when_rows_moved_meanwhile_or_changes_nothing() {
    let (_around, folder) = sample();
    let mut desk = desk(&folder);
    let file = || "ledger".to_string();
    let (seen, next) = (row(&folder, 11), row(&folder, 12));
    outside(&folder, "ledger.csv", "2010350,", "2010350,基本支出,30102,外来一行,,一般公共预算,1.00\n2010350,");
    assert!(desk.look_again());
    let typed = |row: &[String]| Edit::Cells {
        file: file(),
        cells: vec![CellEdit { line: 11, column: 6, value: "9.00".into(), row: row.to_vec() }],
    };
    desk.edit(typed(&seen)).unwrap();
    let Some(Edit::Cells { cells, .. }) = desk.edits().last() else { panic!("cells") };
    assert_eq!((cells[0].line, cells[0].was()), (12, "8300.00"));
    desk.edit(Edit::Insert { file: file(), after: 12, rows: vec![vec!["补".into()]], row: next.clone() }).unwrap();
    let Some(Edit::Insert { after, .. }) = desk.edits().last() else { panic!("rows") };
    assert_eq!(*after, 13);
    desk.undo();
    desk.edit(Edit::Delete { file: file(), rows: vec![(12, next.clone())] }).unwrap();
    let Some(Edit::Delete { rows, .. }) = desk.edits().last() else { panic!("rows") };
    assert_eq!(rows, &[(13, next.clone())]);
    // The row is gone; it was changed; two that were alike are one.
    let (edits, before) = (desk.edits().count(), desk.now().number);
    let twice = row(&folder, 4);
    let refused = [
        typed(&next),
        typed(&seen),
        Edit::Delete { file: file(), rows: vec![(12, next.clone())] },
        Edit::Insert { file: file(), after: 11, rows: vec![vec!["补".into()]], row: vec!["没有的".into()] },
        Edit::Delete { file: file(), rows: vec![(4, twice.clone()), (5, twice)] },
    ];
    for edit in refused {
        let said = format!("{edit:?}");
        assert_eq!(desk.edit(edit).err().map(|error| error.code).as_deref(), Some("E161"), "{said}");
    }
    assert_eq!((desk.edits().count(), desk.now().number), (edits, before));
}

#[test]
fn a_number_typed_another_way_is_the_same_row() {
    let (_around, folder) = sample();
    let mut desk = desk(&folder);
    let mut seen = row(&folder, 11);
    seen[6] = "8,300".into();
    let cells = vec![CellEdit { line: 11, column: 3, value: "办公".into(), row: seen.clone() }];
    desk.edit(Edit::Cells { file: "ledger".into(), cells }).unwrap();
    seen[2] = format!("0{}", seen[2]);
    let cells = vec![CellEdit { line: 11, column: 6, value: "1".into(), row: seen }];
    assert!(desk.edit(Edit::Cells { file: "ledger".into(), cells }).is_err(), "a code is no number");
}

#[test]
fn what_waits_in_a_conflict_is_kept_whatever_comes_after() {
    let (_around, folder) = sample();
    let mut at = desk(&folder);
    // Of an edit of two cells the one that clashes waits, the other is made.
    let Edit::Cells { file, mut cells } = cell(11, "18300.00") else { panic!("cells") };
    cells.push(CellEdit { line: 12, column: 6, value: "12.00".into(), row: Vec::new() });
    at.edit(Edit::Cells { file, cells }).unwrap();
    at.edit(cell(14, "123.00")).unwrap();
    outside(&folder, "ledger.csv", ",8300.00\n", ",7777.00\n");
    assert!(at.look_again());
    assert_eq!((at.edits().count(), at.conflicts().len()), (2, 1));
    outside(&folder, "ledger.csv", ",4500.00\n", ",6500.00\n");
    assert!(at.look_again());
    assert_eq!((at.edits().count(), at.conflicts().len()), (2, 1), "another was changed elsewhere");
    drop(at);
    // In the journal, too.
    let mut at = desk(&folder);
    assert_eq!((at.edits().count(), at.conflicts().len()), (2, 1));
    at.take_back(1);
    assert_eq!((at.edits().count(), at.conflicts().len()), (1, 1));
    at.settle(true);
    let Saved::Written(_) = at.save() else { panic!("settled") };
    assert_eq!((&*row(&folder, 11)[6], &*row(&folder, 12)[6], &*row(&folder, 14)[6]), ("18300.00", "12.00", "1500.00"));
}

#[test]
fn what_has_no_place_any_more_waits_until_it_is_given_up() {
    let (_around, folder) = sample();
    let mut at = desk(&folder);
    at.edit(cell(11, "18300.00")).unwrap();
    let ledger = folder.join("ledger.csv");
    let text = fs::read_to_string(&ledger).unwrap();
    let without: String =
        text.lines().filter(|line| !line.contains("办公费")).map(|line| format!("{line}\n")).collect();
    fs::write(&ledger, &without).unwrap();
    assert!(at.look_again());
    at.settle(true);
    assert_eq!((at.edits().count(), at.conflicts().len()), (0, 1), "said to be kept, it is");
    at.discard();
    assert!(at.conflicts().is_empty());
    assert!(desk(&folder).conflicts().is_empty(), "given up in the journal");
    // A row that another has changed is the one that goes, and not what stands on its line.
    fs::write(&ledger, &text).unwrap();
    let mut at = desk(&folder);
    at.edit(Edit::Delete { file: "ledger".into(), rows: vec![(11, Vec::new())] }).unwrap();
    let line = text.lines().nth(1).unwrap();
    fs::write(&ledger, text.replacen(line, &format!("{line}\n{line}"), 1).replace(",8300.00\n", ",7777.00\n")).unwrap();
    assert!(at.look_again());
    assert_eq!(at.conflicts().len(), 1);
    at.settle(true);
    let Saved::Written(_) = at.save() else { panic!("settled") };
    let left = fs::read_to_string(&ledger).unwrap();
    assert_eq!(
        left,
        text.replacen(line, &format!("{line}\n{line}"), 1)
            .replacen(text.lines().nth(10).unwrap(), "", 1)
            .replace("\n\n", "\n")
    );
}

#[test]
fn a_paragraph_that_a_colleague_changed_stays_while_another_is_typed() {
    let (_around, folder) = sample();
    let name = "text/goals.md";
    fs::write(folder.join(name), "第一段。\r\n第二段\u{a0}有。\r\n第三段。\r\n").unwrap();
    let mut desk = desk(&folder);
    let typed = |desk: &mut Desk, was: &str, text: &str| {
        desk.edit(Edit::Text { file: name.into(), was: Some(was.into()), text: text.into() }).unwrap();
    };
    let seen = "第一段。\n第二段\u{a0}有。\n第三段。\n";
    let (one, two) = (seen.replace("第三段", "第三段加"), seen.replace("第三段", "第三段加字"));
    typed(&mut desk, seen, &one);
    outside(&folder, name, "第一段", "第一段同事改");
    assert!(desk.look_again());
    assert!(desk.conflicts().is_empty());
    typed(&mut desk, &one, &two);
    assert_eq!(desk.edits().count(), 1, "one edit, as it goes on");
    let Saved::Written(_) = desk.save() else { panic!("{:?}", desk.conflicts()) };
    let written = fs::read_to_string(folder.join(name)).unwrap();
    assert_eq!(written, "第一段同事改。\r\n第二段\u{a0}有。\r\n第三段加字。\r\n");
    // The same paragraph: it waits, goes on being typed, and goes in over theirs where the user says so, the others kept.
    let seen = written.replace("\r\n", "\n");
    let (one, two) = (seen.replace("加字", "加字一"), seen.replace("加字", "加字一二"));
    typed(&mut desk, &seen, &one);
    outside(&folder, name, "加字", "减字");
    outside(&folder, name, "同事改", "同事又改");
    assert!(desk.look_again());
    typed(&mut desk, &one, &two);
    let [conflict] = &desk.conflicts()[..] else { panic!("one") };
    assert_eq!((&conflict.was, &conflict.mine), (&seen, &two));
    desk.settle(true);
    let Saved::Written(_) = desk.save() else { panic!("settled") };
    let written = fs::read_to_string(folder.join(name)).unwrap();
    assert_eq!(written, "第一段同事又改。\r\n第二段\u{a0}有。\r\n第三段加字一二。\r\n");
}

#[test]
fn a_file_that_goes_or_comes_is_noticed() {
    let (_around, folder) = sample();
    let mut desk = desk(&folder);
    let pages = desk.now().made[0].document().blocks().count();
    for name in ["layout/08-glossary.md", "ledger.csv"] {
        let bytes = fs::read(folder.join(name)).unwrap();
        let before = desk.now().folder.bytes(name);
        fs::remove_file(folder.join(name)).unwrap();
        assert!(desk.look_again(), "{name} went");
        assert_ne!(desk.now().folder.bytes(name), before, "{name}");
        fs::write(folder.join(name), bytes).unwrap();
        assert!(desk.look_again(), "{name} came");
        assert_eq!(desk.now().folder.bytes(name), before, "{name}");
    }
    assert!(!desk.look_again());
    assert_eq!(desk.now().made[0].document().blocks().count(), pages);
    // What can no longer be read is not published.
    fs::remove_file(folder.join("ledger.csv")).unwrap();
    let (target, mut found) = (folder.with_file_name("output"), Diagnostics::default());
    assert!(desk.publish(&target, &Publication::default(), &BTreeMap::new(), &mut found).is_empty());
    assert!(found.has_errors());
}

#[test]
fn what_was_taken_back_does_not_come_again() {
    let (_around, folder) = sample();
    let before = fs::read_to_string(folder.join("ledger.csv")).unwrap();
    let mut desk = desk(&folder);
    desk.edit(cell(11, "1.00")).unwrap();
    desk.edit(cell(12, "2.00")).unwrap();
    desk.undo();
    desk.take_back(0);
    desk.redo();
    assert_eq!((desk.edits().count(), desk.undone()), (0, 0));
    // Undone before a conflict was settled, it stood upon other files.
    desk.edit(cell(11, "1.00")).unwrap();
    outside(&folder, "ledger.csv", ",8300.00\n", ",7777.00\n");
    desk.look_again();
    desk.edit(cell(12, "2.00")).unwrap();
    desk.undo();
    desk.settle(true);
    desk.redo();
    let Saved::Written(_) = desk.save() else { panic!("settled") };
    assert_eq!(fs::read_to_string(folder.join("ledger.csv")).unwrap(), before.replace(",8300.00\n", ",1.00\n"));
}

#[test]
fn what_was_not_saved_is_there_after_a_crash() {
    let cache = tempfile::tempdir().unwrap();
    let (_around, folder) = sample();
    let script = |body: &dyn Fn(&super::Opened, &super::Key)| {
        let mut opened = super::open_with_cache(&[&folder], cache.path());
        let key = opened.enter();
        body(&opened, &key);
        opened.signal("KILL");
        opened.ended();
    };
    script(&|opened, key| {
        let edit =
            json!({ "kind": "cells", "file": "ledger", "cells": [{ "line": 11, "column": 6, "value": "9.00" }] });
        assert_eq!(opened.post(key, "/api/edit?d=0", &edit).status, 200);
    });
    script(&|opened, key| {
        let desk = opened.get(key, "/api/desk?d=0");
        assert_eq!((&desk["restored"], &desk["edits"][0]["cells"][0]["value"]), (&json!(1), &json!("9.00")));
        assert_eq!(opened.post(key, "/api/discard?d=0", &json!({})).status, 200);
    });
    script(&|opened, key| assert_eq!(opened.get(key, "/api/desk?d=0")["edits"], json!([])));
}

#[test]
fn every_figure_and_every_finding_of_a_page_has_its_place() {
    let (_around, folder) = sample();
    let desk = desk(&folder);
    let version = desk.shown();
    let (made, on_page) = (&version.made[0], &version.on_page[0]);
    let seen: std::collections::BTreeSet<&str> = on_page.figures().iter().map(|f| f.address.as_str()).collect();
    // Every figure that is printed with a text is found, each printing with the words that stand there.
    let mut printed = 0;
    let inlines =
        made.document().tables().flat_map(|t| t.body.iter().flat_map(|r| r.cells.iter().flat_map(|c| &c.inlines)));
    for inline in inlines.filter(|inline| !inline.text.trim().is_empty()) {
        if let Some(id) = inline.figure {
            printed += 1;
            assert!(seen.contains(made.document().figure(id).address.as_str()));
        }
    }
    assert!(printed > 300, "{printed}");
    let sizes: Vec<(f64, f64)> =
        made.pages(&crate::common::fonts()).pages.iter().map(gongkai::write::svg::size).collect();
    for figure in on_page.figures() {
        assert!(!figure.text.is_empty());
        for area in &figure.areas {
            let (width, height) = sizes[area.page];
            assert!(
                area.left >= 0.0
                    && area.left + area.width <= width
                    && area.top >= 0.0
                    && area.top + area.height <= height,
                "{figure:?}"
            );
        }
    }
    // 基本支出 of table 3, in its cell on page 3 and in the sentence on page 15 (14 as printed: cover and contents come first).
    let pages: Vec<usize> = on_page.of_figure("t3/合计/基本").iter().map(|area| area.page).collect();
    assert_eq!(pages, [4, 15]);
    let found = version.found.sorted();
    let placed = found.iter().filter(|f| !on_page.of_finding(f).is_empty()).count();
    assert!(placed * 100 >= found.len() * 95, "{placed} of {} findings", found.len());
}
