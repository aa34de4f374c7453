//! What differs on the page: blocks aligned, then texts, cells and rows within them.

use super::align::{align, likeness, sentences};
use super::whereabouts::{PageChanges, Whereabouts};
use super::{Behind, DocumentDiff, FigureChange, Laid, Printing, RowChange, Spot, TextChange, TextKind};
use crate::compose::Composition;
use crate::document::{Block, ColumnKind, Document, Inline, Row, RowKind, Source, Table, plain_text};
use indexmap::IndexMap;
use std::collections::BTreeMap;
use std::ops::Range;

/// Everything that differs; the causes are found afterwards.
pub fn differences(old: Laid, new: Laid) -> DocumentDiff {
    let (old_view, new_view) = (View::new(old), View::new(new));
    let mut walk = Walk { old: &old_view, new: &new_view, diff: DocumentDiff::default(), printings: IndexMap::new() };
    walk.blocks();
    walk.settle_figures();
    let mut diff = walk.diff;
    if let (Some(a), Some(b)) = (old.pages, new.pages) {
        diff.pages = Some(PageChanges::of(a, b));
    }
    diff
}

/// One document as it is walked.
struct View<'a> {
    composition: &'a Composition,
    blocks: Vec<&'a Block>,
    /// The heading each block stands under.
    under: Vec<String>,
    places: Whereabouts,
}

impl<'a> View<'a> {
    fn new(laid: Laid<'a>) -> View<'a> {
        let document = laid.side.document();
        let mut heading = String::new();
        let blocks: Vec<&Block> = document.blocks().collect();
        let under = blocks.iter().map(|block| {
            if let Block::Heading(h) = block {
                heading = one_line(&h.inlines);
            }
            heading.clone()
        });
        let under = under.collect();
        let places = Whereabouts::new(document, laid.pages);
        View { composition: &laid.side.composition, under, blocks, places }
    }

    fn document(&self) -> &'a Document {
        &self.composition.document
    }

    fn address(&self, inline: &Inline) -> Option<&'a str> {
        inline.figure.map(|id| self.document().figure(id).address.as_str())
    }

    /// The text with addresses in place of figures: what stays when amounts change.
    fn template(&self, inlines: &[Inline]) -> String {
        inlines.iter().map(|i| self.address(i).map_or_else(|| i.text.clone(), |a| format!("\u{1}{a}\u{1}"))).collect()
    }

    fn key(&self, block: &Block) -> String {
        match block {
            Block::Heading(h) => format!("H{}:{}", h.level, self.template(&h.inlines)),
            Block::Paragraph(p) => format!("P:{}:{}", p.role, self.template(&p.inlines)),
            Block::Table(t) => format!("T:{}", t.id),
            Block::Contents => "C".to_string(),
            Block::PageBreak => "B".to_string(),
        }
    }

    fn spot(&self, block: usize) -> Spot {
        let page = self.places.blocks[block].page;
        Spot { title: self.under[block].clone(), page, label: self.places.label(page), ..Spot::default() }
    }
}

fn one_line(inlines: &[Inline]) -> String {
    plain_text(inlines).split('\n').map(str::trim).collect()
}

/// How alike two blocks are: the same kind, from the same line of a template, or in their words.
fn block_likeness(old: &Block, new: &Block) -> f32 {
    let same_line = |a: &Option<Source>, b: &Option<Source>| match (a, b) {
        (Some(a), Some(b)) => a.file == b.file && a.line == b.line && a.line > 0,
        _ => false,
    };
    match (old, new) {
        (Block::Heading(a), Block::Heading(b)) if a.level == b.level => {
            likeness(&plain_text(&a.inlines), &plain_text(&b.inlines))
                + if same_line(&a.source, &b.source) { 0.5 } else { 0.0 }
        }
        (Block::Paragraph(a), Block::Paragraph(b)) => {
            likeness(&plain_text(&a.inlines), &plain_text(&b.inlines))
                + if same_line(&a.source, &b.source) { 0.5 } else { 0.0 }
        }
        (Block::Table(a), Block::Table(b)) if a.id == b.id => 2.0,
        _ => 0.0,
    }
}

struct Walk<'w, 'a> {
    old: &'w View<'a>,
    new: &'w View<'a>,
    diff: DocumentDiff,
    /// Differing printings by address, in reading order.
    printings: IndexMap<String, Vec<Printing>>,
}

/// A text on one side, or none there.
type Text<'t> = Option<&'t [Inline]>;

impl Walk<'_, '_> {
    fn blocks(&mut self) {
        let keys = |view: &View| view.blocks.iter().map(|b| view.key(b)).collect::<Vec<String>>();
        let (old_keys, new_keys) = (keys(self.old), keys(self.new));
        let alike = |o: usize, n: usize| block_likeness(self.old.blocks[o], self.new.blocks[n]);
        let mut pairs = align(&old_keys, &new_keys, alike);
        self.pair_moved(&mut pairs, &old_keys, &new_keys);
        for pair in pairs {
            match pair {
                (Some(o), Some(n)) => self.block(o, n),
                (Some(o), None) => self.gone(o),
                (None, Some(n)) => self.come(n),
                (None, None) => {}
            }
        }
        self.page_setups();
    }

    /// A block that stands elsewhere is the same block.
    fn pair_moved(&mut self, pairs: &mut Vec<super::align::Pair>, old: &[String], new: &[String]) {
        let mut alone: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (o, _) in pairs.iter().filter(|(_, n)| n.is_none()) {
            o.iter().for_each(|&o| alone.entry(&old[o]).or_default().push(o));
        }
        let mut taken = Vec::new();
        for (o, n) in pairs.iter_mut().filter(|(o, _)| o.is_none()) {
            let found = n.and_then(|n| alone.get_mut(new[n].as_str())).and_then(Vec::pop);
            if let (Some(found), Some(n)) = (found, *n) {
                *o = Some(found);
                taken.push(found);
                let what = match self.new.blocks[n] {
                    Block::Table(t) => format!("《{}》", table_title(t)),
                    _ => format!("“{}”一段", short(&self.new.under[n])),
                };
                self.diff.layout.push(format!("{what}换了位置"));
            }
        }
        pairs.retain(|(o, n)| n.is_some() || o.is_none_or(|o| !taken.contains(&o)));
    }

    fn page_setups(&mut self) {
        let setups = |view: &View| -> Vec<(String, String)> {
            let sections = view.document().sections.iter().filter(|s| !s.blocks.is_empty());
            sections.map(|s| (s.id.clone(), format!("{} {:?}", s.page, s.numbering))).collect()
        };
        let (old, new) = (setups(self.old), setups(self.new));
        for (id, page) in &new {
            let before: Vec<&str> = old.iter().filter(|(o, _)| o == id).map(|(_, p)| p.as_str()).collect();
            if !before.is_empty() && !before.contains(&page.as_str()) {
                self.diff.layout.push(format!("“{id}”的页面由{}改为{page}", before[0]));
            }
        }
        self.diff.layout.dedup();
    }

    fn block(&mut self, o: usize, n: usize) {
        let spot = self.new.spot(n);
        match (self.old.blocks[o], self.new.blocks[n]) {
            (Block::Heading(a), Block::Heading(b)) => {
                let behind = words_of(&a.source, &b.source);
                self.text(TextKind::Heading, Some(&a.inlines), Some(&b.inlines), spot, behind);
            }
            (Block::Paragraph(a), Block::Paragraph(b)) => {
                if a.role != b.role {
                    self.diff.layout.push(format!(
                        "“{}”的样式由{}改为{}",
                        short(&one_line(&b.inlines)),
                        a.role,
                        b.role
                    ));
                }
                let behind = words_of(&a.source, &b.source);
                self.text(TextKind::Sentence, Some(&a.inlines), Some(&b.inlines), spot, behind);
            }
            (Block::Table(a), Block::Table(b)) => self.table(a, b, o, n),
            _ => {}
        }
    }

    fn gone(&mut self, o: usize) {
        let spot = self.old.spot(o);
        match self.old.blocks[o] {
            Block::Heading(h) => {
                self.text(TextKind::Heading, Some(&h.inlines), None, spot, words_of(&h.source, &None));
            }
            Block::Paragraph(p) => {
                self.text(TextKind::Sentence, Some(&p.inlines), None, spot, words_of(&p.source, &None));
            }
            Block::Table(t) => self.whole_table(self.old, t, o, false),
            Block::Contents | Block::PageBreak => {}
        }
    }

    fn come(&mut self, n: usize) {
        let spot = self.new.spot(n);
        match self.new.blocks[n] {
            Block::Heading(h) => {
                self.text(TextKind::Heading, None, Some(&h.inlines), spot, words_of(&None, &h.source));
            }
            Block::Paragraph(p) => {
                self.text(TextKind::Sentence, None, Some(&p.inlines), spot, words_of(&None, &p.source));
            }
            Block::Table(t) => self.whole_table(self.new, t, n, true),
            Block::Contents | Block::PageBreak => {}
        }
    }

    /// A table that only one side has.
    fn whole_table(&mut self, view: &View, table: &Table, block: usize, added: bool) {
        let grid = Grid::new(view, table, block);
        let spot = Spot { title: table_title(table), table: Some(table.id.clone()), ..view.spot(block) };
        let mut figures = Vec::new();
        for cell in grid.figures.values().filter(|cell| !cell.text.is_empty()) {
            figures.push(cell.address.clone());
            let text = Some(cell.text.clone());
            let (old, new) = if added { (None, text) } else { (text, None) };
            self.printed(&cell.address, cell.spot.clone(), old, new);
        }
        let title = Some(table_title(table));
        let (old, new) = if added { (None, title) } else { (title, None) };
        let behind = Behind { words: true, ..Behind::default() };
        self.diff.texts.push(TextChange { kind: TextKind::Table, spot, old, new, figures, causes: Vec::new(), behind });
    }

    fn printed(&mut self, address: &str, spot: Spot, old: Option<String>, new: Option<String>) {
        self.printings.entry(address.to_string()).or_default().push(Printing { spot, old, new });
    }

    /// A text and the figures in it.
    fn text(&mut self, kind: TextKind, old: Text, new: Text, spot: Spot, behind: Behind) {
        let text = |inlines: Text| inlines.map(plain_text);
        let (old_text, new_text) = (text(old), text(new));
        if old_text == new_text {
            return;
        }
        let moved = self.figures_in_text(old, new, &spot);
        if kind != TextKind::Sentence {
            let words = old.map(|i| self.old.template(i)) != new.map(|i| self.new.template(i));
            let behind = Behind { words, ..behind };
            let change =
                TextChange { kind, spot, old: old_text, new: new_text, figures: moved, causes: Vec::new(), behind };
            self.diff.texts.push(change);
            return;
        }
        let split = |view: &View, inlines: Text| inlines.map(|i| Sentence::split(view, i)).unwrap_or_default();
        let (old_sentences, new_sentences) = (split(self.old, old), split(self.new, new));
        let keys = |sentences: &[Sentence]| sentences.iter().map(|s| s.template.clone()).collect::<Vec<String>>();
        let alike = |o: usize, n: usize| likeness(&old_sentences[o].text, &new_sentences[n].text);
        for (o, n) in align(&keys(&old_sentences), &keys(&new_sentences), alike) {
            let (o, n) = (o.map(|o| &old_sentences[o]), n.map(|n| &new_sentences[n]));
            if o.map(|s| &s.text) == n.map(|s| &s.text) {
                continue;
            }
            let named = |address: &String| [o, n].into_iter().flatten().any(|s| s.figures.contains(address));
            let words = o.map(|s| &s.template) != n.map(|s| &s.template);
            self.diff.texts.push(TextChange {
                kind,
                spot: spot.clone(),
                old: o.map(|s| s.text.clone()),
                new: n.map(|s| s.text.clone()),
                figures: moved.iter().filter(|a| named(a)).cloned().collect(),
                causes: Vec::new(),
                behind: Behind { words, ..behind.clone() },
            });
        }
    }

    /// Notes the printings that differ between two texts; returns their addresses.
    fn figures_in_text(&mut self, old: Text, new: Text, spot: &Spot) -> Vec<String> {
        let printed = |view: &View, inlines: Text| {
            let mut texts: IndexMap<String, Vec<String>> = IndexMap::new();
            for inline in inlines.unwrap_or_default() {
                if let Some(address) = view.address(inline) {
                    texts.entry(address.to_string()).or_default().push(inline.text.clone());
                }
            }
            texts
        };
        let (before, after) = (printed(self.old, old), printed(self.new, new));
        let mut addresses: Vec<&String> = after.keys().collect();
        addresses.extend(before.keys().filter(|a| !after.contains_key(*a)));
        let mut moved = Vec::new();
        for address in addresses {
            let none = Vec::new();
            let (was, is) = (before.get(address).unwrap_or(&none), after.get(address).unwrap_or(&none));
            let turned = self.sign_turned(address);
            for index in 0..was.len().max(is.len()) {
                let (was, is) = (was.get(index).cloned(), is.get(index).cloned());
                if was != is || turned {
                    self.printed(address, spot.clone(), was, is);
                    moved.push(address.clone());
                }
            }
        }
        moved.dedup();
        moved
    }

    /// A sentence prints a difference without its sign: 增加 5.00 to 减少 5.00 is a change.
    fn sign_turned(&self, address: &str) -> bool {
        let sign = |view: &View| view.composition.amount(address).map(|a| (a.is_zero(), a.is_sign_negative()));
        match (sign(self.old), sign(self.new)) {
            (Some(a), Some(b)) => a != b,
            _ => false,
        }
    }

    fn table(&mut self, old: &Table, new: &Table, o: usize, n: usize) {
        self.around(old, new, o, n);
        let (before, after) = (Grid::new(self.old, old, o), Grid::new(self.new, new, n));
        self.cells(&before, &after);
        let lanes = before.lanes.len().max(after.lanes.len());
        let mut renumbered = Vec::new();
        for lane in 0..lanes {
            self.lane(&before, &after, lane, &mut renumbered);
        }
        if let (Some(first), Some(last)) = (renumbered.first(), renumbered.last()) {
            let (first, last): (&TextChange, &TextChange) = (first, last);
            let span = |a: &Option<String>, b: &Option<String>| match (a, b) {
                (Some(a), Some(b)) if a != b => Some(format!("{a}～{b}")),
                (a, _) => a.clone(),
            };
            let change = TextChange {
                kind: TextKind::Sequence,
                old: span(&first.old, &last.old),
                new: span(&first.new, &last.new),
                ..first.clone()
            };
            self.diff.texts.push(change);
        }
    }

    /// Title, line above, heads, notes.
    fn around(&mut self, old: &Table, new: &Table, o: usize, n: usize) {
        let spot = Spot { title: table_title(new), table: Some(new.id.clone()), ..self.new.spot(n) };
        let behind = || Behind { words: true, ..Behind::default() };
        let title = |t: &'_ Table| t.title.as_ref().map(|h| h.inlines.clone());
        let (a, b) = (title(old), title(new));
        self.text(TextKind::Note, a.as_deref(), b.as_deref(), spot.clone(), behind());
        for index in 0..old.above.len().max(new.above.len()) {
            let (a, b) = (old.above.get(index), new.above.get(index));
            self.text(TextKind::Note, a.map(Vec::as_slice), b.map(Vec::as_slice), spot.clone(), behind());
        }
        let keys = |view: &View, t: &Table| t.notes.iter().map(|i| view.template(i)).collect::<Vec<String>>();
        let alike = |o: usize, n: usize| likeness(&plain_text(&old.notes[o]), &plain_text(&new.notes[n]));
        for (a, b) in align(&keys(self.old, old), &keys(self.new, new), alike) {
            let (view, block, note) = if let Some(b) = b { (self.new, n, b) } else { (self.old, o, a.unwrap_or(0)) };
            let page = view.places.blocks[block].notes.get(note).copied().flatten();
            let spot = Spot { page, label: view.places.label(page), ..spot.clone() };
            let (a, b) = (a.map(|i| old.notes[i].as_slice()), b.map(|i| new.notes[i].as_slice()));
            self.text(TextKind::Note, a, b, spot, behind());
        }
        if old.style != new.style {
            self.diff.layout.push(format!("《{}》的样式由{}改为{}", spot.title, old.style, new.style));
        }
        let shape = |t: &Table| -> Vec<(usize, usize, usize, usize)> {
            let rows = t.header.iter().enumerate();
            rows.flat_map(|(r, row)| row.cells.iter().map(move |c| (r, c.column, c.colspan, c.rowspan))).collect()
        };
        if shape(old) != shape(new) || old.columns.len() != new.columns.len() {
            let (a, b) = (old.columns.len(), new.columns.len());
            let how = if a == b { "表头的排法变了".to_string() } else { format!("由 {a} 列变为 {b} 列") };
            self.diff.layout.push(format!("《{}》{how}", spot.title));
            return;
        }
        let heads = |t: &Table| t.header.iter().flat_map(|r| &r.cells).map(|c| c.inlines.clone()).collect::<Vec<_>>();
        for (a, b) in heads(old).iter().zip(&heads(new)) {
            self.text(TextKind::Head, Some(a), Some(b), spot.clone(), behind());
        }
    }

    /// Figures in cells, by address.
    fn cells(&mut self, before: &Grid, after: &Grid) {
        for (address, cell) in &after.figures {
            let old = before.figures.get(address).map(|c| c.text.clone());
            if old.as_ref() != Some(&cell.text) && !(old.is_none() && cell.text.is_empty()) {
                self.printed(address, cell.spot.clone(), old, Some(cell.text.clone()));
            }
        }
        for (address, cell) in &before.figures {
            if !after.figures.contains_key(address) && !cell.text.is_empty() {
                self.printed(address, cell.spot.clone(), Some(cell.text.clone()), None);
            }
        }
    }

    /// Rows of one lane: labels and other texts, rows added and removed.
    fn lane(&mut self, before: &Grid, after: &Grid, lane: usize, renumbered: &mut Vec<TextChange>) {
        let (old, new) = (before.strips(lane), after.strips(lane));
        let keys = |strips: &[Strip]| strips.iter().map(|s| s.key.clone()).collect::<Vec<String>>();
        let (old_keys, new_keys) = (keys(&old), keys(&new));
        let alike = |o: usize, n: usize| {
            // Rows with figures are known by their addresses.
            if old[o].addressed || new[n].addressed { 0.0 } else { likeness(&old[o].key, &new[n].key) }
        };
        let mut pairs = align(&old_keys, &new_keys, alike);
        let moved = pair_equal(&mut pairs, &old_keys, &new_keys);
        if moved > 0 {
            self.diff.layout.push(format!("《{}》有 {moved} 行换了位置", after.title));
        }
        for (o, n) in pairs {
            match (o, n) {
                (Some(o), Some(n)) => self.strip(before, after, &old[o], &new[n], renumbered),
                (Some(o), None) => self.row(before, &old[o], false),
                (None, Some(n)) => self.row(after, &new[n], true),
                (None, None) => {}
            }
        }
    }

    fn strip(&mut self, before: &Grid, after: &Grid, old: &Strip, new: &Strip, renumbered: &mut Vec<TextChange>) {
        let (was, is) = (&before.table.body[old.row], &after.table.body[new.row]);
        let texts = |row: &Row, strip: &Strip| -> BTreeMap<usize, usize> {
            strip.texts.iter().map(|&cell| (row.cells[cell].column, cell)).collect()
        };
        let (old_cells, new_cells) = (texts(was, old), texts(is, new));
        let columns: std::collections::BTreeSet<usize> = old_cells.keys().chain(new_cells.keys()).copied().collect();
        for column in columns {
            let (o, n) = (old_cells.get(&column), new_cells.get(&column));
            let (a, b) = (o.map(|&c| &was.cells[c].inlines), n.map(|&c| &is.cells[c].inlines));
            let blank = |i: &Option<&Vec<Inline>>| i.is_none_or(|i| plain_text(i).is_empty());
            if blank(&a) && blank(&b) {
                continue;
            }
            let spot = match n {
                Some(&cell) => after.spot(new.row, cell),
                None => before.spot(old.row, o.copied().unwrap_or(0)),
            };
            let behind = Behind { old: was.origin.clone(), new: is.origin.clone(), ..Behind::default() };
            let (a, b) = (a.map(Vec::as_slice), b.map(Vec::as_slice));
            let is_sequence = after.table.columns.get(column).is_some_and(|c| c.kind == ColumnKind::Sequence);
            if !is_sequence {
                self.text(TextKind::Cell, a, b, spot, behind);
            } else if a.map(plain_text) != b.map(plain_text) {
                let (old, new) = (a.map(plain_text), b.map(plain_text));
                let (kind, figures, causes) = (TextKind::Sequence, Vec::new(), Vec::new());
                renumbered.push(TextChange { kind, spot, old, new, figures, causes, behind });
            }
        }
    }

    fn row(&mut self, grid: &Grid, strip: &Strip, added: bool) {
        let row = &grid.table.body[strip.row];
        let mut cells = Vec::new();
        let mut figures = Vec::new();
        for &cell in strip.texts.iter().chain(&strip.figures) {
            let text = one_line(&row.cells[cell].inlines);
            if text.is_empty() {
                continue;
            }
            cells.push((row.cells[cell].column, grid.heads[row.cells[cell].column].clone(), text));
            figures.extend(grid.address(strip.row, cell));
        }
        cells.sort_by_key(|cell| cell.0);
        let spot = Spot { column: String::new(), ..grid.spot(strip.row, strip.texts.first().copied().unwrap_or(0)) };
        let cells = cells.into_iter().map(|(_, head, text)| (head, text)).collect();
        let origin = row.origin.clone();
        let (old, new) = if added { (None, origin) } else { (origin, None) };
        let behind = Behind { old, new, words: true, ..Behind::default() };
        self.diff.rows.push(RowChange { spot, added, cells, figures, causes: Vec::new(), behind });
    }

    /// Figures that moved, from the printings that differ.
    fn settle_figures(&mut self) {
        for (address, printings) in std::mem::take(&mut self.printings) {
            let amount = |view: &View| view.composition.amount(&address);
            let (old, new) = (amount(self.old), amount(self.new));
            let differs = |p: &Printing| p.old.is_some() && p.new.is_some();
            // A sentence that went took its figures with it: they did not move.
            if old != new || printings.iter().any(differs) {
                let is_money = |view: &View| view.composition.figure(&address).is_some_and(|f| f.is_money());
                let money = is_money(self.new) || is_money(self.old);
                let causes = Vec::new();
                self.diff.figures.push(FigureChange { address, old, new, money, printings, causes });
            }
        }
    }
}

/// Pairs what is alone on both sides under the same key; returns how many there were.
fn pair_equal(pairs: &mut Vec<super::align::Pair>, old: &[String], new: &[String]) -> usize {
    let mut moved = 0;
    for index in 0..pairs.len() {
        let (None, Some(n)) = pairs[index] else { continue };
        let found = pairs.iter().position(|p| matches!(p, (Some(o), None) if old[*o] == new[n]));
        if let Some(found) = found {
            pairs[index].0 = pairs[found].0.take();
            moved += 1;
        }
    }
    pairs.retain(|pair| *pair != (None, None));
    moved
}

fn words_of(old: &Option<Source>, new: &Option<Source>) -> Behind {
    let mut files: Vec<_> = [old, new].into_iter().flatten().map(|s| s.file.clone()).collect();
    files.dedup();
    Behind { files, ..Behind::default() }
}

/// A table's title as one line, else its id.
pub fn table_title(table: &Table) -> String {
    table.title.as_ref().map_or_else(|| table.id.clone(), |h| one_line(&h.inlines))
}

/// The beginning of a text.
fn short(text: &str) -> String {
    const LONGEST: usize = 16;
    if text.chars().count() <= LONGEST {
        return text.to_string();
    }
    text.chars().take(LONGEST).chain(['…']).collect()
}

/// A sentence of a paragraph.
#[derive(Debug, Clone)]
struct Sentence {
    text: String,
    template: String,
    figures: Vec<String>,
}

impl Sentence {
    fn split(view: &View, inlines: &[Inline]) -> Vec<Sentence> {
        let text = plain_text(inlines);
        let mut spans: Vec<(Range<usize>, &str)> = Vec::new();
        let mut at = 0;
        for inline in inlines {
            if let Some(address) = view.address(inline) {
                spans.push((at..at + inline.text.len(), address));
            }
            at += inline.text.len();
        }
        let mut from = 0;
        let one = |sentence: String| {
            let start = from + text[from..].find(&sentence).unwrap_or(0);
            let range = start..start + sentence.len();
            from = range.end.min(text.len());
            let inside: Vec<_> = spans.iter().filter(|(s, _)| s.start >= range.start && s.end <= range.end).collect();
            let mut template = String::new();
            let mut done = range.start;
            for (span, address) in &inside {
                template.push_str(&text[done..span.start]);
                template.push_str(&format!("\u{1}{address}\u{1}"));
                done = span.end;
            }
            template.push_str(&text[done..range.end]);
            let figures = inside.iter().map(|(_, a)| a.to_string()).collect();
            Sentence { text: sentence.trim().to_string(), template, figures }
        };
        sentences(&text).into_iter().map(one).collect()
    }
}

/// A table with the addresses of its cells, in lanes: the sides of a table whose sides stand next to each other.
struct Grid<'t> {
    title: String,
    table: &'t Table,
    /// Text of the heads over each column.
    heads: Vec<String>,
    lanes: Vec<Range<usize>>,
    figures: IndexMap<String, FigureCell>,
    addresses: BTreeMap<(usize, usize), String>,
    base: Spot,
    pages: Vec<Vec<(Option<usize>, String)>>,
}

struct FigureCell {
    address: String,
    text: String,
    spot: Spot,
}

/// The cells of one row in one lane.
struct Strip {
    row: usize,
    key: String,
    /// The key is an address.
    addressed: bool,
    texts: Vec<usize>,
    figures: Vec<usize>,
}

impl<'t> Grid<'t> {
    fn new(view: &View, table: &'t Table, block: usize) -> Grid<'t> {
        let mut addresses = BTreeMap::new();
        for (r, row) in table.body.iter().enumerate() {
            for c in 0..row.cells.len() {
                if let Some(figure) = view.composition.figure_in(&table.id, r, c) {
                    addresses.insert((r, c), figure.address.to_string());
                }
            }
        }
        let places = &view.places.blocks[block].cells;
        let page = |r: usize, c: usize| {
            let page = places.get(table.header.len() + r).and_then(|row| row.get(c)).copied().flatten();
            (page, view.places.label(page))
        };
        let pages = table.body.iter().enumerate();
        let pages = pages.map(|(r, row)| (0..row.cells.len()).map(|c| page(r, c)).collect()).collect();
        let base = Spot { title: table_title(table), table: Some(table.id.clone()), ..view.spot(block) };
        let mut grid = Grid {
            title: table_title(table),
            table,
            heads: heads(table),
            lanes: if has_sides(table, &addresses) { lanes(table) } else { std::iter::once(0..usize::MAX).collect() },
            figures: IndexMap::new(),
            addresses,
            base,
            pages,
        };
        for (&(r, c), address) in &grid.addresses {
            let text = one_line(&table.body[r].cells[c].inlines);
            let cell = FigureCell { address: address.clone(), text, spot: grid.spot(r, c) };
            grid.figures.insert(address.clone(), cell);
        }
        grid
    }

    fn address(&self, row: usize, cell: usize) -> Option<String> {
        self.addresses.get(&(row, cell)).cloned()
    }

    fn spot(&self, row: usize, cell: usize) -> Spot {
        let column = self.table.body[row].cells[cell].column;
        let lane = self.lanes.iter().find(|lane| lane.contains(&column)).cloned().unwrap_or(0..usize::MAX);
        let (page, label) = self.pages[row][cell].clone();
        let column = self.heads.get(column).cloned().unwrap_or_default();
        Spot { row: self.label(row, &lane), column, page, label, ..self.base.clone() }
    }

    /// What a reader calls the row: its code and name.
    fn label(&self, row: usize, lane: &Range<usize>) -> String {
        let cells = self.table.body[row].cells.iter().enumerate();
        let is_label = |(c, cell): &(usize, &crate::document::Cell)| {
            let kind = self.table.columns.get(cell.column).map(|column| column.kind);
            lane.contains(&cell.column)
                && kind != Some(ColumnKind::Sequence)
                && !self.addresses.contains_key(&(row, *c))
        };
        let texts = cells.filter(is_label).map(|(_, cell)| one_line(&cell.inlines)).filter(|t| !t.is_empty());
        let all: Vec<String> = texts.take(3).collect();
        short_label(&all.join(" "))
    }

    fn strips(&self, lane: usize) -> Vec<Strip> {
        let Some(lane) = self.lanes.get(lane) else { return Vec::new() };
        let rows = self.table.body.iter().enumerate().filter(|(_, row)| row.kind != RowKind::Blank);
        rows.filter_map(|(r, row)| self.strip(r, row, lane)).collect()
    }

    fn strip(&self, r: usize, row: &Row, lane: &Range<usize>) -> Option<Strip> {
        let cells: Vec<usize> = (0..row.cells.len()).filter(|&c| lane.contains(&row.cells[c].column)).collect();
        let (figures, texts): (Vec<usize>, Vec<usize>) =
            cells.into_iter().partition(|&c| self.addresses.contains_key(&(r, c)));
        let address = figures.first().and_then(|&c| self.addresses.get(&(r, c)));
        let words = || -> String {
            let is_sequence = |column: usize| {
                self.table.columns.get(column).is_some_and(|column| column.kind == ColumnKind::Sequence)
            };
            let texts = texts.iter().filter(|&&c| !is_sequence(row.cells[c].column));
            texts.map(|&c| format!("{}|", one_line(&row.cells[c].inlines))).collect()
        };
        let key = match address {
            Some(address) => address.rsplit_once('/').map_or(address.as_str(), |(row, _)| row).to_string(),
            None => words(),
        };
        let blank = address.is_none() && key.chars().all(|c| c == '|');
        (!blank).then_some(Strip { row: r, addressed: address.is_some(), key, texts, figures })
    }
}

fn short_label(text: &str) -> String {
    const LONGEST: usize = 48;
    if text.chars().count() <= LONGEST { text.to_string() } else { text.chars().take(LONGEST).chain(['…']).collect() }
}

/// For each column, the texts of the heads over it from the top, joined by “·”.
fn heads(table: &Table) -> Vec<String> {
    let columns = table.columns.len().max(
        table.header.iter().chain(&table.body).flat_map(|r| &r.cells).map(|c| c.column + c.colspan).max().unwrap_or(0),
    );
    let mut heads: Vec<Vec<String>> = vec![Vec::new(); columns];
    for row in table.header.iter().filter(|row| row.kind == RowKind::Header) {
        for cell in &row.cells {
            let text = one_line(&cell.inlines);
            for head in heads.iter_mut().skip(cell.column).take(cell.colspan) {
                if !text.is_empty() && head.last() != Some(&text) {
                    head.push(text.clone());
                }
            }
        }
    }
    heads.into_iter().map(|texts| texts.join("·")).collect()
}

/// Sides stand next to each other where the figures of one row belong to different rows.
fn has_sides(table: &Table, addresses: &BTreeMap<(usize, usize), String>) -> bool {
    let row_of = |address: &'_ String| address.rsplit_once('/').map(|(row, _)| row.to_string());
    (0..table.body.len()).any(|row| {
        let mut rows = addresses.range((row, 0)..(row + 1, 0)).map(|(_, address)| row_of(address));
        let first = rows.next();
        rows.any(|other| Some(&other) != first.as_ref())
    })
}

/// A lane ends after its figures, where a text column follows.
fn lanes(table: &Table) -> Vec<Range<usize>> {
    let mut lanes = Vec::new();
    let mut from = 0;
    let kinds: Vec<ColumnKind> = table.columns.iter().map(|c| c.kind).collect();
    for column in 1..kinds.len() {
        let sides = kinds[from..column].contains(&ColumnKind::Number) && kinds[column] != ColumnKind::Number;
        // Text after the figures belongs to the row, unless figures follow it once more.
        if sides && kinds[column..].contains(&ColumnKind::Number) {
            lanes.push(from..column);
            from = column;
        }
    }
    lanes.push(from..usize::MAX);
    lanes
}
