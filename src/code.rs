//! The codes of findings, each with one meaning: a letter for its class and three digits. [`FAMILIES`] has those that
//! stop the program; those of the rules over texts stand with their rules (`check::pages`), those over figures in a
//! layout set's `checks.toml`. `tell::rules` puts all of them together.

use serde::Serialize;
use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

/// What kind of thing is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// E: the data, the layouts or the files are not such that a document can be made. Cannot be acknowledged.
    Mistake,
    /// C: figures within a table.
    Figures,
    /// X: figures across tables, what must not be published, reasons that do not hold any more.
    Across,
    /// N: amounts and names in the prose.
    Narrative,
    /// K: what a document must have.
    Completeness,
    /// L: language.
    Language,
}

impl Class {
    /// All, in the order of the manual.
    pub const ALL: [Class; 6] =
        [Class::Narrative, Class::Completeness, Class::Language, Class::Across, Class::Figures, Class::Mistake];

    /// The first letter of its codes.
    pub fn letter(self) -> char {
        match self {
            Class::Mistake => 'E',
            Class::Figures => 'C',
            Class::Across => 'X',
            Class::Narrative => 'N',
            Class::Completeness => 'K',
            Class::Language => 'L',
        }
    }

    /// Its heading in the manual.
    pub fn title(self) -> &'static str {
        match self {
            Class::Mistake => "数据、版式、文件的错误",
            Class::Figures => "表内的数",
            Class::Across => "不得公开的内容、失效的原因",
            Class::Narrative => "正文里的数和名称",
            Class::Completeness => "完整",
            Class::Language => "语言",
        }
    }
}

/// Codes of what is found over figures besides the rules of sets, which may not have them.
pub(crate) const BESIDE_RULES: [&str; 9] = ["X040", "X041", "X042", "X059", "X070", "X071", "X072", "X073", "X074"];

/// The code of a finding, as `E102` or `L013`; written out it is the text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Code(Cow<'static, str>);

impl Code {
    /// What kind of thing is wrong. A code that begins with no class's letter is a mistake's.
    pub fn class(&self) -> Class {
        let letter = self.0.chars().next();
        Class::ALL.into_iter().find(|class| Some(class.letter()) == letter).unwrap_or(Class::Mistake)
    }

    /// It stops the program, and nobody can accept it.
    pub fn is_mistake(&self) -> bool {
        self.class() == Class::Mistake
    }
}

/// A code that the program has: one of [`FAMILIES`], or of a rule over texts.
impl From<&'static str> for Code {
    fn from(code: &'static str) -> Code {
        debug_assert!(!code.starts_with('E') || mistake(code).is_some(), "{code} is not in the register");
        Code(Cow::Borrowed(code))
    }
}

/// A code that a layout set declares.
impl From<String> for Code {
    fn from(code: String) -> Code {
        Code(Cow::Owned(code))
    }
}

impl Deref for Code {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl PartialEq<str> for Code {
    fn eq(&self, other: &str) -> bool {
        &*self.0 == other
    }
}

impl PartialEq<&str> for Code {
    fn eq(&self, other: &&str) -> bool {
        &*self.0 == *other
    }
}

impl PartialEq<String> for Code {
    fn eq(&self, other: &String) -> bool {
        &*self.0 == other.as_str()
    }
}

impl PartialEq<Code> for String {
    fn eq(&self, other: &Code) -> bool {
        self.as_str() == &*other.0
    }
}

/// Mistakes of one subject, in the order of their codes.
pub struct Family {
    /// What they are about.
    pub title: &'static str,
    /// Each code, and what is wrong in a few words.
    pub codes: &'static [(&'static str, &'static str)],
}

/// A mistake's family and its title; none if there is no such code.
pub fn mistake(code: &str) -> Option<(&'static Family, &'static str)> {
    FAMILIES.iter().find_map(|family| Some((family, family.codes.iter().find(|(known, _)| *known == code)?.1)))
}

/// Every mistake that stops the program, and what the program notes of files.
pub const FAMILIES: [Family; 18] = [
    Family {
        title: "数据文件",
        codes: &[
            ("E100", "没有数据文件夹"),
            ("E101", "缺少文件"),
            ("E102", "编码含有非数字字符"),
            ("E103", "编码的位数不对"),
            ("E104", "编码不在科目表中"),
            ("E105", "编码不在科目表中，按本行的名称采用"),
            ("E106", "名称与科目表不同"),
            ("E107", "文件在数据文件夹之外"),
            ("E108", "不是普通文件"),
            ("E109", "文件没有用到"),
            ("E110", "文件无法读取"),
            ("E111", "文件太大"),
            ("E112", "不是文本文件，或文字编码不对"),
            ("E113", "含有空字符"),
            ("E114", "文件是空的"),
            ("E115", "引号没有结束"),
            ("E116", "引号结束后还有文字"),
            ("E117", "格数比列名多"),
            ("E118", "格数比列名少"),
            ("E119", "行、列、一格的字或错误太多"),
            ("E120", "列之间用了全角逗号"),
            ("E121", "缺少列"),
            ("E122", "列没有用到"),
            ("E123", "列重复"),
            ("E124", "列没有写明单位"),
            ("E125", "列的单位不认识"),
            ("E126", "首行不是列名"),
            ("E127", "像是合计行"),
            ("E128", "列名不在首行"),
            ("E129", "有隐藏的行或列"),
            ("E131", "不是数"),
            ("E132", "小数位太多"),
            ("E133", "数太大"),
            ("E134", "单位与列名的单位不同"),
            ("E135", "是科学计数法"),
            ("E136", "合计不等于各行之和"),
            ("E141", "不是可填的值"),
            ("E142", "是几个值的总称，不能填写"),
            ("E143", "不是日期"),
            ("E144", "含有不能印出的字符"),
            ("E145", "没有填写"),
            ("E146", "这样的行必须填写"),
            ("E147", "没有填写是哪一个"),
            ("E148", "重复"),
            ("E149", "年度读不懂"),
            ("E150", "空着"),
            ("E151", "指向的记录不存在"),
            ("E160", "更正读不懂"),
            ("E161", "更正所指的行或列不存在"),
            ("E167", "import.toml 所指的列或值不存在"),
            ("E168", "平台的叫法读不懂、记不下"),
            ("E199", "错误太多，其余没有列出"),
        ],
    },
    Family {
        title: "给出的印好的表",
        codes: &[
            ("E162", "行与公开的表对不上"),
            ("E163", "不是金额"),
            ("E164", "没有这张表"),
            ("E165", "没有找到列标题"),
            ("E166", "缺少列"),
        ],
    },
    Family {
        title: "工作簿",
        codes: &[
            ("E171", "工作簿打不开"),
            ("E172", "工作簿太大"),
            ("E173", "同一种数据给了两份"),
            ("E174", "看不出工作表是哪一种数据"),
            ("E175", "错误值"),
            ("E176", "公式没有结果"),
            ("E177", "旧版工作簿里看不出的"),
            ("E178", "公式的结果与文件里存的不同"),
            ("E179", "工作簿没有说是哪个部门"),
        ],
    },
    Family {
        title: "report.toml",
        codes: &[
            ("E180", "缺少键"),
            ("E181", "年度不是四位年份"),
            ("E182", "日期读不懂"),
            ("E183", "键没有用到"),
            ("E184", "值的写法不对"),
            ("E185", "scope 选不出记录"),
            ("E186", "确认写得不全"),
            ("E187", "一个文件夹的文件份数太多"),
        ],
    },
    Family {
        title: "版式集",
        codes: &[
            ("E200", "TOML 语法错误"),
            ("E201", "没有这个键，或值的类型不对"),
            ("E202", "覆盖时没有所指的键或这一项"),
            ("E210", "没有这个版式集"),
            ("E211", "互相引用成环"),
            ("E212", "条件写法不对"),
            ("E213", "分类的级次与位数不对应"),
            ("E214", "找不到分类的科目表，或其中没有这一年"),
            ("E217", "like 所指的不存在"),
            ("E218", "没有这个字段"),
            ("E219", "字段的种类不对"),
            ("E220", "侧的写法不对"),
            ("E221", "表的 id 不合格式"),
            ("E222", "parts 写法不对"),
            ("E223", "缺少 key"),
            ("E224", "键含有不能用的字符"),
            ("E225", "键太长"),
            ("E226", "each 或 values 写法不对"),
            ("E227", "单元格写法不对"),
            ("E228", "cols 和 rows 至少为 1"),
            ("E230", "没有这个部分"),
            ("E231", "没有这个页面"),
            ("E232", "没有这个文字样式"),
            ("E233", "id 重复"),
            ("E234", "原因文件缺少字段"),
            ("E235", "没有这个表格样式"),
            ("E236", "侧前的列不能有数字"),
            ("E237", "没有这一行或列"),
            ("E238", "键重复"),
            ("E239", "没有声明这个数据文件"),
            ("E240", "模板语法错误"),
            ("E241", "没有这个金额或数字字段"),
            ("E242", "没有这个字段"),
            ("E243", "从别的文件取数，却没有 join"),
            ("E244", "没有写明取哪个字段的数"),
            ("E245", "没有这个级次"),
            ("E246", "没有这一项"),
            ("E247", "没有这个清单"),
            ("E248", "没有这个字段或清单"),
            ("E249", "skip 的列不存在"),
            ("E251", "版式集缺少文件"),
            ("E252", "按记录成行的要有 id"),
            ("E253", "一行的格数不对"),
            ("E254", "有 values，却没有 each"),
            ("E255", "条件里不能用数字"),
            ("E256", "[complete] 没有写用来认的词"),
            ("E257", "数太大或太小"),
            ("E258", "版式集不是程序自带的那一份"),
            ("E259", "图的写法不对"),
            ("E270", "没有这个口径"),
            ("E271", "没有这个字段"),
            ("E272", "字段没有这个值或组"),
            ("E273", "科目表没有这个编码"),
            ("E274", "字段不指向别的文件"),
            ("E275", "没有声明这个文件"),
            ("E280", "规则的编号不合格式"),
            ("E281", "规则写法不对"),
            ("E282", "关系读不懂"),
            ("E283", "规则所指的不存在"),
            ("E284", "规则永远查不到什么"),
            ("E285", "没有这条规则可以调整"),
        ],
    },
    Family {
        title: "版式集里可疑的写法（layouts check）",
        codes: &[
            ("E290", "规则永远查不到什么"),
            ("E291", "数字后面写的单位不是它印的单位"),
            ("E292", "side 超出了表的侧数"),
            ("E293", "名称盖住了另一个"),
            ("E294", "“#”会照印"),
            ("E295", "合计没有证明"),
            ("E296", "数字没有一处用到"),
            ("E297", "没有这张表"),
        ],
    },
    Family {
        title: "与公开的文本比较（layouts compare）",
        codes: &[
            ("E630", "公开的文本读不懂"),
            ("E631", "文件夹没有做成可比较的文本"),
            ("E632", "做不成版式"),
            ("E633", "版式集的名称不能用"),
        ],
    },
    Family {
        title: "编成文本",
        codes: &[
            ("E301", "两个数字的地址相同"),
            ("E302", "模板运行出错"),
            ("E303", "科目编码没有名称"),
            ("E304", "数字无从得知"),
            ("E305", "基数为零，没有百分比"),
            ("E310", "合计漏了行，或重了行"),
            ("E311", "表用到了自己的数字"),
            ("E312", "声明的单元格放不下"),
            ("E313", "地址太长"),
            ("E320", "没有这份数据"),
            ("E321", "数字不能这样取"),
            ("E322", "数字不能这样合计"),
            ("E323", "数字的地址用得不对"),
            ("E324", "没有这个地址的数字"),
            ("E325", "缺少文字"),
            ("E326", "没有文字，空着"),
            ("E340", "标题跳级"),
            ("E341", "没有这个文字样式"),
            ("E342", "空表没有说明"),
            ("E343", "各表的行太多"),
            ("E344", "标题和分页太多"),
            ("E345", "正文太长，没有逐字核对"),
            ("E350", "图放了两次"),
            ("E351", "图的项太多"),
            ("E352", "图没有可画的数字"),
            ("E353", "饼图里有负数"),
            ("E354", "图所指的列不存在"),
            ("E360", "图片的写法不对"),
            ("E361", "找不到图片"),
            ("E362", "图片没有文字说明"),
            ("E363", "不是能印的图片格式"),
            ("E364", "图片损坏"),
            ("E365", "图片太大"),
            ("E366", "SVG 里有脚本或外部链接"),
            ("E367", "SVG 里有画不出来的内容"),
            ("E368", "图片的像素太少"),
            ("E369", "工作簿里没有图片"),
        ],
    },
    Family {
        title: "字体",
        codes: &[
            ("E401", "找不到 fonts.toml"),
            ("E402", "fonts.toml 的写法不对"),
            ("E403", "没有声明这个字体"),
            ("E404", "字体文件不存在"),
            ("E405", "字体没有安装"),
            ("E406", "字体文件读不懂"),
            ("E407", "字体不允许嵌入"),
            ("E408", "字体把一个数字画成了另一个"),
            ("E409", "字体不是程序所认识的"),
            ("E410", "字体都没有这个字符"),
            ("E411", "字符另用了字体"),
        ],
    },
    Family {
        title: "页面",
        codes: &[
            ("E420", "表太宽，排不下"),
            ("E430", "没有可用的页面、文字样式或字体"),
            ("E431", "没有这个文字样式"),
            ("E432", "没有这个页面"),
            ("E433", "没有这个字体角色"),
            ("E434", "没有这个表格样式"),
            ("E491", "没有字体能显示"),
            ("E492", "字体不能嵌入 PDF"),
            ("E493", "目录或书签指不到页"),
        ],
    },
    Family {
        title: "写出文件",
        codes: &[
            ("E501", "无法写入"),
            ("E502", "无法写入版式集"),
            ("E503", "文件已存在"),
            ("E504", "文件正被别的程序打开"),
            ("E505", "两份文件同名"),
            ("E506", "与上一版相同"),
            ("E507", "没有日期，或日期读不懂"),
            ("E508", "不能守着文件夹"),
            ("E509", "另一个 gongkai 正在写"),
            ("E510", "无法生成 DOCX"),
            ("E511", "正文要用的数，各表没有印出"),
            ("E512", "上一次写入中断，已补上"),
            ("E513", "上一次写入中断，文件新旧不一"),
            ("E514", "无法生成工作簿"),
            ("E515", "不是 .xlsx 文件"),
            ("E516", "新文件夹里已有文件"),
            ("E517", "没有写明版式集、年度"),
            ("E518", "上年的科目今年改了名称或编码"),
            ("E519", "上年的科目今年没有了"),
            ("E520", "无法修改"),
            ("E521", "不能在本机的端口上打开"),
            ("E522", "改动没有保存，没有公开"),
            ("E523", "新工作簿的名称不合"),
            ("E599", "程序内部出错"),
        ],
    },
    Family {
        title: "读 DOCX",
        codes: &[
            ("E541", "不是 DOCX"),
            ("E542", "有密码，或是旧版文件"),
            ("E543", "文件已损坏"),
            ("E544", "文件太大"),
            ("E545", "XML 不完整"),
            ("E546", "含有不读取的内容"),
            ("E551", "内容控件失去了标记"),
            ("E552", "一个数字有两处"),
            ("E553", "数字不在原来的单元格里"),
            ("E554", "数字失去了内容控件"),
            ("E555", "原为空白的单元格填入了内容"),
            ("E556", "数字找不到了"),
            ("E557", "段落的书签不见了"),
            ("E558", "问题太多，其余没有列出"),
            ("E559", "有不能读取的内容：符号、公式、图片、文本框、脚注等"),
        ],
    },
    Family {
        title: "读公开的文件",
        codes: &[
            ("E560", "文件太大，或里面的内容太多"),
            ("E561", "文件加了密"),
            ("E562", "文件损坏，或不是能读的公开文件"),
            ("E563", "是扫描的图片，或没有文字"),
            ("E564", "有不能读取的内容"),
            ("E565", "看不出是哪一套版式"),
            ("E566", "表没有用上"),
            ("E567", "读出的内容有疑问"),
            ("E568", "没有写明部门、年度"),
            ("E569", "没有认出一种数据"),
            ("E570", "不是上年的公开文件，或有数没有用上"),
            ("E571", "各表得不出这种数据"),
            ("E572", "由公开的文件读来的格还没有核对"),
        ],
    },
    Family {
        title: "已发布的各版",
        codes: &[
            ("E600", "不是已发布的一版"),
            ("E601", "清单读不懂"),
            ("E602", "没有这一版"),
            ("E603", "这一版的文件改动过"),
            ("E604", "生成的与发布的不同"),
            ("E605", "数据在生成的同时被改动"),
            ("E606", "一天的版太多"),
            ("E607", "文件读不出来"),
            ("E608", "这一版没有封印"),
            ("E609", "封面仍是以前的日期"),
            ("E614", "没有这个数据文件夹"),
        ],
    },
    Family {
        title: "比较和更正说明",
        codes: &[
            ("E610", "不能这样比较"),
            ("E611", "还没有发布过"),
            ("E612", "没有这个数据文件"),
            ("E613", "DOCX 与文件夹对不上"),
            ("E620", "更正原因的写法不对"),
            ("E621", "没有写更正的原因"),
            ("E622", "更正原因没有用到"),
            ("E623", "更正说明没有包括"),
            ("E624", "与那一版相同，没有更正说明"),
            ("E625", "版式集没有更正说明"),
        ],
    },
    Family {
        title: "一个数的来历", codes: &[("E640", "没有这样印的数"), ("E641", "没有这个地址的数")]
    },
    Family {
        title: "从 DOCX 写回",
        codes: &[
            ("E711", "DOCX 与文件夹对不上"),
            ("E712", "这一行在文件夹里也改过了"),
            ("E713", "写不进文件的编码"),
            ("E714", "分不清哪些是 DOCX 里改的"),
            ("E715", "没有可以比较的旧的一版"),
            ("E716", "旧的一版没有这份文本"),
            ("E717", "文件刚刚被改动"),
            ("E718", "工作簿的一格不能改"),
        ],
    },
    Family {
        title: "财政部门：名单、控制数、部门与部门",
        codes: &[
            ("E800", "没有部门"),
            ("E801", "bureau.toml 的值不对"),
            ("E802", "部门列了两次"),
            ("E803", "部门的文件夹在外面"),
            ("E805", "控制数表的部门不对"),
            ("E806", "控制数表的列不对"),
            ("E810", "代码与名单不同"),
            ("E811", "名称与名单不同"),
            ("E812", "年度不是要的那一年"),
            ("E813", "版式集不是要的"),
            ("E814", "两个部门代码相同"),
            ("E815", "两个部门名称相同"),
            ("E816", "不在名单里的部门文件夹"),
            ("E817", "没有按期交来"),
            ("E820", "与控制数不等"),
            ("E821", "不能与控制数比"),
            ("E830", "没有编入汇编的部门"),
            ("E831", "没有可以编成汇编的"),
            ("E840", "部门之间的规则读不懂"),
            ("E841", "部门之间的规则没有数可查"),
            ("E850", "合并的各份不全"),
            ("E851", "名单读不懂"),
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_knows_its_class_and_prints_as_it_is_written() {
        let classes = ["E102", "C001", "X101", "N002", "K090", "L013"].map(|code| Code::from(code).class());
        let all =
            [Class::Mistake, Class::Figures, Class::Across, Class::Narrative, Class::Completeness, Class::Language];
        assert_eq!(classes, all);
        assert_eq!(serde_json::to_string(&Code::from("L013")).expect("text"), "\"L013\"");
        assert_eq!(format!("{:<6}|", Code::from("L013")), "L013  |");
    }

    #[test]
    fn every_mistake_stands_in_one_family_once() {
        let mut codes: Vec<&str> = FAMILIES.iter().flat_map(|family| family.codes.iter().map(|code| code.0)).collect();
        let count = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), count);
        assert!(FAMILIES.iter().all(|family| family.codes.is_sorted()));
        assert_eq!(
            mistake("E164").map(|(family, title)| (family.title, title)),
            Some(("给出的印好的表", "没有这张表"))
        );
        assert!(mistake("E999").is_none());
    }
}
