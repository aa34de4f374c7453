//! Figures as pictures: drawn in the PDF, native in the DOCX, switched off by a line, corrected, compared, pulled back.

use crate::common::{self, built, copy, difference, gongkai, made, packed, parts};
use gongkai::document::{Block, Chart, Document, plain_text};
use gongkai::read_docx::{Options, read};
use gongkai::write::Format;
use std::path::Path;

/// The final account of a published department in a folder of its own.
fn department() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    copy(&common::root().join("tests/published/final-account-2024/data"), folder.path());
    folder
}

fn lay(folder: &Path, file: &str, text: &str) {
    let file = folder.join(file);
    std::fs::create_dir_all(file.parent().expect("a folder")).expect("made");
    std::fs::write(file, text).expect("written");
}

fn document(folder: &Path) -> Document {
    made(folder).remove(0).document().clone()
}

fn charts(document: &Document) -> Vec<&Chart> {
    document.charts().collect()
}

fn words(document: &Document) -> String {
    let texts = document.blocks().filter_map(|b| if let Block::Paragraph(p) = b { Some(&p.inlines) } else { None });
    texts.map(|inlines| plain_text(inlines) + "\n").collect()
}

#[test]
fn a_final_account_has_its_three_charts_where_its_sentences_speak_of_them() {
    let folder = department();
    let document = document(folder.path());
    let said: Vec<String> = charts(&document).iter().map(|chart| chart.description.clone()).collect();
    assert_eq!(
        said,
        [
            "图1，收入、支出决算总计变动情况：收入总计2023年度3052.34万元，2024年度2995.39万元；支出总计2023年度3052.34万元，2024年度2995.39万元。",
            "图2，收入决算结构：财政拨款收入2940.05万元，占99.79%；其他收入6.20万元，占0.21%。",
            "图3，支出决算结构：基本支出2336.91万元，占79.49%；项目支出603.14万元，占20.51%。",
        ]
    );
    let words = words(&document);
    for text in
        ["（见图1）。\n图1　收入、支出决算总计变动情况\n", "占0.21%（见图2）。\n图2　", "占20.51%（见图3）。\n图3　"]
    {
        assert!(words.contains(text), "{text}\n{words}");
    }
}

#[test]
fn one_line_of_an_overlay_switches_charts_off() {
    let folder = department();
    lay(folder.path(), "layout/set.toml", "charts = false\n");
    let document = document(folder.path());
    assert!(charts(&document).is_empty());
    assert!(!words(&document).contains('图'), "{}", words(&document));
    let docx = built(folder.path(), &[Format::Docx]).remove(0).bytes;
    let parts = parts(&docx);
    assert!(!parts.keys().any(|name| name.contains("chart") || name.ends_with(".xlsx")), "{:?}", parts.keys());
    assert!(!String::from_utf8_lossy(&parts["[Content_Types].xml"]).contains("xlsx"));
    assert!(!String::from_utf8_lossy(&parts["word/styles.xml"]).contains("Picture"));
}

#[test]
fn the_pdf_has_them_as_figures_with_words_and_keeps_its_rules() {
    let folder = department();
    let pdf = built(folder.path(), &[Format::Pdf]).remove(0).bytes;
    let found = crate::conformance::findings(&pdf);
    assert!(found.is_empty(), "{found:#?}");
    let file = lopdf::Document::load_mem(&pdf).expect("a PDF");
    let figures: Vec<&lopdf::Dictionary> = (file.objects.values().filter_map(|object| object.as_dict().ok()))
        .filter(|dict| dict.get(b"S").and_then(|s| s.as_name()).is_ok_and(|name| name == b"Figure"))
        .collect();
    let alternatives: Vec<String> =
        figures.iter().map(|f| lopdf::decode_text_string(f.get(b"Alt").expect("words")).expect("a text")).collect();
    let document = document(folder.path());
    let said: Vec<&str> = charts(&document).iter().map(|chart| chart.description.as_str()).collect();
    assert_eq!(alternatives.len(), 3);
    assert!(said.iter().all(|said| alternatives.iter().any(|words| words == said)), "{alternatives:?}");
    for figure in figures {
        let layout = figure.get_deref(b"A", &file).and_then(|a| a.as_dict()).expect("attributes");
        let bounds = layout.get(b"BBox").and_then(|b| b.as_array()).expect("its place");
        let [left, bottom, right, top] = &bounds[..] else { panic!("four numbers: {bounds:?}") };
        let number = |of: &lopdf::Object| of.as_i64().expect("a number");
        assert!(number(left) < number(right) && number(bottom) < number(top), "{bounds:?}");
        assert!(figure.has(b"K"), "it holds what it draws");
    }
}

#[test]
fn the_docx_has_them_as_charts_with_workbooks_and_explicit_fills() {
    let folder = department();
    let docx = built(folder.path(), &[Format::Docx]).remove(0).bytes;
    let parts = parts(&docx);
    for number in 1..=3 {
        let xml = String::from_utf8_lossy(&parts[&format!("word/charts/chart{number}.xml")]).into_owned();
        let filled = xml.matches("<c:dPt>").count().max(xml.matches("<c:ser>").count());
        assert_eq!(filled, 2, "{xml}");
        assert!(xml.contains("a:solidFill") && xml.contains("a:pattFill"), "{xml}");
        assert!(parts[&format!("word/embeddings/chart{number}.xlsx")].starts_with(b"PK"));
    }
    let first = String::from_utf8_lossy(&parts["word/charts/chart1.xml"]).into_owned();
    assert!(first.contains("<c:v>3052.34</c:v>") && first.contains("<c:min val=\"0\"/>"), "{first}");
    let document = String::from_utf8_lossy(&parts["word/document.xml"]).into_owned();
    assert!(document.contains("descr=\"图3，支出决算结构：基本支出2336.91万元，占79.49%"), "{document}");
    // What is read back is what is shown.
    let reading = read(&docx, &Options::default()).expect("a DOCX");
    assert!(reading.findings.is_empty() && reading.unread.is_empty(), "{:?} {:?}", reading.findings, reading.unread);
    let of_charts = reading.figures.iter().filter(|f| f.address == "b1/总计/决算数@prior");
    assert_eq!(of_charts.map(|f| f.text.as_str()).collect::<Vec<_>>(), ["3052.34"]);
}

/// The line of the ledger that holds all of 其他收入: corrected, its text before and after.
fn corrected(folder: &Path) -> (String, String) {
    let file = folder.join("ledger.csv");
    let text = std::fs::read_to_string(&file).expect("a ledger");
    let line = text.lines().find(|line| line.contains("其他收入")).expect("such a line").to_owned();
    let amount = line.rsplit(',').find(|cell| cell.contains('.')).expect("an amount").to_owned();
    let new =
        format!("{}", amount.parse::<rust_decimal::Decimal>().expect("a number") + rust_decimal::Decimal::from(30_000));
    std::fs::write(&file, text.replacen(&line, &line.replace(&amount, &new), 1)).expect("written");
    (amount, new)
}

#[test]
fn a_corrected_figure_moves_its_chart_and_is_told_and_marked() {
    let (old, new) = (department(), department());
    corrected(new.path());
    let (was, is) = (made(old.path()), made(new.path()));
    let shares = |all: &[gongkai::made::Made]| {
        let document = all[0].document();
        document.charts().nth(1).expect("图2").items[1].values[0].clone()
    };
    assert_eq!((shares(&was).text.as_str(), shares(&is).text.as_str()), ("6.20", "9.20"));
    let diff = difference(&was, &is);
    let printed = |f: &&gongkai::diff::FigureChange| f.printings.iter().any(|p| p.new.as_deref() == Some("9.20"));
    let moved: Vec<usize> = diff.figures.iter().filter(printed).map(|f| f.printings.len()).collect();
    // The table prints one; the sentence and the chart print another.
    assert!(moved.contains(&2), "{moved:?}");
    let out = tempfile::tempdir().expect("a folder");
    let path = |folder: &Path| folder.to_str().expect("a path").to_owned();
    let (new, old, to) = (path(new.path()), path(old.path()), path(out.path()));
    let (code, said) = gongkai(&["build", &new, "--marked", "--since", &old, "--format", "docx", "-o", &to]);
    assert_eq!(code, Some(0), "{said}");
    let made = std::fs::read_dir(out.path()).expect("made").next().expect("its folder").expect("read").path();
    let file = std::fs::read_dir(made).expect("made").next().expect("a file").expect("read").path();
    let body = parts(&std::fs::read(file).expect("a DOCX"))["word/document.xml"].clone();
    let body = String::from_utf8(body).expect("text");
    let drawn = |change: &str| {
        body.split(&format!("<w:{change} "))
            .filter(|run| run.split("</w:r>").next().is_some_and(|run| run.contains("<w:drawing>")))
            .count()
    };
    // 图1 and 图2 moved, 图3 did not.
    assert_eq!((drawn("del"), drawn("ins"), body.matches("<w:drawing>").count()), (2, 2, 5), "{body}");
}

#[test]
fn a_number_typed_into_the_workbook_of_a_chart_comes_back() {
    let folder = department();
    let docx = built(folder.path(), &[Format::Docx]).remove(0).bytes;
    let mut all = parts(&docx);
    let mut book = parts(&all["word/embeddings/chart2.xlsx"]);
    let sheet = String::from_utf8(book["xl/worksheets/sheet1.xml"].clone()).expect("text");
    assert!(sheet.contains("<v>6.2</v>"), "{sheet}");
    book.insert("xl/worksheets/sheet1.xml".into(), sheet.replace("<v>6.2</v>", "<v>9.2</v>").into_bytes());
    all.insert("word/embeddings/chart2.xlsx".into(), packed(&book));
    let work = tempfile::tempdir().expect("a folder");
    let file = work.path().join("改过.docx");
    std::fs::write(&file, packed(&all)).expect("written");
    let path = folder.path().to_str().expect("a path");
    let (code, out) = gongkai(&["pull", file.to_str().expect("a path"), path]);
    assert_eq!(code, Some(0), "{out}");
    // Two records are behind it: which of them is meant, a person decides.
    assert!(out.contains("ly/其他收入/额 由 6.2 改成了 9.2"), "{out}");
    assert_eq!(out.matches("    ledger.csv:").count(), 2, "{out}");
}

/// What a picture would make unreadable or wrong is refused where it stands, with what to do.
#[test]
fn what_cannot_be_drawn_is_refused_with_its_reason() {
    let of = |change: &dyn Fn(&Path)| {
        let folder = tempfile::tempdir().expect("a folder");
        copy(&common::root().join("data/final-account-sample"), folder.path());
        change(folder.path());
        gongkai(&["check", folder.path().to_str().expect("a plain path")])
    };
    let expenditure =
        |kind: &str, items: &str| format!("[\"支出结构\"]\nkind = \"{kind}\"\ntitle = \"支出\"\nitems = [{items}]\n");
    let laid =
        |kind: &str, items: &str| of(&|folder: &Path| lay(folder, "layout/charts.toml", &expenditure(kind, items)));
    let (code, told) = laid("columns", "{ rows = \"b3\", figures = [\"合计\"] }");
    assert!(code == Some(1) && told.contains("layout/charts.toml:1:1 错误[E351] 图“支出结构”有 "), "{told}");
    assert!(told.contains("至多 20 项、60 个数字"), "{told}");
    let (code, told) = laid("pie", "{ label = \"养老\", figures = [\"b3/2080505/项目\"] }");
    assert!(code == Some(1) && told.contains("错误[E352] 图“支出结构”没有可画的数字"), "{told}");
    let (code, told) = of(&|folder: &Path| {
        let ledger = std::fs::read_to_string(folder.join("ledger.csv")).expect("the ledger");
        let turned = ledger.replacen("经营支出,,,经营收入,本年,,74210.60", "经营支出,,,经营收入,本年,,-74210.60", 1);
        assert_ne!(turned, ledger);
        lay(folder, "ledger.csv", &turned);
    });
    assert!(
        code == Some(1) && told.contains("错误[E353] 图“支出结构”的“经营支出”是负数 -7.42，饼图画不出负数"),
        "{told}"
    );
    // Columns draw it, and nought.
    let (_, told) = laid("columns", "{ label = \"养老\", figures = [\"b3/2080505/项目\"] }");
    assert!(!told.contains("[E35"), "{told}");
}

/// The last account with a chart of what one line of its ledger says.
fn department_with_a_chart_of_one_line() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    copy(&common::root().join("data/final-account-sample"), folder.path());
    folder
}

/// 经营支出 is one line of the ledger: 74,210.60 of it, and 7.42 in the chart of expenditure.
#[test]
fn a_number_of_one_line_typed_into_a_workbook_is_written_back() {
    let folder = department_with_a_chart_of_one_line();
    let docx = built(folder.path(), &[Format::Docx]).remove(0).bytes;
    let mut all = parts(&docx);
    let mut book = parts(&all["word/embeddings/chart3.xlsx"]);
    let sheet = String::from_utf8(book["xl/worksheets/sheet1.xml"].clone()).expect("text");
    assert_eq!(sheet.matches("<v>7.42</v>").count(), 1, "{sheet}");
    book.insert("xl/worksheets/sheet1.xml".into(), sheet.replace("<v>7.42</v>", "<v>8.42</v>").into_bytes());
    all.insert("word/embeddings/chart3.xlsx".into(), packed(&book));
    let work = tempfile::tempdir().expect("a folder");
    let file = work.path().join("改过.docx");
    std::fs::write(&file, packed(&all)).expect("written");
    let (code, out) =
        gongkai(&["pull", file.to_str().expect("a path"), folder.path().to_str().expect("a path"), "--write"]);
    assert_eq!(code, Some(0), "{out}");
    let ledger = std::fs::read_to_string(folder.path().join("ledger.csv")).expect("the ledger");
    assert!(ledger.contains(",经营支出,,,经营收入,本年,,84200.00"), "{out}");
    // What is built of it shows the number that was typed.
    let document = document(folder.path());
    let texts: Vec<&str> =
        document.charts().flat_map(|chart| chart.values()).map(|value| value.text.as_str()).collect();
    assert!(texts.contains(&"8.42"), "{texts:?}");
}

/// Whatever stands in the place of a chart's workbook, the document is read, nothing else is, and nothing is taken.
#[test]
fn a_hostile_workbook_behind_a_chart_is_bounded_and_told() {
    let folder = department();
    let docx = built(folder.path(), &[Format::Docx]).remove(0).bytes;
    let all = parts(&docx);
    let book = parts(&all["word/embeddings/chart2.xlsx"]);
    let sheet = |find: &str, put: &str| {
        let mut book = book.clone();
        let text = String::from_utf8(book["xl/worksheets/sheet1.xml"].clone()).expect("text");
        assert!(text.contains(find), "{find}: {text}");
        book.insert("xl/worksheets/sheet1.xml".into(), text.replacen(find, put, 1).into_bytes());
        packed(&book)
    };
    let read_with = |workbook: Option<Vec<u8>>| {
        let mut all = all.clone();
        match workbook {
            Some(bytes) => drop(all.insert("word/embeddings/chart2.xlsx".into(), bytes)),
            None => drop(all.remove("word/embeddings/chart2.xlsx")),
        }
        let bytes = packed(&all);
        let reading = read(&bytes, &Options::default()).expect("a DOCX");
        let of = |address: &str| -> Vec<String> {
            reading.figures.iter().filter(|f| f.address == address).map(|f| f.text.clone()).collect()
        };
        let lost = reading.findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        (of("ly/其他收入/额"), lost, reading.figures.len())
    };
    let (sound, nothing, figures) = read_with(Some(packed(&book)));
    assert_eq!((sound.as_slice(), nothing.as_str()), (["6.20".to_owned(), "6.2".to_owned()].as_slice(), ""));
    let mut bomb = book.clone();
    bomb.insert("xl/worksheets/sheet1.xml".into(), vec![b' '; 64 << 20]);
    for (what, workbook) in [
        ("gone", None),
        ("damaged", Some(b"PK\x03\x04broken".to_vec())),
        ("none", Some(Vec::new())),
        ("a bomb", Some(packed(&bomb))),
        ("large", Some(vec![0; 512 << 10])),
    ] {
        let (of_sentence, lost, count) = read_with(workbook);
        assert_eq!(of_sentence, ["6.20"], "{what}: only the sentence prints it now");
        assert!(lost.contains("没有读取：图片或图形"), "{what}: {lost}");
        assert!(count < figures, "{what}");
    }
    // A formula without a result is no number, whatever it is or links to.
    for formula in ["<f>3+4</f>", "<f>[1]Sheet1!A1</f>", "<f>WEBSERVICE(&quot;http://a.cn&quot;)</f>"] {
        let (found, ..) = read_with(Some(sheet("<v>6.2</v>", formula)));
        assert!(found[0] == "6.20" && found.get(1).is_none_or(|text| text.parse::<f64>().is_err()), "{found:?}");
    }
    // Addresses of other figures are those of other figures, once more: told, and none of them moves.
    let mut other = book.clone();
    let shared = other.iter().find(|(_, bytes)| String::from_utf8_lossy(bytes).contains("ly/其他收入/额"));
    let (name, bytes) = shared.map(|(name, bytes)| (name.clone(), bytes.clone())).expect("its addresses");
    let text = String::from_utf8(bytes).expect("text").replace("ly/其他收入/额", "b1/总计/决算数");
    other.insert(name, text.into_bytes());
    let work = tempfile::tempdir().expect("a folder");
    let file = work.path().join("改过.docx");
    let mut changed = all.clone();
    changed.insert("word/embeddings/chart2.xlsx".into(), packed(&other));
    std::fs::write(&file, packed(&changed)).expect("written");
    let before = std::fs::read(folder.path().join("ledger.csv")).expect("the ledger");
    let (_, out) =
        gongkai(&["pull", file.to_str().expect("a path"), folder.path().to_str().expect("a path"), "--write"]);
    assert!(out.contains("b1/总计/决算数"), "{out}");
    assert_eq!(std::fs::read(folder.path().join("ledger.csv")).expect("the ledger"), before, "{out}");
}

/// Two engines that share no code draw the pages of charts the same, in grey.
#[test]
fn two_engines_draw_charts_alike_in_greyscale() {
    if !common::have("pdftoppm") || !common::have_python(&["pypdfium2", "PIL"]) {
        return;
    }
    let folder = department();
    let made = made(folder.path()).remove(0);
    let fonts = common::fonts();
    let pages = made.pages(&fonts);
    let shows = |page: &gongkai::typeset::frame::Page| {
        page.items.iter().any(|item| matches!(item, gongkai::typeset::frame::Item::Path(_)))
    };
    let numbers: Vec<String> =
        pages.pages.iter().enumerate().filter(|(_, page)| shows(page)).map(|(n, _)| (n + 1).to_string()).collect();
    assert!(numbers.len() >= 2, "{numbers:?}");
    let work = tempfile::tempdir().expect("a folder");
    let file = work.path().join("图.pdf");
    std::fs::write(&file, built(folder.path(), &[Format::Pdf]).remove(0).bytes).expect("written");
    let numbers: Vec<&Path> = numbers.iter().map(Path::new).collect();
    common::python("pdf_render.py", &[&[file.as_path()], numbers.as_slice()].concat());
}

#[test]
fn the_page_for_a_site_draws_them_with_their_figures_as_a_table() {
    let folder = department();
    let html = String::from_utf8(built(folder.path(), &[Format::Html]).remove(0).bytes).expect("text");
    assert_eq!(html.matches("<svg viewBox=").count(), 3);
    let second = html.split("<figure class=\"chart\">").nth(2).expect("图2");
    let (drawn, table) = second.split_once("<details>").expect("a table after it");
    assert!(drawn.contains("role=\"img\" aria-label=\"图2，收入决算结构：财政拨款收入2940.05万元"), "{drawn}");
    assert!(drawn.contains("<path d=") && drawn.contains(">其他收入"), "{drawn}");
    assert!(table.contains("data-address=\"ly/其他收入/额\">6.20</data>"), "{table}");
}

/// Programs put labels of small slices over others: a pie of a DOCX says all in its legend.
#[test]
fn what_a_slice_is_stands_in_the_legend_of_a_docx() {
    let folder = department_with_a_chart_of_one_line();
    let docx = built(folder.path(), &[Format::Docx]).remove(0).bytes;
    let parts = parts(&docx);
    let pie = String::from_utf8_lossy(&parts["word/charts/chart2.xml"]).into_owned();
    assert!(pie.contains("<c:legendPos val=\"r\"/>") && !pie.contains("<c:dLbls>"), "{pie}");
    assert!(pie.contains("<c:v>财政拨款收入 3708.19，98.53%</c:v>"), "{pie}");
    let book = self::parts(&parts["word/embeddings/chart2.xlsx"]);
    let sheet = String::from_utf8_lossy(&book["xl/worksheets/sheet1.xml"]).into_owned();
    assert!(
        sheet.contains("TEXT(B2/SUM(B$2:B$7),\"0.00%\")") || sheet.contains("TEXT(B2/SUM(B$2:B$7),&quot;0.00%&quot;)"),
        "{sheet}"
    );
}
