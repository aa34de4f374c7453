//! Pages as SVG: the same picture as the PDF's, drawn by a browser.

use crate::common::{built, fonts, have, have_python, made, python, sample};
use gongkai::write::{Format, svg};
use std::fs;

#[test]
fn the_picture_of_every_page_is_the_pdf_s() {
    if !have_python(&["playwright.sync_api", "PIL", "pypdfium2"]) || !have("chromium") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for (number, department) in [
        sample(),
        crate::common::root().join("data/core-sample"),
        crate::common::root().join("data/shanghai-unit-sample"),
    ]
    .iter()
    .enumerate()
    {
        let place = folder.path().join(number.to_string());
        fs::create_dir(&place).unwrap();
        let pdf = built(department, &[Format::Pdf]).remove(0);
        fs::write(place.join("document.pdf"), pdf.bytes).unwrap();
        let (made, fonts) = (made(department).remove(0), fonts());
        let pages = made.pages(&fonts);
        let mut shown = svg::Shown::default();
        shown.add(pages, &fonts);
        let mut style = String::new();
        for (face, glyphs) in &shown.faces {
            let name = format!("{}.otf", face.0);
            fs::write(place.join(&name), svg::web_font(fonts.face(*face), glyphs).unwrap()).unwrap();
            style += &format!("@font-face{{font-family:{};src:url({name})}}", svg::family(*face));
        }
        fs::write(place.join("fonts.css"), style).unwrap();
        for (index, page) in pages.pages.iter().enumerate() {
            fs::write(place.join(format!("{index}.svg")), svg::page(page, &fonts)).unwrap();
        }
    }
    print!("{}", python("page_pictures.py", &[folder.path()]));
}
