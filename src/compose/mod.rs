//! Layout + data → [`Document`]. For each table: expand axes, sum exactly, number rows, prove that no total loses
//! money, place cells, give every figure an address. Then titles, notes and sentences. A figure's text is decided
//! here, once.

mod amount;
mod axes;
mod chart;
mod document;
mod figure;
mod file_name;
mod functions;
mod given;
pub(crate) mod heads;
mod lacking;
mod names;
mod narrative;
mod parts;
mod picture;
mod points;
mod print;
mod reasons;
mod render;
mod report;
mod sentence_parts;
mod session;
mod statements;
mod sums;
mod table;
mod tokens;
mod view;
mod words;

pub use figure::{Figure, Unknown};
pub(crate) use file_name::file_name;
pub(crate) use given::{OTHER_COLUMNS, OTHER_ROW, given_tables, plain_name, table_named, view};
pub use lacking::with_the_report;
pub(crate) use lacking::{FOLLOW, lacks_file};
pub use picture::Pictures;
pub(crate) use report::REPORT;
pub use report::{AcknowledgeDecl, DocumentDecl, Report, read_report, report_with_blanks};
pub use statements::{Model, Sentence, UNKNOWN};
pub(crate) use sums::{Ground, PrintedSum, PrintedSums, printed_sums};
pub use view::{Basis, ColumnView, FigureView, Forms, PrintedColumn, RowView, TableView};

use crate::data::Data;
use crate::data::printed::PrintedTable;
use crate::diagnostic::Diagnostics;
use crate::document::{Document, Table};
use crate::layout::{LayoutSet, LookPatch};
use crate::money::{Look, Unit};
use session::Session;
use std::sync::Arc;

/// Everything one document is made of.
pub struct Job {
    /// Declares tables, sentences and rules.
    pub set: LayoutSet,
    /// The department's records.
    pub data: Data,
    /// The department's name, year and what else report.toml says.
    pub report: Report,
    /// Tables handed over as printed, in place of the ledger or beside it.
    pub printed: Vec<PrintedTable>,
    /// The department's pictures.
    pub pictures: Pictures,
}

impl Job {
    /// Tables are given as printed and the data they would be computed from is not: they can be checked, and no
    /// document can be made.
    pub fn only_printed(&self) -> bool {
        let absent = |id: &String| self.data.datasets.get(id).is_some_and(|d| !d.given);
        !self.printed.is_empty() && self.set.tables.values().any(|t| self.prints(&t.id, &t.file) && absent(&t.from))
    }

    /// A table is among those given, by its id or its layout's name.
    fn prints(&self, id: &str, file: &str) -> bool {
        self.printed.iter().any(|p| p.name == id || p.name == file)
    }

    /// How many records it has, of all files.
    fn records(&self) -> u64 {
        self.data.datasets.values().map(|dataset| dataset.records.len() as u64).sum()
    }

    /// How sentences print figures, where a narrative does not say otherwise.
    fn sentence_look(&self) -> SentenceLook {
        let money = Look { zero: None, ..self.set.numbers.clone() };
        SentenceLook { money: self.set.text_numbers.apply(&money), says_zero: self.set.text_numbers.zero.is_some() }
    }
}

/// How sentences print figures. A sentence has no blank cell: where nothing says how it prints zero, that is what the
/// figure's table prints, else 0.00.
#[derive(Clone)]
struct SentenceLook {
    money: Look,
    /// The set or the narrative says how zero is printed.
    says_zero: bool,
}

impl SentenceLook {
    fn with(&self, numbers: &LookPatch) -> SentenceLook {
        SentenceLook { money: numbers.apply(&self.money), says_zero: self.says_zero || numbers.zero.is_some() }
    }

    /// For a figure whose own look is `own`: a plain number keeps it.
    fn of(&self, own: &Look) -> Look {
        let mut look = if own.unit == Unit::Plain { own.clone() } else { self.money.clone() };
        if own.unit == Unit::Plain || !self.says_zero {
            look.zero = own.zero.clone().filter(|zero| !zero.is_empty());
        }
        look
    }
}

/// A composed document, and what it was composed of: whoever asks about its figures asks here. It is finished: no
/// answer depends on what was asked before.
pub struct Composition {
    /// What is printed.
    pub document: Document,
    forms: Forms,
    given: Vec<TableView>,
    models: Vec<Model>,
    /// Reasons that do not fit their difference.
    reason_findings: Diagnostics,
    /// Over given tables: by the address of a figure that none of them prints, those that print what it sums.
    same: rustc_hash::FxHashMap<Arc<str>, Vec<Arc<str>>>,
}

/// Every table and figure of a composition is asked for as one of its forms.
impl std::ops::Deref for Composition {
    type Target = Forms;

    fn deref(&self) -> &Forms {
        &self.forms
    }
}

impl Composition {
    fn of(session: Arc<Session>, document: Document, given: Vec<TableView>, titles: Vec<String>) -> Composition {
        let own = session.register().figures.len();
        let models = statements::models(&session);
        let mut finished = session.finish();
        let reason_findings = std::mem::take(&mut finished.for_checks);
        let forms = Forms::of(finished, titles, own);
        Composition { document, forms, given, models, reason_findings, same: Default::default() }
    }

    /// Reasons that do not fit their difference, found while sentences were written.
    pub fn reason_findings(&self) -> &Diagnostics {
        &self.reason_findings
    }

    /// Whether a pattern of reasons (an address, its beginning, or with `*`) speaks of an address.
    pub fn speaks_of(pattern: &str, address: &str) -> bool {
        reasons::is_for(pattern, address)
    }
}

/// Composes the document, and the tables that only rules read. Mistakes are gathered; with errors among them there is
/// none.
pub fn compose(job: impl Into<Arc<Job>>, diagnostics: &mut Diagnostics) -> Option<Composition> {
    let job = job.into();
    let over_printed = job.only_printed();
    let (session, given) = begun(&job, diagnostics);
    let document = document::document(&session);
    tables_of_rules(&session);
    let titles = view::titles(&session);
    let found = session.take_diagnostics();
    diagnostics.extend(if over_printed { lacking::told_together(&found, &session) } else { found });
    (!diagnostics.has_errors()).then(|| Composition::of(session, document, given, titles))
}

/// A session in which the tables that are given are composed, and those tables.
fn begun(job: &Arc<Job>, diagnostics: &mut Diagnostics) -> (Arc<Session>, Vec<TableView>) {
    if !job.only_printed() {
        return (Session::new(job.clone()), Vec::new());
    }
    let given = given::to_compose(job, diagnostics);
    let session = Session::of_printed(job.clone(), &given);
    given_tables_first(&session);
    (session, given)
}

/// The tables that the document would print, whatever keeps it from being made.
pub(crate) fn tables_as_printed(job: impl Into<Arc<Job>>) -> Vec<Table> {
    let (session, _) = begun(&job.into(), &mut Diagnostics::default());
    let document = document::document(&session);
    session.take_diagnostics();
    document.tables().cloned().collect()
}

/// Composes the tables that are given: what they print answers for all else.
fn given_tables_first(session: &Session) {
    for layout in session.job.set.tables.values().filter(|layout| session.given_tables.contains_key(&*layout.id)) {
        table::composed(session, layout, &[]);
    }
    session.know_given();
    given::prove_totals(session);
}

/// Composes what rules read and no part or sentence needed, and the tables that are also given as printed.
fn tables_of_rules(session: &Session) {
    let job = &session.job;
    let read: std::collections::BTreeSet<&str> = job.set.rules.iter().flat_map(|rule| rule.tables()).collect();
    for layout in job.set.tables.values() {
        if read.contains(layout.id.as_str()) || job.prints(&layout.id, &layout.file) {
            table::composed(session, layout, &[]);
        }
    }
}

/// An address's key made from a value, another for each: without spaces and signs. What loses something by that (1#楼,
/// 1.5兆瓦) or is long is cut and told apart by its hash.
pub fn short_key(value: &str) -> Arc<str> {
    let is_left_out = |c: char| c.is_whitespace() || matches!(c, '/' | '@' | '~' | '%' | '#' | '.' | '*' | '+');
    if !value.contains(is_left_out) && value.chars().nth(LONGEST_KEY).is_none() {
        return value.into();
    }
    let clean: String = value.chars().filter(|c| !is_left_out(*c)).take(LONGEST_KEY).collect();
    hashed_key(&clean, value)
}

/// The key of several values together, another for each group of them.
pub fn joined_key(values: &[&str]) -> Arc<str> {
    if let [one] = values {
        return short_key(one);
    }
    let whole = values.join("-");
    match values.len() > 1 && values.iter().any(|value| value.contains('-')) {
        true => hashed_key(&short_key(&whole), &values.join("\u{1f}")),
        false => short_key(&whole),
    }
}

/// Characters of a row's key.
const LONGEST_KEY: usize = 16;

/// The beginning of a key, and the hash of what it stands for.
pub fn hashed_key(key: &str, of: &str) -> Arc<str> {
    let head: String = key.chars().filter(|c| *c != '#').take(LONGEST_KEY - "#12345".len()).collect();
    format!("{head}#{}", short_hash(of)).into()
}

/// The key of a row below another: both, and where they are too long together the upper one is cut, so that the
/// row's own (a code, a declared key) stays readable.
pub fn nested_key(above: &str, own: &str) -> Arc<str> {
    let whole = format!("{above}-{own}");
    let room = LONGEST_KEY.saturating_sub(own.chars().count() + "#12345-".len());
    // Where a dash in the row's own key begins could not be told.
    if own.contains('-') {
        return hashed_key(&whole, &format!("{above}\u{1f}{own}"));
    }
    if whole.chars().count() <= LONGEST_KEY {
        return whole.into();
    }
    if room == 0 {
        return hashed_key(&whole, &whole);
    }
    let head: String = above.chars().filter(|c| *c != '#').take(room).collect();
    format!("{head}#{}-{own}", short_hash(above)).into()
}

/// Five hexadecimal digits of a text's SHA-256.
pub fn short_hash(text: &str) -> String {
    use sha2::{Digest, Sha256};
    let digest = Sha256::digest(text.as_bytes());
    let digits = [digest[0] >> 4, digest[0] & 15, digest[1] >> 4, digest[1] & 15, digest[2] >> 4];
    digits.into_iter().filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_short_and_keep_what_tells_them_apart() {
        assert_eq!(&*short_key("公务接待费（含外宾）"), "公务接待费（含外宾）");
        let long = short_key("云岭市文化市场综合执法支队二〇二四年");
        assert!(long.starts_with("云岭市文化市场综合执#") && long.chars().count() == 16);
        assert_eq!(&*nested_key("本级", "2070101"), "本级-2070101");
        let long = nested_key("云岭市文化市场综合执法支队", "2070112");
        assert!(long.starts_with("云岭#") && long.ends_with("-2070112") && long.chars().count() == 16, "{long}");
        assert_ne!(
            nested_key("云岭市文化市场综合执法支队", "2070112"),
            nested_key("云岭市文化市场综合执法大队", "2070112")
        );
    }

    #[test]
    fn what_differs_in_a_sign_a_space_or_a_dash_has_another_key() {
        let values =
            ["1#楼", "1楼", "1.5兆瓦", "15兆瓦", "A/B标段", "AB标段", "A B标段", "教学楼*", "教学楼", "+1层", "1层"];
        let keys: std::collections::BTreeSet<_> = values.iter().map(|value| short_key(value)).collect();
        assert_eq!(keys.len(), values.len(), "{keys:?}");
        assert!(keys.iter().all(|key| key.chars().count() <= 16 && !key.contains(['/', '.', '*', ' '])), "{keys:?}");
        assert_ne!(joined_key(&["一期-二期", "土建"]), joined_key(&["一期", "二期-土建"]));
        assert_ne!(nested_key("一期-二期", "土建"), nested_key("一期", "二期-土建"));
    }
}
