//! An sRGB profile for the output intent, built from its definition (IEC 61966-2.1; ICC.1:2001-04, version 2).

/// D50, the white of the profile connection space.
const D50: [f64; 3] = [0.9642, 1.0, 0.8249];
/// The primaries of sRGB, adapted from D65 to D50 by the Bradford transform. They sum to D50.
const RED: [f64; 3] = [0.43607, 0.22249, 0.01392];
const GREEN: [f64; 3] = [0.38515, 0.71687, 0.09708];
const BLUE: [f64; 3] = [0.14307, 0.06061, 0.71410];
/// Points of the transfer curve: linear pieces between so many stay within half a 16-bit step in a thousand.
const CURVE_POINTS: u16 = 1024;

/// The bytes of the profile.
pub(super) fn srgb() -> Vec<u8> {
    let curve = curve();
    let tags: [(&[u8; 4], &[u8]); 9] = [
        (b"desc", &description("sRGB IEC61966-2.1")),
        (b"cprt", &[b"text\0\0\0\0".as_slice(), b"No copyright, use freely\0"].concat()),
        (b"wtpt", &xyz(D50)),
        (b"rXYZ", &xyz(RED)),
        (b"gXYZ", &xyz(GREEN)),
        (b"bXYZ", &xyz(BLUE)),
        (b"rTRC", &curve),
        (b"gTRC", &curve),
        (b"bTRC", &curve),
    ];
    let mut table = (tags.len() as u32).to_be_bytes().to_vec();
    let mut data: Vec<u8> = Vec::new();
    let begin = HEADER_LENGTH + 4 + 12 * tags.len();
    let mut placed: Vec<(&[u8], usize)> = Vec::new();
    for (signature, content) in tags {
        // The three curves are the same: they share one place.
        let known = placed.iter().find(|(other, _)| *other == content).map(|(_, offset)| *offset);
        let offset = known.unwrap_or_else(|| {
            let offset = begin + data.len();
            data.extend_from_slice(content);
            data.resize(data.len().next_multiple_of(4), 0);
            placed.push((content, offset));
            offset
        });
        table.extend_from_slice(signature);
        table.extend_from_slice(&(offset as u32).to_be_bytes());
        table.extend_from_slice(&(content.len() as u32).to_be_bytes());
    }
    [header(begin + data.len()), table, data].concat()
}

const HEADER_LENGTH: usize = 128;

fn header(size: usize) -> Vec<u8> {
    let mut header = Vec::with_capacity(HEADER_LENGTH);
    header.extend_from_slice(&(size as u32).to_be_bytes());
    header.extend_from_slice(&[0; 4]); // no preferred colour management module
    header.extend_from_slice(&[2, 0x10, 0, 0]); // version 2.1
    header.extend_from_slice(b"mntrRGB XYZ ");
    // A fixed date, that of the norm: the profile is the same every day.
    for field in [1999u16, 10, 18, 0, 0, 0] {
        header.extend_from_slice(&field.to_be_bytes());
    }
    header.extend_from_slice(b"acsp");
    header.resize(68, 0); // platform, flags, device, attributes, perceptual intent
    D50.iter().for_each(|v| header.extend_from_slice(&fixed(*v)));
    header.resize(HEADER_LENGTH, 0);
    header
}

/// s15Fixed16Number.
fn fixed(value: f64) -> [u8; 4] {
    ((value * 65536.0).round() as i32).to_be_bytes()
}

fn xyz(value: [f64; 3]) -> Vec<u8> {
    let mut tag = b"XYZ \0\0\0\0".to_vec();
    value.iter().for_each(|v| tag.extend_from_slice(&fixed(*v)));
    tag
}

/// textDescriptionType: the name in ASCII, none in Unicode and none in Macintosh script.
fn description(name: &str) -> Vec<u8> {
    let mut tag = b"desc\0\0\0\0".to_vec();
    tag.extend_from_slice(&(name.len() as u32 + 1).to_be_bytes());
    tag.extend_from_slice(name.as_bytes());
    tag.push(0);
    tag.extend_from_slice(&[0; 4 + 4 + 2 + 1 + 67]);
    tag
}

/// curveType: from device value to linear light.
fn curve() -> Vec<u8> {
    let mut tag = b"curv\0\0\0\0".to_vec();
    tag.extend_from_slice(&u32::from(CURVE_POINTS).to_be_bytes());
    for i in 0..CURVE_POINTS {
        let value = f64::from(i) / f64::from(CURVE_POINTS - 1);
        // None of these lies within 7e-5 of a half, so that every system's powf rounds to the same.
        let linear = if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) };
        tag.extend_from_slice(&((linear * 65535.0).round() as u16).to_be_bytes());
    }
    tag
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_is_as_long_as_it_says_and_every_tag_lies_inside() {
        let profile = srgb();
        let number = |at: usize| u32::from_be_bytes(profile[at..at + 4].try_into().expect("four bytes")) as usize;
        assert_eq!(number(0), profile.len());
        assert_eq!(&profile[36..40], b"acsp");
        for tag in 0..number(128) {
            let (offset, length) = (number(136 + 12 * tag), number(140 + 12 * tag));
            assert!(offset % 4 == 0 && offset + length <= profile.len());
        }
    }

    #[test]
    fn the_primaries_make_white() {
        for i in 0..3 {
            assert!((RED[i] + GREEN[i] + BLUE[i] - D50[i]).abs() < 0.0003);
        }
    }
}
