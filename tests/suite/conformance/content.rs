//! What the pages show: operators, colours, marked content, and the fonts' answers for every code shown.

use super::archive::{Font, whole_fonts};
use super::*;
use lopdf::content::{Content, Operation};
use std::collections::{BTreeMap, BTreeSet};

pub fn rules() -> Vec<Rule> {
    use Damage::Objects;
    vec![
        Rule {
            asks: "content streams hold only operators of ISO 32000-1, saved states are restored and at most 28 deep",
            clause: "19005-2 6.2.2, 6.1.13",
            check: operators,
            damage: Objects(|doc| append(doc, b" q 1 2 xx")),
        },
        Rule {
            asks: "colours are DeviceGray or DeviceRGB, which the output intent's profile of RGB defines",
            clause: "19005-2 6.2.4.3",
            check: colours,
            damage: Objects(|doc| append(doc, b" 0 0 0 1 k")),
        },
        Rule {
            asks: "text objects and marked content are balanced and lie in each other whole",
            clause: "32000-1 14.6.1",
            check: nesting,
            damage: Objects(|doc| append(doc, b" /Artifact BMC BT EMC ET")),
        },
        Rule {
            asks: "everything drawn is in marked content: in an element, or an artifact",
            clause: "14289-1 7.1",
            check: unmarked,
            damage: Objects(|doc| append(doc, b" 0 0 m 9 9 l S")),
        },
        Rule {
            asks: "no artifact is inside an element's content, no element's content inside an artifact",
            clause: "14289-1 7.1",
            check: mixed,
            damage: Objects(|doc| append(doc, b" /Artifact BMC /P <</MCID 99>> BDC EMC EMC")),
        },
        Rule {
            asks: "every marked-content sequence is in the parent tree, and in exactly the element found there",
            clause: "32000-1 14.7.4; 14289-1 7.1",
            check: parents,
            damage: Objects(|doc| append(doc, b" /P <</MCID 99>> BDC EMC")),
        },
        Rule {
            asks: "no sequence number is used twice on a page, and no element names one that is not on its page",
            clause: "32000-1 14.7.4.2",
            check: sequences,
            damage: Objects(|doc| append(doc, b" /P <</MCID 0>> BDC EMC")),
        },
        Rule {
            asks: "every code shown has a width in W",
            clause: "19005-2 6.2.11.5; 14289-1 7.21.5",
            check: complete_widths,
            damage: Objects(|doc| descendant_mut(doc, "CIDFontType2").set("W", Vec::<Object>::new())),
        },
        Rule {
            asks: "the widths of TrueType fonts are those of the font program",
            clause: "19005-2 6.2.11.5; 14289-1 7.21.5",
            check: true_widths,
            damage: Objects(|doc| {
                let widths = vec![1.into(), vec![Object::Integer(123)].into()];
                descendant_mut(doc, "CIDFontType2").set("W", widths);
            }),
        },
        Rule {
            asks: "every code shown maps to text, none to U+0000, U+FEFF or U+FFFE",
            clause: "19005-2 6.2.11.7.2; 14289-1 7.21.7",
            check: to_unicode,
            damage: Objects(|doc| edit_cmap(doc, |cmap| cmap.replacen("<0001><", "<0001><FEFF", 1))),
        },
        Rule {
            asks: "a character for private use has an ActualText",
            clause: "19005-2 6.2.11.7.3",
            check: private_use,
            damage: Objects(|doc| edit_cmap(doc, |cmap| cmap.replacen("<0001><", "<0001><E000", 1))),
        },
        Rule {
            asks: "no text shows .notdef",
            clause: "19005-2 6.2.11.8; 14289-1 7.21.8",
            check: |f| unless(shown(&f.doc).iter().all(|s| !s.codes.contains(&0)), ".notdef is shown"),
            damage: Objects(|doc| append(doc, b" BT /F0 9 Tf <0000> Tj ET")),
        },
        Rule {
            asks: "every font a page sets is among its resources",
            clause: "19005-2 6.2.2",
            check: resources,
            damage: Objects(|doc| append(doc, b" BT /F99 9 Tf <0001> Tj ET")),
        },
    ]
}

/// Adds to the first page's content.
fn append(doc: &mut Document, operators: &[u8]) {
    let id = page_mut(doc, 0).get(b"Contents").and_then(Object::as_reference).expect("a page has content");
    let Ok(Object::Stream(stream)) = doc.get_object_mut(id) else { panic!("content is a stream") };
    let content = [&stream.get_plain_content().expect("readable")[..], operators].concat();
    stream.dict.remove(b"Filter");
    stream.set_content(content);
}

fn descendant_mut<'a>(doc: &'a mut Document, subtype: &str) -> &'a mut Dictionary {
    let is = |o: &Object| o.as_dict().is_ok_and(|d| get_name(doc, d, "Subtype") == Some(subtype));
    let id = *doc.objects.iter().find(|(_, o)| is(o)).expect("the sample has one").0;
    doc.get_object_mut(id).and_then(Object::as_dict_mut).expect("a font is a dictionary")
}

/// Changes the first font's ToUnicode map.
fn edit_cmap(doc: &mut Document, edit: impl Fn(String) -> String) {
    let id = whole_fonts(doc)[0].dict.get(b"ToUnicode").and_then(Object::as_reference).expect("it has a map");
    let Ok(Object::Stream(stream)) = doc.get_object_mut(id) else { panic!("a map is a stream") };
    let cmap = String::from_utf8(stream.get_plain_content().expect("readable")).expect("ASCII");
    let edited = edit(cmap.clone());
    assert_ne!(edited, cmap);
    stream.dict.remove(b"Filter");
    stream.set_content(edited.into_bytes());
}

/// The operations of a page, as lopdf reads them.
fn operations(doc: &Document, page: ObjectId) -> Vec<Operation> {
    Content::decode(&doc.get_page_content(page)).map(|content| content.operations).unwrap_or_default()
}

fn all_operations(doc: &Document) -> Vec<Operation> {
    pages(doc).into_iter().flat_map(|(id, _)| operations(doc, id)).collect()
}

const KNOWN: &str = "b B b* B* BDC BI BMC BT BX c cm CS cs d d0 d1 Do DP EI EMC ET EX f F f* G g gs h i ID j J K k l m M \
                     MP n q Q re RG rg ri s S SC sc SCN scn sh T* Tc Td TD Tf Tj TJ TL Tm Tr Ts Tw Tz v w W W* y ' \"";

fn operators(file: &File) -> Vec<String> {
    let mut found = Vec::new();
    for (id, _) in pages(&file.doc) {
        let mut depth = 0;
        for operation in operations(&file.doc, id) {
            match operation.operator.as_str() {
                "q" => depth += 1,
                "Q" => depth -= 1,
                name if KNOWN.split_whitespace().any(|known| known == name) => {}
                name => found.push(format!("{name} on page {id:?}")),
            }
            found.extend(unless((0..=28).contains(&depth), format!("{depth} states deep on page {id:?}")));
        }
        found.extend(unless(depth == 0, format!("states are not restored on page {id:?}")));
    }
    found
}

fn colours(file: &File) -> Vec<String> {
    const OTHER: [&str; 10] = ["k", "K", "cs", "CS", "sc", "SC", "scn", "SCN", "sh", "gs"];
    let doc = &file.doc;
    let is_rgb = |object: &Object| {
        let intent = follow(doc, object).as_dict().ok();
        let profile = intent.and_then(|intent| get(doc, intent, "DestOutputProfile")).and_then(|p| p.as_stream().ok());
        profile.and_then(|p| p.get_plain_content().ok()).is_some_and(|icc| icc.get(16..20) == Some(b"RGB "))
    };
    let has_rgb = get_array(doc, catalog(doc), "OutputIntents").is_some_and(|all| all.iter().any(is_rgb));
    let wrong = |o: &String| OTHER.contains(&o.as_str()) || !has_rgb && ["rg", "RG"].contains(&o.as_str());
    all_operations(doc).into_iter().map(|o| o.operator).filter(wrong).collect()
}

fn nesting(file: &File) -> Vec<String> {
    let mut found = Vec::new();
    for (id, _) in pages(&file.doc) {
        let mut open: Vec<&str> = Vec::new();
        for operation in operations(&file.doc, id) {
            let closed = match operation.operator.as_str() {
                "BT" => {
                    open.push("ET");
                    continue;
                }
                "BMC" | "BDC" => {
                    open.push("EMC");
                    continue;
                }
                "ET" => "ET",
                "EMC" => "EMC",
                _ => continue,
            };
            found.extend(unless(open.pop() == Some(closed), format!("{closed} closes something else on page {id:?}")));
        }
        found.extend(unless(open.is_empty(), format!("{open:?} missing on page {id:?}")));
    }
    found
}

/// What a marked-content sequence is.
#[derive(Debug, Clone, PartialEq)]
enum Mark {
    Artifact,
    Sequence(i64),
    /// Neither: a Span with properties, say; whether it has an ActualText.
    Other {
        actual_text: bool,
    },
}

impl Mark {
    fn of(operation: &Operation) -> Mark {
        let properties = operation.operands.get(1).and_then(|p| p.as_dict().ok());
        if operation.operands.first().is_some_and(|tag| tag.as_name().is_ok_and(|name| name == b"Artifact")) {
            return Mark::Artifact;
        }
        match properties.and_then(|p| p.get(b"MCID").and_then(Object::as_i64).ok()) {
            Some(mcid) => Mark::Sequence(mcid),
            None => Mark::Other { actual_text: properties.is_some_and(|p| p.has(b"ActualText")) },
        }
    }
}

/// Walks a page's operations with the marks open at each.
fn walk(doc: &Document, page: ObjectId, mut each: impl FnMut(&Operation, &[Mark])) {
    let mut open: Vec<Mark> = Vec::new();
    for operation in operations(doc, page) {
        match operation.operator.as_str() {
            "BMC" | "BDC" => open.push(Mark::of(&operation)),
            "EMC" => {
                open.pop();
            }
            _ => {}
        }
        each(&operation, &open);
    }
}

fn unmarked(file: &File) -> Vec<String> {
    const PAINTING: &str = "b B b* B* f F f* s S sh Do EI Tj TJ ' \"";
    let mut found = Vec::new();
    for (id, _) in pages(&file.doc) {
        walk(&file.doc, id, |operation, open| {
            let paints = PAINTING.split_whitespace().any(|name| name == operation.operator);
            let marked = open.iter().any(|mark| !matches!(mark, Mark::Other { .. }));
            if paints && !marked {
                found.push(format!("{} on page {id:?}", operation.operator));
            }
        });
    }
    found
}

fn mixed(file: &File) -> Vec<String> {
    let mut found = Vec::new();
    for (id, _) in pages(&file.doc) {
        walk(&file.doc, id, |operation, open| {
            let count = |is: fn(&Mark) -> bool| open.iter().filter(|m| is(m)).count();
            let (artifacts, sequences) = (count(|m| *m == Mark::Artifact), count(|m| matches!(m, Mark::Sequence(_))));
            if operation.operator.starts_with('B') && (artifacts > 0 && sequences > 0 || sequences > 1) {
                found.push(format!("{open:?} on page {id:?}"));
            }
        });
    }
    found
}

/// The sequence numbers on each page, in order, repetitions included.
fn numbers(doc: &Document) -> Vec<(ObjectId, Vec<i64>)> {
    let on_page = |id| {
        let marks = operations(doc, id).into_iter().filter(|o| o.operator == "BDC");
        marks.filter_map(|o| if let Mark::Sequence(mcid) = Mark::of(&o) { Some(mcid) } else { None }).collect()
    };
    pages(doc).into_iter().map(|(id, _)| (id, on_page(id))).collect()
}

/// The sequences elements hold: page, number, element.
fn held(doc: &Document) -> Vec<(ObjectId, i64, ObjectId)> {
    let mut held = Vec::new();
    for element in elements(doc) {
        let own_page = element.dict.get(b"Pg").and_then(Object::as_reference).ok();
        for kid in kids(doc, element.dict) {
            let reference = kid.as_dict().ok().filter(|d| get_name(doc, d, "Type") == Some("MCR"));
            let page = reference.and_then(|d| d.get(b"Pg").and_then(Object::as_reference).ok()).or(own_page);
            let mcid = kid.as_i64().ok().or_else(|| reference.and_then(|d| get_integer(doc, d, "MCID")));
            if let (Some(page), Some(mcid)) = (page, mcid) {
                held.push((page, mcid, element.id));
            }
        }
    }
    held
}

fn parents(file: &File) -> Vec<String> {
    let doc = &file.doc;
    let tree: BTreeMap<i64, &Object> = parent_tree(doc).into_iter().collect();
    let held: BTreeSet<(ObjectId, i64, ObjectId)> = held(doc).into_iter().collect();
    let mut found = Vec::new();
    for (page, numbers) in numbers(doc) {
        let key = doc.get_dictionary(page).ok().and_then(|p| get_integer(doc, p, "StructParents"));
        let elements = key.and_then(|key| follow(doc, tree.get(&key)?).as_array().ok());
        for mcid in numbers {
            let element = elements.and_then(|e| e.get(mcid as usize)?.as_reference().ok());
            let sound = element.is_some_and(|element| held.contains(&(page, mcid, element)));
            found.extend(unless(sound, format!("sequence {mcid} on page {page:?}")));
        }
    }
    found
}

fn sequences(file: &File) -> Vec<String> {
    let on_pages: BTreeMap<ObjectId, Vec<i64>> = numbers(&file.doc).into_iter().collect();
    let mut found = Vec::new();
    for (page, numbers) in &on_pages {
        let different: BTreeSet<&i64> = numbers.iter().collect();
        found.extend(unless(different.len() == numbers.len(), format!("a number twice on page {page:?}")));
    }
    let held = held(&file.doc);
    let different: BTreeSet<(ObjectId, i64)> = held.iter().map(|(page, mcid, _)| (*page, *mcid)).collect();
    found.extend(unless(different.len() == held.len(), "two elements hold one sequence"));
    for (page, mcid, element) in held {
        let there = on_pages.get(&page).is_some_and(|numbers| numbers.contains(&mcid));
        found.extend(unless(there, format!("{element:?} holds {mcid}, which is not on page {page:?}")));
    }
    found
}

/// Codes shown in one font, and whether they have an ActualText of their own.
struct Shown {
    font: String,
    codes: Vec<u16>,
    actual_text: bool,
}

fn shown(doc: &Document) -> Vec<Shown> {
    let mut shown = Vec::new();
    for (id, _) in pages(doc) {
        let mut font = String::new();
        walk(doc, id, |operation, open| match operation.operator.as_str() {
            "Tf" => {
                font = operation.operands[0].as_name().map(|n| String::from_utf8_lossy(n).into()).unwrap_or_default()
            }
            "Tj" | "TJ" => {
                let strings = match &operation.operands[0] {
                    Object::Array(items) => items.iter().filter_map(|i| i.as_str().ok()).collect(),
                    single => single.as_str().into_iter().collect::<Vec<_>>(),
                };
                let codes = strings.concat().chunks_exact(2).map(|c| u16::from_be_bytes([c[0], c[1]])).collect();
                let actual_text = open.contains(&Mark::Other { actual_text: true });
                shown.push(Shown { font: font.clone(), codes, actual_text });
            }
            _ => {}
        });
    }
    shown
}

/// The fonts of the pages' resources, by name.
fn named_fonts(doc: &Document) -> BTreeMap<String, &Dictionary> {
    let mut named = BTreeMap::new();
    for (_, page) in pages(doc) {
        let inherited = || get_dict(doc, get_dict(doc, page, "Parent")?, "Resources");
        let resources = get_dict(doc, page, "Resources").or_else(inherited);
        if let Some(fonts) = resources.and_then(|r| get_dict(doc, r, "Font")) {
            for (name, font) in fonts {
                if let Ok(font) = follow(doc, font).as_dict() {
                    named.insert(String::from_utf8_lossy(name).into_owned(), font);
                }
            }
        }
    }
    named
}

fn resources(file: &File) -> Vec<String> {
    let named = named_fonts(&file.doc);
    shown(&file.doc).into_iter().filter(|s| !named.contains_key(&s.font)).map(|s| s.font).collect()
}

/// Every font with the codes shown in it, each with whether it is always explained by an ActualText.
fn fonts_shown(doc: &Document) -> Vec<(Font<'_>, BTreeMap<u16, bool>)> {
    let mut codes: BTreeMap<String, BTreeMap<u16, bool>> = BTreeMap::new();
    for shown in shown(doc) {
        for code in shown.codes {
            let explained = codes.entry(shown.font.clone()).or_default().entry(code).or_insert(true);
            *explained &= shown.actual_text;
        }
    }
    let named = named_fonts(doc);
    let whole = whole_fonts(doc).into_iter();
    whole
        .map(|font| {
            let name = named.iter().find(|(_, dict)| std::ptr::eq(**dict, font.dict)).map(|(name, _)| name.clone());
            (font, codes.remove(&name.unwrap_or_default()).unwrap_or_default())
        })
        .collect()
}

fn widths(doc: &Document, font: &Font) -> BTreeMap<u16, f32> {
    let mut widths = BTreeMap::new();
    let list = get_array(doc, font.descendant, "W").cloned().unwrap_or_default();
    let mut items = list.iter();
    while let (Some(first), Some(next)) = (items.next().and_then(|o| o.as_i64().ok()), items.next()) {
        match follow(doc, next) {
            Object::Array(each) => {
                let each = each.iter().filter_map(|w| w.as_float().ok());
                widths.extend((first as u16..).zip(each));
            }
            last => {
                let width = items.next().and_then(|w| w.as_float().ok()).unwrap_or_default();
                widths.extend((first as u16..=last.as_i64().unwrap_or_default() as u16).map(|code| (code, width)));
            }
        }
    }
    widths
}

fn complete_widths(file: &File) -> Vec<String> {
    let lacking = |(font, codes): (Font, BTreeMap<u16, bool>)| {
        let widths = widths(&file.doc, &font);
        let lacking = codes.into_keys().filter(|code| !widths.contains_key(code)).collect::<Vec<_>>();
        lacking.into_iter().map(|code| format!("code {code:04X}"))
    };
    fonts_shown(&file.doc).into_iter().flat_map(lacking).collect()
}

fn true_widths(file: &File) -> Vec<String> {
    use skrifa::raw::TableProvider;
    let mut found = Vec::new();
    for font in whole_fonts(&file.doc) {
        let Some(Ok(program)) = get(&file.doc, font.descriptor, "FontFile2").map(Object::as_stream) else { continue };
        let bytes = program.get_plain_content().unwrap_or_default();
        let Ok(face) = skrifa::FontRef::new(&bytes) else {
            found.push("a font program no reader reads".into());
            continue;
        };
        let em = face.head().map_or(1000.0, |head| f32::from(head.units_per_em()));
        for (code, width) in widths(&file.doc, &font) {
            let advance = face.hmtx().ok().and_then(|h| h.advance(u32::from(code).into())).unwrap_or_default();
            let true_width = f32::from(advance) * 1000.0 / em;
            found.extend(unless(
                (true_width - width).abs() <= 1.0,
                format!("code {code:04X}: {width} for {true_width}"),
            ));
        }
    }
    found
}

/// A ToUnicode map's bfchar entries: code and UTF-16 units.
fn mapped(doc: &Document, font: &Font) -> BTreeMap<u16, Vec<u16>> {
    let Some(Ok(map)) = get(doc, font.dict, "ToUnicode").map(Object::as_stream) else { return BTreeMap::new() };
    let map = String::from_utf8(map.get_plain_content().unwrap_or_default()).unwrap_or_default();
    let mut mapped = BTreeMap::new();
    for block in map.split("beginbfchar").skip(1) {
        let block = block.split("endbfchar").next().unwrap_or_default();
        let strings: Vec<&str> = block.split(['<', '>']).map(str::trim).filter(|s| !s.is_empty()).collect();
        for pair in strings.chunks_exact(2) {
            let units =
                pair[1].as_bytes().chunks(4).filter_map(|c| u16::from_str_radix(std::str::from_utf8(c).ok()?, 16).ok());
            mapped.insert(u16::from_str_radix(pair[0], 16).unwrap_or_default(), units.collect());
        }
    }
    mapped
}

fn to_unicode(file: &File) -> Vec<String> {
    let mut found = Vec::new();
    for (font, codes) in fonts_shown(&file.doc) {
        let mapped = mapped(&file.doc, &font);
        for code in codes.into_keys() {
            let text = mapped.get(&code);
            let sound = text.is_some_and(|t| !t.is_empty() && t.iter().all(|u| ![0, 0xFEFF, 0xFFFE].contains(u)));
            found.extend(unless(sound, format!("code {code:04X} maps to {text:X?}")));
        }
    }
    found
}

fn private_use(file: &File) -> Vec<String> {
    let mut found = Vec::new();
    for (font, codes) in fonts_shown(&file.doc) {
        let mapped = mapped(&file.doc, &font);
        for (code, explained) in codes {
            let text = String::from_utf16_lossy(mapped.get(&code).map_or(&[], Vec::as_slice));
            let private = text.chars().any(|c| matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..));
            found.extend(unless(explained || !private, format!("code {code:04X} maps to {text:?}")));
        }
    }
    found
}
