//! The file, its fonts and its metadata: mostly ISO 19005-2.

use super::*;
use lopdf::xref::XrefEntry;
use lopdf::{Stream, dictionary};

pub fn rules() -> Vec<Rule> {
    use Damage::{Bytes, Objects};
    vec![
        Rule {
            asks: "the file begins with %PDF-1.n and a comment of four bytes above 127",
            clause: "19005-2 6.1.2",
            check: header,
            damage: Bytes(|mut bytes| {
                bytes[10] = b'a';
                bytes
            }),
        },
        Rule {
            asks: "the file ends with %%EOF and at most one end of line",
            clause: "19005-2 6.1.3",
            check: end,
            damage: Bytes(|bytes| [bytes, b"more".to_vec()].concat()),
        },
        Rule {
            asks: "the trailer has an ID of two strings",
            clause: "19005-2 6.1.3",
            check: identifier,
            damage: Objects(|doc| {
                doc.trailer.remove(b"ID");
            }),
        },
        Rule {
            asks: "nothing is encrypted, and no permissions are restricted",
            clause: "19005-2 6.1.3, 6.1.12; 14289-1 7.16",
            check: |f| unless(!f.doc.trailer.has(b"Encrypt") && !catalog(&f.doc).has(b"Perms"), "encrypted"),
            damage: Objects(|doc| catalog_mut(doc).set("Perms", dictionary! {})),
        },
        Rule {
            asks: "a cross-reference stream lists object 0 as the head of the free objects, and every other object once",
            clause: "32000-1 7.5.8; 19005-2 6.1.4",
            check: cross_references,
            // lopdf's own writer leaves object 0 out.
            damage: Objects(|_| {}),
        },
        Rule {
            asks: "every stream is as long as its Length says, between stream and endstream on lines of their own",
            clause: "19005-2 6.1.7.1",
            check: stream_lengths,
            damage: Bytes(|bytes| replace_once(bytes, b"\nendstream", b"\n\nendstrea")),
        },
        Rule {
            asks: "streams are deflated or plain, pictures may be JPEG files, and none lies outside the file",
            clause: "19005-2 6.1.7.2",
            check: filters,
            damage: Objects(|doc| {
                doc.add_object(Stream::new(dictionary! { "Filter" => "LZWDecode" }, vec![0x80, 0x0B]));
            }),
        },
        Rule {
            asks: "no name is longer than 127 bytes, no string than 32,767, and every page is from 3 to 14,400 units wide",
            clause: "19005-2 6.1.13",
            check: limits,
            damage: Objects(|doc| {
                page_mut(doc, 0).set("MediaBox", vec![0.into(), 0.into(), 2.into(), 2.into()]);
            }),
        },
        Rule {
            asks: "a PDF/A output intent holds an ICC profile of an output or display device whose channels are N",
            clause: "19005-2 6.2.3",
            check: output_intent,
            damage: Objects(|doc| {
                catalog_mut(doc).remove(b"OutputIntents");
            }),
        },
        Rule {
            asks: "nothing is transparent",
            clause: "19005-2 6.2.10",
            check: transparency,
            damage: Objects(|doc| {
                doc.add_object(dictionary! { "Type" => "ExtGState", "ca" => 0.5f32 });
            }),
        },
        Rule {
            asks: "pictures are of 8 bits in DeviceGray or DeviceRGB, without masks, alternates or smoothing; no form, reference or PostScript XObject is used",
            clause: "19005-2 6.2.8, 6.2.9; 14289-1 7.20",
            check: x_objects,
            damage: Objects(|doc| {
                let dict = dictionary! { "Type" => "XObject", "Subtype" => "PS" };
                doc.add_object(Stream::new(dict, vec![]));
            }),
        },
        Rule {
            asks: "every font is a Type0 font with an Identity encoding, and its CIDSystemInfo is Adobe-Identity",
            clause: "19005-2 6.2.11.3.1, 6.2.11.3.3; 14289-1 7.21.3",
            check: encodings,
            damage: Objects(|doc| font_mut(doc, "Type0").set("Encoding", "GBK-EUC-H")),
        },
        Rule {
            asks: "every embedded TrueType CIDFont has a CIDToGIDMap",
            clause: "19005-2 6.2.11.3.2; 14289-1 7.21.3.2",
            check: glyph_maps,
            damage: Objects(|doc| {
                font_mut(doc, "CIDFontType2").remove(b"CIDToGIDMap");
            }),
        },
        Rule {
            asks: "every font program is embedded, under the key for its kind",
            clause: "19005-2 6.2.11.4.1; 14289-1 7.21.4.1",
            check: embedded,
            damage: Objects(|doc| {
                let descriptor = descriptor_mut(doc);
                descriptor.remove(b"FontFile2");
                descriptor.remove(b"FontFile3");
            }),
        },
        Rule {
            asks: "a subset's name begins with six capitals and a plus, the same in font, descendant and descriptor",
            clause: "32000-1 9.6.4",
            check: subset_names,
            damage: Objects(|doc| font_mut(doc, "Type0").set("BaseFont", "NotoSerifSC-Regular")),
        },
        Rule {
            asks: "a CIDSet, where there is one, is complete: here there is none",
            clause: "19005-2 6.2.11.4.2; 14289-1 7.21.4.2",
            check: |f| {
                unless(
                    !dictionaries(&f.doc).iter().any(|d| d.has(b"CIDSet")),
                    "a CIDSet, which nothing here proves complete",
                )
            },
            damage: Objects(|doc| {
                let set = doc.add_object(Stream::new(dictionary! {}, vec![0]));
                descriptor_mut(doc).set("CIDSet", set);
            }),
        },
        Rule {
            asks: "a font descriptor has flags, box, angle, ascent, descent, cap height and stem",
            clause: "32000-1 9.8.1",
            check: descriptors,
            damage: Objects(|doc| {
                descriptor_mut(doc).remove(b"CapHeight");
            }),
        },
        Rule {
            asks: "the metadata stream is well-formed XML, not compressed, its packet without bytes and encoding",
            clause: "19005-2 6.6.2.1",
            check: packet,
            damage: Objects(|doc| edit_xmp(doc, |xmp| xmp.replace("</rdf:RDF>", ""))),
        },
        Rule {
            asks: "the metadata claims PDF/A-2a",
            clause: "19005-2 6.6.4",
            check: |f| claims(f, &[("pdfaid:part", "2"), ("pdfaid:conformance", "A")]),
            damage: Objects(|doc| edit_xmp(doc, |xmp| xmp.replace("<pdfaid:conformance>A", "<pdfaid:conformance>B"))),
        },
        Rule {
            asks: "the metadata claims PDF/UA-1",
            clause: "14289-1 5",
            check: |f| claims(f, &[("pdfuaid:part", "1")]),
            damage: Objects(|doc| edit_xmp(doc, |xmp| xmp.replace("<pdfuaid:part>1", "<pdfuaid:part>2"))),
        },
        Rule {
            asks: "the PDF/UA schema, which PDF/A does not know, is described",
            clause: "19005-2 6.6.2.3",
            check: extension_schema,
            damage: Objects(|doc| edit_xmp(doc, |xmp| xmp.replace("pdfaExtension:schemas", "pdfaExtension:scheme"))),
        },
        Rule {
            asks: "the information dictionary and the metadata say the same",
            clause: "19005-2 6.6.3",
            check: information,
            damage: Objects(|doc| edit_xmp(doc, |xmp| xmp.replace("2024-02-08T", "2024-02-09T"))),
        },
        Rule {
            asks: "no actions but going to places and addresses, and none on events; no JavaScript",
            clause: "19005-2 6.5.1, 6.5.2",
            check: actions,
            damage: Objects(|doc| {
                let script = dictionary! { "S" => "JavaScript", "JS" => Object::string_literal("app.alert(1)") };
                catalog_mut(doc).set("OpenAction", script);
            }),
        },
        Rule {
            asks: "no forms, no optional content, no requirements, no alternate presentations, no embedded files",
            clause: "19005-2 6.4, 6.8 to 6.11",
            check: |f| {
                let held = ["AcroForm", "OCProperties", "Requirements", "AF", "Collection"];
                let has = |d: &Dictionary, keys: &[&str]| keys.iter().any(|key| d.has(key.as_bytes()));
                let names = get_dict(&f.doc, catalog(&f.doc), "Names");
                let named = names.is_some_and(|n| has(n, &["EmbeddedFiles", "AlternatePresentations", "JavaScript"]));
                unless(!has(catalog(&f.doc), &held) && !named, "the catalogue holds what an archive does not take")
            },
            damage: Objects(|doc| catalog_mut(doc).set("AcroForm", dictionary! { "NeedAppearances" => true })),
        },
    ]
}

fn header(file: &File) -> Vec<String> {
    let first = file.bytes.starts_with(b"%PDF-1.") && file.bytes[7].is_ascii_digit() && file.bytes[8] == b'\n';
    let second = file.bytes.get(9..14).is_some_and(|c| c[0] == b'%' && c[1..].iter().all(|b| *b > 127));
    unless(first && second, "the header is not as it should be")
}

fn end(file: &File) -> Vec<String> {
    let ends = [b"%%EOF".as_slice(), b"%%EOF\n", b"%%EOF\r\n"];
    unless(ends.iter().any(|end| file.bytes.ends_with(end)), "something follows %%EOF")
}

fn identifier(file: &File) -> Vec<String> {
    let id = file.doc.trailer.get(b"ID").and_then(Object::as_array);
    let two = id.is_ok_and(|id| id.len() == 2 && id.iter().all(|s| s.as_str().is_ok_and(|s| !s.is_empty())));
    unless(two, "no ID of two strings")
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|w| w == what)
}

fn replace_once(mut bytes: Vec<u8>, old: &[u8], new: &[u8]) -> Vec<u8> {
    let at = find(&bytes, old).expect("it is there");
    bytes.splice(at..at + old.len(), new.iter().copied());
    bytes
}

/// Where the cross-reference stream begins, when the file has one instead of a table.
fn cross_reference_start(bytes: &[u8]) -> Option<usize> {
    let tail = bytes.windows(9).rposition(|w| w == b"startxref")? + 9;
    let start: usize = std::str::from_utf8(&bytes[tail..]).ok()?.split_whitespace().next()?.parse().ok()?;
    (!bytes.get(start..)?.starts_with(b"xref")).then_some(start)
}

fn cross_references(file: &File) -> Vec<String> {
    let Some(start) = cross_reference_start(&file.bytes) else { return vec![] };
    let Some(begin) = find(&file.bytes[start..], b"stream\n").map(|at| start + at + 7) else {
        return vec!["no stream".into()];
    };
    let Some(length) = find(&file.bytes[begin..], b"\nendstream") else { return vec!["no end".into()] };
    let dict = String::from_utf8_lossy(&file.bytes[start..begin]).into_owned();
    let number = |key: &str| -> Option<usize> {
        let rest = dict.split(key).nth(1)?.trim_start();
        rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
    };
    let widths: Vec<usize> = dict
        .split("/W")
        .nth(1)
        .and_then(|w| {
            Some(w.split_once('[')?.1.split_once(']')?.0.split_whitespace().filter_map(|n| n.parse().ok()).collect())
        })
        .unwrap_or_default();
    let stream = dictionary! { "Filter" => "FlateDecode" };
    let stream = if dict.contains("/Predictor 12") {
        let parameters = dictionary! { "Predictor" => 12, "Columns" => widths.iter().sum::<usize>() as i64 };
        let mut stream = stream;
        stream.set("DecodeParms", parameters);
        stream
    } else {
        stream
    };
    let rows =
        Stream::new(stream, file.bytes[begin..begin + length].to_vec()).decompressed_content().unwrap_or_default();
    let width: usize = widths.iter().sum();
    let mut found = Vec::new();
    if width == 0 || Some(rows.len() / width.max(1)) != number("/Size") {
        found.push("it does not list as many objects as Size says".into());
    }
    if rows.first() != Some(&0) || rows.get(width - widths[2]..width).is_none_or(|g| g.iter().any(|b| *b != 0xFF)) {
        found.push("object 0 is not the head of the free objects".into());
    }
    found
}

fn stream_lengths(file: &File) -> Vec<String> {
    let offsets = file.doc.reference_table.entries.iter().filter_map(|(number, entry)| match entry {
        XrefEntry::Normal { offset, .. } => Some((*number, *offset as usize)),
        _ => None,
    });
    let mut found = Vec::new();
    if file.doc.objects.is_empty() {
        found.push("no reader finds the objects".to_string());
    }
    for (number, offset) in offsets {
        let object = &file.bytes[offset..];
        let Some(begin) = find(object, b"stream\n").map(|at| at + 7) else { continue };
        if find(&object[..begin], b"endobj").is_some() {
            continue; // it has no stream; the one found is a later object's
        }
        // From the bytes: lopdf sets the lengths of the streams it unpacks.
        let dict = String::from_utf8_lossy(&object[..begin]);
        let digits = dict.split("/Length ").nth(1).map(|rest| rest.split(|c: char| !c.is_ascii_digit()).next());
        let length: i64 = digits.flatten().and_then(|digits| digits.parse().ok()).unwrap_or(-1);
        let end = object.get(begin + length.max(0) as usize..).unwrap_or_default();
        if !(end.starts_with(b"\nendstream") || end.starts_with(b"\r\nendstream")) {
            found.push(format!("stream {number} is not {length} bytes long"));
        }
    }
    found
}

fn filters(file: &File) -> Vec<String> {
    let streams = file.doc.objects.values().filter_map(|o| o.as_stream().ok());
    streams
        .filter(|s| {
            let filter = s.dict.get(b"Filter").and_then(Object::as_name).ok();
            let is_picture = s.dict.get(b"Subtype").and_then(Object::as_name).is_ok_and(|kind| kind == b"Image");
            let is_jpeg = is_picture && filter == Some(b"DCTDecode") && s.content.starts_with(&[0xFF, 0xD8]);
            let is_plain = filter.is_none() && !s.dict.has(b"Filter");
            !(is_plain || is_jpeg || filter == Some(b"FlateDecode")) || s.dict.has(b"F")
        })
        .map(|s| format!("{:?}", s.dict))
        .collect()
}

fn limits(file: &File) -> Vec<String> {
    fn walk(object: &Object, found: &mut Vec<String>) {
        match object {
            Object::Name(name) if name.len() > 127 => found.push(format!("a name of {} bytes", name.len())),
            Object::String(string, _) if string.len() > 32_767 => found.push(format!("a string of {}", string.len())),
            Object::Array(items) => items.iter().for_each(|item| walk(item, found)),
            Object::Dictionary(dict) => dict.iter().for_each(|(_, value)| walk(value, found)),
            Object::Stream(stream) => stream.dict.iter().for_each(|(_, value)| walk(value, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    file.doc.objects.values().for_each(|object| walk(object, &mut found));
    for (id, page) in pages(&file.doc) {
        let sides =
            get_array(&file.doc, page, "MediaBox").map(|b| b.iter().filter_map(|n| n.as_float().ok()).collect());
        let sides: Vec<f32> = sides.unwrap_or_default();
        if sides.len() != 4 || [sides[2] - sides[0], sides[3] - sides[1]].iter().any(|s| !(3.0..=14_400.0).contains(s))
        {
            found.push(format!("page {id:?} measures {sides:?}"));
        }
    }
    found
}

fn output_intent(file: &File) -> Vec<String> {
    let doc = &file.doc;
    let intents = get_array(doc, catalog(doc), "OutputIntents").map_or(vec![], |a| a.iter().collect());
    let intents: Vec<&Dictionary> = intents.into_iter().filter_map(|i| follow(doc, i).as_dict().ok()).collect();
    let [intent] = intents[..] else { return vec!["not one output intent".into()] };
    let Some(Object::Stream(profile)) = get(doc, intent, "DestOutputProfile") else { return vec!["no profile".into()] };
    let icc = profile.get_plain_content().unwrap_or_default();
    let sound = icc.len() > 128
        && icc[..4] == (icc.len() as u32).to_be_bytes()
        && &icc[36..40] == b"acsp"
        && icc[8] <= 4
        && [b"mntr", b"prtr"].iter().any(|class| &icc[12..16] == *class);
    let channels = match icc.get(16..20) {
        Some(b"GRAY") => 1,
        Some(b"RGB ") => 3,
        Some(b"CMYK") => 4,
        _ => 0,
    };
    [
        unless(get_name(doc, intent, "S") == Some("GTS_PDFA1"), "the intent is not PDF/A's"),
        unless(intent.has(b"OutputConditionIdentifier"), "the intent has no name"),
        unless(sound, "the profile is not one of a device"),
        unless(get_integer(doc, &profile.dict, "N") == Some(channels), "N is not the number of channels"),
    ]
    .concat()
}

fn transparency(file: &File) -> Vec<String> {
    let opaque =
        |d: &&&Dictionary, key: &str| get(&file.doc, d, key).is_none_or(|v| v.as_float().is_ok_and(|v| v == 1.0));
    let plain = |d: &&&Dictionary, key: &str, values: &[&str]| {
        get(&file.doc, d, key).is_none_or(|v| v.as_name().is_ok_and(|n| values.iter().any(|v| v.as_bytes() == n)))
    };
    dictionaries(&file.doc)
        .iter()
        .filter(|d| {
            !(opaque(d, "ca")
                && opaque(d, "CA")
                && plain(d, "BM", &["Normal", "Compatible"])
                && plain(d, "SMask", &["None"]))
                || get_dict(&file.doc, d, "Group").is_some_and(|g| get_name(&file.doc, g, "S") == Some("Transparency"))
        })
        .map(|d| format!("{d:?}"))
        .collect()
}

fn x_objects(file: &File) -> Vec<String> {
    let used = |d: &&&Dictionary| get_name(&file.doc, d, "Type") == Some("XObject");
    let sound = |d: &Dictionary| {
        let space =
            get_name(&file.doc, d, "ColorSpace").is_some_and(|name| ["DeviceGray", "DeviceRGB"].contains(&name));
        let other: [&[u8]; 6] = [b"SMask", b"Mask", b"Alternates", b"OPI", b"Interpolate", b"ImageMask"];
        get_name(&file.doc, d, "Subtype") == Some("Image")
            && space
            && get_integer(&file.doc, d, "BitsPerComponent") == Some(8)
            && !other.iter().any(|key| d.has(key))
    };
    dictionaries(&file.doc).iter().filter(used).filter(|d| !sound(d)).map(|d| format!("{d:?}")).collect()
}

/// Every font of a subtype, and its object.
fn fonts<'a>(doc: &'a Document, subtype: &str) -> Vec<(ObjectId, &'a Dictionary)> {
    let fonts = doc.objects.iter().filter_map(|(id, o)| Some((*id, o.as_dict().ok()?)));
    fonts
        .filter(|(_, d)| get_name(doc, d, "Type") == Some("Font") && get_name(doc, d, "Subtype") == Some(subtype))
        .collect()
}

fn font_mut<'a>(doc: &'a mut Document, subtype: &str) -> &'a mut Dictionary {
    let id = fonts(doc, subtype)[0].0;
    doc.get_object_mut(id).and_then(Object::as_dict_mut).expect("a font is a dictionary")
}

fn descriptor_mut(doc: &mut Document) -> &mut Dictionary {
    let is = |o: &Object| o.as_dict().is_ok_and(|d| get_name(doc, d, "Type") == Some("FontDescriptor"));
    let id = *doc.objects.iter().find(|(_, o)| is(o)).expect("the sample has fonts").0;
    doc.get_object_mut(id).and_then(Object::as_dict_mut).expect("a descriptor is a dictionary")
}

/// A Type0 font with its descendant and its descriptor.
pub(super) struct Font<'a> {
    pub dict: &'a Dictionary,
    pub descendant: &'a Dictionary,
    pub descriptor: &'a Dictionary,
}

pub(super) fn whole_fonts(doc: &Document) -> Vec<Font<'_>> {
    let whole = |dict| {
        let descendant = follow(doc, get_array(doc, dict, "DescendantFonts")?.first()?).as_dict().ok()?;
        Some(Font { dict, descendant, descriptor: get_dict(doc, descendant, "FontDescriptor")? })
    };
    fonts(doc, "Type0").into_iter().filter_map(|(_, dict)| whole(dict)).collect()
}

fn encodings(file: &File) -> Vec<String> {
    let doc = &file.doc;
    let simple = ["Type1", "TrueType", "Type3", "MMType1"].iter().flat_map(|kind| fonts(doc, kind)).count();
    let mut found = unless(simple == 0, "a simple font");
    found
        .extend(unless(whole_fonts(doc).len() == fonts(doc, "Type0").len(), "a font without descendant or descriptor"));
    for font in whole_fonts(doc) {
        let identity = matches!(get_name(doc, font.dict, "Encoding"), Some("Identity-H" | "Identity-V"));
        let system = get_dict(doc, font.descendant, "CIDSystemInfo");
        let system = system.map(|s| (get_text(doc, s, "Registry"), get_text(doc, s, "Ordering")));
        let known = system == Some((Some("Adobe".into()), Some("Identity".into())));
        found.extend(unless(identity && known, format!("{:?}", font.dict)));
    }
    found
}

fn glyph_maps(file: &File) -> Vec<String> {
    let doc = &file.doc;
    let mapped = |d: &Dictionary| {
        get(doc, d, "CIDToGIDMap").is_some_and(|m| m.as_stream().is_ok() || m.as_name().is_ok_and(|n| n == b"Identity"))
    };
    fonts(doc, "CIDFontType2").iter().filter(|(_, d)| !mapped(d)).map(|(_, d)| format!("{d:?}")).collect()
}

fn embedded(file: &File) -> Vec<String> {
    let doc = &file.doc;
    let held = |font: &Font| match get_name(doc, font.descendant, "Subtype") {
        Some("CIDFontType2") => get(doc, font.descriptor, "FontFile2").is_some_and(|p| p.as_stream().is_ok()),
        Some("CIDFontType0") => get(doc, font.descriptor, "FontFile3")
            .and_then(|p| p.as_stream().ok())
            .is_some_and(|p| get_name(doc, &p.dict, "Subtype") == Some("CIDFontType0C")),
        _ => false,
    };
    whole_fonts(doc).iter().filter(|font| !held(font)).map(|font| format!("{:?}", font.descendant)).collect()
}

fn subset_names(file: &File) -> Vec<String> {
    let doc = &file.doc;
    let tagged =
        |name: &str| name.len() > 7 && name.as_bytes()[6] == b'+' && name[..6].bytes().all(|b| b.is_ascii_uppercase());
    let mut found: Vec<String> = whole_fonts(doc)
        .iter()
        .map(|f| {
            [(f.dict, "BaseFont"), (f.descendant, "BaseFont"), (f.descriptor, "FontName")]
                .map(|(d, key)| get_name(doc, d, key))
        })
        .filter(|names| !names[0].is_some_and(tagged) || names.iter().any(|name| *name != names[0]))
        .map(|names| format!("{names:?}"))
        .collect();
    let mut tags: Vec<&str> =
        whole_fonts(doc).iter().filter_map(|f| get_name(doc, f.dict, "BaseFont")?.get(..6)).collect();
    tags.sort_unstable();
    found.extend(unless(tags.windows(2).all(|pair| pair[0] != pair[1]), "two subsets have one tag"));
    found
}

fn descriptors(file: &File) -> Vec<String> {
    const KEYS: [&str; 8] = ["FontName", "Flags", "FontBBox", "ItalicAngle", "Ascent", "Descent", "CapHeight", "StemV"];
    let lacks = |d: &Dictionary| KEYS.iter().find(|key| !d.has(key.as_bytes())).map(|key| format!("no {key}: {d:?}"));
    whole_fonts(&file.doc).iter().filter_map(|font| lacks(font.descriptor)).collect()
}

fn metadata(doc: &Document) -> Option<&Stream> {
    get(doc, catalog(doc), "Metadata")?.as_stream().ok()
}

fn xmp(doc: &Document) -> String {
    metadata(doc).map(|s| String::from_utf8_lossy(&s.content).into_owned()).unwrap_or_default()
}

fn edit_xmp(doc: &mut Document, edit: impl Fn(String) -> String) {
    let id = catalog(doc).get(b"Metadata").and_then(Object::as_reference).expect("a file has metadata");
    let edited = edit(xmp(doc));
    let Ok(Object::Stream(stream)) = doc.get_object_mut(id) else { panic!("metadata is a stream") };
    stream.set_content(edited.into_bytes());
}

fn packet(file: &File) -> Vec<String> {
    let Some(stream) = metadata(&file.doc) else { return vec!["no metadata stream".into()] };
    let xmp = xmp(&file.doc);
    let head = xmp.split("?>").next().unwrap_or_default();
    let mut reader = quick_xml::Reader::from_str(&xmp);
    let mut depth = 0i64;
    let well_formed = loop {
        match reader.read_event() {
            Ok(quick_xml::events::Event::Start(_)) => depth += 1,
            Ok(quick_xml::events::Event::End(_)) => depth -= 1,
            Ok(quick_xml::events::Event::Eof) => break depth == 0,
            Ok(_) => {}
            Err(_) => break false,
        }
    };
    [
        unless(!stream.dict.has(b"Filter"), "the metadata is compressed"),
        unless(
            head.starts_with("<?xpacket begin=") && !head.contains("bytes=") && !head.contains("encoding="),
            "packet head",
        ),
        unless(well_formed, "the metadata is not well-formed"),
    ]
    .concat()
}

fn element_text<'a>(xmp: &'a str, name: &str) -> Option<&'a str> {
    let from = xmp.find(&format!("<{name}>"))? + name.len() + 2;
    let to = xmp[from..].find(&format!("</{name}>"))? + from;
    Some(&xmp[from..to])
}

fn claims(file: &File, expected: &[(&str, &str)]) -> Vec<String> {
    let xmp = xmp(&file.doc);
    let differs = expected.iter().filter(|(name, value)| element_text(&xmp, name) != Some(value));
    differs.map(|(name, value)| format!("{name} is not {value}")).collect()
}

fn extension_schema(file: &File) -> Vec<String> {
    let xmp = xmp(&file.doc);
    let schema = element_text(&xmp, "pdfaExtension:schemas").unwrap_or_default();
    let described = element_text(schema, "pdfaSchema:namespaceURI") == Some("http://www.aiim.org/pdfua/ns/id/")
        && element_text(schema, "pdfaSchema:prefix") == Some("pdfuaid")
        && element_text(schema, "pdfaProperty:name") == Some("part");
    unless(described, "pdfuaid is not described")
}

fn information(file: &File) -> Vec<String> {
    let xmp = xmp(&file.doc);
    let info = file.doc.trailer.get(b"Info").map(|info| follow(&file.doc, info)).and_then(Object::as_dict);
    let Ok(info) = info else { return vec![] };
    let plain = |text: &str| text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    let item = |name: &str| {
        let inside = element_text(&xmp, name)?;
        let from = inside.find("<rdf:li")?;
        let text = &inside[from + inside[from..].find('>')? + 1..];
        Some(plain(&text[..text.find("</rdf:li>")?]))
    };
    // D:20240208000000+08'00' is 2024-02-08T00:00:00+08:00.
    let date = |name: &str| {
        let digits: String = element_text(&xmp, name)?.chars().filter(char::is_ascii_digit).collect();
        Some(format!("D:{}+{}'{}'", &digits[..14], &digits[14..16], &digits[16..18]))
    };
    let pairs = [
        ("Title", item("dc:title")),
        ("Author", item("dc:creator")),
        ("Creator", element_text(&xmp, "xmp:CreatorTool").map(plain)),
        ("Producer", element_text(&xmp, "pdf:Producer").map(plain)),
        ("CreationDate", date("xmp:CreateDate")),
        ("ModDate", date("xmp:ModifyDate")),
    ];
    let differs = pairs.into_iter().filter(|(key, value)| get_text(&file.doc, info, key) != *value);
    differs.map(|(key, value)| format!("{key}: {:?} and {value:?}", get_text(&file.doc, info, key))).collect()
}

fn actions(file: &File) -> Vec<String> {
    const KINDS: [&str; 9] =
        ["Launch", "Sound", "Movie", "ResetForm", "ImportData", "Hide", "SetOCGState", "JavaScript", "Rendition"];
    let bad = |d: &Dictionary| {
        d.has(b"AA") || d.has(b"JS") || get_name(&file.doc, d, "S").is_some_and(|kind| KINDS.contains(&kind))
    };
    dictionaries(&file.doc).iter().filter(|d| bad(d)).map(|d| format!("{d:?}")).collect()
}
