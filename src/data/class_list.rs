//! Names of codes from files: lists of classifications, and the codes that departments add beside their figures.

use super::classification::{Class, Years, not_digits};
use super::csv_file::{Row, Rows};
use super::schema::Schema;
use super::typed::{cleaned, half_width, same_words, shown};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::file_findings::FileFindings;
use crate::folder::Folder;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The folder of a department's own lists, in its data folder.
const OWN_LISTS: &str = "classification";

/// The file of a department's own list of a classification, in its data folder: `classification/function.csv`.
pub fn own_list(class: &Class) -> String {
    format!("{OWN_LISTS}/{}", class.file)
}

/// Lays the lists of the data folder (`classification/function.csv`: 编码,名称) over the set's.
pub(crate) fn lay_own_lists(folder: &Folder, schema: &mut Schema, diagnostics: &mut Diagnostics) {
    for class in schema.classes.values_mut().filter(|class| !class.file.is_empty()) {
        let name = own_list(class);
        match folder.text_if_there(&name) {
            Ok(Some(text)) => read_class_list(&text, &name, class, diagnostics),
            Ok(None) => {}
            Err(diagnostic) => diagnostics.push(diagnostic),
        }
    }
}

/// Reads a list of codes and names (headings 编码,名称 or code,name) into `class`, over the names it has. A list may
/// say the years of a name (年度, years: `2023-2026`; a line of other years than the class's names nothing) and in which
/// years it was found in print (见于, seen; blank: the name is unchecked), and which code (several: between `;`) what
/// stood under it has after those years (改为, becomes). Further columns are not used. `text` comes
/// from [`crate::folder::decode`].
pub fn read_class_list(text: &str, shown_name: &str, class: &mut Class, diagnostics: &mut Diagnostics) {
    let mut findings = FileFindings::new(Arc::from(shown_name));
    match ListColumns::find(text) {
        Some(columns) => lay_list(text, &columns, class, &mut findings),
        None => {
            let place = findings.place(1, 0);
            findings.error(|| {
                Diagnostic::error("E121", "缺少“编码”列或“名称”列")
                    .at(place)
                    .hint("首行写“编码,名称”，以下每行一个科目")
            });
        }
    }
    findings.finish(diagnostics);
}

/// The latest year that a list of codes names codes for; none: it says no years.
pub fn latest_year_of(list: &str) -> Option<u16> {
    let columns = ListColumns::find(list)?;
    let rows = Rows::new(list, columns.separator).skip(1).filter_map(Result::ok);
    rows.filter_map(|row| Years::read(&cleaned(row.fields.get(columns.years?)?))?.last()).max()
}

/// Where a list has its codes and names.
struct ListColumns {
    separator: u8,
    code: usize,
    name: usize,
    years: Option<usize>,
    seen: Option<usize>,
    becomes: Option<usize>,
}

impl ListColumns {
    fn find(text: &str) -> Option<ListColumns> {
        b",\t;".iter().find_map(|&separator| {
            let row = Rows::new(text, separator).next()?.ok()?;
            let column = |heads: &[&str]| row.fields.iter().position(|f| heads.contains(&cleaned(f).as_ref()));
            let code = column(&["编码", "代码", "科目编码", "科目代码", "code"])?;
            let name = column(&["名称", "科目名称", "name"])?;
            let (years, seen) = (column(&["年度", "years"]), column(&["见于", "seen"]));
            let becomes = column(&["改为", "becomes"]);
            Some(ListColumns { separator, code, name, years, seen, becomes })
        })
    }
}

fn lay_list(text: &str, columns: &ListColumns, class: &mut Class, findings: &mut FileFindings) {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for row in Rows::new(text, columns.separator).skip(1) {
        match row {
            Ok(row) if row.is_blank() => {}
            Ok(row) => {
                if let Some(code) = lay_row(&row, columns, class, findings) {
                    refuse_twice(code, row.line, columns, &mut seen, findings);
                }
            }
            Err(broken) => {
                let file = findings.file().clone();
                findings.error(|| broken.diagnostic(&file));
            }
        }
    }
}

/// Puts the name of one line into `class`; the code, if the line names one for the class's year and no other may.
fn lay_row(row: &Row, columns: &ListColumns, class: &mut Class, findings: &mut FileFindings) -> Option<String> {
    let cell = |column: usize| row.fields.get(column).map(|f| cleaned(f)).unwrap_or_default();
    let (code, name) = (half_width(&cell(columns.code)).into_owned(), cell(columns.name));
    let code_place = findings.place(row.line, columns.code as u32 + 1);
    let what = || format!("编码“{}”", shown(&code));
    if let Some(wrong) = not_digits(&code) {
        findings.error(|| {
            Diagnostic::error("E102", format!("{}含有非数字字符“{}”", what(), shown(&wrong)))
                .at(code_place)
                .hint("只填数字")
        });
        return None;
    }
    if class.level(&code).is_none() {
        findings.error(|| {
            Diagnostic::error("E103", format!("{}有 {} 位", what(), code.len()))
                .at(code_place)
                .hint(format!("应为 {}", super::classification::lengths(class)))
        });
        return None;
    }
    if name.is_empty() {
        let place = findings.place(row.line, columns.name as u32 + 1);
        findings.error(|| {
            Diagnostic::error("E145", format!("{}没有名称", what())).at(place).hint("请写明名称，或删去这一行")
        });
        return None;
    }
    let years = match columns.years {
        None => None,
        Some(column) => match Years::read(&half_width(&cell(column))) {
            Some(years) => Some(years),
            None => {
                let place = findings.place(row.line, column as u32 + 1);
                findings.error(|| {
                    Diagnostic::error("E149", format!("{}的年度“{}”读不懂", what(), shown(&cell(column))))
                        .at(place)
                        .hint("写成 2023-2026、2024 或 2023;2025-2026")
                });
                return None;
            }
        },
    };
    let checked = columns.seen.is_none_or(|column| !cell(column).is_empty());
    if let Some((years, column)) = years.as_ref().zip(columns.becomes).filter(|(_, column)| !cell(*column).is_empty()) {
        let becomes = half_width(&cell(column)).into_owned();
        let to: Vec<String> = becomes.split([';', '、']).map(|code| code.trim().to_owned()).collect();
        let level = class.level(&code);
        if let Some(wrong) = to.iter().find(|to| class.level(to) != level) {
            let place = findings.place(row.line, column as u32 + 1);
            findings.error(|| {
                Diagnostic::error("E103", format!("{}改为的“{}”不是同一级的编码", what(), shown(wrong)))
                    .at(place)
                    .hint(format!("写 {} 位数字；分成几个的，写成 2130101;2130102", code.len()))
            });
            return None;
        }
        class.became.entry(code.clone()).or_default().push((years.clone(), to));
    }
    // Of every year, a code has as many lines as names.
    let once = years.is_none() || class.year.is_some();
    (class.lay(&code, name.into_owned(), years, checked) && once).then_some(code)
}

fn refuse_twice(
    code: String,
    line: u32,
    columns: &ListColumns,
    seen: &mut BTreeMap<String, u32>,
    findings: &mut FileFindings,
) {
    let column = columns.code as u32 + 1;
    if let Some(&first) = seen.get(&code) {
        let (place, first) = (findings.place(line, column), findings.place(first, column));
        findings.error(|| {
            Diagnostic::error("E148", format!("编码“{code}”重复"))
                .at(place)
                .related(first, "先在这里")
                .hint("同一编码只留一行")
        });
    } else {
        seen.insert(code, line);
    }
}

/// A name that stands beside a code in a record file, and where it was first given.
#[derive(Debug, Default)]
pub(super) struct GivenNames(BTreeMap<(String, String), String>);

impl GivenNames {
    /// A line gives `name` for `code` of `class`: a code that the class lacks is taken, a name that differs is
    /// told, each once. `head` is what users call the code, e.g. 功能科目.
    pub(super) fn take(
        &mut self,
        code: &str,
        name: &str,
        head: &str,
        class: &mut Class,
        (line, column): (u32, u32),
        findings: &mut FileFindings,
    ) {
        let place = findings.place(line, column);
        let key = (class.id.clone(), code.to_owned());
        match class.names.get(code) {
            None => {
                class.names.insert(code.to_owned(), name.to_owned());
                class.given.insert(code.to_owned());
                self.0.insert(key, place.to_string());
                findings.warning(|| {
                    Diagnostic::warning(
                        "E105",
                        format!("{head}“{code}”不在科目表中，按本行的名称“{}”采用", shown(name)),
                    )
                    .at(place)
                    .hint(added_code_hint(code, class))
                });
            }
            Some(known) if same_words(known, name) => {
                class.unchecked.remove(code); // the department's own system says it too
            }
            Some(known) => {
                let told = (class.id.clone(), format!("{code} {name}"));
                if self.0.contains_key(&told) {
                    return;
                }
                let source = match self.0.get(&key) {
                    Some(first) => format!(" {first} 的“{known}”"),
                    None => format!("科目表的“{known}”"),
                };
                let then = class.elsewhere.get(code).filter(|other| same_words(&other.name, name));
                let then = then.map(|other| format!("“{}”是 {} 年的名称；", shown(name), other.years));
                self.0.insert(told, String::new());
                findings.warning(|| {
                    Diagnostic::warning(
                        "E106",
                        format!("{head}“{code}”的名称“{}”与{source}不同，按后者公开", shown(name)),
                    )
                    .at(place)
                    .hint(format!(
                        "{}请核对编码和名称；科目表有误时，在 {OWN_LISTS}/{} 中写明",
                        then.unwrap_or_default(),
                        class.file
                    ))
                });
            }
        }
    }
}

/// What to check of a code that is taken: the codes above it need names too.
fn added_code_hint(code: &str, class: &Class) -> String {
    let nameless: Vec<&str> = class.path(code).into_iter().filter(|c| !class.names.contains_key(*c)).collect();
    if nameless.is_empty() {
        return "请核对编码和名称".to_owned();
    }
    format!("请核对编码和名称；它上级的 {} 也没有名称，请在 {OWN_LISTS}/{} 中写明", nameless.join("、"), class.file)
}
