//! `gongkai layouts`: what sets there are, and a copy of one to change.

use super::HELP;
use super::messages::{print, tell};
use crate::layout::{self, Layouts};
use crate::workshop::layout_folders;
use clap::Subcommand;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum LayoutsCommand {
    /// 列出版式集
    #[command(help_template = HELP, override_usage = "gongkai layouts list [选项]")]
    List {
        /// 另外查找的文件夹
        #[arg(long, value_name = "文件夹", help_heading = "选项")]
        layouts: Option<PathBuf>,
    },
    /// 把自带的版式集导出到文件夹，以便修改
    #[command(help_template = HELP, override_usage = "gongkai layouts export <名称> <文件夹>")]
    #[command(after_help = "示例：\n  gongkai layouts export hebei-department-budget-2023 layouts")]
    Export {
        /// 版式集的名称
        #[arg(value_name = "名称", help_heading = "参数")]
        set: String,
        /// 导出到哪里
        #[arg(value_name = "文件夹", help_heading = "参数")]
        folder: PathBuf,
    },
}

/// Lists or exports.
pub fn run(command: LayoutsCommand) -> ExitCode {
    match command {
        LayoutsCommand::List { layouts } => list(&Layouts::on_disk(&layout_folders(layouts.as_deref()))),
        LayoutsCommand::Export { set, folder } => export(&set, &folder),
    }
}

fn list(layouts: &Layouts) -> ExitCode {
    layouts.sets().iter().for_each(print);
    ExitCode::SUCCESS
}

fn export(set: &str, folder: &Path) -> ExitCode {
    match layout::export(set, folder) {
        Ok(written) => {
            written.iter().for_each(|path| print(path.display()));
            ExitCode::SUCCESS
        }
        Err(found) => {
            tell(found);
            ExitCode::FAILURE
        }
    }
}
