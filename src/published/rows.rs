//! Tables of columns whose rows are records (采购, 机构设置), as the record files that they are made of: what a column prints
//! of a record is the record's, and what it sums tells the fields that it asks for.

use super::as_folder::Origin;
use super::recognise::{Recognised, plain};
use super::records::{Records, Row, field_in, words_of, written};
use super::{PaperTable, Spot};
use crate::data::filter::{Says, meaning};
use crate::data::schema::Filter;
use crate::data::{Dataset, FieldDecl, Kind};
use crate::layout::{Each, LayoutSet, Parts, RowDecl, TableLayout};
use crate::money::Unit;
use std::collections::BTreeMap;

/// What a column says of the record in its row.
enum Column {
    /// A field, as it stands there.
    Field(String),
    /// What the form's rows are called.
    Label,
    /// An amount; and what the record must say for it to stand there.
    Amount(String, Vec<(String, String)>),
    /// Nothing: it sums what others print.
    Nothing,
}

/// How the rows of a form say their records.
#[derive(Default)]
struct Rows {
    /// The field that a record's label is.
    label: Option<String>,
    /// Labels that stand for a blank field, and what else those records say.
    fixed: Vec<(String, Vec<(String, String)>)>,
    /// Of rows above others: the field that they say, and the words after it.
    groups: Vec<(String, String)>,
    /// Labels of sums.
    totals: Vec<String>,
}

/// Whether a table's rows are records of a file.
pub fn of_records(layout: &TableLayout) -> bool {
    fn any(rows: &[RowDecl]) -> bool {
        rows.iter().any(|row| matches!(row.each, Some(Each::Record)) || any(&row.rows))
    }
    layout.sides.iter().any(|side| any(&side.rows))
}

/// The records of a table that was taken for a form. None: the form's columns do not say them.
pub fn records(table: &PaperTable, id: &str, recognised: &Recognised) -> Option<Records> {
    let set = recognised.set();
    let layout = set.tables.values().find(|layout| layout.id == id)?;
    let form = recognised.forms.table(id)?;
    let (file, dataset) =
        (set.schema.files.get(&layout.from)?, recognised.forms.job().data.datasets.get(&layout.from)?);
    let [side] = layout.sides.as_slice() else { return None };
    if form.printed_columns.len() != table.columns {
        return None;
    }
    let rows = rows(&side.rows, layout, dataset, set);
    let column = |printed: &crate::compose::PrintedColumn| match (&printed.field, &printed.key) {
        (Some(field), _) if field == "label" => Column::Label,
        (Some(field), _) if file.field(field).is_some() => Column::Field(field.clone()),
        (_, Some(key)) => {
            let declared = layout.columns.iter().chain(&side.columns).find(|column| column.key.as_deref() == Some(key));
            declared.map_or(Column::Nothing, |column| {
                let computed = column.parts != Parts::None || column.calc.is_some() || column.from.is_some();
                let field = column.of.as_ref().or(layout.measure.as_ref()).filter(|field| file.field(field).is_some());
                let asked = || said(&[&column.filter, &layout.filter], dataset, set);
                match field.filter(|_| !computed) {
                    Some(field) => asked().map_or(Column::Nothing, |asked| Column::Amount(field.clone(), asked)),
                    None => Column::Nothing,
                }
            })
        }
        _ => Column::Nothing,
    };
    let columns: Vec<Column> = form.printed_columns.iter().map(column).collect();
    let fields = columns.iter().filter(|column| !matches!(column, Column::Nothing)).count();
    let has_label = !columns.iter().any(|column| matches!(column, Column::Label)) || rows.label.is_some();
    if fields == 0 || !has_label {
        return None;
    }
    let is_amount = |field: &str| file.field(field).is_some_and(|field| matches!(field.kind, Kind::Amount));
    let money = columns.iter().any(|column| matches!(column, Column::Amount(field, _) if is_amount(field)));
    // No record file has its amounts in 亿元.
    let unit = table.above.iter().find_map(|line| Unit::named_in(line)).filter(|unit| *unit != Unit::YiYuan);
    if money && unit.is_none() {
        return None;
    }
    let read = read(table, &columns, &rows);
    (!read.is_empty()).then(|| written(file, &read, unit.map(Unit::name)))
}

fn rows(declared: &[RowDecl], layout: &TableLayout, dataset: &Dataset, set: &LayoutSet) -> Rows {
    fn walk(rows: &[RowDecl], see: &mut impl FnMut(&RowDecl)) {
        for row in rows {
            see(row);
            walk(&row.rows, see);
        }
    }
    let mut all = Rows::default();
    let mut see = |row: &RowDecl| {
        let label = row.label.as_ref().map_or("", |label| label.source.as_str());
        match &row.each {
            Some(Each::Record) => match row.cells.first().map(|cell| words_of(&cell.content)) {
                Some(words) if field_in(words).is_none() && !words.is_empty() => {
                    all.fixed
                        .push((plain(words), said(&[&row.filter, &layout.filter], dataset, set).unwrap_or_default()));
                }
                _ => all.label = all.label.take().or_else(|| field_in(label)),
            },
            Some(Each::Field(field)) => {
                let after = label.rsplit_once("}}").map_or("", |(_, after)| after);
                if !plain(after).is_empty() {
                    all.groups.push((field.clone(), plain(after)));
                }
            }
            None if !label.is_empty() && !label.contains('{') => all.totals.push(plain(label)),
            _ => {}
        }
    };
    walk(declared, &mut see);
    all
}

/// What records must say for filters to hold. Where several values would do, which it was is not known, and the record leaves
/// it blank. None: they ask for what no record says by itself.
fn said(filters: &[&Filter], dataset: &Dataset, set: &LayoutSet) -> Option<Vec<(String, String)>> {
    let meaning = meaning(filters.iter().copied(), dataset, &set.schema)?;
    let value = |(field, says): (String, Says)| {
        let decl: &FieldDecl = &dataset.fields[dataset.field(&field)?];
        let value = match (says, &decl.kind) {
            (Says::OneOf(values) | Says::Under(values), _) => {
                let mut values = values.into_iter();
                let only = values.next()?;
                if values.next().is_some() {
                    return Some(None);
                }
                only
            }
            // That it is blank, or is not.
            (Says::AsPut(_), _) => return Some(None),
        };
        Some(Some((field, value)))
    };
    let all: Option<Vec<Option<(String, String)>>> = meaning.into_iter().map(value).collect();
    Some(all?.into_iter().flatten().collect())
}

fn read(table: &PaperTable, columns: &[Column], rows: &Rows) -> Vec<Row> {
    let mut above: Vec<Option<(usize, String, Spot)>> = vec![None; table.columns];
    let mut group: BTreeMap<String, (String, Spot)> = BTreeMap::new();
    let mut read = Vec::new();
    for (at, row) in table.rows.iter().enumerate().skip(table.heads) {
        for cell in &row.cells {
            above[cell.column] = Some((at + cell.rowspan, cell.text.trim().to_owned(), cell.spot));
        }
        // What spans rows is said of each of them.
        let cells: Vec<(&str, Spot)> = above
            .iter()
            .map(|cell| cell.as_ref().filter(|(until, ..)| *until > at).map_or(("", Spot::default()), |c| (&c.1, c.2)))
            .collect();
        let label_at = columns.iter().position(|column| matches!(column, Column::Label)).unwrap_or(0);
        let (label, label_spot) = cells[label_at];
        let named = plain(label);
        if cells.iter().all(|(text, _)| text.is_empty()) || rows.totals.contains(&named) {
            continue;
        }
        if let Some((field, after)) = rows.groups.iter().find(|(_, after)| named.ends_with(after.as_str())) {
            let name = named[..named.len() - after.len()].to_owned();
            group.insert(field.clone(), (name, label_spot));
            continue;
        }
        let mut values = group.clone();
        match rows.fixed.iter().find(|(words, _)| *words == named) {
            Some((_, says)) => {
                values.extend(says.iter().map(|(field, value)| (field.clone(), (value.clone(), label_spot))));
            }
            None => values.extend(rows.label.iter().map(|field| (field.clone(), (label.to_owned(), label_spot)))),
        }
        let mut amounts: Vec<BTreeMap<String, (String, Spot)>> = Vec::new();
        for (column, (text, spot)) in columns.iter().zip(&cells) {
            match column {
                Column::Field(field) => drop(values.insert(field.clone(), ((*text).to_owned(), *spot))),
                Column::Amount(field, asked) => {
                    let number: String = text.chars().filter(|c| !matches!(c, ',' | '，')).collect();
                    let is_nought = number.chars().all(|c| matches!(c, '0' | '.' | '-' | '—'));
                    if asked.is_empty() && !number.is_empty() {
                        values.insert(field.clone(), (number, *spot));
                    } else if !is_nought {
                        let said = asked.iter().map(|(field, value)| (field.clone(), (value.clone(), *spot)));
                        amounts.push(said.chain([(field.clone(), (number, *spot))]).collect());
                    }
                }
                Column::Label | Column::Nothing => {}
            }
        }
        let spot = row.cells.iter().fold(Spot::default(), |all, cell| all.around(cell.spot));
        let origin = Origin { spot, table: table.title.clone(), row: at + 1, cells: Vec::new() };
        // A record for each amount; what is said once is said with the first.
        let mut amounts = amounts.into_iter();
        let mut rest = values.clone();
        rest.retain(|field, _| {
            columns.iter().all(|column| !matches!(column, Column::Amount(of, asked) if of == field && asked.is_empty()))
        });
        values.extend(amounts.next().unwrap_or_default());
        read.push(Row { values, origin: origin.clone() });
        read.extend(amounts.map(|amount| {
            let mut values = rest.clone();
            values.extend(amount);
            Row { values, origin: origin.clone() }
        }));
    }
    read
}
