//! The book's own pages: a data folder in memory, whose records are the departments' summed up to what the book's set
//! asks for.

use crate::bureau::board::{Board, Line, Standing};
use crate::bureau::declared::Bureau;
use crate::data::{Dataset, Kind, Schema, Value};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::folder::{Bytes, Folder};
use crate::made::Made;
use crate::prepare::prepare_whole;
use crate::toml_tree::toml_string;
use crate::workshop::{Workshop, compose_all, load_set};
use indexmap::IndexMap;
use rayon::prelude::*;
use rust_decimal::Decimal;
use std::path::Path;

/// What the book's own pages are made of.
pub(super) struct Front {
    set: String,
    name: String,
    year: i32,
    /// By path.
    files: Vec<(String, Bytes)>,
}

/// A record of the book: the texts of its fields (none: an amount), and the sums of its amounts.
type Sums = IndexMap<Vec<Option<String>>, Vec<Decimal>>;

impl Front {
    /// Reads every department that can be read, each alone in memory.
    pub fn gather(
        bureau: &Bureau,
        board: &Board,
        workshop: &Workshop,
        set: &str,
        diagnostics: &mut Diagnostics,
    ) -> Option<Front> {
        let schema = load_set(set, &workshop.layouts, diagnostics)?.schema;
        let said = board.lines.iter().filter_map(|line| line.brief.as_ref()?.said.as_ref());
        let year = board.year.or_else(|| said.map(|said| said.year.0).next());
        let Some(year) = year else {
            let found = Diagnostic::error("E831", "没有一个部门的数据读得出来，不知道是哪一年的汇编");
            diagnostics.push(found.hint("先看各部门的情况：gongkai status"));
            return None;
        };
        let of_lines: Vec<Vec<Sums>> =
            board.lines.par_iter().map(|line| sums(bureau, line, &schema, workshop)).collect();
        let mut files = Vec::new();
        for (index, decl) in schema.files.values().enumerate().filter(|(_, decl)| decl.is_given()) {
            let heads: Vec<String> = decl.fields.iter().map(crate::data::head_with_unit).collect();
            let mut text = format!("{}\n", heads.join(","));
            for sums in &of_lines {
                for (texts, amounts) in sums.get(index).into_iter().flatten() {
                    let mut amounts = amounts.iter();
                    let cell = |text: &Option<String>| match text {
                        Some(text) => field(text),
                        None => amounts.next().map_or_else(String::new, |amount| format!("{amount:.2}")),
                    };
                    text += &(texts.iter().map(cell).collect::<Vec<String>>().join(",") + "\n");
                }
            }
            files.push((decl.path.clone(), Bytes::from(text.as_bytes())));
        }
        let name = if bureau.name.is_empty() { "各部门".to_string() } else { bureau.name.clone() };
        Some(Front { set: set.to_string(), name, year, files })
    }

    /// The book's own pages of a volume.
    pub fn compose(
        &self,
        label: &str,
        first: bool,
        workshop: &Workshop,
        diagnostics: &mut Diagnostics,
    ) -> Option<Made> {
        compose_all(&self.folder(label, first), &workshop.layouts, diagnostics).into_iter().next()
    }

    /// The data of the book's own set.
    pub fn folder(&self, label: &str, first: bool) -> Folder {
        let report = format!(
            "code = \"汇编\"\nname = {}\nyear = {}\nlayout = {}\nvolume = {}\nfirst = {}\n",
            toml_string(&self.name),
            self.year,
            toml_string(&self.set),
            toml_string(label),
            toml_string(if first { "是" } else { "" }),
        );
        let report = ("report.toml".to_string(), Bytes::from(report.as_bytes()));
        Folder::of_files(Path::new("汇编"), self.files.iter().cloned().chain([report]))
    }
}

/// For each file of the book's set, in its order, a department's records summed up.
fn sums(bureau: &Bureau, line: &Line, schema: &Schema, workshop: &Workshop) -> Vec<Sums> {
    let is_read = line.brief.is_some() && line.standing != Standing::Wrong;
    let folder = Folder::at(&bureau.path_of(&line.department));
    let job = is_read.then(|| prepare_whole(&folder, &workshop.layouts, &mut Diagnostics::default())).flatten();
    let Some(job) = job else { return Vec::new() };
    let of_file = |decl: &crate::data::FileDecl| {
        let dataset = job.data.datasets.get(&decl.id);
        dataset.map(|dataset| sums_of(line, decl, dataset, schema)).unwrap_or_default()
    };
    schema.files.values().map(of_file).collect()
}

fn sums_of(line: &Line, decl: &crate::data::FileDecl, dataset: &Dataset, schema: &Schema) -> Sums {
    let fields: Vec<Option<usize>> = decl.fields.iter().map(|field| dataset.field(&field.id)).collect();
    let mut sums = Sums::new();
    for record in &dataset.records {
        let (mut texts, mut amounts) = (Vec::new(), Vec::new());
        for (field, own) in decl.fields.iter().zip(&fields) {
            let value = own.map_or(&Value::Blank, |own| &record.values[own]);
            match &field.kind {
                Kind::Amount | Kind::Number => {
                    texts.push(None);
                    amounts.push(value.number());
                }
                kind => texts.push(Some(text_of(line, &field.id, kind, value, schema))),
            }
        }
        let sum = sums.entry(texts).or_insert_with(|| vec![Decimal::ZERO; amounts.len()]);
        sum.iter_mut().zip(amounts).for_each(|(sum, amount)| *sum += amount);
    }
    sums
}

/// A value as the book has it: of the list, or the record's own, a code cut to the level that the book asks for.
fn text_of(line: &Line, id: &str, kind: &Kind, value: &Value, schema: &Schema) -> String {
    match id {
        "department" => return line.department.name.clone(),
        "department_code" => return line.department.code.clone(),
        _ => {}
    }
    let text = value.text();
    let length = match kind {
        Kind::Code { class, level: Some(level) } => {
            schema.classes.get(class).and_then(|class| class.lengths.get(*level))
        }
        _ => None,
    };
    let cut = length.and_then(|length| text.get(..*length)).unwrap_or(text);
    cut.to_string()
}

/// A field of a CSV file.
fn field(text: &str) -> String {
    match text.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_string(),
    }
}
