//! A bureau of made-up departments: the board, rules over departments, the book, its corrections.

mod across;
mod board;
mod book;
mod corrections;
mod parts;

use crate::common;
use crate::departments::{Category, Department, Set, yuan};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output};

/// A bureau in a temporary folder, orderly until something is planted.
struct Bureau {
    desk: tempfile::TempDir,
    departments: Vec<Listed>,
    /// Approved expenditure, 分, by code; none: no line in the control figures.
    approved: BTreeMap<String, i64>,
}

struct Listed {
    code: String,
    name: String,
    set: Set,
    files: BTreeMap<String, String>,
}

/// The total of the expenditure table, in each set.
const TOTALS: &str = "{ hebei-department-budget-2023 = \"t3/合计/合计\", yuan-city-2024 = \"a03/合计/合计\", \
                      yuan-county-2024 = \"a03/合计/合计\" }";

/// The faults of [`Bureau::planted`]: the folder of the department and the code of what is found there; without a folder,
/// of the bureau itself.
const PLANTED: [(&str, &str); 6] =
    [("", "X902"), ("", "E816"), ("604", "E820"), ("611", "E810"), ("616", "E812"), ("622", "E817")];
/// The departments that are not in the book, each with what is told of it.
const NOT_BOUND: [(&str, &str); 4] =
    [("604", "控制数"), ("611", "部门代码是“610”"), ("616", "年度是 2025"), ("622", "没有交来")];

impl Bureau {
    /// The first `count` departments of the seeds whose names differ, of every set in turn, all of one year.
    fn orderly(count: usize) -> Bureau {
        Bureau::made(count, |_, _| ())
    }

    /// Those departments, each changed by its number before anything is made of it.
    fn made(count: usize, change: impl Fn(usize, &mut Department)) -> Bureau {
        let (mut names, mut departments, mut approved) = (BTreeSet::new(), Vec::new(), BTreeMap::new());
        for seed in 0.. {
            if departments.len() == count {
                break;
            }
            let set = Set::ALL[seed as usize % Set::ALL.len()];
            let mut made = Department::orderly(seed, set);
            if !names.insert(made.name.clone()) {
                continue;
            }
            change(departments.len(), &mut made);
            let (code, mut files) = ((601 + departments.len()).to_string(), made.files());
            let report = files.get_mut("report.toml").expect("a report");
            let old = report.lines().next().expect("the code").to_string();
            *report = report.replacen(&old, &format!("code = \"{code}\""), 1).replacen("year = 2023", "year = 2024", 1);
            let spent = made.lines.iter().filter(|line| line.category != Category::CarriedOut);
            approved.insert(code.clone(), spent.map(|line| line.amount).sum());
            departments.push(Listed { code, name: made.name, set, files });
        }
        Bureau { desk: tempfile::tempdir().expect("a temporary folder"), departments, approved }
    }

    /// Thirty departments on the disk, with [`PLANTED`] and nothing else: one late, one off its control figure by 0.01
    /// 万元, two with one code, one with another year, a pair whose transfers do not meet beside one whose do, a folder that
    /// is not listed.
    fn planted() -> Bureau {
        // Those of Hebei: its tables alone print what departments pay each other.
        let of_hebei = |bureau: &Bureau| -> Vec<usize> {
            let is_free =
                |(_, d): &(usize, &Listed)| d.set == Set::Hebei && PLANTED.iter().all(|(folder, _)| *folder != d.code);
            bureau.departments.iter().enumerate().filter(is_free).map(|(index, _)| index).collect()
        };
        let of_hebei = of_hebei(&Bureau::orderly(30));
        let [payer, taker, other_payer, other_taker] = of_hebei[..4] else { panic!("too few of Hebei") };
        let mut bureau = Bureau::made(30, |index, department| match index {
            _ if index == payer => department.pay_up(50_000_000),
            _ if index == taker => department.take_in(50_000_000),
            _ if index == other_payer => department.pay_up(80_000_000),
            _ if index == other_taker => department.take_in(79_000_000),
            _ => {}
        });
        *bureau.approved.get_mut("604").expect("approved") += 10_000;
        bureau.change("611", "report.toml", "code = \"611\"", "code = \"610\"");
        bureau.change("616", "report.toml", "year = 2024", "year = 2025");
        bureau.write(&["622"]);
        std::fs::create_dir_all(bureau.at("旧")).expect("a folder");
        std::fs::write(bureau.at("旧/report.toml"), "code = \"699\"\n").expect("writes");
        let code = |index: usize| &bureau.departments[index].code;
        let transfer = |rule: &str, from: usize, to: usize| {
            format!(
                "[rule.{rule}]\nsays = \"上解与上缴应相等\"\nis = \"{}:t3/合计/上解 = {}:t2/合计/上缴\"\n",
                code(from),
                code(to)
            )
        };
        let rules = transfer("X901", payer, taker)
            + &transfer("X902", other_payer, other_taker)
            + "[rule.X903]\nsays = \"部门的合计应等于所属单位之和\"\neach = { department = \"[部门]\" }\n\
               is = \"{department}:支出合计 = sum({department}>:支出合计)\"\n\
               [rule.X904]\nsays = \"同一科目应同名\"\nsame = \"科目\"\n\
               [rule.X905]\nsays = \"支出与同类部门差得多\"\neach = { department = \"*\" }\n\
               outlier = \"{department}:支出合计\"\ntimes = 1000\n";
        bureau.declare("", "", &rules);
        bureau
    }

    fn at(&self, path: &str) -> PathBuf {
        self.desk.path().join("县").join(path)
    }

    /// Changes a file of a department before it is written.
    fn change(&mut self, code: &str, file: &str, old: &str, new: &str) {
        let department = self.departments.iter_mut().find(|d| d.code == code).expect("listed");
        let text = department.files.get_mut(file).expect("a file");
        assert!(text.contains(old), "{old} in {file}");
        *text = text.replacen(old, new, 1);
    }

    /// Gives a department a file more before it is written.
    fn add(&mut self, code: &str, file: &str, text: &str) {
        let department = self.departments.iter_mut().find(|d| d.code == code).expect("listed");
        department.files.insert(file.to_string(), text.to_string());
    }

    /// Puts everything on the disk but the folders of `absent`.
    fn write(&self, absent: &[&str]) {
        let put = |path: PathBuf, text: &str| {
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, text).expect("writes");
        };
        let mut list = format!(
            "name = \"某县财政局\"\nyear = 2024\ndue = \"2024-01-31\"\n\n[control.figure]\n\"支出合计\" = {TOTALS}\n"
        );
        let mut control = "部门代码,部门名称,支出合计（元）\n".to_string();
        for Listed { code, name, files, .. } in &self.departments {
            let _ = write!(
                list,
                "\n[[department]]\ncode = \"{code}\"\nname = \"{name}\"\nfolder = \"{code}\"\nperson = \"经办{code}\"\n"
            );
            if let Some(approved) = self.approved.get(code) {
                let _ = writeln!(control, "{code},{name},{}", yuan(*approved));
            }
            for (file, text) in files.iter().filter(|_| !absent.contains(&code.as_str())) {
                put(self.at(&format!("{code}/{file}")), text);
            }
        }
        put(self.at("bureau.toml"), &list);
        put(self.at("control.csv"), &control);
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gongkai"));
        command.args(arguments).args(["--layouts".as_ref(), common::root().join("tests/layouts").as_os_str()]);
        command.current_dir(self.desk.path()).env("GONGKAI_FONTS", common::root().join("fonts"));
        command.env("GONGKAI_CACHE", self.desk.path().join("kept")).output().expect("the program starts")
    }

    /// The board as JSON, and the exit code.
    fn board(&self, more: &[&str]) -> (Value, i32) {
        let output = self.run(&[&["status", "县", "--format", "json"], more].concat());
        let json = serde_json::from_slice(&output.stdout);
        let json = json.unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&output.stderr)));
        (json, output.status.code().expect("it ends by itself"))
    }
}

impl Bureau {
    /// Writes more into `bureau.toml`, and rules over departments.
    fn declare(&self, old: &str, new: &str, rules: &str) {
        let text = std::fs::read_to_string(self.at("bureau.toml")).expect("a list");
        assert!(text.contains(old), "{old}");
        std::fs::write(self.at("bureau.toml"), text.replacen(old, new, 1)).expect("writes");
        std::fs::write(self.at("bureau-checks.toml"), rules).expect("writes");
    }
}

/// Folder and code of every finding of a board; those of the bureau itself have no folder.
fn found(board: &Value) -> Vec<(String, String)> {
    let of = |findings: &Value, folder: &str| -> Vec<(String, String)> {
        let one = |finding: &Value| (folder.to_string(), finding["code"].as_str().expect("a code").to_string());
        findings.as_array().expect("a list").iter().map(one).collect()
    };
    let departments = board["departments"].as_array().expect("a list");
    let each = departments.iter().flat_map(|d| of(&d["findings"], d["folder"].as_str().expect("a folder")));
    of(&board["findings"], "").into_iter().chain(each).collect()
}

fn department<'b>(board: &'b Value, code: &str) -> &'b Value {
    let mut all = board["departments"].as_array().expect("a list").iter();
    all.find(|department| department["code"] == code).expect("listed")
}
