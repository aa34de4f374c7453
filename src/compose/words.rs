//! Numbers and dates as Chinese writes them.

/// 31 → 三十一
pub fn chinese_number(n: i64) -> String {
    const DIGITS: [&str; 10] = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let digit = |d: i64| DIGITS[d.unsigned_abs() as usize % 10];
    match n {
        0..=9 => digit(n).to_string(),
        10..=99 => {
            let tens = if n / 10 == 1 { "" } else { digit(n / 10) };
            let ones = if n % 10 == 0 { "" } else { digit(n % 10) };
            format!("{tens}十{ones}")
        }
        100..=999 => {
            let rest = match n % 100 {
                0 => String::new(),
                r @ 1..=9 => format!("零{}", digit(r)),
                r @ 10..=19 => format!("一{}", chinese_number(r)),
                r => chinese_number(r),
            };
            format!("{}百{rest}", digit(n / 100))
        }
        _ => n.to_string(),
    }
}

/// 2023-02-10 → 2023年2月10日
pub fn chinese_date(iso: &str) -> String {
    let parts: Vec<u32> = iso.split('-').filter_map(|p| p.parse().ok()).collect();
    match parts[..] {
        [year, month, day] => format!("{year}年{month}月{day}日"),
        _ => iso.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_numbers() {
        let cases =
            [(1, "一"), (10, "十"), (19, "十九"), (31, "三十一"), (40, "四十"), (105, "一百零五"), (110, "一百一十")];
        for (n, text) in cases {
            assert_eq!(chinese_number(n), text);
        }
    }
}
