//! Pages as text that people can read and compare: every run, rule and link to 0.01 pt.

use super::Pages;
use super::frame::{Artifact, Colour, ElementId, ElementKind, Item, Page, Run, Tag, Target};
use crate::fonts::Fonts;
use std::fmt::{self, Write as _};

impl Pages {
    /// The structure tree, an element a line, indented by its depth.
    pub fn tree(&self) -> String {
        let mut text = String::from("structure\n");
        self.write_element(&mut text, ElementId(0), 1).expect("writing to a string does not fail");
        text
    }

    /// All pages: every run with the advances of its glyphs, every rule, every link.
    pub fn frames(&self, fonts: &Fonts) -> String {
        self.write_pages(fonts, true)
    }

    /// The same without advances: where each run begins and ends.
    pub fn outline_of_frames(&self, fonts: &Fonts) -> String {
        self.write_pages(fonts, false)
    }

    fn write_pages(&self, fonts: &Fonts, advances: bool) -> String {
        let mut text = String::new();
        for (index, page) in self.pages.iter().enumerate() {
            write_page(&mut text, index, page, fonts, advances).expect("writing to a string does not fail");
        }
        text
    }

    fn write_element(&self, text: &mut String, id: ElementId, depth: usize) -> fmt::Result {
        let Some(element) = self.structure.get(id.0 as usize) else { return Ok(()) };
        write!(text, "{:indent$}{} {}", "", id.0, name(&element.kind), indent = depth * 2)?;
        if let Some(title) = &element.title {
            write!(text, " T={title}")?;
        }
        if let Some(language) = element.language {
            write!(text, " Lang={language}")?;
        }
        text.push('\n');
        element.children.iter().try_for_each(|&child| self.write_element(text, child, depth + 1))
    }
}

fn write_page(text: &mut String, index: usize, page: &Page, fonts: &Fonts, advances: bool) -> fmt::Result {
    let (width, height) = page.sheet;
    let turned = if page.turned { " turned" } else { "" };
    writeln!(text, "page {index} “{}” {width:.2}×{height:.2}{turned}", page.label)?;
    for (items, margin) in [(&page.items, "  "), (&page.furniture, "  ~ ")] {
        items.iter().try_for_each(|item| write_item(text, item, margin, fonts, advances))?;
    }
    Ok(())
}

fn write_item(text: &mut String, item: &Item, margin: &str, fonts: &Fonts, advances: bool) -> fmt::Result {
    match item {
        Item::Run(run) => write_run(text, run, margin, fonts, advances),
        Item::Shade(s) => {
            let (x, y, w, h) = s.area;
            writeln!(text, "{margin}shade {x:.2},{y:.2} {w:.2}×{h:.2}")
        }
        Item::Path(path) => writeln!(
            text,
            "{margin}path {} pieces from {:.2},{:.2} fill {} stroke {:?} {}",
            path.segments.len(),
            path.begin().0,
            path.begin().1,
            fill(path.fill),
            path.stroke,
            tag(path.tag)
        ),
        Item::Image(image) => {
            let (x, y, w, h) = image.area;
            let (across, down) = (image.raster.width, image.raster.height);
            writeln!(text, "{margin}image {across}×{down} {x:.2},{y:.2} {w:.2}×{h:.2} {}", tag(image.tag))
        }
        Item::Anchor(name, (x, y)) => writeln!(text, "{margin}anchor {name} {x:.2},{y:.2}"),
        Item::Rule(r) => {
            writeln!(text, "{margin}rule {:.2},{:.2} – {:.2},{:.2} {:.2}", r.from.0, r.from.1, r.to.0, r.to.1, r.width)
        }
        Item::Link(l) => {
            let (Target::Anchor(to) | Target::Address(to)) = &l.target;
            let (x, y, w, h) = l.area;
            writeln!(text, "{margin}link {x:.2},{y:.2} {w:.2}×{h:.2} → {} “{}” {}", to, l.label, tag(l.tag))
        }
    }
}

/// Where it begins, the x of its last glyph, its baseline, face, size and text; then what lies between its glyphs'
/// places, like ones counted.
fn write_run(text: &mut String, run: &Run, margin: &str, fonts: &Fonts, advances: bool) -> fmt::Result {
    let face = &fonts.face(run.face).postscript_name;
    let (x, last) = (run.x, run.x + run.glyphs.last().map_or(0.0, |g| g.x));
    write!(text, "{margin}{x:.2}–{last:.2},{:.2} {face} {:.2} {} “{}”", run.y, run.size, tag(run.tag), run.text)?;
    if advances {
        let steps: Vec<String> = run.glyphs.windows(2).map(|g| format!("{:.2}", g[1].x - g[0].x)).collect();
        for like in steps.chunk_by(|a, b| a == b) {
            match like.len() {
                1 => write!(text, " {}", like[0])?,
                count => write!(text, " {}×{count}", like[0])?,
            }
        }
    }
    text.push('\n');
    Ok(())
}

/// What a shape is filled with.
fn fill(fill: Option<Colour>) -> String {
    match fill {
        None => "None".into(),
        Some(Colour::Grey(lightness)) => format!("Some({lightness:?})"),
        Some(Colour::Rgb([r, g, b])) => format!("#{r:02x}{g:02x}{b:02x}"),
    }
}

fn tag(tag: Tag) -> String {
    match tag {
        Tag::Element(id) => format!("#{}", id.0),
        Tag::Artifact(Artifact::Pagination) => "#pagination".into(),
        Tag::Artifact(Artifact::Layout) => "#layout".into(),
    }
}

/// A kind of element as the PDF names it, with its attributes.
fn name(kind: &ElementKind) -> String {
    match kind {
        ElementKind::Document => "Document".into(),
        ElementKind::Sect => "Sect".into(),
        ElementKind::Div => "Div".into(),
        ElementKind::Heading(level) => format!("H{level}"),
        ElementKind::Paragraph => "P".into(),
        ElementKind::Span => "Span".into(),
        ElementKind::Contents => "TOC".into(),
        ElementKind::ContentsItem => "TOCI".into(),
        ElementKind::Reference => "Reference".into(),
        ElementKind::Link => "Link".into(),
        ElementKind::Table { summary } => format!("Table “{summary}”"),
        ElementKind::Caption => "Caption".into(),
        ElementKind::TableHead => "THead".into(),
        ElementKind::TableBody => "TBody".into(),
        ElementKind::TableRow => "TR".into(),
        ElementKind::HeaderCell { scope, colspan, rowspan, id } => format!("TH {id} {scope:?} {colspan}×{rowspan}"),
        ElementKind::DataCell { colspan, rowspan, headers } => format!("TD {colspan}×{rowspan} {}", headers.join(" ")),
        ElementKind::Figure { alt, .. } => format!("Figure “{alt}”"),
        ElementKind::Note { id } => format!("Note {id}"),
    }
}
