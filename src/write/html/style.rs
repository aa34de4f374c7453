//! How the page looks: the document's own roles, as far as a screen has use for them.

use crate::document::Align;
use crate::style::{MM, Style};
use std::fmt::Write;

/// The style sheet. Faces are those that a reader's machine has: what a site may embed is the site's to decide.
pub fn sheet(style: &Style) -> String {
    let mut css = String::from(FIXED);
    for (index, (_, role)) in style.text.iter().enumerate() {
        let family = match role.font.as_str() {
            "仿宋" => "FangSong, STFangsong, \"Noto Serif CJK SC\", serif",
            "楷体" => "KaiTi, STKaiti, \"LXGW WenKai\", serif",
            "黑体" => "\"Microsoft YaHei\", SimHei, \"PingFang SC\", \"Noto Sans CJK SC\", sans-serif",
            _ => "SimSun, \"Songti SC\", \"Noto Serif CJK SC\", serif",
        };
        let align = align_word(role.align);
        let size = (role.size / 12.0).clamp(0.9, 2.2);
        let _ = write!(css, ".r{index}{{font-family:{family};font-size:{size:.2}rem;text-align:{align}");
        if role.indent > 0.0 {
            let _ = write!(css, ";text-indent:{}em", role.indent);
        }
        if role.left > 0.0 {
            let _ = write!(css, ";padding-left:{}em", role.left);
        }
        css += "}\n";
    }
    if let Some(page) = style.page.values().next() {
        let [top, right, bottom, left] = page.margin;
        let (width, height) = page.upright().size();
        let _ = writeln!(
            css,
            "@page{{size:{:.0}mm {:.0}mm;margin:{top}mm {right}mm {bottom}mm {left}mm}}",
            width / MM,
            height / MM
        );
    }
    css
}

/// The class of a text role.
pub fn class(style: &Style, role: &str) -> String {
    style.text.get_index_of(role).map_or_else(String::new, |index| format!("r{index}"))
}

fn align_word(align: Align) -> &'static str {
    match align {
        Align::Left => "left",
        Align::Center => "center",
        Align::Right => "right",
        Align::Justify => "justify",
    }
}

/// The class attribute of a cell.
pub fn cell_class(align: Option<Align>, indent: f64, header: bool) -> String {
    let mut classes: Vec<String> = Vec::new();
    match align {
        Some(Align::Right) => classes.push("n".into()),
        Some(Align::Left | Align::Justify) => classes.push("t".into()),
        _ if header => {}
        _ => {}
    }
    let indent = indent.round().clamp(0.0, 6.0) as u8;
    if indent > 0 {
        classes.push(format!("i{indent}"));
    }
    if classes.is_empty() { String::new() } else { format!(" class=\"{}\"", classes.join(" ")) }
}

/// What every document has. Text on its ground is at least 7 : 1.
const FIXED: &str = "\
:root{color-scheme:light;--ink:#111;--line:#555;--soft:#f2f4f6;--link:#0b4a8f}\n\
*{box-sizing:border-box}\n\
body{margin:0;color:var(--ink);background:#fff;font:1rem/1.75 SimSun,\"Songti SC\",\"Noto Serif CJK SC\",serif;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}\n\
main,nav{max-width:64rem;margin:0 auto;padding:0 1rem}\nmain{padding-bottom:4rem}\n\
a{color:var(--link)}\na:focus-visible,summary:focus-visible,.wide:focus-visible{outline:3px solid var(--link);outline-offset:2px}\n\
.skip{position:absolute;left:-99rem}\n.skip:focus{left:1rem;top:1rem;background:#fff;padding:.5rem 1rem;z-index:1}\n\
h1,h2,h3,h4,h5,h6{line-height:1.4;margin:1.6em 0 .6em;font-weight:600}\nh1{margin:2em 0 1em;white-space:pre-line}\np{margin:.4em 0}\n\
nav{border-bottom:1px solid var(--line);padding-top:.75rem;padding-bottom:.75rem}\nsummary{cursor:pointer;font-weight:600}\n\
nav ul,.contents{list-style:none;padding:0;margin:.5rem 0}\n.l2{padding-left:1.5em}\n.l3{padding-left:3em}\n.l4{padding-left:4.5em}\n\
.wide{overflow-x:auto;margin:.5rem 0 1rem}\n\
figure{margin:.5rem 0}figure p{margin:0}figure svg,figure img{display:block;max-width:100%;height:auto;margin:0 auto}\n\
table{border-collapse:collapse;width:100%;font-size:.95rem;line-height:1.5}\n\
caption{text-align:left;padding:.25rem 0}\n.above{display:flex;justify-content:space-between;gap:1rem}\n\
.said{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}\n\
th,td{border:1px solid var(--line);padding:.3em .5em;text-align:center;font-weight:400}\n\
thead th{background:var(--soft);font-weight:600}\n.n{text-align:right;white-space:nowrap}\n.t{text-align:left}\n\
.i1{padding-left:1.5em}\n.i2{padding-left:2.5em}\n.i3{padding-left:3.5em}\n.i4{padding-left:4.5em}\n.i5{padding-left:5.5em}\n.i6{padding-left:6.5em}\n\
.total th,.total td{font-weight:600}\n.note{font-size:.95rem}\nins,.inserted{background:#dff3e4}\ndel,.deleted{background:#fbe3e1}\n\
.watermark{text-align:center;letter-spacing:.5em;border:2px solid #9b1c1c;color:#9b1c1c;max-width:20rem;margin:1rem auto}\n\
@media (max-width:40rem){body{font-size:1.05rem}h1{font-size:1.5rem}table{font-size:.9rem;min-width:34rem}}\n\
@media print{nav,.skip{display:none}.new{break-before:page}.wide{overflow:visible}thead{display:table-header-group}tr{break-inside:avoid}h2,h3,h4,h5,h6{break-after:avoid}main{max-width:none;padding:0}}\n";
