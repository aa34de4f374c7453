//! The PDF as other programs see it: qpdf, poppler, pdfium, pdfua. A test whose program is missing says so and passes,
//! unless GONGKAI_REQUIRE_TOOLS=1.

use crate::common;
use crate::pdf_sample;

use crate::pdf_sample::{ADDRESS, BROKEN, COVER, FONTS, LAYOUT, PROSE};
use gongkai::typeset::Pages;
use gongkai::typeset::frame::{Item, Tag};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

fn write(pages: &Pages) -> Vec<u8> {
    gongkai::write::pdf::write(&pdf_sample::document(), pages, &FONTS).expect("the sample is sound")
}

/// The sample in a file, written once for all tests.
static SAMPLE: LazyLock<(tempfile::TempDir, PathBuf)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder for the sample");
    let path = folder.path().join("sample.pdf");
    std::fs::write(&path, write(&pdf_sample::sample())).expect("the sample is written");
    (folder, path)
});

/// What a program prints, or nothing when it is not installed. Panics when it fails.
fn output_of(program: &str, arguments: &[&str]) -> Option<String> {
    let Ok(run) = Command::new(program).args(arguments).output() else { return missing(program) };
    let printed = String::from_utf8_lossy(&run.stdout).into_owned();
    let complaints = String::from_utf8_lossy(&run.stderr);
    if complaints.contains("No module named") {
        return missing(&format!("{program} {}", arguments.join(" ")));
    }
    assert!(run.status.success(), "{program} {arguments:?}: {printed}\n{complaints}");
    Some(printed)
}

fn missing(tool: &str) -> Option<String> {
    assert!(std::env::var("GONGKAI_REQUIRE_TOOLS").as_deref() != Ok("1"), "{tool} is required and not installed");
    println!("SKIPPED: {tool} is not installed");
    None
}

fn sample() -> &'static str {
    SAMPLE.1.to_str().expect("a path in UTF-8")
}

#[test]
fn qpdf_finds_nothing_wrong() {
    let Some(report) = output_of("qpdf", &["--check", sample()]) else { return };
    assert!(report.contains("PDF Version: 1.7"));
    assert!(report.contains("No syntax or stream encoding errors found"), "{report}");
}

#[test]
fn every_font_is_embedded_subset_and_mapped_to_text() {
    let Some(table) = output_of("pdffonts", &[sample()]) else { return };
    let fonts: Vec<&str> = table.lines().skip(2).collect();
    assert_eq!(fonts.len(), 5, "{table}");
    assert!(fonts.iter().all(|line| line.contains("Identity-H       yes yes yes")), "{table}");
}

#[test]
fn the_text_comes_back_exactly() {
    let Some(text) = output_of("pdftotext", &["-raw", sample(), "-"]) else { return };
    for line in PROSE.iter().chain(&BROKEN).chain(&[COVER, "第一部分 概况 1", "预算收支表 2", "2080505 养老保险 34.56"])
    {
        assert!(text.split(['\n', '\x0c']).any(|found| found == *line), "“{line}” in {text}");
    }
    assert_eq!(text.matches("信息系统运维 保障系统稳定运行 ≥99.5%").count(), 11, "{text}");
}

#[test]
fn two_engines_draw_the_same_pages() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/outside/pdf_render.py");
    if let Some(pages) = output_of("python3", &[script.to_str().expect("UTF-8"), sample()]) {
        assert_eq!(pages.lines().count(), 6, "{pages}");
    }
}

/// The department's document in a file.
static DEPARTMENT: LazyLock<PathBuf> = LazyLock::new(|| {
    let built = common::built(&common::sample(), &[gongkai::write::Format::Pdf]);
    let path = SAMPLE.0.path().join("department.pdf");
    std::fs::write(&path, &built[0].bytes).expect("written");
    path
});

/// Of the department's document, the cover, the contents, every table, prose, targets, and the turned procurement.
#[test]
fn two_engines_draw_the_same_department() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/outside/pdf_render.py");
    let pages = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "17", "24", "34"];
    let (script, file) = (script.to_str().expect("UTF-8"), DEPARTMENT.to_str().expect("UTF-8"));
    if let Some(found) = output_of("python3", &[&[script, file][..], &pages].concat()) {
        assert_eq!(found.lines().count(), pages.len(), "{found}");
    }
}

#[test]
fn the_departments_document_is_sound_and_small() {
    let size = std::fs::metadata(&*DEPARTMENT).expect("written").len();
    assert!(size < 800_000, "{size} bytes");
    let file = DEPARTMENT.to_str().expect("UTF-8");
    if let Some(report) = output_of("qpdf", &["--check", file]) {
        assert!(report.contains("No syntax or stream encoding errors found"), "{report}");
    }
    if let Some(table) = output_of("pdffonts", &[file]) {
        let fonts: Vec<&str> = table.lines().skip(2).collect();
        assert!(fonts.len() == 5 && fonts.iter().all(|f| f.contains("Identity-H       yes yes yes")), "{table}");
    }
}

#[test]
fn pdfua_finds_nothing() {
    for file in [sample(), DEPARTMENT.to_str().expect("UTF-8")] {
        if let Some(report) = output_of("python3", &["-m", "pdfua", "check", file]) {
            assert!(report.contains("PASS (no findings)"), "{report}");
        }
    }
}

#[test]
fn another_program_reads_the_profile_as_srgb() {
    const SCRIPT: &str = "
import io, sys, pikepdf
from PIL import Image, ImageCms
file = pikepdf.open(sys.argv[1])
stream = file.Root.OutputIntents[0].DestOutputProfile
ours = ImageCms.ImageCmsProfile(io.BytesIO(stream.read_bytes()))
print(ImageCms.getProfileDescription(ours).strip())
ramp = Image.merge('RGB', [Image.linear_gradient('L').rotate(90 * i) for i in range(3)])
there = ImageCms.profileToProfile(ramp, ours, ImageCms.createProfile('sRGB'))
print(max(abs(a - b) for a, b in zip(ramp.tobytes(), there.tobytes())))
";
    let Some(printed) = output_of("python3", &["-c", SCRIPT, sample()]) else { return };
    let (name, difference) = printed.trim().split_once('\n').expect("two lines");
    assert_eq!(name, "sRGB IEC61966-2.1");
    assert!(difference.parse::<u32>().expect("a number") <= 1, "{difference} of 255 away from sRGB");
}

#[test]
fn glyphs_stand_where_the_frame_says() {
    const SCRIPT: &str = "
import sys, pdfplumber
for page in pdfplumber.open(sys.argv[1]).pages:
    print(*(f\"{c['x0']:.3f} {float(page.height) - c['matrix'][5]:.3f}\" for c in page.chars), sep=';')
";
    let mut builder = pdf_sample::Builder::new();
    builder.page("1", false);
    builder.text("宋体", 10.5, (70.123, 99.877), "（一）、“预算”2.00万元", LAYOUT);
    let Item::Run(run) = &mut builder.last().items[0] else { panic!("text") };
    // Squeezed and stretched by amounts no font unit divides.
    for (i, glyph) in run.glyphs.iter_mut().enumerate() {
        glyph.x += (i as f64 * 0.7310).sin() * 3.0 * f64::from(u8::from(i > 0));
    }
    let places: Vec<f64> = run.glyphs.iter().map(|glyph| run.x + glyph.x).collect();
    let path = SAMPLE.0.path().join("places.pdf");
    std::fs::write(&path, write(&builder.pages)).expect("written");
    let Some(printed) = output_of("python3", &["-c", SCRIPT, path.to_str().expect("UTF-8")]) else { return };
    let found: Vec<(f64, f64)> = printed
        .trim()
        .split(';')
        .filter_map(|place| place.split_once(' '))
        .map(|(x, y)| (x.parse().expect("x"), y.parse().expect("y")))
        .collect();
    assert_eq!(found.len(), places.len());
    for ((x, y), place) in found.iter().zip(&places) {
        assert!((x - place).abs() < 0.003 && (y - 99.877).abs() < 0.003, "{x} {y} for {place}");
    }
}

#[test]
fn the_same_pages_give_the_same_bytes() {
    let first = write(&pdf_sample::sample());
    assert_eq!(write(&pdf_sample::sample()), first, "a second document of the same process");
    let at_once = std::thread::scope(|scope| {
        let threads = [(); 2].map(|()| scope.spawn(|| write(&pdf_sample::sample())));
        threads.map(|thread| thread.join().expect("written"))
    });
    assert_eq!(at_once, [first.clone(), first.clone()], "two documents at once");
    let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    assert_eq!(one_thread.install(|| write(&pdf_sample::sample())), first, "on one thread");
}

#[test]
fn a_glyph_for_two_texts_is_read_as_each() {
    let mut builder = pdf_sample::Builder::new();
    builder.page("1", false);
    let paragraph =
        builder.element(gongkai::typeset::frame::ElementKind::Paragraph, gongkai::typeset::frame::ElementId(0));
    builder.text("宋体", 12.0, (80.0, 100.0), "已经己方", Tag::Element(paragraph));
    // As if the face drew 已 and 己 with one glyph.
    let Item::Run(run) = &mut builder.last().items[0] else { panic!("text") };
    run.glyphs[2].id = run.glyphs[0].id;
    let path = SAMPLE.0.path().join("two.pdf");
    std::fs::write(&path, write(&builder.pages)).expect("written");
    let Some(text) = output_of("pdftotext", &[path.to_str().expect("UTF-8"), "-"]) else { return };
    assert_eq!(text.trim(), "已经己方");
}

#[test]
fn what_codes_cannot_carry_is_said_beside_them() {
    let mut builder = pdf_sample::Builder::new();
    builder.page("1", false);
    let paragraph =
        builder.element(gongkai::typeset::frame::ElementKind::Paragraph, gongkai::typeset::frame::ElementId(0));
    builder.text("宋体", 12.0, (80.0, 100.0), "甲乙丙丁", Tag::Element(paragraph));
    // Two glyphs for one text.
    let Item::Run(run) = &mut builder.last().items[0] else { panic!("text") };
    run.text = "甲喆丁".into();
    run.glyphs[2].bytes = 0;
    let path = SAMPLE.0.path().join("cluster.pdf");
    std::fs::write(&path, write(&builder.pages)).expect("written");
    let Some(text) = output_of("pdftotext", &[path.to_str().expect("UTF-8"), "-"]) else { return };
    assert_eq!(text.trim(), "甲喆丁");
}

#[test]
fn a_missing_glyph_is_an_error_and_never_drawn() {
    let mut pages = pdf_sample::sample();
    let Item::Run(run) = &mut pages.pages[0].items[0] else { panic!("text") };
    run.glyphs[1].id = 0;
    let error = gongkai::write::pdf::write(&pdf_sample::document(), &pages, &FONTS).expect_err("refused");
    assert_eq!(error.code, "E491");
    assert!(error.message.contains("范") && error.message.contains("U+8303") && error.hint.is_some(), "{error}");
}

#[test]
fn a_link_to_nowhere_is_an_error() {
    let mut pages = pdf_sample::sample();
    pages.anchors.remove("table_1");
    let error = gongkai::write::pdf::write(&pdf_sample::document(), &pages, &FONTS).expect_err("refused");
    assert_eq!(error.code, "E493");
    assert!(error.message.contains("table_1"), "{error}");
}

#[test]
fn no_pages_and_an_empty_page_are_files_too() {
    let mut builder = pdf_sample::Builder::new();
    builder.page("", false);
    let read = lopdf::Document::load_mem(&write(&builder.pages)).expect("readable");
    assert_eq!(read.get_pages().len(), 1);
    assert!(lopdf::Document::load_mem(&write(&Pages::default())).is_ok());
}

/// A link on a turned page covers its words on the sheet: what is right on the page as read is up on the sheet.
#[test]
fn links_turn_with_their_page() {
    let read = lopdf::Document::load_mem(&write(&pdf_sample::sample())).expect("readable");
    let page = read.get_pages()[&5];
    let links = read.get_page_annotations(page).expect("it has one");
    let area: Vec<f32> = links[0]
        .get(b"Rect")
        .and_then(lopdf::Object::as_array)
        .expect("an area")
        .iter()
        .map(|side| side.as_float().expect("a number"))
        .collect();
    let (left, top, width, height) = pdf_sample::BACK;
    assert_eq!(area, [top, left, top + height, left + width].map(|side| side as f32));
}

#[test]
fn figures_carry_their_addresses() {
    let read = lopdf::Document::load_mem(&write(&pdf_sample::sample())).expect("readable");
    let titles: Vec<String> = read
        .objects
        .values()
        .filter_map(|object| lopdf::decode_text_string(object.as_dict().ok()?.get(b"T").ok()?).ok())
        .collect();
    assert!(titles.iter().any(|title| title == ADDRESS), "{titles:?}");
}
