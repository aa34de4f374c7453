//! Figures: content controls, and bookmarks `f_…` where a document has tracked changes.

use super::{Control, KEPT, OPEN_AT_ONCE, Open, Parser, Sink, short};
use crate::package::attribute;
use quick_xml::events::BytesStart;

#[derive(Default)]
pub(super) struct OpenControl {
    pub tag: Option<String>,
    pub alias: Option<String>,
    /// The text is Word's prompt, not the user's.
    pub prompt: bool,
    /// Its bookmark has ended; digits that follow at once are still its own.
    pub ended: bool,
    pub sink: Sink,
    pub order: usize,
    pub place: Option<(usize, usize, usize)>,
    /// The own paragraph it stands in, as an index into [`Content::prose`], and how long that was then.
    pub prose: Option<(usize, usize)>,
}

impl Parser<'_> {
    pub(super) fn control_start(&mut self) -> Open {
        self.order += 1;
        self.kept += KEPT;
        if self.controls.len() >= OPEN_AT_ONCE {
            self.ignored_controls += 1;
            return Open::Control;
        }
        let control = self.open_control();
        self.controls.push(control);
        Open::Control
    }

    pub(super) fn open_control(&self) -> OpenControl {
        let place = self.tables.last().and_then(|table| {
            let rows = &self.content.tables[table.index].rows;
            table.cell.as_ref().map(|_| (table.index, rows.len().saturating_sub(1), rows.last().map_or(0, Vec::len)))
        });
        let prose = self.prose.last().map(|p| (p.index, p.sink.text.len()));
        OpenControl { order: self.order, place, prose, ..OpenControl::default() }
    }

    pub(super) fn control_property(&mut self, local: &str, element: &BytesStart) {
        if self.ignored_controls > 0 {
            return;
        }
        let Some(control) = self.controls.last_mut() else { return };
        match local {
            "tag" => control.tag = attribute(element, "val").filter(|n| short(n)),
            "alias" => control.alias = attribute(element, "val").filter(|n| short(n)),
            _ => control.prompt = attribute(element, "val").is_none_or(|v| !matches!(&*v, "0" | "false" | "off")),
        }
    }

    pub(super) fn control_end(&mut self) {
        if self.ignored_controls > 0 {
            self.ignored_controls -= 1;
            return;
        }
        let Some(mut control) = self.controls.pop() else { return };
        let by_alias = control.tag.is_none();
        let Some(tag) = control.tag.take().or(control.alias.take()).filter(|t| !t.trim().is_empty()) else { return };
        if self.hidden > 0 {
            self.content.tracked_away.insert(tag);
            return;
        }
        if control.prompt {
            control.sink.text.clear();
        }
        self.keep_control(control, tag, by_alias);
    }

    /// Figures whose bookmarks have ended. All of the text in one may have come or gone.
    pub(super) fn close_marks(&mut self) {
        while let Some(at) = self.marks.iter().position(|(_, mark)| mark.ended) {
            let (_, mut mark) = self.marks.remove(at);
            let Some(name) = mark.tag.take() else { continue };
            if mark.sink.text.is_empty() {
                self.content.tracked_away.insert(name);
            } else {
                self.keep_control(mark, name, false);
            }
        }
    }

    pub(super) fn keep_control(&mut self, control: OpenControl, tag: String, by_alias: bool) {
        self.figure_in_prose(&tag, control.prose);
        let index = self.content.controls.len();
        let (text, order, place) = (control.sink.text, control.order, control.place);
        self.content.controls.push(Control { tag, by_alias, text, order, place });
        if let (Some(_), Some(cell)) = (place, self.tables.last_mut().and_then(|t| t.cell.as_mut())) {
            cell.controls.push(index);
        }
    }

    /// Notes where in its own paragraph the text of a control stands.
    pub(super) fn figure_in_prose(&mut self, tag: &str, begun: Option<(usize, usize)>) {
        let Some((index, start)) = begun else { return };
        let Some(open) = self.prose.iter().find(|p| p.index == index) else { return };
        let text = &open.sink.text[start..];
        let start = start + text.len() - text.trim_start_matches('\n').len();
        if start < open.sink.text.len() {
            self.kept += KEPT + tag.len();
            self.content.prose[index].figures.push((start..open.sink.text.len(), tag.to_owned()));
        }
    }
}
