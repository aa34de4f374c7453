//! How the nasty files are made.

use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const DOCUMENT: &str = "word/document.xml";
const BODY: &str = r#"<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>"#;
const END: &str = "</w:body></w:document>";
const OLE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

/// A package of these parts.
pub fn package(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer.start_file(*name, SimpleFileOptions::default()).expect("a part");
        writer.write_all(content).expect("written");
    }
    writer.finish().expect("a package").into_inner()
}

/// A DOCX whose body is this XML.
pub fn body(xml: &str) -> Vec<u8> {
    package(&[(DOCUMENT, format!("{BODY}{xml}{END}").as_bytes())])
}

pub fn paragraph(text: &str) -> String {
    format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>")
}

fn document(xml: &str) -> Vec<u8> {
    package(&[(DOCUMENT, xml.as_bytes())])
}

fn related(target: &str, mode: &str) -> Vec<u8> {
    let kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument";
    let rels = format!(
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" Type="{kind}" Target="{target}"{mode}/></Relationships>"#
    );
    package(&[("_rels/.rels", rels.as_bytes()), ("other.xml", b"<a/>")])
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// An OLE file with the name of a stream in its directory.
fn ole(stream: &str) -> Vec<u8> {
    [OLE, &[0; 504], &wide("Root Entry"), &[0; 44], &wide(stream), &[0; 64]].concat()
}

/// The package with some bytes of its headers changed: local headers from `local` on, the directory's from `central`.
fn with_header(mut bytes: Vec<u8>, local: usize, central: usize, new: &[u8]) -> Vec<u8> {
    let marks: [(&[u8], usize); 2] = [(b"PK\x03\x04", local), (b"PK\x01\x02", central)];
    for (mark, offset) in marks {
        let at = bytes.windows(4).position(|w| w == mark).expect("a header") + offset;
        bytes[at..at + new.len()].copy_from_slice(new);
    }
    bytes
}

fn nested(element: &str, n: usize) -> Vec<u8> {
    let (open, close): (String, String) = element
        .split(' ')
        .fold(Default::default(), |(o, c), name| (format!("{o}<w:{name}>"), format!("</w:{name}>{c}")));
    body(&format!("{}{}", open.repeat(n), close.repeat(n)))
}

/// Zeros that deflate to a thousandth.
fn bomb(megabytes: usize) -> Vec<u8> {
    body(&paragraph(&"0".repeat(megabytes << 20)))
}

/// What `gongkai read` is given.
pub fn docx() -> Vec<(&'static str, Vec<u8>)> {
    let plain = body(&paragraph("1.00"));
    let entity = |value: &str| document(&format!("<!DOCTYPE a [<!ENTITY x {value}>]>{BODY}{}{END}", paragraph("&x;")));
    vec![
        ("empty.docx", Vec::new()),
        ("blank.docx", b" \r\n".to_vec()),
        ("old-word.docx", ole("WordDocument")),
        ("old-excel.docx", ole("Workbook")),
        ("encrypted.docx", ole("EncryptedPackage")),
        ("cut-ole.docx", OLE.to_vec()),
        ("rtf.docx", b"{\\rtf1\\ansi }".to_vec()),
        ("pdf.docx", b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec()),
        ("web-page.docx", b"\xEF\xBB\xBF<html><body>1.00</body></html>".to_vec()),
        ("text.docx", "预算公开\n".into()),
        ("gb18030.docx", b"\xD4\xA4\xCB\xE3\xB9\xAB\xBF\xAA".to_vec()),
        ("picture.docx", b"\x89PNG\r\n\x1A\n".to_vec()),
        ("zeros.docx", vec![0; 64]),
        ("other-zip.docx", package(&[("a.txt", b"a")])),
        ("no-parts.docx", package(&[])),
        ("excel.docx", related("xl/workbook.xml", "")),
        ("slides.docx", related("ppt/presentation.xml", "")),
        ("outside.docx", related("../../../etc/passwd", "")),
        ("on-the-web.docx", related("http://a.example/a.xml", r#" TargetMode="External""#)),
        ("other-document.docx", related("other.xml", "")),
        (
            "wrong-content-types.docx",
            package(&[
                ("[Content_Types].xml", b"<Types><Default ContentType=\"image/png\"/></Types>"),
                (DOCUMENT, format!("{BODY}{}{END}", paragraph("1.00")).as_bytes()),
            ]),
        ),
        ("folder-for-document.docx", package(&[("word/document.xml/a", b"a")])),
        ("cut-early.docx", plain[..40].to_vec()),
        ("cut-late.docx", plain[..plain.len() - 30].to_vec()),
        ("head-lost.docx", plain[10..].to_vec()),
        ("zeros-within.docx", with_zeros(&plain)),
        ("password-entry.docx", with_header(plain.clone(), 6, 8, &[1, 0])),
        ("bzip2.docx", with_header(plain.clone(), 8, 10, &[12, 0])),
        ("unknown-method.docx", with_header(plain.clone(), 8, 10, &[99, 0])),
        ("declares-less.docx", with_header(plain.clone(), 22, 24, &100u32.to_le_bytes())),
        ("declares-much-more.docx", with_header(plain.clone(), 22, 24, &0xFFFF_FFFEu32.to_le_bytes())),
        ("wrong-checksum.docx", with_header(plain.clone(), 14, 16, &[1, 2, 3, 4])),
        ("external-entity.docx", entity("SYSTEM \"file:///etc/passwd\"")),
        ("entity.docx", entity("\"1.00\"")),
        (
            "laughs.docx",
            document(&format!(
                "<!DOCTYPE a [<!ENTITY a \"{}\"><!ENTITY b \"{}\">]>{BODY}&b;{END}",
                "0".repeat(64),
                "&a;".repeat(64)
            )),
        ),
        ("undeclared-entity.docx", body(&paragraph("&nbsp;"))),
        ("huge-reference.docx", body(&paragraph("&#x110000;"))),
        ("nul-reference.docx", body(&paragraph("&#0;"))),
        ("nested-1000.docx", nested("sdt sdtContent", 500)),
        ("nested-tables-1000.docx", nested("tbl tr tc", 334)),
        ("nested-5000.docx", nested("p", 5000)),
        ("not-closed.docx", document(&format!("{BODY}<w:p>"))),
        ("closed-twice.docx", body("</w:p>")),
        ("crossed.docx", body("<w:p><w:r></w:p></w:r>")),
        ("half-a-tag.docx", document(&format!("{BODY}<w:p w:a=\"1"))),
        ("no-xml.docx", document("预算公开")),
        ("empty-document.docx", document("")),
        ("not-word-xml.docx", document("<a/>")),
        ("nul-in-xml.docx", body(&paragraph("1\u{0}0"))),
        (
            "gb18030-xml.docx",
            package(&[(
                DOCUMENT,
                &[BODY.as_bytes(), b"<w:p><w:r><w:t>\xD4\xA4\xCB\xE3</w:t></w:r></w:p>", END.as_bytes()].concat(),
            )]),
        ),
        (
            "broken-utf8-xml.docx",
            package(&[(
                DOCUMENT,
                &[BODY.as_bytes(), b"<w:p><w:r><w:t>1\xFF0</w:t></w:r></w:p>", END.as_bytes()].concat(),
            )]),
        ),
        ("utf16-xml.docx", package(&[(DOCUMENT, &wide(&format!("\u{FEFF}{BODY}{END}")))])),
        (
            "huge-spans.docx",
            body(
                "<w:tbl><w:tr><w:trPr><w:gridBefore w:val=\"4294967295\"/></w:trPr><w:tc><w:tcPr><w:gridSpan w:val=\"18446744073709551615\"/></w:tcPr></w:tc></w:tr></w:tbl>",
            ),
        ),
        (
            "huge-number.docx",
            body(&format!(
                "<w:sdt><w:sdtPr><w:tag w:val=\"t1/a/b!99999999999\"/></w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>",
                paragraph(&"9".repeat(400))
            )),
        ),
        (
            "bad-relationships.docx",
            package(&[("_rels/.rels", b"<Relationships>"), (DOCUMENT, format!("{BODY}{END}").as_bytes())]),
        ),
        ("bomb.docx", bomb(200)),
        ("bomb-that-lies.docx", with_header(bomb(200), 22, 24, &1000u32.to_le_bytes())),
    ]
}

fn with_zeros(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[45..70].fill(0);
    bytes
}

/// Files laid over the sample's: name in the folder, and bytes.
pub fn data() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let ledger = "功能科目,支出类别,经济科目,用途,项目,资金来源,金额（元）\n";
    let line = |amount: &str| format!("{ledger}2010350,基本支出,30101,基本工资,,一般公共预算,{amount}\n").into_bytes();
    let national = |text: &str| encoding_rs::GB18030.encode(text).0.into_owned();
    let report = "code = \"631\"\nname = \"临港部门\"\nyear = 2023\nlayout = \"hebei-department-budget-2023\"\nlevel = \"省\"\nassets_date = 2022-12-31\n";
    let with_rule = |is: &str| format!("[rule.C099]\nsays = \"a\"\nis = \"t5/合计/合计 = {is}\"\n").into_bytes();
    let with_report = |more: &str| format!("{report}{more}\n").into_bytes();
    vec![
        ("empty-ledger", "ledger.csv", Vec::new()),
        ("blank-ledger", "ledger.csv", b"\xEF\xBB\xBF,,,\r\n,,,\r\n".to_vec()),
        ("workbook-named-csv", "ledger.csv", package(&[("xl/workbook.xml", b"<a/>")])),
        ("old-workbook-named-csv", "ledger.csv", ole("Workbook")),
        ("web-page-named-csv", "ledger.csv", b"<html><table><tr><td>1</td></tr></table></html>".to_vec()),
        (
            "gb18030-broken-within",
            "ledger.csv",
            [national(ledger), b"2010350,\xBB\xF9\xB1\xBE\xFF\xFF\xD6\xA7\xB3\xF6,30101\n".to_vec()].concat(),
        ),
        ("gb18030-cut-within", "ledger.csv", {
            let mut b = national(&String::from_utf8_lossy(&line("1.00").repeat(1)));
            b.truncate(b.len() - 5);
            b.push(0xD4);
            b
        }),
        ("utf8-broken-within", "ledger.csv", [line("1.00"), b"\xE5\x9F,".to_vec()].concat()),
        ("utf16-cut", "ledger.csv", {
            let mut b = vec![0xFF, 0xFE];
            b.extend(wide(ledger));
            b.pop();
            b
        }),
        ("utf16-without-mark", "ledger.csv", wide(ledger)),
        ("nul-within", "ledger.csv", line("1\0.00")),
        ("only-zeros", "ledger.csv", vec![0; 512]),
        ("quote-not-closed", "ledger.csv", line("\"1.00")),
        ("text-after-quote", "ledger.csv", line("\"1\".00")),
        ("full-width-commas", "ledger.csv", String::from_utf8_lossy(&line("1.00")).replace(',', "，").into_bytes()),
        ("huge-amount", "ledger.csv", line(&"9".repeat(100))),
        ("scientific", "ledger.csv", line("1E+05")),
        ("fine-amount", "ledger.csv", line("0.00000000000000000000000000000000001")),
        ("not-a-number", "ledger.csv", line("NaN")),
        ("long-cell", "ledger.csv", line(&"壹".repeat(40_000))),
        ("columns-20000", "ledger.csv", [line("1.00"), ",".repeat(20_000).into_bytes()].concat()),
        ("escape-in-heading", "ledger.csv", line("1").into_iter().chain(*b"\x1B[2J\x07,\x1B]0;a\x07\n").collect()),
        ("escape-as-heading", "ledger.csv", b"\x1B[2J,\x07\n1,2\n".to_vec()),
        ("noncharacters", "targets.csv", "项目,\u{FDD1}1\u{FDD6}\na,b\n".into()),
        ("noncharacters-in-prose", "text/duties.md", "职责\n一、\u{FDD1}0\u{FDD6}\n".into()),
        ("a-row-of-totals", "ledger.csv", [line("1.00"), "合 计,,,,,,1.00\n".into()].concat()),
        ("a-total-without-a-word", "ledger.csv", [line("1.00"), b",,,,,,1.00\n".to_vec()].concat()),
        ("merged-cells", "ledger.csv", [line("1.00"), ",基本支出,30102,津贴补贴,,一般公共预算,2.00\n".into()].concat()),
        ("titles-above", "ledger.csv", ["2023年预算明细,,,,,,\n单位：元,,,,,,\n".into(), line("1.00")].concat()),
        (
            "one-cell-too-far-right",
            "ledger.csv",
            [ledger.as_bytes(), ",2010350,基本支出,30101,基本工资,,一般公共预算\n".as_bytes()].concat(),
        ),
        ("separators-not-quoted", "ledger.csv", line("1,234.00")),
        ("column-too-narrow", "ledger.csv", line("########")),
        ("broken-formula", "ledger.csv", line("#REF!")),
        ("formula", "ledger.csv", line("=SUM(G2:G5)")),
        ("unit-in-the-cell", "ledger.csv", line("4.19万")),
        ("space-in-a-number", "ledger.csv", line("12 345.00")),
        (
            "code-as-a-number",
            "ledger.csv",
            String::from_utf8_lossy(&line("1.00")).replace("2010350", "2010350.0").into_bytes(),
        ),
        (
            "code-in-scientific-form",
            "ledger.csv",
            String::from_utf8_lossy(&line("1.00")).replace("2010350", "2.01E+06").into_bytes(),
        ),
        (
            "all-full-width",
            "ledger.csv",
            String::from_utf8_lossy(&line("１．００"))
                .replace("2010350", "２０１０３５０")
                .replace("30101", "３０１０１")
                .into_bytes(),
        ),
        ("typographic-quotes", "report.toml", report.replace('"', "”").into_bytes()),
        ("full-width-equals", "report.toml", report.replacen('=', "＝", 1).into_bytes()),
        ("date-not-quoted", "report.toml", with_report("date = 2023年2月10日")),
        ("empty-report", "report.toml", Vec::new()),
        ("deep-arrays", "report.toml", with_report(&format!("a = {}{}", "[".repeat(20_000), "]".repeat(20_000)))),
        ("deep-tables", "report.toml", with_report(&format!("a = {}{}", "{b=".repeat(20_000), "}".repeat(20_000)))),
        ("deep-keys", "report.toml", with_report(&format!("{}a = 1", "a.".repeat(20_000)))),
        ("deep-header", "report.toml", with_report(&format!("[{}a]", "a.".repeat(20_000)))),
        ("huge-integer", "report.toml", report.replace("2023\n", "99999999999999999999999999\n").into_bytes()),
        ("wrong-dates", "report.toml", with_report("date = 2023-02-30")),
        ("escape-in-key", "report.toml", with_report("\"\\u001B[2J\" = 1")),
        ("newline-in-key", "report.toml", with_report("\"a\\nb\" = 1")),
        ("long-key", "report.toml", with_report(&format!("{} = 1", "a".repeat(100_000)))),
        ("no-such-set", "report.toml", report.replace("hebei-department-budget-2023", "../../etc").into_bytes()),
        ("gb18030-report", "report.toml", [national(report), b"\xFF\xFF".to_vec()].concat()),
        (
            "deep-expression",
            "layout/02-arrangement.md",
            format!("{{{{ {}1{} }}}}\n", "(".repeat(20_000), ")".repeat(20_000)).into_bytes(),
        ),
        (
            "deep-list",
            "layout/02-arrangement.md",
            format!("{{{{ {}{} }}}}\n", "[".repeat(20_000), "]".repeat(20_000)).into_bytes(),
        ),
        ("deep-not", "layout/02-arrangement.md", format!("{{{{ {}1 }}}}\n", "not ".repeat(20_000)).into_bytes()),
        ("long-sum", "layout/02-arrangement.md", format!("{{{{ 1{} }}}}\n", "+1".repeat(20_000)).into_bytes()),
        (
            "almost-too-long-a-sum",
            "layout/02-arrangement.md",
            format!("{{{{ 1{} }}}}\n", "+1".repeat(1_990)).into_bytes(),
        ),
        (
            "almost-too-many-signs",
            "layout/02-arrangement.md",
            format!("{{{{ {}1 }}}}\n", "-".repeat(3_990)).into_bytes(),
        ),
        (
            "almost-too-many-names",
            "layout/02-arrangement.md",
            format!("{{{{ 1{} }}}}\n", ".b".repeat(1_990)).into_bytes(),
        ),
        (
            "deep-if",
            "layout/02-arrangement.md",
            format!("{}1{}\n", "{% if 1 %}".repeat(20_000), "{% endif %}".repeat(20_000)).into_bytes(),
        ),
        ("endless-macro", "layout/02-arrangement.md", b"{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}\n".to_vec()),
        (
            "endless-loop",
            "layout/02-arrangement.md",
            b"{% for a in range(99999) %}{% for b in range(99999) %}.{% endfor %}{% endfor %}\n".to_vec(),
        ),
        ("huge-text", "layout/02-arrangement.md", b"{{ 'a' * 999999999999 }}\n".to_vec()),
        ("huge-power", "layout/02-arrangement.md", b"{{ 9 ** 99999 }}\n".to_vec()),
        ("tag-not-closed", "text/duties.md", "职责 {{ 1 \n".into()),
        ("nul-in-prose", "text/duties.md", "职\0责\n".into()),
        ("broken-prose", "text/duties.md", b"\xE8\x81\x8C\xFF\xE8\xB4\xA3\xE4\xB8\x80\n".to_vec()),
        ("only-marks", "text/duties.md", "**\n####### a\n{.}\n\\\n".into()),
        ("front-matter-not-closed", "layout/02-arrangement.md", b"+++\ntitle = \n".to_vec()),
        ("brackets-in-a-rule", "layout/checks.toml", with_rule(&format!("{}1{}", "(".repeat(20_000), ")".repeat(20_000)))),
        ("a-long-rule", "layout/checks.toml", with_rule(&format!("1{}", " + 1".repeat(20_000)))),
        ("a-huge-factor", "layout/checks.toml", with_rule("79228162514264337593543950335 * t5/合计/合计 * 9 + 9")),
        (
            "huge-figures-printed",
            "tables/t7.csv",
            "科目编码,科目名称,合计,基本支出,项目支出\n合计,,79228162514264337593543950335,-0.0000000000000000000000000001,1_0\n"
                .into(),
        ),
        ("no-heads-printed", "tables/t7.csv", "a,b\n\x1B[2J,2\n".into()),
        ("binary-printed", "tables/t7.csv", vec![0xFF, 0xFE, 0x00]),
        (
            "numbers-of-columns-to-the-last",
            "tables/t7.csv",
            "科目编码,科目名称,合计,基本支出,项目支出\n,,4294967295,4294967296,4294967295\n,,0,4294967295,4294967295\n".into(),
        ),
        (
            "huge-amounts-in-prose",
            "text/duties.md",
            "支出9999999999999999999999999999万元，比上年增加0.0000000000000000000000000001%。\n九千亿亿亿元。\n".into(),
        ),
        ("a-number-that-is-none", "report.toml", with_report("a = .C001")),
        ("printed-of-no-table", "tables/t99.csv", "a,b\n".into()),
        ("list-of-other-columns", "classification/function.csv", "科目,说明\n201,a\n".into()),
        (
            "list-of-broken-codes",
            "classification/function.csv",
            "编码,名称\n20l,a\n2011,b\n201,\n205,c\n205,d\n\"2".into(),
        ),
    ]
}
