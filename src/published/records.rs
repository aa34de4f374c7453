//! Tables whose rows are records, as the record files that they are made of: a form that prints the fields of one record a
//! row, with what is the same for all of them in its title and above its heads (绩效目标).

use super::as_folder::{Origin, quoted};
use super::recognise::plain;
use super::{PaperTable, Published, Spot};
use crate::data::{FieldDecl, FileDecl, Kind};
use crate::layout::{CellContent, Each, LayoutSet, RowDecl, RowStyle, TableLayout};
use crate::toml_tree::toml_string;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A record file.
pub struct Records {
    /// Its path in the data folder.
    pub path: String,
    /// Its text.
    pub text: String,
    /// What stands behind each of its lines.
    pub origins: Vec<Origin>,
}

/// How a layout prints records of a file.
struct Form<'l> {
    id: String,
    file: &'l FileDecl,
    /// The field in its title, and the words after it.
    title: Option<(String, String)>,
    /// Words of a row and the field beside them.
    beside: Vec<(String, String)>,
    head: Vec<String>,
    /// By column.
    fields: Vec<String>,
}

/// The record files that a document's tables give; and for each of its tables that they are of, by its index, how a narrative
/// places it. `free`: those that are no tables of figures.
pub fn records(published: &Published, free: &[bool], set: &LayoutSet) -> (Vec<Records>, BTreeMap<usize, String>) {
    let forms: Vec<Form<'_>> = set.tables.values().filter_map(|layout| form(layout, set)).collect();
    let mut read: BTreeMap<&str, (Vec<Row>, &Form<'_>)> = BTreeMap::new();
    let mut used = BTreeMap::new();
    for (index, table) in published.tables().enumerate().filter(|(index, _)| free[*index]) {
        let Some((form, rows)) = forms.iter().find_map(|form| Some((form, form.read(table)?))) else { continue };
        let of = form.title.as_ref().and_then(|(field, _)| Some((field, &rows.first()?.values.get(field)?.0)));
        let of = of.map_or_else(String::new, |(field, value)| format!(", {field}={}", toml_string(value)));
        used.insert(index, format!("{{{{ table({}{of}) }}}}", toml_string(&form.id)));
        read.entry(&form.file.path).or_insert_with(|| (Vec::new(), form)).0.extend(rows);
    }
    let files = read.into_values().map(|(rows, form)| written(form.file, &rows, None));
    (files.collect(), used)
}

/// A record: by field its words and where they stand.
pub(super) struct Row {
    pub(super) values: BTreeMap<String, (String, Spot)>,
    pub(super) origin: Origin,
}

fn form<'l>(layout: &'l TableLayout, set: &'l LayoutSet) -> Option<Form<'l>> {
    let file = set.schema.files.get(&layout.from)?;
    let is_field = |name: &String| file.fields.iter().any(|field| field.id == *name);
    let id = layout.id.clone();
    let mut form = Form { id, file, title: None, beside: Vec::new(), head: Vec::new(), fields: Vec::new() };
    fn walk(rows: &[RowDecl], see: &mut impl FnMut(&RowDecl)) {
        for row in rows {
            see(row);
            walk(&row.rows, see);
        }
    }
    let mut see = |row: &RowDecl| {
        let words: Vec<&str> = row.cells.iter().map(|cell| words_of(&cell.content)).collect();
        let fields: Vec<Option<String>> = words.iter().map(|words| field_in(words)).collect();
        if matches!(row.each, Some(Each::Record)) && !fields.is_empty() {
            form.fields = fields.into_iter().flatten().filter(is_field).collect();
        } else if row.style == Some(RowStyle::Header) && fields.iter().all(Option::is_none) {
            form.head = words.iter().map(|words| plain(words)).collect();
        } else if let ([label, _], [None, Some(field)]) = (words.as_slice(), fields.as_slice()) {
            form.beside.push((plain(label), field.clone()));
        }
    };
    layout.sides.iter().for_each(|side| walk(&side.rows, &mut see));
    let title = layout.title.as_ref().map_or("", |title| title.source.as_str());
    if let Some((before, after)) = title.rsplit_once("}}") {
        let field = before.rsplit_once("{{").map(|(_, field)| field.trim().to_owned());
        form.title = field.filter(is_field).map(|field| (field, plain(after)));
    }
    (form.fields.len() > 1 && form.fields.len() == form.head.len()).then_some(form)
}

pub(super) fn words_of(content: &CellContent) -> &str {
    if let CellContent::Text(template) = content { &template.source } else { "" }
}

/// `goal` of `{{ goal }}`.
pub(super) fn field_in(words: &str) -> Option<String> {
    let field = words.trim().strip_prefix("{{")?.strip_suffix("}}")?.trim();
    field.chars().all(|c| c.is_ascii_alphanumeric() || c == '_').then(|| field.to_owned())
}

impl Form<'_> {
    /// The records of a table; None: it is not of this form.
    fn read(&self, table: &PaperTable) -> Option<Vec<Row>> {
        let is_head = |row: usize| table.line(row).iter().map(|text| plain(text)).eq(self.head.iter().cloned());
        let head = (0..table.rows.len().min(8)).find(|row| is_head(*row))?;
        let mut common: BTreeMap<String, (String, Spot)> = BTreeMap::new();
        if let Some((field, after)) = &self.title {
            let title = plain(&table.title);
            let name = title.strip_suffix(after.as_str())?;
            let numbered = name.trim_start_matches(|c: char| c.is_ascii_digit());
            let name = numbered.strip_prefix(['.', '、', '．']).unwrap_or(name);
            common.insert(field.clone(), (name.to_owned(), table.spot));
        }
        for cells in table.rows[..head].iter().map(|row| &row.cells) {
            let [label, value, ..] = cells.as_slice() else { continue };
            if let Some((_, field)) = self.beside.iter().find(|(known, _)| *known == plain(&label.text)) {
                common.insert(field.clone(), (value.text.clone(), value.spot));
            }
        }
        // What spans rows is said of each of them.
        let mut above: Vec<Option<(usize, String, Spot)>> = vec![None; self.fields.len()];
        let mut rows = Vec::new();
        for row in head + 1..table.rows.len() {
            for cell in table.rows[row].cells.iter().filter(|cell| cell.column < self.fields.len()) {
                above[cell.column] = Some((row + cell.rowspan, cell.text.clone(), cell.spot));
            }
            let mut values = common.clone();
            for (field, said) in self.fields.iter().zip(&above) {
                if let Some((_, text, spot)) = said.as_ref().filter(|(until, ..)| *until > row) {
                    values.insert(field.clone(), (text.clone(), *spot));
                }
            }
            let spot = table.rows[row].cells.iter().fold(Spot::default(), |all, cell| all.around(cell.spot));
            let is_blank = table.rows[row].cells.iter().all(|cell| cell.text.is_empty());
            if !is_blank {
                let origin = Origin { spot, table: table.title.clone(), row: row + 1, cells: Vec::new() };
                rows.push(Row { values, origin });
            }
        }
        Some(rows)
    }
}

/// Records as a file; `unit`: of its amounts.
pub(super) fn written(file: &FileDecl, rows: &[Row], unit: Option<&str>) -> Records {
    let said = |field: &str| rows.iter().any(|row| row.values.contains_key(field));
    let fields: Vec<&FieldDecl> = file.fields.iter().filter(|field| said(&field.id)).collect();
    let head = |field: &&FieldDecl| match unit.filter(|_| matches!(field.kind, Kind::Amount)) {
        Some(unit) => format!("{}（{unit}）", field.head),
        None => field.head.clone(),
    };
    let mut text = fields.iter().map(head).collect::<Vec<_>>().join(",") + "\n";
    let mut origins = vec![Origin::default()];
    for row in rows {
        let values = fields.iter().map(|field| row.values.get(&field.id));
        let line: Vec<String> =
            values.clone().map(|value| value.map_or(String::new(), |(text, _)| quoted(text))).collect();
        let _ = writeln!(text, "{}", line.join(","));
        let cells = values.enumerate().filter_map(|(at, value)| Some((at, value?.1))).collect();
        origins.push(Origin { cells, ..row.origin.clone() });
    }
    Records { path: file.path.clone(), text, origins }
}
