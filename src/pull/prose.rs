//! Own paragraphs whose words changed: which line of which file, and that line with only its literal words replaced.
//! Template expressions stay; a figure typed over in prose is a change of that figure, and none of the words.

use super::base::{Base, Now};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::document::{Block, Document, Inline, Source};
use crate::folder::Folder;
use crate::read_docx::{Prose, Reading};
use similar::{Algorithm, DiffOp, capture_diff_slices};
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

/// A line of the department's own text to be written anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProseEdit {
    /// Relative to the data folder.
    pub file: String,
    /// In the folder's file as it is now.
    pub line: u32,
    /// The line as it is, and as it shall be.
    pub old: String,
    /// The words instead.
    pub new: String,
    paragraph: u32,
    /// The paragraph's words as the file has them, figures left out.
    words: Vec<String>,
}

impl ProseEdit {
    /// Said where trying it showed that it would not say what the file says.
    pub fn refused(&self) -> String {
        let words = self.words.join("□");
        format!(
            "{}:{} 的文字改了，但不能写回模板（含有判断、循环，或改到了数字旁的式子），请人工改：{words}",
            self.file, self.line
        )
    }
}

/// The edits that the changed paragraphs ask for. What cannot be one is said in `structure`; `given` counts those that
/// the folder has already.
pub fn edits(
    base: &Base,
    before: &Reading,
    file: &Reading,
    structure: &mut Vec<String>,
    given: &mut usize,
    diagnostics: &mut Diagnostics,
) -> Vec<ProseEdit> {
    let mut edits = Vec::new();
    for was in &before.prose {
        let Some(is) = file.prose.iter().find(|p| (&p.file, p.paragraph) == (&was.file, was.paragraph)) else {
            structure.push(format!("{} 第 {} 段不见了：{}", was.file, was.paragraph, shortened(&was.text)));
            continue;
        };
        if was.text == is.text {
            continue;
        }
        let place = format!("{} 第 {} 段", was.file, was.paragraph);
        if is.text.contains('\u{FFFC}') {
            let text = is.text.replace('\u{FFFC}', "□");
            structure.push(format!("{place}里有不能读取的符号（□），没有采用：{}", shortened(&text)));
            continue;
        }
        let Some((old, new)) = words(was, is) else {
            structure.push(format!("{place}里的数字增删了，没有采用：{}", shortened(&is.text)));
            continue;
        };
        if old == new {
            continue; // a figure was typed over
        }
        if is.text.contains('\n') && !was.text.contains('\n') {
            structure.push(format!("{place}被分成了几段，没有采用：{}", shortened(&is.text)));
            continue;
        }
        if new.iter().all(|w| w.trim().is_empty()) && is.figures.is_empty() {
            structure.push(format!("{place}被清空，没有采用：{}", shortened(&was.text)));
            continue;
        }
        match edit(base, was, &old, &new) {
            Ok(Some(Wanted::Edit(edit))) => edits.push(edit),
            Ok(Some(Wanted::Given)) => *given += 1,
            Ok(None) => structure.push(format!("{place}的文字改了，但不能写回模板，请人工改：{}", shortened(&is.text))),
            Err(found) => diagnostics.push(found),
        }
    }
    edits
}

/// The words between the figures of both; None where the figures are not the same ones.
fn words(was: &Prose, is: &Prose) -> Option<(Vec<String>, Vec<String>)> {
    let old = split(was);
    let addresses = |p: &Prose| p.figures.iter().map(|f| f.address.clone()).collect::<Vec<_>>();
    if addresses(was) == addresses(is) {
        return Some((old, split(is)));
    }
    // Controls were lost: the figures stand as plain text between the words.
    if !is.figures.is_empty() {
        return None;
    }
    between(&old, &is.text).map(|new| (old, new))
}

/// The words between the figures.
fn split(prose: &Prose) -> Vec<String> {
    let mut words = Vec::with_capacity(prose.figures.len() + 1);
    let mut at = 0;
    for figure in &prose.figures {
        words.push(prose.text.get(at..figure.range.start).unwrap_or_default().to_owned());
        at = figure.range.end;
    }
    words.push(prose.text.get(at..).unwrap_or_default().to_owned());
    words
}

/// A text cut at its numbers, one between each two of `old`; None where it has more or fewer numbers than that.
fn between(old: &[String], text: &str) -> Option<Vec<String>> {
    let numbers = |text: &str| -> Vec<Range<usize>> {
        let mut found: Vec<Range<usize>> = Vec::new();
        for (at, c) in text.char_indices() {
            let goes_on = c.is_ascii_digit() || (matches!(c, '.' | ',') && found.last().is_some_and(|r| r.end == at));
            match found.last_mut() {
                Some(last) if goes_on && last.end == at => last.end = at + 1,
                _ if c.is_ascii_digit() => found.push(at..at + 1),
                _ => {}
            }
        }
        found
    };
    let inside: Vec<usize> = old.iter().map(|words| numbers(words).len()).collect();
    let all = numbers(text);
    if all.len() != inside.iter().sum::<usize>() + old.len() - 1 {
        return None;
    }
    let mut new = Vec::with_capacity(old.len());
    let (mut at, mut next) = (0, 0);
    for count in &inside[..old.len() - 1] {
        next += count;
        let figure = &all[next];
        new.push(text[at..figure.start].to_owned());
        at = figure.end;
        next += 1;
    }
    new.push(text[at..].to_owned());
    Some(new)
}

/// The template's line with its words replaced. None where the words do not stand in it one to one.
fn edit(base: &Base, was: &Prose, old: &[String], new: &[String]) -> Result<Option<Wanted>, Diagnostic> {
    let Some(line) = line_of(base.made.document(), was) else { return Ok(None) };
    let text = base.data.text(&was.file)?;
    let Some(template) = text.lines().nth(line as usize - 1) else { return Ok(None) };
    let Some(rewritten) = rewrite(template, old, new) else { return Ok(None) };
    let line = match base.line_now(&was.file, line, &rewritten)? {
        Now::At(line) => line,
        Now::Given => return Ok(Some(Wanted::Given)),
    };
    Ok(Some(Wanted::Edit(ProseEdit {
        file: was.file.clone(),
        line,
        old: template.to_owned(),
        new: rewritten,
        paragraph: was.paragraph,
        words: new.to_vec(),
    })))
}

/// What becomes of a line that the Word file changes.
enum Wanted {
    Edit(ProseEdit),
    /// The folder has it already.
    Given,
}

/// The line a paragraph comes from, if no other paragraph comes from it.
fn line_of(document: &Document, prose: &Prose) -> Option<u32> {
    let of_file = || own(document).filter(|(source, _)| *source.file == *prose.file);
    let line = of_file().find(|(source, _)| source.paragraph == prose.paragraph)?.0.line;
    let alone = of_file().filter(|(source, _)| source.line == line).count() == 1;
    (alone && line > 0).then_some(line)
}

/// The department's own paragraphs and headings.
fn own(document: &Document) -> impl Iterator<Item = (&Source, &[Inline])> {
    let sourced = document.blocks().filter_map(|block| match block {
        Block::Heading(h) => h.source.as_ref().map(|s| (s, h.inlines.as_slice())),
        Block::Paragraph(p) => p.source.as_ref().map(|s| (s, p.inlines.as_slice())),
        _ => None,
    });
    sourced.filter(|(source, _)| source.own)
}

/// One change of a line: bytes of the line, and what stands there instead.
struct Hunk {
    start: usize,
    end: usize,
    text: String,
}

/// A template's line in which `old`, the words it prints between figures, become `new`. Characters inside `{{ }}`,
/// `{% %}` and `{# #}` are never touched. None where the words do not stand in it one to one.
pub fn rewrite(template: &str, old: &[String], new: &[String]) -> Option<String> {
    let printed: Vec<char> = old.iter().flat_map(|words| words.chars()).collect();
    let literal = literal_chars(template);
    let written: Vec<char> = literal.iter().map(|(_, c)| *c).collect();
    let mut places: Vec<Option<usize>> = vec![None; printed.len()];
    for op in capture_diff_slices(Algorithm::Myers, &printed, &written) {
        if let DiffOp::Equal { old_index, new_index, len } = op {
            (0..len).for_each(|n| places[old_index + n] = Some(literal[new_index + n].0));
        }
    }
    let mut hunks = Vec::new();
    let mut first = 0;
    for (index, (was, is)) in old.iter().zip(new).enumerate() {
        let (a, b): (Vec<char>, Vec<char>) = (was.chars().collect(), is.chars().collect());
        let segment = Segment { first, length: a.len(), last: index + 1 == old.len() };
        for (gone, come) in changes(&a, &b) {
            let text: String = b[come].iter().collect();
            hunks.push(hunk(template, &printed, &places, &segment, gone, text)?);
        }
        first += a.len();
    }
    let mut line = template.to_owned();
    hunks.sort_by_key(|h| (h.start, h.end));
    for hunk in hunks.iter().rev() {
        line.replace_range(hunk.start..hunk.end, &hunk.text);
    }
    Some(line)
}

/// What stands between the characters that both share: apart from each other, and in order. (An insertion beside a
/// deletion may be told at a place within it, so only what is equal is taken from the comparison.)
fn changes(a: &[char], b: &[char]) -> Vec<(Range<usize>, Range<usize>)> {
    let equal = capture_diff_slices(Algorithm::Myers, a, b).into_iter().filter_map(|op| match op {
        DiffOp::Equal { old_index, new_index, len } => Some((old_index, new_index, len)),
        _ => None,
    });
    let mut found = Vec::new();
    let (mut old, mut new) = (0, 0);
    for (old_index, new_index, len) in equal.chain([(a.len(), b.len(), 0)]) {
        if old < old_index || new < new_index {
            found.push((old..old_index, new..new_index));
        }
        (old, new) = (old_index + len, new_index + len);
    }
    found
}

/// Words between two figures: where they begin among all printed characters, and how many they are.
struct Segment {
    first: usize,
    length: usize,
    last: bool,
}

fn hunk(
    template: &str,
    printed: &[char],
    places: &[Option<usize>],
    segment: &Segment,
    range: Range<usize>,
    text: String,
) -> Option<Hunk> {
    let (from, to) = (segment.first + range.start, segment.first + range.end);
    let after = |i: usize| places[i].map(|at| at + printed[i].len_utf8());
    if from < to {
        let start = places[from]?;
        let mut end = start;
        for i in from..to {
            if places[i]? != end {
                return None; // a tag stands between
            }
            end += printed[i].len_utf8();
        }
        return Some(Hunk { start, end, text });
    }
    let at = match () {
        () if range.start > 0 => after(from - 1)?,
        () if range.start < segment.length => places[from]?,
        () if segment.last => template.trim_end().len(),
        () => return None,
    };
    Some(Hunk { start: at, end: at, text })
}

/// The characters of a template's line outside its tags, with their places in bytes.
fn literal_chars(template: &str) -> Vec<(usize, char)> {
    let mut literal = Vec::with_capacity(template.len() / 2);
    let mut at = 0;
    while let Some(c) = template[at..].chars().next() {
        let rest = &template[at..];
        let tag = [("{{", "}}"), ("{%", "%}"), ("{#", "#}")].into_iter().find(|(open, _)| rest.starts_with(open));
        if let Some((_, close)) = tag {
            at += rest.find(close).map_or(rest.len(), |end| end + 2);
            continue;
        }
        literal.push((at, c));
        at += c.len_utf8();
    }
    literal
}

/// The folder with edits in their files, each file written once. E712: a line is not what an edit was made for; those of
/// [`Folder::text`] and [`Folder::with_text`].
pub fn apply(folder: &Folder, edits: &[ProseEdit]) -> Result<Folder, Diagnostic> {
    let mut by_file: BTreeMap<&str, Vec<&ProseEdit>> = BTreeMap::new();
    for edit in edits {
        by_file.entry(&edit.file).or_default().push(edit);
    }
    let mut folder = folder.clone();
    for (file, edits) in by_file {
        let text = folder.text(file)?;
        let mut lines: Vec<&str> = text.split('\n').collect();
        for edit in edits {
            let index = edit.line as usize - 1;
            let Some(line) = lines.get_mut(index).filter(|line| **line == edit.old) else {
                return Err(Diagnostic::error("E712", "这一行变了").at(Place::new(file, edit.line, 0)));
            };
            *line = &edit.new;
        }
        folder = folder.with_text(file, &lines.join("\n"))?;
    }
    Ok(folder)
}

/// The document says what the file says in the paragraph of each edit, figures aside.
pub fn says(document: &Document, edits: &[ProseEdit]) -> bool {
    let mut paragraphs = HashMap::new();
    for (source, inlines) in own(document) {
        paragraphs.entry((&*source.file, source.paragraph)).or_insert((source, inlines));
    }
    edits.iter().all(|edit| {
        let Some((source, inlines)) = paragraphs.get(&(&*edit.file, edit.paragraph)) else { return false };
        let mut words = vec![String::new()];
        for inline in *inlines {
            match inline.figure {
                Some(_) => words.push(String::new()),
                None => words.last_mut().expect("there is one").push_str(&inline.text),
            }
        }
        source.line == edit.line && words == edit.words
    })
}

fn shortened(text: &str) -> String {
    const SHOWN: usize = 30;
    let mut shown: String = text.replace('\n', "⏎").chars().take(SHOWN).collect();
    if text.chars().count() > SHOWN {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|w| (*w).to_owned()).collect()
    }

    #[test]
    fn only_literal_words_of_a_template_change() {
        let line = r#"**运行经费{{ f("jg/合计/额") }}万元，其中{{ f("a") }}万元。**"#;
        let old = words(&["运行经费", "万元，其中", "万元。"]);
        let new = words(&["机关运行经费", "万元，其中办公费", "万元。以上。"]);
        let expected = r#"**机关运行经费{{ f("jg/合计/额") }}万元，其中办公费{{ f("a") }}万元。以上。**"#;
        assert_eq!(rewrite(line, &old, &new).as_deref(), Some(expected));
        // What a tag prints as text is not in the line.
        let line = "{{ report.name }}的职责";
        assert_eq!(
            rewrite(line, &words(&["临港部门的职责"]), &words(&["临港部门的主要职责"])).as_deref(),
            Some("{{ report.name }}的主要职责")
        );
        assert_eq!(rewrite(line, &words(&["临港部门的职责"]), &words(&["港口部门的职责"])), None);
    }

    #[test]
    fn an_insertion_within_a_deletion_does_not_tear_characters() {
        let line = r#"---<w:vMerge* w:val="restart"/> data/report.toml"#;
        let new = "**运行经P(K\u{1}\u{2}{ {re$";
        assert_eq!(rewrite(line, &words(&[line]), &words(&[new])).as_deref(), Some(new));
    }

    proptest! {
        #[test]
        fn a_line_without_tags_becomes_what_was_typed(line in "[甲乙丙ab ]{0,30}", typed in "[甲乙丙丁abc]{0,30}") {
            let rewritten = rewrite(&line, &words(&[&line]), &words(&[&typed]));
            prop_assert_eq!(rewritten.as_deref().map(str::trim_end), Some(typed.as_str()));
        }
    }

    #[test]
    fn figures_that_lost_their_controls_are_still_told_from_the_words() {
        let old = words(&["2023年共", "万元，其中", "万元"]);
        assert_eq!(
            between(&old, "2023年共计3.85万元，其中10.83万元"),
            Some(words(&["2023年共计", "万元，其中", "万元"]))
        );
        assert_eq!(between(&old, "共3.85万元，其中10.83万元"), None);
    }
}
