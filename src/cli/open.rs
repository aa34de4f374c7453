//! `gongkai open`: the department on a screen, in the browser that is there.

use super::folders::{Places, expanded};
use super::messages::{print, tell};
use crate::diagnostic::Diagnostic;
use crate::serve::Server;
use crate::workspace::{Workspace, show};
use clap::Args;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

#[derive(Args)]
pub struct OpenArgs {
    /// 数据文件夹（含 report.toml），可以有多个；不写则列出当前文件夹下的各部门
    #[arg(value_name = "文件夹", help_heading = "参数")]
    folders: Vec<PathBuf>,
    /// 公开的文件写到哪里：在其下按数据文件夹名建子文件夹
    #[arg(short, long, default_value = "output", value_name = "文件夹", help_heading = "选项")]
    #[arg(hide_default_value = true)]
    output: PathBuf,
    /// 端口；不写则用一个空着的
    #[arg(long, value_name = "端口", default_value_t = 0, help_heading = "选项", hide_default_value = true)]
    port: u16,
    /// 不打开浏览器，只印出地址；按 Ctrl-C 或收到信号才结束
    #[arg(long, help_heading = "选项")]
    no_browser: bool,
    #[command(flatten)]
    places: Places,
}

/// Serves until the last page is closed, or a signal.
pub fn run(args: &OpenArgs) -> ExitCode {
    let workshop = match args.places.workshop() {
        Ok(workshop) => workshop,
        Err(found) => {
            found.sorted().iter().for_each(tell);
            return ExitCode::FAILURE;
        }
    };
    let folders = expanded(&args.folders);
    if let Some(absent) = folders.iter().find(|folder| !folder.exists()) {
        tell(format_args!("没有这个数据文件夹：{}", absent.display()));
        return ExitCode::FAILURE;
    }
    let server = match Server::listen(args.port) {
        Ok(server) => server,
        Err(error) => {
            let message = format!("不能在本机端口 {} 上打开：{error}", args.port);
            tell(Diagnostic::error("E521", message).hint("换一个 --port，或不写 --port"));
            return ExitCode::FAILURE;
        }
    };
    let stop = server.stop();
    let on_signal = stop.clone();
    if let Err(error) = ctrlc::set_handler(move || on_signal.stop()) {
        tell(format_args!("Ctrl-C 不能用：{error}"));
    }
    let address = server.address();
    print(&address);
    let ends = if args.no_browser { None } else { Some(stop) };
    if !args.no_browser && !browse(&address) {
        tell("没有找到浏览器；请把上面这一行地址贴到浏览器里。按 Ctrl-C 结束");
    }
    let workspace = Arc::new(Workspace::new(workshop, &folders, Path::new("."), &args.output, ends));
    workspace.ends_with_its_windows();
    server.run(Arc::new(workspace));
    tell("已结束");
    ExitCode::SUCCESS
}

/// Opens the address in a window of its own where Edge is there, else in the user's browser.
fn browse(address: &str) -> bool {
    #[cfg(windows)]
    for base in ["ProgramFiles(x86)", "ProgramFiles"] {
        use std::process::{Command, Stdio};
        let Some(base) = std::env::var_os(base) else { continue };
        let mut edge = Command::new(Path::new(&base).join(r"Microsoft\Edge\Application\msedge.exe"));
        edge.arg(format!("--app={address}")).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if edge.spawn().is_ok() {
            return true;
        }
    }
    show(address.as_ref())
}
