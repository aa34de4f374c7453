//! Which characters a face draws unlike all others: the list that `distrust` of `fonts.toml` must carry, found by
//! comparing outlines. Only signs are compared; ideographs differ from face to face by design.

use super::Fonts;
use super::ink::{Ink, ink, overlap as overlap_of};
use super::tests::project_fonts;

fn overlap(a: &Ink, b: &Ink) -> f32 {
    overlap_of(&a.rows, &b.rows)
}

/// How alike two inks are in size: the smaller of the ratios of their longer sides.
fn size(a: &Ink, b: &Ink) -> f32 {
    a.side.min(b.side) / a.side.max(b.side)
}

/// Signs that texts of this field have; letters and digits look as the face's style has them.
fn signs() -> impl Iterator<Item = char> {
    let ranges = [
        '\u{A1}'..='\u{FF}',
        '\u{2010}'..='\u{203B}',
        '\u{20A0}'..='\u{20BF}',
        '\u{2103}'..='\u{2109}',
        '\u{2116}'..='\u{2122}',
        '\u{2150}'..='\u{217F}',
        '\u{2190}'..='\u{2199}',
        '\u{2200}'..='\u{22BF}',
        '\u{2460}'..='\u{249B}',
        '\u{25A0}'..='\u{25EF}',
        '\u{2605}'..='\u{2606}',
        '\u{3001}'..='\u{3029}',
        '\u{FF01}'..='\u{FF5E}',
        '\u{FFE0}'..='\u{FFE6}',
    ];
    ranges.into_iter().flatten().filter(|c| !c.is_alphanumeric())
}

/// The signs of each face that it draws unlike two or more others that agree: another shape, or another size.
fn strangers(fonts: &Fonts) -> Vec<String> {
    let mut found = vec![String::new(); fonts.faces.len()];
    for c in signs() {
        let inks: Vec<Option<Ink>> = fonts.faces.iter().map(|face| ink(face, c)).collect();
        for (index, own) in inks.iter().enumerate().filter_map(|(i, ink)| Some((i, ink.as_ref()?))) {
            let others: Vec<&Ink> =
                inks.iter().enumerate().filter(|(i, _)| *i != index).filter_map(|(_, ink)| ink.as_ref()).collect();
            if others.len() < 2 {
                continue;
            }
            let pairs = || (0..others.len()).flat_map(|a| (a + 1..others.len()).map(move |b| (a, b)));
            let agree = |of: fn(&Ink, &Ink) -> f32, least: f32| pairs().all(|(a, b)| of(others[a], others[b]) >= least);
            let apart = |of: fn(&Ink, &Ink) -> f32, most: f32| others.iter().all(|other| of(own, other) < most);
            let other_shape = agree(overlap, 0.85) && apart(overlap, 0.66);
            let other_size = agree(size, 0.75) && apart(size, 0.6);
            if other_shape || other_size {
                found[index].push(c);
            }
        }
    }
    found
}

#[test]
fn what_a_face_draws_unlike_all_others_is_what_fonts_toml_distrusts() {
    let fonts = project_fonts();
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/fonts/fonts.toml")).expect("fonts.toml");
    let declared = super::declared::parse(&text, "fonts.toml".as_ref(), &mut Default::default()).expect("read");
    let mut wrong = String::new();
    for (face, found) in fonts.faces.iter().zip(strangers(fonts)) {
        let (name, entry) = declared
            .faces
            .iter()
            .find(|(_, entry)| matches!(&entry.source, super::declared::FaceSource::File { file, .. } if face.path.ends_with(file)))
            .expect("a declared face");
        wrong.push_str(&match entry.distrust == found {
            true => String::new(),
            false => format!("[face.{name}] distrust = {found:?}\n"),
        });
    }
    assert_eq!(wrong, "", "fonts.toml must say");
}
