//! A schema for tests, like that of the Hebei set, and folders of files to read by it.

use super::classification::Class;
use super::filter::{Condition, Filter};
use super::schema::{FieldDecl, FieldDefault, FileDecl, Kind, Schema};
use super::{Data, read_folder};
use crate::diagnostic::{Diagnostics, Place};
use indexmap::IndexMap;
use std::path::Path;

pub const FUNCTION: &[(&str, &str)] = &[
    ("201", "一般公共服务支出"),
    ("20103", "政府办公厅（室）及相关机构事务"),
    ("2010301", "行政运行"),
    ("2010302", "一般行政管理事务"),
    ("2010350", "事业运行"),
    ("208", "社会保障和就业支出"),
    ("20805", "行政事业单位养老支出"),
    ("2080505", "机关事业单位基本养老保险缴费支出"),
    ("2080506", "机关事业单位职业年金缴费支出"),
    ("212", "城乡社区支出"),
    ("21208", "国有土地使用权出让收入安排的支出"),
    ("2120899", "其他国有土地使用权出让收入安排的支出"),
];

pub const ECON: &[(&str, &str)] = &[
    ("301", "工资福利支出"),
    ("30101", "基本工资"),
    ("30102", "津贴补贴"),
    ("302", "商品和服务支出"),
    ("30201", "办公费"),
    ("30216", "培训费"),
    ("30217", "公务接待费"),
    ("30231", "公务用车运行维护费"),
];

pub fn place() -> Place {
    Place::new("schema.toml", 1, 0)
}

pub fn is(path: &str, value: &str) -> Filter {
    field(path, Condition::Is(value.to_owned()))
}

pub fn field(path: &str, condition: Condition) -> Filter {
    Filter::Field { path: path.to_owned(), condition, place: place() }
}

pub fn view(name: &str) -> Filter {
    Filter::View { name: name.to_owned(), place: place() }
}

pub fn any(values: &[&str]) -> Condition {
    Condition::Any(values.iter().map(|v| Condition::Is((*v).to_owned())).collect())
}

fn class(id: &str, file: &str, levels: &[&str], lengths: &[usize], names: &[(&str, &str)]) -> Class {
    Class {
        id: id.to_owned(),
        file: file.to_owned(),
        levels: levels.iter().map(|l| (*l).to_owned()).collect(),
        lengths: lengths.to_vec(),
        names: names.iter().map(|(c, n)| ((*c).to_owned(), (*n).to_owned())).collect(),
        ..Class::default()
    }
}

pub fn decl(id: &str, head: &str, kind: Kind) -> FieldDecl {
    FieldDecl {
        id: id.to_owned(),
        head: head.to_owned(),
        also: Vec::new(),
        words: IndexMap::new(),
        kind,
        required: false,
        expected: false,
        adds: true,
        required_when: None,
        default: None,
        place: place(),
    }
}

fn required(field: FieldDecl) -> FieldDecl {
    FieldDecl { required: true, ..field }
}

pub fn choice(values: &[&str]) -> Kind {
    Kind::Choice { values: values.iter().map(|v| (*v).to_owned()).collect(), groups: IndexMap::new() }
}

fn reference(id: &str, head: &str, file: &str, to: &str) -> FieldDecl {
    decl(id, head, Kind::Ref { file: file.to_owned(), field: to.to_owned() })
}

fn only_unit() -> FieldDecl {
    FieldDecl { default: Some(FieldDefault::Only), ..reference("unit", "单位", "units", "name") }
}

pub fn file(id: &str, title: &str, fields: Vec<FieldDecl>) -> FileDecl {
    FileDecl {
        id: id.to_owned(),
        title: title.to_owned(),
        path: format!("{id}.csv"),
        required: false,
        role: None,
        like: None,
        fields,
        unknown: Vec::new(),
        unique: Vec::new(),
        place: place(),
    }
}

fn fund() -> FieldDecl {
    let values = [
        "一般公共预算",
        "政府性基金预算",
        "国有资本经营预算",
        "财政专户",
        "事业收入",
        "事业单位经营收入",
        "上级补助收入",
        "附属单位上缴收入",
        "其他收入",
    ];
    let group = |members: &[&str]| members.iter().map(|m| (*m).to_owned()).collect::<Vec<_>>();
    let groups =
        IndexMap::from([("财政拨款".to_owned(), group(&values[..3])), ("单位资金".to_owned(), group(&values[4..]))]);
    let values = group(&values);
    required(decl("fund", "资金来源", Kind::Choice { values, groups }))
}

fn carry() -> FieldDecl {
    FieldDecl {
        default: Some(FieldDefault::Value("本年".to_owned())),
        ..decl("carry", "结转", choice(&["本年", "上年"]))
    }
}

fn ledger_fields() -> Vec<FieldDecl> {
    let code = |class: &str, level| Kind::Code { class: class.to_owned(), level: Some(level) };
    let categories = ["基本支出", "项目支出", "经营支出", "上解上级支出", "对附属单位补助支出", "年终结转"];
    let threes = ["因公出国（境）费", "公务用车购置费", "公务用车运行维护费", "公务接待费"];
    let map = [
        ("30212", "因公出国（境）费"),
        ("31013", "公务用车购置费"),
        ("30231", "公务用车运行维护费"),
        ("30217", "公务接待费"),
    ];
    let by_econ = FieldDefault::By {
        field: "econ".to_owned(),
        map: map.iter().map(|(c, v)| ((*c).to_owned(), (*v).to_owned())).collect(),
        named: false,
    };
    vec![
        required(decl("function", "功能科目", code("function", 2))),
        required(decl("category", "支出类别", choice(&categories))),
        FieldDecl {
            required_when: Some(is("category", "基本支出")), ..decl("econ", "经济科目", code("econ", 1))
        },
        decl("purpose", "用途", Kind::Text),
        FieldDecl {
            required_when: Some(is("category", "项目支出")),
            also: vec!["项目名称".to_owned()],
            ..decl("project", "项目", Kind::Text)
        },
        fund(),
        carry(),
        FieldDecl { default: Some(by_econ), ..decl("three", "三公", choice(&threes)) },
        only_unit(),
        required(decl("amount", "金额", Kind::Amount)),
    ]
}

pub fn schema() -> Schema {
    let mut ledger = file("ledger", "预算明细", ledger_fields());
    ledger.required = true;
    let mut prior = file("prior", "上年预算", ledger_fields());
    for field in &mut prior.fields {
        field.required = ["category", "amount"].contains(&field.id.as_str());
    }
    prior.unknown = ["function", "econ", "fund", "project", "purpose", "unit"].map(str::to_owned).to_vec();
    let mut units = file(
        "units",
        "机构设置",
        vec![
            required(decl("name", "单位名称", Kind::Text)),
            decl("nature", "单位性质", choice(&["行政", "参公", "事业"])),
            decl("rank", "单位规格", Kind::Text),
            decl("paid", "经费保障形式", Kind::Text),
            decl("founded", "成立日期", Kind::Date),
        ],
    );
    units.unique = vec![vec!["name".to_owned()]];
    let procurement = file(
        "procurement",
        "政府采购",
        vec![
            only_unit(),
            required(reference("project", "项目", "ledger", "project")),
            required(decl("item", "采购物品名称", Kind::Text)),
            decl("catalog", "政府采购目录序号", Kind::Text),
            decl("measure", "计量单位", Kind::Text),
            decl("count", "数量", Kind::Number),
            decl("price", "单价", Kind::Amount),
            FieldDecl { required: false, ..fund() },
            carry(),
            required(decl("amount", "金额", Kind::Amount)),
            decl("small", "中小微", Kind::Amount),
        ],
    );
    let assets = file(
        "assets",
        "固定资产",
        vec![
            decl("item", "类别", choice(&["办公用房", "其他房屋", "车辆", "单价在20万元以上的设备", "其他固定资产"])),
            decl("count", "数量", Kind::Number),
            decl("value", "价值", Kind::Amount),
        ],
    );
    let text = |id: &str, head: &str| decl(id, head, Kind::Text);
    let targets = file(
        "targets",
        "绩效目标",
        vec![
            required(reference("project", "项目", "ledger", "project")),
            text("goal", "绩效目标"),
            required(text("l1", "一级指标")),
            required(text("l2", "二级指标")),
            required(text("l3", "三级指标")),
            text("desc", "绩效指标描述"),
            text("value", "指标值"),
            text("basis", "指标值确定依据"),
        ],
    );
    let reasons = file(
        "reasons",
        "增减原因",
        vec![
            required(text("item", "条目")),
            required(decl("sign", "方向", choice(&["增加", "减少", "持平"]))),
            required(text("text", "文字")),
        ],
    );
    let mut schema = Schema::default();
    schema
        .classes
        .insert("function".into(), class("function", "function.csv", &["类", "款", "项"], &[3, 5, 7], FUNCTION));
    schema.classes.insert("econ".into(), class("econ", "economic.csv", &["类", "款"], &[3, 5], ECON));
    for file in [ledger, prior, units, procurement, assets, targets, reasons] {
        schema.files.insert(file.id.clone(), file);
    }
    schema.views.insert("支出".into(), field("category", Condition::Not(Box::new(Condition::Is("年终结转".into())))));
    schema.views.insert("公用经费".into(), Filter::All(vec![is("category", "基本支出"), field("econ", any(&["302"]))]));
    schema.views.insert(
        "机关运行经费".into(),
        Filter::All(vec![view("公用经费"), field("unit.nature", any(&["行政", "参公"]))]),
    );
    schema
}

/// A ledger without problems.
pub const LEDGER: &str = "\
功能科目,支出类别,经济科目,用途,项目,资金来源,金额（元）
2010350,基本支出,30101,基本工资,,一般公共预算,274500.00
2010350,基本支出,30217,公务接待费,,一般公共预算,200.00
2120899,项目支出,,,纵四路绿化工程,政府性基金预算,3000000.00
";

/// Writes `files` (path, bytes) to a new folder.
pub fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (path, bytes) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, bytes).expect("written");
    }
    folder
}

/// Reads a folder of `files` by `schema`; the diagnostics, sorted and printed.
pub fn read_by(mut schema: Schema, files: &[(&str, &[u8])]) -> (Data, Vec<String>) {
    let folder = folder(files);
    read_at(folder.path(), &mut schema)
}

pub fn read_at(folder: &Path, schema: &mut Schema) -> (Data, Vec<String>) {
    let mut diagnostics = Diagnostics::default();
    let data = read_folder(&crate::folder::Folder::open(folder), schema, &mut diagnostics);
    let printed = diagnostics.sorted().iter().map(ToString::to_string).collect();
    (data, printed)
}

/// What is said of a ledger.
pub fn said_of(ledger: &str) -> Vec<String> {
    read_by(schema(), &[("ledger.csv", ledger.as_bytes())]).1
}
