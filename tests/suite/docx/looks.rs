//! Looks come from named styles, whose cascade is resolved here as Word resolves it; and what people need who cannot
//! see the page.

use super::sample::{self, Sample};
use super::structure::{self, Element};
use crate::common;
use gongkai::write::Format;
use std::collections::BTreeMap;

/// What a style or a paragraph looks like: `w:pPr/w:spacing/w:line` and the like, to values.
type Look = BTreeMap<String, String>;

pub struct Styles {
    defaults: Element,
    by_id: BTreeMap<String, Element>,
}

impl Styles {
    pub fn new(part: &[u8]) -> Styles {
        let root = structure::tree(part);
        let by_id = root.every("w:style").into_iter().map(|s| (s.attributes["w:styleId"].clone(), s.clone()));
        Styles { by_id: by_id.collect(), defaults: root.child("w:docDefaults").expect("defaults").clone() }
    }

    /// The style with this name.
    fn named(&mut self, name: &str) -> Option<&mut Element> {
        self.by_id.values_mut().find(|s| s.value("w:name") == Some(name))
    }

    fn name(&self, id: &str) -> &str {
        self.by_id[id].value("w:name").expect("a name")
    }

    /// Defaults, then the chain of styles from the root to `id`, each over the one before, attribute by attribute.
    fn resolve(&self, id: &str) -> Look {
        let mut look = Look::new();
        for (container, element) in [("w:rPrDefault", "w:rPr"), ("w:pPrDefault", "w:pPr")] {
            if let Some(properties) = self.defaults.child(container).and_then(|c| c.child(element)) {
                add(&mut look, properties);
            }
        }
        let mut chain = vec![&self.by_id[id]];
        while let Some(base) = chain.last().expect("a style").value("w:basedOn") {
            chain.push(&self.by_id[base]);
        }
        for style in chain.into_iter().rev() {
            style.child("w:pPr").into_iter().chain(style.child("w:rPr")).for_each(|p| add(&mut look, p));
        }
        look
    }
}

fn add(look: &mut Look, properties: &Element) {
    for child in &properties.children {
        let key = format!("{}/{}", properties.name, child.name);
        if child.attributes.is_empty() && child.children.is_empty() {
            look.insert(format!("{key}/w:val"), "1".to_owned());
        }
        for (attribute, value) in &child.attributes {
            look.insert(format!("{key}/{attribute}"), value.clone());
        }
    }
}

fn style_of(paragraph: &Element) -> &str {
    paragraph.child("w:pPr").and_then(|p| p.value("w:pStyle")).expect("every paragraph names its style")
}

fn set(style: &mut Element, element: &str, attribute: &str, value: &str) {
    let attributes = BTreeMap::from([(attribute.to_owned(), value.to_owned())]);
    let child = Element { name: element.to_owned(), attributes, ..Element::default() };
    match style.children.iter_mut().find(|c| c.name == "w:rPr") {
        Some(properties) => properties.children.push(child),
        None => style.children.push(Element { name: "w:rPr".into(), children: vec![child], ..Element::default() }),
    }
}

fn written() -> BTreeMap<String, Vec<u8>> {
    structure::parts(&Sample::new(sample::document()).write())
}

/// A red style makes all paragraphs red that are in it or in a style made from it, and no others.
#[test]
fn change_one_style_and_all_of_its_kind_follow() {
    let parts = written();
    let document = structure::tree(&parts["word/document.xml"]);
    let of_role = |name: &str, role: &str| {
        let own = if role == "heading 2" { "标题2" } else { role };
        name == role || name.starts_with(&format!("{own} "))
    };
    let mut seen = 0;
    for role in ["表格文字", "表格数字", "表头", "表上", "注", "表题", "heading 2", "toc 2"] {
        let mut styles = Styles::new(&parts["word/styles.xml"]);
        set(styles.named(role).expect("a style for each role"), "w:color", "w:val", "FF0000");
        for paragraph in document.every("w:p") {
            let id = style_of(paragraph);
            let red = styles.resolve(id).contains_key("w:rPr/w:color/w:val");
            assert_eq!(red, of_role(styles.name(id), role), "{role}: {}", styles.name(id));
            seen += usize::from(red);
        }
    }
    assert!(seen > 300, "{seen}");
    // 正文 is the root of all: whoever changes it changes the whole document, but for Word's structural paragraphs.
    let mut styles = Styles::new(&parts["word/styles.xml"]);
    set(styles.named("Normal").expect("正文"), "w:color", "w:val", "FF0000");
    for paragraph in document.every("w:p") {
        let id = style_of(paragraph);
        let structural = ["TableGap", "SectionEnd"].contains(&id);
        assert_eq!(styles.resolve(id).contains_key("w:rPr/w:color/w:val"), !structural, "{id}");
    }
}

/// Though each style holds only what differs from its base, it looks as `style.toml` says.
#[test]
fn every_role_looks_as_declared() {
    let sample = Sample::new(sample::document());
    let parts = structure::parts(&sample.write());
    let mut styles = Styles::new(&parts["word/styles.xml"]);
    let names = [("正文", "Normal"), ("标题1", "标题1"), ("封面标题", "Title"), ("目录2", "toc 2"), ("页码", "footer")];
    for (role, text) in &sample.style.text {
        let name = names.iter().find(|(r, _)| r == role).map_or(role.as_str(), |(_, name)| name);
        let name = match role.strip_prefix("标题") {
            Some(level) => format!("heading {level}"),
            None => name.replace("目录标题", "TOC Heading").replace("目录1", "toc 1"),
        };
        let id = styles.named(&name).unwrap_or_else(|| panic!("{name}")).attributes["w:styleId"].clone();
        let look = styles.resolve(&id);
        let value = |key: &str| look.get(key).map(String::as_str);
        assert_eq!(value("w:rPr/w:sz/w:val"), Some(format!("{}", text.size * 2.0).as_str()), "{role}");
        assert_eq!(value("w:rPr/w:rFonts/w:eastAsia"), Some(sample.fonts.roles[&text.font].word.as_str()), "{role}");
        assert_eq!(value("w:rPr/w:rFonts/w:ascii"), Some("Times New Roman"), "{role}");
        assert_eq!(value("w:pPr/w:spacing/w:after").unwrap_or("0"), format!("{}", text.after * 20.0), "{role}");
        let indent = format!("{}", text.indent * 100.0);
        assert_eq!(value("w:pPr/w:ind/w:firstLineChars").unwrap_or("0"), indent, "{role}");
        let keep = value("w:pPr/w:keepNext/w:val") == Some("1");
        assert!(keep || !text.keep_next, "{role}");
        let level =
            value("w:pPr/w:outlineLvl/w:val").filter(|l| *l != "9").map(|l| l.parse::<u8>().expect("a level") + 1);
        assert!(text.outline.is_none() || level == text.outline, "{role}: {level:?}");
        if let Some(pitch) = text.pitch.filter(|_| role != "页码") {
            assert_eq!(value("w:pPr/w:spacing/w:line"), Some(format!("{}", pitch * 20.0).as_str()), "{role}");
        }
    }
    // ECMA-376-1 17.3.1.33: a line without its rule is counted in 240ths of a line.
    for spacing in structure::tree(&parts["word/styles.xml"]).every("w:spacing") {
        assert_eq!(spacing.attributes.contains_key("w:line"), spacing.attributes.contains_key("w:lineRule"));
    }
}

#[test]
fn lines_in_tables_are_of_one_height_and_stay_together() {
    check(&Sample::new(sample::document()).write());
}

/// What holds of every document, the department's own among them.
pub fn check(bytes: &[u8]) {
    let parts = structure::parts(bytes);
    let styles = Styles::new(&parts["word/styles.xml"]);
    let document = structure::tree(&parts["word/document.xml"]);
    for paragraph in document.every("w:tc").into_iter().flat_map(|cell| cell.every("w:p")) {
        let look = styles.resolve(style_of(paragraph));
        let value = |key: &str| look.get(key).map(String::as_str);
        // As high in every font, so that rows stand on the pages they have in print, and higher than its characters.
        assert_eq!(value("w:pPr/w:spacing/w:lineRule"), Some("exact"));
        let number = |key: &str| look[key].parse::<f64>().expect("a number");
        assert!(number("w:pPr/w:spacing/w:line") >= 1.15 * 10.0 * number("w:rPr/w:sz/w:val"), "room for characters");
        assert_eq!(value("w:pPr/w:keepLines/w:val"), Some("1"), "lines of a cell stay together");
        assert_eq!(value("w:pPr/w:snapToGrid/w:val"), Some("0"));
    }
    headings_have_no_gaps(&document, &styles);
    tables_say_what_they_are(&document);
    the_language_is_told(&parts);
    fonts_are_named(&parts);
    marks_are_set_from_the_chinese_font(&document);
    footers_stand_clear_of_the_text(&document, &parts);
}

/// Level from 0 and text of every heading, by its own level or its style's.
pub fn headings(parts: &BTreeMap<String, Vec<u8>>) -> Vec<(String, String)> {
    let styles = Styles::new(&parts["word/styles.xml"]);
    let document = structure::tree(&parts["word/document.xml"]);
    let level = |paragraph: &Element| {
        let properties = paragraph.child("w:pPr")?;
        let own = properties.value("w:outlineLvl").map(str::to_owned);
        own.or_else(|| styles.resolve(properties.value("w:pStyle")?).remove("w:pPr/w:outlineLvl/w:val"))
    };
    let paragraphs = document.every("w:p").into_iter();
    paragraphs.filter_map(|p| Some((level(p).filter(|l| l != "9")?, p.text()))).collect()
}

fn headings_have_no_gaps(document: &Element, styles: &Styles) {
    let mut above = -1;
    for paragraph in document.every("w:p") {
        let look = styles.resolve(style_of(paragraph));
        let Some(level) = look.get("w:pPr/w:outlineLvl/w:val").filter(|l| *l != "9") else { continue };
        let level: i32 = level.parse().expect("a level");
        assert!(level <= above + 1, "level {level} after {above}: {}", paragraph.text());
        above = level;
    }
    assert!(above >= 0, "there are headings");
}

fn tables_say_what_they_are(document: &Element) {
    for table in document.every("w:tbl") {
        let properties = table.child("w:tblPr").expect("properties");
        assert!(properties.value("w:tblDescription").is_some_and(|d| !d.is_empty()), "a description");
        let layout = properties.value("w:tblStyle") == Some("LayoutTable");
        let headed = table.every("w:tblHeader").len();
        assert!(!layout || headed == 0, "the line above a table has no head");
        let look = properties.child("w:tblLook").expect("a look");
        assert_eq!(look.attributes["w:firstRow"], if headed > 0 { "1" } else { "0" });
    }
}

fn the_language_is_told(parts: &BTreeMap<String, Vec<u8>>) {
    let styles = structure::tree(&parts["word/styles.xml"]);
    let languages = styles.every("w:lang");
    assert_eq!(languages.len(), 1, "no style speaks another language");
    assert_eq!(languages[0].attributes["w:eastAsia"], "zh-CN");
    let settings = structure::tree(&parts["word/settings.xml"]);
    assert_eq!(settings.every("w:themeFontLang")[0].attributes["w:eastAsia"], "zh-CN");
    assert_eq!(settings.every("w:updateFields").len(), 0, "it opens without a question");
    let mode = |s: &&Element| s.attributes["w:name"] == "compatibilityMode" && s.attributes["w:val"] == "15";
    assert!(settings.every("w:compatSetting").iter().any(mode));
    assert!(String::from_utf8_lossy(&parts["docProps/core.xml"]).contains("<dc:language>zh-CN</dc:language>"));
}

/// Every font is in the table; each Chinese one with another name for machines without it; none comes from the theme.
fn fonts_are_named(parts: &BTreeMap<String, Vec<u8>>) {
    let table = structure::tree(&parts["word/fontTable.xml"]);
    for name in ["word/styles.xml", "word/document.xml"] {
        for fonts in structure::tree(&parts[name]).every("w:rFonts") {
            for (attribute, font) in fonts.attributes.iter().filter(|(a, _)| *a != "w:hint") {
                assert!(!attribute.ends_with("Theme"), "{attribute}");
                let font = table.every("w:font").into_iter().find(|f| f.attributes["w:name"] == *font);
                let font = font.expect("a named font is in the table");
                assert!(attribute != "w:eastAsia" || font.child("w:altName").is_some(), "{:?}", font.attributes);
            }
        }
    }
}

fn marks_are_set_from_the_chinese_font(document: &Element) {
    for run in document.every("w:r").into_iter().filter(|r| r.text().contains(['“', '”', '…', '—'])) {
        let fonts = run.child("w:rPr").and_then(|p| p.child("w:rFonts")).expect("a hint");
        assert_eq!(fonts.attributes["w:hint"], "eastAsia", "{}", run.text());
    }
}

/// Else Word and LibreOffice push the text up, and the page loses a line.
fn footers_stand_clear_of_the_text(document: &Element, parts: &BTreeMap<String, Vec<u8>>) {
    let styles = Styles::new(&parts["word/styles.xml"]);
    let look = styles.resolve("Footer");
    assert_eq!(look["w:pPr/w:spacing/w:lineRule"], "exact");
    let line: i64 = look["w:pPr/w:spacing/w:line"].parse().expect("twips");
    for margins in document.every("w:pgMar") {
        let twips = |name: &str| margins.attributes[name].parse::<i64>().expect("twips");
        assert!(twips("w:footer") + line <= twips("w:bottom"), "{:?}", margins.attributes);
    }
}

/// GB/T 33476.2-2016: 34.58 mm above and 32.58 mm below the line boxes, 22 lines between them; 28 characters a line.
#[test]
fn the_page_has_22_lines_of_28_characters() {
    let parts = written();
    let document = structure::tree(&parts["word/document.xml"]);
    let section = document.every("w:sectPr")[0];
    let margins = section.child("w:pgMar").expect("margins");
    let mm = |name: &str| margins.attributes[name].parse::<f64>().expect("twips") * 25.4 / 1440.0;
    assert!((mm("w:top") - 34.58).abs() < 0.01 && (mm("w:bottom") - 32.58).abs() < 0.01, "{:?}", margins.attributes);
    assert!((mm("w:left") - 28.0).abs() < 0.01 && (mm("w:right") - 26.0).abs() < 0.01);
    let pitch = section.child("w:docGrid").expect("a grid").attributes["w:linePitch"].parse::<f64>().expect("twips");
    let room = (297.0 - mm("w:top") - mm("w:bottom")) * 1440.0 / 25.4;
    assert_eq!((room / pitch).floor(), 22.0);
    assert!(room - 22.0 * pitch < 22.0, "not a wider grid: {room} of {pitch}");
    let look = Styles::new(&parts["word/styles.xml"]).resolve("Normal");
    assert_eq!(look["w:pPr/w:spacing/w:line"], format!("{pitch}"));
    assert_eq!(look["w:pPr/w:spacing/w:lineRule"], "exact");
    assert_eq!(look["w:pPr/w:ind/w:firstLineChars"], "200");
    let character = 16.0 + look["w:rPr/w:spacing/w:val"].parse::<f64>().expect("twips") / 20.0;
    let width = 156.0 * 72.0 / 25.4;
    assert_eq!((width / character).floor(), 28.0);
}

/// A wide sheet that is not turned has its number in a plain footer, at the edges of its own type area.
#[test]
fn a_wide_sheet_has_its_number_at_its_own_foot() {
    let parts = |style: &str| {
        let folder = common::copy_of_sample();
        std::fs::create_dir_all(folder.path().join("layout")).expect("made");
        std::fs::write(folder.path().join("layout/style.toml"), style).expect("written");
        structure::parts(&common::built(folder.path(), &[Format::Docx])[0].bytes)
    };
    let turned = |parts: &BTreeMap<String, Vec<u8>>| -> Vec<bool> {
        let relations = structure::tree(&parts["word/_rels/document.xml.rels"]);
        let target = |one: &Element| (one.attributes["Id"].clone(), one.attributes["Target"].clone());
        let targets: BTreeMap<String, String> = relations.every("Relationship").into_iter().map(target).collect();
        let document = structure::tree(&parts["word/document.xml"]);
        let wide = document
            .every("w:sectPr")
            .into_iter()
            .filter(|section| section.child("w:pgSz").is_some_and(|size| size.attributes.contains_key("w:orient")));
        let footers = wide.flat_map(|section| section.every("w:footerReference"));
        let files = footers.map(|reference| &parts[&format!("word/{}", targets[&reference.attributes["r:id"]])]);
        files.map(|file| !structure::tree(file).every("w:textDirection").is_empty()).collect()
    };
    let (as_it_is, plain) = (turned(&parts("")), turned(&parts("[page.\"横表\"]\nturned = false\n")));
    assert!(!as_it_is.is_empty() && as_it_is.iter().all(|turned| *turned), "{as_it_is:?}");
    assert!(!plain.is_empty() && plain.iter().all(|turned| !*turned), "{plain:?}");
}

/// Word and WPS make a new row from the one beside it: its cells' properties and paragraphs, without their runs. What
/// is typed there looks as in that row, because nothing of the look is on runs.
#[test]
fn a_row_added_by_hand_keeps_its_look() {
    let parts = written();
    let document = structure::tree(&parts["word/document.xml"]);
    let styles = Styles::new(&parts["word/styles.xml"]);
    for cell in document.every("w:tc") {
        let [paragraph] = cell.every("w:p")[..] else { panic!("one paragraph a cell") };
        let look = styles.resolve(style_of(paragraph));
        assert!(look["w:rPr/w:sz/w:val"].parse::<f64>().expect("half points") < 32.0, "a size of tables");
        assert!(paragraph.child("w:pPr").expect("properties").child("w:rPr").is_none(), "a mark of its own look");
        for run in paragraph.every("w:r") {
            let other = run.child("w:rPr").into_iter().flat_map(|p| &p.children);
            let other: Vec<_> = other.filter(|c| c.name != "w:rFonts" || c.attributes.len() != 1).collect();
            assert!(other.is_empty(), "{other:?}");
        }
    }
}

#[test]
fn a_sentence_that_names_a_table_refers_to_its_title() {
    let document = structure::tree(&written()["word/document.xml"]);
    let refers = |p: &&Element| p.every("w:instrText").iter().any(|i| i.text.starts_with(" REF "));
    let field = document.every("w:p").into_iter().find(refers).expect("a reference");
    let instruction = field.every("w:instrText")[0].text.clone();
    assert_eq!(instruction, r" REF table_06 \h ");
    // Between the field's parts stands the title, as between the bookmark's.
    let title = "部门预算支出总表";
    let runs: Vec<String> = field.every("w:r").iter().map(|r| r.text()).collect();
    assert_eq!(runs, ["见", "", "", "", title, "", "基本支出栏。"]);
    let target = document
        .every("w:p")
        .into_iter()
        .find(|p| p.every("w:bookmarkStart").iter().any(|b| b.attributes["w:name"] == "table_06"));
    let target = target.expect("a bookmark");
    assert_eq!(target.text(), title);
}
