//! Tables given as printed become the views that rules and documents read: headings tell the columns, codes and names the
//! rows.

use super::sentence_parts::{Whole, off_as_printed};
use super::session::Session;
use super::table::NamedRow;
use super::view::{FigureView, PrintedColumn, RowView, TableView};
use super::{Forms, Job, short_key};
use crate::data::printed::PrintedTable;
use crate::data::{Class, Schema};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, nearest};
use crate::layout::{LayoutSet, Parts, TableLayout};
use crate::money::{Unit, told};
use rust_decimal::Decimal;
use rustc_hash::FxHashSet;
use std::sync::Arc;

/// What is said of a table whose columns are not those of its form.
pub(crate) const OTHER_COLUMNS: [&str; 2] = ["E165", "E166"];
/// What is said of a row that the form does not have.
pub(crate) const OTHER_ROW: &str = "E162";

/// The given tables as their forms understand them.
pub(crate) fn given_tables(forms: &Forms, printed: &[PrintedTable]) -> (Vec<TableView>, Diagnostics) {
    let mut found = Diagnostics::default();
    let set = &forms.job().set;
    let mut views: Vec<TableView> = Vec::new();
    for printed in printed.iter().filter(|printed| !printed.is_of_last_year()) {
        let Some(form) = table_named(set, printed, &mut found).and_then(|id| forms.table(&id)) else { continue };
        views.extend(view(&form, printed, &set.schema, &mut found));
    }
    (views, found)
}

/// What a document is made of, where its tables are given as printed: each as its form understands it, and besides the
/// fixed rows that are not there. A row that a whole table does not print is nought.
pub(super) fn to_compose(job: &Arc<Job>, found: &mut Diagnostics) -> Vec<TableView> {
    let forms = Forms::compose(job.clone(), &mut Diagnostics::default());
    let (mut tables, read) = given_tables(&forms, &job.printed);
    found.extend(read);
    for table in tables.iter_mut().filter(|table| table.whole) {
        let Some(form) = forms.table(&table.id) else { continue };
        let file = table.rows.iter().find_map(|row| row.place.clone()).map(|place| Place::file(place.file));
        let Some(file) = file else { continue };
        let there: FxHashSet<(usize, &str)> = table.rows.iter().map(|row| (row.side, &*row.key)).collect();
        let is_absent = |row: &RowView| !row.generated && !there.contains(&(row.side, &*row.key));
        let mut absent: Vec<RowView> = form.rows.into_iter().filter(is_absent).collect();
        for figure in absent.iter_mut().flat_map(|row| row.figures.iter_mut().flatten()) {
            (figure.text, figure.place) = (String::new(), Some(file.clone()));
        }
        table.absent = absent;
    }
    tables
}

/// Proves the totals of given tables that are no part of the document: lists that only sentences name. Those of its
/// tables are the set's rules'.
pub(super) fn prove_totals(session: &Session) {
    let set = &session.job.set;
    let is_part = |layout: &TableLayout| set.parts.iter().any(|part| part.file == layout.file);
    for layout in set.tables.values().filter(|layout| !is_part(layout)) {
        let given = session.given_tables.get(layout.id.as_str());
        let Some((given, table)) = given.and_then(|given| Some((given, session.composed(&layout.id)?))) else {
            continue;
        };
        for (side, decl) in layout.sides.iter().enumerate() {
            let of_side = || table.rows.iter().chain(&table.hidden).filter(move |row| row.side == side);
            // In a tree of codes the rows at the top stand for all below them.
            let top = of_side().filter(|row| row.code_field.is_some()).map(|row| row.level).min();
            let is_top = |row: &NamedRow| row.code_field.is_none() || Some(row.level) == top;
            let is_part = |row: &&NamedRow| !row.total && !row.of && row.under.is_none() && is_top(row);
            for total in decl.rows.iter().chain(&decl.foot).filter(|decl| decl.parts == Parts::Rest) {
                let Some(row) = of_side().find(|row| total.key.as_deref() == Some(&*row.key)) else { continue };
                for figure in &row.figures {
                    let same = |row: &NamedRow| row.figures.iter().find(|f| f.key == figure.key).map(|f| f.id);
                    let parts = of_side().filter(is_part).filter_map(same);
                    let Some((whole, sum)) = off_as_printed(session, figure.id, parts, Whole::All) else { continue };
                    let place =
                        given.rows.iter().find_map(|row| row.place.clone()).map(|place| Place::file(place.file));
                    let message = format!("《{}》的合计是 {}，各行之和却是 {}", given.title, told(whole), told(sum));
                    let found = Diagnostic::error("E310", message).at(place.unwrap_or_else(|| layout.place.clone()));
                    session.report(
                        found.address(&*session.figure(figure.id).address).hint("补上漏掉的行，或改正印错的数"),
                    );
                }
            }
        }
    }
}

impl Session {
    /// The file of a table's records, where tables given as printed stand for the data and it is not there: that it has no
    /// rows is not known. A file that a department may leave out has none.
    pub(super) fn not_given(&self, layout: &TableLayout) -> Option<Arc<str>> {
        let required = self.job.set.schema.files.get(&layout.from).is_some_and(|file| file.required);
        let alone = required && !self.given_tables.contains_key(layout.id.as_str()) && self.job.only_printed();
        let data = self.job.data.datasets.get(&layout.from).filter(|data| alone && !data.given)?;
        Some(data.file.clone())
    }
}

/// A printed table as its form understands it. None, with findings, where its headings cannot be told.
pub fn view(form: &TableView, printed: &PrintedTable, schema: &Schema, found: &mut Diagnostics) -> Option<TableView> {
    let Some(first) = first_data_row(form, printed) else {
        found.push(
            Diagnostic::error("E165", format!("没有找到《{}》的列标题", form.title))
                .at(Place::file(printed.file.clone()))
                .hint("表头要与公开的表一致，如“科目编码,科目名称,合计,基本支出,项目支出”"),
        );
        return None;
    };
    let columns = columns(form, &printed.rows[..first]);
    report_columns(form, printed, first, &columns, found);
    let unit = printed.rows[..first].iter().flat_map(|(_, cells)| cells).find_map(|cell| Unit::named_in(cell));
    let mut reader = Reader {
        form,
        printed,
        schema,
        columns,
        unit,
        used: vec![false; form.rows.len()],
        labels: form.rows.iter().map(|r| (plain(&r.label), plain_name(&r.label))).collect(),
        rows: Vec::new(),
        codes: Vec::new(),
        named: FxHashSet::default(),
        whole: true,
        unlike: Vec::new(),
    };
    let heads: Vec<&Vec<String>> = printed.rows[..first].iter().map(|(_, cells)| cells).collect();
    for (line, cells) in &printed.rows[first..] {
        // Headings repeated on a following page; the row of column numbers may stand below the first rows.
        if !heads.contains(&cells) && !numbers_columns(cells) {
            reader.line(*line, cells, found);
        }
    }
    if reader.rows.iter().flat_map(|row| row.figures.iter().flatten()).any(|figure| !figure.text.is_empty()) {
        reader.unlike.drain(..).for_each(|told| found.push(told));
    }
    reader.absent_totals();
    Some(TableView { rows: reader.rows, whole: reader.whole, ..form.clone() })
}

fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// 栏次, 1, 2, 3=1+2: nothing that could be an amount stands in the row.
fn numbers_columns(cells: &[String]) -> bool {
    let could = |cell: &String| {
        plain(cell)
            .replace([',', '，'], "")
            .parse::<Decimal>()
            .is_ok_and(|n| n.scale() > 0 || n >= Decimal::ONE_THOUSAND)
    };
    cells.iter().any(|cell| plain(cell) == "栏次") && !cells.iter().any(could)
}

/// The row after the headings and the row of column numbers; none if no row holds two headings.
fn first_data_row(form: &TableView, printed: &PrintedTable) -> Option<usize> {
    let heads: Vec<String> = form.printed_columns.iter().flat_map(|c| &c.head).map(|h| plain(h)).collect();
    let is_head = |cells: &Vec<String>| {
        let known = cells.iter().filter(|c| !c.is_empty() && heads.contains(&plain(c))).count();
        let filled = cells.iter().filter(|c| !c.is_empty()).count();
        known >= 2 && known * 2 >= filled || known == 1 && filled == 1 && heads.len() <= 2
    };
    // A row with one head over several columns, and nothing else; 合计 is a row's name as well.
    let labels: Vec<String> = form.rows.iter().map(|r| plain(&r.label)).collect();
    let is_lone_head = |cells: &Vec<String>| {
        let mut filled = cells.iter().filter(|c| !c.is_empty()).map(|c| plain(c));
        let only = filled.next().filter(|_| filled.next().is_none());
        only.is_some_and(|text| heads.contains(&text) && !labels.contains(&text))
    };
    let first = printed.rows.iter().position(|(_, cells)| is_head(cells))?;
    let mut end = first + 1;
    while let Some((_, cells)) = printed.rows.get(end) {
        if !is_head(cells) && !is_numbering(cells) && !is_lone_head(cells) {
            break;
        }
        end += 1;
    }
    Some(end)
}

/// 栏次 1 2 3 …, each one more than that before it; or 1=2+3.
fn is_numbering(cells: &[String]) -> bool {
    let filled: Vec<String> = cells.iter().filter(|c| !c.is_empty()).map(|c| plain(c)).collect();
    let number = |c: &String| c.split(['=', '＝']).next().and_then(|n| n.parse::<u32>().ok());
    let numbers: Vec<u32> = filled.iter().filter_map(number).collect();
    let consecutive =
        numbers.windows(2).all(|p| p[0].checked_add(1) == Some(p[1])) && numbers.first().is_some_and(|n| *n <= 1);
    filled.iter().any(|c| c == "栏次") || numbers.len() > 1 && consecutive && numbers.len() + 1 >= filled.len()
}

/// Per column of the file: the form's column it holds.
fn columns(form: &TableView, head: &[(u32, Vec<String>)]) -> Vec<Option<usize>> {
    let heads: Vec<&Vec<String>> = head.iter().map(|(_, cells)| cells).filter(|c| !is_numbering(c)).collect();
    let known: Vec<String> = form.printed_columns.iter().flat_map(|c| &c.head).map(|h| plain(h)).collect();
    let heads: Vec<&Vec<String>> =
        heads.into_iter().filter(|cells| cells.iter().any(|c| known.contains(&plain(c)))).collect();
    let width = heads.iter().map(|cells| cells.len()).max().unwrap_or(0);
    let text = |row: usize, column: usize| heads[row].get(column).map(|c| plain(c)).unwrap_or_default();
    let mut filled: Vec<Vec<String>> = (0..heads.len()).map(|row| (0..width).map(|c| text(row, c)).collect()).collect();
    // A head over several columns stands in the first of them, and has heads below it in each.
    for (row, cells) in filled.iter_mut().enumerate().take(heads.len().saturating_sub(1)) {
        for column in 1..width {
            let below = (row + 1..heads.len()).any(|r| !text(r, column).is_empty());
            if cells[column].is_empty() && below {
                cells[column] = cells[column - 1].clone();
            }
        }
    }
    let paths: Vec<Vec<String>> = (0..width)
        .map(|column| filled.iter().map(|row| row[column].clone()).filter(|t| !t.is_empty()).collect())
        .collect();
    let mut taken = vec![false; form.printed_columns.len()];
    let mut found = vec![None; width];
    let whole = |c: &PrintedColumn| -> Vec<String> { c.head.iter().map(|h| plain(h)).collect() };
    let leaf = |c: &PrintedColumn| c.head.last().map(|h| plain(h));
    for (column, path) in paths.iter().enumerate().filter(|(_, p)| !p.is_empty()) {
        let same = |c: &PrintedColumn| whole(c) == *path;
        let same_leaf = |c: &PrintedColumn| leaf(c).as_ref() == path.last();
        let of = |holds: &dyn Fn(&PrintedColumn) -> bool, taken: &[bool]| {
            (0..form.printed_columns.len()).find(|&i| !taken[i] && holds(&form.printed_columns[i]))
        };
        let index = of(&same, &taken).or_else(|| of(&same_leaf, &taken));
        if let Some(index) = index {
            taken[index] = true;
            found[column] = Some(index);
        }
    }
    // One head over several columns that are each a part: 科目编码 over 类, 款 and 项. A form that has the code in one column
    // reads all of them as that.
    for column in 1..width {
        let is_under = paths[column].is_empty() || paths[column] == paths[column - 1];
        let Some(before) = found[column - 1].filter(|_| is_under && found[column].is_none()) else { continue };
        let (of, next) = (&form.printed_columns[before], form.printed_columns.get(before + 1));
        if next.is_some_and(|next| next.head == of.head && next.side == of.side && !taken[before + 1]) {
            taken[before + 1] = true;
            found[column] = Some(before + 1);
        } else if of.field.as_deref() == Some("code") {
            found[column] = Some(before);
        }
    }
    found
}

fn report_columns(
    form: &TableView,
    printed: &PrintedTable,
    first: usize,
    columns: &[Option<usize>],
    found: &mut Diagnostics,
) {
    let line = printed.rows[first - 1].0;
    for (index, column) in form.printed_columns.iter().enumerate() {
        if column.key.is_some() && column.always && !columns.contains(&Some(index)) {
            let head = column.head.last().cloned().unwrap_or_default();
            found.push(
                Diagnostic::error("E166", format!("《{}》缺少列“{head}”", form.title))
                    .at(Place::new(printed.file.clone(), line, 0))
                    .hint("没有数的列也要保留"),
            );
        }
    }
}

struct Reader<'a> {
    form: &'a TableView,
    printed: &'a PrintedTable,
    schema: &'a Schema,
    columns: Vec<Option<usize>>,
    unit: Option<Unit>,
    /// Rows of the form that were found.
    used: Vec<bool>,
    /// Per row of the form: its label without spaces, and without its number too.
    labels: Vec<(String, String)>,
    rows: Vec<RowView>,
    /// Per side: the columns of the code in the row before, for those that are merged with it.
    codes: Vec<Vec<String>>,
    /// Rows that the form does not have, by side and key.
    named: FxHashSet<(usize, Arc<str>)>,
    /// Every line with figures was understood.
    whole: bool,
    /// Lines without figures that are no row of the form: in a table without figures they say that there are none.
    unlike: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn line(&mut self, line: u32, cells: &[String], found: &mut Diagnostics) {
        if cells.iter().find(|c| !c.is_empty()).is_some_and(|c| c.starts_with('注') || c.starts_with("备注")) {
            return;
        }
        for side in 0..self.form.classes.len().max(1) {
            let at = |wanted: &dyn Fn(&PrintedColumn) -> bool| -> Vec<(usize, &PrintedColumn)> {
                let all = self.columns.iter().enumerate();
                all.filter_map(|(c, form)| Some((c, &self.form.printed_columns[(*form)?])))
                    .filter(|(_, column)| column.side == side && wanted(column))
                    .collect()
            };
            let text = |c: usize| cells.get(c).map(|t| t.trim()).unwrap_or_default();
            let of_code = at(&|c| c.field.as_deref().is_some_and(|f| f == "code" || f.starts_with("code.")));
            let code =
                above_if_merged(self.codes.get(side), of_code.iter().map(|&(c, _)| text(c).to_string()).collect());
            self.codes.resize(self.codes.len().max(side + 1), Vec::new());
            self.codes[side].clone_from(&code);
            let code = code.concat();
            let label: String =
                at(&|c| c.field.as_deref() == Some("label")).first().map(|&(c, _)| text(c)).unwrap_or_default().into();
            let figures = at(&|c| c.key.is_some());
            if code.is_empty() && label.is_empty() && figures.iter().all(|&(c, _)| text(c).is_empty()) {
                continue;
            }
            let place = |c: usize| Place::field(self.printed.file.clone(), line, c as u32 + 1);
            let column = at(&|c| c.field.is_some()).first().map_or(0, |&(c, _)| c);
            let other = at(&|c| c.field.as_deref().is_some_and(|f| f != "label" && !f.starts_with("code")));
            let texts = other.iter().filter_map(|&(c, of)| Some((of.field.clone()?, text(c).to_string()))).collect();
            let Some(mut row) = self.row(side, &code, &label) else {
                let name = if label.is_empty() { &code } else { &label };
                let title = &self.form.title;
                let told = |told: Diagnostic, hint: &str| told.at(place(column)).hint(hint);
                if figures.iter().all(|&(c, _)| text(c).is_empty()) {
                    let what = format!("《{title}》里没有“{name}”这一行，这一行没有数，不印");
                    let hint = "要印就改成表里的行名，或在 layout/ 里给表里的行改名";
                    self.unlike.push(told(Diagnostic::warning("E162", what), hint));
                    continue;
                }
                self.whole = false;
                let what = match name.is_empty() {
                    true => format!("《{title}》的这一行有数，却没有科目编码，也没有名称"),
                    false => format!("《{title}》里没有“{name}”这一行"),
                };
                found.push(told(Diagnostic::error("E162", what), "行名、科目编码要与公开的表一致"));
                continue;
            };
            let mut given: Vec<Option<FigureView>> = vec![None; self.form.columns.len()];
            for &(c, printed) in &figures {
                let Some(key) = &printed.key else { continue };
                let Some(index) = self.form.column(key, side) else { continue };
                given[index] = self.figure(&row, index, text(c), place(c), found);
            }
            for (index, column) in self.form.columns.iter().enumerate().filter(|(_, c)| c.side == side) {
                let has = row.figures.get(index).is_none_or(Option::is_some);
                if has && !figures.iter().any(|(_, printed)| printed.key.as_ref() == Some(&column.key)) {
                    given[index] = Some(self.not_given(&row, index));
                }
            }
            // Codes that stand twice are a rule's.
            if row.generated && row.code.is_empty() && !self.named.insert((side, row.key.clone())) {
                let message = format!("《{}》里“{}”有两行", self.form.title, label.trim());
                found.push(
                    Diagnostic::error("E162", message)
                        .at(place(column))
                        .hint("合成一行，或在名称里写明各是哪一个；不然不知道正文说的是哪一行"),
                );
                continue;
            }
            row.texts = texts;
            row.place = Some(place(column));
            row.figures = given;
            row.printed = true;
            self.rows.push(row);
        }
    }

    /// A total that is not there beside other rows is not nought: nobody says what it is. A table without rows is nought.
    fn absent_totals(&mut self) {
        if self.rows.is_empty() {
            return;
        }
        let form = self.form;
        for (row, _) in form.rows.iter().zip(&self.used).filter(|(row, used)| row.total && !**used) {
            let unknown =
                |(column, figure): (usize, &Option<FigureView>)| figure.as_ref().map(|_| self.not_given(row, column));
            let figures = row.figures.iter().enumerate().map(unknown).collect();
            self.rows.push(RowView { figures, printed: false, ..row.clone() });
        }
    }

    /// The form's row for a code or a name; a code that the form has no row for makes one.
    fn row(&mut self, side: usize, code: &str, label: &str) -> Option<RowView> {
        let form = self.form;
        let class = form.classes.get(side).cloned().flatten();
        let of_code = class.as_ref().and_then(|id| self.schema.classes.get(id));
        if let (Some(class), Some(id)) = (of_code, &class)
            && !code.is_empty()
            && class.level(code).is_some()
        {
            return Some(self.code_row(side, id, class, code, label));
        }
        let name = plain_name(label);
        let free = |i: &usize| !self.used[*i] && form.rows[*i].side == side;
        let whole = plain(label);
        let same = |i: &usize| {
            let (own, plain) = &self.labels[*i];
            // A row that is written cell by cell has no label but its key.
            let keyed = own.is_empty() && *form.rows[*i].key == *whole;
            !label.is_empty() && (*own == whole || *plain == name || keyed)
        };
        if let Some(index) = (0..form.rows.len()).find(|i| free(i) && same(i)) {
            self.used[index] = true;
            return Some(form.rows[index].clone());
        }
        // 合计 is where the code would be.
        let in_its_place = |i: &usize| {
            let (own, code) = (&self.labels[*i].0, plain(code));
            *own == code || own.is_empty() && !code.is_empty() && *form.rows[*i].key == *code
        };
        if let Some(index) = (0..form.rows.len()).find(|i| free(i) && in_its_place(i)) {
            self.used[index] = true;
            return Some(form.rows[index].clone());
        }
        // Rows of codes that print no code, by the name alone.
        if let (Some(class), Some(id)) = (of_code, &class) {
            let code = class.names.iter().find(|(_, n)| plain_name(n) == name).map(|(code, _)| code.clone())?;
            return Some(self.code_row(side, id, class, &code, label));
        }
        let is_choice = form.choices.get(side).is_some_and(|values| values.iter().any(|value| value == label));
        let by_name = is_choice || form.named_by_data.get(side).copied().unwrap_or(false) && !label.is_empty();
        by_name.then(|| new_row(side, label))
    }

    fn code_row(&mut self, side: usize, id: &str, class: &Class, code: &str, label: &str) -> RowView {
        let known = (0..self.form.rows.len())
            .find(|&i| !self.used[i] && self.form.rows[i].code == code && self.form.rows[i].side == side);
        if let Some(index) = known {
            self.used[index] = true;
            return RowView { name: plain_name(label), label: label.to_string(), ..self.form.rows[index].clone() };
        }
        let level = class.level(code).and_then(|l| class.levels.get(l).cloned());
        RowView {
            key: short_key(code),
            code: code.to_string(),
            class: id.to_string(),
            level: level.unwrap_or_default(),
            ..new_row(side, label)
        }
    }

    /// A figure of a column that the file does not have: not known.
    fn not_given(&self, row: &RowView, column: usize) -> FigureView {
        let form = &self.form.columns[column];
        FigureView {
            address: format!("{}/{}/{}", self.form.id, row.key, form.key).into(),
            amount: None,
            text: String::new(),
            unit: Unit::WanYuan,
            decimals: 2,
            place: None,
        }
    }

    fn figure(
        &self,
        row: &RowView,
        column: usize,
        text: &str,
        place: Place,
        found: &mut Diagnostics,
    ) -> Option<FigureView> {
        let form = &self.form.columns[column];
        // How the form prints a figure here: its own, else that of the column's first.
        let own = row.figures.get(column).and_then(Option::as_ref);
        let like = own.or_else(|| self.form.rows.iter().find_map(|r| r.figures[column].as_ref()));
        let unit = match like.map_or(Unit::WanYuan, |f| f.unit) {
            Unit::Plain => Unit::Plain,
            unit => self.unit.unwrap_or(unit),
        };
        let text = match text {
            "-" | "—" | "——" | "－" | "/" => "",
            text => text,
        };
        // Words that say a difference is none: 平, 持平.
        let text = if form.calc && !text.contains(|c: char| c.is_ascii_digit()) { "" } else { text };
        if crate::money::printed_number(text, unit.scale()).is_none() {
            let is_number = !text.contains('_') && text.replace([',', '，'], "").parse::<Decimal>().is_ok();
            let what = if is_number { "太大，或小数太多，不像一个金额" } else { "不是数字" };
            found.push(
                Diagnostic::error("E163", format!("“{text}”{what}"))
                    .at(place.clone())
                    .hint("金额只写数字，如 71.46；没有数的空着"),
            );
        }
        let address: Arc<str> = format!("{}/{}/{}", self.form.id, row.key, form.key).into();
        Some(FigureView {
            address,
            amount: None,
            text: text.to_string(),
            unit,
            decimals: like.map_or(2, |f| f.decimals),
            place: Some(place),
        })
    }
}

/// The columns of a code: those before the first that is filled are merged with the row above.
fn above_if_merged(above: Option<&Vec<String>>, mut code: Vec<String>) -> Vec<String> {
    if let (Some(above), Some(first)) = (above, code.iter().position(|part| !part.is_empty())) {
        for (part, before) in code.iter_mut().zip(above).take(first) {
            part.clone_from(before);
        }
    }
    code
}

/// A row that its form does not have.
fn new_row(side: usize, label: &str) -> RowView {
    RowView {
        key: short_key(label),
        label: label.to_string(),
        name: label.to_string(),
        code: String::new(),
        class: String::new(),
        level: String::new(),
        side,
        foot: false,
        generated: true,
        total: false,
        of: false,
        under: None,
        printed: true,
        texts: Vec::new(),
        place: None,
        figures: Vec::new(),
    }
}

/// A name without what does not tell names apart: spaces, the number before it.
pub(crate) fn plain_name(name: &str) -> String {
    let clean: String = name.chars().filter(|c| !c.is_whitespace()).collect();
    let number = |c: char| "一二三四五六七八九十百（）()0123456789".contains(c);
    match clean.split_once(['、', '.', '．']) {
        Some((before, after)) if !before.is_empty() && before.chars().all(number) => after.to_string(),
        _ => clean,
    }
}

/// The id of the table a file is named for: by id, or by its layout's file.
pub(crate) fn table_named(set: &LayoutSet, printed: &PrintedTable, found: &mut Diagnostics) -> Option<String> {
    let named = set.tables.values().find(|t| t.id == printed.name || t.file == printed.name);
    if named.is_none() {
        let known: Vec<&str> = set.tables.values().map(|t| t.id.as_str()).collect();
        let hint = match nearest(&printed.name, known.iter().copied()) {
            Some(near) => format!("您是否指 {near}.csv？"),
            None => format!("文件名用表的编号，可用的有：{}", known.join("、")),
        };
        let diagnostic = Diagnostic::error("E164", format!("没有编号为“{}”的表", printed.name));
        found.push(diagnostic.at(Place::file(printed.file.clone())).hint(hint));
    }
    named.map(|t| t.id.clone())
}

#[cfg(test)]
mod tests {
    use super::numbers_columns;

    #[test]
    fn a_row_that_numbers_columns_holds_no_amount() {
        let row = |cells: &[&str]| numbers_columns(&cells.iter().map(|cell| cell.to_string()).collect::<Vec<_>>());
        assert!(row(&["栏 次", "1", "2", "3=1+2", ""]));
        assert!(!row(&["栏次", "12.50", ""]));
        assert!(!row(&["栏次", "1,250,000"]));
        assert!(!row(&["合计", "1", "2"]));
    }
}
