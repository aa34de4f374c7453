//! What departments are called and do: a field of work, its institutions and its projects, with the codes they are
//! paid under. Every code stands in `layouts/classification`.

/// A field of work that a department has.
pub struct Field {
    /// What follows the place: `水务局`.
    pub office: &'static str,
    /// As its sentences say it: `水务`.
    pub work: &'static str,
    /// 行政运行, and what an institution runs on.
    pub running: [&'static str; 2],
    pub institutions: [&'static str; 3],
    pub projects: [Project; 8],
}

/// A project: its name, its 功能科目, its fund by number, and what is bought for it (name, 采购目录, measure).
pub struct Project {
    pub name: &'static str,
    pub function: &'static str,
    pub fund: usize,
    pub bought: Option<(&'static str, &'static str, &'static str)>,
}

const fn project(name: &'static str, function: &'static str) -> Project {
    Project { name, function, fund: 0, bought: None }
}

const fn buying(
    name: &'static str,
    function: &'static str,
    bought: (&'static str, &'static str, &'static str),
) -> Project {
    Project { name, function, fund: 0, bought: Some(bought) }
}

const fn of_fund(name: &'static str, function: &'static str, fund: usize) -> Project {
    Project { name, function, fund, bought: None }
}

pub const PLACES: [(&str, &str); 8] = [
    ("安平县", "县"),
    ("清河县", "县"),
    ("云岭市", "市"),
    ("东湖区", "区"),
    ("临江市", "市"),
    ("青石区", "区"),
    ("永年县", "县"),
    ("石门市", "市"),
];

pub const FIELDS: [Field; 6] = [
    Field {
        office: "水务局",
        work: "水务",
        running: ["2130301", "2130304"],
        institutions: ["水利工程服务中心", "防汛物资储备站", "河道管理所"],
        projects: [
            buying("防汛抢险物资购置", "2130314", ("防汛抢险物资", "A07030000", "批")),
            buying("中小河流治理（二期）", "2130305", ("河道疏浚工程", "B02130000", "项")),
            project("农村饮水安全工程维修养护", "2130316"),
            project("水土保持监测", "2130310"),
            project("水资源费征收管理", "2130311"),
            buying("泵站更新改造A标段", "2130306", ("水泵", "A02050000", "台")),
            buying("泵站更新改造B标段", "2130306", ("水泵", "A02050000", "台")),
            of_fund("污水管网建设", "2120803", 1),
        ],
    },
    Field {
        office: "教育局",
        work: "教育",
        running: ["2050101", "2050202"],
        institutions: ["第一小学", "实验幼儿园", "教师发展中心"],
        projects: [
            project("义务教育公用经费补助", "2050202"),
            buying("第一小学1#楼维修", "2050202", ("房屋修缮", "B08000000", "项")),
            buying("第一小学1楼厕所改造", "2050202", ("房屋修缮", "B08000000", "项")),
            buying("校园网络设备购置", "2050299", ("交换机", "A02010202", "台")),
            project("学前教育资助", "2050201"),
            project("名师工作室-骨干教师培训", "2050299"),
            of_fund("农村学校取暖改造", "2120804", 1),
            of_fund("校服及作业本代收代支", "2050202", 3),
        ],
    },
    Field {
        office: "文化和旅游局",
        work: "文化和旅游",
        running: ["2070101", "2070104"],
        institutions: ["图书馆", "文化馆", "博物馆"],
        projects: [
            project("公共文化服务体系建设", "2070109"),
            project("文化市场“双随机”抽查", "2070112"),
            buying("古籍保护与数字化", "2070104", ("数字化加工服务", "C08990000", "项")),
            project("旅游宣传推介", "2070113"),
            of_fund("全民健身器材更新", "2296003", 1),
            buying("文物库房安防", "2070204", ("视频监控设备", "A02091107", "套")),
            project("非物质文化遗产传承人补助", "2070111"),
            of_fund("社会艺术考级", "2070107", 4),
        ],
    },
    Field {
        office: "应急管理局",
        work: "应急管理",
        running: ["2240101", "2240150"],
        institutions: ["应急救援保障中心", "安全生产执法大队", "地震监测站"],
        projects: [
            project("安全生产监督检查", "2240106"),
            buying("森林防火无人机购置", "2240104", ("无人机", "A02030000", "架")),
            project("应急预案编制与演练", "2240109"),
            buying("应急指挥平台运行维护", "2240108", ("运行维护服务", "C16070000", "项")),
            project("自然灾害风险普查", "2240104"),
            buying("应急避难场所1.5兆瓦光伏电站", "2240199", ("光伏组件", "A02061900", "项")),
            buying("应急避难场所15兆瓦光伏电站", "2240199", ("光伏组件", "A02061900", "项")),
            project("安全生产月宣传", "2240106"),
        ],
    },
    Field {
        office: "农业农村局",
        work: "农业农村",
        running: ["2130101", "2130104"],
        institutions: ["农业技术推广站", "动物疫病预防控制中心", "农机服务中心"],
        projects: [
            project("高标准农田建设", "2130153"),
            project("农产品质量安全监测", "2130109"),
            buying("动物防疫物资储备", "2130108", ("消毒用品", "A07020000", "批")),
            project("种植业结构调整补贴", "2130121"),
            project("农村人居环境整治", "2130126"),
            of_fund("乡村道路硬化", "2120804", 1),
            project("高素质农民培育", "2130106"),
            buying("农业综合执法装备", "2130110", ("执法记录仪", "A02020500", "台")),
        ],
    },
    Field {
        office: "人力资源和社会保障局",
        work: "人力资源和社会保障",
        running: ["2080101", "2080150"],
        institutions: ["就业服务中心", "社会保险经办中心", "劳动人事争议仲裁院"],
        projects: [
            project("就业创业服务补贴", "2080701"),
            buying("社保卡制发", "2080107", ("社会保障卡", "A05030000", "张")),
            project("劳动保障监察执法", "2080105"),
            buying("智慧人社信息化建设", "2080108", ("软件开发服务", "C16010000", "项")),
            project("“三支一扶”人员补助", "2080199"),
            project("职业技能大赛", "2080199"),
            of_fund("国有企业退休人员社会化管理", "2080199", 2),
            of_fund("考试考务费", "2080199", 3),
        ],
    },
];

/// 经济科目 of 基本支出: code, 用途, 元 a head a year, and the 功能科目 where it is not the unit's own.
pub const BASIC: [(&str, &str, i64, Option<&str>); 24] = [
    ("30101", "基本工资", 48_000, None),
    ("30102", "津贴补贴", 30_000, None),
    ("30103", "奖金", 4_000, None),
    ("30107", "绩效工资", 26_000, None),
    ("30108", "机关事业单位基本养老保险缴费", 14_000, Some("2080505")),
    ("30109", "职业年金缴费", 7_000, Some("2080506")),
    ("30110", "职工基本医疗保险缴费", 6_200, Some("21011")),
    ("30111", "公务员医疗补助缴费", 3_100, Some("2101103")),
    ("30112", "其他社会保障缴费", 700, None),
    ("30113", "住房公积金", 10_500, Some("2210201")),
    ("30201", "办公费", 2_600, None),
    ("30202", "印刷费", 400, None),
    ("30207", "邮电费", 700, None),
    ("30211", "差旅费", 1_700, None),
    ("30213", "网络运行维护费", 500, None),
    ("30216", "培训费", 600, None),
    ("30217", "公务接待费", 150, None),
    ("30228", "工会经费", 1_400, None),
    ("30229", "福利费", 1_800, None),
    ("30231", "公务用车运行维护费", 900, None),
    ("30239", "其他交通费用", 3_000, None),
    ("30302", "退休费", 1_900, Some("20805")),
    ("30309", "奖励金", 20, None),
    ("31002", "办公设备购置", 800, None),
];

/// Indicators: 一级, 二级, 三级, and the value, in which `#` is a number and `{额}` the project's budget in 万元.
pub const INDICATORS: [(&str, &str, &str, &str); 9] = [
    ("产出指标", "数量指标", "年度工作任务数", "≥#项"),
    ("产出指标", "数量指标", "受益群众人数", "≥#人"),
    ("产出指标", "质量指标", "验收合格率", "100%"),
    ("产出指标", "时效指标", "任务完成时间", "12月底前"),
    ("产出指标", "成本指标", "项目总成本", "≤{额}万元"),
    ("效益指标", "社会效益指标", "服务覆盖率", "≥9#%"),
    ("效益指标", "可持续影响指标", "设施正常运行率", "≥9#%"),
    ("满意度指标", "服务对象满意度指标", "服务对象满意度", "≥9#%"),
    ("产出指标", "质量指标", "资金支付合规率", "100%"),
];
