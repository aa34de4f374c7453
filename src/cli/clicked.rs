//! Started by a double click: the arguments are what was dropped on the program, and nobody reads a console afterwards.

use super::messages::tell;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

/// The arguments of a process; a click on the program, or folders dropped on it, means `open`.
pub fn arguments() -> Vec<OsString> {
    as_open(std::env::args_os().collect(), is_alone_in_console())
}

fn as_open(mut given: Vec<OsString>, is_clicked: bool) -> Vec<OsString> {
    if is_clicked && given.get(1).is_none_or(|first| Path::new(first).exists()) {
        given.insert(1.min(given.len()), "open".into());
    }
    given
}

/// A console that was opened for this process closes with it: what it says stays until it was read.
pub fn let_read(code: ExitCode) -> ExitCode {
    if code != ExitCode::SUCCESS && is_alone_in_console() {
        tell("按回车键关闭");
        let _ = std::io::stdin().read_line(&mut String::new());
    }
    code
}

/// Whether no other process, such as a shell, has this one's console.
#[cfg(windows)]
fn is_alone_in_console() -> bool {
    use windows_sys::Win32::System::Console::GetConsoleProcessList;
    let mut others = [0; 2];
    // SAFETY: the length is that of the array; more processes than fit are counted and not written.
    unsafe { GetConsoleProcessList(others.as_mut_ptr(), others.len() as u32) == 1 }
}

#[cfg(not(windows))]
fn is_alone_in_console() -> bool {
    false
}

/// Runs `gongkai open`, which lies beside this program, without a console, and shows why it ended if it failed.
pub fn run_in_window() -> ExitCode {
    match opened() {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            show(&why);
            ExitCode::FAILURE
        }
    }
}

/// What is said where the program is not whole: a double click within a ZIP takes out that one file alone.
const NOT_UNPACKED: &str = "程序不完整：它旁边没有 gongkai 程序和 fonts 文件夹。\n\n如果是在压缩包里直接双击的，请先把压缩包全部解压出来（右击压缩包，选“全部解压缩”），再到解压出来的文件夹里双击。";

fn opened() -> Result<(), String> {
    let this = std::env::current_exe().map_err(|error| format!("不知道程序在哪里：{error}"))?;
    let here = this.parent().unwrap_or(Path::new("."));
    let program = here.join(format!("gongkai{}", std::env::consts::EXE_SUFFIX));
    if !program.is_file() || !here.join("fonts").is_dir() {
        return Err(NOT_UNPACKED.to_string());
    }
    let mut command = Command::new(program);
    // What is dropped on it comes from anywhere; departments and output are looked for beside the program.
    let given = std::env::args_os().skip(1).map(|given| {
        let path = PathBuf::from(&given);
        if path.exists() { std::path::absolute(path).map_or(given, OsString::from) } else { given }
    });
    command.arg("open").args(given).current_dir(here).stdin(Stdio::null()).stderr(Stdio::piped());
    without_console(&mut command);
    let ended = command.spawn().and_then(std::process::Child::wait_with_output);
    let ended = ended.map_err(|error| format!("gongkai 不能运行：{error}"))?;
    if ended.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&ended.stderr).into_owned()) }
}

#[cfg(windows)]
fn without_console(command: &mut Command) {
    use std::os::windows::process::CommandExt;
    use windows_sys::Win32::System::Threading::CREATE_NO_WINDOW;
    command.creation_flags(CREATE_NO_WINDOW);
}

#[cfg(not(windows))]
fn without_console(_: &mut Command) {}

/// In a window of its own. Whoever reads stderr is told there too.
#[cfg(windows)]
fn show(message: &str) {
    use std::os::windows::ffi::OsStrExt;
    use windows_sys::Win32::UI::WindowsAndMessaging::{MB_ICONERROR, MB_OK, MessageBoxW};
    tell(message);
    let wide = |text: &str| -> Vec<u16> { std::ffi::OsStr::new(text).encode_wide().chain([0]).collect() };
    let (text, title) = (wide(&crate::printable::lines(message)), wide("公开"));
    // SAFETY: both texts end with a zero and outlive the call; there is no window that owns it.
    unsafe { MessageBoxW(std::ptr::null_mut(), text.as_ptr(), title.as_ptr(), MB_OK | MB_ICONERROR) };
}

#[cfg(not(windows))]
fn show(message: &str) {
    tell(message);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_click_or_a_dropped_folder_opens_and_a_typed_command_is_that_command() {
        let given = |all: &[&str]| -> Vec<OsString> { all.iter().map(OsString::from).collect() };
        let here = env!("CARGO_MANIFEST_DIR");
        assert_eq!(as_open(given(&["gongkai"]), true), given(&["gongkai", "open"]));
        assert_eq!(as_open(given(&["gongkai", here]), true), given(&["gongkai", "open", here]));
        assert_eq!(as_open(given(&["gongkai", "build", here]), true), given(&["gongkai", "build", here]));
        assert_eq!(as_open(given(&["gongkai"]), false), given(&["gongkai"]), "in a terminal nothing is opened");
        assert_eq!(as_open(Vec::new(), true), given(&["open"]), "no name of the program");
    }
}
