//! Sections: page setups, page numbers and footers.

use super::Error;
use super::lengths::{footer_pitch, half_leading, line_pitch};
use super::parts::{NAMESPACES, XML};
use super::styles::{Purpose, SECTION_END, StyleBook, Variant};
use super::xml::{escape, twips, twips_mm};
use crate::document::{Document, Numbering, Section, Start};
use crate::style::{MM, NumberPlace, PageSetup, Style, TextStyle};
use std::fmt::Write;

/// Section properties in order, and the footers they refer to.
pub struct Sections {
    /// `w:sectPr` of each section.
    pub properties: Vec<String>,
    /// What stands before and after the number.
    pub form: (String, String),
    /// Every footer that some section shows; the n-th is `footerN.xml`.
    pub footers: Vec<Footer>,
    /// Where the number of a turned page stands.
    pub turned: TurnedNumber,
    /// Words behind the text of every page.
    pub watermark: Option<String>,
}

/// A footer part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Footer {
    /// The page number in a line of this style.
    Number(String),
    /// Of pages that are read turned: the number stands where it stands on the upright sheet (GB/T 9704-2012, 横排表格),
    /// so at the left edge, turned.
    Turned(String),
    /// Ends the numbers of the section before.
    Blank,
}

/// Relationship id of the header that holds the watermark.
pub const HEADER: &str = "rIdHeader";

/// File name and relationship id of the n-th footer, from 0.
pub fn footer_part(index: usize) -> (String, String) {
    (format!("footer{}.xml", index + 1), format!("rIdFooter{}", index + 1))
}

/// The box of a turned page's number, in twips from the left and the top of the page as read: one line wide, as high
/// as the upright sheet's type area is wide.
#[derive(Debug, Clone, Copy)]
pub struct TurnedNumber {
    pub left: i64,
    pub top: i64,
    pub width: i64,
    pub height: i64,
}

impl TurnedNumber {
    fn new(style: &Style, styles: &StyleBook) -> Result<TurnedNumber, Error> {
        let upright =
            style.page.get(&style.number.page).ok_or_else(|| Error::Page(style.number.page.clone()))?.upright();
        let number = styles.text(&style.number.text)?;
        let [_, right, bottom, left] = upright.margin;
        Ok(TurnedNumber {
            left: twips_mm((bottom - style.number.below - under_baseline(number)).max(0.0)),
            top: twips_mm(left),
            width: twips(footer_pitch(number)),
            height: twips_mm(upright.paper[0] - left - right),
        })
    }
}

/// What an exact line of the page number has under the baseline, in mm: that lies about 0.36 em under the middle.
fn under_baseline(number: &TextStyle) -> f64 {
    (footer_pitch(number) / 2.0 - 0.36 * number.size) / MM
}

impl Sections {
    pub fn new(document: &Document, style: &Style, styles: &mut StyleBook) -> Result<Sections, Error> {
        let (before, after) = style.number.form.split_once("{}").unwrap_or(("", ""));
        let mut sections = Sections {
            properties: Vec::with_capacity(document.sections.len()),
            form: (before.to_owned(), after.to_owned()),
            footers: Vec::new(),
            turned: TurnedNumber::new(style, styles)?,
            watermark: document.meta.watermark.clone(),
        };
        let mut numbered = false;
        for section in &document.sections {
            let setup = style.page.get(&section.page).ok_or_else(|| Error::Page(section.page.clone()))?;
            let shown = match section.numbering {
                Numbering::None if numbered => Some([Footer::Blank, Footer::Blank]),
                Numbering::None => None,
                _ => Some(number_footers(setup, style, styles)?),
            };
            numbered |= section.numbering != Numbering::None;
            // Later sections inherit the first one's header.
            let first = sections.properties.is_empty() && sections.watermark.is_some();
            let mut references = if first { headers() } else { String::new() };
            for (kind, footer) in ["default", "even"].into_iter().zip(shown.into_iter().flatten()) {
                let id = sections.footer(footer);
                let _ = write!(references, r#"<w:footerReference w:type="{kind}" r:id="{id}"/>"#);
            }
            sections.properties.push(section_properties(section, setup, style, styles, &references)?);
        }
        if sections.properties.is_empty() {
            return Err(Error::Body("文档没有任何内容".to_owned()));
        }
        Ok(sections)
    }

    /// The relationship's id of a footer, which is made on first use.
    fn footer(&mut self, footer: Footer) -> String {
        let index = self.footers.iter().position(|f| *f == footer).unwrap_or_else(|| {
            self.footers.push(footer);
            self.footers.len() - 1
        });
        footer_part(index).1
    }
}

/// The footers of odd and of even pages. A page whose margins are not those of the page that numbers are placed
/// against has styles of its own, which put the number in the same place.
fn number_footers(setup: &PageSetup, style: &Style, styles: &mut StyleBook) -> Result<[Footer; 2], Error> {
    let upright = style.page.get(&style.number.page).ok_or_else(|| Error::Page(style.number.page.clone()))?.upright();
    let beyond = |side: usize| if setup.landscape { 0 } else { twips_mm(upright.margin[side] - setup.margin[side]) };
    let (left, right) = (beyond(3), beyond(1));
    let [odd, even] = match style.number.place {
        NumberPlace::Outside => [(0, right), (left, 0)],
        NumberPlace::Center => [(left, right); 2],
    };
    let mut footer = |purpose| {
        let id = styles.id(Variant::of(&style.number.text, purpose))?;
        let style = styles.xml_id(id).to_owned();
        Ok(if setup.landscape { Footer::Turned(style) } else { Footer::Number(style) })
    };
    Ok([footer(Purpose::Footer(odd.0, odd.1))?, footer(Purpose::FooterEven(even.0, even.1))?])
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
    let _ = write!(out, r#"<w:docGrid w:type="lines" w:linePitch="{}"/></w:sectPr>"#, line_pitch(setup, body));
    Ok(out)
}

/// GB/T 9704 measures to the characters, Word to the line box, which is taller by the leading, half of it above
/// and half below (GB/T 33476.2-2016: 34.58 and 32.58 mm where GB/T 9704-2012 has 37 and 35).
fn margins(out: &mut String, setup: &PageSetup, style: &Style, styles: &StyleBook, body: f64) -> Result<(), Error> {
    let [top, right, bottom, left] = setup.margin;
    let half_leading = half_leading(setup, body) / MM;
    let bottom_margin = twips_mm((bottom - half_leading).max(0.0));
    let number = styles.text(&style.number.text)?;
    // The dashes beside the number stand at the middle of its line.
    let under = footer_pitch(number) / 2.0 / MM;
    let footer = twips_mm((bottom - style.number.below - under).max(5.0));
    // A footer that reached into the margin would push the text up, and cost the page a line.
    let footer = footer.min(bottom_margin - twips(footer_pitch(number))).max(0);
    let _ = write!(
        out,
        r#"<w:pgMar w:top="{}" w:right="{}" w:bottom="{}" w:left="{}" w:header="{}" w:footer="{}" w:gutter="0"/>"#,
        twips_mm((top - half_leading).max(0.0)),
        twips_mm(right),
        bottom_margin,
        twips_mm(left),
        twips_mm(15.0),
        footer
    );
    Ok(())
}
