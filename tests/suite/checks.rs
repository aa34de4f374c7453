//! Each rule has a case that fails it and a nearest case that passes, as files in `tests/checks`; and the forms in
//! which findings are told.

use crate::checks_printed::SETS;
use crate::common;
use gongkai::check;
use gongkai::diagnostic::Diagnostic;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn corrected() -> PathBuf {
    common::root().join("data/631-2023-corrected")
}

/// What a set says of the program's own rules: a code that none has is a mistake at its line, mistakes are not tuned, and
/// what it tunes counts.
#[test]
fn a_set_tunes_the_rules_there_are() {
    let told = |rules: &str| -> Vec<Diagnostic> {
        let folder = tempfile::tempdir().expect("a folder");
        common::copy(&corrected(), folder.path());
        let path = folder.path().join("layout/set.toml");
        let set = std::fs::read_to_string(&path).unwrap_or_default();
        std::fs::write(&path, format!("{set}\n[rules]\n{rules}\n")).expect("written");
        std::fs::write(folder.path().join("text/goals.md"), "安排办公用品3万元、差旅补助2万元、会议保障500元。\n")
            .expect("written");
        found(folder.path())
    };
    let of = |found: &[Diagnostic], code: &str| found.iter().filter(|f| f.code == *code).count();
    let (plain, off) = (told(""), told("N004 = { severity = \"off\" }"));
    assert_eq!((of(&plain, "N004"), of(&off, "N004")), (1, 0));
    let wrong = told("L999 = { severity = \"off\" }\nE131 = { severity = \"note\" }");
    let mistakes: Vec<String> = wrong.iter().filter(|f| f.code == *"E285").map(ToString::to_string).collect();
    assert_eq!(mistakes.len(), 2, "{wrong:#?}");
    assert!(mistakes.iter().all(|told| told.contains("layout/set.toml:")), "{mistakes:?}");
    assert!(mistakes.iter().any(|told| told.contains("L999")) && mistakes.iter().any(|told| told.contains("E131")));
}

/// A copy of a data folder with a case over it.
fn folder_of(data: &Path, case: &Path) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    common::copy(data, folder.path());
    let text = std::fs::read_to_string(case).expect("the case");
    if case.extension().is_some_and(|e| e == "md") {
        std::fs::write(folder.path().join("text/goals.md"), text).expect("writes");
        return folder;
    }
    for section in format!("\n{text}").split("\n--- ").skip(1) {
        let (head, body) = section.split_once('\n').unwrap_or((section, ""));
        let (what, name) = head.trim().split_once(' ').expect("改, 写 or 删 and a file");
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        match what {
            "写" => std::fs::write(&path, format!("{body}\n")).expect("writes"),
            "删" => std::fs::remove_file(&path).expect("removes"),
            "改" => {
                let mut now = std::fs::read_to_string(&path).expect("a text file");
                for (old, new) in body.lines().filter_map(|l| l.split_once(" => ")) {
                    assert!(now.contains(old), "{}: {old} in {name}", case.display());
                    now = now.replacen(old, &new.replace("\\n", "\n"), 1);
                }
                std::fs::write(&path, now).expect("writes");
            }
            _ => panic!("{}: {what}", case.display()),
        }
    }
    folder
}

/// A case of a rule over texts or records.
struct Case {
    code: String,
    fails: bool,
    file: PathBuf,
    /// The set that a folder of cases is named for, and the data that the case is laid over.
    set: Option<&'static str>,
    data: PathBuf,
}

/// All cases: a folder a class, over the corrected data; one with a longer name is a layout set's, over its sample.
fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    let folders = std::fs::read_dir(common::root().join("tests/checks")).expect("the cases").flatten();
    for folder in folders.filter(|e| e.path().is_dir()) {
        let named = folder.file_name();
        let set = (named.len() > 1).then(|| SETS.iter().find(|s| *s.id == *named).expect("a set with cases"));
        for file in std::fs::read_dir(folder.path()).expect("cases").flatten().map(|e| e.path()) {
            let name = file.file_stem().expect("a name").to_string_lossy().into_owned();
            let mut parts = name.splitn(3, '-');
            let code = parts.next().expect("a code").to_string();
            let fails = match parts.next() {
                Some("fails") => true,
                Some("passes") => false,
                // Of figures: `checks_printed.rs`.
                None if set.is_some() => continue,
                _ => panic!("{name}"),
            };
            let data = set.map_or_else(corrected, |s| common::root().join(s.data));
            all.push(Case { code, fails, file, set: set.map(|s| s.id), data });
        }
    }
    all.sort_by(|a, b| a.file.cmp(&b.file));
    all
}

/// What is found in a folder, acknowledgements that match nothing among it.
fn found(folder: &Path) -> Vec<Diagnostic> {
    let mut diagnostics = gongkai::diagnostic::Diagnostics::default();
    for prepared in common::prepared(folder, &mut diagnostics) {
        let accepted = prepared.job.report.acknowledged.clone();
        if prepared.job.only_printed() {
            diagnostics.extend(check::check_printed(prepared.job));
        } else if let Some(composition) = gongkai::compose::compose(prepared.job, &mut diagnostics) {
            diagnostics.extend(check::check(&composition));
        }
        check::acknowledge::stale(&accepted, &diagnostics).into_iter().for_each(|found| diagnostics.push(found));
    }
    diagnostics.sorted().into_iter().cloned().collect()
}

#[test]
fn every_rule_over_texts_has_a_case_that_fails_and_one_that_passes() {
    let cases = cases();
    let of = |set: Option<&str>, fails: bool| {
        let these = cases.iter().filter(|c| c.set == set && c.fails == fails);
        these.map(|c| c.code.as_str()).collect::<BTreeSet<&str>>()
    };
    let (failing, passing) = (of(None, true), of(None, false));
    let of_figures = check::figures::PAGES.iter().filter(|page| page.code != "X040" && !page.code.starts_with("X07"));
    for page in check::pages().into_iter().chain(of_figures) {
        assert!(failing.contains(page.code), "no case fails {} {}", page.code, page.title);
        assert!(passing.contains(page.code), "no case passes {} {}", page.code, page.title);
    }
    for set in &SETS {
        let named = (set.cases != "tests/checks").then_some(set.id);
        let (failing, passing) = (of(named, true), of(named, false));
        for code in rules_over_records(&common::root().join(set.data)) {
            assert!(failing.contains(&*code) && passing.contains(&*code), "no cases for {code} of {}", set.id);
        }
    }
}

/// Codes of the rules over records of a sample's set, whose cases are data like those of texts.
fn rules_over_records(data: &Path) -> Vec<String> {
    let mut diagnostics = gongkai::diagnostic::Diagnostics::default();
    let jobs = common::prepared(data, &mut diagnostics);
    let rules = &jobs.first().expect("the sample").job.set.rules;
    rules.iter().filter(|rule| rule.tables().is_empty()).map(|rule| rule.code.clone()).collect()
}

/// Every code of these classes that stands in the program's source has a page, and so (above, and in
/// `checks_printed.rs` for the rules of sets and X040) a case that fails it and one that passes.
#[test]
fn every_code_that_can_be_reported_has_a_page() {
    fn codes_in(folder: &Path, codes: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).expect("the source").flatten().map(|e| e.path()) {
            if entry.is_dir() {
                codes_in(&entry, codes);
                continue;
            }
            let text = std::fs::read_to_string(&entry).expect("UTF-8");
            // What its tests say is not reported.
            let text = text.split("#[cfg(test)]").next().unwrap_or_default();
            let quoted = text.split('"').skip(1).step_by(2);
            let is_code = |t: &&str| {
                t.len() == 4 && t.starts_with(['C', 'X', 'N', 'K', 'L']) && t[1..].bytes().all(|b| b.is_ascii_digit())
            };
            codes.extend(quoted.filter(is_code).map(str::to_string));
        }
    }
    let mut codes = BTreeSet::new();
    codes_in(&common::root().join("src"), &mut codes);
    assert!(codes.len() > 70, "{codes:?}");
    let without: Vec<&String> = codes.iter().filter(|code| check::page(code).is_none()).collect();
    assert!(without.is_empty(), "{without:?} have no page");
}

#[test]
fn each_case_fails_or_passes_its_rule() {
    use rayon::prelude::*;
    let wrong: Vec<String> = cases()
        .par_iter()
        .filter_map(|case| {
            let all = found(folder_of(&case.data, &case.file).path());
            let said: Vec<String> = all.iter().map(ToString::to_string).collect();
            let broken = all.iter().any(|d| d.code.starts_with('E'));
            let mine = all.iter().any(|d| d.code == *case.code && d.acknowledged.is_none());
            (broken || mine != case.fails).then(|| format!("{}\n{}", case.file.display(), said.join("\n")))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn the_corrected_data_is_clean_under_strict() {
    let said: Vec<String> = found(&corrected()).iter().map(ToString::to_string).collect();
    assert!(said.is_empty(), "{}", said.join("\n"));
}

/// A template prints what an officer wrote: the finding names the officer's cell or key, and where it is printed beside
/// it.
#[test]
fn words_that_come_from_the_data_are_found_where_they_were_typed() {
    use gongkai::folder::Folder;
    use gongkai::workshop::Aim;
    let folder = common::copy_of_sample();
    let change = |file: &str, old: &str, new: &str| {
        let path = folder.path().join(file);
        let text = std::fs::read_to_string(&path).expect("a text");
        assert!(text.contains(old), "{old} in {file}");
        std::fs::write(path, text.replacen(old, new, 1)).expect("writes");
    };
    // No face has the one, and the other is a reason, printed within a sentence of the set.
    change("report.toml", "entity = \"部门\"", "entity = \"部门\u{1F600}\"");
    change("reasons.csv", "调增人员经费", "调增人员经费\u{1F4B0}");
    let found = common::workshop().open(&Folder::open(folder.path()), Aim::Look).found;
    let missing: Vec<&Diagnostic> = found.sorted().into_iter().filter(|d| d.code == "E410").collect();
    assert!(!missing.is_empty());
    for finding in missing {
        let file = if finding.text.as_deref() == Some("\u{1F600}") { "report.toml" } else { "reasons.csv" };
        let place = finding.place.as_ref().expect("a place");
        assert!(&*place.file == file && place.line > 1, "{finding}");
        assert!(finding.related[0].0.file.starts_with("layout"), "{finding}");
    }
}

/// `GONGKAI_UPDATE=1` writes the file anew.
#[test]
fn the_page_of_rules_is_that_of_the_table() {
    let path = common::root().join("layouts/CHECKS.md");
    if std::env::var_os("GONGKAI_UPDATE").is_some() {
        std::fs::write(&path, gongkai::tell::rules::manual()).expect("writes");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(
        written == gongkai::tell::rules::manual(),
        "layouts/CHECKS.md is not the rules': GONGKAI_UPDATE=1 cargo test --test suite checks::"
    );
}

/// A whole data folder with the corrected data, and the program run beside it.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Desk {
        let desk = Desk(tempfile::tempdir().expect("a folder"));
        common::copy(&corrected(), &desk.0.path().join("631"));
        desk
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join("631").join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.file(name), bytes).expect("writes");
    }

    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_gongkai"))
            .args(arguments)
            .current_dir(self.0.path())
            .env("GONGKAI_FONTS", common::root().join("fonts"))
            .env("GONGKAI_CACHE", "")
            .output()
            .expect("the program starts");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
    }
}

/// What of JSON Schema the documented schema uses.
fn follows(value: &serde_json::Value, schema: &serde_json::Value, root: &serde_json::Value, at: &str) {
    use serde_json::Value;
    if let Some(name) = schema["$ref"].as_str() {
        return follows(value, &root["$defs"][name.trim_start_matches("#/$defs/")], root, at);
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let kind = match value {
        Value::Null => "null",
        Value::String(_) => "string",
        Value::Number(n) if n.is_u64() => "integer",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
        _ => "other",
    };
    assert!(kinds.is_empty() || kinds.contains(&kind), "{at} is a {kind}, not {kinds:?}");
    if let Some(words) = schema["enum"].as_array() {
        assert!(words.contains(value), "{at}: {value} is not of {words:?}");
    }
    for key in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        assert!(value.get(key).is_some(), "{at} lacks {key}");
    }
    for (key, item) in value.as_object().into_iter().flatten() {
        let declared = schema["properties"].get(key);
        assert!(declared.is_some(), "{at}.{key} is not declared");
        follows(item, declared.expect("declared"), root, &format!("{at}.{key}"));
    }
    for item in value.as_array().into_iter().flatten() {
        follows(item, &schema["items"], root, &format!("{at}[]"));
    }
}

const MISTAKES: &str = "本单位从严管理。公务接待费0.02万元。\n经办人电话13800138000。\n";

/// A reason that two sentences took in was listed once and counted twice.
#[test]
fn what_is_counted_is_what_is_listed() {
    let desk = Desk::new();
    let sample = common::root().join("data/631-2023");
    let sample = sample.to_str().expect("a plain path");
    let layouts = common::root().join("layouts");
    let run =
        |more: &[&str]| desk.run(&[&["check", sample, "--layouts", layouts.to_str().expect("a path")], more].concat());
    let said: serde_json::Value = serde_json::from_str(&run(&["--format", "json"]).1).expect("JSON");
    let listed = |severity: &str| {
        let all = said["findings"].as_array().expect("a list");
        all.iter().filter(|f| f["severity"] == severity && f["acknowledged"].is_null()).count()
    };
    for (severity, key) in [("error", "errors"), ("warning", "warnings"), ("note", "notes")] {
        assert_eq!(said["summary"][key], listed(severity), "{key}");
    }
    let last = run(&[]).2;
    let last = last.trim_end().lines().last().expect("a summary");
    assert_eq!(last, format!("{} 个警告", listed("warning")));
}

#[test]
fn json_alone_on_stdout_as_the_schema_says() {
    let desk = Desk::new();
    desk.write("text/goals.md", MISTAKES);
    let (code, stdout, _) = desk.run(&["check", "631", "--format", "json"]);
    assert_eq!(code, 1);
    let schema = std::fs::read_to_string(common::root().join("docs/check.schema.json")).expect("the schema");
    let schema: serde_json::Value = serde_json::from_str(&schema).expect("JSON");
    let said: serde_json::Value = serde_json::from_str(&stdout).expect("stdout holds JSON alone");
    follows(&said, &schema, &schema, "$");
    let phone = said["findings"].as_array().expect("a list").iter().find(|f| f["code"] == "X102").expect("the number");
    let place = (phone["file"].as_str(), phone["line"].as_u64(), phone["column"].as_u64());
    assert_eq!(place, (Some("text/goals.md"), Some(2), Some(6)));
    assert_eq!((phone["text"].as_str(), phone["severity"].as_str()), (Some("13800138000"), Some("error")));
    assert_eq!(said["summary"]["errors"], 1);
}

#[test]
fn an_acknowledged_error_no_longer_blocks_and_is_still_told() {
    let desk = Desk::new();
    desk.write("text/goals.md", MISTAKES);
    let report = std::fs::read_to_string(desk.file("report.toml")).expect("the report");
    let accepted = "\n[[acknowledge]]\ncode = \"X102\"\ntext = \"13800138000\"\nreason = \"对外公开的电话\"\n";
    desk.write("report.toml", format!("{report}{accepted}"));
    let (code, _, stderr) = desk.run(&["check", "631"]);
    assert_eq!(code, 0, "{stderr}");
    assert!(stderr.contains("已确认：对外公开的电话") && stderr.trim_end().ends_with("已确认 1 个"), "{stderr}");
    let (code, _, stderr) = desk.run(&["check", "631", "--strict"]);
    assert_eq!(code, 1, "{stderr}");
    // Mended: the acknowledgement is left over.
    desk.write("text/goals.md", "我们按计划工作。\n");
    let (code, _, stderr) = desk.run(&["check", "631"]);
    assert!(code == 0 && stderr.contains("警告[K090] 确认的 X102“13800138000”已不再出现"), "{stderr}");
    desk.write("report.toml", format!("{report}\n[[acknowledge]]\ncode = \"X102\"\nreason = \"一概接受\"\n"));
    let (code, _, stderr) = desk.run(&["check", "631"]);
    assert!(code == 1 && stderr.contains("错误[E186] [[acknowledge]] 缺少 text"), "{stderr}");
}

#[test]
fn build_is_blocked_by_what_must_not_be_published_and_under_strict_by_warnings() {
    let desk = Desk::new();
    desk.write("text/goals.md", "本单位按计划工作。\n");
    let (code, stdout, stderr) = desk.run(&["build", "631", "--format", "docx", "--strict"]);
    assert!(code == 1 && stdout.is_empty() && stderr.contains("1 个警告；没有写入任何文件"), "{stderr}");
    let (code, _, stderr) = desk.run(&["build", "631", "--format", "docx"]);
    assert!(code == 0 && stderr.contains("公开文本带着这些发现生成：1 个警告"), "{stderr}");
    desk.write("text/goals.md", MISTAKES);
    let (code, stdout, stderr) = desk.run(&["build", "631", "--format", "docx"]);
    assert!(code == 1 && stdout.is_empty() && stderr.contains("错误[X102]"), "{stderr}");
}

#[test]
fn fixes_keep_encoding_and_line_ends_and_touch_nothing_else() {
    let desk = Desk::new();
    let before = "依据秦财建[2022]14号、《预算法》、《会计法》执行。\r\n公务接待费0.02万元，办公费,差旅费从严。\r\n";
    let after = "依据秦财建〔2022〕14号、《预算法》《会计法》执行。\r\n公务接待费{{ f(\"t9/接待/合计\") }}万元，办公费，差旅费从严。\r\n";
    let encodings: [fn(&str) -> Vec<u8>; 3] = [
        |text| encoding_rs::GB18030.encode(text).0.into_owned(),
        |text| [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
        |text| [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect(),
    ];
    for encoded in encodings {
        desk.write("text/goals.md", encoded(before));
        let (code, stdout, stderr) = desk.run(&["check", "631", "--fix"]);
        assert!(
            code == 0 && stdout.contains("+依据秦财建〔2022〕14号") && stderr.contains("4 处可以这样改"),
            "{stdout}{stderr}"
        );
        assert_eq!(
            std::fs::read(desk.file("text/goals.md")).expect("reads"),
            encoded(before),
            "--fix alone writes nothing"
        );
        let (code, _, stderr) = desk.run(&["check", "631", "--fix", "--write"]);
        assert!(code == 0 && stderr.contains("改了 1 个文件 4 处"), "{stderr}");
        assert_eq!(std::fs::read(desk.file("text/goals.md")).expect("reads"), encoded(after));
    }
    assert_eq!(desk.run(&["check", "631", "--write"]).0, 2);
}

#[test]
fn sarif_and_html_hold_every_finding() {
    let desk = Desk::new();
    desk.write("text/goals.md", MISTAKES);
    let (_, stdout, _) = desk.run(&["check", "631", "--format", "sarif"]);
    let sarif: serde_json::Value = serde_json::from_str(&stdout).expect("JSON");
    let results = sarif["runs"][0]["results"].as_array().expect("results");
    let rules = sarif["runs"][0]["tool"]["driver"]["rules"].as_array().expect("rules");
    assert_eq!((sarif["version"].as_str(), results.len() >= 3), (Some("2.1.0"), true));
    for result in results {
        assert!(rules.iter().any(|r| r["id"] == result["ruleId"]), "{result}");
        assert!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].is_string());
    }
    let (_, html, _) = desk.run(&["check", "631", "--format", "html"]);
    assert!(html.starts_with("<!DOCTYPE html>") && html.contains("<mark>13800138000</mark>"));
    assert!(
        !html.contains("http://") && !html.contains("https://") && !html.contains("<script"),
        "it needs nothing else"
    );
    assert_eq!(html.matches("class=\"f ").count(), results.len());
}

#[test]
fn every_rule_is_explained() {
    let desk = Desk::new();
    for page in check::pages() {
        let (code, stdout, _) = desk.run(&["explain", page.code]);
        assert!(code == 0 && stdout.contains(page.title) && stdout.contains(page.source), "{stdout}");
    }
    let (code, _, stderr) = desk.run(&["explain", "L01"]);
    assert!(code == 1 && stderr.contains("没有编号为“L01”的规则"), "{stderr}");
}

/// Statutes in force, 200,000 characters of the language that official texts are written in: each as the report's last
/// section, no rule has anything to say of it.
#[test]
fn statutes_are_left_alone() {
    use rayon::prelude::*;
    let folder = common::root().join("tests/clean/statutes");
    let mut statutes: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("the statutes").flatten().map(|e| e.path()).collect();
    statutes.sort();
    let before: Vec<Diagnostic> = found(&corrected());
    let each = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).expect("a statute");
        let desk = Desk::new();
        desk.write("text/09-other.md", format!("## 九、其他需要说明的事项\n{text}"));
        // What is typed of money there is noted, as everywhere.
        let grave = |d: &&Diagnostic| d.severity != gongkai::diagnostic::Severity::Note && !before.contains(*d);
        let reports = found(&desk.file(""));
        let reports = reports.iter().filter(grave).map(|r| format!("{}: {r}", path.display()));
        (text.chars().count(), reports.collect::<Vec<String>>())
    };
    let (counts, reports): (Vec<usize>, Vec<Vec<String>>) = statutes.par_iter().map(each).unzip();
    assert!(counts.iter().sum::<usize>() > 200_000, "{counts:?}");
    assert_eq!(reports.concat(), Vec::<String>::new());
}

/// Clean official prose: our own in the official manner (duties, goals, reports, explanations, glossaries of different
/// departments), each as the report's last section, and the paragraphs of the corrected sample. At most one
/// false report in ten thousand characters.
#[test]
fn clean_prose_is_left_alone() {
    use rayon::prelude::*;
    let grave = |d: &&Diagnostic| d.severity != gongkai::diagnostic::Severity::Note;
    let told = |all: &[Diagnostic]| all.iter().filter(grave).map(ToString::to_string).collect::<Vec<String>>();
    let document = common::composed(&corrected()).expect("composes");
    let prose = |b: &gongkai::document::Block| match b {
        gongkai::document::Block::Paragraph(p) => p.inlines.iter().map(|i| i.text.chars().count()).sum(),
        _ => 0,
    };
    let of_sample: usize = document.blocks().map(prose).sum();
    let corpus: Vec<PathBuf> = std::fs::read_dir(common::root().join("tests/clean"))
        .expect("the corpus")
        .flatten()
        .map(|e| e.path())
        .filter(|p| p.extension().is_some_and(|e| e == "md"))
        .collect();
    let each = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).expect("prose");
        let desk = Desk::new();
        desk.write("text/09-other.md", format!("## 九、其他需要说明的事项\n{text}"));
        let reports = told(&found(&desk.file("")));
        (text.chars().count(), reports.into_iter().map(|r| format!("{}: {r}", path.display())).collect::<Vec<_>>())
    };
    let (counts, found): (Vec<usize>, Vec<Vec<String>>) = corpus.par_iter().map(each).unzip();
    let reports: Vec<String> = found.into_iter().flatten().chain(told(&self::found(&corrected()))).collect();
    let characters = of_sample + counts.iter().sum::<usize>();
    println!("{characters} characters, {} reports", reports.len());
    assert!(characters > 35_000, "only {characters} characters");
    assert!(reports.len() * 10_000 <= characters, "{characters} characters: {}", reports.join("\n"));
}
