//! Faces by role: found, mapped into memory, parsed once; which face has a character, and how wide it is.
//!
//! Loading touches only the head tables of each file; characters are looked up when first met and remembered in a
//! table per face, so a run pays for the characters it prints and not for the 40,000 a face has.

mod cff;
pub mod declared;
mod digits;
mod face;
mod ink;
mod open;
mod program;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::kept::Kept;
use indexmap::IndexMap;
use open::{no_fonts_toml, open_declared};
use std::path::Path;

pub use digits::unknown_digests;
pub use face::Face;

/// Index into [`Fonts::faces`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FaceId(pub u16);

/// A role of `fonts.toml`: faces in order of choice, and its names in Word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// What style.toml calls it: 仿宋.
    pub name: String,
    /// In order of choice, at least one.
    pub faces: Vec<FaceId>,
    /// Faces tried before those for Latin letters, digits and their signs; empty: `faces` serve for them too.
    pub western: Vec<FaceId>,
    /// The role that emphasis within this one is set in (`strong`); none: emphasis looks like the rest.
    pub strong: Option<String>,
    /// Its name in Word.
    pub word: String,
    /// Names that serve where Word lacks the first.
    pub alternatives: Vec<String>,
    /// The name in Word of its Latin letters and digits.
    pub latin: String,
}

/// Every face and role of a run.
pub struct Fonts {
    /// By [`FaceId`].
    pub faces: Vec<Face>,
    /// By name, in the order of `fonts.toml`.
    pub roles: IndexMap<String, Role>,
    /// Where subsets are kept for the next run.
    pub kept: Option<Kept>,
    /// Faces that the program does not come with (E409, a note): what they draw is the user's to answer for.
    pub told: Option<Diagnostic>,
}

/// A character in a face: glyph and advance in ems.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shape {
    /// The face it was found in.
    pub face: FaceId,
    /// Glyph index in that face.
    pub glyph: u16,
    /// Advance width in em.
    pub advance: f64,
}

impl Role {
    /// The faces for a character, in order of choice.
    pub fn order(&self, c: char) -> impl Iterator<Item = FaceId> {
        let western: &[FaceId] = if ('!'..='\u{24F}').contains(&c) && c != '·' { &self.western } else { &[] };
        western.iter().chain(&self.faces).copied()
    }
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

    /// The face of an id that these fonts gave.
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

#[cfg(test)]
mod outlines;

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use skrifa::MetadataProvider;
    use std::sync::OnceLock;

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
                let expected = charmap.map(c).filter(|g| g.to_u32() != 0 && !face.distrusts(c));
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
    fn a_sign_that_a_face_draws_as_another_is_drawn_by_another_face() {
        let fonts = project_fonts();
        let role = &fonts.roles["仿宋"];
        for c in "￥～－／".chars() {
            assert!(fonts.face(role.faces[0]).font().charmap().map(c).is_some(), "{c}: the face has it");
            assert_ne!(fonts.shape(role, c).expect("another has it").face, role.faces[0], "{c}");
        }
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
