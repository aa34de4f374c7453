//! Mistakes of a set that can be seen without data: names that name nothing, doubled keys, shapes that cannot be.

mod chart;
mod table;

use super::*;
use crate::data::{FileDecl, filter};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::toml_tree::suggestion;

/// Checks what a set is made of, the department's prose among it.
pub fn check_parts(set: &LayoutSet, stems: &[String], diagnostics: &mut Diagnostics) {
    let mut check = Check { set, diagnostics };
    check.parts(stems);
    check.conditions();
}

/// Checks what a set declares, in which no prose has a part.
pub fn check_declared(set: &LayoutSet, diagnostics: &mut Diagnostics) {
    let mut check = Check { set, diagnostics };
    check.views();
    check.style();
    check.ids();
    check.reasons();
    check.complete();
    check.charts();
    for table in set.tables.values() {
        check.table(table);
    }
    super::rule::check(set, diagnostics);
}

struct Check<'a> {
    set: &'a LayoutSet,
    diagnostics: &'a mut Diagnostics,
}

impl<'a> Check<'a> {
    fn error(&mut self, code: &'static str, message: String, place: &Place, hint: String) {
        let mut found = Diagnostic::error(code, message).at(place.clone());
        if !hint.is_empty() {
            found = found.hint(hint);
        }
        self.diagnostics.push(found);
    }

    /// Reports a name that is none of `known`.
    fn known(&mut self, code: &'static str, what: &str, name: &str, known: &[&str], place: &Place) -> bool {
        let found = known.contains(&name);
        if !found {
            self.error(code, format!("没有名为“{name}”的{what}"), place, suggestion(name, known));
        }
        found
    }

    /// `stems`: all tables and narratives there are, those that could not be read too.
    fn parts(&mut self, stems: &[String]) {
        let stems: Vec<&str> = stems.iter().filter(|s| !s.starts_with("text/")).map(String::as_str).collect();
        let set = self.set;
        for part in set.parts.iter().chain(set.correction.iter().flat_map(|notice| &notice.parts)) {
            self.known("E230", "部分（.toml 或 .md 文件）", &part.file, &stems, &part.place);
            self.page(part.placement.page.as_deref(), &part.place);
        }
        for narrative in self.set.narratives.values() {
            self.page(narrative.placement.page.as_deref(), &Place::file(narrative.file.clone()));
        }
    }

    fn page(&mut self, page: Option<&str>, place: &Place) {
        let pages: Vec<&str> = self.set.style.page.keys().map(String::as_str).collect();
        if let Some(page) = page {
            self.known("E231", "页面（style.toml 的 [page]）", page, &pages, place);
        }
    }

    fn style(&mut self) {
        let style = &self.set.style;
        let place = Place::file("style.toml");
        let texts: Vec<&str> = style.text.keys().map(String::as_str).collect();
        let mut roles: Vec<&str> = style.contents.levels.iter().map(String::as_str).collect();
        roles.extend([style.number.text.as_str(), "正文", "引领"]);
        for table in style.table.values() {
            roles.extend(
                [&table.title, &table.above, &table.head, &table.text, &table.number, &table.note].map(String::as_str),
            );
        }
        roles.sort();
        roles.dedup();
        for role in roles {
            self.known("E232", "文字样式（style.toml 的 [text]）", role, &texts, &place);
        }
        self.page(Some(&style.number.page), &place);
        if style.page.is_empty() {
            self.error("E231", "style.toml 没有声明任何页面".into(), &place, "写一个 [page.portrait]".into());
        }
    }

    fn ids(&mut self) {
        let mut seen: IndexMap<&str, &TableLayout> = IndexMap::new();
        for table in self.set.tables.values() {
            if let Some(first) = seen.insert(&table.id, table) {
                let message = format!("表的 id“{}”重复", table.id);
                self.diagnostics.push(
                    Diagnostic::error("E233", message)
                        .at(table.place.clone())
                        .related(first.place.clone(), "先在这里用过")
                        .hint("用 like 的表要写自己的 id"),
                );
            }
        }
    }

    fn reasons(&mut self) {
        let file = self.set.schema.files.values().find(|f| f.role.as_deref() == Some("reasons"));
        let Some(file) = file else { return };
        for field in ["item", "sign", "text"] {
            if file.field(field).is_none() {
                let hint = "要有字段 item（条目）、sign（方向：增加、减少、持平）、text（文字）".to_string();
                self.error("E234", format!("原因文件缺少字段“{field}”"), &file.place, hint);
            }
        }
    }

    /// What the document must have is known by some word.
    fn complete(&mut self) {
        let set = self.set;
        for (name, declared) in set.complete.tables.iter().chain(&set.complete.sections) {
            if declared.words.iter().all(String::is_empty) {
                let message = format!("“{name}”没有写用来认它的词");
                self.error("E256", message, &declared.place, "写上表题或标题里应有的词".into());
            }
        }
    }

    /// `when` of parts and narratives: facts of the report, never figures.
    fn conditions(&mut self) {
        let set = self.set;
        let parts = set.parts.iter().chain(set.correction.iter().flat_map(|notice| &notice.parts));
        let parts = parts.filter_map(|p| p.when.as_ref());
        for when in parts.chain(set.narratives.values().filter_map(|n| n.when.as_ref())) {
            self.when(when);
        }
    }

    /// Names a condition may use. It decides what is composed, so it cannot ask for what composing finds.
    fn when(&mut self, when: &Expression) {
        let set = self.set;
        let Ok(expression) = set.env.compile_expression(&when.source) else { return };
        let mut names: Vec<String> = expression.undeclared_variables(true).into_iter().collect();
        names.sort();
        for name in names {
            let (root, key) = name.split_once('.').unwrap_or((&name, ""));
            if ["f", "rows", "diff", "percent", "total", "lookup", "count", "prose", "table"].contains(&root) {
                let hint = "可用 report、scope、year、given(\"文件\")、empty('表的 id')".to_string();
                self.error("E255", format!("条件（when）里不能用 {root}：条件先于数字"), &when.place, hint);
                continue;
            }
            let known = ["report", "scope", "year", "given", "empty"];
            if !self.known("E255", "条件（when）可用的值", root, &known, &when.place)
                || root != "report"
                || key.is_empty()
            {
                continue;
            }
            let mut keys = vec!["code", "name", "year", "layout", "date"];
            keys.extend(set.report.keys().map(String::as_str));
            self.known("E255", "键（report.toml）", key, &keys, &when.place);
        }
    }

    /// Views that name each other in a circle, and filters of views for the files they fit.
    fn views(&mut self) {
        for (name, filter) in &self.set.schema.views {
            let mut seen = vec![name.as_str()];
            if self.circle(filter, &mut seen) {
                let place = view_place(filter).unwrap_or_else(|| Place::file("schema.toml"));
                self.error("E211", format!("口径“{name}”绕回了自己"), &place, "口径之间不能互相引用成环".into());
            }
        }
    }

    fn circle<'b>(&'b self, filter: &'b Filter, seen: &mut Vec<&'b str>) -> bool {
        match filter {
            Filter::View { name, .. } => {
                if seen.contains(&name.as_str()) {
                    return true;
                }
                let Some(inner) = self.set.schema.views.get(name) else { return false };
                seen.push(name);
                let found = self.circle(inner, seen);
                seen.pop();
                found
            }
            Filter::All(all) => all.iter().any(|f| self.circle(f, seen)),
            _ => false,
        }
    }

    fn doubled(&mut self, keys: &[(&str, &Place)], what: &str) {
        for (index, (key, place)) in keys.iter().enumerate() {
            if let Some((_, first)) = keys[..index].iter().find(|(k, _)| k == key) {
                let message = format!("{what}的 key“{key}”重复");
                self.diagnostics.push(
                    Diagnostic::error("E238", message).at((*place).clone()).related((*first).clone(), "先在这里用过"),
                );
            }
        }
    }

    fn file(&mut self, id: &str, place: &Place) -> Option<&'a FileDecl> {
        let files = &self.set.schema.files;
        let ids: Vec<&str> = files.keys().map(String::as_str).collect();
        self.known("E239", "数据（schema.toml 的 [file]）", id, &ids, place);
        files.get(id)
    }

    fn filter(&mut self, filter: &Filter, file: &FileDecl) {
        for found in filter::check(filter, file, &self.set.schema) {
            self.diagnostics.push(found);
        }
    }
}

fn view_place(filter: &Filter) -> Option<Place> {
    match filter {
        Filter::View { place, .. } | Filter::Field { place, .. } => Some(place.clone()),
        Filter::All(all) => all.iter().find_map(view_place),
        Filter::Never => None,
    }
}
