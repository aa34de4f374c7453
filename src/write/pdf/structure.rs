//! The structure tree (ISO 32000-1 14.7): what a screen reader walks, and the parent tree that leads from content and
//! links back to it.

use super::file::{OBJECTS_PER_STREAM, ObjectStream, Packing};
use super::syntax::{DictionaryWriter, text_string, write_integer, write_reference, write_text};
use crate::typeset::frame::{Element, ElementId, ElementKind, Scope};
use lopdf::{Dictionary, Document, Object, ObjectId, dictionary};
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// A page's object, and the element of each of its marked-content sequences.
pub(super) struct MarkedPage {
    pub id: ObjectId,
    pub marks: Vec<ElementId>,
}

/// A link annotation, the element it belongs to, and its page.
pub(super) struct TaggedLink {
    pub annotation: ObjectId,
    pub element: ElementId,
    pub page: ObjectId,
}

/// The objects of a structure tree, reserved before they are written so that others can refer to them.
pub(super) struct Tree {
    pub root: ObjectId,
    elements: Vec<ObjectId>,
}

impl Tree {
    pub(super) fn reserve(file: &mut Document, elements: &[Element]) -> Tree {
        let root = file.new_object_id();
        Tree { root, elements: elements.iter().map(|_| file.new_object_id()).collect() }
    }

    pub(super) fn element(&self, id: ElementId) -> ObjectId {
        self.elements[id.0 as usize]
    }

    /// Adds the root and the parent tree to the file, and gives the elements, which are many, in object streams.
    /// A page's key in the parent tree is its index; the n-th link's is the number of pages plus n.
    pub(super) fn write(
        &self,
        file: &mut Document,
        structure: &[Element],
        pages: &[MarkedPage],
        links: &[TaggedLink],
    ) -> Vec<ObjectStream> {
        let parent_tree = self.parent_tree(file, pages, links);
        let mut root = dictionary! {
            "Type" => "StructTreeRoot",
            "K" => self.elements.first().map_or(Object::Null, |document| (*document).into()),
            "ParentTree" => parent_tree,
            "ParentTreeNextKey" => (pages.len() + links.len()) as i64,
        };
        if let Some(names) = self.id_tree(structure) {
            root.set("IDTree", file.add_object(names));
        }
        file.set_object(self.root, root);
        let contents = Contents::of(structure.len(), pages, links);
        let contents = (0..structure.len()).map(|element| contents.of_element(element));
        let mut shared = Shared::default();
        let attributes = structure.iter().map(|element| shared.attributes(file, &element.kind));
        let elements: Vec<_> = structure.iter().zip(contents).zip(attributes).zip(&self.elements).collect();
        let streams = elements.par_chunks(OBJECTS_PER_STREAM).map(|elements| {
            let mut packing = Packing::default();
            for (((element, content), attributes), id) in elements {
                packing.add(id.0, |out| self.write_element(out, element, content, *attributes));
            }
            packing.finish()
        });
        streams.chain(shared.packed.into_par_iter().map(Packing::finish)).collect()
    }

    fn write_element(&self, out: &mut Vec<u8>, element: &Element, content: &[Content], attributes: Option<ObjectId>) {
        let mut dict = DictionaryWriter::begin(out);
        dict.name("S", type_name(&element.kind));
        dict.reference("P", element.parent.map_or(self.root, |parent| self.element(parent)));
        // Content of one page is named by its number alone, the page by Pg.
        let page = content.first().map(|c| c.page).filter(|page| content.iter().all(|c| c.page == *page));
        if let Some(page) = page {
            dict.reference("Pg", page);
        }
        let kids = content.iter().map(Kid::Content).chain(element.children.iter().map(|id| Kid::Element(*id)));
        if !content.is_empty() || !element.children.is_empty() {
            dict.array("K", kids, |out, kid| match kid {
                Kid::Content(content) => content.write(out, page),
                Kid::Element(id) => write_reference(out, self.element(id)),
            });
        }
        let texts = [("T", &element.title), ("ActualText", &element.actual_text)];
        for (key, text) in texts.into_iter().filter_map(|(key, text)| Some((key, text.as_deref()?))) {
            dict.text(key, text);
        }
        if let ElementKind::Figure { alt, .. } = &element.kind {
            dict.text("Alt", alt);
        }
        if let Some(language) = element.language {
            dict.text("Lang", language);
        }
        if let Some(id) = identifier(&element.kind) {
            dict.text("ID", id);
        }
        if let Some(attributes) = attributes {
            dict.reference("A", attributes);
        }
        dict.end();
    }

    fn parent_tree(&self, file: &mut Document, pages: &[MarkedPage], links: &[TaggedLink]) -> ObjectId {
        let mut numbers: Vec<Object> = Vec::with_capacity(2 * (pages.len() + links.len()));
        for (key, page) in (0i64..).zip(pages) {
            let parents: Vec<Object> = page.marks.iter().map(|id| self.element(*id).into()).collect();
            numbers.extend([key.into(), file.add_object(parents).into()]);
        }
        for (key, link) in (pages.len() as i64..).zip(links) {
            numbers.extend([key.into(), self.element(link.element).into()]);
        }
        file.add_object(dictionary! { "Nums" => numbers })
    }

    /// The name tree of identifiers, which the norm asks for where there are any.
    fn id_tree(&self, structure: &[Element]) -> Option<Dictionary> {
        let ids = structure.iter().zip(&self.elements).filter_map(|(e, object)| Some((identifier(&e.kind)?, *object)));
        // Names are in the order of their bytes as written.
        let ids: BTreeMap<Vec<u8>, (&str, ObjectId)> =
            ids.map(|(id, object)| (text_string(id).as_str().unwrap_or_default().to_vec(), (id, object))).collect();
        let names: Vec<Object> = ids.into_values().flat_map(|(id, object)| [text_string(id), object.into()]).collect();
        (!names.is_empty()).then(|| dictionary! { "Names" => names })
    }
}

/// What an element holds.
enum Kid<'a> {
    Content(&'a Content),
    Element(ElementId),
}

/// A piece of content an element holds.
#[derive(Debug, Clone, Copy)]
struct Content {
    page: ObjectId,
    kind: ContentKind,
}

#[derive(Debug, Clone, Copy)]
enum ContentKind {
    /// A marked-content sequence, by MCID.
    Marked(i64),
    Annotation(ObjectId),
}

impl Content {
    /// Writes it as a kid of an element whose Pg is `page`.
    fn write(&self, out: &mut Vec<u8>, page: Option<ObjectId>) {
        if let (ContentKind::Marked(mcid), Some(_)) = (self.kind, page) {
            return write_integer(out, mcid);
        }
        let mut dict = DictionaryWriter::begin(out);
        match self.kind {
            ContentKind::Marked(mcid) => {
                dict.name("Type", "MCR");
                dict.integer("MCID", mcid);
            }
            ContentKind::Annotation(annotation) => {
                dict.name("Type", "OBJR");
                dict.reference("Obj", annotation);
            }
        }
        if page.is_none() {
            dict.reference("Pg", self.page);
        }
        dict.end();
    }
}

/// The content of all elements: of each its text in the order of pages, then its links.
struct Contents {
    all: Vec<Content>,
    /// Where that of each element ends.
    ends: Vec<usize>,
}

impl Contents {
    fn of(elements: usize, pages: &[MarkedPage], links: &[TaggedLink]) -> Contents {
        let marked = pages.iter().flat_map(|page| {
            let content = |mcid| Content { page: page.id, kind: ContentKind::Marked(mcid) };
            (0..).zip(&page.marks).map(move |(mcid, element)| (*element, content(mcid)))
        });
        let linked = links
            .iter()
            .map(|link| (link.element, Content { page: link.page, kind: ContentKind::Annotation(link.annotation) }));
        let mut all: Vec<(ElementId, Content)> = marked.chain(linked).collect();
        all.sort_by_key(|(element, _)| element.0);
        let ends = (0..elements).map(|element| all.partition_point(|(of, _)| of.0 as usize <= element)).collect();
        Contents { all: all.into_iter().map(|(_, content)| content).collect(), ends }
    }

    fn of_element(&self, element: usize) -> &[Content] {
        let start = element.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.all[start..self.ends[element]]
    }
}

/// The standard structure type (ISO 32000-1 14.8.4).
pub(super) fn type_name(kind: &ElementKind) -> &'static str {
    match kind {
        ElementKind::Document => "Document",
        ElementKind::Sect => "Sect",
        ElementKind::Div => "Div",
        ElementKind::Heading(1) => "H1",
        ElementKind::Heading(2) => "H2",
        ElementKind::Heading(3) => "H3",
        ElementKind::Heading(4) => "H4",
        ElementKind::Heading(5) => "H5",
        // There are six; a deeper heading is one of the last level.
        ElementKind::Heading(_) => "H6",
        ElementKind::Paragraph => "P",
        ElementKind::Span => "Span",
        ElementKind::Contents => "TOC",
        ElementKind::ContentsItem => "TOCI",
        ElementKind::Reference => "Reference",
        ElementKind::Link => "Link",
        ElementKind::Table { .. } => "Table",
        ElementKind::Caption => "Caption",
        ElementKind::TableHead => "THead",
        ElementKind::TableBody => "TBody",
        ElementKind::TableRow => "TR",
        ElementKind::HeaderCell { .. } => "TH",
        ElementKind::DataCell { .. } => "TD",
        ElementKind::Figure { .. } => "Figure",
        ElementKind::Note { .. } => "Note",
    }
}

/// The name other elements refer to it by; a note must have one (ISO 14289-1 7.9).
fn identifier(kind: &ElementKind) -> Option<&str> {
    match kind {
        ElementKind::HeaderCell { id, .. } | ElementKind::Note { id } if !id.is_empty() => Some(id),
        _ => None,
    }
}

/// The attributes of elements, each said once: the cells of a column have the same.
#[derive(Default)]
struct Shared {
    known: FxHashMap<Vec<u8>, ObjectId>,
    packed: Vec<Packing>,
}

impl Shared {
    /// The object that says the attributes of an element, where it has any.
    fn attributes(&mut self, file: &mut Document, kind: &ElementKind) -> Option<ObjectId> {
        let mut written = Vec::new();
        write_attributes(&mut written, kind);
        if written.is_empty() {
            return None;
        }
        if let Some(known) = self.known.get(&written) {
            return Some(*known);
        }
        if self.known.len().is_multiple_of(OBJECTS_PER_STREAM) {
            self.packed.push(Packing::default());
        }
        let id = file.new_object_id();
        self.packed.last_mut()?.add(id.0, |out| out.extend_from_slice(&written));
        self.known.insert(written, id);
        Some(id)
    }
}

/// Writes the attributes of a table (ISO 32000-1 14.8.5.7) or the place of a figure (14.8.5.4.3), where the element has
/// any.
fn write_attributes(out: &mut Vec<u8>, kind: &ElementKind) {
    let none = match kind {
        ElementKind::Figure { .. } | ElementKind::HeaderCell { .. } => false,
        ElementKind::Table { summary } => summary.is_empty(),
        ElementKind::DataCell { colspan, rowspan, headers } => *colspan <= 1 && *rowspan <= 1 && headers.is_empty(),
        _ => true,
    };
    if none {
        return;
    }
    let mut attributes = DictionaryWriter::begin(out);
    attributes.name("O", if let ElementKind::Figure { .. } = kind { "Layout" } else { "Table" });
    match kind {
        ElementKind::Figure { bounds, .. } => {
            attributes.name("Placement", "Block");
            attributes.array("BBox", bounds.iter(), |out, length| write_integer(out, *length));
        }
        ElementKind::Table { summary } => attributes.text("Summary", summary),
        ElementKind::HeaderCell { scope, colspan, rowspan, .. } => {
            let scope = match scope {
                Scope::Column => "Column",
                Scope::Row => "Row",
                Scope::Both => "Both",
            };
            attributes.name("Scope", scope);
            write_spans(&mut attributes, *colspan, *rowspan);
        }
        ElementKind::DataCell { colspan, rowspan, headers } => {
            if !headers.is_empty() {
                attributes.array("Headers", headers, |out, id| write_text(out, id));
            }
            write_spans(&mut attributes, *colspan, *rowspan);
        }
        _ => {}
    }
    attributes.end();
}

fn write_spans(table: &mut DictionaryWriter, columns: u32, rows: u32) {
    for (key, span) in [("ColSpan", columns), ("RowSpan", rows)] {
        if span > 1 {
            table.integer(key, i64::from(span));
        }
    }
}
