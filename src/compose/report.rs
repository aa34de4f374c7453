//! `report.toml`: whose budget it is, of which year, in which layout set.

use crate::data::cleaned;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity, nearest};
use crate::layout::ReportField;
use crate::toml_tree::{Node, Tree, parse};
use indexmap::IndexMap;
use std::sync::Arc;

/// The facts of one data folder.
#[derive(Debug, Clone)]
pub struct Report {
    /// The department's code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The budget year.
    pub year: i32,
    /// Id of the layout set.
    pub layout: String,
    /// 公开日期, ISO.
    pub date: Option<String>,
    /// Every key as text, for templates; keys the set declares have their defaults.
    pub values: IndexMap<String, String>,
    /// Where each key stands.
    places: IndexMap<String, Place>,
    /// Documents of the folder beyond one: each with its own layout or scope.
    pub documents: Vec<DocumentDecl>,
    /// `[[acknowledge]]`: findings the department accepts.
    pub acknowledged: Vec<AcknowledgeDecl>,
    /// The scope this report was narrowed to.
    pub scope: IndexMap<String, String>,
    file: Arc<str>,
}

/// `[[document]]`: one of several documents made from one folder.
#[derive(Debug, Clone, Default)]
pub struct DocumentDecl {
    /// Id of the layout set; none: the program's default.
    pub layout: Option<String>,
    /// Only records whose fields have these values.
    pub scope: IndexMap<String, String>,
    /// What is added to the output's name.
    pub name: Option<String>,
    /// Where it is said.
    pub place: Option<Place>,
}

/// `[[acknowledge]]`: a finding that is accepted, by its code and the figure or the words it is about.
#[derive(Debug, Clone)]
pub struct AcknowledgeDecl {
    /// Code of the finding.
    pub code: String,
    /// Of a finding about a figure: its address.
    pub address: Option<String>,
    /// Of a finding about words: the words.
    pub text: Option<String>,
    /// Why it is as it is.
    pub reason: String,
    /// Where it is acknowledged.
    pub place: Place,
}

const FIXED: [&str; 7] = ["code", "name", "year", "layout", "date", "document", "acknowledge"];

/// What messages call the report.
pub(crate) const REPORT: &str = "report.toml";

/// Reads `report.toml` from its text.
pub fn read_report(text: &str, diagnostics: &mut Diagnostics) -> Option<Report> {
    let before = diagnostics.count(Severity::Error);
    read_with_blanks(text, diagnostics).filter(|_| diagnostics.count(Severity::Error) == before)
}

/// A report that only leaves blank what it must say, with something for each: what else is not there can be told with it.
/// None: it leaves nothing blank, or something else is wrong with it. `year`: for that of the document.
pub fn report_with_blanks(text: &str, year: i32) -> Option<Report> {
    let mut found = Diagnostics::default();
    let mut report = read_with_blanks(text, &mut found)?;
    let mut errors = found.iter().filter(|d| d.severity == Severity::Error).peekable();
    let only_blank = errors.peek().is_some() && errors.all(|d| d.code == "E180");
    if !only_blank || report.layout.is_empty() {
        return None;
    }
    let mut say = |key: &str, said: &mut String, otherwise: &str| {
        if said.is_empty() {
            *said = otherwise.to_owned();
            report.values.insert(key.to_owned(), otherwise.to_owned());
        }
    };
    say("code", &mut report.code, "0");
    say("name", &mut report.name, "本部门");
    if report.year == 0 {
        report.year = year;
        report.values.insert("year".to_owned(), year.to_string());
    }
    Some(report)
}

fn read_with_blanks(text: &str, diagnostics: &mut Diagnostics) -> Option<Report> {
    let file: Arc<str> = REPORT.into();
    let before = diagnostics.count(Severity::Error);
    let node = parse(text, &file, diagnostics);
    if diagnostics.count(Severity::Error) > before {
        return None; // what is read of a broken file would only be told again as something else
    }
    let mut report = Report {
        code: String::new(),
        name: String::new(),
        year: 0,
        layout: String::new(),
        date: None,
        values: IndexMap::new(),
        places: IndexMap::new(),
        documents: Vec::new(),
        acknowledged: Vec::new(),
        scope: IndexMap::new(),
        file,
    };
    for (key, entry) in node.table().into_iter().flatten() {
        report.places.insert(key.clone(), entry.key.clone());
        if key == "document" {
            report.documents = documents(&entry.node, diagnostics);
        } else if key == "acknowledge" {
            report.acknowledged = acknowledged(&entry.node, diagnostics);
        } else if let Some(text) = scalar(&entry.node) {
            report.values.insert(key.clone(), cleaned(&text).into_owned());
        } else {
            diagnostics.push(wrong(&entry.node, format!("“{key}”应为文字或数字")));
        }
    }
    report.code = report.fixed("code", "部门代码，如 code = \"631\"", diagnostics);
    report.name = report.fixed("name", "部门名称，如 name = \"临港部门\"", diagnostics);
    report.layout = report.fixed("layout", "版式集，如 layout = \"hebei-department-budget-2023\"", diagnostics);
    report.year = report.year(diagnostics);
    report.date = report.iso_date("date", diagnostics);
    Some(report)
}

impl Report {
    /// Where a key of `report.toml` stands.
    pub fn place(&self, key: &str) -> Place {
        self.places.get(key).cloned().unwrap_or_else(|| Place::file(self.file.clone()))
    }

    /// Whether the user wrote a key; else its value is a default.
    pub fn is_typed(&self, key: &str) -> bool {
        self.places.contains_key(key)
    }

    fn fixed(&self, key: &str, hint: &str, diagnostics: &mut Diagnostics) -> String {
        match self.values.get(key) {
            Some(text) if !text.is_empty() => text.clone(),
            _ => {
                let place = self.places.get(key).cloned().unwrap_or_else(|| Place::file(self.file.clone()));
                diagnostics.push(Diagnostic::error("E180", format!("缺少“{key}”")).at(place).hint(hint.to_string()));
                String::new()
            }
        }
    }

    fn year(&self, diagnostics: &mut Diagnostics) -> i32 {
        let text = self.fixed("year", "预算年度，如 year = 2023", diagnostics);
        match text.parse() {
            Ok(year) if (1990..=2100).contains(&year) => year,
            _ if text.is_empty() => 0,
            _ => {
                diagnostics.push(
                    Diagnostic::error("E181", format!("年度“{text}”不是四位年份")).at(self.places["year"].clone()),
                );
                0
            }
        }
    }

    fn iso_date(&self, key: &str, diagnostics: &mut Diagnostics) -> Option<String> {
        let text = self.values.get(key)?;
        let iso = crate::data::read_date(text);
        if iso.is_none() {
            diagnostics.push(
                Diagnostic::error("E182", format!("“{key}”的日期“{text}”读不懂"))
                    .at(self.places[key].clone())
                    .hint("写作 2023-02-10"),
            );
        }
        iso
    }

    /// Checks the keys against those the set declares, and fills in defaults.
    pub fn complete(&mut self, fields: &IndexMap<String, ReportField>, diagnostics: &mut Diagnostics) {
        for (key, place) in &self.places {
            if !FIXED.contains(&key.as_str()) && !fields.contains_key(key) {
                let known = fields.keys().map(String::as_str).chain(FIXED);
                let hint = nearest(key, known)
                    .map_or("版式集没有用到它".to_string(), |near| format!("您是否指“{near}”？"));
                diagnostics
                    .push(Diagnostic::warning("E183", format!("没有用到的键“{key}”")).at(place.clone()).hint(hint));
            }
        }
        for (key, field) in fields {
            if self.values.get(key).is_some_and(|v| !v.is_empty()) {
                if field.date
                    && let Some(iso) = self.iso_date(key, diagnostics)
                {
                    self.values.insert(key.clone(), iso);
                }
            } else if let Some(default) = &field.default {
                self.values.insert(key.clone(), default.clone());
            } else if field.required {
                diagnostics.push(Diagnostic::error("E180", format!("缺少“{key}”")).at(Place::file(self.file.clone())));
            } else {
                self.values.insert(key.clone(), String::new());
            }
        }
        if let Some(date) = &self.date {
            self.values.insert("date".to_string(), date.clone());
        } else {
            self.values.entry("date".to_string()).or_default();
        }
    }

    /// This report for one of its documents.
    pub fn narrowed(&self, document: &DocumentDecl) -> Report {
        let mut report = self.clone();
        if let Some(layout) = &document.layout {
            report.layout = layout.clone();
        }
        report.scope = document.scope.clone();
        report
    }
}

/// A text, cleaned as the cell of a record is, or a number.
fn scalar(node: &Node) -> Option<String> {
    match &node.value {
        Tree::String(text) => Some(cleaned(text).into_owned()),
        Tree::Integer(number) => Some(number.to_string()),
        Tree::Boolean(value) => Some(value.to_string()),
        Tree::Float(_) | Tree::Array(_) | Tree::Table(_) => None,
    }
}

fn wrong(node: &Node, message: String) -> Diagnostic {
    Diagnostic::error("E184", message).at(node.place.clone())
}

/// The most documents of one folder: each is composed whole.
const MOST_DOCUMENTS: usize = 2_000;

fn documents(node: &Node, diagnostics: &mut Diagnostics) -> Vec<DocumentDecl> {
    let mut documents = Vec::new();
    let items = node.array().unwrap_or(&[]);
    if let Some(beyond) = items.get(MOST_DOCUMENTS) {
        let message = format!("有 {} 个 [[document]]，最多 {MOST_DOCUMENTS} 个", items.len());
        let found = Diagnostic::error("E187", message).at(beyond.place.clone());
        diagnostics.push(found.hint("请分到几个数据文件夹，一次可以列出多个文件夹"));
    }
    for item in items.iter().take(MOST_DOCUMENTS) {
        let mut document = DocumentDecl { place: Some(item.place.clone()), ..DocumentDecl::default() };
        for (key, entry) in item.table().into_iter().flatten() {
            match (key.as_str(), &entry.node) {
                ("layout", value) => document.layout = value.str().map(str::to_string),
                ("name", value) => document.name = value.str().map(str::to_string),
                ("scope", value) if value.table().is_some() => {
                    let fields = value.table().into_iter().flatten();
                    document.scope = fields.filter_map(|(f, e)| Some((f.clone(), scalar(&e.node)?))).collect();
                }
                (_, value) => diagnostics.push(wrong(value, format!("[[document]] 没有“{key}”这个键，或它的值不对"))),
            }
        }
        documents.push(document);
    }
    documents
}

/// An acknowledgement names what it accepts, one finding at a time, and says why.
fn acknowledged(node: &Node, diagnostics: &mut Diagnostics) -> Vec<AcknowledgeDecl> {
    let mut all = Vec::new();
    for item in node.array().unwrap_or(&[]) {
        let text = |key: &str| item.get(key).and_then(scalar).filter(|t| !t.trim().is_empty());
        for (key, entry) in item.table().into_iter().flatten() {
            if !["code", "address", "text", "reason"].contains(&key.as_str()) {
                diagnostics.push(wrong(&entry.node, format!("[[acknowledge]] 没有“{key}”这个键")));
            }
        }
        let (code, reason) = (text("code"), text("reason"));
        let (address, words) = (text("address"), text("text"));
        let missing = match (&code, &reason) {
            (None, _) => Some("code（发现的编号，如 code = \"L013\"）"),
            (_, None) => Some("reason（为什么接受它）"),
            _ if address.is_none() && words.is_none() => Some("text（发现里的原文）或 address（数字的地址）"),
            _ => None,
        };
        if let Some(missing) = missing {
            let found = Diagnostic::error("E186", format!("[[acknowledge]] 缺少 {missing}")).at(item.place.clone());
            diagnostics.push(found.hint("写明 code、text 或 address、reason；一处发现写一个 [[acknowledge]]"));
            continue;
        }
        if let (Some(code), Some(reason)) = (code, reason) {
            all.push(AcknowledgeDecl { code, address, text: words, reason, place: item.place.clone() });
        }
    }
    all
}
