//! The form of a table without data: its heads and rows as declared, and in each cell of a figure its address. What data
//! would make many of stands there once, in angle brackets: `t5/〈项〉/基本`.

use crate::compose::heads::tile;
use crate::compose::nested_key;
use crate::data::Kind;
use crate::diagnostic::Diagnostic;
use crate::document::{
    Align, Block, Cell, Change, Column, ColumnKind, Document, Heading, Inline, Meta, Numbering, Row, RowKind, Section,
    Start, Table,
};
use crate::layout::{
    CellContent, CellDecl, ColumnDecl, Each, LayoutSet, ListEntry, RowDecl, RowStyle, Side, TableLayout, Template,
    Values,
};
use crate::toml_tree::suggestion;

/// The form of a table, by its id or its file's stem. E297: there is no such table.
pub fn form(set: &LayoutSet, table: &str) -> Result<Table, Diagnostic> {
    let found = set.tables.get(table).or_else(|| set.tables.values().find(|layout| layout.id == table));
    match found {
        Some(layout) => Ok(Former { set, layout, id: instance_id(set, layout) }.table()),
        None => {
            let known: Vec<&str> = set.tables.values().map(|layout| layout.id.as_str()).collect();
            let found = Diagnostic::error("E297", format!("版式集“{}”没有表“{table}”", set.id));
            Err(found.hint(suggestion(table, &known)))
        }
    }
}

/// A document of one form alone, on its page.
pub fn sheet(set: &LayoutSet, form: Table, table: &str) -> Document {
    let layout = set.tables.get(table).or_else(|| set.tables.values().find(|layout| layout.id == table));
    let of_part = || set.parts.iter().find(|part| layout.is_some_and(|l| l.file == part.file))?.placement.page.clone();
    let page = layout.and_then(|layout| layout.page.clone()).or_else(of_part);
    let page = page.or_else(|| set.style.page.keys().next().cloned()).unwrap_or_default();
    let section = Section {
        id: form.id.clone(),
        page,
        start: Start::Page,
        numbering: Numbering::None,
        restart: false,
        head: None,
        blocks: vec![Block::Table(form)],
    };
    let meta = Meta {
        title: format!("{} {table}", set.id),
        author: String::new(),
        code: String::new(),
        year: 0,
        date: None,
        language: "zh-CN".to_string(),
        file_stem: format!("{}-{table}", set.id),
        watermark: None,
        data: None,
    };
    Document { meta, sections: vec![section], figures: Vec::new() }
}

/// A table that narratives place for a record of its own has that record in its id.
fn instance_id(set: &LayoutSet, layout: &TableLayout) -> String {
    let texts = set.narratives.values().map(|narrative| narrative.template.source.as_str());
    let fields = texts.filter_map(|text| {
        let call = ["\"", "'"].iter().find_map(|q| text.split_once(&format!("table({q}{}{q}", layout.id)))?.1;
        let (field, _) = call.split_once(')')?.0.trim_start_matches([',', ' ']).split_once('=')?;
        Some(field.trim().to_string())
    });
    match fields.into_iter().next() {
        Some(field) => format!("{}.〈{}〉", layout.id, head_of(set, &layout.from, &field)),
        None => layout.id.clone(),
    }
}

/// What users call a field.
fn head_of(set: &LayoutSet, file: &str, field: &str) -> String {
    let decl = set.schema.files.get(file).and_then(|file| file.field(field));
    decl.map_or_else(|| field.to_string(), |decl| decl.head.clone())
}

/// A column as the form has it.
struct FormColumn<'a> {
    decl: &'a ColumnDecl,
    head: Vec<String>,
    key: Option<String>,
}

/// A row of a side.
struct FormRow<'a> {
    decl: &'a RowDecl,
    key: String,
    /// What it stands for: a fixed row's label, an entry's name, 〈项〉.
    name: String,
    /// The level of a code.
    level: Option<String>,
}

struct Former<'a> {
    set: &'a LayoutSet,
    layout: &'a TableLayout,
    id: String,
}

impl<'a> Former<'a> {
    fn table(&self) -> Table {
        let layout = self.layout;
        let own_columns = layout.sides.iter().all(|side| side.columns.is_empty());
        let lead: Vec<FormColumn<'_>> = if own_columns { Vec::new() } else { self.columns(&layout.columns) };
        let sides: Vec<(Vec<FormColumn<'_>>, &Side)> = layout
            .sides
            .iter()
            .map(|side| (self.columns(if own_columns { &layout.columns } else { &side.columns }), side))
            .collect();
        let all: Vec<&FormColumn<'_>> = lead.iter().chain(sides.iter().flat_map(|(columns, _)| columns)).collect();
        let mut body = Vec::new();
        let rows: Vec<[Vec<FormRow<'_>>; 2]> =
            sides.iter().map(|(_, side)| [self.rows(&side.rows, None), self.rows(&side.foot, None)]).collect();
        for part in 0..2 {
            let most = rows.iter().map(|side| side[part].len()).max().unwrap_or(0);
            for index in 0..most {
                let of_sides: Vec<Option<&FormRow<'_>>> = rows.iter().map(|side| side[part].get(index)).collect();
                body.push(self.line(&lead, &sides, &of_sides));
            }
        }
        let role = self.set.style.table.get(&layout.style).map_or("正文", |style| style.title.as_str());
        let title = layout.title.as_ref().map_or(layout.id.as_str(), |title| title.source.as_str());
        let heading = Heading {
            level: 1,
            role: role.to_string(),
            inlines: vec![Inline::text(title)],
            anchor: "_gk0001".to_string(),
            contents: false,
            source: None,
            change: Change::Same,
        };
        let under = layout.empty.as_ref().and_then(|empty| empty.note.as_ref());
        Table {
            id: self.id.clone(),
            style: layout.style.clone(),
            title: Some(heading),
            above: layout.above.iter().map(inlines).collect(),
            columns: all.iter().map(|column| column_of(column)).collect(),
            header: self.header(&all),
            body,
            notes: layout.notes.iter().chain(under).map(inlines).collect(),
            description: format!("{title}的样式，数字处是地址"),
            change: Change::Same,
        }
    }

    fn header(&self, columns: &[&FormColumn<'_>]) -> Vec<Row> {
        let heads: Vec<Vec<String>> = columns.iter().map(|column| column.head.clone()).collect();
        let figures: Vec<bool> = columns.iter().map(|column| column.key.is_some()).collect();
        let (count, tiles) = tile(&heads, &figures);
        let row = |index: usize| {
            let cells = tiles.iter().filter(|tile| tile.row == index).map(|tile| Cell {
                colspan: tile.colspan,
                rowspan: tile.rowspan,
                align: Some(Align::Center),
                header: true,
                ..cell(tile.column, tile.text.clone())
            });
            line(RowKind::Header, cells.collect())
        };
        let mut header: Vec<Row> = (0..count).map(row).collect();
        if let Some(first) = &self.layout.numbering {
            let text = |index: usize| if index == 0 { first.clone() } else { index.to_string() };
            header.push(line(RowKind::Numbering, (0..columns.len()).map(|index| cell(index, text(index))).collect()));
        }
        header
    }

    fn columns(&self, decls: &'a [ColumnDecl]) -> Vec<FormColumn<'a>> {
        let mut columns = Vec::new();
        for decl in decls {
            let given = decl.key.as_ref().and_then(|key| self.layout.heads.get(key)).unwrap_or(&decl.head);
            let head: Vec<String> = given.iter().map(|head| head.source.clone()).collect();
            let Some(each) = &decl.each else {
                columns.push(FormColumn { decl, head, key: decl.key.clone() });
                continue;
            };
            for (key, name) in self.entries(each, decl.values.as_ref(), decl.from.as_deref()) {
                let key = match &decl.key {
                    Some(of) => format!("{of}.{key}"),
                    None => key,
                };
                columns.push(FormColumn { decl, head: head.iter().cloned().chain([name]).collect(), key: Some(key) });
            }
        }
        columns
    }

    /// Keys and names of what `each` makes: the entries of lists, else one in angle brackets.
    fn entries(&self, each: &Each, values: Option<&Values>, from: Option<&str>) -> Vec<(String, String)> {
        let listed = |list: &[ListEntry]| -> Vec<(String, String)> {
            let entry = |entry: &ListEntry| match entry {
                ListEntry::Value(value, _) => (value.clone(), self.name_of(value)),
                ListEntry::Entry(named) => {
                    let head = named.head.as_ref().map_or(named.name.as_str(), |head| head.source.as_str());
                    (named.key.clone(), head.to_string())
                }
            };
            list.iter().map(entry).collect()
        };
        let named =
            |name: &str| self.layout.lists.get(name).or_else(|| self.set.lists.get(name)).map(|list| listed(list));
        let from = from.unwrap_or(&self.layout.from);
        let placeholder = |name: String| vec![(format!("〈{name}〉"), format!("〈{name}〉"))];
        match (each, values) {
            (_, Some(Values::Here(list))) => listed(list),
            (_, Some(Values::List(name))) => named(name).unwrap_or_default(),
            (Each::Entries(list), None) => listed(list),
            (Each::List(name), None) => named(name).unwrap_or_else(|| placeholder(name.clone())),
            // A name that is no field of the file is a list's.
            (Each::Field(name), None) => match named(name).filter(|_| !self.is_field(from, name)) {
                Some(listed) => listed,
                None => placeholder(head_of(self.set, from, name)),
            },
            (Each::Fields(names), None) => {
                let heads: Vec<String> = names.iter().map(|name| head_of(self.set, from, name)).collect();
                placeholder(heads.join("+"))
            }
            (Each::Record, None) => placeholder("记录".to_string()),
        }
    }

    fn is_field(&self, file: &str, name: &str) -> bool {
        self.set.schema.files.get(file).is_some_and(|file| file.field(name).is_some())
    }

    /// The name that a classification of the set has for a value; the value itself where it is no code.
    fn name_of(&self, value: &str) -> String {
        let name = self.set.schema.classes.values().find_map(|class| class.names.get(value));
        name.cloned().unwrap_or_else(|| value.to_string())
    }

    fn rows(&self, decls: &'a [RowDecl], above: Option<&str>) -> Vec<FormRow<'a>> {
        let mut rows = Vec::new();
        for decl in decls {
            self.expand(decl, above, &mut rows);
        }
        rows
    }

    fn expand(&self, decl: &'a RowDecl, above: Option<&str>, rows: &mut Vec<FormRow<'a>>) {
        let nested = |key: &str| match above {
            Some(above) if decl.id.is_empty() => nested_key(above, key).to_string(),
            _ => key.to_string(),
        };
        let Some(each) = &decl.each else {
            let key = decl.key.as_deref().unwrap_or_default();
            let label = self.layout.labels.get(key).or(decl.label.as_ref());
            let name = label.map_or_else(|| key.to_string(), |label| label.source.clone());
            rows.push(FormRow { decl, key: nested(key), name, level: None });
            rows.extend(self.rows(&decl.rows, above));
            return;
        };
        let levels = self.levels(decl, each);
        let entries = match levels.is_empty() || decl.values.is_some() {
            true => self.entries(each, decl.values.as_ref(), decl.from.as_deref()),
            false => levels.iter().map(|level| (format!("〈{level}〉"), format!("〈{level}〉"))).collect(),
        };
        for (index, (key, name)) in entries.into_iter().enumerate() {
            let key = nested(&key);
            if decl.row {
                let level = levels.get(index).or(levels.first()).cloned();
                rows.push(FormRow { decl, key: key.clone(), name, level });
            }
            rows.extend(self.rows(&decl.rows, Some(&key)));
        }
    }

    /// The levels of codes that a row is expanded to.
    fn levels(&self, decl: &RowDecl, each: &Each) -> Vec<String> {
        let from = decl.from.as_deref().unwrap_or(&self.layout.from);
        let Each::Field(field) = each else { return Vec::new() };
        let kind = self.set.schema.files.get(from).and_then(|file| Some(&file.field(field)?.kind));
        let Some(Kind::Code { class, .. }) = kind else { return Vec::new() };
        match self.set.schema.classes.get(class) {
            Some(class) if decl.levels.is_empty() => class.levels.clone(),
            _ => decl.levels.clone(),
        }
    }

    fn line(
        &self,
        lead: &[FormColumn<'_>],
        sides: &[(Vec<FormColumn<'_>>, &Side)],
        rows: &[Option<&FormRow<'_>>],
    ) -> Row {
        let first = rows.iter().flatten().next();
        let mut cells: Vec<Cell> =
            lead.iter().enumerate().map(|(at, column)| cell(at, self.text(column, first.copied()))).collect();
        let mut start = lead.len();
        for ((columns, _), row) in sides.iter().zip(rows) {
            let declared = row.map_or(&[][..], |row| &row.decl.cells[..]);
            let mut at = 0;
            for one in declared {
                let text = row.map_or(String::new(), |row| self.declared(one, row));
                let colspan = one.cols.clamp(1, columns.len().saturating_sub(at).max(1));
                cells.push(Cell { colspan, header: one.header, ..cell(start + at, text) });
                at += colspan;
            }
            for (index, column) in columns.iter().enumerate().skip(at) {
                cells.push(cell(start + index, self.text(column, *row)));
            }
            start += columns.len();
        }
        let style = first.and_then(|row| row.decl.style);
        let kind = match style {
            Some(RowStyle::Header) => RowKind::Header,
            Some(RowStyle::Total) => RowKind::Total,
            _ if first.is_none_or(|row| row.decl.blank) => RowKind::Blank,
            _ => RowKind::Data,
        };
        line(kind, cells)
    }

    fn declared(&self, one: &CellDecl, row: &FormRow<'_>) -> String {
        match &one.content {
            CellContent::Text(template) => template.source.clone(),
            CellContent::Figure { key, .. } => format!("{}/{}/{key}", self.id, row.key),
        }
    }

    /// What stands in a column of a row: the address of its figure, its label, its code.
    fn text(&self, column: &FormColumn<'_>, row: Option<&FormRow<'_>>) -> String {
        let Some(row) = row.filter(|row| !row.decl.blank) else { return String::new() };
        if let Some(key) = &column.key {
            let skipped = row.decl.skip.iter().any(|skip| skip == key) || row.key.is_empty();
            return if skipped { String::new() } else { format!("{}/{}/{key}", self.id, row.key) };
        }
        if let Some(text) = &column.decl.text {
            return text.source.clone();
        }
        let generated = row.decl.each.is_some();
        match column.decl.field.as_deref() {
            Some("seq" | "no") => "〈序号〉".to_string(),
            Some("label" | "name") => match row.decl.label.as_ref().filter(|_| generated) {
                Some(label) if row.name.starts_with('〈') => label.source.clone(),
                Some(label) => label.source.replace("{{ name }}", &row.name).replace("{{ no | cn }}", "〈序〉"),
                None => row.name.clone(),
            },
            Some("code") if generated => row.key.clone(),
            Some(field) if field.starts_with("code.") && generated => {
                let of = field.trim_start_matches("code.");
                let reaches = row.level.as_deref().is_none_or(|level| self.reaches(level, of));
                if reaches { format!("〈{of}〉") } else { String::new() }
            }
            Some("code") | None => String::new(),
            Some(field) if field.starts_with("code.") => String::new(),
            Some(field) if generated => {
                let from = row.decl.from.as_deref().unwrap_or(&self.layout.from);
                format!("〈{}〉", head_of(self.set, from, field))
            }
            Some(_) => String::new(),
        }
    }

    /// Whether a code of a level has digits of another: one of 款 has those of 类.
    fn reaches(&self, level: &str, of: &str) -> bool {
        self.set.schema.classes.values().any(|class| {
            let at = |name: &str| class.levels.iter().position(|known| known == name);
            at(of).zip(at(level)).is_some_and(|(of, level)| of <= level)
        })
    }
}

fn inlines(template: &Template) -> Vec<Inline> {
    vec![Inline::text(template.source.clone())]
}

fn column_of(column: &FormColumn<'_>) -> Column {
    let kind = match column.decl.field.as_deref() {
        _ if column.key.is_some() => ColumnKind::Text,
        Some("seq" | "no") => ColumnKind::Sequence,
        Some(field) if field.starts_with("code") => ColumnKind::Code,
        _ => ColumnKind::Text,
    };
    Column { kind, width: column.decl.width, align: column.decl.align.unwrap_or(Align::Left) }
}

fn cell(column: usize, text: String) -> Cell {
    let inlines = vec![Inline::text(text)];
    Cell { column, colspan: 1, rowspan: 1, inlines, align: None, indent: 0.0, header: false }
}

fn line(kind: RowKind, cells: Vec<Cell>) -> Row {
    Row { kind, cells, origin: None, change: Change::Same }
}
