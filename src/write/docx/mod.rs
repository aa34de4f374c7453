//! DOCX: docx-rs makes the body, a finishing pass makes the package valid. The only place that names docx-rs.
//!
//! ```text
//! Document ─ plan ─ items (paragraphs, tables; every style, tag and bookmark decided, in order)
//!                   └ body: docx-rs makes each item, `finish` mends it (in parallel) ┐
//! styles.xml, settings, fonts, footers, properties ──────────────────────────────────┴ package → bytes
//! ```

mod body;
mod built_in;
mod chart;
mod contents;
mod finish;
mod fixed_styles;
mod lengths;
mod look;
mod map;
mod package;
mod parts;
mod picture;
mod plan;
mod properties;
mod references;
mod section;
mod stamp;
mod styles;
mod table;
mod tags;
mod xml;

use crate::document::Document;
use crate::fonts::Fonts;
use crate::style::Style;
use crate::typeset::Pages;
use std::fmt;

/// Why no DOCX could be made. None of these comes from the figures; each names what the layout set lacks.
#[derive(Debug)]
pub enum Error {
    /// The document names a text role that `style.toml` lacks.
    Role(String),
    /// The document names a page setup that `style.toml` lacks.
    Page(String),
    /// The document names a kind of table that `style.toml` lacks.
    TableStyle(String),
    /// A text role names a font role that `fonts.toml` lacks.
    Font {
        /// The text role.
        role: String,
        /// The font role it names.
        font: String,
    },
    /// The pages were not typeset from this document: a table has another number of columns there.
    Geometry {
        /// Id of the table.
        table: String,
    },
    /// docx-rs or the finishing pass failed; the text says how.
    Body(String),
    /// The ZIP container could not be written.
    Package(zip::result::ZipError),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Role(name) => write!(f, "版式没有文字样式“{name}”；请在 style.toml 中添加 [text.\"{name}\"]"),
            Error::Page(name) => write!(f, "版式没有页面设置“{name}”；请在 style.toml 中添加 [page.\"{name}\"]"),
            Error::TableStyle(name) => {
                write!(f, "版式没有表格样式“{name}”；请在 style.toml 中添加 [table.\"{name}\"]")
            }
            Error::Font { role, font } => {
                write!(f, "文字样式“{role}”所用的字体“{font}”不在 fonts.toml 中；请添加 [role.\"{font}\"]")
            }
            Error::Geometry { table } => write!(f, "表“{table}”的列数与排版结果不符；请重新排版后再生成 Word 文件"),
            Error::Body(why) => write!(f, "生成 Word 正文时出错：{why}"),
            Error::Package(why) => write!(f, "写入 Word 文件包时出错：{why}"),
        }
    }
}

impl std::error::Error for Error {}

/// The bytes of the finished DOCX (ECMA-376 transitional, compatibility mode 15). Page numbers in its contents
/// and column widths come from `pages`, which must be typeset from the same document.
pub fn write(document: &Document, style: &Style, fonts: &Fonts, pages: &Pages) -> Result<Vec<u8>, Error> {
    let plan = plan::plan(document, style, fonts, pages)?;
    let body = body::build(&plan)?;
    let parts = parts::parts(document, &plan, fonts, body)?;
    package::zip(&parts).map_err(Error::Package)
}
