//! `gongkai explain`: what a rule says, why, and an example.

use super::messages::{print, tell};
use crate::check;
use crate::diagnostic::nearest;
use clap::Args;
use std::process::ExitCode;

#[derive(Args)]
pub struct ExplainArgs {
    /// 发现的编号，如 L013；不写则列出全部
    #[arg(value_name = "编号", help_heading = "参数")]
    code: Option<String>,
}

/// Prints a rule's page, or the list of all.
pub fn run(args: &ExplainArgs) -> ExitCode {
    let Some(code) = &args.code else {
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
        None => {
            let pages = check::pages();
            let near = nearest(&code, pages.iter().map(|p| p.code));
            let hint =
                near.map_or("gongkai explain 列出全部编号".to_string(), |near| format!("您是否指“{near}”？"));
            tell(format_args!("没有编号为“{code}”的规则\n  提示：{hint}"));
            ExitCode::FAILURE
        }
    }
}
