//! How much a PDF would inflate to, known before anything is made of it: streams are inflated into nothing and counted.

use flate2::{Decompress, FlushDecompress, Status};

/// Bytes that all streams of a file may come to.
const MOST: u64 = 384 << 20;
/// Bytes that one stream may come to.
const MOST_OF_ONE: u64 = 64 << 20;

/// Counts what the streams of a file inflate to. Err: what is too much, for a message.
///
/// Streams stand in the file itself and never in other streams (ISO 32000-1, 7.5.7), so that every `stream` keyword is
/// one. Compression over compression is refused: its inner layer cannot be counted so, and no producer writes it.
pub fn inflated(bytes: &[u8]) -> Result<(), String> {
    let mut total = 0;
    let mut end_of_last = 0;
    for at in find_all(bytes, b"stream") {
        // `endstream` ends one.
        if bytes[..at].ends_with(b"end") || at < end_of_last {
            continue;
        }
        let dictionary = &bytes[at.saturating_sub(4096).max(end_of_last)..at];
        let dictionary = rfind(dictionary, b" obj").map_or(dictionary, |begin| &dictionary[begin..]);
        if layers(dictionary) > 1 {
            return Err("里有压缩了不止一层的内容".to_owned());
        }
        let data = &bytes[at + b"stream".len()..];
        let data = data.strip_prefix(b"\r\n").or_else(|| data.strip_prefix(b"\n")).unwrap_or(data);
        let (size, read) = match has(dictionary, b"LZW") {
            // A code of twelve bits stands for at most 4096 bytes.
            true => {
                let end = find_all(data, b"endstream").next().unwrap_or(data.len());
                (end as u64 * 2800, end)
            }
            false => count(data),
        };
        if size > MOST_OF_ONE {
            return Err(format!("里有一段解压后超过 {} MB", MOST_OF_ONE >> 20));
        }
        total += size;
        if total > MOST {
            return Err(format!("解压后超过 {} MB", MOST >> 20));
        }
        end_of_last = at + read;
    }
    Ok(())
}

/// How many compressing filters a stream's dictionary names.
fn layers(dictionary: &[u8]) -> usize {
    let names: [&[u8]; 6] = [b"FlateDecode", b"/Fl ", b"/Fl]", b"LZW", b"RunLength", b"/RL"];
    names.iter().map(|name| find_all(dictionary, name).count()).sum()
}

/// What bytes inflate to, and how many of them that takes; nothing where they are not deflated.
fn count(data: &[u8]) -> (u64, usize) {
    let is_zlib = data.len() > 2 && data[0] & 0x0f == 8 && (u16::from(data[0]) << 8 | u16::from(data[1])) % 31 == 0;
    let mut inflate = Decompress::new(is_zlib);
    let mut out = [0; 1 << 15];
    loop {
        let rest = &data[inflate.total_in() as usize..];
        let before = (inflate.total_in(), inflate.total_out());
        match inflate.decompress(rest, &mut out, FlushDecompress::None) {
            Ok(Status::StreamEnd) | Err(_) => break,
            Ok(_) if (inflate.total_in(), inflate.total_out()) == before || inflate.total_out() > MOST_OF_ONE => break,
            Ok(_) => {}
        }
    }
    (inflate.total_out(), inflate.total_in() as usize)
}

fn find_all<'a>(bytes: &'a [u8], word: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    let finder = aho_corasick::AhoCorasick::new([word]).expect("a single short word");
    let mut from = 0;
    std::iter::from_fn(move || {
        let found = finder.find(&bytes[from..])?;
        let at = from + found.start();
        from = at + word.len();
        Some(at)
    })
}

fn has(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

fn rfind(bytes: &[u8], word: &[u8]) -> Option<usize> {
    bytes.windows(word.len()).rposition(|window| window == word)
}

#[cfg(test)]
mod tests {
    use super::inflated;
    use flate2::Compression;
    use flate2::write::ZlibEncoder;
    use std::io::Write;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut packer = ZlibEncoder::new(Vec::new(), Compression::best());
        packer.write_all(bytes).expect("memory");
        packer.finish().expect("memory")
    }

    fn stream(filter: &str, data: &[u8]) -> Vec<u8> {
        [format!("1 0 obj<</Filter{filter}>>stream\n").as_bytes(), data, b"\nendstream endobj\n"].concat()
    }

    #[test]
    fn a_stream_that_inflates_beyond_bounds_is_known_before_it_is_made() {
        let bomb = stream("/FlateDecode", &packed(&vec![0; 80 << 20]));
        assert!(bomb.len() < 100_000);
        assert!(inflated(&bomb).unwrap_err().contains("64 MB"));
        let many = stream("/FlateDecode", &packed(&vec![0; 50 << 20])).repeat(8);
        assert!(inflated(&many).unwrap_err().contains("384 MB"));
        let twice = stream("[/FlateDecode/FlateDecode]", &packed(&packed(&vec![0; 1 << 20])));
        assert!(inflated(&twice).unwrap_err().contains("一层"));
        assert_eq!(inflated(&stream("/FlateDecode", &packed(&vec![0; 1 << 20])).repeat(3)), Ok(()));
    }
}
