//! Made-up departments, the same for the same seed on every machine: data folders of any of the table sets here, or
//! ledgers alone. The standard library is all it needs, so that the fuzzer can include it.
//!
//! Two manners: [`Department::orderly`] is what a careful office hands in, of which no rule has anything to say;
//! [`wild`] and [`payable`] are lines that a ledger may hold, however odd.

mod words;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use words::{BASIC, FIELDS, Field, INDICATORS, PLACES, Project};

/// Numbers by chance, in the order of a seed (SplitMix64).
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Chance {
        Chance(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from 0 to `bound`, which is left out; 0 for a bound of 0.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    /// From `least` to `most`, both among them.
    pub fn between(&mut self, least: i64, most: i64) -> i64 {
        least + (self.next() % (most - least + 1) as u64) as i64
    }

    pub fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    /// True once in `times`.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }
}

/// A table set, for which a data folder is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Set {
    Hebei,
    City,
    /// The city's tables, a document for each unit.
    County,
}

impl Set {
    pub const ALL: [Set; 3] = [Set::Hebei, Set::City, Set::County];

    /// The layout set's folder.
    pub fn layout(self) -> &'static str {
        match self {
            Set::Hebei => "hebei-department-budget-2023",
            Set::City => "yuan-city-2024",
            Set::County => "yuan-county-2024",
        }
    }

    fn year(self) -> i64 {
        if self == Set::Hebei { 2023 } else { 2024 }
    }

    /// The 资金来源 that it knows.
    fn funds(self) -> &'static [&'static str] {
        if self == Set::Hebei {
            &FUNDS
        } else {
            &["一般公共预算", "政府性基金预算", "国有资本经营预算", "财政专户", "事业收入", "其他收入"]
        }
    }

    fn carried_out(self) -> &'static str {
        if self == Set::Hebei { "年终结转" } else { "年终结转结余" }
    }
}

/// 资金来源. The first three are 财政拨款.
pub const FUNDS: [&str; 9] = [
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

/// 支出类别.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Category {
    Basic,
    Project,
    Operating,
    PaidUp,
    Subsidy,
    CarriedOut,
}

pub const CATEGORIES: [Category; 6] = [
    Category::Basic,
    Category::Project,
    Category::Operating,
    Category::PaidUp,
    Category::Subsidy,
    Category::CarriedOut,
];

impl Category {
    fn name(self, set: Set) -> &'static str {
        match self {
            Category::Basic => "基本支出",
            Category::Project => "项目支出",
            Category::Operating => "经营支出",
            Category::PaidUp => "上解上级支出",
            Category::Subsidy => "对附属单位补助支出",
            Category::CarriedOut => set.carried_out(),
        }
    }
}

/// A line of the ledger.
#[derive(Debug, Clone)]
pub struct Line {
    pub unit: String,
    /// 功能科目, seven digits.
    pub function: String,
    pub category: Category,
    /// 经济科目; empty where it is not told.
    pub econ: &'static str,
    pub purpose: String,
    pub project: String,
    /// “三公”, where it does not follow from the 经济科目.
    pub three: &'static str,
    pub fund: &'static str,
    /// 上年结转.
    pub carried: bool,
    /// 分
    pub amount: i64,
}

impl Line {
    pub fn is_fiscal(&self) -> bool {
        FUNDS[..3].contains(&self.fund)
    }

    /// What of “三公” it is; empty if none.
    pub fn three(&self) -> &'static str {
        match self.econ {
            _ if !self.three.is_empty() => self.three,
            "30212" => "因公出国（境）费",
            "31013" => "公务用车购置费",
            "30231" => "公务用车运行维护费",
            "30217" => "公务接待费",
            _ => "",
        }
    }
}

/// 元 with two decimals, of 分.
pub fn yuan(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", fen.abs() / 100, fen.abs() % 100)
}

/// 万元 with two decimals, half up, of 分.
fn wan(fen: i64) -> String {
    let hundredths = (fen + 5_000) / 10_000;
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_string() }
}

fn csv<const N: usize>(heads: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let mut text = heads.join(",") + "\n";
    for row in rows {
        text += &(row.map(|cell| quoted(&cell)).join(",") + "\n");
    }
    text
}

/// The ledger file of a set.
pub fn ledger(set: Set, lines: &[Line]) -> String {
    let carried = |l: &Line| if l.carried { "上年" } else { "本年" }.to_string();
    if set == Set::Hebei {
        let heads =
            ["单位", "功能科目", "支出类别", "经济科目", "用途", "项目", "三公", "资金来源", "结转", "金额（元）"];
        return csv(
            heads,
            lines.iter().map(|l| {
                let three = l.three.to_string();
                let category = l.category.name(set).to_string();
                let (econ, purpose, project) = (l.econ.to_string(), l.purpose.clone(), l.project.clone());
                let fund = l.fund.to_string();
                let (unit, function) = (l.unit.clone(), l.function.clone());
                [unit, function, category, econ, purpose, project, three, fund, carried(l), yuan(l.amount)]
            }),
        );
    }
    let heads =
        ["预算单位", "功能分类", "支出性质", "经济分类", "项目名称", "资金渠道", "资金年度", "三公", "金额（元）"];
    csv(
        heads,
        lines.iter().map(|l| {
            let (category, econ, three) = (l.category.name(set).to_string(), l.econ.to_string(), l.three.to_string());
            let (unit, function, fund) = (l.unit.clone(), l.function.clone(), l.fund.to_string());
            [unit, function, category, econ, l.project.clone(), fund, carried(l), three, yuan(l.amount)]
        }),
    )
}

// ------------------------------------------------------------------------------------------- lines, however odd

/// The 项 of the classification whose 类 the statutory lists have.
fn functions() -> Vec<&'static str> {
    let list = include_str!("../../../layouts/classification/function.csv");
    let of_every_year = list.lines().filter(|line| line.contains(",2023-2026,"));
    let codes = of_every_year.filter_map(|l| l.split(',').next());
    codes.filter(|code| code.len() == 7 && !code.starts_with("218")).collect()
}

const ECONOMIC: [&str; 12] =
    ["30101", "30102", "30107", "30113", "30201", "30211", "30217", "30231", "30302", "30309", "31002", "31003"];

/// Mostly ordinary amounts, sometimes extreme ones: a 分, a billion, a reduction.
fn any_amount(chance: &mut Chance) -> i64 {
    match chance.below(10) {
        0 => *chance.of(&[1, 49, 4_999, 5_000, -1, 0]),
        1 => chance.between(-9_000_000_000_000, 9_000_000_000_000),
        _ => chance.between(1, 2_000_000_000),
    }
}

/// The names of units of a ledger that is nothing but lines.
pub fn unit_names(units: usize) -> Vec<String> {
    (0..units).map(|unit| format!("第{unit}单位")).collect()
}

/// Lines of every kind, any code and any amount, for units named as [`unit_names`] does. The first lines of a seed are
/// the same however many there are.
pub fn wild(seed: u64, set: Set, units: usize, count: usize) -> Vec<Line> {
    let (mut chance, functions, units) = (Chance::new(seed), functions(), unit_names(units));
    let line = |_| {
        let fund = *chance.of(set.funds());
        let fiscal = FUNDS[..3].contains(&fund);
        // 财政拨款 pays 基本支出 and 项目支出 only: tables 5, 7 and 8 have no other column.
        let category = match *chance.of(&CATEGORIES) {
            Category::Operating | Category::PaidUp | Category::Subsidy if fiscal || set != Set::Hebei => {
                Category::Project
            }
            category => category,
        };
        let basic = category == Category::Basic;
        let econ = if basic { *chance.of(&ECONOMIC) } else { "" };
        let number = chance.below(30);
        Line {
            unit: chance.of(&units).clone(),
            function: chance.of(&functions).to_string(),
            category,
            econ,
            purpose: if basic { format!("用途{econ}") } else { String::new() },
            project: if category == Category::Project { format!("项目{number}") } else { String::new() },
            three: "",
            fund,
            carried: chance.once_in(10),
            amount: any_amount(&mut chance),
        }
    };
    (0..count).map(line).collect()
}

/// Lines that a book without a mistake may hold: amounts of every size, to the 分, some of 财政拨款 taken back; what is
/// not fiscal money only adds to what is.
pub fn payable(chance: &mut Chance, unit: &str, functions: &[&str]) -> Vec<Line> {
    const PAYING: [&str; 6] = [FUNDS[0], FUNDS[1], FUNDS[2], FUNDS[3], FUNDS[4], FUNDS[8]];
    let (count, general_only) = (3 + chance.below(40), chance.once_in(3));
    let line = |_| {
        let size = 10_i64.pow(2 + chance.below(8) as u32);
        let fund = if general_only { FUNDS[0] } else { *chance.of(&PAYING) };
        let taken_back = FUNDS[..3].contains(&fund) && chance.once_in(15);
        let amount = chance.between(0, size - 1) * if taken_back { -1 } else { 1 };
        let category = *chance.of(&[
            Category::Basic,
            Category::Basic,
            Category::Basic,
            Category::Basic,
            Category::Project,
            Category::Project,
            Category::Project,
            Category::CarriedOut,
        ]);
        let basic = category == Category::Basic;
        let number = chance.below(6);
        Line {
            unit: unit.to_string(),
            function: chance.of(functions).to_string(),
            category,
            econ: if basic { ECONOMIC[chance.below(ECONOMIC.len())] } else { "" },
            purpose: if basic { "用途".into() } else { String::new() },
            project: if category == Category::Project { format!("项目{number}") } else { String::new() },
            three: "",
            fund,
            carried: chance.once_in(4),
            amount,
        }
    };
    (0..count).map(line).collect()
}

// ------------------------------------------------------------------------------------------- a careful office

/// A unit of a department.
#[derive(Debug, Clone)]
pub struct Unit {
    pub name: String,
    /// 行政, 参公 or 事业.
    pub nature: &'static str,
    /// 编制
    pub staff: i64,
}

/// A department with all that its set asks of it.
pub struct Department {
    pub set: Set,
    pub name: String,
    pub level: &'static str,
    pub units: Vec<Unit>,
    /// This year's ledger and last year's.
    pub lines: Vec<Line>,
    pub prior: Vec<Line>,
    field: &'static Field,
    seed: u64,
}

impl Department {
    /// What a careful office hands in: amounts that heads and projects explain, every project with its targets,
    /// purchases within projects, last year known in more or less detail, a reason for every change.
    pub fn orderly(seed: u64, set: Set) -> Department {
        let mut chance = Chance::new(seed);
        let field = chance.of(&FIELDS);
        let &(place, level) = chance.of(&PLACES);
        let name = format!("{place}{}", field.office);
        let units = units(&mut chance, &name, place, field);
        let mut lines = Vec::new();
        for (number, unit) in units.iter().enumerate() {
            basic(&mut chance, field, unit, &mut lines);
            // A project belongs to one unit.
            let own = field.projects.iter().enumerate().filter(|(at, _)| at % units.len() == number);
            for (_, project) in own {
                if chance.below(3) > 0 {
                    project_lines(&mut chance, unit, project, &mut lines);
                }
            }
            other_money(&mut chance, set, field, unit, &mut lines);
        }
        let prior = last_year(&mut chance, &lines);
        Department { set, name, level, units, lines, prior, field, seed }
    }

    /// Pays `fen` of its own income to the department above it, and no more.
    pub fn pay_up(&mut self, fen: i64) {
        self.lines.retain(|line| line.category != Category::PaidUp);
        self.lines.push(self.own_line(Category::PaidUp, "事业收入", fen));
    }

    /// Gets `fen` from a department below it, and no more, and spends them.
    pub fn take_in(&mut self, fen: i64) {
        self.lines.retain(|line| line.fund != "附属单位上缴收入");
        self.lines.push(self.own_line(Category::Basic, "附属单位上缴收入", fen));
    }

    /// A line of what its last unit has beside 财政拨款.
    fn own_line(&self, category: Category, fund: &'static str, amount: i64) -> Line {
        let unit = self.units.last().expect("it has units");
        let basic = category == Category::Basic;
        Line {
            unit: unit.name.clone(),
            function: self.field.running[usize::from(unit.nature == "事业")].to_string(),
            category,
            econ: if basic { "30201" } else { "" },
            purpose: if basic { "办公费".into() } else { String::new() },
            project: String::new(),
            three: "",
            fund,
            carried: false,
            amount,
        }
    }

    /// The files of its data folder, by their paths in it.
    pub fn files(&self) -> BTreeMap<String, String> {
        // Of its own chance, so that a file's content does not depend on which were made before it.
        let mut chance = Chance::new(self.seed ^ 0x0046_494C_4553);
        let mut files = BTreeMap::new();
        let mut put = |name: &str, text: String| drop(files.insert(name.to_string(), text));
        match self.set {
            Set::Hebei => {
                put("report.toml", self.report_of_hebei(&mut chance));
                put("ledger.csv", ledger(self.set, &self.lines));
                put("prior.csv", self.prior_of_hebei(&mut chance));
                put("units.csv", self.units_of_hebei());
                put("procurement.csv", self.procurement(&mut chance));
                put("assets.csv", self.assets_of_hebei(&mut chance));
                put("targets.csv", self.targets_of_hebei(&mut chance));
                let reasons = ["t3/合计/基本", "t3/合计/项目", "t9/*"].iter().flat_map(|item| {
                    REASONS.map(|(sign, text)| [item.to_string(), sign.to_string(), text.to_string()])
                });
                put("reasons.csv", csv(["条目", "方向", "文字"], reasons));
                for (name, text) in self.prose(&mut chance) {
                    put(&format!("text/{name}.md"), text);
                }
            }
            Set::City | Set::County => {
                put("report.toml", self.report_of_yuan(&mut chance));
                put("budget.csv", ledger(self.set, &self.lines));
                put("last-year.csv", self.prior_of_yuan(&mut chance));
                put("final.csv", self.final_accounts(&mut chance));
                let unit = |u: &Unit| [u.name.clone(), u.nature.to_string(), u.staff.to_string()];
                put("units.csv", csv(["单位名称", "单位性质", "编制"], self.units.iter().map(unit)));
                put("projects.csv", self.projects_of_yuan(&mut chance));
                put("targets.csv", self.targets_of_yuan(&mut chance));
                let cars =
                    [["公务用车".to_string(), self.cars().max(1).to_string(), yuan(self.cars().max(1) * 18_350_000)]];
                put("assets.csv", csv(["资产", "数量", "原值（元）"], cars));
                let of = std::iter::once("").chain(self.units.iter().map(|u| u.name.as_str()));
                let reasons = of.flat_map(|unit| {
                    REASONS
                        .map(|(sign, text)| [unit.to_string(), "lm/*".to_string(), sign.to_string(), text.to_string()])
                });
                put("reasons.csv", csv(["预算单位", "条目", "方向", "文字"], reasons));
            }
        }
        files
    }

    /// The projects that money is spent on, with the unit and this year's budget in 分, in the ledger's order.
    fn projects(&self) -> Vec<(&'static Project, &str, i64)> {
        let of = |project: &'static Project| {
            let lines =
                || self.lines.iter().filter(move |l| l.category == Category::Project && l.project == project.name);
            Some((project, lines().next()?.unit.as_str(), lines().map(|l| l.amount).sum()))
        };
        self.field.projects.iter().filter_map(of).collect()
    }

    fn cars(&self) -> i64 {
        self.lines.iter().filter(|l| l.econ == "30231").count() as i64
    }

    fn code(&self) -> usize {
        301 + self.seed as usize % 600
    }

    // ------------------------------------------------------------------------------- the files of Hebei

    fn report_of_hebei(&self, chance: &mut Chance) -> String {
        let mut text = format!(
            "code = \"{}\"\nname = \"{}\"\nyear = {}\nlayout = \"{}\"\nlevel = \"{}\"\nassets_date = \"2022-12-31\"\n",
            self.code(),
            self.name,
            self.set.year(),
            self.set.layout(),
            self.level
        );
        if chance.once_in(3) {
            text += "approved = \"2023-01-20\"\ndate = \"2023-02-06\"\n";
        }
        text
    }

    /// Known line by line, by 科目, or by kind of expenditure alone.
    fn prior_of_hebei(&self, chance: &mut Chance) -> String {
        let detail = chance.below(3);
        let mut sums: BTreeMap<[String; 8], i64> = BTreeMap::new();
        for line in &self.prior {
            let known = |least: usize, text: &str| if detail >= least { text.to_string() } else { String::new() };
            let three = line.three();
            // Of “三公” the fund is always known: whether it is 财政拨款 decides where it is counted.
            let fund = if three.is_empty() { known(1, line.fund) } else { line.fund.to_string() };
            let key = [
                known(2, &line.unit),
                known(1, &line.function),
                line.category.name(self.set).to_string(),
                known(2, line.econ),
                known(2, &line.purpose),
                known(2, &line.project),
                three.to_string(),
                fund,
            ];
            *sums.entry(key).or_default() += line.amount;
        }
        let heads = ["单位", "功能科目", "支出类别", "经济科目", "用途", "项目", "三公", "资金来源", "金额（元）"];
        let row = |(key, amount): ([String; 8], i64)| {
            let [a, b, c, d, e, f, g, h] = key;
            [a, b, c, d, e, f, g, h, yuan(amount)]
        };
        csv(heads, sums.into_iter().map(row))
    }

    fn units_of_hebei(&self) -> String {
        let row = |unit: &Unit| {
            let rank = if unit.nature == "行政" { "正科级" } else { "副科级" };
            let paid = if unit.nature == "事业" { "财政性资金基本保证" } else { "财政拨款" };
            [unit.name.clone(), unit.nature.to_string(), rank.to_string(), paid.to_string()]
        };
        csv(["单位名称", "单位性质", "单位规格", "经费保障形式"], self.units.iter().map(row))
    }

    fn procurement(&self, chance: &mut Chance) -> String {
        let heads = [
            "单位",
            "项目",
            "采购物品名称",
            "政府采购目录序号",
            "计量单位",
            "数量",
            "单价（元）",
            "资金来源",
            "结转",
            "金额（元）",
            "预留中小微企业份额（元）",
        ];
        let mut rows = Vec::new();
        for (project, unit, _) in self.projects() {
            let Some((item, catalog, measure)) = project.bought else { continue };
            let paying = self.lines.iter().find(|l| {
                l.category == Category::Project && l.project == project.name && l.three.is_empty() && l.amount > 0
            });
            let Some(line) = paying.filter(|_| !chance.once_in(4)) else { continue };
            // 元 a piece, within half of what this fund pays.
            let count = if measure == "项" { 1 } else { chance.between(1, 20) };
            let price = line.amount / 200 / count;
            if price == 0 {
                continue;
            }
            let amount = price * count * 100;
            let small = if chance.once_in(3) { amount / 2 } else { amount };
            rows.push([
                unit.to_string(),
                project.name.to_string(),
                item.to_string(),
                catalog.to_string(),
                measure.to_string(),
                count.to_string(),
                yuan(price * 100),
                line.fund.to_string(),
                if line.carried { "上年" } else { "本年" }.to_string(),
                yuan(amount),
                yuan(small),
            ]);
        }
        csv(heads, rows)
    }

    fn assets_of_hebei(&self, chance: &mut Chance) -> String {
        let mut rows = Vec::new();
        let mut put = |item: &str, count: i64, value: i64, more: i64| {
            let more = if more == 0 { String::new() } else { yuan(more) };
            rows.push([item.to_string(), count.to_string(), yuan(value), more]);
        };
        if !chance.once_in(3) {
            put("办公用房", chance.between(1, 3), chance.between(100_000_000, 900_000_000), 0);
        }
        if self.cars() > 0 {
            put("车辆", self.cars(), self.cars() * chance.between(12_000_000, 25_000_000), 0);
        }
        let more = if chance.once_in(2) { chance.between(100_000, 9_000_000) } else { 0 };
        put("其他固定资产", chance.between(40, 900), chance.between(20_000_000, 400_000_000), more);
        csv(["类别", "数量", "价值（元）", "本年度拟购置（元）"], rows)
    }

    fn targets_of_hebei(&self, chance: &mut Chance) -> String {
        let heads =
            ["项目", "绩效目标", "一级指标", "二级指标", "三级指标", "绩效指标描述", "指标值", "指标值确定依据"];
        let mut rows = Vec::new();
        for (project, _, budget) in self.projects() {
            let goal = format!("1.按计划完成{}各项任务，资金按进度支付，受益群众满意。", project.name);
            for (first, second, third, value) in indicators(chance, budget) {
                let described = format!("反映{}的{third}", project.name);
                let basis = ["工作计划", "历史数据", "合同约定"][chance.below(3)].to_string();
                let texts = [first, second, third].map(str::to_string);
                let [first, second, third] = texts;
                rows.push([project.name.to_string(), goal.clone(), first, second, third, described, value, basis]);
            }
        }
        csv(heads, rows)
    }

    fn prose(&self, chance: &mut Chance) -> [(&'static str, String); 4] {
        let (work, level) = (self.field.work, self.level);
        let some = |chance: &mut Chance, all: &[String], least: usize| {
            let from = chance.below(all.len() - least + 1);
            all[from..].join("")
        };
        let duties = [
            format!("贯彻执行国家和省有关{work}工作的法律法规和方针政策，拟订全{level}{work}发展规划并组织实施。\n"),
            format!("负责全{level}{work}行业的监督管理，依法查处违法违规行为。\n"),
            format!("指导所属单位开展{work}工作，承担{level}委、{level}政府交办的其他任务。\n"),
        ];
        let year = self.set.year();
        let goals = [
            format!("{year}年，全面落实{level}委、{level}政府的决策部署，推动全{level}{work}工作再上新台阶。\n"),
            format!("坚持过紧日子，严格控制一般性支出，{year}年重点保障{work}领域的民生支出。\n"),
            "本年预算收入{{ f(\"t1/收入总计/预算数\") }}万元，全部用于保障机构运转和完成年度任务。\n".to_string(),
        ];
        let number = chance.between(2, 9);
        let by_duty = [
            format!("**（1）{work}监督管理**\n"),
            format!("绩效目标是：全年开展监督检查{number}次以上，问题整改率达到100%。\n"),
            "绩效标准是：整改率90%（含）-100%为优，80%（含）-90%为良，60%（含）-80%为中，60%以下为差。\n".to_string(),
        ];
        let measures = [
            "一是加强组织领导，明确责任分工。\n".to_string(),
            "二是规范预算执行，加快支出进度。\n".to_string(),
            "三是开展绩效评价，强化结果应用。\n".to_string(),
        ];
        [
            ("duties", some(chance, &duties, 2)),
            ("goals", some(chance, &goals, 1)),
            ("goals-by-duty", by_duty.concat()),
            ("measures", measures.concat()),
        ]
    }

    // ------------------------------------------------------------------------------- the files of the city and the county

    fn report_of_yuan(&self, chance: &mut Chance) -> String {
        let mut text = format!(
            "code = \"{}\"\nname = \"{}\"\nyear = {}\nlayout = \"{}\"\ndate = \"2024-02-18\"\n",
            self.code(),
            self.name,
            self.set.year(),
            self.set.layout()
        );
        let each_unit = self.set == Set::County || chance.once_in(2);
        if self.set == Set::City && each_unit {
            text += "\n[[document]]\n";
        }
        for unit in self.units.iter().filter(|_| each_unit) {
            write!(text, "\n[[document]]\nname = \"{0}\"\nscope = {{ unit = \"{0}\" }}\n", unit.name)
                .expect("a string takes it");
        }
        text
    }

    fn prior_of_yuan(&self, chance: &mut Chance) -> String {
        let mut sums: BTreeMap<[String; 5], i64> = BTreeMap::new();
        for line in &self.prior {
            let category = line.category.name(self.set).to_string();
            let (unit, function) = (line.unit.clone(), line.function.clone());
            let key = [unit, function, category, line.fund.to_string(), line.three().to_string()];
            *sums.entry(key).or_default() += line.amount;
        }
        let row = |([a, b, c, d, e], amount): ([String; 5], i64)| {
            let spent = amount * chance.between(85, 101) / 100;
            [a, b, c, d, e, yuan(amount), yuan(spent)]
        };
        let heads = ["预算单位", "功能分类", "支出性质", "资金渠道", "三公", "预算数（元）", "执行数（元）"];
        csv(heads, sums.into_iter().map(row))
    }

    fn final_accounts(&self, chance: &mut Chance) -> String {
        let three = self.prior.iter().filter(|l| !l.three().is_empty() && l.is_fiscal());
        let row = |line: &Line| {
            let spent = line.amount * chance.between(70, 100) / 100;
            let (unit, function) = (line.unit.clone(), line.function.clone());
            let of_itself = if line.econ.is_empty() { line.three } else { "" };
            [unit, function, line.econ.to_string(), of_itself.to_string(), yuan(line.amount), yuan(spent)]
        };
        let heads = ["预算单位", "功能分类", "经济分类", "三公", "年初预算数（元）", "决算数（元）"];
        csv(heads, three.map(row))
    }

    fn projects_of_yuan(&self, chance: &mut Chance) -> String {
        let heads = ["项目名称", "预算单位", "开始日期", "立项依据", "总体目标"];
        let row = |(project, unit, _): (&'static Project, &str, i64)| {
            let begin = format!("2024-{:02}-01", chance.between(1, 6));
            let basis = format!("{}年度工作要点", self.name);
            let goal = format!("按计划完成{}各项任务。", project.name);
            [project.name.to_string(), unit.to_string(), begin, basis, goal]
        };
        csv(heads, self.projects().into_iter().map(row))
    }

    fn targets_of_yuan(&self, chance: &mut Chance) -> String {
        let mut rows = Vec::new();
        for (project, _, budget) in self.projects() {
            for (first, second, third, value) in indicators(chance, budget) {
                let [first, second, third] = [first, second, third].map(str::to_string);
                rows.push([project.name.to_string(), first, second, third, value]);
            }
        }
        csv(["项目名称", "一级指标", "二级指标", "三级指标", "指标值"], rows)
    }
}

const REASONS: [(&str, &str); 3] =
    [("增加", "按照年度工作任务增加安排"), ("减少", "落实过紧日子要求压减支出"), ("持平", "工作任务没有变化")];

fn units(chance: &mut Chance, department: &str, place: &str, field: &Field) -> Vec<Unit> {
    let nature = if chance.once_in(5) { "参公" } else { "行政" };
    let mut units = vec![Unit { name: format!("{department}本级"), nature, staff: chance.between(8, 60) }];
    for institution in field.institutions.iter().take(chance.below(4)) {
        let nature = if chance.once_in(4) { "参公" } else { "事业" };
        units.push(Unit { name: format!("{place}{institution}"), nature, staff: chance.between(3, 120) });
    }
    units
}

/// 分 of about so many 元: to the 元, or to the 分.
fn about(chance: &mut Chance, yuan: i64) -> i64 {
    let fen = (yuan * chance.between(80, 120)).max(100);
    if chance.once_in(2) { fen / 100 * 100 } else { fen + chance.between(0, 99) }
}

fn basic(chance: &mut Chance, field: &Field, unit: &Unit, lines: &mut Vec<Line>) {
    let institution = unit.nature == "事业";
    for (econ, purpose, each, function) in BASIC {
        // 津贴补贴, 公务员医疗补助 and 公务交通补贴 are civil servants', 绩效工资 the institutions'; the rest may be missing.
        let of_servants = ["30102", "30111", "30239"].contains(&econ);
        let always = ["30101", "30108", "30110", "30113", "30201"].contains(&econ);
        if of_servants && institution || econ == "30107" && !institution || !always && chance.once_in(4) {
            continue;
        }
        let function = match function {
            Some("21011") if institution => "2101102",
            Some("21011") => "2101101",
            Some("20805") if institution => "2080502",
            Some("20805") => "2080501",
            Some(own) => own,
            None => field.running[usize::from(institution)],
        };
        let amount = about(chance, each * unit.staff);
        lines.push(Line {
            unit: unit.name.clone(),
            function: function.to_string(),
            category: Category::Basic,
            econ,
            purpose: purpose.to_string(),
            project: String::new(),
            three: "",
            fund: FUNDS[0],
            carried: false,
            amount,
        });
    }
}

fn project_lines(chance: &mut Chance, unit: &Unit, project: &'static Project, lines: &mut Vec<Line>) {
    // 事业收入 and 财政专户 are an institution's.
    let fund = if unit.nature == "事业" || project.fund < 3 { FUNDS[project.fund] } else { FUNDS[0] };
    let size = *chance.of(&[20_000, 150_000, 800_000, 3_000_000, 12_000_000]);
    let line = |amount: i64| Line {
        unit: unit.name.clone(),
        function: project.function.to_string(),
        category: Category::Project,
        econ: "",
        purpose: String::new(),
        project: project.name.to_string(),
        three: "",
        fund,
        carried: false,
        amount,
    };
    let whole = about(chance, size);
    lines.push(line(whole));
    if chance.once_in(5) {
        lines.push(Line { carried: true, ..line(about(chance, size / 4)) });
    }
    if fund == FUNDS[0] && chance.once_in(8) {
        let three = *chance.of(&["因公出国（境）费", "公务接待费", "公务用车运行维护费"]);
        lines.push(Line { three, ..line(about(chance, 12_000)) });
    }
    if chance.once_in(12) {
        let rest = Line { category: Category::CarriedOut, ..line(whole / 10) };
        lines.push(if chance.once_in(2) { Line { project: String::new(), ..rest } } else { rest });
    }
}

/// What institutions have beside 财政拨款.
fn other_money(chance: &mut Chance, set: Set, field: &Field, unit: &Unit, lines: &mut Vec<Line>) {
    if unit.nature != "事业" || !chance.once_in(2) {
        return;
    }
    let line = |category, fund, amount| Line {
        unit: unit.name.clone(),
        function: field.running[1].to_string(),
        category,
        econ: if category == Category::Basic { "30201" } else { "" },
        purpose: if category == Category::Basic { "办公费".into() } else { String::new() },
        project: String::new(),
        three: "",
        fund,
        carried: false,
        amount,
    };
    lines.push(line(Category::Basic, *chance.of(&["事业收入", "其他收入"]), about(chance, 60_000)));
    if set == Set::Hebei && chance.once_in(4) {
        lines.push(line(Category::Operating, "事业单位经营收入", about(chance, 40_000)));
    }
    if set == Set::Hebei && chance.once_in(8) {
        lines.push(line(Category::PaidUp, "事业收入", about(chance, 15_000)));
    }
    if chance.once_in(6) {
        lines.push(line(Category::CarriedOut, "事业收入", about(chance, 9_000)));
    }
}

/// This year's lines as they were a year ago: most of them a little less or more, some the same, some not there. A unit
/// that had no “三公” says so with a nought: what nobody tells is not known.
fn last_year(chance: &mut Chance, lines: &[Line]) -> Vec<Line> {
    let before = |line: &Line| {
        if line.category == Category::CarriedOut || line.category != Category::Basic && chance.once_in(6) {
            return None;
        }
        let amount = if chance.once_in(5) { line.amount } else { line.amount * chance.between(70, 125) / 100 };
        Some(Line { amount, ..line.clone() })
    };
    let mut before: Vec<Line> = lines.iter().filter_map(before).collect();
    let silent: Vec<Line> = before
        .iter()
        .filter(|l| l.econ == "30201" && l.fund == FUNDS[0])
        .filter(|office| !before.iter().any(|l| l.unit == office.unit && !l.three().is_empty() && l.is_fiscal()))
        .map(|office| Line { econ: "30217", purpose: "公务接待费".into(), amount: 0, ..office.clone() })
        .collect();
    before.extend(silent);
    before
}

fn indicators(chance: &mut Chance, budget: i64) -> Vec<(&'static str, &'static str, &'static str, String)> {
    let mut found = Vec::new();
    for (first, second, third, value) in INDICATORS {
        // The three kinds that every project is asked for stay.
        let asked = ["年度工作任务数", "服务覆盖率", "服务对象满意度"].contains(&third);
        if asked || !chance.once_in(3) {
            let number = chance.between(1, 8).to_string();
            found.push((first, second, third, value.replace('#', &number).replace("{额}", &wan(budget))));
        }
    }
    found
}
