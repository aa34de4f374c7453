//! The program as its user meets it: help, exit codes, what goes to stdout and stderr, messages, files in place.

use crate::common;
use encoding_rs::GB18030;
use gongkai::write::Format;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

const PDF: &str = "631临港部门2023年部门预算公开.pdf";
const DOCX: &str = "631临港部门2023年部门预算公开.docx";

/// A working folder to run the program in, with the sample as `data/631-2023`.
struct Desk(tempfile::TempDir);

/// What a run printed, and its exit code.
struct Run {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Desk {
    fn new() -> Desk {
        let desk = Desk(tempfile::tempdir().expect("a temporary folder"));
        desk.add("631-2023");
        desk
    }

    /// Another copy of the sample, `data/NAME`.
    fn add(&self, name: &str) {
        common::copy(&common::sample(), &self.path(&format!("data/{name}")));
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gongkai"));
        command.args(arguments).current_dir(self.0.path()).env("GONGKAI_FONTS", common::root().join("fonts"));
        command.env("GONGKAI_CACHE", "");
        command
    }

    fn run(&self, arguments: &[&str]) -> Run {
        Run::from(self.command(arguments).output().expect("the program starts"))
    }

    fn read(&self, path: &str) -> Vec<u8> {
        std::fs::read(self.path(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
    }

    /// Changes a text file of `data/631-2023`; `old` must be in it.
    fn change(&self, file: &str, old: &str, new: &str) {
        let path = self.path(&format!("data/631-2023/{file}"));
        let text = std::fs::read_to_string(&path).expect("a text file");
        assert!(text.contains(old), "{old} in {file}");
        std::fs::write(path, text.replacen(old, new, 1)).expect("writes");
    }

    /// Names in a folder, sorted.
    fn names(&self, folder: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.path(folder)).expect("a folder");
        let mut names: Vec<String> =
            entries.map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Run {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Run { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

impl Run {
    #[track_caller]
    fn ends(self, code: i32) -> Run {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    #[track_caller]
    fn tells(self, wanted: &[&str]) -> Run {
        for text in wanted {
            assert!(self.stderr.contains(text), "“{text}” not in:\n{}", self.stderr);
        }
        self
    }

    #[track_caller]
    fn prints(self, paths: &[&str]) -> Run {
        let paths: Vec<String> = paths.iter().map(|p| p.replace('/', std::path::MAIN_SEPARATOR_STR)).collect();
        assert_eq!(self.stdout.lines().collect::<Vec<_>>(), paths, "stderr:\n{}", self.stderr);
        self
    }
}

#[test]
fn help_is_chinese_with_examples_and_the_exit_codes() {
    let desk = Desk::new();
    for (arguments, wanted) in [
        (&["--help"][..], &["用法：gongkai <命令>", "示例：", "gongkai build data/631-2023", "退出码：0 完成；1"][..]),
        (&["build", "-h"], &["用法：gongkai build", "示例：", "--format", "GONGKAI_FONTS"]),
        (&["check", "--help"], &["用法：gongkai check", "示例："]),
        (&["read", "--help"], &["用法：gongkai read", "示例：", "--prose"]),
        (&["layouts", "--help"], &["list", "export"]),
        (&["layouts", "export", "--help"], &["示例："]),
    ] {
        let help = desk.run(arguments).ends(0);
        for text in wanted {
            assert!(help.stdout.contains(text), "“{text}” not in:\n{}", help.stdout);
        }
        for english in ["Usage", "Options", "OPTIONS", "Commands", "Arguments", "Print", "default"] {
            assert!(!help.stdout.contains(english), "{english} in:\n{}", help.stdout);
        }
        assert_eq!(help.stderr, "");
    }
    assert_eq!(desk.run(&["-V"]).ends(0).stdout.trim(), concat!("gongkai ", env!("CARGO_PKG_VERSION")));
}

#[test]
fn wrong_use_ends_with_2_and_says_what_is_meant() {
    let desk = Desk::new();
    for (arguments, wanted) in [
        (&[][..], &["没有写命令", "用法见 gongkai --help"][..]),
        (&["buld", "data/631-2023"], &["没有“buld”这个命令", "您是否指“build”？"]),
        (&["build"], &["缺少参数：<文件夹>"]),
        (&["build", "data/631-2023", "--fromat", "pdf"], &["没有“--fromat”这个选项", "您是否指“--format”？"]),
        (&["build", "data/631-2023", "--format", "xml"], &["“xml”不能用于 --format", "可用的有：pdf、docx"]),
        (&["build", "data/631-2023", "--fonts"], &["--fonts <文件夹> 后面没有写值"]),
        (&["build", "data/631-2023", "-o", "a", "-o", "b"], &["--output <文件夹> 只能写一次"]),
        (&["build", "data/631-2023", "data/../data/631-2023"], &["有两个数据文件夹都叫“631-2023”", "请分开生成"]),
    ] {
        desk.run(arguments).ends(2).tells(wanted).prints(&[]);
    }
    assert_eq!(desk.names("."), ["data"]);
}

#[test]
fn a_build_prints_the_paths_it_wrote_and_nothing_else() {
    let desk = Desk::new();
    let run = desk.run(&["build", "data/631-2023"]).ends(0);
    let run = run.prints(&[&format!("output/631-2023/{PDF}"), &format!("output/631-2023/{DOCX}")]);
    // The published text has mistakes: they are told, and how many go out with it.
    let last = run.stderr.lines().last().expect("a summary");
    assert!(last.starts_with("公开文本带着这些发现生成：") && last.contains(" 个警告"), "{last}");
    assert_eq!(desk.names("output/631-2023"), [DOCX, PDF]);
    assert!(desk.read(&format!("output/631-2023/{PDF}")).starts_with(b"%PDF-1.7"));
    assert!(desk.read(&format!("output/631-2023/{DOCX}")).starts_with(b"PK"));
}

#[test]
fn formats_and_the_output_folder_are_chosen() {
    let desk = Desk::new();
    desk.run(&["build", "data/631-2023", "-o", "公开/一", "--format", "docx"])
        .ends(0)
        .prints(&[&format!("公开/一/631-2023/{DOCX}")]);
    desk.run(&["build", "data/631-2023/", "--format", "docx,pdf", "--output", "两种"])
        .ends(0)
        .prints(&[&format!("两种/631-2023/{PDF}"), &format!("两种/631-2023/{DOCX}")]);
    assert_eq!(desk.read(&format!("公开/一/631-2023/{DOCX}")), desk.read(&format!("两种/631-2023/{DOCX}")));
    assert_eq!(desk.names("公开/一/631-2023"), [DOCX]);
}

#[test]
fn all_mistakes_are_told_at_once_with_place_and_hint_and_nothing_that_only_follows() {
    let desk = Desk::new();
    let output = format!("output/631-2023/{PDF}");
    desk.run(&["build", "data/631-2023"]).ends(0);
    let before = desk.read(&output);

    desk.change("ledger.csv", "2010350,基本支出,30101", "20103S0,基本支出,30101");
    desk.change("ledger.csv", ",40850.00", ",40850.005");
    desk.change("ledger.csv", "奖金,,一般公共预算", "奖金,,一般公共预祘");
    desk.change("procurement.csv", "数量", "件数");
    desk.change("targets.csv", "项目,绩效目标", "工程,绩效目标");
    desk.change("text/measures.md", "一", "{{ nmae }}");
    desk.change("text/goals.md", "。", "\0");
    let run = desk.run(&["build", "data/631-2023"]).ends(1).prints(&[]).tells(&[
        "ledger.csv:2:1 错误[E102] 功能科目“20103S0”含有非数字字符“S”\n  提示：是否应为 2010350（事业运行）？",
        "ledger.csv:3:7 错误[E132] 金额“40850.005”精确到了分以下\n  提示：",
        "ledger.csv:4:6 错误[E141] 资金来源“一般公共预祘”不是可填的值\n  提示：是否应为“一般公共预算”？",
        "procurement.csv:1:6 警告[E122] 多余的列“件数”未使用",
        "targets.csv:1",
        "text/measures.md:1 错误[E302]",
        "text/goals.md:1 错误[E113] 含有空字符",
        "没有写入任何文件，原有文件未动",
    ]);
    let found: Vec<&str> = run.stderr.lines().filter(|line| line.contains("错误[")).collect();
    assert_eq!(found.len(), 6, "one for each mistake:\n{}", run.stderr);
    assert_eq!(desk.read(&output), before, "the previous edition stays");
    assert_eq!(desk.names("output/631-2023"), [DOCX, PDF]);
}

#[test]
fn check_finds_the_same_and_writes_nothing() {
    let desk = Desk::new();
    // Without the line that says how many there are, and what the records come to above it.
    let found = |run: Run| {
        let lines: Vec<String> = run.stderr.lines().map(str::to_string).collect();
        let end = lines.iter().position(|line| line.starts_with("预算明细（")).unwrap_or(lines.len() - 1);
        lines[..end].to_vec()
    };
    desk.run(&["check", "data/631-2023"]).ends(0).tells(&["\n预算明细（ledger.csv）：45 条\n  金额合计 "]);
    let published = found(desk.run(&["check", "data/631-2023"]).ends(0).prints(&[]));
    assert_eq!(published, found(desk.run(&["build", "data/631-2023", "-o", "公开"]).ends(0)));
    std::fs::remove_dir_all(desk.path("公开")).expect("removes");
    desk.change("ledger.csv", "2010350,基本支出,30101", "2010350,基本支出,3010");
    desk.change("ledger.csv", ",40850.00", ",四万");
    let checked = desk.run(&["check", "data/631-2023"]).ends(1).prints(&[]).tells(&["\n2 个错误\n"]);
    let built = desk.run(&["build", "data/631-2023"]).ends(1).prints(&[]).tells(&["\n2 个错误；没有写入"]);
    assert_eq!(found(checked), found(built));
    assert_eq!(desk.names("."), ["data"]);
}

#[test]
fn missing_files_and_folders_are_told() {
    let desk = Desk::new();
    desk.run(&["build", "data/631-2032"]).ends(1).tells(&["错误[E100] 没有这个数据文件夹：data/631-2032", "提示："]);
    desk.run(&["build", "data/631-2023/ledger.csv"]).ends(1).tells(&["错误[E100] 没有这个数据文件夹"]);
    desk.run(&["build", "data"]).ends(1).tells(&["report.toml 错误[E101] 找不到这个文件"]);
    std::fs::remove_file(desk.path("data/631-2023/ledger.csv")).expect("removes");
    desk.run(&["build", "data/631-2023"]).ends(1).tells(&["ledger.csv 错误[E101]"]);
    assert_eq!(desk.names("."), ["data"]);
}

#[test]
fn one_bad_folder_does_not_stop_the_others() {
    let desk = Desk::new();
    for name in ["632", "633"] {
        desk.add(name);
    }
    desk.change("ledger.csv", ",274500.00", ",274500.001");
    desk.run(&["build", "data/632", "data/631-2023", "nowhere", "data/633"])
        .ends(1)
        .prints(&[
            &format!("output/632/{PDF}"),
            &format!("output/632/{DOCX}"),
            &format!("output/633/{PDF}"),
            &format!("output/633/{DOCX}"),
        ])
        .tells(&[
            "data/631-2023：\nledger.csv:2:7 错误[E132]",
            "没有这个数据文件夹：nowhere",
            "4 个文件夹，完成 2 个，有错误 2 个",
        ]);
    assert_eq!(desk.names("output"), ["632", "633"]);
}

#[test]
fn a_star_stands_for_the_data_folders_where_no_shell_expands_it() {
    let desk = Desk::new();
    desk.add("632");
    std::fs::write(desk.path("data/README.md"), "not a data folder").expect("writes");
    desk.run(&["build", "data/*", "--format", "docx"])
        .ends(0)
        .prints(&[&format!("output/631-2023/{DOCX}"), &format!("output/632/{DOCX}")]);
    desk.run(&["build", "output/*"]).ends(1).tells(&["没有这个数据文件夹：output/*"]);
}

#[test]
fn an_output_folder_that_cannot_be_written_is_told_and_left_alone() {
    let desk = Desk::new();
    std::fs::write(desk.path("output"), "a file").expect("writes");
    desk.run(&["build", "data/631-2023"]).ends(1).prints(&[]).tells(&[
        "错误[E501] 无法建立文件夹 output",
        "已有同名的文件，不是文件夹",
        "提示：",
    ]);
    assert_eq!(desk.read("output"), b"a file");
}

#[test]
fn one_file_that_cannot_be_replaced_does_not_hide_the_other() {
    let desk = Desk::new();
    std::fs::create_dir_all(desk.path(&format!("output/631-2023/{PDF}/x"))).expect("a folder");
    desk.run(&["build", "data/631-2023"]).ends(1).prints(&[&format!("output/631-2023/{DOCX}")]).tells(&[
        "错误[E501] 无法更新",
        "已有同名的文件夹",
        "只写入了上面列出的文件",
    ]);
    assert_eq!(desk.names("output/631-2023"), [DOCX, PDF]);
}

#[test]
fn fonts_come_from_the_option_the_variable_or_the_working_folder() {
    let desk = Desk::new();
    let fonts = common::root().join("fonts");
    let build = ["build", "data/631-2023", "--format", "docx"];
    let run = |command: &mut Command| Run::from(command.output().expect("the program starts"));

    run(desk.command(&build).env_remove("GONGKAI_FONTS"))
        .ends(1)
        .tells(&["错误[E401] 找不到字体配置 fonts.toml（已查找：fonts、", "--fonts"]);
    run(desk.command(&build).env("GONGKAI_FONTS", "elsewhere")).ends(1).tells(&["已查找：elsewhere"]);
    let option = ["build", "data/631-2023", "--format", "docx", "--fonts", "nowhere"];
    run(&mut desk.command(&option)).ends(1).tells(&["已查找：nowhere"]).prints(&[]);

    let option = ["build", "data/631-2023", "--format", "docx", "--fonts", fonts.to_str().expect("UTF-8")];
    run(desk.command(&option).env("GONGKAI_FONTS", "elsewhere")).ends(0);
    common::copy(&fonts, &desk.path("fonts"));
    run(desk.command(&build).env_remove("GONGKAI_FONTS")).ends(0);
    run(desk.command(&build).env("GONGKAI_FONTS", "")).ends(0);
}

#[test]
fn layout_sets_are_listed_and_exported_and_the_exported_one_builds_the_same() {
    let desk = Desk::new();
    let set = "hebei-department-budget-2023";
    assert!(desk.run(&["layouts", "list"]).ends(0).stdout.lines().any(|line| line == set));
    let build = ["build", "data/631-2023", "--format", "docx"];
    desk.run(&build).ends(0);
    let embedded = desk.read(&format!("output/631-2023/{DOCX}"));

    let exported = desk.run(&["layouts", "export", set, "layouts"]).ends(0);
    assert!(exported.stdout.lines().all(|path| desk.path(path).is_file()));
    desk.run(&build).ends(0);
    assert_eq!(desk.read(&format!("output/631-2023/{DOCX}")), embedded);

    desk.run(&["layouts", "export", set, "layouts"]).ends(1).tells(&["文件已存在", "提示："]);
    let near = "hebei-department-budget-2022";
    desk.run(&["layouts", "export", near, "layouts"]).ends(1).tells(&["没有名为", &format!("您是否指“{set}”？")]);
}

#[test]
fn the_figures_of_a_docx_are_read_a_line_each() {
    let desk = Desk::new();
    desk.run(&["build", "data/631-2023", "--format", "docx"]).ends(0);
    let docx = format!("output/631-2023/{DOCX}");
    let figures = desk.run(&["read", &docx]).ends(0).stdout;
    assert!(figures.lines().all(|line| line.split('\t').count() == 3), "{figures}");
    assert!(figures.lines().any(|line| line.starts_with("t6/30101/")), "{figures}");
    assert!(desk.run(&["read", &docx, "--format", "json"]).ends(0).stdout.starts_with('{'));

    desk.run(&["read", "none.docx"]).ends(1).prints(&[]).tells(&["none.docx 错误[E101] 找不到这个文件", "提示："]);
    desk.run(&["read", "data"]).ends(1).prints(&[]).tells(&["提示："]);
    desk.run(&["read", "data/631-2023/ledger.csv"]).ends(1).prints(&[]).tells(&["ledger.csv 错误["]);
    desk.run(&["read", &docx, "--format", "xml"])
        .ends(2)
        .tells(&["“xml”不能用于 --format <格式>，可用的有：tsv、json"]);
}

/// A text file's bytes as another program would have saved them.
type Save = fn(&str) -> Vec<u8>;

#[test]
fn every_encoding_of_the_data_gives_the_same_bytes() {
    let saves: [(&str, Save); 5] = [
        ("UTF-8 with BOM", |text| [b"\xEF\xBB\xBF", text.as_bytes()].concat()),
        ("CRLF", |text| text.replace('\n', "\r\n").into_bytes()),
        ("GB18030", |text| GB18030.encode(text).0.into_owned()),
        ("UTF-16LE", |text| "\u{FEFF}".chars().chain(text.chars()).flat_map(|c| utf16(c, u16::to_le_bytes)).collect()),
        ("UTF-16BE", |text| "\u{FEFF}".chars().chain(text.chars()).flat_map(|c| utf16(c, u16::to_be_bytes)).collect()),
    ];
    let formats = [Format::Pdf, Format::Docx];
    let wanted = common::built(&common::sample(), &formats);
    for (name, save) in saves {
        let folder = common::copy_of_sample();
        save_all(folder.path(), save);
        for (file, wanted) in common::built(folder.path(), &formats).iter().zip(&wanted) {
            assert_eq!(file.name, wanted.name, "{name}");
            assert!(file.bytes == wanted.bytes, "{name}: {} differs", file.name);
        }
    }
}

fn utf16(c: char, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    c.encode_utf16(&mut [0; 2]).iter().flat_map(|&unit| bytes(unit)).collect()
}

fn save_all(folder: &Path, save: Save) {
    for path in std::fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").path()) {
        if path.is_dir() {
            save_all(&path, save);
        } else {
            let text = std::fs::read_to_string(&path).expect("a text file");
            std::fs::write(&path, save(&text)).expect("writes");
        }
    }
}

#[test]
fn a_reader_that_goes_away_is_no_crash() {
    let desk = Desk::new();
    for arguments in [&["layouts", "list"][..], &["--help"], &["build", "nowhere"], &["buld"]] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let errors = writer.try_clone().expect("a pipe");
        let status = desk.command(arguments).stdout(writer).stderr(errors).status().expect("the program starts");
        assert!(status.code().is_some_and(|code| code <= 2), "{arguments:?}: {status}");
    }
}

/// The program is killed at moments spread over a build, and at the moments it has begun to write; what lies under
/// the final names is always a whole edition, and the next run clears what was left.
#[test]
fn a_killed_run_leaves_whole_files_and_the_next_one_clears_up() {
    let desk = Desk::new();
    let build = ["build", "data/631-2023"];
    let names = [PDF, DOCX].map(|name| format!("output/631-2023/{name}"));
    let mut editions = Vec::new();
    let start = Instant::now();
    for (old, new) in [(",274500.00", ",274600.00"), (",274600.00", ",274500.00")] {
        desk.change("ledger.csv", old, new);
        desk.run(&build).ends(0);
        editions.push(names.each_ref().map(|name| desk.read(name)));
    }
    assert!(editions[0] != editions[1]);
    let one_build = start.elapsed() / 2;

    for moment in 0..24 {
        let (old, new) = if moment % 2 == 0 { (",274500.00", ",274600.00") } else { (",274600.00", ",274500.00") };
        desk.change("ledger.csv", old, new);
        let mut run =
            desk.command(&build).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts");
        match moment {
            0..16 => std::thread::sleep(one_build * (moment + 1) / 16),
            _ => wait_for_writing(&desk, &mut run, Duration::from_micros(u64::from(moment - 16) * 300)),
        }
        run.kill().expect("killed, or ended before");
        run.wait().expect("ended");
        for (index, name) in names.iter().enumerate() {
            let bytes = desk.read(name);
            assert!(editions.iter().any(|edition| edition[index] == bytes), "{name} is not whole, moment {moment}");
        }
        let others = desk.names("output/631-2023").into_iter().filter(|name| name != PDF && name != DOCX);
        for name in others {
            assert!(name.starts_with('.') && name.ends_with(".new"), "{name}");
        }
    }
    desk.run(&build).ends(0);
    assert_eq!(desk.names("output/631-2023"), [DOCX, PDF]);
    assert!(editions[1] == names.each_ref().map(|name| desk.read(name)), "the last edition is complete");
}

/// Waits until a temporary file shows, and then a little longer; or until the run has ended.
fn wait_for_writing(desk: &Desk, run: &mut std::process::Child, longer: Duration) {
    let temporary = format!("-{}-", run.id());
    while run.try_wait().expect("a child").is_none() {
        if desk.names("output/631-2023").iter().any(|name| name.contains(&temporary)) {
            std::thread::sleep(longer);
            return;
        }
    }
}

/// The files that name commands: messages and hints, help, manuals.
fn files_that_name_commands() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        ["README.md", "README.zh-CN.md", "data/README.md", "layouts/README.md", "layouts/CHECKS.md", "CONTRIBUTING.md"]
            .map(|name| common::root().join(name))
            .into();
    let mut folders = vec![common::root().join("src"), common::root().join("screen"), common::root().join("packages")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder").flatten() {
            match entry.path() {
                path if path.is_dir() => folders.push(path),
                path => files.push(path),
            }
        }
    }
    files
}

/// What a hint tells a user to type can be typed: there is such a command, and it has these options.
#[test]
fn commands_that_are_named_exist_with_their_options() {
    let help = |words: &[&str]| {
        let program = Command::new(env!("CARGO_BIN_EXE_gongkai")).args(words).arg("--help").output().expect("it runs");
        String::from_utf8(program.stdout).expect("words")
    };
    // `  build    生成公开文本` in a list of commands.
    let listed = |help: &str| -> BTreeSet<String> {
        let commands = help.split("命令:").nth(1).and_then(|rest| rest.split("\n\n").next()).unwrap_or_default();
        commands.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next()).map(str::to_owned).collect()
    };
    let commands = listed(&help(&[]));
    let of_layouts = listed(&help(&["layouts"]));
    assert!(commands.contains("build") && of_layouts.contains("show"), "{commands:?} {of_layouts:?}");
    let mut helps: BTreeMap<Vec<String>, String> = BTreeMap::new();
    let (mut named, mut wrong) = (0, Vec::new());
    for file in files_that_name_commands() {
        let Ok(text) = std::fs::read_to_string(&file) else { continue };
        for (at, _) in text.match_indices("gongkai ") {
            let rest = &text[at + "gongkai ".len()..];
            let end = rest.find(['\n', '\\', '`', '”', '"', '，', '。', '；', '）', '|', '#']).unwrap_or(rest.len());
            let words: Vec<&str> = rest[..end].split_whitespace().collect();
            let Some(&command) = words.first().filter(|word| word.bytes().all(|b| b.is_ascii_lowercase())) else {
                continue;
            };
            if !commands.contains(command) {
                // Prose in English goes on in other words; what has an option is a command.
                if words.iter().any(|word| word.starts_with("--")) {
                    wrong.push(format!("{}: {command}", file.display()));
                }
                continue;
            }
            named += 1;
            let mut path = vec![command.to_owned()];
            if command == "layouts" {
                path.extend(words.get(1).filter(|word| of_layouts.contains(**word)).map(|word| (*word).to_owned()));
            }
            let help =
                helps.entry(path.clone()).or_insert_with(|| help(&path.iter().map(String::as_str).collect::<Vec<_>>()));
            let options = words.iter().filter(|word| word.starts_with("--") && word.len() > 2);
            for option in options.map(|word| word.split('=').next().unwrap_or(word)) {
                let there = help.split([' ', '\n', ',']).any(|word| word == option);
                if !there {
                    wrong.push(format!("{}: gongkai {} {option}", file.display(), path.join(" ")));
                }
            }
        }
    }
    assert!(named > 150, "{named}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}
