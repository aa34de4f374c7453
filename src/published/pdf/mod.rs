//! A PDF of any producer: what each page draws, arranged into tables and prose.

mod bounds;
mod ink;
mod picture;

pub(super) use ink::{Glyph, Ink, Rule, Shape};
pub use picture::pictures;

use super::Published;
use super::arrange::{Sheet, arrange, arrange_page, leave_out_unruled};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity};
use hayro_syntax::{LoadPdfError, Pdf};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// Pages of the longest document that is read.
const MOST_PAGES: usize = 2000;
/// How long a document may take; one of forty pages takes a fiftieth of it.
const LONGEST: Duration = Duration::from_secs(60);
/// Glyphs and rules of the fullest document that is read.
const MOST_INK: usize = 8_000_000;

/// Whether bytes are those of a PDF (ISO 32000-1, 7.5.2: the header within the first 1024).
pub(super) fn is_pdf(bytes: &[u8]) -> bool {
    bytes[..bytes.len().min(1024)].windows(5).any(|five| five == b"%PDF-")
}

/// Reads a PDF.
pub(super) fn read(bytes: &[u8], shown: &str) -> Result<Published, Diagnostic> {
    if let Err(what) = bounds::inflated(bytes) {
        return Err(too_much(what, shown));
    }
    // What a stranger's file makes of a library is no reason for this program to end.
    let read = catch_unwind(AssertUnwindSafe(|| pages(bytes, shown)));
    read.unwrap_or_else(|_| Err(damaged(shown)))
}

fn pages(bytes: &[u8], shown: &str) -> Result<Published, Diagnostic> {
    let pdf = Pdf::new(bytes.to_vec()).map_err(|wrong| match wrong {
        LoadPdfError::Decryption(_) => Diagnostic::error("E561", "文件加了密，没有密码打不开")
            .at(Place::file(shown))
            .hint("请用密码打开后另存一份不加密的"),
        LoadPdfError::Invalid => damaged(shown),
    })?;
    let count = pdf.pages().len();
    if count == 0 {
        return Err(damaged(shown));
    }
    if count > MOST_PAGES {
        return Err(too_much(format!("有 {count} 页，超过 {MOST_PAGES} 页"), shown));
    }
    let limit = ink::Limit { until: Instant::now() + LONGEST, left: MOST_INK };
    let inks = ink::of_pages(&pdf, limit).map_err(|ink::Exhausted| too_much("画的东西太多".to_owned(), shown))?;
    let mut found = Diagnostics::default();
    for (index, ink) in inks.iter().enumerate() {
        told(ink, index + 1, shown, &mut found);
    }
    // A page number that stands upright on a turned page is none of the text.
    let turned = inks.iter().enumerate().map(|(index, ink)| (index + 1, ink.turned)).filter(|(_, count)| *count > 8);
    if let Some((count, first, on)) = on_pages(turned) {
        let message = format!("有 {count} 个字斜着或转了向，没有读取（如水印）{on}");
        let note = Diagnostic::new(Severity::Note, "E564", message);
        found.push(note.at(Place::file(format!("{shown} 第 {first} 页"))));
    }
    if inks.iter().all(|ink| ink.glyphs.is_empty()) {
        let scanned = inks.iter().any(|ink| ink.images > 0);
        let what = if scanned { "全是扫描的图片，没有文字" } else { "没有文字" };
        return Err(Diagnostic::error("E563", format!("{what}，读不出表和正文"))
            .at(Place::file(shown))
            .hint("请用原来的电子文件（Word、Excel 或由它们导出的 PDF）；程序不猜图片上的数"));
    }
    let mut pages: Vec<Sheet> =
        inks.into_iter().enumerate().map(|(index, ink)| arrange_page(index as u32 + 1, ink)).collect();
    for page in pages.iter().filter(|page| page.crowded).map(|page| page.page) {
        let message = "这一页的线太多，没有当作表读";
        found.push(Diagnostic::warning("E564", message).at(Place::file(format!("{shown} 第 {page} 页"))));
    }
    let charts = pages.iter().map(|page| (page.page as usize, page.charts));
    if let Some((count, first, on)) = on_pages(charts) {
        let message = format!("有 {count} 幅图，图里的字没有当作正文读{on}");
        let note = Diagnostic::new(Severity::Note, "E564", message);
        found.push(note.at(Place::file(format!("{shown} 第 {first} 页"))).hint("图里的数请另行核对"));
    }
    let unruled = leave_out_unruled(&mut pages);
    if !unruled.is_empty() {
        let message = format!("第 {} 页的表没有画出各列的线，没有读取", ranges(&unruled));
        let hint = "请用原来的 Word 或 Excel 文件；程序不猜一个数在哪一列";
        found.push(Diagnostic::warning("E564", message).at(Place::file(shown)).hint(hint));
    }
    Ok(Published { pages: count as u32, parts: arrange(pages), found, ..Published::default() })
}

/// `3—5、8`: pages in order.
fn ranges(pages: &[u32]) -> String {
    let runs = pages.chunk_by(|one, next| one + 1 == *next);
    let run = |run: &[u32]| match run {
        [first, .., last] => format!("{first}—{last}"),
        _ => run[0].to_string(),
    };
    runs.map(run).collect::<Vec<_>>().join("、")
}

/// What a page has that is not read.
fn told(ink: &Ink, page: usize, shown: &str, found: &mut Diagnostics) {
    let place = || Place::file(format!("{shown} 第 {page} 页"));
    if ink.glyphs.is_empty() && ink.images > 0 {
        let with_layer = if ink.invisible > 0 { "（识别文字的那一层看不见，没有采用）" } else { "" };
        let message = format!("这一页是扫描的图片，没有读取{with_layer}");
        found.push(Diagnostic::warning("E563", message).at(place()).hint("这一页的表和正文请另行核对"));
    }
    if ink.unnamed > 0 {
        let message = format!("这一页有 {} 个字的字体没有写明是什么字，读作“\u{FFFD}”", ink.unnamed);
        found.push(Diagnostic::warning("E564", message).at(place()).hint("请用原来的电子文件重新导出 PDF，或手工补上"));
    }
}

/// Of counts by page: their sum, the first page that has any, and which pages these are, where there are several.
fn on_pages(counts: impl Iterator<Item = (usize, usize)>) -> Option<(usize, usize, String)> {
    /// So many pages are named.
    const EACH: usize = 10;
    let counts: Vec<(usize, usize)> = counts.filter(|(_, count)| *count > 0).collect();
    let (first, _) = *counts.first()?;
    let named: Vec<String> = counts.iter().take(EACH).map(|(page, _)| page.to_string()).collect();
    let more = if counts.len() > EACH { format!("等 {} 页", counts.len()) } else { " 页".to_owned() };
    let on = if counts.len() > 1 { format!("（第 {}{more}）", named.join("、")) } else { String::new() };
    Some((counts.iter().map(|(_, count)| count).sum(), first, on))
}

fn damaged(shown: &str) -> Diagnostic {
    Diagnostic::error("E562", "文件损坏或不完整，读不出页面")
        .at(Place::file(shown))
        .hint("请重新下载，或用原来的软件重新导出")
}

fn too_much(what: String, shown: &str) -> Diagnostic {
    Diagnostic::error("E560", format!("文件{what}，没有读取"))
        .at(Place::file(shown))
        .hint("请用原来的软件重新导出；一份公开文本通常不到一百页")
}
