//! Colours become sRGB (IEC 61966-2.1), whatever profile a picture has; one that is none, or of another kind of picture, is
//! not followed.

use super::pixels::Pixels;
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

/// A colour profile that fits its picture.
pub(super) struct Profile {
    profile: ColorProfile,
    channels: usize,
}

/// Pixels converted at a time.
const AT_A_TIME: usize = 1 << 16;

impl Profile {
    /// Of a picture with so many channels: 1 grey, 3 colour, 4 inks.
    pub fn of(bytes: &[u8], channels: usize) -> Option<Profile> {
        let profile = ColorProfile::new_from_slice(bytes).ok()?;
        let fits = match channels {
            1 => profile.color_space == DataColorSpace::Gray,
            3 => profile.color_space == DataColorSpace::Rgb,
            _ => profile.color_space == DataColorSpace::Cmyk,
        };
        // One that gives no colours is none.
        let profile = Profile { profile, channels };
        (fits && profile.converted(&vec![0; channels]).is_some()).then_some(profile)
    }

    /// Its pixels in sRGB; none where the profile does not say how.
    fn converted(&self, pixels: &[u8]) -> Option<Vec<u8>> {
        let from = match self.channels {
            1 => Layout::Gray,
            3 => Layout::Rgb,
            _ => Layout::Rgba,
        };
        let options = TransformOptions { prefer_fixed_point: true, ..TransformOptions::default() };
        let srgb = ColorProfile::new_srgb();
        let transform = self.profile.create_transform_8bit(from, &srgb, Layout::Rgb, options).ok()?;
        let mut converted = vec![0; pixels.len() / self.channels * 3];
        let parts = pixels.chunks(AT_A_TIME * self.channels).zip(converted.chunks_mut(AT_A_TIME * 3));
        for (from, to) in parts {
            transform.transform(from, to).ok()?;
        }
        Some(converted)
    }

    /// Colours stay as they are: a picture of it need not be converted.
    pub fn is_srgb(&self) -> bool {
        const STEPS: [u8; 5] = [0, 64, 128, 192, 255];
        let colours: Vec<u8> = match self.channels {
            1 => STEPS.to_vec(),
            3 => STEPS
                .iter()
                .flat_map(|r| STEPS.iter().flat_map(move |g| STEPS.map(|b| [*r, *g, b])))
                .flatten()
                .collect(),
            _ => return false,
        };
        let expected: Vec<u8> = match self.channels {
            1 => colours.iter().flat_map(|v| [*v; 3]).collect(),
            _ => colours.clone(),
        };
        // What rounding in tables makes.
        self.converted(&colours).is_some_and(|to| to.iter().zip(&expected).all(|(a, b)| a.abs_diff(*b) <= 2))
    }

    pub fn to_srgb(&self, pixels: Pixels) -> Pixels {
        if self.is_srgb() {
            return pixels;
        }
        match self.converted(&pixels.bytes) {
            Some(bytes) => Pixels { channels: 3, bytes, ..pixels },
            None => pixels,
        }
    }

    /// Inks, 255 all of it, in sRGB.
    pub fn of_inks(&self, inks: &[u8]) -> Vec<u8> {
        self.converted(inks).unwrap_or_else(|| of_inks(inks))
    }
}

/// Inks of no known printer in sRGB.
pub(super) fn of_inks(inks: &[u8]) -> Vec<u8> {
    let left = |ink: u8, black: u8| ((255 - u32::from(ink)) * (255 - u32::from(black)) + 127) / 255;
    inks.chunks_exact(4).flat_map(|ink| [0, 1, 2].map(|n| left(ink[n], ink[3]) as u8)).collect()
}

/// Pixels whose values are the `gamma`-th power of light, in sRGB's curve.
pub(super) fn of_gamma(pixels: Pixels, gamma: f64) -> Pixels {
    // sRGB's own as programs write it, and what says nothing.
    if !(0.1..=3.0).contains(&gamma) || (gamma - 0.455).abs() < 0.01 {
        return pixels;
    }
    let to = |value: usize| {
        let light = (value as f64 / 255.0).powf(1.0 / gamma);
        let shown = if light <= 0.003_130_8 { light * 12.92 } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 };
        (shown * 255.0).round().clamp(0.0, 255.0) as u8
    };
    let table: [u8; 256] = std::array::from_fn(to);
    Pixels { bytes: pixels.bytes.iter().map(|value| table[usize::from(*value)]).collect(), ..pixels }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_that_is_none_or_of_another_kind_is_not_followed() {
        assert!(Profile::of(b"no profile", 3).is_none());
        let srgb = ColorProfile::new_srgb().encode().expect("encoded");
        assert!(Profile::of(&srgb, 3).expect("fits").is_srgb());
        assert!(Profile::of(&srgb, 1).is_none() && Profile::of(&srgb, 4).is_none());
        let wide = ColorProfile::new_adobe_rgb().encode().expect("encoded");
        let wide = Profile::of(&wide, 3).expect("fits");
        assert!(!wide.is_srgb());
        let green = Pixels { width: 1, height: 1, channels: 3, bytes: vec![100, 200, 100] };
        let green = wide.to_srgb(green).bytes;
        assert!(green[0] < 60 && green[1] > 195, "a wide green is a stronger one in sRGB: {green:?}");
    }

    #[test]
    fn inks_cover_paper() {
        assert_eq!(of_inks(&[0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 255]), [255, 255, 255, 0, 255, 255, 0, 0, 0]);
    }

    #[test]
    fn gamma_is_followed_but_for_that_of_srgb() {
        let grey = || Pixels { width: 1, height: 1, channels: 1, bytes: vec![128] };
        assert_eq!(of_gamma(grey(), 0.45455).bytes, [128]);
        assert_eq!(of_gamma(grey(), 1.0).bytes, [188]);
    }
}
