//! What an edited DOCX asks of the data folder it was made from.

use crate::pull::Pulled;

/// So many figures that follow are named.
const SHOWN: usize = 12;

/// A line for every edit, under its kind; the last line says what becomes of them. `writes`: they are about to be
/// written back. No line end at the end.
pub fn as_text(pulled: &Pulled, writes: bool) -> String {
    let mut lines = Vec::new();
    if !pulled.prose.is_empty() {
        lines.push("文字：".to_owned());
        for edit in &pulled.prose {
            let place = format!("  {}:{}", edit.file, edit.line);
            lines.extend([place, format!("  - {}", edit.old), format!("  + {}", edit.new)]);
        }
    }
    if !pulled.figures.is_empty() {
        lines.push("数字：".to_owned());
        for edit in &pulled.figures {
            lines.push(format!("  {}（{}，原 {}）", edit.correction.spelled(), edit.record, edit.old));
            lines.push(format!("    因 {} 改了", edit.addresses.join("、")));
        }
    }
    if !pulled.pictures.is_empty() {
        lines.push("图片：".to_owned());
        lines.extend(pulled.pictures.iter().map(|file| format!("  {file} 换了内容")));
    }
    for (title, edits) in [("数字，要您决定：", &pulled.open), ("没有采用的改动：", &pulled.structure)]
    {
        if !edits.is_empty() {
            lines.push(title.to_owned());
            lines.extend(edits.iter().map(|line| format!("  {line}")));
        }
    }
    if !pulled.following.is_empty() {
        lines.push(format!("随之变动、文件里还没有改的 {} 个数字：", pulled.following.len()));
        let shown = pulled.following.iter().take(SHOWN);
        lines.extend(shown.map(|(address, old, new)| format!("  {address} {old} → {new}")));
        if pulled.following.len() > SHOWN {
            lines.push("  ……".to_owned());
        }
    }
    match (pulled.is_same(), !pulled.has_edits()) {
        (true, _) if pulled.given > 0 => {
            lines.push(format!("文件里的 {} 处改动，文件夹里都已经有了", pulled.given));
        }
        (true, _) => lines.push("文件里没有改动".to_owned()),
        (false, true) => lines.push("没有可以写回的改动".to_owned()),
        (false, false) if !writes => lines.push("什么也没有写；要写回，请加 --write".to_owned()),
        _ => {}
    }
    lines.join("\n")
}
