//! Every code with what it says: mistakes and rules over texts, which the program has, and rules over figures, which a
//! layout set declares in `checks.toml`. `explain` and the manual (layouts/CHECKS.md) are made from it.

use crate::check;
use crate::check::rule::RulePage;
use crate::code::{Class, Code, FAMILIES, mistake};
use crate::diagnostic::{Diagnostics, nearest};
use crate::layout::{Layouts, SetFiles};

/// What is known of a code.
pub enum Explained<'a> {
    /// A rule over texts.
    Page(&'static RulePage),
    /// A rule over figures, of each set that has it; never empty.
    OfSets(Vec<&'a SetRule>),
    /// A mistake: its message says all there is to say. Its family and title.
    Mistake(&'static str, &'static str),
    /// No rule has the code; the nearest that there is.
    Unknown(Option<String>),
}

/// A rule over figures, as a layout set declares it in `checks.toml`.
pub struct SetRule {
    /// Id of the set.
    pub set: String,
    /// `C013`.
    pub code: String,
    /// Key and text: says, is, why, source, hint.
    pub words: Vec<(&'static str, String)>,
}

/// The rules over figures of all sets, those of folders before the program's own.
pub fn set_rules(layouts: &Layouts) -> Vec<SetRule> {
    let mut all = Vec::new();
    for set in layouts.sets() {
        let mut unheard = Diagnostics::default();
        let files = SetFiles::find(&set, None, layouts, None, &mut unheard);
        let checks = files.and_then(|f| f.toml("checks.toml", &mut unheard));
        let rules = checks.as_ref().and_then(|c| c.get("rule")?.table());
        for (code, entry) in rules.into_iter().flatten() {
            let word = |(key, name)| Some((name, entry.node.get(key)?.str()?.to_string()));
            let keys = [("says", "要求"), ("is", "写作"), ("why", "为什么"), ("source", "依据"), ("hint", "怎么改")];
            let words = keys.into_iter().filter_map(word).collect();
            all.push(SetRule { set: set.clone(), code: code.clone(), words });
        }
    }
    all
}

/// A code that the program has, whatever set is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// Its class letter and three digits.
    pub code: Code,
    /// What it is about, within its class.
    pub family: &'static str,
    /// What is wrong, in a few words.
    pub title: &'static str,
}

/// Every code that the program has, by class as the manual has them, then by code; each once.
pub fn register() -> Vec<Registered> {
    let of_page = |page: &&'static RulePage| {
        let code = Code::from(page.code);
        Registered { family: code.class().title(), code, title: page.title }
    };
    let mut all: Vec<Registered> = check::all_pages().iter().map(of_page).collect();
    for family in &FAMILIES {
        let codes = family.codes.iter();
        all.extend(codes.map(|&(code, title)| Registered { code: code.into(), family: family.title, title }));
    }
    let place = |class| Class::ALL.iter().position(|&known| known == class);
    all.sort_by_key(|one| (place(one.code.class()), one.code.clone()));
    all
}

/// The manual of the rules over texts, a paragraph a rule, and after it the mistakes by family, a line each: Markdown,
/// `layouts/CHECKS.md`.
pub fn manual() -> String {
    let mut text = String::from(
        "# 文字的规则\n\n`gongkai check` 和 `build` 对正文、绩效目标、采购、名称等文字所用的规则，一条一段；`gongkai explain 编号` 说的也是它。\
         本文由程序里的规则表生成，测试保证一字不差。数字的规则（C0xx、X0xx）是版式集里的 `checks.toml`，见 [README.md](README.md)。\n",
    );
    let pages = check::pages();
    for class in Class::ALL {
        let of_class = pages.iter().filter(|page| Code::from(page.code).class() == class);
        let paragraphs: String = of_class.map(|page| paragraph(page)).collect();
        if !paragraphs.is_empty() {
            text.push_str(&format!("\n## {}：{}\n{paragraphs}", class.letter(), class.title()));
        }
    }
    text.push_str(&format!("\n## {}：{}\n", Class::Mistake.letter(), Class::Mistake.title()));
    text.push_str("\n它们的信息里写明了原因和改法，不能确认。\n");
    for family in &FAMILIES {
        text.push_str(&format!("\n### {}\n\n", family.title));
        text.extend(family.codes.iter().map(|(code, title)| format!("- {code} {title}\n")));
    }
    text
}

fn paragraph(page: &RulePage) -> String {
    format!(
        "\n### {} {}\n\n{}。{}\n\n- 依据：{}\n- 不对：{}\n- 应为：{}\n",
        page.code,
        page.title,
        page.severity.word(),
        page.reason,
        page.source,
        page.example.wrong,
        page.example.right
    )
}

/// What is known of a code, in capitals.
pub fn explained<'a>(code: &str, of_sets: &'a [SetRule]) -> Explained<'a> {
    if let Some(page) = check::page(code) {
        return Explained::Page(page);
    }
    let found: Vec<&SetRule> = of_sets.iter().filter(|r| r.code == code).collect();
    if !found.is_empty() {
        return Explained::OfSets(found);
    }
    if let Some((family, title)) = mistake(code) {
        return Explained::Mistake(family.title, title);
    }
    let known = register();
    let near = nearest(code, known.iter().map(|k| &*k.code).chain(of_sets.iter().map(|r| r.code.as_str())));
    Explained::Unknown(near.map(str::to_string))
}

/// A code explained in Chinese. No line end at the end.
pub fn as_text(code: &str, explained: &Explained<'_>) -> String {
    match explained {
        Explained::Page(p) => format!(
            "{} {}（{}）\n\n  为什么：{}\n  依据：{}\n  不对：{}\n  应为：{}",
            p.code,
            p.title,
            p.severity.word(),
            p.reason,
            p.source,
            p.example.wrong,
            p.example.right
        ),
        Explained::OfSets(rules) => {
            let mut lines = Vec::new();
            for rule in rules {
                lines.push(format!("{}（版式集 {} 的 checks.toml）", rule.code, rule.set));
                lines.extend(rule.words.iter().map(|(name, text)| format!("  {name}：{text}")));
            }
            lines.join("\n")
        }
        Explained::Mistake(family, title) => {
            format!("{code} {title}（{family}）：它的信息里写明了原因和改法，各列的写法见 data/README.md")
        }
        Explained::Unknown(near) => {
            let hint = match near {
                Some(near) => format!("您是否指“{near}”？"),
                None => "gongkai explain 列出全部编号".to_string(),
            };
            format!("没有编号为“{code}”的规则\n  提示：{hint}")
        }
    }
}

/// A line for every rule: those of the sets, then those over texts. No line end at the end.
pub fn list(of_sets: &[SetRule]) -> String {
    let says = |rule: &SetRule| rule.words.iter().find(|w| w.0 == "要求").map_or(String::new(), |w| w.1.clone());
    let sets = of_sets.iter().map(|rule| format!("{} {}（{}）", rule.code, says(rule), rule.set));
    let texts = check::pages().into_iter().map(|p| format!("{} {} {}", p.code, p.severity.word(), p.title));
    sets.chain(texts).collect::<Vec<String>>().join("\n")
}
