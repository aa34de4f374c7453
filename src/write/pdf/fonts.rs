//! Subset fonts: only the glyphs shown, under codes of our own, with a descriptor that tells the truth.

use super::content::font_name;
use super::entropy;
use super::file::{self, compressed};
use super::glyphs::{ShownGlyph, Subset};
use super::pages::save;
use crate::diagnostic::{Diagnostic, Place};
use crate::fonts::{Face, Fonts};
use crate::kept::Kept;
use lopdf::{Dictionary, Document, Object, ObjectId, Stream, dictionary};
use printpdf::{
    Codepoint, FontId, FontMetrics, Mm, Op, ParsedFont, PdfDocument, PdfFont, PdfFontHandle, PdfPage, Pt, TextItem,
};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write;

/// A font as printpdf made it, mended: its dictionaries do not refer to each other yet.
pub(super) struct EmbeddedFont {
    type0: Dictionary,
    descendant: Dictionary,
    descriptor: Dictionary,
    /// `FontFile2` (TrueType) or `FontFile3` (CFF), and its compressed stream.
    program: (&'static str, Stream),
    to_unicode: Stream,
}

/// Has printpdf embed the face, puts the subset's program in, and mends what printpdf writes wrongly.
pub(super) fn embed(index: u16, subset: &Subset, fonts: &Fonts) -> Result<EmbeddedFont, Diagnostic> {
    let face = fonts.face(subset.face);
    let own_name = if face.postscript_name.is_empty() { "Unnamed" } else { &face.postscript_name };
    let name = format!("{}+{own_name}", tag(face, &subset.glyphs));
    // printpdf copies and reads what it embeds several times over, so it gets the face with no glyph shown.
    let empty = face.without_glyphs().map_err(|error| no_subset(face, &error))?;
    let (made, program) = rayon::join(
        || print_font(&font_name(index), name, empty.to_vec(), face),
        || Program::of(face, &subset.glyphs, fonts.kept.as_ref()),
    );
    take_font(made, program?, face, &subset.glyphs).ok_or_else(|| unusable(face, "无法嵌入 PDF"))
}

/// A font program: how long it is, and its deflated bytes.
struct Program {
    length: u32,
    deflated: Vec<u8>,
}

impl Program {
    /// The program of these glyphs of a face: the outlines take most of the time that a PDF takes, and a corrected
    /// figure seldom brings another character, so they are kept.
    fn of(face: &Face, glyphs: &[ShownGlyph], kept: Option<&Kept>) -> Result<Program, Diagnostic> {
        let ids: Vec<u16> = glyphs.iter().map(|g| g.id).collect();
        let make = || Program::entry(face, &ids);
        let entry = face.of_glyphs(&ids, || match kept {
            Some(kept) => {
                let ids: Vec<u8> = ids.iter().flat_map(|id| id.to_be_bytes()).collect();
                kept.or_make(face.key("font program").with(&ids), make)
            }
            None => make(),
        })?;
        Program::from_entry(&entry).ok_or_else(|| unusable(face, "无法取子集"))
    }

    /// Its deflated bytes, then its length.
    fn entry(face: &Face, ids: &[u16]) -> Result<Vec<u8>, Diagnostic> {
        let program = face.program(ids).map_err(|error| no_subset(face, &error))?;
        let mut entry = if Face::is_bare(&program) { entropy::deflated(&program) } else { file::deflated(&program) };
        entry.extend((program.len() as u32).to_be_bytes());
        Ok(entry)
    }

    fn from_entry(entry: &[u8]) -> Option<Program> {
        let (deflated, length) = entry.split_last_chunk()?;
        Some(Program { length: u32::from_be_bytes(*length), deflated: deflated.to_vec() })
    }
}

impl EmbeddedFont {
    /// Adds the font to a file, its Type0 dictionary as object `id`.
    pub(super) fn add_to(self, file: &mut Document, id: ObjectId) {
        let EmbeddedFont { mut type0, mut descendant, mut descriptor, program, to_unicode } = self;
        descriptor.set(program.0, file.add_object(program.1));
        descendant.set("FontDescriptor", file.add_object(descriptor));
        type0.set("DescendantFonts", vec![Object::Reference(file.add_object(descendant))]);
        type0.set("ToUnicode", file.add_object(to_unicode));
        file.set_object(id, type0);
    }
}

/// See [`Face::subset`].
pub(in crate::write) fn subset_of(face: &Face, ids: &[u16]) -> Result<Vec<u8>, Diagnostic> {
    face.subset(ids).map_err(|error| no_subset(face, &error))
}

fn no_subset(face: &Face, error: &dyn std::fmt::Display) -> Diagnostic {
    unusable(face, &format!("无法取子集：{error}"))
}

pub(in crate::write) fn unusable(face: &Face, why: &str) -> Diagnostic {
    Diagnostic::error("E492", format!("字体 {} {why}", face.postscript_name))
        .at(Place::file(face.path.display().to_string()))
        .hint("字体文件可能已损坏，或是不支持的格式（须为 TrueType 或 CFF 轮廓）；请换一个字体文件")
}

/// The subset's six capitals (ISO 32000-1 9.6.4), from what it holds: the same subset has the same name in every file.
fn tag(face: &Face, glyphs: &[ShownGlyph]) -> String {
    let mut hash = Sha256::new();
    hash.update(face.postscript_name.as_bytes());
    for glyph in glyphs {
        hash.update(glyph.id.to_be_bytes());
        hash.update(glyph.text.as_bytes());
    }
    hash.finalize().iter().take(6).map(|byte| char::from(b'A' + byte % 26)).collect()
}

/// printpdf embeds a font only when a page shows it, so one page shows a glyph: with all of them it would make, and drop,
/// several objects of each.
fn print_font(id: &str, name: String, program: Vec<u8>, face: &Face) -> Document {
    let mut font = ParsedFont::with_glyph_data(
        program,
        0,
        Some(name),
        BTreeMap::new(),
        BTreeMap::from([(1, 1000)]),
        // Everything is handed over in thousandths of an em: printpdf cuts other units down instead of rounding.
        1000,
        FontMetrics { ascent: scaled(face, face.ascent), descent: scaled(face, face.descent) },
    );
    let [x_min, y_min, x_max, y_max] = face.bbox.map(|v| scaled(face, v));
    let metrics = &mut font.pdf_font_metrics;
    (metrics.x_min, metrics.y_min, metrics.x_max, metrics.y_max) = (x_min, y_min, x_max, y_max);
    let shown = vec![Codepoint::new(1, 0.0)];
    let id = FontId(id.to_string());
    let ops = vec![
        Op::StartTextSection,
        Op::SetFont { font: PdfFontHandle::External(id.clone()), size: Pt(1.0) },
        Op::ShowText { items: vec![TextItem::GlyphIds(shown)] },
        Op::EndTextSection,
    ];
    let mut document = PdfDocument::new("");
    document.resources.fonts.map.insert(id, PdfFont::new(font));
    document.pages = vec![PdfPage::new(Mm(1.0), Mm(1.0), ops)];
    save(&document)
}

/// A length in font units in thousandths of an em.
fn scaled(face: &Face, length: i16) -> i16 {
    (f64::from(length) * 1000.0 / f64::from(face.units_per_em.max(1))).round() as i16
}

fn take_font(made: Document, program: Program, face: &Face, glyphs: &[ShownGlyph]) -> Option<EmbeddedFont> {
    let is_type0 = |o: &&Object| {
        o.as_dict().is_ok_and(|d| d.get(b"Subtype").and_then(Object::as_name).is_ok_and(|n| n == b"Type0"))
    };
    let mut type0 = made.objects.values().find(is_type0)?.as_dict().ok()?.clone();
    let mut descendant = type0.get(b"DescendantFonts").ok()?.as_array().ok()?.first()?.as_dict().ok()?.clone();
    let descriptor = descendant.get(b"FontDescriptor").ok()?.as_reference().ok()?;
    let mut descriptor = made.get_dictionary(descriptor).ok()?.clone();
    let (key, stand_in) = ["FontFile2", "FontFile3"]
        .into_iter()
        .find_map(|key| Some((key, descriptor.get(key.as_bytes()).ok()?.as_reference().ok()?)))?;
    let mut stream = Stream::new(made.get_object(stand_in).ok()?.as_stream().ok()?.dict.clone(), program.deflated);
    stream.dict.set("Filter", "FlateDecode");
    if stream.dict.has(b"Length1") {
        stream.dict.set("Length1", i64::from(program.length));
    }
    describe(&mut descriptor, face);
    if key == "FontFile2" {
        // ISO 19005-2 6.2.11.3.2: every embedded TrueType CIDFont says how CIDs become glyphs.
        descendant.set("CIDToGIDMap", "Identity");
    }
    descendant.set("W", widths(glyphs));
    type0.remove(b"DescendantFonts");
    type0.remove(b"ToUnicode");
    descendant.remove(b"FontDescriptor");
    descriptor.remove(key.as_bytes());
    let to_unicode = compressed(Stream::new(Dictionary::new(), to_unicode(glyphs).into_bytes()));
    Some(EmbeddedFont { type0, descendant, descriptor, program: (key, stream), to_unicode })
}

/// So many codes of one width are said as a stretch, fewer in a list with others.
const STRETCH: usize = 4;

/// The widths of codes from 1: a stretch of one width as its first code, its last and the width, others as their first
/// code and a list.
fn widths(glyphs: &[ShownGlyph]) -> Vec<Object> {
    let (mut said, mut listed) = (Vec::new(), Vec::new());
    let list = |said: &mut Vec<Object>, listed: &mut Vec<Object>, next: usize| {
        if !listed.is_empty() {
            said.extend([((next - listed.len()) as i64).into(), std::mem::take(listed).into()]);
        }
    };
    let mut next = 1;
    for same in glyphs.chunk_by(|a, b| a.width == b.width) {
        let width = i64::from(same[0].width);
        if same.len() >= STRETCH {
            list(&mut said, &mut listed, next);
            said.extend([(next as i64).into(), ((next + same.len() - 1) as i64).into(), width.into()]);
        } else {
            listed.extend(same.iter().map(|_| Object::from(width)));
        }
        next += same.len();
    }
    list(&mut said, &mut listed, next);
    said
}

/// Sets what printpdf leaves at one value for every font (ISO 32000-1 tables 122 and 123).
fn describe(descriptor: &mut Dictionary, face: &Face) {
    const FIXED_PITCH: i64 = 1;
    const SERIF: i64 = 1 << 1;
    const SYMBOLIC: i64 = 1 << 2; // It has glyphs outside the Latin set.
    const ITALIC: i64 = 1 << 6;
    let mut flags = SYMBOLIC;
    for (holds, flag) in [(face.fixed_pitch, FIXED_PITCH), (face.serif, SERIF), (face.italic_angle != 0.0, ITALIC)] {
        flags |= if holds { flag } else { 0 };
    }
    descriptor.set("Flags", flags);
    descriptor.set("CapHeight", scaled(face, face.cap_height));
    descriptor.set("ItalicAngle", face.italic_angle);
    // No table has the stem's width. Type designers' rule of thumb: 95 at regular, 169 at bold.
    descriptor.set("StemV", 10 + i64::from(face.weight.saturating_sub(50)) * 244 / 1000);
}

/// The map from codes to text (ISO 32000-1 9.10.3), each code by itself: no range that crosses a byte can go wrong.
fn to_unicode(glyphs: &[ShownGlyph]) -> String {
    let mut cmap = String::from(
        "/CIDInit/ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo\n<</Registry(Adobe)/Ordering(UCS)\
         /Supplement 0>> def\n/CMapName/Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000><FFFF>\n\
         endcodespacerange\n",
    );
    let coded: Vec<(usize, &ShownGlyph)> = (1..).zip(glyphs).collect();
    // A block may hold a hundred at most.
    for block in coded.chunks(100) {
        let _ = writeln!(cmap, "{} beginbfchar", block.len());
        for (cid, glyph) in block {
            let _ = write!(cmap, "<{cid:04X}><");
            glyph.text.encode_utf16().for_each(|unit| {
                let _ = write!(cmap, "{unit:04X}");
            });
            cmap.push_str(">\n");
        }
        cmap.push_str("endbfchar\n");
    }
    cmap.push_str("endcmap\nCMapName currentdict/CMap defineresource pop\nend\nend\n");
    cmap
}

/// The fonts' resource dictionary, and the object reserved for each font.
pub(super) fn reserve(file: &mut Document, count: usize) -> (Dictionary, Vec<ObjectId>) {
    let ids: Vec<ObjectId> = (0..count).map(|_| file.new_object_id()).collect();
    let names = ids.iter().enumerate().map(|(i, id)| (font_name(i as u16), Object::Reference(*id)));
    (dictionary! { "Font" => Dictionary::from_iter(names) }, ids)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn to_unicode_spells_every_text_in_utf_16() {
        let glyph = |text| ShownGlyph { id: 9, text, width: 1000 };
        let glyphs: Vec<ShownGlyph> = ["预", "𬭚", "fi", "。"].map(glyph).into();
        let cmap = to_unicode(&glyphs);
        let lines: Vec<&str> = cmap.lines().filter(|line| line.starts_with("<00")).skip(1).collect();
        assert_eq!(lines, ["<0001><9884>", "<0002><D872DF5A>", "<0003><00660069>", "<0004><3002>"]);
    }

    #[test]
    fn every_width_is_said() {
        let of = |all: &[u16]| {
            let glyphs: Vec<ShownGlyph> = all.iter().map(|&width| ShownGlyph { id: 9, text: "一", width }).collect();
            widths(&glyphs)
        };
        let list = |all: &[i64]| Object::Array(all.iter().map(|&width| width.into()).collect());
        let all = [500, 490, 1000, 1000, 1000, 1000, 510, 1000, 1000];
        let said = [1.into(), list(&[500, 490]), 3.into(), 6.into(), 1000.into(), 7.into(), list(&[510, 1000, 1000])];
        assert_eq!(of(&all), said);
        assert_eq!(of(&[1000; 5]), [1.into(), 5.into(), 1000.into()]);
        assert_eq!(of(&[]), []);
    }

    #[test]
    fn a_block_holds_a_hundred() {
        let glyphs: Vec<ShownGlyph> = (0..250).map(|id| ShownGlyph { id, text: "一", width: 1000 }).collect();
        let cmap = to_unicode(&glyphs);
        let counts: Vec<&str> = cmap.lines().filter(|line| line.ends_with("beginbfchar")).collect();
        assert_eq!(counts, ["100 beginbfchar", "100 beginbfchar", "50 beginbfchar"]);
    }
}
