use super::*;
use crate::data::example::{any, field, is, read_by, schema, view};
use crate::diagnostic::Place;
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
    assert_eq!(prior(is("three", "")), "???", "no record says anything of it");
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
        (is("econ", "3"), "schema.toml:1 错误[E273] 科目表 econ 没有编码“3”\n  提示：是否应为 301（工资福利支出）？"),
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
