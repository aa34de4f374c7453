//! `gongkai check`: everything that `build` would find, and nothing written.

use super::folders::{Manner, Places, each_folder, expanded};
use super::messages::Form;
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct CheckArgs {
    /// 数据文件夹（含 report.toml），可以有多个
    #[arg(required = true, value_name = "文件夹", help_heading = "参数")]
    folders: Vec<PathBuf>,
    /// 怎样列出：text（给人看，写在标准错误）、json、sarif、html（写在标准输出）
    #[arg(long, value_name = "格式", default_value = "text", help_heading = "选项", hide_possible_values = true)]
    #[arg(hide_default_value = true)]
    format: Form,
    /// 有警告也以 1 退出；不写则只有错误才是
    #[arg(long, help_heading = "选项")]
    strict: bool,
    #[command(flatten)]
    places: Places,
}

/// Finds all that `build` would find, in every format, and writes nothing.
pub fn run(args: &CheckArgs) -> ExitCode {
    // Everything but the writing: what stops a build is found in the data, the layouts and on the pages.
    let manner = Manner { formats: Vec::new(), form: args.format, strict: args.strict };
    each_folder(&expanded(&args.folders), &args.places, &manner, |_, _, _| ())
}
