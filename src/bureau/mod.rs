//! The bureau: a folder of departments' folders, what it says of them (`bureau.toml`, the control figures), and where
//! each stands.
//!
//! A [`Bureau`] is declared or found ([`Bureau::open`]). Each department is looked at as any folder is, through the
//! [`crate::workshop::Workshop`], and what is needed of it is remembered as a [`Brief`], so that only what changed is
//! looked at again. A [`Board`] puts them beside each other and beside what was approved ([`board()`]).
//!
//! | code | what is wrong |
//! |---|---|
//! | E800 | there is no such folder, or no department in it |
//! | E801 | a value of `bureau.toml` is none |
//! | E802 | a department, or its folder, is listed twice |
//! | E803 | a folder of a department lies outside, or below another |
//! | E805 | control figures: the file is missing, or names a department that is not listed, or one twice |
//! | E806 | control figures: a column that `bureau.toml` does not explain, a figure that a set does not have |
//! | E810–E813 | a department's code, name, year, set is not what the list says |
//! | E814, E815 | two departments have one code, one name |
//! | E816 | a department folder is not in the list (warning) |
//! | E817 | a department was not given in by its day (warning) |
//! | E820 | a figure is not what was approved |
//! | E840 | a rule of `bureau-checks.toml` cannot be read |
//! | E841 | a department has no figure that a rule asks for |
//! | E850 | parts that are joined lack a department, or are none |
//! | E830 | a department is not in the book |
//! | E831 | there is nothing to make a book of |
//! | E821 | a figure that is to be held against what was approved is not known |

mod across;
mod begin;
mod board;
pub mod book;
mod brief;
mod compared;
mod control;
mod declared;
mod rules;

pub use across::Held;
pub(crate) use across::LATE;
pub use begin::begin;
pub(crate) use board::no_part;
pub use board::{Board, Line, Looked, Looking, Part, Published, Standing, Totals, board};
pub use brief::{Brief, Ground, Said, Wanted, brief};
pub use compared::{Compared, Fate, compared};
pub use control::{Approved, Controls};
pub use declared::{Bureau, ControlDecl, Department, Figures};

/// The file that makes a folder a bureau's.
pub const BUREAU: &str = "bureau.toml";
