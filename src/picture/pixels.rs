//! Pixels as they are printed, and the two forms they are written in.

use super::Wrong;
use ::png::{BitDepth, ColorType, Encoder};

/// The longer side of what is printed from pixels: A4 at 300 dpi.
const LONGEST: u32 = 3508;

/// What a raster's bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A JPEG file, of 8 bits, grey or YCbCr.
    Jpeg,
    /// A PNG file, of 8 bits, grey or RGB, without alpha or interlacing.
    Png,
}

/// A picture of pixels, upright, in sRGB or its grey, nothing beside it.
#[derive(Debug)]
pub struct Raster {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// It has no colour.
    pub grey: bool,
    /// What its bytes are.
    pub form: Form,
    /// A whole file.
    pub bytes: Vec<u8>,
}

impl Raster {
    /// `png`, `jpeg`.
    pub fn ending(&self) -> &'static str {
        match self.form {
            Form::Jpeg => "jpeg",
            Form::Png => "png",
        }
    }

    /// `image/png`, `image/jpeg`.
    pub fn media_type(&self) -> &'static str {
        match self.form {
            Form::Jpeg => "image/jpeg",
            Form::Png => "image/png",
        }
    }

    /// The compressed lines of a PNG of ours, each with its filter, as PDF takes them too (ISO 32000-1 7.4.4.4).
    pub fn png_lines(&self) -> Vec<u8> {
        let mut lines = Vec::with_capacity(self.bytes.len());
        let mut rest = self.bytes.get(8..).unwrap_or_default();
        while let [a, b, c, d, kind @ ..] = rest {
            let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
            if let (Some(b"IDAT"), Some(content)) = (kind.get(..4), kind.get(4..4 + length)) {
                lines.extend_from_slice(content);
            }
            rest = kind.get(8 + length..).unwrap_or_default();
        }
        lines
    }
}

/// Decoded pixels of 8 bits.
pub(crate) struct Pixels {
    pub width: u32,
    pub height: u32,
    /// Of each pixel: 1 grey, 3 red, green, blue.
    pub channels: usize,
    pub bytes: Vec<u8>,
}

impl Pixels {
    /// Alpha, the last of the channels, onto white: what is printed lies on paper.
    pub fn on_white(width: u32, height: u32, channels: usize, bytes: Vec<u8>) -> Pixels {
        let kept = channels - 1;
        let mut opaque = Vec::with_capacity(bytes.len() / channels * kept);
        for pixel in bytes.chunks_exact(channels) {
            let alpha = u32::from(pixel[kept]);
            let over = |v: &u8| ((u32::from(*v) * alpha + 255 * (255 - alpha) + 127) / 255) as u8;
            opaque.extend(pixel[..kept].iter().map(over));
        }
        Pixels { width, height, channels: kept, bytes: opaque }
    }

    /// Without colour where it has none.
    fn grey_if_it_is(self) -> Pixels {
        let has_colour = self.channels == 3 && self.bytes.chunks_exact(3).any(|p| p[0] != p[1] || p[1] != p[2]);
        if self.channels == 1 || has_colour {
            return self;
        }
        let bytes = self.bytes.chunks_exact(3).map(|pixel| pixel[0]).collect();
        Pixels { channels: 1, bytes, ..self }
    }

    /// Upright, by the number that cameras write (Exif 2.3, tag 274).
    pub fn turned(self, orientation: u8) -> Pixels {
        let (width, height) = (self.width as usize, self.height as usize);
        let swapped = (5..=8).contains(&orientation);
        let (new_width, new_height) = if swapped { (height, width) } else { (width, height) };
        // From where the pixel at a place of the upright picture comes.
        let from: fn(usize, usize, usize, usize) -> (usize, usize) = match orientation {
            2 => |x, y, w, _| (w - 1 - x, y),
            3 => |x, y, w, h| (w - 1 - x, h - 1 - y),
            4 => |x, y, _, h| (x, h - 1 - y),
            5 => |x, y, _, _| (y, x),
            6 => |x, y, _, h| (y, h - 1 - x),
            7 => |x, y, w, h| (w - 1 - y, h - 1 - x),
            8 => |x, y, w, _| (w - 1 - y, x),
            _ => return self,
        };
        let mut bytes = Vec::with_capacity(self.bytes.len());
        for y in 0..new_height {
            for x in 0..new_width {
                let (x, y) = from(x, y, width, height);
                let at = (y * width + x) * self.channels;
                bytes.extend_from_slice(&self.bytes[at..at + self.channels]);
            }
        }
        Pixels { width: new_width as u32, height: new_height as u32, bytes, ..self }
    }

    /// No larger than print needs: the mean of the pixels that each new one covers, in whole numbers.
    pub fn reduced(self) -> Pixels {
        let longer = self.width.max(self.height);
        if longer <= LONGEST {
            return self;
        }
        let scaled = |side: u32| ((u64::from(side) * u64::from(LONGEST) / u64::from(longer)) as usize).max(1);
        let (width, height, channels) = (self.width as usize, self.height as usize, self.channels);
        let (new_width, new_height) = (scaled(self.width), scaled(self.height));
        let columns: Vec<usize> = (0..=new_width).map(|x| x * width / new_width).collect();
        let mut bytes = Vec::with_capacity(new_width * new_height * channels);
        let mut sums = vec![0u64; new_width * channels];
        for y in 0..new_height {
            let rows = y * height / new_height..(y + 1) * height / new_height;
            sums.fill(0);
            for line in self.bytes[rows.start * width * channels..rows.end * width * channels].chunks(width * channels)
            {
                for (sums, edges) in sums.chunks_mut(channels).zip(columns.windows(2)) {
                    for pixel in line[edges[0] * channels..edges[1] * channels].chunks(channels) {
                        sums.iter_mut().zip(pixel).for_each(|(sum, value)| *sum += u64::from(*value));
                    }
                }
            }
            for (sums, edges) in sums.chunks(channels).zip(columns.windows(2)) {
                let count = (rows.len() * (edges[1] - edges[0])) as u64;
                bytes.extend(sums.iter().map(|sum| ((sum + count / 2) / count) as u8));
            }
        }
        Pixels { width: new_width as u32, height: new_height as u32, channels, bytes }
    }

    /// As a PNG, each pixel as it is.
    pub fn into_png(self) -> Result<Raster, Wrong> {
        let pixels = self.reduced().grey_if_it_is();
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, pixels.width, pixels.height);
        encoder.set_color(if pixels.channels == 1 { ColorType::Grayscale } else { ColorType::Rgb });
        encoder.set_depth(BitDepth::Eight);
        let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(&pixels.bytes));
        written.map_err(|_| Wrong::Damaged("内容与所写的宽、高不符".into()))?;
        let grey = pixels.channels == 1;
        Ok(Raster { width: pixels.width, height: pixels.height, grey, form: Form::Png, bytes })
    }

    /// As a JPEG, for what was one: as a PNG a photo would be many times as large.
    pub fn into_jpeg(self) -> Result<Raster, Wrong> {
        /// Another loss cannot be seen in print from here on.
        const QUALITY: u8 = 92;
        let pixels = self.reduced();
        let mut bytes = Vec::new();
        let colour = if pixels.channels == 1 { jpeg_encoder::ColorType::Luma } else { jpeg_encoder::ColorType::Rgb };
        let encoder = jpeg_encoder::Encoder::new(&mut bytes, QUALITY);
        let written = encoder.encode(&pixels.bytes, pixels.width as u16, pixels.height as u16, colour);
        written.map_err(|_| Wrong::Damaged("内容与所写的宽、高不符".into()))?;
        let grey = pixels.channels == 1;
        Ok(Raster { width: pixels.width, height: pixels.height, grey, form: Form::Jpeg, bytes })
    }
}

/// The number of a picture's orientation in what a camera wrote (Exif, a TIFF of its own); 1 is upright.
pub(super) fn orientation(exif: &[u8]) -> u8 {
    let read = || -> Option<u8> {
        let little = exif.starts_with(b"II");
        let two = |at: usize| -> Option<u16> {
            let bytes: [u8; 2] = exif.get(at..at.checked_add(2)?)?.try_into().ok()?;
            Some(if little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
        };
        let four = |at: usize| -> Option<usize> {
            let bytes: [u8; 4] = exif.get(at..at.checked_add(4)?)?.try_into().ok()?;
            Some(if little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) } as usize)
        };
        let directory = four(4)?;
        let entries = usize::from(two(directory)?);
        let entry = |n: usize| directory.checked_add(2 + 12 * n);
        let found = (0..entries).filter_map(entry).find(|at| two(*at) == Some(274))?;
        u8::try_from(two(found + 8)?).ok()
    };
    read().filter(|number| (1..=8).contains(number)).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_orientation_is_set_upright() {
        // 2 × 3: a b / c d / e f.
        let turned = |orientation| {
            let pixels = Pixels { width: 2, height: 3, channels: 1, bytes: b"abcdef".to_vec() };
            let pixels = pixels.turned(orientation);
            (pixels.width, String::from_utf8(pixels.bytes).expect("letters"))
        };
        let all: Vec<(u32, String)> = (1..=8).map(turned).collect();
        let expected = ["abcdef", "badcfe", "fedcba", "efcdab", "acebdf", "ecafdb", "fdbeca", "bdface"];
        assert_eq!(all.iter().map(|(_, bytes)| bytes.as_str()).collect::<Vec<_>>(), expected);
        assert_eq!(all.iter().map(|(width, _)| *width).collect::<Vec<_>>(), [2, 2, 2, 2, 3, 3, 3, 3]);
    }

    #[test]
    fn pixels_that_are_fewer_than_their_picture_says_are_told_in_words() {
        let fewer = || Pixels { width: 56, height: 56, channels: 3, bytes: vec![0; 48 * 64 * 3] };
        for written in [fewer().into_jpeg(), fewer().into_png()] {
            let Err(Wrong::Damaged(why)) = written else { panic!("it is damaged") };
            assert!(!why.contains(|c: char| c.is_ascii_alphabetic()), "{why}");
        }
    }

    #[test]
    fn what_a_camera_wrote_is_read_within_its_bytes() {
        let exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0";
        assert_eq!(orientation(exif), 6);
        for end in 0..exif.len() {
            assert!(orientation(&exif[..end]) == 1 || end > 19, "{end}");
        }
        assert_eq!(orientation(b"MM\0*\xFF\xFF\xFF\xFF"), 1);
    }

    #[test]
    fn what_is_larger_than_print_needs_becomes_the_mean_of_its_pixels() {
        let wide = LONGEST * 2;
        let bytes = (0..wide).flat_map(|x| if x % 2 == 0 { [10, 0] } else { [30, 255] }).collect();
        let reduced = Pixels { width: wide, height: 1, channels: 2, bytes }.reduced();
        assert_eq!((reduced.width, reduced.height), (LONGEST, 1));
        assert!(reduced.bytes.chunks(2).all(|pixel| pixel == [20, 128]));
        // One that is not larger stays as it is.
        let small = Pixels { width: 2, height: 1, channels: 1, bytes: vec![1, 2] }.reduced();
        assert_eq!(small.bytes, [1, 2]);
    }

    #[test]
    fn alpha_lies_on_white() {
        let pixels = Pixels::on_white(2, 1, 2, vec![0, 0, 100, 255]);
        assert_eq!((pixels.channels, pixels.bytes), (1, vec![255, 100]));
    }
}
