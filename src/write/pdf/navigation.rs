//! Ways through the document: destinations, links, bookmarks and page labels.

use super::content::on_sheet;
use super::structure::{TaggedLink, Tree};
use super::syntax::text_string;
use crate::diagnostic::Diagnostic;
use crate::typeset::Pages;
use crate::typeset::frame::{Item, Link, OutlineEntry, Page, Tag, Target};
use lopdf::{Dictionary, Document, Object, ObjectId, dictionary};

/// A place to go to: the page from its reading side's edge, the anchor's line at the top.
fn destination(pages: &Pages, page_ids: &[ObjectId], anchor: &str) -> Result<Object, Diagnostic> {
    let there = pages.anchors.get(anchor).filter(|there| there.page < page_ids.len()).ok_or_else(|| {
        Diagnostic::error("E493", format!("目录或书签指向的标题“{anchor}”不在任何一页上"))
            .hint("这是程序的错误，请连同数据一起报告")
    })?;
    let (x, y) = on_sheet(&pages.pages[there.page], (0.0, there.y));
    let place = |v: f64| Object::Real(((v * 100.0).round() / 100.0) as f32);
    Ok(vec![page_ids[there.page].into(), "XYZ".into(), place(x), place(y), Object::Null].into())
}

/// Adds the link annotations of every page, each to its page. The n-th has key `pages + n` in the parent tree.
pub(super) fn add_links(
    file: &mut Document,
    pages: &Pages,
    page_ids: &[ObjectId],
) -> Result<Vec<TaggedLink>, Diagnostic> {
    let mut links = Vec::new();
    for (page, &page_id) in pages.pages.iter().zip(page_ids) {
        let mut annotations: Vec<Object> = Vec::new();
        for link in page.items.iter().filter_map(|i| if let Item::Link(link) = i { Some(link) } else { None }) {
            // A link no element owns would be in no reading order: what it covers is drawn, but it is not clickable.
            let Tag::Element(element) = link.tag else { continue };
            let key = pages.pages.len() + links.len();
            let (key_name, target) = match &link.target {
                Target::Anchor(anchor) => ("Dest", destination(pages, page_ids, anchor)?),
                Target::Address(address) => ("A", address_action(address)),
            };
            let mut annotation = annotation(page, link, page_id, key);
            annotation.set(key_name, target);
            let annotation = file.add_object(annotation);
            annotations.push(annotation.into());
            links.push(TaggedLink { annotation, element, page: page_id });
        }
        if !annotations.is_empty() {
            let page = file.get_object_mut(page_id).and_then(Object::as_dict_mut).expect("every page was added");
            page.set("Annots", annotations);
        }
    }
    Ok(links)
}

/// Opens a page on the web (ISO 32000-1 12.6.4.7).
fn address_action(address: &str) -> Object {
    let uri = Object::String(address.as_bytes().to_vec(), lopdf::StringFormat::Literal);
    Object::Dictionary(dictionary! { "Type" => "Action", "S" => "URI", "URI" => uri })
}

fn annotation(page: &Page, link: &Link, page_id: ObjectId, key: usize) -> Dictionary {
    let (left, top, width, height) = link.area;
    let (a, b) = (on_sheet(page, (left, top)), on_sheet(page, (left + width, top + height)));
    let place = |v: f64| Object::Real(((v * 100.0).round() / 100.0) as f32);
    let area = [a.0.min(b.0), a.1.min(b.1), a.0.max(b.0), a.1.max(b.1)].map(place);
    dictionary! {
        "Type" => "Annot",
        "Subtype" => "Link",
        "Rect" => area.to_vec(),
        "P" => page_id,
        // ISO 19005-2 6.3.2: printed, not hidden.
        "F" => 4,
        "Border" => vec![0.into(), 0.into(), 0.into()],
        // ISO 14289-1 7.18.5: what it leads to, in words.
        "Contents" => text_string(&link.label),
        "StructParent" => key as i64,
    }
}

/// Adds the nested bookmarks, if there are any. The first level is open, the others closed.
pub(super) fn add_outline(
    file: &mut Document,
    pages: &Pages,
    page_ids: &[ObjectId],
    tree: &Tree,
) -> Result<Option<ObjectId>, Diagnostic> {
    if pages.outline.is_empty() {
        return Ok(None);
    }
    let root = file.new_object_id();
    let ids: Vec<ObjectId> = pages.outline.iter().map(|_| file.new_object_id()).collect();
    let parents = parents(&pages.outline);
    let mut top: Vec<usize> = Vec::new();
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); ids.len()];
    // What is seen when the file opens: the first level and the second.
    let mut seen = 0;
    for (i, parent) in parents.iter().enumerate() {
        parent.map_or(&mut top, |parent| &mut children[parent]).push(i);
        seen += i64::from(parent.is_none_or(|parent| parents[parent].is_none()));
    }
    for siblings in children.iter().chain([&top]) {
        for (place, &i) in siblings.iter().enumerate() {
            let entry = &pages.outline[i];
            let mut item = dictionary! {
                "Title" => text_string(&entry.title),
                "Parent" => parents[i].map_or(root, |parent| ids[parent]),
                "Dest" => destination(pages, page_ids, &entry.anchor)?,
                "SE" => tree.element(entry.element),
            };
            if place > 0 {
                item.set("Prev", ids[siblings[place - 1]]);
            }
            if let Some(next) = siblings.get(place + 1) {
                item.set("Next", ids[*next]);
            }
            let count = children[i].len() as i64;
            set_children(&mut item, &children[i], &ids, if parents[i].is_none() { count } else { -count });
            file.set_object(ids[i], item);
        }
    }
    let mut outline = dictionary! { "Type" => "Outlines" };
    set_children(&mut outline, &top, &ids, seen);
    file.set_object(root, outline);
    Ok(Some(root))
}

fn set_children(item: &mut Dictionary, children: &[usize], ids: &[ObjectId], count: i64) {
    if let (Some(first), Some(last)) = (children.first(), children.last()) {
        item.set("First", ids[*first]);
        item.set("Last", ids[*last]);
        item.set("Count", count);
    }
}

/// The entry each entry stands under: the nearest one before it of a lesser level.
fn parents(outline: &[OutlineEntry]) -> Vec<Option<usize>> {
    let mut open: Vec<usize> = Vec::new();
    let mut parents = Vec::with_capacity(outline.len());
    for (i, entry) in outline.iter().enumerate() {
        while open.last().is_some_and(|above| outline[*above].level >= entry.level) {
            open.pop();
        }
        parents.push(open.last().copied());
        open.push(i);
    }
    parents
}

/// The page labels as a number tree: one entry where the numbering changes (ISO 32000-1 12.4.2).
pub(super) fn page_labels(pages: &[Page]) -> Dictionary {
    let mut numbers: Vec<Object> = Vec::new();
    let mut expected: Option<Label> = None;
    for (index, page) in (0i64..).zip(pages) {
        let label = Label::of(&page.label);
        if expected.as_ref() != Some(&label) {
            numbers.extend([index.into(), label.dictionary().into()]);
        }
        expected = Some(label.next());
    }
    dictionary! { "Nums" => numbers }
}

/// A page's number as readers see it.
#[derive(Debug, Clone, PartialEq)]
enum Label {
    Decimal(i64),
    Roman(i64),
    /// Nothing, or words.
    Text(String),
}

impl Label {
    fn of(label: &str) -> Label {
        let plain = |number: i64| number > 0 && number.to_string() == label;
        match label.parse().ok().filter(|n| plain(*n)) {
            Some(number) => Label::Decimal(number),
            None => (1..400).find(|n| roman(*n) == label).map_or_else(|| Label::Text(label.into()), Label::Roman),
        }
    }

    fn next(&self) -> Label {
        match self {
            Label::Decimal(number) => Label::Decimal(number + 1),
            Label::Roman(number) => Label::Roman(number + 1),
            Label::Text(text) => Label::Text(text.clone()),
        }
    }

    fn dictionary(&self) -> Dictionary {
        let numbered = |style: &str, number: i64| {
            let mut dict = dictionary! { "S" => style };
            if number != 1 {
                dict.set("St", number);
            }
            dict
        };
        match self {
            Label::Decimal(number) => numbered("D", *number),
            Label::Roman(number) => numbered("r", *number),
            Label::Text(text) if text.is_empty() => Dictionary::new(),
            Label::Text(text) => dictionary! { "P" => text_string(text) },
        }
    }
}

/// A number below 400 in small roman numerals.
fn roman(mut number: i64) -> String {
    const DIGITS: [(i64, &str); 9] =
        [(100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")];
    let mut text = String::new();
    for (value, digit) in DIGITS {
        while number >= value {
            text.push_str(digit);
            number -= value;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::typeset::frame::ElementId;

    #[test]
    fn labels_change_where_the_numbering_does() {
        let page = |label: &str| Page {
            sheet: (595.0, 842.0),
            turned: false,
            label: label.into(),
            items: vec![],
            furniture: vec![],
            watermark: None,
        };
        let labels = ["", "", "i", "ii", "1", "2", "4", "甲"].map(page);
        let numbers = page_labels(&labels);
        let numbers = numbers.get(b"Nums").and_then(Object::as_array).expect("an array");
        let expected: Vec<Object> = vec![
            0.into(),
            Dictionary::new().into(),
            2.into(),
            dictionary! { "S" => "r" }.into(),
            4.into(),
            dictionary! { "S" => "D" }.into(),
            6.into(),
            dictionary! { "S" => "D", "St" => 4 }.into(),
            7.into(),
            dictionary! { "P" => text_string("甲") }.into(),
        ];
        assert_eq!(numbers, &expected);
    }

    #[test]
    fn entries_nest_by_level() {
        let entry = |level| OutlineEntry { level, title: "t".into(), anchor: "a".into(), element: ElementId(0) };
        let outline: Vec<OutlineEntry> = [1, 2, 3, 2, 1, 3].map(entry).into();
        assert_eq!(parents(&outline), [None, Some(0), Some(1), Some(0), None, Some(4)]);
    }
}
