//! Named styles: one per text role of `style.toml`, and one per way in which a cell or heading differs from its
//! role. Everything visible comes from here, so a person who changes one style changes the whole document.

use super::Error;
use super::xml::{escape, twips, twips_mm};
use crate::document::{Align, Document};
use crate::fonts::Fonts;
use crate::style::{NumberPlace, PageSetup, Style, TableStyle, TextStyle};
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
    /// The page number of odd pages, or of all where it is centred.
    Footer,
    FooterEven,
}

impl Variant {
    pub fn of(role: &str, purpose: Purpose) -> Variant {
        Variant { role: role.to_owned(), align: None, indent: 0, size: 0, keep: false, outline: None, purpose }
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
}

/// Ids of the two styles of structural paragraphs, which Word demands between tables and at a section's end.
pub const BETWEEN: &str = "TableGap";
pub const SECTION_END: &str = "SectionEnd";
/// Id of the style of the line above a table.
pub const LAYOUT_TABLE: &str = "LayoutTable";

impl<'a> StyleBook<'a> {
    pub fn new(document: &'a Document, style: &'a Style, fonts: &'a Fonts) -> Result<StyleBook<'a>, Error> {
        let page = style.page.get(&style.number.page).or_else(|| style.page.first().map(|(_, p)| p));
        let page = page.ok_or_else(|| Error::Page(style.number.page.clone()))?.clone();
        let mut book =
            StyleBook { style, fonts, page, named: IndexMap::new(), emphasis: Vec::new(), levels: BTreeMap::new() };
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
    /// where the text uses them.
    fn only_elsewhere(&self, role: &str) -> bool {
        self.style.number.text == role || self.style.contents.levels.iter().any(|l| l == role)
    }

    fn in_tables(&self, role: &str) -> bool {
        self.style.table.values().any(|t| [&t.above, &t.head, &t.text, &t.number].iter().any(|r| *r == role))
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
            Purpose::Footer => "footer".to_owned(),
            Purpose::FooterEven => "页脚 偶数页".to_owned(),
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

    fn defaults(&self, out: &mut String, language: &str) {
        let body = self.named.values().find(|s| s.id == "Normal").or_else(|| self.named.values().next());
        let (font, size) = body.map_or((String::new(), 32), |named| {
            let text = &self.style.text[&named.variant.role];
            (self.font(text, "w:hint=\"eastAsia\" "), half_points(text.size))
        });
        let _ = write!(
            out,
            r#"<w:docDefaults><w:rPrDefault><w:rPr>{font}<w:kern w:val="2"/><w:sz w:val="{size}"/><w:szCs w:val="{size}"/><w:lang w:val="en-US" w:eastAsia="{}" w:bidi="ar-SA"/></w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>"#,
            escape(language)
        );
    }

    fn font(&self, text: &TextStyle, hint: &str) -> String {
        let role = &self.fonts.roles[&text.font];
        let (latin, word) = (escape(&role.latin), escape(&role.word));
        format!(r#"<w:rFonts {hint}w:ascii="{latin}" w:eastAsia="{word}" w:hAnsi="{latin}" w:cs="{latin}"/>"#)
    }

    fn paragraph_style(&self, out: &mut String, named: &Named) {
        let text = &self.style.text[&named.variant.role];
        let built_in = is_built_in(&named.name);
        let normal = named.id == "Normal";
        let _ = write!(out, r#"<w:style w:type="paragraph""#);
        out.push_str(if normal { r#" w:default="1""# } else { "" });
        out.push_str(if built_in { "" } else { r#" w:customStyle="1""# });
        let _ = write!(out, r#" w:styleId="{}"><w:name w:val="{}"/>"#, named.id, escape(&named.name));
        out.push_str(if normal { "" } else { r#"<w:basedOn w:val="Normal"/>"# });
        out.push_str(if self.outline(&named.variant.role).is_some() { r#"<w:next w:val="Normal"/>"# } else { "" });
        let _ = write!(out, r#"<w:uiPriority w:val="{}"/><w:qFormat/><w:pPr>"#, priority(&named.name));
        self.paragraph_properties(out, &named.variant, text);
        out.push_str("</w:pPr><w:rPr>");
        let size = if named.variant.size > 0 { named.variant.size } else { half_points(text.size) };
        out.push_str(&self.font(text, ""));
        let spacing = self.character_spacing(text);
        if spacing != 0 {
            let _ = write!(out, r#"<w:spacing w:val="{spacing}"/>"#);
        }
        let _ = write!(out, r#"<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr></w:style>"#);
    }

    fn paragraph_properties(&self, out: &mut String, variant: &Variant, text: &TextStyle) {
        let keep = text.keep_next || variant.keep || self.always_kept(&variant.role);
        out.push_str(if keep { "<w:keepNext/>" } else { r#"<w:keepNext w:val="0"/>"# });
        out.push_str(if variant.purpose == Purpose::Cell { "" } else { "<w:widowControl/>" });
        if let Purpose::Contents(_, tab) = variant.purpose {
            let _ = write!(out, r#"<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="{tab}"/></w:tabs>"#);
        }
        // GB/T 15834: no mark hangs in the margin.
        out.push_str(r#"<w:kinsoku/><w:overflowPunct w:val="0"/>"#);
        let body = matches!(variant.purpose, Purpose::Text | Purpose::Unlisted) && text.pitch.is_none();
        out.push_str(if body { "<w:snapToGrid/>" } else { r#"<w:snapToGrid w:val="0"/>"# });
        self.spacing(out, variant, text);
        self.indents(out, variant, text);
        let align = self.footer_align(variant).or(variant.align).unwrap_or(text.align.into());
        let _ = write!(out, r#"<w:jc w:val="{}"/>"#, align.value());
        if let Some(level) = variant.outline.or(self.outline(&variant.role))
            && matches!(variant.purpose, Purpose::Text | Purpose::Unlisted)
        {
            let _ = write!(out, r#"<w:outlineLvl w:val="{}"/>"#, level.clamp(1, 9) - 1);
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

    fn spacing(&self, out: &mut String, variant: &Variant, text: &TextStyle) {
        let _ = write!(out, r#"<w:spacing w:before="{}" w:after="{}""#, twips(text.before), twips(text.after));
        let scale = if variant.size > 0 { f64::from(variant.size) / 2.0 / text.size } else { 1.0 };
        match (variant.purpose, text.pitch) {
            // In a table a line grows with what is typed into it.
            (Purpose::Cell, Some(pitch)) => {
                let _ = write!(out, r#" w:line="{}" w:lineRule="atLeast"/>"#, twips(pitch * scale));
            }
            (Purpose::Cell, None) => out.push_str(r#" w:line="240" w:lineRule="auto"/>"#),
            (Purpose::Footer | Purpose::FooterEven, _) => {
                let _ = write!(out, r#" w:line="{}" w:lineRule="exact"/>"#, twips(footer_pitch(text)));
            }
            (_, pitch) => {
                let line = pitch.map_or_else(|| line_pitch(&self.page).max(twips(1.25 * text.size)), twips);
                let _ = write!(out, r#" w:line="{line}" w:lineRule="exact"/>"#);
            }
        }
    }

    fn indents(&self, out: &mut String, variant: &Variant, text: &TextStyle) {
        let outside = self.style.number.place == NumberPlace::Outside;
        let inset = |purpose| if outside && variant.purpose == purpose { self.style.number.inset } else { 0.0 };
        let left = text.left + f64::from(variant.indent) / 100.0 + inset(Purpose::FooterEven);
        let right = text.right + inset(Purpose::Footer);
        let size = if variant.size > 0 { f64::from(variant.size) / 2.0 } else { text.size };
        out.push_str("<w:ind");
        for (name, characters) in [("left", left), ("right", right), ("firstLine", text.indent)] {
            // The length beside the count of characters is for programs that do not count.
            let (count, length) = ((characters * 100.0).round() as i64, twips(characters * size));
            let _ = write!(out, r#" w:{name}Chars="{count}" w:{name}="{length}""#);
        }
        out.push_str("/>");
    }

    fn footer_align(&self, variant: &Variant) -> Option<Kind> {
        match (self.style.number.place, variant.purpose) {
            (NumberPlace::Center, Purpose::Footer | Purpose::FooterEven) => Some(Kind::Center),
            (NumberPlace::Outside, Purpose::Footer) => Some(Kind::Right),
            (NumberPlace::Outside, Purpose::FooterEven) => Some(Kind::Left),
            _ => None,
        }
    }
}

/// The styles that every document has: the character styles, the table without look, the structural paragraphs.
const FIXED_STYLES: &str = concat!(
    r#"<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont"><w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/><w:unhideWhenUsed/></w:style>"#,
    r#"<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:uiPriority w:val="99"/><w:semiHidden/><w:unhideWhenUsed/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:top w:w="0" w:type="dxa"/><w:left w:w="108" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/><w:right w:w="108" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>"#,
    r#"<w:style w:type="numbering" w:default="1" w:styleId="NoList"><w:name w:val="No List"/><w:uiPriority w:val="99"/><w:semiHidden/><w:unhideWhenUsed/></w:style>"#,
    r#"<w:style w:type="paragraph" w:customStyle="1" w:styleId="TableGap"><w:name w:val="表间"/><w:uiPriority w:val="98"/><w:pPr><w:keepNext/><w:snapToGrid w:val="0"/><w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/></w:pPr><w:rPr><w:sz w:val="2"/><w:szCs w:val="2"/></w:rPr></w:style>"#,
    r#"<w:style w:type="paragraph" w:customStyle="1" w:styleId="SectionEnd"><w:name w:val="节尾"/><w:uiPriority w:val="98"/><w:pPr><w:snapToGrid w:val="0"/><w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/></w:pPr><w:rPr><w:sz w:val="2"/><w:szCs w:val="2"/></w:rPr></w:style>"#,
    r#"<w:style w:type="table" w:customStyle="1" w:styleId="LayoutTable"><w:name w:val="表上栏"/><w:basedOn w:val="TableNormal"/><w:uiPriority w:val="98"/><w:tblPr><w:tblCellMar><w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>"#,
);

/// Id of the n-th character style of emphasis.
fn emphasis_id(index: usize) -> String {
    if index == 0 { "Strong".to_owned() } else { format!("Strong{}", index + 1) }
}

/// Id of the table style of the n-th kind in `style.toml`.
pub fn table_style_id(index: usize) -> String {
    format!("Table{}", index + 1)
}

fn table_style(out: &mut String, id: &str, name: &str, table: &TableStyle) {
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

/// A size in half points, as Word counts it.
pub fn half_points(pt: f64) -> u16 {
    (pt * 2.0).round() as u16
}

/// The line pitch of a page's grid in twips, cut, so that its lines never need more than the type area.
pub fn line_pitch(page: &PageSetup) -> i64 {
    (page.pitch() * 20.0).floor() as i64
}

/// The exact line of the page number in pt.
pub fn footer_pitch(text: &TextStyle) -> f64 {
    (text.size * 1.25).ceil()
}

/// Word's own English name of a style that it shows as `name` in Chinese; other names as they are. A style of
/// one's own under such a name would be shown twice, or renamed.
fn built_in_name(name: &str) -> String {
    let tight: String = name.chars().filter(|c| !c.is_whitespace()).collect();
    let tight = tight.to_lowercase();
    for (chinese, english) in [("标题", "heading"), ("目录", "toc")] {
        let level = tight.strip_prefix(chinese).or_else(|| tight.strip_prefix(english));
        if let Some(level @ ("1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9")) = level {
            return format!("{english} {level}");
        }
    }
    match tight.as_str() {
        "正文" | "normal" => "Normal",
        "标题" | "title" => "Title",
        "副标题" | "subtitle" => "Subtitle",
        "题注" | "caption" => "caption",
        "页脚" | "footer" => "footer",
        "页眉" | "header" => "header",
        "目录标题" | "toc标题" | "tocheading" => "TOC Heading",
        "正文文本" | "bodytext" => "Body Text",
        _ => return name.to_owned(),
    }
    .to_owned()
}

fn is_built_in(name: &str) -> bool {
    standard_id(name).is_some()
}

/// The id that Word gives its built-in style of this name.
fn standard_id(name: &str) -> Option<&'static str> {
    const HEADING: [&str; 9] =
        ["Heading1", "Heading2", "Heading3", "Heading4", "Heading5", "Heading6", "Heading7", "Heading8", "Heading9"];
    const TOC: [&str; 9] = ["TOC1", "TOC2", "TOC3", "TOC4", "TOC5", "TOC6", "TOC7", "TOC8", "TOC9"];
    let level = |prefix: &str| -> Option<usize> {
        name.strip_prefix(prefix)?.parse().ok().filter(|n| (1..=9).contains(n)).map(|n: usize| n - 1)
    };
    if let Some(n) = level("heading ") {
        return Some(HEADING[n]);
    }
    if let Some(n) = level("toc ") {
        return Some(TOC[n]);
    }
    Some(match name {
        "Normal" => "Normal",
        "Title" => "Title",
        "Subtitle" => "Subtitle",
        "caption" => "Caption",
        "footer" => "Footer",
        "header" => "Header",
        "TOC Heading" => "TOCHeading",
        "Body Text" => "BodyText",
        _ => return None,
    })
}

/// Where a style stands in Word's list.
fn priority(name: &str) -> u8 {
    match name {
        "Normal" => 0,
        "Title" => 10,
        "footer" | "header" => 99,
        name if name.starts_with("heading ") => 9,
        name if name.starts_with("toc ") => 39,
        _ => 20,
    }
}
