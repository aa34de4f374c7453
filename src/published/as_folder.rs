//! What was read becomes a data folder: tables as printed, prose in the set's sections, and for every line of them the
//! place in the published file.

use super::recognise::{Recognised, plain, titles_alike};
use super::records::records;
use super::reword::{OwnWords, heads};
use super::words::Words;
use super::{Doubt, PaperCell, PaperTable, PaperText, Part, Published, Spot};
use crate::compose::{given_tables, plain_name};
use crate::data::printed::{DOUBTS, PrintedTable, TABLES, printed_table};
use crate::diagnostic::{Diagnostics, OnPage, Place};
use crate::folder::{Bytes, Folder};
use crate::layout::narrative_lines::END;
use crate::toml_tree::toml_string;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

/// Whose document it is, as far as it says so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Whose {
    /// Code of the department.
    pub code: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// The year.
    pub year: Option<i32>,
}

/// A folder made of a published document.
pub struct Imported {
    /// Its files.
    pub files: BTreeMap<String, String>,
    /// For each file that came from the document: what stands behind each of its lines, from line 1.
    pub origins: BTreeMap<String, Vec<Origin>>,
    /// Stems of the set's sections that were found.
    pub sections: Vec<String>,
    /// Texts that belong to no section of the set.
    pub rest: Vec<PaperText>,
    /// The document's tables that became records, by their index from 0: how a narrative places each.
    pub of_records: BTreeMap<usize, String>,
    /// What it words otherwise than the set, by the file that says so.
    pub(super) own_words: BTreeMap<String, OwnWords>,
    /// Of a workbook, the names of its sheets.
    sheets: Vec<String>,
}

/// What a line of a file was made of.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Origin {
    /// The whole line's place.
    pub spot: Spot,
    /// Of a table: the title; else empty.
    pub table: String,
    /// Of a table: which row of it, from 1.
    pub row: usize,
    /// Of a table: each cell's first column and place.
    pub cells: Vec<(usize, Spot)>,
}

/// Whose document it is: from its first page, the lines over its tables, and the name of its file.
pub fn whose(published: &Published, file: &Path) -> Whose {
    let stem = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let titles: Vec<&str> = published.tables().map(|table| table.title.as_str()).collect();
    let first: Vec<&str> = published.texts().take(12).map(|text| text.text.as_str()).collect();
    let joined = first.iter().take(4).copied().collect::<String>();
    let short = |text: &&str| text.chars().count() <= 60;
    let of_document: Vec<&str> = first.iter().copied().chain([joined.as_str(), stem]).filter(short).collect();
    let titles: Vec<&str> = titles.into_iter().filter(short).collect();
    let candidates: Vec<&str> = of_document.iter().chain(&titles).copied().collect();
    let of = |texts: &[&str]| {
        let all = || texts.iter().filter_map(|text| said(text));
        all().find(|(name, ..)| !name.is_empty()).or_else(|| all().next())
    };
    let over = published.tables().flat_map(|table| &table.above).find_map(|line| department(line));
    let (of_document, of_titles) = (of(&of_document), of(&titles));
    let name = |said: &Option<(String, i32, Option<String>)>| said.clone().map(|said| said.0).filter(|n| !n.is_empty());
    // A line that says whose the table is says more than the table's title.
    let name = name(&of_document).or(over).or_else(|| name(&of_titles));
    let said = || of_document.iter().chain(&of_titles);
    let above = || published.tables().flat_map(|table| &table.above);
    let year = of_document.as_ref().map(|said| said.1);
    let year =
        year.or_else(|| above().find_map(|line| year_of_line(line))).or_else(|| said().next().map(|said| said.1));
    // A year that stands in most titles; a project's name may speak of another.
    let year = year.or_else(|| most_frequent(candidates.iter().filter_map(|text| year_in(text))));
    let code: String = stem.chars().take_while(char::is_ascii_digit).collect();
    let of_title = said().find_map(|said| said.2.clone());
    Whose { code: of_title.or((3..=9).contains(&code.len()).then_some(code)).filter(|code| !is_year(code)), name, year }
}

fn is_year(code: &str) -> bool {
    code.len() == 4 && code.starts_with("20")
}

/// Name, year and code in a title: `631临港部门2023年部门预算公开`, `2026年东湖区水务局部门预算`.
pub(super) fn said(text: &str) -> Option<(String, i32, Option<String>)> {
    let text = plain(text);
    let (at, year) = year_at(&text)?;
    let after = text[at + 4..].trim_start_matches(['年', '度']);
    let ends = ["部门预算", "单位预算", "部门决算", "单位决算", "预算", "决算"];
    let end = ends.iter().filter_map(|end| after.find(end)).min()?;
    // 第一部分 stands before the name in a title of a part.
    let before = &text[..at];
    let before = before.split_once("部分").filter(|(part, _)| part.starts_with('第')).map_or(before, |(_, name)| name);
    let digits: usize = before.bytes().take_while(u8::is_ascii_digit).count();
    let code = (3..=9).contains(&digits).then(|| before[..digits].to_owned());
    let before = before[digits..].trim_start_matches("附件").trim_matches(['：', ':', '（', '）']);
    let name = if before.is_empty() { &after[..end] } else { before };
    let name = name.trim_end_matches("部门").trim_end_matches('的');
    // A name that ends in 部门 is one.
    let name = if before.ends_with("部门") { before } else { name };
    let name = if is_name(name, before.is_empty()) { name } else { "" };
    Some((name.to_owned(), year, code))
}

/// Whether words beside a year are a department's: not those of a note, a form, or of what a table is about.
fn is_name(words: &str, after_year: bool) -> bool {
    let of_forms = ["注", "本部门", "本单位", "部门", "单位", "预算单位", "表"];
    let of_money = ["收支", "收入", "支出", "经费", "一般公共", "基金", "国有资本", "财政拨款"];
    let of_form = of_forms.iter().any(|form| words.starts_with(form));
    let of_table = after_year && of_money.iter().any(|money| words.contains(money));
    !of_form && !of_table
}

fn year_at(text: &str) -> Option<(usize, i32)> {
    text.match_indices("20").find_map(|(at, _)| {
        let year: i32 = text.get(at..at + 4)?.parse().ok()?;
        let alone = !text[..at].ends_with(|c: char| c.is_ascii_digit()) || at >= 3;
        (text[at + 4..].starts_with('年') && alone && (2000..=2100).contains(&year)).then_some((at, year))
    })
}

fn year_in(text: &str) -> Option<i32> {
    year_at(&plain(text)).map(|(_, year)| year)
}

/// `预算年度：2023`.
fn year_of_line(line: &str) -> Option<i32> {
    let line = plain(line);
    let (_, after) = line.split_once("年度：").or_else(|| line.split_once("年度:"))?;
    after.get(..4)?.parse().ok().filter(|year| (2000..=2100).contains(year))
}

/// Of as many, the latest.
fn most_frequent(years: impl Iterator<Item = i32>) -> Option<i32> {
    let mut counts: BTreeMap<i32, usize> = BTreeMap::new();
    years.for_each(|year| *counts.entry(year).or_default() += 1);
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(year, _)| year)
}

/// `部门：东湖区水务局`, `编制单位：…`.
pub(super) fn department(line: &str) -> Option<String> {
    let line = plain(line);
    let heads = ["部门名称", "单位名称", "编制部门", "编制单位", "预算单位", "填报单位", "部门"];
    let rest = heads.iter().find_map(|head| line.strip_prefix(head))?;
    let name = rest.strip_prefix(['：', ':'])?.split("金额单位").next()?.split("单位：").next()?;
    (!name.is_empty() && !name.contains("万元")).then(|| name.to_owned())
}

/// The folder that a document gives, taken for a set. Nothing is lost: what belongs to no table and no section of the set
/// is in [`Imported::rest`].
pub fn as_folder(published: &Published, recognised: &Recognised, whose: &Whose, shown: &str) -> Imported {
    let mut imported = Imported::of_no_set(published);
    let words = Words::of(whose);
    for (table, taken) in published.tables().zip(&recognised.tables) {
        if let Some(taken) = taken {
            imported.table(&format!("{TABLES}/{}.csv", taken.id), table);
            let heads = recognised.forms.table(&taken.id).map_or(Vec::new(), |form| heads(table, &form, &words));
            let layout = recognised.set().tables.values().find(|layout| layout.id == taken.id);
            if let Some(layout) = layout.filter(|_| !heads.is_empty()) {
                let own = OwnWords::of_heads(heads, table.spot);
                let file = format!("layout/{}.toml", layout.file);
                imported.files.insert(file.clone(), own.written().0);
                imported.own_words.insert(file, own);
            }
        }
    }
    let free: Vec<bool> = recognised.tables.iter().map(Option::is_none).collect();
    let (files, of_records) = records(published, &free, recognised.set());
    imported.of_records = of_records;
    for file in files {
        imported.files.insert(file.path.clone(), file.text);
        imported.origins.insert(file.path, file.origins);
    }
    imported.own_codes(recognised);
    imported.doubts(published, recognised, shown);
    imported.sections(published, recognised);
    imported.files.insert("report.toml".to_owned(), report(recognised, whose, shown));
    imported.files.insert("source.toml".to_owned(), imported.source(recognised, shown));
    imported
}

impl Imported {
    /// Of a document that no set is known for.
    pub(super) fn of_no_set(published: &Published) -> Imported {
        Imported {
            files: BTreeMap::new(),
            origins: BTreeMap::new(),
            sections: Vec::new(),
            rest: Vec::new(),
            of_records: BTreeMap::new(),
            own_words: BTreeMap::new(),
            sheets: published.sheets.clone(),
        }
    }

    /// The folder in memory, for the published file itself: what is doubtful is told of its pages.
    pub fn folder(&self, shown: &Path) -> Folder {
        let files = self
            .files
            .iter()
            .filter(|(name, _)| *name != DOUBTS)
            .map(|(name, text)| (name.clone(), Bytes::from(text.as_bytes())));
        Folder::of_files(shown, files)
    }

    /// Where in the published file a place of the folder was read: `公开.pdf 第 12 页《收支总表》第 3 行`. None: it was not.
    pub fn place_in(&self, shown: &str, place: &Place) -> Option<Place> {
        let origin = self.origin(place)?;
        origin.spot_of(place).place(shown, &self.sheets, &origin.table, origin.row)
    }

    /// The area of a page that a place of the folder was read from.
    pub fn on_page(&self, place: &Place) -> Option<OnPage> {
        self.origin(place)?.spot_of(place).on_page()
    }

    /// What stands behind a place of the folder.
    pub fn origin(&self, place: &Place) -> Option<&Origin> {
        let lines = self.origins.get(&*place.file)?;
        lines.get((place.line as usize).max(1) - 1).filter(|origin| origin.spot.is_known())
    }

    /// A table as the program's own reader of printed tables takes it: title, lines over it, rows.
    fn table(&mut self, file: &str, table: &PaperTable) {
        let width = table.columns.max(1);
        let mut text = String::new();
        let mut origins = Vec::new();
        let depth = table.heads - usize::from(table.numbers_its_columns());
        let alone = |cell: &str| {
            let mut line = vec![""; width];
            line[0] = cell;
            line.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(",")
        };
        for line in [&table.title].into_iter().chain(&table.above).filter(|line| !line.is_empty()) {
            text += &(alone(line) + "\n");
            origins.push(Origin { spot: table.spot, table: table.title.clone(), ..Origin::default() });
        }
        for (index, row) in table.rows.iter().enumerate() {
            let mut line = table.line(index);
            // The lowest head over several columns is the head of each.
            let lowest = |cell: &&PaperCell| index < table.heads && index + cell.rowspan >= depth && cell.colspan > 1;
            for cell in row.cells.iter().filter(lowest) {
                line[cell.column..cell.column + cell.colspan].fill(&cell.text);
            }
            let line: Vec<String> = line.into_iter().map(quoted).collect();
            text += &(line.join(",") + "\n");
            let spot = row.cells.iter().fold(Spot::default(), |all, cell| all.around(cell.spot));
            let cells = row.cells.iter().map(|cell| (cell.column, cell.spot)).collect();
            origins.push(Origin { spot, table: table.title.clone(), row: index + 1, cells });
        }
        self.files.insert(file.to_owned(), text);
        self.origins.insert(file.to_owned(), origins);
    }

    /// doubts.toml: every cell that may have been misread, to be confirmed before anything is printed of it.
    fn doubts(&mut self, published: &Published, recognised: &Recognised, shown: &str) {
        let mut text = String::new();
        for (table, taken) in published.tables().zip(&recognised.tables) {
            let Some(taken) = taken else { continue };
            let over = [&table.title].into_iter().chain(&table.above).filter(|line| !line.is_empty()).count();
            for (row, cell) in table.doubtful() {
                let (why, _) = cell.doubt.map_or(("", ""), Doubt::says);
                let at = cell.spot.place(shown, &self.sheets, &table.title, row + 1);
                let at = at.map_or_else(|| shown.to_owned(), |at| at.to_string());
                let _ = writeln!(
                    text,
                    "\n[[doubt]]\nfile = {}\nline = {}\ncolumn = {}\ntext = {}\nwhy = {}\nat = {}",
                    toml_string(&format!("{TABLES}/{}.csv", taken.id)),
                    over + row + 1,
                    cell.column + 1,
                    toml_string(&cell.text),
                    toml_string(why),
                    toml_string(&at)
                );
            }
        }
        if !text.is_empty() {
            let head =
                "# 可能读错的格：对照公开的文件，不对就改那一格，对的就删去这一条；还有没核对的，不生成公开文本。\n";
            self.files.insert(DOUBTS.to_owned(), head.to_owned() + &text);
        }
    }

    /// Codes that no list has and that several tables print by one name: the department's own.
    fn own_codes(&mut self, recognised: &Recognised) {
        let set = recognised.set();
        let read = |(name, text): (&String, &String)| {
            let name = name.strip_prefix(TABLES)?.trim_start_matches('/');
            Some(printed_table(name, name.into(), text, &mut Diagnostics::default()))
        };
        let printed: Vec<PrintedTable> = self.files.iter().filter_map(read).collect();
        let (views, _) = given_tables(&recognised.forms, &printed);
        // By list, code and name: how many tables print it.
        let mut seen: BTreeMap<(&str, String, String), usize> = BTreeMap::new();
        for view in &views {
            let unknown = view.rows.iter().filter_map(|row| {
                let class = set.schema.classes.get(&row.class).filter(|class| !class.names.contains_key(&row.code))?;
                let name = plain_name(&row.label);
                (!name.is_empty() && class.level(&row.code).is_some())
                    .then(|| (class.file.as_str(), row.code.clone(), name))
            });
            for one in unknown.collect::<BTreeSet<_>>() {
                *seen.entry(one).or_default() += 1;
            }
        }
        let codes: BTreeMap<(&str, &String), usize> =
            seen.keys().map(|(file, code, _)| (*file, code)).fold(BTreeMap::new(), |mut all, one| {
                *all.entry(one).or_default() += 1;
                all
            });
        for ((file, code, name), tables) in &seen {
            if *tables > 1 && codes[&(*file, code)] == 1 {
                let list =
                    self.files.entry(format!("classification/{file}")).or_insert_with(|| "编码,名称\n".to_owned());
                let _ = writeln!(list, "{},{}", quoted(code), quoted(name));
            }
        }
    }

    /// The document's prose, each section of the set from its heading to that of the next.
    fn sections(&mut self, published: &Published, recognised: &Recognised) {
        let set = recognised.set();
        let headed: Vec<(String, (u8, String))> = set
            .parts
            .iter()
            .filter_map(|part| Some((part.file.clone(), heading(&set.narratives.get(&part.file)?.template.source)?)))
            .collect();
        // Where each section begins, in the document's order.
        let mut begins: Vec<(usize, usize)> = Vec::new();
        for (index, part) in published.parts.iter().enumerate() {
            let Part::Text(text) = part else { continue };
            if text.text.chars().count() > 60 || text.text.contains('。') {
                continue;
            }
            let free = headed.iter().enumerate().filter(|(at, _)| begins.iter().all(|(_, known)| known != at));
            let alike = free.map(|(at, (_, (_, heading)))| (titles_alike(heading, &text.text), at));
            let best = alike.filter(|(alike, _)| *alike >= 0.7).max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
            begins.extend(best.map(|(_, at)| (index, at)));
        }
        let mut tables = recognised.tables.iter().enumerate();
        let mut current: Option<(String, String, Vec<Origin>)> = None;
        let mut depth = 0;
        for (index, part) in published.parts.iter().enumerate() {
            let begun = begins.iter().find(|(begin, _)| *begin == index);
            if let Some((_, at)) = begun {
                self.keep(current.take());
                current = Some((headed[*at].0.clone(), String::new(), Vec::new()));
                depth = headed[*at].1.0;
            }
            match part {
                Part::Table(table) => {
                    let (number, taken) = tables.next().map_or((0, None), |(number, taken)| (number, taken.as_ref()));
                    if let (Some((_, text, origins)), Some(call)) = (current.as_mut(), self.of_records.get(&number)) {
                        let _ = writeln!(text, "{call}");
                        origins.push(Origin { spot: table.spot, ..Origin::default() });
                        continue;
                    }
                    let Some(((_, text, origins), taken)) = current.as_mut().zip(taken) else {
                        // A table of figures ends the prose before it.
                        if taken.is_some() {
                            self.keep(current.take());
                        }
                        continue;
                    };
                    // The set's own tables stand where the set says; those within a section, where they stood.
                    let within =
                        set.parts.iter().all(|part| set.tables.get(&part.file).is_none_or(|own| own.id != taken.id));
                    if within {
                        let _ = writeln!(text, "{{{{ table({}) }}}}", toml_string(&taken.id));
                        origins.push(Origin { spot: table.spot, ..Origin::default() });
                    } else {
                        self.keep(current.take());
                    }
                }
                Part::Text(paper) => match current.as_mut() {
                    Some((_, text, origins)) => {
                        // What begins a section is its heading, however it looks; what else is numbered as one lies below it.
                        let level = match begun {
                            Some(_) => depth,
                            None if paper.level == 0 => 0,
                            None => paper.level.max(depth + 1),
                        };
                        let head = if level > 0 { "#".repeat(level.into()) + " " } else { String::new() };
                        let _ = writeln!(text, "{head}{}", as_words(&paper.text, level > 0));
                        origins.push(Origin { spot: paper.spot, ..Origin::default() });
                    }
                    None => self.rest.push(paper.clone()),
                },
            }
        }
        self.keep(current.take());
    }

    fn keep(&mut self, section: Option<(String, String, Vec<Origin>)>) {
        let Some((stem, text, origins)) = section else { return };
        let file = format!("text/{stem}.md");
        self.sections.push(stem);
        self.files.insert(file.clone(), text);
        self.origins.insert(file, origins);
    }

    /// source.toml: for every line of every file, the page and the box it came from; and what was not placed.
    pub(super) fn source(&self, recognised: &Recognised, shown: &str) -> String {
        let mut text = String::from(
            "# 每张表、每段文字在公开文件里的位置：页和框（左、上、右、下，单位为磅，自左上角起），或第几段、第几张表，或工作表和行\n",
        );
        let _ = writeln!(text, "file = {}\nlayout = {}", toml_string(shown), toml_string(&recognised.set));
        let spot = |spot: &Spot| match (spot.page, spot.row) {
            (0, 0) => format!("part = {}", spot.part),
            (0, row) => {
                let sheet = self.sheets.get(spot.part as usize - 1).map_or("", String::as_str);
                format!("sheet = {}, row = {row}", toml_string(sheet))
            }
            (page, _) => format!(
                "page = {page}, box = [{:.1}, {:.1}, {:.1}, {:.1}]",
                spot.left, spot.top, spot.right, spot.bottom
            ),
        };
        let cell = |(column, at): &(usize, Spot)| match at.page {
            0 => String::new(),
            _ => format!("[{}, {:.1}, {:.1}, {:.1}, {:.1}]", column + 1, at.left, at.top, at.right, at.bottom),
        };
        for (file, origins) in &self.origins {
            let _ = writeln!(text, "\n[[from]]\nfile = {}\nlines = [", toml_string(file));
            for (index, origin) in origins.iter().enumerate() {
                let cells: Vec<String> = origin.cells.iter().map(cell).filter(|cell| !cell.is_empty()).collect();
                let cells = if cells.is_empty() { String::new() } else { format!(", cells = [{}]", cells.join(", ")) };
                let _ = writeln!(text, "  {{ line = {}, {}{cells} }},", index + 1, spot(&origin.spot));
            }
            text += "]\n";
        }
        for rest in &self.rest {
            let _ = writeln!(text, "\n[[rest]]\ntext = {}\nat = {{ {} }}", toml_string(&rest.text), spot(&rest.spot));
        }
        text
    }
}

impl Origin {
    /// The place of the cell that a place of a CSV file names, else of the whole line.
    pub fn spot_of(&self, place: &Place) -> Spot {
        let column = place.column.number().unwrap_or(0) as usize;
        let cell = self.cells.iter().rev().find(|(first, _)| *first < column);
        cell.filter(|_| column > 0).map_or(self.spot, |(_, spot)| *spot)
    }
}

pub(super) fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', ';', '\t']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

/// Words of a published text as a line of a template: what would be markup or code there is put in as text.
pub(crate) fn as_words(text: &str, heading: bool) -> String {
    let mut line = String::with_capacity(text.len());
    let chars: Vec<char> = text.chars().collect();
    let mut at = 0;
    while at < chars.len() {
        let pair = (chars[at], chars.get(at + 1).copied().unwrap_or(' '));
        let odd = matches!(pair, ('{', '{' | '%' | '#') | ('}', '}') | ('%' | '#', '}') | ('*', '*') | ('<', 'b'));
        if odd {
            let _ = write!(line, "{{{{ \"{}\" }}}}", pair.0);
        } else {
            line.push(chars[at]);
        }
        at += 1;
    }
    let begins_as_markup = line.starts_with(['#', '*', '{', '-', '\\']) && !line.starts_with("{{ \"");
    if begins_as_markup && !heading { format!("\\{line}") } else { line }
}

/// A section's heading without what its template puts in, and its level.
fn heading(source: &str) -> Option<(u8, String)> {
    // The mark of its line stands before a line's first character.
    let line = source
        .lines()
        .map(|line| line.rsplit_once(END).map_or(line, |(_, words)| words))
        .find(|line| line.starts_with('#'))?;
    let level = line.bytes().take_while(|b| *b == b'#').count() as u8;
    let mut words = String::new();
    let mut rest = line.trim_start_matches(['#', ' ']);
    while let Some(at) = rest.find('{') {
        words += &rest[..at];
        let Some(end) = rest[at..].find('}') else { break };
        rest = rest[at + end + 1..].trim_start_matches('}');
    }
    words += rest;
    Some((level, words))
}

/// report.toml: what the document says, and a line for everything else that the set takes.
fn report(recognised: &Recognised, whose: &Whose, shown: &str) -> String {
    let mut text = format!("# 由 {} 导入\n", shown.replace(|c: char| c.is_control(), " "));
    let said = |value: &Option<String>, head: &str| match value {
        Some(value) => format!("{}  # {head}", toml_string(value)),
        None => format!("\"\"  # {head}：文件里没有写，请填写"),
    };
    let _ = writeln!(text, "code = {}", said(&whose.code, "部门代码"));
    let _ = writeln!(text, "name = {}", said(&whose.name, "部门名称"));
    match whose.year {
        Some(year) => drop(writeln!(text, "year = {year}")),
        None => drop(writeln!(text, "year = \"\"  # 年度：文件里没有写，请填写")),
    }
    let _ = writeln!(text, "layout = {}\n", toml_string(&recognised.set));
    for (key, field) in &recognised.set().report {
        let hidden = if field.required { "" } else { "# " };
        let head: String = field.head.chars().filter(|c| !c.is_control()).collect();
        let value = field.default.clone().unwrap_or_default();
        let _ = writeln!(text, "{hidden}{key} = {}  # {head}", toml_string(&value));
    }
    text
}
