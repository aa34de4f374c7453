//! Paragraphs, and the department's own: what stands in bookmarks `p_…`.

use super::controls::OpenControl;
use super::look::{Field, OpenParagraph};
use super::{KEPT, OPEN_AT_ONCE, Open, OwnParagraph, Parser, Sink, short};
use crate::package::attribute;
use quick_xml::events::BytesStart;

/// An own paragraph: all of it, though its bookmark may begin later or end sooner. Word puts what is typed at a
/// paragraph's end after the bookmark's end; LibreOffice ends one before the last character of a section.
pub(super) struct OpenProse {
    pub id: String,
    pub index: usize,
    pub sink: Sink,
    /// Its bookmark has ended, its paragraph has not.
    pub ended: bool,
    pub name: String,
}

impl Parser<'_> {
    pub(super) fn bookmark_start(&mut self, element: &BytesStart) {
        let of_figure = attribute(element, "name").filter(|n| n.starts_with("f_") && short(n));
        if let (Some(name), Some(id)) = (of_figure, attribute(element, "id"))
            && self.marks.len() < OPEN_AT_ONCE
        {
            self.order += 1;
            self.kept += KEPT;
            let mark = OpenControl { tag: Some(name), ..self.open_control() };
            self.marks.push((id, mark));
            return;
        }
        if self.hidden > 0 || self.prose.len() >= OPEN_AT_ONCE {
            return;
        }
        let name = attribute(element, "name").filter(|n| n.starts_with("p_") && short(n));
        let (Some(name), Some(id)) = (name, attribute(element, "id")) else { return };
        self.kept += KEPT;
        // Of two own paragraphs that someone joined, each has what is nearest to it.
        let joined = self.prose.iter().any(|p| p.ended);
        self.close_prose();
        let before = if joined { String::new() } else { self.paragraph.clone() };
        self.content.prose.push(OwnParagraph { bookmark: name.clone(), ..OwnParagraph::default() });
        let index = self.content.prose.len() - 1;
        self.prose.push(OpenProse { id, index, sink: Sink { text: before, breaks: false }, ended: false, name });
    }

    pub(super) fn bookmark_end(&mut self, element: &BytesStart) {
        let Some(id) = attribute(element, "id") else { return };
        if let Some((_, mark)) = self.marks.iter_mut().find(|(mark, _)| *mark == id) {
            mark.ended = true;
            return;
        }
        if let Some(prose) = self.prose.iter_mut().find(|p| p.id == id) {
            prose.ended = true;
        }
    }

    /// Hands over the texts of paragraphs whose bookmarks have ended.
    pub(super) fn close_prose(&mut self) {
        let content = &mut self.content;
        self.prose.retain_mut(|prose| {
            if prose.ended {
                content.prose[prose.index].text = std::mem::take(&mut prose.sink.text);
            }
            !prose.ended
        });
    }

    pub(super) fn paragraph_start(&mut self) -> Open {
        self.no_end = false;
        self.paragraphs.push(OpenParagraph::default());
        if self.tables.is_empty() {
            self.paragraph.clear();
        }
        Open::Paragraph
    }

    pub(super) fn paragraph_end(&mut self) {
        self.close_marks();
        for control in &mut self.controls {
            control.sink.breaks = true;
        }
        // A field whose instruction never ends is none.
        self.fields.retain(|field| *field == Field::Result);
        let paragraph = self.paragraphs.pop().unwrap_or_default();
        let no_end = std::mem::take(&mut self.no_end);
        let merged = (no_end || paragraph.mark_hidden == Some(true)) && !paragraph.begins.trim().is_empty();
        self.tell_unread(paragraph, merged);
        if no_end {
            self.drop_empty_prose();
        }
        self.close_prose();
        for prose in &mut self.prose {
            prose.sink.breaks = true;
        }
        if let Some(cell) = self.tables.last_mut().and_then(|t| t.cell.as_mut()) {
            cell.sink.breaks = true;
        } else if self.tables.is_empty() && !self.paragraph.trim().is_empty() {
            self.kept += self.paragraph.len();
            self.content.paragraphs.push(self.paragraph.clone());
            self.content.tables_before.push(self.content.tables.len());
            if self.recent.len() == 3 {
                self.recent.remove(0);
            }
            self.recent.push(self.paragraph.chars().take(256).collect());
        }
    }

    /// An own paragraph without text and without an end is not in this view.
    pub(super) fn drop_empty_prose(&mut self) {
        let content = &mut self.content;
        self.prose.retain(|prose| {
            let empty = prose.ended && prose.sink.text.is_empty();
            if empty {
                content.tracked_away.insert(prose.name.clone());
            }
            !empty
        });
    }
}
