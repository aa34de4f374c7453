//! From data folders to files: compose, typeset and write, then put the files in place whole.

use crate::compose::{Job, compose};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::Document;
use crate::fonts::Fonts;
use crate::prepare::{Prepared, prepare};
use crate::style::Style;
use crate::typeset::{Pages, typeset};
use crate::write;
use std::path::{Path, PathBuf};

/// An output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    Pdf,
    Docx,
}

impl Format {
    pub fn ending(self) -> &'static str {
        match self {
            Format::Pdf => "pdf",
            Format::Docx => "docx",
        }
    }
}

/// A document with its pages, ready for the writers.
pub struct Typeset {
    pub document: Document,
    pub style: Style,
    pub pages: Pages,
}

/// The bytes of one output file and the name it gets.
pub struct Output {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Composes and typesets one job. None if there were errors.
pub fn typeset_job(job: Job, fonts: &Fonts, diagnostics: &mut Diagnostics) -> Option<Typeset> {
    let style = job.set.style.clone();
    let document = compose(job, diagnostics)?;
    let pages = typeset(&document, &style, fonts, diagnostics);
    (!diagnostics.has_errors()).then_some(Typeset { document, style, pages })
}

/// Writes one document in the wanted formats, at the same time.
pub fn write_formats(typeset: &Typeset, fonts: &Fonts, formats: &[Format]) -> Result<Vec<Output>, Diagnostic> {
    use rayon::prelude::*;
    let Typeset { document, style, pages } = typeset;
    let stem = &document.meta.file_stem;
    let one = |format: &Format| {
        let bytes = match format {
            Format::Pdf => write::pdf::write(document, pages, fonts)?,
            Format::Docx => write::docx::write(document, style, fonts, pages)
                .map_err(|error| Diagnostic::error("E510", format!("无法生成 DOCX：{error}")))?,
        };
        Ok(Output { name: format!("{stem}.{}", format.ending()), bytes })
    };
    formats.par_iter().map(one).collect()
}

/// Everything a folder becomes, in memory. With errors nothing is returned.
pub fn outputs(
    folder: &Path,
    layout_roots: &[PathBuf],
    fonts: &Fonts,
    formats: &[Format],
    diagnostics: &mut Diagnostics,
) -> Vec<Output> {
    let mut outputs = Vec::new();
    for Prepared { name, job } in prepare(folder, layout_roots, diagnostics) {
        if diagnostics.has_errors() {
            // Still compose the rest, so that every mistake is found at once.
            compose(job, diagnostics);
            continue;
        }
        let Some(mut typeset) = typeset_job(job, fonts, diagnostics) else { continue };
        if let Some(name) = name {
            typeset.document.meta.file_stem.push_str(&format!("-{name}"));
        }
        match write_formats(&typeset, fonts, formats) {
            Ok(files) => outputs.extend(files),
            Err(found) => diagnostics.push(found),
        }
    }
    if diagnostics.has_errors() { Vec::new() } else { outputs }
}

/// Puts files in place whole: written beside under another name, then renamed. Returns their paths.
pub fn place(folder: &Path, outputs: &[Output]) -> Result<Vec<PathBuf>, Diagnostic> {
    let failed = |what: &str, path: &Path, error: std::io::Error| {
        let hint = match error.kind() {
            std::io::ErrorKind::PermissionDenied => "检查是否有写入权限；文件若正在 Word、WPS 或阅读器中打开，请先关闭",
            std::io::ErrorKind::StorageFull => "磁盘已满，请腾出空间",
            _ => "检查输出文件夹是否存在、能否写入；也可用 -o 换一个文件夹",
        };
        Diagnostic::error("E501", format!("无法{what} {}：{error}", path.display())).hint(hint)
    };
    std::fs::create_dir_all(folder).map_err(|e| failed("建立文件夹", folder, e))?;
    let mut staged = Staged(Vec::new());
    for output in outputs {
        let target = folder.join(&output.name);
        let temporary = folder.join(format!(".{}.{}.tmp", output.name, std::process::id()));
        staged.0.push((temporary.clone(), target));
        write_whole(&temporary, &output.bytes).map_err(|e| failed("写入", &temporary, e))?;
    }
    let mut placed = Vec::new();
    for (temporary, target) in &staged.0 {
        std::fs::rename(temporary, target).map_err(|e| failed("更新", target, e))?;
        placed.push(target.clone());
    }
    Ok(placed)
}

/// Temporary files that are removed if anything goes wrong before they are renamed.
struct Staged(Vec<(PathBuf, PathBuf)>);

impl Drop for Staged {
    fn drop(&mut self) {
        for (temporary, _) in &self.0 {
            let _ = std::fs::remove_file(temporary);
        }
    }
}

fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    let mut file = std::fs::File::create(path)?;
    file.write_all(bytes)?;
    file.sync_data()
}
