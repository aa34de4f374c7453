//! Word's built-in styles: their names, ids and places in its list.

/// Word's own English name of a style that it shows as `name` in Chinese; other names as they are. A style of
/// one's own under such a name would be shown twice, or renamed.
pub fn built_in_name(name: &str) -> String {
    let tight: String = name.chars().filter(|c| !c.is_whitespace()).collect();
    let tight = tight.to_lowercase();
    for (chinese, english) in [("标题", "heading"), ("目录", "toc")] {
        let level = tight.strip_prefix(chinese).or_else(|| tight.strip_prefix(english));
        if let Some(level @ ("1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9")) = level {
            return format!("{english} {level}");
        }
    }
    match tight.as_str() {
        "正文" | "normal" => "Normal",
        "标题" | "title" => "Title",
        "副标题" | "subtitle" => "Subtitle",
        "题注" | "caption" => "caption",
        "页脚" | "footer" => "footer",
        "页眉" | "header" => "header",
        "目录标题" | "toc标题" | "tocheading" => "TOC Heading",
        "正文文本" | "bodytext" => "Body Text",
        _ => return name.to_owned(),
    }
    .to_owned()
}

pub fn is_built_in(name: &str) -> bool {
    standard_id(name).is_some()
}

/// The id that Word gives its built-in style of this name.
pub fn standard_id(name: &str) -> Option<&'static str> {
    const HEADING: [&str; 9] =
        ["Heading1", "Heading2", "Heading3", "Heading4", "Heading5", "Heading6", "Heading7", "Heading8", "Heading9"];
    const TOC: [&str; 9] = ["TOC1", "TOC2", "TOC3", "TOC4", "TOC5", "TOC6", "TOC7", "TOC8", "TOC9"];
    let level = |prefix: &str| -> Option<usize> {
        name.strip_prefix(prefix)?.parse().ok().filter(|n| (1..=9).contains(n)).map(|n: usize| n - 1)
    };
    if let Some(n) = level("heading ") {
        return Some(HEADING[n]);
    }
    if let Some(n) = level("toc ") {
        return Some(TOC[n]);
    }
    Some(match name {
        "Normal" => "Normal",
        "Title" => "Title",
        "Subtitle" => "Subtitle",
        "caption" => "Caption",
        "footer" => "Footer",
        "header" => "Header",
        "TOC Heading" => "TOCHeading",
        "Body Text" => "BodyText",
        _ => return None,
    })
}

/// Where a style stands in Word's list.
pub fn priority(name: &str) -> u8 {
    match name {
        "Normal" => 0,
        "Title" => 10,
        "footer" | "header" => 99,
        name if name.starts_with("heading ") => 9,
        name if name.starts_with("toc ") => 39,
        _ => 20,
    }
}
