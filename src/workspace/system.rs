//! What the user's system shows with a program of its own: an address in the browser, a folder, a record file.

use std::ffi::OsStr;

/// Asks the system to show it; false: it has nothing to show it with. Only an address of ours, or a path that is known to be
/// a folder or a record file, may be asked for: of programs the system would make a process.
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
