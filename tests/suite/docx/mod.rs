//! The DOCX: valid, editable, and read back without loss.

mod hostile;
mod looks;
pub mod mutate;
pub mod office;
pub mod printed;
mod sample;
pub mod structure;

use gongkai::document::{Block, Document};
use gongkai::read_docx::{Options, Reading, read};
use printed::{plain, printed};
use proptest::prelude::*;
use sample::Sample;

fn read_ok(bytes: &[u8]) -> Reading {
    read(bytes, &Options::default()).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn the_sample_is_whole_and_read_back() {
    let sample = Sample::new(sample::document());
    let bytes = sample.write();
    structure::check(&bytes);
    let reading = read_ok(&bytes);
    assert_eq!(plain(&reading.figures), printed(&sample.document));
    assert_eq!(reading.findings, []);
    let prose: Vec<(&str, u32)> = reading.prose.iter().map(|p| (p.file.as_str(), p.paragraph)).collect();
    assert_eq!(prose, [("text/goals.md", 1), ("text/goals.md", 2)]);
    let Block::Paragraph(second) = &sample.document.sections[4].blocks[5] else { panic!("a paragraph") };
    assert_eq!(reading.prose[1].text, second.inlines[0].text);
    let meta = &sample.document.meta;
    let identity = reading.identity.expect("it says which document it is");
    assert_eq!((&identity.code, identity.year, &identity.file_stem), (&meta.code, meta.year, &meta.file_stem));
}

#[test]
fn figures_within_own_prose_are_told_from_its_wording() {
    let of = |reading: &Reading| {
        let prose = reading.prose[0].clone();
        let figures = prose.figures.into_iter();
        figures.map(|f| (f.address, f.printing, prose.text[f.range].to_owned())).collect::<Vec<_>>()
    };
    let reading = read_ok(hostile::sample());
    let expected = [("t5/合计/合计", 2, "513.45"), ("xc/比例/合计", 1, "13%")];
    let expected = expected.map(|(address, printing, text)| (address.to_owned(), printing, text.to_owned()));
    assert_eq!(of(&reading), expected);
    // Typed before and after the bookmark, and with tags lost.
    let moved = read_ok(&mutate::document(hostile::sample(), |xml| {
        mutate::without_tags(&mutate::around_bookmark(xml, "p_1", "前文", "后文"))
    }));
    assert_eq!(of(&moved), expected);
}

#[test]
fn amounts_come_back_in_yuan() {
    let reading = read_ok(&Sample::new(sample::document()).write());
    let amount = |address: &str| {
        let figure = reading.figures.iter().find(|f| f.address == address).expect("it is printed");
        figure.amount.map(|a| a.to_string())
    };
    assert_eq!(amount("t5/2010300.0/合计").as_deref(), Some("1234500"));
    assert_eq!(amount("cg/2/数量").as_deref(), Some("5"));
    assert_eq!(amount("xc/比例/合计").as_deref(), Some("13"));
}

#[test]
fn the_same_document_gives_the_same_bytes_on_any_thread() {
    let first = Sample::new(sample::document()).write();
    let threads: Vec<_> = (0..4).map(|_| std::thread::spawn(|| Sample::new(sample::document()).write())).collect();
    for thread in threads {
        assert!(thread.join().expect("no panic") == first);
    }
}

#[test]
fn the_contents_field_is_filled_and_collects_the_same_headings() {
    let parts = structure::parts(&Sample::new(sample::document()).write());
    let document = structure::tree(&parts["word/document.xml"]);
    let field = document.every("w:instrText")[0].text.clone();
    assert_eq!(field, r#" TOC \o "1-2" \h \z \t "表题,2" "#);
    let styled = |id: &str| {
        let paragraphs = document.every("w:p");
        let with = |p: &&&structure::Element| p.child("w:pPr").and_then(|p| p.value("w:pStyle")) == Some(id);
        paragraphs.iter().filter(with).map(|p| p.text()).collect::<Vec<_>>()
    };
    assert_eq!(styled("TOC1"), ["第一部分 部门预算报表1", "第二部分 情况说明3"]);
    assert_eq!(styled("TOC2").len(), 3);
    // A heading that is not listed keeps its look but has another style, so F9 leaves it out.
    assert_eq!(styled("Heading2"), ["一、部门职责及机构设置"]);
    assert_eq!(styled("Heading3"), ["（一）部门职责"]);
}

#[test]
fn what_is_typed_into_a_blank_cell_is_read_by_its_place() {
    let mut sample = Sample::new(sample::document());
    // The blank cell of row 2 is a figure that prints as nothing.
    let address = "t5/2010301.1/项目";
    let blank = sample::figure(&mut sample.document.figures, address, 0, "");
    for block in sample.document.sections.iter_mut().flat_map(|s| &mut s.blocks) {
        if let Block::Table(table) = block
            && table.id == "t5"
        {
            table.body[1].cells[5].inlines = vec![blank.clone()];
        }
    }
    let bytes = sample.write();
    assert_eq!(plain(&read_ok(&bytes).figures), printed(&sample.document));
    let typed = mutate::type_into_blank(&bytes, "2010301", "３．２１");
    let reading = read_ok(&typed);
    let figure = reading.figures.iter().find(|f| f.address == address).expect("it is read");
    assert_eq!((figure.text.as_str(), figure.amount.map(|a| a.to_string())), ("３．２１", Some("32100".into())));
    assert_eq!(reading.findings.iter().map(|f| &*f.code).collect::<Vec<_>>(), ["E555"]);
}

#[test]
fn lost_tags_fall_back_to_the_alias_and_lost_controls_to_the_place() {
    let sample = Sample::new(sample::document());
    let bytes = sample.write();
    let expected = printed(&sample.document);
    let reading = read_ok(&mutate::document(&bytes, mutate::without_tags));
    assert_eq!(plain(&reading.figures), expected);
    assert_eq!(reading.findings.iter().map(|f| &*f.code).collect::<Vec<_>>(), ["E551"]);
    let reading = read_ok(&mutate::document(&bytes, mutate::without_controls));
    let in_tables: Vec<_> = expected.iter().filter(|(a, n, _)| a != "xc/比例/合计" && *n == 1).cloned().collect();
    assert_eq!(plain(&reading.figures), in_tables);
    assert_eq!(reading.findings.iter().map(|f| &*f.code).collect::<Vec<_>>(), ["E554", "E556"]);
}

#[test]
fn doubled_and_moved_controls_are_reported() {
    let sample = Sample::new(sample::document());
    let bytes = sample.write();
    let reading = read_ok(&mutate::document(&bytes, mutate::first_control_twice));
    assert_eq!(plain(&reading.figures), printed(&sample.document));
    assert_eq!(reading.findings.iter().map(|f| &*f.code).collect::<Vec<_>>(), ["E552"]);
    let reading = read_ok(&mutate::document(&bytes, mutate::swap_two_controls));
    assert_eq!(reading.figures.len(), printed(&sample.document).len());
    assert_eq!(reading.findings.iter().map(|f| &*f.code).collect::<Vec<_>>(), ["E553", "E553"]);
}

#[test]
fn tracked_changes_are_seen_either_way() {
    let sample = Sample::new(sample::document());
    let bytes = mutate::document(&sample.write(), mutate::tracked);
    let first = |view| read(&bytes, &Options { view, ..Options::default() }).expect("it reads").figures[0].text.clone();
    let old = printed(&sample.document)[0].2.clone();
    assert_eq!(first(gongkai::read_docx::View::Accepted), "99.99");
    assert_eq!(first(gongkai::read_docx::View::Original), old);
}

#[test]
fn own_paragraphs_are_read_whole() {
    let bytes = hostile::sample();
    let (first, second) = {
        let prose = read_ok(bytes).prose;
        (prose[0].text.clone(), prose[1].text.clone())
    };
    let texts = |change: &dyn Fn(&str) -> String| {
        let reading = read_ok(&mutate::document(bytes, change));
        reading.prose.into_iter().map(|p| p.text).collect::<Vec<_>>()
    };
    // Typed after the bookmark's end, and before its beginning.
    let typed = texts(&|xml| mutate::around_bookmark(xml, "p_2", "前文", "后文"));
    assert_eq!(typed, [first.clone(), format!("前文{second}后文")]);
    // Two paragraphs joined into one, one split into two.
    assert_eq!(texts(&|xml| mutate::join_at_bookmark(xml, "p_2")), [first.clone(), second.clone()]);
    let split = texts(&|xml| mutate::split_in_bookmark(xml, "p_2"));
    assert_eq!(split[1], format!("{second}\n新的一段"));
}

/// A document of random tables and texts.
fn random_document() -> impl Strategy<Value = Document> {
    let number = (-9_999_999_i64..99_999_999).prop_map(|cents| (cents * 100, format!("{:.2}", cents as f64 / 100.0)));
    let words = "[一-龥“”…—A-Za-z0-9<&>' \u{1}\u{FFFE}]{0,40}";
    let cell = (any::<bool>(), number, words, 1..4usize, 1..4usize);
    let table = (1..9usize, 0..3usize, prop::collection::vec(prop::collection::vec(cell, 1..9), 0..8));
    prop::collection::vec(table, 1..4).prop_map(|tables| {
        let mut figures = Vec::new();
        let tables = tables.into_iter().enumerate();
        let tables = tables.map(|(index, (columns, header, rows))| {
            sample::random_table(&mut figures, &format!("r{index}"), columns, header, rows)
        });
        let tables = tables.collect();
        sample::of_tables(figures, tables)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn reading_gives_what_was_written(document in random_document()) {
        let sample = Sample::new(document);
        let bytes = sample.write();
        structure::check(&bytes);
        let reading = read_ok(&bytes);
        prop_assert_eq!(plain(&reading.figures), printed(&sample.document));
        prop_assert_eq!(reading.findings, vec![]);
    }

    #[test]
    fn what_word_does_to_the_xml_changes_nothing(document in random_document(), seed in any::<u64>()) {
        let sample = Sample::new(document);
        let bytes = mutate::as_word_does(&sample.write(), seed);
        let reading = read_ok(&bytes);
        prop_assert_eq!(plain(&reading.figures), printed(&sample.document));
    }

    #[test]
    fn any_bytes_end_in_a_message(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let mut zip = b"PK\x03\x04".to_vec();
        zip.extend_from_slice(&bytes);
        prop_assert!(read(&bytes, &Options::default()).is_err());
        prop_assert!(read(&zip, &Options::default()).is_err());
    }

    #[test]
    fn a_damaged_file_never_panics(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let mut bytes = hostile::sample().to_vec();
        let at = at.index(bytes.len());
        if cut { bytes.truncate(at) } else { bytes[at] = byte }
        let _ = read(&bytes, &Options::default());
    }

    #[test]
    fn damaged_xml_never_panics(at in any::<prop::sample::Index>(), with in "[<>/&;\"'=a-z!\\[\\]?-]{0,8}") {
        let _ = read(&mutate::document(hostile::sample(), |xml| hostile::replace_at(xml, at, &with)), &Options::default());
    }
}
