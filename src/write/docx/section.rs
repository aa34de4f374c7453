//! Sections: page setups, page numbers and footers.

use super::Error;
use super::styles::{Purpose, StyleBook, Variant, footer_pitch, line_pitch};
use super::xml::{twips, twips_mm};
use crate::document::{Document, Numbering, Section, Start};
use crate::style::{MM, PageSetup, Style};
use std::fmt::Write;

/// Section properties in order, and the footers they refer to.
pub struct Sections {
    /// `w:sectPr` of each section.
    pub properties: Vec<String>,
    /// What stands before and after the number.
    pub form: (String, String),
    /// Styles of odd and even pages' numbers.
    pub odd: String,
    pub even: String,
    /// Some section is without a number after one that has it, so an empty footer must end the other's.
    pub blank: bool,
}

/// Relationship ids of the footers.
pub const ODD: &str = "rIdFooterOdd";
pub const EVEN: &str = "rIdFooterEven";
pub const BLANK: &str = "rIdFooterBlank";

impl Sections {
    pub fn new(document: &Document, style: &Style, styles: &mut StyleBook) -> Result<Sections, Error> {
        let role = &style.number.text;
        let odd = styles.id(Variant::of(role, Purpose::Footer))?;
        let even = styles.id(Variant::of(role, Purpose::FooterEven))?;
        let mut properties = Vec::with_capacity(document.sections.len());
        let mut numbered = false;
        let mut blank = false;
        for section in &document.sections {
            let setup = style.page.get(&section.page).ok_or_else(|| Error::Page(section.page.clone()))?;
            let footers = match section.numbering {
                Numbering::None if numbered => {
                    blank = true;
                    references(BLANK, BLANK)
                }
                Numbering::None => String::new(),
                _ => references(ODD, EVEN),
            };
            numbered |= section.numbering != Numbering::None;
            properties.push(section_properties(section, setup, style, styles, &footers)?);
        }
        if properties.is_empty() {
            return Err(Error::Body("文档没有任何内容".to_owned()));
        }
        let (before, after) = style.number.form.split_once("{}").unwrap_or(("", ""));
        Ok(Sections {
            properties,
            form: (before.to_owned(), after.to_owned()),
            odd: styles.xml_id(odd).to_owned(),
            even: styles.xml_id(even).to_owned(),
            blank,
        })
    }
}

fn references(odd: &str, even: &str) -> String {
    format!(r#"<w:footerReference w:type="default" r:id="{odd}"/><w:footerReference w:type="even" r:id="{even}"/>"#)
}

fn section_properties(
    section: &Section,
    setup: &PageSetup,
    style: &Style,
    styles: &StyleBook,
    footers: &str,
) -> Result<String, Error> {
    let mut out = format!("<w:sectPr>{footers}");
    let start = match section.start {
        Start::Continue => "continuous",
        Start::Page => "nextPage",
        Start::OddPage => "oddPage",
    };
    let _ = write!(out, r#"<w:type w:val="{start}"/>"#);
    let (width, height) = setup.size();
    let turned = if setup.landscape { r#" w:orient="landscape""# } else { "" };
    let _ = write!(out, r#"<w:pgSz w:w="{}" w:h="{}"{turned}/>"#, twips(width), twips(height));
    let body = styles.body_size();
    margins(&mut out, setup, style, styles, body)?;
    let format = match section.numbering {
        Numbering::Roman => r#" w:fmt="lowerRoman""#,
        Numbering::Decimal | Numbering::None => r#" w:fmt="decimal""#,
    };
    let restart = if section.restart { r#" w:start="1""# } else { "" };
    let _ = write!(out, r#"<w:pgNumType{format}{restart}/><w:cols w:space="425"/>"#);
    let _ = write!(out, r#"<w:docGrid w:type="lines" w:linePitch="{}"/></w:sectPr>"#, line_pitch(setup));
    Ok(out)
}

/// The norm measures to the characters, Word to the line box, which is taller by the leading, half of it above
/// and half below (GB/T 33476.2-2016: 34.58 and 32.58 mm where GB/T 9704 has 37 and 35).
fn margins(out: &mut String, setup: &PageSetup, style: &Style, styles: &StyleBook, body: f64) -> Result<(), Error> {
    let [top, right, bottom, left] = setup.margin;
    let half_leading = ((setup.pitch() - body) / 2.0 / MM).max(0.0);
    let number = styles.text(&style.number.text)?;
    // The dashes beside the number stand at the middle of its line.
    let under = footer_pitch(number) / 2.0 / MM;
    let footer = (bottom - style.number.below - under).max(5.0);
    let _ = write!(
        out,
        r#"<w:pgMar w:top="{}" w:right="{}" w:bottom="{}" w:left="{}" w:header="{}" w:footer="{}" w:gutter="0"/>"#,
        twips_mm((top - half_leading).max(0.0)),
        twips_mm(right),
        twips_mm((bottom - half_leading).max(0.0)),
        twips_mm(left),
        twips_mm(15.0),
        twips_mm(footer)
    );
    Ok(())
}
