//! Workbooks as data: what they give is what CSV files give, and what is wrong with one is told at its cell.

pub mod exported;
mod hostile;
mod imported;
pub mod made;
mod mutations;
mod officers;
mod patched;
mod same_documents;
mod tables;
mod years;
