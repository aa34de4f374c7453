//! The structure tree, grown in reading order: parents first, children in the order they are read.

use super::frame::{Element, ElementId, ElementKind, Tag};
use super::{url, western};
use crate::document::{Document, Inline};

/// Elements so far; element 0 is the document.
pub struct Tree {
    pub elements: Vec<Element>,
}

/// The elements the parts of a text belong to.
#[derive(Debug, Clone)]
pub enum Tags {
    One(Tag),
    /// Where in the text each part begins, in bytes, the first at 0.
    Parts(Vec<(u32, Tag)>),
}

impl Tags {
    /// The element of what begins at a byte of the text.
    pub fn of(&self, at: u32) -> Tag {
        match self {
            Tags::One(tag) => *tag,
            Tags::Parts(parts) => parts[parts.partition_point(|(start, _)| *start <= at) - 1].1,
        }
    }
}

impl Tree {
    /// `expected`: about how many elements it is going to have.
    pub fn new(expected: usize) -> Tree {
        let mut tree = Tree { elements: Vec::with_capacity(expected) };
        tree.push(None, ElementKind::Document);
        tree
    }

    pub fn add(&mut self, parent: ElementId, kind: ElementKind) -> ElementId {
        let id = self.push(Some(parent), kind);
        self.elements[parent.0 as usize].children.push(id);
        id
    }

    /// Makes room for the children that an element is going to have.
    pub fn expect(&mut self, parent: ElementId, children: usize) {
        self.elements[parent.0 as usize].children.reserve_exact(children);
    }

    fn push(&mut self, parent: Option<ElementId>, kind: ElementKind) -> ElementId {
        let id = ElementId(self.elements.len() as u32);
        let children = Vec::new();
        self.elements.push(Element { kind, parent, children, title: None, actual_text: None, language: None });
        id
    }

    pub fn set_title(&mut self, id: ElementId, title: &str) {
        self.elements[id.0 as usize].title = Some(title.to_string());
    }

    /// Tags for the text of `element`. Figures within a sentence get spans that bear their addresses, and words in
    /// Latin letters spans of their language; then so does the text between them, for an element holds elements or
    /// content and never both.
    pub fn tag_sentence(&mut self, element: ElementId, inlines: &[Inline], document: &Document) -> Tags {
        if inlines.iter().all(|i| i.figure.is_none() && i.link.is_none() && western::words(&i.text).is_empty()) {
            return Tags::One(Tag::Element(element));
        }
        let mut spans = Spans { tree: self, element, parts: Vec::new(), plain: None };
        let mut start = 0;
        for inline in inlines {
            match inline.figure {
                _ if inline.link.is_some() => {
                    spans.begin_as(ElementKind::Link, start);
                }
                Some(figure) => {
                    let span = spans.begin(start);
                    spans.tree.set_title(span, &document.figure(figure).address);
                }
                None => spans.text(start, &inline.text),
            }
            start += inline.text.len();
        }
        let parts = spans.parts;
        if parts.is_empty() { Tags::One(Tag::Element(element)) } else { Tags::Parts(parts) }
    }

    /// Tags for a cell: one that prints one figure bears its address itself.
    pub fn tag_cell(&mut self, element: ElementId, inlines: &[Inline], document: &Document) -> Tags {
        let mut printed = inlines.iter().filter(|i| !i.text.is_empty());
        match (printed.next(), printed.next()) {
            (Some(Inline { figure: Some(figure), .. }), None) => {
                self.set_title(element, &document.figure(*figure).address);
                Tags::One(Tag::Element(element))
            }
            _ => self.tag_sentence(element, inlines, document),
        }
    }
}

/// The spans of one element, in order.
struct Spans<'t> {
    tree: &'t mut Tree,
    element: ElementId,
    parts: Vec<(u32, Tag)>,
    /// The span of plain text that still goes on.
    plain: Option<ElementId>,
}

impl Spans<'_> {
    /// A span of its own from a byte of the text on.
    fn begin(&mut self, at: usize) -> ElementId {
        self.begin_as(ElementKind::Span, at)
    }

    fn begin_as(&mut self, kind: ElementKind, at: usize) -> ElementId {
        self.plain = None;
        let span = self.tree.add(self.element, kind);
        self.parts.push((at as u32, Tag::Element(span)));
        span
    }

    /// Text that begins at a byte of the whole: addresses on the web are links.
    fn text(&mut self, start: usize, text: &str) {
        let mut done = 0;
        for address in url::addresses(text) {
            self.words(start + done, &text[done..address.start]);
            self.begin_as(ElementKind::Link, start + address.start);
            done = address.end;
        }
        self.words(start + done, &text[done..]);
    }

    /// The same without addresses: its words in Latin letters apart.
    fn words(&mut self, start: usize, text: &str) {
        let mut done = 0;
        for word in western::words(text) {
            if word.start > done {
                self.plain(start + done);
            }
            let span = self.begin(start + word.start);
            self.tree.elements[span.0 as usize].language = Some(western::LANGUAGE);
            done = word.end;
        }
        if done < text.len() {
            self.plain(start + done);
        }
    }

    fn plain(&mut self, at: usize) {
        if self.plain.is_none() {
            let span = self.begin(at);
            self.plain = Some(span);
        }
    }
}
