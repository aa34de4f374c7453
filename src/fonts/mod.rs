//! Faces by role: found, mapped into memory, parsed once; which face has a character, and how wide it is.
//!
//! Loading touches only the head tables of each file; characters are looked up when first met and remembered in a
//! table per face, so a run pays for the characters it prints and not for the 40,000 a face has.

pub mod declared;

use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::kept::{Kept, Key};
use declared::{FaceEntry, FaceSource, FontsFile, RoleEntry};
use indexmap::IndexMap;
use rayon::prelude::*;
use skrifa::raw::TableProvider;
use skrifa::string::StringId;
use skrifa::{FontRef, MetadataProvider};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// Index into [`Fonts::faces`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FaceId(pub u16);

/// Index into [`Fonts::roles`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoleId(pub u16);

/// A font face mapped into memory. Metrics are in font units, `units_per_em` to the em.
pub struct Face {
    pub path: PathBuf,
    /// The face in a collection.
    pub index: u32,
    pub postscript_name: String,
    pub units_per_em: u16,
    pub ascent: i16,
    pub descent: i16,
    pub cap_height: i16,
    pub italic_angle: f32,
    pub weight: u16,
    pub fixed_pitch: bool,
    pub serif: bool,
    /// x_min, y_min, x_max, y_max
    pub bbox: [i16; 4],
    /// The whole file, and when it was last written.
    pub data: memmap2::Mmap,
    pub modified: Option<std::time::SystemTime>,
    /// Where `hmtx` lies in `data`, and how many of its entries have an advance.
    hmtx: std::ops::Range<usize>,
    long_metrics: u16,
    charmap: skrifa::charmap::MappingIndex,
    /// Characters of the Basic Multilingual Plane met so far, by the high byte, then the low; see [`Face::glyph`].
    met: [OnceLock<Box<[AtomicU32; 256]>>; 256],
    digits: OnceLock<u16>,
}

/// A role of `fonts.toml`: faces in order of choice, and its names in Word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    pub name: String,
    pub faces: Vec<FaceId>,
    /// Faces tried before those for Latin letters, digits and their signs; empty: `faces` serve for them too.
    pub western: Vec<FaceId>,
    /// The role that emphasis within this one is set in (`strong`); none: emphasis looks like the rest.
    pub strong: Option<String>,
    pub word: String,
    pub alternatives: Vec<String>,
    pub latin: String,
}

/// Every face and role of a run.
pub struct Fonts {
    pub faces: Vec<Face>,
    pub roles: IndexMap<String, Role>,
    /// Where subsets are kept for the next run.
    pub kept: Option<Kept>,
}

/// A character in a face: glyph and advance in ems.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shape {
    pub face: FaceId,
    pub glyph: u16,
    pub advance: f64,
}

impl Role {
    /// The faces for a character, in order of choice.
    pub fn order(&self, c: char) -> impl Iterator<Item = FaceId> {
        let western: &[FaceId] = if ('!'..='\u{24F}').contains(&c) && c != '·' { &self.western } else { &[] };
        western.iter().chain(&self.faces).copied()
    }
}

/// Marks a character in [`Face::met`] that the face lacks; 0 is one not yet looked up.
const LACKING: u32 = 1;

impl Face {
    /// Maps a face of a font file and reads its metrics. The error is a Chinese clause: what is wrong with the file.
    fn open(path: &Path, index: u32) -> Result<Face, String> {
        let file = std::fs::File::open(path).map_err(|e| format!("无法打开（{e}）"))?;
        // SAFETY: the file is opened for reading only. Another program that truncates it while it is in use would
        // be fatal, as it is for every program that maps fonts; reading 60 MB at each start would be the alternative.
        let data = unsafe { memmap2::Mmap::map(&file) }.map_err(|e| format!("无法读取（{e}）"))?;
        let modified = file.metadata().and_then(|about| about.modified()).ok();
        Face::parse(path, index, data, modified).map_err(|e| match e {
            skrifa::raw::ReadError::InvalidCollectionIndex(_) => format!("字体集中没有第 {index} 个字体"),
            e => format!("不是可用的 OpenType 字体（{e}）"),
        })
    }

    fn parse(
        path: &Path,
        index: u32,
        data: memmap2::Mmap,
        modified: Option<std::time::SystemTime>,
    ) -> Result<Face, skrifa::raw::ReadError> {
        let font = FontRef::from_index(&data, index)?;
        let (head, hhea, post) = (font.head()?, font.hhea()?, font.post().ok());
        let os2 = font.os2().ok();
        // The typographic ascent and descent are those of the em box in CJK faces; hhea's include line gap.
        let (ascent, descent) = match &os2 {
            Some(os2) if os2.s_typo_ascender() > 0 => (os2.s_typo_ascender(), os2.s_typo_descender()),
            _ => (hhea.ascender().to_i16(), hhea.descender().to_i16()),
        };
        let hmtx = table_range(&font, skrifa::Tag::new(b"hmtx"), &data);
        let name = font.localized_strings(StringId::POSTSCRIPT_NAME).english_or_first();
        Ok(Face {
            path: path.to_path_buf(),
            index,
            postscript_name: name.map(|n| n.chars().collect()).unwrap_or_default(),
            units_per_em: head.units_per_em().max(1),
            ascent,
            descent,
            cap_height: os2.as_ref().and_then(|t| t.s_cap_height()).filter(|&h| h > 0).unwrap_or(ascent),
            italic_angle: post.as_ref().map_or(0.0, |p| p.italic_angle().to_f32()),
            weight: os2.as_ref().map_or(400, |t| t.us_weight_class()),
            fixed_pitch: post.as_ref().is_some_and(|p| p.is_fixed_pitch() != 0),
            serif: os2.as_ref().is_some_and(|t| has_serifs(t.panose_10())),
            bbox: [head.x_min(), head.y_min(), head.x_max(), head.y_max()],
            hmtx,
            long_metrics: hhea.number_of_h_metrics(),
            charmap: skrifa::charmap::MappingIndex::new(&font),
            met: [const { OnceLock::new() }; 256],
            digits: OnceLock::new(),
            data,
            modified,
        })
    }

    /// The face as skrifa reads it. It was read once when the fonts were loaded, so it parses.
    pub fn font(&self) -> FontRef<'_> {
        FontRef::from_index(&self.data, self.index).expect("parsed when the fonts were loaded")
    }

    /// Why the licence bits (OS/2 fsType) forbid embedding a subset, if they do.
    fn forbids_embedding(&self) -> Option<&'static str> {
        let bits = self.font().os2().map_or(0, |t| t.fs_type());
        match bits {
            b if b & 0x000F == 0x0002 => Some("不允许嵌入文件"),
            b if b & 0x0100 != 0 => Some("不允许只嵌入用到的字（子集）"),
            b if b & 0x0200 != 0 => Some("只允许嵌入点阵"),
            _ => None,
        }
    }

    /// What tells this face from any other, and from itself after its file was changed.
    pub fn key(&self, what: &str) -> Key {
        let font = self.font();
        let directory = font.table_directory().table_records().iter();
        let sums: Vec<u8> = directory.flat_map(|table| table.checksum().to_be_bytes()).collect();
        let key = Key::of(what).with_file(&self.path, self.data.len() as u64, self.modified);
        key.with(&self.index.to_le_bytes()).with(&sums)
    }

    /// Glyph and advance (font units) of a character, or none if the face lacks it.
    pub fn glyph(&self, c: char) -> Option<(u16, u16)> {
        let row = self.met.get(c as usize >> 8);
        let row = row.map(|row| row.get_or_init(|| Box::new([const { AtomicU32::new(0) }; 256])));
        let entry = row.map(|row| &row[c as usize & 0xFF]);
        // Relaxed: every thread computes the same value, and it says all there is to say.
        let known = entry.map_or(0, |e| e.load(Ordering::Relaxed));
        let packed = if known == 0 { self.look_up(c) } else { known };
        if let (0, Some(entry)) = (known, entry) {
            entry.store(packed, Ordering::Relaxed);
        }
        (packed != LACKING).then_some(((packed >> 16) as u16, packed as u16))
    }

    /// Glyph in the high half, advance in the low half, or [`LACKING`].
    fn look_up(&self, c: char) -> u32 {
        match self.charmap.charmap(&self.font()).map(c) {
            Some(glyph) if glyph.to_u32() != 0 && glyph.to_u32() <= 0xFFFF => {
                let glyph = glyph.to_u32() as u16;
                u32::from(glyph) << 16 | u32::from(self.advance(glyph))
            }
            _ => LACKING,
        }
    }

    /// The advance of the widest digit, in font units. Noto Serif SC's digits differ in width (1 is narrow); set on
    /// this one, figures under each other line up.
    pub fn digit_advance(&self) -> u16 {
        *self.digits.get_or_init(|| ('0'..='9').filter_map(|c| Some(self.glyph(c)?.1)).max().unwrap_or(0))
    }

    /// The glyph of a character with a variation selector, where the face has one of its own.
    pub fn variant(&self, c: char, selector: char) -> Option<(u16, u16)> {
        match self.charmap.charmap(&self.font()).map_variant(c, selector)? {
            skrifa::charmap::MapVariant::UseDefault => self.glyph(c),
            skrifa::charmap::MapVariant::Variant(glyph) => {
                let glyph = u16::try_from(glyph.to_u32()).ok().filter(|&g| g != 0)?;
                Some((glyph, self.advance(glyph)))
            }
        }
    }

    /// How far the ink of a glyph reaches above the baseline, in ems; none if it has no outline.
    pub fn ink_top(&self, glyph: u16) -> Option<f64> {
        use skrifa::outline::{DrawSettings, OutlinePen};
        struct Top(f32);
        impl Top {
            fn reach(&mut self, y: f32) {
                self.0 = self.0.max(y);
            }
        }
        impl OutlinePen for Top {
            fn move_to(&mut self, _: f32, y: f32) {
                self.reach(y);
            }
            fn line_to(&mut self, _: f32, y: f32) {
                self.reach(y);
            }
            fn quad_to(&mut self, _: f32, _: f32, _: f32, y: f32) {
                self.reach(y);
            }
            fn curve_to(&mut self, _: f32, _: f32, _: f32, _: f32, _: f32, y: f32) {
                self.reach(y);
            }
            fn close(&mut self) {}
        }
        let outline = self.font().outline_glyphs().get(skrifa::GlyphId::new(u32::from(glyph)))?;
        let mut top = Top(f32::MIN);
        let unscaled =
            DrawSettings::unhinted(skrifa::instance::Size::unscaled(), skrifa::instance::LocationRef::default());
        outline.draw(unscaled, &mut top).ok()?;
        (top.0 > f32::MIN).then(|| f64::from(top.0) / f64::from(self.units_per_em))
    }

    /// Advance of a glyph in font units; 0 if there is no such glyph.
    pub fn advance(&self, glyph: u16) -> u16 {
        let entry = glyph.min(self.long_metrics.saturating_sub(1));
        let at = self.hmtx.start + usize::from(entry) * 4;
        match self.data.get(at..at + 2) {
            Some(bytes) if at + 2 <= self.hmtx.end => u16::from_be_bytes([bytes[0], bytes[1]]),
            _ => 0,
        }
    }
}

/// Where a table lies in the file; empty if the face has none.
fn table_range(font: &FontRef, tag: skrifa::Tag, data: &[u8]) -> std::ops::Range<usize> {
    let Some(table) = font.table_data(tag) else { return 0..0 };
    let start = table.as_bytes().as_ptr() as usize - data.as_ptr() as usize;
    start..start + table.as_bytes().len()
}

/// PANOSE: Latin text (2) with a serif style other than the sans ones (11–15).
fn has_serifs(panose: &[u8]) -> bool {
    matches!(panose, [2, serif, ..] if (2..=10).contains(serif))
}

impl Fonts {
    /// Reads `fonts.toml` in the first of `folders` that has one and maps the faces its roles name. Files lie beside
    /// it; families are sought in `folders` and among the system's fonts. Everything wrong is reported at once
    /// (E401–E407).
    pub fn load(folders: &[&Path]) -> Result<Fonts, Diagnostics> {
        let mut diagnostics = Diagnostics::default();
        let Some(file) = folders.iter().map(|f| f.join("fonts.toml")).find(|f| f.is_file()) else {
            diagnostics.push(no_fonts_toml(folders));
            return Err(diagnostics);
        };
        let fonts = declared::read(&file, &mut diagnostics).map(|d| open_declared(&d, folders, &mut diagnostics));
        match fonts {
            Some(fonts) if !diagnostics.has_errors() => Ok(fonts),
            _ => Err(diagnostics),
        }
    }

    pub fn face(&self, id: FaceId) -> &Face {
        &self.faces[usize::from(id.0)]
    }

    /// Advance of a glyph in font units.
    pub fn advance(&self, face: FaceId, glyph: u16) -> u16 {
        self.face(face).advance(glyph)
    }

    /// A character in the first face of the role that has it.
    pub fn shape(&self, role: &Role, c: char) -> Option<Shape> {
        role.order(c).find_map(|face| Some(self.shape_of(face, self.face(face).glyph(c)?)))
    }

    /// A character with a variation selector, in the first face that knows the pair; else as without.
    pub fn shape_variant(&self, role: &Role, c: char, selector: char) -> Option<Shape> {
        let own = |&face: &FaceId| Some(self.shape_of(face, self.face(face).variant(c, selector)?));
        role.faces.iter().find_map(own).or_else(|| self.shape(role, c))
    }

    fn shape_of(&self, face: FaceId, (glyph, advance): (u16, u16)) -> Shape {
        Shape { face, glyph, advance: f64::from(advance) / f64::from(self.face(face).units_per_em) }
    }
}

fn no_fonts_toml(folders: &[&Path]) -> Diagnostic {
    let searched = match folders {
        [] => "没有给出字体文件夹".to_string(),
        _ => format!("已查找：{}", folders.iter().map(|f| f.display().to_string()).collect::<Vec<_>>().join("、")),
    };
    Diagnostic::error("E401", format!("找不到字体配置 fonts.toml（{searched}）"))
        .hint("请把程序自带的 fonts 文件夹放在程序旁边，或用 --fonts 指定含有 fonts.toml 的文件夹")
}

/// Opens each face that a role names, once, in the order declared.
fn open_declared(declared: &FontsFile, folders: &[&Path], diagnostics: &mut Diagnostics) -> Fonts {
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
    Fonts { faces, roles, kept: None }
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
    let face = Face::open(&path, index).map_err(|why| {
        let message = format!("字体“{name}”的文件 {} {why}", path.display());
        Box::new(Diagnostic::error("E406", message).at(place()).hint("请换用完好的 .ttf、.otf 或 .ttc 字体文件"))
    })?;
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

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The project's own fonts, loaded once for all tests.
    pub(crate) fn project_fonts() -> &'static Fonts {
        static FONTS: OnceLock<Fonts> = OnceLock::new();
        FONTS.get_or_init(|| {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fonts");
            Fonts::load(&[&folder]).unwrap_or_else(|d| panic!("{:?}", d.sorted()))
        })
    }

    fn codes(toml: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("fonts.toml"), toml).unwrap();
        std::fs::write(folder.path().join("broken.otf"), "no font").unwrap();
        let found = Fonts::load(&[folder.path()]).err().expect("has errors");
        found.iter().map(|d| format!("{} {}", d.code, d.place.as_ref().map_or(0, |p| p.line))).collect()
    }

    #[test]
    fn faces_of_the_project_have_their_metrics() {
        let fonts = project_fonts();
        let role = &fonts.roles["仿宋"];
        let fang = fonts.face(role.faces[0]);
        assert_eq!(fang.postscript_name, "FandolFang-Regular");
        assert_eq!((fang.units_per_em, fang.weight), (1000, 400));
        assert_eq!((fang.ascent, fang.descent), (880, -120));
        let shape = fonts.shape(role, '国').unwrap();
        assert_eq!((shape.face, shape.advance), (role.faces[0], 1.0));
        assert_eq!(fonts.advance(shape.face, shape.glyph), 1000);
    }

    #[test]
    fn glyphs_agree_with_skrifa() {
        for face in &project_fonts().faces {
            let (charmap, font) = (face.font().charmap(), face.font());
            let metrics =
                font.glyph_metrics(skrifa::instance::Size::unscaled(), skrifa::instance::LocationRef::default());
            for c in "公开预算0123456789ABCxyz，。“”—…·%≥￥㐀𠀀𫖯🙂".chars() {
                let expected = charmap.map(c).filter(|g| g.to_u32() != 0);
                let expected = expected.map(|g| (g.to_u32() as u16, metrics.advance_width(g).unwrap() as u16));
                assert_eq!(face.glyph(c), expected, "{c} in {}", face.postscript_name);
                assert_eq!(face.glyph(c), expected, "{c} a second time");
            }
        }
    }

    #[test]
    fn rare_characters_of_names_fall_back() {
        let fonts = project_fonts();
        let role = &fonts.roles["仿宋"];
        for c in "喆旸昇玥祎翀赟镕䶮".chars() {
            let shape = fonts.shape(role, c).unwrap_or_else(|| panic!("no face has {c}"));
            assert_ne!(shape.face, role.faces[0], "{c}");
        }
        assert_eq!(fonts.shape(role, '\u{E000}'), None);
    }

    #[test]
    fn western_faces_come_first_for_latin_alone() {
        let fonts = project_fonts();
        let (serif, fang) = (fonts.roles["宋体"].faces[0], &fonts.roles["仿宋"]);
        let face = |c| fonts.shape(fang, c).unwrap().face;
        assert!("2023.5%A-(".chars().all(|c| face(c) == serif));
        assert!("预，“·—≥".chars().all(|c| face(c) == fang.faces[0]));
    }

    #[test]
    fn digits_are_set_on_one_width() {
        let fonts = project_fonts();
        for face in &fonts.faces {
            let widest = face.digit_advance();
            assert!(('0'..='9').all(|c| face.glyph(c).unwrap().1 <= widest), "{}", face.postscript_name);
        }
    }

    #[test]
    fn every_fault_of_fonts_toml_is_reported_with_its_line() {
        assert_eq!(codes("[face.a]\nfile = \"a.otf\"\n[role.r]\nfaces = [\"a\"]\nword = \"x\"\n"), ["E404 1"]);
        assert_eq!(codes("[face.a]\nfile = \"broken.otf\"\n[role.r]\nfaces = [\"a\"]\nword = \"x\"\n"), ["E406 1"]);
        assert_eq!(codes("[face.a]\nfamily = \"无此字体\"\n[role.r]\nfaces = [\"a\"]\nword = \"x\"\n"), ["E405 1"]);
        assert_eq!(codes("[face.a]\nfile = \"broken.otf\"\n[role.r]\nfaces = [\"b\"]\nword = \"x\"\n"), ["E403 4"]);
        assert_eq!(codes("[face.a]\nfile = 3\n"), ["E201 2"]);
        assert_eq!(codes("[face.a]\nindex = 3\n[role.r]\nfaces = []\nword = \"x\"\n"), ["E402 1", "E403 4"]);
    }

    #[test]
    fn the_folders_searched_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let found = Fonts::load(&[folder.path(), Path::new("无此文件夹")]).err().unwrap();
        let message = found.iter().next().unwrap().to_string();
        assert!(message.contains("E401") && message.contains("无此文件夹"), "{message}");
    }

    #[test]
    fn a_family_is_found_in_the_given_folders() {
        let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("fonts");
        let folder = tempfile::tempdir().unwrap();
        let toml = "[face.f]\nfamily = \"FandolFang\"\n[role.r]\nfaces = [\"f\"]\nword = \"仿宋\"\n";
        std::fs::write(folder.path().join("fonts.toml"), toml).unwrap();
        let fonts = Fonts::load(&[folder.path(), &project]).unwrap_or_else(|d| panic!("{:?}", d.sorted()));
        assert_eq!(fonts.faces[0].postscript_name, "FandolFang-Regular");
    }
}
