//! Rules of `bureau-checks.toml`, and what departments must be beside the list.

use super::{Bureau, department, found};
use crate::common;
use crate::departments::{Set, yuan};
use serde_json::Value;

/// The total of a department's projects, in each set.
const PROJECTS: &str = "{ hebei-department-budget-2023 = \"t3/合计/项目\", yuan-city-2024 = \"a03/合计/项目\", \
                        yuan-county-2024 = \"a03/合计/项目\" }";

#[test]
fn rules_over_departments_find_what_was_planted_and_nothing_else() {
    let bureau = Bureau::orderly(12);
    bureau.write(&[]);
    let fen = |code: &str| bureau.approved[code];
    // 601 is the department of two units whose totals do not add up to its own; 605 pays 606 another sum than it gets.
    let (one, other) = (fen("602") + fen("603") - fen("601"), fen("605") - fen("606"));
    assert!(one != 0 && other != 0);
    let rules = format!(
        "[rule.X901]\nsays = \"部门的合计应等于所属单位之和\"\neach = {{ department = \"601\" }}\n\
         is = \"{{department}}:支出合计 = sum({{department}}>:支出合计)\"\n\
         [rule.X902]\nsays = \"转移的两边应相等\"\nis = \"605:支出合计 = 606:支出合计\"\n\
         [rule.X903]\nsays = \"转移的两边应相等\"\nis = \"605:支出合计 - {} = 606:支出合计\"\n\
         [rule.X904]\nsays = \"单位都有支出\"\neach = {{ department = \"*\" }}\nis = \"{{department}}:支出合计 > 0\"\n\
         [rule.X905]\nsays = \"项目不多于支出\"\neach = {{ department = [\"[部门]\", \"[单位]\"] }}\nis = \"{{department}}:项目 <= {{department}}:支出合计\"\n\
         [rule.X906]\nsays = \"项目占比与别的部门差得多\"\neach = {{ department = \"*\" }}\noutlier = \"percent( {{department}}:项目 , {{department}}:支出合计 )\"\ntimes = 1000\n",
        yuan(other),
    );
    bureau.declare("[control.figure]\n", &format!("[figure]\n\"项目\" = {PROJECTS}\n[control.figure]\n"), &rules);
    let list = std::fs::read_to_string(bureau.at("bureau.toml")).unwrap();
    let of = |list: String, code: &str| {
        list.replacen(&format!("folder = \"{code}\"\n"), &format!("folder = \"{code}\"\nof = \"601\"\n"), 1)
    };
    std::fs::write(bureau.at("bureau.toml"), of(of(list, "602"), "603")).unwrap();
    let (board, code) = bureau.board(&[]);
    let expected = [("", "X902"), ("601", "X901")];
    assert_eq!(found(&board), expected.map(|(folder, code)| (folder.to_string(), code.to_string())));
    assert_eq!(code, 1);
    let told = department(&board, "601")["findings"][0]["message"].as_str().unwrap();
    assert!(
        told.contains(&format!(
            "左边是 {} 元，右边是 {} 元，相差 {} 元",
            yuan(fen("601")),
            yuan(fen("602") + fen("603")),
            yuan(one.abs())
        )),
        "{told}"
    );
}

#[test]
fn what_stands_out_is_information() {
    let bureau = Bureau::orderly(9);
    bureau.write(&[]);
    bureau.declare("", "", "[rule.X910]\nsays = \"支出\"\neach = { department = \"*\" }\noutlier = \"{department}:支出合计\"\ntimes = 1.5\n");
    let mut sorted: Vec<i64> = bureau.approved.values().copied().collect();
    sorted.sort_unstable();
    let median = sorted[sorted.len() / 2];
    let far = |fen: i64| 2 * fen > 3 * median || 3 * fen < 2 * median;
    let expected: Vec<(String, String)> = bureau
        .approved
        .iter()
        .filter(|(_, fen)| far(**fen))
        .map(|(code, _)| (code.clone(), "X910".to_string()))
        .collect();
    assert!(!expected.is_empty() && expected.len() < 9);
    let (board, code) = bureau.board(&[]);
    assert_eq!((found(&board), code), (expected, 0));
}

#[test]
fn a_rule_that_cannot_be_read_or_asked_is_told_at_its_place() {
    let bureau = Bureau::orderly(3);
    bureau.write(&[]);
    bureau.declare(
        "",
        "",
        "[rule.Y1]\nsays = \"一\"\nis = \"601:支出合计 = 1\"\n\
        [rule.X902]\nsays = \"二\"\nis = \"601:t3/合计 = 1\"\n\
        [rule.X903]\nsays = \"三\"\nis = \"609:t3/合计/合计 = 1\"\n\
        [rule.X904]\nsays = \"四\"\nis = \"{department}:t3/合计/合计 = 1\"\n\
        [rule.X905]\nsays = \"五\"\n\
        [rule.X906]\nsays = \"六\"\nis = \"601:没有/合计/合计 = 1\"\n\
        [rule.X907]\nsays = \"七\"\neach = { department = \"*\" }\nis = \"{department}:t3/[类]/合计 = 1\"\n\
        [rule.X908]\nsays = \"八\"\nis = \"t3/合计/合计 = 1\"\n\
        [rule.X909]\nsays = \"九\"\nis = [\"601:支出合计 > 0\", \"602:支出合计 > 0\"]\n\
        [rule.X910]\nsays = \"十\"\neach = { department = 601 }\nis = \"{department}:支出合计 > 0\"\n\
        [rule.X911]\nsays = \"十一\"\neach = { department = [] }\nis = \"{department}:支出合计 > 0\"\n\
        [rule.X912]\nsays = \"十二\"\nis = []\n\
        [other]\n",
    );
    let (board, _) = bureau.board(&[]);
    let told: Vec<String> = board["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| format!("{} {}", f["line"], f["code"].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            "1 E840", "6 E840", "9 E840", "12 E840", "13 E840", "21 E840", "24 E840", "27 E840", "30 E201", "34 E201",
            "38 E201", "39 E840"
        ]
    );
    assert_eq!(
        found(&board).iter().filter(|(folder, _)| folder == "601").map(|(_, code)| code.as_str()).collect::<Vec<_>>(),
        ["E841"]
    );
}

/// A department by its folder: its code may be another.
fn of_folder<'b>(board: &'b Value, folder: &str) -> &'b Value {
    let mut all = board["departments"].as_array().expect("a list").iter();
    all.find(|department| department["folder"] == folder).expect("it is there")
}

/// Files of a department that are not what the list says, each at its line.
#[test]
fn code_name_year_and_set_are_held_against_the_list() {
    let mut bureau = Bureau::orderly(6);
    let name = bureau.departments[1].name.clone();
    let layout = bureau.departments[3].set.layout();
    bureau.change("601", "report.toml", "code = \"601\"", "code = \"9601\"");
    bureau.change("602", "report.toml", &format!("name = \"{name}\""), "name = \"另一部门\"");
    bureau.change("603", "report.toml", "year = 2024", "year = 2023");
    bureau.write(&[]);
    let other = Set::ALL.into_iter().map(|set| set.layout()).filter(|set| *set != layout);
    let asked: Vec<String> = other.map(|set| format!("\"{set}\"")).collect();
    bureau.declare("year = 2024\n", &format!("year = 2024\nlayout = [{}]\n", asked.join(", ")), "");
    let (board, code) = bureau.board(&[]);
    let of_set = bureau.departments.iter().filter(|d| d.set.layout() == layout).map(|d| (d.code.clone(), "E813"));
    let mut expected: Vec<(String, &str)> = of_set.collect();
    expected
        .extend([("601", "E810"), ("602", "E811"), ("603", "E812")].map(|(folder, code)| (folder.to_string(), code)));
    expected.sort();
    let mut told = found(&board);
    told.sort();
    assert_eq!(told, expected.iter().map(|(folder, code)| (folder.clone(), code.to_string())).collect::<Vec<_>>());
    assert_eq!(code, 1);
    for (folder, code, key) in [("601", "E810", "code"), ("602", "E811", "name"), ("603", "E812", "year")] {
        let findings = of_folder(&board, folder)["findings"].as_array().unwrap();
        let finding = findings.iter().find(|finding| finding["code"] == code).unwrap();
        let report = std::fs::read_to_string(bureau.at(&format!("{folder}/report.toml"))).unwrap();
        let line = report.lines().position(|line| line.starts_with(key)).unwrap() + 1;
        assert_eq!(finding["line"].as_u64(), Some(line as u64), "{finding}");
    }
    // Without a list two of one name are told as two of one code are.
    std::fs::remove_file(bureau.at("bureau.toml")).unwrap();
    std::fs::remove_file(bureau.at("bureau-checks.toml")).unwrap();
    common::copy(&bureau.at("606"), &bureau.at("607"));
    let (board, _) = bureau.board(&[]);
    assert_eq!(found(&board), [("607", "E814"), ("607", "E815")].map(|(f, c)| (f.to_string(), c.to_string())));
}

/// A department that names a subject itself names it as the others do.
#[test]
fn one_subject_has_one_name_in_all_departments() {
    let mut bureau = Bureau::orderly(6);
    bureau.add("604", "classification/function.csv", "code,name\n2080505,养老保险缴费\n");
    bureau.write(&[]);
    let rule = "[rule.X907]\nsays = \"同一科目应同名\"\nsame = \"科目\"\nseverity = \"warning\"\n";
    bureau.declare("", "", rule);
    let (board, code) = bureau.board(&[]);
    assert_eq!(found(&board), [("604".to_string(), "X907".to_string())]);
    assert_eq!(code, 0, "a warning");
    let finding = &department(&board, "604")["findings"][0];
    let expected =
        "同一科目应同名：科目 2080505 写作“养老保险缴费”，5 个部门写作“机关事业单位基本养老保险缴费支出”，如";
    assert!(finding["message"].as_str().unwrap().starts_with(expected), "{finding}");
    assert!(finding["address"].as_str().unwrap().ends_with("/2080505"), "{finding}");
    // Of those that are asked alone: where none differs, nothing is told.
    bureau.declare("", "", &format!("{rule}each = {{ department = [\"601\", \"602\", \"603\"] }}\n"));
    assert_eq!(found(&bureau.board(&[]).0), []);
    // It is remembered as well as looked at.
    bureau.declare("", "", rule);
    assert_eq!(bureau.board(&[]).0, board);
    bureau.declare("", "", "[rule.X907]\nsays = \"同名\"\nsame = \"项目\"\n[rule.X908]\nsays = \"两样\"\nsame = \"科目\"\nis = \"601:支出合计 = 1\"\n");
    let (board, _) = bureau.board(&[]);
    let lines: Vec<u64> = board["findings"].as_array().unwrap().iter().map(|f| f["line"].as_u64().unwrap()).collect();
    assert_eq!((lines, found(&board).iter().all(|(_, code)| code == "E840")), (vec![3, 4], true));
}

/// 部门 = Σ 单位 is asked of departments that have units; a code that has none is a mistake of the rule.
#[test]
fn a_sum_of_units_is_asked_of_departments_that_have_units() {
    let mut bureau = Bureau::orderly(4);
    let sum = bureau.approved["602"] + bureau.approved["603"];
    bureau.write(&[]);
    let sums = "is = \"{department}:支出合计 = sum({department}>:支出合计)\"\n";
    let list = std::fs::read_to_string(bureau.at("bureau.toml")).unwrap();
    let list = ["602", "603"].iter().fold(list, |list, code| {
        list.replacen(&format!("folder = \"{code}\"\n"), &format!("folder = \"{code}\"\nof = \"601\"\n"), 1)
    });
    std::fs::write(bureau.at("bureau.toml"), list).unwrap();
    let rules =
        format!("[rule.X901]\nsays = \"部门的合计应等于所属单位之和\"\neach = {{ department = \"[部门]\" }}\n{sums}");
    bureau.declare("", "", &rules);
    assert_eq!(found(&bureau.board(&[]).0), [("601".to_string(), "X901".to_string())], "604 has no units");
    bureau.declare("", "", "[rule.X901]\nsays = \"合计\"\nis = \"604:支出合计 = sum(604>:支出合计)\"\n");
    let (board, _) = bureau.board(&[]);
    assert_eq!(found(&board), [(String::new(), "E840".to_string())]);
    assert!(board["findings"][0]["message"].as_str().unwrap().ends_with("“604>”一个单位也没有"), "{board:#}");
    // Whose units come to its sum is left alone.
    bureau.approved.insert("601".to_string(), sum);
    bureau.declare("", "", &format!("[rule.X901]\nsays = \"合计\"\nis = \"{} = sum(601>:支出合计)\"\n", yuan(sum)));
    assert_eq!(found(&bureau.board(&[]).0), []);
}

/// Against last year, and against like departments: information.
#[test]
fn what_moved_against_last_year_and_against_like_departments_is_information() {
    // 611 is of Hebei; a year ago it had next to nothing.
    let bureau = Bureau::made(18, |index, department| {
        if index == 10 {
            department.prior.iter_mut().for_each(|line| line.amount /= 40);
        }
    });
    bureau.write(&[]);
    let alike = bureau.departments.iter().filter(|d| d.set == Set::Hebei).map(|d| format!("\"{}\"", d.code));
    let alike: Vec<String> = alike.collect();
    assert!(alike.len() >= 5 && alike.contains(&"\"611\"".to_string()), "{alike:?}");
    let rules = format!(
        "[rule.X910]\nsays = \"比上年的增减与同类部门差得多\"\neach = {{ department = [{}] }}\ntimes = 5\n\
         outlier = \"percent( {{department}}:t3/合计/合计 , {{department}}:hz/上年支出/额 )\"\n",
        alike.join(", ")
    );
    bureau.declare("", "", &rules);
    let (board, code) = bureau.board(&[]);
    assert_eq!((found(&board), code), (vec![("611".to_string(), "X910".to_string())], 0));
    assert_eq!(department(&board, "611")["findings"][0]["severity"], "note");
}
