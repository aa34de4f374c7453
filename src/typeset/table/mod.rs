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
use super::linebreak::{Fit, Line, Measure, natural_width};
use super::page::Area;
use super::sense;
use super::structure::Tags;
use super::text::{Setting, Text};
use crate::diagnostic::{Diagnostic, Place};
use crate::document::{Align, Inline, Table, plain_text};
use crate::style::{MM, TableStyle};
pub use columns::Needs;
use columns::{Comfort, Sizes};
use grid::{Grid, GridCell, PARTS, Part};
use pagination::{Cursor, Extent, Plan, Spacing};
use std::collections::BTreeMap;

/// Type sizes fall by this much at a time, in pt.
const STEP: f64 = 0.5;
/// Line pitch of cells whose role has none, in ems: the page's grid would tear rows apart.
const CELL_PITCH: f64 = 1.3;

/// A table with its columns, lines and sizes settled.
pub struct Measured<'a> {
    pub grid: Grid<'a>,
    pub style: &'a TableStyle,
    /// Type sizes of head, text, number and total, and their pitches, in pt.
    pub sizes: [f64; PARTS],
    pub pitches: [f64; PARTS],
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
    let title = table.title.as_ref().map(|title| {
        let mut galley = flow.heading(title);
        flow.decide(&title.role, &mut galley);
        galley
    });
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
    let heads = head_breaks(&measured);
    flow.tables.push(TableGeometry { columns, scale: measured.scale, heads, ..TableGeometry::default() });
    let continued = continued_line(flow, table, style);
    paginate(flow, &measured, above, &notes, continued);
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
        Some(title) => crate::document::one_line(&plain_text(&title.inlines)),
        None => table.id.clone(),
    }
}

fn measure<'a>(flow: &mut Flow<'a>, table: &'a Table, style: &'a TableStyle) -> (Measured<'a>, Needs) {
    let roles = roles(flow, style);
    let settings = roles.map(|role| Setting { role: role.font, full: 1.0 });
    let padding = style.padding.map(|mm| mm.max(0.0) * MM);
    let total = width(flow.area, style);
    let form = shape_form(flow, table, settings);
    let Shaped { grid, needs: own } = match flow.shaped.remove(table.id.as_str()) {
        Some(shaped) => shaped,
        None => shape(flow, table, settings),
    };
    let declared = Sizes { parts: sizes(roles, 1.0), padding: padding[1] };
    let fits =
        |form: &Needs| own.longest <= LONG && form.solve(&table.columns, declared, total, Comfort::Decent).is_ok();
    let needs = match form {
        Some(form) if fits(&form) => form,
        _ => own,
    };
    let (mut widths, scale) = fit_columns(flow, table, style, roles, &needs, padding[1], total);
    if needs.longest > LONG {
        let sizes = Sizes { parts: sizes(roles, scale), padding: padding[1] };
        relieve(&grid, &mut widths, needs.by_content(&table.columns, sizes, total), sizes);
    }
    let mut measured = Measured {
        grid,
        style,
        sizes: [0.0; PARTS],
        pitches: [0.0; PARTS],
        padding,
        edges: Vec::new(),
        lines: Vec::new(),
        scale,
        row: style.row,
    };
    settle(flow, &mut measured, roles, &widths, scale);
    (measured, needs)
}

/// A table's cells, and what they need of its columns.
pub struct Shaped<'a> {
    grid: Grid<'a>,
    needs: Needs,
}

fn shape<'a>(flow: &mut Flow<'a>, table: &'a Table, settings: [Setting<'a>; PARTS]) -> Shaped<'a> {
    let totals = flow.style.table.get(&table.style).is_some_and(|style| style.total.is_some());
    let grid = Grid::new(table, settings, totals, &mut flow.shaper, flow.diagnostics);
    let needs = Needs::of(&grid, &table.columns, &mut flow.breaker);
    Shaped { grid, needs }
}

/// What all tables of one form need together (绩效目标表, a table for each project): they have the same columns on all
/// pages. The first one shapes the others too. None for a table that is alone.
fn shape_form<'a>(flow: &mut Flow<'a>, table: &'a Table, settings: [Setting<'a>; PARTS]) -> Option<Needs> {
    let (form, _) = table.id.split_once('.')?;
    let looks_alike = |other: &Table| other.style == table.style && other.columns == table.columns;
    // The tables of one layout are of several forms where their columns depend on the data.
    if let Some(known) = flow.forms.get(form).and_then(|forms| forms.iter().find(|known| looks_alike(known.first))) {
        return known.needs.clone();
    }
    let document = flow.document;
    let is_one = |other: &&Table| other.id.split_once('.').is_some_and(|(of, _)| of == form) && looks_alike(other);
    let mut joined: Option<Needs> = None;
    for other in document.tables().filter(is_one) {
        let shaped = shape(flow, other, settings);
        // One text beyond all measure is its own table's affair.
        if shaped.needs.longest <= LONG {
            match &mut joined {
                Some(joined) => joined.join(shaped.needs.clone()),
                None => joined = Some(shaped.needs.clone()),
            }
        }
        flow.shaped.insert(&other.id, shaped);
    }
    flow.forms.entry(form).or_default().push(Form { first: table, needs: joined.clone() });
    joined
}

/// Tables of one layout with the same columns and looks.
pub struct Form<'a> {
    first: &'a Table,
    /// What they need together; none where each has a text beyond all measure.
    needs: Option<Needs>,
}

/// A text of more ems than these is worth other columns than declared.
const LONG: f64 = 120.0;
/// If the table then takes less than this share of its height.
const RELIEF: f64 = 0.75;

/// Columns by what stands in them, where one long text would else make the table much higher.
fn relieve(grid: &Grid, widths: &mut Vec<f64>, other: Option<Vec<f64>>, sizes: Sizes) {
    let Some(other) = other else { return };
    let lines = |widths: &[f64]| {
        let mut rows = vec![1.0_f64; grid.rows()];
        for cell in grid.cells.iter().filter(|c| c.rowspan == 1) {
            let width = widths[cell.columns()].iter().sum::<f64>() - 2.0 * sizes.padding;
            let size = sizes.parts[cell.part as usize];
            rows[cell.row] = rows[cell.row].max((cell.natural * size / width.max(size)).ceil());
        }
        rows.iter().sum::<f64>()
    };
    if lines(&other) < RELIEF * lines(widths) {
        *widths = other;
    }
}

fn roles<'a>(flow: &mut Flow<'a>, style: &TableStyle) -> [TextRole<'a>; PARTS] {
    [&style.head, &style.text, &style.number, style.total.as_ref().unwrap_or(&style.text)].map(|name| flow.role(name))
}

/// Width of a table's columns together: its frame lies within the type area.
fn width(area: Area, style: &TableStyle) -> f64 {
    (area.width - style.frame.max(0.0)).max(0.1)
}

/// Gives a table its columns and type, and breaks its cells into lines.
fn settle(flow: &mut Flow, measured: &mut Measured, roles: [TextRole; PARTS], widths: &[f64], scale: f64) {
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

fn sizes(roles: [TextRole; PARTS], scale: f64) -> [f64; PARTS] {
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
    roles: [TextRole; PARTS],
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

/// How much worse a broken word is in a head than in a title: worse than a line more.
const HEAD_WORD: f64 = 20.0;

fn break_cells(flow: &mut Flow, measured: &mut Measured) {
    let mut lines = Vec::with_capacity(measured.grid.cells.len());
    for index in 0..measured.grid.cells.len() {
        let first = lines.len();
        let cell = &measured.grid.cells[index];
        if !cell.text.signs.is_empty() {
            let width = measured.measure(cell) / measured.size(cell);
            let count = cell.natural / width;
            let prose = count > PROSE && width >= PROSE_WIDTH;
            let prose = prose && cell.align == Align::Left;
            let align = if prose { Align::Justify } else { cell.align };
            // Heads and names break at words; a head or a label rather takes one line more than breaks one.
            let head = !prose && (cell.part == Part::Head || cell.label);
            if align != Align::Justify && (1.0..=if head { 12.0 } else { 6.0 }).contains(&count) {
                flow.breaker.senses.extend_from_slice(cell.costs());
                if head {
                    let within = flow.breaker.senses.iter_mut().filter(|cost| !sense::is_between_words(**cost));
                    within.for_each(|cost| *cost = cost.max(sense::WITHIN_WORD) * HEAD_WORD);
                }
            }
            let measure = Measure { width, indent: 0.0 };
            flow.breaker.rigid = !prose;
            let fit = if head { Fit::Balanced } else { Fit::of(align) };
            flow.breaker.break_lines(&cell.text, measure, fit, &mut lines);
            flow.breaker.rigid = false;
            flow.breaker.senses.clear();
            measured.grid.cells[index].prose = prose;
        }
        measured.grid.cells[index].lines = first..lines.len();
    }
    measured.lines = lines;
}

/// Texts side by side above a table: at the left, in the middle, at the right.
#[derive(Default)]
pub struct Above<'a> {
    pub galleys: Vec<Galley<'a>>,
    /// pt: of the highest of them side by side, or of all under each other.
    pub height: f64,
    /// Widths of the three places in pt, where they stand side by side.
    parts: Option<[f64; 3]>,
}

/// The line above a table: up to three texts. That at the left, the department, takes what the others leave, on several
/// lines if it is long.
fn above_line<'a>(flow: &mut Flow<'a>, table: &'a Table, style: &'a TableStyle, element: ElementId) -> Above<'a> {
    let filled: Vec<(usize, &'a Vec<Inline>)> =
        table.above.iter().enumerate().filter(|(_, inlines)| !inlines.is_empty()).collect();
    if filled.is_empty() {
        return Above::default();
    }
    let caption = flow.tree.add(element, ElementKind::Caption);
    let mut texts = Vec::with_capacity(filled.len());
    for (index, inlines) in filled {
        let paragraph = flow.tree.add(caption, ElementKind::Paragraph);
        let tags = flow.tree.tag_sentence(paragraph, inlines, flow.document);
        let role = flow.role(&style.above);
        texts.push((PLACES[index.min(2)], flow.shape(role, inlines, None), tags));
    }
    side_by_side(flow, style, texts)
}

const PLACES: [Align; 3] = [Align::Left, Align::Center, Align::Right];

/// Space between texts on the line above a table, in ems.
const ASIDE: f64 = 1.0;

/// The left text is not squeezed into less than this share of the line.
const LEAST_LEFT: f64 = 0.4;

/// Breaks texts so that they stand side by side, if the type area is wide enough, else under each other.
fn side_by_side<'a>(flow: &mut Flow<'a>, style: &'a TableStyle, texts: Vec<(Align, Text<'a>, Tags)>) -> Above<'a> {
    let role = flow.role(&style.above);
    let size = role.style.size.max(0.1);
    let mut natural = [0.0; 3];
    for (align, text, _) in &texts {
        natural[place(*align)] = natural_width(text) * size + ASIDE * size;
    }
    let [left, middle, right] = natural;
    let total = flow.area.width;
    let rest = total - middle - right;
    let beside = left <= rest || rest >= LEAST_LEFT * total;
    let parts = beside.then(|| {
        // The middle of the page, where it is free, else the middle of what is free.
        let side = left.max(right);
        match (total - middle) / 2.0 >= side {
            true => [(total - middle) / 2.0, middle, (total - middle) / 2.0],
            false => [left.min(rest), rest - left.min(rest) + middle, right],
        }
    });
    let mut above = Above { galleys: Vec::with_capacity(texts.len()), height: 0.0, parts };
    for (align, text, tags) in texts {
        let at = place(align);
        let (from, width) = match parts {
            Some(parts) => (parts[..at].iter().sum::<f64>(), parts[at]),
            None => (0.0, total),
        };
        let aside = if parts.is_some() && at == 0 && width < total { ASIDE * size } else { 0.0 };
        let mut galley = flow.break_galley(role, text, tags, total - width + aside);
        (galley.left, galley.align) = (galley.left + from, align);
        above.height = if beside { above.height.max(galley.height()) } else { above.height + galley.height() };
        above.galleys.push(galley);
    }
    above
}

fn place(align: Align) -> usize {
    PLACES.iter().position(|p| *p == align).unwrap_or(0)
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
fn paginate<'a>(
    flow: &mut Flow<'a>,
    measured: &Measured<'a>,
    above: Above<'a>,
    notes: &[Galley<'a>],
    continued: Above<'a>,
) {
    let frame = measured.style.frame.max(0.0);
    // A page that hardly holds the line above its part has room for rows alone.
    let continued = if continued.height <= MOST_CONTINUED * flow.area.height { continued } else { Above::default() };
    let leading = continued.galleys.first().map_or(0.0, Galley::half_leading);
    let page = (flow.area.height - continued.height + leading - frame).max(1.0);
    let plan = plan(measured, notes, page);
    let whole = plan.whole_height();
    let first_rows = if whole <= KEPT_WHOLE * page { whole } else { plan.first_height() };
    flow.make_room(above.height + first_rows + frame);
    flow.release_held();
    set_above(flow, &above);
    let first = flow.page_index();
    let mut painter = paint::Painter::new(measured);
    let mut cursor = Cursor::default();
    while cursor.row < plan.rows() {
        let begun = cursor != Cursor::default();
        if begun {
            flow.break_page();
            set_above(flow, &continued);
        }
        let (bands, next) = plan.next(&cursor, flow.room() - frame, begun);
        painter.paint(flow, &bands);
        cursor = next;
    }
    let pages = flow.page_index() + 1 - first;
    if let Some(geometry) = flow.tables.last_mut() {
        (geometry.page, geometry.pages) = (first, pages);
        geometry.rows = plan.heights();
        geometry.above = above.parts;
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

/// What stands above each following part of a table, where the style asks for it: which table goes on, and its unit.
fn continued_line<'a>(flow: &mut Flow<'a>, table: &'a Table, style: &'a TableStyle) -> Above<'a> {
    let Some(words) = style.continued.as_ref().filter(|t| !t.is_empty()) else { return Above::default() };
    let title = table.title.as_ref().map_or(String::new(), |t| crate::document::one_line(&plain_text(&t.inlines)));
    let unit = table.above.get(2).filter(|unit| !unit.is_empty() && !title.is_empty());
    let name = [Inline::text(format!("{title}{words}"))];
    let role = flow.role(&style.above);
    let setting = Setting { role: role.font, full: 1.0 };
    let mut shaped = |inlines: &[Inline]| flow.shaper.shape(inlines, setting, &|| None, flow.diagnostics).into_owned();
    let tags = || Tags::One(Tag::Artifact(Artifact::Pagination));
    let at = if title.is_empty() { Align::Right } else { Align::Left };
    let mut texts = vec![(at, shaped(&name), tags())];
    texts.extend(unit.map(|unit| (Align::Right, shaped(unit), tags())));
    side_by_side(flow, style, texts)
}

/// 续表 and what stands beside it take no more than this of a page.
const MOST_CONTINUED: f64 = 0.25;

/// A table that takes less than this of a page stands whole on one, rather than with two rows on the next.
const KEPT_WHOLE: f64 = 0.4;

/// Where the lines of heads, labels and names of rows end, by row and column.
fn head_breaks(measured: &Measured) -> BTreeMap<(usize, usize), Vec<usize>> {
    let mut heads = BTreeMap::new();
    for cell in measured.grid.cells.iter().filter(|c| c.lines.len() > 1 && !c.prose) {
        let lines = &measured.lines[cell.lines.clone()];
        // What stands in the middle of its cell is a label too, in a table whose rows it does not join.
        let name = cell.part == Part::Text && (cell.cell.header || cell.align == Align::Center);
        if !(cell.part == Part::Head || cell.label || name && end_between_words(cell, lines)) {
            continue;
        }
        let ends = lines.iter().filter(|line| !line.last && !line.hyphen);
        let of = |line: &Line| cell.text.signs.get(line.end as usize).map(|sign| sign.at as usize);
        heads.insert((cell.row, cell.column), ends.filter_map(of).collect());
    }
    heads
}

fn end_between_words(cell: &GridCell, lines: &[Line]) -> bool {
    let costs = cell.costs();
    let end = |line: &Line| (line.end as usize).checked_sub(1).and_then(|last| costs.get(last));
    lines.iter().all(|line| line.last || end(line).is_some_and(|cost| sense::is_between_words(*cost)))
}

/// Sets the texts above a table: side by side their last lines stand on one line.
fn set_above<'a>(flow: &mut Flow<'a>, above: &Above<'a>) {
    if let Some(first) = above.galleys.first() {
        flow.begin_line(first);
    }
    let top = flow.y;
    for galley in &above.galleys {
        if above.parts.is_some() {
            flow.y = top + above.height - galley.height();
        }
        flow.paint(galley, 0..galley.lines.len());
    }
    if !above.galleys.is_empty() {
        flow.y = top + above.height;
    }
}
