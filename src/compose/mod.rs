//! Layout + data → [`Document`]. For each table: expand axes, sum exactly, number rows, prove that no total loses
//! money, place cells, give every figure an address. Then titles, notes and sentences. A figure's text is decided
//! here, once.

mod amount;
mod axes;
mod document;
mod functions;
mod heads;
mod narrative;
mod parts;
mod report;
mod session;
mod statements;
mod table;
mod view;

pub(crate) use document::file_name;
pub use report::{AcknowledgeDecl, DocumentDecl, Report, read_report};
pub use statements::{Model, Sentence, UNKNOWN};
pub use view::{ColumnView, FigureView, Forms, PrintedColumn, RowView, SourceView, TableView};

use crate::data::Data;
use crate::data::printed::PrintedTable;
use crate::diagnostic::Diagnostics;
use crate::document::{Document, Origin};
use crate::layout::LayoutSet;
use rust_decimal::Decimal;
use std::sync::Arc;

/// Everything one document is made of.
pub struct Job {
    pub set: LayoutSet,
    pub data: Data,
    pub report: Report,
    /// Tables handed over as printed, in place of the ledger or beside it.
    pub printed: Vec<PrintedTable>,
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
}

/// A composed document, and what it was composed of: whoever asks about its figures asks here.
pub struct Composition {
    pub document: Document,
    session: Arc<session::Session>,
    given: Vec<TableView>,
}

impl Composition {
    /// The layout set, the data and the report behind the document.
    pub fn job(&self) -> &Job {
        &self.session.job
    }

    /// Every figure whose amount is known, printed or not, as sentences print it.
    pub fn named_figures(&self) -> Vec<NamedFigure> {
        self.session.named_figures()
    }

    /// The exact amount of a figure (元, or ones), printed or not; None if there is none or it is not known.
    pub fn amount(&self, address: &str) -> Option<Decimal> {
        self.session.figure(self.session.find(address)?).amount
    }

    /// The amounts a figure is made of, each with the input line it stands in.
    pub fn amounts_behind(&self, address: &str) -> Vec<(Origin, Decimal)> {
        self.session.find(address).map(|id| self.session.amounts_behind(id)).unwrap_or_default()
    }

    /// Whether a figure is money: a count or a percentage is not.
    pub fn is_money(&self, address: &str) -> bool {
        self.session.find(address).is_some_and(|id| self.session.figure(id).look.unit != crate::money::Unit::Plain)
    }

    /// The address of the figure in a cell of a placed table, printed or blank: `row` and `cell` count the document's
    /// body rows and their cells from 0.
    pub fn address_in(&self, table: &str, row: usize, cell: usize) -> Option<String> {
        // A layout placed again has its number behind its id.
        let again = || self.session.composed(table.rsplit_once('#')?.0);
        let table = self.session.composed(table).or_else(again)?;
        match table.body.get(row)?.cells.get(cell)?.content {
            table::Content::Figure(id, _) => Some(self.session.figure(id).address.clone()),
            table::Content::Text(_) => None,
        }
    }
}

/// Reasons and the differences they explain.
impl Composition {
    /// Reasons that do not fit their difference, found while sentences were written.
    pub fn reason_findings(&self) -> Diagnostics {
        self.session.for_checks()
    }

    /// Whether the department gives a reason for the difference at an address, for whatever sign.
    pub fn has_reason(&self, address: &str) -> bool {
        functions::has_reason(&self.session, address)
    }

    /// Whether a pattern of reasons (an address, its beginning, or with `*`) speaks of an address.
    pub fn speaks_of(pattern: &str, address: &str) -> bool {
        functions::is_for(pattern, address)
    }
}

/// A figure that a sentence may name.
#[derive(Debug, Clone)]
pub struct NamedFigure {
    pub address: String,
    /// 元, or ones for a plain number.
    pub amount: rust_decimal::Decimal,
    /// As a sentence prints it, without its unit.
    pub text: String,
    pub unit: crate::money::Unit,
    /// What a difference was made from: the figure and what it is compared with.
    pub compares: Option<(rust_decimal::Decimal, rust_decimal::Decimal)>,
}

/// Composes the document. Mistakes are gathered; with errors among them there is none.
pub fn compose(job: Job, diagnostics: &mut Diagnostics) -> Option<Composition> {
    let session = session::Session::new(job);
    let document = document::document(&session);
    diagnostics.extend(session.take_diagnostics());
    if diagnostics.has_errors() { None } else { Some(Composition { document, session, given: Vec::new() }) }
}

/// An address's key made from a value: without spaces and signs; a long one is cut and told apart by its hash.
pub fn short_key(value: &str) -> Arc<str> {
    let clean: String = value.chars().filter(|c| !c.is_whitespace() && !"/@~%#.*+".contains(*c)).collect();
    if clean.chars().count() <= 16 {
        return clean.into();
    }
    let head: String = clean.chars().take(10).collect();
    format!("{head}#{}", short_hash(&clean)).into()
}

/// The key of a row below another: both, and where they are too long together the upper one is cut, so that the
/// row's own (a code, a declared key) stays readable.
pub fn nested_key(above: &str, own: &str) -> Arc<str> {
    let whole = format!("{above}-{own}");
    let room = 16usize.saturating_sub(own.chars().count() + "#12345-".len());
    if whole.chars().count() <= 16 || room == 0 {
        return short_key(&whole);
    }
    let head: String = above.chars().filter(|c| *c != '#').take(room).collect();
    format!("{head}#{}-{own}", short_hash(above)).into()
}

/// Five hexadecimal digits of a text's SHA-256.
pub fn short_hash(text: &str) -> String {
    use sha2::{Digest, Sha256};
    let digest = Sha256::digest(text.as_bytes());
    format!("{:02x}{:02x}{:01x}", digest[0], digest[1], digest[2] >> 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_short_and_keep_what_tells_them_apart() {
        assert_eq!(&*short_key("公务接待费 （含外宾）"), "公务接待费（含外宾）");
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
}
