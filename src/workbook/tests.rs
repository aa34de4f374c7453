//! What is refused at the door.

use super::*;

fn said(bytes: &[u8]) -> String {
    match Workbook::open(&Bytes::from(bytes), "数据.xlsx") {
        Ok(_) => String::new(),
        Err(wrong) => wrong.to_string(),
    }
}

#[test]
fn what_is_no_workbook_is_told_apart() {
    let mut locked = OLE.to_vec();
    locked.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    for (bytes, expected) in [
        (&b""[..], "数据.xlsx 错误[E171] 工作簿是空文件"),
        (b"<html><table>", "数据.xlsx 错误[E171] 文件是网页或 XML，不是工作簿"),
        (b"PK\x03\x04 cut short", "数据.xlsx 错误[E171] 工作簿已损坏或不完整，无法打开"),
        (b"\x89PNG", "数据.xlsx 错误[E171] 文件不是工作簿，或已损坏"),
        (&locked, "数据.xlsx 错误[E171] 工作簿设有打开密码，无法读取"),
    ] {
        let said = said(bytes);
        assert!(said.starts_with(expected) && said.contains("\n  提示："), "{said}");
    }
}
