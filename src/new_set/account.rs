//! What became of a published document: what was understood, what was guessed, what needs a person.

use std::fmt::Write as _;

/// The account of a set that was made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Account {
    /// The set it stands on; none: it is whole by itself.
    pub stands_on: Option<String>,
    /// The set whose records it takes.
    pub schema: String,
    /// Tables that are in the set, of those in the document.
    pub tables: (usize, usize),
    /// Columns and rows that were understood, of all.
    pub understood: (usize, usize),
    /// Numbers of the prose that follow the data, of all.
    pub bound: (usize, usize),
    /// Sections.
    pub sections: usize,
    /// What was understood, a line each.
    pub done: Vec<String>,
    /// What was guessed; marked 请核对 in the files.
    pub guessed: Vec<String>,
    /// What needs a person.
    pub asks: Vec<String>,
}

impl Account {
    /// A table that is not made after all.
    pub(super) fn forget(&mut self, title: &str, understood: (usize, usize)) {
        self.tables.0 -= 1;
        self.understood.0 -= understood.0;
        self.understood.1 -= understood.1;
        let named = format!("《{title}》");
        for lines in [&mut self.done, &mut self.guessed, &mut self.asks] {
            lines.retain(|line| !line.starts_with(&named));
        }
    }

    /// In a few lines.
    pub fn told(&self) -> Vec<String> {
        let mut lines = Vec::new();
        lines.push(match &self.stands_on {
            Some(set) => format!("与 {set} 大体相同：建立在它之上，只写不同之处"),
            None => format!("不是已有的哪一套：整套新写，数据照 {}", self.schema),
        });
        lines.push(format!(
            "表：公开的 {} 张，做成 {} 张；列和行 {} 个，认出 {} 个",
            self.tables.1, self.tables.0, self.understood.1, self.understood.0
        ));
        if self.sections > 0 {
            lines.push(format!(
                "正文：{} 节；手写的数 {} 个，会随数据改动的 {} 个",
                self.sections, self.bound.1, self.bound.0
            ));
        }
        lines.push(format!("猜的 {} 处，文件里标着“请核对”；要人工做的 {} 处", self.guessed.len(), self.asks.len()));
        lines
    }

    /// The file of the set that says it: README.md.
    pub fn written(&self, name: &str, from: &str) -> String {
        let plain = |text: &str| -> String { text.replace(|c: char| c.is_control(), " ") };
        let mut text = format!("# {}\n\n由《{}》做成。", plain(name), plain(from));
        text += "这里说哪些是认出来的，哪些是猜的，哪些要人来做；改完可以删去。\n\n";
        for line in self.told() {
            let _ = writeln!(text, "- {}", plain(&line));
        }
        let sections = [("要人工做的", &self.asks), ("猜的，请核对", &self.guessed), ("认出来的", &self.done)];
        for (title, lines) in sections {
            if lines.is_empty() {
                continue;
            }
            let _ = writeln!(text, "\n## {title}\n");
            for line in lines {
                let _ = writeln!(text, "- {}", plain(line));
            }
        }
        text
    }
}
