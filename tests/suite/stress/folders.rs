//! Data folders that ask much of a page: made from a small one by a few changes, the same every time.

use std::fs;
use std::path::{Path, PathBuf};

/// What makes a folder ask much.
type Change = fn(&mut Folder);

/// Each with its name and what it changes.
pub const KINDS: [(&str, Change); 5] = [
    ("long-name", long_name),
    ("english-name", english_name),
    ("sixty-units", sixty_units),
    ("long-cells", long_cells),
    ("great-amounts", great_amounts),
];

/// 39 characters.
const LONG_NAME: &str = "河北省秦皇岛市山海关区临港经济技术开发区管理委员会综合执法局和应急管理服务中心";
const ENGLISH_NAME: &str = "Shanhaiguan Lingang Economic and Technological Development Zone Administration";

/// The files of a data folder, before they are written.
pub struct Folder {
    pub name: String,
    pub ledger: String,
    pub prior: String,
    pub units: String,
    pub procurement: String,
    pub targets: String,
    pub goals: String,
}

impl Folder {
    fn small() -> Folder {
        Folder {
            name: "示范部门".into(),
            ledger: "功能科目,支出类别,经济科目,用途,项目,资金来源,单位,金额（元）\n\
                2010350,基本支出,30101,基本工资,,一般公共预算,示范本级,274500.00\n\
                2010350,基本支出,30201,办公费,,一般公共预算,示范本级,8300.00\n\
                2010350,基本支出,30217,公务接待费,,一般公共预算,示范本级,200.00\n\
                2080505,基本支出,30108,养老保险,,一般公共预算,示范本级,40850.00\n\
                2010350,项目支出,,,招商引资经费,一般公共预算,示范本级,50000.00\n\
                2120899,项目支出,,,纵四路绿化工程,政府性基金预算,示范本级,3000000.00\n"
                .into(),
            prior: "支出类别,三公,资金来源,单位,金额（元）\n\
                基本支出,,,示范本级,323650.00\n\
                基本支出,公务接待费,一般公共预算,示范本级,200.00\n\
                项目支出,,,示范本级,3050000.00\n"
                .into(),
            units: "单位名称,单位性质,单位规格,经费保障形式\n示范本级,事业,正科级,财政性资金基本保证\n".into(),
            procurement: "单位,项目,采购物品名称,政府采购目录序号,计量单位,数量,单价（元）,资金来源,结转,金额（元）,预留中小微企业份额（元）\n\
                示范本级,纵四路绿化工程,土石方工程,B03020000,项,1,2500000.00,政府性基金预算,本年,2500000.00,2500000.00\n"
                .into(),
            targets: "项目,绩效目标,一级指标,二级指标,三级指标,绩效指标描述,指标值,指标值确定依据\n\
                纵四路绿化工程,完成纵四路两侧绿化，改善道路环境。,产出指标,数量指标,绿化面积,完成绿化的面积,≥12000平方米,施工合同\n\
                纵四路绿化工程,完成纵四路两侧绿化，改善道路环境。,满意度指标,服务对象满意度指标,群众满意度,满意人数占比,≥90%,工作计划\n\
                招商引资经费,引进工业项目不少于三个，按期签约。,产出指标,数量指标,引进项目数,当年签约的项目,≥3个,工作计划\n"
                .into(),
            goals: "全力完成年度示范任务。\n".into(),
        }
    }

    fn write(&self, folder: &Path) {
        let report = format!(
            "code = \"631\"\nname = \"{}\"\nyear = 2023\nlayout = \"hebei-department-budget-2023\"\ndate = \"2023-02-10\"\n\
             entity = \"部门\"\nlevel = \"区\"\nassets_date = \"2022-12-31\"\n",
            self.name
        );
        let reasons = "条目,方向,文字\nt3/合计/基本,增加,人员增加\nt3/合计/项目,增加,重点项目增加\n\
                       t9/*,持平,严格按照三公经费预算要求，严格控制支出\n";
        let files = [
            ("report.toml", report.as_str()),
            ("ledger.csv", &self.ledger),
            ("prior.csv", &self.prior),
            ("units.csv", &self.units),
            ("procurement.csv", &self.procurement),
            ("targets.csv", &self.targets),
            ("reasons.csv", reasons),
            ("assets.csv", "类别,数量,价值（元）,本年度拟购置（元）\n其他固定资产,240,11421600.00,\n"),
            ("text/goals.md", &self.goals),
            ("text/duties.md", "负责全区示范工作的组织和管理。\n"),
            ("text/goals-by-duty.md", "**（1）综合办公绩效目标**\n绩效目标是：提高服务质量，及时办理各类文件。\n"),
            ("text/measures.md", "完善制度建设，严格执行预算，规范财务管理。\n"),
        ];
        fs::create_dir_all(folder.join("text")).expect("a folder");
        for (name, content) in files {
            fs::write(folder.join(name), content).expect("written");
        }
    }
}

/// Writes a folder of one kind under `root`.
pub fn make(root: &Path, name: &str, change: fn(&mut Folder)) -> PathBuf {
    let mut folder = Folder::small();
    change(&mut folder);
    let path = root.join(name);
    folder.write(&path);
    path
}

fn long_name(folder: &mut Folder) {
    assert_eq!(LONG_NAME.chars().count(), 39);
    folder.name = LONG_NAME.into();
}

fn english_name(folder: &mut Folder) {
    folder.name = ENGLISH_NAME.into();
    folder.goals += "按照Internationalization、Telecommunications和Institutionalization标准，推进Shanhaiguan Lingang \
                     Interoperability平台建设，完成electroencephalographically校准。\n";
}

fn sixty_units(folder: &mut Folder) {
    for n in 1..60 {
        let (unit, project) = (format!("示范新区第{n}街道办事处社区卫生服务中心"), format!("第{n}街道路灯维修工程"));
        let fund = if n % 2 == 0 { "政府性基金预算" } else { "一般公共预算" };
        folder.units += &format!("{unit},事业,正科级,财政性资金基本保证\n");
        folder.ledger += &format!("2010350,基本支出,30101,基本工资,,一般公共预算,{unit},{}.00\n", 100_000 + n * 317);
        folder.ledger += &format!("2010350,项目支出,,,{project},{fund},{unit},{}.00\n", 50_000 + n * 211);
        folder.prior += &format!("基本支出,,,{unit},90000.00\n项目支出,,,{unit},40000.00\n");
        folder.procurement += &format!("{unit},{project},路灯,A02000000,盏,10,1000.00,{fund},本年,10000.00,10000.00\n");
        folder.targets += &format!(
            "{project},更换路灯，保障夜间出行。,产出指标,数量指标,更换路灯数量,更换的路灯盏数,≥10盏,工作计划\n"
        );
    }
}

/// Cells of 500 characters, and a table of 200 rows under labels that join them.
fn long_cells(folder: &mut Folder) {
    let sentence = "围绕年度重点任务，统筹推进基础设施建设、产业招商和公共服务，确保项目按期开工、按期竣工、按期验收，";
    let long: String = sentence.chars().cycle().take(499).chain(['。']).collect();
    folder.targets = folder.targets.replace("完成绿化的面积", &long);
    let (first, second) = (["产出指标", "效益指标", "满意度指标"], ["数量指标", "质量指标", "时效指标", "成本指标"]);
    for n in 0..200 {
        let of = if n / 80 == 0 { String::new() } else { format!("（第{}类）", n / 80) };
        let value = if n % 3 == 0 { "90%（含）-100%" } else { "≥90%（含）" };
        folder.targets += &format!(
            "招商引资经费,引进工业项目不少于三个，按期签约。,{},{}{of},第{}项工作完成情况,当年实际完成的工作占计划的比例,{value},工作计划\n",
            first[n / 80],
            second[n % 80 / 20],
            n + 1
        );
    }
    for n in 0..6 {
        let text = if n == 0 { &long } else { "道路通行情况" };
        folder.targets += &format!(
            "纵四路绿化工程,完成纵四路两侧绿化，改善道路环境。,效益指标,社会效益指标,群众出行便利程度{n},{text},明显改善,工作计划\n"
        );
    }
}

/// Amounts in 亿, less than last year's, and addresses on the web.
fn great_amounts(folder: &mut Folder) {
    folder.ledger = folder.ledger.replace(",50000.00", ",50000000000.00").replace(",3000000.00", ",3000000000000.00");
    folder.prior = folder.prior.replace(",3050000.00", ",3049999999999.00");
    folder.ledger += "2010350,项目支出,,,信息化平台建设,一般公共预算,示范本级,1234567.89\n\
                      2010350,项目支出,,,2021年省级专项资金,一般公共预算,示范本级,99999999999.99\n";
    folder.targets += "信息化平台建设,建成平台https://www.example.gov.cn/zwgk/czyjs/bmys/2023/index.html?id=12345&type=budget并上线运行。,产出指标,数量指标,平台网址,见https://www.example.gov.cn/zwgk/czyjs/bmys/2023/0001-abcdef.html,90%（含）-100%,http://czt.hebei.gov.cn/root17/zfxx/202301/t20230110_1775.html\n\
         2021年省级专项资金,完成0.83万元以上的支出。,产出指标,数量指标,支出,支出数,≥0.83万元,冀财预〔2022〕12号\n";
    folder.goals += "本部门预算公开的网址是https://www.example.gov.cn/zwgk/czyjs/bmys/2023/index.html?id=12345&type=budget，欢迎监督。支出0.83万元、1.25亿元，下降-12.5%，完成率90%（含）-100%。\n";
}
