//! The contents: a TOC field, filled. Its switches collect the same headings again when someone presses F9.

use super::Error;
use super::styles::{Purpose, StyleBook, Variant};
use crate::document::{Document, Heading, plain_text};
use crate::typeset::Pages;
use std::collections::BTreeSet;

/// Which styles the TOC field collects, so that headings which the contents leave out get others.
pub struct Listing {
    /// Role and level of every listed heading.
    listed: BTreeSet<(String, u8)>,
    /// Levels of `heading 1` … that the field's `\o` covers.
    built_in: Option<(u8, u8)>,
    /// Names and levels for its `\t`.
    named: Vec<(String, u8)>,
    /// Roles whose own style is `heading N` within `\o`, or in `\t`.
    collected: BTreeSet<String>,
}

/// One line of the contents.
pub struct Entry {
    pub anchor: String,
    pub title: String,
    /// The page's label.
    pub page: String,
    /// The field's instruction, before the first entry.
    pub opens: Option<String>,
    /// The field ends after it.
    pub closes: bool,
}

impl Listing {
    pub fn new(document: &Document, styles: &mut StyleBook) -> Result<Listing, Error> {
        let listed: BTreeSet<(String, u8)> =
            document.headings().filter(|h| h.contents).map(|h| (h.role.clone(), level(h))).collect();
        let mut listing = Listing { listed, built_in: None, named: Vec::new(), collected: BTreeSet::new() };
        for (role, level) in listing.listed.clone() {
            let id = styles.id(heading_variant(&role, level))?;
            let name = styles.name_of(id).to_owned();
            if name == format!("heading {level}") {
                let (low, high) = listing.built_in.unwrap_or((level, level));
                listing.built_in = Some((low.min(level), high.max(level)));
            } else {
                listing.named.push((name, level));
            }
        }
        for role in styles.roles() {
            let id = styles.id(Variant::of(&role, Purpose::Text))?;
            if listing.collects(styles.name_of(id)) {
                listing.collected.insert(role);
            }
        }
        Ok(listing)
    }

    fn collects(&self, name: &str) -> bool {
        let level = name.strip_prefix("heading ").and_then(|n| n.parse::<u8>().ok());
        let in_range = level.zip(self.built_in).is_some_and(|(n, (low, high))| (low..=high).contains(&n));
        in_range || self.named.iter().any(|(n, _)| n == name)
    }

    /// The style of a heading.
    pub fn variant(&self, heading: &Heading) -> Variant {
        let mut variant = heading_variant(&heading.role, level(heading));
        let listed = self.listed.contains(&(heading.role.clone(), level(heading)));
        if !heading.contents && (listed || self.collected.contains(&heading.role)) {
            variant.purpose = Purpose::Unlisted;
        }
        variant
    }

    /// The style of a paragraph that is no heading.
    pub fn plain(&self, role: &str) -> Variant {
        let purpose = if self.collected.contains(role) { Purpose::Unlisted } else { Purpose::Text };
        Variant::of(role, purpose)
    }

    /// `\o` collects the built-in headings, `\t` the named styles, `\h` links, `\z` hides numbers on the web.
    fn instruction(&self) -> String {
        let mut text = String::from(" TOC");
        if let Some((low, high)) = self.built_in {
            text += &format!(r#" \o "{low}-{high}""#);
        }
        text += r" \h \z";
        if !self.named.is_empty() {
            let names: Vec<String> = self.named.iter().map(|(name, level)| format!("{name},{level}")).collect();
            text += &format!(r#" \t "{}""#, names.join(","));
        }
        text + " "
    }

    /// Every listed heading with its level from 1, its title on one line and its page's label.
    pub fn entries(&self, document: &Document, pages: &Pages) -> Vec<(usize, Entry)> {
        let label = |anchor: &str| {
            let page = pages.anchors.get(anchor).and_then(|d| pages.pages.get(d.page));
            page.map_or_else(String::new, |p| p.label.clone())
        };
        let mut entries: Vec<(usize, Entry)> = document
            .headings()
            .filter(|h| h.contents)
            .map(|h| {
                let title = plain_text(&h.inlines).replace('\n', "");
                let entry =
                    Entry { anchor: h.anchor.clone(), title, page: label(&h.anchor), opens: None, closes: false };
                (usize::from(level(h)), entry)
            })
            .collect();
        if let Some((_, first)) = entries.first_mut() {
            first.opens = Some(self.instruction());
        }
        if let Some((_, last)) = entries.last_mut() {
            last.closes = true;
        }
        entries
    }
}

fn level(heading: &Heading) -> u8 {
    heading.level.clamp(1, 9)
}

fn heading_variant(role: &str, level: u8) -> Variant {
    Variant { outline: Some(level), ..Variant::of(role, Purpose::Text) }
}
