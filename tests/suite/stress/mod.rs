//! Documents that ask much of a page: a name of 39 characters and one in English, sixty units, cells of 500 characters
//! under joined labels, 200 rows, amounts in 亿, addresses on the web. What holds of the sample holds of them.

mod folders;

use crate::common;
use gongkai::document::{RowKind, Table, plain_text};
use gongkai::made::Made;
use gongkai::typeset::Pages;
use gongkai::typeset::frame::{Item, Page, Run, TableGeometry, Tag};
use gongkai::write::Format;
use icu_segmenter::WordSegmenter;
use icu_segmenter::options::WordBreakInvariantOptions;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Every stress document, and the sample.
static SET: LazyLock<BTreeMap<String, Made>> = LazyLock::new(|| {
    let root = tempfile::tempdir().expect("a folder");
    let kinds = folders::KINDS.iter().map(|(name, change)| (*name, folders::make(root.path(), name, *change)));
    let folders = kinds.chain([("sample", common::sample())]);
    folders.map(|(name, folder)| (name.to_string(), common::made(&folder).pop().expect("one document"))).collect()
});

fn pages(made: &Made) -> &Pages {
    made.pages(&common::fonts())
}

fn written(made: &Made, format: Format) -> Vec<u8> {
    made.write(&common::fonts(), &[format]).expect("it can be written").pop().expect("a file").bytes
}

fn runs(page: &Page) -> impl Iterator<Item = &Run> {
    page.items.iter().filter_map(|item| if let Item::Run(run) = item { Some(run) } else { None })
}

#[test]
fn the_cover_is_one_page() {
    for (name, set) in SET.iter() {
        let text: Vec<String> = pages(set).pages.iter().map(|p| runs(p).map(|r| r.text.as_str()).collect()).collect();
        assert!(text[0].ends_with("公开631") || text[0].contains("部门预算公开"), "{name}: {}", text[0]);
        assert!(text[1].starts_with("目"), "{name}: the contents follow, and not {}", text[1]);
    }
}

/// Within the type area or in the furniture: nothing reaches the edge of the sheet, and glyphs of one run do not overlap.
#[test]
fn no_text_is_clipped() {
    for (name, set) in SET.iter() {
        for (number, page) in pages(set).pages.iter().enumerate() {
            let (width, height) = if page.turned { (page.sheet.1, page.sheet.0) } else { page.sheet };
            for run in runs(page) {
                let end = run.x + run.glyphs.last().map_or(0.0, |g| g.x);
                let inside = run.x > 50.0 && end < width - 50.0 && run.y > 40.0 && run.y < height - 40.0;
                assert!(inside, "{name}, page {number}: “{}” at {}, {}", run.text, run.x, run.y);
                assert!(run.glyphs.windows(2).all(|g| g[0].x <= g[1].x), "{name}: “{}”", run.text);
            }
        }
    }
}

fn tables(set: &Made) -> impl Iterator<Item = (&Table, &TableGeometry)> {
    set.document().tables().zip(&pages(set).tables)
}

/// What a dictionary takes for one word; a line of a head, or of a label that rows are joined under, ends between words.
#[test]
fn no_head_and_no_label_breaks_a_word() {
    let segmenter = WordSegmenter::new_dictionary(WordBreakInvariantOptions::default());
    let (mut broken, mut labels) = (0, 0);
    for (name, set) in SET.iter() {
        for (table, geometry) in tables(set) {
            for (&(row, column), breaks) in &geometry.heads {
                let rows: Vec<_> = table.header.iter().chain(&table.body).collect();
                let cell = rows[row].cells.iter().find(|c| c.column == column).expect("a cell begins there");
                let text = plain_text(&cell.inlines);
                let ends: Vec<usize> = segmenter.segment_str(&text).collect();
                for at in breaks {
                    // 区区 is a word, and not here.
                    let between =
                        ends.contains(at) || text[..*at].ends_with("开发区") && text[*at..].starts_with("区域");
                    assert!(between, "{name}, {}: “{}|{}”", table.id, &text[..*at], &text[*at..]);
                    // Words that the dictionary lacks.
                    for unknown in ["满意度", "专户", "上缴", "上解", "中小微企业", "预留", "非财政", "工程量"]
                    {
                        let within = (1..unknown.chars().count()).any(|n| {
                            let (end, start) = unknown.split_at(3 * n);
                            text[..*at].ends_with(end) && text[*at..].starts_with(start)
                        });
                        assert!(!within, "{name}, {}: “{}|{}”", table.id, &text[..*at], &text[*at..]);
                    }
                    broken += 1;
                    labels += usize::from(rows[row].kind != RowKind::Header && row >= table.header.len());
                }
            }
        }
    }
    assert!(broken > 100 && labels > 5, "{broken} {labels}");
}

/// A number stands on one line with its unit, in the narrowest column beside cells of 500 characters too.
#[test]
fn no_cell_parts_a_number_from_its_unit() {
    let all: Vec<&Run> = pages(&SET["long-cells"]).pages.iter().flat_map(runs).collect();
    assert!(all.iter().any(|run| run.text == "≥12000平方米"));
    assert!(all.iter().all(|run| !run.text.starts_with("平方米") && !run.text.starts_with("方米")));
}

/// No row that a page holds is on two; heads stand on every page of a table; one of few rows is not parted.
#[test]
fn no_row_that_fits_a_page_is_parted() {
    for (name, set) in SET.iter() {
        for (table, geometry) in tables(set) {
            let tallest = geometry.rows.iter().copied().fold(0.0, f64::max);
            assert!(tallest < 640.0, "{name}, {}: a row of {tallest} pt", table.id);
            let whole: f64 = geometry.rows.iter().sum();
            assert!(
                geometry.pages == 1 || whole > 250.0,
                "{name}, {}: {whole} pt on {} pages",
                table.id,
                geometry.pages
            );
        }
    }
}

/// The lines of prose: what begins and ends them.
#[test]
fn lines_begin_and_end_as_the_norm_says() {
    const NEVER_FIRST: &str = "，。、；：？！）】》〉」』〕〗｝”’·～…％‰℃%";
    const NEVER_LAST: &str = "（【《〈「『〔〖｛“‘￥¥≥≤";
    let mut seen = 0;
    for (name, set) in SET.iter() {
        for page in &pages(set).pages {
            // Runs on one baseline whose ends meet are one line.
            let mut lines: Vec<(f64, f64, String)> = Vec::new();
            for run in runs(page).filter(|r| matches!(r.tag, Tag::Element(_))) {
                let end = run.x + run.glyphs.last().map_or(0.0, |g| g.x);
                match lines.last_mut() {
                    Some((y, x, text)) if (*y - run.y).abs() < 0.01 && run.x >= *x && run.x - *x < 2.0 * run.size => {
                        (*x, *text) = (end, format!("{text}{}", run.text));
                    }
                    _ => lines.push((run.y, end, run.text.clone())),
                }
            }
            for (.., text) in lines {
                let text = text.trim_end();
                let (first, last) = (text.chars().next().unwrap_or(' '), text.chars().last().unwrap_or(' '));
                assert!(!NEVER_FIRST.contains(first), "{name}: a line begins “{text}”");
                assert!(!NEVER_LAST.contains(last), "{name}: a line ends “{text}”");
                let negative = first == '-' && !text.starts_with("-1") && !text.starts_with("-5");
                assert!(!negative, "{name}: a line begins as if it were negative: “{text}”");
                seen += 1;
            }
        }
    }
    assert!(seen > 5_000, "{seen}");
}

/// As another program reads it from the PDF: no gap between Chinese and Latin is seen to be wider than another.
#[test]
fn the_gap_between_scripts_is_even() {
    if !common::have_python(&["pdfplumber"]) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    for (name, set) in SET.iter() {
        let file = folder.path().join(format!("{name}.pdf"));
        std::fs::write(&file, written(set, Format::Pdf)).expect("written");
        let printed = common::python("joints.py", &[&file]);
        let joints: Vec<Vec<(f64, u32, String)>> = serde_json::from_str(&printed).expect("joints");
        let uneven: Vec<_> = joints[0].iter().filter(|(gap, ..)| !(0.2..0.35).contains(gap)).collect();
        assert!(uneven.is_empty() && joints[0].len() > 80, "{name}, {} joints: {uneven:?}", joints[0].len());
    }
}

/// Tables of one form have the same columns wherever they stand.
#[test]
fn tables_of_one_form_have_equal_columns() {
    for name in ["sample", "sixty-units"] {
        let of_form = tables(&SET[name]).filter(|(table, _)| table.id.starts_with("jx."));
        let columns: Vec<&Vec<f64>> = of_form.map(|(_, geometry)| &geometry.columns).collect();
        assert!(columns.len() > 10 && columns.iter().all(|c| *c == columns[0]), "{name}: {columns:?}");
    }
}

#[test]
fn every_table_in_word_repeats_its_heads_and_keeps_its_rows() {
    for (name, set) in SET.iter() {
        let xml = document_xml(&written(set, Format::Docx));
        let mut tables_of_xml = xml.split("<w:tbl>").skip(1).filter(|t| !t.contains("LayoutTable"));
        for (table, geometry) in tables(set) {
            let part = tables_of_xml.next().expect("a table each");
            let part = &part[..part.find("</w:tbl>").expect("it ends")];
            let has_heads = table.header.iter().chain(&table.body).any(|row| row.kind == RowKind::Header);
            assert!(!has_heads || part.contains("<w:tblHeader/>"), "{name}, {}", table.id);
            let kept = part.matches("<w:cantSplit/>").count();
            let fit = geometry.rows.iter().filter(|height| **height < 500.0).count();
            assert!(kept >= fit, "{name}, {}: {kept} of {fit} rows", table.id);
        }
    }
}

fn document_xml(bytes: &[u8]) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a ZIP");
    let mut file = archive.by_name("word/document.xml").expect("the body");
    let mut xml = String::new();
    std::io::Read::read_to_string(&mut file, &mut xml).expect("UTF-8");
    xml
}

/// The contents that Word shows without computing anything name the pages on which LibreOffice has the titles: with the
/// program's fonts, and with those that the system happens to have.
#[test]
fn the_contents_in_word_are_true_in_libreoffice() {
    for fonts in ["program", "system"] {
        let Some(printed) = printed(fonts) else { return };
        let mut wrong = Vec::new();
        for (name, set) in SET.iter() {
            let printed = &printed[name];
            assert!(printed[1].1.starts_with("目录"), "{fonts}, {name}: behind the cover {}", printed[1].1);
            for heading in set.document().headings().filter(|h| h.contents) {
                let label = &pages(set).pages[pages(set).anchors[&heading.anchor].page].label;
                let title: String = plain_text(&heading.inlines).chars().filter(|c| !c.is_whitespace()).collect();
                let start: String = title.chars().take(24).collect();
                let found = printed.iter().find(|(number, text)| !number.is_empty() && text.contains(&start));
                if found.is_none_or(|(number, _)| number != label) {
                    wrong.push(format!("{fonts}, {name}: {title} on {label}, and {:?}", found.map(|(n, _)| n)));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

/// What LibreOffice needs and Word would read otherwise (a citation around a figure) is a fallback that no Word takes: it
/// would have to not know WordprocessingML.
#[test]
fn no_word_however_old_takes_what_is_for_libreoffice() {
    for (name, set) in SET.iter() {
        let xml = document_xml(&written(set, Format::Docx));
        let asked = xml.split("<mc:Choice Requires=\"").skip(1).map(|rest| rest.split('"').next().expect("a prefix"));
        assert!(asked.clone().all(|prefix| prefix == "w") && asked.count() > 20, "{name}");
        let head = &xml[..xml.find("<w:body>").expect("a body")];
        assert!(head.contains("xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\""));
        let without: String =
            xml.split("<mc:Fallback>").map(|p| p.split_once("</mc:Fallback>").map_or(p, |p| p.1)).collect();
        assert!(!without.contains("<w:citation/>"), "{name}");
    }
}

/// A title that the contents list ends its lines where print does, but for Word, whose contents would have the ends too.
#[test]
fn the_lines_of_listed_titles_end_between_words() {
    const END: &str = r#"<mc:AlternateContent><mc:Choice Requires="w"/><mc:Fallback><w:br w:type="textWrapping" w:clear="all"/></mc:Fallback></mc:AlternateContent>"#;
    for (name, lines) in [("long-name", ["区临港", "执法局和"]), ("english-name", ["Economic", "Zone"])] {
        let xml = document_xml(&written(&SET[name], Format::Docx));
        let title = xml.split("<w:p>").find(|p| p.contains("Heading1") && p.contains(">第一部分")).expect("the part");
        assert_eq!(title.matches("<w:br").count(), 2, "{title}");
        for line in lines {
            assert!(title.contains(&format!("{line}</w:t>{END}")), "{line}: {title}");
        }
    }
}

/// The title over a table too, its notes and the line above it nowhere.
#[test]
fn the_lines_of_a_tables_title_end_in_word_where_they_end_in_print() {
    let mut broken = 0;
    for (name, set) in SET.iter() {
        let xml = document_xml(&written(set, Format::Docx));
        let paragraphs: Vec<&str> = xml.split("<w:p>").collect();
        let pages = pages(set);
        for title in set.document().tables().filter_map(|table| table.title.as_ref()) {
            let place = &pages.anchors[&title.anchor];
            let text = plain_text(&title.inlines);
            // What print has on each of its lines.
            let mut lines: Vec<(f64, String)> = Vec::new();
            let mut rest = text.clone();
            let from = |run: &&Run| run.y >= place.y - 1.0 && matches!(run.tag, Tag::Element(_));
            for run in runs(&pages.pages[place.page]).filter(from) {
                let Some(after) = rest.trim_start().strip_prefix(run.text.trim_end()) else { break };
                rest = after.to_string();
                match lines.last_mut() {
                    Some((y, line)) if (*y - run.y).abs() < 0.01 => line.push_str(&run.text),
                    _ => lines.push((run.y, run.text.clone())),
                }
            }
            assert!(rest.trim().is_empty() && !lines.is_empty(), "{name}: “{text}” is printed as {lines:?}");
            let start: String = lines[0].1.chars().take(6).collect();
            let is_title = |p: &&&str| p.contains("w:bookmarkStart") && p.contains(&format!(">{start}"));
            let said = paragraphs.iter().find(|p| is_title(p) && !p.contains("PAGEREF"));
            let said = said.unwrap_or_else(|| panic!("{name}: no paragraph begins “{start}”"));
            assert_eq!(said.matches("<w:br").count(), lines.len() - 1, "{name}: {lines:?} in {said}");
            for (_, line) in &lines[..lines.len() - 1] {
                let end: String = line.trim_end().chars().rev().take(4).collect::<Vec<_>>().into_iter().rev().collect();
                assert!(said.contains(&format!("{end}</w:t><w:br")), "{name}: {line} in {said}");
                broken += 1;
            }
        }
    }
    assert!(broken >= 2, "{broken}");
}

/// Every document as LibreOffice prints its DOCX, with the program's fonts; None where a tool is missing.
static WITH_FONTS: LazyLock<Option<BTreeMap<String, common::Printed>>> = LazyLock::new(|| print_all("program"));

fn printed(fonts: &str) -> Option<BTreeMap<String, common::Printed>> {
    if fonts == "program" { WITH_FONTS.clone() } else { print_all(fonts) }
}

fn print_all(fonts: &str) -> Option<BTreeMap<String, common::Printed>> {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, set) in SET.iter() {
        std::fs::write(folder.path().join(format!("{name}.docx")), written(set, Format::Docx)).expect("written");
    }
    common::printed_by_libreoffice(folder.path(), fonts)
}

/// A table of several pages that has a section to itself says in Word too, on every page but its first, which table goes
/// on; what comes after it does not.
#[test]
fn the_parts_of_a_table_in_word_say_which_table_goes_on() {
    let set = &SET["sixty-units"];
    let (_, geometry) = tables(set).find(|(table, _)| table.id == "cg").expect("the table of purchases");
    assert!(geometry.pages > 3, "{}", geometry.pages);
    let xml = document_xml(&written(set, Format::Docx));
    let sections: Vec<&str> =
        xml.split("<w:sectPr>").skip(1).map(|s| &s[..s.find("</w:sectPr>").expect("its end")]).collect();
    let own = sections.iter().position(|section| section.contains("<w:titlePg/>")).expect("a section of its own");
    let kinds = |section: &str, what: &str| section.matches(&format!("<w:{what}Reference w:type=")).count();
    assert_eq!((kinds(sections[own], "header"), kinds(sections[own], "footer")), (3, 3));
    assert_eq!(sections.iter().filter(|section| section.contains("titlePg")).count(), 1);
    assert_eq!(kinds(sections[own + 1], "header"), 2, "the header ends with its section");
    let Some(printed) = printed("program") else { return };
    let heads = |text: &str| text.contains("部门政府采购预算（续表）单位：万元");
    let pages: Vec<usize> =
        (0..printed["sixty-units"].len()).filter(|&p| heads(&printed["sixty-units"][p].1)).collect();
    let expected: Vec<usize> = (geometry.page + 1..geometry.page + geometry.pages).collect();
    assert_eq!(pages, expected);
}

/// An address is a link in both files, and breaks only where its parts end.
#[test]
fn addresses_are_links() {
    let set = &SET["great-amounts"];
    let address = "https://www.example.gov.cn/zwgk/czyjs/bmys/2023/index.html?id=12345&type=budget";
    let file = lopdf::Document::load_mem(&written(set, Format::Pdf)).expect("a PDF");
    let uris = file.objects.values().filter_map(|o| o.as_dict().ok()?.get(b"A").ok()?.as_dict().ok()?.get(b"URI").ok());
    let uris: Vec<String> = uris.map(|uri| String::from_utf8_lossy(uri.as_str().expect("text")).into_owned()).collect();
    assert!(uris.iter().any(|uri| uri == address), "{uris:?}");
    let xml = document_xml(&written(set, Format::Docx)).replace("&amp;", "&").replace("&quot;", "\"");
    assert!(xml.contains(&format!(" HYPERLINK \"{address}\" ")));
    // It is one word: letters and the digits after them are not parted, in print or in Word.
    let joined = |page: &Page| runs(page).any(|run| run.text.contains("root17"));
    assert!(pages(set).pages.iter().any(joined) && xml.contains("/root17/"));
}

/// Words that meet without a space are parted in Word too: its own spacing knows only Chinese beside Latin.
#[test]
fn words_that_meet_are_parted_in_the_docx() {
    let bytes = written(&SET["english-name"], Format::Docx);
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a package");
    let xml = std::io::read_to_string(archive.by_name("word/document.xml").expect("the body")).expect("UTF-8");
    let runs: Vec<&str> = xml.split("<w:r>").collect();
    let spaced = |last: &str, next: &str| {
        let meet =
            |pair: &&[&str]| pair[0].contains(&format!(">{last}</w:t>")) && pair[1].contains(&format!(">{next}"));
        let pair = runs.windows(2).find(meet).unwrap_or_else(|| panic!("{last} before {next}"));
        let value = pair[0].split("<w:spacing w:val=\"").nth(1).and_then(|rest| rest.split('"').next());
        value.expect("spacing of its own").parse::<i32>().expect("twips")
    };
    // A quarter of an em of 9 to 22 points.
    assert!((40..=120).contains(&spaced("1", "Shanhaiguan")), "the code before the name");
    assert!((40..=120).contains(&spaced("n", "2023")), "the name before the year");
}

/// In the contents too.
#[test]
fn words_that_meet_are_parted_in_the_contents_of_the_docx() {
    let xml = document_xml(&written(&SET["english-name"], Format::Docx));
    let entry = xml.split("<w:hyperlink").find(|link| link.contains("第一部分")).expect("the part's line");
    let (word, year) = entry.split_once(">2023").expect("the year begins a run");
    let last = word.rsplit("<w:r>").nth(1).expect("a run before it");
    assert!(year.contains("PAGEREF") && last.contains("<w:spacing w:val=\"") && last.contains(">n</w:t>"), "{entry}");
}

/// Words in Latin letters have hyphens where lines are justified, and nowhere else.
#[test]
fn the_docx_asks_for_hyphens_as_print_has_them() {
    let bytes = written(&SET["english-name"], Format::Docx);
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a package");
    let mut part = |name: &str| std::io::read_to_string(archive.by_name(name).expect("a part")).expect("UTF-8");
    assert!(part("word/settings.xml").contains("<w:autoHyphenation/><w:doNotHyphenateCaps/>"));
    let styles = part("word/styles.xml");
    let style = |id: &str| styles.split("<w:style ").find(|s| s.contains(&format!("w:styleId=\"{id}\""))).expect("it");
    assert!(!style("Normal").contains("suppressAutoHyphens") && style("Normal").contains("<w:jc w:val=\"both\"/>"));
    assert!(
        style("Title").contains("<w:suppressAutoHyphens w:val=")
            && style("Heading1").contains("<w:suppressAutoHyphens w:val=")
    );
}
