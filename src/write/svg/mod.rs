//! Pages as pictures for a screen: SVG whose text stays text, every glyph where the typesetter put it.
//!
//! A page's faces are asked for by name ([`family`]); [`web_font`] makes them, each with the glyphs that are shown.
//! A character is written as itself where the face draws it with that very glyph, and browsers set it by itself; any
//! other glyph (half a cluster, a variant, a combining mark) has a private character of its own: see `sign_of`. So a
//! picture and a font never have to be made together: which character shows which glyph depends on neither.

mod web_font;

pub use web_font::{Shown, web_font};

use super::pdf::glyphs;
use super::rules;
use crate::fonts::{Face, FaceId, Fonts};
use crate::markup::escape;
use crate::typeset::Pages;
use crate::typeset::frame::{Colour, ElementId, ElementKind, Image, Item, Page, Path, Rule, Run, Segment, Shade, Tag};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fmt::Write;

/// The family that text of a face asks for.
pub fn family(face: FaceId) -> String {
    format!("gongkai-{}", face.0)
}

/// A page as one SVG element, in pt as it is read: a turned page stands upright. No script, no style, no link, nothing
/// from elsewhere but the fonts; every text of the document is escaped.
pub fn page(page: &Page, fonts: &Fonts) -> String {
    let (width, height) = size(page);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" xml:lang=\"zh-CN\" fill=\"#000\">",
        number(width),
        number(height)
    );
    let mut pen = Pen { svg: &mut svg, fonts };
    if let Some(watermark) = &page.watermark {
        let (x, y) = watermark.middle;
        let turn = format!("translate({} {}) rotate({})", number(x), number(y), number(-watermark.angle));
        pen.group(&format!(" transform=\"{turn}\" fill=\"#e6e6e6\""), |pen| {
            watermark.runs.iter().for_each(|r| pen.run(r))
        });
    }
    pen.items(&page.items);
    match page.turned {
        // Page numbers stand on the upright sheet, whose left edge is the head of what is read.
        true => {
            let turn = format!(" transform=\"matrix(0 1 -1 0 {} 0)\"", number(page.sheet.1));
            pen.group(&turn, |pen| pen.items(&page.furniture));
        }
        false => pen.items(&page.furniture),
    }
    svg.push_str("</svg>");
    svg
}

/// What an element of a page draws, as one SVG element that needs no fonts of ours: its words are set in whatever face the
/// reader has, each as wide as it was laid. `words`: the same for whoever does not see it. None: nothing is drawn.
pub fn figure(pages: &Pages, element: ElementId, words: &str) -> Option<String> {
    let own = Tag::Element(element);
    let is_own = |item: &&Item| match item {
        Item::Path(path) => path.tag == own,
        Item::Run(run) => run.tag == own,
        _ => false,
    };
    let page = pages.pages.iter().find(|page| page.items.iter().any(|item| is_own(&item)))?;
    let ElementKind::Figure { bounds: [x0, y0, x1, y1], .. } = pages.structure[element.0 as usize].kind else {
        return None;
    };
    let height = page.sheet.1.ceil() as i64;
    let (left, top, width, height) = match page.turned {
        true => (y0, x0, y1 - y0, x1 - x0),
        false => (x0, height - y1, x1 - x0, y1 - y0),
    };
    let mut svg = format!(
        "<svg viewBox=\"{left} {top} {width} {height}\" width=\"{width}pt\" role=\"img\" aria-label=\"{}\">",
        escape(words)
    );
    for item in page.items.iter().filter(is_own) {
        match item {
            Item::Path(path) => write_path(&mut svg, path),
            Item::Run(run) => write_words(&mut svg, run),
            _ => {}
        }
    }
    svg.push_str("</svg>");
    Some(svg)
}

/// A run as words, from where it begins to where its last glyph does.
fn write_words(svg: &mut String, run: &Run) {
    let Some(last) = run.glyphs.last().filter(|_| !run.text.trim().is_empty()) else { return };
    // The last glyph's advance is not known here: Chinese characters and the digits of our faces fill an em and a half.
    let wide = run.text.chars().next_back().is_some_and(|c| c > '\u{2E80}');
    let length = last.x + run.size * if wide { 1.0 } else { 0.5 };
    let _ = write!(
        svg,
        "<text x=\"{}\" y=\"{}\" font-size=\"{}\" textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\">{}</text>",
        number(run.x),
        number(run.y),
        number(run.size),
        number(length),
        escape(&run.text)
    );
}

/// Width and height of a page in pt as it is read.
pub fn size(page: &Page) -> (f64, f64) {
    if page.turned { (page.sheet.1, page.sheet.0) } else { page.sheet }
}

/// The character that shows a glyph of a face where it stands for `text`: the text itself, if it is one character that
/// browsers set by itself and the face draws it so; else one of Supplementary Private Use Area-A, by the glyph's number.
pub(crate) fn sign_of(face: &Face, glyph: u16, text: &str) -> char {
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) if stands_alone(c) && face.glyph(c).is_some_and(|(own, _)| own == glyph) => c,
        _ => char::from_u32(0xF_0000 + u32::from(glyph)).expect("a private character"),
    }
}

/// Browsers set it by itself, from left to right, and join it to nothing.
fn stands_alone(c: char) -> bool {
    let is_simple = matches!(c,
        ' '..='~' | '\u{A0}'..='\u{2FF}' | '\u{370}'..='\u{482}' | '\u{48A}'..='\u{58F}' | '\u{1E00}'..='\u{200A}'
        | '\u{2010}'..='\u{2027}' | '\u{202F}'..='\u{205F}' | '\u{2070}'..='\u{20CF}' | '\u{2100}'..='\u{2FFF}'
        | '\u{3000}'..='\u{A4CF}' | '\u{AC00}'..='\u{D7A3}' | '\u{F900}'..='\u{FAFF}' | '\u{FE30}'..='\u{FE6F}'
        | '\u{FF01}'..='\u{FFEE}' | '\u{20000}'..='\u{3FFFD}');
    is_simple && c != '\u{AD}' && !unicode_normalization::char::is_combining_mark(c)
}

struct Pen<'a> {
    svg: &'a mut String,
    fonts: &'a Fonts,
}

impl Pen<'_> {
    fn group(&mut self, attributes: &str, draw: impl FnOnce(&mut Pen)) {
        let _ = write!(self.svg, "<g{attributes}>");
        draw(self);
        self.svg.push_str("</g>");
    }

    fn items(&mut self, items: &[Item]) {
        for item in items {
            if let Item::Shade(Shade { area: (x, y, width, height), lightness }) = item {
                let grey = grey(*lightness);
                let [x, y, width, height] = [x, y, width, height].map(|v| number(*v));
                let _ = write!(
                    self.svg,
                    "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{grey}\"/>"
                );
            }
        }
        self.rules(items);
        for item in items {
            if let Item::Image(image) = item {
                self.image(image);
            }
        }
        for item in items {
            if let Item::Path(path) = item {
                write_path(self.svg, path);
            }
        }
        for item in items {
            if let Item::Run(run) = item {
                self.run(run);
            }
        }
    }

    /// Rules of one width in one path.
    fn rules(&mut self, items: &[Item]) {
        let given: Vec<Rule> =
            items.iter().filter_map(|i| if let Item::Rule(r) = i { Some(*r) } else { None }).collect();
        for of_width in rules::joined(&given).chunk_by(|a, b| a.width == b.width) {
            self.svg.push_str("<path stroke=\"#000\" fill=\"none\" stroke-width=\"");
            self.svg.push_str(&number(of_width[0].width));
            self.svg.push_str("\" d=\"");
            for Rule { from, to, .. } in of_width {
                let _ = write!(self.svg, "M{} {}L{} {}", number(from.0), number(from.1), number(to.0), number(to.1));
            }
            self.svg.push_str("\"/>");
        }
    }

    /// A picture within the page: nothing is asked for elsewhere.
    fn image(&mut self, image: &Image) {
        let (x, y, width, height) = image.area;
        let [x, y, width, height] = [x, y, width, height].map(number);
        let _ = write!(
            self.svg,
            "<image x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" preserveAspectRatio=\"none\" href=\"{}\"/>",
            data_address(image.raster.media_type(), &image.raster.bytes)
        );
    }

    fn run(&mut self, run: &Run) {
        let face = self.fonts.face(run.face);
        let (mut text, mut places) = (String::new(), String::new());
        for (glyph, of) in glyphs::clusters(run).flat_map(|cluster| cluster.glyph_texts()) {
            let sign = sign_of(face, glyph.id, of);
            text.push(sign);
            // A place a unit of UTF-16.
            for _ in 0..sign.len_utf16() {
                if !places.is_empty() {
                    places.push(' ');
                }
                places.push_str(&number(run.x + glyph.x));
            }
        }
        if text.is_empty() {
            return;
        }
        let _ = write!(
            self.svg,
            "<text font-family=\"{}\" font-size=\"{}\" y=\"{}\" x=\"{places}\" xml:space=\"preserve\">{}</text>",
            family(run.face),
            number(run.size),
            number(run.y),
            escape(&text)
        );
    }
}

/// Bytes as an address that holds them.
pub fn data_address(media_type: &str, bytes: &[u8]) -> String {
    format!("data:{media_type};base64,{}", STANDARD.encode(bytes))
}

fn colour(colour: Colour) -> String {
    match colour {
        Colour::Grey(lightness) => grey(lightness),
        Colour::Rgb([r, g, b]) => format!("#{r:02x}{g:02x}{b:02x}"),
    }
}

/// A shape of a picture.
fn write_path(svg: &mut String, path: &Path) {
    svg.push_str("<path d=\"");
    for segment in &path.segments {
        let (sign, all): (&str, &[(f64, f64)]) = match segment {
            Segment::Move(p) => ("M", &[*p]),
            Segment::Line(p) => ("L", &[*p]),
            Segment::Curve(a, b, p) => ("C", &[*a, *b, *p]),
        };
        svg.push_str(sign);
        let places: Vec<String> = all.iter().flat_map(|(x, y)| [number(*x), number(*y)]).collect();
        svg.push_str(&places.join(" "));
    }
    let fill = path.fill.map_or_else(|| "none".to_string(), colour);
    if path.fill.is_some() {
        svg.push('Z');
    }
    let _ = write!(svg, "\" fill=\"{fill}\"");
    if path.even_odd {
        svg.push_str(" fill-rule=\"evenodd\"");
    }
    if let Some(width) = path.stroke {
        let _ = write!(svg, " stroke=\"#000\" stroke-width=\"{}\"", number(width));
    }
    svg.push_str("/>");
}

/// From 0, black, to 1, white.
fn grey(lightness: f64) -> String {
    let grey = (lightness.clamp(0.0, 1.0) * 255.0).round() as u8;
    format!("#{grey:02x}{grey:02x}{grey:02x}")
}

/// A length to a hundredth of a point, without noughts at its end.
fn number(value: f64) -> String {
    let hundredths = (value * 100.0).round() as i64;
    let (sign, size) = (if hundredths < 0 { "-" } else { "" }, hundredths.unsigned_abs());
    match (size / 100, size % 100) {
        (whole, 0) => format!("{sign}{whole}"),
        (whole, part) if part % 10 == 0 => format!("{sign}{whole}.{}", part / 10),
        (whole, part) => format!("{sign}{whole}.{part:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fonts::tests::project_fonts;

    #[test]
    fn lengths_are_written_to_a_hundredth_and_no_longer_than_need_be() {
        let all = [0.0, -0.004, 0.005, 1.5, 12.34, -3.1, 841.889_8, 100.0].map(number);
        assert_eq!(all, ["0", "0", "0.01", "1.5", "12.34", "-3.1", "841.89", "100"]);
    }

    #[test]
    fn a_character_is_itself_where_browsers_set_it_by_itself() {
        let fonts = project_fonts();
        let face = fonts.face(fonts.roles["宋体"].faces[0]);
        let of = |c: char| face.glyph(c).expect("it has it").0;
        assert_eq!(sign_of(face, of('预'), "预"), '预');
        let private = |glyph: u16| char::from_u32(0xF_0000 + u32::from(glyph)).expect("private");
        // Drawn with another glyph than its own, of several characters, or of none.
        assert_eq!(sign_of(face, of('算'), "预"), private(of('算')));
        assert_eq!(sign_of(face, of('f'), "fi"), private(of('f')));
        assert_eq!(sign_of(face, of('f'), "\u{200B}"), private(of('f')));
    }
}
