//! A picture's file as it is to be printed: what it is, whether it can be, its pixels upright, on white, in sRGB or grey.
//!
//! Everything in such a file is a stranger's. How large it will be is asked before anything is decoded; what an SVG holds is
//! looked over before anything is made of it, and nothing is loaded from elsewhere. What is printed has none of what a camera
//! or a program wrote beside the picture: places, names, thumbnails.
//!
//! | code | what is wrong |
//! |---|---|
//! | E363, E364 | no format that is printed; damaged |
//! | E365 | more than a picture has: pixels, elements, levels |
//! | E366, E367 | an SVG with scripts or links to elsewhere; with what cannot be drawn |

mod colour;
mod jpeg;
mod pixels;
mod png;
pub(crate) mod svg;

pub(crate) use pixels::Pixels;
pub use pixels::{Form, Raster};

use crate::diagnostic::{Diagnostic, Place};
use crate::digest::sha256;
use serde::ser::{Serialize, SerializeStruct, Serializer};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Pixels of a picture: a page of A4 at 300 dpi has 8.7 million.
const MOST_PIXELS: u64 = 24_000_000;

/// A picture that can be printed. Two are the same if their files are.
#[derive(Debug)]
pub struct Picture {
    /// Its path in the data folder.
    pub file: Arc<str>,
    /// SHA-256 of the file.
    pub digest: String,
    /// Width and height in pt as it is where nobody says otherwise.
    pub size: (f64, f64),
    /// What it is printed from.
    pub content: Content,
}

/// What a picture is printed from.
#[derive(Debug)]
pub enum Content {
    /// Pixels.
    Raster(Arc<Raster>),
    /// An SVG, looked over; it is drawn when there are fonts for its words.
    Svg(Arc<str>),
}

impl PartialEq for Picture {
    fn eq(&self, other: &Picture) -> bool {
        (&self.file, &self.digest) == (&other.file, &other.digest)
    }
}

impl Serialize for Picture {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Picture", 2)?;
        fields.serialize_field("file", &*self.file)?;
        fields.serialize_field("sha256", &self.digest)?;
        fields.end()
    }
}

/// Why a picture is not printed.
#[derive(Debug)]
pub(crate) enum Wrong {
    /// No format that is printed; what it is, where that can be told.
    Format(&'static str),
    Damaged(String),
    /// What there is too much of: `4000 × 90000 像素`.
    TooLarge(String),
    /// What it loads or runs.
    Outside(String),
    /// What it has that cannot be drawn.
    Undrawable(String),
}

/// E363: a file that is no picture by its name.
pub(crate) fn no_picture(file: &str) -> Diagnostic {
    let found = Diagnostic::error("E363", format!("“{file}”不是能印的图片"));
    found.hint("请另存为 PNG（图表、图章）、JPEG（照片）或 SVG（线条图）")
}

/// E364: an SVG that was looked over, and could not be drawn all the same.
pub(crate) fn undrawable(file: &str, why: &str) -> Diagnostic {
    Diagnostic::error("E364", format!("图片“{file}”画不出来：{why}")).hint("请另存为 PNG，按 300 DPI 导出")
}

impl Wrong {
    fn finding(self, file: &str) -> Diagnostic {
        let found = match self {
            Wrong::Format(what) => Diagnostic::error("E363", format!("{what}，印不出来"))
                .hint("请另存为 PNG（图表、图章）、JPEG（照片）或 SVG（线条图），再放进 pictures 文件夹"),
            Wrong::Damaged(what) => Diagnostic::error("E364", format!("图片损坏：{what}"))
                .hint("请重新导出或另存一次；从邮件、网盘下载的，请重新下载"),
            Wrong::TooLarge(what) => Diagnostic::error("E365", format!("图片太大：{what}"))
                .hint("请缩小后再放：印满一页 A4，2500 × 3500 像素足够"),
            Wrong::Outside(what) => Diagnostic::error("E366", format!("SVG 里有{what}，没有采用"))
                .hint("请在绘图软件中去掉它（或导出为“纯 SVG”），或另存为 PNG"),
            Wrong::Undrawable(what) => {
                Diagnostic::error("E367", format!("SVG 里有{what}，画不出来")).hint("请另存为 PNG，按 300 DPI 导出")
            }
        };
        found.at(Place::file(file))
    }
}

/// Bytes of pictures that are kept, so that a folder that is made again and again decodes each but once.
const MOST_KEPT: usize = 64 << 20;

/// Pictures by the digests of their files, and how many bytes they have.
static KEPT: Mutex<(BTreeMap<String, Arc<Picture>>, usize)> = Mutex::new((BTreeMap::new(), 0));

/// A picture of a file's bytes. Errors, at the file: E363 to E367.
pub fn picture(file: &str, bytes: &[u8]) -> Result<Arc<Picture>, Diagnostic> {
    let digest = sha256(bytes);
    let kept = || KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = kept().0.get(&digest).filter(|known| *known.file == *file) {
        return Ok(known.clone());
    }
    let content = read(bytes).map_err(|wrong| wrong.finding(file))?;
    let size = match &content {
        // As Word has it: 96 pixels an inch.
        Content::Raster(raster) => (f64::from(raster.width) * 0.75, f64::from(raster.height) * 0.75),
        Content::Svg(source) => svg::size(source).map_err(|wrong| wrong.finding(file))?,
    };
    let picture = Arc::new(Picture { file: file.into(), digest: digest.clone(), size, content });
    let bytes = match &picture.content {
        Content::Raster(raster) => raster.bytes.len(),
        Content::Svg(source) => source.len(),
    };
    let (pictures, all) = &mut *kept();
    if *all + bytes > MOST_KEPT {
        pictures.clear();
        *all = 0;
    }
    if pictures.insert(digest, picture.clone()).is_none() {
        *all += bytes;
    }
    Ok(picture)
}

fn read(bytes: &[u8]) -> Result<Content, Wrong> {
    let raster = |raster: Raster| Content::Raster(Arc::new(raster));
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => png::read(bytes).map(raster),
        [0xFF, 0xD8, 0xFF, ..] => jpeg::read(bytes).map(raster),
        _ => match other_format(bytes) {
            Some(what) => Err(Wrong::Format(what)),
            None => svg::read(bytes).map(Content::Svg),
        },
    }
}

/// What files begin with that are pictures, and none that are printed.
fn other_format(bytes: &[u8]) -> Option<&'static str> {
    Some(match bytes {
        [] => "文件是空的",
        [b'G', b'I', b'F', b'8', ..] => "文件是 GIF",
        [b'B', b'M', ..] => "文件是 BMP",
        [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] => "文件是 TIFF",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "文件是 WebP",
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => "文件是 HEIC 或 AVIF",
        [b'%', b'P', b'D', b'F', ..] => "文件是 PDF",
        [0x1F, 0x8B, ..] => "文件是压缩过的 SVG（.svgz）",
        [b'P', b'K', 3, 4, ..] => "文件是 Office 文档或压缩包",
        [0xD0, 0xCF, 0x11, 0xE0, ..] => "文件是 Office 文档（.vsd、.doc 等）",
        [1, 0, 0, 0, ..] | [0xD7, 0xCD, 0xC6, 0x9A, ..] => "文件是 EMF 或 WMF",
        _ => return None,
    })
}

/// The bounds of a picture of so many pixels.
fn within_bounds(width: u64, height: u64) -> Result<(), Wrong> {
    if width == 0 || height == 0 {
        return Err(Wrong::Damaged("宽或高是 0".into()));
    }
    if width.saturating_mul(height) > MOST_PIXELS {
        return Err(Wrong::TooLarge(format!("{width} × {height} 像素，至多 {} 万", MOST_PIXELS / 10_000)));
    }
    Ok(())
}
