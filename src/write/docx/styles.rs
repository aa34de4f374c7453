//! Named styles: one per text role of `style.toml`, and one per way in which a cell or heading differs from its
//! role. Everything visible comes from here, so a person who changes one style changes the whole document.

use super::Error;
use super::built_in::{built_in_name, is_built_in, priority, standard_id};
use super::fixed_styles::{FIXED_STYLES, PICTURE_STYLE, table_style, table_style_id};
use super::lengths::{footer_pitch, half_points, line_pitch};
use super::look::{CHARACTER, PARAGRAPH, Properties};
use super::xml::{escape, twips};
use crate::document::{Align, CHART_CAPTION, CHART_TEXT, Document};
use crate::fonts::Fonts;
use crate::style::{MM, NumberPlace, PageSetup, Style, TextStyle};
use crate::typeset::GAP;
use indexmap::IndexMap;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Index into the styles of a [`StyleBook`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StyleId(pub u16);

/// A role, and how a paragraph differs from it. Equal variants share one named style.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Variant {
    /// Name in `[text.NAME]`.
    pub role: String,
    /// Alignment other than the role's.
    pub align: Option<Kind>,
    /// Hundredths of 字 added at the left.
    pub indent: u16,
    /// Half points; 0: the role's own size.
    pub size: u16,
    /// Twips before it, other than the role's.
    pub before: Option<i64>,
    /// Stays on the page of what follows, though the role does not.
    pub keep: bool,
    /// Outline level other than [`StyleBook::outline`].
    pub outline: Option<u8>,
    pub purpose: Purpose,
}

/// [`Align`] as a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    Left,
    Center,
    Right,
    Justify,
}

/// What a style is for, where the role alone does not say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    Text,
    /// Inside a table: lines may grow, no grid.
    Cell,
    /// An entry of the contents, level from 1; the twips of its right tab.
    Contents(u8, i64),
    /// A heading that the contents leave out.
    Unlisted,
    /// The page number of odd pages, or of all where it is centred; twips added at the left and at the right.
    Footer(i64, i64),
    FooterEven(i64, i64),
}

impl Variant {
    pub fn of(role: &str, purpose: Purpose) -> Variant {
        Variant {
            role: role.to_owned(),
            align: None,
            indent: 0,
            size: 0,
            before: None,
            keep: false,
            outline: None,
            purpose,
        }
    }
}

impl From<Align> for Kind {
    fn from(align: Align) -> Kind {
        match align {
            Align::Left => Kind::Left,
            Align::Center => Kind::Center,
            Align::Right => Kind::Right,
            Align::Justify => Kind::Justify,
        }
    }
}

impl Kind {
    fn value(self) -> &'static str {
        match self {
            Kind::Left => "left",
            Kind::Center => "center",
            Kind::Right => "right",
            Kind::Justify => "both",
        }
    }

    fn word(self) -> &'static str {
        match self {
            Kind::Left => "左对齐",
            Kind::Center => "居中",
            Kind::Right => "右对齐",
            Kind::Justify => "两端对齐",
        }
    }
}

/// A style as it will stand in styles.xml.
#[derive(Debug, Clone)]
struct Named {
    id: String,
    name: String,
    variant: Variant,
}

/// The styles a document needs, in the order of `style.toml` and then of first use.
pub struct StyleBook<'a> {
    style: &'a Style,
    fonts: &'a Fonts,
    /// The page whose grid the body stands on.
    page: PageSetup,
    named: IndexMap<Variant, Named>,
    /// The font roles that emphasis is set in; the first is Word's own style `Strong`.
    emphasis: Vec<&'a str>,
    /// The level of the first heading of each role.
    levels: BTreeMap<&'a str, u8>,
    /// Some paragraph holds a picture.
    pub has_pictures: bool,
}

/// Ids of the two styles of structural paragraphs, which Word demands between tables and at a section's end.
pub const BETWEEN: &str = "TableGap";
pub const SECTION_END: &str = "SectionEnd";
/// Id of the style of a paragraph that holds a picture.
pub const PICTURE: &str = "Picture";
/// Id of the style of the line above a table.
pub const LAYOUT_TABLE: &str = "LayoutTable";

impl<'a> StyleBook<'a> {
    pub fn new(document: &'a Document, style: &'a Style, fonts: &'a Fonts) -> Result<StyleBook<'a>, Error> {
        let page = style.page.get(&style.number.page).or_else(|| style.page.first().map(|(_, p)| p));
        let page = page.ok_or_else(|| Error::Page(style.number.page.clone()))?.clone();
        let mut book = StyleBook {
            style,
            fonts,
            page,
            named: IndexMap::new(),
            emphasis: Vec::new(),
            levels: BTreeMap::new(),
            has_pictures: false,
        };
        for heading in document.headings() {
            book.levels.entry(heading.role.as_str()).or_insert(heading.level.clamp(1, 9));
        }
        for (role, text) in &style.text {
            let font = fonts.roles.get(&text.font);
            let font = font.ok_or_else(|| Error::Font { role: role.clone(), font: text.font.clone() })?;
            let strong = font.strong.as_deref().filter(|s| fonts.roles.contains_key(*s));
            book.emphasis.extend(strong.filter(|s| !book.emphasis.contains(s)));
            if !book.only_elsewhere(role) {
                let own = text.word.as_deref().unwrap_or(role);
                let cell = book.in_tables(role) && !is_built_in(&built_in_name(own));
                let purpose = if cell { Purpose::Cell } else { Purpose::Text };
                book.id(Variant::of(role, purpose))?;
            }
        }
        Ok(book)
    }

    /// The contents' and the page number's roles become `toc 1` … and `footer`; under their own names too only
    /// where the text uses them, as those of charts.
    fn only_elsewhere(&self, role: &str) -> bool {
        [CHART_CAPTION, CHART_TEXT, &self.style.number.text].contains(&role)
            || self.style.contents.levels.iter().any(|l| l == role)
    }

    fn in_tables(&self, role: &str) -> bool {
        self.style
            .table
            .values()
            .any(|t| [&t.above, &t.head, &t.text, &t.number].into_iter().chain(&t.total).any(|r| r == role))
    }

    /// The role's type.
    pub fn text(&self, role: &str) -> Result<&'a TextStyle, Error> {
        self.style.text.get(role).ok_or_else(|| Error::Role(role.to_owned()))
    }

    /// The outline level of a role: its own, else that of its first heading.
    fn outline(&self, role: &str) -> Option<u8> {
        self.style.text[role].outline.or(self.levels.get(role).copied())
    }

    /// The style of a variant, made on first use.
    pub fn id(&mut self, mut variant: Variant) -> Result<StyleId, Error> {
        let text = self.text(&variant.role)?;
        variant.align = variant.align.filter(|a| *a != text.align.into());
        variant.outline = variant.outline.filter(|o| Some(*o) != self.outline(&variant.role));
        variant.size = if variant.size == half_points(text.size) { 0 } else { variant.size };
        variant.before = variant.before.filter(|b| *b != twips(text.before));
        variant.keep &= !(text.keep_next || self.always_kept(&variant.role));
        if let Some(index) = self.named.get_index_of(&variant) {
            return Ok(StyleId(index as u16));
        }
        let name = self.free_name(self.name(&variant));
        let id = standard_id(&name).map_or_else(|| format!("S{}", self.named.len() + 1), str::to_owned);
        self.named.insert(variant.clone(), Named { id, name, variant });
        Ok(StyleId((self.named.len() - 1) as u16))
    }

    /// Size of the body in pt, on which the character grid counts: that of the style `Normal`.
    pub fn body_size(&self) -> f64 {
        let body = self.named.values().find(|s| s.id == "Normal").or_else(|| self.named.values().next());
        body.map_or(16.0, |named| self.style.text[&named.variant.role].size)
    }

    /// The roles that paragraphs have in their own name.
    pub fn roles(&self) -> Vec<String> {
        let plain = |v: &&Variant| v.purpose == Purpose::Text && v.outline.is_none() && v.align.is_none();
        self.named.keys().filter(plain).map(|v| v.role.clone()).collect()
    }

    /// What `w:pStyle` says.
    pub fn xml_id(&self, id: StyleId) -> &str {
        &self.named[usize::from(id.0)].id
    }

    /// The character style of emphasis within a paragraph of this style, if it looks different at all.
    pub fn emphasis(&self, id: StyleId) -> Option<String> {
        let text = &self.style.text[&self.named[usize::from(id.0)].variant.role];
        let strong = self.fonts.roles[&text.font].strong.as_deref()?;
        self.emphasis.iter().position(|s| *s == strong).map(emphasis_id)
    }

    /// The name people see.
    pub fn name_of(&self, id: StyleId) -> &str {
        &self.named[usize::from(id.0)].name
    }

    fn free_name(&self, name: String) -> String {
        let taken = |n: &str| self.named.values().any(|s| s.name == n);
        if !taken(&name) {
            return name;
        }
        (2..).map(|i| format!("{name} {i}")).find(|n| !taken(n)).expect("some number is free")
    }

    fn name(&self, variant: &Variant) -> String {
        let own = self.style.text[&variant.role].word.as_deref().unwrap_or(&variant.role);
        let mut name = match variant.purpose {
            Purpose::Contents(level, _) => format!("toc {level}"),
            Purpose::Footer(0, 0) => "footer".to_owned(),
            Purpose::Footer(left, right) => format!("页脚 缩进{}毫米", millimetres(left, right)),
            Purpose::FooterEven(0, 0) => "页脚 偶数页".to_owned(),
            Purpose::FooterEven(left, right) => format!("页脚 偶数页 缩进{}毫米", millimetres(left, right)),
            Purpose::Text | Purpose::Cell => built_in_name(own),
            Purpose::Unlisted => format!("{own} 不入目录"),
        };
        if let Some(align) = variant.align {
            let _ = write!(name, " {}", align.word());
        }
        if variant.indent > 0 {
            let _ = write!(name, " 缩进{}", f64::from(variant.indent) / 100.0);
        }
        if variant.size > 0 {
            let _ = write!(name, " {}磅", f64::from(variant.size) / 2.0);
        }
        if let Some(before) = variant.before {
            let _ = write!(name, " 段前{}磅", before as f64 / 20.0);
        }
        if let Some(level) = variant.outline {
            let _ = write!(name, " {level}级");
        }
        if variant.keep {
            name.push_str(" 与下段同页");
        }
        // A built-in name with something after it would be read as that built-in's alias by some programs.
        if is_built_in(&built_in_name(own)) && !is_built_in(&name) {
            name = name.replacen(&built_in_name(own), own, 1);
        }
        // In a TOC field's `\t` a comma or a quotation mark would end the name.
        name.replace([',', ';', '"', '\\'], " ")
    }

    /// styles.xml.
    pub fn xml(&self, language: &str) -> String {
        let mut out = String::with_capacity(16 * 1024);
        out.push_str(super::parts::XML);
        let _ = write!(out, r#"<w:styles xmlns:w="{}">"#, super::parts::W);
        self.defaults(&mut out, language);
        let normal = self.named.values().find(|s| s.id == "Normal");
        match normal {
            Some(named) => self.paragraph_style(&mut out, named),
            None => out.push_str(
                r#"<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style>"#,
            ),
        }
        out.push_str(FIXED_STYLES);
        if self.has_pictures {
            out.push_str(PICTURE_STYLE);
        }
        for (index, role) in self.emphasis.iter().enumerate() {
            let (name, custom) = match index {
                0 => ("Strong".to_owned(), ""),
                _ => (format!("强调 {role}"), r#" w:customStyle="1""#),
            };
            let font = &self.fonts.roles[*role];
            let (latin, word) = (escape(&font.latin), escape(&font.word));
            let _ = write!(
                out,
                r#"<w:style w:type="character"{custom} w:styleId="{}"><w:name w:val="{}"/><w:basedOn w:val="DefaultParagraphFont"/><w:uiPriority w:val="22"/><w:qFormat/><w:rPr><w:rFonts w:ascii="{latin}" w:eastAsia="{word}" w:hAnsi="{latin}" w:cs="{latin}"/></w:rPr></w:style>"#,
                emphasis_id(index),
                escape(&name)
            );
        }
        for named in self.named.values().filter(|s| s.id != "Normal") {
            self.paragraph_style(&mut out, named);
        }
        for (index, (name, table)) in self.style.table.iter().enumerate() {
            table_style(&mut out, &table_style_id(index), name, table);
        }
        out.push_str("</w:styles>");
        out
    }

    /// The style whose type the document's defaults have: `Normal`, else the first.
    fn default_style(&self) -> Option<&Named> {
        self.named.values().find(|s| s.id == "Normal").or_else(|| self.named.values().next())
    }

    /// Marks may hang (`overflowPunct`), as Word and WPS have it unless told otherwise: LibreOffice takes the switch
    /// for its opposite, and loses the marks that it hangs.
    fn defaults(&self, out: &mut String, language: &str) {
        out.push_str("<w:docDefaults><w:rPrDefault><w:rPr>");
        if let Some(named) = self.default_style() {
            let text = &self.style.text[&named.variant.role];
            let role = &self.fonts.roles[&text.font];
            let (latin, word, size) = (escape(&role.latin), escape(&role.word), half_points(text.size));
            let _ = write!(
                out,
                r#"<w:rFonts w:hint="eastAsia" w:ascii="{latin}" w:eastAsia="{word}" w:hAnsi="{latin}" w:cs="{latin}"/><w:kern w:val="2"/><w:sz w:val="{size}"/><w:szCs w:val="{size}"/>"#
            );
        }
        let _ = write!(
            out,
            r#"<w:lang w:val="en-US" w:eastAsia="{}" w:bidi="ar-SA"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:widowControl/><w:kinsoku/><w:overflowPunct/></w:pPr></w:pPrDefault></w:docDefaults>"#,
            escape(language)
        );
    }

    fn paragraph_style(&self, out: &mut String, named: &Named) {
        let built_in = is_built_in(&named.name);
        let base = self.base(named);
        let own = self.properties(&named.variant);
        let inherited = base.map_or_else(|| self.default_properties(), |base| self.properties(&base.variant));
        let normal = named.id == "Normal";
        let _ = write!(out, r#"<w:style w:type="paragraph""#);
        out.push_str(if normal { r#" w:default="1""# } else { "" });
        out.push_str(if built_in { "" } else { r#" w:customStyle="1""# });
        let _ = write!(out, r#" w:styleId="{}"><w:name w:val="{}"/>"#, named.id, escape(&named.name));
        if !normal {
            let base = base.map_or("Normal", |base| &base.id);
            let _ = write!(out, r#"<w:basedOn w:val="{base}"/>"#);
        }
        if self.outline(&named.variant.role).is_some() {
            out.push_str(r#"<w:next w:val="Normal"/>"#);
        }
        let _ = write!(out, r#"<w:uiPriority w:val="{}"/>"#, priority(&named.name));
        // In the gallery stand the styles of roles, not each way in which a cell differs from its role.
        out.push_str(if base.is_none_or(|base| base.id == "Normal") { "<w:qFormat/>" } else { "" });
        let differences = Properties::differences(&own, &inherited);
        differences.write(out, "w:pPr", PARAGRAPH);
        differences.write(out, "w:rPr", CHARACTER);
        out.push_str("</w:style>");
    }

    /// The style that another is based on: its role's own, else `Normal`. It then holds nothing but what differs, so
    /// whoever changes a style changes all that are made from it. None where there is none among the named ones.
    fn base(&self, named: &Named) -> Option<&Named> {
        let normal = || self.named.values().find(|s| s.id == "Normal");
        let plain = |purpose| self.named.get(&Variant::of(&named.variant.role, purpose));
        if named.id == "Normal" {
            return None;
        }
        let of_role = plain(Purpose::Text).or_else(|| plain(Purpose::Cell)).or_else(|| plain(Purpose::Footer(0, 0)));
        of_role.filter(|base| base.id != named.id).or_else(normal)
    }

    /// What Word takes for granted, with the document's defaults.
    fn default_properties(&self) -> Properties {
        let mut all = Properties::default();
        all.switch("w:keepNext", false);
        all.switch("w:keepLines", false);
        all.switch("w:suppressAutoHyphens", false);
        all.switch("w:snapToGrid", true);
        all.spacing(0, 0, 240, "auto");
        all.indents([(0, 0); 3]);
        all.set("w:jc", "w:val", "left");
        all.set("w:outlineLvl", "w:val", "9");
        if let Some(named) = self.default_style() {
            let text = &self.style.text[&named.variant.role];
            self.font_properties(&mut all, text);
            all.size(half_points(text.size));
        }
        all.set("w:spacing ", "w:val", "0");
        all
    }

    /// Everything that a variant decides.
    fn properties(&self, variant: &Variant) -> Properties {
        let text = &self.style.text[&variant.role];
        let mut all = Properties::default();
        all.switch("w:keepNext", text.keep_next || variant.keep || self.always_kept(&variant.role));
        all.switch("w:keepLines", variant.purpose == Purpose::Cell);
        if let Purpose::Contents(_, tab) = variant.purpose {
            all.set("w:tabs", "", format!(r#"<w:tab w:val="right" w:leader="dot" w:pos="{tab}"/>"#));
        }
        let in_text = matches!(variant.purpose, Purpose::Text | Purpose::Unlisted);
        all.switch("w:snapToGrid", in_text && text.pitch.is_none());
        let (line, rule) = self.line(variant, text);
        all.spacing(variant.before.unwrap_or(twips(text.before)), twips(text.after), line, rule);
        all.indents(self.indents(variant, text));
        let align = self.footer_align(variant).or(variant.align).unwrap_or(text.align.into());
        all.set("w:jc", "w:val", align.value());
        // As in print, words in Latin letters have hyphens where lines are justified, and nowhere else.
        all.switch("w:suppressAutoHyphens", align != Kind::Justify);
        let level = variant.outline.or(self.outline(&variant.role)).filter(|_| in_text);
        all.set("w:outlineLvl", "w:val", level.map_or(9, |level| level.clamp(1, 9) - 1).to_string());
        self.font_properties(&mut all, text);
        all.set("w:spacing ", "w:val", self.character_spacing(text).to_string());
        all.size(if variant.size > 0 { variant.size } else { half_points(text.size) });
        all
    }

    fn font_properties(&self, all: &mut Properties, text: &TextStyle) {
        let role = &self.fonts.roles[&text.font];
        for (attribute, name) in
            [("w:ascii", &role.latin), ("w:eastAsia", &role.word), ("w:hAnsi", &role.latin), ("w:cs", &role.latin)]
        {
            all.set("w:rFonts", attribute, escape(name));
        }
    }

    /// What each character of a role on the page's character grid takes more or less than its size, in twips, cut
    /// so that a line surely holds the grid's number. It stands in the style, not in the section's grid
    /// (`charSpace`), which LibreOffice lays out two cells to a character. A title's characters would be torn apart.
    fn character_spacing(&self, text: &TextStyle) -> i64 {
        let advance = self.page.type_area().2 / f64::from(self.page.chars.max(1));
        let suits = text.grid && (0.9..=1.25).contains(&(advance / text.size.max(0.1)));
        if suits { ((advance - text.size) * 20.0).floor() as i64 } else { 0 }
    }

    /// Titles, the line above and heads never stand alone at a page's foot.
    fn always_kept(&self, role: &str) -> bool {
        self.style.table.values().any(|t| [&t.title, &t.above, &t.head].iter().any(|r| *r == role))
    }

    /// What the last character of a word takes more than its size where another word follows without a space, in
    /// twips: Word and LibreOffice space Chinese from Latin by themselves, not Latin words from numbers.
    pub fn gap(&self, id: StyleId) -> i64 {
        let variant = &self.named[usize::from(id.0)].variant;
        let text = &self.style.text[&variant.role];
        let size = if variant.size > 0 { f64::from(variant.size) / 2.0 } else { text.size };
        self.character_spacing(text) + twips(GAP * size)
    }

    /// Line pitch, in twips or 240ths of a line, and its rule.
    fn line(&self, variant: &Variant, text: &TextStyle) -> (i64, &'static str) {
        let scale = if variant.size > 0 { f64::from(variant.size) / 2.0 / text.size } else { 1.0 };
        match (variant.purpose, text.pitch) {
            // As high in every font: those that a machine has instead of the official ones may have far taller lines, which
            // would push rows off their pages.
            (Purpose::Cell, Some(pitch)) => (twips(pitch * scale), "exact"),
            (Purpose::Cell, None) => (240, "auto"),
            (Purpose::Footer(..) | Purpose::FooterEven(..), _) => (twips(footer_pitch(text)), "exact"),
            (_, Some(pitch)) => (twips(pitch * scale), "exact"),
            (_, None) => (line_pitch(&self.page, self.body_size()).max(twips(1.25 * text.size)), "exact"),
        }
    }

    /// Left, right and first-line indent: hundredths of a character, and twips for programs that do not count.
    fn indents(&self, variant: &Variant, text: &TextStyle) -> [(i64, i64); 3] {
        let inset = if self.style.number.place == NumberPlace::Outside { self.style.number.inset } else { 0.0 };
        let (inset_left, inset_right, added) = match variant.purpose {
            Purpose::Footer(left, right) => (0.0, inset, [left, right, 0]),
            Purpose::FooterEven(left, right) => (inset, 0.0, [left, right, 0]),
            _ => (0.0, 0.0, [0; 3]),
        };
        let left = text.left + f64::from(variant.indent) / 100.0 + inset_left;
        let counts = [left, text.right + inset_right, text.indent];
        let size = if variant.size > 0 { f64::from(variant.size) / 2.0 } else { text.size };
        let indent = |(count, added): (f64, i64)| {
            // With a length of its own it is no count of characters any more.
            let hundredths = if added == 0 { (count * 100.0).round() as i64 } else { 0 };
            (hundredths, twips(count * size) + added)
        };
        [(counts[0], added[0]), (counts[1], added[1]), (counts[2], added[2])].map(indent)
    }

    fn footer_align(&self, variant: &Variant) -> Option<Kind> {
        match (self.style.number.place, variant.purpose) {
            (NumberPlace::Center, Purpose::Footer(..) | Purpose::FooterEven(..)) => Some(Kind::Center),
            (NumberPlace::Outside, Purpose::Footer(..)) => Some(Kind::Right),
            (NumberPlace::Outside, Purpose::FooterEven(..)) => Some(Kind::Left),
            _ => None,
        }
    }
}

/// Id of the n-th character style of emphasis.
fn emphasis_id(index: usize) -> String {
    if index == 0 { "Strong".to_owned() } else { format!("Strong{}", index + 1) }
}

/// What a footer is moved in from the margins, in whole millimetres.
fn millimetres(left: i64, right: i64) -> i64 {
    ((left + right) as f64 / 20.0 / MM).round() as i64
}
