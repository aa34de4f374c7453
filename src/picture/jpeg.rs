//! JPEG (ISO/IEC 10918-1). One that is upright, of 8 bits, grey or YCbCr, in sRGB is printed as it is, without what cameras
//! write beside it; any other is decoded, converted and written anew.

use super::colour::{Profile, of_inks};
use super::pixels::{Form, Pixels, Raster, orientation};
use super::{Wrong, within_bounds};
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

/// Scans of a progressive picture: programs write ten or so, and each is a way through all of it.
const MOST_SCANS: usize = 64;

/// What its segments say.
#[derive(Default)]
struct Segments {
    /// Width, height, precision, components.
    frame: Option<(u16, u16, u8, u8)>,
    /// The first component's name.
    first: u8,
    orientation: Option<u8>,
    profile: Vec<(u8, Vec<u8>)>,
    /// The colour transform that Adobe's segment names, and where in the clean file.
    adobe: Option<(u8, usize)>,
    /// The file without what is beside the picture.
    clean: Vec<u8>,
}

pub(super) fn read(bytes: &[u8]) -> Result<Raster, Wrong> {
    let segments = segments(bytes).ok_or_else(|| Wrong::Damaged("文件不完整".into()))?;
    let (width, height, precision, components) = segments.frame.ok_or_else(|| Wrong::Damaged("没有图像内容".into()))?;
    within_bounds(width.into(), height.into())?;
    if precision != 8 {
        return Err(Wrong::Format("文件是 12 位的 JPEG"));
    }
    let mut profile: Vec<(u8, Vec<u8>)> = segments.profile.clone();
    profile.sort_by_key(|(number, _)| *number);
    let profile: Vec<u8> = profile.into_iter().flat_map(|(_, part)| part).collect();
    let profile = Profile::of(&profile, usize::from(components));
    let transform = segments.adobe.map(|(transform, _)| transform);
    let decoded = match components {
        1 => decode(&segments.clean, ColorSpace::Luma)?,
        3 => decode(&segments.clean, ColorSpace::RGB)?,
        4 => return inks(&segments, profile, width, height),
        _ => return Err(Wrong::Format("文件是少见的 JPEG")),
    };
    let upright = segments.orientation.unwrap_or(1) == 1;
    let is_ordinary = components == 1 || (transform.is_none_or(|t| t == 1) && segments.first != b'R');
    if upright && is_ordinary && profile.as_ref().is_none_or(Profile::is_srgb) {
        let grey = components == 1;
        let (width, height) = (u32::from(width), u32::from(height));
        return Ok(Raster { width, height, grey, form: Form::Jpeg, bytes: segments.clean });
    }
    let pixels =
        Pixels { width: width.into(), height: height.into(), channels: usize::from(components), bytes: decoded };
    let pixels = pixels.reduced();
    let pixels = match profile {
        Some(profile) => profile.to_srgb(pixels),
        None => pixels,
    };
    pixels.turned(segments.orientation.unwrap_or(1)).into_jpeg()
}

/// A picture in four inks, as printers have it.
fn inks(segments: &Segments, profile: Option<Profile>, width: u16, height: u16) -> Result<Raster, Wrong> {
    let mut bytes = segments.clean.clone();
    let transform = segments.adobe.map(|(transform, at)| {
        // The four components as they are stored.
        bytes[at] = 0;
        transform
    });
    let mut stored = decode(&bytes, ColorSpace::CMYK)?;
    if transform == Some(2) {
        for pixel in stored.chunks_exact_mut(4) {
            let rgb = of_ycc([pixel[0], pixel[1], pixel[2]]);
            rgb.iter().zip(&mut pixel[..3]).for_each(|(value, stored)| *stored = 255 - value);
        }
    }
    // Adobe's programs, which name themselves, store the paper and not the ink.
    if transform.is_some() {
        stored.iter_mut().for_each(|value| *value = 255 - *value);
    }
    let inks = Pixels { width: width.into(), height: height.into(), channels: 4, bytes: stored }.reduced();
    let (width, height) = (inks.width, inks.height);
    let bytes = match profile {
        Some(profile) => profile.of_inks(&inks.bytes),
        None => of_inks(&inks.bytes),
    };
    Pixels { width, height, channels: 3, bytes }.turned(segments.orientation.unwrap_or(1)).into_jpeg()
}

/// YCbCr to RGB (ITU-T T.871), in whole numbers.
fn of_ycc([y, cb, cr]: [u8; 3]) -> [u8; 3] {
    let (y, cb, cr) = (i32::from(y) << 16, i32::from(cb) - 128, i32::from(cr) - 128);
    let whole = |value: i32| ((value + (1 << 15)) >> 16).clamp(0, 255) as u8;
    [whole(y + 91_881 * cr), whole(y - 22_554 * cb - 46_802 * cr), whole(y + 116_130 * cb)]
}

fn decode(bytes: &[u8], space: ColorSpace) -> Result<Vec<u8>, Wrong> {
    let options = DecoderOptions::default()
        // The same pixels on every processor.
        .set_use_unsafe(false)
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX))
        .jpeg_set_max_scans(MOST_SCANS)
        .jpeg_set_out_colorspace(space);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode().map_err(|_| Wrong::Damaged("内容读不下去".into()))
}

/// Walks the segments to the end of the picture; none if it does not come.
fn segments(bytes: &[u8]) -> Option<Segments> {
    let mut found = Segments { clean: vec![0xFF, 0xD8], ..Segments::default() };
    let mut at = 2;
    loop {
        // Any number of 0xFF may stand before a marker.
        while *bytes.get(at)? != 0xFF {
            at += 1;
        }
        while *bytes.get(at)? == 0xFF {
            at += 1;
        }
        let marker = bytes[at];
        at += 1;
        match marker {
            0xD9 => {
                found.clean.extend([0xFF, 0xD9]);
                return Some(found);
            }
            0 | 1 | 0xD0..=0xD8 => continue,
            _ => {}
        }
        let length = usize::from(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]));
        let content = bytes.get(at + 2..at.checked_add(length)?)?;
        let begin = found.clean.len();
        if !matches!(marker, 0xE0..=0xED | 0xEF | 0xFE) {
            found.clean.extend([0xFF, marker]);
            found.clean.extend_from_slice(&bytes[at..at + length]);
        }
        found.segment(marker, content, begin);
        at += length;
        if marker == 0xDA {
            let from = at;
            while *bytes.get(at)? != 0xFF || matches!(*bytes.get(at + 1)?, 0 | 0xD0..=0xD7 | 0xFF) {
                at += 1;
            }
            found.clean.extend_from_slice(&bytes[from..at]);
        }
    }
}

impl Segments {
    fn segment(&mut self, marker: u8, content: &[u8], begin: usize) {
        match marker {
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                if let [precision, h1, h2, w1, w2, components, first, ..] = *content {
                    let (height, width) = (u16::from_be_bytes([h1, h2]), u16::from_be_bytes([w1, w2]));
                    self.frame = Some((width, height, precision, components));
                    self.first = first;
                }
            }
            0xE1 => {
                if let Some(exif) = content.strip_prefix(b"Exif\0\0") {
                    self.orientation.get_or_insert(orientation(exif));
                }
            }
            0xE2 => {
                if let Some([number, _, part @ ..]) = content.strip_prefix(b"ICC_PROFILE\0") {
                    self.profile.push((*number, part.to_vec()));
                }
            }
            0xEE => {
                if let (true, Some(transform)) = (content.starts_with(b"Adobe"), content.get(11)) {
                    // After the marker, the length and eleven bytes.
                    self.adobe = Some((*transform, begin + 4 + 11));
                }
            }
            _ => {}
        }
    }
}
