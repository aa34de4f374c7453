//! `fonts.toml` as written: faces and roles, with the line of each for messages.

use crate::diagnostic::{Diagnostic, Diagnostics, Place, nearest};
use indexmap::IndexMap;
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use toml::Spanned;

/// The file read and checked, except for the font files themselves.
pub struct FontsFile {
    pub folder: PathBuf,
    /// Its path as messages show it.
    pub shown: Arc<str>,
    pub faces: IndexMap<String, FaceEntry>,
    pub roles: IndexMap<String, RoleEntry>,
}

pub struct FaceEntry {
    pub source: FaceSource,
    pub line: u32,
}

pub enum FaceSource {
    /// A file beside `fonts.toml`; `index` is the face in a collection.
    File { file: PathBuf, index: u32 },
    /// A family installed on the machine.
    Family { family: String, weight: u16 },
}

pub struct RoleEntry {
    pub faces: Vec<String>,
    pub western: Vec<String>,
    pub strong: Option<String>,
    pub word: String,
    pub alternatives: Vec<String>,
    pub latin: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    #[serde(default)]
    face: IndexMap<String, Spanned<RawFace>>,
    #[serde(default)]
    role: IndexMap<String, Spanned<RawRole>>,
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
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRole {
    faces: Spanned<Vec<Spanned<String>>>,
    #[serde(default)]
    western: Vec<Spanned<String>>,
    strong: Option<Spanned<String>>,
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

/// Reads `fonts.toml`; faults go to `diagnostics` (E402, E403). None when it cannot be read at all.
pub fn read(path: &Path, diagnostics: &mut Diagnostics) -> Option<FontsFile> {
    match std::fs::read_to_string(path) {
        Ok(text) => parse(&text, path, diagnostics),
        Err(e) => {
            let message = format!("无法读取字体配置（{e}）");
            let place = Place::file(path.display().to_string());
            diagnostics.push(Diagnostic::error("E402", message).at(place).hint("文件应为 UTF-8 编码"));
            None
        }
    }
}

/// Reads the text of the `fonts.toml` at `path`, which stays unread.
pub fn parse(text: &str, path: &Path, diagnostics: &mut Diagnostics) -> Option<FontsFile> {
    let shown: Arc<str> = path.display().to_string().into();
    let lines = Lines { text, shown };
    match toml::from_str::<RawFile>(text) {
        Ok(raw) => Some(check(raw, path, &lines, diagnostics)),
        Err(e) => {
            let message = format!("字体配置有误：{}", e.message());
            let hint = "字体写作 [face.名]，角色写作 [role.\"名\"]；各键的含义见文件开头的说明";
            diagnostics.push(Diagnostic::error("E402", message).at(lines.place(e.span())).hint(hint));
            None
        }
    }
}

fn check(raw: RawFile, path: &Path, lines: &Lines, diagnostics: &mut Diagnostics) -> FontsFile {
    let role_names: Vec<String> = raw.role.keys().cloned().collect();
    let mut faces = IndexMap::new();
    let face_names: Vec<String> = raw.face.keys().cloned().collect();
    for (name, face) in raw.face {
        let line = lines.line(face.span().start);
        match face_source(face.into_inner()) {
            Some(source) => drop(faces.insert(name, FaceEntry { source, line })),
            None => diagnostics.push(
                Diagnostic::error("E402", format!("字体“{name}”应有 file 或 family 之一"))
                    .at(Place::new(lines.shown.clone(), line, 0))
                    .hint("字体文件写 file = \"文件名\"，已安装的字体写 family = \"字体名\""),
            ),
        }
    }
    let roles = raw
        .role
        .into_iter()
        .map(|(name, role)| {
            let entry = check_role(&name, role.into_inner(), &face_names, &role_names, lines, diagnostics);
            (name, entry)
        })
        .collect();
    let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
    FontsFile { folder, shown: lines.shown.clone(), faces, roles }
}

fn face_source(raw: RawFace) -> Option<FaceSource> {
    match (raw.file, raw.family) {
        (Some(file), None) => Some(FaceSource::File { file, index: raw.index }),
        (None, Some(family)) => Some(FaceSource::Family { family, weight: raw.weight }),
        _ => None,
    }
}

fn check_role(
    name: &str,
    raw: RawRole,
    face_names: &[String],
    role_names: &[String],
    lines: &Lines,
    diagnostics: &mut Diagnostics,
) -> RoleEntry {
    if raw.faces.as_ref().is_empty() {
        let message = format!("角色“{name}”没有字体");
        let hint = "请在 faces 中写出至少一个字体名";
        diagnostics.push(Diagnostic::error("E403", message).at(lines.place(Some(raw.faces.span()))).hint(hint));
    }
    let named = raw.faces.as_ref().iter().chain(&raw.western).map(|f| (f, face_names, "字体"));
    for (reference, known, what) in named.chain(raw.strong.iter().map(|s| (s, role_names, "角色"))) {
        if !known.contains(reference.as_ref()) {
            let message = format!("角色“{name}”用到的{what}“{}”没有定义", reference.as_ref());
            let hint = match nearest(reference.as_ref(), known.iter().map(String::as_str)) {
                Some(near) => format!("您是否指“{near}”？"),
                None => format!("已定义的{what}：{}", known.join("、")),
            };
            diagnostics.push(Diagnostic::error("E403", message).at(lines.place(Some(reference.span()))).hint(hint));
        }
    }
    RoleEntry {
        faces: raw.faces.into_inner().into_iter().map(Spanned::into_inner).collect(),
        western: raw.western.into_iter().map(Spanned::into_inner).collect(),
        strong: raw.strong.map(Spanned::into_inner),
        word: raw.word,
        alternatives: raw.alt,
        latin: raw.latin,
    }
}

/// Byte offsets of the text as places.
struct Lines<'a> {
    text: &'a str,
    shown: Arc<str>,
}

impl Lines<'_> {
    fn line(&self, offset: usize) -> u32 {
        1 + self.text.as_bytes()[..offset.min(self.text.len())].iter().filter(|&&b| b == b'\n').count() as u32
    }

    fn place(&self, span: Option<std::ops::Range<usize>>) -> Place {
        Place::new(self.shown.clone(), span.map_or(0, |s| self.line(s.start)), 0)
    }
}
