//! Tables: cells onto a grid, column widths, row heights, rows onto pages, and the painting of each page's part.

mod columns;
mod grid;
mod grow;
mod pagination;
mod paint;
mod tags;

use super::flow::Flow;
use super::frame::{Artifact, ElementId, ElementKind, TableGeometry, Tag};
use super::galley::{Galley, TextRole};
use super::linebreak::{Fit, Line, Measure};
use super::page::Area;
use super::sense;
use super::structure::Tags;
use super::text::Setting;
use crate::diagnostic::{Diagnostic, Place};
use crate::document::{Align, Inline, Table, plain_text};
use crate::style::{MM, TableStyle};
use columns::{Comfort, Needs, Sizes};
use grid::{Grid, GridCell};
use pagination::{Cursor, Extent, Plan, Spacing};

/// Type sizes fall by this much at a time, in pt.
const STEP: f64 = 0.5;
/// Line pitch of cells whose role has none, in ems: the page's grid would tear rows apart.
const CELL_PITCH: f64 = 1.3;

/// A table with its columns, lines and sizes settled.
pub struct Measured<'a> {
    pub grid: Grid<'a>,
    pub style: &'a TableStyle,
    /// Type sizes of head, text and number, and their pitches, in pt.
    pub sizes: [f64; 3],
    pub pitches: [f64; 3],
    /// Vertical and horizontal padding in pt.
    pub padding: [f64; 2],
    /// Left edges of the columns and the right edge of the last, in pt from the type area's left.
    pub edges: Vec<f64>,
    pub lines: Vec<Line>,
    /// How much smaller or larger its type is than declared.
    pub scale: f64,
    /// Least height of a row in pt.
    pub row: f64,
}

impl Measured<'_> {
    pub fn size(&self, cell: &GridCell) -> f64 {
        self.sizes[cell.part as usize]
    }

    pub fn pitch(&self, cell: &GridCell) -> f64 {
        self.pitches[cell.part as usize]
    }

    /// Blank at each side of a cell's text: less where the column is hardly wider than that.
    pub fn side(&self, cell: &GridCell) -> f64 {
        self.padding[1].min(self.width(cell) / 8.0)
    }

    pub fn width(&self, cell: &GridCell) -> f64 {
        self.edges[cell.column + cell.colspan] - self.edges[cell.column]
    }

    /// Width of a cell's lines.
    pub fn measure(&self, cell: &GridCell) -> f64 {
        let width = self.width(cell) - 2.0 * self.side(cell);
        let indent = cell.cell.indent.max(0.0) * self.size(cell);
        (width - indent.min(width / 2.0)).max(0.01)
    }

    fn text_height(&self, cell: &GridCell) -> f64 {
        cell.lines.len().max(1) as f64 * self.pitch(cell)
    }
}

/// Sets a table with its title, the line above and its notes.
pub fn set_table<'a>(flow: &mut Flow<'a>, table: &'a Table) {
    let Some(style) = table_style(flow, table) else { return };
    let title = table.title.as_ref().map(|title| flow.heading(title));
    let summary = table.description.clone();
    let index = flow.tables.len();
    let (mut measured, needs) = measure(flow, table, style);
    let element = flow.tree.add(flow.sect, ElementKind::Table { summary });
    let above = above_line(flow, table, style, element);
    tags::tag_cells(&mut flow.tree, flow.document, &mut measured.grid, element, index);
    let notes = notes(flow, table, style, index);
    if let Some(title) = title {
        flow.hold(title);
    }
    grow::grow(flow, table, &mut measured, &needs, &above, &notes);
    let columns = measured.edges.windows(2).map(|e| e[1] - e[0]).collect();
    flow.tables.push(TableGeometry { columns, scale: measured.scale, rows: Vec::new(), page: 0, pages: 0 });
    paginate(flow, &measured, above, &notes);
    for note in notes {
        flow.place(note);
    }
    flow.y += style.after.max(0.0);
}

fn table_style<'a>(flow: &mut Flow<'a>, table: &Table) -> Option<&'a TableStyle> {
    let style = flow.style;
    let found = style.table.get(&table.style).or_else(|| style.table.values().next());
    if style.table.get(&table.style).is_none() {
        let known: Vec<&str> = style.table.keys().map(String::as_str).collect();
        let message = format!("表“{}”的样式“{}”没有定义", shown(table), table.style);
        let hint = format!("style.toml 中已有的表样式：{}", known.join("、"));
        flow.diagnostics.push(Diagnostic::error("E434", message).hint(hint));
    }
    found
}

/// A table's title for messages, else its address.
fn shown(table: &Table) -> String {
    match &table.title {
        Some(title) => super::flow::one_line(&plain_text(&title.inlines)),
        None => table.id.clone(),
    }
}

fn measure<'a>(flow: &mut Flow<'a>, table: &'a Table, style: &'a TableStyle) -> (Measured<'a>, Needs) {
    let roles = roles(flow, style);
    let settings = roles.map(|role| Setting { role: role.font, full: 1.0 });
    let grid = Grid::new(table, settings, &mut flow.shaper, flow.diagnostics);
    let needs = Needs::of(&grid, &table.columns, &mut flow.breaker);
    let padding = style.padding.map(|mm| mm.max(0.0) * MM);
    let total = width(flow.area, style);
    let (widths, scale) = fit_columns(flow, table, style, roles, &needs, padding[1], total);
    let mut measured = Measured {
        grid,
        style,
        sizes: [0.0; 3],
        pitches: [0.0; 3],
        padding,
        edges: Vec::new(),
        lines: Vec::new(),
        scale,
        row: style.row,
    };
    settle(flow, &mut measured, roles, &widths, scale);
    (measured, needs)
}

fn roles<'a>(flow: &mut Flow<'a>, style: &TableStyle) -> [TextRole<'a>; 3] {
    [&style.head, &style.text, &style.number].map(|name| flow.role(name))
}

/// Width of a table's columns together: its frame lies within the type area.
fn width(area: Area, style: &TableStyle) -> f64 {
    (area.width - style.frame.max(0.0)).max(0.1)
}

/// Gives a table its columns and type, and breaks its cells into lines.
fn settle(flow: &mut Flow, measured: &mut Measured, roles: [TextRole; 3], widths: &[f64], scale: f64) {
    let mut x = 0.0;
    measured.edges = vec![0.0];
    measured.edges.extend(widths.iter().map(|w| {
        x += w;
        (x * 20.0).round() / 20.0
    }));
    measured.edges[widths.len()] = width(flow.area, measured.style);
    measured.sizes = sizes(roles, scale);
    measured.pitches = roles.map(|r| cell_pitch(r) * scale);
    measured.scale = scale;
    break_cells(flow, measured);
}

fn sizes(roles: [TextRole; 3], scale: f64) -> [f64; 3] {
    roles.map(|r| r.style.size.max(0.1) * scale)
}

fn cell_pitch(role: TextRole) -> f64 {
    role.style.pitch.filter(|&p| p > 0.0).unwrap_or(CELL_PITCH * role.style.size.max(0.1))
}

/// Column widths at the largest type that fits, and how much smaller that is than declared.
fn fit_columns(
    flow: &mut Flow,
    table: &Table,
    style: &TableStyle,
    roles: [TextRole; 3],
    needs: &Needs,
    padding: f64,
    total: f64,
) -> (Vec<f64>, f64) {
    let declared = roles[1].style.size.max(0.1);
    let least = style.least.clamp(0.1, declared);
    let steps = ((declared - least) / STEP).ceil() as usize;
    let scale_at = |step: usize| (declared - STEP * step as f64).max(least) / declared;
    let sizes_at = |scale| Sizes { parts: sizes(roles, scale), padding };
    for comfort in [Comfort::Decent, Comfort::Least] {
        for step in 0..=steps {
            let scale = scale_at(step);
            if let Ok(widths) = needs.solve(&table.columns, sizes_at(scale), total, comfort) {
                return (widths, scale);
            }
        }
    }
    let scale = scale_at(steps);
    let sizes = sizes_at(scale);
    let needed = needs.solve(&table.columns, sizes, total, Comfort::Least).err().unwrap_or(total);
    flow.diagnostics.push(too_wide(table, needed, total, least));
    (needs.squeeze(&table.columns, sizes, total), scale)
}

fn too_wide(table: &Table, needed: f64, total: f64, least: f64) -> Diagnostic {
    let (needed, total) = (needed / MM, total / MM);
    let message =
        format!("表“{}”放不下：字号降到 {least} 磅仍需宽 {needed:.0} 毫米，版心只有 {total:.0} 毫米", shown(table));
    let mut found = Diagnostic::error("E420", message)
        .hint("请为该表改用横向页面或更大的纸张，或减少列数、缩短表头与数字，或在 style.toml 中调小 least");
    let origin = table.body.iter().find_map(|row| row.origin.as_ref());
    found.place = origin.map(|o| Place::new(o.file.clone(), o.line, 0));
    found
}

/// A text at the left that takes more lines than this is prose, and justified.
const PROSE: f64 = 2.5;

/// Ems: in a narrower cell justified lines would be stretched apart.
const PROSE_WIDTH: f64 = 15.0;

fn break_cells(flow: &mut Flow, measured: &mut Measured) {
    let mut lines = Vec::with_capacity(measured.grid.cells.len());
    for index in 0..measured.grid.cells.len() {
        let first = lines.len();
        let cell = &measured.grid.cells[index];
        if !cell.text.signs.is_empty() {
            let width = measured.measure(cell) / measured.size(cell);
            let count = flow.breaker.natural_width(&cell.text) / width;
            let prose = count > PROSE && width >= PROSE_WIDTH;
            let prose = prose && cell.align == Align::Left;
            let align = if prose { Align::Justify } else { cell.align };
            // Heads and names break at words.
            if align != Align::Justify && (1.0..=4.0).contains(&count) {
                flow.breaker.senses = sense::costs(&cell.text);
            }
            let measure = Measure { width, indent: 0.0 };
            flow.breaker.break_lines(&cell.text, measure, Fit::of(align), &mut lines);
            flow.breaker.senses.clear();
            measured.grid.cells[index].prose = prose;
        }
        measured.grid.cells[index].lines = first..lines.len();
    }
    measured.lines = lines;
}

/// The line above a table: up to three texts, at the left, in the middle, at the right.
fn above_line<'a>(flow: &mut Flow<'a>, table: &'a Table, style: &'a TableStyle, element: ElementId) -> Vec<Galley<'a>> {
    let filled: Vec<(usize, &'a Vec<Inline>)> =
        table.above.iter().enumerate().filter(|(_, inlines)| !inlines.is_empty()).collect();
    if filled.is_empty() {
        return Vec::new();
    }
    let caption = flow.tree.add(element, ElementKind::Caption);
    let mut galleys = Vec::with_capacity(filled.len());
    for (index, inlines) in filled {
        let paragraph = flow.tree.add(caption, ElementKind::Paragraph);
        let tags = flow.tree.tag_sentence(paragraph, inlines, flow.document);
        let mut galley = flow.galley(&style.above, inlines, None, tags);
        galley.align = match index {
            0 => Align::Left,
            1 => Align::Center,
            _ => Align::Right,
        };
        galleys.push(galley);
    }
    galleys
}

fn notes<'a>(flow: &mut Flow<'a>, table: &'a Table, style: &'a TableStyle, index: usize) -> Vec<Galley<'a>> {
    let mut galleys = Vec::with_capacity(table.notes.len());
    for (n, inlines) in table.notes.iter().enumerate() {
        let element = flow.tree.add(flow.sect, ElementKind::Note { id: format!("t{index}n{n}") });
        let tags = flow.tree.tag_sentence(element, inlines, flow.document);
        galleys.push(flow.galley(&style.note, inlines, None, tags));
    }
    galleys
}

/// Height of the rows: lines and padding, at least the style's, and enough for the cells that span several.
fn row_extents(measured: &Measured, page: f64) -> Vec<Extent> {
    let [vertical, _] = measured.padding;
    let least = measured.row.clamp(0.0, page / 2.0).max(measured.pitches[1] + 2.0 * vertical);
    let grid = &measured.grid;
    let mut extents = vec![Extent { height: least, lines: 1 }; grid.rows()];
    for cell in grid.cells.iter().filter(|c| c.rowspan == 1) {
        let extent = &mut extents[cell.row];
        extent.height = extent.height.max(measured.text_height(cell) + 2.0 * vertical);
        extent.lines = extent.lines.max(cell.lines.len());
    }
    for cell in grid.cells.iter().filter(|c| c.rowspan > 1) {
        let has: f64 = extents[cell.rows()].iter().map(|e| e.height).sum();
        let pitch = measured.pitch(cell);
        let mut needs = measured.text_height(cell) + 2.0 * vertical;
        if needs > page {
            // Each page it is spread over wastes up to a line and its padding.
            needs += (needs / (page / 2.0)).ceil() * (pitch + 2.0 * vertical);
        }
        let more = (needs - has).max(0.0) / cell.rowspan as f64;
        extents[cell.rows()].iter_mut().for_each(|e| e.height += more);
    }
    extents
}

/// Rows onto pages, with the title and the line above on the first, and 续表 on each that follows.
fn paginate<'a>(flow: &mut Flow<'a>, measured: &Measured<'a>, mut above: Vec<Galley<'a>>, notes: &[Galley<'a>]) {
    let continued = continued_line(flow, measured.style);
    let frame = measured.style.frame.max(0.0);
    let page = (flow.area.height - continued.as_ref().map_or(0.0, |g| g.height() - g.half_leading()) - frame).max(1.0);
    let plan = plan(measured, notes, page);
    let above_height = arrange_above(flow.area, &mut above);
    flow.make_room(above_height + plan.first_height() + frame);
    flow.release_held();
    set_above(flow, &above, above_height);
    let first = flow.page_index();
    let mut painter = paint::Painter::new(measured);
    let mut cursor = Cursor::default();
    while cursor.row < plan.rows() {
        let begun = cursor != Cursor::default();
        if begun {
            flow.break_page();
            continued.iter().for_each(|line| flow.paint(line, 0..line.lines.len()));
        }
        let (bands, next) = plan.next(&cursor, flow.room() - frame, begun);
        painter.paint(flow, &bands);
        cursor = next;
    }
    let pages = flow.page_index() + 1 - first;
    if let Some(geometry) = flow.tables.last_mut() {
        (geometry.page, geometry.pages) = (first, pages);
        geometry.rows = plan.heights();
    }
}

fn plan(measured: &Measured, notes: &[Galley], page: f64) -> Plan {
    let notes = notes_height(notes);
    let pitch = measured.pitches.iter().copied().fold(0.1, f64::max);
    let spacing = Spacing { page, notes, pitch, padding: measured.padding[0] };
    Plan::new(&measured.grid, row_extents(measured, page), spacing)
}

fn notes_height(notes: &[Galley]) -> f64 {
    notes.iter().map(|n| n.before + n.height() + n.after).sum()
}

/// 续表, at the right above the table, where the style asks for it.
fn continued_line<'a>(flow: &mut Flow<'a>, style: &'a TableStyle) -> Option<Galley<'a>> {
    let text = style.continued.as_ref().filter(|t| !t.is_empty())?;
    let role = flow.role(&style.above);
    let inlines = [Inline::text(text)];
    let setting = Setting { role: role.font, full: 1.0 };
    let shaped = flow.shaper.shape(&inlines, setting, &|| None, flow.diagnostics).into_owned();
    let tags = Tags::One(Tag::Artifact(Artifact::Pagination));
    let mut galley = flow.break_galley(role, shaped, tags, 0.0);
    galley.align = Align::Right;
    Some(galley)
}

/// Space between texts on the line above a table, in ems.
const ASIDE: f64 = 1.0;

/// What the texts above a table take at the left, in the middle and at the right, if one line holds them.
fn on_one_line(area: Area, galleys: &[Galley]) -> Option<[f64; 3]> {
    let width = |g: &Galley| g.lines.iter().map(|l| l.width).fold(0.0, f64::max) * g.size;
    let at = |align| galleys.iter().filter(|g| g.align == align).map(|g| width(g) + ASIDE * g.size).fold(0.0, f64::max);
    let widths = [Align::Left, Align::Center, Align::Right].map(at);
    let fits = widths.iter().sum::<f64>() <= area.width && galleys.iter().all(|g| g.lines.len() == 1);
    fits.then_some(widths)
}

/// Height of the texts above a table: of one line if it holds them, else of all under each other.
fn arranged_height(area: Area, galleys: &[Galley]) -> f64 {
    match on_one_line(area, galleys) {
        Some(_) => galleys.iter().map(Galley::height).fold(0.0, f64::max),
        None => galleys.iter().map(Galley::height).sum(),
    }
}

/// Puts texts on one line, at the left, in the middle and at the right, if it holds them; returns their height.
fn arrange_above(area: Area, galleys: &mut [Galley]) -> f64 {
    let height = arranged_height(area, galleys);
    let Some([left, middle, right]) = on_one_line(area, galleys) else { return height };
    for galley in galleys.iter_mut().filter(|g| g.align == Align::Center) {
        // Where the middle of the page is taken, the middle of what is left.
        if (galley.width - middle) / 2.0 < left.max(right) {
            (galley.left, galley.width) = (galley.left + left, galley.width - left - right);
        }
    }
    height
}

/// Sets the texts above a table into a height that [`arrange_above`] gave.
fn set_above<'a>(flow: &mut Flow<'a>, galleys: &[Galley<'a>], height: f64) {
    if let Some(first) = galleys.first() {
        flow.begin_line(first);
    }
    let top = flow.y;
    let one_line = galleys.iter().all(|g| g.height() <= height) && height < galleys.iter().map(Galley::height).sum();
    for galley in galleys {
        if one_line {
            flow.y = top;
        }
        flow.paint(galley, 0..galley.lines.len());
    }
}
