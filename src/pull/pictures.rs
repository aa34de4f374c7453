//! Pictures that were replaced in Word: the new one becomes the file's content, if it can be printed and is of the file's
//! kind. Removed ones, and words that changed, are said.

use super::Pulled;
use super::base::Base;
use crate::diagnostic::Diagnostics;
use crate::digest::sha256;
use crate::document::Document;
use crate::folder::Folder;
use crate::picture::{Content, Form, picture};
use crate::read_docx::{ReadPicture, Reading};

/// Takes what was replaced and says the rest.
pub fn take(base: &Base, before: &Reading, file: &Reading, pulled: &mut Pulled) {
    let mut left: Vec<&ReadPicture> = file.pictures.iter().collect();
    for was in &before.pictures {
        let Some(at) = left.iter().position(|is| is.file == was.file) else {
            pulled.structure.push(format!("删去了图片“{}”，没有采用（请在文字里删去它的一行）", was.file));
            continue;
        };
        let is = left.remove(at);
        if is.words.trim() != was.words.trim() {
            pulled.structure.push(format!("图片“{}”的文字说明改了，没有采用：{}", is.file, is.words));
        }
        let digest = |picture: &ReadPicture| picture.content.as_ref().map(|held| held.digest.clone());
        if digest(is) == digest(was) || pulled.pictures.contains(&is.file) {
            continue;
        }
        match replaced(base, is, &pulled.folder) {
            Ok(folder) => {
                pulled.folder = folder;
                pulled.pictures.push(is.file.clone());
            }
            Err(why) => pulled.structure.push(format!("图片“{}”换过，没有采用：{why}", is.file)),
        }
    }
    for is in left {
        pulled.structure.push(format!("多了一处图片“{}”，没有采用", is.file));
    }
}

/// The folder with a picture's new content, if what is made of it shows that.
fn replaced(base: &Base, is: &ReadPicture, folder: &Folder) -> Result<Folder, String> {
    let held = is.content.as_ref().ok_or("新图片不在文件里，或太大")?;
    let new = picture(&is.file, &held.bytes).map_err(|found| found.message)?;
    let lower = is.file.to_lowercase();
    let fits = match &new.content {
        Content::Raster(raster) => match raster.form {
            Form::Png => lower.ends_with(".png"),
            Form::Jpeg => lower.ends_with(".jpg") || lower.ends_with(".jpeg"),
        },
        Content::Svg(_) => lower.ends_with(".svg"),
    };
    if !fits {
        return Err("新图片是另一种格式，请另存到 pictures，并在文字里写它的名称".into());
    }
    let tried = folder.with(&is.file, held.bytes.clone());
    let shows = |document: &Document| {
        let digest = sha256(&held.bytes);
        document.pictures().any(|picture| *picture.image.file == is.file && picture.image.digest == digest)
    };
    let made = base.compose(&tried, &mut Diagnostics::default());
    if made.is_some_and(|made| shows(made.document())) { Ok(tried) } else { Err("换上后文档排不出来".into()) }
}
