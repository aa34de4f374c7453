//! What this year's document prints of last year, beside what last year's printed: `tables/上年公布.csv`, which a new
//! year's folder begins with.

use crate::check::interval::printed_interval;
use crate::check::rule::{Example, RulePage};
use crate::compose::Composition;
use crate::data::printed::PrintedTable;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity};
use crate::money::{Unit, told};
use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};

pub const PAGE: RulePage = RulePage {
    code: "X059",
    severity: Severity::Warning,
    title: "上年数与上年公布的不同",
    reason: "今年文本里的上年数，就是上年公布的那个数；调整了口径或改正过的，公布时要说明。新年度的文件夹记着上年最后一版印出的每个数\
             （tables/上年公布.csv），逐个比对",
    source: "《地方预决算公开操作规程》（财预〔2016〕143号）",
    example: Example {
        wrong: "上年公布 39.26 万元，今年写上年为 38.26 万元",
        right: "上年公布 39.26 万元，今年写上年为 39.26 万元",
    },
};

/// The table and the column of a figure.
fn column_of(address: &str) -> Option<(&str, &str)> {
    let (table, rest) = address.split_once('/')?;
    Some((table, rest.rsplit_once('/')?.1))
}

/// Where the document's figures of last year are not what was published.
pub fn compare(composition: &Composition, published: &PrintedTable, found: &mut Diagnostics) {
    let mut then: HashMap<&str, (u32, &[String])> = HashMap::default();
    // Columns that were published: of a row that was not, there was nothing in them.
    let mut columns: HashSet<(&str, &str)> = HashSet::default();
    for (line, cells) in &published.rows {
        if let [address, _, _, _] = &cells[..cells.len().min(4)] {
            then.insert(address, (*line, cells));
            columns.extend(column_of(address));
        }
    }
    for (address, was) in composition.figures_of_last_year() {
        let Some(figure) = composition.figure(&address) else { continue };
        let Some((line, cells)) = then.get(&*was) else {
            let amount = figure.amount.filter(|amount| !amount.is_zero());
            if let Some(amount) = amount.filter(|_| column_of(&was).is_some_and(|column| columns.contains(&column))) {
                let name = composition.name_of(&address).unwrap_or_else(|| was.to_string());
                let message = format!("“{name}”的上年数是 {}，上年没有公布这一项", told(amount));
                let lines = composition.amounts_behind(&address);
                let whole = Place::file(published.file.clone());
                let place = lines.first().map_or_else(|| whole.clone(), |(origin, _)| origin.place());
                found.push(
                    Diagnostic::new(PAGE.severity, PAGE.code, message)
                        .at(place)
                        .related(whole, "上年公布的数都在这里")
                        .address(&*address)
                        .hint("改正上年的科目、单位等；科目换了编码、确有调整的，在正文里说明，并在 report.toml 里确认（[[acknowledge]]）"),
                );
            }
            continue;
        };
        let unit = [Unit::WanYuan, Unit::YiYuan, Unit::Yuan].into_iter().find(|unit| unit.name() == cells[3].trim());
        let interval = unit.and_then(|unit| {
            let places = cells[2].rsplit_once('.').map_or(0, |(_, places)| places.len() as u32);
            printed_interval(&cells[2], unit, places)
        });
        let (Some(amount), Some(interval), Some(unit)) = (figure.amount, interval, unit) else { continue };
        if interval.low <= amount && amount <= interval.high {
            continue;
        }
        let name = if cells[1].trim().is_empty() { was.to_string() } else { cells[1].trim().to_string() };
        let shown =
            if cells[2].trim().is_empty() { "空白".to_string() } else { format!("{}{}", cells[2], unit.name()) };
        let message = format!("“{name}”的上年数是 {}，上年公布的是 {shown}", told(amount));
        let lines = composition.amounts_behind(&address);
        let of_file = Place::field(published.file.clone(), *line, 3);
        let place = lines.first().map_or(of_file.clone(), |(origin, _)| origin.place());
        found.push(
            Diagnostic::new(PAGE.severity, PAGE.code, message)
                .at(place)
                .related(of_file, "上年公布的")
                .address(&*address)
                .hint("改正上年的数；确有调整的，在正文里说明，并在 report.toml 里确认（[[acknowledge]]）"),
        );
    }
}
