//! printpdf makes the pages: their boxes and their content.

use super::content::{self, Drawing, Written};
use super::glyphs::Codes;
use super::images::Images;
use crate::typeset::Pages;
use crate::typeset::frame::{ElementId, Page};
use lopdf::{Dictionary, Object};
use printpdf::{PdfDocument, PdfPage, PdfSaveOptions, Pt, Rect};
use rayon::prelude::*;

/// A page as printpdf made it.
pub(super) struct PrintedPage {
    /// MediaBox and TrimBox.
    pub boxes: Dictionary,
    /// Its content stream, not yet compressed.
    pub content: Vec<u8>,
    /// The element of each marked-content sequence, by MCID.
    pub marks: Vec<ElementId>,
}

/// So many pages are printed at a time on one thread: enough to outweigh starting, few enough to share out.
const AT_A_TIME: usize = 4;

/// Prints every page, in order, on all threads.
pub(super) fn print(pages: &Pages, codes: &Codes, images: &Images) -> Vec<PrintedPage> {
    let chunks: Vec<Vec<PrintedPage>> = pages
        .pages
        .par_chunks(AT_A_TIME)
        .enumerate()
        .map(|(n, chunk)| print_some(n * AT_A_TIME, chunk, pages, codes, images))
        .collect();
    chunks.into_iter().flatten().collect()
}

/// Prints pages that follow one another; `first`: the index of the first.
fn print_some(first: usize, chunk: &[Page], pages: &Pages, codes: &Codes, images: &Images) -> Vec<PrintedPage> {
    let (printed, own): (Vec<_>, Vec<_>) = (first..)
        .zip(chunk)
        .map(|(number, page)| {
            let Drawing { ops, written, marks } = content::draw(page, number, codes, images, &pages.structure);
            (sheet(page, ops), (written, marks))
        })
        .unzip();
    let document = PdfDocument { pages: printed, ..PdfDocument::new("") };
    let mut made = save(&document);
    let page_ids: Vec<_> = made.get_pages().into_values().collect();
    page_ids.iter().zip(own).map(|(&id, own)| take_page(&mut made, id, own)).collect()
}

/// printpdf's document as objects, not compressed, nothing dropped.
pub(super) fn save(document: &PdfDocument) -> lopdf::Document {
    let options = PdfSaveOptions { optimize: false, subset_fonts: false, secure: true, image_optimization: None };
    // It warns of colours out of range, text outside text objects, and images: none of these can be here.
    document.to_lopdf_document(&options, &mut Vec::new())
}

fn sheet(page: &Page, ops: Vec<printpdf::Op>) -> PdfPage {
    // A ten-thousandth of a point keeps A4's millimetres exact and the numbers short.
    let pt = |length: f64| Pt(((length * 1e4).round() / 1e4) as f32);
    let (width, height) = (pt(page.sheet.0), pt(page.sheet.1));
    let area = Rect { x: Pt(0.0), y: Pt(0.0), width, height, mode: None, winding_order: None };
    PdfPage { media_box: area.clone(), trim_box: area.clone(), crop_box: area, ops }
}

fn take_page(
    made: &mut lopdf::Document,
    id: lopdf::ObjectId,
    (written, marks): (Written, Vec<ElementId>),
) -> PrintedPage {
    let page = made.get_dictionary(id).expect("printpdf lists its pages");
    let boxes =
        ["MediaBox", "TrimBox"].into_iter().filter_map(|key| Some((key, page.get(key.as_bytes()).ok()?.clone())));
    let boxes = Dictionary::from_iter(boxes);
    let content = page.get(b"Contents").and_then(Object::as_reference).expect("printpdf gives every page a stream");
    let content = match made.objects.remove(&content) {
        Some(Object::Stream(stream)) => written.placed_in(&stream.content),
        _ => unreachable!("printpdf writes a page's content as one stream"),
    };
    PrintedPage { boxes, content, marks }
}
