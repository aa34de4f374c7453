//! What schema checkers miss: ids, order in controls, sums of widths, fields in balance, and the container.

use quick_xml::Reader;
use quick_xml::events::Event;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read, Write};

/// A package's parts by name.
pub fn parts(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a ZIP");
    (0..archive.len())
        .map(|index| {
            let mut file = archive.by_index(index).expect("an entry");
            let mut content = Vec::new();
            file.read_to_end(&mut content).expect("it inflates");
            (file.name().to_owned(), content)
        })
        .collect()
}

/// A package of these parts.
pub fn package(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).expect("a part");
        writer.write_all(content).expect("written");
    }
    writer.finish().expect("a package").into_inner()
}

/// An element: name, attributes, children.
#[derive(Debug, Default, Clone)]
pub struct Element {
    pub name: String,
    pub attributes: BTreeMap<String, String>,
    pub children: Vec<Element>,
    pub text: String,
}

impl Element {
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|c| c.name == name)
    }

    pub fn value(&self, name: &str) -> Option<&str> {
        self.child(name)?.attributes.get("w:val").map(String::as_str)
    }

    pub fn all<'a>(&'a self, name: &str, found: &mut Vec<&'a Element>) {
        if self.name == name {
            found.push(self);
        }
        for child in &self.children {
            child.all(name, found);
        }
    }

    pub fn every(&self, name: &str) -> Vec<&Element> {
        let mut found = Vec::new();
        self.all(name, &mut found);
        found
    }

    pub fn text(&self) -> String {
        let mut text = if self.name == "w:t" { self.text.clone() } else { String::new() };
        for child in &self.children {
            text += &child.text();
        }
        text
    }
}

/// The root element of a part; a quick-xml parser with all its checks on.
pub fn tree(xml: &[u8]) -> Element {
    let mut reader = Reader::from_reader(xml);
    let mut stack = vec![Element::default()];
    let open = |element: &quick_xml::events::BytesStart| {
        let attributes = element.attributes().map(|a| {
            let a = a.expect("no attribute twice");
            let value = a.normalized_value(quick_xml::XmlVersion::Implicit1_0).expect("a value").into_owned();
            (a.key.as_ref().to_owned(), value)
        });
        Element { name: element.name().as_ref().to_owned(), attributes: attributes.collect(), ..Element::default() }
    };
    loop {
        match reader.read_event().expect("well-formed") {
            Event::Start(element) => stack.push(open(&element)),
            Event::Empty(element) => stack.last_mut().expect("a parent").children.push(open(&element)),
            Event::End(_) => {
                let element = stack.pop().expect("open");
                stack.last_mut().expect("a parent").children.push(element);
            }
            Event::Text(text) => stack.last_mut().expect("a parent").text.push_str(&text.xml10_content()),
            Event::GeneralRef(name) => {
                let c = match &*name {
                    "amp" => '&',
                    "lt" => '<',
                    "gt" => '>',
                    "quot" => '"',
                    "apos" => '\'',
                    _ => name.resolve_char_ref().expect("a reference").expect("a character"),
                };
                stack.last_mut().expect("a parent").text.push(c);
            }
            Event::Eof => return stack.remove(0).children.remove(0),
            _ => {}
        }
    }
}

/// Checks a DOCX; panics with what is wrong.
pub fn check(bytes: &[u8]) {
    let parts = parts(bytes);
    container(bytes);
    relationships(&parts);
    let document = tree(&parts["word/document.xml"]);
    let styles = tree(&parts["word/styles.xml"]);
    let style_ids = styles_are_unique(&styles);
    ids_are_unique(&document);
    controls_are_whole(&document);
    bookmarks_are_whole(&document);
    fields_are_balanced(&document);
    for table in document.every("w:tbl") {
        table_adds_up(table);
    }
    for name in ["w:pStyle", "w:rStyle", "w:tblStyle"] {
        for used in document.every(name) {
            assert!(style_ids.contains(&used.attributes["w:val"]), "style {:?}", used.attributes);
        }
    }
    no_formatting_by_hand(&document);
}

/// Dates of 1980, Unix attributes of a regular file, content types first, deflated.
fn container(bytes: &[u8]) {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a ZIP");
    assert_eq!(archive.by_index(0).expect("an entry").name(), "[Content_Types].xml");
    for index in 0..archive.len() {
        let file = archive.by_index(index).expect("an entry");
        assert_eq!(file.unix_mode(), Some(0o100644), "{}", file.name());
        assert_eq!(file.last_modified().map(|d| d.year()), Some(1980));
        assert_eq!(file.compression(), zip::CompressionMethod::Deflated);
    }
}

fn relationships(parts: &BTreeMap<String, Vec<u8>>) {
    let document = String::from_utf8(parts["word/document.xml"].clone()).expect("UTF-8");
    for (name, folder) in [
        ("_rels/.rels", ""),
        ("word/_rels/document.xml.rels", "word/"),
        ("customXml/_rels/item1.xml.rels", "customXml/"),
    ] {
        let mut ids = BTreeSet::new();
        for relationship in tree(&parts[name]).every("Relationship") {
            let target = format!("{folder}{}", relationship.attributes["Target"]).replace("word/../", "");
            assert!(parts.contains_key(&target), "{name}: {target}");
            assert!(ids.insert(relationship.attributes["Id"].clone()));
        }
        if folder == "word/" {
            for part in document.split("r:id=\"").skip(1) {
                let id = part.split('"').next().expect("a value");
                assert!(ids.contains(id), "{id}");
            }
        }
    }
    let types = tree(&parts["[Content_Types].xml"]);
    for part in types.every("Override") {
        assert!(parts.contains_key(part.attributes["PartName"].trim_start_matches('/')), "{:?}", part.attributes);
    }
}

fn styles_are_unique(styles: &Element) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    let mut names = BTreeSet::new();
    for style in styles.every("w:style") {
        assert!(ids.insert(style.attributes["w:styleId"].clone()), "style id {:?}", style.attributes);
        let name = style.value("w:name").expect("a name").to_lowercase();
        assert!(names.insert(name.clone()), "style name {name}");
        for theme in ["w:asciiTheme", "w:eastAsiaTheme", "w:hAnsiTheme"] {
            assert!(style.every("w:rFonts").iter().all(|f| !f.attributes.contains_key(theme)));
        }
    }
    for style in styles.every("w:style") {
        for name in ["w:basedOn", "w:next"] {
            assert!(style.value(name).is_none_or(|id| ids.contains(id)), "{name}");
        }
    }
    ids
}

fn ids_are_unique(document: &Element) {
    let mut paragraphs = BTreeSet::new();
    for paragraph in document.every("w:p") {
        if let Some(id) = paragraph.attributes.get("w14:paraId") {
            assert!(paragraphs.insert(id.clone()), "paraId {id}");
        }
    }
}

fn controls_are_whole(document: &Element) {
    let order = [
        "w:rPr",
        "w:alias",
        "w:tag",
        "w:id",
        "w:lock",
        "w:placeholder",
        "w:temporary",
        "w:showingPlcHdr",
        "w:dataBinding",
        "w:text",
        // Plain text to Word; what LibreOffice spaces from Chinese text, where there is text beside it.
        "mc:AlternateContent",
    ];
    let (mut ids, mut tags) = (BTreeSet::new(), BTreeSet::new());
    for control in document.every("w:sdt") {
        let properties = control.child("w:sdtPr").expect("properties");
        let ranks: Vec<usize> = properties
            .children
            .iter()
            .map(|c| order.iter().position(|n| *n == c.name).unwrap_or_else(|| panic!("{} in sdtPr", c.name)))
            .collect();
        assert!(ranks.is_sorted(), "{properties:?}");
        assert!(properties.child("w:lock").is_none() && properties.child("w:dataBinding").is_none());
        let id: i32 = properties.value("w:id").expect("an id").parse().expect("a number");
        assert!(id > 0 && ids.insert(id), "id {id}");
        let tag = properties.value("w:tag").expect("a tag");
        assert_eq!(properties.value("w:alias"), Some(tag));
        assert!(tag.encode_utf16().count() <= 64 && tags.insert(tag.to_owned()), "tag {tag}");
        assert!(!control.text().trim().is_empty(), "an empty control {tag}");
        assert_eq!(properties.every("w:text").len(), 1, "Word sees plain text in {tag}");
    }
}

fn bookmarks_are_whole(document: &Element) {
    let (mut ids, mut names) = (BTreeSet::new(), BTreeSet::new());
    for paragraph in document.every("w:p") {
        let starts: BTreeSet<&String> =
            paragraph.every("w:bookmarkStart").iter().map(|b| &b.attributes["w:id"]).collect();
        let ends: BTreeSet<&String> = paragraph.every("w:bookmarkEnd").iter().map(|b| &b.attributes["w:id"]).collect();
        assert_eq!(starts, ends, "a bookmark begins and ends in its paragraph");
        for bookmark in paragraph.every("w:bookmarkStart") {
            let name = &bookmark.attributes["w:name"];
            assert!(name.chars().count() <= 40 && names.insert(name.clone()), "bookmark {name}");
            assert!(ids.insert(bookmark.attributes["w:id"].clone()));
        }
    }
    for link in document.every("w:hyperlink") {
        assert!(names.contains(&link.attributes["w:anchor"]), "{:?}", link.attributes);
    }
}

fn fields_are_balanced(document: &Element) {
    let mut depth: Vec<bool> = Vec::new();
    for part in document.every("w:fldChar") {
        match part.attributes["w:fldCharType"].as_str() {
            "begin" => depth.push(false),
            "separate" => {
                let seen = depth.last_mut().expect("inside a field");
                assert!(!std::mem::replace(seen, true), "one separator");
            }
            _ => assert!(depth.pop().expect("inside a field"), "an end after a separator"),
        }
        assert!(!part.attributes.contains_key("w:dirty"));
    }
    assert!(depth.is_empty(), "every field ends");
}

fn table_adds_up(table: &Element) {
    let grid: Vec<i64> = table.child("w:tblGrid").expect("a grid").children.iter().map(|c| number(c, "w:w")).collect();
    let width = number(table.child("w:tblPr").and_then(|p| p.child("w:tblW")).expect("a width"), "w:w");
    assert_eq!(grid.iter().sum::<i64>(), width);
    let mut above: Vec<Option<usize>> = vec![None; grid.len()];
    let mut headers_ended = false;
    for row in table.children.iter().filter(|c| c.name == "w:tr") {
        let is_header = row.child("w:trPr").is_some_and(|p| p.child("w:tblHeader").is_some());
        assert!(!(is_header && headers_ended), "header rows are contiguous from the first");
        headers_ended |= !is_header;
        assert!(row.every("w:trHeight").iter().all(|h| h.attributes["w:hRule"] == "atLeast"));
        let mut column = 0;
        for cell in row.children.iter().filter(|c| c.name == "w:tc") {
            let properties = cell.child("w:tcPr").expect("properties");
            let span: usize = properties.value("w:gridSpan").map_or(1, |v| v.parse().expect("a number"));
            let width = number(properties.child("w:tcW").expect("a width"), "w:w");
            assert_eq!(width, grid[column..column + span].iter().sum::<i64>(), "a cell is as wide as its columns");
            match properties.child("w:vMerge").map(|m| m.attributes.get("w:val").map(String::as_str)) {
                None => above[column] = None,
                Some(Some("restart")) => above[column] = Some(span),
                Some(_) => {
                    assert_eq!(above[column], Some(span), "a covered cell lies under one as wide");
                    assert_eq!(cell.text(), "");
                }
            }
            assert_eq!(cell.children.iter().filter(|c| c.name == "w:p").count(), 1);
            column += span;
        }
        assert_eq!(column, grid.len(), "every row fills the grid");
    }
}

fn number(element: &Element, name: &str) -> i64 {
    element.attributes[name].parse().expect("a number")
}

/// Looks come from styles: no fonts, sizes, alignment, indents or spacing on paragraphs and runs, no tabs outside
/// the contents, no empty paragraphs but those that Word's structure needs.
fn no_formatting_by_hand(document: &Element) {
    for properties in document.every("w:pPr") {
        for child in &properties.children {
            assert!(matches!(child.name.as_str(), "w:pStyle" | "w:pageBreakBefore" | "w:sectPr"), "{}", child.name);
        }
    }
    for properties in document.every("w:rPr") {
        for child in &properties.children {
            let hint = child.name == "w:rFonts" && child.attributes.keys().eq(["w:hint"]);
            // The gap of a word that another follows: how wide depends on the size, which no character style knows.
            let gap = child.name == "w:spacing" && child.attributes.keys().eq(["w:val"]);
            assert!(child.name == "w:rStyle" || hint || gap, "{child:?}");
        }
    }
    for run in document.every("w:r").iter().filter(|run| !run.every("w:spacing").is_empty()) {
        let text: String = run.every("w:t").iter().map(|t| t.text.as_str()).collect();
        assert!(text.chars().count() == 1 && text.is_ascii(), "only a word's last character has a gap: {text}");
    }
    for paragraph in document.child("w:body").expect("a body").children.iter().filter(|c| c.name == "w:p") {
        let style = paragraph.child("w:pPr").and_then(|p| p.value("w:pStyle")).expect("a style");
        let empty = paragraph.every("w:t").is_empty();
        assert!(!empty || ["TableGap", "SectionEnd"].contains(&style), "an empty paragraph in {style}");
        assert!(paragraph.every("w:tab").is_empty() || style.starts_with("TOC"), "a tab in {style}");
    }
}
