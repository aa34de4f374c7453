//! `gongkai explain`: what a rule says, why, and an example.

use super::folders::layout_roots;
use super::messages::{print, tell};
use crate::check;
use crate::diagnostic::{Diagnostics, nearest};
use crate::layout::{SetFiles, all_sets};
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct ExplainArgs {
    /// 发现的编号，如 L013；不写则列出全部
    #[arg(value_name = "编号", help_heading = "参数")]
    code: Option<String>,
    /// 版式集所在的文件夹；不写则用当前文件夹的 layouts，再用程序自带的
    #[arg(long, value_name = "文件夹", help_heading = "选项")]
    layouts: Option<PathBuf>,
}

/// A rule over figures, as a layout set declares it in `checks.toml`.
struct SetRule {
    set: String,
    code: String,
    /// Key and text: says, is, why, source, hint.
    words: Vec<(&'static str, String)>,
}

/// The rules over figures of all sets.
fn set_rules(roots: &[PathBuf]) -> Vec<SetRule> {
    let mut all = Vec::new();
    for set in all_sets(roots) {
        let mut unheard = Diagnostics::default();
        let files = SetFiles::find(&set, None, roots, None, &mut unheard);
        let checks = files.and_then(|f| f.toml("checks.toml", &mut unheard));
        let rules = checks.as_ref().and_then(|c| c.get("rule")?.table());
        for (code, entry) in rules.into_iter().flatten() {
            let word = |(key, name)| Some((name, entry.node.get(key)?.str()?.to_string()));
            let keys = [("says", "要求"), ("is", "写作"), ("why", "为什么"), ("source", "依据"), ("hint", "怎么改")];
            let words = keys.into_iter().filter_map(word).collect();
            all.push(SetRule { set: set.clone(), code: code.clone(), words });
        }
    }
    all
}

fn explain_set_rules(rules: &[&SetRule]) {
    for rule in rules {
        print(format_args!("{}（版式集 {} 的 checks.toml）", rule.code, rule.set));
        rule.words.iter().for_each(|(name, text)| print(format_args!("  {name}：{text}")));
    }
}

/// Prints a rule's page, or the list of all.
pub fn run(args: &ExplainArgs) -> ExitCode {
    let roots = layout_roots(args.layouts.as_deref());
    let of_sets = set_rules(&roots);
    let Some(code) = &args.code else {
        for rule in &of_sets {
            let says = rule.words.iter().find(|w| w.0 == "要求").map_or("", |w| w.1.as_str());
            print(format_args!("{} {says}（{}）", rule.code, rule.set));
        }
        check::pages().iter().for_each(|p| print(format_args!("{} {} {}", p.code, p.severity.word(), p.title)));
        return ExitCode::SUCCESS;
    };
    let code = code.to_uppercase();
    match check::page(&code) {
        Some(p) => {
            print(format_args!("{} {}（{}）", p.code, p.title, p.severity.word()));
            print(format_args!("\n  为什么：{}\n  依据：{}", p.reason, p.source));
            print(format_args!("  不对：{}\n  应为：{}", p.example.wrong, p.example.right));
            ExitCode::SUCCESS
        }
        None if of_sets.iter().any(|r| r.code == code) => {
            explain_set_rules(&of_sets.iter().filter(|r| r.code == code).collect::<Vec<_>>());
            ExitCode::SUCCESS
        }
        None if code.starts_with('E') => {
            tell(format_args!(
                "{code} 是数据、版式或文件的错误：它的信息里写明了原因和改法，各列的写法见 data/README.md"
            ));
            ExitCode::SUCCESS
        }
        None => {
            let pages = check::pages();
            let near = nearest(&code, pages.iter().map(|p| p.code).chain(of_sets.iter().map(|r| r.code.as_str())));
            let hint =
                near.map_or("gongkai explain 列出全部编号".to_string(), |near| format!("您是否指“{near}”？"));
            tell(format_args!("没有编号为“{code}”的规则\n  提示：{hint}"));
            ExitCode::FAILURE
        }
    }
}
