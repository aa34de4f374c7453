//! `gongkai check`: everything that `build` would find, and nothing written.

use super::folders::{Places, each_folder, expanded};
use crate::build::outputs;
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct CheckArgs {
    /// 数据文件夹（含 report.toml），可以有多个
    #[arg(required = true, value_name = "文件夹", help_heading = "参数")]
    folders: Vec<PathBuf>,
    #[command(flatten)]
    places: Places,
}

/// Finds all that `build` would find, in every format, and writes nothing.
pub fn run(args: &CheckArgs) -> ExitCode {
    // Everything but the writing: what stops a build is found in the data, the layouts and on the pages.
    each_folder(&expanded(&args.folders), &args.places, |shared, _, folder, outcome| {
        outputs(folder, &shared.roots, &shared.fonts, &[], &mut outcome.diagnostics);
    })
}
