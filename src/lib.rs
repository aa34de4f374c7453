//! `gongkai` (公开): a department's structured budget data becomes its official disclosure document.
//!
//! ```text
//! Folder ──→ Dataset ┐
//!                    ├ compose → Document ┬ typeset → Pages → PDF
//! Layouts → LayoutSet┘                    └ ──────────────── → DOCX
//! ```
//!
//! A [`folder::Folder`] is a department's files as a value; a [`workshop::Workshop`] makes its documents, each a
//! [`made::Made`]. ARCHITECTURE.md describes the phases and the invariants; each module's head says what it alone decides.
//!
//! ```
//! use gongkai::folder::Folder;
//! use gongkai::workshop::{Aim, Workshop};
//! use gongkai::write::Format;
//! use std::path::Path;
//!
//! # std::env::set_current_dir(env!("CARGO_MANIFEST_DIR")).unwrap();
//! // Layouts and fonts where they usually are; the department's files as they are now.
//! let workshop = Workshop::find(None, None).map_err(|found| found.sorted()[0].to_string())?;
//! let folder = Folder::open(Path::new("data/631-2023"));
//!
//! // Composed, checked, its pages laid. Findings come with their places.
//! let opened = workshop.open(&folder, Aim::Publish);
//! for finding in opened.found.sorted() {
//!     println!("{finding}");
//! }
//! let made = &opened.made[0];
//!
//! // Why a figure is what it is: 基本支出 of 事业运行 in table 5, in 元.
//! let why = gongkai::tell::why::why(&made.composition, "t5/2010350/基本").expect("the document prints it");
//! println!("{} 印作 {}，确切是 {:?} 元", why.address, why.printed, why.exact);
//!
//! // The PDF, and its name.
//! let files = made.write(&workshop.fonts, &[Format::Pdf])?;
//! assert!(files[0].name.ends_with(".pdf") && files[0].bytes.starts_with(b"%PDF-"));
//!
//! // What a correction would give, before anything is saved.
//! let corrected = folder.with_text("text/goals.md", "2023年是关键之年。\n")?;
//! let then = workshop.open(&corrected, Aim::Look);
//! assert_ne!(then.made[0].document(), made.document());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![warn(missing_docs)]

pub mod against;
pub mod begin;
pub mod bureau;
pub(crate) mod cell_name;
pub mod check;
pub mod cli;
pub mod code;
pub mod compose;
pub mod data;
pub mod diagnostic;
pub mod diff;
pub(crate) mod digest;
pub mod document;
pub mod edition;
pub mod export;
pub(crate) mod file_findings;
pub mod folder;
pub mod fonts;
pub mod form;
pub mod import;
pub mod kept;
pub mod layout;
pub mod ledger;
pub mod made;
pub(crate) mod marked;
pub(crate) mod markup;
pub mod money;
pub mod new_set;
pub mod on_page;
pub(crate) mod package;
pub mod picture;
pub mod place;
pub mod prepare;
pub(crate) mod printable;
pub mod publish;
pub mod published;
pub mod pull;
pub mod read_docx;
pub(crate) mod refusal;
pub(crate) mod regular;
pub mod review;
pub(crate) mod searched;
pub mod serve;
pub(crate) mod sought;
pub mod style;
pub mod tell;
pub mod toml_tree;
pub mod typeset;
pub(crate) mod watch;
pub mod workbook;
pub mod workshop;
pub mod workspace;
pub mod write;
