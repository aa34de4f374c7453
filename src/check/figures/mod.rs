//! Rules over figures: inside a table, between tables.

use crate::compose::Composition;
use crate::diagnostic::Diagnostics;

/// What these rules find.
pub fn check(_composition: &Composition) -> Diagnostics {
    Diagnostics::default()
}
