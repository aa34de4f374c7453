//! Writers: one folder a format. They place what `compose` and `typeset` decided.

pub mod docx;
pub mod pdf;
