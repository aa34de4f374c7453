//! `bureau-checks.toml`: rules over figures of several departments, in the language of `checks.toml` with a department
//! before each address: `631:t3/合计/合计`, `{department}:t3/合计/合计`, `sum([单位]:t3/合计/合计)`.
//!
//! Selectors of departments: a code; `*` all; `[部门]` those that are no unit; `[单位]` units; `CODE>` the units of one.
//! A name of `[figure]` or `[control.figure]` stands for the figure it is in each set: `631:支出合计`.
//!
//! A rule demands a relation (`is`), that nobody stands out (`outlier`), or that a subject has one name (`same = "科目"`).
//! Figures are exact, and equal to 分. A rule is not asked where a department is absent or has errors, which are told.

mod ask;
mod read;

pub(super) use read::rules;

use super::declared::{Bureau, Department};
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::layout::rule::{Expr, Relation};
use rust_decimal::Decimal;

/// The file of the rules, in the bureau's folder.
pub const CHECKS: &str = "bureau-checks.toml";

/// A rule over departments.
pub(super) struct Rule {
    code: String,
    says: String,
    severity: Severity,
    hint: Option<String>,
    /// Selectors of the departments it is asked of, one after another; none: it is asked once.
    each: Vec<String>,
    when: Vec<Relation>,
    demand: Demand,
    place: Place,
}

/// What a rule found.
pub(super) struct Broken {
    /// The number of the line it belongs to; none: to the bureau.
    pub of: Option<usize>,
    /// Of what belongs to the bureau, the departments that have to settle it between them.
    pub between: Vec<usize>,
    /// In words.
    pub found: Diagnostic,
}

enum Demand {
    /// As it is written, and as it is read.
    Is(String, Relation),
    /// Of each department the amount; those more than `times` the median, or less than a `times`th of it, are told.
    Outlier { of: Expr, times: Decimal },
    /// The departments' tables call each subject by one name.
    Same,
}

/// Between the parts of an address that a name stands for.
const NAMED: &str = "=";

/// The departments that a selector names, by their numbers; none where it names nothing that could be.
fn selected_of(bureau: &Bureau, selector: &str, bound: Option<usize>) -> Option<Vec<usize>> {
    let all = |holds: &dyn Fn(&Department) -> bool| -> Vec<usize> {
        bureau.departments.iter().enumerate().filter(|(_, d)| holds(d)).map(|(index, _)| index).collect()
    };
    let one = |code: &str| match (code, bound) {
        ("{department}", Some(index)) => Some(index),
        _ => bureau.departments.iter().position(|department| department.code == code),
    };
    match selector {
        "*" => Some(all(&|_| true)),
        "[部门]" => Some(all(&|department| department.of.is_none())),
        "[单位]" => Some(all(&|department| department.of.is_some())),
        _ => match selector.strip_suffix('>') {
            Some(code) => {
                let code = &bureau.departments[one(code)?].code;
                Some(all(&|department| department.of.as_ref() == Some(code)))
            }
            None => one(selector).map(|index| vec![index]),
        },
    }
}

/// A relation with each of its operands changed.
fn by_words(text: &str, change: impl Fn(&str) -> String) -> String {
    let mut out = String::new();
    let mut word = String::new();
    for c in text.chars() {
        if c.is_whitespace() || matches!(c, '(' | ')' | ',') {
            out += &change(&std::mem::take(&mut word));
            out.push(c);
        } else {
            word.push(c);
        }
    }
    out + &change(&word)
}
