//! PDF: printpdf makes the pages and the fonts, a pass over lopdf's objects finishes the file. The only place that
//! names either.
//!
//! The file is PDF 1.7, PDF/A-2a (ISO 19005-2) and PDF/UA-1 (ISO 14289-1) at once:
//!
//! 1. every glyph of every page is given a code (`glyphs`);
//! 2. printpdf makes the pages (`pages`, `content`, `rules`) while it embeds the subset fonts (`fonts`);
//! 3. what printpdf leaves undone is added: structure (`structure`), links, bookmarks and page labels
//!    (`navigation`), metadata (`metadata`), the output intent (`icc`);
//! 4. the objects are compressed and written ([`file`]).
//!
//! The same pages give the same bytes on any number of threads: nothing comes from the clock, from a hash map's order
//! or from printpdf's counters.

mod content;
mod entropy;
mod file;
pub(super) mod fonts;
pub(super) mod glyphs;
mod icc;
mod images;
mod metadata;
mod navigation;
mod pages;
mod structure;
mod syntax;

use crate::diagnostic::Diagnostic;
use crate::document::{Document, Meta};
use crate::fonts::Fonts;
use crate::typeset::Pages;
use lopdf::{Dictionary, Object, ObjectId, Stream, dictionary};
use pages::PrintedPage;
use rayon::prelude::*;
use structure::{MarkedPage, Tree};

/// The bytes of the finished PDF. Fails when a font cannot be embedded, when a page shows a glyph that no font has,
/// or when a link or bookmark leads nowhere.
pub fn write(document: &Document, pages: &Pages, fonts: &Fonts) -> Result<Vec<u8>, Diagnostic> {
    let codes = glyphs::Codes::of(pages, fonts)?;
    let (finished, embedded) = rayon::join(
        || finish(document, pages, &codes),
        || {
            let subsets = codes.subsets.par_iter().enumerate().with_max_len(1);
            subsets.map(|(i, subset)| fonts::embed(i as u16, subset, fonts)).collect::<Result<Vec<_>, _>>()
        },
    );
    let Finished { mut file, font_ids, elements } = finished?;
    for (font, id) in embedded?.into_iter().zip(font_ids) {
        font.add_to(&mut file, id);
    }
    Ok(file::write(file, elements))
}

/// A file that lacks only its fonts.
struct Finished {
    file: lopdf::Document,
    /// The objects reserved for the fonts.
    font_ids: Vec<ObjectId>,
    /// The structure elements.
    elements: Vec<file::ObjectStream>,
}

/// Prints the pages and adds everything around them.
fn finish(document: &Document, pages: &Pages, codes: &glyphs::Codes) -> Result<Finished, Diagnostic> {
    let images = images::Images::of(pages);
    let printed = pages::print(pages, codes, &images);
    let mut file = lopdf::Document::with_version("1.7");
    let root = file.new_object_id();
    let (mut resources, font_ids) = fonts::reserve(&mut file, codes.subsets.len());
    images.add_to(&mut file, &mut resources);
    let tree = Tree::reserve(&mut file, &pages.structure);
    let (page_tree, marked) = add_pages(&mut file, pages, printed, resources);
    let page_ids: Vec<ObjectId> = marked.iter().map(|page| page.id).collect();
    let links = navigation::add_links(&mut file, pages, &page_ids)?;
    let elements = tree.write(&mut file, &pages.structure, &marked, &links);
    let outline = navigation::add_outline(&mut file, pages, &page_ids, &tree)?;
    let catalog = catalog(&mut file, &document.meta, page_tree, &tree, outline, navigation::page_labels(&pages.pages));
    file.set_object(root, catalog);
    let info = metadata::add_info(&mut file, &document.meta);
    file.trailer.set("Root", root);
    file.trailer.set("Info", info);
    file::compress(&mut file);
    Ok(Finished { file, font_ids, elements })
}

/// Adds the page tree. Every page shares one resource dictionary.
fn add_pages(
    file: &mut lopdf::Document,
    pages: &Pages,
    printed: Vec<PrintedPage>,
    resources: Dictionary,
) -> (ObjectId, Vec<MarkedPage>) {
    let tree = file.new_object_id();
    let resources = file.add_object(resources);
    let mut marked = Vec::with_capacity(printed.len());
    for (key, (page, printed)) in (0i64..).zip(pages.pages.iter().zip(printed)) {
        let PrintedPage { boxes, content, marks } = printed;
        let mut dict = dictionary! { "Type" => "Page", "Parent" => tree };
        dict.extend(&boxes);
        if page.turned {
            dict.set("Rotate", 90);
        }
        dict.set("Contents", file.add_object(Stream::new(Dictionary::new(), content)));
        // ISO 14289-1 7.18.3: tab order follows the structure.
        dict.set("Tabs", "S");
        dict.set("StructParents", key);
        marked.push(MarkedPage { id: file.add_object(dict), marks });
    }
    let kids: Vec<Object> = marked.iter().map(|page| page.id.into()).collect();
    let count = kids.len() as i64;
    file.set_object(
        tree,
        dictionary! { "Type" => "Pages", "Count" => count, "Kids" => kids, "Resources" => resources },
    );
    (tree, marked)
}

fn catalog(
    file: &mut lopdf::Document,
    meta: &Meta,
    page_tree: ObjectId,
    tree: &Tree,
    outline: Option<ObjectId>,
    labels: Dictionary,
) -> Dictionary {
    let mut catalog = dictionary! {
        "Type" => "Catalog",
        "Pages" => page_tree,
        "Lang" => syntax::text_string(&meta.language),
        "MarkInfo" => dictionary! { "Marked" => true },
        "StructTreeRoot" => tree.root,
        // The sheet is measured by a norm: a print dialog shall not shrink it unasked.
        "ViewerPreferences" => dictionary! { "DisplayDocTitle" => true, "PrintScaling" => "None" },
        "PageLabels" => labels,
        "Metadata" => metadata::add_xmp(file, meta),
        "OutputIntents" => vec![output_intent(file).into()],
    };
    if let Some(outline) = outline {
        catalog.set("Outlines", outline);
        catalog.set("PageMode", "UseOutlines");
    }
    catalog
}

/// The colours meant (ISO 19005-2 6.2.3): with an intent, DeviceGray may be used as it is.
fn output_intent(file: &mut lopdf::Document) -> Dictionary {
    let profile = file.add_object(Stream::new(dictionary! { "N" => 3 }, icc::srgb()));
    dictionary! {
        "Type" => "OutputIntent",
        "S" => "GTS_PDFA1",
        "OutputConditionIdentifier" => syntax::text_string("sRGB IEC61966-2.1"),
        "RegistryName" => syntax::text_string("http://www.color.org"),
        "Info" => syntax::text_string("sRGB IEC61966-2.1"),
        "DestOutputProfile" => profile,
    }
}
