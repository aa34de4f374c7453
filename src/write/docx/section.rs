//! Sections: page setups, page numbers and footers.

use super::Error;
use super::lengths::{footer_pitch, half_leading, line_pitch};
use super::parts::{NAMESPACES, XML};
use super::styles::{Kind, Purpose, SECTION_END, StyleBook, Variant};
use super::xml::{escape, twips, twips_mm};
use crate::document::{Block, Document, Numbering, Section, Start, one_line, plain_text};
use crate::style::{HeadStyle, MM, NumberPlace, PageSetup, Style, TextStyle};
use crate::typeset::Pages;
use crate::typeset::frame::TableGeometry;
use std::fmt::Write;

/// Section properties in order, and the headers and footers they refer to.
pub struct Sections {
    /// `w:sectPr` of each section.
    pub properties: Vec<String>,
    /// Of each section, whether its properties name headers or footers; the others have those of the section before.
    pub refers: Vec<bool>,
    /// What stands before and after the number.
    pub form: (String, String),
    /// Every footer that some section shows; the n-th is `footerN.xml`.
    pub footers: Vec<Footer>,
    /// Words behind the text of every page.
    pub watermark: Option<String>,
    /// Every header that some section shows; the n-th is `headerN.xml`.
    pub headers: Vec<Header>,
}

/// A footer part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Footer {
    /// The page number in a line of this style.
    Number(String),
    /// Of pages that are read turned: the number stands where it stands on the upright sheet (GB/T 9704-2012, 横排表格),
    /// so at the left edge, turned.
    Turned(String, TurnedNumber),
    /// Ends the numbers of the section before.
    Blank,
}

/// A header part; each has the watermark behind it, if there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Header {
    /// Nothing is read in it. It ends the headers of the section before, too.
    Blank,
    /// The running head.
    Running(Running),
    /// On the pages after a table's first: which table goes on, and its unit at the right end of the line; the running
    /// head above it.
    Continued { running: Option<Running>, style: String, name: String, unit: String, width: i64 },
}

/// A running head in a style.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    style: String,
    words: String,
}

impl Running {
    fn of(section: &Section, style: &Style, styles: &mut StyleBook) -> Result<Option<Running>, Error> {
        let (Some(words), Some(look)) = (&section.head, &style.head) else { return Ok(None) };
        let id = styles.id(Variant { align: Some(Kind::Center), ..Variant::of(&look.text, Purpose::Cell) })?;
        Ok(Some(Running { style: styles.xml_id(id).to_owned(), words: words.clone() }))
    }

    fn xml(&self) -> (String, String) {
        let run = format!("<w:r><w:t>{}</w:t></w:r>", escape(&self.words));
        (format!(r#"<w:pStyle w:val="{}"/>"#, self.style), run)
    }
}

/// File name and relationship id of the n-th header, from 0.
pub fn header_part(index: usize) -> (String, String) {
    (format!("header{}.xml", index + 1), format!("rIdHeader{}", index + 1))
}

/// File name and relationship id of the n-th footer, from 0.
pub fn footer_part(index: usize) -> (String, String) {
    (format!("footer{}.xml", index + 1), format!("rIdFooter{}", index + 1))
}

/// The box of a turned page's number, in twips from the left and the top of the page as read: one line wide, as high
/// as the upright sheet's type area is wide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TurnedNumber {
    pub left: i64,
    pub top: i64,
    pub width: i64,
    pub height: i64,
}

impl TurnedNumber {
    fn new(upright: &PageSetup, style: &Style, styles: &StyleBook) -> Result<TurnedNumber, Error> {
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
    pub fn new(document: &Document, style: &Style, pages: &Pages, styles: &mut StyleBook) -> Result<Sections, Error> {
        let (before, after) = style.number.form.split_once("{}").unwrap_or(("", ""));
        let mut sections = Sections {
            properties: Vec::with_capacity(document.sections.len()),
            refers: Vec::with_capacity(document.sections.len()),
            form: (before.to_owned(), after.to_owned()),
            footers: Vec::new(),
            watermark: document.meta.watermark.clone(),
            headers: Vec::new(),
        };
        let mut shows = false;
        let mut tables = 0;
        let mut numbered = false;
        let mut set: Option<[Footer; 2]> = None;
        for section in &document.sections {
            let setup = style.page.get(&section.page).ok_or_else(|| Error::Page(section.page.clone()))?;
            let shown = match section.numbering {
                Numbering::None if numbered => Some([Footer::Blank, Footer::Blank]),
                Numbering::None => None,
                Numbering::Decimal => Some(number_footers(section, setup, style, styles)?),
                Numbering::Roman => {
                    let [odd, even] = number_footers(section, setup, style, styles)?;
                    // The first is at the outer edge of its sheet, whether that is its front or its back.
                    let behind = pages.pages.iter().position(|page| page.label == "i").is_some_and(|at| at % 2 == 1);
                    Some(if behind { [even, odd] } else { [odd, even] })
                }
            };
            numbered |= section.numbering != Numbering::None;
            let here = section.blocks.iter().filter(|block| matches!(block, Block::Table(_))).count();
            let going_on = pages.tables.get(tables).filter(|_| here == 1).and_then(|geometry| {
                let next = document.sections.get(sections.properties.len() + 1);
                let alone = section.start != Start::Continue && next.is_none_or(|next| next.start != Start::Continue);
                if alone { Continuation::of(section, geometry, pages, style) } else { None }
            });
            tables += here;
            // Sections inherit the headers of the one before.
            let first = sections.properties.is_empty() && sections.watermark.is_some();
            let mut references = String::new();
            let running = Running::of(section, style, styles)?;
            let plain = running.clone().map_or(Header::Blank, Header::Running);
            let has_head = running.is_some();
            if let Some(table) = &going_on {
                let header = table.header(running, setup, styles)?;
                let [first, later] = [plain, header].map(|header| sections.header(header));
                for (kind, id) in [("first", &first), ("default", &later), ("even", &later)] {
                    let _ = write!(references, r#"<w:headerReference w:type="{kind}" r:id="{id}"/>"#);
                }
            } else if first || shows || has_head {
                let id = sections.header(plain);
                for kind in ["default", "even"] {
                    let _ = write!(references, r#"<w:headerReference w:type="{kind}" r:id="{id}"/>"#);
                }
            }
            shows = going_on.is_some() || has_head;
            let on_first = going_on
                .as_ref()
                .zip(shown.as_ref())
                .map(|(table, [odd, even])| if table.odd { odd } else { even }.clone());
            // And its footers: what a section does not say again, LibreOffice does not lose figures over (`finish`).
            let fresh = shown.is_some() && shown != set;
            set = shown.or(set);
            let shown = set.iter().flatten().filter(|_| fresh).cloned();
            for (kind, footer) in
                ["default", "even"].into_iter().zip(shown).chain(on_first.map(|footer| ("first", footer)))
            {
                let id = sections.footer(footer);
                let _ = write!(references, r#"<w:footerReference w:type="{kind}" r:id="{id}"/>"#);
            }
            let line = going_on.map(|table| table.line(styles)).transpose()?;
            let line = match (has_head, &style.head) {
                (true, Some(head)) => Some(line.unwrap_or_default() + head_room(head, styles)?),
                _ => line,
            };
            let goes_on = references.contains("w:type=\"first\"");
            sections.refers.push(!references.is_empty());
            sections.properties.push(section_properties(section, setup, style, styles, (&references, goes_on), line)?);
        }
        if sections.properties.is_empty() {
            return Err(Error::Body("文档没有任何内容".to_owned()));
        }
        Ok(sections)
    }

    /// The relationship's id of a header, which is made on first use.
    fn header(&mut self, header: Header) -> String {
        let index = self.headers.iter().position(|h| *h == header).unwrap_or_else(|| {
            self.headers.push(header);
            self.headers.len() - 1
        });
        header_part(index).1
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
fn number_footers(
    section: &Section,
    setup: &PageSetup,
    style: &Style,
    styles: &mut StyleBook,
) -> Result<[Footer; 2], Error> {
    let page = style.number_page(&section.page);
    let upright = style.page.get(page).ok_or_else(|| Error::Page(page.to_owned()))?.upright();
    let turned = TurnedNumber::new(&upright, style, styles)?;
    let beyond = |side: usize| if setup.turned { 0 } else { twips_mm(upright.margin[side] - setup.margin[side]) };
    let (left, right) = (beyond(3), beyond(1));
    let [odd, even] = match style.number.place {
        NumberPlace::Outside => [(0, right), (left, 0)],
        NumberPlace::Center => [(left, right); 2],
    };
    let mut footer = |purpose| {
        let id = styles.id(Variant::of(&style.number.text, purpose))?;
        let style = styles.xml_id(id).to_owned();
        Ok(if setup.turned { Footer::Turned(style, turned) } else { Footer::Number(style) })
    };
    Ok([footer(Purpose::Footer(odd.0, odd.1))?, footer(Purpose::FooterEven(even.0, even.1))?])
}

/// A table of several pages that has a section to itself. No row repeats with other words in any program, but a section
/// can have a first page without header: what print has above the following parts stands there, and Word, WPS and
/// LibreOffice show it on as many pages as they need.
struct Continuation<'a> {
    role: &'a str,
    name: String,
    unit: String,
    /// The number of its first page is odd.
    odd: bool,
}

impl<'a> Continuation<'a> {
    /// None where the table is on one page, does not begin on the section's first, or ends before the section.
    fn of(section: &Section, geometry: &TableGeometry, pages: &Pages, style: &'a Style) -> Option<Continuation<'a>> {
        let Some(Block::Table(table)) = section.blocks.last() else { return None };
        let looks = style.table.get(&table.style)?;
        let words = looks.continued.as_ref().filter(|words| !words.is_empty())?;
        let title = table.title.as_ref()?;
        let first = match section.blocks.first()? {
            Block::Heading(heading) => heading,
            Block::Table(_) => title,
            _ => return None,
        };
        let begins = pages.anchors.get(&first.anchor).is_some_and(|place| place.page == geometry.page);
        let number: u32 = pages.pages.get(geometry.page)?.label.parse().ok()?;
        let unit = table.above.get(2).map_or_else(String::new, |unit| plain_text(unit));
        let name = format!("{}{words}", one_line(&plain_text(&title.inlines)));
        let is_it = geometry.pages > 1 && begins && table.change.is_same();
        is_it.then(|| Continuation { role: &looks.above, name, unit, odd: number % 2 == 1 })
    }

    fn variant(&self) -> Variant {
        Variant { align: Some(Kind::Left), ..Variant::of(self.role, Purpose::Cell) }
    }

    fn header(&self, running: Option<Running>, setup: &PageSetup, styles: &mut StyleBook) -> Result<Header, Error> {
        let id = styles.id(self.variant())?;
        let (style, width) = (styles.xml_id(id).to_owned(), twips(setup.type_area().2));
        Ok(Header::Continued { running, style, name: self.name.clone(), unit: self.unit.clone(), width })
    }

    /// Height of its line in twips.
    fn line(&self, styles: &StyleBook) -> Result<i64, Error> {
        let text = styles.text(self.role)?;
        Ok(twips(text.pitch.unwrap_or(1.5 * text.size)))
    }
}

/// From the top of the running head's line to the type area, in twips.
fn head_room(head: &HeadStyle, styles: &StyleBook) -> Result<i64, Error> {
    let text = styles.text(&head.text)?;
    // Its characters end so far above the type area; the middle of a line is about 0.36 em above its baseline.
    let pitch = text.pitch.unwrap_or(1.5 * text.size);
    Ok(twips(head.above * MM + 0.36 * text.size + pitch / 2.0))
}

/// A header part. The words of a watermark are as Word itself writes them: WordArt behind the text, in the middle of the
/// type area, turned upwards.
pub fn header_xml(header: &Header, words: Option<&str>, font: &str) -> String {
    const NAMES: &str = r#"xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w10="urn:schemas-microsoft-com:office:word""#;
    let behind = words.map_or_else(String::new, |words| watermark(words, font));
    let mut above = String::new();
    let (properties, text) = match header {
        Header::Blank => (format!(r#"<w:pStyle w:val="{SECTION_END}"/>"#), String::new()),
        Header::Running(running) => running.xml(),
        Header::Continued { running, style, name, unit, width } => {
            if let Some(running) = running {
                let (properties, text) = running.xml();
                above = format!("<w:p><w:pPr>{properties}</w:pPr>{text}</w:p>");
            }
            let end = if unit.is_empty() { String::new() } else { format!("<w:tab/><w:t>{}</w:t>", escape(unit)) };
            (
                format!(r#"<w:pStyle w:val="{style}"/><w:tabs><w:tab w:val="right" w:pos="{width}"/></w:tabs>"#),
                format!("<w:r><w:t>{}</w:t>{end}</w:r>", escape(name)),
            )
        }
    };
    format!(r#"{XML}<w:hdr {NAMESPACES} {NAMES}>{above}<w:p><w:pPr>{properties}</w:pPr>{behind}{text}</w:p></w:hdr>"#)
}

/// The run that holds the words of a watermark.
fn watermark(words: &str, font: &str) -> String {
    const KIND: &str = r##"<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/><v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/><v:f eqn="mid @5 @6"/><v:f eqn="mid @8 @5"/><v:f eqn="mid @7 @8"/><v:f eqn="mid @6 @7"/><v:f eqn="sum @6 0 @5"/></v:formulas><v:path textpathok="t" o:connecttype="custom" o:connectlocs="@9,0;@10,10800;@11,21600;@12,10800" o:connectangles="270,180,90,0"/><v:textpath on="t" fitshape="t"/><v:handles><v:h position="#0,bottomRight" xrange="6629,14971"/></v:handles><o:lock v:ext="edit" text="t" shapetype="t"/></v:shapetype>"##;
    // As high as one of its square characters is wide.
    let (width, height) = (420.0, 420.0 / words.chars().count().max(1) as f64);
    let place = "mso-position-horizontal:center;mso-position-horizontal-relative:margin;mso-position-vertical:center;mso-position-vertical-relative:margin";
    let shape = format!(
        r##"<v:shape id="PowerPlusWaterMarkObject1" o:spid="_x0000_s2049" type="#_x0000_t136" alt="" style="position:absolute;margin-left:0;margin-top:0;width:{width}pt;height:{height}pt;rotation:315;z-index:-251658752;{place}" o:allowincell="f" fillcolor="#e0e0e0" stroked="f"><v:textpath style="font-family:&quot;{}&quot;;font-size:1pt" string="{}"/><w10:wrap anchorx="margin" anchory="margin"/></v:shape>"##,
        escape(font),
        escape(words)
    );
    format!(r#"<w:r><w:rPr><w:noProof/></w:rPr><w:pict>{KIND}{shape}</w:pict></w:r>"#)
}

fn section_properties(
    section: &Section,
    setup: &PageSetup,
    style: &Style,
    styles: &StyleBook,
    (references, goes_on): (&str, bool),
    header: Option<i64>,
) -> Result<String, Error> {
    let mut out = format!("<w:sectPr>{references}");
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
    margins(&mut out, setup, style, styles, body, header)?;
    let format = match section.numbering {
        Numbering::Roman => r#" w:fmt="lowerRoman""#,
        Numbering::Decimal | Numbering::None => r#" w:fmt="decimal""#,
    };
    let restart = if section.restart { r#" w:start="1""# } else { "" };
    let _ = write!(out, r#"<w:pgNumType{format}{restart}/><w:cols w:space="425"/>"#);
    out.push_str(if goes_on { "<w:titlePg/>" } else { "" });
    let _ = write!(out, r#"<w:docGrid w:type="lines" w:linePitch="{}"/></w:sectPr>"#, line_pitch(setup, body));
    Ok(out)
}

/// GB/T 9704 measures to the characters, Word to the line box, which is taller by the leading, half of it above
/// and half below (GB/T 33476.2-2016: 34.58 and 32.58 mm where GB/T 9704-2012 has 37 and 35).
fn margins(
    out: &mut String,
    setup: &PageSetup,
    style: &Style,
    styles: &StyleBook,
    body: f64,
    line: Option<i64>,
) -> Result<(), Error> {
    let [top, right, bottom, left] = setup.margin;
    let half_leading = half_leading(setup, body) / MM;
    let bottom_margin = twips_mm((bottom - half_leading).max(0.0));
    let number = styles.text(&style.number.text)?;
    // The dashes beside the number stand at the middle of its line.
    let under = footer_pitch(number) / 2.0 / MM;
    let footer = twips_mm((bottom - style.number.below - under).max(5.0));
    // A footer that reached into the margin would push the text up, and cost the page a line.
    let footer = footer.min(bottom_margin - twips(footer_pitch(number))).max(0);
    let top_margin = twips_mm((top - half_leading).max(0.0));
    // A header that is read stands right above the table.
    let header = line.map_or(twips_mm(15.0), |line| (top_margin - line).max(0));
    let _ = write!(
        out,
        r#"<w:pgMar w:top="{}" w:right="{}" w:bottom="{}" w:left="{}" w:header="{}" w:footer="{}" w:gutter="0"/>"#,
        top_margin,
        twips_mm(right),
        bottom_margin,
        twips_mm(left),
        header,
        footer
    );
    Ok(())
}
