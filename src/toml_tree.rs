//! TOML as a tree that knows the place of every key and value, so that files can be laid over one another and
//! every mistake still has its line. Typed structs are read from it with serde, one small table at a time.

use crate::diagnostic::{Diagnostic, Diagnostics, Place, nearest};
use crate::file_findings::FileFindings;
use indexmap::IndexMap;
use serde::de::{self, DeserializeOwned, IntoDeserializer, Unexpected, Visitor};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::{self, Write as _};
use std::sync::Arc;

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What stands there.
    pub value: Tree,
    /// Where it stands.
    pub place: Place,
}

/// A value of TOML.
#[derive(Debug, Clone, PartialEq)]
pub enum Tree {
    /// Also dates and times, as they are written.
    String(String),
    /// A whole number.
    Integer(i64),
    /// A number with a point.
    Float(f64),
    /// true, false.
    Boolean(bool),
    /// Values in order.
    Array(Vec<Node>),
    /// Entries in the order of the file.
    Table(IndexMap<String, Entry>),
}

/// A key's value and the key's own place.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Where the key stands.
    pub key: Place,
    /// Its value.
    pub node: Node,
}

impl Node {
    /// An empty table, standing for a file that does not exist.
    pub fn empty(file: &str) -> Node {
        Node { value: Tree::Table(IndexMap::new()), place: Place::file(file) }
    }

    /// The value of a key; none if this is no table or has no such key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.table().and_then(|t| t.get(key)).map(|e| &e.node)
    }

    /// Its entries; none if this is no table.
    pub fn table(&self) -> Option<&IndexMap<String, Entry>> {
        if let Tree::Table(table) = &self.value { Some(table) } else { None }
    }

    /// Its values; none if this is no array.
    pub fn array(&self) -> Option<&[Node]> {
        if let Tree::Array(array) = &self.value { Some(array) } else { None }
    }

    /// Its text; none if this is no text.
    pub fn str(&self) -> Option<&str> {
        if let Tree::String(text) = &self.value { Some(text) } else { None }
    }

    /// Its number; none if this is no whole number.
    pub fn int(&self) -> Option<i64> {
        if let Tree::Integer(number) = &self.value { Some(*number) } else { None }
    }

    /// Takes a key out of a table.
    pub fn remove(&mut self, key: &str) -> Option<Node> {
        if let Tree::Table(table) = &mut self.value { table.shift_remove(key).map(|e| e.node) } else { None }
    }

    /// What kind of value it is, in the user's words.
    fn kind(&self) -> &'static str {
        match self.value {
            Tree::String(_) => "文字",
            Tree::Integer(_) => "整数",
            Tree::Float(_) => "小数",
            Tree::Boolean(_) => "true/false",
            Tree::Array(_) => "数组",
            Tree::Table(_) => "表",
        }
    }
}

/// Parses a file, reporting its syntax errors, the first hundred one by one; what could be read is returned all the same.
pub fn parse(text: &str, file: &Arc<str>, diagnostics: &mut Diagnostics) -> Node {
    let lines = LineIndex::new(text);
    let (table, errors) = match toml::de::DeTable::parse(text) {
        Ok(table) => (table, Vec::new()),
        Err(first) => toml::de::DeTable::parse_recoverable(&text[..read_to(text, first.span().map_or(0, |s| s.start))]),
    };
    // After a bracket that is not closed, or a comma that is missing, the parser finds nothing right: only the first such error is told.
    let within = ["array", "inline table", "unclosed", "comma", "key-value"];
    let bracket = |m: &str| within.iter().any(|w| m.contains(w));
    let start = |e: &toml::de::Error| e.span().map_or(0, |s| s.start);
    let mut open = (None, false);
    let mut leaves_open = |line: &str| {
        if open.0 != Some(line.as_ptr()) {
            open = (Some(line.as_ptr()), leaves_open(line));
        }
        open.1
    };
    let confuses = |e: &toml::de::Error| bracket(e.message()) || leaves_open(lines.line(text, start(e)));
    let first = errors.iter().position(confuses).map_or(errors.len(), |at| at + 1);
    let mut told: BTreeSet<Place> = BTreeSet::new();
    // The line of an error that is no wrong number: what is said of its rest only repeats it.
    let mut lost = 0;
    let mut findings = FileFindings::new(file.clone());
    for error in errors.into_iter().take(first) {
        let at = start(&error);
        let (line, column) = lines.at(text, at);
        let place = Place::new(file.clone(), line, column);
        if line == lost {
            continue;
        }
        let found = match with_leading_zero(text, at) {
            Some(_) if told.contains(&place) => continue,
            Some(number) => Diagnostic::error("E200", "TOML 语法错误：数不能以 0 开头")
                .hint(format!("编码、电话之类请加半角引号，写成文字：\"{number}\"")),
            None => {
                lost = line;
                let nothing = lines.line(text, at).trim_end().ends_with('=');
                let message = if nothing { "missing value" } else { error.message() };
                Diagnostic::error("E200", format!("TOML 语法错误：{}", chinese_syntax_error(message)))
                    .hint("检查这一行的引号、括号、逗号和等号是否成对、是否为半角")
            }
        };
        findings.error(|| found.at(place.clone()));
        told.insert(place);
    }
    let span = table.span();
    let builder = Builder { text, file, lines: &lines, too_large: RefCell::default(), unprintable: RefCell::default() };
    let place = builder.place(span.start);
    let node = Node { value: builder.table(table.into_inner()), place };
    for place in builder.too_large.take().into_iter().filter(|place| !told.contains(place)) {
        let found = || Diagnostic::error("E200", "TOML 语法错误：数太大").at(place);
        findings.error(|| found().hint("整数不能超过 19 位；编码、账号之类请加半角引号，写成文字"));
    }
    for (place, c) in builder.unprintable.take() {
        let found = || Diagnostic::error("E144", format!("含有不能印出的字符（U+{:04X}）", c as u32)).at(place);
        findings.error(|| found().hint("请删去这个字符；写作 \\u…… 的也一样"));
    }
    findings.finish(diagnostics);
    node
}

/// So many bytes are read on behind the first syntax error, to the next table: each error takes hundreds of bytes, and may be
/// one of two.
const READ_ON: usize = 128 << 10;

/// How far a file is read whose first syntax error stands at a place: to where a table begins, so that no text and no list
/// is cut, but in no honest file.
fn read_to(text: &str, error: usize) -> usize {
    let Some(from) = error.checked_add(READ_ON).filter(|from| *from < text.len()) else { return text.len() };
    let from = text.ceil_char_boundary(from);
    let near = text.ceil_char_boundary((from + READ_ON).min(text.len()));
    text[from..near].find("\n[").map_or(near, |at| from + at + 1)
}

/// Whether a line opens a bracket that it does not close, quoted texts aside.
fn leaves_open(line: &str) -> bool {
    let mut open = 0_i32;
    let mut quoted = None;
    for c in line.chars() {
        match (quoted, c) {
            (None, '"' | '\'') => quoted = Some(c),
            (Some(quote), _) if c == quote => quoted = None,
            (None, '#') => break,
            (None, '[' | '{') => open += 1,
            (None, ']' | '}') => open -= 1,
            _ => {}
        }
    }
    open > 0
}

/// The number around byte `at` that begins with a 0 it must not begin with: `001` of `code = 001`.
fn with_leading_zero(text: &str, at: usize) -> Option<&str> {
    let of_number = |c: char| c.is_ascii_alphanumeric() || "+-_.".contains(c);
    let before = text.get(..at)?;
    let start = before.len() - before.chars().rev().take_while(|c| of_number(*c)).count();
    let length = text[start..].find(|c| !of_number(c)).unwrap_or(text.len() - start);
    let number = &text[start..start + length];
    let digits = number.trim_start_matches(['+', '-']).strip_prefix('0')?;
    let is_value = text[..start].trim_end_matches([' ', '\t']).ends_with(['=', '[', ',']);
    (is_value && digits.starts_with(|c: char| c.is_ascii_digit())).then_some(number)
}

/// A character that no text may hold, however it was written: control characters, and the noncharacters that stand for
/// what is no text inside templates.
fn is_unprintable(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t' | '\r')) || ('\u{FDD0}'..='\u{FDEF}').contains(&c)
}

/// Common messages of the TOML parser in Chinese; anything else as it is.
fn chinese_syntax_error(message: &str) -> String {
    match message {
        m if m.contains("recursion") => "一层套一层，嵌套过深".to_string(),
        m if ["date", "time", "month", "day", "hour", "year"].iter().any(|w| m.contains(w)) => {
            "没有这个日期或时间，或写法不对".to_string()
        }
        m if m.contains("comment") => "注释里有不能印出的字符".to_string(),
        m if m.contains("duplicate key") => "键重复".to_string(),
        m if m.contains("invalid basic string") || m.contains("unterminated") => "字符串没有结束的引号".to_string(),
        m if m.contains("missing comma between array elements") => "数组的两个值之间少了逗号".to_string(),
        m if m.contains("missing comma between key-value pairs") => "表 { … } 的两个键之间少了逗号".to_string(),
        m if m.contains("extra assignment between key-value pairs") => {
            "表 { … } 的两个键之间少了逗号，或者多了一个等号".to_string()
        }
        m if m.contains("extra comma") => "多了一个逗号".to_string(),
        m if m.starts_with("unclosed array") && !m.contains("table") => "数组没有结束的 ]".to_string(),
        m if m.starts_with("unclosed inline table") => "表 { … } 没有结束的 }".to_string(),
        m if m.contains("missing array opening") => "多了一个 ]，或者前面少了 [".to_string(),
        m if m.contains("missing inline table opening") => "多了一个 }，或者前面少了 {".to_string(),
        m if m.starts_with("missing value") => "等号后面没有值".to_string(),
        m if m.contains("key with no value") || m.contains("missing assignment") => "键后面缺少等号和值".to_string(),
        m if m.contains("unquoted key") => "键含有不能直接书写的字符，中文键请加半角双引号".to_string(),
        m if m.contains("array") => "数组的括号或逗号不对".to_string(),
        m if m.contains("inline table") || m.contains("key-value pairs") => {
            "表 { … } 的括号、等号或逗号不对".to_string()
        }
        m if m.contains("table") => "表头 […] 不完整".to_string(),
        m if m.contains("string") || m.contains("value") => "值写得不对：文字要加半角引号".to_string(),
        m if m.contains("number") || m.contains("integer") || m.contains("digit") || m.contains("sign") => {
            "数字写得不对".to_string()
        }
        _ => "这里写得不对".to_string(),
    }
}

/// Where lines begin, and how many characters lie before each block of the text.
struct LineIndex {
    starts: Vec<usize>,
    blocks: Vec<usize>,
}

impl LineIndex {
    /// Bytes of a block: what is counted again for each place, however long its line is.
    const BLOCK: usize = 1024;

    fn new(text: &str) -> LineIndex {
        let before = |count: &mut usize, block: &[u8]| {
            let before = *count;
            *count += characters(block);
            Some(before)
        };
        LineIndex {
            starts: std::iter::once(0).chain(text.match_indices('\n').map(|(i, _)| i + 1)).collect(),
            blocks: text.as_bytes().chunks(LineIndex::BLOCK).scan(0, before).collect(),
        }
    }

    /// The line of a byte, without its end.
    fn line<'t>(&self, text: &'t str, byte: usize) -> &'t str {
        let line = self.starts.partition_point(|&start| start <= byte);
        let end = self.starts.get(line).map_or(text.len(), |next| next - 1);
        text.get(self.starts[line - 1]..end).unwrap_or_default()
    }

    /// How many characters begin before a byte.
    fn before(&self, text: &str, byte: usize) -> usize {
        let Some(block) = self.blocks.len().checked_sub(1).map(|last| last.min(byte / LineIndex::BLOCK)) else {
            return 0;
        };
        let rest = text.as_bytes().get(block * LineIndex::BLOCK..byte).unwrap_or_default();
        self.blocks[block] + characters(rest)
    }

    /// Line and column (in characters), from 1.
    fn at(&self, text: &str, byte: usize) -> (u32, u32) {
        let line = self.starts.partition_point(|&start| start <= byte);
        let start = self.starts[line - 1];
        let column = match text.as_bytes().get(start..byte) {
            Some(rest) if rest.len() <= LineIndex::BLOCK => characters(rest),
            _ => self.before(text, byte) - self.before(text, start),
        };
        (line as u32, column as u32 + 1)
    }
}

/// The characters that begin in a piece of UTF-8.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte & 0xC0 != 0x80).count()
}

struct Builder<'a> {
    text: &'a str,
    file: &'a Arc<str>,
    lines: &'a LineIndex,
    /// Where numbers stand that no i64 and no f64 holds.
    too_large: RefCell<Vec<Place>>,
    /// Texts and keys with a character that no text may hold.
    unprintable: RefCell<Vec<(Place, char)>>,
}

impl Builder<'_> {
    fn place(&self, byte: usize) -> Place {
        let (line, column) = self.lines.at(self.text, byte);
        Place::new(self.file.clone(), line, column)
    }

    /// A text without what no text may hold, which is told.
    fn text(&self, text: String, place: &Place) -> String {
        match text.chars().find(|&c| is_unprintable(c)) {
            None => text,
            Some(c) => {
                self.unprintable.borrow_mut().push((place.clone(), c));
                text.replace(is_unprintable, "")
            }
        }
    }

    fn table(&self, table: toml::de::DeTable<'_>) -> Tree {
        let mut entries: Vec<_> = table.into_iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start); // the order the user wrote
        let entry = |(key, value): (toml::Spanned<std::borrow::Cow<'_, str>>, toml::Spanned<toml::de::DeValue<'_>>)| {
            let place = self.place(key.span().start);
            let key = self.text(key.into_inner().into_owned(), &place);
            (key, Entry { key: place, node: self.node(value) })
        };
        Tree::Table(entries.into_iter().map(entry).collect())
    }

    fn node(&self, value: toml::Spanned<toml::de::DeValue<'_>>) -> Node {
        use toml::de::DeValue;
        let place = self.place(value.span().start);
        let typed = self.text.get(value.span()).unwrap_or_default();
        let value = match value.into_inner() {
            DeValue::String(s) => Tree::String(self.text(s.into_owned(), &place)),
            DeValue::Integer(i) => {
                let read = i64::from_str_radix(&i.as_str().replace('_', ""), i.radix());
                Tree::Integer(read.unwrap_or_else(|_| {
                    self.too_large.borrow_mut().push(place.clone());
                    i64::MAX
                }))
            }
            // What the parser refused already stays as it stands: no second finding that calls it a number. It takes
            // whatever begins with an i or an n for `inf` or `nan`.
            DeValue::Float(f) if f.as_str().ends_with(['f', 'n']) && typed != f.as_str() => {
                Tree::String(self.text(typed.to_string(), &place))
            }
            DeValue::Float(f) => match f.as_str().replace('_', "").parse() {
                // `inf` is a number; what only comes to it is none.
                Ok(number) if f64::is_infinite(number) && !f.as_str().ends_with("inf") => {
                    self.too_large.borrow_mut().push(place.clone());
                    Tree::String(f.as_str().to_string())
                }
                Ok(number) => Tree::Float(number),
                Err(_) => Tree::String(f.as_str().to_string()),
            },
            DeValue::Boolean(b) => Tree::Boolean(b),
            DeValue::Datetime(d) => Tree::String(d.to_string()),
            DeValue::Array(a) => Tree::Array(a.into_iter().map(|v| self.node(v)).collect()),
            DeValue::Table(t) => self.table(t),
        };
        Node { value, place }
    }
}

/// Lays `over` over `base`: tables merge key by key, everything else is replaced. Two more words for what lies below:
/// `unset = ["where"]` in a table takes keys out of it; and a table over an array lays its entries over those of the
/// array that they name, `false` takes one out, `after` or `before` puts in another. What names nothing is told (E202).
pub fn overlay(base: Node, over: Node, diagnostics: &mut Diagnostics) -> Node {
    let value = match (base.value, over.value) {
        (Tree::Table(mut below), Tree::Table(mut above)) => {
            if let Some(unset) = above.shift_remove("unset") {
                take_keys(&mut below, &unset.node, diagnostics);
            }
            for (key, entry) in above {
                match below.get_mut(&key) {
                    None => drop(below.insert(key, entry)),
                    Some(old) => {
                        let base = std::mem::replace(&mut old.node, Node::empty(""));
                        *old = Entry { key: entry.key, node: overlay(base, entry.node, diagnostics) };
                    }
                }
            }
            Tree::Table(below)
        }
        (Tree::Array(mut below), Tree::Table(above)) => {
            for (name, entry) in above {
                lay_on_entry(&mut below, &name, entry, diagnostics);
            }
            Tree::Array(below)
        }
        (_, value) => value,
    };
    Node { value, place: over.place }
}

/// Takes the keys that `unset` names out of a table.
fn take_keys(table: &mut IndexMap<String, Entry>, unset: &Node, diagnostics: &mut Diagnostics) {
    let names = unset.array().filter(|names| names.iter().all(|name| name.str().is_some()));
    let Some(names) = names else {
        let found = Diagnostic::error("E202", "unset 应为键的数组，如 [\"where\"]");
        diagnostics.push(found.at(unset.place.clone()));
        return;
    };
    for name in names {
        let key = name.str().unwrap_or_default();
        if table.shift_remove(key).is_none() {
            let known: Vec<&str> = table.keys().map(String::as_str).collect();
            let found = Diagnostic::error("E202", format!("下面没有“{key}”这个键，不能去掉")).at(name.place.clone());
            diagnostics.push(found.hint(suggestion(key, &known)));
        }
    }
}

/// Lays one entry of a table over the entry of an array that its key names.
fn lay_on_entry(array: &mut Vec<Node>, name: &str, entry: Entry, diagnostics: &mut Diagnostics) {
    let found = find_entry(array, name);
    let known = array.iter().filter_map(names_of).collect::<Vec<_>>().join("、");
    let wrong = |message: String, hint: String, place: &Place, diagnostics: &mut Diagnostics| {
        diagnostics.push(Diagnostic::error("E202", message).at(place.clone()).hint(hint));
    };
    let at = match found[..] {
        [] => None,
        [at] => Some(at),
        _ => {
            let message = format!("有 {} 项叫“{name}”，不知道改哪一项", found.len());
            wrong(message, "改用第几项来指，如 \"3\"；或者整个重写".to_string(), &entry.key, diagnostics);
            return;
        }
    };
    let mut over = entry.node;
    if over.value == Tree::Boolean(false) {
        match at {
            Some(at) => drop(array.remove(at)),
            None => wrong(format!("没有“{name}”这一项，不能去掉"), format!("有：{known}"), &entry.key, diagnostics),
        }
        return;
    }
    let beside = [("after", 1), ("before", 0)].into_iter().find_map(|(word, step)| Some((over.remove(word)?, step)));
    let moved = match (at, &beside) {
        (Some(at), None) => {
            array[at] = overlay(array[at].clone(), over, diagnostics);
            return;
        }
        (None, None) => {
            wrong(
                format!("没有“{name}”这一项"),
                format!("有：{known}；要新加一项，写明在哪一项之后（after）"),
                &entry.key,
                diagnostics,
            );
            return;
        }
        (Some(at), Some(_)) => overlay(array.remove(at), over, diagnostics),
        (None, Some(_)) => named(over, name, array, &entry.key),
    };
    let Some((beside, step)) = beside else { return };
    match find_entry(array, beside.str().unwrap_or_default())[..] {
        [at] => array.insert(at + step, moved),
        _ => {
            let message = format!("没有“{}”这一项，不知道放在哪里", beside.str().unwrap_or_default());
            wrong(message, format!("有：{known}"), &beside.place, diagnostics);
        }
    }
}

/// By what an overlay finds an entry of an array: its key, its file, what it expands; a value by itself.
fn names_of(node: &Node) -> Option<&str> {
    let own = || ENTRY_NAMES.iter().find_map(|key| node.get(key)?.str());
    node.str().filter(|text| !text.is_empty()).or_else(own)
}

/// In this order.
const ENTRY_NAMES: [&str; 3] = ["key", "file", "each"];

/// The entries of an array of a name; where none has it, the one of that number, from 1.
fn find_entry(array: &[Node], name: &str) -> Vec<usize> {
    let found: Vec<usize> = (0..array.len()).filter(|&at| names_of(&array[at]) == Some(name)).collect();
    match name.parse::<usize>() {
        Ok(number) if found.is_empty() => number.checked_sub(1).filter(|at| *at < array.len()).into_iter().collect(),
        _ => found,
    }
}

/// A new entry by the name that the overlay gives it: the key, or the file, that entries of this array have.
fn named(mut entry: Node, name: &str, array: &[Node], place: &Place) -> Node {
    let of_files = array.iter().any(|node| node.get("file").is_some());
    if let Tree::Table(table) = &mut entry.value {
        let key = if of_files { "file" } else { "key" };
        if !ENTRY_NAMES.iter().any(|key| table.contains_key(*key)) {
            let node = Node { value: Tree::String(name.to_string()), place: place.clone() };
            table.insert(key.to_string(), Entry { key: place.clone(), node });
        }
    }
    entry
}

/// Reads a typed value and reports every mistake in it: a key that is wrong is taken out and the rest read again.
/// None where a key that must be there is missing or wrong.
pub fn read<T: DeserializeOwned>(node: &Node, diagnostics: &mut Diagnostics) -> Option<T> {
    let mut tried = std::borrow::Cow::Borrowed(node);
    let mut taken: Vec<String> = Vec::new();
    loop {
        let error = match T::deserialize(&*tried) {
            Ok(value) => return Some(value),
            Err(error) => error,
        };
        // A key taken out for its mistake is not reported as missing too.
        let repeats = error.missing.is_some_and(|key| taken.iter().any(|t| t == key));
        let place = error.place.clone().unwrap_or_else(|| node.place.clone());
        let of_all = error.missing.is_some() && place == node.place;
        if !repeats {
            diagnostics.push(error.diagnostic(&node.place));
        }
        if of_all {
            return None;
        }
        taken.push(take_out(tried.to_mut(), &place)?);
    }
}

/// Takes out what stands at a place, however deep: a key with its value, or an item of an array. Returns its key.
fn take_out(node: &mut Node, place: &Place) -> Option<String> {
    match &mut node.value {
        Tree::Table(table) => {
            let here = table.iter().find(|(_, e)| e.key == *place || e.node.place == *place);
            if let Some(key) = here.map(|(key, _)| key.clone()) {
                table.shift_remove(&key);
                return Some(key);
            }
            table.values_mut().find_map(|entry| take_out(&mut entry.node, place))
        }
        Tree::Array(items) => match items.iter().position(|item| item.place == *place) {
            Some(index) => {
                items.remove(index);
                Some(String::new())
            }
            None => items.iter_mut().find_map(|item| take_out(item, place)),
        },
        _ => None,
    }
}

/// A mistake found while reading a typed value.
#[derive(Debug, Clone)]
pub struct ReadError {
    message: String,
    hint: Option<String>,
    place: Option<Place>,
    /// The key that is missing.
    missing: Option<&'static str>,
}

impl ReadError {
    fn new(message: String) -> ReadError {
        ReadError { message, hint: None, place: None, missing: None }
    }

    /// The innermost place wins.
    fn at(mut self, place: &Place) -> ReadError {
        self.place.get_or_insert_with(|| place.clone());
        self
    }

    fn diagnostic(self, place: &Place) -> Diagnostic {
        let mut diagnostic = Diagnostic::error("E201", self.message).at(self.place.unwrap_or_else(|| place.clone()));
        diagnostic.hint = self.hint;
        diagnostic
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ReadError {}

impl de::Error for ReadError {
    fn custom<T: fmt::Display>(message: T) -> ReadError {
        ReadError::new(message.to_string())
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn de::Expected) -> ReadError {
        ReadError::new(format!(
            "值的类型不对：这里是{}，应为{}",
            chinese(found),
            chinese_expected(&expected.to_string())
        ))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn de::Expected) -> ReadError {
        ReadError::new(format!("值不合适：{}，应为{}", chinese(found), chinese_expected(&expected.to_string())))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> ReadError {
        let mut error = ReadError::new(format!("没有“{variant}”这个选项"));
        error.hint = Some(suggestion(variant, expected));
        error
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> ReadError {
        let mut error = ReadError::new(format!("没有“{field}”这个键"));
        error.hint = Some(suggestion(field, expected));
        error
    }

    fn missing_field(field: &'static str) -> ReadError {
        ReadError { missing: Some(field), ..ReadError::new(format!("缺少键“{field}”")) }
    }

    fn invalid_length(len: usize, expected: &dyn de::Expected) -> ReadError {
        ReadError::new(format!("有 {len} 个值，应为{}", chinese_expected(&expected.to_string())))
    }
}

/// “您是否指…” for a misspelt name, and what there is.
pub fn suggestion(word: &str, expected: &[&str]) -> String {
    match nearest(word, expected.iter().copied()) {
        Some(near) => format!("您是否指“{near}”？"),
        None => format!("可用：{}", expected.join("、")),
    }
}

fn chinese(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Bool(b) => b.to_string(),
        Unexpected::Unsigned(n) => format!("数字 {n}"),
        Unexpected::Signed(n) => format!("数字 {n}"),
        Unexpected::Float(n) => format!("数字 {n}"),
        Unexpected::Str(s) => format!("文字“{s}”"),
        Unexpected::Seq => "数组".to_string(),
        Unexpected::Map => "表".to_string(),
        other => other.to_string(),
    }
}

fn chinese_expected(expected: &str) -> String {
    match expected {
        "a string" | "path string" => "文字（加引号）".to_string(),
        "a boolean" => "true 或 false".to_string(),
        "a sequence" => "数组 […]".to_string(),
        "a map" => "表 {…}".to_string(),
        e if e.starts_with("struct ") => "表 {…}".to_string(),
        e if e.starts_with('u') || e.starts_with('i') => "整数".to_string(),
        e if e.starts_with('f') => "数字".to_string(),
        e if e.starts_with("an array of length ") => format!("{}个值的数组", &e["an array of length ".len()..]),
        e => e.to_string(),
    }
}

/// The name by which serde asks this deserializer for a [`Node`] itself.
const NODE: &str = "$gongkai::Node";

thread_local! {
    /// Nodes on their way through serde, which has no type for them.
    static PASSING: RefCell<Vec<Node>> = const { RefCell::new(Vec::new()) };
}

impl<'de> de::Deserialize<'de> for Node {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Node, D::Error> {
        struct Passing;
        impl Visitor<'_> for Passing {
            type Value = Node;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a node of a TOML tree")
            }
            fn visit_unit<E: de::Error>(self) -> Result<Node, E> {
                PASSING.with_borrow_mut(Vec::pop).ok_or_else(|| E::custom("a node outside a TOML tree"))
            }
        }
        deserializer.deserialize_newtype_struct(NODE, Passing)
    }
}

impl<'de> de::Deserializer<'de> for &'de Node {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match &self.value {
            Tree::String(s) => visitor.visit_borrowed_str(s),
            Tree::Integer(i) => visitor.visit_i64(*i),
            Tree::Float(f) => visitor.visit_f64(*f),
            Tree::Boolean(b) => visitor.visit_bool(*b),
            Tree::Array(items) => visitor.visit_seq(de::value::SeqDeserializer::new(items.iter())),
            Tree::Table(table) => visitor.visit_map(TableAccess { entries: table.iter(), next: None }),
        }
        .map_err(|e| e.at(&self.place))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_some(self).map_err(|e| e.at(&self.place))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        if name == NODE {
            PASSING.with_borrow_mut(|p| p.push(self.clone()));
            return visitor.visit_unit();
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        match &self.value {
            Tree::String(s) => {
                visitor.visit_enum(s.as_str().into_deserializer()).map_err(|e: ReadError| e.at(&self.place))
            }
            _ => Err(ReadError::new(format!("值的类型不对：这里是{}，应为文字", self.kind())).at(&self.place)),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de, ReadError> for &'de Node {
    type Deserializer = &'de Node;
    fn into_deserializer(self) -> &'de Node {
        self
    }
}

struct TableAccess<'de> {
    entries: indexmap::map::Iter<'de, String, Entry>,
    next: Option<&'de Node>,
}

impl<'de> de::MapAccess<'de> for TableAccess<'de> {
    type Error = ReadError;

    fn next_key_seed<K: de::DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, ReadError> {
        let Some((key, entry)) = self.entries.next() else { return Ok(None) };
        self.next = Some(&entry.node);
        let deserializer: de::value::BorrowedStrDeserializer<'de, ReadError> =
            de::value::BorrowedStrDeserializer::new(key);
        seed.deserialize(deserializer).map(Some).map_err(|e| e.at(&entry.key))
    }

    fn next_value_seed<V: de::DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, ReadError> {
        seed.deserialize(self.next.take().expect("serde asks for a value after its key"))
    }
}

/// A text as a basic string of TOML (1.0, String): quotation marks, `\\` and what does not show escaped.
pub fn toml_string(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out += "\\n",
            c if c.is_control() => drop(write!(out, "\\u{:04X}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    fn tree(text: &str) -> Node {
        let mut found = Diagnostics::default();
        let node = parse(text, &"t.toml".into(), &mut found);
        assert!(found.is_empty(), "{:?}", found.sorted());
        node
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        head: String,
        #[serde(default)]
        width: Option<f64>,
        rows: Vec<Node>,
    }

    #[test]
    fn reads_typed_structs_and_keeps_places() {
        let node = tree("head = \"项目\"\nwidth = 2\nrows = [1,\n  { a = 2 }]\n");
        let sample: Sample = read(&node, &mut Diagnostics::default()).expect("reads");
        assert_eq!((sample.head.as_str(), sample.width), ("项目", Some(2.0)));
        assert_eq!((sample.rows[1].place.line, sample.rows[1].place.column.number()), (4, Some(3)));
    }

    #[test]
    fn a_long_file_is_read_on_behind_a_mistake_to_a_table_and_none_is_made_up() {
        let table = "[a]\nlist = [\n  1,\n]\ntext = \"\"\"\n甲\n\"\"\"\n";
        let text =
            format!("年度\n{}=\n", (0..20_000).map(|n| table.replacen('a', &format!("a{n}"), 1)).collect::<String>());
        let mut found = Diagnostics::default();
        parse(&text, &"t.toml".into(), &mut found);
        assert_eq!(found.sorted().iter().map(|d| d.place.as_ref().unwrap().line).collect::<Vec<_>>(), [1]);
        assert!(text.len() > 2 * READ_ON && text[read_to(&text, 0)..].starts_with("[a"));
        assert_eq!(read_to("年\n=", 0), "年\n=".len());
        // Without a table to end at it ends all the same.
        assert!(read_to(&"年\n".repeat(READ_ON), 1) <= 2 * READ_ON + 4);
    }

    #[test]
    fn numbers_that_nothing_holds_are_told() {
        let mut found = Diagnostics::default();
        let node =
            parse("a = 297E1440\nb = -1e999\nc = 99999999999999999999\nd = 1e300\n", &"t.toml".into(), &mut found);
        let told: Vec<String> = found.sorted().iter().map(|found| found.to_string()).collect();
        let lines: Vec<&str> = told.iter().filter_map(|found| found.lines().next()).collect();
        let of = |line: u32| format!("t.toml:{line}:5 错误[E200] TOML 语法错误：数太大");
        assert_eq!(lines, [of(1), of(2), of(3)]);
        assert_eq!(node.get("d").map(|node| &node.value), Some(&Tree::Float(1e300)));
        let words = parse("a = igu\nb = -inf\nc = nin\n", &"t.toml".into(), &mut Diagnostics::default());
        let values = ["a", "b", "c"].map(|key| words.get(key).map(|node| node.value.clone()));
        let text = |text: &str| Some(Tree::String(text.to_string()));
        assert_eq!(values, [text("igu"), Some(Tree::Float(f64::NEG_INFINITY)), text("nin")]);
    }

    #[test]
    fn of_very_many_mistakes_a_hundred_are_listed_and_the_rest_counted() {
        let mut found = Diagnostics::default();
        parse(&"=\n".repeat(250), &"t.toml".into(), &mut found);
        let told = found.sorted();
        assert_eq!(
            (told.len(), told[0].to_string().lines().next()),
            (101, Some("t.toml:1:1 错误[E200] TOML 语法错误：等号后面没有值"))
        );
        let rest = "t.toml:100:1 错误[E199] 本文件另有 150 处错误没有列出";
        assert!(told.iter().any(|found| found.to_string().starts_with(rest)), "{}", told[99]);
    }

    #[test]
    fn a_place_far_along_a_line_counts_characters() {
        let node = tree(&format!("a = [{}\"末\"]\nb = [1, 2]\n", "\"中\", ".repeat(3_000)));
        let place =
            |key: &str, index: usize| node.get(key).and_then(Node::array).expect("an array")[index].place.clone();
        assert_eq!(place("a", 0), Place::new("t.toml", 1, 6));
        assert_eq!(place("a", 2_000), Place::new("t.toml", 1, 6 + 2_000 * 5));
        assert_eq!(place("a", 3_000), Place::new("t.toml", 1, 6 + 3_000 * 5));
        assert_eq!(place("b", 1), Place::new("t.toml", 2, 9));
    }

    #[test]
    fn mistakes_have_places_and_hints() {
        let mut found = Diagnostics::default();
        assert!(read::<Sample>(&tree("head = \"a\"\nwidht = 2\nrows = []"), &mut found).is_some());
        assert!(read::<Sample>(&tree("head = \"a\"\nrows = 3"), &mut found).is_none());
        assert!(read::<Sample>(&tree("head = \"a\""), &mut found).is_none());
        let text: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(
            text,
            [
                "t.toml:2:1 错误[E201] 没有“widht”这个键\n  提示：您是否指“width”？",
                "t.toml:2:8 错误[E201] 值的类型不对：这里是数字 3，应为数组 […]",
                "t.toml:1:1 错误[E201] 缺少键“rows”",
            ]
        );
    }

    #[test]
    fn every_mistake_of_a_table_is_reported_and_the_rest_is_read() {
        let mut found = Diagnostics::default();
        let node = tree("head = \"a\"\nwidth = \"b\"\nwidht = 2\nrows = []\nrow = 1");
        let sample: Option<Sample> = read(&node, &mut found);
        assert_eq!(sample, Some(Sample { head: "a".into(), width: None, rows: vec![] }));
        let lines: Vec<u32> = found.sorted().iter().filter_map(|d| d.place.as_ref()).map(|p| p.line).collect();
        assert_eq!(lines, [2, 3, 5]);
        let mut found = Diagnostics::default();
        assert!(read::<Sample>(&tree("head = 3\nrows = 4\nx = 1"), &mut found).is_none());
        let texts: Vec<&str> = found.iter().map(|d| d.message.as_str()).collect();
        assert_eq!(texts.len(), 3, "a wrong key is not missing too: {texts:?}");
    }

    #[test]
    fn overlay_merges_tables_and_replaces_the_rest() {
        let mut told = Diagnostics::default();
        let merged = overlay(tree("a = [1, 2]\n[t]\nx = 1\ny = 2"), tree("a = [3]\n[t]\nz = 4\nx = 3"), &mut told);
        assert_eq!(merged.get("a").and_then(Node::array).map(<[Node]>::len), Some(1));
        let keys: Vec<&str> =
            merged.get("t").and_then(Node::table).expect("a table").keys().map(String::as_str).collect();
        assert_eq!(keys, ["x", "y", "z"]);
    }

    #[test]
    fn every_syntax_error_is_reported_with_its_line() {
        let mut found = Diagnostics::default();
        parse("a = \"x\nb = 1\nc = = 2\n", &"t.toml".into(), &mut found);
        let lines: Vec<u32> = found.iter().filter_map(|d| d.place.as_ref()).map(|p| p.line).collect();
        assert!(lines.contains(&1) && lines.contains(&3), "{lines:?}");
    }

    #[test]
    fn a_number_that_begins_with_0_is_one_mistake() {
        for (text, place, quoted) in [
            ("code = 001\n", "t.toml:1:8", "\"001\""),
            ("a = 1\ncode = 0631 # 部门\n", "t.toml:2:8", "\"0631\""),
            ("tel = 0335-8888888\n", "t.toml:1:7", "\"0335-8888888\""),
            ("codes = [1, 002]\n", "t.toml:1:13", "\"002\""),
        ] {
            let mut found = Diagnostics::default();
            parse(text, &"t.toml".into(), &mut found);
            let said: Vec<String> = found.sorted().iter().map(ToString::to_string).collect();
            assert_eq!(said.len(), 1, "{text}: {said:?}");
            let expected = format!("{place} 错误[E200] TOML 语法错误：数不能以 0 开头\n");
            assert!(said[0].starts_with(&expected) && said[0].contains(quoted), "{text}: {said:?}");
        }
        for fine in ["a = 0\n", "a = 0.5\n", "a = 0x1F\n", "a = \"001\"\n"] {
            let mut found = Diagnostics::default();
            parse(fine, &"t.toml".into(), &mut found);
            assert!(found.is_empty(), "{fine}");
        }
    }
}
