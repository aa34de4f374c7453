//! The parts of the package that are ours alone: content types, relationships, settings, fonts, theme, properties.

use super::Error;
use super::body::Body;
use super::chart::chart_part;
use super::picture::{Media, all_media};
use super::plan::Plan;
use super::section::{footer_part, header_part, header_xml};
use super::xml::escape;
use crate::document::{Document, Meta};
use crate::fonts::Fonts;
use std::collections::BTreeMap;
use std::fmt::Write;

/// The head of every part.
pub const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
/// WordprocessingML, transitional.
pub const W: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
/// The namespaces of what only some programs see.
pub const CHOICES: &str = r#"xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006""#;
/// Declared by the parts that docx-rs makes the inside of.
pub const NAMESPACES: &str = r#"xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships""#;

/// A file of the package.
pub struct Part {
    pub name: String,
    pub content: Vec<u8>,
}

/// Every part, in the order of the package.
pub fn parts(document: &Document, plan: &Plan, fonts: &Fonts, body: Body) -> Result<Vec<Part>, Error> {
    let (footers, headers) = (body.footers.len(), plan.sections.headers.len());
    let part = |name: &str, content: String| Part { name: name.to_owned(), content: content.into_bytes() };
    let media = all_media(&plan.pictures);
    let mut parts = vec![
        part("[Content_Types].xml", content_types(footers, headers, plan.charts.len(), &media)),
        part("_rels/.rels", format!("{XML}{PACKAGE_RELATIONSHIPS}")),
        Part { name: "word/document.xml".to_owned(), content: body.document },
        part("word/_rels/document.xml.rels", relationships(footers, headers, plan.charts.len(), &media)),
        part("word/styles.xml", plan.styles.xml(&document.meta.language)),
        part("word/settings.xml", settings(&document.meta.language)),
        part("word/fontTable.xml", font_table(fonts)),
        part("word/theme/theme1.xml", theme(fonts)),
    ];
    let footer = |(index, content)| Part { name: format!("word/{}", footer_part(index).0), content };
    parts.extend(body.footers.into_iter().enumerate().map(footer));
    let font = fonts.roles.get("黑体").or(fonts.roles.values().next()).map_or("", |role| &role.word);
    for (index, header) in plan.sections.headers.iter().enumerate() {
        let content = header_xml(header, plan.sections.watermark.as_deref(), font);
        parts.push(part(&format!("word/{}", header_part(index).0), content));
    }
    parts.extend(super::chart::parts(&plan.charts, document.meta.date.as_deref())?);
    parts.extend(super::picture::parts(media));
    parts.extend([
        part("docProps/core.xml", core(&document.meta)),
        part("docProps/app.xml", app(&document.meta)),
        part("docProps/custom.xml", plan.properties.xml()),
        part("customXml/item1.xml", super::map::xml(&super::map::map(&plan.items))),
        part("customXml/itemProps1.xml", format!("{XML}{ITEM_PROPERTIES}")),
        part("customXml/_rels/item1.xml.rels", format!("{XML}{ITEM_RELATIONSHIPS}")),
    ]);
    Ok(parts)
}

fn content_types(footers: usize, headers: usize, charts: usize, media: &[Media]) -> String {
    const WORD: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml";
    const OFFICE: &str = "application/vnd.openxmlformats-officedocument";
    let mut out = String::from(XML);
    out.push_str(r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>"#);
    if charts > 0 {
        let _ = write!(out, r#"<Default Extension="xlsx" ContentType="{OFFICE}.spreadsheetml.sheet"/>"#);
    }
    let types: BTreeMap<&str, &str> =
        media.iter().filter_map(|m| Some((m.name.rsplit('.').next()?, m.media_type))).collect();
    for (ending, media_type) in types {
        let _ = write!(out, r#"<Default Extension="{ending}" ContentType="{media_type}"/>"#);
    }
    let mut add = |name: &str, kind: &str| {
        let _ = write!(out, r#"<Override PartName="/{name}" ContentType="{kind}+xml"/>"#);
    };
    add("word/document.xml", &format!("{WORD}.document.main"));
    for name in ["styles", "settings", "fontTable"] {
        add(&format!("word/{name}.xml"), &format!("{WORD}.{name}"));
    }
    for index in 0..footers {
        add(&format!("word/{}", footer_part(index).0), &format!("{WORD}.footer"));
    }
    for index in 0..headers {
        add(&format!("word/{}", header_part(index).0), &format!("{WORD}.header"));
    }
    for index in 0..charts {
        add(&format!("word/{}", chart_part(index).0), "application/vnd.openxmlformats-officedocument.drawingml.chart");
    }
    add("word/theme/theme1.xml", &format!("{OFFICE}.theme"));
    add("customXml/itemProps1.xml", &format!("{OFFICE}.customXmlProperties"));
    add("docProps/core.xml", "application/vnd.openxmlformats-package.core-properties");
    add("docProps/app.xml", &format!("{OFFICE}.extended-properties"));
    add("docProps/custom.xml", &format!("{OFFICE}.custom-properties"));
    out.push_str("</Types>");
    out
}

const PACKAGE_RELATIONSHIPS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/><Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/extended-properties" Target="docProps/app.xml"/><Relationship Id="rId4" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties" Target="docProps/custom.xml"/></Relationships>"#;

/// The data store's id names the kind of content, the same in every document.
const ITEM_PROPERTIES: &str = r#"<ds:datastoreItem xmlns:ds="http://schemas.openxmlformats.org/officeDocument/2006/customXml" ds:itemID="{6A2F1C38-5B0E-4D27-9E43-0C7B5D1E8F60}"><ds:schemaRefs><ds:schemaRef ds:uri="urn:gongkai:figures:1"/></ds:schemaRefs></ds:datastoreItem>"#;
const ITEM_RELATIONSHIPS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/customXmlProps" Target="itemProps1.xml"/></Relationships>"#;

fn relationships(footers: usize, headers: usize, charts: usize, media: &[Media]) -> String {
    let mut out = String::from(XML);
    out.push_str(r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">"#);
    let mut add = |id: &str, kind: &str, target: &str| {
        let _ = write!(
            out,
            r#"<Relationship Id="{id}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{target}"/>"#
        );
    };
    add("rId1", "styles", "styles.xml");
    add("rId2", "settings", "settings.xml");
    add("rId3", "fontTable", "fontTable.xml");
    add("rId4", "theme", "theme/theme1.xml");
    add("rId5", "customXml", "../customXml/item1.xml");
    for (part, id) in (0..footers).map(footer_part) {
        add(&id, "footer", &part);
    }
    for (part, id) in (0..headers).map(header_part) {
        add(&id, "header", &part);
    }
    for (part, id) in (0..charts).map(chart_part) {
        add(&id, "chart", &part);
    }
    for file in media {
        add(&file.relation, "image", &file.name);
    }
    out.push_str("</Relationships>");
    out
}

/// What no line begins with: the marks that programs take without being told, and the units of money, so that a number
/// stays with its 万元.
const LINE_STARTS: &str = r#"<w:noLineBreaksBefore w:lang="zh-CN" w:val="!%),.:;&gt;?]}¢¨°·ˇˉ―‖’”…‰′″›℃∶、。〃〉》」』】〕〗〞︶︺︾﹀﹄﹚﹜﹞！＂％＇），．：；？］｀｜｝～￠万元亿"/>"#;

/// Compatibility mode 15, odd and even footers, punctuation squeezed as GB/T 15834 has it; fields are right as
/// they stand, so nothing asks to update them.
fn settings(language: &str) -> String {
    let language = escape(language);
    let mut out = format!(
        r#"{XML}<w:settings xmlns:w="{W}"><w:zoom w:percent="100"/><w:bordersDoNotSurroundHeader/><w:bordersDoNotSurroundFooter/><w:defaultTabStop w:val="420"/><w:autoHyphenation/><w:doNotHyphenateCaps/><w:evenAndOddHeaders/><w:drawingGridVerticalSpacing w:val="156"/><w:characterSpacingControl w:val="compressPunctuation"/>{LINE_STARTS}<w:compat><w:spaceForUL/><w:balanceSingleByteDoubleByteWidth/><w:doNotLeaveBackslashAlone/><w:ulTrailSpace/><w:doNotExpandShiftReturn/><w:useFELayout/>"#
    );
    for (name, value) in [
        ("compatibilityMode", 15),
        ("overrideTableStyleFontSizeAndJustification", 1),
        ("enableOpenTypeFeatures", 1),
        ("doNotFlipMirrorIndents", 1),
        ("differentiateMultirowTableHeaders", 1),
    ] {
        let _ = write!(
            out,
            r#"<w:compatSetting w:name="{name}" w:uri="http://schemas.microsoft.com/office/word" w:val="{value}"/>"#
        );
    }
    let _ = write!(
        out,
        r#"</w:compat><w:themeFontLang w:val="en-US" w:eastAsia="{language}"/><w:clrSchemeMapping w:bg1="light1" w:t1="dark1" w:bg2="light2" w:t2="dark2" w:accent1="accent1" w:accent2="accent2" w:accent3="accent3" w:accent4="accent4" w:accent5="accent5" w:accent6="accent6" w:hyperlink="hyperlink" w:followedHyperlink="followedHyperlink"/><w:decimalSymbol w:val="."/><w:listSeparator w:val=","/></w:settings>"#
    );
    out
}

/// Each named font once, with the name to fall back to on machines without it.
fn font_table(fonts: &Fonts) -> String {
    let mut out = format!(r#"{XML}<w:fonts xmlns:w="{W}">"#);
    let mut known: Vec<&str> = Vec::new();
    for role in fonts.roles.values() {
        if !known.contains(&role.latin.as_str()) {
            known.push(&role.latin);
            let _ = write!(
                out,
                r#"<w:font w:name="{}"><w:charset w:val="00"/><w:family w:val="roman"/><w:pitch w:val="variable"/></w:font>"#,
                escape(&role.latin)
            );
        }
        if !known.contains(&role.word.as_str()) {
            known.push(&role.word);
            let alternative = role
                .alternatives
                .first()
                .map_or_else(String::new, |name| format!(r#"<w:altName w:val="{}"/>"#, escape(name)));
            let _ = write!(
                out,
                r#"<w:font w:name="{}">{alternative}<w:charset w:val="86"/><w:family w:val="auto"/><w:pitch w:val="variable"/></w:font>"#,
                escape(&role.word)
            );
        }
    }
    out.push_str("</w:fonts>");
    out
}

/// A theme, which Word wants; no style names its fonts, so it overrules none.
fn theme(fonts: &Fonts) -> String {
    let (latin, chinese) = fonts
        .roles
        .values()
        .next()
        .map_or((String::new(), String::new()), |role| (escape(&role.latin), escape(&role.word)));
    let colours = [
        ("dk1", "000000"),
        ("lt1", "FFFFFF"),
        ("dk2", "44546A"),
        ("lt2", "E7E6E6"),
        ("accent1", "4472C4"),
        ("accent2", "ED7D31"),
        ("accent3", "A5A5A5"),
        ("accent4", "FFC000"),
        ("accent5", "5B9BD5"),
        ("accent6", "70AD47"),
        ("hlink", "0563C1"),
        ("folHlink", "954F72"),
    ];
    let colours: String =
        colours.iter().map(|(name, rgb)| format!(r#"<a:{name}><a:srgbClr val="{rgb}"/></a:{name}>"#)).collect();
    let face = |kind: &str| {
        format!(r#"<a:{kind}><a:latin typeface="{latin}"/><a:ea typeface="{chinese}"/><a:cs typeface=""/></a:{kind}>"#)
    };
    let fill = r#"<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>"#;
    let line = format!(r#"<a:ln w="6350">{fill}<a:prstDash val="solid"/></a:ln>"#);
    let effect = "<a:effectStyle><a:effectLst/></a:effectStyle>";
    format!(
        r#"{XML}<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" name="Office"><a:themeElements><a:clrScheme name="Office">{colours}</a:clrScheme><a:fontScheme name="Office">{}{}</a:fontScheme><a:fmtScheme name="Office"><a:fillStyleLst>{fill}{fill}{fill}</a:fillStyleLst><a:lnStyleLst>{line}{line}{line}</a:lnStyleLst><a:effectStyleLst>{effect}{effect}{effect}</a:effectStyleLst><a:bgFillStyleLst>{fill}{fill}{fill}</a:bgFillStyleLst></a:fmtScheme></a:themeElements></a:theme>"#,
        face("majorFont"),
        face("minorFont")
    )
}

fn core(meta: &Meta) -> String {
    let mut out = format!(
        r#"{XML}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:dcmitype="http://purl.org/dc/dcmitype/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>{}</dc:title><dc:creator>{}</dc:creator>"#,
        escape(&meta.title),
        escape(&meta.author)
    );
    let _ =
        write!(out, r#"<cp:lastModifiedBy>{}</cp:lastModifiedBy><cp:revision>1</cp:revision>"#, escape(&meta.author));
    if let Some(date) = meta.date.as_deref().filter(|d| is_date(d)) {
        for name in ["created", "modified"] {
            let _ = write!(out, r#"<dcterms:{name} xsi:type="dcterms:W3CDTF">{date}T00:00:00Z</dcterms:{name}>"#);
        }
    }
    let _ = write!(out, "<dc:language>{}</dc:language></cp:coreProperties>", escape(&meta.language));
    out
}

/// `2023-02-10`.
pub fn is_date(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() })
}

fn app(meta: &Meta) -> String {
    format!(
        r#"{XML}<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"><Application>gongkai</Application><Company>{}</Company><AppVersion>1.0000</AppVersion></Properties>"#,
        escape(&meta.author)
    )
}
