//! Words within words: 园满 is wrong, 公园满意度 is two right words that meet. Chinese has no blanks, so what stands
//! around tells where a word ends: the words that may end within another, and those that may begin within it.

use super::common::is_common;
use crate::searched::is_han;
use std::ops::Range;

/// A word that is wrong, what is meant, and the neighbours that show it to be parts of other words.
pub struct WrongWord {
    pub wrong: &'static str,
    pub right: &'static str,
    /// Words that end within it, divided by blanks: 修复 before 盖.
    ends: &'static str,
    /// Words that begin within it: 盖板 after 复.
    begins: &'static str,
    /// It is wrong only after one of these characters, or where a clause begins; empty: anywhere.
    after: &'static str,
    /// It is wrong only right after one of these words; empty: anywhere.
    led_by: &'static str,
    /// It is wrong only before one of these words, or where a clause ends; empty: anywhere.
    before: &'static str,
}

pub const fn wrong(wrong: &'static str, right: &'static str) -> WrongWord {
    WrongWord { wrong, right, ends: "", begins: "", after: "", led_by: "", before: "" }
}

impl WrongWord {
    pub const fn ends(self, ends: &'static str) -> WrongWord {
        WrongWord { ends, ..self }
    }

    pub const fn begins(self, begins: &'static str) -> WrongWord {
        WrongWord { begins, ..self }
    }

    pub const fn after(self, after: &'static str) -> WrongWord {
        WrongWord { after, ..self }
    }

    pub const fn led_by(self, led_by: &'static str) -> WrongWord {
        WrongWord { led_by, ..self }
    }

    pub const fn before(self, before: &'static str) -> WrongWord {
        WrongWord { before, ..self }
    }

    /// Whether the characters of a range only meet there, as parts of other words.
    pub fn is_within_others(&self, chars: &[char], range: &Range<usize>) -> bool {
        let before = range.start.checked_sub(1).map(|i| chars[i]);
        let after = chars.get(range.end).copied();
        let open = self.after.is_empty()
            || before.is_none_or(|c| !is_han(c) && !c.is_ascii_alphanumeric() || self.after.contains(c));
        let number = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit() || NUMERALS.contains(c));
        let counted = match self.wrong {
            // 月份内 with a number, 三年内前两年, 一座落地式变压器.
            "份内" | "座落" => {
                number(before) || before.is_some_and(|c| "几数每各整多这那该首讲星客底插基".contains(c))
            }
            "年内前" => number(after) || after.is_some_and(|c| "几期往后提来景列沿端".contains(c)),
            "园满" => number(after),
            // 既使群众得实惠，又使企业得发展.
            "既使" => {
                let clause: String =
                    chars[range.end..].iter().take_while(|c| !"。！？；".contains(**c)).take(40).collect();
                ["又", "还", "且", "更", "并"].iter().any(|w| clause.contains(w))
            }
            _ => false,
        };
        let closed = self.before.is_empty()
            || after.is_none_or(|c| !is_han(c))
            || self.before.split_whitespace().any(|word| starts(chars, range.end, word));
        let led = self.led_by.is_empty()
            || self.led_by.split_whitespace().any(|word| {
                let length = word.chars().count();
                range.start >= length && starts(chars, range.start - length, word)
            });
        !open || !led || !closed || counted || self.is_crossed(chars, range)
    }

    fn is_crossed(&self, chars: &[char], range: &Range<usize>) -> bool {
        let ends = |word: &str| {
            let length = word.chars().count();
            (range.start + 1..range.end).any(|at| {
                at >= length && at - length < range.start && chars[at - length..at].iter().copied().eq(word.chars())
            })
        };
        let begins = |word: &str| {
            let length = word.chars().count();
            (range.start + 1..range.end).any(|at| {
                at + length > range.end
                    && chars.get(at..at + length).is_some_and(|w| w.iter().copied().eq(word.chars()))
            })
        };
        self.ends.split_whitespace().any(ends) || self.begins.split_whitespace().any(begins)
    }
}

const NUMERALS: &str = "零一二两三四五六七八九十百千万半";

/// What is wrong wherever it is a word, and what is meant.
pub const WRONG: [WrongWord; 21] = [
    wrong("帐户", "账户").ends("蚊帐 营帐 军帐").begins("户外 户口 户型 户均 户数 户籍 户主 户用"),
    wrong("帐号", "账号").ends("蚊帐 营帐").begins("号召 号称 号楼"),
    wrong("记帐", "记账").ends("登记 标记 书记 笔记").begins("帐篷 帐幕 帐子 帐蓬 帐顶"),
    wrong("作帐", "做账")
        .ends("制作 工作 合作 操作 运作 创作 写作 协作 耕作 劳作 试作")
        .begins("帐篷 帐幕 帐子 帐蓬"),
    wrong("做为", "作为")
        .ends("争做 敢做 多做 来做 去做 该做 么做 样做 实做 好做 先做 愿做 能做 会做 想做 可做 应做 再做 在做 都做 常做 少做 不做")
        .begins("为民 为了 为人民 为期 为何 为什么 为准 为先 为要 为好 为宜 为企业 为群众 为农 为基层 为老 为党 为国家 为百姓 为大家 为全"),
    wrong("既使", "即使").begins("使用 使得 使命"),
    wrong("按装", "安装")
        .begins("装机 装备 装修 装配 装载 装置 装车 装运 装订 装卸 装潢 装箱 装表 装瓶 装量 装入 装船 装饰 装甲 装裱"),
    wrong("其它", "其他").begins("它山 它们"),
    wrong("反应情况", "反映情况").after("实时极众信访动面直接所的地先再级中来往"),
    wrong("座落", "坐落")
        .ends("讲座 星座 首座 客座 卡座 底座 插座 基座 车座 满座")
        .begins("落实 落地 落后 落成 落户 落差 落水 落石 落叶 落款 落下 落网"),
    wrong("复盖", "覆盖")
        .ends("修复 恢复 反复 批复 回复 答复 重复 康复 光复 平复 收复 报复 审复 申复 函复 答覆 电复 议复 核复 函复 往复 繁复 初复 研复")
        .begins("盖章 盖板 盖楼 盖房 盖瓦 盖顶 盖子 盖井 盖印 盖好 盖公 盖上 盖住 盖头"),
    wrong("份内", "分内")
        .ends("月份 年份 股份 身份 省份 县份 备份 成份 等份 部份 双份 每份 全份 地份 季份 单份 整份")
        .begins("内容 内部 内存 内地 内外 内设 内资 内控 内饰 内页 内附 内含"),
    wrong("年内前", "年内"),
    wrong("打下坚持基础", "打下坚实基础"),
    wrong("园满", "圆满")
        .begins("满意 满足 满额 满员 满载 满分 满年 满期 满岁 满月 满堂 满怀 满腔 满是 满目 满园 满负荷 满编 满工 满族 满铺")
        .after("得上已更能求以最并将都均可要会个的了到面利较再为动作议务"),
    wrong("渡假", "度假").ends("轮渡 过渡 摆渡 引渡 偷渡 横渡 竞渡 飞渡").begins("假期 假日 假如 假冒 假设 假定"),
    wrong("撤消", "撤销").begins("消防 消费 消除 消毒 消耗 消息 消化 消纳 消杀 消火 消音 消能 消减"),
    wrong("一但", "一旦").after("而就但并故且若"),
    wrong("再接再励", "再接再厉"),
    wrong("竟争", "竞争").begins("争取 争先 争创 争议 争夺 争当 争做 争着 争论 争执 争端 争吵"),
    wrong("布署", "部署").ends("公布 发布 宣布 分布 颁布 散布 遍布 刊布 棉布 瀑布 幕布").begins("署名 署长 署理 署期"),
];

/// Characters that make a noun of the two before them: 开发区, 服务业, 管理者.
const SUFFIXES: &str =
    "区业局部厅者员组费点量率权法化性站型类级网课室厂院所队处科司会园金款品证书表单卡线制长商人力站台体期年";

/// Terms that begin with a word which may end the one before: 市政府政府采购.
const TERMS: &str = "政府采购 政府投资 政府购买 政府债券 政府债务 政府网站 政府会计 政府补助 政府部门 政府机关 政府信息 政府职能 \
    政府工作 政府预算 政府财务 政府资产 工作经费 工作任务 工作机制 工作报告 工作制度 工作要求 工作计划 工作方案 工作总结 \
    工作条件 工作目标 工作中心 工作秩序 工作专班 管理办法 管理制度 管理水平 管理系统 管理平台 管理体系 管理中心 管理机构 \
    管理服务 管理规定 管理模式 管理工作 建设项目 建设资金 建设工程 建设用地 建设标准 建设规划 建设单位 建设任务 建设管理 \
    项目支出 项目资金 项目建设 项目绩效 项目管理 项目经费 项目名称 项目单位 项目预算 资金支付 资金管理 资金来源 资金使用 \
    资金安排 资金绩效 单位预算 单位职工 单位资金 单位职责 单位名称 单位自评 部门预算 部门决算 部门职责 部门整体 部门规章 \
    部门联动 预算管理 预算绩效 预算执行 预算编制 预算调整 预算公开 预算单位 支出预算 支出绩效 支出责任 支出总额 支出标准 \
    支出情况 支出结构 收入预算 收入总额 收入来源 收入水平 教育支出 教育经费 教育教学 教育事业 教育培训 教育资源 教育质量 \
    社会保障 社会保险 社会组织 社会事业 社会救助 社会治理 社会发展 社会力量 社会稳定 社会效益 社会服务 社会福利 社会工作 \
    发展规划 发展资金 发展改革 发展战略 发展环境 发展水平 发展目标 发展中心 服务体系 服务中心 服务平台 服务能力 服务质量 \
    服务对象 服务水平 服务项目 服务企业 服务群众 服务基层 服务民生 服务发展 服务保障 安全生产 安全隐患 安全管理 安全监管 \
    安全保障 安全稳定 安全教育 安全责任 生产经营 生产安全 生产条件 生产能力 信息公开 信息系统 信息平台 信息技术 信息资源 \
    信息安全 技术人才 技术服务 技术支持 技术改造 技术标准 技术创新 文化活动 文化服务 文化事业 文化产业 文化遗产 文化旅游 \
    文化建设 文化设施 环境保护 环境治理 环境卫生 环境质量 环境监测 环境整治 卫生健康 卫生服务 卫生事业 卫生监督 卫生院 \
    健康教育 健康服务 健康发展 健康管理 补助资金 补助标准 补助经费 补助政策 补贴资金 补贴标准 奖励资金 奖励政策 绩效目标 \
    绩效评价 绩效管理 绩效指标 绩效考核 绩效自评 目标管理 目标任务 目标责任 考核评价 考核指标 考核办法 设备购置 设备更新 \
    设备维护 设施设备 设施建设 设施维护 设施农业 维护费用 维护管理 维护保养 采购预算 采购项目 采购人员 采购需求 采购文件 \
    企业职工 企业服务 企业发展 企业所得税 农业生产 农业农村 农业保险 农业技术 农村公路 农村道路 农村环境 农村居民 人员经费 \
    人员编制 人员支出 机构运转 机构设置 机构改革 经费支出 经费保障 经费管理 经费预算 产业发展 产业园 产业基地 产业结构 \
    保护区域 保护工作 监督检查 监督管理 检查指导 检查验收 检查工作 培训经费 培训项目 培训基地 培训教材 活动经费 活动场地 \
    活动中心 审计报告 审计监督 审计署 组织部门 组织机构 组织实施 组织建设 组织生活 组织开展 经济发展 经济社会 经济效益 经济运行 \
    道路运输 道路交通 道路建设 交通运输 交通安全 交通秩序 运输企业 运输服务 工程建设 工程质量 工程款项 质量安全 质量管理 质量监督 \
    财政资金 财政拨款 财政收入 财政支出 财政预算 财政管理 财政监督 财政事权 税务机关 税务登记 街道办 街道社区 社区服务 社区建设 社区居民 \
    学校建设 学校食堂 学校教育 学生资助 学生营养 学生宿舍 教师队伍 教师培训 教师节 居民医保 居民生活 居民收入 职工医保 职工培训 \
    研究生 研究中心 研究项目 研究成果 科技创新 科技成果 科技人才 科技馆 人才队伍 人才引进 人才培养 资源配置 资源保护 资源管理";

/// Nouns that end in a particle's character, and words that begin with one: 目的的, 为了了解.
const ENDING: &str = "目的 标的 总和 共和 饱和 温和 缓和 调和 人和 政和 泰和 普及 涉及 提及 波及 危及 惠及 触及 遍及 参与 赠与 给与 \
    行为 作为 有为 人为 难为 现在 存在 内在 潜在 所在 实在 外在 终了";
const BEGINNING: &str = "的确 的士 了解 了结 了然 了断 了却 了无 了不起 和谐 和平 和解 和睦 和美 和善 和田 和顺 及时 及格 及早 与会 \
    与时俱进 与众不同 与此 与否 为了 为民 为主 为人 为期 为准 为先 为首 为何 为农 为老 为企 为什么 在建 在岗 在校 在编 在职 在线 在册 \
    在家 在用 在研 在外 在内 在场 在全 在位 在途 在库 在读 在籍 在园 在院 在省 在市 在县 在区 在京 在我 在本 在一 在其 在各 于是";

/// Whether the same particle twice is the end of one word and the beginning of another.
pub fn meet_once(chars: &[char], at: usize) -> bool {
    let ends = |word: &str| {
        let length = word.chars().count();
        at + 1 >= length && chars[at + 1 - length..=at].iter().copied().eq(word.chars())
    };
    ENDING.split_whitespace().any(ends) || BEGINNING.split_whitespace().any(|word| starts(chars, at + 1, word))
}

/// Words that are a noun and a verb: 布图设计设计专有权, 本规定规定的期限.
const NOUN_AND_VERB: &str = "规定 组织 代表 设计 计划 工作 服务 管理 保管 编制 报告 通知 申请 要求 建议 决定 指示 领导 教育 培训 补助 \
    补贴 奖励 出租 建设 开发 采购 投资 审计 监督 检查 监测 保护 处理 研究 评估 评价 登记 使用 运输 出版 选举 委托 保险 贷款 投入 收入 支出 \
    经营 生产 消费 储备 防护 预算 决算 设置 规划 安排 支持 合作 交易 学习 治理 维护 养护 救助 保障 活动 协议 合同 考核 纪录 记录";

/// Words that no noun begins with.
const VERBS: &str = "增加 减少 提高 提升 加强 加快 加大 完善 推进 推动 落实 促进 确保 保证 进行 开展 实施 严格 认真 积极 及时 不断 继续 \
    深入 全面 切实 着力 大力 努力 按照 根据 依照 通过 由于 因此 以及 比如 例如 其中 同时 尤其 特别 主要 重点 应当 必须 需要 可以 能够 \
    我们 他们 本年 上年 今年 去年 全年 全区 全市 全县 力争 争取 优化 强化 深化 健全 规范 贯彻 坚持 做好 抓好 搞好 打造 构建 形成 实现 完成";

/// Whether some characters twice are no doubled word: the end of one name or verb and the beginning of a longer term,
/// or no word at all.
pub fn meet_twice(chars: &[char], at: usize, length: usize) -> bool {
    let second = at + length;
    let word: String = chars[at..second].iter().collect();
    let next = chars.get(second + length);
    let joined = at > 0 && is_han(chars[at - 1]);
    let crossed = next.is_some_and(|next| is_common(&String::from_iter([chars[second + length - 1], *next])));
    if length > 2 {
        // 供应的水的水质, 一个问题一个问题; 申请人申请人民法院.
        return "的一有对等每各在和与及或以为是".contains(chars[at]) || crossed;
    }
    let verb = VERBS.split_whitespace().any(|w| w == word);
    let noun = !verb && next.is_some_and(|c| SUFFIXES.contains(*c));
    let term = joined && TERMS.split_whitespace().any(|term| starts(chars, second, term));
    let both = joined && NOUN_AND_VERB.split_whitespace().any(|w| w == word);
    !verb && !is_common(&word) || noun || term || both
}

fn starts(chars: &[char], at: usize, word: &str) -> bool {
    let mut rest = chars[at.min(chars.len())..].iter();
    word.chars().all(|c| rest.next() == Some(&c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_wrong(text: &str) -> bool {
        let chars: Vec<char> = text.chars().collect();
        WRONG.iter().any(|word| {
            let length = word.wrong.chars().count();
            let at = |at: &usize| chars.get(*at..at + length).is_some_and(|w| w.iter().copied().eq(word.wrong.chars()));
            (0..chars.len()).filter(at).any(|at| !word.is_within_others(&chars, &(at..at + length)))
        })
    }

    #[test]
    fn right_words_that_meet_are_no_wrong_word() {
        let right = "新建公园满意度 幼儿园满足需求 校园满3年 乐园满员 管道修复盖板更换 批复盖章 按装机容量 按装表户数 制度统一但执行 \
            之一但仍 既使群众得实惠，又使企业发展 既使用 争做为民服务 核查应急反应情况 不良反应情况 10月份内 股份内部 年份内容 \
            3座落地式变压器 讲座落实 公布署名文章 发布署长令 撤消防设施 轮渡假日班次 毕竟争取 登记帐篷数量 制作帐篷 三年内前两年 营帐户外";
        for text in right.split_whitespace() {
            assert!(!is_wrong(text), "{text}");
        }
        let wrong = "活动园满成功 取得园满效果 画上了园满的句号 实现全复盖 网络复盖面 按装路灯 按装完成 一但发生，立即处置 ，一但 \
            既使有困难也要完成 做为一项任务 如实反应情况 向上级反应情况 份内的事 做好份内工作 座落于市区 工作布署 全面布署 撤消机构 \
            渡假区 竟争力 帐户余额 按期记帐 今年内前完成";
        for text in wrong.split_whitespace() {
            assert!(is_wrong(text), "{text}");
        }
    }

    #[test]
    fn words_that_meet_are_not_doubled() {
        let at = |text: &str, first: &str| {
            let byte = text.find(first).expect("it stands there");
            (text.chars().collect::<Vec<char>>(), text[..byte].chars().count())
        };
        for (text, word) in
            [("配合市政府政府采购中心", "政府"), ("参与开发开发区二期", "开发"), ("精准服务服务业企业", "服务")]
        {
            let (chars, start) = at(text, word);
            assert!(meet_twice(&chars, start, 2), "{text}");
        }
        for (text, word) in [("比上年增加增加5万元", "增加"), ("政府政府采购预算", "政府"), ("严格严格执行", "严格")]
        {
            let (chars, start) = at(text, word);
            assert!(!meet_twice(&chars, start, 2), "{text}");
        }
        for (text, sign) in [
            ("为了了解群众", "了了"),
            ("核查存在在建工程", "在在"),
            ("与与会代表", "与与"),
            ("以及及时", "及及"),
            ("目的的实现", "的的"),
        ] {
            let (chars, start) = at(text, sign);
            assert!(meet_once(&chars, start), "{text}");
        }
        for (text, sign) in [("工作的的重点", "的的"), ("用于于基础设施", "于于"), ("完成了了任务", "了了")]
        {
            let (chars, start) = at(text, sign);
            assert!(!meet_once(&chars, start), "{text}");
        }
    }
}
