//! `gongkai` (公开): a department's structured budget data becomes its official disclosure document.
//!
//! ```text
//! data/ → Dataset ┐
//!                 ├ compose → Document ┬ typeset → Pages → PDF
//! layouts/ → LayoutSet ┘               └ DOCX
//! ```
//!
//! ARCHITECTURE.md describes the phases and the invariants; each module's head says what it alone decides.

pub mod build;
pub mod check;
pub mod cli;
pub mod code;
pub mod compose;
pub mod data;
pub mod diagnostic;
pub mod diff;
pub mod digest;
pub mod document;
pub mod edition;
pub mod fonts;
pub mod kept;
pub mod layout;
pub mod marked;
pub(crate) mod markup;
pub mod money;
pub mod place;
pub mod prepare;
pub mod pull;
pub mod read_docx;
pub mod refusal;
pub mod review;
pub mod style;
pub mod tell;
pub mod toml_tree;
pub mod typeset;
pub mod watch;
pub mod write;
