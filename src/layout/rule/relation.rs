//! A relation between figures as it is written: `t1/a/x = sum(t1/[左]/x) + 2 * t2/b/y`.

use rust_decimal::Decimal;

/// Two expressions and how they must compare.
#[derive(Debug, Clone)]
pub struct Relation {
    /// What stands before the sign.
    pub left: Expr,
    /// The sign.
    pub compare: Compare,
    /// What stands after it.
    pub right: Expr,
}

/// How two amounts must compare, to 分.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compare {
    /// `=`
    Equal,
    /// `<=`
    AtMost,
    /// `>=`
    AtLeast,
    /// `<`
    Below,
    /// `>`
    Above,
}

impl Compare {
    /// As messages print it: ＝, ≤ ….
    pub fn sign(self) -> &'static str {
        match self {
            Compare::Equal => "＝",
            Compare::AtMost => "≤",
            Compare::AtLeast => "≥",
            Compare::Below => "＜",
            Compare::Above => "＞",
        }
    }
}

/// An amount in a rule, 元 for money.
#[derive(Debug, Clone)]
pub enum Expr {
    /// A constant.
    Number(Decimal),
    /// The figure of a cell, or the sum of those a pattern names.
    Cell(CellPattern),
    /// Over all rows of the pattern.
    Sum(CellPattern),
    /// a + b
    Add(Box<Expr>, Box<Expr>),
    /// a − b
    Subtract(Box<Expr>, Box<Expr>),
    /// a × b
    Multiply(Box<Expr>, Box<Expr>),
    /// The first as a percentage of the second.
    Percent(Box<Expr>, Box<Expr>),
}

/// `table/row/column`, with `{…}` still in it.
#[derive(Debug, Clone, PartialEq)]
pub struct CellPattern {
    /// Id of a table.
    pub table: String,
    /// Key of a row, or a pattern.
    pub row: String,
    /// Key of a column, or a pattern.
    pub column: String,
}

/// `a + sum(b) >= c`: tokens stand apart by spaces, brackets and commas.
pub fn parse_relation(text: &str) -> Result<Relation, String> {
    let mut parser = Parser { tokens: tokens(text), at: 0, depth: 0 };
    if parser.tokens.len() > MOST_WORDS {
        return Err(format!("太长了，最多 {MOST_WORDS} 个词"));
    }
    let left = parser.sum()?;
    let compare = match parser.next() {
        Some("=" | "＝") => Compare::Equal,
        Some("<=" | "≤") => Compare::AtMost,
        Some(">=" | "≥") => Compare::AtLeast,
        Some("<" | "＜") => Compare::Below,
        Some(">" | "＞") => Compare::Above,
        Some(other) => return Err(format!("这里应为 =、<=、>=、<、>，却是“{other}”")),
        None => return Err("没有写 =、<=、>=、<、>".to_string()),
    };
    let right = parser.sum()?;
    match parser.next() {
        Some(rest) => Err(format!("“{rest}”是多余的")),
        None => Ok(Relation { left, compare, right }),
    }
}

fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    for word in text.split_whitespace() {
        let mut rest = word;
        while let Some(at) = rest.find(['(', ')', ',']) {
            if at > 0 {
                tokens.push(&rest[..at]);
            }
            tokens.push(&rest[at..at + 1]);
            rest = &rest[at + 1..];
        }
        if !rest.is_empty() {
            tokens.push(rest);
        }
    }
    tokens
}

/// Words of a relation; more would only be a mistake, and take stack.
const MOST_WORDS: usize = 500;
/// A number that stands in a relation is no larger, and has no more decimals.
const LARGEST_NUMBER: Decimal = Decimal::from_parts(3_567_587_328, 232, 0, false, 0); // 10^12
const MOST_DECIMALS: u32 = 8;
/// Brackets within brackets.
const DEEPEST: usize = 20;

struct Parser<'t> {
    tokens: Vec<&'t str>,
    at: usize,
    depth: usize,
}

impl<'t> Parser<'t> {
    fn next(&mut self) -> Option<&'t str> {
        let token = self.tokens.get(self.at).copied();
        self.at += 1;
        token
    }

    fn peek(&self) -> Option<&'t str> {
        self.tokens.get(self.at).copied()
    }

    fn expect(&mut self, token: &str) -> Result<(), String> {
        match self.next() {
            Some(found) if found == token => Ok(()),
            Some(found) => Err(format!("这里应为“{token}”，却是“{found}”")),
            None => Err(format!("缺少“{token}”")),
        }
    }

    fn within(&mut self) -> Result<Expr, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(format!("括号套得太深，最多 {DEEPEST} 层"));
        }
        let inner = self.sum()?;
        self.depth -= 1;
        Ok(inner)
    }

    fn sum(&mut self) -> Result<Expr, String> {
        let mut left = self.product()?;
        loop {
            left = match self.peek() {
                Some("+" | "＋") => {
                    self.at += 1;
                    Expr::Add(Box::new(left), Box::new(self.product()?))
                }
                Some("-" | "−" | "－") => {
                    self.at += 1;
                    Expr::Subtract(Box::new(left), Box::new(self.product()?))
                }
                _ => return Ok(left),
            };
        }
    }

    fn product(&mut self) -> Result<Expr, String> {
        let mut left = self.factor()?;
        while let Some("*" | "×") = self.peek() {
            self.at += 1;
            left = Expr::Multiply(Box::new(left), Box::new(self.factor()?));
        }
        Ok(left)
    }

    fn factor(&mut self) -> Result<Expr, String> {
        match self.next() {
            Some("(") => {
                let inner = self.within()?;
                self.expect(")")?;
                Ok(inner)
            }
            Some("sum") => {
                self.expect("(")?;
                let cell = cell(self.next().unwrap_or_default())?;
                self.expect(")")?;
                Ok(Expr::Sum(cell))
            }
            Some("percent") => {
                self.expect("(")?;
                let part = self.within()?;
                self.expect(",")?;
                let whole = self.within()?;
                self.expect(")")?;
                Ok(Expr::Percent(Box::new(part), Box::new(whole)))
            }
            Some(token) if token.contains('/') => Ok(Expr::Cell(cell(token)?)),
            Some(token) => number(token).map(Expr::Number),
            None => Err("没有写完".to_string()),
        }
    }
}

fn number(token: &str) -> Result<Decimal, String> {
    let number: Decimal = token.parse().map_err(|_| format!("“{token}”不是数字，也不是 表/行/列 的地址"))?;
    let is_sane = number.abs() <= LARGEST_NUMBER && number.scale() <= MOST_DECIMALS;
    is_sane.then_some(number).ok_or_else(|| format!("“{token}”太大，或小数多于 {MOST_DECIMALS} 位"))
}

fn cell(token: &str) -> Result<CellPattern, String> {
    match &token.split('/').collect::<Vec<&str>>()[..] {
        [table, row, column] if !table.is_empty() && !row.is_empty() && !column.is_empty() => {
            Ok(CellPattern { table: table.to_string(), row: row.to_string(), column: column.to_string() })
        }
        _ => Err(format!("“{token}”不是 表/行/列 的地址")),
    }
}

impl Expr {
    /// Whether a percentage is part of a sum or product: only a whole side can be one.
    pub fn has_percent_within(&self) -> bool {
        fn any(expr: &Expr) -> bool {
            match expr {
                Expr::Percent(..) => true,
                Expr::Add(a, b) | Expr::Subtract(a, b) | Expr::Multiply(a, b) => any(a) || any(b),
                Expr::Number(_) | Expr::Cell(_) | Expr::Sum(_) => false,
            }
        }
        match self {
            Expr::Percent(a, b) => any(a) || any(b),
            other => any(other),
        }
    }

    /// Every pattern in it.
    pub fn cells(&self) -> Vec<&CellPattern> {
        match self {
            Expr::Number(_) => Vec::new(),
            Expr::Cell(cell) | Expr::Sum(cell) => vec![cell],
            Expr::Add(a, b) | Expr::Subtract(a, b) | Expr::Multiply(a, b) | Expr::Percent(a, b) => {
                let mut all = a.cells();
                all.extend(b.cells());
                all
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relations_are_read_with_their_precedence() {
        let relation = parse_relation("a/b/c = sum(d/[类]/e) + 2 * (f/g/h - 1)").expect("reads");
        let Expr::Add(sum, product) = relation.right else { panic!("a sum") };
        assert!(matches!(*sum, Expr::Sum(_)));
        assert!(matches!(*product, Expr::Multiply(_, inner) if matches!(*inner, Expr::Subtract(..))));
        assert_eq!(relation.left.cells()[0].row, "b");
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        let wrong = ["a/b/c", "a/b/c = ", "a/b = 1", "= 1", "sum(a/b/c = 1", "a/b/c = 1 2", "percent(a/b/c) = 1"];
        for wrong in wrong.into_iter().chain(["a/b/c = 1000000000001", "a/b/c = 0.000000001"]) {
            assert!(parse_relation(wrong).is_err(), "{wrong}");
        }
        assert!(parse_relation("a/b/c = 1000000000000").is_ok());
    }

    #[test]
    fn a_relation_of_any_depth_and_length_does_not_overflow_the_stack() {
        for (open, close) in [("(", ")"), ("percent( 1 , ", ")"), ("1 + ", ""), ("1 * ( ", " )")] {
            for many in [30, 100, 30_000] {
                let text = format!("a/b/c = {}1{}", open.repeat(many), close.repeat(many));
                let read = parse_relation(&text);
                assert_eq!(read.is_ok(), many <= 100 && close.is_empty(), "{many} {open}");
                // What is kept is walked by recursion too.
                let cells = read.map_or(0, |relation| relation.right.cells().len());
                assert_eq!(cells, 0);
            }
        }
    }
}
