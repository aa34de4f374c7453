//! The finishing pass: what docx-rs writes becomes what the schema wants. It streams over the XML once.
//!
//! It drops property elements that docx-rs writes empty, puts children of properties in the schema's order, takes
//! away attributes that do not belong (`w14:paraId` from a counter, `w:type` of a grid column, `w:dirty`), and adds
//! what docx-rs does not know: charts, repeating header rows, titles of tables, the rest of a content control, and which
//! programs see the field around the contents.

use super::Error;
use super::xml::{escape, turned};
use crate::document::Change;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// What the XML of one item cannot say of itself.
pub struct Facts<'a> {
    /// Rows, from the first, that repeat on every page.
    pub header_rows: usize,
    /// Title and description of the table, for screen readers.
    pub caption: &'a str,
    pub description: &'a str,
    /// `w:sectPr` of the section that ends with this paragraph.
    pub section: Option<&'a str>,
    /// What its run shows, where that is a drawing.
    pub drawing: &'a str,
    /// Its content controls and runs.
    pub noted: &'a Noted,
    /// What became of the paragraph (of its mark), or of the row.
    pub change: Change,
    /// The id of its first tracked change; the others count on.
    pub first_change: u32,
    /// Author and date of tracked changes, as attributes.
    pub revision: &'a str,
}

/// What is noted while docx-rs makes an item, in order of the text.
#[derive(Default)]
pub struct Noted {
    /// The content controls: the id of each, and whether LibreOffice is to space it from the text beside it.
    pub controls: Vec<(u32, bool)>,
    /// What became of each run; runs beyond these stayed.
    pub runs: Vec<Change>,
}

impl Noted {
    pub const NOTHING: &'static Noted = &Noted { controls: Vec::new(), runs: Vec::new() };
}

impl Facts<'_> {
    /// Of an element that says everything itself.
    pub const NONE: Facts<'static> = Facts {
        header_rows: 0,
        caption: "",
        description: "",
        section: None,
        drawing: "",
        noted: Noted::NOTHING,
        change: Change::Same,
        first_change: 0,
        revision: "",
    };
}

/// Children of property elements in the order of ECMA-376-1, annex A (only those that this writer makes).
fn order(container: &str) -> Option<&'static [&'static str]> {
    Some(match container {
        "w:pPr" => &["w:pStyle", "w:pageBreakBefore", "w:rPr", "w:sectPr"],
        "w:rPr" => &["w:ins", "w:del", "w:rStyle", "w:rFonts", "w:b", "w:bCs", "w:sz", "w:szCs"],
        "w:tblPr" => &[
            "w:tblStyle",
            "w:tblW",
            "w:jc",
            "w:tblInd",
            "w:tblBorders",
            "w:tblLayout",
            "w:tblCellMar",
            "w:tblLook",
            "w:tblCaption",
            "w:tblDescription",
        ],
        "w:trPr" => &["w:cantSplit", "w:trHeight", "w:tblHeader", "w:ins", "w:del"],
        "w:tcPr" => &["w:tcW", "w:gridSpan", "w:vMerge", "w:shd", "w:vAlign"],
        "w:sdtPr" => &["w:rPr", "w:alias", "w:tag", "w:id", "w:text"],
        _ => return None,
    })
}

/// A property element being written.
struct Container {
    name: &'static str,
    /// Depth of its children.
    depth: usize,
    /// Where its start tag begins and ends in the output.
    start: usize,
    inner: usize,
    /// Rank and place of each child so far.
    children: Vec<(usize, usize)>,
}

struct Finish<'a> {
    facts: &'a Facts<'a>,
    out: &'a mut Vec<u8>,
    open: Vec<Container>,
    depth: usize,
    rows: usize,
    controls: usize,
    runs: usize,
    /// Tracked changes so far.
    changes: u32,
    /// What became of the run at hand.
    run: Change,
    alias: String,
    /// The pieces at hand begin a field that only some programs see.
    chosen: bool,
    scratch: Vec<u8>,
}

/// Around a piece of a field that docx-rs marks dirty, the one around the contents. Word sees that field and offers to
/// make the contents anew. LibreOffice would take all within for plain text, page numbers included; outside of it, it
/// counts each page by its own pages (ECMA-376-3 10.2: an alternative without a fallback is nothing to who does not
/// know what it asks for). It asks for WordprocessingML itself, which every Word knows, from 2007 on, and every reader that
/// keeps to the standard; LibreOffice takes only what it has a list of (wps, wpg, w14, wpc).
const CHOSEN: (&str, &str) = (r#"<mc:AlternateContent><mc:Choice Requires="w">"#, "</mc:Choice></mc:AlternateContent>");

/// The kind of a content control beside text: plain text, as of any. LibreOffice puts marks around the text of such a control,
/// and sets no gap between a mark and Chinese text; only what a citation holds it leaves as text of the paragraph, and it
/// gives back the control with its alias when it saves, unless the paragraph's section names headers or footers: having
/// read those it keeps no citation. There the gap is missing, and the figure comes back.
const PLAIN_TEXT_OR_SPACED: &str = r#"<mc:AlternateContent><mc:Choice Requires="w"><w:text/></mc:Choice><mc:Fallback><w:citation/></mc:Fallback></mc:AlternateContent>"#;

/// Appends the finished form of `raw`, one element as docx-rs writes it.
pub fn finish(raw: &[u8], facts: &Facts, out: &mut Vec<u8>) -> Result<(), Error> {
    let mut reader = Reader::from_reader(raw);
    reader.config_mut().check_end_names = false;
    let mut pass = Finish {
        facts,
        out,
        open: Vec::new(),
        depth: 0,
        rows: 0,
        controls: 0,
        runs: 0,
        changes: 0,
        run: Change::Same,
        alias: String::new(),
        chosen: false,
        scratch: Vec::new(),
    };
    loop {
        match reader.read_event().map_err(|e| Error::Body(e.to_string()))? {
            Event::Start(element) => pass.start(&element),
            Event::Empty(element) => pass.empty(&element),
            Event::End(element) => pass.end(element.name().as_ref()),
            Event::Text(text) => pass.text(&turned(&text)),
            Event::GeneralRef(name) => {
                pass.text("&");
                pass.text(&name);
                pass.text(";");
            }
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

/// Whether an attribute has this value.
fn says(element: &BytesStart, key: &str, value: &str) -> bool {
    element.attributes().flatten().any(|a| a.key.as_ref() == key && a.value.as_ref() == value)
}

impl Finish<'_> {
    fn text(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn start(&mut self, element: &BytesStart) {
        let name = element.name();
        self.begin_change(name.as_ref());
        self.child(name.as_ref());
        self.depth += 1;
        if name.as_ref() == "w:instrText" && self.chosen {
            self.text(CHOSEN.0);
        }
        let start = self.out.len();
        self.tag(element);
        self.text(">");
        if let Some((name, _)) = container(name.as_ref()) {
            let inner = self.out.len();
            self.open.push(Container { name, depth: self.depth, start, inner, children: Vec::new() });
        }
    }

    fn empty(&mut self, element: &BytesStart) {
        let name = element.name();
        let Some((container, _)) = container(name.as_ref()) else {
            if name.as_ref() == "w:tblBorders" {
                return; // docx-rs writes it even where the table's style rules
            }
            self.child(name.as_ref());
            if name.as_ref() == "w:alias" {
                self.alias = element.attributes_raw().trim().trim_end_matches('/').trim_end().to_owned();
            }
            let dirty = name.as_ref() == "w:fldChar" && says(element, "w:dirty", "true");
            if dirty {
                self.chosen = says(element, "w:fldCharType", "begin");
                self.text(CHOSEN.0);
            }
            self.tag(element);
            self.text("/>");
            if dirty {
                self.text(CHOSEN.1);
            }
            return;
        };
        // What goes into it may still come from the facts.
        self.start(element);
        self.end(container);
    }

    /// Notes a child of the innermost open property element.
    fn child(&mut self, name: &str) {
        let place = self.out.len();
        let depth = self.depth;
        if let Some(open) = self.open.last_mut().filter(|o| o.depth == depth) {
            let order = order(open.name).unwrap_or_default();
            let rank = order.iter().position(|n| *n == name).unwrap_or(order.len());
            open.children.push((rank, place));
        }
    }

    fn tag(&mut self, element: &BytesStart) {
        let name = element.name();
        self.text("<");
        self.text(self.shown_name(name.as_ref()));
        match name.as_ref() {
            "w:p" => {}
            "w:gridCol" => self.attributes(element, |key| key == "w:w"),
            "w:fldChar" => self.attributes(element, |key| key != "w:dirty"),
            "w:instrText" => self.text(r#" xml:space="preserve""#),
            _ => {
                let attributes = element.attributes_raw().trim();
                if !attributes.is_empty() {
                    self.text(" ");
                    self.text(attributes);
                }
            }
        }
    }

    fn attributes(&mut self, element: &BytesStart, keep: impl Fn(&str) -> bool) {
        for attribute in element.attributes().flatten() {
            let key = attribute.key.as_ref();
            if keep(key) {
                self.text(" ");
                self.text(key);
                self.text("=\"");
                self.text(&attribute.value);
                self.text("\"");
            }
        }
    }

    fn end(&mut self, name: &str) {
        if self.open.last().is_some_and(|o| o.depth == self.depth) {
            self.complete();
            self.depth -= 1;
            let open = self.open.pop().expect("just seen");
            if open.children.is_empty() {
                self.out.truncate(open.start);
                self.forget_child(open.start);
                return;
            }
            self.sort(&open);
        } else {
            self.depth = self.depth.saturating_sub(1);
        }
        if name == "w:r" {
            self.text(self.facts.drawing);
        }
        self.text("</");
        self.text(self.shown_name(name));
        self.text(">");
        if name == "w:instrText" && self.chosen {
            self.text(CHOSEN.1);
        }
        self.end_change(name);
    }

    /// The text of a run that went is in an element of its own (ECMA-376-1 17.3.3.7).
    fn shown_name<'n>(&self, name: &'n str) -> &'n str {
        if name == "w:t" && self.run == Change::Deleted { "w:delText" } else { name }
    }

    /// Before a run: the start of its tracked change.
    fn begin_change(&mut self, name: &str) {
        if name != "w:r" {
            return;
        }
        self.run = self.facts.noted.runs.get(self.runs).copied().unwrap_or_default();
        self.runs += 1;
        if let Some(element) = element_of(self.run) {
            let attributes = self.change_attributes();
            self.text(&format!("<{element}{attributes}>"));
        }
    }

    fn end_change(&mut self, name: &str) {
        if name != "w:r" {
            return;
        }
        if let Some(element) = element_of(self.run) {
            self.text(&format!("</{element}>"));
        }
        self.run = Change::Same;
    }

    /// The id, author and date of the next tracked change.
    fn change_attributes(&mut self) -> String {
        let id = self.facts.first_change + self.changes;
        self.changes += 1;
        format!(r#" w:id="{id}"{}"#, self.facts.revision)
    }

    /// A dropped element is no child of what holds it.
    fn forget_child(&mut self, place: usize) {
        if let Some(open) = self.open.last_mut()
            && open.children.last().is_some_and(|(_, p)| *p == place)
        {
            open.children.pop();
        }
    }

    /// Adds what docx-rs left out of the property element that is about to close.
    fn complete(&mut self) {
        let facts = self.facts;
        match self.open.last().map(|o| o.name) {
            Some("w:trPr") => {
                if self.rows < facts.header_rows {
                    self.add("w:tblHeader", "");
                }
                self.rows += 1;
                self.add_change();
            }
            Some("w:rPr") if self.open.len() > 1 && self.open[self.open.len() - 2].name == "w:pPr" => {
                self.add_change();
            }
            Some("w:tblPr") => {
                let first = u8::from(facts.header_rows > 0);
                let look = format!(
                    r#" w:val="{}" w:firstRow="{first}" w:lastRow="0" w:firstColumn="0" w:lastColumn="0" w:noHBand="1" w:noVBand="1""#,
                    if first > 0 { "0620" } else { "0600" }
                );
                self.add("w:tblLook", &look);
                for (name, text) in [("w:tblCaption", facts.caption), ("w:tblDescription", facts.description)] {
                    if !text.is_empty() {
                        self.add(name, &format!(r#" w:val="{}""#, escape(text)));
                    }
                }
            }
            Some("w:sdtPr") => {
                let alias = std::mem::take(&mut self.alias);
                self.add("w:tag", &format!(" {alias}"));
                let (id, spaced) = facts.noted.controls.get(self.controls).copied().unwrap_or_default();
                self.controls += 1;
                self.add("w:id", &format!(r#" w:val="{id}""#));
                if spaced {
                    self.child("w:text");
                    self.text(PLAIN_TEXT_OR_SPACED);
                } else {
                    self.add("w:text", "");
                }
            }
            Some("w:pPr") => {
                if let Some(section) = facts.section {
                    self.child("w:sectPr");
                    self.text(section);
                }
            }
            _ => {}
        }
    }

    /// The tracked change of a paragraph's mark or of a row.
    fn add_change(&mut self) {
        if let Some(element) = element_of(self.facts.change) {
            let attributes = self.change_attributes();
            self.add(element, &attributes);
        }
    }

    fn add(&mut self, name: &str, attributes: &str) {
        self.child(name);
        self.text("<");
        self.text(name);
        self.text(attributes);
        self.text("/>");
    }

    /// Puts the children of a property element in the schema's order.
    fn sort(&mut self, open: &Container) {
        if open.children.is_sorted_by_key(|(rank, _)| *rank) {
            return;
        }
        let ends = open.children.iter().skip(1).map(|(_, place)| *place).chain([self.out.len()]);
        let mut spans: Vec<(usize, usize, usize)> =
            open.children.iter().zip(ends).map(|((rank, start), end)| (*rank, *start, end)).collect();
        spans.sort_by_key(|(rank, ..)| *rank);
        self.scratch.clear();
        for (_, start, end) in spans {
            self.scratch.extend_from_slice(&self.out[start..end]);
        }
        self.out.truncate(open.inner);
        self.out.extend_from_slice(&self.scratch);
    }
}

fn element_of(change: Change) -> Option<&'static str> {
    match change {
        Change::Same => None,
        Change::Inserted => Some("w:ins"),
        Change::Deleted => Some("w:del"),
    }
}

/// The static name of a property element.
fn container(name: &str) -> Option<(&'static str, &'static [&'static str])> {
    const CONTAINERS: [&str; 6] = ["w:pPr", "w:rPr", "w:tblPr", "w:trPr", "w:tcPr", "w:sdtPr"];
    let name = CONTAINERS.iter().copied().find(|c| *c == name)?;
    Some((name, order(name)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finished(raw: &str, facts: &Facts) -> String {
        let mut out = Vec::new();
        finish(raw.as_bytes(), facts, &mut out).expect("well-formed");
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn properties_are_ordered_and_empty_ones_dropped() {
        let raw = r#"<w:p w14:paraId="00000001"><w:pPr><w:rPr /><w:pageBreakBefore /><w:pStyle w:val="A" /></w:pPr><w:r><w:rPr><w:rFonts w:hint="eastAsia" /><w:rStyle w:val="S" /></w:rPr><w:t>a&amp;b</w:t></w:r><w:r><w:rPr /></w:r></w:p>"#;
        let expected = r#"<w:p><w:pPr><w:pStyle w:val="A"/><w:pageBreakBefore/></w:pPr><w:r><w:rPr><w:rStyle w:val="S"/><w:rFonts w:hint="eastAsia"/></w:rPr><w:t>a&amp;b</w:t></w:r><w:r></w:r></w:p>"#;
        assert_eq!(finished(raw, &Facts::NONE), expected);
    }

    #[test]
    fn the_section_goes_last_into_the_paragraph_that_ends_it() {
        let raw = r#"<w:p><w:pPr><w:rPr /></w:pPr></w:p>"#;
        let facts = Facts { section: Some("<w:sectPr/>"), ..Facts::NONE };
        assert_eq!(finished(raw, &facts), "<w:p><w:pPr><w:sectPr/></w:pPr></w:p>");
    }

    #[test]
    fn controls_get_their_tag_and_id_and_header_rows_repeat() {
        let raw = r#"<w:sdt><w:sdtPr><w:rPr /><w:alias w:val="t1/a/b" /></w:sdtPr></w:sdt>"#;
        let expected = r#"<w:sdt><w:sdtPr><w:alias w:val="t1/a/b"/><w:tag w:val="t1/a/b"/><w:id w:val="7"/><w:text/></w:sdtPr></w:sdt>"#;
        let noted = |spaced| Noted { controls: vec![(7, spaced)], runs: vec![] };
        assert_eq!(finished(raw, &Facts { noted: &noted(false), ..Facts::NONE }), expected);
        let spaced = finished(raw, &Facts { noted: &noted(true), ..Facts::NONE });
        assert_eq!(spaced, expected.replace("<w:text/>", PLAIN_TEXT_OR_SPACED));
        let raw = r#"<w:tbl><w:tr><w:trPr /></w:tr><w:tr><w:trPr /></w:tr></w:tbl>"#;
        let expected = r#"<w:tbl><w:tr><w:trPr><w:tblHeader/></w:trPr></w:tr><w:tr></w:tr></w:tbl>"#;
        assert_eq!(finished(raw, &Facts { header_rows: 1, ..Facts::NONE }), expected);
    }
}
