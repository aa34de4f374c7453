//! Pictures in a narrative: a line `![words](pictures/机构图.png "机构设置图"){width=60%}`. The words are read to whoever does
//! not see it; with a title it has a caption, and a number among those of charts.

use super::session::Session;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, nearest};
use crate::document::{Inline, Width};
use crate::folder::{Bytes, Folder, PICTURES, is_picture};
use crate::layout::picture_line::{Line, parsed};
use crate::picture::{Picture, no_picture, picture};
use crate::style::MM;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The pictures of a data folder by their names in it: their bytes; none of what is no picture by its name.
#[derive(Default)]
pub struct Pictures(BTreeMap<String, Option<Bytes>>);

impl Pictures {
    /// Those of a folder whose text places any. What cannot be read is told.
    pub fn of(folder: &Folder, texts: &BTreeMap<String, String>, diagnostics: &mut Diagnostics) -> Pictures {
        if !texts.values().any(|text| text.contains("![")) {
            return Pictures::default();
        }
        folder.refused(PICTURES).into_iter().for_each(|found| diagnostics.push(found));
        let mut found = BTreeMap::new();
        for name in folder.names(PICTURES) {
            let path = format!("{PICTURES}/{name}");
            let bytes = match is_picture(&name) {
                true => folder.bytes(&path),
                false => Ok(None),
            };
            match bytes {
                Ok(bytes) => drop(found.insert(path, bytes)),
                Err(wrong) => diagnostics.push(wrong),
            }
        }
        Pictures(found)
    }

    /// Each with its name.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, &Bytes)> {
        self.0.iter().filter_map(|(name, bytes)| Some((name.as_str(), bytes.as_ref()?)))
    }
}

/// A picture where it stands.
pub struct Placed {
    pub image: Arc<Picture>,
    pub words: String,
    pub width: Option<Width>,
    /// The line under it.
    pub caption: Option<Vec<Inline>>,
}

/// A rendered line that begins as a picture does; none where something of it is wrong, which is told.
pub fn placed(session: &Session, line: &str, number: Option<usize>, place: &Place) -> Option<Placed> {
    let tell = |found: Diagnostic| {
        session.report(found.at(place.clone()));
        None
    };
    let usage = "写作 ![文字说明](pictures/机构图.png)；要图题的，写作 ![文字说明](pictures/机构图.png \"机构设置图\")";
    let Some(Line { words, path, title, width }) = parsed(line) else {
        return tell(Diagnostic::error("E360", "这一行像是图片，但写法不对").hint(usage));
    };
    let width = match width.map(width_of) {
        None => None,
        Some(Some(width)) => Some(width),
        Some(None) => {
            let message = format!("图片的宽度“{}”看不懂", width.unwrap_or_default());
            return tell(Diagnostic::error("E360", message).hint("写作 {width=60%}（版心的 60%）或 {width=8cm}"));
        }
    };
    let plain = |text: &str| crate::document::plain_text(&session.inlines(text, place));
    let words = plain(words).trim().to_owned();
    let path = plain(path).replace('\\', "/");
    let path = path.strip_prefix("./").unwrap_or(&path).to_owned();
    let name = path.strip_prefix("pictures/").filter(|name| !name.is_empty() && !name.contains('/') && *name != "..");
    if name.is_none() {
        let message = format!("图片“{path}”不在数据文件夹的 pictures 里");
        return tell(Diagnostic::error("E360", message).hint(format!("把图片放进数据文件夹下的 pictures，{usage}")));
    }
    if words.is_empty() {
        let found = Diagnostic::error("E362", format!("图片“{path}”没有文字说明"));
        return tell(
            found.hint("方括号里写图上有什么：看不见图的人听到的是它，如 ![本部门设办公室、财务处等 5 个处室](…)"),
        );
    }
    let Some(bytes) = session.job.pictures.0.get(&path) else {
        let known: Vec<&str> = session.job.pictures.0.keys().map(String::as_str).collect();
        let hint = match nearest(&path, known.iter().copied()) {
            Some(near) => format!("您是否指“{near}”？"),
            None if known.is_empty() => "数据文件夹下没有 pictures，或里面没有图片；图片须放在那里".to_owned(),
            None => format!("pictures 里有：{}", known.join("、")),
        };
        return tell(Diagnostic::error("E361", format!("找不到图片“{path}”")).hint(hint));
    };
    let Some(bytes) = bytes else {
        return tell(no_picture(&path));
    };
    let image = match picture(&path, bytes) {
        Ok(image) => image,
        Err(found) => {
            session.report(found.related(place.clone(), "这里用到它"));
            return None;
        }
    };
    let caption = title.map(|title| {
        let number = number.unwrap_or_else(|| session.number_of_chart(&path));
        let mut caption = vec![Inline::text(format!("{}　", super::chart::numbered(number)))];
        caption.extend(session.inlines(title, place));
        (number, caption)
    });
    if let Some((number, _)) = &caption
        && session.is_placed_again(*number)
    {
        let found = Diagnostic::error("E350", format!("图“{path}”在文中放了两次")).at(place.clone());
        session.report(found.hint("有图题的图只放一次；再放不写图题，要说到它用 {{ picture_number(\"…\") }}"));
        return None;
    }
    Some(Placed { image, words, width, caption: caption.map(|(_, caption)| caption) })
}

/// `width=60%`, `width=8cm`, `width=80mm`.
fn width_of(text: &str) -> Option<Width> {
    let value = text.trim().strip_prefix("width")?.trim_start().strip_prefix('=')?.trim().trim_matches('"');
    let end = value.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let number: f64 = value[..end].parse().ok()?;
    match value[end..].trim() {
        "%" => Some(Width::Share(number / 100.0)).filter(|_| (1.0..=100.0).contains(&number)),
        "cm" => Some(Width::Length(number * 10.0 * MM)).filter(|_| (0.5..=100.0).contains(&number)),
        "mm" => Some(Width::Length(number * MM)).filter(|_| (5.0..=1000.0).contains(&number)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_shares_or_lengths() {
        assert_eq!(width_of("width=60%"), Some(Width::Share(0.6)));
        assert_eq!(width_of("width = \"8 cm\""), Some(Width::Length(80.0 * MM)));
        for none in ["60%", "width=0%", "width=101%", "width=8", "width=cm", "width=9e9cm", "height=8cm"] {
            assert_eq!(width_of(none), None, "{none}");
        }
    }
}
