//! Faces by role: found, mapped into memory, parsed once; which face has a character, and how wide it is.

use crate::diagnostic::Diagnostics;
use indexmap::IndexMap;
use std::path::{Path, PathBuf};

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
    /// The whole file.
    pub data: memmap2::Mmap,
}

/// A role of `fonts.toml`: faces in order of choice, and its names in Word.
pub struct Role {
    pub name: String,
    pub faces: Vec<FaceId>,
    pub word: String,
    pub alternatives: Vec<String>,
    pub latin: String,
}

/// Every face and role of a run.
pub struct Fonts {
    pub faces: Vec<Face>,
    pub roles: IndexMap<String, Role>,
}

/// A character in a face: glyph and advance in ems.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shape {
    pub face: FaceId,
    pub glyph: u16,
    pub advance: f64,
}

impl Fonts {
    /// Reads `fonts.toml` in the first of `folders` that has one and maps its faces.
    pub fn load(folders: &[&Path]) -> Result<Fonts, Diagnostics> {
        let _ = folders;
        todo!("fonts helper")
    }

    pub fn face(&self, id: FaceId) -> &Face {
        &self.faces[usize::from(id.0)]
    }

    /// Advance of a glyph in font units.
    pub fn advance(&self, face: FaceId, glyph: u16) -> u16 {
        let _ = (face, glyph);
        todo!("fonts helper")
    }
}
