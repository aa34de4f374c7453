//! docProps/custom.xml: what a reader of the file must know beside its text. Names begin with `gongkai.`:
//!
//! - `gongkai`: the version of these properties; `gongkai.code`, `gongkai.year`, `gongkai.stem`: which document it is.
//! - `gongkai.scale` and `gongkai.scale.KEY`: how many 元 (or ones) make one of the printed unit: of all figures, of a
//!   table (`t9`), a column of it (`t9/*/数量`), one printing (its tag). The most specific holds.
//! - `gongkai.tag.TAG`: the address behind a tag too long to spell it.
//! - `gongkai.p_7`: file and paragraph of the department's own prose behind that bookmark, `text/goals.md#3`; of a
//!   paragraph that a marked document shows as deleted, `gongkai.was.p_7`.
//! - `gongkai.f_7`: the tag of the figure in that bookmark of a marked document.
//! - `gongkai.data`: the hash of the data folder it was made from.

use super::parts::XML;
use super::tags::Tags;
use super::xml::escape;
use crate::document::{Document, PrintedFigure, Source};
use crate::read_docx::{column_key, number, table_key};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Custom properties by name, and what they are made from.
#[derive(Default)]
pub struct Properties<'a> {
    named: Vec<(String, String)>,
    printed: Vec<Printed<'a>>,
}

/// A printed figure whose unit its text shows.
struct Printed<'a> {
    address: &'a str,
    tag: String,
    scale: Decimal,
}

impl<'a> Properties<'a> {
    pub fn prose(&mut self, bookmark: &str, source: &Source, gone: bool) {
        let was = if gone { "was." } else { "" };
        self.named.push((format!("gongkai.{was}{bookmark}"), format!("{}#{}", source.file, source.paragraph)));
    }

    /// Notes which figure a bookmark holds.
    pub fn marked(&mut self, bookmark: &str, tag: &str) {
        self.named.push((format!("gongkai.{bookmark}"), tag.to_owned()));
    }

    pub fn spelled(&mut self, tags: &Tags) {
        self.named.extend(tags.spelled.iter().map(|(tag, address)| (format!("gongkai.tag.{tag}"), address.clone())));
    }

    /// Notes the unit a figure is printed in.
    pub fn printed(&mut self, figure: &'a PrintedFigure, tag: &str, text: &str) {
        if let Some(scale) = scale(figure.amount, text) {
            self.printed.push(Printed { address: &figure.address, tag: tag.to_owned(), scale });
        }
    }

    /// Turns the noted units into the fewest rules.
    pub fn units(&mut self, document: &Document) {
        let mut rules: Vec<(String, Decimal)> = Vec::new();
        let all = commonest(self.printed.iter().map(|p| p.scale)).unwrap_or(Decimal::from(10_000));
        let mut tables: BTreeMap<&str, Vec<&Printed>> = BTreeMap::new();
        for printed in &self.printed {
            tables.entry(table_key(printed.address)).or_default().push(printed);
        }
        for (table, printed) in tables {
            let of_table = commonest(printed.iter().map(|p| p.scale)).unwrap_or(all);
            if of_table != all {
                rules.push((table.to_owned(), of_table));
            }
            let mut columns: BTreeMap<&str, Vec<&Printed>> = BTreeMap::new();
            for printed in printed {
                let (_, column) = printed.address.rsplit_once('/').unwrap_or_default();
                columns.entry(column).or_default().push(printed);
            }
            for printed in columns.into_values() {
                let of_column = commonest(printed.iter().map(|p| p.scale)).unwrap_or(of_table);
                if of_column != of_table {
                    rules.push((column_key(printed[0].address), of_column));
                }
                let odd = printed.into_iter().filter(|p| p.scale != of_column);
                rules.extend(odd.map(|p| (p.tag.clone(), p.scale)));
            }
        }
        let mut named = vec![
            ("gongkai".to_owned(), "1".to_owned()),
            ("gongkai.code".to_owned(), document.meta.code.clone()),
            ("gongkai.year".to_owned(), document.meta.year.to_string()),
            ("gongkai.stem".to_owned(), document.meta.file_stem.clone()),
            ("gongkai.scale".to_owned(), all.to_string()),
        ];
        named.extend(document.meta.data.iter().map(|id| ("gongkai.data".to_owned(), id.clone())));
        named.extend(rules.into_iter().map(|(key, scale)| (format!("gongkai.scale.{key}"), scale.to_string())));
        named.append(&mut self.named);
        self.named = named;
    }

    /// docProps/custom.xml.
    pub fn xml(&self) -> String {
        let mut out = String::from(XML);
        out.push_str(r#"<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">"#);
        for (index, (name, value)) in self.named.iter().enumerate() {
            let _ = write!(
                out,
                r#"<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="{}" name="{}"><vt:lpwstr>{}</vt:lpwstr></property>"#,
                index + 2,
                escape(name),
                escape(value)
            );
        }
        out.push_str("</Properties>");
        out
    }
}

/// The one unit in which `text` prints `amount` rounded; None where several would do, as for zero. Sentences print
/// a decrease without its sign.
fn scale(amount: Decimal, text: &str) -> Option<Decimal> {
    let shown = number::value(text)?.abs();
    let half = Decimal::new(5, shown.scale() + 1);
    let fits = |scale: &Decimal| {
        let printed = shown.checked_mul(*scale).zip(half.checked_mul(*scale));
        printed.is_some_and(|(printed, slack)| (amount.abs() - printed).abs() <= slack)
    };
    let mut fitting = [1, 10_000, 100_000_000].map(Decimal::from).into_iter().filter(fits);
    fitting.next().filter(|_| fitting.next().is_none())
}

/// The most frequent of some units; the smallest of equals.
fn commonest(scales: impl Iterator<Item = Decimal>) -> Option<Decimal> {
    let mut counts: BTreeMap<Decimal, usize> = BTreeMap::new();
    for scale in scales {
        *counts.entry(scale).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(scale, count)| (*count, -*scale)).map(|(scale, _)| scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_follows_from_amount_and_text() {
        let amount = |text: &str| text.parse::<Decimal>().expect("a decimal");
        assert_eq!(scale(amount("850500"), "85.05"), Some(Decimal::from(10_000)));
        assert_eq!(scale(amount("-44436400"), "4443.64"), Some(Decimal::from(10_000)));
        assert_eq!(scale(amount("850500"), "850,500.00"), Some(Decimal::ONE));
        assert_eq!(scale(amount("0"), "0.00"), None);
        assert_eq!(scale(amount("850500"), "—"), None);
    }
}
