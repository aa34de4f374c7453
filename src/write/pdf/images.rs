//! Pictures of pixels as objects of the file (ISO 32000-1 8.9.5): a JPEG as it is, a PNG's lines as they are compressed, in
//! sRGB or grey, which the output intent says (ISO 19005-2 6.2.4.3).

use crate::picture::{Form, Raster};
use crate::typeset::Pages;
use crate::typeset::frame::Item;
use lopdf::{Dictionary, Document, Object, Stream, dictionary};
use std::sync::Arc;

/// The pictures of a document, each once.
pub(super) struct Images(Vec<Arc<Raster>>);

impl Images {
    pub(super) fn of(pages: &Pages) -> Images {
        let mut all: Vec<Arc<Raster>> = Vec::new();
        for item in pages.pages.iter().flat_map(|page| &page.items) {
            if let Item::Image(image) = item
                && !all.iter().any(|known| Arc::ptr_eq(known, &image.raster))
            {
                all.push(image.raster.clone());
            }
        }
        Images(all)
    }

    /// Its name in the pages' resources.
    pub(super) fn name(&self, raster: &Arc<Raster>) -> String {
        let index = self.0.iter().position(|known| Arc::ptr_eq(known, raster));
        format!("P{}", index.expect("every picture on a page was counted"))
    }

    /// Adds them to the file and to the pages' resources.
    pub(super) fn add_to(&self, file: &mut Document, resources: &mut Dictionary) {
        if self.0.is_empty() {
            return;
        }
        let names = self.0.iter().map(|raster| (self.name(raster), Object::Reference(file.add_object(object(raster)))));
        let names = Dictionary::from_iter(names);
        resources.set("XObject", names);
    }
}

fn object(raster: &Raster) -> Stream {
    let (width, height) = (i64::from(raster.width), i64::from(raster.height));
    let colours = if raster.grey { 1 } else { 3 };
    let mut dict = dictionary! {
        "Type" => "XObject",
        "Subtype" => "Image",
        "Width" => width,
        "Height" => height,
        "BitsPerComponent" => 8,
        "ColorSpace" => if raster.grey { "DeviceGray" } else { "DeviceRGB" },
    };
    let content = match raster.form {
        Form::Jpeg => {
            dict.set("Filter", "DCTDecode");
            raster.bytes.clone()
        }
        Form::Png => {
            dict.set("Filter", "FlateDecode");
            // 15: each line names its own filter, as PNG has it.
            let parameters = dictionary! { "Predictor" => 15, "Colors" => colours, "Columns" => width };
            dict.set("DecodeParms", parameters);
            raster.png_lines()
        }
    };
    Stream::new(dict, content)
}
