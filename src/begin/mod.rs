//! A department's first year: a folder with what is known filled in, blanks for its texts, and a workbook to fill.

mod codes;

use crate::cell_name::is_workbook;
use crate::compose::{Composition, Job, file_name};
use crate::data::printed::{LAST_YEAR, TABLES};
use crate::data::schema::{FieldDecl, FieldDefault, FileDecl, Kind};
use crate::data::{Dataset, Record, Value, lay_own_lists};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::edition::{self, Edition};
use crate::folder::{Folder, PICTURES, is_picture};
use crate::layout::{self, Layer, LayoutSet, Layouts, SetFiles};
use crate::prepare::prepare_whole;
use crate::published::load;
use crate::refusal::refusal;
use crate::tell::published::published;
use crate::toml_tree::toml_string;
use crate::workbook::{HEADS, Workbook, is_none};
use crate::workshop::compose_all;
use crate::write::xlsx::records::{Fact, Handout, write};
use codes::Renewal;
use rust_decimal::Decimal;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The workbook of the records.
pub const WORKBOOK: &str = "数据.xlsx";

/// What a new folder is for.
#[derive(Debug, Clone, Default)]
pub struct Begin {
    /// Id of the layout set; none: the only one there is.
    pub layout: Option<String>,
    /// The budget year.
    pub year: Option<i32>,
    /// CSV files with headings in place of the workbook.
    pub csv: bool,
    /// Last year's folder: what it published becomes the year before, what does not change is carried.
    pub like: Option<PathBuf>,
    /// The department's code; none: the digits that the folder's name begins with, else last year's.
    pub code: Option<String>,
    /// Its name; none: last year's.
    pub name: Option<String>,
    /// The office's own workbook, its name and its bytes, in place of the one to fill.
    pub workbook: Option<(String, Vec<u8>)>,
}

/// A workbook of the disk for a new department. Errors: E101, E108, E110, E560 it cannot be read, E171 it is no workbook.
pub fn workbook(path: &Path) -> Result<(String, Vec<u8>), Diagnostic> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let name = workbook_name(&name)?;
    Ok((name, load(path)?))
}

/// The name that a workbook gets in a folder. E171: it is none.
pub fn workbook_name(name: &str) -> Result<String, Diagnostic> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    if !is_workbook(last) {
        return Err(is_none(last, "不是工作簿"));
    }
    // A name that the folder counts, whatever it was called: hidden files and locks of Excel do not count.
    Ok(file_name(last.trim_start_matches(['.', '~', '$'])))
}

/// Last year, as it was published or stands.
struct Former {
    job: Job,
    folder: Folder,
    /// What its documents printed, figure by figure; none where they cannot be made any more.
    published: Option<String>,
}

/// Last year's data: of its last edition if there is one, so that it is what was published. None, with what is wrong, where
/// it cannot be read.
fn former(path: &Path, layouts: &Layouts, diagnostics: &mut Diagnostics) -> Option<Former> {
    let (folder, layouts) = match edition::ids(path).pop() {
        None => (Folder::at(path), layouts.clone()),
        Some(id) => match Edition::find(path, &id) {
            Ok(edition) => edition.open_verified(diagnostics)?,
            Err(found) => {
                diagnostics.push(found);
                return None;
            }
        },
    };
    let job = prepare_whole(&folder, &layouts, diagnostics)?;
    let made = compose_all(&folder, &layouts, &mut Diagnostics::default());
    let compositions: Vec<&Composition> = made.iter().map(|made| &made.composition).collect();
    let published = (!compositions.is_empty()).then(|| published(&compositions));
    (!diagnostics.has_errors()).then_some(Former { job, folder, published })
}

/// Last year's records as those of the new year: this year's become last year's; what is no amount of a year is carried.
fn rolled<'a>(decl: &FileDecl, set: &LayoutSet, former: &'a Former) -> Vec<Record> {
    let records = |id: &str| former.job.data.datasets.get(id).filter(|dataset| dataset.given);
    let is_of_year = decl.fields.iter().any(|field| field.kind == Kind::Amount && field.required);
    let has_former = set.schema.files.values().any(|other| other.like.as_deref() == Some(&decl.id));
    let source: Option<&'a Dataset> = match &decl.like {
        Some(this_year) => records(this_year),
        None if is_of_year || has_former || decl.role.is_some() => None,
        None => records(&decl.id),
    };
    let Some(source) = source else { return Vec::new() };
    let fields: Vec<Option<usize>> = decl.fields.iter().map(|field| source.field(&field.id)).collect();
    let roll = |record: &Record| Record {
        origin: record.origin.clone(),
        values: fields.iter().map(|field| field.map_or(Value::Blank, |field| record.values[field].clone())).collect(),
        columns: fields.iter().map(|field| field.map_or(0, |field| record.columns[field])).collect(),
    };
    let mut records: Vec<Record> = source.records.iter().map(roll).collect();
    let told = nought(decl, source, &records);
    records.extend(told);
    records
}

/// In a file that may be coarse a choice that no record makes is not known (`data/across.rs`). Last year's records made it
/// nowhere, which is known: a record of nothing says so.
fn nought(decl: &FileDecl, source: &Dataset, records: &[Record]) -> Option<Record> {
    let is_choice = |field: &&FieldDecl| matches!(field.kind, Kind::Choice { .. }) && !field.required;
    let is_known = |field: &&FieldDecl| !source.unknown.contains(&field.id) && !decl.unknown.contains(&field.id);
    let open = |field: &&FieldDecl| field.default.as_ref().is_none_or(|d| matches!(d, FieldDefault::By { .. }));
    let fields = decl.fields.iter().filter(is_choice).filter(is_known).filter(open);
    let silent = fields.filter(|field| {
        let at = decl.fields.iter().position(|other| other.id == field.id);
        at.is_some_and(|at| records.iter().all(|record| record.values[at] == Value::Blank))
    });
    let silent: Vec<&FieldDecl> = silent.collect();
    let first = records.first().filter(|_| !decl.unknown.is_empty() && !silent.is_empty())?;
    let value = |(field, value): (&FieldDecl, &Value)| match &field.kind {
        Kind::Choice { values, .. } if silent.iter().any(|other| other.id == field.id) => {
            values.first().map_or(Value::Blank, |value| Value::Text(value.as_str().into()))
        }
        Kind::Amount => Value::Number(Decimal::ZERO),
        _ if field.required => value.clone(),
        _ => Value::Blank,
    };
    let values: Vec<Value> = decl.fields.iter().zip(&first.values).map(value).collect();
    Some(Record { origin: first.origin.clone(), columns: vec![1; values.len()], values })
}

/// A text of last year, every number in it between marks, to be looked over; those of templates follow by themselves, and
/// those that number a paragraph (`1.`, `（2）`) stay.
fn to_review(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    let mut in_template = false;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if rest.starts_with("{{") || rest.starts_with("{%") {
            in_template = true;
        } else if rest.starts_with("}}") || rest.starts_with("%}") {
            in_template = false;
        }
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        if c.is_ascii_digit() && !in_template {
            // A stop behind it is the sentence's, or that of a paragraph's number.
            let (number, after) = rest.split_at(rest[..digits].trim_end_matches('.').len());
            let line = out.rsplit('\n').next().unwrap_or_default().trim_start_matches(['*', '#', ' ', '\u{3000}']);
            let is_of_paragraph = matches!(line, "" | "（" | "(") && after.starts_with(['.', '．', '、', '）', ')']);
            match is_of_paragraph {
                true => out += number,
                false => drop(write!(out, "【{number}】")),
            }
            rest = after;
            continue;
        }
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
    out
}

/// The files of a new department at a place, as edits of the folder there, to be saved; of a place that is called as a
/// workbook, that workbook alone. Nothing that lies there is replaced (E516). Errors: E523 what the workbook is called,
/// E517 which set is meant, those of the set itself.
pub fn begin(path: &Path, what: &Begin, layouts: &Layouts, diagnostics: &mut Diagnostics) -> Option<Folder> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let alone = is_workbook(name);
    if alone && (what.csv || what.workbook.is_some() || !name.to_lowercase().ends_with(".xlsx")) {
        let message = format!("“{name}”不能这样新建");
        let hint = "新的工作簿写成 代码-年度.xlsx；要用 CSV 文件或已有的工作簿，写文件夹的名称";
        diagnostics.push(Diagnostic::error("E523", message).hint(hint));
        return None;
    }
    let former = match &what.like {
        Some(like) => Some(former(like, layouts, diagnostics)?),
        None => None,
    };
    let layout = what.layout.clone().or_else(|| former.as_ref().map(|former| former.job.set.id.clone()));
    let called = if alone { path.with_extension("") } else { path.to_path_buf() };
    let folder = called.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let of_name = folder.split_once('-').and_then(|(_, year)| year_in(year)?.parse().ok());
    let year = what.year.or(of_name).or_else(|| former.as_ref().map(|former| former.job.report.year + 1));
    if year.is_none() {
        diagnostics.push(no_year("；或把文件夹写成“代码-年度”，如 632-2026"));
        return None;
    }
    let what = Begin { layout, year, ..what.clone() };
    let set = the_set(&what, former.as_ref(), layouts, diagnostics)?;
    if let Some((name, bytes)) = &what.workbook
        && let Err(wrong) = Workbook::open(&bytes.as_slice().into(), name)
    {
        diagnostics.push(wrong);
        return None;
    }
    let files = match files(&called, &what, alone, &set, former.as_ref(), diagnostics) {
        Ok(files) => files,
        Err(found) => {
            diagnostics.push(found);
            return None;
        }
    };
    let folder = match alone {
        false => with_new_files(path, files, diagnostics),
        true => {
            let around = path.parent().filter(|around| !around.as_os_str().is_empty()).unwrap_or(Path::new("."));
            with_new_files(around, files.into_iter().map(|(_, bytes)| (name.to_owned(), bytes)), diagnostics)
        }
    };
    (!diagnostics.has_errors()).then_some(folder)
}

/// The folder at a place with files that are new there; nothing that lies there is replaced (E516).
pub(crate) fn with_new_files(
    path: &Path,
    files: impl IntoIterator<Item = (String, Vec<u8>)>,
    diagnostics: &mut Diagnostics,
) -> Folder {
    let mut folder = Folder::open(path);
    for (name, bytes) in files {
        if folder.has(&name) {
            diagnostics.push(is_there(&folder, &name));
        }
        folder = folder.with(&name, bytes);
    }
    folder
}

/// E516: there is a file of this name, which is not replaced.
pub(crate) fn is_there(folder: &Folder, name: &str) -> Diagnostic {
    let message = format!("{} 已经有了", folder.path_of(name).display());
    Diagnostic::error("E516", message).hint("请换一个文件夹；这里的文件不会覆盖")
}

/// E517: what a department is made of was not said.
pub(crate) fn not_said(what: &str) -> Diagnostic {
    Diagnostic::error("E517", format!("没有写{what}"))
}

/// E516: there is no folder to make one in.
pub(crate) fn no_place(place: &Path) -> Diagnostic {
    Diagnostic::error("E516", format!("没有这个文件夹：{}", place.display())).hint("新部门的文件夹建在它里面")
}

/// E517: no year was said. `or`: what else may be done.
pub(crate) fn no_year(or: &str) -> Diagnostic {
    Diagnostic::error("E517", "没有写明预算年度").hint(format!("加上 --year，如 --year 2026{or}"))
}

/// Makes the folder at a place and those that its files are to lie in. E516: the system refuses.
pub fn make_folders(path: &Path, folder: &Folder) -> Result<(), Diagnostic> {
    let below = folder.edits().filter_map(|(name, _, _)| Path::new(name).parent());
    below.map(|below| path.join(below)).collect::<BTreeSet<PathBuf>>().into_iter().try_for_each(|place| {
        std::fs::create_dir_all(&place).map_err(|error| {
            let (why, hint) = refusal(&error);
            Diagnostic::error("E516", format!("建立文件夹 {} 失败：{why}", place.display())).hint(hint)
        })
    })
}

/// The set, under the department's own layout of last year, which comes with it.
fn the_set(
    what: &Begin,
    former: Option<&Former>,
    layouts: &Layouts,
    diagnostics: &mut Diagnostics,
) -> Option<LayoutSet> {
    let sets = layouts.sets();
    let id = match (&what.layout, sets.as_slice()) {
        (Some(id), _) => id.clone(),
        (None, [only]) => only.clone(),
        (None, _) => {
            let message = "有几个版式集，没有写明用哪一个";
            diagnostics
                .push(Diagnostic::error("E517", message).hint(format!("加上 --layout，可用的有：{}", sets.join("、"))));
            return None;
        }
    };
    let own = former.and_then(|former| Layer::of(&former.folder, "layout", "layout/", true, diagnostics));
    let mut files = SetFiles::find(&id, None, layouts, own, diagnostics)?;
    // Its codes have the names of that year.
    files.year = what.year.map(|year| (year, Place::file("report.toml")));
    layout::load(&files, &Layer::default(), diagnostics).filter(|_| !diagnostics.has_errors())
}

/// What else the department wrote last year: its own sections, with every number to be looked over, its own layout and
/// names of codes as they are.
fn carried(former: &Former, files: &[(String, Vec<u8>)]) -> Result<Vec<(String, Vec<u8>)>, Diagnostic> {
    let mut carried = Vec::new();
    for name in former.folder.files_of_text() {
        let of = |folder: &str| name.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        let is_known = files.iter().any(|(known, _)| *known == name);
        if is_known || !["text", "layout", "classification"].into_iter().any(of) {
            continue;
        }
        let text = former.folder.text(&name)?;
        let text = if of("text") { to_review(&text) } else { text };
        carried.push((name, text.into_bytes()));
    }
    // What those sections show.
    for name in former.folder.names(PICTURES).into_iter().filter(|name| is_picture(name)) {
        let name = format!("{PICTURES}/{name}");
        if let Some(bytes) = former.folder.bytes(&name)? {
            carried.push((name, bytes.to_vec()));
        }
    }
    Ok(carried)
}

/// The files by their names; `alone`: one workbook, whatever its name, that has them all within it.
fn files(
    path: &Path,
    what: &Begin,
    alone: bool,
    set: &LayoutSet,
    former: Option<&Former>,
    diagnostics: &mut Diagnostics,
) -> Result<Vec<(String, Vec<u8>)>, Diagnostic> {
    let known = known(path, what, set, former);
    let mut files = vec![("report.toml".to_owned(), report(&known, former).into_bytes())];
    for (name, heading) in texts(set) {
        let file = format!("text/{name}.md");
        let last_year = former.map(|former| former.folder.text_if_there(&file)).transpose()?.flatten();
        let last_year = last_year.map(|text| to_review(&text));
        let text = last_year.unwrap_or_else(|| format!("（请填写：{heading}）\n"));
        files.push((file, text.into_bytes()));
    }
    if let Some(former) = former {
        files.extend(carried(former, &files)?);
        let published = former.published.as_ref().map(|text| text.clone().into_bytes());
        files.extend(published.map(|bytes| (format!("{TABLES}/{LAST_YEAR}.csv"), bytes)));
    }
    let declared = set.schema.files.values().filter(|decl| decl.is_given());
    let mut rolled: Vec<(&FileDecl, Vec<Record>)> =
        declared.map(|decl| (decl, former.map_or(Vec::new(), |former| rolled(decl, set, former)))).collect();
    let mut schema = set.schema.clone();
    if let Some(former) = former {
        // Those that are wrong were told when last year's folder was read.
        lay_own_lists(&former.folder, &mut schema, &mut Diagnostics::default());
        let mut renewal = Renewal::new(&former.job);
        rolled.iter_mut().for_each(|(decl, records)| renewal.renew(records, decl, &mut schema, diagnostics));
    }
    if let Some((name, bytes)) = &what.workbook {
        files.push((name.clone(), bytes.clone()));
        return Ok(files);
    }
    if what.csv && former.is_none() {
        let declared = rolled.iter().map(|(decl, _)| *decl);
        for decl in declared {
            let heads: Vec<String> = decl.fields.iter().map(crate::data::head_with_unit).collect();
            files.push((decl.path.clone(), format!("\u{FEFF}{}\r\n", heads.join(",")).into_bytes()));
        }
        return Ok(files);
    }
    let mut handout = Handout {
        schema: &schema,
        files: rolled.iter().map(|(decl, records)| (*decl, records.as_slice())).collect(),
        facts: Vec::new(),
        texts: Vec::new(),
        title: "部门预算数据".to_owned(),
        date: None,
    };
    if alone {
        handout.facts = facts(known);
        // Of report.toml, what stands behind the keys.
        let documents = ("report.toml".to_owned(), former.map_or(String::new(), documents));
        let text = |(name, bytes): (String, Vec<u8>)| Some((name, String::from_utf8(bytes).ok()?));
        let others = files.into_iter().filter(|(name, _)| name != "report.toml").filter_map(text);
        handout.texts = std::iter::once(documents).filter(|(_, text)| !text.is_empty()).chain(others).collect();
        return Ok(vec![(String::new(), write(&handout)?)]);
    }
    files.push((WORKBOOK.to_owned(), write(&handout)?));
    Ok(files)
}

fn facts(known: Vec<Known>) -> Vec<Fact> {
    let fact = |Known { key, value, head, open, needed }| {
        let value = if open { String::new() } else { value };
        Fact { needed: needed && value.is_empty(), head, value, key }
    };
    known.into_iter().map(fact).collect()
}

/// A key of report.toml.
struct Known {
    key: String,
    /// What is known of it.
    value: String,
    /// What users call it.
    head: String,
    /// It is left out until somebody fills it in.
    open: bool,
    /// It has to be filled in.
    needed: bool,
}

/// What is known for report.toml, and every other key that the set takes.
fn known(path: &Path, what: &Begin, set: &LayoutSet, former: Option<&Former>) -> Vec<Known> {
    let folder = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let code: String = folder.chars().take_while(char::is_ascii_digit).collect();
    let year = what.year.map(|year| year.to_string()).or_else(|| year_in(&folder[code.len()..])).unwrap_or_default();
    let last = former.map(|former| &former.job.report);
    let year = if year.is_empty() { last.map_or(year, |last| (last.year + 1).to_string()) } else { year };
    let code = if code.is_empty() { last.map_or(code, |last| last.code.clone()) } else { code };
    let code = what.code.clone().unwrap_or(code);
    let name = what.name.clone().or_else(|| last.map(|last| last.name.clone())).unwrap_or_default();
    let of_every_set = HEADS.map(|(key, head)| {
        let value = match key {
            "code" => code.as_str(),
            "name" => name.as_str(),
            "year" => year.as_str(),
            "layout" => set.id.as_str(),
            _ => "",
        };
        let open = key == "date";
        Known { key: key.to_owned(), value: value.to_owned(), head: head.to_owned(), open, needed: !open }
    });
    let of_set = set.report.iter().map(|(key, field)| {
        let typed = last.filter(|last| last.is_typed(key)).and_then(|last| last.values.get(key));
        let open = !field.required && (typed.is_none() || field.date);
        let carried = typed.map(|typed| if field.date { next_year(typed) } else { typed.clone() });
        let value = carried.or_else(|| field.default.clone()).unwrap_or_default();
        let head: String = field.head.chars().filter(|c| !c.is_control()).collect();
        Known { key: key.clone(), value, head, open, needed: field.required }
    });
    of_every_set.into_iter().chain(of_set).collect()
}

/// report.toml: what is known, and a line for everything else that the set takes.
fn report(known: &[Known], former: Option<&Former>) -> String {
    let mut text = String::new();
    for Known { key, value, head, open, .. } in known {
        let quoted = if key == "year" && !value.is_empty() { value.clone() } else { toml_string(value) };
        let hidden = if *open { "# " } else { "" };
        let _ = writeln!(text, "{hidden}{} = {quoted}  # {head}", key_of(key));
    }
    text + &former.map_or(String::new(), documents)
}

/// The documents that last year's report.toml declared. What it acknowledged was of last year's data.
fn documents(former: &Former) -> String {
    let text = former.folder.text("report.toml").unwrap_or_default();
    let mut within = false;
    let of_documents = |line: &&str| {
        if let Some(table) = line.trim_start().strip_prefix('[') {
            within = table.trim_start_matches('[').trim_start().starts_with("document");
        }
        within
    };
    let lines: Vec<&str> = text.lines().filter(of_documents).collect();
    if lines.is_empty() { String::new() } else { format!("\n{}\n", lines.join("\n").trim_end()) }
}

/// A key of TOML, bare where it can be (1.0, Keys).
fn key_of(key: &str) -> String {
    let is_bare = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    if is_bare { key.to_owned() } else { toml_string(key) }
}

/// The same day a year later; a 29 February is the day before.
fn next_year(date: &str) -> String {
    match date.split_once('-').and_then(|(year, day)| Some((year.parse::<i32>().ok()?, day))) {
        Some((year, day)) => format!("{:04}-{}", year + 1, if day == "02-29" { "02-28" } else { day }),
        None => date.to_owned(),
    }
}

/// 2026 in 632-2026.
fn year_in(name: &str) -> Option<String> {
    let digits: String = name.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    (digits.len() == 4 && digits.starts_with("20")).then_some(digits)
}

/// The department's own texts that a set asks for, each with the heading it stands under, in the order of the set.
fn texts(set: &LayoutSet) -> Vec<(String, String)> {
    const ASKS: &str = "prose(\"";
    let mut found: Vec<(String, String)> = Vec::new();
    for (_, source) in set.sources.iter().filter(|(name, _)| name.ends_with(".md")) {
        let mut heading = String::new();
        for line in source.lines() {
            if line.starts_with('#') {
                heading = line.trim_matches(['#', ' ', '\u{3000}']).to_owned();
            }
            for (at, _) in line.match_indices(ASKS) {
                let name = line[at + ASKS.len()..].split('"').next().unwrap_or_default();
                if !name.is_empty() && !name.contains(['/', '\\']) && found.iter().all(|(known, _)| known != name) {
                    found.push((name.to_owned(), heading.clone()));
                }
            }
        }
    }
    found
}
