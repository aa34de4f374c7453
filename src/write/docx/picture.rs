//! Pictures as Word has them: the file in the package, and the drawing that shows it in a paragraph (ECMA-376-1 20.2). One of
//! shapes has them as an SVG beside the pixels that older programs show.

use super::parts::Part;
use super::xml::escape;
use crate::document::Picture;
use crate::typeset::frame::{Drawn, PlacedPicture};

/// A picture and what was placed of it.
pub struct PicturePlan<'a> {
    pub picture: &'a Picture,
    pub placed: &'a PlacedPicture,
    /// The number of the first picture of the same file.
    pub file: usize,
}

const A: &str = "http://schemas.openxmlformats.org/drawingml/2006/main";
const PIC: &str = "http://schemas.openxmlformats.org/drawingml/2006/picture";
const WP: &str = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing";
const SVG: &str = "http://schemas.microsoft.com/office/drawing/2016/SVG/main";

/// English Metric Units of a point.
const EMU: f64 = 12_700.0;
/// Numbers of drawings beyond those of charts.
const FIRST: usize = 10_001;

/// A file of a picture: its name below `word/`, its relationship, its content type and bytes.
pub struct Media {
    pub name: String,
    pub relation: String,
    pub media_type: &'static str,
    bytes: Vec<u8>,
}

/// The files of the n-th picture.
fn media(drawn: &Drawn, index: usize) -> Vec<Media> {
    let raster = drawn.raster();
    let number = index + 1;
    let mut all = vec![Media {
        name: format!("media/picture{number}.{}", raster.ending()),
        relation: format!("rIdPicture{number}"),
        media_type: raster.media_type(),
        bytes: raster.bytes.clone(),
    }];
    all.extend(drawn.svg().map(|svg| Media {
        name: format!("media/picture{number}.svg"),
        relation: format!("rIdShapes{number}"),
        media_type: "image/svg+xml",
        bytes: svg.into_bytes(),
    }));
    all
}

/// The files of all pictures.
pub fn all_media(pictures: &[PicturePlan]) -> Vec<Media> {
    let of = |(index, plan): (usize, &PicturePlan)| Some(media(plan.placed.drawn.as_ref()?, index));
    pictures.iter().enumerate().filter(|(index, plan)| plan.file == *index).filter_map(of).flatten().collect()
}

/// The same as parts of the package.
pub fn parts(media: Vec<Media>) -> impl Iterator<Item = Part> {
    media.into_iter().map(|media| Part { name: format!("word/{}", media.name), content: media.bytes })
}

/// The drawing in the run of its paragraph.
pub fn drawing(plan: &PicturePlan, index: usize) -> String {
    let Some(drawn) = &plan.placed.drawn else { return String::new() };
    let (width, height) = ((plan.placed.width * EMU).round() as i64, (plan.placed.height * EMU).round() as i64);
    let (id, name, words) = (FIRST + index, escape(&plan.picture.image.file), escape(&plan.picture.words));
    let number = plan.file + 1;
    let shapes = match drawn {
        Drawn::Drawing(drawing) if drawing.shapes.is_some() => format!(
            r#"<a:extLst><a:ext uri="{{96DAC541-7B7A-43D3-8B79-37D633B846F1}}"><asvg:svgBlip xmlns:asvg="{SVG}" r:embed="rIdShapes{number}"/></a:ext></a:extLst>"#
        ),
        _ => String::new(),
    };
    format!(
        r#"<w:drawing><wp:inline xmlns:wp="{WP}" distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{width}" cy="{height}"/><wp:docPr id="{id}" name="{name}" descr="{words}"/><wp:cNvGraphicFramePr><a:graphicFrameLocks xmlns:a="{A}" noChangeAspect="1"/></wp:cNvGraphicFramePr><a:graphic xmlns:a="{A}"><a:graphicData uri="{PIC}"><pic:pic xmlns:pic="{PIC}"><pic:nvPicPr><pic:cNvPr id="{id}" name="{name}" descr="{words}"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="rIdPicture{number}">{shapes}</a:blip><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{width}" cy="{height}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing>"#
    )
}
