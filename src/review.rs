//! Documents for readers before and after publication: the draft that circulates (送审稿), with a watermark and all that
//! was found on its last pages, and the marked edition, which shows what changed since an earlier one.

use crate::check::check;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity, Tally};
use crate::document::{Block, Change, Document};
use crate::edition::{self, Edition};
use crate::folder::Folder;
use crate::fonts::Fonts;
use crate::layout::Layouts;
use crate::made::Made;
use crate::marked::{ListLooks, merge, shown, with_list};
use crate::prepare::{data_id, prepare};
use crate::style::Style;
use crate::typeset::frame::TableGeometry;
use crate::typeset::{Pages, typeset};
use crate::workshop::{Aim, Workshop};
use crate::write::{Format, Output, write};
use std::collections::BTreeMap;
use std::path::Path;

/// Stands behind every page of a draft, and in its file's name.
pub const DRAFT: &str = "送审稿";

/// Everything a folder becomes as a draft. What the checks find blocks nothing; it is told as warnings, and listed at
/// the end of the document. What leaves no document is an error as ever, and then nothing is returned.
pub fn drafts(folder: &Folder, workshop: &Workshop, formats: &[Format], diagnostics: &mut Diagnostics) -> Vec<Output> {
    let prepared = prepare(folder, &workshop.layouts, diagnostics);
    let id = data_id(folder, &prepared);
    let mut outputs = Vec::new();
    for prepared in prepared {
        let Some(mut made) = Made::compose(prepared, Some(&id), diagnostics) else { continue };
        let mut found = check(&made.composition);
        found.extend(diagnostics.clone());
        mark_draft(&mut made.composition.document, &found);
        diagnostics.extend(made.found_on_pages(&workshop.fonts).clone());
        found.iter().filter(|f| is_of_check(f)).for_each(|f| diagnostics.push(told_only(f)));
        if diagnostics.has_errors() {
            continue;
        }
        match made.write(&workshop.fonts, formats) {
            Ok(files) => outputs.extend(files.into_iter().map(|file| of_kind(file, DRAFT))),
            Err(found) => diagnostics.push(found),
        }
    }
    if diagnostics.has_errors() { Vec::new() } else { outputs }
}

/// The rules' own findings: their codes are a class's letter and a number, and E is not among the classes.
fn is_of_check(found: &Diagnostic) -> bool {
    !found.code.is_mistake()
}

/// A finding that blocks nothing.
fn told_only(found: &Diagnostic) -> Diagnostic {
    Diagnostic { severity: found.severity.max(Severity::Warning), ..found.clone() }
}

/// Puts the watermark on a document and what was found on its last pages.
fn mark_draft(document: &mut Document, found: &Diagnostics) {
    let looks = ListLooks::of(document);
    let Tally { errors, warnings, .. } = found.tally();
    let summary = match found.sorted().len() {
        0 => "本稿供送审传阅，尚未公开。检查没有发现问题。".to_owned(),
        count => format!("本稿供送审传阅，尚未公开。检查发现{count}个问题，其中错误{errors}个、警告{warnings}个："),
    };
    let mut blocks = looks.opening("送审稿附：检查发现的问题", &summary);
    blocks.extend(found.sorted().iter().enumerate().map(|(n, f)| looks.paragraph(&in_words(n + 1, f))));
    document.sections.push(looks.section("gongkai-findings", blocks));
    document.meta.watermark = Some(DRAFT.to_owned());
    document.meta.title = format!("{}（{DRAFT}）", document.meta.title);
}

/// A finding as a paragraph.
fn in_words(number: usize, found: &Diagnostic) -> String {
    let mut text = format!("{number}．{}[{}]{}", found.severity.word(), found.code, found.message);
    let related = found.related.iter().map(|(place, says)| format!("{place} {says}"));
    let places: Vec<String> = found.place.iter().map(Place::to_string).chain(related).collect();
    if !places.is_empty() {
        text += &format!("（{}）", places.join("；"));
    }
    if let Some(hint) = &found.hint {
        text += &format!("。提示：{hint}");
    }
    text.replace(['\n', '\t'], " ")
}

/// A file whose name says what kind it is.
fn of_kind(file: Output, kind: &str) -> Output {
    let name = match file.name.rsplit_once('.') {
        Some((stem, ending)) => format!("{stem}（{kind}）.{ending}"),
        None => file.name,
    };
    Output { name, ..file }
}

/// What a marked edition is compared with: the data of a recorded edition, or another data folder.
pub struct Earlier {
    data: Folder,
    /// The layout sets of a recorded edition.
    layouts: Option<Layouts>,
    /// What readers call it.
    told: String,
}

enum Given {
    Folder(Earlier),
    Edition(Edition),
}

impl Earlier {
    /// `since` is an edition's id, its folder, or a data folder. Errors: E715, those of [`Edition::find`], and E603 where an
    /// edition is not what was recorded.
    pub fn find(folder: &Path, since: &Path, diagnostics: &mut Diagnostics) -> Option<Earlier> {
        let edition = match Earlier::folder_or_edition(folder, since) {
            Ok(Given::Folder(earlier)) => return Some(earlier),
            Ok(Given::Edition(edition)) => edition,
            Err(found) => {
                diagnostics.push(found);
                return None;
            }
        };
        edition.unsealed().into_iter().for_each(|told| diagnostics.push(told));
        let (data, layouts) = edition.open_verified(diagnostics)?;
        Some(Earlier { data, layouts: Some(layouts), told: format!("{}版", edition.id) })
    }

    fn folder_or_edition(folder: &Path, since: &Path) -> Result<Given, Diagnostic> {
        if since.join("report.toml").is_file() {
            let data = Folder::open(since);
            return Ok(Given::Folder(Earlier { data, layouts: None, told: "原公开版".to_owned() }));
        }
        if since.join(edition::MANIFEST).is_file() {
            Edition::open(since).map(Given::Edition)
        } else if since.exists() {
            let message = format!("{} 既不是已发布的一版，也不是数据文件夹", since.display());
            Err(Diagnostic::error("E715", message).hint("写版次，如 2023-02-10-1，或一个含 report.toml 的文件夹"))
        } else {
            Edition::find(folder, &since.to_string_lossy()).map(Given::Edition)
        }
    }
}

/// Everything a folder becomes as a marked edition. A document that the earlier edition had not is left out with a warning.
pub fn marked(
    folder: &Folder,
    since: &Earlier,
    workshop: &Workshop,
    formats: &[Format],
    diagnostics: &mut Diagnostics,
) -> Vec<Output> {
    let told = since.told.as_str();
    let mut before = earlier(since, workshop, diagnostics);
    let prepared = prepare(folder, &workshop.layouts, diagnostics);
    let id = data_id(folder, &prepared);
    let mut outputs = Vec::new();
    for prepared in prepared {
        let Some(new) = Made::compose(prepared, Some(&id), diagnostics) else { continue };
        workshop.look_over(&new, Aim::Publish, diagnostics);
        if diagnostics.has_errors() {
            continue;
        }
        let Some(at) = before.iter().position(|earlier| earlier.name == new.name) else {
            let which = new.name.as_deref().unwrap_or("这份文件");
            diagnostics.push(Diagnostic::warning("E716", format!("{told}里没有“{which}”，无从标出改动，没有生成")));
            continue;
        };
        let old = before.remove(at);
        for format in formats {
            match write_marked(&old, &new, told, &workshop.fonts, *format, diagnostics) {
                Ok(file) => outputs.push(of_kind(file, "修订标记")),
                Err(found) => diagnostics.push(found),
            }
        }
    }
    if diagnostics.has_errors() { Vec::new() } else { outputs }
}

/// The documents of the earlier edition, their pages laid. What the checks find in it is an old story; that it cannot be
/// made is an error.
fn earlier(since: &Earlier, workshop: &Workshop, diagnostics: &mut Diagnostics) -> Vec<Made> {
    let mut found = Diagnostics::default();
    let layouts = since.layouts.as_ref().unwrap_or(&workshop.layouts);
    let prepared = prepare(&since.data, layouts, &mut found);
    let made: Vec<Made> = prepared.into_iter().filter_map(|p| Made::compose(p, None, &mut found)).collect();
    for made in &made {
        found.extend(made.found_on_pages(&workshop.fonts).clone());
    }
    for error in found.iter().filter(|f| f.severity == Severity::Error) {
        let message = format!("{}不能生成，无从比较：{}", since.told, error.message);
        diagnostics.push(Diagnostic { message, ..error.clone() });
    }
    made
}

fn write_marked(
    old: &Made,
    new: &Made,
    told: &str,
    fonts: &Fonts,
    format: Format,
    diagnostics: &mut Diagnostics,
) -> Result<Output, Diagnostic> {
    let merged = merge(old.document(), new.document());
    let name = format!("{}.{}", merged.meta.file_stem, format.ending());
    let bytes = match format {
        Format::Docx => write(&merged, new.style(), &geometry(&merged, old, new, fonts), fonts, format)?,
        Format::Pdf => {
            let (document, pages) = printed(&merged, told, new.style(), fonts, diagnostics);
            write(&document, new.style(), &pages, fonts, format)?
        }
        Format::Html => {
            let pages = typeset(&merged, new.style(), fonts, &mut Diagnostics::default());
            write(&merged, new.style(), &pages, fonts, format)?
        }
        // A workbook has no marks: the tables as they are now.
        Format::Xlsx => write(new.document(), new.style(), new.pages(fonts), fonts, format)?,
    };
    Ok(Output { name, bytes })
}

/// The marked document for print, with its list of changes, whose page numbers are known once it is set without them.
fn printed(
    merged: &Document,
    told: &str,
    style: &Style,
    fonts: &Fonts,
    diagnostics: &mut Diagnostics,
) -> (Document, Pages) {
    let (mut document, listed) = shown(merged);
    document.meta.title = format!("{}（修订标记）", document.meta.title);
    let looks = ListLooks::of(&document);
    let first = typeset(&document, style, fonts, &mut Diagnostics::default());
    let label = |anchor: &str| match first.anchors.get(anchor) {
        Some(place) if !first.pages[place.page].label.is_empty() => first.pages[place.page].label.clone(),
        Some(place) => format!("第{}面", place.page + 1),
        None => String::new(),
    };
    let document = with_list(document, &listed, told, &looks, &label);
    let mut found = Diagnostics::default();
    let pages = typeset(&document, style, fonts, &mut found);
    // Old values beside new ones need room that the edition itself does not: a tight page is no reason to stop.
    found.iter().for_each(|f| diagnostics.push(told_only(f)));
    (document, pages)
}

/// Column widths, type and row heights as the editions themselves have them, for the tables of both in one.
fn geometry(merged: &Document, old: &Made, new: &Made, fonts: &Fonts) -> Pages {
    let of = |edition: &Made, id: &str| -> Option<TableGeometry> {
        let at = edition.document().tables().position(|t| t.id == id)?;
        edition.pages(fonts).tables.get(at).cloned()
    };
    let tables = merged.tables().map(|table| {
        let gone = table.id.strip_suffix("#原").filter(|_| table.change == Change::Deleted);
        if let Some(id) = gone {
            return of(old, id).unwrap_or_default();
        }
        let mut geometry = of(new, &table.id).unwrap_or_default();
        let usual = geometry.rows.last().copied().unwrap_or_default();
        let mut heights = std::mem::take(&mut geometry.rows).into_iter();
        let rows = table.header.iter().chain(&table.body);
        geometry.rows = rows
            .map(|row| match row.change {
                Change::Deleted => usual,
                _ => heights.next().unwrap_or(usual),
            })
            .collect();
        geometry
    });
    let pages = new.pages(fonts);
    // Of what went, the old edition's; the rest are the new one's, in their order.
    let (was, mut stays) = (old.pages(fonts), pages.pictures.iter());
    let pictures = merged.pictures().map(|picture| match picture.change {
        Change::Deleted => {
            let at = old.document().pictures().position(|was| was.image == picture.image && was.words == picture.words);
            at.and_then(|at| was.pictures.get(at)).cloned().unwrap_or_default()
        }
        _ => stays.next().cloned().unwrap_or_default(),
    });
    let pictures = pictures.collect();
    let mut stays = pages.charts.iter();
    let charts = merged.charts().map(|chart| match chart.id.strip_suffix("#原") {
        Some(id) if chart.change == Change::Deleted => {
            let at = old.document().charts().position(|was| was.id == id);
            at.and_then(|at| was.charts.get(at)).copied().unwrap_or_default()
        }
        _ => stays.next().copied().unwrap_or_default(),
    });
    let charts = charts.collect();
    let places = places(merged, new.document());
    let texts = pages.texts.iter().filter_map(|(at, text)| Some((*places.get(at)?, text.clone()))).collect();
    let moved = pages.moved.iter().filter_map(|at| places.get(at).copied()).collect();
    Pages { tables: tables.collect(), charts, pictures, texts, moved, ..pages.clone() }
}

/// Where blocks of an edition, by section and number, stand among those of both; none where that cannot be told.
fn places(merged: &Document, new: &Document) -> BTreeMap<(usize, usize), (usize, usize)> {
    fn stays(block: &Block) -> bool {
        let change = match block {
            Block::Heading(heading) => heading.change,
            Block::Paragraph(paragraph) => paragraph.change,
            Block::Table(table) => table.change,
            Block::Chart(chart) => chart.change,
            Block::Picture(picture) => picture.change,
            Block::Contents | Block::PageBreak => Change::Same,
        };
        change != Change::Deleted
    }
    let of = |document: &Document, keep: fn(&Block) -> bool| -> Vec<(usize, usize)> {
        let sections = document.sections.iter().enumerate();
        let blocks =
            sections.flat_map(|(s, section)| section.blocks.iter().enumerate().map(move |(b, block)| (s, b, block)));
        blocks.filter(|(.., block)| keep(block)).map(|(s, b, _)| (s, b)).collect()
    };
    let (now, kept) = (of(new, |_| true), of(merged, stays));
    if now.len() == kept.len() { now.into_iter().zip(kept).collect() } else { BTreeMap::new() }
}
