//! What Word shows of what stands in the file: hidden text, and what no text is read of.
//!
//! ECMA-376-1, 17.3.2.41 (vanish) and 17.7.3: what a run says itself wins; else paragraph style, character style and
//! table style each turn hiding over, and the document's defaults hide all.

use super::super::package::walk;
use super::{KEPT, Open, Parser};
use crate::diagnostic::Diagnostic;
use crate::package::attribute;
use quick_xml::events::BytesStart;
use std::collections::{BTreeSet, HashMap};

/// Which styles hide what they are of.
#[derive(Default)]
pub struct Styles {
    hiding: BTreeSet<String>,
    /// The paragraph style of paragraphs that name none.
    default: Option<String>,
    /// The document's defaults hide.
    all: bool,
}

/// Styles are based on one another this deep; Word allows ten.
const DEEPEST: usize = 16;

impl Styles {
    /// Reads a styles part.
    pub fn read(content: &[u8], name: &str) -> Result<Styles, Diagnostic> {
        #[derive(Default)]
        struct Style {
            based_on: Option<String>,
            hides: Option<bool>,
        }
        let mut all: HashMap<String, Style> = HashMap::new();
        let mut styles = Styles::default();
        let mut at: Option<(String, Style)> = None;
        // Within `w:rPr` of the style itself, or of the defaults; not within those of a condition.
        let (mut defaults, mut run, mut condition) = (false, false, false);
        walk(content, name, |local, element, _| match (local, element) {
            ("style", Some(element)) => {
                let id = attribute(element, "styleId").unwrap_or_default();
                let is_paragraph = attribute(element, "type").is_some_and(|kind| kind == "paragraph");
                if is_paragraph && attribute(element, "default").is_some_and(|v| is_on(&v)) {
                    styles.default = Some(id.clone());
                }
                at = Some((id, Style::default()));
            }
            ("style", None) => all.extend(at.take()),
            ("rPrDefault", element) => defaults = element.is_some(),
            ("rPr", element) => run = element.is_some(),
            ("tblStylePr", element) => condition = element.is_some(),
            ("basedOn", Some(element)) => {
                if let Some((_, style)) = &mut at {
                    style.based_on = attribute(element, "val");
                }
            }
            ("vanish", Some(element)) if run && !condition => match &mut at {
                Some((_, style)) => style.hides = Some(toggle(element)),
                None => styles.all |= defaults && toggle(element),
            },
            _ => {}
        })?;
        let hides = |id: &String| {
            let mut id = id;
            for _ in 0..DEEPEST {
                let style = all.get(id)?;
                match (style.hides, &style.based_on) {
                    (Some(hides), _) => return Some(hides),
                    (None, Some(next)) => id = next,
                    (None, None) => return None,
                }
            }
            None
        };
        styles.hiding = all.keys().filter(|id| hides(id) == Some(true)).cloned().collect();
        Ok(styles)
    }

    fn hide(&self, style: Option<&String>) -> bool {
        style.is_some_and(|id| self.hiding.contains(id))
    }
}

/// The value of a property that is on or off; without one it is on.
pub(super) fn toggle(element: &BytesStart) -> bool {
    attribute(element, "val").is_none_or(|value| is_on(&value))
}

fn is_on(value: &str) -> bool {
    !matches!(value, "0" | "false" | "off")
}

/// A run that is open.
#[derive(Default)]
pub(super) struct OpenRun {
    pub style: Option<String>,
    /// What it says itself.
    pub hidden: Option<bool>,
}

/// A paragraph that is open.
#[derive(Default)]
pub(super) struct OpenParagraph {
    pub style: Option<String>,
    /// Its mark is hidden, so that Word goes on with the next paragraph in the same line.
    pub mark_hidden: Option<bool>,
    /// The beginning of its text, to name it by.
    pub begins: String,
    /// What stands in it that is not read.
    pub unread: Vec<String>,
}

/// Where a field that is open is read: its instruction is not shown, its result is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Instruction,
    Result,
}

/// What stands for something that is no text, in the text: an object replacement character.
const OBJECT: &str = "\u{FFFC}";
/// How much of a paragraph, or of a text box, is quoted.
const QUOTED: usize = 20;
/// How many things that are not read are told.
const MOST_UNREAD: usize = 200;

impl Parser<'_> {
    /// Whether Word shows text that stands here.
    pub(super) fn is_shown(&self) -> bool {
        if self.hidden > 0 || self.fields.contains(&Field::Instruction) {
            return false;
        }
        let Some(run) = self.runs.last() else { return true };
        if let Some(hidden) = run.hidden {
            return !hidden;
        }
        let styles = self.styles;
        if styles.hiding.is_empty() {
            return !styles.all;
        }
        let of_paragraph = self.paragraphs.last().and_then(|p| p.style.as_ref()).or(styles.default.as_ref());
        let of_table = self.tables.last().and_then(|table| table.style.as_ref());
        let turned = styles.hide(of_paragraph) ^ styles.hide(run.style.as_ref()) ^ styles.hide(of_table);
        !(styles.all || turned)
    }

    pub(super) fn run_start(&mut self) -> Open {
        self.runs.push(OpenRun::default());
        Open::Run
    }

    pub(super) fn run_end(&mut self) {
        self.runs.pop();
    }

    /// `w:fldChar`: begin, separate, end.
    pub(super) fn field(&mut self, element: &BytesStart) {
        if self.hidden > 0 {
            return;
        }
        match attribute(element, "fldCharType").as_deref() {
            Some("begin") if self.fields.len() < super::OPEN_AT_ONCE => self.fields.push(Field::Instruction),
            Some("separate") => {
                if let Some(field) = self.fields.last_mut() {
                    *field = Field::Result;
                }
            }
            Some("end") => {
                self.fields.pop();
            }
            _ => {}
        }
    }

    /// Notes something of this paragraph that is no text. `stands`: it takes a place in the line.
    pub(super) fn unread(&mut self, what: String, stands: bool) {
        if !self.is_shown() {
            return;
        }
        if let Some(paragraph) = self.paragraphs.last_mut()
            && paragraph.unread.len() < MOST_UNREAD
        {
            self.kept += KEPT + what.len();
            paragraph.unread.push(what);
        }
        if stands {
            self.keep(OBJECT);
        }
    }

    /// A symbol of a font (`w:sym`): what it looks like is the font's to say.
    pub(super) fn symbol(&mut self, element: &BytesStart) {
        let short = |name: &str| attribute(element, name).unwrap_or_default().chars().take(QUOTED).collect::<String>();
        self.unread(format!("符号（{} {}）", short("font"), short("char")), true);
    }

    /// A text box: what stands in it is no part of the paragraph it is anchored to.
    pub(super) fn text_box_start(&mut self) -> Open {
        if self.is_shown() && self.text_box.is_none() {
            self.text_box = Some((self.open.len(), String::new()));
        }
        Open::TextBox
    }

    pub(super) fn text_box_end(&mut self) {
        if let Some((_, text)) = self.text_box.take_if(|(depth, _)| *depth == self.open.len())
            && !text.trim().is_empty()
        {
            self.unread(format!("文本框“{}”", text.trim()), false);
        }
    }

    pub(super) fn text_in_box(&mut self, text: &str) {
        if let Some((_, begins)) = &mut self.text_box {
            let room = QUOTED.saturating_sub(begins.chars().count());
            begins.extend(text.chars().take(room));
        }
    }

    /// Remembers how the paragraph begins.
    pub(super) fn begins(&mut self, text: &str) {
        if let Some(paragraph) = self.paragraphs.last_mut() {
            let room = QUOTED.saturating_sub(paragraph.begins.chars().count());
            paragraph.begins.extend(text.chars().take(room).map(|c| if c == '\n' { ' ' } else { c }));
        }
    }

    /// Says what of a paragraph that ends is not read. `merged`: its end is gone, and it has text.
    pub(super) fn tell_unread(&mut self, paragraph: OpenParagraph, merged: bool) {
        if self.content.unread.len() >= MOST_UNREAD {
            return;
        }
        let begins = paragraph.begins.replace(OBJECT, "□");
        let unread = &mut self.content.unread;
        for what in paragraph.unread {
            unread.push(match begins.trim() {
                "" => what,
                begins => format!("“{begins}”一段里的{what}"),
            });
        }
        if merged {
            unread.push(format!("“{}”一段与下一段的合并", begins.trim()));
        }
    }
}
