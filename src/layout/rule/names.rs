//! Names in rules that name nothing in their set, and rules that could never be asked.

use super::{CellPattern, Demand, Expr, FigureRule};
use crate::data::{Kind, filter};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::layout::{ColumnDecl, Each, LayoutSet, RowDecl, TableLayout};
use crate::money::Unit;
use crate::toml_tree::suggestion;

/// Names in rules that name nothing in the set, and rules that no data would ever be held against.
pub fn check(set: &LayoutSet, diagnostics: &mut Diagnostics) {
    for rule in set.rules.iter() {
        let mut wrong = Vec::new();
        names(set, rule, &mut wrong);
        wrong.dedup();
        for (message, hint) in wrong {
            let found = Diagnostic::error("E283", format!("规则 {}：{message}", rule.code)).at(rule.place.clone());
            diagnostics.push(if hint.is_empty() { found } else { found.hint(hint) });
        }
        records(set, rule, diagnostics);
        let mut never = Vec::new();
        never_asked(set, rule, &mut never);
        for (message, hint) in never {
            let found = Diagnostic::error("E284", format!("规则 {} 永远查不到什么：{message}", rule.code));
            diagnostics.push(found.at(rule.place.clone()).hint(hint));
        }
    }
}

/// Files that a rule over records names, and its filters over them.
fn records(set: &LayoutSet, rule: &FigureRule, diagnostics: &mut Diagnostics) {
    let (files, filters) = match &rule.demand {
        Demand::Records(demand) => (&demand.files, vec![&demand.of, &demand.are]),
        Demand::Once(files) => (files, Vec::new()),
        _ => return,
    };
    let known: Vec<&str> = set.schema.files.keys().map(String::as_str).collect();
    for id in files {
        match set.schema.files.get(id) {
            Some(file) => {
                let found = filters.iter().flat_map(|f| filter::check(f, file, &set.schema));
                found.for_each(|wrong| diagnostics.push(wrong));
            }
            None => diagnostics.push(
                Diagnostic::error("E283", format!("规则 {}：schema.toml 里没有文件“{id}”", rule.code))
                    .at(rule.place.clone())
                    .hint(suggestion(id, &known)),
            ),
        }
    }
}

/// Why a rule would never find anything: nothing to ask it of, or nothing in it that can be computed.
fn never_asked(set: &LayoutSet, rule: &FigureRule, never: &mut Vec<(String, String)>) {
    let each = &rule.each;
    let mut say = |message: &str, hint: &str| never.push((message.to_string(), hint.to_string()));
    let quantified = !(each.tables.is_empty() && each.rows.is_empty() && each.columns.is_empty());
    if let Demand::Rows(_) = rule.demand {
        if each.tables.is_empty() {
            say("rows 要写明查哪些表", "如 each = { table = [\"t5\", \"t6\"] }");
        }
        if !each.rows.is_empty() || !each.columns.is_empty() || !rule.when.is_empty() {
            say("rows 只看 each 里的 table，row、column、when 没有用", "删去它们，或者改写成 is");
        }
        return;
    }
    let Demand::Relation(relation) = &rule.demand else {
        if quantified || !rule.when.is_empty() {
            say("same、records、once 用不到 each 和 when", "删去它们；records 的范围写在它的 where 里");
        }
        return;
    };
    let bare = each.rows.iter().find(|row| !row.contains('/'));
    if let Some(row) = bare.filter(|_| each.tables.is_empty()) {
        say(&format!("row = “{row}”没有说是哪张表的行"), "写成 表/行，或者在 each 里加 table");
    }
    if !each.columns.is_empty() && each.tables.is_empty() {
        say("each 里有 column 却没有 table，不知道是哪张表的列", "在 each 里加 table");
    }
    for relation in rule.relations() {
        for side in [&relation.left, &relation.right] {
            if side.has_percent_within() {
                say("percent(…) 只能单独在等号的一边，不能再加减乘", "把它写成关系的整个左边或右边");
            }
            if multiplies_money(set, rule, side) {
                say("两个金额不能相乘", "相乘的两边至少有一边是数，或者是件数、面积一类的列");
            }
        }
    }
    if relation.left.cells().is_empty() && relation.right.cells().is_empty() {
        say("关系里没有一个数字的地址", "如 is = \"t5/合计/基本 = t6/合计/合计\"");
    }
    let levels: Vec<&str> = set.schema.classes.values().flat_map(|c| &c.levels).map(String::as_str).collect();
    let known: Vec<&str> = ["左", "右", "正文", "上级", "末级"].into_iter().chain(levels).collect();
    let of_cells = rule.relations().flat_map(|r| r.left.cells().into_iter().chain(r.right.cells()));
    let selectors = each.rows.iter().map(|row| row.rsplit('/').next().unwrap_or(row));
    for selector in selectors.chain(of_cells.map(|cell| cell.row.as_str())) {
        let name = selector.strip_prefix('[').map(|rest| rest.trim_end_matches(']'));
        if let Some(name) = name.filter(|name| !known.contains(name)) {
            never.push((format!("没有“[{name}]”这种行"), suggestion(name, &known)));
        }
    }
    for row in &each.rows {
        let (id, selector) = row.split_once('/').unwrap_or(("{table}", row));
        let cell = CellPattern { table: id.to_string(), row: selector.to_string(), column: "{column}".to_string() };
        // A key of one of the tables is asked of that one.
        let mut wrong: Vec<Vec<(String, String)>> = Vec::new();
        for table in tables_of(set, rule, &cell.table) {
            wrong.push(Vec::new());
            known_keys(set, table, &cell, wrong.last_mut().expect("just put there"));
        }
        if !wrong.is_empty() && wrong.iter().all(|found| !found.is_empty()) {
            never.extend(wrong.swap_remove(0));
        }
    }
    for column in each.columns.iter().filter(|c| *c != "*") {
        let cell = CellPattern { table: "{table}".into(), row: "{row}".into(), column: column.clone() };
        let tables = tables_of(set, rule, &cell.table);
        let mut wrong = Vec::new();
        tables.iter().for_each(|table| known_keys(set, table, &cell, &mut wrong));
        if !tables.is_empty() && wrong.len() == tables.len() {
            never.extend(wrong.into_iter().take(1));
        }
    }
}

/// Whether some product has figures of money on both sides.
fn multiplies_money(set: &LayoutSet, rule: &FigureRule, expr: &Expr) -> bool {
    match expr {
        Expr::Multiply(a, b) => {
            let of_money = |side: &Expr| side.cells().iter().any(|cell| is_money(set, rule, cell));
            of_money(a) && of_money(b) || multiplies_money(set, rule, a) || multiplies_money(set, rule, b)
        }
        Expr::Add(a, b) | Expr::Subtract(a, b) | Expr::Percent(a, b) => {
            multiplies_money(set, rule, a) || multiplies_money(set, rule, b)
        }
        Expr::Number(_) | Expr::Cell(_) | Expr::Sum(_) => false,
    }
}

/// Whether a cell's column certainly holds amounts.
fn is_money(set: &LayoutSet, rule: &FigureRule, cell: &CellPattern) -> bool {
    let is_plain = |table: &TableLayout, column: &ColumnDecl| {
        let from = column.from.as_deref().unwrap_or(&table.from);
        let of = column.of.as_deref().or(table.measure.as_deref().filter(|_| from == table.from));
        let field = set.schema.files.get(from).and_then(|file| file.field(of?));
        column.numbers.unit == Some(Unit::Plain)
            || table.numbers.unit == Some(Unit::Plain)
            || column.calc.is_some()
            || field.is_some_and(|f| f.kind == Kind::Number)
    };
    tables_of(set, rule, &cell.table).iter().any(|table| {
        let columns = table.columns.iter().chain(table.sides.iter().flat_map(|side| &side.columns));
        columns.into_iter().any(|column| column.key.as_deref() == Some(&cell.column) && !is_plain(table, column))
    })
}

fn names(set: &LayoutSet, rule: &FigureRule, wrong: &mut Vec<(String, String)>) {
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

fn tables_of<'s>(set: &'s LayoutSet, rule: &'s FigureRule, id: &'s str) -> Vec<&'s TableLayout> {
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
    let columns: Vec<&ColumnDecl> = table.columns.iter().chain(table.sides.iter().flat_map(|s| &s.columns)).collect();
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
            Some(Each::Field(name)) => !is_code(name),
            Some(_) => true,
            None => false,
        };
        row_keys(&row.rows, is_code, keys, open);
    }
}
