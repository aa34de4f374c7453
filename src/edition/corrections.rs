//! `corrections.toml`: why what was published had to be corrected.
//!
//! ```toml
//! [since."2023-02-10-1"]
//! "ledger.csv 办公费 本级" = "办公费少计10万元"   # the record that changed, by words of its fields
//! "text/goals.md" = "……"                          # another file, or a key: report.toml:date
//! "t9/*" = "……"                                    # or the address of a figure; * for any characters
//! ```
//!
//! A record is named by what it says: a key stays right when the file is sorted again. Its line serves too while it
//! stands there: `ledger.csv:11`, lines from to `ledger.csv:11-15`, `ledger.csv:*` for all of the file.

use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::diff::{Cause, DocumentDiff};
use crate::folder::Folder;
use crate::toml_tree::{parse, toml_string};
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The file in the data folder.
pub const FILE: &str = "corrections.toml";

/// The reasons given for what changed since one edition.
#[derive(Debug, Default)]
pub struct Reasons {
    since: String,
    entries: Vec<Entry>,
    /// Causes whose reason was missed already.
    told: RefCell<BTreeSet<String>>,
}

#[derive(Debug)]
struct Entry {
    key: String,
    reason: String,
    place: Place,
    used: Cell<bool>,
}

impl Reasons {
    /// Reads the reasons since `since` from a data folder; without the file there are none.
    pub fn read(folder: &Folder, since: &str, diagnostics: &mut Diagnostics) -> Reasons {
        match folder.text_if_there(FILE) {
            Ok(Some(text)) => return Reasons::parse(&text, since, diagnostics),
            Ok(None) => {}
            Err(found) => diagnostics.push(found),
        }
        Reasons { since: since.to_string(), ..Reasons::default() }
    }

    /// Reads the reasons since `since` from any text. E620: what is not in the form of the file.
    pub fn parse(text: &str, since: &str, diagnostics: &mut Diagnostics) -> Reasons {
        let mut reasons = Reasons { since: since.to_string(), ..Reasons::default() };
        let file: Arc<str> = FILE.into();
        let root = parse(text, &file, diagnostics);
        let wrong = |message: String, place: &Place| {
            Diagnostic::error("E620", message)
                .at(place.clone())
                .hint("写作 [since.\"版号\"]，下面一行一条：\"ledger.csv 办公费\" = \"更正的原因\"")
        };
        for (key, entry) in root.table().into_iter().flatten().filter(|(key, _)| *key != "since") {
            diagnostics.push(wrong(format!("没有“{key}”这个键"), &entry.key));
        }
        let Some(all) = root.get("since") else { return reasons };
        let Some(editions) = all.table() else {
            diagnostics.push(wrong("since 应当按版号分开".to_string(), &all.place));
            return reasons;
        };
        for (id, edition) in editions {
            let Some(entries) = edition.node.table() else {
                diagnostics.push(wrong(format!("“{id}”下面应当是一条条原因"), &edition.key));
                continue;
            };
            for (key, entry) in entries {
                let Some(reason) = entry.node.str().map(str::trim).filter(|reason| !reason.is_empty()) else {
                    diagnostics.push(wrong(format!("“{key}”没有写原因"), &entry.key));
                    continue;
                };
                if id == since {
                    let (key, reason, place) = (key.clone(), reason.to_string(), entry.key.clone());
                    reasons.entries.push(Entry { key, reason, place, used: Cell::new(false) });
                }
            }
        }
        reasons
    }

    /// Why one change was made: by the address of its figure, else by each of its causes. E621 for each cause that
    /// has no reason, with the text to add.
    pub fn of(&self, address: Option<&str>, causes: &[&Cause], diagnostics: &mut Diagnostics) -> String {
        let fits = |entry: &&Entry| entry.key.contains('/') && address.is_some_and(|a| matches(&entry.key, a));
        if let Some(entry) = self.entries.iter().find(fits) {
            entry.used.set(true);
            return entry.reason.clone();
        }
        let mut reasons: Vec<&str> = Vec::new();
        for cause in causes {
            match self.entries.iter().find(|entry| names(&entry.key, cause)) {
                Some(entry) => {
                    entry.used.set(true);
                    if !reasons.contains(&entry.reason.as_str()) {
                        reasons.push(&entry.reason);
                    }
                }
                None if self.told.borrow_mut().insert(cause.place()) => diagnostics.push(self.missing(cause)),
                None => {}
            }
        }
        let last = reasons.len().saturating_sub(1);
        let joined = reasons.iter().enumerate();
        joined
            .map(|(n, r)| if n == last { (*r).to_string() } else { format!("{}；", r.trim_end_matches('。')) })
            .collect()
    }

    fn missing(&self, cause: &Cause) -> Diagnostic {
        let place = match cause {
            Cause::Record(change) => Place::field(change.file.clone(), change.new_line.unwrap_or_default(), 0),
            Cause::File { file } => Place::file(file.as_str()),
            Cause::Order { file } => Place::file(file.clone()),
            Cause::Report { .. } => Place::file("report.toml"),
            Cause::Program | Cause::Hand => Place::file(FILE),
        };
        Diagnostic::error("E621", format!("没有写更正的原因：{cause}")).at(place).hint(format!(
            "在 {FILE} 中加上：\n    [since.\"{}\"]\n    \"{}\" = \"（更正的原因）\"",
            self.since,
            cause.key()
        ))
    }

    /// W: reasons that no change of the page asked for (E622, a warning).
    pub fn report_unused(&self, diff: &[DocumentDiff], diagnostics: &mut Diagnostics) {
        for entry in self.entries.iter().filter(|entry| !entry.used.get()) {
            let causes: Vec<String> = diff.iter().flat_map(|d| d.causes.iter().map(Cause::key)).collect();
            let hint =
                if causes.is_empty() { String::new() } else { format!("变动的地方：{}", causes.join("、")) };
            let found = Diagnostic::warning("E622", format!("“{}”的原因没有用到", entry.key)).at(entry.place.clone());
            diagnostics.push(if hint.is_empty() { found } else { found.hint(hint) });
        }
    }
}

/// The text of `corrections.toml` with a reason for what changed since an edition, in place of the one it has for that key.
/// Every other line stays as it is.
pub fn with_reason(text: &str, since: &str, key: &str, reason: &str) -> String {
    let entry = format!("{} = {}", toml_string(key), toml_string(reason));
    let header = format!("[since.{}]", toml_string(since));
    let is_header = |line: &str| line.trim_start().starts_with('[');
    let named = |line: &str| {
        let mut unheard = Diagnostics::default();
        let root = parse(line, &FILE.into(), &mut unheard);
        let first = |node: &crate::toml_tree::Node| node.table().and_then(|t| t.keys().next().cloned());
        if unheard.has_errors() { None } else { first(&root) }
    };
    let is_of_edition = |line: &str| {
        let mut unheard = Diagnostics::default();
        let root = parse(line, &FILE.into(), &mut unheard);
        let editions = root.get("since").and_then(|node| node.table());
        is_header(line) && editions.is_some_and(|editions| editions.keys().any(|id| id == since))
    };
    let mut lines: Vec<&str> = text.lines().collect();
    let Some(at) = lines.iter().position(|line| is_of_edition(line)) else {
        let before = if text.trim().is_empty() { String::new() } else { format!("{}\n\n", text.trim_end()) };
        return format!("{before}{header}\n{entry}\n");
    };
    let end = lines[at + 1..].iter().position(|line| is_header(line)).map_or(lines.len(), |n| at + 1 + n);
    match lines[at + 1..end].iter().position(|line| named(line).as_deref() == Some(key)) {
        Some(n) => lines[at + 1 + n] = &entry,
        None => lines.insert(at + 1, &entry),
    }
    lines.join("\n") + "\n"
}

/// Whether a key names a cause: by what its record says, by its place, by lines from to.
fn names(key: &str, cause: &Cause) -> bool {
    let place = cause.place();
    if matches(key, &place) {
        return true;
    }
    let Cause::Record(change) = cause else { return false };
    let Some(rest) = key.strip_prefix(&*change.file) else { return false };
    if let Some(lines) = rest.strip_prefix(':') {
        let between = |from: &str, to: &str| {
            let (from, to): (u32, u32) = (from.trim().parse().ok()?, to.trim().parse().ok()?);
            Some((from..=to).contains(&change.new_line?))
        };
        let ends = lines.split_once(['-', '–', '—', '~', '～', '至']);
        return ends.and_then(|(from, to)| between(from, to)).unwrap_or(false);
    }
    if !rest.starts_with(char::is_whitespace) {
        return false;
    }
    let words: Vec<&str> = rest.split_whitespace().collect();
    let says = |said: &Vec<String>| words.iter().all(|word| said.iter().any(|s| matches(word, s)));
    !words.is_empty() && change.says.iter().any(says)
}

/// Whether an address is the pattern's, `*` standing for any characters.
fn matches(pattern: &str, address: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = address.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::RecordChange;
    use proptest::prelude::*;

    const TEXT: &str = "[since.\"2023-02-10-1\"]\n\"ledger.csv:11\" = \"少计。\"\n\"t9/*\" = \"三公\"\n\
                        [since.\"2022-01-01-1\"]\n\"ledger.csv:12\" = \"旧\"\n";

    fn record(line: u32) -> Cause {
        let (old_line, new_line) = (Some(line), Some(line));
        Cause::Record(RecordChange {
            file: "ledger.csv".into(),
            old_line,
            new_line,
            label: "办公费".into(),
            fields: vec![],
            words: vec!["办公费".into(), format!("2050{line}")],
            says: vec![vec![format!("2050{line}"), "办公费".into(), "本级".into(), "8,300.00".into()]],
        })
    }

    #[test]
    fn a_reason_is_found_by_address_then_by_cause_of_its_own_edition() {
        let mut found = Diagnostics::default();
        let reasons = Reasons::parse(TEXT, "2023-02-10-1", &mut found);
        assert_eq!(reasons.of(Some("t1/a/b"), &[&record(11)], &mut found), "少计。");
        assert_eq!(reasons.of(Some("t9/a/b"), &[&record(11)], &mut found), "三公");
        assert!(found.is_empty());
        assert_eq!(reasons.of(None, &[&record(11), &record(12)], &mut found), "少计。");
        let said = found.sorted()[0].to_string();
        assert_eq!(
            said,
            "ledger.csv:12 错误[E621] 没有写更正的原因：ledger.csv:12 办公费\n  提示：在 corrections.toml 中加上：\n    \
             [since.\"2023-02-10-1\"]\n    \"ledger.csv 办公费 205012\" = \"（更正的原因）\""
        );
    }

    #[test]
    fn a_record_is_named_by_its_words_its_line_or_lines_from_to() {
        for (key, fits) in [
            ("ledger.csv 办公费", true),
            ("ledger.csv 205027 办公费", true),
            ("ledger.csv  本级 办公*", true),
            ("ledger.csv 8,300.00", true),
            ("ledger.csv 水费", false),
            ("ledger.csv 办公费 水费", false),
            ("ledger.csv ", false),
            ("ledger.csv办公费", false),
            ("prior.csv 办公费", false),
            ("ledger.csv:27", true),
            ("ledger.csv:27*", true),
            ("ledger.csv:2", false),
            ("ledger.csv:20-30", true),
            ("ledger.csv:27～27", true),
            ("ledger.csv:28-30", false),
            ("ledger.csv:27-x", false),
            ("ledger.csv:*", true),
            ("ledger.csv*", true),
            ("*", true),
            ("prior.csv:*", false),
        ] {
            assert_eq!(names(key, &record(27)), fits, "{key}");
        }
    }

    #[test]
    fn what_is_not_in_the_form_is_told_with_its_place() {
        let mut found = Diagnostics::default();
        let text = "reason = \"x\"\n[since]\n\"a\" = 1\n[since.b]\n\"ledger.csv:1\" = \"\"\n";
        Reasons::parse(text, "b", &mut found);
        let said: Vec<String> = found.sorted().iter().map(ToString::to_string).collect();
        assert_eq!(said.len(), 3, "{said:?}");
        assert!(said[0].starts_with("corrections.toml:1:1 错误[E620] 没有“reason”这个键"), "{said:?}");
    }

    #[test]
    fn a_reason_is_written_under_its_edition_and_nothing_else_changes() {
        let new = with_reason(TEXT, "2023-02-10-1", "ledger.csv 水费", "说“好”\"");
        let line = "\"ledger.csv 水费\" = \"说“好”\\\"\"\n";
        assert_eq!(new, TEXT.replace("[since.\"2023-02-10-1\"]\n", &format!("[since.\"2023-02-10-1\"]\n{line}")));
        let again = with_reason(&new, "2023-02-10-1", "ledger.csv 水费", "又");
        assert_eq!(again, new.replace("说“好”\\\"", "又"));
        // The same key of another edition is another.
        let other = with_reason(TEXT, "2022-01-01-1", "ledger.csv:11", "更早");
        assert_eq!(
            other,
            TEXT.replace("[since.\"2022-01-01-1\"]\n", "[since.\"2022-01-01-1\"]\n\"ledger.csv:11\" = \"更早\"\n")
        );
        for (text, since) in [("", "b"), (TEXT, "b")] {
            let mut found = Diagnostics::default();
            let reasons = Reasons::parse(&with_reason(text, since, "ledger.csv:11", "因为"), since, &mut found);
            assert_eq!((reasons.of(None, &[&record(11)], &mut found).as_str(), found.is_empty()), ("因为", true));
        }
    }

    #[test]
    fn stars_stand_for_any_characters() {
        for (pattern, address, fits) in [
            ("t5/201/基本", "t5/201/基本", true),
            ("t5/*", "t5/201/基本", true),
            ("t5/*/基本", "t5/201/基本", true),
            ("*/基本", "t5/201/项目", false),
            ("t5/201", "t5/201/基本", false),
        ] {
            assert_eq!(matches(pattern, address), fits, "{pattern} {address}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,200}") {
            Reasons::parse(&text, "a", &mut Diagnostics::default());
        }
    }
}
