//! `fonts.toml` as written: faces and roles, with the line of each for messages.

use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity, nearest};
use crate::regular::{self, Unread};
use crate::toml_tree::{self, Entry, Node};
use indexmap::IndexMap;
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The file read and checked, except for the font files themselves.
pub struct FontsFile {
    /// Where it lies; files of faces are relative to it.
    pub folder: PathBuf,
    /// Its path as messages show it.
    pub shown: Arc<str>,
    /// By name, in order.
    pub faces: IndexMap<String, FaceEntry>,
    /// By name, in order.
    pub roles: IndexMap<String, RoleEntry>,
}

/// A face of `fonts.toml`.
pub struct FaceEntry {
    /// Where its file is found.
    pub source: FaceSource,
    /// Characters it has and draws as others, or not as a Chinese face should: another face draws them.
    pub distrust: String,
    /// Line in `fonts.toml`, from 1.
    pub line: u32,
}

/// Where a face comes from.
pub enum FaceSource {
    /// A file beside `fonts.toml`; `index` is the face in a collection.
    File {
        /// Its path.
        file: PathBuf,
        /// From 0.
        index: u32,
    },
    /// A family installed on the machine.
    Family {
        /// Its name.
        family: String,
        /// From 1 to 1000; 400 regular.
        weight: u16,
    },
}

/// A role of `fonts.toml`.
pub struct RoleEntry {
    /// Names of faces in order of choice.
    pub faces: Vec<String>,
    /// Names of faces for Latin letters and digits.
    pub western: Vec<String>,
    /// Name of the role for emphasis.
    pub strong: Option<String>,
    /// Its name in Word.
    pub word: String,
    /// Names that serve where Word lacks the first.
    pub alternatives: Vec<String>,
    /// The name in Word of its Latin letters and digits.
    pub latin: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    face: Option<Node>,
    role: Option<Node>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFace {
    file: Option<PathBuf>,
    #[serde(default)]
    index: u32,
    family: Option<String>,
    #[serde(default = "regular")]
    weight: u16,
    #[serde(default)]
    distrust: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRole {
    faces: Node,
    western: Option<Node>,
    strong: Option<Node>,
    word: String,
    #[serde(default)]
    alt: Vec<String>,
    #[serde(default = "western")]
    latin: String,
}

fn regular() -> u16 {
    400
}

fn western() -> String {
    "Times New Roman".into()
}

/// Reads `fonts.toml`; faults go to `diagnostics` (E200, E201, E402, E403). None when it cannot be read at all.
pub fn read(path: &Path, diagnostics: &mut Diagnostics) -> Option<FontsFile> {
    let why = match regular::read(path, LARGEST) {
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(text) => return parse(&text, path, diagnostics),
            Err(error) => error.to_string(),
        },
        Err(Unread::System(error)) => error.to_string(),
        Err(Unread::NotRegular) => "不是普通文件".to_string(),
        Err(Unread::TooLarge) => format!("超过 {} MB", LARGEST >> 20),
    };
    let place = Place::file(path.display().to_string());
    diagnostics
        .push(Diagnostic::error("E402", format!("无法读取字体配置（{why}）")).at(place).hint("文件应为 UTF-8 编码"));
    None
}

/// A larger `fonts.toml` is another file.
const LARGEST: u64 = 1 << 20;

/// Reads the text of the `fonts.toml` at `path`, which stays unread.
pub fn parse(text: &str, path: &Path, diagnostics: &mut Diagnostics) -> Option<FontsFile> {
    let shown: Arc<str> = path.display().to_string().into();
    let mut mistakes = Diagnostics::default();
    let node = toml_tree::parse(text, &shown, &mut mistakes);
    if mistakes.has_errors() {
        diagnostics.extend(mistakes); // what is read of a broken file would only be told again as something else
        return None;
    }
    let raw: RawFile = toml_tree::read(&node, diagnostics)?;
    let (face_table, role_table) = (entries(&raw.face), entries(&raw.role));
    let mut faces = IndexMap::new();
    for (name, entry) in &face_table {
        if let Some((source, distrust)) = face_source(name, entry, diagnostics) {
            faces.insert((*name).clone(), FaceEntry { source, distrust, line: entry.key.line });
        }
    }
    let names = Names {
        faces: face_table.iter().map(|(name, _)| name.as_str()).collect(),
        roles: role_table.iter().map(|(name, _)| name.as_str()).collect(),
    };
    let role = |(name, entry): &(&String, &Entry)| Some(((*name).clone(), role(name, entry, &names, diagnostics)?));
    let roles = role_table.iter().filter_map(role).collect();
    let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
    Some(FontsFile { folder, shown, faces, roles })
}

fn entries(table: &Option<Node>) -> Vec<(&String, &Entry)> {
    table.as_ref().and_then(Node::table).into_iter().flatten().collect()
}

fn face_source(name: &str, entry: &Entry, diagnostics: &mut Diagnostics) -> Option<(FaceSource, String)> {
    let before = diagnostics.count(Severity::Error);
    let raw: RawFace = toml_tree::read(&entry.node, diagnostics)?;
    match (raw.file, raw.family) {
        (Some(file), None) => Some((FaceSource::File { file, index: raw.index }, raw.distrust)),
        (None, Some(family)) => Some((FaceSource::Family { family, weight: raw.weight }, raw.distrust)),
        _ if diagnostics.count(Severity::Error) > before => None,
        _ => {
            diagnostics.push(
                Diagnostic::error("E402", format!("字体“{name}”应有 file 或 family 之一"))
                    .at(Place::new(entry.key.file.clone(), entry.key.line, 0))
                    .hint("字体文件写 file = \"文件名\"，已安装的字体写 family = \"字体名\""),
            );
            None
        }
    }
}

/// Names that roles may refer to.
struct Names<'a> {
    faces: Vec<&'a str>,
    roles: Vec<&'a str>,
}

fn role(name: &str, entry: &Entry, names: &Names, diagnostics: &mut Diagnostics) -> Option<RoleEntry> {
    let raw: RawRole = toml_tree::read(&entry.node, diagnostics)?;
    if raw.faces.array().is_some_and(<[Node]>::is_empty) {
        let message = format!("角色“{name}”没有字体");
        let hint = "请在 faces 中写出至少一个字体名";
        diagnostics.push(Diagnostic::error("E403", message).at(line_of(&raw.faces)).hint(hint));
    }
    let mut list = |node: &Node| references(name, node, &names.faces, "字体", diagnostics);
    let (faces, western) = (list(&raw.faces), raw.western.as_ref().map(&mut list).unwrap_or_default());
    let strong = raw.strong.and_then(|node| reference(name, &node, &names.roles, "角色", diagnostics));
    Some(RoleEntry { faces, western, strong, word: raw.word, alternatives: raw.alt, latin: raw.latin })
}

fn references(role: &str, list: &Node, known: &[&str], what: &str, diagnostics: &mut Diagnostics) -> Vec<String> {
    match list.array() {
        Some(items) => items.iter().filter_map(|item| reference(role, item, known, what, diagnostics)).collect(),
        None => {
            diagnostics.push(
                Diagnostic::error("E403", format!("角色“{role}”的{what}应写成数组"))
                    .at(line_of(list))
                    .hint("写作 [\"名称\", \"名称\"]"),
            );
            Vec::new()
        }
    }
}

/// A name that must be one of those known.
fn reference(role: &str, node: &Node, known: &[&str], what: &str, diagnostics: &mut Diagnostics) -> Option<String> {
    let name: String = toml_tree::read(node, diagnostics)?;
    if !known.contains(&name.as_str()) {
        let hint = match nearest(&name, known.iter().copied()) {
            Some(near) => format!("您是否指“{near}”？"),
            None => format!("已定义的{what}：{}", known.join("、")),
        };
        let message = format!("角色“{role}”用到的{what}“{name}”没有定义");
        diagnostics.push(Diagnostic::error("E403", message).at(line_of(node)).hint(hint));
    }
    Some(name)
}

fn line_of(node: &Node) -> Place {
    Place::new(node.place.file.clone(), node.place.line, 0)
}
