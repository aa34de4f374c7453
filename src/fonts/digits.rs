//! A face must draw each digit as that digit: one whose characters are shifted would print other figures than the text
//! says. And which faces the program knows: those that it comes with.

use super::face::Face;
use super::ink::{GRID, Ink, ink, overlap};
use crate::diagnostic::{Diagnostic, Severity};
use std::sync::OnceLock;

/// The digits of the faces in `fonts/`, and what those are known by; a test writes it (`GONGKAI_UPDATE=1`).
const TRUSTED: &str = include_str!("trusted.txt");

/// A digit smaller than this, in ems, cannot be read.
const LEAST: f32 = 0.2;

/// What is trusted.
struct Trusted {
    /// SHA-256 of font files, and the sums of their tables (`Face::sums`), in hexadecimal.
    files: Vec<(&'static str, &'static str)>,
    /// The ten digits of each face, and those of full width.
    digits: Vec<[[u32; GRID]; 10]>,
}

fn trusted() -> &'static Trusted {
    static READ: OnceLock<Trusted> = OnceLock::new();
    READ.get_or_init(|| {
        let mut read = Trusted { files: Vec::new(), digits: Vec::new() };
        for line in TRUSTED.lines() {
            let mut words = line.split(' ');
            match words.next() {
                Some("file") => read.files.extend(words.next().zip(words.next())),
                Some("digits") => {
                    let mut rows = words.map(|word| u32::from_str_radix(word, 16).expect("written by a test"));
                    read.digits.push([(); 10].map(|()| [(); GRID].map(|()| rows.next().expect("ten digits"))));
                }
                _ => {}
            }
        }
        read
    })
}

/// E409 (a note): font files, by name and SHA-256, that are none the program comes with.
pub fn unknown_digests<'a>(files: impl Iterator<Item = (&'a str, &'a str)>) -> Option<Diagnostic> {
    let is_unknown = |sha256: &str| !trusted().files.iter().any(|(known, _)| *known == sha256);
    let unknown: Vec<&str> = files.filter(|(_, sha256)| is_unknown(sha256)).map(|(file, _)| file).collect();
    let message = format!("由散列值看，不是程序自带的字体：{}；它们的散列值记在这一版的清单里", unknown.join("、"));
    (!unknown.is_empty()).then(|| Diagnostic::new(Severity::Note, "E409", message))
}

/// Whether a face is one that the program comes with, as far as the sums tell that a font's own directory gives its
/// tables. Reading all of it would take longer than
/// to make a document; an edition's manifest has the digests.
pub(super) fn seems_known(face: &Face) -> bool {
    let sums = face.sums();
    trusted().files.iter().any(|(_, known)| *known == sums)
}

/// The first digit that a face draws as another one, or as nothing, and what it draws: each digit must be nearer to its own
/// in a trusted face than to any other. Digits of full width are digits too.
pub(super) fn mistaken(face: &Face) -> Option<(char, Option<char>)> {
    let drawn = |zero: char, digit: u32| char::from_u32(zero as u32 + digit).expect("a digit");
    let has = |c: &char| face.has(*c);
    ['0', '０'].into_iter().flat_map(|zero| (0..10).map(move |digit| (digit, drawn(zero, digit)))).find_map(
        |(digit, c)| {
            if !has(&c) {
                return None;
            }
            match ink(face, c).filter(|ink| ink.side > LEAST) {
                None => Some((c, None)),
                Some(ink) if trusted().digits.iter().any(|face| face[digit as usize] == ink.rows) => None,
                Some(ink) => nearest(&ink)
                    .filter(|&found| found != digit as usize)
                    .map(|found| (c, Some(drawn('0', found as u32)))),
            }
        },
    )
}

/// The digit that ink is most like.
fn nearest(ink: &Ink) -> Option<usize> {
    let like = |digit: usize| trusted().digits.iter().map(move |face| (overlap(&ink.rows, &face[digit]), digit));
    (0..10).flat_map(like).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, digit)| digit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::sha256;
    use crate::fonts::tests::project_fonts;
    use std::fmt::Write;

    #[test]
    fn what_is_trusted_is_what_the_program_comes_with() {
        let mut written = String::new();
        for face in &project_fonts().faces {
            let _ = writeln!(written, "file {} {}", sha256(&face.data), face.sums());
            for digits in ['0'..='9', '０'..='９'] {
                let inks: Vec<Ink> = digits.clone().filter_map(|c| ink(face, c)).collect();
                assert!(inks.len() == 10 || !digits.contains(&'0'), "every face has digits");
                if inks.len() == 10 {
                    let rows = inks.iter().flat_map(|ink| ink.rows).map(|row| format!(" {row:x}"));
                    let _ = writeln!(written, "digits{}", rows.collect::<String>());
                }
            }
        }
        if std::env::var_os("GONGKAI_UPDATE").is_some() {
            std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/src/fonts/trusted.txt"), &written).expect("writes");
        } else {
            assert_eq!(TRUSTED, written, "write it with GONGKAI_UPDATE=1");
        }
    }

    #[test]
    fn each_face_draws_its_digits_and_is_known() {
        for face in &project_fonts().faces {
            assert_eq!(mistaken(face), None, "{}", face.postscript_name);
            let digest = sha256(&face.data);
            assert!(seems_known(face) && unknown_digests([("a", digest.as_str())].into_iter()).is_none());
            assert!(unknown_digests([("a", "0")].into_iter()).is_some());
        }
    }

    /// A font with its digits shifted by one: its cmap has the glyph of 1 for 0, …, of 0 for 9.
    fn shifted(face: &Face) -> Vec<u8> {
        let mut data = face.data.to_vec();
        let glyph = |c: char| u32::from(face.glyph(c).expect("a digit").0);
        // Format 12 subtables have groups of (first, last, glyph): the one that holds the digits begins at another glyph.
        let mut found = 0;
        for at in 0..data.len() - 12 {
            let number = |at: usize| u32::from_be_bytes(data[at..at + 4].try_into().expect("four bytes"));
            let (first, last, start) = (number(at), number(at + 4), number(at + 8));
            if first <= 0x30 && (0x39..0x3000).contains(&last) && start + 0x30 - first == glyph('0') && start != 0 {
                data[at + 8..at + 12].copy_from_slice(&(start + 1).to_be_bytes());
                found += 1;
            }
        }
        assert!(found > 0, "{} has the digits in a group", face.postscript_name);
        data
    }

    #[test]
    fn a_face_that_draws_a_digit_as_another_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let role = &project_fonts().roles["宋体"];
        std::fs::write(folder.path().join("a.otf"), shifted(project_fonts().face(role.faces[0]))).unwrap();
        let toml = "[face.a]\nfile = \"a.otf\"\n[role.r]\nfaces = [\"a\"]\nword = \"x\"\n";
        std::fs::write(folder.path().join("fonts.toml"), toml).unwrap();
        let found = crate::fonts::Fonts::load(&[folder.path()]).err().expect("refused");
        let said = found.sorted()[0].to_string();
        assert!(said.contains("错误[E408]") && said.contains("“0”画成了“1”"), "{said}");
    }
}
