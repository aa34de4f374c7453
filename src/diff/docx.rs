//! A DOCX beside a folder: the figures by address and printing, and the department's own paragraphs. A DOCX has no
//! layout, rows or pages that could be compared.

use super::page::table_title;
use super::{Behind, Cause, Diff, DocumentDiff, FigureChange, Printing, Spot, TextChange, TextKind};
use crate::document::{Block, FigureId, Inline, plain_text};
use crate::made::Made;
use crate::read_docx::Reading;
use indexmap::IndexMap;

/// What a DOCX says differently from a folder. `docx_is_old`: the folder is the new side.
pub fn compare_docx(reading: &Reading, side: &Made, docx_is_old: bool) -> Diff {
    let mut diff = Diff::default();
    diff.limits.push("DOCX 只能比较数字和部门自己的文字；版式的词句、表格的行列、页面没有比较".to_string());
    let mut document = DocumentDiff { name: side.name.clone(), causes: vec![Cause::Hand], ..DocumentDiff::default() };
    let composed = Printed::of(side);
    let mut read: IndexMap<(&str, u32), &str> = IndexMap::new();
    for figure in &reading.figures {
        read.insert((&figure.address, figure.printing), &figure.text);
    }
    let mut lost = Vec::new();
    let mut moved: IndexMap<String, Vec<(Printing, _)>> = IndexMap::new();
    for ((address, printing), (text, spot)) in &composed.figures {
        let Some(theirs) = read.get(&(address.as_str(), *printing)) else {
            lost.push(format!(
                "{address}{}",
                if *printing > 1 { format!("（第 {printing} 处）") } else { String::new() }
            ));
            continue;
        };
        if theirs.trim() != text.trim() {
            let amount = reading.figures.iter().find(|f| f.address == *address && f.printing == *printing);
            let (old, new) =
                if docx_is_old { (theirs.to_string(), text.clone()) } else { (text.clone(), theirs.to_string()) };
            let printing = Printing { spot: spot.clone(), old: Some(old), new: Some(new) };
            moved.entry(address.clone()).or_default().push((printing, amount.and_then(|a| a.amount)));
        }
    }
    for (address, printings) in moved {
        let (ours, theirs) = (side.composition.amount(&address), printings[0].1);
        let (old, new) = if docx_is_old { (theirs, ours) } else { (ours, theirs) };
        let money = side.composition.figure(&address).is_some_and(|f| f.is_money());
        let printings = printings.into_iter().map(|p| p.0).collect();
        document.figures.push(FigureChange { address, old, new, money, printings, causes: vec![0] });
    }
    prose(reading, &composed, docx_is_old, &mut document, &mut diff);
    if !lost.is_empty() {
        let some: Vec<&str> = lost.iter().take(8).map(String::as_str).collect();
        let more = if lost.len() > 8 { "等" } else { "" };
        diff.not_compared.push(format!("DOCX 里找不到 {} 个数字：{}{more}", lost.len(), some.join("、")));
    }
    if document.is_same() {
        document.causes.clear();
    }
    diff.documents.push(document);
    diff
}

fn prose(reading: &Reading, composed: &Printed, docx_is_old: bool, document: &mut DocumentDiff, diff: &mut Diff) {
    for ((file, paragraph), (text, spot)) in &composed.prose {
        let theirs = reading.prose.iter().find(|p| p.file == *file && p.paragraph == *paragraph);
        let Some(theirs) = theirs else {
            diff.not_compared.push(format!("DOCX 里找不到 {file} 的第 {paragraph} 段"));
            continue;
        };
        let squeezed = |text: &str| text.split_whitespace().collect::<String>();
        if squeezed(&theirs.text) != squeezed(text) {
            let (old, new) = if docx_is_old { (&theirs.text, text) } else { (text, &theirs.text) };
            document.texts.push(TextChange {
                kind: TextKind::Sentence,
                spot: spot.clone(),
                old: Some(old.clone()),
                new: Some(new.clone()),
                figures: Vec::new(),
                causes: vec![0],
                behind: Behind::default(),
            });
        }
    }
}

/// What a composed document prints, numbered as the DOCX numbers it.
#[derive(Default)]
struct Printed {
    figures: IndexMap<(String, u32), (String, Spot)>,
    prose: IndexMap<(String, u32), (String, Spot)>,
    counts: IndexMap<String, u32>,
}

impl Printed {
    fn of(side: &Made) -> Printed {
        let mut printed = Printed::default();
        let mut title = String::new();
        for block in side.document().blocks() {
            match block {
                Block::Heading(heading) => {
                    title = plain_text(&heading.inlines);
                    printed.inlines(side, &heading.inlines, &Spot { title: title.clone(), ..Spot::default() });
                }
                Block::Paragraph(paragraph) => {
                    let spot = Spot { title: title.clone(), ..Spot::default() };
                    printed.inlines(side, &paragraph.inlines, &spot);
                    if let Some(source) = paragraph.source.as_ref().filter(|source| source.own) {
                        let key = (source.file.to_string(), source.paragraph);
                        printed.prose.insert(key, (plain_text(&paragraph.inlines), spot));
                    }
                }
                Block::Table(table) => {
                    let spot = Spot { title: table_title(table), table: Some(table.id.clone()), ..Spot::default() };
                    let title = table.title.iter().map(|title| &title.inlines);
                    let cells = table.header.iter().chain(&table.body).flat_map(|row| &row.cells).map(|c| &c.inlines);
                    for inlines in title.chain(&table.above).chain(cells).chain(&table.notes) {
                        printed.inlines(side, inlines, &spot);
                    }
                }
                Block::Chart(chart) => {
                    let spot = Spot { title: title.clone(), ..Spot::default() };
                    for value in chart.values() {
                        printed.figure(side, value.figure, &value.text, &spot);
                    }
                }
                Block::Picture(_) | Block::Contents | Block::PageBreak => {}
            }
        }
        printed
    }

    fn inlines(&mut self, side: &Made, inlines: &[Inline], spot: &Spot) {
        for inline in inlines {
            if let Some(figure) = inline.figure {
                self.figure(side, figure, &inline.text, spot);
            }
        }
    }

    fn figure(&mut self, side: &Made, figure: FigureId, text: &str, spot: &Spot) {
        let address = &side.document().figure(figure).address;
        let count = self.counts.entry(address.clone()).or_default();
        *count += 1;
        self.figures.insert((address.clone(), *count), (text.to_owned(), spot.clone()));
    }
}
