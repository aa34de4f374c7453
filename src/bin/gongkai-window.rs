//! The program `公开.exe` of the package for Windows: `gongkai open` without a console. Elsewhere it does the same.

#![cfg_attr(windows, windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    gongkai::cli::run_in_window()
}
