//! SVG (W3C SVG 1.1). What one holds, before anything is made of it: scripts and links to elsewhere are refused, and so is what cannot be
//! drawn, for a picture that lacks a part says something else; and every way in which a small file asks for much.

use super::Wrong;
use resvg::usvg::{self, Group, ImageHrefResolver, Node as Drawn, Options, Tree};
use roxmltree::{Document, Node, ParsingOptions};
use std::collections::HashMap;
use std::sync::Arc;

/// Elements, attributes apart, and levels of elements within each other.
const MOST_NODES: u32 = 60_000;
const DEEPEST: usize = 100;
/// Elements with everything that is put in again where it is used.
const MOST_DRAWN: u64 = 200_000;
/// Gradients, patterns, masks, clips and markers.
const MOST_DEFINED: usize = 500;
/// Characters of style sheets.
const MOST_STYLE: usize = 64 << 10;
/// Elements times rules.
const MOST_MATCHES: usize = 20_000_000;
/// Layers that lie upon each other while pixels are painted, and all of them, counted as whole pictures.
const DEEPEST_LAYERS: usize = 8;
const MOST_LAYERS: usize = 300;

/// An SVG that can be drawn, as text.
pub fn read(bytes: &[u8]) -> Result<Arc<str>, Wrong> {
    let text = text(bytes)?;
    let document = parsed(&text).map_err(|error| match error {
        roxmltree::Error::NodesLimitReached => Wrong::TooLarge("元素太多".into()),
        _ if !text.contains("<svg") => Wrong::Format("不是认识的图片格式"),
        error => Wrong::Damaged(format!("第 {} 行不合 XML 的写法", error.pos().row)),
    })?;
    let root = document.root_element();
    if root.tag_name().name() != "svg" {
        return Err(Wrong::Format("不是认识的图片格式"));
    }
    elements(&document)?;
    if copies(root, &ids(&document), &mut HashMap::new(), 0) > MOST_DRAWN {
        return Err(Wrong::TooLarge("同一部分反复引用（use），画出来没有尽头".into()));
    }
    layers(&simplified(&document)?)?;
    Ok(text.into())
}

/// Width and height in pt.
pub fn size(source: &str) -> Result<(f64, f64), Wrong> {
    let document = parsed(source).map_err(|_| Wrong::Damaged("不合 XML 的写法".into()))?;
    let size = simplified(&document)?.size();
    Ok((f64::from(size.width()) * 0.75, f64::from(size.height()) * 0.75))
}

fn simplified(document: &Document) -> Result<Tree, Wrong> {
    tree(document).map_err(|error| match error {
        resvg::usvg::Error::InvalidSize => Wrong::Damaged("没有宽和高（width、height 或 viewBox）".into()),
        _ => Wrong::Damaged("内容读不下去".into()),
    })
}

/// Programs write UTF-8, and some UTF-16 with its mark.
fn text(bytes: &[u8]) -> Result<String, Wrong> {
    let wide = |units: Vec<u16>| String::from_utf16(&units).ok();
    let pairs = |rest: &[u8], unit: fn([u8; 2]) -> u16| rest.chunks_exact(2).map(|p| unit([p[0], p[1]])).collect();
    let text = match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => str::from_utf8(rest).ok().map(str::to_owned),
        [0xFF, 0xFE, rest @ ..] => wide(pairs(rest, u16::from_le_bytes)),
        [0xFE, 0xFF, rest @ ..] => wide(pairs(rest, u16::from_be_bytes)),
        all => str::from_utf8(all).ok().map(str::to_owned),
    };
    text.ok_or(Wrong::Format("不是认识的图片格式"))
}

fn elements(document: &Document) -> Result<(), Wrong> {
    let mut styles = 0;
    let (mut defined, mut count) = (0, 0);
    for node in document.descendants() {
        if node.is_pi() && node.pi().is_some_and(|pi| pi.target == "xml-stylesheet") {
            return Err(Wrong::Outside("外部样式表".into()));
        }
        if !node.is_element() {
            continue;
        }
        count += 1;
        if node.ancestors().take(DEEPEST + 1).count() > DEEPEST {
            return Err(Wrong::TooLarge(format!("元素一层套一层，超过 {DEEPEST} 层")));
        }
        let name = node.tag_name().name();
        match name {
            "script" | "handler" | "listener" => return Err(Wrong::Outside("脚本".into())),
            "filter" => return Err(Wrong::Undrawable("滤镜（filter，阴影、模糊等）".into())),
            "image" => return Err(Wrong::Undrawable("嵌入的图片（image）".into())),
            "textPath" => return Err(Wrong::Undrawable("沿曲线的文字（textPath）".into())),
            // Beside it stands what other programs draw.
            "foreignObject" if node.parent_element().is_none_or(|of| of.tag_name().name() != "switch") => {
                return Err(Wrong::Undrawable("嵌入的网页（foreignObject）".into()));
            }
            "iframe" | "object" | "embed" | "video" | "audio" if !within_foreign(node) => {
                return Err(Wrong::Outside(format!("外部内容（{name}）")));
            }
            "linearGradient" | "radialGradient" | "pattern" | "mask" | "clipPath" | "marker" => defined += 1,
            "style" => {
                let text: String = node.descendants().filter_map(|n| n.text().filter(|_| n.is_text())).collect();
                css(&text)?;
                styles += text.len();
            }
            _ => {}
        }
        for attribute in node.attributes() {
            let (key, value) = (attribute.name(), attribute.value());
            if key.starts_with("on") && !within_foreign(node) {
                return Err(Wrong::Outside(format!("脚本（{key}）")));
            }
            match key {
                // A link for readers is not drawn.
                "href" if name != "a" && !within_foreign(node) && !value.trim_start().starts_with('#') => {
                    return Err(Wrong::Outside("外部链接".into()));
                }
                "href" if value.trim_start().to_lowercase().starts_with("javascript:") => {
                    return Err(Wrong::Outside("脚本".into()));
                }
                "base" if attribute.namespace().is_some() => return Err(Wrong::Outside("外部链接".into())),
                _ if value.contains("url(") && !within_foreign(node) => css(value)?,
                _ => {}
            }
        }
    }
    if defined > MOST_DEFINED {
        return Err(Wrong::TooLarge(format!("渐变、图案、蒙版超过 {MOST_DEFINED} 个")));
    }
    // A rule has a brace.
    let rules = document.descendants().filter_map(|n| n.text()).map(|text| text.matches('{').count()).sum::<usize>();
    if styles > MOST_STYLE || rules.saturating_mul(count) > MOST_MATCHES {
        return Err(Wrong::TooLarge("样式表太长".into()));
    }
    Ok(())
}

/// What web pages within an SVG hold is never drawn.
fn within_foreign(node: Node) -> bool {
    node.ancestors().any(|of| of.tag_name().name() == "foreignObject")
}

/// A style that loads something.
fn css(text: &str) -> Result<(), Wrong> {
    let lower = text.to_lowercase();
    let outside =
        |after: &str| !after.trim_start_matches([' ', '"', '\'', '&']).trim_start_matches("quot;").starts_with('#');
    if lower.contains("@import") || lower.split("url(").skip(1).any(outside) {
        return Err(Wrong::Outside("外部链接".into()));
    }
    Ok(())
}

type Ids<'d, 'i> = HashMap<&'d str, Node<'d, 'i>>;

fn ids<'d, 'i>(document: &'d Document<'i>) -> Ids<'d, 'i> {
    document.descendants().filter_map(|node| Some((node.attribute("id")?, node))).collect()
}

/// How many elements a node is, with what it uses again.
fn copies<'d, 'i>(node: Node<'d, 'i>, ids: &Ids<'d, 'i>, known: &mut HashMap<u32, u64>, depth: usize) -> u64 {
    if let Some(count) = known.get(&node.id().get()) {
        return *count;
    }
    if depth > 2 * DEEPEST {
        return MOST_DRAWN + 1;
    }
    // A circle uses nothing of itself.
    known.insert(node.id().get(), 0);
    let mut count = 1u64;
    for child in node.children().filter(|child| child.is_element()) {
        count = count.saturating_add(copies(child, ids, known, depth + 1));
    }
    let vertices = node.attribute("d").or(node.attribute("points")).map_or(1, |text| text.len() as u64 / 2 + 1);
    for attribute in node.attributes() {
        let value = attribute.value();
        let (named, times) = match attribute.name() {
            "href" => (value.strip_prefix('#'), 1),
            name if name.starts_with("marker") => (of_url(value), vertices),
            // Markers of a style are at each vertex too.
            "style" => (value.split(';').find_map(|part| of_url(part.split_once(':')?.1)), vertices),
            _ => (of_url(value), 1),
        };
        if let Some(used) = named.and_then(|id| ids.get(id)) {
            count = count.saturating_add(copies(*used, ids, known, depth + 1).saturating_mul(times));
        }
    }
    let count = count.min(MOST_DRAWN + 1);
    known.insert(node.id().get(), count);
    count
}

/// `url(#a)` → `a`.
fn of_url(value: &str) -> Option<&str> {
    let inner = value.trim().strip_prefix("url(")?.split(')').next()?;
    inner.trim_matches([' ', '"', '\'']).strip_prefix('#')
}

/// Each layer is a picture of its own while it is painted.
fn layers(tree: &Tree) -> Result<(), Wrong> {
    fn count(group: &Group, depth: usize, all: &mut usize) -> bool {
        let own = depth + usize::from(group.should_isolate());
        *all += usize::from(group.should_isolate());
        let below = |node: &Drawn| if let Drawn::Group(inner) = node { count(inner, own, all) } else { true };
        own <= DEEPEST_LAYERS && group.children().iter().all(below)
    }
    let mut all = 0;
    match count(tree.root(), 0, &mut all) && all <= MOST_LAYERS {
        true => Ok(()),
        false => Err(Wrong::TooLarge("透明、蒙版的图层太多".into())),
    }
}

/// Its elements; none where it is no XML or has too many of them.
pub(crate) fn parsed(source: &str) -> Result<Document<'_>, roxmltree::Error> {
    let options = ParsingOptions { allow_dtd: true, nodes_limit: MOST_NODES, ..ParsingOptions::default() };
    Document::parse_with_options(source, options)
}

/// Simplified to paths. Nothing is loaded from anywhere.
pub(crate) fn tree(document: &Document) -> Result<Tree, usvg::Error> {
    let image_href_resolver =
        ImageHrefResolver { resolve_data: Box::new(|_, _, _| None), resolve_string: Box::new(|_, _| None) };
    Tree::from_xmltree(document, &Options { image_href_resolver, ..Options::default() })
}
