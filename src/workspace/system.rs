//! What the user's system shows with a program of its own: an address in the browser, a folder, a record file.

use std::ffi::OsStr;
use std::path::Path;

/// Endings of the files that a system's programs read and do not run, whatever folder they came in.
const READ: [&str; 8] = ["csv", "txt", "tsv", "xlsx", "xlsm", "xls", "ods", "toml"];

/// Shows a folder, or a file of records. None: it is neither, so it is not asked for, since of other files a system makes
/// processes, and how a file is called was said by whoever made the folder. False: there is nothing to show it with.
pub(super) fn show_place(place: &Path) -> Option<bool> {
    if place.is_dir() {
        // With its separator: a program of the same name beside it is not meant.
        return Some(show(place.join("").as_os_str()));
    }
    let ending = place.extension().and_then(OsStr::to_str).map(str::to_ascii_lowercase);
    let is_read = place.is_file() && ending.is_some_and(|ending| READ.contains(&ending.as_str()));
    is_read.then(|| show(place.as_os_str()))
}

/// Asks the system to show an address of ours, or what [`show_place`] lets through; false: it has nothing to show it with.
#[cfg(not(windows))]
pub(crate) fn show(what: &OsStr) -> bool {
    use std::process::{Command, Stdio};
    let program = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let mut command = Command::new(program);
    command.arg(what).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let Ok(mut child) = command.spawn() else { return false };
    // It ends by itself, when it likes; its process is given back.
    let waits = std::thread::Builder::new().name("shown".into()).spawn(move || drop(child.wait()));
    drop(waits);
    true
}

#[cfg(windows)]
pub(crate) fn show(what: &OsStr) -> bool {
    use std::os::windows::ffi::OsStrExt;
    use std::ptr::null;
    use windows_sys::Win32::UI::Shell::ShellExecuteW;
    use windows_sys::Win32::UI::WindowsAndMessaging::SW_SHOWNORMAL;
    let wide: Vec<u16> = what.encode_wide().chain([0]).collect();
    let verb: Vec<u16> = OsStr::new("open").encode_wide().chain([0]).collect();
    // SAFETY: both texts end with a zero and outlive the call; what is null may be.
    let shown =
        unsafe { ShellExecuteW(std::ptr::null_mut(), verb.as_ptr(), wide.as_ptr(), null(), null(), SW_SHOWNORMAL) };
    shown as usize > 32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A received schema may call its record file whatever it likes; a program is not run for that.
    #[test]
    fn what_a_system_would_run_is_not_shown() {
        let place = tempfile::tempdir().expect("a folder");
        for name in
            ["ledger.cmd", "ledger.csv.exe", "账.desktop", "ledger", "ledger.lnk", "ledger.csv.", "x.scr", "a.hta"]
        {
            let file = place.path().join(name);
            std::fs::write(&file, "").expect("writes");
            assert_eq!(show_place(&file), None, "{name}");
        }
        assert_eq!(show_place(&place.path().join("none.csv")), None);
    }
}
