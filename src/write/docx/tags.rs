//! Tags of content controls: each printed figure's address, unique and at most 64 characters, and the way back.

use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};

/// Word takes no more in `w:tag` and `w:alias`, counted in UTF-16 units.
pub const LIMIT: usize = 64;

/// Gives every printing of a figure its tag, in document order.
#[derive(Default)]
pub struct Tags<'a> {
    printed: HashMap<&'a str, u32>,
    /// Tags that do not spell their address, with the address.
    pub spelled: BTreeMap<String, String>,
}

impl<'a> Tags<'a> {
    /// `t5/2010350/基本`, then `t5/2010350/基本!2` where the figure is printed again, and so on.
    pub fn next(&mut self, address: &'a str) -> String {
        let count = self.printed.entry(address).or_insert(0);
        *count += 1;
        let suffix = if *count > 1 || ends_like_a_tag(address) { format!("!{count}") } else { String::new() };
        let address = super::xml::clean(address);
        if utf16(&address) + utf16(&suffix) <= LIMIT {
            return format!("{address}{suffix}");
        }
        let tag = shortened(&address, &suffix);
        self.spelled.insert(tag.clone(), address.into_owned());
        tag
    }
}

/// The address ends as the tag of a second printing would.
fn ends_like_a_tag(address: &str) -> bool {
    address.rsplit_once('!').is_some_and(|(_, n)| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}

/// The beginning of a long address, five hex digits of its hash, and the suffix: still unique, still readable.
fn shortened(address: &str, suffix: &str) -> String {
    let hash = Sha256::digest(address.as_bytes());
    let end = format!("#{:02x}{:02x}{:x}{suffix}", hash[0], hash[1], hash[2] >> 4);
    let mut tag = String::new();
    for c in address.chars() {
        if utf16(&tag) + c.len_utf16() + utf16(&end) > LIMIT {
            break;
        }
        tag.push(c);
    }
    tag + &end
}

fn utf16(text: &str) -> usize {
    text.encode_utf16().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_printing_has_its_own_tag() {
        let mut tags = Tags::default();
        assert_eq!(tags.next("t1/a/b"), "t1/a/b");
        assert_eq!(tags.next("t1/a/b"), "t1/a/b!2");
        assert_eq!(tags.next("t1/a/b!2"), "t1/a/b!2!1");
        assert!(tags.spelled.is_empty());
    }

    #[test]
    fn long_addresses_stay_unique_and_within_the_limit() {
        let long = "行".repeat(64);
        let longer = format!("{long}𬭚");
        let mut tags = Tags::default();
        assert_eq!(tags.next(&long), long);
        let second = tags.next(&long);
        assert_eq!(second.encode_utf16().count(), 64);
        assert_eq!(tags.spelled[&second], long);
        let other = tags.next(&longer);
        assert!(other != second && other.encode_utf16().count() <= 64);
    }
}
