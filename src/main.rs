//! The program `gongkai`: see `gongkai --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    gongkai::cli::run()
}
