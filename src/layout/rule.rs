//! `checks.toml`: rules over figures. A rule is quantified over tables, rows and columns, and demands a relation between
//! figures, an order of rows, or the same rows in two tables.

use super::{LayoutSet, RowDecl, TableLayout};
use crate::data::Kind;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity};
use crate::toml_tree::{Node, Tree, read, suggestion};
use rust_decimal::Decimal;
use serde::Deserialize;

/// A rule of a set.
#[derive(Debug, Clone)]
pub struct Rule {
    /// `C0xx` inside a table, `X0xx` across tables.
    pub code: String,
    /// What it demands, in words.
    pub says: String,
    /// None: switched off by an overlay.
    pub severity: Option<Severity>,
    /// Why it is so, for the reader of a finding.
    pub why: Option<String>,
    /// Statute and article.
    pub source: Option<String>,
    /// What to do about it.
    pub hint: Option<String>,
    pub each: Each,
    /// It is asked only where these certainly hold.
    pub when: Vec<Relation>,
    pub demand: Demand,
    pub place: Place,
}

/// What a rule is asked of, in turn: `{table}`, then `{row}`, then `{column}`. Empty: not quantified.
#[derive(Debug, Clone, Default)]
pub struct Each {
    pub tables: Vec<String>,
    /// Rows of `{table}`, or of a named one: `[类]`, `t3/[类]`, `301*`, keys.
    pub rows: Vec<String>,
    /// `*`: every column of money.
    pub columns: Vec<String>,
}

#[derive(Debug, Clone)]
pub enum Demand {
    Relation(Relation),
    /// Of the rows of codes of each table.
    Rows(RowsDemand),
    /// Two tables have rows of the same names.
    Same(String, String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RowsDemand {
    /// In the order of their codes.
    Ordered,
    /// No code twice.
    Unique,
    /// Each by the name its classification has for its code.
    Named,
    /// Each with a row for every code above its own.
    Whole,
    /// Each with rows below it, down to the last level of its classification.
    Deep,
}

#[derive(Debug, Clone)]
pub struct Relation {
    pub left: Expr,
    pub compare: Compare,
    pub right: Expr,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compare {
    Equal,
    AtMost,
    AtLeast,
    Below,
    Above,
}

impl Compare {
    pub fn sign(self) -> &'static str {
        match self {
            Compare::Equal => "＝",
            Compare::AtMost => "≤",
            Compare::AtLeast => "≥",
            Compare::Below => "＜",
            Compare::Above => "＞",
        }
    }
}

#[derive(Debug, Clone)]
pub enum Expr {
    Number(Decimal),
    Cell(CellPattern),
    /// Over all rows of the pattern.
    Sum(CellPattern),
    Add(Box<Expr>, Box<Expr>),
    Subtract(Box<Expr>, Box<Expr>),
    Multiply(Box<Expr>, Box<Expr>),
    /// The first as a percentage of the second.
    Percent(Box<Expr>, Box<Expr>),
}

/// `table/row/column`, with `{…}` still in it.
#[derive(Debug, Clone, PartialEq)]
pub struct CellPattern {
    pub table: String,
    pub row: String,
    pub column: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    says: String,
    is: Option<Node>,
    rows: Option<RowsDemand>,
    same: Option<Node>,
    each: Option<RawEach>,
    when: Option<Node>,
    #[serde(default)]
    severity: RawSeverity,
    why: Option<String>,
    source: Option<String>,
    hint: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEach {
    table: Option<Node>,
    row: Option<Node>,
    column: Option<Node>,
}

#[derive(Deserialize, Default, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum RawSeverity {
    #[default]
    Error,
    Warning,
    Note,
    Off,
}

/// The rules of `[rule.CODE]` of a checks.toml.
pub fn rules(node: &Node, diagnostics: &mut Diagnostics) -> Vec<Rule> {
    let Some(all) = node.get("rule").and_then(Node::table) else { return Vec::new() };
    all.iter().filter_map(|(code, entry)| rule(code, &entry.key, &entry.node, diagnostics)).collect()
}

fn rule(code: &str, place: &Place, node: &Node, diagnostics: &mut Diagnostics) -> Option<Rule> {
    if !is_code(code) {
        diagnostics.push(
            Diagnostic::error("E280", format!("规则的编号“{code}”不合格式"))
                .at(place.clone())
                .hint("表内的规则写 C0 加两位数字，表间的写 X0 加两位数字，如 C012、X003"),
        );
    }
    let raw: RawRule = read(node, diagnostics)?;
    let each = raw.each.map(|each| Each {
        tables: texts(each.table.as_ref(), diagnostics),
        rows: texts(each.row.as_ref(), diagnostics),
        columns: texts(each.column.as_ref(), diagnostics),
    });
    let when = match &raw.when {
        Some(Node { value: Tree::Array(all), .. }) => {
            all.iter().map(|n| relation(n, diagnostics)).collect::<Option<_>>()?
        }
        Some(node) => vec![relation(node, diagnostics)?],
        None => Vec::new(),
    };
    let demand = demand(raw.is.as_ref(), raw.rows, raw.same.as_ref(), place, diagnostics)?;
    Some(Rule {
        code: code.to_string(),
        says: raw.says,
        severity: match raw.severity {
            RawSeverity::Error => Some(Severity::Error),
            RawSeverity::Warning => Some(Severity::Warning),
            RawSeverity::Note => Some(Severity::Note),
            RawSeverity::Off => None,
        },
        why: raw.why,
        source: raw.source,
        hint: raw.hint,
        each: each.unwrap_or_default(),
        when,
        demand,
        place: place.clone(),
    })
}

fn is_code(code: &str) -> bool {
    let digits = code.strip_prefix(['C', 'X']).unwrap_or_default();
    digits.len() == 3 && digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit())
}

fn demand(
    is: Option<&Node>,
    rows: Option<RowsDemand>,
    same: Option<&Node>,
    place: &Place,
    diagnostics: &mut Diagnostics,
) -> Option<Demand> {
    match (is, rows, same) {
        (Some(node), None, None) => Some(Demand::Relation(relation(node, diagnostics)?)),
        (None, Some(rows), None) => Some(Demand::Rows(rows)),
        (None, None, Some(node)) => match &texts(Some(node), diagnostics)[..] {
            [one, other] => Some(Demand::Same(one.clone(), other.clone())),
            _ => {
                let found = Diagnostic::error("E281", "same 要写两张表的 id").at(node.place.clone());
                diagnostics.push(found.hint("如 same = [\"xm\", \"mb\"]"));
                None
            }
        },
        _ => {
            let found = Diagnostic::error("E281", "一条规则要写 is、rows、same 三者之一").at(place.clone());
            diagnostics.push(found.hint("is 写数字之间的关系，rows 写对科目行的要求，same 写两张表的行名相同"));
            None
        }
    }
}

/// A text or an array of texts.
fn texts(node: Option<&Node>, diagnostics: &mut Diagnostics) -> Vec<String> {
    let one = |node: &Node, diagnostics: &mut Diagnostics| match &node.value {
        Tree::String(text) => Some(text.clone()),
        _ => {
            diagnostics.push(Diagnostic::error("E201", "这里应为文字，或文字的数组").at(node.place.clone()));
            None
        }
    };
    match node {
        None => Vec::new(),
        Some(Node { value: Tree::Array(items), .. }) => items.iter().filter_map(|n| one(n, diagnostics)).collect(),
        Some(node) => one(node, diagnostics).into_iter().collect(),
    }
}

fn relation(node: &Node, diagnostics: &mut Diagnostics) -> Option<Relation> {
    let text = node.str().unwrap_or_default();
    match parse_relation(text) {
        Ok(relation) => Some(relation),
        Err(wrong) => {
            diagnostics.push(
                Diagnostic::error("E282", format!("关系“{}”读不懂：{wrong}", shortened(text)))
                    .at(node.place.clone())
                    .hint("如 \"t5/合计/基本 = t6/合计/合计\"；运算符 + - * = <= >= < > 两边要有空格"),
            );
            None
        }
    }
}

/// So much of a relation that the reason still fits on the line.
fn shortened(text: &str) -> String {
    const SHOWN: usize = 200;
    match text.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_string(),
    }
}

/// `a + sum(b) >= c`: tokens stand apart by spaces, brackets and commas.
pub fn parse_relation(text: &str) -> Result<Relation, String> {
    let mut parser = Parser { tokens: tokens(text), at: 0, depth: 0 };
    if parser.tokens.len() > MOST_WORDS {
        return Err(format!("太长了，最多 {MOST_WORDS} 个词"));
    }
    let left = parser.sum()?;
    let compare = match parser.next() {
        Some("=" | "＝") => Compare::Equal,
        Some("<=" | "≤") => Compare::AtMost,
        Some(">=" | "≥") => Compare::AtLeast,
        Some("<" | "＜") => Compare::Below,
        Some(">" | "＞") => Compare::Above,
        Some(other) => return Err(format!("这里应为 =、<=、>=、<、>，却是“{other}”")),
        None => return Err("没有写 =、<=、>=、<、>".to_string()),
    };
    let right = parser.sum()?;
    match parser.next() {
        Some(rest) => Err(format!("“{rest}”是多余的")),
        None => Ok(Relation { left, compare, right }),
    }
}

fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    for word in text.split_whitespace() {
        let mut rest = word;
        while let Some(at) = rest.find(['(', ')', ',']) {
            if at > 0 {
                tokens.push(&rest[..at]);
            }
            tokens.push(&rest[at..at + 1]);
            rest = &rest[at + 1..];
        }
        if !rest.is_empty() {
            tokens.push(rest);
        }
    }
    tokens
}

/// Words of a relation; more would only be a mistake, and take stack.
const MOST_WORDS: usize = 500;
/// A number that stands in a relation is no larger, and has no more decimals.
const LARGEST_NUMBER: Decimal = Decimal::from_parts(3_567_587_328, 232, 0, false, 0); // 10^12
const MOST_DECIMALS: u32 = 8;
/// Brackets within brackets.
const DEEPEST: usize = 20;

struct Parser<'t> {
    tokens: Vec<&'t str>,
    at: usize,
    depth: usize,
}

impl<'t> Parser<'t> {
    fn next(&mut self) -> Option<&'t str> {
        let token = self.tokens.get(self.at).copied();
        self.at += 1;
        token
    }

    fn peek(&self) -> Option<&'t str> {
        self.tokens.get(self.at).copied()
    }

    fn expect(&mut self, token: &str) -> Result<(), String> {
        match self.next() {
            Some(found) if found == token => Ok(()),
            Some(found) => Err(format!("这里应为“{token}”，却是“{found}”")),
            None => Err(format!("缺少“{token}”")),
        }
    }

    fn within(&mut self) -> Result<Expr, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(format!("括号套得太深，最多 {DEEPEST} 层"));
        }
        let inner = self.sum()?;
        self.depth -= 1;
        Ok(inner)
    }

    fn sum(&mut self) -> Result<Expr, String> {
        let mut left = self.product()?;
        loop {
            left = match self.peek() {
                Some("+" | "＋") => {
                    self.at += 1;
                    Expr::Add(Box::new(left), Box::new(self.product()?))
                }
                Some("-" | "−" | "－") => {
                    self.at += 1;
                    Expr::Subtract(Box::new(left), Box::new(self.product()?))
                }
                _ => return Ok(left),
            };
        }
    }

    fn product(&mut self) -> Result<Expr, String> {
        let mut left = self.factor()?;
        while let Some("*" | "×") = self.peek() {
            self.at += 1;
            left = Expr::Multiply(Box::new(left), Box::new(self.factor()?));
        }
        Ok(left)
    }

    fn factor(&mut self) -> Result<Expr, String> {
        match self.next() {
            Some("(") => {
                let inner = self.within()?;
                self.expect(")")?;
                Ok(inner)
            }
            Some("sum") => {
                self.expect("(")?;
                let cell = cell(self.next().unwrap_or_default())?;
                self.expect(")")?;
                Ok(Expr::Sum(cell))
            }
            Some("percent") => {
                self.expect("(")?;
                let part = self.within()?;
                self.expect(",")?;
                let whole = self.within()?;
                self.expect(")")?;
                Ok(Expr::Percent(Box::new(part), Box::new(whole)))
            }
            Some(token) if token.contains('/') => Ok(Expr::Cell(cell(token)?)),
            Some(token) => number(token).map(Expr::Number),
            None => Err("没有写完".to_string()),
        }
    }
}

fn number(token: &str) -> Result<Decimal, String> {
    let number: Decimal = token.parse().map_err(|_| format!("“{token}”不是数字，也不是 表/行/列 的地址"))?;
    let is_sane = number.abs() <= LARGEST_NUMBER && number.scale() <= MOST_DECIMALS;
    is_sane.then_some(number).ok_or_else(|| format!("“{token}”太大，或小数多于 {MOST_DECIMALS} 位"))
}

fn cell(token: &str) -> Result<CellPattern, String> {
    match &token.split('/').collect::<Vec<&str>>()[..] {
        [table, row, column] if !table.is_empty() && !row.is_empty() && !column.is_empty() => {
            Ok(CellPattern { table: table.to_string(), row: row.to_string(), column: column.to_string() })
        }
        _ => Err(format!("“{token}”不是 表/行/列 的地址")),
    }
}

impl Expr {
    /// Every pattern in it.
    pub fn cells(&self) -> Vec<&CellPattern> {
        match self {
            Expr::Number(_) => Vec::new(),
            Expr::Cell(cell) | Expr::Sum(cell) => vec![cell],
            Expr::Add(a, b) | Expr::Subtract(a, b) | Expr::Multiply(a, b) | Expr::Percent(a, b) => {
                let mut all = a.cells();
                all.extend(b.cells());
                all
            }
        }
    }
}

impl Rule {
    fn relations(&self) -> impl Iterator<Item = &Relation> {
        let demanded = if let Demand::Relation(relation) = &self.demand { Some(relation) } else { None };
        self.when.iter().chain(demanded)
    }

    /// The ids of the tables it reads.
    pub fn tables(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = self.each.tables.iter().map(String::as_str).collect();
        ids.extend(self.each.rows.iter().filter_map(|row| Some(row.split_once('/')?.0)));
        for relation in self.relations() {
            for cell in relation.left.cells().into_iter().chain(relation.right.cells()) {
                ids.push(&cell.table);
            }
        }
        if let Demand::Same(one, other) = &self.demand {
            ids.extend([one.as_str(), other.as_str()]);
        }
        ids.retain(|id| !id.contains('{'));
        ids.sort();
        ids.dedup();
        ids
    }
}

/// Names in rules that name nothing in the set.
pub fn check(set: &LayoutSet, diagnostics: &mut Diagnostics) {
    for rule in &set.rules {
        let mut wrong = Vec::new();
        names(set, rule, &mut wrong);
        wrong.dedup();
        for (message, hint) in wrong {
            let found = Diagnostic::error("E283", format!("规则 {}：{message}", rule.code)).at(rule.place.clone());
            diagnostics.push(if hint.is_empty() { found } else { found.hint(hint) });
        }
    }
}

fn names(set: &LayoutSet, rule: &Rule, wrong: &mut Vec<(String, String)>) {
    let known: Vec<&str> = set.tables.values().map(|t| t.id.as_str()).collect();
    for id in rule.tables() {
        if !known.contains(&id) {
            wrong.push((format!("没有 id 为“{id}”的表"), suggestion(id, &known)));
        }
    }
    for relation in rule.relations() {
        for cell in relation.left.cells().into_iter().chain(relation.right.cells()) {
            for variable in variables(cell) {
                let bound = match variable {
                    "table" => !rule.each.tables.is_empty(),
                    "row" | "row.name" | "row.code" => !rule.each.rows.is_empty(),
                    "column" => !rule.each.columns.is_empty(),
                    _ => false,
                };
                if !bound {
                    let hint =
                        "each 里写了 table、row、column 才能用 {table}、{row}（{row.name}、{row.code}）、{column}";
                    wrong.push((format!("“{{{variable}}}”没有着落"), hint.to_string()));
                }
            }
            for table in tables_of(set, rule, &cell.table) {
                known_keys(set, table, cell, wrong);
            }
        }
    }
}

fn variables(cell: &CellPattern) -> Vec<&str> {
    let parts = [&cell.table, &cell.row, &cell.column];
    parts.into_iter().flat_map(|p| p.split('{').skip(1)).filter_map(|p| Some(p.split_once('}')?.0)).collect()
}

fn tables_of<'s>(set: &'s LayoutSet, rule: &'s Rule, id: &'s str) -> Vec<&'s TableLayout> {
    let ids: Vec<&str> = if id == "{table}" { rule.each.tables.iter().map(String::as_str).collect() } else { vec![id] };
    set.tables.values().filter(|t| ids.contains(&t.id.as_str())).collect()
}

/// A fixed key must be declared in its table; codes and what `each` makes come from data.
fn known_keys(set: &LayoutSet, table: &TableLayout, cell: &CellPattern, wrong: &mut Vec<(String, String)>) {
    let mut rows = Vec::new();
    let mut open = false;
    let file = set.schema.files.get(&table.from);
    let is_code = |name: &str| file.and_then(|f| f.field(name)).is_some_and(|f| matches!(f.kind, Kind::Code { .. }));
    for side in &table.sides {
        row_keys(&side.rows, &is_code, &mut rows, &mut open);
        row_keys(&side.foot, &is_code, &mut rows, &mut open);
    }
    let row = cell.row.as_str();
    let fixed = !row.contains(['{', '[', '*', '>']) && !row.bytes().all(|b| b.is_ascii_digit());
    if fixed && !open && !rows.contains(&row) {
        wrong.push((format!("表 {} 没有键为“{row}”的行", table.id), suggestion(row, &rows)));
    }
    let columns: Vec<&super::ColumnDecl> =
        table.columns.iter().chain(table.sides.iter().flat_map(|s| &s.columns)).collect();
    let keys: Vec<&str> = columns.iter().filter_map(|c| c.key.as_deref()).collect();
    let column = cell.column.as_str();
    let of_each = columns.iter().any(|c| c.each.is_some() && c.key.is_none());
    let head = column.split_once('.').map_or(column, |(head, _)| head);
    if !column.contains('{') && !of_each && !keys.contains(&column) && !keys.contains(&head) {
        wrong.push((format!("表 {} 没有键为“{column}”的列", table.id), suggestion(column, &keys)));
    }
}

/// Keys of fixed rows; `open` where rows with keys from data stand too (other than codes).
fn row_keys<'r>(rows: &'r [RowDecl], is_code: &dyn Fn(&str) -> bool, keys: &mut Vec<&'r str>, open: &mut bool) {
    for row in rows {
        keys.extend(row.key.as_deref());
        *open |= match &row.each {
            Some(super::Each::Field(name)) => !is_code(name),
            Some(_) => true,
            None => false,
        };
        row_keys(&row.rows, is_code, keys, open);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relations_are_read_with_their_precedence() {
        let relation = parse_relation("a/b/c = sum(d/[类]/e) + 2 * (f/g/h - 1)").expect("reads");
        let Expr::Add(sum, product) = relation.right else { panic!("a sum") };
        assert!(matches!(*sum, Expr::Sum(_)));
        assert!(matches!(*product, Expr::Multiply(_, inner) if matches!(*inner, Expr::Subtract(..))));
        assert_eq!(relation.left.cells()[0].row, "b");
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        let wrong = ["a/b/c", "a/b/c = ", "a/b = 1", "= 1", "sum(a/b/c = 1", "a/b/c = 1 2", "percent(a/b/c) = 1"];
        for wrong in wrong.into_iter().chain(["a/b/c = 1000000000001", "a/b/c = 0.000000001"]) {
            assert!(parse_relation(wrong).is_err(), "{wrong}");
        }
        assert!(parse_relation("a/b/c = 1000000000000").is_ok());
    }

    #[test]
    fn a_relation_of_any_depth_and_length_does_not_overflow_the_stack() {
        for (open, close) in [("(", ")"), ("percent( 1 , ", ")"), ("1 + ", ""), ("1 * ( ", " )")] {
            for many in [30, 100, 30_000] {
                let text = format!("a/b/c = {}1{}", open.repeat(many), close.repeat(many));
                let read = parse_relation(&text);
                assert_eq!(read.is_ok(), many <= 100 && close.is_empty(), "{many} {open}");
                // What is kept is walked by recursion too.
                let cells = read.map_or(0, |relation| relation.right.cells().len());
                assert_eq!(cells, 0);
            }
        }
    }
}
