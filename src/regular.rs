//! Reading a file that anyone may have put there: only a regular one, and no more of it than was asked for. A pipe would
//! be waited for, a device has no end, a file of gigabytes is refused by its size before a byte of it is read.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// Why a file was not read.
#[derive(Debug)]
pub enum Unread {
    System(io::Error),
    /// Neither file nor folder: a pipe, a socket, a device.
    NotRegular,
    TooLarge,
}

impl From<io::Error> for Unread {
    fn from(error: io::Error) -> Unread {
        Unread::System(error)
    }
}

/// The bytes of a regular file of at most `most` bytes; links are followed.
pub fn read(path: &Path, most: u64) -> Result<Vec<u8>, Unread> {
    let about = fs::metadata(path)?;
    if about.is_dir() {
        return Err(io::Error::from(io::ErrorKind::IsADirectory).into());
    }
    if !about.is_file() {
        return Err(Unread::NotRegular);
    }
    if about.len() > most {
        return Err(Unread::TooLarge);
    }
    let mut bytes = Vec::with_capacity(about.len() as usize + 1);
    // One byte over the limit tells a file that grew, whatever was said of it.
    File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most { Err(Unread::TooLarge) } else { Ok(bytes) }
}

/// The same of a file of the program's own, which no link stands for.
pub fn read_unlinked(path: &Path, most: u64) -> Result<Vec<u8>, Unread> {
    if is_unlinked(path) { read(path, most) } else { Err(Unread::NotRegular) }
}

/// There is a regular file of this name, and it is no link.
pub fn is_unlinked(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|about| about.is_file())
}
