//! Filters over records, in three values: a blank of an `unknown` field makes them neither true nor false.
//!
//! A filter is first resolved against a dataset ([`Test`]): names become indexes, refs and `in` become maps. Then
//! it is asked of each record, or, by [`Matcher`], of each distinct value of a column.

use super::classification::{nearest_codes, with_name};
use super::points::Points;
use super::schema::{FieldDecl, FileDecl, Kind, Schema};
use super::{Data, Dataset, Record, Value};
use crate::diagnostic::{Diagnostic, Place, nearest};
use rust_decimal::Decimal;
use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};
use std::sync::OnceLock;

/// A condition on records, as declared: a view's name, `{ field = condition }`, a list, or false.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Filter {
    Never,
    View {
        name: String,
        place: Place,
    },
    /// All must hold.
    All(Vec<Filter>),
    Field {
        path: String,
        condition: Condition,
        place: Place,
    },
}

/// What a field must be.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Condition {
    /// The value; a code matches itself and all below, a choice also takes a group's name, "" is blank.
    Is(String),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    /// A value of another file's field: `{ in = "targets.project" }`.
    In {
        file: String,
        field: String,
    },
}

/// Views within views, and refs through refs, are followed this deep; the loader refuses cycles.
const DEEPEST: usize = 32;

/// Whether `filter` holds for `record` of `dataset`; None is *not known*. For many records or filters a
/// [`Matcher`] is faster.
pub fn matches(filter: &Filter, dataset: &Dataset, record: &Record, data: &Data, schema: &Schema) -> Option<bool> {
    resolve(filter, dataset, data, schema, 0).holds(record)
}

/// Asks many filters of one dataset: a condition is asked once for each distinct value of a column.
pub struct Matcher<'a> {
    dataset: &'a Dataset,
    data: &'a Data,
    schema: &'a Schema,
    columns: &'a Columns,
}

/// The distinct values of each field of a dataset, found when first asked for.
pub struct Columns(Vec<OnceLock<DistinctColumn>>);

/// The distinct values of a field, each by the first record that has it, and for each record the index of its value
/// among them.
struct DistinctColumn {
    first: Vec<usize>,
    of_record: Vec<u32>,
}

impl Columns {
    pub fn of(dataset: &Dataset) -> Columns {
        Columns(dataset.fields.iter().map(|_| OnceLock::new()).collect())
    }
}

impl<'a> Matcher<'a> {
    /// `columns` must be of the dataset.
    pub fn new(dataset: &'a Dataset, columns: &'a Columns, data: &'a Data, schema: &'a Schema) -> Matcher<'a> {
        Matcher { dataset, data, schema, columns }
    }

    pub fn points(&self, filter: &Filter) -> Points {
        self.ask(&resolve(filter, self.dataset, self.data, self.schema, 0))
    }

    fn ask(&self, test: &Test) -> Points {
        let length = self.dataset.records.len();
        match test {
            Test::Says(Some(true)) => Points::all(length),
            Test::Says(says) => {
                let mut points = Points::none(length);
                if says.is_none() {
                    std::mem::swap(&mut points.unknown, &mut Points::all(length).yes);
                }
                points
            }
            Test::All(tests) => tests.iter().fold(Points::all(length), |points, test| points.and(&self.ask(test))),
            Test::Column { field, blank_unknown, check } => {
                let column = self.columns.0[*field].get_or_init(|| DistinctColumn::new(self.dataset, *field));
                let value = |&record: &usize| &self.dataset.records[record].values[*field];
                let says: Vec<_> = column.first.iter().map(|r| check_value(check, value(r), *blank_unknown)).collect();
                let mut points = Points::none(length);
                for (record, &value) in column.of_record.iter().enumerate() {
                    points.set(record, says[value as usize]);
                }
                points
            }
        }
    }
}

impl DistinctColumn {
    fn new(dataset: &Dataset, field: usize) -> DistinctColumn {
        #[derive(PartialEq, Eq, Hash)]
        enum Key<'a> {
            Blank,
            Text(&'a str),
            Number(Decimal),
        }
        let mut indexes: HashMap<Key, u32> = HashMap::default();
        let mut column = DistinctColumn { first: Vec::new(), of_record: Vec::with_capacity(dataset.records.len()) };
        for (number, record) in dataset.records.iter().enumerate() {
            let value = &record.values[field];
            let key = match value {
                Value::Blank => Key::Blank,
                Value::Text(text) => Key::Text(text),
                Value::Number(number) => Key::Number(*number),
            };
            let index = *indexes.entry(key).or_insert_with(|| {
                column.first.push(number);
                column.first.len() as u32 - 1
            });
            column.of_record.push(index);
        }
        column
    }
}

/// A filter resolved against a dataset.
enum Test<'a> {
    /// The same for every record.
    Says(Option<bool>),
    All(Vec<Test<'a>>),
    Column {
        field: usize,
        blank_unknown: bool,
        check: Check<'a>,
    },
}

/// A condition resolved against a field.
enum Check<'a> {
    Blank,
    Text(&'a str),
    /// A code and all below it.
    Under(&'a str),
    /// The members of a group, and its name.
    Group(&'a str, &'a [String]),
    Number(Decimal),
    Any(Vec<Check<'a>>),
    Not(Box<Check<'a>>),
    /// The values of another file; `otherwise` for the rest, not known if that file has an unknown blank.
    In {
        values: HashSet<&'a str>,
        otherwise: Option<bool>,
    },
    /// What the condition says of the record each value refers to, and of a blank.
    Through {
        says: HashMap<&'a str, Option<bool>>,
        blank: Option<bool>,
    },
    /// Names nothing that exists.
    NotKnown,
}

impl Test<'_> {
    fn holds(&self, record: &Record) -> Option<bool> {
        match self {
            Test::Says(says) => *says,
            Test::All(tests) => all_hold(tests.iter().map(|test| test.holds(record))),
            Test::Column { field, blank_unknown, check } => {
                check_value(check, record.values.get(*field).unwrap_or(&Value::Blank), *blank_unknown)
            }
        }
    }
}

/// False wins, then not known.
fn all_hold(each: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut so_far = Some(true);
    for says in each {
        match says {
            Some(true) => {}
            Some(false) => return Some(false),
            None => so_far = None,
        }
    }
    so_far
}

/// True wins, then not known.
fn any_holds(each: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let none_holds = all_hold(each.map(|says| says.map(|holds| !holds)));
    none_holds.map(|none| !none)
}

fn check_value(check: &Check, value: &Value, blank_unknown: bool) -> Option<bool> {
    if blank_unknown && *value == Value::Blank { None } else { check.holds(value) }
}

impl Check<'_> {
    fn holds(&self, value: &Value) -> Option<bool> {
        let text = || match value {
            Value::Text(text) => Some(text.as_ref()),
            _ => None,
        };
        match self {
            Check::Blank => Some(*value == Value::Blank),
            Check::Text(wanted) => Some(text() == Some(wanted)),
            Check::Under(code) => Some(text().is_some_and(|t| t.starts_with(code))),
            Check::Group(name, members) => Some(text().is_some_and(|t| t == *name || members.iter().any(|m| m == t))),
            Check::Number(wanted) => Some(matches!(value, Value::Number(number) if number == wanted)),
            Check::Any(checks) => any_holds(checks.iter().map(|check| check.holds(value))),
            Check::Not(check) => check.holds(value).map(|holds| !holds),
            Check::In { values, otherwise } => match text() {
                Some(text) if values.contains(text) => Some(true),
                Some(_) => *otherwise,
                None => Some(false),
            },
            Check::Through { says, blank } => match text() {
                Some(text) => says.get(text).copied().flatten(),
                None => *blank,
            },
            Check::NotKnown => None,
        }
    }
}

fn resolve<'a>(filter: &'a Filter, dataset: &'a Dataset, data: &'a Data, schema: &'a Schema, depth: usize) -> Test<'a> {
    if depth > DEEPEST {
        return Test::Says(None);
    }
    match filter {
        Filter::Never => Test::Says(Some(false)),
        Filter::View { name, .. } => match schema.views.get(name) {
            Some(view) => resolve(view, dataset, data, schema, depth + 1),
            None => Test::Says(None),
        },
        Filter::All(all) => Test::All(all.iter().map(|f| resolve(f, dataset, data, schema, depth + 1)).collect()),
        Filter::Field { path, condition, .. } => resolve_field(path, condition, dataset, data, schema, depth),
    }
}

fn resolve_field<'a>(
    path: &str,
    condition: &'a Condition,
    dataset: &'a Dataset,
    data: &'a Data,
    schema: &'a Schema,
    depth: usize,
) -> Test<'a> {
    let (id, beyond) = path.split_once('.').map_or((path, None), |(id, beyond)| (id, Some(beyond)));
    let Some(field) = dataset.field(id) else { return Test::Says(None) };
    let decl = &dataset.fields[field];
    let blank_unknown = is_unknown(dataset, id, schema);
    let check = match (beyond, &decl.kind) {
        (None, _) => resolve_condition(condition, decl, data, schema),
        (Some(beyond), Kind::Ref { file, field }) => {
            through_ref(beyond, condition, (file, field), data, schema, depth + 1)
        }
        (Some(_), _) => Check::NotKnown,
    };
    Test::Column { field, blank_unknown, check }
}

fn is_unknown(dataset: &Dataset, field: &str, schema: &Schema) -> bool {
    schema.files.get(&dataset.id).is_some_and(|file| file.unknown.iter().any(|u| u == field))
}

fn resolve_condition<'a>(
    condition: &'a Condition,
    field: &'a FieldDecl,
    data: &'a Data,
    schema: &'a Schema,
) -> Check<'a> {
    match condition {
        Condition::Is(value) => resolve_value(value, field),
        Condition::Any(any) => Check::Any(any.iter().map(|c| resolve_condition(c, field, data, schema)).collect()),
        Condition::Not(not) => Check::Not(Box::new(resolve_condition(not, field, data, schema))),
        Condition::In { file, field } => values_of(file, field, data, schema),
    }
}

fn resolve_value<'a>(value: &'a str, field: &'a FieldDecl) -> Check<'a> {
    match &field.kind {
        _ if value.is_empty() => Check::Blank,
        Kind::Code { .. } => Check::Under(value),
        Kind::Choice { groups, .. } => match groups.get(value) {
            Some(members) => Check::Group(value, members),
            None => Check::Text(value),
        },
        Kind::Amount | Kind::Number => value.parse().map_or(Check::NotKnown, Check::Number),
        Kind::Text | Kind::Date | Kind::Ref { .. } => Check::Text(value),
    }
}

fn values_of<'a>(file: &str, field: &str, data: &'a Data, schema: &Schema) -> Check<'a> {
    let Some(other) = data.datasets.get(file).filter(|d| d.given) else { return Check::NotKnown };
    let Some(column) = other.field(field) else { return Check::NotKnown };
    let values: HashSet<&str> = other.records.iter().map(|r| r.values[column].text()).collect();
    let otherwise = if is_unknown(other, field, schema) && values.contains("") { None } else { Some(false) };
    Check::In { values, otherwise }
}

/// Asks the condition of the records that a ref's values name. Where several have one value and do not agree, it
/// is not known.
fn through_ref<'a>(
    path: &str,
    condition: &'a Condition,
    (file, field): (&str, &str),
    data: &'a Data,
    schema: &'a Schema,
    depth: usize,
) -> Check<'a> {
    let Some(other) = data.datasets.get(file).filter(|d| d.given) else { return Check::NotKnown };
    let Some(named_by) = other.field(field).filter(|_| depth <= DEEPEST) else { return Check::NotKnown };
    let test = resolve_field(path, condition, other, data, schema, depth);
    let mut says: HashMap<&str, Option<bool>> = HashMap::default();
    for record in &other.records {
        let Value::Text(name) = &record.values[named_by] else { continue };
        let here = test.holds(record);
        says.entry(name).and_modify(|says| *says = says.filter(|_| *says == here)).or_insert(here);
    }
    let blank = match &test {
        Test::Column { blank_unknown, check, .. } => check_value(check, &Value::Blank, *blank_unknown),
        _ => None,
    };
    Check::Through { says, blank }
}

/// A filter in a few words, for messages: 基本支出, 财政拨款或事业收入.
pub(super) fn in_words(filter: &Filter, file: &FileDecl) -> String {
    match filter {
        Filter::Never => "（无）".to_owned(),
        Filter::View { name, .. } => name.clone(),
        Filter::All(all) => all.iter().map(|f| in_words(f, file)).collect::<Vec<_>>().join("、"),
        Filter::Field { path, condition, .. } => {
            let field = path.split('.').next().and_then(|id| file.field(id));
            condition_in_words(condition, field)
        }
    }
}

fn condition_in_words(condition: &Condition, field: Option<&FieldDecl>) -> String {
    let head = field.map_or("", |f| f.head.as_str());
    let is_choice = field.is_some_and(|f| matches!(f.kind, Kind::Choice { .. }));
    match condition {
        Condition::Is(value) if value.is_empty() => format!("没有{head}"),
        Condition::Is(value) if is_choice => value.clone(),
        Condition::Is(value) => format!("{head} {value} "),
        Condition::Any(any) => any.iter().map(|c| condition_in_words(c, field)).collect::<Vec<_>>().join("或"),
        Condition::Not(not) if **not == Condition::Is(String::new()) => format!("填了{head}"),
        Condition::Not(not) => format!("不是{}", condition_in_words(not, field)),
        Condition::In { file, .. } => format!("{head}在 {file} 中"),
    }
}

/// The fields of its own file that a filter looks at, those of its views too.
pub(super) fn fields_used<'a>(filter: &'a Filter, schema: &'a Schema) -> Vec<&'a str> {
    fn collect<'a>(filter: &'a Filter, schema: &'a Schema, depth: usize, fields: &mut Vec<&'a str>) {
        match filter {
            Filter::View { name, .. } if depth < DEEPEST => {
                schema.views.get(name).into_iter().for_each(|view| collect(view, schema, depth + 1, fields));
            }
            Filter::All(all) if depth < DEEPEST => {
                all.iter().for_each(|filter| collect(filter, schema, depth + 1, fields));
            }
            Filter::Field { path, .. } => fields.push(path.split('.').next().unwrap_or(path)),
            _ => {}
        }
    }
    let mut fields = Vec::new();
    collect(filter, schema, 0, &mut fields);
    fields
}

/// What is wrong with a filter declared for records of `file`: names of views, fields and values, each with the
/// nearest that exists, at the filter's place.
pub fn check(filter: &Filter, file: &FileDecl, schema: &Schema) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    check_filter(filter, file, schema, None, &mut found);
    found
}

/// The view a filter is reached through, and where it is named.
type Via<'a> = Option<(&'a str, &'a Place, usize)>;

fn check_filter(filter: &Filter, file: &FileDecl, schema: &Schema, via: Via, found: &mut Vec<Diagnostic>) {
    match filter {
        Filter::Never => {}
        Filter::View { name, place } => match (schema.views.get(name), via) {
            (_, Some((.., depth))) if depth >= DEEPEST => {}
            (Some(view), None) => check_filter(view, file, schema, Some((name, place, 1)), found),
            (Some(view), Some((outer, at, depth))) => {
                check_filter(view, file, schema, Some((outer, at, depth + 1)), found);
            }
            (None, _) => {
                let diagnostic = Diagnostic::error("E270", format!("没有叫“{name}”的口径"));
                found.push(placed(with_nearest(diagnostic, name, schema.views.keys()), place, via));
            }
        },
        Filter::All(all) => all.iter().for_each(|f| check_filter(f, file, schema, via, found)),
        Filter::Field { path, condition, place } => {
            let mut wrong = Vec::new();
            check_field(path, condition, file, schema, &mut wrong);
            found.extend(wrong.into_iter().map(|diagnostic| placed(diagnostic, place, via)));
        }
    }
}

/// At the place where the user's text names the view, and where the view says it.
fn placed(diagnostic: Diagnostic, place: &Place, via: Via) -> Diagnostic {
    match via {
        None => diagnostic.at(place.clone()),
        Some((view, at, _)) => diagnostic.at(at.clone()).related(place.clone(), format!("口径“{view}”在这里用到")),
    }
}

fn check_field(path: &str, condition: &Condition, file: &FileDecl, schema: &Schema, found: &mut Vec<Diagnostic>) {
    let (id, beyond) = path.split_once('.').map_or((path, None), |(id, beyond)| (id, Some(beyond)));
    let Some(field) = file.field(id) else {
        let diagnostic = Diagnostic::error("E271", format!("{} 没有字段“{id}”", file.id));
        found.push(with_nearest(diagnostic, id, file.fields.iter().map(|f| &f.id)));
        return;
    };
    match (beyond, &field.kind) {
        (None, _) => check_condition(condition, field, schema, found),
        (Some(beyond), Kind::Ref { file: other, .. }) => match schema.files.get(other) {
            Some(other) => check_field(beyond, condition, other, schema, found),
            None => found.push(no_file(other, schema)),
        },
        (Some(_), _) => found.push(
            Diagnostic::error("E274", format!("“{path}”：字段“{id}”不指向别的文件，后面不能再接“.”"))
                .hint("只有 kind = \"ref\" 的字段可以这样写"),
        ),
    }
}

fn check_condition(condition: &Condition, field: &FieldDecl, schema: &Schema, found: &mut Vec<Diagnostic>) {
    match condition {
        Condition::Is(value) if value.is_empty() => {}
        Condition::Is(value) => found.extend(check_declared_value(value, field, schema)),
        Condition::Any(any) => any.iter().for_each(|c| check_condition(c, field, schema, found)),
        Condition::Not(not) => check_condition(not, field, schema, found),
        Condition::In { file, field } => match schema.files.get(file) {
            None => found.push(no_file(file, schema)),
            Some(file) if file.field(field).is_none() => {
                let diagnostic = Diagnostic::error("E271", format!("{} 没有字段“{field}”", file.id));
                found.push(with_nearest(diagnostic, field, file.fields.iter().map(|f| &f.id)));
            }
            Some(_) => {}
        },
    }
}

fn check_declared_value(value: &str, field: &FieldDecl, schema: &Schema) -> Option<Diagnostic> {
    match &field.kind {
        Kind::Choice { values, groups } => {
            let known = || values.iter().chain(groups.keys());
            let diagnostic = || Diagnostic::error("E272", format!("字段“{}”没有值或组“{value}”", field.id));
            (!known().any(|v| v == value)).then(|| with_nearest(diagnostic(), value, known()))
        }
        Kind::Code { class, .. } => {
            let class = schema.classes.get(class)?;
            if class.names.contains_key(value) {
                return None;
            }
            let diagnostic = Diagnostic::error("E273", format!("科目表 {} 没有编码“{value}”", class.id));
            match nearest_codes(value, class, None).first() {
                Some(near) => Some(diagnostic.hint(format!("是否应为 {}？", with_name(near, class)))),
                None => Some(diagnostic),
            }
        }
        Kind::Amount | Kind::Number if value.parse::<Decimal>().is_err() => {
            Some(Diagnostic::error("E272", format!("字段“{}”是数，“{value}”不是", field.id)))
        }
        _ => None,
    }
}

fn no_file(file: &str, schema: &Schema) -> Diagnostic {
    with_nearest(Diagnostic::error("E275", format!("schema.toml 没有声明文件“{file}”")), file, schema.files.keys())
}

fn with_nearest<'a>(diagnostic: Diagnostic, word: &str, known: impl Iterator<Item = &'a String>) -> Diagnostic {
    match nearest(word, known.map(String::as_str)) {
        Some(near) => diagnostic.hint(format!("是否应为“{near}”？")),
        None => diagnostic,
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{any, field, is, read_by, schema, view};
    use super::*;
    use proptest::prelude::*;

    const LEDGER: &str = "\
功能科目,支出类别,经济科目,项目,资金来源,单位,金额（元）
2010350,基本支出,30201,,一般公共预算,本级,1
2010350,基本支出,30101,,事业收入,中心,2
2120899,项目支出,,绿化,政府性基金预算,本级,3
2120899,年终结转,,照明,政府性基金预算,中心,4
";
    const PRIOR: &str =
        "支出类别,经济科目,资金来源,金额（元）\n基本支出,,,1\n基本支出,30201,一般公共预算,2\n年终结转,,,3\n";
    const UNITS: &str = "单位名称,单位性质\n本级,行政\n中心,事业\n";
    const PROCUREMENT: &str = "单位,项目,采购物品名称,数量,金额（元）\n本级,绿化,树,2,1\n";

    fn data() -> Data {
        let files: [(&str, &[u8]); 4] = [
            ("ledger.csv", LEDGER.as_bytes()),
            ("prior.csv", PRIOR.as_bytes()),
            ("units.csv", UNITS.as_bytes()),
            ("procurement.csv", PROCUREMENT.as_bytes()),
        ];
        let (data, said) = read_by(schema(), &files);
        assert_eq!(said, [""; 0]);
        data
    }

    /// One character a record: true 1, false 0, not known ?.
    fn says(filter: &Filter, file: &str, data: &Data, schema: &Schema) -> String {
        let dataset = &data.datasets[file];
        let points = Matcher::new(dataset, &Columns::of(dataset), data, schema).points(filter);
        let sign = |says: Option<bool>| says.map_or('?', |yes| if yes { '1' } else { '0' });
        let each: String = dataset.records.iter().map(|r| sign(matches(filter, dataset, r, data, schema))).collect();
        let all: String = (0..dataset.records.len()).map(|i| sign(points.get(i))).collect();
        assert_eq!(each, all, "one record at a time, and all at once");
        all
    }

    fn not(condition: Condition) -> Condition {
        Condition::Not(Box::new(condition))
    }

    fn within(file: &str, field: &str) -> Condition {
        Condition::In { file: file.to_owned(), field: field.to_owned() }
    }

    #[test]
    fn conditions() {
        let (data, schema) = (data(), schema());
        let ledger = |filter: Filter| says(&filter, "ledger", &data, &schema);
        assert_eq!(ledger(Filter::Never), "0000");
        assert_eq!(ledger(Filter::All(Vec::new())), "1111");
        assert_eq!(ledger(is("function", "201")), "1100", "a code and all below");
        assert_eq!(ledger(is("function", "2010350")), "1100");
        assert_eq!(ledger(is("fund", "财政拨款")), "1011", "a group");
        assert_eq!(ledger(field("fund", any(&["单位资金", "政府性基金预算"]))), "0111");
        assert_eq!(ledger(is("econ", "")), "0011", "blank");
        assert_eq!(ledger(field("econ", not(Condition::Is(String::new())))), "1100");
        assert_eq!(ledger(field("econ", not(any(&["302"])))), "0111");
        assert_eq!(ledger(is("amount", "3.00")), "0010");
        assert_eq!(ledger(field("project", within("procurement", "project"))), "0010");
        assert_eq!(ledger(is("unit.nature", "行政")), "1010", "through a ref");
        assert_eq!(ledger(view("支出")), "1110");
        assert_eq!(ledger(view("机关运行经费")), "1000");
        assert_eq!(says(&is("project.fund", "政府性基金预算"), "procurement", &data, &schema), "1");
        assert_eq!(says(&is("count", "2"), "procurement", &data, &schema), "1");
    }

    #[test]
    fn not_known_is_not_false() {
        let (data, schema) = (data(), schema());
        let prior = |filter: Filter| says(&filter, "prior", &data, &schema);
        assert_eq!(prior(is("econ", "302")), "?1?");
        assert_eq!(prior(is("econ", "")), "?0?");
        assert_eq!(prior(field("econ", not(any(&["302"])))), "?0?");
        assert_eq!(prior(is("three", "")), "111", "no unknown field: blank is none");
        assert_eq!(prior(view("公用经费")), "?10", "false wins");
        assert_eq!(prior(is("fund", "财政拨款")), "?1?");
        assert_eq!(prior(is("nothing", "1")), "???");
        assert_eq!(prior(view("没有")), "???");
        // Whether a value is in a file that is absent, or what a record there says, is not known.
        let (alone, _) = read_by(schema.clone(), &[("ledger.csv", LEDGER.as_bytes())]);
        let ledger = |filter: Filter| says(&filter, "ledger", &alone, &schema);
        assert_eq!(ledger(field("project", within("procurement", "project"))), "????");
        assert_eq!(ledger(is("unit.nature", "行政")), "????");
    }

    #[test]
    fn views_in_a_circle_end() {
        let (data, mut schema) = (data(), schema());
        schema.views.insert("甲".into(), Filter::All(vec![view("乙"), is("category", "基本支出")]));
        schema.views.insert("乙".into(), view("甲"));
        assert_eq!(says(&view("甲"), "ledger", &data, &schema), "??00");
        assert_eq!(check(&view("甲"), &schema.files["ledger"], &schema), []);
        assert_eq!(fields_used(&view("甲"), &schema)[0], "category");
    }

    #[test]
    fn declared_filters_are_checked() {
        let mut schema = schema();
        let found = |filter: &Filter, file: &str, schema: &Schema| {
            let found = check(filter, &schema.files[file], schema);
            found.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        for (filter, message) in [
            (view("公用经费用"), "schema.toml:1 错误[E270] 没有叫“公用经费用”的口径\n  提示：是否应为“公用经费”？"),
            (is("funds", "财政拨款"), "schema.toml:1 错误[E271] ledger 没有字段“funds”\n  提示：是否应为“fund”？"),
            (
                is("fund", "财政拨歀"),
                "schema.toml:1 错误[E272] 字段“fund”没有值或组“财政拨歀”\n  提示：是否应为“财政拨款”？",
            ),
            (is("amount", "许多"), "schema.toml:1 错误[E272] 字段“amount”是数，“许多”不是"),
            (
                is("econ", "3"),
                "schema.toml:1 错误[E273] 科目表 econ 没有编码“3”\n  提示：是否应为 301（工资福利支出）？",
            ),
            (
                is("fund.nature", "行政"),
                "schema.toml:1 错误[E274] “fund.nature”：字段“fund”不指向别的文件，后面不能再接“.”\n  提示：只有 kind = \"ref\" 的字段可以这样写",
            ),
            (is("unit.natur", "行政"), "schema.toml:1 错误[E271] units 没有字段“natur”\n  提示：是否应为“nature”？"),
            (
                field("project", within("procurment", "project")),
                "schema.toml:1 错误[E275] schema.toml 没有声明文件“procurment”\n  提示：是否应为“procurement”？",
            ),
            (
                field("project", within("procurement", "projects")),
                "schema.toml:1 错误[E271] procurement 没有字段“projects”\n  提示：是否应为“project”？",
            ),
        ] {
            assert_eq!(found(&filter, "ledger", &schema), [message]);
        }
        for fine in [is("econ", ""), is("unit.nature", "行政"), view("机关运行经费"), Filter::Never] {
            assert_eq!(found(&fine, "ledger", &schema), [""; 0]);
        }
        // A view of the ledger's fields, used on a file without them: told where it is used.
        let inner = Place::new("schema.toml", 90, 3);
        let condition = Condition::Is("基本支出".into());
        schema.views.insert("基本".into(), Filter::Field { path: "category".into(), condition, place: inner });
        let used = Filter::View { name: "基本".into(), place: Place::new("procurement.toml", 7, 9) };
        assert_eq!(
            found(&used, "procurement", &schema),
            ["procurement.toml:7:9 错误[E271] procurement 没有字段“category”\n  schema.toml:90:3 口径“基本”在这里用到"]
        );
    }

    fn filters() -> impl Strategy<Value = Filter> {
        let one = prop_oneof![
            Just(is("econ", "302")),
            Just(is("econ", "")),
            Just(is("fund", "财政拨款")),
            Just(field("fund", not(any(&["事业收入", "一般公共预算"])))),
            Just(is("category", "基本支出")),
            Just(is("unit.nature", "行政")),
            Just(field("project", within("procurement", "project"))),
            Just(view("支出")),
            Just(view("机关运行经费")),
            Just(Filter::Never),
        ];
        one.prop_recursive(3, 12, 4, |inner| proptest::collection::vec(inner, 0..4).prop_map(Filter::All))
    }

    proptest! {
        #[test]
        fn one_at_a_time_and_all_at_once_agree(filter in filters()) {
            let (data, schema) = (data(), schema());
            says(&filter, "ledger", &data, &schema);
            says(&filter, "prior", &data, &schema);
        }
    }
}
