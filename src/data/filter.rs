//! Filters over records, in three values: a blank of an `unknown` field makes them neither true nor false.

use crate::diagnostic::Place;

/// A condition on records, as declared: a view's name, `{ field = condition }`, a list, or false.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    Never,
    View {
        name: String,
        place: Place,
    },
    /// All must hold.
    All(Vec<Filter>),
    Field {
        path: String,
        condition: Condition,
        place: Place,
    },
}

/// What a field must be.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// The value; a code matches itself and all below, a choice also takes a group's name, "" is blank.
    Is(String),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    /// A value of another file's field: `{ in = "targets.project" }`.
    In {
        file: String,
        field: String,
    },
}
