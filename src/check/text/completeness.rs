//! Completeness: tables with their statements, sections with content, targets for projects, terms explained, dates.

use super::passage::plain;
use super::read::note_place;
use super::rule::{Findings, TextRule};
use super::targets::field;
use super::texts::Texts;
use crate::check::rule::{Example, RulePage};
use crate::compose::Job;
use crate::data::{Class, FieldDecl, Kind, own_list};
use crate::diagnostic::{Diagnostic, Place, Severity, Severity::Warning};
use crate::document::{Block, ColumnKind, Heading, Table};
use crate::sought::Sought;
use std::collections::{BTreeSet, HashSet};

const RULES_OF_2016: &str = "《地方预决算公开操作规程》（财预〔2016〕143号）";

pub const RULES: &[TextRule] = &[
    TextRule {
        page: RulePage {
            code: "K001",
            severity: Warning,
            title: "缺少规定的表",
            reason: "应有哪些表，版式集的 set.toml 里写明（[complete]）；没有数据的也要列出空表。",
            source: RULES_OF_2016,
            example: Example {
                wrong: "没有“政府性基金预算财政拨款支出表”",
                right: "列出空表，并写“注：无……，空表列示。”",
            },
        },
        find: tables,
    },
    TextRule {
        page: RulePage {
            code: "K002",
            severity: Warning,
            title: "空表与说明不一致",
            reason: "没有数据的表要说明，有数据的表不能再说“空表列示”。",
            source: RULES_OF_2016,
            example: Example {
                wrong: "表里有1757.00万元，表下却写“无政府采购预算，空表列示”",
                right: "删去“空表列示”的说明",
            },
        },
        find: statements,
    },
    TextRule {
        page: RulePage {
            code: "K003",
            severity: Warning,
            title: "标题下面没有内容",
            reason: "每个标题下要有内容；没有的，写明“无”。",
            source: RULES_OF_2016,
            example: Example {
                wrong: "第二部分　专项资金绩效目标（下面空着）", right: "我部门无专项资金绩效目标。"
            },
        },
        find: sections,
    },
    TextRule {
        page: RulePage {
            code: "K004",
            severity: Warning,
            title: "项目没有绩效目标",
            reason: "每个项目都要有绩效目标表，随预算一起公开。",
            source: "《中共中央 国务院关于全面实施预算绩效管理的意见》；财预〔2016〕143号",
            example: Example {
                wrong: "明细里有“路灯工程”，targets.csv 里没有", right: "补上“路灯工程”的绩效目标"
            },
        },
        find: targets,
    },
    TextRule {
        page: RulePage {
            code: "K005",
            severity: Warning,
            title: "绩效目标没有实际内容",
            reason: "目标写“目标内容1”或只有几个字，等于没有目标。",
            source: "《项目支出绩效评价管理办法》（财预〔2020〕10号）",
            example: Example {
                wrong: "绩效目标：1.目标内容1", right: "绩效目标：完成路灯安装300盏，亮灯率98%以上"
            },
        },
        find: objectives,
    },
    TextRule {
        page: RulePage {
            code: "K006",
            severity: Warning,
            title: "名词解释的用语表里没有",
            reason: "名词解释说的应是表里用的名称，写法一字不差。",
            source: RULES_OF_2016,
            example: Example {
                wrong: "机关运行费：是指……（正文用“机关运行经费”）", right: "机关运行经费：是指……"
            },
        },
        find: glossary_spelling,
    },
    TextRule {
        page: RulePage {
            code: "K007",
            severity: Warning,
            title: "公开晚于批复后 20 日",
            reason: "部门预算在财政部门批复后 20 日内公开。",
            source: "《中华人民共和国预算法》第十四条",
            example: Example { wrong: "批复 2023-01-10，公开 2023-02-10", right: "公开 2023-01-30 以前" },
        },
        find: dates,
    },
    TextRule {
        page: RulePage {
            code: "K008",
            severity: Warning,
            title: "目录与标题对不上",
            reason: "目录、标题、书签应一一对应；空的或重复的标题在目录里无法分辨。",
            source: "GB/T 9704—2012；PDF/UA-1 7.4",
            example: Example { wrong: "两个标题都叫“情况说明”", right: "各有各的标题" },
        },
        find: contents,
    },
    TextRule {
        page: RulePage {
            code: "K009",
            severity: Warning,
            title: "缺少规定的说明",
            reason: "应有哪些说明，版式集的 set.toml 里写明（[complete]）：职责机构、收支安排、“三公”经费、政府采购等。",
            source: RULES_OF_2016,
            example: Example {
                wrong: "没有“国有资产”一节", right: "写明国有资产占用情况；没有的写“无”"
            },
        },
        find: narratives,
    },
    TextRule {
        page: RulePage {
            code: "K010",
            severity: Warning,
            title: "用到的收支名称没有解释",
            reason: "文本里有钱的收支项目，名词解释应当覆盖。",
            source: RULES_OF_2016,
            example: Example {
                wrong: "有政府性基金预算拨款收入，名词解释里没有",
                right: "补上“政府性基金预算拨款收入：指……”",
            },
        },
        find: glossary_coverage,
    },
    TextRule {
        page: RulePage {
            code: "K011",
            severity: Severity::Note,
            title: "用到没有核对过的科目名称",
            reason: "程序带的科目名称，有一些是凭记忆录入的，没有与原书或公开文本核对过；印在表里之前，要有人看一眼。",
            source: "《政府收支分类科目》（每年一本）；layouts/classification/README.md",
            example: Example {
                wrong: "表里印了“2010107 人大代表履职能力提升”，这个名称没有核对过",
                right: "核对后在数据里加一列“功能科目名称”，或写进 classification/function.csv",
            },
        },
        find: unchecked_names,
    },
];

/// How many names one finding lists.
const NAMES_LISTED: usize = 10;

fn unchecked_names(texts: &Texts<'_>, findings: &mut Findings) {
    let job = texts.composition.job();
    let classes = job.set.schema.classes.values().filter(|class| !class.unchecked.is_empty());
    let mut classes: Vec<(&Class, BTreeSet<String>)> = classes.map(|class| (class, BTreeSet::new())).collect();
    if classes.is_empty() {
        return;
    }
    for (of, code) in texts.composition.document.tables().flat_map(|t| texts.composition.printed_codes(&t.id)) {
        let class = classes.iter_mut().find(|(class, _)| class.id == of && class.unchecked.contains(&code));
        if let Some((_, printed)) = class {
            printed.insert(code);
        }
    }
    for (class, printed) in classes.iter().filter(|(_, printed)| !printed.is_empty()) {
        let named = |code: &String| format!("{code}“{}”", class.names.get(code).map_or("", String::as_str));
        let listed: Vec<String> = printed.iter().take(NAMES_LISTED).map(named).collect();
        let more = if printed.len() > listed.len() { "等" } else { "" };
        let message = format!("表里印了 {} 个没有核对过的科目名称：{}{more}", printed.len(), listed.join("、"));
        let place = printed.iter().find_map(|code| first_record(job, class, code));
        let file = own_list(class);
        findings.push(
            Diagnostic::new(Severity::Note, "", message).at(place.unwrap_or_else(|| Place::file("report.toml"))).hint(
                format!("请对照当年的《政府收支分类科目》；核对后写进 {file}（编码,名称），或在数据里加一列科目名称"),
            ),
        );
    }
}

/// Where the data first has a code, or one below it.
fn first_record(job: &Job, class: &Class, code: &str) -> Option<Place> {
    job.data.datasets.values().find_map(|dataset| {
        let of_class = |f: &FieldDecl| matches!(&f.kind, Kind::Code { class: of, .. } if *of == class.id);
        let mut fields = dataset.fields.iter().enumerate().filter(|(_, field)| of_class(field));
        fields.find_map(|(index, _)| {
            let record = dataset.records.iter().find(|r| r.values[index].text().starts_with(code))?;
            Some(record.place(index))
        })
    })
}

fn title(table: &Table) -> String {
    table.title.as_ref().map(|t| plain(&t.inlines)).unwrap_or_default()
}

/// Whether a title contains some words in their order.
fn holds(title: &str, words: &[String]) -> bool {
    let mut rest = title;
    words.iter().all(|word| match rest.find(word.as_str()) {
        Some(at) => {
            rest = &rest[at + word.len()..];
            true
        }
        None => false,
    })
}

fn tables(texts: &Texts<'_>, findings: &mut Findings) {
    let titles: Vec<String> = texts.composition.document.tables().map(title).collect();
    for (name, asked) in &texts.composition.job().set.complete.tables {
        if !titles.iter().any(|t| holds(t, &asked.words)) {
            let found = Diagnostic::warning("", format!("公开文本里没有“{name}”")).at(Place::file("report.toml"));
            findings.push(found.hint("版式集的 set.toml 里 parts 少了它，或 when 使它不印；没有数据也要列出空表"));
        }
    }
}

fn has_numbers(table: &Table) -> bool {
    table.columns.iter().any(|c| c.kind == ColumnKind::Number)
}

/// The texts of its figures.
fn printed(table: &Table) -> impl Iterator<Item = &str> {
    let inlines = table.body.iter().flat_map(|r| &r.cells).flat_map(|c| &c.inlines);
    inlines.filter(|i| i.figure.is_some()).map(|i| &*i.text)
}

/// No figure is printed. One that is printed as 0.00 says itself that there is nothing.
fn is_blank(table: &Table) -> bool {
    printed(table).all(str::is_empty)
}

/// A figure other than nought is printed.
fn has_money(table: &Table) -> bool {
    printed(table).any(|text| text.contains(|c| matches!(c, '1'..='9')))
}

fn statements(texts: &Texts<'_>, findings: &mut Findings) {
    for table in texts.composition.document.tables().filter(|t| has_numbers(t)) {
        let Some(layout) = texts.layout(table) else { continue };
        let note = table.notes.iter().map(|n| plain(n)).find(|n| ["空表", "为空"].iter().any(|w| n.contains(w)));
        let says = |text: &str| ["空表", "为空", "无", "没有"].iter().any(|w| text.contains(w));
        let cells = table.body.iter().flat_map(|r| &r.cells).map(|c| plain(&c.inlines));
        let said = || table.notes.iter().map(|n| plain(n)).chain(cells).any(|text| says(&text));
        let finding = match note {
            None if is_blank(table) && !said() => {
                Diagnostic::warning("", format!("《{}》没有数据，也没有说明", title(table)))
                    .at(layout.place.clone())
                    .text(title(table))
                    .hint("在表中写 empty = { note = \"注：无……，空表列示。\" }")
            }
            Some(note) if has_money(table) => {
                Diagnostic::warning("", format!("《{}》有数据，表下却说“{note}”", title(table)))
                    .at(note_place(layout, &note))
                    .text(note)
                    .hint("删去这句说明：它只该在表空着的时候印")
            }
            _ => continue,
        };
        findings.push(finding);
    }
}

/// Headings of the narrative with whether anything stands below them before the next of the same or a higher level.
fn sections(texts: &Texts<'_>, findings: &mut Findings) {
    let blocks: Vec<&Block> = texts.composition.document.blocks().collect();
    for (index, block) in blocks.iter().enumerate() {
        let Block::Heading(heading) = block else { continue };
        let next = blocks[index + 1..].iter().find(|b| !matches!(b, Block::PageBreak));
        let ends = match next {
            None => true,
            Some(Block::Heading(next)) => next.level <= heading.level,
            Some(_) => false,
        };
        let Some(place) = place_of(heading).filter(|_| ends) else { continue };
        let words = plain(&heading.inlines);
        let found = Diagnostic::warning("", format!("标题“{words}”下面没有内容")).at(place).text(words);
        findings.push(found.hint("写上内容；没有的，写明“无”"));
    }
}

fn place_of(heading: &Heading) -> Option<Place> {
    heading.source.as_ref().map(|s| Place::new(s.file.clone(), s.line, 0))
}

/// Projects of the datasets that money is summed from, and of the targets.
fn targets(texts: &Texts<'_>, findings: &mut Findings) {
    let job = texts.composition.job();
    let having: HashSet<&str> = texts.targets().filter_map(|(dataset, t)| t.project(dataset)).collect();
    if having.is_empty() {
        return;
    }
    let ledger = job.data.datasets.get("ledger");
    let Some((ledger, index)) = ledger.and_then(|l| Some((l, field(l, &["项目", "项目名称"])?))) else { return };
    let mut told = HashSet::new();
    for record in &ledger.records {
        let project = record.values[index].text();
        if !project.is_empty() && !having.contains(project) && told.insert(project) {
            let place = record.place(index);
            let found = Diagnostic::warning("", format!("项目“{project}”没有绩效目标")).at(place).text(project);
            findings.push(found.hint("在绩效目标里补上这个项目；项目名称要写得一样"));
        }
    }
}

fn objectives(texts: &Texts<'_>, findings: &mut Findings) {
    let (mut looked_at, mut told) = (HashSet::new(), HashSet::new());
    for (dataset, target) in texts.targets() {
        let (goal, project) = (target.goal(dataset), target.project(dataset).unwrap_or_default());
        // One goal is that of all lines of its project.
        if goal.is_empty() || !looked_at.insert((goal, project)) {
            continue;
        }
        let is_mark = |c: char| matches!(c, '0'..='9' | '.' | '、' | '（' | '）' | '。' | ' ' | '\u{3000}');
        let bare: String = goal.chars().filter(|c| !is_mark(*c)).collect();
        let hollow = bare.chars().nth(4).is_none() || bare.starts_with("目标内容") || bare.contains("待填");
        if hollow && told.insert(project) {
            let found = Diagnostic::warning("", format!("项目“{project}”的绩效目标没有实际内容：“{goal}”"))
                .at(target.place(dataset, &["绩效目标", "总体目标", "年度目标"]))
                .text(goal);
            findings.push(found.hint("写明这笔钱要做成什么、做到什么程度"));
        }
    }
}

/// An entry of the glossary: its term and where it stands.
struct Entry<'t> {
    term: String,
    passage: &'t super::passage::Passage,
}

/// The entries under a heading 名词解释, or 名词说明, 专业名词.
fn glossary<'t>(texts: &'t Texts<'_>) -> Vec<Entry<'t>> {
    use super::passage::Kind;
    let mut inside = None;
    let mut entries = Vec::new();
    for passage in &texts.passages {
        match passage.kind {
            Kind::Heading(level) => {
                let opens = passage.text.contains("名词");
                let nested = inside.is_some_and(|open| level > open);
                inside = if opens { Some(level) } else { inside.filter(|_| nested) };
            }
            Kind::Prose if inside.is_some() => {
                let text = super::passage::bare_label(&passage.text);
                let text = match text.split_once('.') {
                    Some((n, rest)) if !n.is_empty() && n.chars().all(|c| c.is_ascii_digit()) => rest.trim(),
                    _ => text,
                };
                if let Some((term, _)) = text.split_once('：').filter(|(t, _)| (2..=20).contains(&t.chars().count())) {
                    entries.push(Entry { term: term.to_string(), passage });
                }
            }
            _ => {}
        }
    }
    entries
}

/// What the tables and the prose outside the glossary say.
fn elsewhere(texts: &Texts<'_>, entries: &[Entry<'_>]) -> String {
    let document = &texts.composition.document;
    let mut all = String::new();
    for table in document.tables() {
        for cell in table.header.iter().chain(&table.body).flat_map(|r| &r.cells) {
            cell.inlines.iter().filter(|i| i.figure.is_none()).for_each(|i| all.push_str(&i.text));
            all.push('\n');
        }
        all.push_str(&title(table));
    }
    let own: HashSet<*const super::passage::Passage> = entries.iter().map(|e| e.passage as *const _).collect();
    for passage in texts.passages.iter().filter(|p| !own.contains(&(*p as *const _))) {
        all.push_str(&passage.text);
        all.push('\n');
    }
    all
}

fn glossary_spelling(texts: &Texts<'_>, findings: &mut Findings) {
    let entries = glossary(texts);
    if entries.is_empty() {
        return;
    }
    let all = elsewhere(texts, &entries);
    let terms: Vec<&str> =
        entries.iter().map(|entry| entry.term.as_str()).collect::<BTreeSet<_>>().into_iter().collect();
    let sought = Sought::of(terms.iter().copied());
    let used = sought.first_met_in(&all, &mut Default::default());
    let used: HashSet<&str> = used.into_iter().map(|term| terms[term]).collect();
    for entry in &entries {
        // A known variant is the terms' own finding.
        if used.contains(entry.term.as_str()) || super::terms::is_variant(&entry.term) {
            continue;
        }
        let words: Vec<char> = entry.term.chars().collect();
        let start = entry.passage.text.find(&entry.term).map_or(0, |b| entry.passage.chars_before(b));
        let found =
            entry.passage.finding(start..start + words.len(), format!("名词解释的“{}”，表和正文里都没有", entry.term));
        findings.push(found.hint("照表头、正文的写法改；用不到的删去"));
    }
}

fn glossary_coverage(texts: &Texts<'_>, findings: &mut Findings) {
    let entries = glossary(texts);
    let Some(last) = entries.last() else { return };
    for (name, word) in &texts.composition.job().set.complete.terms {
        let has_money = texts
            .figures
            .iter()
            .any(|f| !f.amount.is_zero() && f.compares.is_none() && texts.label(f.address) == Some(name.as_str()));
        if has_money && !entries.iter().any(|e| e.term.contains(word.as_str())) {
            let found = Diagnostic::warning("", format!("有“{name}”，名词解释里没有"))
                .at(last.passage.place.clone())
                .text(name);
            findings.push(found.hint(format!("补上“{name}：指……”")));
        }
    }
}

/// Days since a fixed day, of an ISO date.
fn day_number(iso: &str) -> Option<i64> {
    let mut parts = iso.split('-').map(str::parse::<i64>);
    let (year, month, day) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
    let (y, m) = if month <= 2 { (year - 1, month + 12) } else { (year, month) };
    Some(365 * y + y / 4 - y / 100 + y / 400 + (153 * (m - 3) + 2) / 5 + day)
}

fn dates(texts: &Texts<'_>, findings: &mut Findings) {
    let report = &texts.composition.job().report;
    let (approved, published) = (texts.report("approved"), texts.report("date"));
    let Some(days) = day_number(published).zip(day_number(approved)).map(|(p, a)| p - a) else { return };
    if !(0..=20).contains(&days) {
        let message = match days {
            late if late > 0 => format!("批复 {approved}，公开 {published}：相隔 {late} 天"),
            _ => format!("公开 {published} 早于批复 {approved}"),
        };
        let found = Diagnostic::warning("", message).at(report.place("date")).text(published);
        findings.push(found.hint("核对两个日期；确已逾期的，说明原因"));
    }
}

fn contents(texts: &Texts<'_>, findings: &mut Findings) {
    let document = &texts.composition.document;
    let mut seen: HashSet<String> = HashSet::new();
    for heading in document.headings().filter(|h| h.contents) {
        let text = plain(&heading.inlines);
        let place = place_of(heading).unwrap_or_else(|| Place::file("set.toml"));
        let bare = text.trim().to_string();
        let found = match bare.is_empty() {
            true => Diagnostic::warning("", "有一个标题是空的").hint("写上标题，或删去这一行"),
            false if seen.contains(&bare) => {
                Diagnostic::warning("", format!("两个标题都叫“{bare}”")).hint("目录里分不出这两处：改其中一个")
            }
            false => {
                seen.insert(bare);
                continue;
            }
        };
        findings.push(found.at(place).text(text));
    }
    let listed = document.blocks().any(|b| matches!(b, Block::Contents));
    if !listed && texts.composition.job().set.complete.contents {
        let found = Diagnostic::warning("", "公开文本没有目录").at(Place::file("set.toml"));
        findings.push(found.hint("在 set.toml 的 parts 里加上目录一节，里面写 {{ contents() }}"));
    }
}

fn narratives(texts: &Texts<'_>, findings: &mut Findings) {
    let headings: Vec<String> = texts.composition.document.headings().map(|h| plain(&h.inlines)).collect();
    for (name, asked) in &texts.composition.job().set.complete.sections {
        if !headings.iter().any(|h| asked.words.iter().any(|w| h.contains(w.as_str()))) {
            let found = Diagnostic::warning("", format!("公开文本没有“{name}”的说明")).at(Place::file("report.toml"));
            let first = asked.words.first().map(String::as_str).unwrap_or_default();
            findings.push(found.text(first).hint("补上这一节；没有的，写明“无”"));
        }
    }
}
