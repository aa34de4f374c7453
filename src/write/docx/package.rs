//! The ZIP container, the same bytes for the same parts.

use super::parts::Part;
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipWriter};

/// Parts as a ZIP file: deflated, dated 1980-01-01, with a regular file's Unix attributes (Word for Mac takes
/// a file with none for damaged), as if made on Unix wherever it is made. `[Content_Types].xml` must come first.
pub fn zip(parts: &[Part]) -> zip::result::ZipResult<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(6))
        .last_modified_time(DateTime::default())
        .system(System::Unix)
        .unix_permissions(0o644);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for part in parts {
        writer.start_file(part.name.as_str(), options)?;
        writer.write_all(&part.content)?;
    }
    Ok(writer.finish()?.into_inner())
}
