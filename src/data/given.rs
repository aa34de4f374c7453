//! Where the records of each declared file stand: in a CSV file, or in a sheet of a workbook of the folder.

use super::schema::{FileDecl, Schema};
use super::sheet::Sheet;
use super::typed::{shown, words};
use crate::cell_name::is_workbook;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity};
use crate::file_findings::FileFindings;
use crate::folder::Folder;
use crate::workbook::{Cells, FACTS, MOST_CELLS, SheetInfo, TEXTS, Workbook, too_many_cells};
use std::sync::Arc;

/// Sheets that say something of the workbook itself.
const OWN_SHEETS: [&str; 5] = ["说明", "核对", "科目", FACTS, TEXTS];

/// The records of one declared file, not read yet.
pub struct Given {
    /// What messages call it: `ledger.csv`, `数据.xlsx 预算明细`.
    pub file: Arc<str>,
    /// What it holds.
    pub content: Content,
}

/// What a record file is made of.
pub enum Content {
    /// Of a CSV file ([`crate::folder::decode`]).
    Text(String),
    /// Of a sheet.
    Cells(Arc<Cells>),
}

/// For each declared file, in the order of the schema: its records, none where it is absent and need not be there, or why
/// it cannot be read. What is wrong with workbooks as such is told here.
pub(super) type Found = Vec<Result<Option<Given>, Diagnostic>>;

/// Finds the records of every declared file in a folder.
pub(super) fn find(folder: &Folder, schema: &Schema, diagnostics: &mut Diagnostics) -> Found {
    let sheets = sheets_of(folder, schema, diagnostics);
    let books = workbooks(folder);
    let one = |(decl, sheet): (&FileDecl, Option<Given>)| {
        let text = folder.text_if_there(&decl.path)?;
        match (text, sheet) {
            (Some(_), Some(sheet)) => Err(twice(decl, &decl.path, &sheet.file)),
            (Some(text), None) => Ok(Some(Given { file: decl.path.as_str().into(), content: Content::Text(text) })),
            (None, None) if decl.required => Err(missing(folder, decl, &books)),
            (None, sheet) => Ok(sheet),
        }
    };
    schema.files.values().zip(sheets).map(one).collect()
}

/// The names of the folder's workbooks.
pub(super) fn workbooks(folder: &Folder) -> Vec<String> {
    folder.names("").into_iter().filter(|name| is_workbook(name) && folder.is_file(name)).collect()
}

/// For each declared file, the sheet that holds it: by its name, else by its headings.
fn sheets_of(folder: &Folder, schema: &Schema, diagnostics: &mut Diagnostics) -> Vec<Option<Given>> {
    let mut found: Vec<Option<Given>> = schema.files.values().map(|_| None).collect();
    let mut nameless: Vec<Given> = Vec::new();
    // The sheets of all workbooks are held together.
    let mut room = MOST_CELLS;
    for name in workbooks(folder) {
        let book = match folder.workbook(&name) {
            Ok(Some(book)) => book,
            Ok(None) => continue,
            Err(wrong) => {
                diagnostics.push(wrong);
                continue;
            }
        };
        if book.is_old() {
            diagnostics.push(
                Diagnostic::new(Severity::Note, "E177", "旧版工作簿（.xls）看不出数字格式、隐藏的行列和筛选，一律照读")
                    .at(Place::file(name.as_str()))
                    .hint("另存为“Excel 工作簿（.xlsx）”就能看出"),
            );
        }
        for sheet in book.sheets() {
            take_sheet(&book, sheet, schema, &mut room, &mut found, &mut nameless, diagnostics);
        }
    }
    for sheet in nameless {
        take_by_headings(sheet, folder, schema, &mut found, diagnostics);
    }
    found
}

fn take_sheet(
    book: &Workbook,
    sheet: &SheetInfo,
    schema: &Schema,
    room: &mut usize,
    found: &mut [Option<Given>],
    nameless: &mut Vec<Given>,
    diagnostics: &mut Diagnostics,
) {
    let name = words(&sheet.name);
    if OWN_SHEETS.iter().any(|own| words(own) == name) {
        return;
    }
    let named = schema.files.values().position(|decl| is_named(decl, &name));
    let file: Arc<str> = book.name_of(sheet).into();
    let content = match book.read(sheet) {
        Ok(cells) if cells.rows.is_empty() && named.is_none() => return,
        Ok(cells) => {
            let count: usize = cells.rows.iter().map(|row| row.cells.len()).sum();
            match room.checked_sub(count) {
                Some(left) => *room = left,
                None => {
                    let found = too_many_cells("文件夹里各工作簿", &file);
                    diagnostics.push(found.hint("请只留下要公开的那一份；其他工作簿请移到别的文件夹"));
                    return;
                }
            }
            Content::Cells(cells)
        }
        Err(wrong) => {
            diagnostics.push(wrong);
            return;
        }
    };
    let given = Given { file, content };
    match named {
        None => nameless.push(given),
        Some(index) => place(given, index, schema, found, diagnostics),
    }
}

/// Whether a sheet of this name, in [`words`], is that of a declared file: its title, its id or its path.
fn is_named(decl: &FileDecl, name: &str) -> bool {
    if !decl.is_given() {
        return false;
    }
    let stem = decl.path.strip_suffix(".csv").unwrap_or(&decl.path);
    [decl.title.as_str(), &decl.id, &decl.path, stem].iter().any(|known| words(known) == *name)
}

fn place(given: Given, index: usize, schema: &Schema, found: &mut [Option<Given>], diagnostics: &mut Diagnostics) {
    match &found[index] {
        None => found[index] = Some(given),
        Some(first) => diagnostics.push(twice(&schema.files[index], &first.file, &given.file)),
    }
}

/// A sheet whose name says nothing is that of the only file still lacking whose headings it has.
fn take_by_headings(
    sheet: Given,
    folder: &Folder,
    schema: &Schema,
    found: &mut [Option<Given>],
    diagnostics: &mut Diagnostics,
) {
    let Content::Cells(cells) = &sheet.content else { return };
    let is_lacking =
        |index: usize, decl: &FileDecl| found[index].is_none() && decl.is_given() && !folder.is_file(&decl.path);
    let fits = |(index, decl): (usize, &FileDecl)| {
        (is_lacking(index, decl) && Sheet::has_headings(cells, decl, &schema.classes)).then_some(index)
    };
    let mut fitting: Vec<usize> = schema.files.values().enumerate().filter_map(fits).collect();
    // Last year's records have the columns of this year's, and need fewer: they say that they are last year's.
    let of_last_year = ["上年", "去年", "上一年"].iter().any(|word| sheet.file.contains(word));
    for index in &mut fitting {
        let last_year = schema.files.values().nth(*index);
        let this_year = last_year.and_then(|decl| schema.files.get_full(decl.like.as_deref()?));
        if let Some((at, _, decl)) = this_year.filter(|(at, _, decl)| !of_last_year && is_lacking(*at, decl)) {
            let other = last_year.map_or("", |decl| &decl.title);
            let message = format!("这个工作表的列名也合“{other}”，表名没有写上年，当作“{}”", decl.title);
            let note = Diagnostic::new(Severity::Note, "E174", message).at(Place::file(sheet.file.clone()));
            diagnostics.push(note.hint(format!("是上年的，请把工作表改名为“{other}”")));
            *index = at;
        }
    }
    fitting.sort_unstable();
    fitting.dedup();
    let is_like = |index: &usize| schema.files.values().nth(*index).is_some_and(|decl| decl.like.is_some());
    if of_last_year && fitting.iter().any(is_like) {
        fitting.retain(is_like);
    }
    match fitting[..] {
        [index] => found[index] = Some(sheet),
        [] => diagnostics.push(
            Diagnostic::new(Severity::Note, "E109", "这个工作表未使用")
                .at(Place::file(sheet.file.clone()))
                .hint(format!("要用的工作表，请以它的内容命名：{}", titles(schema, |_| true))),
        ),
        _ => diagnostics.push(
            Diagnostic::error("E174", "从列名看不出这个工作表是哪一种数据")
                .at(Place::file(sheet.file.clone()))
                .hint(format!("请把工作表改名为其中一个：{}", titles(schema, |index| fitting.contains(&index)))),
        ),
    }
}

fn titles(schema: &Schema, wanted: impl Fn(usize) -> bool) -> String {
    let all = schema.files.values().enumerate();
    let wanted = all.filter(|(index, decl)| wanted(*index) && decl.is_given());
    wanted.map(|(_, decl)| decl.title.as_str()).collect::<Vec<_>>().join("、")
}

/// One kind of records is given in two places: neither is taken.
pub(crate) const TWICE: &str = "E173";

fn twice(decl: &FileDecl, first: &str, second: &str) -> Diagnostic {
    Diagnostic::error(TWICE, format!("“{}”给了两份：{} 和 {}", decl.title, shown(first), shown(second)))
        .at(Place::file(second))
        .related(Place::file(first), "这里已有一份")
        .hint("只能用一份：请删去或移走另一份")
}

fn missing(folder: &Folder, decl: &FileDecl, books: &[String]) -> Diagnostic {
    let missing = Diagnostic::error("E101", format!("缺少文件 {}（{}）", decl.path, decl.title))
        .at(Place::file(decl.path.as_str()));
    let path = folder.path_of(&decl.path);
    match books.first() {
        None => missing.hint(format!("应在 {}", path.display())),
        Some(book) => missing.hint(format!("请在 {book} 里加上工作表“{}”，或放入 {}", decl.title, path.display())),
    }
}

impl Given {
    /// The findings about it, none yet.
    pub(super) fn findings(&self) -> FileFindings {
        FileFindings::new(self.file.clone())
    }
}
