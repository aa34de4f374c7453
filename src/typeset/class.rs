//! What kind of character stands in a line: where it may not stand, which blanks it carries, what it clings to
//! (GB/T 15834-2011, W3C clreq).

/// The kinds of characters that lines of Chinese tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Han and everything else that a line may break around.
    Ideograph,
    /// Full-width digits, which stay together like half-width ones.
    WideDigit,
    /// （《“ — never at a line's end; blank in its left half.
    Open,
    /// ）》” — never at a line's start; blank in its right half.
    Close,
    /// ，、；： — never at a line's start; blank in its right half.
    Comma,
    /// 。？！ — as a comma, but the last to be squeezed.
    Stop,
    /// · and ～ — never at a line's start.
    Dot,
    /// — and …, which come in pairs and stay so.
    Dash,
    Letter,
    Digit,
    /// ≥ ￥ + − # — clings to what follows.
    Prefix,
    /// % ‰ ℃ — clings to what stands before.
    Suffix,
    /// Half-width brackets and marks.
    NarrowOpen,
    NarrowClose,
    Space,
    /// No line breaks at it.
    HardSpace,
    /// U+3000, as in 目　录: a blank character of full width.
    WideSpace,
    /// A forced line break.
    Newline,
}

/// The class of a character by itself; quotes are settled by [`quote_class`].
pub fn class_of(c: char) -> Class {
    match c {
        '0'..='9' => Class::Digit,
        '０'..='９' => Class::WideDigit,
        '\n' => Class::Newline,
        ' ' | '\t' | '\u{2002}'..='\u{2006}' | '\u{2008}'..='\u{200A}' | '\u{205F}' => Class::Space,
        '\u{A0}' | '\u{202F}' | '\u{2007}' => Class::HardSpace,
        '\u{3000}' => Class::WideSpace,
        '（' | '【' | '《' | '〈' | '「' | '『' | '〔' | '〖' | '｛' | '［' | '“' | '‘' => Class::Open,
        '）' | '】' | '》' | '〉' | '」' | '』' | '〕' | '〗' | '｝' | '］' | '”' | '’' => Class::Close,
        '，' | '、' | '；' | '：' => Class::Comma,
        '。' | '？' | '！' | '．' => Class::Stop,
        '·' | '～' | '・' | '‧' | '〜' => Class::Dot,
        '—' | '…' | '⋯' | '―' | '–' => Class::Dash,
        '￥' | '¥' | '$' | '＄' | '£' | '€' | '≥' | '≤' | '＞' | '＜' | '>' | '<' | '=' | '±' | '+' | '-' | '−'
        | '＋' | '－' | '≈' | '≠' | '#' | '№' | '§' | '@' | '~' => Class::Prefix,
        '%' | '‰' | '℃' | '％' | '°' | '′' | '″' | '℉' | '²' | '³' => Class::Suffix,
        '(' | '[' | '{' => Class::NarrowOpen,
        ')' | ']' | '}' | ',' | '.' | ';' | ':' | '!' | '?' => Class::NarrowClose,
        '!'..='~' | '\u{A1}'..='\u{24F}' | '\u{370}'..='\u{52F}' | '\u{1E00}'..='\u{1EFF}' => Class::Letter,
        _ => Class::Ideograph,
    }
}

/// Quotes are full-width marks in Chinese and narrow ones between Latin letters on both sides (`don’t`, `a “b” c`).
pub fn quote_class(c: char, before: Option<Class>, after: Option<Class>) -> Class {
    let narrow = |k: Option<Class>| match k {
        Some(k) => matches!(k, Class::Letter | Class::Digit | Class::Space | Class::NarrowClose | Class::NarrowOpen),
        None => false,
    };
    let letter = |k: Option<Class>| matches!(k, Some(Class::Letter | Class::Digit));
    if narrow(before) && narrow(after) && (letter(before) || letter(after)) { Class::Letter } else { class_of(c) }
}

/// A character that shows nothing by itself and goes with the one before: joiners and variation selectors.
pub fn is_invisible(c: char) -> bool {
    // Most characters are Chinese, or digits.
    if ('\u{3000}'..'\u{FE00}').contains(&c) || ('\u{20}'..'\u{7F}').contains(&c) {
        return false;
    }
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}' | '\u{AD}' | '\r')
        || is_variation_selector(c)
}

/// VS1–VS256, which choose between forms of the character before.
pub fn is_variation_selector(c: char) -> bool {
    matches!(c, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

impl Class {
    /// It stands for a word of Latin text or a number, or is part of one.
    fn in_word(self) -> bool {
        use Class::*;
        matches!(self, Letter | Digit | Prefix | Suffix | NarrowOpen | NarrowClose)
    }

    /// Never the first of a line.
    pub fn never_starts(self) -> bool {
        use Class::*;
        matches!(self, Close | Comma | Stop | Dot | Dash | Suffix | NarrowClose)
    }

    /// Never the last of a line.
    pub fn never_ends(self) -> bool {
        matches!(self, Class::Open | Class::NarrowOpen | Class::Prefix)
    }

    /// Both are of one unbreakable, unstretchable unit: a number with its sign and unit, a word, ——, …….
    pub fn clings(self, next: Class) -> bool {
        use Class::*;
        match (self, next) {
            (HardSpace, _) | (_, HardSpace) => true,
            (Dash, Dash) => true,
            (WideDigit, WideDigit | Suffix) => true,
            (Prefix, Digit | WideDigit | Prefix) => true,
            (a, b) => a.in_word() && b.in_word(),
        }
    }

    /// A line may break between the two.
    pub fn may_break(self, next: Class) -> bool {
        match (self, next) {
            (_, Class::Space) => false,
            (Class::Space, b) => !b.never_starts(),
            (a, b) => !b.never_starts() && !a.never_ends() && !a.clings(b),
        }
    }

    /// Spacing belongs between the two: one Chinese, the other a Latin letter or a digit.
    pub fn gap(self, next: Class) -> bool {
        use Class::*;
        matches!((self, next), (Ideograph, Letter | Digit) | (Letter | Digit | Suffix, Ideograph))
    }
}

/// A counter or unit that reads as one with the number before it: 2023年, 0.02万元.
#[rustfmt::skip]
pub fn is_unit(c: char) -> bool {
    matches!(c,
        '年' | '月' | '日' | '元' | '万' | '亿' | '千' | '个' | '人' | '项' | '号' | '次' | '名' | '辆' | '台'
        | '天' | '家' | '户' | '份' | '条' | '件' | '批' | '盏' | '处' | '场' | '期' | '篇' | '套' | '亩' | '倍'
        | '米' | '吨' | '级' | '岁' | '周' | '届' | '平' | '公' | '小' | '座' | '所' | '间' | '栋'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaks(text: &str) -> String {
        let mut classes: Vec<Class> = text.chars().map(class_of).collect();
        classes.push(Class::Newline);
        let marked = text.chars().enumerate().map(|(i, c)| {
            let bar = classes[i + 1] != Class::Newline && classes[i].may_break(classes[i + 1]);
            if bar { format!("{c}|") } else { c.to_string() }
        });
        marked.collect()
    }

    #[test]
    fn prohibitions_hold() {
        assert_eq!(breaks("预算（类），公开。"), "预|算|（类），|公|开。");
        assert_eq!(breaks("达≥90%的《办法》、"), "达|≥90%|的|《办|法》、");
        assert_eq!(breaks("是——的……了"), "是——|的……|了");
        assert_eq!(breaks("共0.02万元"), "共|0.02|万|元");
        assert_eq!(breaks("降-5.3%，￥1,234.50"), "降|-5.3%，|￥1,234.50");
        assert_eq!(breaks("a word (b) 字"), "a |word |(b) |字");
        assert_eq!(breaks("１２％·张"), "１２％·|张");
    }

    #[test]
    fn quotes_follow_their_context() {
        use Class::*;
        assert_eq!(quote_class('’', Some(Letter), Some(Letter)), Letter);
        assert_eq!(quote_class('“', Some(Ideograph), Some(Letter)), Open);
        assert_eq!(quote_class('“', Some(Space), Some(Letter)), Letter);
        assert_eq!(quote_class('”', Some(Ideograph), None), Close);
    }
}
