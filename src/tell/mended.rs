//! What certain changes make of a data folder, and what is left to its user.

use crate::check::fix::Patch;

/// The changes as a unified diff without context, one file after another; empty where there are none. No line end at
/// the end.
pub fn as_diff(patches: &[Patch]) -> String {
    patches.iter().map(|patch| patch.diff().trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

/// One line: how much is changed, how much of all that was `found` is left. `written`: so many files were written;
/// none, where the changes are only shown.
pub fn as_text(folder: &str, patches: &[Patch], found: usize, written: Option<usize>) -> String {
    let mended: usize = patches.iter().map(|patch| patch.mended).sum();
    let rest = found.saturating_sub(mended);
    match written {
        _ if patches.is_empty() => {
            format!("{folder}：没有有把握的改动；{found} 处发现要由您来改（gongkai check 列出它们）")
        }
        None => format!("{folder}：{mended} 处可以这样改，写入请加 --write；其余 {rest} 处要由您来改"),
        Some(files) => format!("{folder}：改了 {files} 个文件 {mended} 处；其余 {rest} 处要由您来改"),
    }
}
