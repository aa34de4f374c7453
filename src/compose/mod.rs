//! Layout + data → [`Document`]. For each table: expand axes, sum exactly, number rows, prove that no total loses
//! money, place cells, give every figure an address. Then titles, notes and sentences. A figure's text is decided
//! here, once.

mod amount;
mod axes;
mod document;
mod functions;
mod heads;
mod narrative;
mod parts;
mod report;
mod session;
mod table;

pub(crate) use document::file_name;
pub use report::{DocumentDecl, Report, read_report};

use crate::data::Data;
use crate::diagnostic::Diagnostics;
use crate::document::Document;
use crate::layout::LayoutSet;
use std::sync::Arc;

/// Everything one document is made of.
pub struct Job {
    pub set: LayoutSet,
    pub data: Data,
    pub report: Report,
}

/// Composes the document. Mistakes are gathered; with errors among them there is none.
pub fn compose(job: Job, diagnostics: &mut Diagnostics) -> Option<Document> {
    let session = session::Session::new(job);
    let document = document::document(&session);
    diagnostics.extend(session.take_diagnostics());
    if diagnostics.has_errors() { None } else { Some(document) }
}

/// An address's key made from a value: without spaces and signs; a long one is cut and told apart by its hash.
pub fn short_key(value: &str) -> Arc<str> {
    let clean: String = value.chars().filter(|c| !c.is_whitespace() && !"/@~%#.*+".contains(*c)).collect();
    if clean.chars().count() <= 16 {
        return clean.into();
    }
    let head: String = clean.chars().take(10).collect();
    format!("{head}#{}", short_hash(&clean)).into()
}

/// Five hexadecimal digits of a text's SHA-256.
pub fn short_hash(text: &str) -> String {
    use sha2::{Digest, Sha256};
    let digest = Sha256::digest(text.as_bytes());
    format!("{:02x}{:02x}{:01x}", digest[0], digest[1], digest[2] >> 4)
}
