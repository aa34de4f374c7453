//! One face: mapped into memory, its metrics read once, its characters looked up when first met.

use super::program::Programs;
use crate::digest::sha256;
use crate::kept::Key;
use skrifa::raw::TableProvider;
use skrifa::string::StringId;
use skrifa::{FontRef, MetadataProvider};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// A font face mapped into memory. Metrics are in font units, `units_per_em` to the em.
pub struct Face {
    /// Its file.
    pub path: PathBuf,
    /// The face in a collection.
    pub index: u32,
    /// Name in the PDF.
    pub postscript_name: String,
    /// Font units to the em.
    pub units_per_em: u16,
    /// Above the baseline, in font units.
    pub ascent: i16,
    /// Below the baseline, negative, in font units.
    pub descent: i16,
    /// Height of capitals, in font units.
    pub cap_height: i16,
    /// In degrees against the clock; 0 upright.
    pub italic_angle: f32,
    /// From 1 to 1000; 400 regular.
    pub weight: u16,
    /// Every glyph has one advance.
    pub fixed_pitch: bool,
    /// Its strokes end in serifs (宋体).
    pub serif: bool,
    /// x_min, y_min, x_max, y_max
    pub bbox: [i16; 4],
    /// The whole file, and when it was last written.
    pub data: memmap2::Mmap,
    /// None: the system does not say.
    pub modified: Option<std::time::SystemTime>,
    /// Characters that it has and must not draw (`distrust` of `fonts.toml`).
    distrust: Box<[char]>,
    /// Where `hmtx` lies in `data`, and how many of its entries have an advance.
    hmtx: std::ops::Range<usize>,
    long_metrics: u16,
    charmap: skrifa::charmap::MappingIndex,
    /// Characters of the Basic Multilingual Plane met so far, by the high byte, then the low; see [`Face::glyph`].
    met: [OnceLock<Box<[AtomicU32; 256]>>; 256],
    digits: OnceLock<u16>,
    pub(super) programs: Programs,
}

/// Marks a character in [`Face::met`] that the face lacks; 0 is one not yet looked up.
const LACKING: u32 = 1;

impl Face {
    /// Maps a face of a font file and reads its metrics. The error is a Chinese clause: what is wrong with the file.
    pub(super) fn open(path: &Path, index: u32, distrust: &str) -> Result<Face, String> {
        let file = std::fs::File::open(path).map_err(|e| format!("无法打开（{e}）"))?;
        // SAFETY: the file is opened for reading only. Another program that truncates it while it is in use would
        // be fatal, as it is for every program that maps fonts; reading 60 MB at each start would be the alternative.
        let data = unsafe { memmap2::Mmap::map(&file) }.map_err(|e| format!("无法读取（{e}）"))?;
        let modified = file.metadata().and_then(|about| about.modified()).ok();
        let face = Face::parse(path, index, data, modified).map_err(|e| match e {
            skrifa::raw::ReadError::InvalidCollectionIndex(_) => format!("字体集中没有第 {index} 个字体"),
            e => format!("不是可用的 OpenType 字体（{e}）"),
        })?;
        Ok(Face { distrust: distrust.chars().collect(), ..face })
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
            programs: Programs::default(),
            distrust: Box::default(),
            data,
            modified,
        })
    }

    /// The face as skrifa reads it. It was read once when the fonts were loaded, so it parses.
    pub fn font(&self) -> FontRef<'_> {
        FontRef::from_index(&self.data, self.index).expect("parsed when the fonts were loaded")
    }

    /// Why the licence bits (OS/2 fsType) forbid embedding a subset, if they do.
    pub(super) fn forbids_embedding(&self) -> Option<&'static str> {
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
        let key = Key::of(what).with_file(&self.path, self.data.len() as u64, self.modified);
        key.with(&self.index.to_le_bytes()).with(&self.table_sums())
    }

    fn table_sums(&self) -> Vec<u8> {
        let font = self.font();
        font.table_directory().table_records().iter().flat_map(|table| table.checksum().to_be_bytes()).collect()
    }

    /// A digest of the sums that the font's directory gives its tables, and of its size.
    pub(super) fn sums(&self) -> String {
        let mut all = self.table_sums();
        all.extend((self.data.len() as u64).to_be_bytes());
        sha256(&all)
    }

    /// It has a glyph for this character, whether it is to draw it or not.
    pub(super) fn has(&self, c: char) -> bool {
        self.charmap.charmap(&self.font()).map(c).is_some_and(|glyph| glyph.to_u32() != 0)
    }

    /// Glyph and advance (font units) of a character, or none if the face lacks it or is not to draw it.
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

    /// It must not draw this character, though it has it.
    pub fn distrusts(&self, c: char) -> bool {
        self.distrust.contains(&c)
    }

    /// Glyph in the high half, advance in the low half, or [`LACKING`].
    fn look_up(&self, c: char) -> u32 {
        match self.charmap.charmap(&self.font()).map(c) {
            Some(glyph) if glyph.to_u32() != 0 && glyph.to_u32() <= 0xFFFF && !self.distrusts(c) => {
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
