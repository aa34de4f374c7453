//! What is wrong, where in the user's files, and what to try. Collected first, then printed all at once.

use crate::cell_name::{letters, sheet_of};
use crate::code::Code;
use crate::printable::is_unprintable;
use rust_decimal::Decimal;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// How grave a finding is. Errors block the output; the rest is printed and counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// It must be mended before there is a document.
    Error,
    /// It is doubtful: it stops nothing but a strict build.
    Warning,
    /// It can be better, or should be known.
    Note,
}

impl Severity {
    /// The word printed before the code.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "错误",
            Severity::Warning => "警告",
            Severity::Note => "提示",
        }
    }
}

/// What a place counts within its line, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    /// The whole line, or the whole record that begins on it.
    Unknown,
    /// Characters (Unicode scalar values) of a line of text.
    Character(u32),
    /// Fields of a record of a CSV file, which may go on over several lines.
    Field(u32),
    /// Columns of a sheet of a workbook, whose rows the lines are; 0 is the whole row.
    Cell(u32),
}

impl Column {
    /// The number, whatever it counts; none where it is not known.
    pub fn number(self) -> Option<u32> {
        match self {
            Column::Unknown => None,
            Column::Cell(0) => None,
            Column::Character(number) | Column::Field(number) | Column::Cell(number) => Some(number),
        }
    }
}

/// A place in a file of the user's or of a layout set. Lines count from 1; 0 is unknown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// As users see it: `ledger.csv`, `layout/set.toml`, `631.xlsx 预算明细`.
    pub file: Arc<str>,
    /// From 1; 0: the file as a whole.
    pub line: u32,
    /// What stands in the line, and how it is counted.
    pub column: Column,
}

impl Place {
    /// A character of a line of text, from 1; 0 is the whole line.
    pub fn new(file: impl Into<Arc<str>>, line: u32, character: u32) -> Place {
        let column = if character > 0 { Column::Character(character) } else { Column::Unknown };
        Place { file: file.into(), line, column }
    }

    /// A field of the CSV record that begins on a line, from 1, or a cell of a sheet's row; 0 is the whole record.
    pub fn field(file: impl Into<Arc<str>>, line: u32, field: u32) -> Place {
        let file = file.into();
        let column = match field {
            _ if line > 0 && sheet_of(&file).is_some() => Column::Cell(field),
            0 => Column::Unknown,
            field => Column::Field(field),
        };
        Place { file, line, column }
    }

    /// Whether its line begins a record, which may go on over several lines; else it is a line of text.
    pub fn is_of_record(&self) -> bool {
        matches!(self.column, Column::Field(_) | Column::Cell(_)) || self.file.ends_with(".csv")
    }

    /// A whole file, no line in it.
    pub fn file(file: impl Into<Arc<str>>) -> Place {
        Place::new(file, 0, 0)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&one_line(&self.file))?;
        if let Column::Cell(column) = self.column {
            return write!(f, "!{}{}", letters(column), self.line);
        }
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
            if let Some(column) = self.column.number() {
                write!(f, ":{column}")?;
            }
        }
        Ok(())
    }
}

/// Two amounts that should be one, in 元 (or ones), each with what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// What is written, and its amount in 元.
    pub stated: (String, Decimal),
    /// What it should be, and its amount in 元.
    pub expected: (String, Decimal),
}

/// A change of the user's file that is certain: words at the finding's place, and what should stand there.
/// Never of a figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// As it stands in the file, with enough around it to be found.
    pub old: String,
    /// The words instead.
    pub new: String,
}

/// An area of a page of a published file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OnPage {
    /// From 1.
    pub page: u32,
    /// Left, top, right, bottom, in tenths of a point from the page's top left corner, as it is read.
    pub area: [i32; 4],
}

/// The user has accepted a finding, with a reason.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Acknowledged {
    /// Why it is as it is, in the department's words.
    pub reason: String,
    /// Where that is said.
    pub place: Place,
}

/// One finding: severity, code, sentence, place, further places, and a hint of what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How grave it is.
    pub severity: Severity,
    /// Its code in the register.
    pub code: Code,
    /// What is wrong, with the values, in a sentence without its place.
    pub message: String,
    /// Where the user wrote it; none: of no place.
    pub place: Option<Place>,
    /// Of a published file: the area of the page.
    pub on_page: Option<Box<OnPage>>,
    /// The figure it is about.
    pub address: Option<String>,
    /// The offending words as they stand.
    pub text: Option<String>,
    /// Other places that belong to the finding, each with what it says there.
    pub related: Vec<(Place, String)>,
    /// What to do about it.
    pub hint: Option<String>,
    /// Amounts that should be equal and are not.
    pub compared: Option<Compared>,
    /// Other words that mend it.
    pub fix: Option<Fix>,
    /// Reported all the same, but it neither blocks nor counts.
    pub acknowledged: Option<Acknowledged>,
}

impl Diagnostic {
    /// A finding of a severity, of no place yet.
    pub fn new(severity: Severity, code: impl Into<Code>, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            severity,
            code: code.into(),
            message: message.into(),
            place: None,
            on_page: None,
            address: None,
            text: None,
            related: Vec::new(),
            hint: None,
            compared: None,
            fix: None,
            acknowledged: None,
        }
    }

    /// An error of no place yet.
    pub fn error(code: impl Into<Code>, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Error, code, message)
    }

    /// A warning of no place yet.
    pub fn warning(code: impl Into<Code>, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Warning, code, message)
    }

    /// The same, at a place.
    pub fn at(mut self, place: Place) -> Diagnostic {
        self.place = Some(place);
        self
    }

    /// The same, at an area of a page.
    pub fn on_page(mut self, on_page: Option<OnPage>) -> Diagnostic {
        self.on_page = on_page.map(Box::new);
        self
    }

    /// The same, with what to do about it.
    pub fn hint(mut self, hint: impl Into<String>) -> Diagnostic {
        self.hint = Some(hint.into());
        self
    }

    /// The same, about the figure at an address.
    pub fn address(mut self, address: impl Into<String>) -> Diagnostic {
        self.address = Some(address.into());
        self
    }

    /// The same, about words as they are written there.
    pub fn text(mut self, text: impl Into<String>) -> Diagnostic {
        self.text = Some(text.into());
        self
    }

    /// The same, with two amounts in 元, each with its words.
    pub fn compared(mut self, stated: (String, Decimal), expected: (String, Decimal)) -> Diagnostic {
        self.compared = Some(Compared { stated, expected });
        self
    }

    /// The same, with words that stand there and those to put in their place.
    pub fn fix(mut self, old: impl Into<String>, new: impl Into<String>) -> Diagnostic {
        self.fix = Some(Fix { old: old.into(), new: new.into() });
        self
    }

    /// The same, with another place that has to do with it and what it has to do with it.
    pub fn related(mut self, place: Place, says: impl Into<String>) -> Diagnostic {
        self.related.push((place, says.into()));
        self
    }
}

impl std::error::Error for Diagnostic {}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place} ")?;
        }
        write!(f, "{}[{}] {}", self.severity.word(), self.code, one_line(&self.message))?;
        for (place, says) in &self.related {
            write!(f, "\n  {place} {}", one_line(says))?;
        }
        let mut before = "\n  提示：";
        for line in self.hint.iter().flat_map(|hint| hint.lines()) {
            // A hint may show lines to copy, on lines of their own.
            write!(f, "{before}{}", one_line(line))?;
            before = "\n";
        }
        Ok(())
    }
}

/// The most characters shown of a sentence; what users typed themselves may be longer.
const LONGEST: usize = 600;

/// A sentence on one line, cut when long, without what would command a terminal.
fn one_line(text: &str) -> Cow<'_, str> {
    if text.len() <= LONGEST && !text.contains(is_unprintable) {
        return Cow::Borrowed(text);
    }
    let shown = |c: char| match c {
        '\n' => '⏎',
        '\t' => ' ',
        c if is_unprintable(c) => '\u{FFFD}',
        c => c,
    };
    let mut line: String = text.chars().take(LONGEST).map(shown).collect();
    if text.chars().nth(LONGEST).is_some() {
        line.push('…');
    }
    Cow::Owned(line)
}

/// The findings of a run, in the order found; [`Diagnostics::sorted`] gives the order of printing.
#[derive(Debug, Clone, Default)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// Adds a finding.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Adds all findings of another collection.
    pub fn extend(&mut self, other: Diagnostics) {
        self.0.extend(other.0);
    }

    /// Keeps only the findings that `wanted` holds for.
    pub fn retain(&mut self, wanted: impl FnMut(&Diagnostic) -> bool) {
        self.0.retain(wanted);
    }

    /// The findings in the order in which they were made.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.0.iter()
    }

    /// The findings in the order in which they were made, to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Diagnostic> {
        self.0.iter_mut()
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many of a severity were found and are not acknowledged, the same one twice counted twice: more than before
    /// says that something was found.
    pub fn count(&self, severity: Severity) -> usize {
        self.0.iter().filter(|d| d.severity == severity && d.acknowledged.is_none()).count()
    }

    /// How many of each kind are told: the same finding at one place once.
    pub fn tally(&self) -> Tally {
        let told = self.sorted();
        let of = |severity| told.iter().filter(|d| d.severity == severity && d.acknowledged.is_none()).count();
        Tally {
            errors: of(Severity::Error),
            warnings: of(Severity::Warning),
            notes: of(Severity::Note),
            acknowledged: told.iter().filter(|d| d.acknowledged.is_some()).count(),
        }
    }

    /// Whether an error is among them.
    pub fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    /// By file, line, column, then severity and code; the same finding at one place once.
    pub fn sorted(&self) -> Vec<&Diagnostic> {
        let mut all: Vec<&Diagnostic> = self.0.iter().collect();
        all.sort_by(|a, b| {
            (&a.place, a.severity, &a.code, &a.message).cmp(&(&b.place, b.severity, &b.code, &b.message))
        });
        all.dedup();
        all
    }
}

/// How many findings there are; those that are acknowledged apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// How many errors.
    pub errors: usize,
    /// How many warnings, without those that are acknowledged.
    pub warnings: usize,
    /// How many notes, without those that are acknowledged.
    pub notes: usize,
    /// How many are acknowledged (`[[known]]` of report.toml).
    pub acknowledged: usize,
}

/// The nearest of `candidates` to `word`, if one is near enough to be meant.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    // Any two single characters are one change apart; that says nothing.
    let limit = if length < 2 { 0 } else { (length / 3).max(1) };
    let near = candidates.into_iter().filter_map(|c| {
        let own = c.chars().count();
        let is_part = length >= 2 && (c.contains(word) || word.contains(c) && own >= 2);
        // They are as many changes apart at least as one has more characters.
        let may_be_near = own.abs_diff(length) <= limit;
        let distance = (is_part || may_be_near).then(|| strsim::damerau_levenshtein(word, c))?;
        (is_part || distance <= limit).then_some((distance, c))
    });
    near.min().map(|(_, c)| c)
}
