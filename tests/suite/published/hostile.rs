//! Files that no one should be asked to read: each ends in a sentence, none in a panic, and none takes the machine.

use super::{assembled, pdf, refused, show, stream};
use crate::common;

const CHARS: &str = "一二三四第部分";

fn page_with(content: &str, resources: &str, more: &[String]) -> Vec<u8> {
    let mut objects = vec![
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Count 1/Kids[3 0 R]>>".to_owned(),
        format!("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<{resources}>>/Contents 4 0 R>>"),
        stream("", content),
    ];
    objects.extend(more.iter().cloned());
    assembled(&objects)
}

#[test]
fn forms_that_draw_each_other_over_and_over_are_given_up() {
    // Each of forty forms draws the next ten times.
    let forms: Vec<String> = (0..40)
        .map(|at| {
            let next = 6 + at;
            stream(
                &format!("/Type/XObject/Subtype/Form/BBox[0 0 600 900]/Resources<</XObject<</X {next} 0 R>>>>"),
                &"/X Do ".repeat(10),
            )
        })
        .collect();
    let told = refused(&page_with("/X Do", "/XObject<</X 5 0 R>>", &forms));
    assert!(told.contains("E560"), "{told}");
    // One that draws itself ends by itself.
    let own = stream("/Type/XObject/Subtype/Form/BBox[0 0 600 900]/Resources<</XObject<</X 5 0 R>>>>", "/X Do");
    let told = refused(&page_with("/X Do", "/XObject<</X 5 0 R>>", &[own]));
    assert!(told.contains("E563"), "{told}");
}

#[test]
fn page_trees_that_go_in_circles_and_deep_nests_end() {
    let circle = assembled(&[
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Count 9/Kids[2 0 R 3 0 R]>>".to_owned(),
        "<</Type/Pages/Count 9/Kids[2 0 R 3 0 R]>>".to_owned(),
    ]);
    assert!(refused(&circle).contains("E56"));
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    assert!(refused(&page_with(&deep, &format!("/A {deep}"), &[])).contains("E56"));
    let names = format!("{}1{}", "<</A ".repeat(100_000), ">>".repeat(100_000));
    assert!(refused(&page_with("q", &format!("/A {names}"), &[])).contains("E56"));
    let saves = "q ".repeat(300_000);
    assert!(refused(&page_with(&saves, "", &[])).contains("E56"));
}

#[test]
fn what_is_no_pdf_or_a_piece_of_one_is_told() {
    // By its content it is a page of a site, with nothing in it.
    assert!(refused(b"<html>").contains("E563"));
    for bytes in [&b""[..], b"%PDF-1.7", b"%PDF-1.7\ntrailer<</Root 1 0 R>>"] {
        let told = refused(bytes);
        assert!(told.contains("E562"), "{told}");
    }
    // A ZIP is a Word file or a workbook, or none of them.
    for name in ["公开.docx", "公开.xlsx", "公开.xls", "公开"] {
        for bytes in [&b"PK\x03\x04"[..], b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"] {
            let told = gongkai::published::read(bytes, name).expect_err("it is damaged").to_string();
            assert!(told.contains("错误[E") && told.contains("公开"), "{told}");
        }
    }
    let whole = pdf(&[&show(60.0, 700.0, 12.0, "第一部分", CHARS)], CHARS);
    for length in (0..whole.len()).step_by(97) {
        // Whatever becomes of it: no panic reaches here.
        let _ = gongkai::published::read(&whole[..length], "公开.pdf");
    }
}

#[test]
fn any_byte_may_be_another() {
    let whole = pdf(&[&show(60.0, 700.0, 12.0, "第一部分", CHARS)], CHARS);
    let mut state = 1_u32;
    for _ in 0..400 {
        let mut bytes = whole.clone();
        for _ in 0..3 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let at = state as usize % bytes.len();
            bytes[at] = (state >> 24) as u8;
        }
        let _ = gongkai::published::read(&bytes, "公开.pdf");
    }
}

#[test]
fn encrypted_files_are_told() {
    if !common::have("qpdf") {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (open, closed) = (folder.path().join("a.pdf"), folder.path().join("b.pdf"));
    std::fs::write(&open, pdf(&[&show(60.0, 700.0, 12.0, "第一部分", CHARS)], CHARS)).expect("writes");
    let encrypt = |user: &str| {
        let done = std::process::Command::new("qpdf")
            .args(["--encrypt", user, "主", "256", "--"])
            .arg(&open)
            .arg(&closed)
            .status();
        assert!(done.expect("qpdf runs").success());
        std::fs::read(&closed).expect("a file")
    };
    let told = refused(&encrypt("密码"));
    assert!(told.contains("E561") && told.contains("密码"), "{told}");
    // Without a password to open it, it is read.
    assert_eq!(super::texts(&super::read(&encrypt(""))), ["第一部分"]);
}
