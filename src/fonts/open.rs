//! From what `fonts.toml` declares to open faces: files beside it, families of the machine.

use super::declared::{FaceEntry, FaceSource, FontsFile, RoleEntry};
use super::digits::{mistaken, seems_known};
use super::{Face, FaceId, Fonts, Role};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity};
use indexmap::IndexMap;
use rayon::prelude::*;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

pub(super) fn no_fonts_toml(folders: &[&Path]) -> Diagnostic {
    let searched = match folders {
        [] => "没有给出字体文件夹".to_string(),
        _ => format!("已查找：{}", folders.iter().map(|f| f.display().to_string()).collect::<Vec<_>>().join("、")),
    };
    Diagnostic::error("E401", format!("找不到字体配置 fonts.toml（{searched}）"))
        .hint("请把程序自带的 fonts 文件夹放在程序旁边，或用 --fonts 指定含有 fonts.toml 的文件夹；如果是在压缩包里直接打开的程序，先把压缩包全部解压")
}

/// Opens each face that a role names, once, in the order declared.
pub(super) fn open_declared(declared: &FontsFile, folders: &[&Path], diagnostics: &mut Diagnostics) -> Fonts {
    let families = Families { folders, found: OnceLock::new() };
    let is_named = |name: &String| declared.roles.values().any(|r| r.faces.iter().chain(&r.western).any(|f| f == name));
    let wanted: Vec<_> = declared.faces.iter().filter(|(name, _)| is_named(name)).collect();
    let opening = wanted.par_iter().map(|(name, entry)| open_face(name, entry, declared, &families));
    let mut faces = Vec::new();
    let mut opened: IndexMap<&str, FaceId> = IndexMap::new();
    for ((name, _), face) in wanted.iter().zip(opening.collect::<Vec<_>>()) {
        match face {
            Ok(face) => {
                opened.insert(name, FaceId(faces.len() as u16));
                faces.push(face);
            }
            Err(d) => diagnostics.push(*d),
        }
    }
    let roles = declared.roles.iter().map(|(name, role)| (name.clone(), resolve(name, role, &opened))).collect();
    let told = unknown(&faces);
    Fonts { faces, roles, kept: None, told }
}

/// E409: faces that the program does not come with.
fn unknown(faces: &[Face]) -> Option<Diagnostic> {
    let unknown: Vec<String> =
        faces.iter().filter(|face| !seems_known(face)).map(|f| f.path.display().to_string()).collect();
    let message = format!("不是程序自带的字体：{}", unknown.join("、"));
    let hint = "字的样子由这些字体决定；数字的字形已经核对过";
    (!unknown.is_empty()).then(|| Diagnostic::new(Severity::Note, "E409", message).hint(hint))
}

fn resolve(name: &str, entry: &RoleEntry, opened: &IndexMap<&str, FaceId>) -> Role {
    let faces = |names: &[String]| names.iter().filter_map(|f| opened.get(f.as_str()).copied()).collect();
    Role {
        name: name.to_string(),
        faces: faces(&entry.faces),
        western: faces(&entry.western),
        strong: entry.strong.clone(),
        word: entry.word.clone(),
        alternatives: entry.alternatives.clone(),
        latin: entry.latin.clone(),
    }
}

fn open_face(
    name: &str,
    entry: &FaceEntry,
    declared: &FontsFile,
    families: &Families,
) -> Result<Face, Box<Diagnostic>> {
    let place = || Place::new(declared.shown.clone(), entry.line, 0);
    let (path, index) = match &entry.source {
        FaceSource::File { file, index } => (declared.folder.join(file), *index),
        FaceSource::Family { family, weight } => {
            families.find(family, *weight).map_err(|hint| Box::new(not_installed(name, family, &hint).at(place())))?
        }
    };
    if !path.is_file() {
        let message = format!("字体“{name}”的文件不存在：{}", path.display());
        return Err(Box::new(Diagnostic::error("E404", message).at(place()).hint(files_beside(&declared.folder))));
    }
    let face = Face::open(&path, index, &entry.distrust).map_err(|why| {
        let message = format!("字体“{name}”的文件 {} {why}", path.display());
        Box::new(Diagnostic::error("E406", message).at(place()).hint("请换用完好的 .ttf、.otf 或 .ttc 字体文件"))
    })?;
    if let Some((digit, drawn)) = mistaken(&face) {
        let drawn = drawn.map_or_else(|| "空白".to_string(), |drawn| format!("“{drawn}”"));
        let message = format!("字体“{name}”（{}）把“{digit}”画成了{drawn}，印出的数会与文字不同", path.display());
        return Err(Box::new(Diagnostic::error("E408", message).at(place()).hint("请换用完好的字体文件")));
    }
    match face.forbids_embedding() {
        None => Ok(face),
        Some(why) => {
            let message = format!("字体“{name}”（{}）的许可{why}", face.postscript_name);
            let hint = "公开文件必须嵌入字体；请换用允许嵌入的字体，或向字体厂商取得许可";
            Err(Box::new(Diagnostic::error("E407", message).at(place()).hint(hint)))
        }
    }
}

fn not_installed(name: &str, family: &str, hint: &str) -> Diagnostic {
    Diagnostic::error("E405", format!("字体“{name}”要用的“{family}”没有安装")).hint(hint)
}

/// Names the font files that do lie beside `fonts.toml`.
fn files_beside(folder: &Path) -> String {
    let is_font = |p: &PathBuf| {
        p.extension().is_some_and(|e| ["ttf", "otf", "ttc", "otc"].iter().any(|k| e.eq_ignore_ascii_case(k)))
    };
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()).filter(is_font);
    let mut names: Vec<String> = entries.filter_map(|p| Some(p.file_name()?.to_string_lossy().into_owned())).collect();
    names.sort();
    match names.is_empty() {
        true => format!("{} 中没有字体文件，请放入后再试", folder.display()),
        false => format!("{} 中有：{}", folder.display(), names.join("、")),
    }
}

/// Families installed on the machine or lying in the given folders; read only when a face asks for one.
struct Families<'a> {
    folders: &'a [&'a Path],
    found: OnceLock<fontdb::Database>,
}

impl Families<'_> {
    /// The file and index of a family's face nearest to `weight`, or what to try instead.
    fn find(&self, family: &str, weight: u16) -> Result<(PathBuf, u32), String> {
        let found = self.found.get_or_init(|| {
            let mut found = fontdb::Database::new();
            self.folders.iter().for_each(|f| found.load_fonts_dir(f));
            found.load_system_fonts();
            found
        });
        let query = fontdb::Query {
            families: &[fontdb::Family::Name(family)],
            weight: fontdb::Weight(weight),
            ..Default::default()
        };
        let face = found.query(&query).and_then(|id| found.face(id));
        match face.map(|f| (&f.source, f.index)) {
            Some((fontdb::Source::File(path) | fontdb::Source::SharedFile(path, _), index)) => {
                Ok((path.clone(), index))
            }
            _ => Err(instead_of(family, found)),
        }
    }
}

fn instead_of(family: &str, found: &fontdb::Database) -> String {
    let mut names: Vec<&str> = found.faces().flat_map(|f| f.families.iter().map(|(n, _)| n.as_str())).collect();
    names.sort_unstable();
    names.dedup();
    let mut hint = format!("请先安装“{family}”，或在 fonts.toml 中改用 file = \"…\" 指定字体文件");
    if let Some(near) = crate::diagnostic::nearest(family, names.iter().copied()) {
        let _ = write!(hint, "；已安装名称相近的“{near}”");
    }
    hint
}
