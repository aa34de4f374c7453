//! What a program can check of PDF/A-2a (ISO 19005-2) and PDF/UA-1 (ISO 14289-1), over lopdf. Each rule names the
//! clause it tests and comes with damage: a change to a sound file that the rule must find. README.md lists them.
mod archive;
mod content;
mod reading;

use lopdf::{Dictionary, Document, Object, ObjectId};

/// A file under examination.
pub struct File {
    pub bytes: Vec<u8>,
    pub doc: Document,
}

impl File {
    pub fn read(bytes: Vec<u8>) -> File {
        let doc = Document::load_mem(&bytes).expect("lopdf reads the file");
        File { bytes, doc }
    }
}

/// One rule: what it asks, the clause that asks it, what finds offences, and a way to offend.
pub struct Rule {
    pub asks: &'static str,
    pub clause: &'static str,
    pub check: fn(&File) -> Vec<String>,
    pub damage: Damage,
}

/// A change that makes a sound file break one rule.
pub enum Damage {
    /// To its objects; the file is then written anew.
    Objects(fn(&mut Document)),
    /// To its bytes.
    Bytes(fn(Vec<u8>) -> Vec<u8>),
}

impl Damage {
    /// The broken file.
    pub fn done_to(&self, sound: &[u8]) -> File {
        match self {
            Damage::Objects(change) => {
                let mut doc = Document::load_mem(sound).expect("the sound file is readable");
                change(&mut doc);
                let mut bytes = Vec::new();
                doc.save_to(&mut bytes).expect("writing to memory does not fail");
                File::read(bytes)
            }
            Damage::Bytes(change) => {
                let bytes = change(sound.to_vec());
                // A file too broken to read is examined by its bytes alone.
                let doc = Document::load_mem(&bytes).unwrap_or_default();
                File { bytes, doc }
            }
        }
    }
}

/// Every rule.
pub fn rules() -> Vec<Rule> {
    [archive::rules(), content::rules(), reading::rules()].into_iter().flatten().collect()
}

/// Every offence in a file, each with the clause it offends.
pub fn findings(bytes: &[u8]) -> Vec<String> {
    let file = File::read(bytes.to_vec());
    let found = |rule: Rule| (rule.check)(&file).into_iter().map(move |found| format!("{}: {found}", rule.clause));
    rules().into_iter().flat_map(found).collect()
}

// ---- ways through a file ----

fn follow<'a>(doc: &'a Document, object: &'a Object) -> &'a Object {
    doc.dereference(object).map_or(object, |(_, object)| object)
}

fn get<'a>(doc: &'a Document, dict: &'a Dictionary, key: &str) -> Option<&'a Object> {
    dict.get(key.as_bytes()).ok().map(|object| follow(doc, object))
}

fn get_dict<'a>(doc: &'a Document, dict: &'a Dictionary, key: &str) -> Option<&'a Dictionary> {
    get(doc, dict, key)?.as_dict().ok()
}

fn get_array<'a>(doc: &'a Document, dict: &'a Dictionary, key: &str) -> Option<&'a Vec<Object>> {
    get(doc, dict, key)?.as_array().ok()
}

fn get_name<'a>(doc: &'a Document, dict: &'a Dictionary, key: &str) -> Option<&'a str> {
    std::str::from_utf8(get(doc, dict, key)?.as_name().ok()?).ok()
}

fn get_integer(doc: &Document, dict: &Dictionary, key: &str) -> Option<i64> {
    get(doc, dict, key)?.as_i64().ok()
}

fn get_text(doc: &Document, dict: &Dictionary, key: &str) -> Option<String> {
    lopdf::decode_text_string(get(doc, dict, key)?).ok()
}

fn catalog(doc: &Document) -> &Dictionary {
    doc.catalog().expect("a file has a catalogue")
}

fn catalog_mut(doc: &mut Document) -> &mut Dictionary {
    doc.catalog_mut().expect("a file has a catalogue")
}

fn pages(doc: &Document) -> Vec<(ObjectId, &Dictionary)> {
    doc.get_pages().into_values().filter_map(|id| Some((id, doc.get_dictionary(id).ok()?))).collect()
}

fn page_mut(doc: &mut Document, index: usize) -> &mut Dictionary {
    let id = doc.get_pages().into_values().nth(index).expect("the sample has the page");
    doc.get_object_mut(id).and_then(Object::as_dict_mut).expect("a page is a dictionary")
}

/// Every dictionary of the file, those of streams and those inside others too.
fn dictionaries(doc: &Document) -> Vec<&Dictionary> {
    fn walk<'a>(object: &'a Object, found: &mut Vec<&'a Dictionary>) {
        let dict = match object {
            Object::Dictionary(dict) => dict,
            Object::Stream(stream) => &stream.dict,
            Object::Array(items) => return items.iter().for_each(|item| walk(item, found)),
            _ => return,
        };
        found.push(dict);
        dict.iter().for_each(|(_, value)| walk(value, found));
    }
    let mut found = Vec::new();
    doc.objects.values().for_each(|object| walk(object, &mut found));
    found
}

fn annotations(doc: &Document) -> Vec<(ObjectId, &Dictionary)> {
    let lists = pages(doc).into_iter().filter_map(|(_, page)| get_array(doc, page, "Annots"));
    lists.flatten().filter_map(|a| Some((a.as_reference().ok()?, follow(doc, a).as_dict().ok()?))).collect()
}

fn first_annotation(doc: &mut Document) -> &mut Dictionary {
    let id = annotations(doc)[0].0;
    doc.get_object_mut(id).and_then(Object::as_dict_mut).expect("an annotation is a dictionary")
}

/// A structure element where it stands in the tree.
struct Element<'a> {
    id: ObjectId,
    dict: &'a Dictionary,
    kind: &'a str,
    parent: &'a str,
}

/// Every structure element, in reading order.
fn elements(doc: &Document) -> Vec<Element<'_>> {
    fn walk<'a>(doc: &'a Document, object: &'a Object, parent: &'a str, found: &mut Vec<Element<'a>>) {
        if let Object::Array(kids) = object {
            return kids.iter().for_each(|kid| walk(doc, kid, parent, found));
        }
        let (Ok(id), Ok(dict)) = (object.as_reference(), follow(doc, object).as_dict()) else { return };
        let Some(kind) = get_name(doc, dict, "S") else { return };
        found.push(Element { id, dict, kind, parent });
        if let Ok(kids) = dict.get(b"K") {
            walk(doc, kids, kind, found);
        }
    }
    let mut found = Vec::new();
    if let Some(root) = get_dict(doc, catalog(doc), "StructTreeRoot")
        && let Ok(kids) = root.get(b"K")
    {
        walk(doc, kids, "", &mut found);
    }
    found
}

/// The first element of a kind, to be changed.
fn element_mut<'a>(doc: &'a mut Document, kind: &str) -> &'a mut Dictionary {
    let id = elements(doc).iter().find(|e| e.kind == kind).map(|e| e.id).expect("the sample has one");
    doc.get_object_mut(id).and_then(Object::as_dict_mut).expect("an element is a dictionary")
}

/// The attributes of the first element of a kind, its own from now on, to be changed.
fn attributes_mut<'a>(doc: &'a mut Document, kind: &str) -> &'a mut Dictionary {
    let attributes = get_dict(doc, element_mut(&mut doc.clone(), kind), "A").expect("it has attributes").clone();
    let element = element_mut(doc, kind);
    element.set("A", attributes);
    element.get_mut(b"A").and_then(Object::as_dict_mut).expect("just set")
}

/// The kids of an element: its own `K` as a list.
fn kids<'a>(doc: &'a Document, dict: &'a Dictionary) -> Vec<&'a Object> {
    match dict.get(b"K").map(|k| if k.as_reference().is_ok() { k } else { follow(doc, k) }) {
        Ok(Object::Array(kids)) => kids.iter().collect(),
        Ok(kid) => vec![kid],
        Err(_) => vec![],
    }
}

/// The entries of the parent tree.
fn parent_tree(doc: &Document) -> Vec<(i64, &Object)> {
    let root = get_dict(doc, catalog(doc), "StructTreeRoot");
    let numbers = root.and_then(|r| get_dict(doc, r, "ParentTree")).and_then(|t| get_array(doc, t, "Nums"));
    numbers.map_or(vec![], |n| n.chunks_exact(2).filter_map(|c| Some((c[0].as_i64().ok()?, &c[1]))).collect())
}

/// Complains when something does not hold.
fn unless(holds: bool, complaint: impl Into<String>) -> Vec<String> {
    if holds { vec![] } else { vec![complaint.into()] }
}
