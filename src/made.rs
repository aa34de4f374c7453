//! A made document: one of a folder's documents, composed, and its pages once they are asked for.

use crate::compose::{Composition, Job, compose, file_name};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::Document;
use crate::fonts::Fonts;
use crate::prepare::Prepared;
use crate::style::Style;
use crate::typeset::{Pages, typeset};
use crate::write::{Format, Output, write};
use rayon::prelude::*;
use std::sync::{Arc, OnceLock};

/// One document of a folder.
pub struct Made {
    /// What `[[document]]` adds to the names of its files; it tells a folder's documents apart.
    pub name: Option<String>,
    /// The document with what it was made from.
    pub composition: Composition,
    laid: OnceLock<(Pages, Diagnostics)>,
}

impl Made {
    /// Composes a document. `data`: the id of the data it is made of, which its files bear. Mistakes are gathered; with
    /// errors among them there is none.
    pub fn compose(prepared: Prepared, data: Option<&str>, diagnostics: &mut Diagnostics) -> Option<Made> {
        Made::of(prepared.name, prepared.job, data, diagnostics)
    }

    /// As [`Made::compose`], of a job that others hold too.
    pub(crate) fn of(
        name: Option<String>,
        job: impl Into<Arc<Job>>,
        data: Option<&str>,
        diagnostics: &mut Diagnostics,
    ) -> Option<Made> {
        let mut composition = compose(job, diagnostics)?;
        let meta = &mut composition.document.meta;
        meta.data = data.map(str::to_string);
        if let Some(name) = &name {
            meta.file_stem = file_name(&format!("{}-{name}", meta.file_stem));
        }
        Some(Made { name, composition, laid: OnceLock::new() })
    }

    /// The document as it is composed, before pages.
    pub fn document(&self) -> &Document {
        &self.composition.document
    }

    /// What it was composed of.
    pub fn job(&self) -> &Job {
        self.composition.job()
    }

    /// What its pages look like.
    pub fn style(&self) -> &Style {
        &self.job().set.style
    }

    /// Its pages, laid when first asked for.
    pub fn pages(&self, fonts: &Fonts) -> &Pages {
        &self.laid(fonts).0
    }

    /// What was found while its pages were laid.
    pub fn found_on_pages(&self, fonts: &Fonts) -> &Diagnostics {
        &self.laid(fonts).1
    }

    fn laid(&self, fonts: &Fonts) -> &(Pages, Diagnostics) {
        self.laid.get_or_init(|| {
            let mut found = Diagnostics::default();
            (typeset(self.document(), self.style(), fonts, &mut found), found)
        })
    }

    /// Its files in the wanted formats, made at the same time.
    pub fn write(&self, fonts: &Fonts, formats: &[Format]) -> Result<Vec<Output>, Diagnostic> {
        let pages = self.pages(fonts);
        let one = |&format: &Format| {
            let name = format!("{}.{}", self.document().meta.file_stem, format.ending());
            Ok(Output { name, bytes: write(self.document(), self.style(), pages, fonts, format)? })
        };
        formats.par_iter().map(one).collect()
    }
}
