//! Users' stories in a real browser.

use super::{Opened, Opening, open, sample};
use crate::common::{have, have_python, python};
use std::path::Path;
use std::process::Command;

fn in_browser() -> bool {
    have_python(&["playwright.sync_api"]) && have("chromium")
}

/// Runs a story of `tests/outside/workspace.py` on a copy of the sample.
fn story(name: &str) {
    if !in_browser() {
        return;
    }
    let (_around, folder) = sample();
    story_of(name, &open(&[&folder]), &folder);
}

#[test]
fn a_figure_is_clicked_and_its_lines_are_shown() {
    story("why");
}

#[test]
fn an_amount_is_corrected_54_figures_move_and_it_is_saved() {
    story("correct");
}

#[test]
fn fifty_rows_are_pasted_from_a_spreadsheet_and_undone() {
    story("paste");
}

#[test]
fn a_problem_leads_to_its_place_on_the_page_and_in_the_records() {
    story("problem");
}

#[test]
fn a_file_changed_outside_is_a_conflict() {
    story("conflict");
}

#[test]
fn a_cell_that_is_open_while_rows_move_goes_to_its_own_row() {
    story("moved");
}

#[test]
fn a_text_is_typed_while_a_colleague_changes_it() {
    story("together");
}

#[test]
fn what_cannot_be_read_is_not_said_to_be_publishable_and_narrow_windows_have_their_buttons() {
    story("unread");
}

#[test]
fn an_edition_is_published_corrected_and_compared() {
    story("publish");
}

/// Runs a story on what is open, with a folder that it may look into.
fn story_of(name: &str, opened: &Opened, folder: &Path) {
    print!("{}", python("workspace.py", &[Path::new(name), Path::new(&opened.address), folder]));
}

#[test]
fn of_several_departments_one_is_opened_from_the_list() {
    if !in_browser() {
        return;
    }
    let (_around, folder) = sample();
    let second = crate::common::root().join("data/core-sample");
    story_of("several", &open(&[&second, &folder]), &folder);
}

#[test]
fn a_folder_that_is_dropped_opens() {
    if !in_browser() {
        return;
    }
    let (_around, folder) = sample();
    let second = crate::common::root().join("data/core-sample");
    story_of("dropped", &open(&[&second, &folder]), &folder);
}

#[test]
fn a_department_begins_with_the_offices_own_workbook() {
    if !in_browser() {
        return;
    }
    let (around, folder) = sample();
    let empty = around.path().join("空的");
    std::fs::create_dir(&empty).unwrap();
    let export = Command::new(env!("CARGO_BIN_EXE_gongkai"))
        .arg("export")
        .arg(&folder)
        .arg(around.path().join("明细.xlsx"))
        .output();
    assert!(export.unwrap().status.success());
    // Where nothing is named, the working folder is looked through.
    story_of("fresh", &Opening { within: Some(&empty), ..Opening::default() }.open(&[]), &empty);
}

#[test]
fn a_sign_that_turned_round_asks_for_its_reason() {
    story("sign");
}

#[test]
fn a_hundred_thousand_rows_are_scrolled() {
    if !in_browser() {
        return;
    }
    let (_around, folder) = sample();
    let ledger = std::fs::read_to_string(folder.join("ledger.csv")).unwrap();
    let row = "2010350,基本支出,30201,办公费,,一般公共预算,1.00\n";
    std::fs::write(folder.join("ledger.csv"), ledger + &row.repeat(100_000)).unwrap();
    story_of("large", &open(&[&folder]), &folder);
}

#[test]
fn sixty_departments_stand_on_the_board() {
    if !in_browser() {
        return;
    }
    let around = tempfile::tempdir().unwrap();
    for number in 1..=60 {
        let folder = around.path().join(format!("{}-2023", 600 + number));
        crate::common::copy(&crate::common::sample(), &folder);
        let report = std::fs::read_to_string(folder.join("report.toml")).unwrap();
        let report = report.replace("631", &(600 + number).to_string()).replace("临港部门", &format!("第{number}局"));
        std::fs::write(folder.join("report.toml"), report).unwrap();
    }
    let wrong = around.path().join("607-2023/ledger.csv");
    let ledger = std::fs::read_to_string(&wrong).unwrap();
    std::fs::write(&wrong, ledger.replacen("2010350", "20103S0", 1)).unwrap();
    story_of("many", &open(&[around.path()]), around.path());
}

#[test]
fn a_bureaus_board_is_the_first_screen() {
    if !in_browser() {
        return;
    }
    let (around, folder) = sample();
    let second = around.path().join("632-2023");
    crate::common::copy(&folder, &second);
    let report = std::fs::read_to_string(second.join("report.toml")).unwrap();
    std::fs::write(second.join("report.toml"), report.replace("631", "632").replace("临港部门", "第二局")).unwrap();
    let department = |code: &str, name: &str, more: &str| {
        format!("[[department]]\ncode = \"{code}\"\nname = \"{name}\"\nfolder = \"{code}-2023\"\n{more}\n")
    };
    let list = [
        department("631", "临港部门", "person = \"张三\""),
        department("632", "第二局", ""),
        department("633", "第三局", "due = \"2023-01-31\""),
    ];
    let bureau = format!("name = \"测试县财政局\"\nyear = 2023\n{}", list.concat());
    std::fs::write(around.path().join("bureau.toml"), bureau).unwrap();
    story_of("board", &open(&[around.path()]), around.path());
}

#[cfg(target_os = "linux")]
#[test]
fn the_folder_of_the_files_is_opened_by_the_system() {
    use std::os::unix::fs::PermissionsExt;
    if !in_browser() {
        return;
    }
    let (around, folder) = sample();
    let programs = around.path().join("bin");
    std::fs::create_dir(&programs).unwrap();
    let opener = programs.join("xdg-open");
    let asked = around.path().join("asked");
    std::fs::write(&opener, format!("#!/bin/sh\nprintf '%s\\n' \"$1\" >'{}'\n", asked.display())).unwrap();
    std::fs::set_permissions(&opener, std::fs::Permissions::from_mode(0o755)).unwrap();
    story_of("place", &Opening { programs: Some(&programs), ..Opening::default() }.open(&[&folder]), &folder);
}

#[cfg(target_os = "linux")]
#[test]
fn the_last_page_that_is_closed_ends_the_program() {
    if !in_browser() {
        return;
    }
    let (around, folder) = sample();
    // With no program to open an address with: the browser of the story is the user's.
    let mut opened = Opening { programs: Some(around.path()), stays: false, ..Opening::default() }.open(&[&folder]);
    story_of("last", &opened, &folder);
    assert_eq!(opened.ended(), Some(0));
    std::net::TcpListener::bind(("127.0.0.1", opened.port)).expect("the port is free");
}

#[test]
fn a_checker_of_accessibility_finds_nothing_on_any_screen() {
    if have_python(&["axe_playwright_python"]) {
        story("accessible");
    }
}

#[test]
fn a_page_of_another_origin_gets_nothing() {
    story("stranger");
}
