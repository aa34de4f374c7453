//! Sections: page setups, page numbers and footers.

use super::Error;
use super::parts::{NAMESPACES, XML};
use super::styles::{Purpose, SECTION_END, StyleBook, Variant, footer_pitch, line_pitch};
use super::xml::{escape, twips, twips_mm};
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
    /// Words behind the text of every page.
    pub watermark: Option<String>,
    /// Some section is without a number after one that has it, so an empty footer must end the other's.
    pub blank: bool,
}

/// Relationship ids of the footers.
pub const ODD: &str = "rIdFooterOdd";
pub const EVEN: &str = "rIdFooterEven";
pub const BLANK: &str = "rIdFooterBlank";
/// Relationship id of the header that holds the watermark.
pub const HEADER: &str = "rIdHeader";

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
            // Later sections inherit the first one's header.
            let headers = match &document.meta.watermark {
                Some(_) if properties.is_empty() => headers(),
                _ => String::new(),
            };
            properties.push(section_properties(section, setup, style, styles, &(headers + &footers))?);
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
            watermark: document.meta.watermark.clone(),
            blank,
        })
    }
}

fn references(odd: &str, even: &str) -> String {
    format!(r#"<w:footerReference w:type="default" r:id="{odd}"/><w:footerReference w:type="even" r:id="{even}"/>"#)
}

fn headers() -> String {
    format!(
        r#"<w:headerReference w:type="default" r:id="{HEADER}"/><w:headerReference w:type="even" r:id="{HEADER}"/>"#
    )
}

/// The header with the words of a watermark, as Word itself writes them: WordArt behind the text, in the middle of the
/// type area, turned upwards.
pub fn watermark(words: &str, font: &str) -> String {
    const NAMES: &str = r#"xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w10="urn:schemas-microsoft-com:office:word""#;
    const KIND: &str = r##"<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/><v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/><v:f eqn="mid @5 @6"/><v:f eqn="mid @8 @5"/><v:f eqn="mid @7 @8"/><v:f eqn="mid @6 @7"/><v:f eqn="sum @6 0 @5"/></v:formulas><v:path textpathok="t" o:connecttype="custom" o:connectlocs="@9,0;@10,10800;@11,21600;@12,10800" o:connectangles="270,180,90,0"/><v:textpath on="t" fitshape="t"/><v:handles><v:h position="#0,bottomRight" xrange="6629,14971"/></v:handles><o:lock v:ext="edit" text="t" shapetype="t"/></v:shapetype>"##;
    // As high as one of its square characters is wide.
    let (width, height) = (420.0, 420.0 / words.chars().count().max(1) as f64);
    let place = "mso-position-horizontal:center;mso-position-horizontal-relative:margin;mso-position-vertical:center;mso-position-vertical-relative:margin";
    let shape = format!(
        r##"<v:shape id="PowerPlusWaterMarkObject1" o:spid="_x0000_s2049" type="#_x0000_t136" alt="" style="position:absolute;margin-left:0;margin-top:0;width:{width}pt;height:{height}pt;rotation:315;z-index:-251658752;{place}" o:allowincell="f" fillcolor="#e0e0e0" stroked="f"><v:textpath style="font-family:&quot;{}&quot;;font-size:1pt" string="{}"/><w10:wrap anchorx="margin" anchory="margin"/></v:shape>"##,
        escape(font),
        escape(words)
    );
    format!(
        r#"{XML}<w:hdr {NAMESPACES} {NAMES}><w:p><w:pPr><w:pStyle w:val="{SECTION_END}"/></w:pPr><w:r><w:rPr><w:noProof/></w:rPr><w:pict>{KIND}{shape}</w:pict></w:r></w:p></w:hdr>"#
    )
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
    // In an exact line the baseline lies about 0.36 em under the middle.
    let under = (footer_pitch(number) / 2.0 - 0.36 * number.size) / MM;
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
