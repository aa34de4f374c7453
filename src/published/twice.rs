//! What two tables of a document print twice: by the national forms the totals of one are those of another
//! (财预〔2016〕143号), and each subject has one amount in both.

use super::sums::{Figures, Whereto, is_total, plain};
use crate::diagnostic::{Diagnostic, Diagnostics};
use rust_decimal::Decimal;

/// Which of the national forms a table is, by its title.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// 收支总表.
    Whole,
    /// 收入总表.
    Income,
    /// 支出总表.
    Spending,
    /// 财政拨款收支总表.
    Fiscal,
    /// 一般公共预算支出表.
    General,
    /// 一般公共预算基本支出表.
    Basic,
}

impl Form {
    fn of(title: &str) -> Option<Form> {
        let title = plain(title);
        let has = |words: &[&str]| words.iter().any(|word| title.contains(word));
        let odd = ["三公", "项目", "基金", "国有", "采购", "绩效", "资产", "明细", "政府购买"];
        if has(&odd) || !title.contains('表') {
            return None;
        }
        let both = has(&["收支", "收入支出"]);
        match () {
            () if both && has(&["财政拨款"]) => Some(Form::Fiscal),
            () if both => Some(Form::Whole),
            () if has(&["一般公共"]) && has(&["基本支出"]) => Some(Form::Basic),
            () if has(&["一般公共"]) && has(&["支出"]) => Some(Form::General),
            () if has(&["财政拨款", "一般公共", "基本"]) => None,
            () if has(&["收入"]) => Some(Form::Income),
            () if has(&["支出"]) => Some(Form::Spending),
            () => None,
        }
    }
}

/// A total, where it stands, and what it is called.
struct Known<'f, 't> {
    figures: &'f Figures<'t>,
    at: (usize, usize),
    name: String,
}

impl Known<'_, '_> {
    /// In 元, where the unit is written.
    fn value(&self) -> Decimal {
        self.figures.value(self.at.0, self.at.1) * self.figures.unit.map_or(Decimal::ONE, |unit| unit.scale())
    }

    fn room(&self) -> Decimal {
        let decimals = self.figures.number(self.at.0, self.at.1).map_or(0, |number| number.decimals);
        Decimal::new(5, decimals + 1) * self.figures.unit.map_or(Decimal::ONE, |unit| unit.scale())
    }

    fn says(&self) -> String {
        let unit = self.figures.unit.map_or("", |unit| unit.name());
        format!("《{}》“{}”{}{unit}", self.figures.table.title, self.name, self.figures.value(self.at.0, self.at.1))
    }

    fn is_as(&self, other: &Known<'_, '_>) -> bool {
        (self.value() - other.value()).abs() <= self.room() + other.room()
    }
}

/// What the tables of a document print otherwise in two places.
pub fn twice(all: &[Figures<'_>], place: &Whereto<'_>) -> Diagnostics {
    let mut found = Diagnostics::default();
    let form = |wanted: Form| {
        let mut of = all.iter().filter(move |figures| Form::of(&figures.table.title) == Some(wanted));
        // Two of a form are those of two units.
        of.next().filter(|_| of.next().is_none())
    };
    let (whole, fiscal, general) = (form(Form::Whole), form(Form::Fiscal), form(Form::General));
    if let (Some(whole), Some(income)) = (whole, form(Form::Income)) {
        one_of(&totals(whole, 0, &[]), &bottom(income, &[]), place, &mut found);
    }
    if let (Some(whole), Some(spending)) = (whole, form(Form::Spending)) {
        let sides = totals(whole, 1, &[]);
        one_of(&sides, &bottom(spending, &[]), place, &mut found);
        subjects(whole, spending, &[], place, &mut found);
    }
    if let (Some(fiscal), Some(general)) = (fiscal, general) {
        one_of(&totals(fiscal, 1, &["一般公共"]), &bottom(general, &[]), place, &mut found);
        subjects(fiscal, general, &["一般公共"], place, &mut found);
    }
    if let (Some(general), Some(basic)) = (general, form(Form::Basic)) {
        one_of(&bottom(general, &["基本支出"]), &bottom(basic, &[]), place, &mut found);
    }
    found
}

/// The column of a side whose heads have one of some words, of several the total; without words, the first that is a total,
/// else the first.
fn column(figures: &Figures<'_>, side: usize, words: &[&str]) -> Option<usize> {
    let all = &figures.sides.get(side)?.columns;
    // Last year's stand beside this year's.
    let years = |column: usize| figures.heads[column].iter().filter_map(|head| year_in(head)).max();
    let latest = all.iter().filter_map(|column| years(*column)).max();
    let of_last = ["上年", "去年", "执行", "增减", "比上", "完成"];
    let is_of_year = |column: &&usize| {
        let says_last = figures.heads[**column].iter().any(|head| of_last.iter().any(|word| head.contains(word)));
        !says_last && years(**column).is_none_or(|year| Some(year) == latest)
    };
    let columns: Vec<usize> = all.iter().filter(is_of_year).copied().collect();
    let says = |column: &&usize| {
        figures.heads[**column].iter().any(|head| words.iter().any(|word| plain(head).contains(word)))
    };
    let is_whole = |column: &&usize| is_total(&figures.head(**column));
    match words {
        [] => columns.iter().find(is_whole).or(columns.first()).copied(),
        _ => {
            let named: Vec<usize> = columns.iter().filter(says).copied().collect();
            let total = named.iter().copied().find(|column| is_total(&figures.head(*column)));
            if let [one] = named.as_slice() { Some(*one) } else { total }
        }
    }
}

/// `2024年预算数`.
fn year_in(head: &str) -> Option<u32> {
    let (before, _) = head.split_once('年')?;
    let digits: String = before.chars().rev().take_while(char::is_ascii_digit).collect();
    digits.chars().rev().collect::<String>().parse().ok().filter(|year| (2000..2100).contains(year))
}

/// Totals of a side: 本年支出, 本年支出合计, 支出总计.
fn totals<'f, 't>(figures: &'f Figures<'t>, side: usize, words: &[&str]) -> Vec<Known<'f, 't>> {
    let Some(column) = column(figures, side, words) else { return Vec::new() };
    let labels = &figures.sides[side].labels;
    let all: Vec<Known<'f, 't>> = (0..figures.rows())
        .filter(|row| {
            is_total(&labels[*row]) || ["本年支出", "本年收入"].iter().any(|word| labels[*row].ends_with(word))
        })
        .filter(|row| figures.number(*row, column).is_some())
        .map(|row| Known { figures, at: (row, column), name: labels[row].clone() })
        .collect();
    // 总计 alone, with what is carried over in it: the year's own is not printed.
    let is_carried = |row: &usize| ["结转", "结余"].iter().any(|word| labels[*row].contains(word));
    let carries = (0..figures.rows()).filter(is_carried).any(|row| !figures.value(row, column).is_zero());
    if carries && all.iter().all(|known| known.name.ends_with("总计")) { Vec::new() } else { all }
}

/// 合计 of a table of subjects.
fn bottom<'f, 't>(figures: &'f Figures<'t>, words: &[&str]) -> Vec<Known<'f, 't>> {
    let mut all = totals(figures, 0, words);
    all.retain(|known| known.name == "合计" || known.name == "总计");
    all
}

/// Every one of `others` is one of `some`.
fn one_of(some: &[Known<'_, '_>], others: &[Known<'_, '_>], place: &Whereto<'_>, found: &mut Diagnostics) {
    let (Some(first), [other]) = (some.last(), others) else { return };
    if other.value().is_zero() || some.iter().any(|known| known.value().is_zero() || known.is_as(other)) {
        return;
    }
    found.push(differs(other, first, place));
}

fn differs(one: &Known<'_, '_>, other: &Known<'_, '_>, place: &Whereto<'_>) -> Diagnostic {
    let message = format!("{}，而{}", one.says(), other.says());
    let found = one.figures.finding(place, "X073", one.at, message);
    let spot = other.figures.spot(other.at.0, other.at.1);
    let row = other.figures.first + other.at.0 + 1;
    let there = spot.place(place.shown, place.sheets, &other.figures.table.title, row);
    let found = found.compared(("这里写作".to_owned(), one.value()), ("那里写作".to_owned(), other.value()));
    match there {
        Some(there) => found.related(there, "另一处写在这里"),
        None => found,
    }
}

/// Subjects of the table of two sides against those of the table of codes. Only where most of them are the same.
fn subjects(whole: &Figures<'_>, coded: &Figures<'_>, words: &[&str], place: &Whereto<'_>, found: &mut Diagnostics) {
    let (Some(of_whole), Some(of_coded)) = (column(whole, 1, words), column(coded, 0, &[])) else { return };
    let names = &whole.sides[1].labels;
    let side = &coded.sides[0];
    let mut same = 0;
    let mut others = Vec::new();
    for row in (0..coded.rows()).filter(|row| side.codes[*row].len() == 3) {
        let name = &side.labels[row];
        let is_named = |at: &usize| names[*at].trim_start_matches(|c| "一二三四五六七八九十、".contains(c)) == name;
        let mut there = (0..whole.rows()).filter(is_named);
        let (Some(at), None) = (there.next(), there.next()) else { continue };
        let one = Known { figures: coded, at: (row, of_coded), name: name.clone() };
        let other = Known { figures: whole, at: (at, of_whole), name: names[at].clone() };
        if one.is_as(&other) {
            same += usize::from(!one.value().is_zero());
        } else {
            others.push((one, other));
        }
    }
    if same >= 2 && same >= 3 * others.len() {
        others.iter().for_each(|(one, other)| found.push(differs(one, other, place)));
    }
}
