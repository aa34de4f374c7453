//! The model every writer shares: what `compose` decided, before any geometry. Every text is final here;
//! writers place it and never format a number.

use crate::diagnostic::Place;
use rust_decimal::Decimal;
use serde::Serialize;
use std::fmt;
use std::sync::Arc;

/// A whole disclosure document, composed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Document {
    /// What is said of it as a whole.
    pub meta: Meta,
    /// In reading order; each has one page setup.
    pub sections: Vec<Section>,
    /// Every figure printed or named by a sentence, once each; [`FigureId`] indexes it.
    pub figures: Vec<PrintedFigure>,
}

/// What the files say of themselves. Nothing here comes from the clock.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Meta {
    /// Of the document as a whole, in viewers' title bars.
    pub title: String,
    /// The department's name.
    pub author: String,
    /// The department's code.
    pub code: String,
    /// The budget year.
    pub year: i32,
    /// 公开日期, ISO 8601 (`2023-02-10`), when the data gives one.
    pub date: Option<String>,
    /// BCP 47, e.g. `zh-CN`.
    pub language: String,
    /// The name of the output files, without ending.
    pub file_stem: String,
    /// Stands behind the text of every page: `送审稿`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub watermark: Option<String>,
    /// The hash of the data folder it was made from ([`crate::prepare::data_id`]).
    #[serde(skip)]
    pub data: Option<String>,
}

/// What became of a part since an earlier edition. In a marked document alone (`build --marked`) is anything but
/// [`Change::Same`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
pub enum Change {
    /// It is as it was.
    #[default]
    Same,
    /// It came.
    Inserted,
    /// It went.
    Deleted,
}

impl Change {
    /// Whether it is as it was.
    pub fn is_same(&self) -> bool {
        *self == Change::Same
    }
}

/// Index into [`Document::figures`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct FigureId(pub u32);

/// The role of a chart's caption.
pub(crate) const CHART_CAPTION: &str = "图题";
/// The role of what stands in a chart.
pub(crate) const CHART_TEXT: &str = "图中文字";

/// A figure as the document prints it: an exact amount with an address and the input lines it is the sum of.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PrintedFigure {
    /// e.g. `t5/2010350/基本`; at most 64 characters.
    pub address: String,
    /// 元 for money, ones for counts, per cent for percentages. Never rounded.
    pub amount: Decimal,
    /// As printed where it stands first (its table's look).
    pub text: String,
    /// The lines of data it was made from.
    pub origins: Origins,
}

/// Lines of input files, in order, each once. Those that follow one another are kept as one, so that a total over a
/// hundred thousand lines costs no more than one over ten.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Origins(Vec<Run>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Run {
    file: Arc<str>,
    first: u32,
    last: u32,
}

impl Origins {
    /// There is no line.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.0.iter().map(|run| (run.last - run.first) as usize + 1).sum()
    }

    /// Each line: its file and number.
    pub fn lines(&self) -> impl Iterator<Item = (&str, u32)> {
        self.0.iter().flat_map(|run| (run.first..=run.last).map(|line| (&*run.file, line)))
    }
}

impl From<Vec<Origin>> for Origins {
    fn from(mut lines: Vec<Origin>) -> Origins {
        lines.sort_unstable();
        lines.dedup();
        let goes_on = |two: &[Origin]| two[0].file == two[1].file && two[0].line.checked_add(1) == Some(two[1].line);
        let count = usize::from(!lines.is_empty()) + lines.windows(2).filter(|two| !goes_on(two)).count();
        let mut runs: Vec<Run> = Vec::with_capacity(count);
        for Origin { file, line } in lines {
            match runs.last_mut() {
                Some(run) if run.file == file && run.last.checked_add(1) == Some(line) => run.last = line,
                _ => runs.push(Run { file, first: line, last: line }),
            }
        }
        Origins(runs)
    }
}

/// One line of an input file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Origin {
    /// Relative to the data folder, with `/`; of a workbook, with its sheet: `数据.xlsx 预算明细`.
    pub file: Arc<str>,
    /// From 1.
    pub line: u32,
}

impl Origin {
    /// The whole record.
    pub fn place(&self) -> Place {
        Place::field(self.file.clone(), self.line, 0)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.place().fmt(f)
    }
}

/// A run of blocks on one page setup.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Section {
    /// The part it comes from, e.g. `table-05`; not unique (a part may turn the page and back).
    pub id: String,
    /// Name of a page setup in `style.toml`.
    pub page: String,
    /// On which page it begins.
    pub start: Start,
    /// How its pages are numbered.
    pub numbering: Numbering,
    /// Page numbers begin again at 1.
    pub restart: bool,
    /// Stands at the head of each of its pages (the department, in a book of many).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
    /// In reading order.
    pub blocks: Vec<Block>,
}

/// Where a section begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Start {
    /// Right after the section before it, on the same page.
    Continue,
    /// On a new page.
    Page,
    /// On the next odd (right-hand) page.
    OddPage,
}

/// How a section's pages are numbered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Numbering {
    /// No number is printed.
    None,
    /// i, ii, iii
    Roman,
    /// 1, 2, 3
    Decimal,
}

/// What a section is made of.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Block {
    /// A title of a level.
    Heading(Heading),
    /// Prose.
    Paragraph(Paragraph),
    /// A ruled table with its title and notes.
    Table(Table),
    /// Figures as a picture; its caption is the paragraph after it.
    Chart(Chart),
    /// A picture of the department's; its caption, if it has one, is the paragraph after it.
    Picture(Picture),
    /// The table of contents: every heading of the document whose `contents` is set.
    Contents,
    /// The rest stands on another page.
    PageBreak,
}

/// A title that the outline, the contents and the navigation pane show.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Heading {
    /// Depth in the outline, from 1; no gaps on the way down.
    pub level: u8,
    /// Name of a text style in `style.toml`.
    pub role: String,
    /// Its words, number included.
    pub inlines: Vec<Inline>,
    /// Unique in the document: ASCII letters, digits and `_`, at most 40 characters.
    pub anchor: String,
    /// It is listed in the contents.
    pub contents: bool,
    /// The template it was made from.
    pub source: Option<Source>,
    /// Of a marked edition: whether it came or went.
    #[serde(skip_serializing_if = "Change::is_same")]
    pub change: Change,
}

/// A paragraph of prose.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Paragraph {
    /// Name of a text style in `style.toml`.
    pub role: String,
    /// Its words.
    pub inlines: Vec<Inline>,
    /// The template it was made from.
    pub source: Option<Source>,
    /// Of a marked edition: whether it came or went.
    #[serde(skip_serializing_if = "Change::is_same")]
    pub change: Change,
}

/// The template a paragraph comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Source {
    /// Relative to the data folder (`text/goals.md`) or the layout set (`02-arrangement.md`).
    pub file: Arc<str>,
    /// Line in that file, from 1; 0 unknown.
    pub line: u32,
    /// Which paragraph of that file, from 1.
    pub paragraph: u32,
    /// The department's own prose, not the set's wording.
    pub own: bool,
}

/// A piece of text in one style. `\n` in it is a line break (titles and cells only).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Inline {
    /// As it is printed.
    pub text: String,
    /// The figure this text prints, whole.
    pub figure: Option<FigureId>,
    /// It is emphasised.
    pub strong: bool,
    /// Of a marked edition: whether it came or went.
    #[serde(skip_serializing_if = "Change::is_same")]
    pub change: Change,
    /// A name for its place, to which links lead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub anchor: Option<String>,
    /// The name of the place it leads to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

impl Inline {
    /// Words that are no figure.
    pub fn text(text: impl Into<String>) -> Inline {
        Inline { text: text.into(), ..Inline::default() }
    }

    /// A figure as it is printed here.
    pub fn figure(text: impl Into<String>, figure: FigureId) -> Inline {
        Inline { text: text.into(), figure: Some(figure), ..Inline::default() }
    }
}

/// The texts of inlines, joined.
pub fn plain_text(inlines: &[Inline]) -> String {
    inlines.iter().map(|i| i.text.as_str()).collect()
}

/// A text on one line: its line breaks go, and the blanks around them.
pub fn one_line(text: &str) -> String {
    text.split('\n').map(str::trim).collect()
}

/// A ruled table with everything that stands around it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Table {
    /// The address prefix of its figures: `t5`, `jx.专项补助`. Unique.
    pub id: String,
    /// Its kind in `style.toml` (`[table.NAME]`).
    pub style: String,
    /// None: it has no title of its own.
    pub title: Option<Heading>,
    /// The line above it: at the left, in the middle, at the right. Up to three.
    pub above: Vec<Vec<Inline>>,
    /// Left to right, all sides.
    pub columns: Vec<Column>,
    /// Rows repeated on every page, the numbering row (栏次) among them. May be empty (a form).
    pub header: Vec<Row>,
    /// Rows under the head, in order.
    pub body: Vec<Row>,
    /// Lines under it.
    pub notes: Vec<Vec<Inline>>,
    /// What a screen reader says of it: one sentence.
    pub description: String,
    /// Of the whole: the line above, every row, every note.
    #[serde(skip_serializing_if = "Change::is_same")]
    pub change: Change,
}

impl Table {
    /// For each column the words of the heads over it, from the top, joined by “·”; the numbering row (栏次) is none.
    /// `words`: what a head says.
    pub fn column_heads(&self, words: impl Fn(&[Inline]) -> String) -> Vec<String> {
        let cells = || self.header.iter().chain(&self.body).flat_map(|row| &row.cells);
        let width = cells().map(|cell| cell.column + cell.colspan).max().unwrap_or(0).max(self.columns.len());
        let mut heads: Vec<Vec<String>> = vec![Vec::new(); width];
        for cell in self.header.iter().filter(|row| row.kind == RowKind::Header).flat_map(|row| &row.cells) {
            let words = one_line(&words(&cell.inlines));
            let covered = heads.iter_mut().skip(cell.column).take(cell.colspan.max(1));
            covered.filter(|h| !words.is_empty() && h.last() != Some(&words)).for_each(|h| h.push(words.clone()));
        }
        heads.into_iter().map(|texts| texts.join("·")).collect()
    }
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Column {
    /// What it holds.
    pub kind: ColumnKind,
    /// Declared weight; None: from content.
    pub width: Option<f64>,
    /// How its text stands in it.
    pub align: Align,
}

/// What a column holds; decides default alignment and that numbers and codes never wrap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum ColumnKind {
    /// 序号, 行次.
    Sequence,
    /// Codes of a classification.
    Code,
    /// Labels, names and other words.
    Text,
    /// Amounts, counts, percentages.
    Number,
}

/// How text stands in the width it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Align {
    /// At the left edge.
    Left,
    /// In the middle.
    Center,
    /// At the right edge, amounts by their decimal points.
    Right,
    /// Over the whole width, its last line at the left.
    Justify,
}

/// One row. Cells are in column order; columns covered from above or by a span have no cell.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// What the row is.
    pub kind: RowKind,
    /// Left to right; a cell over several columns or rows stands where it begins.
    pub cells: Vec<Cell>,
    /// Line of the record behind it, for messages.
    pub origin: Option<Origin>,
    /// Of a marked edition: whether it came or went.
    #[serde(skip_serializing_if = "Change::is_same")]
    pub change: Change,
}

/// What a row of a table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum RowKind {
    /// Column heads. In a body (forms): repeated on following pages until the next such row.
    Header,
    /// 栏次 1 2 3 …
    Numbering,
    /// A row of what the table holds.
    Data,
    /// A total: never alone at a page's top.
    Total,
    /// Ruled, with nothing in it.
    Blank,
}

/// A cell of a table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cell {
    /// Column it begins in, from 0.
    pub column: usize,
    /// Columns it covers, at least 1.
    pub colspan: usize,
    /// Rows it covers, at least 1.
    pub rowspan: usize,
    /// Its words.
    pub inlines: Vec<Inline>,
    /// Overrides the column's.
    pub align: Option<Align>,
    /// Indent in 字 (ems).
    pub indent: f64,
    /// A head, of its column(s) in a header row or of its row in the body.
    pub header: bool,
}

/// Figures as a picture: what it shows in final texts and amounts, and nothing of how it is drawn.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Chart {
    /// The name its set gives it, unique in the document.
    pub id: String,
    /// Which picture.
    pub kind: ChartKind,
    /// What its amounts are given in: `万元`.
    pub unit: String,
    /// What each value of an item is of; nothing but an empty name where there is but one.
    pub series: Vec<String>,
    /// From the left, or clockwise from the top.
    pub items: Vec<ChartItem>,
    /// The same in words, for whoever does not see it.
    pub description: String,
    /// Of a marked edition: whether it came or went.
    #[serde(skip_serializing_if = "Change::is_same")]
    pub change: Change,
}

/// The picture that figures make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChartKind {
    /// Columns beside each other.
    Columns,
    /// Columns one upon the other.
    Stacked,
    /// Shares of a whole.
    Pie,
    /// Points joined from one item to the next.
    Line,
}

/// What a chart shows at one place of its axis, or a slice of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChartItem {
    /// What it is called.
    pub label: String,
    /// One for each series.
    pub values: Vec<ChartValue>,
}

/// A figure of a chart.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChartValue {
    /// The figure it prints.
    pub figure: FigureId,
    /// As it is printed.
    pub text: String,
    /// The number of that text: in the chart's unit, rounded.
    pub amount: Decimal,
    /// Of a slice: its share of the whole as it is printed, `27.52%`.
    pub share: Option<String>,
}

impl Chart {
    /// Every value, item after item.
    pub fn values(&self) -> impl Iterator<Item = &ChartValue> {
        self.items.iter().flat_map(|item| &item.values)
    }

    /// The same, to be changed.
    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut ChartValue> {
        self.items.iter_mut().flat_map(|item| &mut item.values)
    }
}

/// A picture from a file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Picture {
    /// What is printed.
    pub image: Arc<crate::picture::Picture>,
    /// The same in words, for whoever does not see it.
    pub words: String,
    /// How wide it stands where its text says so.
    pub width: Option<Width>,
    /// The paragraph after it is its caption.
    pub captioned: bool,
    /// The template it was made from.
    pub source: Source,
    /// Of a marked edition: whether it came or went.
    #[serde(skip_serializing_if = "Change::is_same")]
    pub change: Change,
}

/// How wide something stands.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub enum Width {
    /// Of the type area, 1 all of it.
    Share(f64),
    /// pt.
    Length(f64),
}

impl Document {
    /// All pictures in reading order; the n-th is the n-th of `typeset::Pages::pictures`.
    pub fn pictures(&self) -> impl Iterator<Item = &Picture> {
        self.blocks().filter_map(|b| if let Block::Picture(picture) = b { Some(picture) } else { None })
    }

    /// All blocks in reading order.
    pub fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.sections.iter().flat_map(|s| &s.blocks)
    }

    /// All tables in reading order; the n-th is the n-th of `typeset::Pages::tables`.
    pub fn tables(&self) -> impl Iterator<Item = &Table> {
        self.blocks().filter_map(|b| if let Block::Table(t) = b { Some(t) } else { None })
    }

    /// All charts in reading order; the n-th is the n-th of `typeset::Pages::charts`.
    pub fn charts(&self) -> impl Iterator<Item = &Chart> {
        self.blocks().filter_map(|b| if let Block::Chart(chart) = b { Some(chart) } else { None })
    }

    /// All headings in reading order, table titles among them.
    pub fn headings(&self) -> impl Iterator<Item = &Heading> {
        self.blocks().filter_map(|b| match b {
            Block::Heading(h) => Some(h),
            Block::Table(t) => t.title.as_ref(),
            _ => None,
        })
    }

    /// The printed figure of an id that this document gave.
    pub fn figure(&self, id: FigureId) -> &PrintedFigure {
        &self.figures[id.0 as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_behind_a_figure_are_told_in_order_and_once() {
        let line = |file: &str, line| Origin { file: file.into(), line };
        let given = vec![line("b.csv", 4), line("a.csv", 3), line("a.csv", 2), line("a.csv", 5), line("a.csv", 2)];
        let origins = Origins::from(given);
        let lines: Vec<(&str, u32)> = origins.lines().collect();
        assert_eq!(lines, [("a.csv", 2), ("a.csv", 3), ("a.csv", 5), ("b.csv", 4)]);
        assert_eq!((origins.len(), origins.0.len(), origins.is_empty()), (4, 3, false));
        assert!(Origins::from(Vec::new()).is_empty());
    }
}
