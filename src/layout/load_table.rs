//! A table's TOML file, and the checks that need no data.

use super::load_filter::filter;
use super::template::{compile, expression};
use super::*;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::toml_tree::{Node, Tree, read};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTable {
    id: String,
    title: Option<Node>,
    #[serde(default)]
    above: Vec<Node>,
    numbering: Option<String>,
    from: Option<String>,
    #[serde(rename = "where")]
    filter: Option<Node>,
    measure: Option<String>,
    #[serde(default)]
    columns: Vec<Node>,
    #[serde(default)]
    rows: Vec<Node>,
    #[serde(default)]
    foot: Vec<Node>,
    #[serde(default)]
    side: Vec<Node>,
    #[serde(default)]
    min_rows: usize,
    numbers: Option<Node>,
    #[serde(default)]
    notes: Vec<Node>,
    empty: Option<Node>,
    page: Option<String>,
    style: Option<String>,
    level: Option<u8>,
    description: Option<Node>,
    #[serde(default)]
    list: IndexMap<String, Vec<Node>>,
    #[serde(default)]
    label: IndexMap<String, Node>,
    #[serde(default)]
    head: IndexMap<String, Node>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSide {
    #[serde(default)]
    columns: Vec<Node>,
    #[serde(default)]
    rows: Vec<Node>,
    #[serde(default)]
    foot: Vec<Node>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEmpty {
    note: Option<Node>,
    first: Option<Node>,
    rows: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawColumn {
    head: Option<Node>,
    key: Option<String>,
    #[serde(rename = "where")]
    filter: Option<Node>,
    from: Option<String>,
    of: Option<String>,
    join: Option<IndexMap<String, String>>,
    parts: Option<Node>,
    calc: Option<Node>,
    each: Option<Node>,
    values: Option<Node>,
    #[serde(default)]
    levels: Vec<String>,
    keep: Option<Keep>,
    field: Option<String>,
    text: Option<Node>,
    numbers: Option<Node>,
    width: Option<f64>,
    align: Option<Align>,
    when: Option<Node>,
}

#[derive(Deserialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Keep {
    Nonzero,
    All,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum RawStyle {
    Header,
    Total,
    Plain,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRow {
    key: Option<String>,
    label: Option<Node>,
    #[serde(rename = "where")]
    filter: Option<Node>,
    from: Option<String>,
    join: Option<IndexMap<String, String>>,
    parts: Option<Node>,
    of: Option<String>,
    #[serde(default)]
    skip: Vec<String>,
    #[serde(default)]
    cells: Vec<Node>,
    indent: Option<Node>,
    style: Option<RawStyle>,
    numbers: Option<Node>,
    when: Option<Node>,
    each: Option<Node>,
    values: Option<Node>,
    #[serde(default)]
    levels: Vec<String>,
    keep: Option<Keep>,
    order: Option<RawOrder>,
    #[serde(default)]
    id: Vec<String>,
    #[serde(default)]
    rows: Vec<Node>,
    row: Option<bool>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum RawOrder {
    Natural,
    File,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCell {
    text: Option<Node>,
    key: Option<String>,
    value: Option<RawValue>,
    cols: Option<usize>,
    rows: Option<usize>,
    #[serde(default)]
    merge: bool,
    align: Option<Align>,
    #[serde(default)]
    header: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawValue {
    from: Option<String>,
    #[serde(rename = "where")]
    filter: Option<Node>,
    of: Option<String>,
    join: Option<IndexMap<String, String>>,
    numbers: Option<Node>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawListEntry {
    key: String,
    name: Option<String>,
    head: Option<Node>,
    #[serde(rename = "where")]
    filter: Option<Node>,
    from: Option<String>,
    of: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLook {
    unit: Option<Unit>,
    decimals: Option<u32>,
    commas: Option<bool>,
    zero: Option<Node>,
    trim: Option<bool>,
}

/// Reads declarations; gathers every mistake.
pub struct TableLoader<'a> {
    pub env: &'a mut Environment<'static>,
    pub diagnostics: &'a mut Diagnostics,
}

impl TableLoader<'_> {
    pub fn table(&mut self, file: &str, node: &Node) -> Option<TableLayout> {
        let raw: RawTable = read(node, self.diagnostics)?;
        let two_sided = !raw.side.is_empty();
        let sides = if two_sided {
            if !raw.rows.is_empty() || !raw.foot.is_empty() {
                self.error("E220", "有 [[side]] 的表，rows 和 foot 应写在各侧之内", node);
            }
            raw.side.iter().filter_map(|side| self.side(side)).collect()
        } else {
            vec![Side { columns: Vec::new(), rows: self.rows(&raw.rows), foot: self.rows(&raw.foot) }]
        };
        if raw.id.chars().count() > 6 || !is_key(&raw.id) {
            self.error("E221", &format!("表的 id“{}”应为 1–6 个字符，不含空格和 / @ ~ % # . *", raw.id), node);
        }
        Some(TableLayout {
            file: file.to_string(),
            id: raw.id,
            title: raw.title.and_then(|n| self.template(&n)),
            above: self.templates(&raw.above),
            numbering: raw.numbering,
            from: raw.from.unwrap_or_else(|| "ledger".to_string()),
            filter: self.filter(raw.filter),
            measure: raw.measure,
            columns: self.columns(&raw.columns),
            sides,
            two_sided,
            min_rows: raw.min_rows,
            numbers: self.look(raw.numbers.as_ref()),
            notes: self.templates(&raw.notes),
            empty: raw.empty.and_then(|n| self.empty(&n)),
            page: raw.page,
            style: raw.style.unwrap_or_else(|| "table".to_string()),
            level: raw.level,
            description: raw.description.and_then(|n| self.template(&n)),
            lists: raw.list.into_iter().map(|(name, entries)| (name, self.list(&entries))).collect(),
            labels: raw.label.into_iter().filter_map(|(key, n)| Some((key, self.template(&n)?))).collect(),
            heads: raw.head.into_iter().map(|(key, n)| (key, self.head(Some(&n)))).collect(),
            place: node.place.clone(),
        })
    }

    fn error(&mut self, code: &'static str, message: &str, node: &Node) {
        self.diagnostics.push(Diagnostic::error(code, message).at(node.place.clone()));
    }

    /// A text as a template.
    pub fn template(&mut self, node: &Node) -> Option<Template> {
        match node.str() {
            Some(text) => Some(compile(self.env, text, &node.place, self.diagnostics)),
            None => {
                self.error("E201", "值的类型不对：应为文字（加引号）", node);
                None
            }
        }
    }

    fn templates(&mut self, nodes: &[Node]) -> Vec<Template> {
        nodes.iter().filter_map(|n| self.template(n)).collect()
    }

    pub fn expression(&mut self, node: Option<Node>) -> Option<Expression> {
        let node = node?;
        match &node.value {
            Tree::String(text) => Some(expression(self.env, text, &node.place, self.diagnostics)),
            Tree::Boolean(value) => Some(Expression { source: value.to_string(), place: node.place.clone() }),
            _ => {
                self.error("E201", "条件应为加引号的表达式，如 when = \"not empty\"", &node);
                None
            }
        }
    }

    fn filter(&mut self, node: Option<Node>) -> Filter {
        node.map_or(Filter::All(Vec::new()), |n| filter(&n, self.diagnostics))
    }

    /// `numbers = { unit = "元", zero = false, … }`
    pub fn look(&mut self, node: Option<&Node>) -> LookPatch {
        let Some(raw) = node.and_then(|n| read::<RawLook>(n, self.diagnostics)) else { return LookPatch::default() };
        let zero = raw.zero.map(|zero| match &zero.value {
            Tree::String(text) => Some(text.clone()),
            Tree::Boolean(false) => None,
            _ => {
                self.error("E201", "zero 应为文字（零的写法），或 false（与其他数字一样）", &zero);
                None
            }
        });
        LookPatch { unit: raw.unit, decimals: raw.decimals, commas: raw.commas, zero, trim: raw.trim }
    }

    fn side(&mut self, node: &Node) -> Option<Side> {
        let raw: RawSide = read(node, self.diagnostics)?;
        Some(Side { columns: self.columns(&raw.columns), rows: self.rows(&raw.rows), foot: self.rows(&raw.foot) })
    }

    fn empty(&mut self, node: &Node) -> Option<Empty> {
        let raw: RawEmpty = read(node, self.diagnostics)?;
        Some(Empty {
            note: raw.note.and_then(|n| self.template(&n)),
            first: raw.first.and_then(|n| self.template(&n)),
            rows: raw.rows.unwrap_or(1),
        })
    }

    fn parts(&mut self, node: Option<Node>) -> Parts {
        let Some(node) = node else { return Parts::None };
        match &node.value {
            Tree::String(star) if star == "*" => Parts::Rest,
            Tree::Array(items) if items.iter().all(|i| i.str().is_some()) => {
                Parts::Named(items.iter().filter_map(Node::str).map(str::to_string).collect())
            }
            _ => {
                self.error("E222", "parts 应为 \"*\"（其余各项），或键的数组 [\"购置\", \"运行\"]", &node);
                Parts::None
            }
        }
    }

    fn head(&mut self, node: Option<&Node>) -> Vec<Template> {
        match node {
            None => Vec::new(),
            Some(node) => match &node.value {
                Tree::Array(items) => self.templates(items),
                _ => self.template(node).into_iter().collect(),
            },
        }
    }

    fn columns(&mut self, nodes: &[Node]) -> Vec<ColumnDecl> {
        nodes.iter().filter_map(|n| self.column(n)).collect()
    }

    fn column(&mut self, node: &Node) -> Option<ColumnDecl> {
        let raw: RawColumn = read(node, self.diagnostics)?;
        let figure = raw.filter.is_some() || raw.parts.is_some() || raw.calc.is_some() || raw.of.is_some();
        if figure && raw.key.is_none() {
            self.error("E223", "有数字的列需要 key（地址的一部分）", node);
        }
        if let Some(key) = &raw.key {
            self.check_key(key, 12, node);
        }
        Some(ColumnDecl {
            head: self.head(raw.head.as_ref()),
            key: raw.key,
            filter: self.filter(raw.filter),
            from: raw.from,
            of: raw.of,
            join: raw.join.map(|j| j.into_iter().collect()),
            parts: self.parts(raw.parts),
            calc: self.expression(raw.calc),
            each: raw.each.and_then(|n| self.each(&n)),
            values: raw.values.and_then(|n| self.values(&n)),
            levels: raw.levels,
            keep_all: raw.keep.map(|k| k == Keep::All),
            field: raw.field,
            text: raw.text.and_then(|n| self.template(&n)),
            numbers: self.look(raw.numbers.as_ref()),
            width: raw.width,
            align: raw.align,
            when: self.expression(raw.when),
            place: node.place.clone(),
        })
    }

    fn check_key(&mut self, key: &str, limit: usize, node: &Node) {
        if !is_key(key) {
            self.error("E224", &format!("键“{key}”不能为空，也不能含空格和 / @ ~ % # . *"), node);
        } else if key.chars().count() > limit {
            self.error("E225", &format!("键“{key}”太长，最多 {limit} 个字符"), node);
        }
    }

    fn rows(&mut self, nodes: &[Node]) -> Vec<RowDecl> {
        nodes.iter().filter_map(|n| self.row(n)).collect()
    }

    fn row(&mut self, node: &Node) -> Option<RowDecl> {
        if node.str() == Some("") {
            return Some(blank_row(node));
        }
        let raw: RawRow = read(node, self.diagnostics)?;
        if raw.each.is_none() && raw.key.is_none() && raw.row != Some(false) {
            self.error("E223", "没有 each 的行需要 key（地址的一部分）", node);
        }
        if let Some(key) = &raw.key {
            self.check_key(key, 16, node);
        }
        Some(RowDecl {
            blank: false,
            key: raw.key,
            label: raw.label.and_then(|n| self.template(&n)),
            filter: self.filter(raw.filter),
            from: raw.from,
            join: raw.join.map(|j| j.into_iter().collect()),
            parts: self.parts(raw.parts),
            of: raw.of,
            skip: raw.skip,
            cells: raw.cells.iter().filter_map(|n| self.cell(n)).collect(),
            indent: raw.indent.map_or(Indent::Fixed(0.0), |n| self.indent(&n)),
            style: raw.style.map(|s| match s {
                RawStyle::Header => RowStyle::Header,
                RawStyle::Total => RowStyle::Total,
                RawStyle::Plain => RowStyle::Plain,
            }),
            numbers: self.look(raw.numbers.as_ref()),
            when: self.expression(raw.when),
            each: raw.each.and_then(|n| self.each(&n)),
            values: raw.values.and_then(|n| self.values(&n)),
            levels: raw.levels,
            keep_all: raw.keep.map(|k| k == Keep::All),
            order: raw.order.map_or(Order::Natural, |o| match o {
                RawOrder::Natural => Order::Natural,
                RawOrder::File => Order::File,
            }),
            id: raw.id,
            rows: self.rows(&raw.rows),
            row: raw.row.unwrap_or(true),
            place: node.place.clone(),
        })
    }

    fn indent(&mut self, node: &Node) -> Indent {
        match &node.value {
            Tree::Integer(n) => Indent::Fixed(*n as f64),
            Tree::Float(n) => Indent::Fixed(*n),
            Tree::String(level) if level == "level" => Indent::Level(1.0),
            _ => {
                self.error("E201", "indent 应为字数，或 \"level\"（每级缩进一字）", node);
                Indent::Fixed(0.0)
            }
        }
    }

    fn each(&mut self, node: &Node) -> Option<Each> {
        match &node.value {
            Tree::String(record) if record == "record" => Some(Each::Record),
            Tree::String(name) => Some(Each::Field(name.clone())), // or a list; `resolve` knows both
            Tree::Array(items) if !items.is_empty() && items.iter().all(|i| i.str().is_some()) => {
                Some(Each::Fields(items.iter().filter_map(Node::str).map(str::to_string).collect()))
            }
            Tree::Array(items) => Some(Each::Entries(self.list(items))),
            _ => {
                self.error("E226", "each 应为字段名、字段名数组、\"record\"、清单名，或清单", node);
                None
            }
        }
    }

    fn values(&mut self, node: &Node) -> Option<Values> {
        match &node.value {
            Tree::String(list) => Some(Values::List(list.clone())),
            Tree::Array(items) => Some(Values::Here(self.list(items))),
            _ => {
                self.error("E226", "values 应为清单名，或值的数组", node);
                None
            }
        }
    }

    /// A list of values and entries.
    pub fn list(&mut self, nodes: &[Node]) -> Vec<ListEntry> {
        nodes.iter().filter_map(|n| self.list_entry(n)).collect()
    }

    fn list_entry(&mut self, node: &Node) -> Option<ListEntry> {
        if let Some(value) = node.str() {
            return Some(ListEntry::Value(value.to_string(), node.place.clone()));
        }
        let raw: RawListEntry = read(node, self.diagnostics)?;
        self.check_key(&raw.key, 16, node);
        Some(ListEntry::Entry(Box::new(NamedEntry {
            name: raw.name.unwrap_or_else(|| raw.key.clone()),
            key: raw.key,
            head: raw.head.and_then(|n| self.template(&n)),
            filter: self.filter(raw.filter),
            from: raw.from,
            of: raw.of,
            place: node.place.clone(),
        })))
    }

    fn cell(&mut self, node: &Node) -> Option<CellDecl> {
        let plain = |content, place: &Place| CellDecl {
            content,
            cols: 1,
            rows: 1,
            merge: false,
            align: None,
            header: false,
            place: place.clone(),
        };
        if node.str().is_some() {
            return Some(plain(CellContent::Text(self.template(node)?), &node.place));
        }
        let raw: RawCell = read(node, self.diagnostics)?;
        let content = match (raw.text, raw.key, raw.value) {
            (Some(text), None, None) => CellContent::Text(self.template(&text)?),
            (None, Some(key), value) => {
                self.check_key(&key, 12, node);
                let value = value.unwrap_or(RawValue { from: None, filter: None, of: None, join: None, numbers: None });
                CellContent::Figure {
                    key,
                    from: value.from,
                    filter: self.filter(value.filter),
                    of: value.of,
                    join: value.join.map(|j| j.into_iter().collect()),
                    numbers: self.look(value.numbers.as_ref()),
                }
            }
            (None, None, None) => CellContent::Text(Template::literal("", &node.place)),
            _ => {
                self.error("E227", "单元格只能有 text，或 key 和 value", node);
                return None;
            }
        };
        if raw.cols == Some(0) || raw.rows == Some(0) {
            self.error("E228", "cols 和 rows 至少为 1", node);
        }
        Some(CellDecl {
            content,
            cols: raw.cols.unwrap_or(1).max(1),
            rows: raw.rows.unwrap_or(1).max(1),
            merge: raw.merge,
            align: raw.align,
            header: raw.header,
            place: node.place.clone(),
        })
    }
}

/// A key as it may stand in an address.
pub fn is_key(key: &str) -> bool {
    !key.is_empty() && !key.chars().any(|c| c.is_whitespace() || "/@~%#.*".contains(c))
}

fn blank_row(node: &Node) -> RowDecl {
    RowDecl {
        blank: true,
        key: None,
        label: None,
        filter: Filter::All(Vec::new()),
        from: None,
        join: None,
        parts: Parts::None,
        of: None,
        skip: Vec::new(),
        cells: Vec::new(),
        indent: Indent::Fixed(0.0),
        style: None,
        numbers: LookPatch::default(),
        when: None,
        each: None,
        values: None,
        levels: Vec::new(),
        keep_all: None,
        order: Order::Natural,
        id: Vec::new(),
        rows: Vec::new(),
        row: true,
        place: node.place.clone(),
    }
}
