//! Faces as browsers take them: a subset with a map of characters and the other tables that they ask for. The outlines
//! are those that the PDF embeds.

use super::sign_of;
use crate::diagnostic::Diagnostic;
use crate::fonts::{Face, FaceId, Fonts};
use crate::typeset::Pages;
use crate::write::pdf::fonts::{subset_of, unusable};
use crate::write::pdf::glyphs;
use skrifa::raw::TableProvider;
use skrifa::raw::types::{Fixed, NameId, Tag, Version16Dot16};
use skrifa::{FontRef, GlyphId};
use std::collections::{BTreeMap, BTreeSet};
use write_fonts::FontBuilder;
use write_fonts::tables::cmap::Cmap;
use write_fonts::tables::name::{Name, NameRecord};
use write_fonts::tables::os2::Os2;
use write_fonts::tables::post::Post;

/// The glyphs of each face that pages show, with the characters that show them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    /// By face, then by glyph.
    pub faces: BTreeMap<FaceId, BTreeMap<u16, BTreeSet<char>>>,
}

impl Shown {
    /// Adds what pages show; whether anything was new.
    pub fn add(&mut self, pages: &Pages, fonts: &Fonts) -> bool {
        let mut is_new = false;
        for run in pages.pages.iter().flat_map(glyphs::runs) {
            let glyphs_of_face = self.faces.entry(run.face).or_default();
            let face = fonts.face(run.face);
            for (glyph, text) in glyphs::clusters(run).flat_map(|cluster| cluster.glyph_texts()) {
                is_new |= glyphs_of_face.entry(glyph.id).or_default().insert(sign_of(face, glyph.id, text));
            }
        }
        is_new
    }
}

/// An OpenType font of these glyphs, each under its characters. E492: the face cannot be cut down.
pub fn web_font(face: &Face, shown: &BTreeMap<u16, BTreeSet<char>>) -> Result<Vec<u8>, Diagnostic> {
    // The subsetter puts glyph 0 first whether it is asked for or not.
    let ids: Vec<u16> = shown.keys().copied().filter(|&id| id != 0).collect();
    let subset = subset_of(face, &ids)?;
    finished(face, &subset, &ids, shown).map_err(|why| unusable(face, &format!("无法用于网页：{why}")))
}

fn finished(face: &Face, subset: &[u8], ids: &[u16], shown: &BTreeMap<u16, BTreeSet<char>>) -> Result<Vec<u8>, String> {
    let said = |error: &dyn std::fmt::Display| error.to_string();
    let font = FontRef::new(subset).map_err(|e| said(&e))?;
    let characters = (1_u32..).zip(ids).flat_map(|(new, id)| shown[id].iter().map(move |&c| (c, GlyphId::new(new))));
    let all: BTreeSet<char> = shown.values().flatten().copied().collect();
    let cmap = Cmap::from_mappings(characters).map_err(|e| said(&e))?;
    let unit = |c: Option<&char>| c.map_or(0, |&c| u16::try_from(c as u32).unwrap_or(u16::MAX));
    let positive = |value: i16| u16::try_from(value).unwrap_or(0);
    let os2 = Os2 {
        us_weight_class: face.weight,
        us_width_class: 5,
        us_first_char_index: unit(all.first()),
        us_last_char_index: unit(all.last()),
        s_typo_ascender: face.ascent,
        s_typo_descender: face.descent,
        us_win_ascent: positive(face.ascent),
        us_win_descent: positive(face.descent.saturating_neg()),
        ..Os2::default()
    };
    let named = |id: NameId, text: &str| NameRecord::new(3, 1, 0x409, id, text.to_string().into());
    let name = if face.postscript_name.is_empty() { "Unnamed" } else { &face.postscript_name };
    let names = [NameId::FAMILY_NAME, NameId::SUBFAMILY_NAME, NameId::FULL_NAME, NameId::POSTSCRIPT_NAME];
    let names =
        Name::new(names.map(|id| named(id, if id == NameId::SUBFAMILY_NAME { "Regular" } else { name })).into());
    let post = Post {
        version: Version16Dot16::VERSION_3_0,
        italic_angle: Fixed::from_f64(f64::from(face.italic_angle)),
        is_fixed_pitch: u32::from(face.fixed_pitch),
        ..Post::default()
    };
    let mut builder = FontBuilder::new();
    builder.add_table(&cmap).map_err(|e| said(&e))?;
    builder.add_table(&os2).map_err(|e| said(&e))?;
    builder.add_table(&names).map_err(|e| said(&e))?;
    builder.add_table(&post).map_err(|e| said(&e))?;
    for record in font.table_directory().table_records() {
        let tag: Tag = record.tag();
        if let Some(data) = font.table_data(tag).filter(|_| !builder.contains(tag)) {
            builder.add_raw(tag, data.as_bytes().to_vec());
        }
    }
    // Where it says nothing of its own, browsers measure by these.
    font.hhea().map_err(|e| said(&e))?;
    Ok(builder.build())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fonts::tests::project_fonts;
    use skrifa::MetadataProvider;

    #[test]
    fn every_face_becomes_a_font_that_maps_its_characters_to_the_glyphs_of_the_face() {
        let fonts = project_fonts();
        for face in &fonts.faces {
            let mut shown: BTreeMap<u16, BTreeSet<char>> = BTreeMap::new();
            for c in "预算1.5—〔".chars().filter(|&c| face.glyph(c).is_some()) {
                let glyph = face.glyph(c).expect("filtered").0;
                shown.entry(glyph).or_default().extend([c, sign_of(face, glyph, "ab")]);
            }
            let bytes = web_font(face, &shown).unwrap_or_else(|found| panic!("{found}"));
            assert!(bytes.len() < 60_000, "{} bytes", bytes.len());
            let font = FontRef::new(&bytes).expect("a font");
            let whole = face.font();
            for (glyph, characters) in &shown {
                for c in characters {
                    let mapped = font.charmap().map(*c).unwrap_or_else(|| panic!("{c:?} is mapped"));
                    assert_ne!(mapped.to_u32(), 0);
                    let advance = |font: &FontRef, id: GlyphId| {
                        let (size, place) =
                            (skrifa::instance::Size::unscaled(), skrifa::instance::LocationRef::default());
                        font.glyph_metrics(size, place).advance_width(id)
                    };
                    assert_eq!(advance(&font, mapped), advance(&whole, GlyphId::new(u32::from(*glyph))));
                }
            }
            for table in [b"cmap", b"OS/2", b"name", b"post", b"head", b"hhea", b"hmtx", b"maxp"] {
                assert!(font.table_data(Tag::new(table)).is_some(), "{}", String::from_utf8_lossy(table));
            }
        }
    }
}
