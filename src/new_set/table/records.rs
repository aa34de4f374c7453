//! A table whose rows are records of a file other than the ledger.

use super::{Holds, Maker};
use crate::data::schema::{FileDecl, Kind};
use crate::new_set::known::normal;
use crate::toml_tree::toml_string;
use std::fmt::Write as _;

impl Maker<'_> {
    /// A table whose columns are fields of a record file other than the ledger.
    pub(super) fn of_records(&mut self) -> Option<String> {
        let of = |file: &FileDecl, column: usize| -> Option<String> {
            let head = normal(self.columns[column].path.last()?);
            let head = head.split('(').next().unwrap_or_default().to_owned();
            let is = |name: &String| normal(name) == head;
            file.fields.iter().find(|field| is(&field.head) || field.also.iter().any(is)).map(|field| field.id.clone())
        };
        let files = self.known.schema.files.values();
        let given =
            files.filter(|file| file.is_given() && file.like.is_none() && file.id != "ledger" && file.role.is_none());
        let (file, fields) = given
            .map(|file| (file, (0..self.columns.len()).map(|column| of(file, column)).collect::<Vec<_>>()))
            .max_by_key(|(_, fields)| fields.iter().flatten().count())?;
        let found = fields.iter().flatten().count();
        let asked = self.columns.iter().filter(|column| column.holds != Holds::Seq).count();
        if found < 3 || found * 10 < asked * 6 {
            return None;
        }
        let file = file.clone();
        let mut text = format!("from = {}\n", toml_string(&file.id));
        let amounts: Vec<&str> = file
            .fields
            .iter()
            .filter(|field| field.kind == Kind::Amount && field.adds)
            .map(|field| field.id.as_str())
            .collect();
        if let [first, _, ..] = amounts.as_slice() {
            let _ = writeln!(text, "measure = {}", toml_string(first));
        }
        text += "columns = [\n";
        let mut skip = Vec::new();
        for (column, field) in fields.iter().enumerate() {
            let head = self.head_of(column);
            let field = field.as_ref().and_then(|id| file.field(id));
            match field.map(|field| (&field.id, &field.kind, field.adds)) {
                Some((id, Kind::Amount | Kind::Number, adds)) => {
                    let count = matches!(field.map(|field| &field.kind), Some(Kind::Number));
                    let look = if count { ", numbers = { unit = \"\", decimals = [0, 2] }" } else { "" };
                    let key = self.key(&self.columns[column].path, 12);
                    let _ = writeln!(
                        text,
                        "  {{ key = {}, head = {head}, of = {}{look} }},",
                        toml_string(&key),
                        toml_string(id)
                    );
                    if !adds || count {
                        skip.push(toml_string(&key));
                    }
                    self.columns[column].key = key;
                    self.made.understood.1 += 1;
                    self.made.understood.0 += 1;
                }
                Some((id, ..)) => {
                    self.made.understood.1 += 1;
                    self.made.understood.0 += 1;
                    let _ = writeln!(text, "  {{ head = {head}, field = {} }},", toml_string(id));
                }
                None if self.columns[column].holds == Holds::Seq => {
                    let _ = writeln!(text, "  {{ head = {head}, field = \"seq\" }},");
                }
                None => {
                    let _ = writeln!(text, "  {{ head = {head}, text = \"\" }}, # 请核对：数据里没有这一列");
                    self.made.asks.push(format!(
                        "《{}》的“{}”一列，{}里没有，现在空着",
                        self.made.title,
                        self.head_words(column),
                        file.title
                    ));
                }
            }
        }
        text += "]\n";
        let texts: Vec<String> = file
            .fields
            .iter()
            .filter(|field| matches!(field.kind, Kind::Text | Kind::Ref { .. } | Kind::Choice { .. }))
            .map(|field| toml_string(&field.id))
            .collect();
        let each = format!("  {{ each = \"record\", id = [{}] }},\n", texts[..texts.len().min(6)].join(", "));
        let totals: Vec<usize> = self
            .body()
            .filter(|row| self.paper.line(*row).iter().any(|text| ["合计", "总计"].contains(&normal(text).as_str())))
            .collect();
        let total = format!(
            "  {{ key = \"合计\", label = \"合计\", skip = [{}], parts = \"*\", style = \"total\" }},\n",
            skip.join(", ")
        );
        let (rows, foot) = match totals.first() {
            Some(first) if *first == self.paper.heads => (format!("{total}{each}"), String::new()),
            Some(_) => (each, total),
            None => (each, String::new()),
        };
        let _ = writeln!(text, "rows = [\n{rows}]");
        if !foot.is_empty() {
            let _ = writeln!(text, "foot = [\n{foot}]");
        }
        if !file.required {
            self.made.given = Some(file.id.clone());
        }
        self.made.guessed.push(format!("《{}》一行一条{}的记录", self.made.title, file.title));
        self.made.records = Some(file.id.clone());
        Some(text)
    }
}
