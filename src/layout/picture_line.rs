//! A line of a narrative that places a picture: `![words](pictures/机构图.png "机构设置图"){width=60%}`.

/// What a line says of its picture.
#[derive(Debug, PartialEq)]
pub struct Line<'l> {
    /// The same in words.
    pub words: &'l str,
    /// Where it lies in the data folder.
    pub path: &'l str,
    /// What stands under it, after its number.
    pub title: Option<&'l str>,
    /// `width=60%`, as written.
    pub width: Option<&'l str>,
}

/// The path that a template line names, if it is a picture with a title: it has a number when the line is rendered.
pub fn numbered_path(line: &str) -> Option<&str> {
    let line = parsed(line.trim())?;
    line.title.map(|_| line.path).filter(|path| !path.contains(['"', '\\', '{', '}']))
}

/// A line that is a picture.
pub fn parsed(line: &str) -> Option<Line<'_>> {
    let rest = line.strip_prefix("![")?;
    let (rest, width) = match rest.strip_suffix('}').and_then(|rest| rest.rsplit_once('{')) {
        Some((before, inside)) if before.trim_end().ends_with(')') => (before.trim_end(), Some(inside)),
        _ => (rest, None),
    };
    let (words, target) = rest.strip_suffix(')')?.split_once("](")?;
    let quoted = [('"', '"'), ('“', '”'), ('\'', '\'')].into_iter().find_map(|(open, close)| {
        let (path, title) = target.trim_end().strip_suffix(close)?.split_once(open)?;
        Some((path, title))
    });
    let (path, title) = quoted.map_or((target, None), |(path, title)| (path, Some(title)));
    Some(Line { words, path: path.trim(), title, width })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_its_words_path_title_and_width() {
        let line = |words, path, title, width| Some(Line { words, path, title, width });
        assert_eq!(parsed("![甲](pictures/a.png)"), line("甲", "pictures/a.png", None, None));
        let whole = parsed("![甲（一）](pictures/a (1).png \"机构图\") {width=60%}");
        assert_eq!(whole, line("甲（一）", "pictures/a (1).png", Some("机构图"), Some("width=60%")));
        assert_eq!(parsed("![甲](pictures/a.png “机构图”)"), line("甲", "pictures/a.png", Some("机构图"), None));
        for none in ["![甲]", "![甲](", "[甲](b)", "![甲](pictures/a.png) 一"] {
            assert_eq!(parsed(none), None, "{none}");
        }
        assert_eq!(numbered_path("  ![甲](pictures/a.png \"乙\")"), Some("pictures/a.png"));
        assert_eq!(numbered_path("![甲](pictures/a.png)"), None);
    }
}
