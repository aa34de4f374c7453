//! PNG (ISO/IEC 15948): every depth, palette and interlacing becomes 8 bits on white.

use super::colour::{Profile, of_gamma};
use super::pixels::{Pixels, Raster, orientation};
use super::{Wrong, within_bounds};
use ::png::{ColorType, Decoder, DecodingError, Limits, Transformations};
use std::io::Cursor;

/// What its other chunks may inflate to: a profile has a few hundred kilobytes.
const MOST_BYTES: usize = 192 << 20;

pub(super) fn read(bytes: &[u8]) -> Result<Raster, Wrong> {
    let damaged = |error: DecodingError| match error {
        DecodingError::LimitsExceeded => Wrong::TooLarge("解开后太大".into()),
        DecodingError::IoError(_) => Wrong::Damaged("文件不完整".into()),
        _ => Wrong::Damaged("内容读不下去".into()),
    };
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), Limits { bytes: MOST_BYTES });
    let header = decoder.read_header_info().map_err(damaged)?;
    within_bounds(header.width.into(), header.height.into())?;
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    let mut reader = decoder.read_info().map_err(damaged)?;
    let size = reader.output_buffer_size().ok_or_else(|| Wrong::TooLarge("解开后太大".into()))?;
    let mut content = vec![0; size];
    let frame = reader.next_frame(&mut content).map_err(damaged)?;
    content.truncate(frame.buffer_size());
    let (width, height) = (frame.width, frame.height);
    let pixels = match frame.color_type {
        ColorType::Grayscale => Pixels { width, height, channels: 1, bytes: content },
        ColorType::GrayscaleAlpha => Pixels::on_white(width, height, 2, content),
        ColorType::Rgb => Pixels { width, height, channels: 3, bytes: content },
        ColorType::Rgba => Pixels::on_white(width, height, 4, content),
        ColorType::Indexed => return Err(Wrong::Damaged("调色板缺失".into())),
    };
    let (pixels, info) = (pixels.reduced(), reader.info());
    let pixels = match (&info.icc_profile, info.srgb, info.source_gamma) {
        (_, Some(_), _) | (None, None, None) => pixels,
        (Some(profile), ..) => match Profile::of(profile, pixels.channels) {
            Some(profile) => profile.to_srgb(pixels),
            None => pixels,
        },
        (None, None, Some(gamma)) => of_gamma(pixels, f64::from(gamma.into_scaled()) / 100_000.0),
    };
    let turn = info.exif_metadata.as_deref().map_or(1, orientation);
    pixels.turned(turn).into_png()
}
