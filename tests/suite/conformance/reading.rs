//! What is read aloud: structure, language, tables, notes, links, bookmarks: mostly ISO 14289-1.

use super::*;
use lopdf::dictionary;
use std::collections::{BTreeMap, BTreeSet};

pub fn rules() -> Vec<Rule> {
    use Damage::Objects;
    vec![
        Rule {
            asks: "the file says that it is tagged, and is not suspect",
            clause: "19005-2 6.7.2; 14289-1 6.2, 7.1",
            check: |f| {
                let mark = get_dict(&f.doc, catalog(&f.doc), "MarkInfo");
                let is = |key| mark.and_then(|m| get(&f.doc, m, key)?.as_bool().ok());
                unless(is("Marked") == Some(true) && is("Suspects") != Some(true), "not marked, or suspect")
            },
            damage: Objects(|doc| catalog_mut(doc).set("MarkInfo", dictionary! { "Marked" => false })),
        },
        Rule {
            asks: "the structure tree has one Document at its root",
            clause: "19005-2 6.7.3; 14289-1 7.1",
            check: |f| {
                let top: Vec<&str> = elements(&f.doc).iter().filter(|e| e.parent.is_empty()).map(|e| e.kind).collect();
                unless(top == ["Document"], format!("the tree begins with {top:?}"))
            },
            damage: Objects(|doc| {
                catalog_mut(doc).remove(b"StructTreeRoot");
            }),
        },
        Rule {
            asks: "every element refers to its parent",
            clause: "32000-1 14.7.2",
            check: back_references,
            damage: Objects(|doc| {
                element_mut(doc, "TR").remove(b"P");
            }),
        },
        Rule {
            asks: "every structure type is a standard one",
            clause: "19005-2 6.7.3.4; 14289-1 7.1",
            check: standard_types,
            damage: Objects(|doc| element_mut(doc, "P").set("S", "Paragraph")),
        },
        Rule {
            asks: "elements stand where the standard types may: rows in tables, cells in rows, entries in contents",
            clause: "32000-1 14.8.4.3; 14289-1 7.2, 7.5",
            check: places,
            damage: Objects(|doc| element_mut(doc, "TR").set("S", "Div")),
        },
        Rule {
            asks: "the document has a language, and every Lang is one",
            clause: "19005-2 6.7.4; 14289-1 7.2",
            check: languages,
            damage: Objects(|doc| catalog_mut(doc).set("Lang", Object::string_literal("Chinese"))),
        },
        Rule {
            asks: "the metadata has a title, and the window shows it",
            clause: "14289-1 7.1",
            check: title,
            damage: Objects(|doc| {
                catalog_mut(doc).remove(b"ViewerPreferences");
            }),
        },
        Rule {
            asks: "headings begin at H1 and skip no level on the way down; H and H1 to H6 are not mixed",
            clause: "14289-1 7.4.2, 7.4.4",
            check: headings,
            damage: Objects(|doc| element_mut(doc, "H2").set("S", "H3")),
        },
        Rule {
            asks: "a heading has content",
            clause: "14289-1 7.4",
            check: empty_headings,
            damage: Objects(|doc| {
                element_mut(doc, "H1").remove(b"K");
            }),
        },
        Rule {
            asks: "a figure or formula has a text in its place",
            clause: "14289-1 7.3, 7.7",
            check: figures,
            damage: Objects(|doc| element_mut(doc, "P").set("S", "Figure")),
        },
        Rule {
            asks: "the rows of a table are equally wide, spans counted, and no cells overlap",
            clause: "14289-1 7.5; 32000-1 14.8.5.7",
            check: regular_tables,
            damage: Objects(|doc| attributes_mut(doc, "TH").set("ColSpan", 2)),
        },
        Rule {
            asks: "every TH has a Scope",
            clause: "14289-1 7.5",
            check: scopes,
            damage: Objects(|doc| {
                attributes_mut(doc, "TH").remove(b"Scope");
            }),
        },
        Rule {
            asks: "the Headers of a cell are IDs of TH in the same table",
            clause: "14289-1 7.5; 32000-1 14.8.5.7",
            check: headers,
            damage: Objects(|doc| attributes_mut(doc, "TD").set("Headers", vec![Object::string_literal("x")])),
        },
        Rule {
            asks: "a note has an ID",
            clause: "14289-1 7.9",
            check: notes,
            damage: Objects(|doc| {
                element_mut(doc, "Note").remove(b"ID");
            }),
        },
        Rule {
            asks: "no two elements have one ID, and the ID tree lists each, in order",
            clause: "14289-1 7.9; 32000-1 14.7.2",
            check: identifiers,
            damage: Objects(|doc| element_mut(doc, "TH").set("ID", Object::string_literal("note_1"))),
        },
        Rule {
            asks: "every page has a key in the parent tree, every key is used once, and the next one is free",
            clause: "32000-1 14.7.4.4",
            check: parent_keys,
            damage: Objects(|doc| page_mut(doc, 1).set("StructParents", 0)),
        },
        Rule {
            asks: "tab order follows the structure on every page",
            clause: "14289-1 7.18.3",
            check: tab_order,
            damage: Objects(|doc| page_mut(doc, 1).set("Tabs", "R")),
        },
        Rule {
            asks: "no page has an empty list of annotations",
            clause: "(our own: printpdf writes them)",
            check: empty_lists,
            damage: Objects(|doc| page_mut(doc, 0).set("Annots", Vec::<Object>::new())),
        },
        Rule {
            asks: "annotations are of the kinds an archive takes",
            clause: "19005-2 6.3.1",
            check: annotation_kinds,
            damage: Objects(|doc| first_annotation(doc).set("Subtype", "Movie")),
        },
        Rule {
            asks: "every annotation prints and is not hidden",
            clause: "19005-2 6.3.2",
            check: annotation_flags,
            damage: Objects(|doc| first_annotation(doc).set("F", 0)),
        },
        Rule {
            asks: "every annotation says in words what it is",
            clause: "14289-1 7.18.1, 7.18.5",
            check: annotation_texts,
            damage: Objects(|doc| {
                first_annotation(doc).remove(b"Contents");
            }),
        },
        Rule {
            asks: "every link's annotation is in a Link element, which the parent tree leads to",
            clause: "14289-1 7.18.1, 7.18.5",
            check: tagged_links,
            damage: Objects(|doc| {
                first_annotation(doc).remove(b"StructParent");
            }),
        },
        Rule {
            asks: "links and bookmarks lead to pages of the document",
            clause: "32000-1 12.3.2",
            check: destinations,
            damage: Objects(|doc| first_annotation(doc).set("Dest", vec![Object::Integer(99), "XYZ".into()])),
        },
        Rule {
            asks: "bookmarks are chained without gaps, have titles and count themselves",
            clause: "32000-1 12.3.3",
            check: bookmarks,
            damage: Objects(|doc| {
                let outline = catalog(doc).get(b"Outlines").and_then(Object::as_reference).expect("it has bookmarks");
                let outline = doc.get_object_mut(outline).and_then(Object::as_dict_mut).expect("a dictionary");
                outline.set("Count", 99);
            }),
        },
        Rule {
            asks: "page labels begin with the first page and stay within the document",
            clause: "32000-1 12.4.2",
            check: page_labels,
            damage: Objects(|doc| {
                let labels = dictionary! { "Nums" => vec![1.into(), dictionary! { "S" => "D" }.into()] };
                catalog_mut(doc).set("PageLabels", labels);
            }),
        },
    ]
}

fn back_references(file: &File) -> Vec<String> {
    let doc = &file.doc;
    let mut parents: BTreeMap<ObjectId, ObjectId> = BTreeMap::new();
    for element in elements(doc) {
        for kid in kids(doc, element.dict).into_iter().filter_map(|kid| kid.as_reference().ok()) {
            parents.insert(kid, element.id);
        }
    }
    let wrong = |e: &Element| {
        let parent = e.dict.get(b"P").and_then(Object::as_reference).ok();
        parent.is_none() || parents.get(&e.id).is_some_and(|p| Some(*p) != parent)
    };
    elements(doc).into_iter().filter(wrong).map(|e| format!("{} {:?}", e.kind, e.id)).collect()
}

fn standard_types(file: &File) -> Vec<String> {
    const STANDARD: &str = "Document Part Art Sect Div BlockQuote Caption TOC TOCI Index NonStruct Private P H H1 H2 H3 \
                            H4 H5 H6 L LI Lbl LBody Table TR TH TD THead TBody TFoot Span Quote Note Reference BibEntry \
                            Code Link Annot Ruby RB RT RP Warichu WT WP Figure Formula Form";
    let standard: Vec<&str> = STANDARD.split_whitespace().collect();
    elements(&file.doc).into_iter().filter(|e| !standard.contains(&e.kind)).map(|e| e.kind.into()).collect()
}

fn places(file: &File) -> Vec<String> {
    let may = |e: &Element| match e.kind {
        "TR" => ["Table", "THead", "TBody", "TFoot"].contains(&e.parent),
        "TH" | "TD" => e.parent == "TR",
        "THead" | "TBody" | "TFoot" => e.parent == "Table",
        "TOCI" => e.parent == "TOC",
        "LI" => e.parent == "L",
        "Lbl" | "LBody" => ["LI", "Note", "Caption", "TOCI", "BibEntry"].contains(&e.parent),
        "Document" => e.parent.is_empty(),
        _ => match e.parent {
            "Table" => e.kind == "Caption",
            "THead" | "TBody" | "TFoot" | "TR" | "L" => false,
            "TOC" => e.kind == "Caption" || e.kind == "TOC",
            "TOCI" => ["Lbl", "Reference", "NonStruct", "P", "TOC"].contains(&e.kind),
            _ => true,
        },
    };
    elements(&file.doc).into_iter().filter(|e| !may(e)).map(|e| format!("{} in {}", e.kind, e.parent)).collect()
}

fn languages(file: &File) -> Vec<String> {
    // RFC 3066 and its successors: two or three letters, then subtags.
    let tag = |text: &str| {
        let mut parts = text.split('-');
        let first =
            parts.next().is_some_and(|p| (2..=3).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphabetic()));
        first && parts.all(|p| (1..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric()))
    };
    let own = get_text(&file.doc, catalog(&file.doc), "Lang");
    let others = elements(&file.doc).into_iter().filter_map(|e| get_text(&file.doc, e.dict, "Lang"));
    let all = std::iter::once(own.unwrap_or_default()).chain(others);
    all.filter(|text| !tag(text)).map(|text| format!("“{text}” is no language")).collect()
}

fn title(file: &File) -> Vec<String> {
    let doc = &file.doc;
    let preferences = get_dict(doc, catalog(doc), "ViewerPreferences");
    let shown = preferences.and_then(|p| get(doc, p, "DisplayDocTitle")?.as_bool().ok());
    let metadata = get(doc, catalog(doc), "Metadata").and_then(|m| m.as_stream().ok());
    let xmp = metadata.map(|m| String::from_utf8_lossy(&m.content).into_owned()).unwrap_or_default();
    let titled =
        xmp.split("<dc:title>").nth(1).is_some_and(|t| t.split("</rdf:li>").next().is_some_and(|t| !t.ends_with('>')));
    [unless(shown == Some(true), "the window shows the file's name"), unless(titled, "no title")].concat()
}

fn headings(file: &File) -> Vec<String> {
    let all = elements(&file.doc);
    let level = |kind: &str| kind.strip_prefix('H').and_then(|n| n.parse::<u8>().ok());
    let mut found = Vec::new();
    let mut last = 0;
    for level in all.iter().filter_map(|e| level(e.kind)) {
        found.extend(unless(level <= last + 1, format!("H{level} after H{last}")));
        last = level;
    }
    found.extend(unless(last == 0 || all.iter().all(|e| e.kind != "H"), "H beside H1"));
    found
}

fn is_heading(kind: &str) -> bool {
    ["H", "H1", "H2", "H3", "H4", "H5", "H6"].contains(&kind)
}

fn empty_headings(file: &File) -> Vec<String> {
    let empty = |e: &Element| is_heading(e.kind) && kids(&file.doc, e.dict).is_empty();
    elements(&file.doc).into_iter().filter(empty).map(|e| format!("{} {:?}", e.kind, e.id)).collect()
}

fn figures(file: &File) -> Vec<String> {
    let silent =
        |e: &Element| ["Figure", "Formula"].contains(&e.kind) && !e.dict.has(b"Alt") && !e.dict.has(b"ActualText");
    elements(&file.doc).into_iter().filter(silent).map(|e| format!("{} {:?}", e.kind, e.id)).collect()
}

/// The elements of a kind under an element, at any depth but inside no other table.
fn under<'a>(doc: &'a Document, element: &'a Dictionary, kinds: &[&str]) -> Vec<&'a Dictionary> {
    let mut found = Vec::new();
    for kid in kids(doc, element) {
        let Ok(dict) = follow(doc, kid).as_dict() else { continue };
        match get_name(doc, dict, "S") {
            Some(kind) if kinds.contains(&kind) => found.push(dict),
            Some("THead" | "TBody" | "TFoot") => found.extend(under(doc, dict, kinds)),
            _ => {}
        }
    }
    found
}

fn attribute<'a>(doc: &'a Document, element: &'a Dictionary, key: &str) -> Option<&'a Object> {
    get(doc, get_dict(doc, element, "A")?, key)
}

fn span(doc: &Document, cell: &Dictionary, key: &str) -> usize {
    attribute(doc, cell, key).and_then(|s| s.as_i64().ok()).unwrap_or(1).max(1) as usize
}

fn tables(doc: &Document) -> Vec<Element<'_>> {
    elements(doc).into_iter().filter(|e| e.kind == "Table").collect()
}

fn regular_tables(file: &File) -> Vec<String> {
    let doc = &file.doc;
    let mut found = Vec::new();
    for table in tables(doc) {
        let rows = under(doc, table.dict, &["TR"]);
        let mut taken: BTreeSet<(usize, usize)> = BTreeSet::new();
        for (row, cells) in rows.iter().map(|row| under(doc, row, &["TH", "TD"])).enumerate() {
            let mut column = 0;
            for cell in cells {
                while taken.contains(&(row, column)) {
                    column += 1;
                }
                let (columns, down) = (span(doc, cell, "ColSpan"), span(doc, cell, "RowSpan"));
                for place in (row..row + down).flat_map(|r| (column..column + columns).map(move |c| (r, c))) {
                    found
                        .extend(unless(taken.insert(place), format!("two cells at {place:?} of table {:?}", table.id)));
                }
                column += columns;
            }
        }
        let width = taken.iter().map(|(_, column)| column + 1).max().unwrap_or_default();
        let full = taken.len() == width * rows.len();
        found.extend(unless(
            full,
            format!("table {:?} is {width} by {} and has {} cells", table.id, rows.len(), taken.len()),
        ));
    }
    found
}

fn scopes(file: &File) -> Vec<String> {
    let known = |e: &Element| {
        let scope = attribute(&file.doc, e.dict, "Scope").and_then(|s| s.as_name().ok());
        scope.is_some_and(|s| [b"Row".as_slice(), b"Column", b"Both"].contains(&s))
    };
    elements(&file.doc).into_iter().filter(|e| e.kind == "TH" && !known(e)).map(|e| format!("TH {:?}", e.id)).collect()
}

fn id_of<'a>(doc: &'a Document, element: &'a Dictionary) -> Option<&'a [u8]> {
    get(doc, element, "ID")?.as_str().ok()
}

fn headers(file: &File) -> Vec<String> {
    let doc = &file.doc;
    let mut found = Vec::new();
    for table in tables(doc) {
        let cells: Vec<&Dictionary> =
            under(doc, table.dict, &["TR"]).into_iter().flat_map(|row| under(doc, row, &["TH", "TD"])).collect();
        let heads: BTreeSet<&[u8]> =
            cells.iter().filter(|c| get_name(doc, c, "S") == Some("TH")).filter_map(|c| id_of(doc, c)).collect();
        for named in cells.iter().filter_map(|cell| attribute(doc, cell, "Headers")?.as_array().ok()).flatten() {
            let known = named.as_str().is_ok_and(|id| heads.contains(id));
            found.extend(unless(known, format!("{named:?} is no head of table {:?}", table.id)));
        }
    }
    found
}

fn notes(file: &File) -> Vec<String> {
    let nameless = |e: &Element| e.kind == "Note" && id_of(&file.doc, e.dict).is_none_or(<[u8]>::is_empty);
    elements(&file.doc).into_iter().filter(nameless).map(|e| format!("Note {:?}", e.id)).collect()
}

fn identifiers(file: &File) -> Vec<String> {
    let doc = &file.doc;
    let mut found = Vec::new();
    let mut ids: BTreeMap<&[u8], ObjectId> = BTreeMap::new();
    let all = elements(doc);
    for (id, element) in all.iter().filter_map(|e| Some((id_of(doc, e.dict)?, e.id))) {
        found.extend(unless(ids.insert(id, element).is_none(), format!("{} twice", String::from_utf8_lossy(id))));
    }
    let root = get_dict(doc, catalog(doc), "StructTreeRoot");
    let tree = root.and_then(|r| get_dict(doc, r, "IDTree")).and_then(|t| get_array(doc, t, "Names"));
    let listed: Vec<(&[u8], ObjectId)> = tree.map_or(vec![], |names| {
        names.chunks_exact(2).filter_map(|c| Some((c[0].as_str().ok()?, c[1].as_reference().ok()?))).collect()
    });
    found.extend(unless(listed == ids.into_iter().collect::<Vec<_>>(), "the ID tree differs from the elements"));
    found
}

fn parent_keys(file: &File) -> Vec<String> {
    let doc = &file.doc;
    let of_pages = pages(doc).into_iter().map(|(_, page)| get_integer(doc, page, "StructParents"));
    let of_links = annotations(doc).into_iter().map(|(_, a)| get_integer(doc, a, "StructParent"));
    let keys: Vec<Option<i64>> = of_pages.chain(of_links).collect();
    let used: BTreeSet<i64> = keys.iter().flatten().copied().collect();
    let listed: Vec<i64> = parent_tree(doc).into_iter().map(|(key, _)| key).collect();
    let root = get_dict(doc, catalog(doc), "StructTreeRoot");
    let next = root.and_then(|r| get_integer(doc, r, "ParentTreeNextKey")).unwrap_or_default();
    [
        unless(keys.iter().all(Option::is_some), "something has no key"),
        unless(used.len() == keys.len(), "two have one key"),
        unless(listed == used.iter().copied().collect::<Vec<_>>(), "the parent tree lists others, or in another order"),
        unless(used.iter().all(|key| *key < next), "the next key is taken"),
    ]
    .concat()
}

fn tab_order(file: &File) -> Vec<String> {
    let other = |page: &Dictionary| get_name(&file.doc, page, "Tabs") != Some("S");
    pages(&file.doc).into_iter().filter(|(_, page)| other(page)).map(|(id, _)| format!("page {id:?}")).collect()
}

fn empty_lists(file: &File) -> Vec<String> {
    let empty = |page: &Dictionary| get_array(&file.doc, page, "Annots").is_some_and(Vec::is_empty);
    pages(&file.doc).into_iter().filter(|(_, page)| empty(page)).map(|(id, _)| format!("page {id:?}")).collect()
}

/// The annotations for which something does not hold.
fn annotations_but(file: &File, holds: impl Fn(&Dictionary) -> bool) -> Vec<String> {
    annotations(&file.doc).into_iter().filter(|(_, a)| !holds(a)).map(|(id, _)| format!("annotation {id:?}")).collect()
}

fn annotation_kinds(file: &File) -> Vec<String> {
    annotations_but(file, |a| {
        !matches!(get_name(&file.doc, a, "Subtype"), None | Some("3D" | "Sound" | "Screen" | "Movie" | "TrapNet"))
    })
}

fn annotation_flags(file: &File) -> Vec<String> {
    // Print set; Invisible, Hidden, NoView and ToggleNoView clear.
    annotations_but(file, |a| get_integer(&file.doc, a, "F").is_some_and(|f| f & 0b1_0010_0111 == 0b100))
}

fn annotation_texts(file: &File) -> Vec<String> {
    annotations_but(file, |a| get_text(&file.doc, a, "Contents").is_some_and(|text| !text.trim().is_empty()))
}

fn tagged_links(file: &File) -> Vec<String> {
    let doc = &file.doc;
    let tree: BTreeMap<i64, &Object> = parent_tree(doc).into_iter().collect();
    let held = |link: ObjectId, a: &Dictionary| {
        let element = get_integer(doc, a, "StructParent").and_then(|key| tree.get(&key))?;
        let element = follow(doc, element).as_dict().ok()?;
        let kids = kids(doc, element).into_iter().filter_map(|kid| kid.as_dict().ok());
        let mut objects = kids.filter_map(|kid| kid.get(b"Obj").and_then(Object::as_reference).ok());
        (get_name(doc, element, "S") == Some("Link") && objects.any(|o| o == link)).then_some(())
    };
    let links = annotations(doc).into_iter();
    links.filter(|(id, a)| held(*id, a).is_none()).map(|(id, _)| format!("annotation {id:?}")).collect()
}

/// Every bookmark, top to bottom, with the one before it on its level.
fn all_bookmarks(doc: &Document) -> Vec<(ObjectId, &Dictionary, Option<ObjectId>)> {
    fn walk<'a>(
        doc: &'a Document,
        parent: &'a Dictionary,
        found: &mut Vec<(ObjectId, &'a Dictionary, Option<ObjectId>)>,
    ) {
        let (mut next, mut before) = (parent.get(b"First").and_then(Object::as_reference).ok(), None);
        while let Some(id) = next {
            let Ok(item) = doc.get_dictionary(id) else { return };
            found.push((id, item, before));
            walk(doc, item, found);
            (before, next) = (Some(id), item.get(b"Next").and_then(Object::as_reference).ok());
        }
    }
    let mut found = Vec::new();
    if let Some(outline) = get_dict(doc, catalog(doc), "Outlines") {
        walk(doc, outline, &mut found);
    }
    found
}

fn destinations(file: &File) -> Vec<String> {
    let doc = &file.doc;
    let known: BTreeSet<ObjectId> = pages(doc).into_iter().map(|(id, _)| id).collect();
    let leads = |d: &Dictionary| {
        let page = get_array(doc, d, "Dest").and_then(|dest| dest.first()?.as_reference().ok());
        page.is_some_and(|page| known.contains(&page)) || get_dict(doc, d, "A").is_some()
    };
    let marks = all_bookmarks(doc).into_iter().map(|(id, d, _)| (id, d));
    annotations(doc).into_iter().chain(marks).filter(|(_, d)| !leads(d)).map(|(id, _)| format!("{id:?}")).collect()
}

/// How many bookmarks are seen under one: its own, and those of the open ones among them.
fn seen(doc: &Document, parent: &Dictionary) -> i64 {
    let mut count = 0;
    let mut next = get_dict(doc, parent, "First");
    while let Some(item) = next {
        let open = get_integer(doc, item, "Count").unwrap_or_default() > 0;
        count += 1 + if open { seen(doc, item) } else { 0 };
        next = get_dict(doc, item, "Next");
    }
    count
}

fn bookmarks(file: &File) -> Vec<String> {
    let doc = &file.doc;
    let mut found = Vec::new();
    for (id, item, before) in all_bookmarks(doc) {
        let titled = get_text(doc, item, "Title").is_some_and(|t| !t.trim().is_empty());
        let chained = item.get(b"Prev").and_then(Object::as_reference).ok() == before;
        let count = get_integer(doc, item, "Count").unwrap_or_default().abs();
        found.extend(unless(titled && chained && count == seen(doc, item), format!("bookmark {id:?}")));
    }
    if let Some(outline) = get_dict(doc, catalog(doc), "Outlines") {
        let count = get_integer(doc, outline, "Count").unwrap_or_default();
        found.extend(unless(count == seen(doc, outline), format!("{count} bookmarks, {} seen", seen(doc, outline))));
    }
    found
}

fn page_labels(file: &File) -> Vec<String> {
    let doc = &file.doc;
    let Some(labels) = get_dict(doc, catalog(doc), "PageLabels") else { return vec!["no page labels".into()] };
    let numbers = get_array(doc, labels, "Nums").map_or(vec![], |n| n.iter().step_by(2).collect());
    let numbers: Vec<i64> = numbers.into_iter().filter_map(|n| n.as_i64().ok()).collect();
    let sound = numbers.first() == Some(&0)
        && numbers.windows(2).all(|pair| pair[0] < pair[1])
        && numbers.last().is_some_and(|last| *last < pages(doc).len() as i64);
    unless(sound, format!("labels from pages {numbers:?}"))
}
