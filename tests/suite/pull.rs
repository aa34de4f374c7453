//! A DOCX edited in Word, pulled back into the data: the edit is there, nothing else has changed.

use crate::common::*;
use gongkai::folder::Folder;
use gongkai::read_docx::{Options, Reading, read};
use gongkai::write::Format;
use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};
use std::path::Path;
use std::process::Command;

/// The body of a DOCX rewritten.
fn with_body(docx: &[u8], change: impl Fn(String) -> String) -> Vec<u8> {
    with_parts(docx, |name, text| if name == "word/document.xml" { change(text) } else { text })
}

/// The parts of a DOCX that are text, rewritten.
fn with_parts(docx: &[u8], change: impl Fn(&str, String) -> String) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(docx)).expect("a package");
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).expect("a part");
        let name = part.name().to_owned();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).expect("read");
        if let Ok(text) = String::from_utf8(bytes.clone()) {
            bytes = change(&name, text).into_bytes();
        }
        out.start_file(name, zip::write::SimpleFileOptions::default()).expect("begun");
        out.write_all(&bytes).expect("written");
    }
    out.finish().expect("finished").into_inner()
}

fn replaced(body: &str, old: &str, new: &str) -> String {
    assert!(body.contains(old), "{old}");
    body.replacen(old, new, 1)
}

/// The number in a figure's content control typed over.
fn retyped(body: &str, tag: &str, run: &str) -> String {
    let at = body.find(&format!(r#"<w:tag w:val="{tag}"/>"#)).expect("the control");
    let start = at + body[at..].find("<w:sdtContent>").expect("its content") + "<w:sdtContent>".len();
    let end = start + body[start..].find("</w:sdtContent>").expect("its end");
    format!("{}{run}{}", &body[..start], &body[end..])
}

fn run_of(text: &str) -> String {
    format!("<w:r><w:t>{text}</w:t></w:r>")
}

struct Pulled {
    code: Option<i32>,
    out: String,
}

fn pull(docx: &[u8], folder: &Path, more: &[&str]) -> Pulled {
    let work = tempfile::tempdir().expect("a folder");
    let file = work.path().join("改过.docx");
    std::fs::write(&file, docx).expect("written");
    let output = Command::new(env!("CARGO_BIN_EXE_gongkai"))
        .current_dir(root())
        .arg("pull")
        .arg(&file)
        .arg(folder)
        .args(more)
        .output()
        .expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Pulled { code: output.status.code(), out: text(&output.stdout) + &text(&output.stderr) }
}

fn docx_of(folder: &Path) -> Vec<u8> {
    built(folder, &[Format::Docx]).remove(0).bytes
}

fn reading(docx: &[u8]) -> Reading {
    read(docx, &Options::default()).expect("it can be read")
}

/// Every file of a folder.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let names = Folder::open(folder).files_that_count(["账/ledger.csv"]).into_iter();
    names.map(|name| (name.clone(), std::fs::read(folder.join(name)).expect("a file"))).collect()
}

/// The files that differ, each with its old and new lines that differ.
fn differing(before: &BTreeMap<String, Vec<u8>>, folder: &Path) -> Vec<(String, String, String)> {
    let after = files(folder);
    assert!(before.keys().eq(after.keys()));
    let mut found = Vec::new();
    for (name, bytes) in before.iter().filter(|(name, bytes)| after[*name] != **bytes) {
        let text = |bytes: &[u8]| gongkai::folder::decode(bytes.to_vec(), name).expect("text");
        let (old, new) = (text(bytes), text(&after[name]));
        assert_eq!(old.lines().count(), new.lines().count(), "{name}");
        let pairs = old.lines().zip(new.lines()).filter(|(a, b)| a != b);
        found.extend(pairs.map(|(a, b)| (name.clone(), a.to_owned(), b.to_owned())));
    }
    found
}

/// As Word leaves them: a split run, tracked changes, numbers typed over.
pub fn edited(docx: &[u8]) -> Vec<u8> {
    with_body(docx, |body| {
        let body = replaced(&body, "关键之年。", "重要之</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>年，意义重大。");
        let body = replaced(
            &body,
            "机关运行经费共计安排</w:t></w:r>",
            "机关运行经费</w:t></w:r><w:del w:id=\"9001\" w:author=\"王\"><w:r><w:delText>共计</w:delText></w:r></w:del>\
             <w:ins w:id=\"9002\" w:author=\"王\"><w:r><w:t>合计</w:t></w:r></w:ins><w:r><w:t>安排</w:t></w:r>",
        );
        let body = retyped(&body, "t6/30201/公用", &(run_of("１０．") + &run_of("83")));
        retyped(&body, "jg/邮电费/额", &run_of("0.25"))
    })
}

fn check_edits(before: &BTreeMap<String, Vec<u8>>, folder: &Path) {
    let found = differing(before, folder);
    let names: Vec<&str> = found.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(names, ["ledger.csv", "ledger.csv", "text/03-operating.md", "text/goals.md"], "{found:#?}");
    assert_eq!(found[0].2, "2010350,基本支出,30201,办公费,,一般公共预算,108300.00");
    assert_eq!(found[1].2, "2010350,基本支出,30207,邮电费,,一般公共预算,2500.00");
    // The template's expressions are as they were.
    assert_eq!(found[2].2, found[2].1.replacen("共计", "合计", 1));
    assert!(found[2].2.contains("{{ f(\"jg/办公费/额\") }}"));
    assert_eq!(found[3].2, found[3].1.replacen("关键之年。", "重要之年，意义重大。", 1));
    let now = reading(&docx_of(folder));
    let figure = |address: &str| now.figures.iter().find(|f| f.address == address).map(|f| f.text.as_str());
    assert_eq!(figure("t6/30201/公用"), Some("10.83"));
    assert_eq!(figure("t6/合计/公用"), Some("13.95"));
}

#[test]
fn what_was_edited_in_word_is_written_back_and_nothing_else() {
    let folder = copy_of_sample();
    let before = files(folder.path());
    let docx = edited(&docx_of(folder.path()));
    let told = pull(&docx, folder.path(), &[]);
    assert_eq!(told.code, Some(0), "{}", told.out);
    for words in ["text/goals.md:1", "ledger.csv:11 金额=108300.00", "ledger.csv:12 金额=2500.00", "什么也没有写"]
    {
        assert!(told.out.contains(words), "{words}\n{}", told.out);
    }
    assert!(differing(&before, folder.path()).is_empty());
    let told = pull(&docx, folder.path(), &["--write"]);
    assert_eq!(told.code, Some(0), "{}", told.out);
    check_edits(&before, folder.path());
    // The folder now says what the file says.
    let told = pull(&docx_of(folder.path()), folder.path(), &["--write"]);
    assert!(told.out.contains("文件里没有改动"), "{}", told.out);
}

#[test]
fn what_was_edited_and_saved_by_libreoffice_is_written_back() {
    if !have("soffice") {
        return;
    }
    let folder = copy_of_sample();
    let before = files(folder.path());
    let work = tempfile::tempdir().expect("a folder");
    let file = work.path().join("a.docx");
    // LibreOffice 7.4 takes tracked changes next to content controls as they are; accepted first, as an author would.
    let docx = with_body(&edited(&docx_of(folder.path())), |body| {
        let start = body.find("<w:del w:id=\"9001\"").expect("the deletion");
        let end = start + body[start..].find("</w:del>").expect("its end") + "</w:del>".len();
        format!("{}{}", &body[..start], &body[end..])
    });
    std::fs::write(&file, docx).expect("written");
    let profile = format!("-env:UserInstallation=file://{}", work.path().join("profile").display());
    let output = Command::new("soffice")
        .args([&profile, "--headless", "--convert-to", "docx:MS Word 2007 XML", "--outdir"])
        .arg(work.path().join("saved"))
        .arg(&file)
        .output()
        .expect("soffice runs");
    assert!(output.status.success());
    let saved = std::fs::read(work.path().join("saved/a.docx")).expect("saved");
    let told = pull(&saved, folder.path(), &["--write"]);
    assert_eq!(told.code, Some(0), "{}", told.out);
    check_edits(&before, folder.path());
}

#[test]
fn a_file_nobody_edited_brings_nothing() {
    let folder = copy_of_sample();
    let told = pull(&docx_of(folder.path()), folder.path(), &["--write"]);
    assert_eq!((told.code, told.out.trim()), (Some(0), "文件里没有改动"));
}

#[test]
fn encodings_and_line_ends_of_the_files_stay() {
    let folder = copy_of_sample();
    let rewrite = |name: &str, change: &dyn Fn(String) -> Vec<u8>| {
        let text = std::fs::read_to_string(folder.path().join(name)).expect("a file");
        std::fs::write(folder.path().join(name), change(text)).expect("written");
    };
    rewrite("ledger.csv", &|text| encoding_rs::GB18030.encode(&text.replace('\n', "\r\n")).0.into_owned());
    rewrite("text/goals.md", &|text| [b"\xEF\xBB\xBF".as_slice(), text.replace('\n', "\r\n").as_bytes()].concat());
    let before = files(folder.path());
    let docx = edited(&docx_of(folder.path()));
    let told = pull(&docx, folder.path(), &["--write"]);
    assert_eq!(told.code, Some(0), "{}", told.out);
    check_edits(&before, folder.path());
    let ledger = std::fs::read(folder.path().join("ledger.csv")).expect("a file");
    let text = encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(&ledger).expect("GB18030");
    assert!(std::str::from_utf8(&ledger).is_err() && text.matches("\r\n").count() == text.matches('\n').count());
    let goals = std::fs::read(folder.path().join("text/goals.md")).expect("a file");
    assert!(goals.starts_with(b"\xEF\xBB\xBF") && goals.ends_with(b"\r\n"));
}

#[test]
fn several_records_that_could_be_meant_are_listed_and_none_is_taken() {
    let folder = copy_of_sample();
    let before = files(folder.path());
    let docx = with_body(&docx_of(folder.path()), |body| retyped(&body, "t6/合计/公用", &run_of("13.85")));
    let told = pull(&docx, folder.path(), &["--write"]);
    for words in ["t6/合计/公用 由 3.85 改成了 13.85", "改下面 14 条中的一条", "ledger.csv:11 金额=108251.00"]
    {
        assert!(told.out.contains(words), "{words}\n{}", told.out);
    }
    assert!(differing(&before, folder.path()).is_empty());
}

#[test]
fn figures_that_contradict_each_other_are_named() {
    let folder = copy_of_sample();
    let docx = with_body(&docx_of(folder.path()), |body| {
        let body = retyped(&body, "t6/30201/公用", &run_of("10.83"));
        let body = retyped(&body, "jg/办公费/额", &run_of("9.83"));
        retyped(&body, "t6/合计/公用", &run_of("99.00"))
    });
    let told = pull(&docx, folder.path(), &[]);
    for words in [
        "t6/30201/公用 和 jg/办公费/额 都出自 ledger.csv:11，文件里却改得互相矛盾：10.83 和 9.83",
        "t6/合计/公用 由 3.85 改成了 99.00，与文件里 t6/30201/公用 的改动矛盾",
    ] {
        assert!(told.out.contains(words), "{words}\n{}", told.out);
    }
}

#[test]
fn a_change_of_structure_is_said_and_not_taken() {
    let folder = copy_of_sample();
    let before = files(folder.path());
    let docx = with_body(&docx_of(folder.path()), |body| {
        let at = body.find("<w:p><w:pPr><w:pStyle").expect("a paragraph");
        let more = "<w:p><w:r><w:t>王主任说这里要加一段说明文字。</w:t></w:r></w:p>";
        format!("{}{more}{}", &body[..at], &body[at..])
    });
    let told = pull(&docx, folder.path(), &["--write"]);
    assert!(told.out.contains("多了一段，没有采用：王主任说这里要加一段说明文字。"), "{}", told.out);
    assert!(differing(&before, folder.path()).is_empty());
}

fn change(folder: &Path, name: &str, old: &str, new: &str) {
    let text = std::fs::read_to_string(folder.join(name)).expect("a file");
    assert!(text.contains(old), "{old}");
    std::fs::write(folder.join(name), text.replacen(old, new, 1)).expect("written");
}

#[test]
fn changes_made_in_the_folder_meanwhile_stay_and_those_of_the_same_line_are_conflicts() {
    let folder = copy_of_sample();
    let docx = edited(&docx_of(folder.path()));
    change(folder.path(), "ledger.csv", "会议费,,一般公共预算,700.00", "会议费,,一般公共预算,800.00");
    let before = files(folder.path());
    // Nobody can tell whose change is whose.
    let told = pull(&docx, folder.path(), &["--write"]);
    assert!(told.code == Some(1) && told.out.contains("E714"), "{}", told.out);
    assert!(differing(&before, folder.path()).is_empty());
    // With the edition that the file came from, the folder's own change is none of the file's.
    change(folder.path(), "ledger.csv", "会议费,,一般公共预算,800.00", "会议费,,一般公共预算,700.00");
    recorded(folder.path(), "2023-02-10");
    change(folder.path(), "ledger.csv", "会议费,,一般公共预算,700.00", "会议费,,一般公共预算,800.00");
    let told = pull(&docx, folder.path(), &["--write"]);
    assert_eq!(told.code, Some(0), "{}", told.out);
    let changed = differing(&before, folder.path());
    assert_eq!(changed.len(), 4, "{changed:#?}");
    let ledger = std::fs::read_to_string(folder.path().join("ledger.csv")).expect("a file");
    assert!(ledger.contains("会议费,,一般公共预算,800.00") && ledger.contains("办公费,,一般公共预算,108300.00"));
    // Now both have changed the same lines.
    change(folder.path(), "ledger.csv", "108300.00", "9300.00");
    let before = files(folder.path());
    let told = pull(&docx, folder.path(), &["--write"]);
    assert!(told.code == Some(1) && told.out.contains("E712"), "{}", told.out);
    assert!(differing(&before, folder.path()).is_empty());
}

// ---------------------------------------------------------------- what Word shows

/// A DOCX with one of its parts rewritten.
fn with_part(docx: &[u8], name: &str, change: impl Fn(String) -> String) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(docx)).expect("a package");
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).expect("a part");
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).expect("read");
        if part.name() == name {
            bytes = change(String::from_utf8(bytes).expect("UTF-8")).into_bytes();
        }
        out.start_file(part.name(), zip::write::SimpleFileOptions::default()).expect("begun");
        out.write_all(&bytes).expect("written");
    }
    out.finish().expect("finished").into_inner()
}

const FIGURE: &str = "t6/30201/公用";
/// How the sentence of the sample's goals that is edited here goes on.
const SENTENCE: &str = "关键之年。";

/// What is read of the sample's DOCX with runs put into a figure, before its number, and into the sentence, before it:
/// the figure's text, and that of the paragraph from the inserted place on.
fn read_with(docx: &[u8], runs: &str) -> (String, String, Reading) {
    let changed = with_body(docx, |body| {
        let body = replaced(&body, SENTENCE, &format!("〔</w:t></w:r>{runs}<w:r><w:t>〕{SENTENCE}"));
        retyped(&body, FIGURE, &format!("{runs}{}", run_of("0.83")))
    });
    let reading = reading(&changed);
    let figure = reading.figures.iter().find(|f| f.address == FIGURE).map(|f| f.text.clone()).unwrap_or_default();
    let prose = reading.prose.iter().find(|p| p.text.contains(SENTENCE)).expect("the sentence").text.clone();
    let inside = prose.split_once('〔').and_then(|(_, rest)| rest.split_once('〕')).expect("the brackets").0;
    (figure, inside.to_owned(), reading)
}

/// `w:vanish`, 拼音, fields' instructions, what a second form repeats: Word shows none of it, and none is read.
#[test]
fn hidden_words_are_not_read() {
    let docx = docx_of(&sample());
    let run = |properties: &str| format!("<w:r><w:rPr>{properties}</w:rPr><w:t>9</w:t></w:r>");
    let field = "<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText> IF </w:instrText></w:r>\
                 <w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText> PAGE </w:instrText></w:r>\
                 <w:r><w:fldChar w:fldCharType=\"separate\"/></w:r><w:r><w:t>7</w:t></w:r>\
                 <w:r><w:fldChar w:fldCharType=\"end\"/></w:r><w:r><w:instrText> = 1</w:instrText></w:r>\
                 <w:r><w:fldChar w:fldCharType=\"separate\"/></w:r><w:r><w:t>5</w:t></w:r>\
                 <w:r><w:fldChar w:fldCharType=\"end\"/></w:r>";
    for (runs, shown) in [
        (run("<w:vanish/>"), ""),
        (run("<w:vanish w:val=\"1\"/>"), ""),
        (run("<w:vanish w:val=\"0\"/>"), "9"),
        (run("<w:vanish w:val=\"false\"/>"), "9"),
        (run("<w:webHidden/>"), "9"),
        (run("<w:strike/>"), "9"),
        (run("<w:rPrChange w:id=\"1\" w:author=\"甲\"><w:rPr><w:vanish/></w:rPr></w:rPrChange>"), "9"),
        ("<w:r><w:rPr><w:vanish/></w:rPr><w:t>9</w:t><w:tab/><w:br/><w:noBreakHyphen/></w:r>".to_owned(), ""),
        (
            "<w:r><w:ruby><w:rubyPr/><w:rt><w:r><w:t>nián</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>9</w:t></w:r>\
             </w:rubyBase></w:ruby></w:r>"
                .to_owned(),
            "9",
        ),
        (field.to_owned(), "5"),
        ("<w:moveFrom w:id=\"1\" w:author=\"甲\"><w:r><w:t>9</w:t></w:r></w:moveFrom>".to_owned(), ""),
        ("<w:smartTag w:element=\"x\"><w:r><w:t>9</w:t></w:r></w:smartTag>".to_owned(), "9"),
        ("<w:customXml w:element=\"x\"><w:r><w:t>9</w:t></w:r></w:customXml>".to_owned(), "9"),
        (
            "<mc:AlternateContent xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\">\
             <mc:Choice Requires=\"x\"><w:r><w:t>9</w:t></w:r></mc:Choice>\
             <mc:Fallback><w:p><w:r><w:t>8</w:t></w:r></w:p></mc:Fallback></mc:AlternateContent>"
                .to_owned(),
            "9",
        ),
    ] {
        let (figure, prose, _) = read_with(&docx, &runs);
        assert_eq!((figure, prose.as_str()), (format!("{shown}0.83"), shown), "{runs}");
    }
}

/// Hidden by a character style, by one that it is based on, by the paragraph's style, by the document's defaults; two
/// that hide show, and what the run says itself wins.
#[test]
fn words_that_a_style_hides_are_not_read() {
    let docx = docx_of(&sample());
    let style = |id: &str, kind: &str, more: &str| {
        format!("<w:style w:type=\"{kind}\" w:styleId=\"{id}\"><w:name w:val=\"{id}\"/>{more}</w:style>")
    };
    let hiding = "<w:rPr><w:vanish/></w:rPr>";
    let styles = [
        style("暗", "character", hiding),
        style("暗中", "character", "<w:basedOn w:val=\"暗\"/>"),
        style("明", "character", "<w:basedOn w:val=\"暗\"/><w:rPr><w:vanish w:val=\"0\"/></w:rPr>"),
    ]
    .concat();
    let docx =
        with_part(&docx, "word/styles.xml", |xml| replaced(&xml, "</w:styles>", &format!("{styles}</w:styles>")));
    let run = |properties: &str| format!("<w:r><w:rPr>{properties}</w:rPr><w:t>9</w:t></w:r>");
    for (properties, shown) in [
        ("<w:rStyle w:val=\"暗\"/>", ""),
        ("<w:rStyle w:val=\"暗中\"/>", ""),
        ("<w:rStyle w:val=\"明\"/>", "9"),
        ("<w:rStyle w:val=\"暗\"/><w:vanish w:val=\"0\"/>", "9"),
        ("<w:rStyle w:val=\"没有\"/>", "9"),
    ] {
        let (figure, prose, _) = read_with(&docx, &run(properties));
        assert_eq!((figure, prose.as_str()), (format!("{shown}0.83"), shown), "{properties}");
    }
    // The style of all paragraphs hides: two that hide show.
    let normal = |xml: String| {
        let at = xml.find("w:styleId=\"Normal\"").expect("正文");
        let end = at + xml[at..].find("</w:style>").expect("its end");
        let own = replaced(&xml[at..end], "<w:rPr>", "<w:rPr><w:vanish/>");
        format!("{}{own}{}", &xml[..at], &xml[end..])
    };
    let hidden = with_part(&docx, "word/styles.xml", normal);
    let shown = |docx: &[u8]| reading(docx).prose.iter().map(|p| p.text.chars().count()).sum::<usize>();
    assert!(shown(&hidden) < shown(&docx) / 2, "{} of {}", shown(&hidden), shown(&docx));
    let twice = with_body(&hidden, |body| {
        replaced(&body, SENTENCE, &format!("</w:t></w:r><w:r><w:rPr><w:rStyle w:val=\"暗\"/></w:rPr><w:t>{SENTENCE}"))
    });
    assert!(reading(&twice).prose.iter().any(|p| p.text.starts_with(SENTENCE)));
    // The document's defaults hide all that does not say otherwise.
    let defaults = with_part(&docx, "word/styles.xml", |xml| {
        let at = xml.find("<w:rPrDefault>").expect("defaults");
        format!("{}{}", &xml[..at], replaced(&xml[at..], "<w:rPr>", "<w:rPr><w:vanish/>"))
    });
    let reading = reading(&defaults);
    assert!(reading.prose.iter().all(|p| p.text.is_empty()) && reading.paragraphs.is_empty());
}

/// What no text is read of is told, with the paragraph it stands in, and never taken for no change.
#[test]
fn what_cannot_be_read_is_told() {
    let folder = copy_of_sample();
    let docx = docx_of(folder.path());
    assert_eq!(reading(&docx).unread, [""; 0], "the program's own file has nothing of the kind");
    let before = files(folder.path());
    let boxed = "<w:r><w:pict><v:shape xmlns:v=\"urn:schemas-microsoft-com:vml\"><v:textbox><w:txbxContent><w:p>\
                 <w:r><w:t>框里的话</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict></w:r>";
    let formula = "<m:oMath xmlns:m=\"http://schemas.openxmlformats.org/officeDocument/2006/math\"><m:r><m:t>x</m:t>\
                   </m:r></m:oMath>";
    for (runs, told, stands) in [
        ("<w:r><w:sym w:font=\"Wingdings\" w:char=\"F0FC\"/></w:r>", "符号（Wingdings F0FC）", true),
        (formula, "公式", true),
        (boxed, "文本框“框里的话”", false),
        ("<w:r><w:drawing/></w:r>", "图片或图形", false),
        ("<w:r><w:footnoteReference w:id=\"2\"/></w:r>", "脚注", false),
    ] {
        let (figure, prose, reading) = read_with(&docx, runs);
        let mark = if stands { "\u{FFFC}" } else { "" };
        assert_eq!((figure, prose.as_str()), (format!("{mark}0.83"), mark), "{runs}");
        assert!(reading.unread.iter().any(|u| u.ends_with(told)), "{told}: {:?}", reading.unread);
        assert!(reading.findings.iter().any(|f| f.to_string().contains(told)), "{told}");
        let edited =
            with_body(&docx, |body| replaced(&body, SENTENCE, &format!("</w:t></w:r>{runs}<w:r><w:t>{SENTENCE}")));
        let said = pull(&edited, folder.path(), &["--write"]);
        assert!(said.out.contains(told) && said.out.contains("不能读取，没有采用"), "{told}: {}", said.out);
        assert!(differing(&before, folder.path()).is_empty(), "{told}");
    }
    // A paragraph's mark that a tracked change deleted, and one that is hidden: Word goes on with the next paragraph.
    for mark in ["<w:del w:id=\"9\" w:author=\"甲\"/>", "<w:vanish/>", "<w:specVanish/>"] {
        let merged = with_body(&docx, |body| {
            let at = body.find(SENTENCE).expect("the sentence");
            let start = body[..at].rfind("<w:pPr>").expect("its paragraph") + "<w:pPr>".len();
            let end = start + body[start..].find("</w:pPr>").expect("its properties");
            format!("{}<w:rPr>{mark}</w:rPr>{}", &body[..end], &body[end..])
        });
        let said = pull(&merged, folder.path(), &["--write"]);
        assert!(said.out.contains("一段与下一段的合并"), "{mark}: {}", said.out);
        assert!(differing(&before, folder.path()).is_empty(), "{mark}");
    }
}

/// A cell that a tracked change deleted is not in the file as accepted, and is in it as it was.
#[test]
fn a_cell_deleted_with_tracking_is_not_there() {
    let docx = docx_of(&sample());
    let deleted = with_body(&docx, |body| {
        let tag = body.find(&format!("<w:tag w:val=\"{FIGURE}\"/>")).expect("the figure");
        let at = body[..tag].rfind("</w:tcPr>").expect("its cell");
        format!("{}<w:cellDel w:id=\"900\" w:author=\"甲\"/>{}", &body[..at], &body[at..])
    });
    let has = |reading: &Reading| reading.figures.iter().any(|f| f.address == FIGURE && f.printing == 1);
    let accepted = reading(&deleted);
    assert!(has(&reading(&docx)) && !has(&accepted));
    assert!(accepted.findings.iter().any(|f| f.to_string().contains(FIGURE)), "{:?}", accepted.findings);
    let original = Options { view: gongkai::read_docx::View::Original, ..Options::default() };
    assert!(has(&read(&deleted, &original).expect("it can be read")));
    let folder = copy_of_sample();
    let said = pull(&deleted, folder.path(), &[]);
    assert!(!said.out.contains("文件里没有改动") && said.out.contains("没有采用"), "{}", said.out);
}

/// What stands in the properties of a paragraph or a cell as they were before a tracked change is none of its own.
#[test]
fn properties_as_they_were_are_not_read() {
    let docx = docx_of(&sample());
    let changed = with_body(&docx, |body| {
        let tag = body.find(&format!("<w:tag w:val=\"{FIGURE}\"/>")).expect("the figure");
        let at = body[..tag].rfind("</w:tcPr>").expect("its cell");
        let was =
            "<w:tcPrChange w:id=\"900\" w:author=\"甲\"><w:tcPr><w:gridSpan w:val=\"3\"/></w:tcPr></w:tcPrChange>";
        let body = format!("{}{was}{}", &body[..at], &body[at..]);
        let at = body.find(SENTENCE).expect("the sentence");
        let start = body[..at].rfind("<w:pPr>").expect("its paragraph") + "<w:pPr>".len();
        let tabs = "<w:tabs><w:tab w:val=\"left\" w:pos=\"420\"/></w:tabs>";
        let end = start + body[start..].find("</w:pPr>").expect("its properties");
        format!("{}{tabs}{}", &body[..end], &body[end..])
    });
    let (was, is) = (reading(&docx), reading(&changed));
    assert_eq!(was.prose, is.prose);
    assert_eq!(was.tables, is.tables);
    assert_eq!(was.figures, is.figures);
}

/// A ledger that the department's own layout declares in another folder is data like any other: a Word file from before
/// its correction does not put the old amount back.
#[test]
fn records_declared_in_another_folder_are_not_put_back() {
    let folder = copy_of_sample();
    let (ledger, declared) = (folder.path().join("ledger.csv"), "账/ledger.csv");
    std::fs::create_dir(folder.path().join("账")).expect("a folder");
    std::fs::rename(ledger, folder.path().join(declared)).expect("moved");
    // Beside what the sample's own layout declares already.
    let overlay = folder.path().join("layout/schema.toml");
    let own = std::fs::read_to_string(&overlay).expect("the sample's own");
    std::fs::write(&overlay, format!("{own}\n[file.ledger]\npath = \"{declared}\"\n")).expect("written");
    let docx = docx_of(folder.path());
    // A file of the former program, whose id left out what lies in folders of the department's own.
    let id = made(folder.path())[0].document().meta.data.clone().expect("an id");
    let former = gongkai::folder::former_id(&Folder::open(folder.path()), std::iter::empty()).expect("an id");
    let of_former = with_parts(&docx, |_, text| text.replace(&id, &former));
    assert_ne!(of_former, docx);
    change(folder.path(), declared, "办公费,,一般公共预算,8300.00", "办公费,,一般公共预算,8400.00");
    let before = files(folder.path());
    for docx in [docx, of_former] {
        let told = pull(&docx, folder.path(), &["--write"]);
        assert!(told.code == Some(1) && told.out.contains("E714"), "{}", told.out);
        assert!(differing(&before, folder.path()).is_empty());
    }
}

/// Files that the former program wrote bear another id of their data: they are still known as this folder's.
#[test]
fn a_file_with_the_former_id_is_recognised() {
    let folder = copy_of_sample();
    let docx = docx_of(folder.path());
    let id = made(folder.path())[0].document().meta.data.clone().expect("an id");
    let former = gongkai::folder::former_id(&Folder::open(folder.path()), std::iter::empty()).expect("an id");
    let before = files(folder.path());
    let told = pull(&with_parts(&edited(&docx), |_, text| text.replace(&id, &former)), folder.path(), &["--write"]);
    assert_eq!(told.code, Some(0), "{}", told.out);
    check_edits(&before, folder.path());
}

/// The same content in another encoding, with other line ends and blank lines, is the same data.
#[test]
fn the_id_is_that_of_what_is_read_not_of_bytes() {
    let folder = copy_of_sample();
    let id = |folder: &Path| made(folder)[0].document().meta.data.clone().expect("an id");
    let first = id(folder.path());
    let text = std::fs::read_to_string(folder.path().join("ledger.csv")).expect("a file");
    let (bytes, ..) = encoding_rs::GB18030.encode(&text);
    let crlf: Vec<u8> = bytes.split(|b| *b == b'\n').collect::<Vec<_>>().join(&b"\r\n"[..]);
    std::fs::write(folder.path().join("ledger.csv"), crlf).expect("written");
    std::fs::write(folder.path().join("说明.docx"), "x").expect("written");
    assert_eq!(id(folder.path()), first);
    change(folder.path(), "text/goals.md", "关键之年。", "重要之年。");
    let second = id(folder.path());
    assert_ne!(second, first);
    std::fs::write(folder.path().join("layout/note.md"), "x").expect("written");
    assert_ne!(id(folder.path()), second);
}

#[test]
fn a_file_pulled_twice_is_no_conflict_with_itself() {
    let folder = copy_of_sample();
    let docx = edited(&docx_of(folder.path()));
    recorded(folder.path(), "2023-02-10");
    // The ledger is sorted meanwhile: its records are the same.
    let path = folder.path().join("ledger.csv");
    let text = std::fs::read_to_string(&path).expect("the ledger");
    let (heading, rows) = text.split_once('\n').expect("a heading");
    let (projects, mut others): (Vec<&str>, Vec<&str>) = rows.lines().partition(|line| line.contains("项目支出"));
    others.reverse();
    std::fs::write(&path, format!("{heading}\n{}\n", [projects, others].concat().join("\n"))).expect("written");
    let before = files(folder.path());
    let told = pull(&docx, folder.path(), &["--write"]);
    assert_eq!(told.code, Some(0), "{}", told.out);
    let changed = differing(&before, folder.path());
    let lines: Vec<&str> = changed.iter().map(|(_, _, new)| new.as_str()).collect();
    assert_eq!(changed.len(), 4, "{changed:#?}");
    assert!(lines.contains(&"2010350,基本支出,30201,办公费,,一般公共预算,108300.00"), "{lines:?}");
    let before = files(folder.path());
    for more in [&["--write"][..], &[]] {
        let told = pull(&docx, folder.path(), more);
        assert_eq!(told.code, Some(0), "{}", told.out);
        assert!(told.out.contains("文件里的 4 处改动，文件夹里都已经有了"), "{}", told.out);
        assert!(differing(&before, folder.path()).is_empty());
    }
}

/// What was corrected in Word goes into the very cell, in a folder with a workbook and in a workbook alone; two workbooks
/// are compared as two folders are.
#[test]
fn corrections_in_word_go_into_the_cell_of_a_workbook() {
    let disk = tempfile::tempdir().expect("a folder");
    let exported = super::workbooks::exported::exported(&Folder::open(&sample()));
    let (old, alone, folder) = (disk.path().join("old.xlsx"), disk.path().join("631.xlsx"), disk.path().join("folder"));
    std::fs::create_dir(&folder).expect("made");
    for path in [&old, &alone, &folder.join("631.xlsx")] {
        std::fs::write(path, &exported).expect("written");
    }
    let edited = |path: &Path| {
        let docx = common_docx(path);
        with_body(&docx, |body| retyped(&body, "t6/30201/合计", &run_of("5.83")))
    };
    for path in [&alone, &folder] {
        let docx = edited(path);
        let pulled = pull(&docx, path, &["--write"]);
        assert_eq!(pulled.code, Some(0), "{}", pulled.out);
        assert!(pulled.out.contains("631.xlsx 预算明细!11"), "{}", pulled.out);
    }
    assert_eq!(std::fs::read(&alone).expect("read"), std::fs::read(folder.join("631.xlsx")).expect("read"));
    let found = |path: &Path| gongkai::workshop::compose_all(&Folder::at(path), &layouts(), &mut Default::default());
    let difference = difference(&found(&old), &found(&alone));
    assert_eq!(difference.causes.len(), 1);
    assert!(difference.causes[0].to_string().starts_with("631.xlsx 预算明细!11 办公费 "), "{}", difference.causes[0]);
}

fn common_docx(path: &Path) -> Vec<u8> {
    let mut found = Default::default();
    let outputs =
        workshop().build(&Folder::at(path), gongkai::workshop::Aim::PublishAgain, &[Format::Docx], &mut found);
    outputs.into_iter().next().unwrap_or_else(|| panic!("{:#?}", found.sorted())).bytes
}

/// A workbook that is a department has its editions beside it: recorded, told, taken out again, corrected from.
#[test]
fn a_workbook_alone_has_editions() {
    let disk = tempfile::tempdir().expect("a folder");
    let path = disk.path().join("631.xlsx");
    std::fs::write(&path, super::workbooks::exported::exported(&Folder::open(&sample()))).expect("written");
    let run = |arguments: &[&str]| {
        let program = Command::new(env!("CARGO_BIN_EXE_gongkai")).current_dir(root()).args(arguments).output();
        let output = program.expect("it runs");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (name, out) = (path.to_string_lossy(), disk.path().join("out"));
    let out = out.to_string_lossy();
    let (code, said) = run(&["build", &name, "--edition", "--date", "2023-02-10", "-o", &out]);
    assert_eq!(code, Some(0), "{said}");
    assert!(disk.path().join("631-editions/2023-02-10-1/manifest.json").is_file());
    let (code, said) = run(&["history", &name]);
    assert!(code == Some(0) && said.starts_with("2023-02-10-1\t"), "{said}");
    let (code, said) = run(&["build", &name, "--at", "2023-02-10-1", "-o", &out]);
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = run(&["diff", &format!("{}/631-editions/2023-02-10-1", disk.path().display()), &name]);
    assert!(code == Some(0) && said.contains("完全相同"), "{said}");
}
