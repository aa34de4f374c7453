//! Departments on a desk: what is shown of them on a screen, edits that are not saved yet, and what they would move.
//!
//! The files are the truth. A [`Desk`] holds a department as it is on the disk and as it would be with the edits made so
//! far, both composed; what the two differ in is what the edits move. Edits are [`Edit`]s of a [`Folder`], kept in order, so
//! that any of them can be taken back, and made again upon files that someone else has changed meanwhile. Nothing is
//! written but by [`Desk::save`], through [`crate::place::save`], and by publishing, as `build` does.
//!
//! [`Workspace`] answers the requests of the pages in `screen/`; what it says is JSON (`shown`).
//!
//! [`Folder`]: crate::folder::Folder

mod answers;
mod desk;
pub(crate) mod edit;
mod fresh;
mod journal;
mod merge;
mod shown;
mod system;
mod windows;

pub use answers::Workspace;
pub use desk::{Desk, Saved, Version};
pub use edit::{CellEdit, Conflict, Edit};
pub(crate) use system::show;
