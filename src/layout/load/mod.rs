//! A whole set: its files read, every declaration parsed and checked, all mistakes reported at once.

mod axis;
mod chart;
mod column;
mod filter;
mod limits;
mod row;
mod schema;
mod table;
mod text;

use super::files::SetFiles;
use super::template::{compile, environment};
use super::*;
use crate::data::Class;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::toml_tree::{Node, parse, read, suggestion};
pub(super) use filter::filter;
use rayon::prelude::*;
use schema::{report_fields, schema};
use serde::Deserialize;
use table::TableLoader;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSet {
    title: Node,
    file_stem: Option<Node>,
    #[serde(rename = "inherits")]
    _inherits: Option<String>,
    #[serde(rename = "name")]
    _name: Option<String>,
    #[serde(rename = "classification")]
    _classification: Option<String>,
    parts: Vec<Node>,
    correction: Option<Node>,
    #[serde(default = "no_numbers")]
    numbers: Node,
    #[serde(default)]
    say: IndexMap<String, Node>,
    reasons: Option<Node>,
    complete: Option<Node>,
    #[serde(default)]
    rules: IndexMap<String, Node>,
    #[serde(default = "yes")]
    charts: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawComplete {
    #[serde(default)]
    tables: IndexMap<String, Node>,
    #[serde(default)]
    sections: IndexMap<String, Node>,
    #[serde(default)]
    terms: IndexMap<String, String>,
    #[serde(default)]
    contents: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawReasons {
    #[serde(rename = "for")]
    of: Vec<String>,
    percent: Option<u32>,
    yuan: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawNotice {
    title: Node,
    file_stem: Node,
    parts: Vec<Node>,
}

fn yes() -> bool {
    true
}

fn no_numbers() -> Node {
    Node::empty("set.toml")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPart {
    file: String,
    when: Option<Node>,
    page: Option<String>,
    start: Option<RawStart>,
    numbering: Option<RawNumbering>,
    restart: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatter {
    #[serde(rename = "title")]
    _title: Option<String>,
    numbers: Option<Node>,
    when: Option<Node>,
    page: Option<String>,
    start: Option<RawStart>,
    numbering: Option<RawNumbering>,
    restart: Option<bool>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum RawStart {
    Continue,
    Page,
    Odd,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum RawNumbering {
    None,
    Roman,
    Decimal,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSay {
    up: Node,
    down: Node,
    same: Node,
    base0: Option<Node>,
}

fn placement(
    page: Option<String>,
    start: Option<RawStart>,
    numbering: Option<RawNumbering>,
    restart: Option<bool>,
) -> Placement {
    Placement {
        page,
        start: start.map(|s| match s {
            RawStart::Continue => Start::Continue,
            RawStart::Page => Start::Page,
            RawStart::Odd => Start::OddPage,
        }),
        numbering: numbering.map(|n| match n {
            RawNumbering::None => Numbering::None,
            RawNumbering::Roman => Numbering::Roman,
            RawNumbering::Decimal => Numbering::Decimal,
        }),
        restart,
    }
}

/// Loads a set from its files and the department's prose (`text/*.md`: shown name and text, by stem).
pub fn load(files: &SetFiles, prose: &Layer, diagnostics: &mut Diagnostics) -> Option<LayoutSet> {
    let Loaded { set, stems, found, checked } = &*files.layouts.loaded.get(files, || load_files(files));
    diagnostics.extend(found.clone());
    let mut set = match set {
        Ok(set) => LayoutSet::clone(set),
        Err(Unreadable::Wholly) => return None,
        Err(Unreadable::Partly) => {
            add_prose(prose, &mut IndexMap::new(), &mut environment(), diagnostics);
            return None;
        }
    };
    add_prose(prose, &mut set.narratives, &mut set.env, diagnostics);
    set.sources.extend(sources(prose));
    let stems: Vec<String> = set.narratives.keys().chain(stems).cloned().collect();
    super::check::check_parts(&set, &stems, diagnostics);
    diagnostics.extend(checked.clone());
    Some(set)
}

/// What a set's files, the department's `layout/` among them, gave: all that is not its prose.
pub(super) struct Loaded {
    set: Result<Box<LayoutSet>, Unreadable>,
    /// The stems of its tables' files, those that could not be read too.
    stems: Vec<String>,
    found: Diagnostics,
    /// What is wrong with the set as a whole, whatever prose is beside it.
    checked: Diagnostics,
}

impl Loaded {
    pub(super) fn is_whole(&self) -> bool {
        self.set.is_ok()
    }
}

/// How much of a set says nothing.
enum Unreadable {
    /// Whatever is read beside it would seem wrong too.
    Wholly,
    /// Mistakes in the department's prose are told all the same.
    Partly,
}

fn load_files(files: &SetFiles) -> Loaded {
    let (mut found, mut stems) = (Diagnostics::default(), Vec::new());
    let mut unreadable = Unreadable::Wholly;
    let set = set_of_files(files, &mut stems, &mut unreadable, &mut found);
    let mut checked = Diagnostics::default();
    set.iter().for_each(|set| super::check::check_declared(set, &mut checked));
    Loaded { set: set.map(Box::new).ok_or(unreadable), stems, found, checked }
}

fn set_of_files(
    files: &SetFiles,
    stems: &mut Vec<String>,
    unreadable: &mut Unreadable,
    diagnostics: &mut Diagnostics,
) -> Option<LayoutSet> {
    let mut env = environment();
    let mut of_nodes = Diagnostics::default();
    let set_node = required(files, "set.toml", &mut of_nodes);
    let schema_node = required(files, "schema.toml", &mut of_nodes);
    let style_node = required(files, "style.toml", &mut of_nodes);
    let broken = has_syntax_errors(&of_nodes);
    diagnostics.extend(of_nodes);
    let (set_node, schema_node, style_node) = (set_node?, schema_node?, style_node?);
    if broken {
        return None; // with a syntax error here everything else would seem wrong
    }
    let raw: Option<RawSet> = read(&set_node, diagnostics);
    let style: Option<Style> = read(&style_node, diagnostics);
    let year = files.classification_year(&set_node);
    let named = year.as_ref().map_or(String::new(), |(year, _)| year.clone());
    let mut of_schema = Diagnostics::default();
    let ((schema, report), nodes) = rayon::join(
        || {
            let class = |name: &str, found: &mut Diagnostics| files.class_list(&named, name, found);
            let schema = schema(&schema_node, named.parse().ok(), class, &mut of_schema);
            (schema, report_fields(&schema_node, &mut of_schema))
        },
        || table_nodes(files),
    );
    diagnostics.extend(of_schema);
    if let Some(found) = year.and_then(|(year, place)| no_such_year(&schema, &year, place)) {
        diagnostics.push(found);
        return None; // every code would be told as unknown
    }
    *unreadable = Unreadable::Partly;
    let narratives = narratives(files, &mut env, diagnostics);
    let mut loader = TableLoader { env: &mut env, diagnostics };
    let lists = match schema_node.get("list").and_then(Node::table) {
        Some(lists) => {
            lists.iter().map(|(name, e)| (name.clone(), loader.list(e.node.array().unwrap_or(&[])))).collect()
        }
        None => IndexMap::new(),
    };
    let mut tables = IndexMap::new();
    for (stem, node, found) in nodes {
        let whole = !has_syntax_errors(&found);
        loader.diagnostics.extend(found);
        if let Some(table) = node.filter(|_| whole).and_then(|n| loader.table(&stem, &n)) {
            tables.insert(stem.clone(), table);
        }
        stems.push(stem);
    }
    let rules = match files.toml("checks.toml", loader.diagnostics) {
        Some(node) => super::rule::rules(&node, loader.diagnostics),
        None => Vec::new(),
    };
    let charts = match files.toml("charts.toml", loader.diagnostics) {
        Some(node) => chart::charts(&node, &mut loader),
        None => IndexMap::new(),
    };
    let (mut raw, style) = (raw?, style?);
    if !limits::style(&style, &style_node, loader.diagnostics) {
        return None;
    }
    let text_numbers = raw.numbers.remove("text");
    let percent_numbers = raw.numbers.remove("percent");
    let reasons = raw.reasons.as_ref().and_then(|node| reasons_asked(node, loader.diagnostics));
    let complete = raw.complete.as_ref().and_then(|node| complete(node, loader.diagnostics)).unwrap_or_default();
    let set = LayoutSet {
        id: files.id.clone(),
        classification: named,
        title: loader.template(&raw.title)?,
        file_stem: match &raw.file_stem {
            Some(node) => loader.template(node)?,
            None => loader.template(&raw.title)?,
        },
        numbers: loader.look(Some(&raw.numbers)).apply(&Look::default()),
        text_numbers: loader.look(text_numbers.as_ref()),
        tuned: tuned(raw.rules, loader.diagnostics),
        percent_numbers: loader.look(percent_numbers.as_ref()),
        say: raw.say.iter().filter_map(|(name, n)| Some((name.clone(), say(n, &mut loader)?))).collect(),
        parts: raw.parts.iter().filter_map(|n| part(n, &mut loader)).collect(),
        reasons,
        complete,
        correction: raw.correction.as_ref().and_then(|n| notice(n, &mut loader)),
        schema,
        style,
        tables: tables.into(),
        narratives,
        charts,
        has_charts: raw.charts,
        lists,
        report,
        rules: rules.into(),
        sources: files.layers.iter().flat_map(|layer| sources(layer)).collect(),
        env,
    };
    Some(set)
}

/// The schema of a set that is broken elsewhere, so that what is wrong with the data is told beside what is wrong with the
/// set; none where it is itself broken. Whether it knows the codes of the year that is asked for: else every code would seem
/// unknown.
pub fn schema_alone(files: &SetFiles) -> Option<(Schema, bool)> {
    let mut found = Diagnostics::default();
    let set = files.toml("set.toml", &mut Diagnostics::default());
    let year = set.and_then(|set| files.classification_year(&set));
    let named = year.as_ref().map_or(String::new(), |(year, _)| year.clone());
    let node = required(files, "schema.toml", &mut found)?;
    let class = |name: &str, found: &mut Diagnostics| files.class_list(&named, name, found);
    let schema = schema(&node, named.parse().ok(), class, &mut found);
    let knows_codes = year.is_some_and(|(year, place)| no_such_year(&schema, &year, place).is_none());
    (!found.has_errors()).then_some((schema, knows_codes))
}

/// What is read of a file with a syntax error would only be told again as something else; an overlay that names
/// nothing is left out.
fn has_syntax_errors(found: &Diagnostics) -> bool {
    found.sorted().iter().any(|d| d.severity == Severity::Error && d.code != "E202")
}

/// A year that the lists of codes do not speak of.
fn no_such_year(schema: &Schema, year: &str, place: Place) -> Option<Diagnostic> {
    let without = |class: &&Class| !class.covers.is_empty() && (class.year.is_none() || !class.has_its_year());
    let class = schema.classes.values().find(without)?;
    let last = class.covers.last().unwrap_or_default();
    let hint = format!(
        "有这些年度的：{}。可以先用最近的一年（在数据文件夹的 layout/set.toml 里写 classification = \"{last}\"），当年新增的\
         科目写在数据文件夹的 classification/ 里；或者在 layouts/classification/{year}/ 放上这一年的科目表",
        class.covers
    );
    Some(Diagnostic::error("E214", format!("没有“{year}”年度的科目表")).at(place).hint(hint))
}

/// The declarations of every table by its file's stem, and what was found in reading them.
fn table_nodes(files: &SetFiles) -> Vec<(String, Option<Node>, Diagnostics)> {
    let others = ["set.toml", "schema.toml", "style.toml", "checks.toml", "charts.toml"];
    let mut names = files.names(".toml");
    names.retain(|name| !others.contains(&name.as_str()));
    let one = |name: String| {
        let stem = name.trim_end_matches(".toml").to_string();
        let mut found = Diagnostics::default();
        let node = table_node(files, &stem, &mut Vec::new(), &mut found);
        (stem, node, found)
    };
    names.into_par_iter().map(one).collect()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTuned {
    severity: Option<RawSeverity>,
    #[serde(default)]
    except: Vec<String>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum RawSeverity {
    Error,
    Warning,
    Note,
    Off,
}

/// `[rules]`: `X120 = { severity = "warning" }`, `L012 = { except = ["维修(护)费"] }`.
fn tuned(rules: IndexMap<String, Node>, diagnostics: &mut Diagnostics) -> IndexMap<String, Tuned> {
    let severity = |raw: RawSeverity| match raw {
        RawSeverity::Error => Some(Severity::Error),
        RawSeverity::Warning => Some(Severity::Warning),
        RawSeverity::Note => Some(Severity::Note),
        RawSeverity::Off => None,
    };
    let one = |(code, node): (String, Node)| {
        let raw: RawTuned = read(&node, diagnostics)?;
        Some((code, Tuned { severity: raw.severity.map(severity), except: raw.except, place: node.place.clone() }))
    };
    rules.into_iter().filter_map(one).collect()
}

fn reasons_asked(node: &Node, diagnostics: &mut Diagnostics) -> Option<ReasonsAsked> {
    let raw: RawReasons = read(node, diagnostics)?;
    Some(ReasonsAsked { of: raw.of, percent: raw.percent.map(Into::into), yuan: raw.yuan.map(Into::into) })
}

fn complete(node: &Node, diagnostics: &mut Diagnostics) -> Option<Complete> {
    let raw: RawComplete = read(node, diagnostics)?;
    let mut words = |named: IndexMap<String, Node>| {
        let one = |(name, node): (String, Node)| {
            let words = read::<Vec<String>>(&node, diagnostics)?;
            Some((name, Words { words, place: node.place.clone() }))
        };
        named.into_iter().filter_map(one).collect()
    };
    let (tables, sections) = (words(raw.tables), words(raw.sections));
    Some(Complete { tables, sections, terms: raw.terms, contents: raw.contents })
}

/// The text of every file of a layer, by its shown name.
fn sources(layer: &Layer) -> impl Iterator<Item = (String, String)> + '_ {
    layer.files.iter().map(|(name, text)| (format!("{}{name}", layer.shown), text.clone()))
}

fn required(files: &SetFiles, name: &str, diagnostics: &mut Diagnostics) -> Option<Node> {
    let node = files.toml(name, diagnostics);
    if node.is_none() {
        let message = format!("版式集“{}”缺少文件 {name}", files.id);
        let place = Place::file(format!("layouts/{}/{name}", files.id));
        diagnostics.push(
            Diagnostic::error("E251", message)
                .at(place)
                .hint("新建这个文件，或在 set.toml 中用 inherits 建立在另一套之上"),
        );
    }
    node
}

/// A table's tree with the tables it is `like` below it.
fn table_node(files: &SetFiles, stem: &str, seen: &mut Vec<String>, diagnostics: &mut Diagnostics) -> Option<Node> {
    let mut node = files.toml(&format!("{stem}.toml"), diagnostics)?;
    let Some(like) = node.remove("like") else { return Some(node) };
    let name = like.str().unwrap_or_default().to_string();
    seen.push(stem.to_string());
    if seen.contains(&name) {
        diagnostics.push(Diagnostic::error("E211", format!("like = “{name}”成了循环")).at(like.place.clone()));
        return Some(node);
    }
    match table_node(files, &name, seen, diagnostics) {
        Some(base) => Some(crate::toml_tree::overlay(base, node, diagnostics)),
        None => {
            let names = files.names(".toml");
            let known: Vec<&str> = names.iter().map(|n| n.trim_end_matches(".toml")).collect();
            diagnostics.push(
                Diagnostic::error("E217", format!("like = “{name}”没有对应的文件 {name}.toml"))
                    .at(like.place.clone())
                    .hint(suggestion(&name, &known)),
            );
            Some(node)
        }
    }
}

fn say(node: &Node, loader: &mut TableLoader<'_>) -> Option<Say> {
    let raw: RawSay = read(node, loader.diagnostics)?;
    Some(Say {
        up: loader.template(&raw.up)?,
        down: loader.template(&raw.down)?,
        same: loader.template(&raw.same)?,
        base0: raw.base0.and_then(|n| loader.template(&n)),
    })
}

fn notice(node: &Node, loader: &mut TableLoader<'_>) -> Option<Notice> {
    let raw: RawNotice = read(node, loader.diagnostics)?;
    Some(Notice {
        title: loader.template(&raw.title)?,
        file_stem: loader.template(&raw.file_stem)?,
        parts: raw.parts.iter().filter_map(|n| part(n, loader)).collect(),
    })
}

fn part(node: &Node, loader: &mut TableLoader<'_>) -> Option<Part> {
    let raw: RawPart = read(node, loader.diagnostics)?;
    Some(Part {
        file: raw.file,
        when: loader.expression(raw.when),
        placement: placement(raw.page, raw.start, raw.numbering, raw.restart),
        place: node.place.clone(),
    })
}

/// The set's Markdown files, and the department's `layout/*.md` over them.
fn narratives(
    files: &SetFiles,
    env: &mut Environment<'static>,
    diagnostics: &mut Diagnostics,
) -> IndexMap<String, Narrative> {
    let mut all = IndexMap::new();
    for name in files.names(".md").iter().filter(|n| *n != "README.md") {
        if let Some((shown, text, own)) = files.text(name) {
            all.insert(name.trim_end_matches(".md").to_string(), narrative(&shown, text, own, env, diagnostics));
        }
    }
    all
}

/// The department's `text/*.md`, as `text/NAME`.
fn add_prose(
    prose: &Layer,
    narratives: &mut IndexMap<String, Narrative>,
    env: &mut Environment<'static>,
    diagnostics: &mut Diagnostics,
) {
    for (name, text) in prose.files.iter().filter(|(n, _)| n.ends_with(".md")) {
        let shown: std::sync::Arc<str> = format!("{}{name}", prose.shown).into();
        let stem = name.trim_end_matches(".md");
        narratives.insert(format!("text/{stem}"), narrative(&shown, text, true, env, diagnostics));
    }
}

fn narrative(
    shown: &std::sync::Arc<str>,
    text: &str,
    own: bool,
    env: &mut Environment<'static>,
    diagnostics: &mut Diagnostics,
) -> Narrative {
    let (front, body, first_line) = split_front_matter(text).unwrap_or_else(|| {
        diagnostics.push(
            Diagnostic::error("E200", "开头的“+++”没有结束")
                .at(Place::new(shown.clone(), 1, 0))
                .hint("在这一段设置的后面另起一行写“+++”，再写正文"),
        );
        ("", "", 1)
    });
    let node = parse(&format!("\n{front}"), shown, diagnostics); // the `+++` line counts
    let front = read::<FrontMatter>(&node, diagnostics);
    let marked = super::narrative_lines::mark(body, first_line);
    let place = Place::new(shown.clone(), 1, 0);
    let mut template = compile(env, &marked, &place, diagnostics);
    // Lines of the body count from its first; errors speak of the file's.
    template.place = Place::new(shown.clone(), first_line, 0);
    let mut loader = TableLoader { env, diagnostics };
    let Some(front) = front else {
        return Narrative {
            template,
            file: shown.clone(),
            own,
            numbers: LookPatch::default(),
            when: None,
            placement: Placement::default(),
        };
    };
    Narrative {
        template,
        file: shown.clone(),
        own,
        numbers: loader.look(front.numbers.as_ref()),
        when: loader.expression(front.when),
        placement: placement(front.page, front.start, front.numbering, front.restart),
    }
}

/// Front matter between two `+++` lines, the body, and the body's first line number. None if it never ends.
fn split_front_matter(text: &str) -> Option<(&str, &str, u32)> {
    let text = text.trim_start_matches('\u{feff}');
    let Some(rest) = text.strip_prefix("+++").and_then(|r| r.trim_start_matches('\r').strip_prefix('\n')) else {
        return Some(("", text, 1));
    };
    let mut offset = 0;
    for (index, line) in rest.split_inclusive('\n').enumerate() {
        if line.trim_end() == "+++" {
            return Some((&rest[..offset], &rest[offset + line.len()..], index as u32 + 3));
        }
        offset += line.len();
    }
    None
}
