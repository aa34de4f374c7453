//! A DOCX read back: its figures by address and its prose by source, whatever program saved it last.

pub mod number;

/// What an address begins with: the table's key, `t5` of `t5/2010350/基本`.
pub fn table_key(address: &str) -> &str {
    address.split('/').next().unwrap_or(address)
}

/// The key of a whole column: `t5/*/基本` of `t5/2010350/基本`.
pub fn column_key(address: &str) -> String {
    let column = address.rsplit('/').next().unwrap_or_default();
    format!("{}/*/{column}", table_key(address))
}
