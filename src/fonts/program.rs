//! A face's program with some of its glyphs alone, as a PDF embeds it: a TrueType face as a font, a CFF face bare and
//! without hints. The documents of one run show the same CFF glyphs: each is read once. What stands around them is had of the
//! hollow face, whose glyphs draw nothing.

use super::Face;
use super::cff::{Index, Outlines, char_strings};
use rustc_hash::FxHashMap;
use skrifa::{FontRef, Tag};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use subsetter::{GlyphRemapper, subset};

/// What the documents of a run have of a face's programs.
#[derive(Default)]
pub(super) struct Programs {
    empty: OnceLock<Vec<u8>>,
    bare: OnceLock<Option<Bare>>,
    met: RwLock<Met>,
    recent: Mutex<Vec<Recent>>,
}

/// The glyphs of a CFF face met so far, at most all it has.
#[derive(Default)]
struct Met {
    bytes: Vec<u8>,
    glyphs: FxHashMap<u16, Glyph>,
}

/// Where a glyph without hints lies in [`Met::bytes`].
#[derive(Clone, Copy)]
struct Glyph {
    at: u32,
    length: u32,
}

/// What was made of some glyphs.
struct Recent {
    ids: Box<[u16]>,
    made: Arc<[u8]>,
}

/// So many things made of a face's glyphs are at hand; what most documents show alike is among them.
const AT_HAND: usize = 4;

const CFF: Tag = Tag::new(b"CFF ");

impl Face {
    /// The face with these glyphs alone. They are sorted: the n-th becomes glyph n, and the subsetter makes CIDs the same.
    pub fn subset(&self, ids: &[u16]) -> Result<Vec<u8>, subsetter::Error> {
        subset(&self.data, self.index, &GlyphRemapper::new_from_glyphs_sorted(ids))
    }

    /// The program that a PDF embeds: as [`Face::subset`], of a CFF face only its outlines, without hints.
    pub fn program(&self, ids: &[u16]) -> Result<Vec<u8>, subsetter::Error> {
        if let Some(bare) = self.programs.bare(self)
            && self.programs.met(self, &bare.outlines, ids)
        {
            let around = subset(&bare.hollow, 0, &GlyphRemapper::new_from_glyphs_sorted(ids))?;
            if let Some(program) = outlines(&around).and_then(|around| self.programs.filled(around, ids)) {
                return Ok(program);
            }
        }
        let whole = self.subset(ids)?;
        Ok(outlines(&whole).map_or_else(|| whole.clone(), <[u8]>::to_vec))
    }

    /// Whether [`Face::program`] is bare outlines: curves that hardly repeat themselves, of which nothing else is left.
    pub fn is_bare(program: &[u8]) -> bool {
        program.starts_with(&[1, 0])
    }

    /// The face without glyphs.
    pub fn without_glyphs(&self) -> Result<&[u8], subsetter::Error> {
        let programs = &self.programs;
        if programs.empty.get().is_none() {
            let _ = programs.empty.set(self.subset(&[])?);
        }
        Ok(programs.empty.get().expect("just set"))
    }

    /// What `make` makes of these glyphs of the face; what was made last is at hand. It is one kind of thing for a face.
    pub fn of_glyphs<E>(&self, ids: &[u16], make: impl FnOnce() -> Result<Vec<u8>, E>) -> Result<Arc<[u8]>, E> {
        let at_hand = || self.programs.recent.lock().unwrap_or_else(PoisonError::into_inner);
        {
            let mut recent = at_hand();
            if let Some(index) = recent.iter().position(|recent| *recent.ids == *ids) {
                recent[..=index].rotate_right(1);
                return Ok(recent[0].made.clone());
            }
        }
        let made: Arc<[u8]> = make()?.into();
        let mut recent = at_hand();
        recent.truncate(AT_HAND - 1);
        recent.insert(0, Recent { ids: ids.into(), made: made.clone() });
        Ok(made)
    }
}

fn outlines(font: &[u8]) -> Option<&[u8]> {
    Some(FontRef::new(font).ok()?.table_data(CFF)?.as_bytes())
}

impl Programs {
    fn bare(&self, face: &Face) -> Option<&Bare> {
        self.bare.get_or_init(|| Bare::of(face.font().table_data(CFF)?.as_bytes())).as_ref()
    }

    /// Takes in the glyphs that are new. Whether it has .notdef and all of these.
    fn met(&self, face: &Face, outlines: &Outlines, ids: &[u16]) -> bool {
        let all = || [0].iter().chain(ids);
        let new = |met: &Met| -> Vec<u16> { all().copied().filter(|id| !met.glyphs.contains_key(id)).collect() };
        let missing = new(&self.met.read().unwrap_or_else(PoisonError::into_inner));
        if missing.is_empty() {
            return true;
        }
        let font = face.font();
        let Some(table) = font.table_data(CFF) else { return false };
        let bare: Vec<(u16, Option<Vec<u8>>)> =
            missing.into_iter().map(|id| (id, outlines.bare(table.as_bytes(), id))).collect();
        let mut met = self.met.write().unwrap_or_else(PoisonError::into_inner);
        for (id, glyph) in bare {
            let Some(glyph) = glyph else { return false };
            let (at, length) = (met.bytes.len() as u32, glyph.len() as u32);
            met.bytes.extend_from_slice(&glyph);
            met.glyphs.insert(id, Glyph { at, length });
        }
        true
    }

    /// A subset's outlines, with the glyphs met for its own, which end it. None where they are not understood.
    fn filled(&self, around: &[u8], ids: &[u16]) -> Option<Vec<u8>> {
        let start = char_strings(around)?;
        let own = Index::read(around, start)?;
        if own.count != ids.len() + 1 || own.end != around.len() {
            return None;
        }
        let met = self.met.read().unwrap_or_else(PoisonError::into_inner);
        let glyphs = [0].iter().chain(ids).map(|id| met.glyphs.get(id).copied());
        let glyphs: Vec<Glyph> = glyphs.collect::<Option<_>>()?;
        let length = glyphs.iter().map(|glyph| glyph.length as usize).sum::<usize>();
        // Offsets count from the byte before the first.
        let width = (1..4).find(|width| (length + 1) >> (8 * width) == 0).unwrap_or(4);
        let mut font = Vec::with_capacity(start + 3 + (glyphs.len() + 1) * width + length);
        font.extend_from_slice(&around[..start]);
        font.extend((glyphs.len() as u16).to_be_bytes());
        font.push(width as u8);
        let mut offset = 1_u32;
        font.extend_from_slice(&offset.to_be_bytes()[4 - width..]);
        for glyph in &glyphs {
            offset += glyph.length;
            font.extend_from_slice(&offset.to_be_bytes()[4 - width..]);
        }
        for Glyph { at, length } in glyphs {
            font.extend_from_slice(&met.bytes[at as usize..][..length as usize]);
        }
        Some(font)
    }
}

/// A CFF face whose glyphs can be had by themselves, and all that stands around them.
struct Bare {
    outlines: Outlines,
    /// A font of the face's outlines alone, each of whose glyphs ends where it begins, and without subroutines: the subsetter
    /// would go through all of them.
    hollow: Vec<u8>,
}

impl Bare {
    fn of(table: &[u8]) -> Option<Bare> {
        const END: u8 = 14;
        let outlines = Outlines::read(table).filter(|outlines| outlines.glyphs.count > 0)?;
        // A directory of one table: its tag, checksum, place and length.
        let mut directory = b"OTTO\0\x01\0\0\0\0\0\0CFF \0\0\0\0".to_vec();
        directory.extend(28_u32.to_be_bytes());
        directory.extend((table.len() as u32).to_be_bytes());
        // What is not copied is zeros that the system gives when they are first read.
        let mut font = vec![0; directory.len() + table.len()];
        font[..directory.len()].copy_from_slice(&directory);
        let hollow = &mut font[directory.len()..];
        let mut bulk = outlines.bulk();
        bulk.sort_by_key(|part| part.start);
        let [first, second] = bulk;
        if first.end > second.start {
            return None;
        }
        for kept in [0..first.start, first.end..second.start, second.end..table.len()] {
            hollow[kept.clone()].copy_from_slice(&table[kept]);
        }
        let glyphs = &outlines.glyphs;
        hollow[glyphs.start..glyphs.start + 3].copy_from_slice(&table[glyphs.start..glyphs.start + 3]);
        for n in 0..=glyphs.count {
            let at = glyphs.start + 3 + n * glyphs.width;
            hollow.get_mut(at..at + glyphs.width)?.copy_from_slice(&(n as u32 + 1).to_be_bytes()[4 - glyphs.width..]);
        }
        hollow.get_mut(glyphs.data..glyphs.data + glyphs.count)?.fill(END);
        for subroutines in outlines.local.iter().flatten() {
            hollow.get_mut(subroutines.start..subroutines.start + 2)?.fill(0);
        }
        if let Some((said, parts)) = outlines.parts_of_all(table) {
            // Where glyphs were there is room; what says where is patched where it is as long.
            const FIVE_BYTES: u8 = 29;
            let at = glyphs.data + glyphs.count;
            if hollow.get(said) == Some(&FIVE_BYTES) && at + parts.len() <= glyphs.end {
                hollow[at..at + parts.len()].copy_from_slice(&parts);
                hollow[said + 1..said + 5].copy_from_slice(&(at as i32).to_be_bytes());
            }
        }
        Some(Bare { outlines, hollow: font })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fonts::tests::project_fonts;
    use proptest::prelude::Rng;

    /// The plain way: the subsetter's own outlines, glyph by glyph without hints.
    fn plain(face: &Face, ids: &[u16]) -> Vec<u8> {
        let whole = face.subset(ids).expect("a subset");
        let Some(hinted) = outlines(&whole) else { return whole };
        let outlines = Outlines::read(hinted).expect("a bare font");
        let index = &outlines.glyphs;
        let bare: Vec<Vec<u8>> =
            (0..index.count).map(|n| outlines.bare(hinted, n as u16).expect("a glyph of curves")).collect();
        let mut ends = vec![1];
        bare.iter().for_each(|glyph| ends.push(ends[ends.len() - 1] + glyph.len()));
        let width = ends[bare.len()].ilog2() as usize / 8 + 1;
        let mut font = hinted[..index.start + 2].to_vec();
        font.push(width as u8);
        ends.iter().for_each(|end| font.extend_from_slice(&end.to_be_bytes()[size_of::<usize>() - width..]));
        font.extend(bare.concat());
        font
    }

    #[test]
    fn a_program_is_the_same_however_many_glyphs_were_met_before() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fonts");
        let fonts = crate::fonts::Fonts::load(&[&folder]).unwrap_or_else(|found| panic!("{:?}", found.sorted()));
        let mut of_outlines = 0;
        for face in &fonts.faces {
            of_outlines += usize::from(outlines_of(face).is_some());
            let of = |text: &str| -> Vec<u16> {
                let mut ids: Vec<u16> = text.chars().filter_map(|c| Some(face.glyph(c)?.0)).collect();
                ids.sort_unstable();
                ids.dedup();
                ids
            };
            // The first is taken whole, the second of the hollow face, the third without anything new; 1, 2 and 3 bytes.
            let many: String = ('一'..'丰').collect();
            for text in ["预算公开", "预算2023", "算", "", "（一）", &many, "公开"] {
                let ids = of(text);
                let made = face.program(&ids).expect("a program");
                assert!(made == plain(face, &ids), "{text} in {}", face.postscript_name);
            }
        }
        assert_eq!(of_outlines, 3);
    }

    /// A font is whatever someone has in a folder.
    #[test]
    fn damaged_outlines_are_refused_or_read_and_nothing_else() {
        let fonts = project_fonts();
        let chance = &mut proptest::test_runner::TestRng::deterministic_rng(Default::default());
        let mut read = 0;
        for face in fonts.faces.iter().filter(|face| outlines_of(face).is_some()) {
            let font = face.font();
            let whole = font.table_data(CFF).expect("outlines").as_bytes();
            let subset = face.subset(&[5, 90, 700, 2000]).expect("a subset");
            let subset = outlines(&subset).expect("outlines");
            for (table, times) in [(whole, 40), (subset, 3000)] {
                let mut damaged = table.to_vec();
                let mut undone = Vec::new();
                for time in 0..times {
                    // Near the beginning most of it says where other things are.
                    let within = if time % 3 == 0 { table.len() } else { table.len().min(600) };
                    for _ in 0..1 + time % 4 {
                        let at = chance.next_u64() as usize % within;
                        undone.push((at, std::mem::replace(&mut damaged[at], chance.next_u32() as u8)));
                    }
                    let end = if time % 5 == 0 { chance.next_u64() as usize % table.len() } else { table.len() };
                    if let Some(bare) = Bare::of(&damaged[..end]) {
                        read += 1;
                        for id in (0..bare.outlines.glyphs.count.min(1 << 12) as u16).step_by(7) {
                            let _ = bare.outlines.bare(&damaged[..end], id);
                        }
                    }
                    undone.drain(..).rev().for_each(|(at, byte)| damaged[at] = byte);
                }
                assert!(damaged == table);
            }
        }
        assert!(read > 100, "{read}");
    }

    fn outlines_of(face: &Face) -> Option<usize> {
        Some(face.font().table_data(CFF)?.as_bytes().len())
    }

    #[test]
    fn a_face_of_the_project_loses_its_stems_and_nothing_else() {
        let fonts = project_fonts();
        let face = &fonts.faces[usize::from(fonts.roles["仿宋"].faces[0].0)];
        let mut ids: Vec<u16> = "预算公开国".chars().filter_map(|c| Some(face.glyph(c)?.0)).collect();
        ids.sort_unstable();
        let (hinted, bare) = (face.subset(&ids).expect("a subset"), face.program(&ids).expect("a program"));
        let hinted = outlines(&hinted).expect("a CFF face");
        assert!(bare.len() < hinted.len());
        let (hinted_font, bare_font) = (hinted, bare.as_slice());
        let [hinted, bare] = [hinted_font, bare_font].map(|font| Outlines::read(font).expect("a bare font"));
        assert_eq!((hinted.glyphs.count, bare.glyphs.count), (6, 6));
        for n in 1..6 {
            let before = hinted.glyphs.get(hinted_font, n).expect("a glyph");
            let after = bare.glyphs.get(bare_font, n).expect("a glyph");
            assert!(after.len() < before.len());
            assert_eq!(hinted.bare(hinted_font, n as u16).as_deref(), Some(after));
            assert_eq!(bare.bare(bare_font, n as u16).as_deref(), Some(after), "nothing is left to take");
        }
    }

    #[test]
    fn what_was_made_last_is_at_hand() {
        let fonts = crate::fonts::Fonts::load(&[&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fonts")]);
        let face = &fonts.unwrap_or_else(|found| panic!("{:?}", found.sorted())).faces[0];
        let made = std::cell::Cell::new(0);
        let of = |id: u16| {
            let make = || {
                made.set(made.get() + 1);
                Ok::<_, std::convert::Infallible>(vec![id as u8])
            };
            assert_eq!(face.of_glyphs(&[id], make).unwrap()[..], [id as u8]);
        };
        (1..=AT_HAND as u16).for_each(of);
        [1, 2, 1].into_iter().for_each(of);
        assert_eq!(made.get(), AT_HAND);
        [9, 3].into_iter().for_each(of);
        assert_eq!(made.get(), AT_HAND + 2, "3 was asked for longest ago");
        let refused = face.of_glyphs(&[7], || Err::<Vec<u8>, _>("no"));
        assert_eq!(refused.unwrap_err(), "no");
    }
}
