//! What a style says of paragraph and characters, and how that is written.

use std::fmt::Write;

/// Children of `w:pPr` and of `w:rPr` that styles hold, in the schema's order. `w:spacing ` of characters has a space
/// to tell it from that of paragraphs.
pub const PARAGRAPH: &[&str] = &[
    "w:keepNext",
    "w:keepLines",
    "w:tabs",
    "w:suppressAutoHyphens",
    "w:snapToGrid",
    "w:spacing",
    "w:ind",
    "w:jc",
    "w:outlineLvl",
];
pub const CHARACTER: &[&str] = &["w:rFonts", "w:spacing ", "w:sz", "w:szCs"];

/// What a style says: element, attribute, value. The attribute is empty where the value is the element's content.
#[derive(Default)]
pub struct Properties(Vec<(&'static str, &'static str, String)>);

impl Properties {
    pub fn set(&mut self, element: &'static str, attribute: &'static str, value: impl Into<String>) {
        self.0.push((element, attribute, value.into()));
    }

    pub fn switch(&mut self, element: &'static str, on: bool) {
        self.set(element, "w:val", if on { "1" } else { "0" });
    }

    pub fn spacing(&mut self, before: i64, after: i64, line: i64, rule: &str) {
        self.set("w:spacing", "w:before", before.to_string());
        self.set("w:spacing", "w:after", after.to_string());
        // A line without its rule would be counted in 240ths (ECMA-376-1 17.3.1.33).
        self.set("w:spacing", "w:line", format!(r#"{line}" w:lineRule="{rule}"#));
    }

    /// Count and length of an indent are one property: `w:leftChars="200" w:left="640"`.
    pub fn indents(&mut self, indents: [(i64, i64); 3]) {
        const NAMES: [[&str; 2]; 3] =
            [["w:leftChars", "w:left"], ["w:rightChars", "w:right"], ["w:firstLineChars", "w:firstLine"]];
        for ([count, length], (characters, twips)) in NAMES.into_iter().zip(indents) {
            self.set("w:ind", count, format!(r#"{characters}" {length}="{twips}"#));
        }
    }

    pub fn size(&mut self, half_points: u16) {
        self.set("w:sz", "w:val", half_points.to_string());
        self.set("w:szCs", "w:val", half_points.to_string());
    }

    /// What `own` has otherwise than `base`.
    pub fn differences(own: &Properties, base: &Properties) -> Properties {
        Properties(own.0.iter().filter(|property| !base.0.contains(property)).cloned().collect())
    }

    /// The element that holds those of `order`, if there are any.
    pub fn write(&self, out: &mut String, container: &str, order: &[&'static str]) {
        let start = out.len();
        for name in order {
            let mut of_name = self.0.iter().filter(|(element, ..)| element == name).peekable();
            let Some((_, attribute, value)) = of_name.peek() else { continue };
            if attribute.is_empty() {
                let _ = write!(out, "<{name}>{value}</{name}>");
                continue;
            }
            let _ = write!(out, "<{}", name.trim_end());
            let on = value == "1" && matches!(*name, "w:keepNext" | "w:keepLines" | "w:snapToGrid");
            for (_, attribute, value) in of_name.filter(|_| !on) {
                let _ = write!(out, r#" {attribute}="{value}""#);
            }
            out.push_str("/>");
        }
        if out.len() > start {
            out.insert_str(start, &format!("<{container}>"));
            let _ = write!(out, "</{container}>");
        }
    }
}
