//! One run of `compose`: what is built up while tables and sentences ask each other. It is consumed by what it builds.

use super::chart::Charts;
use super::figure::Register;
use super::names::Names;
use super::points::Found;
use super::table::Tables;
use super::tokens::Tokens;
use super::{FigureView, Job, SentenceLook, TableView};
use crate::data::{Dataset, Kind, Value as Datum};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::money::{Look, Unit};
use minijinja::{Environment, Value};
use rustc_hash::FxHashMap as HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

/// Rows of all tables of a document, of lists and of records.
const MOST_ROWS: usize = 10_000;
const MOST_ROWS_OF_A_RECORD: usize = 100;

/// Templates call back into it, so each part of it is locked on its own while it is asked.
pub struct Session {
    pub job: Arc<Job>,
    /// Figures as they were printed, by address, where tables are given in place of the ledger.
    pub given: HashMap<Arc<str>, FigureView>,
    /// The given tables that a document is made of, by id.
    pub given_tables: HashMap<Arc<str>, TableView>,
    /// Only typed texts are read beside what was given: what nobody knows is left out, and no mistake.
    pub lenient: bool,
    pub(super) found: Found,
    pub(super) names: Names,
    pub(super) register: Mutex<Register>,
    pub(super) tables: Mutex<Tables>,
    pub(super) tokens: Mutex<Tokens>,
    pub(super) charts: Mutex<Charts>,
    reports: Mutex<Reports>,
    /// How sentences print, the innermost narrative last; none: as each figure's table does.
    looks: Mutex<Vec<Option<SentenceLook>>>,
    /// Bytes that templates wrote so far.
    pub(super) written: AtomicUsize,
    /// Rows that entries were made into so far, printed or not.
    expanded: AtomicUsize,
    /// The texts that are being put into each other, the outermost first.
    open: Mutex<Vec<String>>,
    env: OnceLock<Environment<'static>>,
    me: Weak<Session>,
}

/// What was found wrong.
#[derive(Default)]
struct Reports {
    diagnostics: Diagnostics,
    /// What does not keep the document from being composed, for `check` to report: class X.
    for_checks: Diagnostics,
}

/// What a session leaves when it is done.
pub(super) struct Finished {
    pub job: Arc<Job>,
    pub register: Register,
    pub tables: Tables,
    pub for_checks: Diagnostics,
}

impl Session {
    pub fn new(job: impl Into<Arc<Job>>) -> Arc<Session> {
        Session::with_given(job, &[])
    }

    /// A session over tables that are given as printed: what a sentence asks of them is what they print.
    pub fn with_given(job: impl Into<Arc<Job>>, given: &[TableView]) -> Arc<Session> {
        let lenient = !given.is_empty();
        Session::over(job.into(), given, HashMap::default(), lenient)
    }

    /// A session that makes a document of tables that are given as printed: they are its tables, and what sentences ask
    /// of them is what they print.
    pub fn of_printed(job: Arc<Job>, given: &[TableView]) -> Arc<Session> {
        let tables = given.iter().map(|table| (table.id.clone(), table.clone())).collect();
        Session::over(job, given, tables, false)
    }

    fn over(
        job: Arc<Job>,
        given: &[TableView],
        given_tables: HashMap<Arc<str>, TableView>,
        lenient: bool,
    ) -> Arc<Session> {
        let rows = given.iter().flat_map(|t| t.rows.iter().chain(&t.absent));
        let figures = rows.flat_map(|r| r.figures.iter().flatten());
        let given = figures.filter(|f| f.place.is_some()).map(|f| (f.address.clone(), f.clone())).collect();
        let session = Arc::new_cyclic(|me| Session {
            found: Found::of(&job.data),
            names: Names::of(&job.data),
            job,
            given,
            given_tables,
            lenient,
            register: Mutex::default(),
            tables: Mutex::default(),
            tokens: Mutex::default(),
            charts: Mutex::default(),
            reports: Mutex::default(),
            looks: Mutex::default(),
            open: Mutex::default(),
            written: AtomicUsize::new(0),
            expanded: AtomicUsize::new(0),
            env: OnceLock::new(),
            me: me.clone(),
        });
        let env = super::functions::environment(&session);
        let _ = session.env.set(env);
        session.add_given();
        session
    }

    /// Ends the run: templates can ask it nothing any more.
    pub(super) fn finish(self: Arc<Session>) -> Finished {
        let session = Arc::into_inner(self).expect("templates hold it weakly");
        Finished {
            job: session.job,
            register: session.register.into_inner().unwrap_or_else(PoisonError::into_inner),
            tables: session.tables.into_inner().unwrap_or_else(PoisonError::into_inner),
            for_checks: session.reports.into_inner().unwrap_or_else(PoisonError::into_inner).for_checks,
        }
    }

    pub(super) fn register(&self) -> MutexGuard<'_, Register> {
        self.register.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reports(&self) -> MutexGuard<'_, Reports> {
        self.reports.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn looks(&self) -> MutexGuard<'_, Vec<Option<SentenceLook>>> {
        self.looks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn open(&self) -> MutexGuard<'_, Vec<String>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn env(&self) -> &Environment<'static> {
        self.env.get().expect("set when the session is made")
    }

    pub fn weak(&self) -> Weak<Session> {
        self.me.clone()
    }

    /// All tables of a document together may have so many rows, the more the more records there are: lists within lists
    /// within lists would have no end. True: no more; told once, at the entry that makes them (E343).
    pub(super) fn has_too_many_rows(&self, place: &Place) -> bool {
        let before = self.expanded.fetch_add(1, Ordering::Relaxed);
        if before == self.most_rows() {
            let found = Diagnostic::error("E343", format!("各表的行合计超过 {before} 行")).at(place.clone());
            self.report(found.hint("检查 each 一层套一层的清单"));
        }
        before >= self.most_rows()
    }

    /// There were too many rows: those of a table that has them are not worth composing.
    pub(super) fn had_too_many_rows(&self) -> bool {
        self.expanded.load(Ordering::Relaxed) > self.most_rows()
    }

    fn most_rows(&self) -> usize {
        MOST_ROWS + MOST_ROWS_OF_A_RECORD * self.job.records() as usize
    }

    pub fn report(&self, diagnostic: Diagnostic) {
        self.reports().diagnostics.push(diagnostic);
    }

    /// Reports what `check` tells, and what does not keep the document from being composed.
    pub fn report_for_checks(&self, diagnostic: Diagnostic) {
        self.reports().for_checks.push(diagnostic);
    }

    /// What was found so far that keeps the document from being composed.
    pub fn take_diagnostics(&self) -> Diagnostics {
        std::mem::take(&mut self.reports().diagnostics)
    }

    /// Does something whose findings are none of the document's.
    pub fn unheard<T>(&self, what: impl FnOnce() -> T) -> T {
        let kept = {
            let mut reports = self.reports();
            (std::mem::take(&mut reports.diagnostics), reports.for_checks.clone())
        };
        let result = what();
        let mut reports = self.reports();
        (reports.diagnostics, reports.for_checks) = kept;
        result
    }

    /// Given tables stand for a file that is not there.
    pub fn is_replaced(&self, dataset: &str) -> bool {
        let mut layouts = self.job.set.tables.values().filter(|layout| layout.from == dataset);
        self.dataset(dataset).is_some_and(|d| !d.given) && layouts.any(|l| self.given_tables.contains_key(&*l.id))
    }

    pub fn dataset(&self, id: &str) -> Option<&Dataset> {
        self.job.data.datasets.get(id)
    }

    /// How sentences print a figure whose own look is `own`.
    pub fn sentence_look(&self, own: &Look) -> Look {
        match self.looks().last() {
            None => self.job.sentence_look().of(own),
            Some(None) => own.clone(),
            Some(Some(look)) => look.of(own),
        }
    }

    /// How a percentage is printed.
    pub fn percent_look(&self) -> Look {
        self.job.set.percent_numbers.apply(&Look { unit: Unit::Plain, ..Look::default() })
    }

    /// Composes sentences that print figures with a look of their own.
    pub fn with_sentence_look<T>(&self, look: SentenceLook, compose: impl FnOnce() -> T) -> T {
        self.within_look(Some(look), compose)
    }

    /// Computes with a table's own figures, which are as that table prints them.
    pub fn with_own_looks<T>(&self, compute: impl FnOnce() -> T) -> T {
        self.within_look(None, compute)
    }

    fn within_look<T>(&self, look: Option<SentenceLook>, compose: impl FnOnce() -> T) -> T {
        self.looks().push(look);
        let composed = compose();
        self.looks().pop();
        composed
    }

    /// A datum as templates see it.
    pub fn template_value(&self, datum: &Datum, kind: &Kind) -> Value {
        match (datum, kind) {
            (Datum::Number(number), _) => Value::from(number.normalize().to_string()),
            (Datum::Text(text), _) => Value::from(&**text),
            (Datum::Blank, _) => Value::from(""),
        }
    }
}
