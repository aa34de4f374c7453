//! Styles that do not come from text roles: those every document has, and one for each kind of table.

use super::xml::{escape, twips_mm};
use crate::style::TableStyle;
use std::fmt::Write;

/// The styles that every document has: the character styles, the table without look, the structural paragraphs.
pub const FIXED_STYLES: &str = concat!(
    r#"<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont"><w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/><w:unhideWhenUsed/></w:style>"#,
    r#"<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:uiPriority w:val="99"/><w:semiHidden/><w:unhideWhenUsed/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:top w:w="0" w:type="dxa"/><w:left w:w="108" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/><w:right w:w="108" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>"#,
    r#"<w:style w:type="numbering" w:default="1" w:styleId="NoList"><w:name w:val="No List"/><w:uiPriority w:val="99"/><w:semiHidden/><w:unhideWhenUsed/></w:style>"#,
    r#"<w:style w:type="paragraph" w:customStyle="1" w:styleId="TableGap"><w:name w:val="表间"/><w:uiPriority w:val="98"/><w:pPr><w:keepNext/><w:snapToGrid w:val="0"/><w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/></w:pPr><w:rPr><w:sz w:val="2"/><w:szCs w:val="2"/></w:rPr></w:style>"#,
    r#"<w:style w:type="paragraph" w:customStyle="1" w:styleId="SectionEnd"><w:name w:val="节尾"/><w:uiPriority w:val="98"/><w:pPr><w:snapToGrid w:val="0"/><w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/></w:pPr><w:rPr><w:sz w:val="2"/><w:szCs w:val="2"/></w:rPr></w:style>"#,
    r#"<w:style w:type="table" w:customStyle="1" w:styleId="LayoutTable"><w:name w:val="表上栏"/><w:basedOn w:val="TableNormal"/><w:uiPriority w:val="98"/><w:tblPr><w:tblCellMar><w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>"#,
);

/// A line as high as the picture in it; in documents that have one.
pub const PICTURE_STYLE: &str = r#"<w:style w:type="paragraph" w:customStyle="1" w:styleId="Picture"><w:name w:val="图"/><w:uiPriority w:val="98"/><w:pPr><w:snapToGrid w:val="0"/><w:spacing w:before="120" w:after="120" w:line="240" w:lineRule="auto"/><w:jc w:val="center"/></w:pPr></w:style>"#;

/// Id of the table style of the n-th kind in `style.toml`.
pub fn table_style_id(index: usize) -> String {
    format!("Table{}", index + 1)
}

pub fn table_style(out: &mut String, id: &str, name: &str, table: &TableStyle) {
    let _ = write!(
        out,
        r#"<w:style w:type="table" w:customStyle="1" w:styleId="{id}"><w:name w:val="{}"/><w:basedOn w:val="TableNormal"/><w:uiPriority w:val="59"/><w:qFormat/><w:tblPr><w:tblBorders>"#,
        escape(&format!("表格 {name}"))
    );
    for side in ["top", "left", "bottom", "right"] {
        border(out, side, table.frame);
    }
    for side in ["insideH", "insideV"] {
        border(out, side, table.rule);
    }
    // Other programs squeeze no marks and put the rules inside the cells: a third of the padding is left to the text.
    let horizontal = twips_mm(table.padding[1] * 2.0 / 3.0);
    // Above and below, the least heights of the rows hold the padding: a face with a taller line than that of the
    // print would otherwise push every row, and at last a row off the page.
    let _ = write!(
        out,
        r#"</w:tblBorders><w:tblCellMar><w:top w:w="0" w:type="dxa"/><w:left w:w="{horizontal}" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/><w:right w:w="{horizontal}" w:type="dxa"/></w:tblCellMar></w:tblPr><w:tcPr><w:vAlign w:val="center"/></w:tcPr></w:style>"#
    );
}

/// A rule in eighths of a point, which Word draws from 2 to 96; none at all for 0.
fn border(out: &mut String, side: &str, pt: f64) {
    if pt <= 0.0 {
        let _ = write!(out, r#"<w:{side} w:val="nil"/>"#);
        return;
    }
    let eighths = ((pt * 8.0).round() as i64).clamp(2, 96);
    let _ = write!(out, r#"<w:{side} w:val="single" w:sz="{eighths}" w:space="0" w:color="auto"/>"#);
}
