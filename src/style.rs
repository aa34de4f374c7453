//! `style.toml` of a layout set: page setups and text roles, shared by PDF and DOCX. Millimetres and points as
//! people know them; nothing here is fixed in code.

use crate::document::Align;
use indexmap::IndexMap;
use serde::Deserialize;

/// Points per millimetre.
pub const MM: f64 = 72.0 / 25.4;

/// What pages look like (`style.toml`). Lengths are mm or pt as each key says.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Style {
    /// Page setups by name.
    pub page: IndexMap<String, PageSetup>,
    /// Text roles by name.
    pub text: IndexMap<String, TextStyle>,
    /// Table kinds by name.
    pub table: IndexMap<String, TableStyle>,
    /// The page number.
    pub number: PageNumberStyle,
    /// The table of contents.
    pub contents: ContentsStyle,
    /// The running head, in a book of many documents; none: there is none.
    pub head: Option<HeadStyle>,
    /// In a book of documents of several looks: by page setup, the one that numbers on its pages are placed against, where
    /// it is not that of [`PageNumberStyle::page`].
    #[serde(skip)]
    pub number_pages: IndexMap<String, String>,
}

impl Style {
    /// The name of the page setup whose type area numbers on pages of a setup are placed against: of a wide sheet that is
    /// not turned, its own.
    pub fn number_page<'a>(&'a self, page: &'a str) -> &'a str {
        if self.page.get(page).is_some_and(PageSetup::is_wide_sheet) {
            return page;
        }
        self.number_pages.get(page).unwrap_or(&self.number.page)
    }
}

/// The running head (眉题): a line in the middle above the type area, as the page is read.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadStyle {
    /// A text role.
    pub text: String,
    /// mm from its line to the type area.
    pub above: f64,
}

/// A page as it is read: for a landscape setup `paper` is still that of the portrait sheet, margins are as read.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(from = "DeclaredPage")]
pub struct PageSetup {
    /// The upright sheet, width and height in mm; a sheet declared wider than high is a landscape one.
    pub paper: [f64; 2],
    /// The page is read wider than high.
    pub landscape: bool,
    /// Such a page is a portrait sheet that is turned to be read, /Rotate 90 (GB/T 9704-2012, 表格); otherwise the sheet itself
    /// is wide, and its number stands at the foot of what is read.
    pub turned: bool,
    /// Top, right, bottom, left in mm, as read.
    pub margin: [f64; 4],
    /// Lines of body text in the type area, the first line's characters at its head and the last one's at its foot;
    /// gives the line pitch of roles without their own.
    pub lines: u32,
    /// Characters in a line; gives the advance of a full-width character in roles with `grid`.
    pub chars: u32,
}

/// `[page.NAME]` as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeclaredPage {
    paper: [f64; 2],
    #[serde(default)]
    landscape: bool,
    turned: Option<bool>,
    margin: [f64; 4],
    lines: u32,
    chars: u32,
}

impl From<DeclaredPage> for PageSetup {
    /// Who writes the paper as it is read, 297 by 210, means the turned sheet, unless `turned` says otherwise.
    fn from(page: DeclaredPage) -> PageSetup {
        let DeclaredPage { paper: [width, height], landscape, turned, margin, lines, chars } = page;
        let wide = width > height;
        let paper = if wide { [height, width] } else { [width, height] };
        let landscape = landscape || wide;
        PageSetup { paper, landscape, turned: landscape && turned.unwrap_or(true), margin, lines, chars }
    }
}

impl PageSetup {
    /// The sheet itself is wider than high.
    pub fn is_wide_sheet(&self) -> bool {
        self.landscape && !self.turned
    }

    /// The sheet as it lies in the file, the head of a turned page at its left edge.
    pub fn upright(&self) -> PageSetup {
        if !self.turned {
            return self.clone();
        }
        let [top, right, bottom, left] = self.margin;
        PageSetup { landscape: false, turned: false, margin: [right, bottom, left, top], ..self.clone() }
    }

    /// Width and height in pt as read.
    pub fn size(&self) -> (f64, f64) {
        let [w, h] = self.paper.map(|mm| mm * MM);
        if self.landscape { (h, w) } else { (w, h) }
    }

    /// The type area (版心) as read: left, top, width, height in pt.
    pub fn type_area(&self) -> (f64, f64, f64, f64) {
        let (w, h) = self.size();
        let [top, right, bottom, left] = self.margin.map(|mm| mm * MM);
        (left, top, w - left - right, h - top - bottom)
    }

    /// Line pitch of the grid in pt. Its characters are square, and the type area ends with them and not with the
    /// space between lines: (225 − 5.57) / 21 = 10.45 mm for 22 lines of 28 characters (GB/T 33476.2-2016 has it so:
    /// line boxes from 34.58 mm below the sheet's head to 32.58 mm above its foot are 22 times 10.45 mm).
    pub fn pitch(&self) -> f64 {
        let (_, _, width, height) = self.type_area();
        let character = if self.chars == 0 { 0.0 } else { width / f64::from(self.chars) };
        match self.lines {
            0 | 1 => height,
            lines => (height - character) / f64::from(lines - 1),
        }
    }
}

/// One text role (正文, 标题1, 表头, …): PDF type and the DOCX named style at once.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextStyle {
    /// A role of `fonts.toml` (仿宋, 黑体, …).
    pub font: String,
    /// pt.
    pub size: f64,
    /// Line pitch in pt; none: the page's grid.
    pub pitch: Option<f64>,
    /// Full-width characters advance by the page's character grid instead of their size.
    #[serde(default)]
    pub grid: bool,
    /// How its lines stand.
    #[serde(default = "justify")]
    pub align: Align,
    /// First-line indent in characters.
    #[serde(default)]
    pub indent: f64,
    /// Indents of the whole paragraph in characters.
    #[serde(default)]
    pub left: f64,
    /// From the right edge, in characters.
    #[serde(default)]
    pub right: f64,
    /// Space before and after in pt.
    #[serde(default)]
    pub before: f64,
    /// Under it, in pt.
    #[serde(default)]
    pub after: f64,
    /// Stays on the page of what follows.
    #[serde(default)]
    pub keep_next: bool,
    /// Its lines are balanced and broken at sense units (小标宋 titles).
    #[serde(default)]
    pub balance: bool,
    /// Type may fall to this size in pt, by the sizes of print, before there are more than `lines` lines or one ends
    /// within a word.
    pub least: Option<f64>,
    /// As many lines as there should be at most; none: any number.
    pub lines: Option<usize>,
    /// The space before it gives way where its page would not hold it and what is kept with it.
    #[serde(default)]
    pub yields: bool,
    /// The name of the style in Word; none: the role's own name.
    pub word: Option<String>,
    /// Outline level of the style, 1–9.
    pub outline: Option<u8>,
}

fn justify() -> Align {
    Align::Justify
}

/// Rules, paddings and type of a table kind.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableStyle {
    /// Text roles of the parts.
    pub title: String,
    /// Of the line above it.
    pub above: String,
    /// Of heads.
    pub head: String,
    /// Of words.
    pub text: String,
    /// Of figures.
    pub number: String,
    /// Of notes under it.
    pub note: String,
    /// Type may fall to this size in pt, by half points, before a table does not fit.
    pub least: f64,
    /// Type may grow to this size in pt, by half points, where a table ends its page and leaves room on it.
    pub most: Option<f64>,
    /// Inner and outer rules in pt.
    #[serde(default = "half")]
    pub rule: f64,
    /// Width of the outer rule in pt.
    #[serde(default = "one")]
    pub frame: f64,
    /// Cell padding in mm: vertical, horizontal.
    #[serde(default = "padding")]
    pub padding: [f64; 2],
    /// Least height of a row in pt.
    #[serde(default)]
    pub row: f64,
    /// Rows may grow to this height in pt, where a table ends its page and leaves room on it.
    pub tall: Option<f64>,
    /// Space under the table and its notes in pt, before text that follows on the same page.
    #[serde(default = "after")]
    pub after: f64,
    /// Set at the head of every following page after the table's title, e.g. （续表）; none: nothing.
    pub continued: Option<String>,
    /// Text role of rows of totals, which stand out; none: as the others.
    pub total: Option<String>,
    /// Lightness of the ground of heads, from 0, black, to 1, white; none: no ground.
    pub shade: Option<f64>,
}

fn half() -> f64 {
    0.5
}
fn one() -> f64 {
    1.0
}
fn after() -> f64 {
    8.0
}
fn padding() -> [f64; 2] {
    [0.8, 1.0]
}

/// The page number (GB/T 9704-2012 7.5: 4号 half-width 宋体 digits between dashes, 7 mm below the type area).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PageNumberStyle {
    /// A text role.
    pub text: String,
    /// With `{}` for the number, e.g. `— {} —`.
    pub form: String,
    /// mm from the type area of the portrait sheet to the dashes beside the number (一字线上距版心下边缘).
    pub below: f64,
    /// Characters left free at the outer edge.
    #[serde(default)]
    pub inset: f64,
    /// `outside`: right on odd pages, left on even ones; `center`.
    pub place: NumberPlace,
    /// The page setup whose (portrait) type area the number is placed against, on every page.
    pub page: String,
}

/// Where the page number stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NumberPlace {
    /// At the outer edge of two-sided print.
    Outside,
    /// In the middle.
    Center,
}

/// The contents: a text role per level, from 1.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContentsStyle {
    /// Text roles, outermost first.
    pub levels: Vec<String>,
}
