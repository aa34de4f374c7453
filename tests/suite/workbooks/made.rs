//! Workbooks for tests, written here part by part: what no program would write can be in them.

use std::io::{Cursor, Write};
use std::path::Path;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A cell of a sheet.
#[derive(Clone, Debug)]
pub enum Cell {
    Blank,
    /// A text, among the shared ones.
    Text(String),
    /// A number, as its double is written, in a style of [`STYLES`].
    Number(String, usize),
    /// A formula, with its cached value where it has one.
    Formula(String, Option<String>),
    /// An error of Excel.
    Error(&'static str),
    Boolean(bool),
}

pub const GENERAL: usize = 0;
pub const AMOUNT: usize = 1;
pub const PERCENT: usize = 2;
pub const DATE: usize = 3;
pub const TEXT: usize = 4;
pub const PADDED: usize = 5;
pub const AT_LEAST: usize = 6;

/// The styles by their numbers: the formats of the constants above.
const STYLES: &str = r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="3"><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd"/><numFmt numFmtId="165" formatCode="00"/><numFmt numFmtId="166" formatCode="&quot;≥&quot;0&quot;项&quot;"/></numFmts><fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf numFmtId="0"/></cellStyleXfs><cellXfs count="7"><xf numFmtId="0"/><xf numFmtId="4"/><xf numFmtId="9"/><xf numFmtId="164"/><xf numFmtId="49"/><xf numFmtId="165"/><xf numFmtId="166"/></cellXfs></styleSheet>"#;
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const STRICT: &str = "http://purl.oclc.org/ooxml/spreadsheetml/main";

pub fn text(text: &str) -> Cell {
    if text.is_empty() { Cell::Blank } else { Cell::Text(text.to_string()) }
}

pub fn number(number: &str) -> Cell {
    Cell::Number(number.to_string(), GENERAL)
}

pub fn texts(row: &[&str]) -> Vec<Cell> {
    row.iter().map(|cell| text(cell)).collect()
}

/// A workbook to be written.
#[derive(Clone, Default)]
pub struct Book {
    pub sheets: Vec<Sheet>,
    pub from_1904: bool,
    pub strict: bool,
    /// Further parts of the package, or other content for one of the usual.
    pub parts: Vec<(String, Vec<u8>)>,
}

#[derive(Clone, Default)]
pub struct Sheet {
    pub name: String,
    pub rows: Vec<Vec<Cell>>,
    /// By number, from 1.
    pub hidden_rows: Vec<u32>,
    /// XML before the rows (`cols`) and after them (`mergeCells`).
    pub before: String,
    pub after: String,
    pub hidden: bool,
}

impl Sheet {
    pub fn new(name: &str, rows: Vec<Vec<Cell>>) -> Sheet {
        Sheet { name: name.to_string(), rows, ..Sheet::default() }
    }

    /// Of a CSV file; columns whose head says an amount or a count hold numbers.
    pub fn of_csv(name: &str, path: &Path) -> Sheet {
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(path).expect("a CSV file");
        let rows: Vec<Vec<String>> = reader
            .records()
            .map(|row| row.expect("a row").iter().map(|f| f.trim_start_matches('\u{FEFF}').to_string()).collect())
            .collect();
        let is_number = |column: usize| {
            let head = rows[0].get(column).map_or("", String::as_str);
            head.contains('元') || head == "数量"
        };
        let cell = |line: usize, column: usize, field: &str| {
            let plain: String = field.chars().filter(|c| *c != ',').collect();
            match plain.parse::<f64>() {
                Ok(value) if line > 0 && is_number(column) => Cell::Number(format!("{value}"), AMOUNT),
                _ => text(field),
            }
        };
        let row = |(line, row): (usize, &Vec<String>)| {
            row.iter().enumerate().map(|(column, field)| cell(line, column, field)).collect()
        };
        Sheet::new(name, rows.iter().enumerate().map(row).collect())
    }

    fn xml(&self, strings: &mut Vec<String>, main: &str) -> String {
        let mut xml = format!("<worksheet xmlns=\"{main}\">{}<sheetData>", self.before);
        for (index, row) in self.rows.iter().enumerate() {
            let number = index as u32 + 1;
            let hidden = if self.hidden_rows.contains(&number) { " hidden=\"1\"" } else { "" };
            xml += &format!("<row r=\"{number}\"{hidden}>");
            for (column, cell) in row.iter().enumerate() {
                xml += &cell.xml(&name_of(column as u32 + 1, number), strings);
            }
            xml += "</row>";
        }
        xml + "</sheetData>" + &self.after + "</worksheet>"
    }
}

impl Cell {
    fn xml(&self, name: &str, strings: &mut Vec<String>) -> String {
        match self {
            Cell::Blank => String::new(),
            Cell::Text(text) => {
                let index = strings.iter().position(|known| known == text).unwrap_or_else(|| {
                    strings.push(text.clone());
                    strings.len() - 1
                });
                format!("<c r=\"{name}\" t=\"s\"><v>{index}</v></c>")
            }
            Cell::Number(number, style) => format!("<c r=\"{name}\" s=\"{style}\"><v>{number}</v></c>"),
            Cell::Formula(formula, None) => format!("<c r=\"{name}\"><f>{}</f></c>", escaped(formula)),
            Cell::Formula(formula, Some(value)) => {
                format!("<c r=\"{name}\"><f>{}</f><v>{value}</v></c>", escaped(formula))
            }
            Cell::Error(error) => format!("<c r=\"{name}\" t=\"e\"><v>{error}</v></c>"),
            Cell::Boolean(value) => format!("<c r=\"{name}\" t=\"b\"><v>{}</v></c>", u8::from(*value)),
        }
    }
}

pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// `G17` of column 7 and row 17.
pub fn name_of(column: u32, row: u32) -> String {
    let (mut rest, mut letters) = (column, String::new());
    while rest > 0 {
        letters.insert(0, char::from(b'A' + ((rest - 1) % 26) as u8));
        rest = (rest - 1) / 26;
    }
    format!("{letters}{row}")
}

impl Book {
    pub fn of(sheets: Vec<Sheet>) -> Book {
        Book { sheets, ..Book::default() }
    }

    /// The record files of a folder, a sheet each, named by the file.
    pub fn of_folder(folder: &Path) -> Book {
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .expect("a folder")
            .filter_map(|entry| entry.expect("an entry").file_name().into_string().ok())
            .filter(|name| name.ends_with(".csv"))
            .collect();
        names.sort();
        let sheet = |name: &String| Sheet::of_csv(name.trim_end_matches(".csv"), &folder.join(name));
        Book::of(names.iter().map(sheet).collect())
    }

    pub fn sheet(&mut self, name: &str) -> &mut Sheet {
        self.sheets.iter_mut().find(|sheet| sheet.name == name).expect("the sheet")
    }

    pub fn write(&self, path: &Path) {
        std::fs::write(path, self.bytes()).expect("written");
    }

    pub fn bytes(&self) -> Vec<u8> {
        let main = if self.strict { STRICT } else { MAIN };
        let office = match self.strict {
            true => "http://purl.oclc.org/ooxml/officeDocument/relationships",
            false => "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        };
        let package = "http://schemas.openxmlformats.org/package/2006";
        let related =
            |entries: &str| format!("<Relationships xmlns=\"{package}/relationships\">{entries}</Relationships>");
        let relation = |id: &str, kind: &str, target: &str| {
            format!("<Relationship Id=\"{id}\" Type=\"{office}/{kind}\" Target=\"{target}\"/>")
        };
        let mut strings = Vec::new();
        let mut parts: Vec<(String, Vec<u8>)> = Vec::new();
        let (mut listed, mut relations, mut types) = (String::new(), String::new(), String::new());
        for (index, sheet) in self.sheets.iter().enumerate() {
            let n = index + 1;
            let state = if sheet.hidden { " state=\"hidden\"" } else { "" };
            listed += &format!("<sheet name=\"{}\" sheetId=\"{n}\"{state} r:id=\"rId{n}\"/>", escaped(&sheet.name));
            relations += &relation(&format!("rId{n}"), "worksheet", &format!("worksheets/sheet{n}.xml"));
            types += &format!(
                "<Override PartName=\"/xl/worksheets/sheet{n}.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>"
            );
            parts.push((format!("xl/worksheets/sheet{n}.xml"), sheet.xml(&mut strings, main).into_bytes()));
        }
        relations += &relation("s1", "styles", "styles.xml");
        relations += &relation("s2", "sharedStrings", "sharedStrings.xml");
        let texts: String =
            strings.iter().map(|s| format!("<si><t xml:space=\"preserve\">{}</t></si>", escaped(s))).collect();
        let from_1904 = if self.from_1904 { "<workbookPr date1904=\"1\"/>" } else { "" };
        let main_type = "application/vnd.openxmlformats-officedocument.spreadsheetml";
        let own = [
            (
                "[Content_Types].xml",
                format!(
                    "<Types xmlns=\"{package}/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/xl/workbook.xml\" ContentType=\"{main_type}.sheet.main+xml\"/><Override PartName=\"/xl/styles.xml\" ContentType=\"{main_type}.styles+xml\"/><Override PartName=\"/xl/sharedStrings.xml\" ContentType=\"{main_type}.sharedStrings+xml\"/>{types}</Types>"
                ),
            ),
            ("_rels/.rels", related(&relation("r1", "officeDocument", "xl/workbook.xml"))),
            (
                "xl/workbook.xml",
                format!(
                    "<workbook xmlns=\"{main}\" xmlns:r=\"{office}\">{from_1904}<sheets>{listed}</sheets></workbook>"
                ),
            ),
            ("xl/_rels/workbook.xml.rels", related(&relations)),
            ("xl/styles.xml", STYLES.to_string()),
            ("xl/sharedStrings.xml", format!("<sst xmlns=\"{main}\">{texts}</sst>")),
        ];
        let mut all: Vec<(String, Vec<u8>)> =
            own.into_iter().map(|(name, text)| (name.to_string(), text.into_bytes())).chain(parts).collect();
        for (name, bytes) in &self.parts {
            match all.iter_mut().find(|(known, _)| known == name) {
                Some((_, content)) => content.clone_from(bytes),
                None => all.push((name.clone(), bytes.clone())),
            }
        }
        zipped(&all)
    }
}

pub fn zipped(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in parts {
        writer.start_file(name.as_str(), options).expect("a part");
        writer.write_all(bytes).expect("written");
    }
    writer.finish().expect("a package").into_inner()
}
