//! What the file says of itself: the information dictionary and the same in XMP, which claims PDF/A-2a and PDF/UA-1.

use super::syntax::text_string;
use crate::document::Meta;
use crate::markup::escape;
use lopdf::{Dictionary, Document, Object, ObjectId, Stream, dictionary};

/// The program that makes the file. No version: the same document gives the same bytes from every release.
const PROGRAM: &str = "gongkai";

/// Adds the information dictionary.
pub(super) fn add_info(file: &mut Document, meta: &Meta) -> ObjectId {
    let mut info = dictionary! { "Title" => text_string(&meta.title) };
    if !meta.author.is_empty() {
        info.set("Author", text_string(&meta.author));
    }
    info.set("Creator", text_string(PROGRAM));
    info.set("Producer", text_string(PROGRAM));
    if let Some(date) = published(meta) {
        let [year, month, day] = date;
        // Midnight in China: the day is all that the data says.
        let date = Object::string_literal(format!("D:{year}{month}{day}000000+08'00'"));
        info.set("CreationDate", date.clone());
        info.set("ModDate", date);
    }
    file.add_object(info)
}

/// Adds the metadata stream, which stays readable to programs that know nothing of PDF.
pub(super) fn add_xmp(file: &mut Document, meta: &Meta) -> ObjectId {
    let dict: Dictionary = dictionary! { "Type" => "Metadata", "Subtype" => "XML" };
    file.add_object(Stream::new(dict, xmp(meta).into_bytes()).with_compression(false))
}

/// Year, month and day of publication where the data gives them in full.
fn published(meta: &Meta) -> Option<[&str; 3]> {
    let parts: Vec<&str> = meta.date.as_deref()?.split('-').collect();
    let date: [&str; 3] = parts.try_into().ok()?;
    let digits = |part: &str, length: usize| part.len() == length && part.bytes().all(|b| b.is_ascii_digit());
    (digits(date[0], 4) && digits(date[1], 2) && digits(date[2], 2)).then_some(date)
}

/// The XMP packet (ISO 16684-1). Each entry of the information dictionary has its equal here (ISO 19005-2 6.6.3).
fn xmp(meta: &Meta) -> String {
    let title = escape(&meta.title);
    let language = escape(&meta.language);
    let author = match meta.author.as_str() {
        "" => String::new(),
        author => format!("<dc:creator><rdf:Seq><rdf:li>{}</rdf:li></rdf:Seq></dc:creator>\n", escape(author)),
    };
    let dates = published(meta).map_or(String::new(), |[year, month, day]| {
        let date = format!("{year}-{month}-{day}T00:00:00+08:00");
        format!("<xmp:CreateDate>{date}</xmp:CreateDate>\n<xmp:ModifyDate>{date}</xmp:ModifyDate>\n")
    });
    format!(
        r#"<?xpacket begin="{bom}" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
{author}<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
<xmp:CreatorTool>{PROGRAM}</xmp:CreatorTool>
{dates}<pdf:Producer>{PROGRAM}</pdf:Producer>
<pdfaid:part>2</pdfaid:part>
<pdfaid:conformance>A</pdfaid:conformance>
<pdfuaid:part>1</pdfuaid:part>
</rdf:Description>
{UA_SCHEMA}
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"#,
        bom = '\u{FEFF}',
    )
}

/// PDF/A knows no pdfuaid, so the file describes it (ISO 19005-2 6.6.2.3).
const UA_SCHEMA: &str = r#"<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 the file conforms to</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>"#;

#[cfg(test)]
mod tests {
    use super::*;

    fn meta(date: Option<&str>) -> Meta {
        Meta {
            title: "A&B <部门> 预算".into(),
            author: "某部门".into(),
            code: "631".into(),
            year: 2023,
            date: date.map(String::from),
            language: "zh-CN".into(),
            file_stem: String::new(),
            watermark: None,
            data: None,
        }
    }

    #[test]
    fn the_packet_is_well_formed_and_says_the_title() {
        let xmp = xmp(&meta(Some("2023-02-10")));
        let mut reader = quick_xml::Reader::from_str(&xmp);
        let mut depth = 0;
        loop {
            match reader.read_event().expect("well-formed") {
                quick_xml::events::Event::Start(_) => depth += 1,
                quick_xml::events::Event::End(_) => depth -= 1,
                quick_xml::events::Event::Eof => break,
                _ => {}
            }
        }
        assert_eq!(depth, 0);
        assert!(xmp.contains("A&amp;B &lt;部门&gt; 预算"));
        assert!(xmp.contains("2023-02-10T00:00:00+08:00"));
    }

    #[test]
    fn no_date_but_the_datas_own() {
        for date in [None, Some("2023年2月"), Some("2023-2-10"), Some("2023-02-10-01")] {
            let meta = meta(date);
            assert!(!xmp(&meta).contains("Date>"), "{date:?}");
            let mut file = Document::new();
            let info = add_info(&mut file, &meta);
            assert!(!file.get_dictionary(info).expect("added").has(b"CreationDate"));
        }
        let mut file = Document::new();
        let info = add_info(&mut file, &meta(Some("2023-02-10")));
        let date = file.get_dictionary(info).expect("added").get(b"CreationDate").expect("dated");
        assert_eq!(date, &Object::string_literal("D:20230210000000+08'00'"));
    }
}
