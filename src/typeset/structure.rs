//! The structure tree, grown in reading order: parents first, children in the order they are read.

use super::frame::{Element, ElementId, ElementKind, Tag};
use crate::document::{Document, Inline};

/// Elements so far; element 0 is the document.
pub struct Tree {
    pub elements: Vec<Element>,
}

/// The element each inline of a text belongs to.
#[derive(Debug, Clone)]
pub enum Tags {
    One(Tag),
    /// By index of the inline.
    Each(Vec<Tag>),
}

impl Tags {
    pub fn of(&self, inline: u16) -> Tag {
        match self {
            Tags::One(tag) => *tag,
            Tags::Each(tags) => tags[usize::from(inline)],
        }
    }
}

impl Tree {
    pub fn new() -> Tree {
        let mut tree = Tree { elements: Vec::new() };
        tree.push(None, ElementKind::Document);
        tree
    }

    pub fn add(&mut self, parent: ElementId, kind: ElementKind) -> ElementId {
        let id = self.push(Some(parent), kind);
        self.elements[parent.0 as usize].children.push(id);
        id
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

    /// Tags for the inlines of `element`. Figures within a sentence get spans that bear their addresses, and then so
    /// does the text between them, for an element holds elements or content and never both.
    pub fn tag_sentence(&mut self, element: ElementId, inlines: &[Inline], document: &Document) -> Tags {
        if inlines.iter().all(|i| i.figure.is_none() && i.link.is_none()) {
            return Tags::One(Tag::Element(element));
        }
        let mut plain = None;
        let tags = inlines.iter().map(|inline| {
            let span = match inline.figure {
                _ if inline.link.is_some() => {
                    plain = None;
                    self.add(element, ElementKind::Link)
                }
                None => *plain.get_or_insert_with(|| self.add(element, ElementKind::Span)),
                Some(figure) => {
                    plain = None;
                    let span = self.add(element, ElementKind::Span);
                    self.set_title(span, &document.figure(figure).address);
                    span
                }
            };
            Tag::Element(span)
        });
        Tags::Each(tags.collect())
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
