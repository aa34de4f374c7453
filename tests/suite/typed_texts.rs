//! What officers type themselves: the sections that a set writes, typed with the numbers they print, and sentences of
//! their own. As typed they are right, and no rule speaks; with one thing changed, a rule says so on that line.

use crate::common;
use crate::departments::{Chance, Department, Set};
use gongkai::check;
use gongkai::compose::Composition;
use gongkai::diagnostic::{Diagnostic, Diagnostics, Severity};
use gongkai::document::{Block, Paragraph};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A typed file of a data folder, line by line.
#[derive(Debug, Clone)]
struct Typed {
    /// `text/02-arrangement.md`
    file: String,
    lines: Vec<String>,
}

fn composition(folder: &Path) -> Composition {
    let mut found = Diagnostics::default();
    let job = common::prepared(folder, &mut found).into_iter().next().expect("a document").job;
    gongkai::compose::compose(job, &mut found).unwrap_or_else(|| panic!("{:?}", found.sorted()))
}

/// What the rules find in a folder's first document, by file and line: notes, and what only offers to bind a number,
/// left out.
fn found(folder: &Path) -> Vec<Diagnostic> {
    let all = check::check(&composition(folder));
    all.sorted().into_iter().filter(|d| d.severity != Severity::Note && d.code != "N001").cloned().collect()
}

fn folder_of(files: &BTreeMap<String, String>, typed: &[Typed]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let typed = typed.iter().map(|t| (t.file.clone(), t.lines.join("\n") + "\n"));
    for (name, text) in files.clone().into_iter().chain(typed) {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("writes");
    }
    folder
}

/// The sections of the set that are all words, as they print.
fn sections(composition: &Composition) -> Vec<Typed> {
    let set = &composition.job().set;
    let mut all = Vec::new();
    for (stem, narrative) in set.narratives.iter().filter(|(_, n)| !n.own) {
        let source = &narrative.template.source;
        if source.contains("table(")
            || source.contains("prose(")
            || source.contains("contents(")
            || source.contains("{.")
        {
            continue;
        }
        let lines: Vec<String> = composition.document.blocks().filter_map(|b| line(b, &narrative.file)).collect();
        if lines.iter().any(|l| l.contains("万元") || l.contains("部门") || l.contains("单位")) {
            all.push(Typed { file: format!("text/{stem}.md"), lines });
        }
    }
    all
}

fn text(paragraph: &[gongkai::document::Inline]) -> String {
    paragraph.iter().map(|i| i.text.as_str()).collect()
}

fn line(block: &Block, file: &str) -> Option<String> {
    match block {
        Block::Heading(heading) if heading.source.as_ref()?.file.as_ref() == file => {
            Some(format!("{} {}", "#".repeat(usize::from(heading.level)), text(&heading.inlines)))
        }
        Block::Paragraph(Paragraph { role, inlines, source, .. }) if source.as_ref()?.file.as_ref() == file => {
            let text = text(inlines);
            Some(if role == "引领" { format!("**{text}**") } else { text })
        }
        _ => None,
    }
}

/// Sentences as an officer writes them about the department's own projects and totals.
fn sentences(composition: &Composition) -> Vec<String> {
    let document = &composition.document;
    let names: BTreeMap<&str, &str> = document
        .figures
        .iter()
        .filter(|f| f.address.ends_with("/额"))
        .map(|f| (f.address.as_str(), f.text.as_str()))
        .collect();
    let of = |address: &str| document.figures.iter().find(|f| f.address == address).map(|f| f.text.clone());
    let projects =
        names.iter().filter_map(|(address, text)| Some((address.strip_prefix("xm/")?.strip_suffix("/额")?, *text)));
    let projects: Vec<(&str, &str)> = projects
        .filter(|(name, text)| *name != "合计" && !name.contains('#') && name.chars().count() >= 4 && !text.is_empty())
        .collect();
    let mut all = Vec::new();
    for three in projects.chunks(3).filter(|c| c.len() == 3) {
        let list: Vec<String> = three.iter().map(|(name, amount)| format!("{name}{amount}万元")).collect();
        all.push(format!("重点安排{}。", list.join("、")));
    }
    let income = of("t1/收入总计/预算数").or_else(|| of("a01/收入总计/预算数"));
    if let (Some(income), Some(spent), Some(project)) = (income, of("t1/本年支出/预算数"), of("t3/合计/项目"))
    {
        let number = |text: &str| text.replace(',', "").parse::<f64>().unwrap_or_default();
        let year = composition.job().report.year;
        if !income.is_empty() && !spent.is_empty() && !project.is_empty() && number(&spent) > 0.0 {
            let share = number(&project) / number(&spent) * 100.0;
            all.push(format!("{year}年，我部门预算收入{income}万元，预算支出{spent}万元。"));
            all.push(format!("项目支出{project}万元，占预算支出的{share:.2}%。"));
        }
    }
    all
}

/// One thing changed in a line; none where it has no such thing.
type Mutation = fn(&str, &Known, &mut Chance) -> Option<String>;

struct Known {
    year: i32,
    projects: Vec<String>,
}

const MUTATIONS: [(&str, Mutation); 6] = [
    ("两个数对调", exchanged),
    ("百分比写错", percent),
    ("年份写错", year),
    ("名称写错", name),
    ("部门写成单位", entity),
    ("万元写成元", unit),
];

/// Numbers before a unit, as ranges of bytes.
fn numbers(line: &str, unit: &str) -> Vec<std::ops::Range<usize>> {
    let before = |at: usize| {
        let digits = line[..at].bytes().rev().take_while(|b| b.is_ascii_digit() || b".,".contains(b)).count();
        (digits > 0).then_some(at - digits..at)
    };
    line.match_indices(unit).filter_map(|(at, _)| before(at)).collect()
}

fn exchanged(line: &str, _: &Known, chance: &mut Chance) -> Option<String> {
    let all = numbers(line, "万元");
    let pairs: Vec<_> = all.windows(2).filter(|w| line[w[0].clone()] != line[w[1].clone()]).collect();
    if pairs.is_empty() {
        return None;
    }
    let [first, second] = *chance.of(&pairs) else { return None };
    let mut new = line.to_string();
    new.replace_range(second.clone(), &line[first.clone()]);
    new.replace_range(first.clone(), &line[second.clone()]);
    Some(new)
}

fn percent(line: &str, _: &Known, chance: &mut Chance) -> Option<String> {
    let all = numbers(line, "%");
    let range = if all.is_empty() { return None } else { chance.of(&all).clone() };
    let value: f64 = line[range.clone()].parse().ok()?;
    let mut new = line.to_string();
    new.replace_range(range, &format!("{:.2}", value * 1.3 + 1.7));
    Some(new)
}

fn year(line: &str, known: &Known, chance: &mut Chance) -> Option<String> {
    let years = [known.year, known.year - 1].map(|y| format!("{y}年"));
    let all: Vec<(usize, &String)> =
        years.iter().flat_map(|y| line.match_indices(y.as_str()).map(move |(at, _)| (at, y))).collect();
    if all.is_empty() || line.starts_with('#') {
        return None;
    }
    let (at, old) = *chance.of(&all);
    let mut new = line.to_string();
    let other = if *old == years[0] { known.year - 1 } else { known.year - 2 };
    new.replace_range(at..at + old.len(), &format!("{other}年"));
    Some(new)
}

fn name(line: &str, known: &Known, chance: &mut Chance) -> Option<String> {
    let all: Vec<&String> = known.projects.iter().filter(|p| line.contains(p.as_str())).collect();
    if all.is_empty() {
        return None;
    }
    let old = *chance.of(&all);
    let mut chars: Vec<char> = old.chars().collect();
    let at = chance.below(chars.len());
    chars[at] = if chars[at] == '木' { '本' } else { '木' };
    Some(line.replacen(old.as_str(), &chars.into_iter().collect::<String>(), 1))
}

fn entity(line: &str, _: &Known, chance: &mut Chance) -> Option<String> {
    if line.starts_with('#') {
        return None;
    }
    let words = [("我部门", "我单位"), ("本部门", "本单位"), ("我单位", "我部门"), ("本单位", "本部门")];
    let all: Vec<_> = words.into_iter().filter(|(old, _)| line.contains(old)).collect();
    if all.is_empty() {
        return None;
    }
    let (old, new) = *chance.of(&all);
    Some(line.replacen(old, new, 1))
}

fn unit(line: &str, _: &Known, chance: &mut Chance) -> Option<String> {
    let zero = |range: &std::ops::Range<usize>| line[range.clone()].trim_matches(['0', '.']).is_empty();
    let all: Vec<_> = numbers(line, "万元").into_iter().filter(|r| !zero(r)).collect();
    let range = if all.is_empty() { return None } else { chance.of(&all).clone() };
    let mut new = line.to_string();
    new.replace_range(range.end..range.end + "万元".len(), "元");
    Some(new)
}

/// How many mutations of each kind were made and how many were found; what is found with nothing changed; what was not.
#[derive(Default)]
struct Outcome {
    made: BTreeMap<&'static str, usize>,
    caught: BTreeMap<&'static str, usize>,
    without: Vec<String>,
    missed: Vec<String>,
}

impl Outcome {
    fn add(mut self, other: Outcome) -> Outcome {
        other.made.into_iter().for_each(|(kind, n)| *self.made.entry(kind).or_default() += n);
        other.caught.into_iter().for_each(|(kind, n)| *self.caught.entry(kind).or_default() += n);
        self.without.extend(other.without);
        self.missed.extend(other.missed);
        self
    }
}

fn one(seed: u64, set: Set) -> Outcome {
    let mut outcome = Outcome::default();
    let mut chance = Chance::new(seed ^ 0x7EC5);
    let files = Department::orderly(seed, set).files();
    let plain = folder_of(&files, &[]);
    let composed = composition(plain.path());
    let before: BTreeSet<String> = found(plain.path()).iter().map(|d| d.message.clone()).collect();
    let mut typed = sections(&composed);
    if files.contains_key("text/measures.md") {
        let own: Vec<String> = sentences(&composed);
        let lines = files["text/measures.md"].lines().map(str::to_string).chain(own).collect();
        typed.push(Typed { file: "text/measures.md".into(), lines });
    }
    let known = Known {
        year: composed.job().report.year,
        projects: {
            let fields = composed.job().data.datasets.values().flat_map(|d| {
                let index = d.field("project");
                d.records.iter().filter_map(move |r| Some(r.values[index?].text().to_string()))
            });
            let names: BTreeSet<String> = fields.filter(|n| n.chars().count() >= 5).collect();
            names.into_iter().collect()
        },
    };
    let at = format!("{} {seed}", set.layout());
    let as_typed = found(folder_of(&files, &typed).path());
    // A list of the set's own that leaves a part unnamed does not add up as typed either.
    let lists = ["经营支出", "上解上级支出", "对附属单位补助支出"];
    let unnamed = files.values().any(|text| lists.iter().any(|c| text.contains(c)));
    let is_expected = |d: &Diagnostic| before.contains(&d.message) || unnamed && d.code == "N006";
    let new = as_typed.iter().filter(|d| !is_expected(d));
    outcome.without.extend(new.map(|d| format!("{at}: {d}")));
    let unchanged: BTreeSet<String> = as_typed.iter().map(ToString::to_string).collect();
    for (kind, mutation) in MUTATIONS {
        let mut wrong = typed.clone();
        let mut changed: Vec<(String, usize, String)> = Vec::new();
        for part in &mut wrong {
            for (index, line) in part.lines.iter_mut().enumerate() {
                if let Some(new) = mutation(line, &known, &mut chance) {
                    changed.push((part.file.clone(), index + 1, new.clone()));
                    *line = new;
                }
            }
        }
        if changed.is_empty() {
            continue;
        }
        let found = found(folder_of(&files, &wrong).path());
        for (file, number, line) in changed {
            let here = |d: &&Diagnostic| {
                let place = d.place.as_ref();
                place.is_some_and(|p| *p.file == *file && p.line as usize == number)
                    && !unchanged.contains(&d.to_string())
            };
            *outcome.made.entry(kind).or_default() += 1;
            match found.iter().find(here) {
                Some(_) => *outcome.caught.entry(kind).or_default() += 1,
                None => outcome.missed.push(format!("{at} {kind} {file}:{number} {line}")),
            }
        }
    }
    outcome
}

#[test]
fn what_is_typed_right_is_left_alone_and_what_is_typed_wrong_is_found() {
    let seeds = std::env::var("GONGKAI_TYPED").ok().and_then(|n| n.parse().ok()).unwrap_or(3u64);
    let jobs: Vec<(u64, Set)> = (0..seeds).flat_map(|seed| Set::ALL.map(|set| (seed, set))).collect();
    let outcome = jobs.into_par_iter().map(|(seed, set)| one(seed, set)).reduce(Outcome::default, Outcome::add);
    for (kind, made) in &outcome.made {
        println!("{kind}: {} of {made}", outcome.caught.get(kind).copied().unwrap_or_default());
    }
    println!("{}", outcome.missed.join("\n"));
    assert!(outcome.without.is_empty(), "{}", outcome.without.join("\n"));
    for (kind, _) in MUTATIONS {
        let (made, caught) = (
            outcome.made.get(kind).copied().unwrap_or_default(),
            outcome.caught.get(kind).copied().unwrap_or_default(),
        );
        assert!(made > 0, "no {kind} was made");
        assert!(caught * 100 >= made * 95, "{kind}: {caught} of {made}\n{}", outcome.missed.join("\n"));
    }
}

/// A set's sentence of thirty thousand characters and a text of twice as many: laid beside each other they would keep a
/// department waiting, and that they were not is said.
#[test]
fn what_is_too_long_to_be_laid_beside_the_sets_own_sentence_is_told() {
    let folder = common::copy_of_sample();
    let sentence: String = (0..6_000).map(|n| format!("第{n}项工")).collect();
    let long = |text: String| format!("## 三、机关运行经费安排情况\n{text}。\n");
    std::fs::write(folder.path().join("layout/03-operating.md"), long(sentence.clone())).expect("writes");
    let told = |text: String| {
        std::fs::write(folder.path().join("text/03-operating.md"), long(text)).expect("writes");
        let all = check::check(&composition(folder.path()));
        let of = |found: &&Diagnostic| found.code == "E345";
        all.sorted().into_iter().filter(of).map(ToString::to_string).collect::<String>()
    };
    let found = told(sentence.repeat(2));
    assert!(found.starts_with("text/03-operating.md:2 提示[E345] 正文太长，从这里起有的段落没有逐字核对"), "{found}");
    assert_eq!(told(sentence), "", "as long as the sentence itself is not too long");
}
