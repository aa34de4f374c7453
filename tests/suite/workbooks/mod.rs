//! Workbooks as data: what they give is what CSV files give, and what is wrong with one is told at its cell.

mod made;
mod same_documents;
