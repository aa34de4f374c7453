//! The words of an SVG as outlines of the program's own faces: what is drawn is the same on every system. Lines, places of
//! single characters, anchors and columns of upright characters are followed; a face is one of the roles that `fonts.toml`
//! names, by its names or by what kind it is.

use crate::fonts::{Fonts, Role, Shape};
use crate::picture::svg::parsed;
use roxmltree::Node;
use simplecss::{AttributeOperator, Declaration, DeclarationTokenizer, Element, PseudoClass, StyleSheet};
use skrifa::outline::{DrawSettings, OutlinePen};
use skrifa::{GlyphId, MetadataProvider};
use std::fmt::Write;
use std::ops::Range;

/// The source with a group of outlines in place of each text; none where it cannot be read.
pub fn outlined(source: &str, fonts: &Fonts) -> Option<String> {
    let document = parsed(source).ok()?;
    let is_text = |node: &Node| node.is_element() && node.tag_name().name() == "text";
    let texts: Vec<Node> = document.descendants().filter(is_text).collect();
    if texts.is_empty() {
        return Some(source.to_owned());
    }
    let css: String = document
        .descendants()
        .filter(|node| node.tag_name().name() == "style")
        .flat_map(|node| node.descendants().filter(|n| n.is_text()).filter_map(|n| n.text()))
        .collect();
    let styles = StyleSheet::parse(&css);
    let mut out = String::with_capacity(source.len());
    let mut done = 0;
    for text in texts {
        let Range { start, end } = text.range();
        // Within another text, or not written where it is read.
        if start < done || !source.get(start..end).is_some_and(|own| own.starts_with('<')) {
            continue;
        }
        out.push_str(&source[done..start]);
        let prefix = source[start + 1..].split(|c: char| !c.is_alphanumeric() && c != ':').next().unwrap_or_default();
        let prefix = prefix.strip_suffix("text").unwrap_or_default();
        let mut setter = Setter {
            styles: &styles,
            fonts,
            letters: Vec::new(),
            chunks: Vec::new(),
            blank: true,
            out: &mut out,
            prefix,
        };
        setter.text(text);
        done = end;
    }
    out.push_str(&source[done..]);
    Some(out)
}

struct Styled<'d, 'i>(Node<'d, 'i>);

impl Element for Styled<'_, '_> {
    fn parent_element(&self) -> Option<Self> {
        self.0.parent_element().map(Styled)
    }

    fn prev_sibling_element(&self) -> Option<Self> {
        self.0.prev_sibling_element().map(Styled)
    }

    fn has_local_name(&self, name: &str) -> bool {
        self.0.tag_name().name() == name
    }

    fn attribute_matches(&self, name: &str, operator: AttributeOperator) -> bool {
        self.0.attribute(name).is_some_and(|value| operator.matches(value))
    }

    fn pseudo_class_matches(&self, class: PseudoClass) -> bool {
        matches!(class, PseudoClass::FirstChild) && self.prev_sibling_element().is_none()
    }
}

/// How words look.
#[derive(Clone, Copy)]
struct Look<'f> {
    role: &'f Role,
    size: f64,
    spacing: f64,
    /// One character below the other.
    upright: bool,
}

/// A character of a text, before it stands anywhere.
struct Letter<'f> {
    c: char,
    shape: Option<Shape>,
    look: Look<'f>,
    /// Places and moves that are given.
    x: Option<f64>,
    y: Option<f64>,
    dx: f64,
    dy: f64,
    anchor: Anchor,
    /// The look of what surrounds it, as attributes of its group.
    paint: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum Anchor {
    Start,
    Middle,
    End,
}

struct Setter<'s, 'f, 'o> {
    styles: &'s StyleSheet<'s>,
    fonts: &'f Fonts,
    letters: Vec<Letter<'f>>,
    /// What fills the letters of each part.
    chunks: Vec<String>,
    /// The last character was a blank, or there was none: blanks after it are not set.
    blank: bool,
    out: &'o mut String,
    prefix: &'o str,
}

impl<'f> Setter<'_, 'f, '_> {
    fn text(&mut self, text: Node) {
        self.part(text, &mut Vec::new());
        while self.letters.last().is_some_and(|letter| letter.c == ' ') {
            self.letters.pop();
        }
        let (prefix, own) = (self.prefix, self.painted(text));
        let transform =
            text.attribute("transform").map(|t| format!(" transform=\"{}\"", escape(t))).unwrap_or_default();
        let _ = write!(self.out, "<{prefix}g{transform}{own}>");
        self.set();
        let _ = write!(self.out, "</{prefix}g>");
    }

    /// What an element declares of the look of its shapes.
    fn painted(&self, node: Node) -> String {
        const NAMES: [&str; 15] = [
            "fill",
            "fill-opacity",
            "fill-rule",
            "stroke",
            "stroke-width",
            "stroke-opacity",
            "stroke-linejoin",
            "stroke-linecap",
            "stroke-dasharray",
            "stroke-miterlimit",
            "opacity",
            "visibility",
            "display",
            "color",
            "paint-order",
        ];
        let declared: Vec<String> =
            NAMES.iter().filter_map(|name| Some(format!("{name}:{}", self.declared(node, name)?))).collect();
        if declared.is_empty() { String::new() } else { format!(" style=\"{}\"", escape(&declared.join(";"))) }
    }

    /// A property as an element itself declares it: by its style, a sheet, an attribute.
    fn declared(&self, node: Node, name: &str) -> Option<String> {
        let style = node.attribute("style").unwrap_or_default();
        let own = DeclarationTokenizer::from(style).filter(|d| d.name == name).last();
        let of_sheet = |important: bool| -> Option<Declaration> {
            let rules = self.styles.rules.iter().filter(|rule| rule.selector.matches(&Styled(node)));
            rules
                .flat_map(|rule| rule.declarations.iter())
                .rfind(|d| d.name == name && d.important == important)
                .copied()
        };
        let found = of_sheet(true).or(own).or_else(|| of_sheet(false)).map(|d| d.value.trim());
        found.or_else(|| node.attribute(name)).filter(|value| *value != "inherit").map(str::to_owned)
    }

    /// The same as it is inherited.
    fn inherited(&self, node: Node, name: &str) -> Option<String> {
        node.ancestors().filter(|n| n.is_element()).find_map(|n| self.declared(n, name))
    }

    fn size(&self, node: Node) -> f64 {
        const MEDIUM: f64 = 12.0;
        let mut factor = 1.0;
        for element in node.ancestors().filter(|n| n.is_element()) {
            let Some(size) = self.declared(element, "font-size") else { continue };
            let named = match size.as_str() {
                "xx-small" => Some(6.9),
                "x-small" => Some(8.3),
                "small" => Some(10.0),
                "medium" => Some(MEDIUM),
                "large" => Some(14.4),
                "x-large" => Some(17.3),
                "xx-large" => Some(20.7),
                _ => None,
            };
            if let Some(size) = named {
                return size * factor;
            }
            match split(&size) {
                Some((number, "%")) => factor *= number / 100.0,
                Some((number, "em")) => factor *= number,
                Some((number, unit)) => return number * unit_of(unit) * factor,
                None => {}
            }
        }
        MEDIUM * factor
    }

    fn look(&self, node: Node) -> Look<'f> {
        let bold = self.inherited(node, "font-weight").is_some_and(|weight| {
            matches!(weight.as_str(), "bold" | "bolder") || weight.parse::<u32>().is_ok_and(|weight| weight >= 600)
        });
        let families = self.inherited(node, "font-family").unwrap_or_default();
        let size = self.size(node);
        let spacing = self.inherited(node, "letter-spacing").and_then(|text| length(&text, size)).unwrap_or(0.0);
        let upright = self
            .inherited(node, "writing-mode")
            .is_some_and(|mode| mode.starts_with("tb") || mode.starts_with("vertical"));
        Look { role: self.role(&families, bold), size, spacing, upright }
    }

    /// The role whose faces are meant, or look most like them.
    fn role(&self, families: &str, bold: bool) -> &'f Role {
        let roles = &self.fonts.roles;
        let stronger =
            |role: &'f Role| role.strong.as_ref().filter(|_| bold).and_then(|name| roles.get(name)).unwrap_or(role);
        for family in families.split(',').map(|name| name.trim().trim_matches(['"', '\''])) {
            let is_named = |role: &&Role| {
                let names = [&role.name, &role.word].into_iter().chain(&role.alternatives);
                names.into_iter().any(|name| name.eq_ignore_ascii_case(family))
            };
            if let Some(role) = roles.values().find(is_named) {
                return stronger(role);
            }
            let lower = family.to_lowercase();
            let like = [
                (&["仿宋", "fangsong"][..], "仿宋"),
                (&["楷", "kai"], "楷体"),
                (&["黑", "hei", "sans", "arial", "helvetica", "yahei", "gothic", "等线"], "黑体"),
                (&["宋", "song", "sun", "ming", "serif", "times"], "宋体"),
            ];
            let role = like.iter().find(|(names, _)| names.iter().any(|name| lower.contains(name)));
            if let Some(role) = role.and_then(|(_, role)| roles.get(*role)) {
                return stronger(role);
            }
        }
        stronger(roles.get("宋体").unwrap_or(&roles[0]))
    }

    /// The letters of an element, with the places that it and those around it give. `places`: those around, outermost first.
    fn part<'n>(&mut self, node: Node<'n, 'n>, places: &mut Vec<(Places, usize)>) {
        let look = self.look(node);
        if self.inherited(node, "display").as_deref() == Some("none") {
            return;
        }
        let anchor = match self.inherited(node, "text-anchor").as_deref() {
            Some("middle") => Anchor::Middle,
            Some("end") => Anchor::End,
            _ => Anchor::Start,
        };
        let of = |name: &str| -> Vec<f64> {
            let text = node.attribute(name).unwrap_or_default();
            text.split([' ', ',', '\t', '\n']).filter(|t| !t.is_empty()).map_while(|t| length(t, look.size)).collect()
        };
        places.push((Places { x: of("x"), y: of("y"), dx: of("dx"), dy: of("dy") }, 0));
        self.chunks.push(if node.tag_name().name() == "text" { String::new() } else { self.painted(node) });
        let paint = self.chunks.len() - 1;
        let keeps = node.ancestors().find_map(|n| n.attribute(("http://www.w3.org/XML/1998/namespace", "space")))
            == Some("preserve");
        for child in node.children() {
            if child.is_element() {
                if matches!(child.tag_name().name(), "tspan" | "a") {
                    self.part(child, places);
                }
                continue;
            }
            for c in child.text().filter(|_| child.is_text()).unwrap_or_default().chars() {
                let c = if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c };
                if c == ' ' && self.blank && !keeps {
                    continue;
                }
                self.blank = c == ' ';
                self.letter(c, look, anchor, paint, places);
            }
        }
        let used = places.pop().map_or(0, |(_, used)| used);
        if let Some((_, around)) = places.last_mut() {
            *around += used;
        }
    }

    fn letter(&mut self, c: char, look: Look<'f>, anchor: Anchor, paint: usize, places: &mut [(Places, usize)]) {
        // Of each place the innermost that gives one to this letter: those around count all letters within.
        let mut offset = 0;
        let mut given = [None; 4];
        for (place, used) in places.iter().rev() {
            offset += used;
            let lists = [&place.x, &place.y, &place.dx, &place.dy];
            for (given, list) in given.iter_mut().zip(lists) {
                *given = given.or_else(|| list.get(offset).copied());
            }
        }
        if let Some((_, used)) = places.last_mut() {
            *used += 1;
        }
        let [x, y, dx, dy] = given;
        let shape = self
            .fonts
            .shape(look.role, c)
            .or_else(|| self.fonts.roles.values().find_map(|role| self.fonts.shape(role, c)));
        let (dx, dy) = (dx.unwrap_or(0.0), dy.unwrap_or(0.0));
        self.letters.push(Letter { c, shape, look, x, y, dx, dy, anchor, paint });
    }

    /// Sets the letters: those from one given place to the next stand about it.
    fn set(&mut self) {
        let letters = std::mem::take(&mut self.letters);
        let (mut x, mut y) = (0.0, 0.0);
        let mut from = 0;
        while from < letters.len() {
            let more = letters[from + 1..].iter().position(|l| l.x.is_some() || l.y.is_some());
            let to = more.map_or(letters.len(), |n| from + 1 + n);
            let line = &letters[from..to];
            let first = &line[0];
            (x, y) = (first.x.unwrap_or(x), first.y.unwrap_or(y));
            let length: f64 = line.iter().map(advance).sum();
            let back = match first.anchor {
                Anchor::Start => 0.0,
                Anchor::Middle => length / 2.0,
                Anchor::End => length,
            };
            let upright = first.look.upright;
            if upright {
                y -= back
            } else {
                x -= back
            }
            for letter in line {
                x += letter.dx;
                y += letter.dy;
                self.outline(letter, x, y);
                if upright { y += advance(letter) } else { x += advance(letter) }
            }
            from = to;
        }
    }

    fn outline(&mut self, letter: &Letter, x: f64, y: f64) {
        let Some(shape) = letter.shape else { return };
        let face = self.fonts.face(shape.face);
        let Some(glyph) = face.font().outline_glyphs().get(GlyphId::new(u32::from(shape.glyph))) else { return };
        let scale = letter.look.size / f64::from(face.units_per_em.max(1));
        // In a column the em box hangs below its place, its middle under it.
        let (x, y) = match letter.look.upright {
            true => (x - shape.advance * letter.look.size / 2.0, y + 0.88 * letter.look.size),
            false => (x, y),
        };
        let mut pen = PathPen { out: String::new(), x, y, scale };
        let unscaled =
            DrawSettings::unhinted(skrifa::instance::Size::unscaled(), skrifa::instance::LocationRef::default());
        if glyph.draw(unscaled, &mut pen).is_err() || pen.out.is_empty() {
            return;
        }
        let (prefix, paint) = (self.prefix, &self.chunks[letter.paint]);
        let _ = write!(self.out, "<{prefix}path{paint} d=\"{}\"/>", pen.out);
    }
}

fn advance(letter: &Letter) -> f64 {
    let em = match (letter.look.upright, letter.shape) {
        (true, _) => 1.0,
        (false, Some(shape)) => shape.advance,
        (false, None) => 0.5,
    };
    em * letter.look.size + letter.look.spacing
}

#[derive(Default)]
struct Places {
    x: Vec<f64>,
    y: Vec<f64>,
    dx: Vec<f64>,
    dy: Vec<f64>,
}

struct PathPen {
    out: String,
    x: f64,
    y: f64,
    scale: f64,
}

impl PathPen {
    fn add(&mut self, sign: char, points: &[(f32, f32)]) {
        self.out.push(sign);
        for (x, y) in points {
            let (x, y) = (self.x + f64::from(*x) * self.scale, self.y - f64::from(*y) * self.scale);
            let _ = write!(self.out, "{:.3} {:.3} ", x, y);
        }
    }
}

impl OutlinePen for PathPen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.add('M', &[(x, y)]);
    }
    fn line_to(&mut self, x: f32, y: f32) {
        self.add('L', &[(x, y)]);
    }
    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.add('Q', &[(x1, y1), (x, y)]);
    }
    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.add('C', &[(x1, y1), (x2, y2), (x, y)]);
    }
    fn close(&mut self) {
        self.out.push('Z');
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

/// A number and its unit.
fn split(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let end = text.find(|c: char| c.is_ascii_alphabetic() || c == '%').unwrap_or(text.len());
    let number: f64 = text[..end].trim().parse().ok()?;
    number.is_finite().then_some((number, &text[end..]))
}

/// Pixels of a unit.
fn unit_of(unit: &str) -> f64 {
    match unit {
        "pt" => 4.0 / 3.0,
        "pc" => 16.0,
        "mm" => 96.0 / 25.4,
        "cm" => 96.0 / 2.54,
        "in" => 96.0,
        _ => 1.0,
    }
}

/// A length in pixels.
fn length(text: &str, size: f64) -> Option<f64> {
    split(text).map(|(number, unit)| if unit == "em" { number * size } else { number * unit_of(unit) })
}
