//! A book that was published, and the one that takes its place: the pages to replace, and one statement with a section a
//! department.

use super::Book;
use crate::bureau::board::Line;
use crate::bureau::compared::{Fate, fate};
use crate::cell_name::is_workbook;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::diff::{Diff, PageChange, PageChanges};
use crate::edition::{Change, Reasons, Since, changes, ids, job_of_notice, left_out, same_in_print};
use crate::folder::Folder;
use crate::made::Made;
use crate::prepare::{Prepared, prepare};
use crate::write::{Format, Output};

/// A book as it was published and as it is now.
pub struct Corrected<'a> {
    old: &'a Book<'a>,
    new: &'a Book<'a>,
    /// What is to be stated: of the departments in their order, then of the pages.
    changes: Vec<Change>,
}

/// In `corrections.toml`, of a department that had no edition when the book was published: `[since."汇编"]`.
const BOOK: &str = "汇编";

impl<'a> Corrected<'a> {
    /// Compares them department by department; each change needs its reason in the department's `corrections.toml`. None:
    /// one has none, or the file cannot be read.
    pub fn of(old: &'a Book<'a>, new: &'a Book<'a>, diagnostics: &mut Diagnostics) -> Option<Corrected<'a>> {
        let before = diagnostics.count(Severity::Error);
        let mut corrected = Corrected { old, new, changes: Vec::new() };
        let same = |a: &Line, b: &Line| match a.department.code.is_empty() {
            true => a.department.folder == b.department.folder,
            false => a.department.code == b.department.code,
        };
        for line in &new.board.lines {
            let earlier = old.board.lines.iter().find(|earlier| same(earlier, line));
            corrected.department(earlier, line, diagnostics);
        }
        for gone in old.board.lines.iter().filter(|gone| new.board.lines.iter().all(|line| !same(gone, line))) {
            if old.has(gone) {
                corrected.came_or_went(gone, "已编入", "不再编入");
            }
        }
        (diagnostics.count(Severity::Error) == before).then_some(corrected)
    }

    fn department(&mut self, earlier: Option<&Line>, line: &Line, diagnostics: &mut Diagnostics) {
        let (was, is) = (earlier.filter(|earlier| self.old.has(earlier)), self.new.has(line));
        let Some(was) = was.filter(|_| is) else {
            match (was.is_some(), is) {
                (false, true) => self.came_or_went(line, "没有编入", "编入"),
                (true, false) => self.came_or_went(line, "已编入", "没有编入"),
                _ => {}
            }
            return;
        };
        let old = Folder::at(&self.old.bureau.path_of(&was.department));
        let new = Folder::at(&self.new.bureau.path_of(&line.department));
        match fate(&old, &new, self.new.workshop) {
            Fate::Compared(diff) => {
                let since = ids(old.shown()).pop().unwrap_or_else(|| BOOK.to_string());
                let mut found = Diagnostics::default();
                self.changed(line, &diff, &Reasons::read(&new, &since, &mut found), &mut found);
                found.iter_mut().for_each(|found| in_folder(found, &line.department.folder));
                diagnostics.extend(found);
            }
            Fate::NotCompared(why) => {
                diagnostics.push(left_out(format_args!("{}，{why}", line.department.name)));
            }
            Fate::Same | Fate::Added | Fate::Removed => {}
        }
    }

    fn changed(&mut self, line: &Line, diff: &Diff, reasons: &Reasons, found: &mut Diagnostics) {
        for one in &diff.not_compared {
            found.push(left_out(one));
        }
        for document in diff.documents.iter().filter(|document| !document.is_same()) {
            for mut change in changes(document, reasons, found) {
                // Whose document it is, where the department has several.
                if let Some(name) = document.name.as_ref().filter(|_| diff.documents.len() > 1) {
                    let title = change.entry("title").or_default();
                    *title = format!("{name} {title}").trim_end().to_string();
                }
                change.insert("department", title(line));
                self.changes.push(change);
            }
        }
        reasons.report_unused(&diff.documents, found);
    }

    fn came_or_went(&mut self, line: &Line, before: &str, after: &str) {
        self.changes.push(Change::from([
            ("kind", "增减".to_string()),
            ("department", title(line)),
            ("before", before.to_string()),
            ("after", after.to_string()),
        ]));
    }

    /// The files of a volume of the new book, as [`Book::volume`] makes them, compared with the old one's pages.
    pub fn volume(&mut self, number: usize, formats: &[Format], diagnostics: &mut Diagnostics) -> Vec<Output> {
        let Some(bound) = self.new.bound(number, diagnostics) else { return Vec::new() };
        // What is wrong with the old book was told when it was made.
        let unheard = &mut Diagnostics::default();
        let before = (number < self.old.volumes()).then(|| self.old.bound(number, unheard)).flatten();
        let replaced = match before {
            Some(before) => of_pages(&PageChanges::of(&before.pages, &bound.pages), !self.new.binding.by_department),
            None => Some("全部（原来没有这一册）".to_string()),
        };
        self.replace(&self.new.label(number), replaced);
        bound.write(self.new.workshop, formats, diagnostics)
    }

    fn replace(&mut self, label: &str, pages: Option<String>) {
        let Some(pages) = pages else { return };
        let label = if label.is_empty() { "全一册" } else { label };
        self.changes.push(Change::from([("kind", "换页".to_string()), ("title", label.to_string()), ("after", pages)]));
    }

    /// The statement, after every volume was made. `date`: ISO. Nothing where the books are the same in print (E624).
    pub fn statement(mut self, date: &str, formats: &[Format], diagnostics: &mut Diagnostics) -> Vec<Output> {
        for gone in self.new.volumes()..self.old.volumes() {
            self.replace(&self.old.label(gone), Some("整册撤去".to_string()));
        }
        if self.changes.is_empty() {
            diagnostics.push(same_in_print(&format!("{} 的汇编", self.old.bureau.folder.display())));
            return Vec::new();
        }
        let mut found = Diagnostics::default();
        let folder = self.new.front.folder("", false);
        let job = prepare(&folder, &self.new.workshop.layouts, &mut found).pop();
        let since = Since { id: BOOK, date: "" };
        let statement = job.and_then(|Prepared { name, job }| {
            let job = job_of_notice(job, self.changes, &since, date, &mut found)?;
            Made::compose(Prepared { name, job }, None, &mut found)
        });
        let fonts = &self.new.workshop.fonts;
        let mut outputs = Vec::new();
        if let Some(statement) = statement {
            found.extend(statement.found_on_pages(fonts).clone());
            if !found.has_errors() {
                match statement.write(fonts, formats) {
                    Ok(files) => outputs = files,
                    Err(refused) => found.push(refused),
                }
            }
        }
        diagnostics.extend(found);
        outputs
    }
}

/// 631 临港部门
fn title(line: &Line) -> String {
    format!("{} {}", line.department.code, line.department.name).trim().to_string()
}

/// A place in a department's file, as it is called from the bureau's folder.
fn in_folder(found: &mut Diagnostic, folder: &str) {
    if let Some(place) = found.place.as_mut().filter(|_| !is_workbook(folder)) {
        place.file = format!("{folder}/{}", place.file).into();
    }
}

/// The pages to replace by the numbers that readers see, and the sheets of paper; none: they are the same.
fn of_pages(pages: &PageChanges, numbered: bool) -> Option<String> {
    if pages.is_same() {
        return None;
    }
    let mut said = match (pages.changed.len(), pages.changed.len() == pages.new_count) {
        (0, _) => String::new(),
        (_, true) => "全部".to_string(),
        (count, false) => format!("{count} 页：{}", runs(&pages.changed, numbered).join("、")),
    };
    let mut also = |words: String| {
        if !said.is_empty() {
            said.push('；');
        }
        said += &words;
    };
    if pages.old_count != pages.new_count {
        also(format!("由 {} 页变为 {} 页", pages.old_count, pages.new_count));
    }
    if pages.changed.len() < pages.new_count {
        let sheets: Vec<String> = pages.sheets().iter().map(usize::to_string).collect();
        if !sheets.is_empty() {
            also(format!("双面印刷换第 {} 张", sheets.join("、")));
        }
    }
    Some(said)
}

/// Pages that follow each other as one: `12—15`. One without a number is called by its place in the volume, and all are
/// where the numbers begin again with each department.
fn runs(changed: &[PageChange], numbered: bool) -> Vec<String> {
    let number = |page: &PageChange| page.label.parse::<u32>().ok();
    let follows = |a: &PageChange, b: &PageChange| {
        let counts_on = match (number(a), number(b)) {
            (Some(a), Some(b)) => a + 1 == b,
            (None, None) => a.label.is_empty() == b.label.is_empty(),
            _ => false,
        };
        a.index + 1 == b.index && (counts_on || !numbered)
    };
    let run = |run: &[PageChange]| {
        let name = |page: &PageChange| match numbered && !page.label.is_empty() {
            true => page.label.clone(),
            false => (page.index + 1).to_string(),
        };
        let names = match run {
            [first, .., last] => format!("{}—{}", name(first), name(last)),
            _ => run.first().map(name).unwrap_or_default(),
        };
        match run.first() {
            Some(first) if numbered && first.label.is_empty() => format!("第 {names} 面（无页码）"),
            _ if !numbered => format!("第 {names} 面"),
            _ => names,
        }
    };
    changed.chunk_by(follows).map(run).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(index: usize, label: &str) -> PageChange {
        PageChange { index, label: label.to_string(), added: false }
    }

    #[test]
    fn pages_that_follow_each_other_are_one_run() {
        let labels = ["", "", "ii", "iii", "1", "2", "3", "", "5", "1"];
        let changed: Vec<PageChange> = labels.iter().zip(0..).map(|(label, index)| change(index, label)).collect();
        let told = ["第 1—2 面（无页码）", "ii—iii", "1—3", "第 8 面（无页码）", "5", "1"];
        assert_eq!(runs(&changed, true), told, "numbers of another kind, and those that begin again, are another run");
        assert_eq!(runs(&changed[3..5], false), ["第 4—5 面"]);
        assert_eq!(runs(&[change(2, "iii"), change(4, "2")], true), ["iii", "2"]);
    }

    #[test]
    fn what_differs_is_told_with_its_sheets() {
        let pages = |old_count, new_count, changed| PageChanges { old_count, new_count, changed };
        assert_eq!(of_pages(&pages(4, 4, vec![]), true), None);
        let some = pages(5, 5, vec![change(1, "2"), change(2, "3"), change(4, "5")]);
        assert_eq!(of_pages(&some, true).as_deref(), Some("3 页：2—3、5；双面印刷换第 1、2、3 张"));
        let all = pages(3, 1, vec![change(0, "1")]);
        assert_eq!(of_pages(&all, true).as_deref(), Some("全部；由 3 页变为 1 页"));
        assert_eq!(of_pages(&pages(4, 3, vec![]), true).as_deref(), Some("由 4 页变为 3 页；双面印刷换第 2 张"));
    }
}
