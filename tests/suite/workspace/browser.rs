//! Users' stories in a real browser.

use super::{open, sample};
use crate::common::{have, have_python, python};
use std::path::Path;

/// Runs a story of `tests/outside/workspace.py` on a copy of the sample.
fn story(name: &str) {
    if !have_python(&["playwright.sync_api"]) || !have("chromium") {
        return;
    }
    let (around, folder) = sample();
    let opened = open(&[&folder]);
    print!("{}", python("workspace.py", &[Path::new(name), Path::new(&opened.address), &folder]));
    drop(around);
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
fn an_edition_is_published_corrected_and_compared() {
    story("publish");
}

#[test]
fn of_several_departments_one_is_opened_from_the_list() {
    if !have_python(&["playwright.sync_api"]) || !have("chromium") {
        return;
    }
    let (_around, folder) = sample();
    let second = crate::common::root().join("data/core-sample");
    let opened = open(&[&second, &folder]);
    print!("{}", python("workspace.py", &[Path::new("several"), Path::new(&opened.address), &folder]));
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
