//! Rules over figures: those of the set's `checks.toml`, inside a table and between tables. Composed figures are exact
//! and have no tolerance. Tables given as printed are checked within what rounding allows, and against the ledger
//! where there is one.

mod binding;
mod book;
mod contradiction;
mod evaluate;
mod given;
pub(crate) mod last_year;
mod names;
mod records;
mod run;
pub(crate) mod solve;
mod stated;
mod words;

use super::rule::{Example, RulePage};
use super::text::{self, Texts, TypedFigure};
use crate::compose::{Basis, Composition, Forms, Job, TableView, given_tables, table_named, view};
use crate::data::printed::PrintedTable;
use crate::diagnostic::{Diagnostics, Place, Severity};
use crate::layout::LayoutSet;
use book::{Book, CellId};
use contradiction::{Answer, Contradiction, explain};
use evaluate::Bound;
use rayon::prelude::*;
use std::sync::Arc;
use words::PlaceOf;

pub use stated::{RoundedSum, Stands, Stated, Sums, Term, names_of, stands, stated, sums};

/// What is found besides the rules of a set.
pub const PAGES: [RulePage; 9] = [
    RulePage {
        code: "X040",
        severity: Severity::Error,
        title: "印出来的数互相矛盾：没有任何一组精确到分的金额能同时印成它们",
        reason: "每个数都是自己的金额四舍五入到 0.01 万元，合计与分项之和可以差一点，但总有一组金额能同时解释全部数字；\
                 找不到这样一组金额，就必有数字是错的。程序给出互相矛盾的最小一组数，以及改动哪一处就全部相符",
        source: "《地方预决算公开操作规程》（财预〔2016〕143号）",
        example: Example {
            wrong: "合计 85.05，基本支出 60.58、项目支出 24.49",
            right: "合计 85.05，基本支出 60.58、项目支出 24.46（相差 0.01 是尾差）",
        },
    },
    RulePage {
        code: "X041",
        severity: Severity::Error,
        title: "tables/ 里的数与明细算出来的不同",
        reason: "由明细算出的数是精确的，印出来应恰好等于它四舍五入的结果，不留误差；不同就说明明细与表不是同一稿",
        source: "《地方预决算公开操作规程》（财预〔2016〕143号）",
        example: Example {
            wrong: "明细之和 605848.00 元，表中印作 60.59",
            right: "明细之和 605848.00 元，表中印作 60.58",
        },
    },
    RulePage {
        code: "X042",
        severity: Severity::Note,
        title: "没有算出是否存在一组金额能同时解释全部数字",
        reason: "数字太多，超出了计算的限度；各条规则仍已逐条检查",
        source: "本程序的限度",
        example: Example { wrong: "上万个数字的表", right: "分部门检查" },
    },
    last_year::PAGE,
    RulePage {
        code: "X070",
        severity: Severity::Warning,
        title: "公开的表里，一行的合计不是它的各列之和",
        reason: "不认得版式的表，由表头和别的各行得知哪一列是哪几列之和；别的行都相符而这一行不符，这一行里必有一个数是错的",
        source: "《地方预决算公开操作规程》（财预〔2016〕143号）",
        example: Example {
            wrong: "合计 85.05，基本支出 60.58，项目支出 42.47",
            right: "合计 85.05，基本支出 60.58，项目支出 24.47",
        },
    },
    RulePage {
        code: "X071",
        severity: Severity::Warning,
        title: "公开的表里，一列的合计不是它的各行之和",
        reason: "不认得版式的表，由科目编码、序号得知哪一行是哪几行之和；四舍五入造成的尾差不算",
        source: "《地方预决算公开操作规程》（财预〔2016〕143号）",
        example: Example {
            wrong: "20103 共 85.05，2010301 为 60.58，2010302 为 42.47",
            right: "20103 共 85.05，2010301 为 60.58，2010302 为 24.47",
        },
    },
    RulePage {
        code: "X072",
        severity: Severity::Warning,
        title: "公开的表里，收入总计与支出总计不等",
        reason: "收支总表的两边是同一笔钱的来源和去向，总计必然相等",
        source: "《中华人民共和国预算法》第十二条；财预〔2016〕143号",
        example: Example {
            wrong: "收入总计 100.00，支出总计 110.00", right: "收入总计 100.00，支出总计 100.00"
        },
    },
    RulePage {
        code: "X073",
        severity: Severity::Warning,
        title: "同一个数在两张公开的表里不同",
        reason: "收支总表的合计就是收入表、支出表的合计，财政拨款收支总表的一般公共预算就是一般公共预算支出表的合计，同一科目在两张表里是一个数",
        source: "《地方预决算公开操作规程》（财预〔2016〕143号）",
        example: Example {
            wrong: "收支总表支出总计 100.00，支出总表合计 110.00", right: "两处都是 100.00"
        },
    },
    RulePage {
        code: "X074",
        severity: Severity::Warning,
        title: "公开的表里，金额不是数量乘单价",
        reason: "采购表一行的数量、单价和金额必然相合；单价四舍五入造成的尾差不算，别的行也不相合的不算",
        source: "《中华人民共和国政府采购法》第三十三条",
        example: Example {
            wrong: "数量 2，单价 41.00，金额 28.00", right: "数量 2，单价 41.00，金额 82.00"
        },
    },
];

/// What the rules find in a composed document, whose figures are exact; and where tables given as printed differ from
/// it.
pub fn check(composition: &Composition) -> Diagnostics {
    let set = &composition.job().set;
    let book = Book::new(tables_of_rules(set).filter_map(|id| composition.table(id)).filter(|t| t.known).collect());
    // A figure is wrong where its lines are; one without lines, where its table is declared.
    let place_of = |book: &Book, cell: CellId| -> Place {
        let source = book.figure(cell).and_then(|f| composition.basis(&f.address));
        match source {
            Some(Basis::Lines { lines, .. }) => lines.first().map(|(o, ..)| Place::new(o.file.clone(), o.line, 0)),
            Some(Basis::Printed(place)) => Some(place),
            _ => None,
        }
        .unwrap_or_else(|| book.sheets()[cell.table].view.place.clone())
    };
    let mut all = of_rules(&book, composition.job(), &place_of);
    for printed in composition.job().printed.iter().filter(|printed| printed.is_of_last_year()) {
        last_year::compare(composition, printed, &mut all);
    }
    compare_given(composition, &mut all);
    all
}

/// Where tables given as printed differ from those composed of a ledger: X041, and what is wrong with the tables.
pub(crate) fn compare_given(forms: &Forms, found: &mut Diagnostics) {
    let set = &forms.job().set;
    for printed in forms.job().printed.iter().filter(|printed| !printed.is_of_last_year()) {
        let Some(exact) = table_named(set, printed, found).and_then(|id| forms.table(&id)) else { continue };
        if let Some(given) = view(&exact, printed, &set.schema, found) {
            given::compare(&exact, &given, found);
        }
    }
}

/// Tables given as printed and checked without a document.
pub struct Printed {
    forms: Arc<Forms>,
    /// What composing them found.
    composing: Arc<Diagnostics>,
    book: Book,
    /// What is found in the department's texts: by their words, and by their amounts beside these tables.
    words: Arc<Diagnostics>,
    amounts: Diagnostics,
    /// What reading them found.
    pub found: Diagnostics,
}

/// What printed figures contradict each other, by address.
#[derive(Debug, Clone)]
pub struct Contradicting {
    /// No smaller part of them contradicts itself.
    pub figures: Vec<String>,
    /// All of them in the order they are named: those that, printed otherwise, would end it come first.
    pub named: Vec<String>,
    /// Codes of the rules that they cannot all keep.
    pub rules: Vec<String>,
}

impl Printed {
    /// Reads the tables given with a job. Tables that rules need besides, and that the data gives, are computed.
    pub fn read(job: impl Into<Arc<Job>>) -> Printed {
        let job: Arc<Job> = job.into();
        let mut composing = Diagnostics::default();
        let forms = Forms::compose(job.clone(), &mut composing);
        Printed::of(Arc::new(forms), Arc::new(composing), &job.printed, None)
    }

    fn of(
        forms: Arc<Forms>,
        composing: Arc<Diagnostics>,
        printed: &[PrintedTable],
        words: Option<Arc<Diagnostics>>,
    ) -> Printed {
        let (mut views, read) = given_tables(&forms, printed);
        let mut found = Diagnostics::clone(&composing);
        found.extend(read);
        let composition = Composition::of_printed(&forms, &views);
        let texts = Texts::of(&composition);
        let typed = texts.typed_figures();
        let words = words.unwrap_or_else(|| Arc::new(text::check_words(&texts)));
        let amounts = text::check_amounts(&texts);
        views.extend(typed_tables(&forms, &views, &typed));
        for id in tables_of_rules(&forms.job().set) {
            if !views.iter().any(|v| *v.id == *id) {
                views.extend(forms.table(id).filter(|t| t.known));
            }
        }
        Printed { forms, composing, book: Book::new(views), words, amounts, found }
    }

    /// What the tables were given with.
    pub fn job(&self) -> &Job {
        self.forms.job()
    }

    /// The same data with other tables given as printed.
    pub fn with(&self, printed: &[PrintedTable]) -> Printed {
        Printed::of(self.forms.clone(), self.composing.clone(), printed, Some(self.words.clone()))
    }

    /// Every rule, and whether amounts exist that print as all these figures.
    pub fn check(&self) -> Diagnostics {
        self.findings().0
    }

    /// The rules of the set alone.
    pub fn check_rules(&self) -> Diagnostics {
        let mut all = self.found.clone();
        all.extend(of_rules(&self.book, self.forms.job(), &|book, cell| place_in(book, cell)));
        all
    }

    /// The findings, and the contradictions among them by address.
    pub fn findings(&self) -> (Diagnostics, Vec<Contradicting>) {
        let place_of = |book: &Book, cell: CellId| place_in(book, cell);
        let mut all = self.found.clone();
        all.extend(of_rules(&self.book, self.forms.job(), &place_of));
        let contradictions = match explain(&self.book, &self.bound()) {
            Answer::Agree => Vec::new(),
            Answer::GaveUp => {
                all.push(words::gave_up());
                Vec::new()
            }
            Answer::Contradict(found) => found,
        };
        contradictions.iter().for_each(|c| all.push(words::contradiction(&self.book, c, &place_of)));
        all.extend(Diagnostics::clone(&self.words));
        all.extend(self.amounts.clone());
        let address =
            |&cell: &CellId| self.book.figure(cell).map_or_else(String::new, |figure| figure.address.to_string());
        let by_address = |c: &Contradiction| Contradicting {
            figures: c.figures.iter().map(address).collect(),
            named: c.named(&self.book).iter().map(address).collect(),
            rules: c.rules.clone(),
        };
        (all, contradictions.iter().map(by_address).collect())
    }

    fn bound(&self) -> Vec<Bound<'_>> {
        self.forms.job().set.rules.iter().flat_map(|rule| evaluate::bound(&self.book, rule)).collect()
    }
}

/// Tables that are not given and of which the department's text prints some figures: these, as they are typed there.
fn typed_tables(forms: &Forms, views: &[TableView], typed: &[TypedFigure]) -> Vec<TableView> {
    let mut tables: Vec<TableView> = Vec::new();
    for figure in typed {
        let id = figure.address.split('/').next().unwrap_or_default();
        if views.iter().any(|v| *v.id == *id) {
            continue;
        }
        if !tables.iter().any(|t| *t.id == *id) {
            tables.extend(forms.table(id).filter(|t| !t.known));
        }
        let Some(table) = tables.iter_mut().find(|t| *t.id == *id) else { continue };
        let figures = table.rows.iter_mut().flat_map(|r| r.figures.iter_mut().flatten());
        for view in figures.filter(|v| v.address == figure.address && v.place.is_none()) {
            view.text = figure.text.clone();
            (view.unit, view.decimals, view.place) = (figure.unit, figure.decimals, Some(figure.place.clone()));
        }
    }
    tables
}

fn place_in(book: &Book, cell: CellId) -> Place {
    let given = book.figure(cell).and_then(|f| f.place.clone());
    given.or_else(|| book.row(cell).place.clone()).unwrap_or_else(|| book.sheets()[cell.table].view.place.clone())
}

fn of_rules(book: &Book, job: &Job, place_of: &PlaceOf<'_>) -> Diagnostics {
    let set = &job.set;
    let found: Vec<Diagnostics> =
        set.rules.par_iter().map(|rule| run::run(book, rule, &job.data, &set.schema, place_of)).collect();
    let mut all = Diagnostics::default();
    found.into_iter().for_each(|f| all.extend(f));
    all
}

/// The ids of the tables that a set's rules read, sorted.
fn tables_of_rules(set: &LayoutSet) -> impl Iterator<Item = &str> {
    let mut ids: Vec<&str> = set.rules.iter().flat_map(|r| r.tables()).collect();
    ids.sort();
    ids.dedup();
    ids.into_iter()
}
