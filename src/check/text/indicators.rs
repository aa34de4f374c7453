//! Performance indicators: a value is a number with its unit, not a question, a name or a reason; bands do not overlap.

use super::passage::{Kind, Passage};
use super::rule::{Findings, TextRule};
use super::targets::Target;
use super::texts::Texts;
use crate::check::rule::{Example, RulePage};
use crate::data::Dataset;
use crate::diagnostic::{Diagnostic, Severity::Warning};
use std::collections::HashSet;
use std::ops::Range;

const NORM: &str = "《项目支出绩效评价管理办法》（财预〔2020〕10号）；预算绩效目标应细化、量化";

pub const RULES: &[TextRule] = &[
    TextRule {
        page: RulePage {
            code: "L040",
            severity: Warning,
            title: "百分数没有用“%”",
            reason: "指标值里的百分数写“%”；“百分比”是名称，不是单位。",
            source: "GB/T 15835—2011 4.1",
            example: Example { wrong: "≥90百分比", right: "≥90%" },
        },
        find: percent_sign,
    },
    TextRule {
        page: RulePage {
            code: "L041",
            severity: Warning,
            title: "指标值写成了问句",
            reason: "指标值是要达到的结果，不是“是否……”的问题。",
            source: NORM,
            example: Example { wrong: "是否及时支付", right: "及时支付" },
        },
        find: question,
    },
    TextRule {
        page: RulePage {
            code: "L042",
            severity: Warning,
            title: "指标值照抄了指标名称",
            reason: "指标值与指标名称一样，等于没有目标。",
            source: NORM,
            example: Example {
                wrong: "指标“拉动地方经济发展”，指标值“拉动地方经济发展”",
                right: "指标值“新增产值≥500万元”",
            },
        },
        find: own_name,
    },
    TextRule {
        page: RulePage {
            code: "L043",
            severity: Warning,
            title: "指标值里混入了确定依据",
            reason: "“满意度测评”是依据，应填在依据一列；留在指标值里，单位就没了。",
            source: NORM,
            example: Example { wrong: "≥90满意度测评", right: "≥90%" },
        },
        find: basis_inside,
    },
    TextRule {
        page: RulePage {
            code: "L044",
            severity: Warning,
            title: "指标值没有数或没有单位",
            reason: "数量、满意度指标要有数和单位，否则无法考核。",
            source: NORM,
            example: Example { wrong: "满意度指标：满意", right: "满意度指标：≥90%" },
        },
        find: no_unit,
    },
    TextRule {
        page: RulePage {
            code: "L045",
            severity: Warning,
            title: "评价区间首尾重叠",
            reason: "90%既属于“优”又属于“良”，评分时就有了两个结果。",
            source: NORM,
            example: Example {
                wrong: "90%-100%为优；80%-90%为良", right: "90%（含）-100%为优；80%（含）-90%为良"
            },
        },
        find: overlapping,
    },
    TextRule {
        page: RulePage {
            code: "L046",
            severity: Warning,
            title: "指标值说的是怎么做，不是做到什么",
            reason: "“进一步推动”既不是数，也不是可以判断的结果，年底无从考核。",
            source: NORM,
            example: Example {
                wrong: "业务工作稳定性：进一步推动", right: "业务工作稳定性：全年无中断"
            },
        },
        find: no_result,
    },
    TextRule {
        page: RulePage {
            code: "L047",
            severity: Warning,
            title: "指标名称里写了算法",
            reason: "名称写“群众满意度”，怎么算（满意数量占总数的比例）写在指标描述一列。",
            source: NORM,
            example: Example {
                wrong: "三级指标“群众满意数量占总数的比例”",
                right: "三级指标“群众满意度”，描述“群众满意数量占总数的比例”",
            },
        },
        find: method_as_name,
    },
];

/// Each line of the targets once for the same indicator and value.
fn each<'t>(texts: &'t Texts<'_>, mut wanted: impl FnMut(&'t Dataset, &Target<'t>)) {
    for (dataset, target) in texts.targets() {
        if !target.value(dataset).is_empty() {
            wanted(dataset, &target);
        }
    }
}

fn finding(dataset: &Dataset, target: &Target<'_>, message: String) -> Diagnostic {
    Diagnostic::warning("", message).at(target.value_place(dataset)).text(target.value(dataset))
}

fn percent_sign(texts: &Texts<'_>, findings: &mut Findings) {
    each(texts, |dataset, target| {
        let value = target.value(dataset);
        let number = value.trim_end_matches("百分比").trim_end_matches("百分之");
        if number.len() < value.len() && number.ends_with(|c: char| c.is_ascii_digit()) {
            let right = format!("{number}%");
            let found = finding(dataset, target, format!("指标值“{value}”应写作“{right}”"));
            findings.push(found.hint(format!("写作“{right}”")).fix(value, right));
        }
    });
}

fn question(texts: &Texts<'_>, findings: &mut Findings) {
    each(texts, |dataset, target| {
        let value = target.value(dataset);
        if value.starts_with("是否") || value.ends_with(['？', '?']) || value.contains("能否") {
            let found = finding(dataset, target, format!("指标值“{value}”是问句"));
            findings.push(found.hint(format!(
                "写要达到的结果，如“{}”",
                value.trim_start_matches("是否").trim_end_matches(['？', '?'])
            )));
        }
    });
}

fn own_name(texts: &Texts<'_>, findings: &mut Findings) {
    each(texts, |dataset, target| {
        let value = target.value(dataset);
        let name = target.l3(dataset);
        let same = value == name || value == target.description(dataset);
        if same && !value.chars().any(|c| c.is_ascii_digit()) {
            let found = finding(dataset, target, format!("指标“{name}”的指标值照抄了名称：“{value}”"));
            findings.push(found.hint("写可以考核的值：数和单位，或明确的结果"));
        }
    });
}

fn basis_inside(texts: &Texts<'_>, findings: &mut Findings) {
    each(texts, |dataset, target| {
        let (value, basis) = (target.value(dataset), target.basis(dataset));
        if basis.chars().count() >= 3 && value.contains(basis) {
            let found = finding(dataset, target, format!("指标值“{value}”里混入了依据“{basis}”"));
            findings.push(found.hint("指标值只写数和单位，依据写在依据一列"));
        }
    });
}

fn no_unit(texts: &Texts<'_>, findings: &mut Findings) {
    each(texts, |dataset, target| {
        let value = target.value(dataset).trim();
        let bare = value.trim_start_matches(['≥', '≤', '=', '＝', '>', '<', '＞', '＜']);
        let number = !bare.is_empty() && bare.chars().all(|c| c.is_ascii_digit() || c == '.');
        let says_number = value.chars().any(|c| c.is_ascii_digit() || "一二三四五六七八九十百全零".contains(c));
        let kind = target.l2(dataset);
        let satisfied = kind.contains("满意度") && !says_number;
        let counted = kind.contains("数量指标") && !says_number;
        if number {
            let found = finding(dataset, target, format!("指标值“{value}”没有单位"));
            findings.push(found.hint("写上单位，如 %、个、平方米"));
        } else if satisfied || counted {
            let found = finding(dataset, target, format!("{kind}“{}”的指标值“{value}”没有数", target.l3(dataset)));
            findings.push(found.hint(if satisfied {
                "写百分数，如“≥90%”"
            } else {
                "写数和单位，如“≥3个”"
            }));
        }
    });
}

fn no_result(texts: &Texts<'_>, findings: &mut Findings) {
    const HOW: [&str; 9] = ["进一步", "继续", "积极", "大力", "努力", "切实", "不断", "深入", "全力"];
    // Verbs that want an object: what is to come of it is not said.
    const ACTIONS: [&str; 16] = [
        "推动", "推进", "加强", "开展", "促进", "落实", "做好", "支持", "保障", "加快", "强化", "完善", "深化", "抓好",
        "组织", "配合",
    ];
    each(texts, |dataset, target| {
        let value = target.value(dataset).trim();
        let action = HOW.iter().find_map(|h| value.strip_prefix(h));
        if action.is_some_and(|a| ACTIONS.contains(&a)) {
            let found =
                finding(dataset, target, format!("“{}”的指标值“{value}”没有说要达到什么结果", target.l3(dataset)));
            findings.push(found.hint("写数和单位，或年底能判断有没有做到的结果"));
        }
    });
}

fn method_as_name(texts: &Texts<'_>, findings: &mut Findings) {
    let mut told = HashSet::new();
    for (dataset, target) in texts.targets() {
        let name = target.l3(dataset);
        let share = name.split_once('占').is_some_and(|(part, whole)| {
            let ends = ["的比例", "的比率", "的比重", "的百分比"];
            part.chars().count() >= 3 && ends.iter().any(|e| whole.strip_suffix(e).is_some_and(|w| !w.is_empty()))
        });
        if share && told.insert(name) {
            let found = Diagnostic::warning("", format!("指标名称“{name}”写的是算法"))
                .at(target.place(dataset, &["三级指标"]))
                .text(name);
            findings.push(found.hint("名称写指标叫什么，如“群众满意度”；算法写在指标描述一列"));
        }
    }
}

/// `90%-100%` with its range in the passage.
struct Band {
    range: Range<usize>,
    low: String,
    high: String,
    /// A word says whether its ends belong to it.
    said: bool,
}

fn bands(passage: &Passage) -> Vec<Band> {
    let chars = &passage.chars;
    let mut all = Vec::new();
    let mut at = 0;
    let percent = |from: usize| -> Option<(String, usize)> {
        let digits: String =
            chars[from.min(chars.len())..].iter().take_while(|c| c.is_ascii_digit() || **c == '.').collect();
        let end = from + digits.len();
        (!digits.is_empty() && matches!(chars.get(end), Some('%' | '％'))).then_some((digits, end + 1))
    };
    while at < chars.len() {
        // Within a number none begins.
        let part = |c: char| c.is_ascii_digit() || c == '.';
        let begins = part(chars[at]) && (at == 0 || !part(chars[at - 1]));
        let Some((low, end)) = begins.then(|| percent(at)).flatten() else {
            at += 1;
            continue;
        };
        let second =
            if matches!(chars.get(end), Some('-' | '—' | '~' | '～' | '至')) { percent(end + 1) } else { None };
        match second {
            Some((high, stop)) => {
                let near: String = chars[at.saturating_sub(1)..chars.len().min(stop + 4)].iter().collect();
                let said = near.contains('含') || near.contains('[') || near.contains('(') || near.contains('（');
                all.push(Band { range: at..stop, low, high, said });
                at = stop;
            }
            None => at = end,
        }
    }
    all
}

fn overlapping(texts: &Texts<'_>, findings: &mut Findings) {
    let mut told = HashSet::new();
    let may_band = |p: &&Passage| p.may_have_of("%％") && matches!(p.kind, Kind::Prose | Kind::Field { .. });
    for passage in texts.passages.iter().filter(may_band) {
        let bands = bands(passage);
        let meets =
            bands.windows(2).find(|w| !w[0].said && !w[1].said && (w[0].low == w[1].high || w[0].high == w[1].low));
        if let Some([first, second]) = meets.and_then(|w| w.get(..2)).map(|w| [&w[0], &w[1]]) {
            let (a, b) = (passage.words(&first.range), passage.words(&second.range));
            let shared = if first.low == second.high { &first.low } else { &first.high };
            told.insert(passage.place.clone());
            let found = passage.finding(first.range.clone(), format!("区间“{a}”与“{b}”都含 {shared}%"));
            findings.push(found.hint("写明端点归谁，如“90%（含）-100%”"));
        }
    }
}
