//! `gongkai ledger`: from printed tables to a ledger whose document prints them.

use super::folders::Places;
use super::messages::{print_written, tell};
use crate::diagnostic::Diagnostics;
use crate::folder::Folder;
use crate::ledger::{Ledger, of_folder};
use crate::place::save;
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct LedgerArgs {
    /// 数据文件夹：tables/ 里有照印出来的样子的表，还没有明细
    #[arg(value_name = "文件夹", help_heading = "参数")]
    folder: PathBuf,
    #[command(flatten)]
    places: Places,
}

/// Writes the ledger, where all figures come out of it.
pub fn run(args: &LedgerArgs) -> ExitCode {
    let mut found = Diagnostics::default();
    let folder = Folder::open(&args.folder);
    let made = of_folder(&folder, &args.places.layouts(), &mut found);
    found.sorted().iter().for_each(tell);
    let Some(made) = made.filter(|_| !found.has_errors()) else {
        tell("没有写入任何文件，原有文件未动");
        return ExitCode::FAILURE;
    };
    let mut found = Diagnostics::default();
    let written = save(&folder.with(&made.file, made.text.clone().into_bytes()), &mut found);
    found.sorted().iter().for_each(tell);
    if found.has_errors() {
        return ExitCode::FAILURE;
    }
    print_written(&written);
    told(&made).iter().for_each(tell);
    tell(format_args!(
        "由它得出的各表与 tables/ 里的逐格相同；再看整个文件夹：gongkai check {}",
        args.folder.display()
    ));
    ExitCode::SUCCESS
}

/// How many lines there are, and what of them was chosen.
fn told(made: &Ledger) -> Vec<String> {
    let how = if made.as_printed {
        "金额就是印出的数"
    } else {
        "金额解到了分，使印出的每个数都对得上"
    };
    let mut lines = vec![format!("{} 行明细，{how}", made.lines)];
    let (count, heads) = &made.chosen;
    if *count > 0 {
        lines
            .push(format!("其中 {count} 行的{}各表没有写明，是任选的（“备注”列标明），请按实际改正", heads.join("、")));
    }
    lines
}
