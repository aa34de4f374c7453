//! Any bytes given as a picture of a folder: bounded, the same twice, told in words; what it becomes is read again.
//! seeds: tests/pictures/*
#![no_main]

use gongkai::diagnostic::Diagnostics;
use gongkai::picture::{Content, picture};
use gongkai_fuzz::{judge, twice};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let name = "pictures/a.png";
    // Under another name each time: what was decoded once is kept.
    let mut times = 0;
    // Each pixel is held a few times over while it is turned and converted.
    let found = twice(256, || {
        times += 1;
        let found = picture(&format!("pictures/{times}.png"), bytes);
        found.map(|picture| (picture.digest.clone(), picture.size)).map_err(|found| found.message)
    });
    match (found, picture(name, bytes)) {
        (Err(_), Err(one)) => {
            let mut all = Diagnostics::default();
            all.push(one);
            judge(&all, &String::from_utf8_lossy(bytes));
        }
        (Ok((_, (width, height))), Ok(picture)) => {
            assert!(width > 0.0 && height > 0.0 && width.is_finite() && height.is_finite());
            if let Content::Raster(raster) = &picture.content {
                let again =
                    gongkai::picture::picture("pictures/b.png", &raster.bytes).expect("what we wrote is a picture");
                let Content::Raster(again) = &again.content else { panic!("pixels stay pixels") };
                assert_eq!((again.width, again.height, again.grey), (raster.width, raster.height, raster.grey));
            }
        }
        _ => panic!("the same bytes were a picture and none"),
    }
});
