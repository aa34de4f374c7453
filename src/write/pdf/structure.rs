//! The structure tree (ISO 32000-1 14.7): what a screen reader walks, and the parent tree that leads from content and
//! links back to it.

use super::text::text_string;
use crate::typeset::frame::{Element, ElementId, ElementKind, Scope};
use lopdf::{Dictionary, Document, Object, ObjectId, dictionary};
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

    /// Writes the tree. A page's key in the parent tree is its index; the n-th link's is the number of pages plus n.
    pub(super) fn write(&self, file: &mut Document, structure: &[Element], pages: &[MarkedPage], links: &[TaggedLink]) {
        let mut contents = contents(structure.len(), pages, links);
        let mut ids = BTreeMap::new();
        for (i, element) in structure.iter().enumerate() {
            if let Some(id) = identifier(&element.kind) {
                ids.insert(id.as_bytes().to_vec(), self.elements[i]);
            }
            file.set_object(self.elements[i], self.dictionary(element, std::mem::take(&mut contents[i])));
        }
        let parent_tree = self.parent_tree(file, pages, links);
        let mut root = dictionary! {
            "Type" => "StructTreeRoot",
            "K" => self.elements.first().map_or(Object::Null, |document| (*document).into()),
            "ParentTree" => parent_tree,
            "ParentTreeNextKey" => (pages.len() + links.len()) as i64,
        };
        if !ids.is_empty() {
            root.set("IDTree", id_tree(file, ids));
        }
        file.set_object(self.root, root);
    }

    fn dictionary(&self, element: &Element, content: Vec<Content>) -> Dictionary {
        let parent = element.parent.map_or(self.root, |parent| self.element(parent));
        let mut dict = dictionary! { "S" => type_name(&element.kind), "P" => parent };
        // Content of one page is named by its number alone, the page by Pg.
        let page = content.first().map(|c| c.page).filter(|page| content.iter().all(|c| c.page == *page));
        if let Some(page) = page {
            dict.set("Pg", page);
        }
        let kids = content.iter().map(|c| c.object(page));
        let mut kids: Vec<Object> = kids.chain(element.children.iter().map(|id| self.element(*id).into())).collect();
        match kids.len() {
            0 => {}
            1 => dict.set("K", kids.remove(0)),
            _ => dict.set("K", kids),
        }
        if let Some(title) = &element.title {
            dict.set("T", text_string(title));
        }
        if let Some(text) = &element.actual_text {
            dict.set("ActualText", text_string(text));
        }
        if let Some(language) = element.language {
            dict.set("Lang", text_string(language));
        }
        if let Some(id) = identifier(&element.kind) {
            dict.set("ID", byte_string(id));
        }
        if let Some(attributes) = attributes(&element.kind) {
            dict.set("A", attributes);
        }
        dict
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
    /// As a kid of an element whose Pg is `page`.
    fn object(&self, page: Option<ObjectId>) -> Object {
        let mut dict = match self.kind {
            ContentKind::Marked(mcid) if page.is_some() => return mcid.into(),
            ContentKind::Marked(mcid) => dictionary! { "Type" => "MCR", "MCID" => mcid },
            ContentKind::Annotation(annotation) => dictionary! { "Type" => "OBJR", "Obj" => annotation },
        };
        if page.is_none() {
            dict.set("Pg", self.page);
        }
        dict.into()
    }
}

/// The content of each element: its text in the order of pages, then its links.
fn contents(elements: usize, pages: &[MarkedPage], links: &[TaggedLink]) -> Vec<Vec<Content>> {
    let mut contents: Vec<Vec<Content>> = vec![Vec::new(); elements];
    for page in pages {
        for (mcid, element) in (0..).zip(&page.marks) {
            contents[element.0 as usize].push(Content { page: page.id, kind: ContentKind::Marked(mcid) });
        }
    }
    for link in links {
        let kind = ContentKind::Annotation(link.annotation);
        contents[link.element.0 as usize].push(Content { page: link.page, kind });
    }
    contents
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

fn byte_string(text: &str) -> Object {
    text_string(text)
}

/// Table attributes (ISO 32000-1 14.8.5.7).
fn attributes(kind: &ElementKind) -> Option<Dictionary> {
    let mut table = dictionary! { "O" => "Table" };
    match kind {
        ElementKind::Table { summary } if !summary.is_empty() => table.set("Summary", text_string(summary)),
        ElementKind::HeaderCell { scope, colspan, rowspan, .. } => {
            let scope = match scope {
                Scope::Column => "Column",
                Scope::Row => "Row",
                Scope::Both => "Both",
            };
            table.set("Scope", scope);
            spans(&mut table, *colspan, *rowspan);
        }
        ElementKind::DataCell { colspan, rowspan, headers } => {
            if !headers.is_empty() {
                table.set("Headers", headers.iter().map(|id| byte_string(id)).collect::<Vec<_>>());
            }
            spans(&mut table, *colspan, *rowspan);
        }
        _ => {}
    }
    (table.len() > 1).then_some(table)
}

fn spans(table: &mut Dictionary, columns: u32, rows: u32) {
    for (key, span) in [("ColSpan", columns), ("RowSpan", rows)] {
        if span > 1 {
            table.set(key, span);
        }
    }
}

/// The name tree of identifiers, which the norm asks for where there are any.
fn id_tree(file: &mut Document, ids: BTreeMap<Vec<u8>, ObjectId>) -> ObjectId {
    let names = ids
        .into_iter()
        .flat_map(|(id, element)| {
            let name = text_string(std::str::from_utf8(&id).expect("it came from a string"));
            [name, element.into()]
        })
        .collect::<Vec<Object>>();
    file.add_object(dictionary! { "Names" => names })
}
