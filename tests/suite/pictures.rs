//! Pictures of the department's in its text: each format and what may be wrong with one, in every file that is made.

use crate::common::{self, built, copy, difference, gongkai, made, packed, parts};
use gongkai::document::Block;
use gongkai::picture::{Content, Form, Raster, picture};
use gongkai::read_docx::{Options, read};
use gongkai::typeset::frame::{Drawn, ElementKind, Item};
use gongkai::write::Format;
use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::{Path, PathBuf};

fn file(name: &str) -> Vec<u8> {
    std::fs::read(common::root().join("tests/pictures").join(name)).expect("a picture")
}

/// A department whose duties show these pictures, each a line as it is written.
fn department(files: &[(&str, &[u8])], lines: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    copy(&common::root().join("data/core-sample"), folder.path());
    std::fs::create_dir_all(folder.path().join("pictures")).expect("made");
    for (name, bytes) in files {
        std::fs::write(folder.path().join("pictures").join(name), bytes).expect("written");
    }
    let duties = folder.path().join("text/duties.md");
    let text = std::fs::read_to_string(&duties).expect("duties");
    std::fs::write(&duties, format!("{}\n{lines}\n", text.trim_end())).expect("written");
    folder
}

fn path(folder: &Path) -> &str {
    folder.to_str().expect("a plain path")
}

fn raster(name: &str) -> std::sync::Arc<Raster> {
    match &picture(&format!("pictures/{name}"), &file(name)).expect("a picture").content {
        Content::Raster(raster) => raster.clone(),
        Content::Svg(_) => panic!("{name} has pixels"),
    }
}

/// The pixel at a share of the width and height, as red, green, blue.
fn pixel(raster: &Raster, x: f64, y: f64) -> [u8; 3] {
    let bytes = match raster.form {
        Form::Png => {
            let mut reader = png::Decoder::new(Cursor::new(&raster.bytes)).read_info().expect("a PNG");
            let mut bytes = vec![0; reader.output_buffer_size().expect("small")];
            reader.next_frame(&mut bytes).expect("whole");
            bytes
        }
        Form::Jpeg => {
            let space = zune_core::colorspace::ColorSpace::RGB;
            let space = if raster.grey { zune_core::colorspace::ColorSpace::Luma } else { space };
            let options = zune_core::options::DecoderOptions::default().jpeg_set_out_colorspace(space);
            let cursor = zune_core::bytestream::ZCursor::new(&raster.bytes);
            zune_jpeg::JpegDecoder::new_with_options(cursor, options).decode().expect("a JPEG")
        }
    };
    let channels = if raster.grey { 1 } else { 3 };
    let place = |share: f64, side: u32| (share * f64::from(side)) as usize;
    let at = (place(y, raster.height) * raster.width as usize + place(x, raster.width)) * channels;
    match raster.grey {
        true => [bytes[at]; 3],
        false => [bytes[at], bytes[at + 1], bytes[at + 2]],
    }
}

/// The colours of the upper left, upper right, lower left and lower right quarter.
fn quarters(raster: &Raster) -> [[u8; 3]; 4] {
    [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)].map(|(x, y)| pixel(raster, x, y))
}

fn is_near(colours: [[u8; 3]; 4], expected: [[u8; 3]; 4], most: u8) -> bool {
    colours.iter().flatten().zip(expected.iter().flatten()).all(|(a, b)| a.abs_diff(*b) <= most)
}

const RED: [u8; 3] = [255, 0, 0];
const GREEN: [u8; 3] = [0, 255, 0];
const BLUE: [u8; 3] = [0, 0, 255];
const WHITE: [u8; 3] = [255, 255, 255];

#[test]
fn every_kind_of_pixels_becomes_srgb_or_grey_on_white() {
    let plain = [RED, GREEN, BLUE, WHITE];
    for (name, form, most) in [
        ("rgb.png", Form::Png, 0),
        ("palette.png", Form::Png, 2),
        ("baseline.jpg", Form::Jpeg, 3),
        ("progressive.jpg", Form::Jpeg, 3),
        ("wrong-profile.jpg", Form::Jpeg, 3),
        ("inks.jpg", Form::Jpeg, 4),
    ] {
        let raster = raster(name);
        let found = quarters(&raster);
        assert!(raster.form == form && !raster.grey && is_near(found, plain, most), "{name}: {found:?}");
    }
    // Half of each colour on white.
    let half = |[r, g, b]: [u8; 3]| [r, g, b].map(|v: u8| v / 2 + 127);
    assert!(is_near(quarters(&raster("alpha.png")), [half(RED), half(GREEN), half(BLUE), WHITE], 1));
    let (sixteen, bits, grey) = (raster("sixteen.png"), raster("bits.png"), raster("grey.jpg"));
    assert!(sixteen.grey && bits.grey && grey.grey);
    assert_eq!((quarters(&sixteen)[0], quarters(&bits)[0]), ([156; 3], WHITE));
    // A profile whose red is green.
    for name in ["swapped-profile.png", "swapped-profile.jpg"] {
        let found = quarters(&raster(name));
        assert!(is_near(found, [GREEN, RED, BLUE, WHITE], 4), "{name}: {found:?}");
    }
}

#[test]
fn a_photo_stands_upright_and_tells_nothing_of_its_camera() {
    let raster = raster("turned.jpg");
    assert_eq!((raster.width, raster.height), (64, 48));
    assert!(is_near(quarters(&raster), [RED, GREEN, BLUE, WHITE], 6), "{:?}", quarters(&raster));
    assert!(String::from_utf8_lossy(&file("turned.jpg")).contains("SECRETCAMERA"));
    assert!(!String::from_utf8_lossy(&raster.bytes).contains("SECRETCAMERA"));
    assert!(!String::from_utf8_lossy(&raster.bytes).contains("Exif"));
    // One that is printed as it is has its own bytes, without those beside it.
    let plain = self::raster("wrong-profile.jpg");
    assert!(!plain.bytes.windows(11).any(|w| w == b"ICC_PROFILE"));
    assert!(plain.bytes.len() < file("wrong-profile.jpg").len());
}

const ALL: [(&str, &str); 9] = [
    ("rgb.png", "PNG"),
    ("palette.png", "调色板"),
    ("alpha.png", "透明"),
    ("sixteen.png", "十六位"),
    ("bits.png", "黑白"),
    ("baseline.jpg", "照片"),
    ("inks.jpg", "四色"),
    ("turned.jpg", "竖拍"),
    ("wrong-profile.jpg", "坏的描述文件"),
];

fn all_kinds() -> tempfile::TempDir {
    let files: Vec<(&str, Vec<u8>)> =
        ALL.iter().map(|(name, _)| *name).chain(["chart.svg", "shaded.svg"]).map(|name| (name, file(name))).collect();
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
    let mut lines: Vec<String> =
        ALL.iter().map(|(name, words)| format!("![{words}](pictures/{name}){{width=3cm}}")).collect();
    lines.push("本馆内设机构见{{ picture_number(\"pictures/chart.svg\") }}。".into());
    lines.push("![内设办公室和保管科](pictures/chart.svg \"内设机构\"){width=70%}".into());
    lines.push("![由白到蓝](pictures/shaded.svg)".into());
    department(&files, &lines.join("\n"))
}

#[test]
fn the_pdf_has_each_as_a_figure_with_words_and_keeps_its_rules() {
    let folder = all_kinds();
    let pdf = built(folder.path(), &[Format::Pdf]).remove(0).bytes;
    let found = crate::conformance::findings(&pdf);
    assert!(found.is_empty(), "{found:#?}");
    let file = lopdf::Document::load_mem(&pdf).expect("a PDF");
    let dicts = || file.objects.values().filter_map(|object| object.as_dict().ok());
    let is = |dict: &lopdf::Dictionary, key: &[u8], name: &[u8]| {
        dict.get(key).and_then(|s| s.as_name()).is_ok_and(|found| found == name)
    };
    let words: Vec<String> = dicts()
        .filter(|dict| is(dict, b"S", b"Figure"))
        .map(|f| lopdf::decode_text_string(f.get(b"Alt").expect("words")).expect("a text"))
        .collect();
    assert_eq!(words.len(), 11, "{words:?}");
    assert!(
        ALL.iter()
            .map(|(_, words)| *words)
            .chain(["内设办公室和保管科", "由白到蓝"])
            .all(|w| words.iter().any(|f| f == w))
    );
    let images: Vec<&lopdf::Stream> = file
        .objects
        .values()
        .filter_map(|o| o.as_stream().ok())
        .filter(|s| is(&s.dict, b"Subtype", b"Image"))
        .collect();
    // The chart's lines are lines; what is shaded has pixels.
    assert_eq!(images.len(), 10);
    for image in &images {
        let space = image.dict.get(b"ColorSpace").and_then(|s| s.as_name()).expect("a name");
        assert!(matches!(space, b"DeviceRGB" | b"DeviceGray"), "{space:?}");
        assert!(!image.dict.has(b"SMask") && !image.dict.has(b"Mask"));
    }
}

#[test]
fn a_caption_is_numbered_and_stays_with_its_picture_within_the_type_area() {
    let folder = all_kinds();
    let made = made(folder.path()).remove(0);
    let document = made.document();
    let blocks: Vec<&Block> = document.blocks().collect();
    let captioned = blocks.windows(2).find_map(|pair| match pair {
        [Block::Picture(picture), Block::Paragraph(caption)] if picture.captioned => Some((picture, caption)),
        _ => None,
    });
    let (_, caption) = captioned.expect("one has a caption");
    assert_eq!(gongkai::document::plain_text(&caption.inlines), "图1　内设机构");
    let said = |text: &str| {
        blocks.iter().any(|b| matches!(b, Block::Paragraph(p) if gongkai::document::plain_text(&p.inlines) == text))
    };
    assert!(said("本馆内设机构见图1。"));
    let pages = made.pages(&common::fonts());
    let setup = made.style().page.values().next().expect("a page");
    let (left, top, width, height) = setup.type_area();
    for page in &pages.pages {
        for item in &page.items {
            if let Item::Image(image) = item {
                let (x, y, w, h) = image.area;
                assert!(x >= left - 0.01 && x + w <= left + width + 0.01, "{:?}", image.area);
                assert!(y >= top - 0.01 && y + h <= top + height + 0.01, "{:?}", image.area);
            }
        }
    }
    let drawn: Vec<&Drawn> = pages.pictures.iter().filter_map(|p| p.drawn.as_ref()).collect();
    assert_eq!(drawn.len(), 11);
    assert!(drawn[9].svg().is_some_and(|svg| svg.contains("#cc0000") && !svg.contains("<text")));
    assert!(drawn[10].svg().is_none());
    let figures = pages.structure.iter().filter(|e| matches!(e.kind, ElementKind::Figure { .. }));
    assert_eq!(figures.count(), 11);
}

/// A picture that would be taller than a page is as high as the page, and its caption is on it.
#[test]
fn one_too_tall_for_a_page_is_made_to_fit() {
    let tall = r##"<svg xmlns="http://www.w3.org/2000/svg" width="100" height="4000"><rect width="100" height="4000" fill="#888"/></svg>"##;
    let folder = department(&[("tall.svg", tall.as_bytes())], "![长图](pictures/tall.svg \"长图\"){width=100%}");
    let made = made(folder.path()).remove(0);
    let pages = made.pages(&common::fonts());
    let (_, _, _, height) = made.style().page.values().next().expect("a page").type_area();
    let placed = &pages.pictures[0];
    assert!(placed.height <= height && placed.height > 0.8 * height, "{placed:?} {height}");
    let page =
        pages.pages.iter().find(|page| page.items.iter().any(|item| matches!(item, Item::Path(_)))).expect("drawn");
    assert!(page.items.iter().any(|item| matches!(item, Item::Run(run) if run.text.contains("长图"))));
}

#[test]
fn the_docx_has_files_words_and_an_svg_beside_its_pixels() {
    let folder = all_kinds();
    let docx = built(folder.path(), &[Format::Docx]).remove(0).bytes;
    let parts = parts(&docx);
    let body = String::from_utf8_lossy(&parts["word/document.xml"]).into_owned();
    assert_eq!(body.matches("<pic:pic ").count(), 11);
    assert_eq!(body.matches("asvg:svgBlip").count(), 1);
    assert!(body.contains("name=\"pictures/chart.svg\" descr=\"内设办公室和保管科\""), "{body}");
    assert_eq!(parts["word/media/picture6.jpeg"], raster("baseline.jpg").bytes);
    assert!(parts["word/media/picture10.png"].starts_with(b"\x89PNG"));
    let svg = String::from_utf8_lossy(&parts["word/media/picture10.svg"]).into_owned();
    assert!(svg.contains("<path") && !svg.contains("<style") && !svg.contains("<text"), "{svg}");
    let types = String::from_utf8_lossy(&parts["[Content_Types].xml"]).into_owned();
    for ending in ["png", "jpeg", "svg"] {
        assert!(types.contains(&format!("Extension=\"{ending}\"")), "{types}");
    }
    let reading = read(&docx, &Options::default()).expect("a DOCX");
    assert!(reading.unread.is_empty() && reading.findings.is_empty(), "{:?} {:?}", reading.unread, reading.findings);
    assert_eq!(reading.pictures.len(), 11);
    assert!(reading.pictures.iter().all(|p| p.content.is_some() && !p.words.is_empty()));
}

#[test]
fn the_page_for_a_site_and_that_on_screen_hold_them() {
    let folder = all_kinds();
    let html = String::from_utf8(built(folder.path(), &[Format::Html]).remove(0).bytes).expect("text");
    assert_eq!(html.matches("<img src=\"data:image/").count(), 11);
    assert!(html.contains("alt=\"内设办公室和保管科\"") && html.contains("data:image/svg+xml;base64,"));
    let made = made(folder.path()).remove(0);
    let fonts = common::fonts();
    let svg: String = made.pages(&fonts).pages.iter().map(|page| gongkai::write::svg::page(page, &fonts)).collect();
    assert_eq!(svg.matches("<image ").count(), 10);
    assert!(svg.contains("fill=\"#cc0000\""));
}

/// A folder's findings about one line, each with its place.
fn told(files: &[(&str, &[u8])], line: &str) -> String {
    let folder = department(files, line);
    let (_, told) = gongkai(&["check", path(folder.path())]);
    told
}

#[test]
fn what_is_wrong_with_a_line_is_told_where_it_stands() {
    let png = file("rgb.png");
    let with = |line: &str| told(&[("机构图.png", &png)], line);
    for (line, code, says) in [
        ("![机构图](pictures/机构.png)", "E361", "您是否指“pictures/机构图.png”？"),
        ("![](pictures/机构图.png)", "E362", "没有文字说明"),
        ("![机构图]（pictures/机构图.png）", "E360", "写法不对"),
        ("![机构图](../机构图.png)", "E360", "不在数据文件夹的 pictures 里"),
        ("![机构图](/etc/机构图.png)", "E360", "不在数据文件夹的 pictures 里"),
        ("![机构图](pictures/../report.toml)", "E360", "不在数据文件夹的 pictures 里"),
        ("![机构图](https://a.cn/机构图.png)", "E360", "不在数据文件夹的 pictures 里"),
        ("![机构图](pictures/机构图.png){width=3}", "E360", "看不懂"),
        ("![机构图](pictures/机构图.png){width=60%}", "E368", "DPI"),
    ] {
        let told = with(line);
        assert!(told.contains("text/duties.md:2") && told.contains(&format!("[{code}]")), "{line}\n{told}");
        assert!(told.contains(says), "{line}\n{told}");
    }
    let twice = "![机构图](pictures/机构图.png \"机构\"){width=1cm}";
    assert!(with(&format!("{twice}\n{twice}")).contains("[E350]"));
    // What says that it is no picture is text.
    assert!(!with("\\![这是文字]").contains("[E36"));
}

#[test]
fn a_file_that_cannot_be_printed_is_told_with_what_to_do() {
    let png = file("rgb.png");
    let cut = &png[..png.len() / 2];
    let jpeg = file("baseline.jpg");
    let mut huge = png.clone();
    huge[16..24].copy_from_slice(&[0, 1, 0x86, 0xA0, 0, 1, 0x86, 0xA0]);
    let crc = {
        let mut crc = flate2::Crc::new();
        crc.update(&huge[12..29]);
        crc.sum().to_be_bytes()
    };
    huge[29..33].copy_from_slice(&crc);
    let gif = file("other.gif");
    let svg = |inside: &str| {
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9">{inside}</svg>"#
        )
    };
    let script = svg("<script>alert(1)</script>");
    let click = svg(r#"<rect width="9" height="9" onclick="alert(1)"/>"#);
    let outside = svg(r#"<use xlink:href="http://a.cn/b.svg#c"/>"#);
    let style = svg("<style>@import url(http://a.cn/b.css);</style>");
    let fill = svg(r#"<rect width="9" height="9" fill="url(http://a.cn/b.svg#c)"/>"#);
    let embedded = svg(r#"<image href="file:///etc/passwd" width="9" height="9"/>"#);
    let filter = svg(r#"<filter id="f"/><rect width="9" height="9" filter="url(#f)"/>"#);
    let deep = svg(&("<g>".repeat(300) + &"</g>".repeat(300)));
    let bomb: String =
        (1..30).map(|n| format!(r##"<g id="a{n}"><use href="#a{0}"/><use href="#a{0}"/></g>"##, n - 1)).collect();
    let bomb = svg(&format!(r##"<g id="a0"><rect width="1" height="1"/></g>{bomb}"##));
    let entities = r#"<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;"><!ENTITY f "&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;">]><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>&f;</text></svg>"#;
    let external = r#"<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>&a;</text></svg>"#;
    for (name, bytes, code, says) in [
        ("断.png", cut, "E364", "图片损坏"),
        ("断.jpg", &jpeg[..jpeg.len() / 2], "E364", "文件不完整"),
        ("巨.png", &huge, "E365", "100000 × 100000 像素，至多 2400 万"),
        ("动.png", &gif, "E363", "文件是 GIF"),
        ("空.png", b"", "E363", "文件是空的"),
        ("字.png", b"hello", "E363", "不是认识的图片格式"),
        ("本.svg", script.as_bytes(), "E366", "脚本"),
        ("点.svg", click.as_bytes(), "E366", "脚本（onclick）"),
        ("外.svg", outside.as_bytes(), "E366", "外部链接"),
        ("式.svg", style.as_bytes(), "E366", "外部链接"),
        ("填.svg", fill.as_bytes(), "E366", "外部链接"),
        ("嵌.svg", embedded.as_bytes(), "E367", "嵌入的图片"),
        ("影.svg", filter.as_bytes(), "E367", "滤镜"),
        ("深.svg", deep.as_bytes(), "E365", "超过 100 层"),
        ("多.svg", bomb.as_bytes(), "E365", "反复引用"),
        ("展.svg", entities.as_bytes(), "E364", "不合 XML 的写法"),
        ("取.svg", external.as_bytes(), "E364", "不合 XML 的写法"),
    ] {
        let told = told(&[(name, bytes)], &format!("![图](pictures/{name})"));
        assert!(told.contains(&format!("pictures/{name}")) && told.contains(&format!("[{code}]")), "{name}\n{told}");
        assert!(told.contains(says) && told.contains("text/duties.md:2"), "{name}\n{told}");
    }
    let named = told(&[("机构图.vsd", b"x")], "![图](pictures/机构图.vsd)");
    assert!(named.contains("[E363]") && named.contains("另存为 PNG"), "{named}");
}

#[cfg(unix)]
#[test]
fn a_picture_that_lies_elsewhere_is_not_read() {
    let folder = department(&[], "![图](pictures/外.png)");
    std::os::unix::fs::symlink(common::root().join("tests/pictures/rgb.png"), folder.path().join("pictures/外.png"))
        .expect("linked");
    let (code, told) = gongkai(&["check", path(folder.path())]);
    assert!(code == Some(1) && told.contains("[E107]"), "{told}");
}

#[test]
fn another_content_is_told_and_marked_and_the_data_is_another() {
    let line = "![机构图](pictures/机构图.png){width=2cm}";
    let old = department(&[("机构图.png", &file("rgb.png"))], line);
    let new = department(&[("机构图.png", &file("alpha.png"))], line);
    let (was, is) = (made(old.path()), made(new.path()));
    assert_ne!(was[0].document().meta.data, is[0].document().meta.data);
    let diff = difference(&was, &is);
    let texts: Vec<&str> = diff.texts.iter().filter_map(|t| t.new.as_deref()).collect();
    assert!(texts.len() == 1 && texts[0].starts_with("图片“机构图.png”："), "{texts:?}");
    let out = tempfile::tempdir().expect("a folder");
    let to = path(out.path());
    let (code, said) = gongkai(&["build", path(new.path()), "--marked", "--since", path(old.path()), "-o", to]);
    assert_eq!(code, Some(0), "{said}");
    let (docx, pdf) = (only(out.path(), "docx"), only(out.path(), "pdf"));
    let body = String::from_utf8(parts(&docx)["word/document.xml"].clone()).expect("text");
    let drawn = |change: &str| {
        let begin = format!("<w:{change} ");
        let runs = body.split(&begin);
        runs.filter(|run| run.split("</w:r>").next().is_some_and(|run| run.contains("<w:drawing>"))).count()
    };
    assert_eq!((drawn("del"), drawn("ins")), (1, 1), "{body}");
    let found = crate::conformance::findings(&pdf);
    assert!(found.is_empty(), "{found:#?}");
    let (code, said) = gongkai(&["diff", path(old.path()), path(new.path())]);
    assert!(
        code == Some(1) && said.contains("pictures/机构图.png 的内容") && said.contains("图片“机构图.png”："),
        "{code:?} {said}"
    );
}

/// The only file with an ending below a folder.
fn only(folder: &Path, ending: &str) -> Vec<u8> {
    fn below(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").path()) {
            if entry.is_dir() { below(&entry, found) } else { found.push(entry) }
        }
    }
    let mut found = Vec::new();
    below(folder, &mut found);
    found.retain(|file| file.extension().is_some_and(|e| e == ending));
    assert_eq!(found.len(), 1, "{found:?}");
    std::fs::read(&found[0]).expect("read")
}

#[test]
fn an_edition_keeps_the_pictures_and_gives_them_back() {
    let line = "![机构图](pictures/机构图.png){width=2cm}";
    let folder = department(&[("机构图.png", &file("rgb.png"))], line);
    common::recorded(folder.path(), "2024-02-10");
    let kept = std::fs::read_dir(folder.path().join("editions")).expect("editions").next().expect("one").expect("read");
    assert_eq!(std::fs::read(kept.path().join("data/pictures/机构图.png")).expect("kept"), file("rgb.png"));
    let before = built(folder.path(), &[Format::Pdf]).remove(0).bytes;
    std::fs::write(folder.path().join("pictures/机构图.png"), file("alpha.png")).expect("replaced");
    assert_ne!(built(folder.path(), &[Format::Pdf]).remove(0).bytes, before);
    let out = tempfile::tempdir().expect("a folder");
    let name = kept.file_name().into_string().expect("a name");
    let (code, said) = gongkai(&["build", path(folder.path()), "--at", &name, "-o", path(out.path())]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(only(out.path(), "pdf"), before);
}

#[test]
fn a_picture_replaced_in_word_comes_back_and_a_removed_one_is_told() {
    let lines = "![机构图](pictures/机构图.png){width=2cm}\n![照片](pictures/照片.jpg){width=2cm}\n![印章](pictures/印章.svg){width=2cm}";
    let files = [("机构图.png", file("rgb.png")), ("照片.jpg", file("baseline.jpg")), ("印章.svg", file("chart.svg"))];
    let files: Vec<(&str, &[u8])> = files.iter().map(|(n, b)| (*n, b.as_slice())).collect();
    let folder = department(&files, lines);
    let docx = built(folder.path(), &[Format::Docx]).remove(0).bytes;
    let work = tempfile::tempdir().expect("a folder");
    let edited = work.path().join("改过.docx");
    let pull = |parts: &BTreeMap<String, Vec<u8>>, write: bool| {
        std::fs::write(&edited, packed(parts)).expect("written");
        let write: &[&str] = if write { &["--write"] } else { &[] };
        gongkai(&[&["pull", path(&edited), path(folder.path())], write].concat())
    };
    let same = parts(&docx);
    assert!(pull(&same, false).1.contains("文件里没有改动"));
    let mut damaged = same.clone();
    damaged.insert("word/media/picture1.png".into(), b"\x89PNG\r\n\x1a\nbroken".to_vec());
    let (_, said) = pull(&damaged, true);
    assert!(said.contains("图片“pictures/机构图.png”换过，没有采用：图片损坏"), "{said}");
    let mut other = same.clone();
    other.insert("word/media/picture3.png".into(), file("rgb.png"));
    let (_, said) = pull(&other, true);
    assert!(said.contains("图片“pictures/印章.svg”换过，没有采用：新图片是另一种格式"), "{said}");
    let mut removed = same.clone();
    let body = String::from_utf8(removed["word/document.xml"].clone()).expect("text");
    let at = body.find("name=\"pictures/照片.jpg\"").expect("drawn");
    let (from, to) =
        (body[..at].rfind("<w:drawing>").expect("begins"), at + body[at..].find("</w:drawing>").expect("ends"));
    let without = format!("{}{}", &body[..from], &body[to + "</w:drawing>".len()..]);
    removed.insert("word/document.xml".into(), without.into_bytes());
    let (_, said) = pull(&removed, true);
    assert!(said.contains("删去了图片“pictures/照片.jpg”，没有采用"), "{said}");
    assert_eq!(std::fs::read(folder.path().join("pictures/机构图.png")).expect("there"), file("rgb.png"));
    let mut replaced = same;
    replaced.insert("word/media/picture1.png".into(), file("alpha.png"));
    let (code, said) = pull(&replaced, true);
    assert!(code == Some(0) && said.contains("pictures/机构图.png 换了内容"), "{said}");
    assert_eq!(std::fs::read(folder.path().join("pictures/机构图.png")).expect("there"), file("alpha.png"));
}

#[test]
fn the_same_pictures_give_the_same_bytes() {
    let folder = all_kinds();
    let formats = [Format::Pdf, Format::Docx, Format::Html];
    let (one, two) = (built(folder.path(), &formats), built(folder.path(), &formats));
    assert!(one.iter().zip(&two).all(|(a, b)| a.bytes == b.bytes));
}

#[test]
fn a_new_year_begun_from_last_years_folder_has_its_pictures() {
    let folder = common::copy_of_sample();
    std::fs::create_dir(folder.path().join("pictures")).expect("made");
    std::fs::write(folder.path().join("pictures/机构图.png"), file("rgb.png")).expect("written");
    let out = tempfile::tempdir().expect("a folder");
    let new = out.path().join("新");
    let (code, said) = gongkai(&["new", path(&new), "--like", path(folder.path())]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(std::fs::read(new.join("pictures/机构图.png")).expect("carried"), file("rgb.png"));
}

/// Pictures with bytes changed, cut and put together otherwise are pictures or told; none ends the program or takes long.
#[test]
fn whatever_bytes_a_picture_has_it_is_one_or_told() {
    let names = [
        "rgb.png",
        "palette.png",
        "sixteen.png",
        "swapped-profile.png",
        "baseline.jpg",
        "progressive.jpg",
        "inks.jpg",
        "turned.jpg",
        "chart.svg",
        "shaded.svg",
    ];
    let files: Vec<Vec<u8>> = names.iter().map(|name| file(name)).collect();
    let pieces = [
        "<g transform=\"scale(1e9)\">",
        "</g>",
        "<use href=\"#g\"/>",
        "stroke-dasharray=\"1e-9\"",
        "<text x=\"1 2 3\">",
        "NaN",
        "1e38",
        "-1",
        "<tspan dy=\"1em\">",
        "width=\"1e-30\"",
        "font-size=\"1e30\"",
        "&#0;",
        "<pattern id=\"p\" width=\"0.001\" height=\"0.001\"/>",
        "fill=\"url(#g)\"",
        "<switch>",
        "<mask id=\"m\"/>",
        "mask=\"url(#m)\"",
    ];
    let cases = std::env::var("GONGKAI_PICTURES").ok().and_then(|n| n.parse().ok()).unwrap_or(400);
    let mut seed = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = |most: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % most.max(1) as u64) as usize
    };
    let (fonts, mut sound) = (common::fonts(), 0);
    for case in 0..cases {
        let mut bytes = files[next(files.len())].clone();
        for _ in 0..=next(4) {
            let at = next(bytes.len());
            match next(5) {
                0 => bytes.truncate(at.max(1)),
                1 => drop(bytes.splice(at..at, pieces[next(pieces.len())].bytes())),
                2 => {
                    let from = next(bytes.len());
                    let part = bytes[from..(from + next(64)).min(bytes.len())].to_vec();
                    drop(bytes.splice(at..at, part));
                }
                _ => bytes[at] = next(256) as u8,
            }
        }
        let begun = std::time::Instant::now();
        let found = picture(&format!("pictures/{case}"), &bytes);
        if let Ok(found) = &found {
            sound += 1;
            if let Content::Svg(source) = &found.content {
                let _ = gongkai::typeset::picture::drawing(source, &fonts).map(|drawing| drawing.raster().width);
            }
        }
        let told = found.err().map(|found| found.to_string()).unwrap_or_default();
        assert!(told.is_empty() || told.contains("[E36"), "{told}");
        assert!(begun.elapsed().as_secs() < 20, "case {case}: {}", String::from_utf8_lossy(&bytes));
    }
    assert!(sound > cases / 10, "{sound} of {cases} are pictures still");
}

#[test]
fn a_workbook_of_a_department_says_which_pictures_are_not_in_it() {
    let folder = department(&[("rgb.png", &file("rgb.png"))], "![机构图](pictures/rgb.png)");
    let workbook = folder.path().join("数据.xlsx");
    let (code, said) = gongkai(&["export", path(folder.path()), path(&workbook)]);
    assert_eq!(code, Some(0), "{said}");
    assert!(workbook.is_file());
    assert!(said.contains("pictures/rgb.png 提示[E369]"), "{said}");
    std::fs::remove_dir_all(folder.path().join("pictures")).expect("removed");
    copy(&common::root().join("data/core-sample/text"), &folder.path().join("text"));
    let (_, said) = gongkai(&["export", path(folder.path()), path(&folder.path().join("另.xlsx"))]);
    assert!(!said.contains("E369"), "{said}");
}
