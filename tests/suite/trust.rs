//! Nothing received can harm: folders, layout sets, fonts, editions and output folders that others made or changed. Each
//! test is of a kind that once gave way; SECURITY.md says what is promised.

use crate::common::{self, copy, recorded};
use gongkai::diagnostic::Diagnostics;
use gongkai::edition::{Edition, MANIFEST, Manifest, Recorded, SEAL};
use gongkai::write::Format;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Runs the program in a folder without a cache: its code, and all that it printed.
fn run(place: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    run_with(place, arguments, &[])
}

fn run_with(place: &Path, arguments: &[&str], environment: &[(&str, &Path)]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gongkai"));
    command.args(arguments).current_dir(place).env("GONGKAI_FONTS", common::root().join("fonts"));
    command.env("GONGKAI_CACHE", "").envs(environment.iter().copied());
    let output = command.output().expect("the program starts");
    (output.status.code(), [output.stdout, output.stderr].map(|b| String::from_utf8_lossy(&b).into_owned()).concat())
}

/// A desk with the sample as `631`.
fn desk() -> tempfile::TempDir {
    let desk = tempfile::tempdir().expect("a folder");
    copy(&common::sample(), &desk.path().join("631"));
    desk
}

fn edited(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).expect("a text");
    assert!(text.contains(from), "{from} in {}", path.display());
    fs::write(path, text.replacen(from, to, 1)).expect("writes");
}

/// In hexadecimal.
fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn outputs(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

// ---------------------------------------------------------------- editions

/// The manifest of an edition rewritten, and its seal with it, as one who knows the form would.
fn forged(edition: &Edition, change: impl FnOnce(&mut Manifest)) {
    let mut manifest = edition.manifest.clone();
    change(&mut manifest);
    let json = manifest.to_json();
    fs::write(edition.folder.join(SEAL), manifest.seal(&json)).expect("writes");
    fs::write(edition.folder.join(MANIFEST), json).expect("writes");
}

fn edition_of_sample() -> (tempfile::TempDir, Edition) {
    let desk = desk();
    let (Recorded::New(edition), _) = recorded(&desk.path().join("631"), "2023-02-10") else { panic!("new") };
    (desk, edition)
}

#[test]
fn an_edition_that_was_changed_is_refused_by_every_command() {
    let (desk, edition) = edition_of_sample();
    edited(&desk.path().join("631/ledger.csv"), "8300.00", "108300.00");
    edited(&edition.folder.join("data/ledger.csv"), "8300.00", "9999300.00");
    for arguments in [
        &["build", "631", "--at", "2023-02-10-1"][..],
        &["build", "631", "--marked", "--since", "2023-02-10-1"],
        &["build", "631", "--marked", "--since", "631/editions/2023-02-10-1"],
        &["build", "631", "--since", "2023-02-10-1", "--date", "2023-03-01"],
        &["diff", "631"],
        &["diff", "631/editions/2023-02-10-1", "631"],
        &["history", "631"],
    ] {
        let (code, told) = run(desk.path(), arguments);
        assert_ne!(code, Some(0), "{arguments:?}: {told}");
        assert!(told.contains("错误[E603] 2023-02-10-1 的 data/ledger.csv 被改动过"), "{arguments:?}: {told}");
        assert_eq!(outputs(&desk.path().join("output/631")), [""; 0], "{arguments:?}");
    }
}

#[test]
fn a_manifest_changed_with_what_it_says_is_found_out_by_its_seal() {
    let (desk, edition) = edition_of_sample();
    let ledger = edition.folder.join("data/ledger.csv");
    edited(&ledger, "8300.00", "9999300.00");
    let digest = sha256(&fs::read(&ledger).expect("a file"));
    let mut manifest = edition.manifest.clone();
    let then = manifest.files.insert("data/ledger.csv".into(), digest.clone()).expect("recorded");
    edited(&edition.folder.join(MANIFEST), &then, &digest);
    for arguments in [&["history", "631"][..], &["diff", "631"], &["build", "631", "--at", "2023-02-10-1"]] {
        let (code, told) = run(desk.path(), arguments);
        assert!(code != Some(0) && told.contains("错误[E603] 2023-02-10-1 的清单或封印"), "{arguments:?}: {told}");
    }
    // With the seal made anew too, the file that was published says that it was made of other data.
    forged(&edition, |changed| *changed = manifest);
    let (code, told) = run(desk.path(), &["diff", "631"]);
    assert!(code == Some(2) && told.contains("存下的数据不是当时发布的"), "{told}");
    // A file that was published, changed with its digests.
    let (_desk, edition) = edition_of_sample();
    let name = edition.manifest.documents[0].outputs[0].file.clone();
    fs::write(edition.folder.join("published").join(&name), "%PDF-1.7 forged").expect("writes");
    forged(&edition, |manifest| {
        let digest = sha256(b"%PDF-1.7 forged");
        manifest.files.insert(format!("published/{name}"), digest);
    });
    let mut found = Diagnostics::default();
    assert!(Edition::open(&edition.folder).expect("sealed").open_verified(&mut found).is_none());
    assert!(found.sorted()[0].message.contains("清单不记得发布的"), "{:?}", found.sorted());
}

#[test]
fn the_seal_is_what_sha256sum_checks() {
    let (_desk, edition) = edition_of_sample();
    let seal = fs::read_to_string(edition.folder.join(SEAL)).expect("a seal");
    let lines: Vec<(&str, &str)> = seal.lines().map(|line| line.split_once("  ").expect("digest and path")).collect();
    assert_eq!(lines.len(), 3, "the manifest, a PDF and a DOCX: {seal}");
    for (digest, path) in lines {
        let bytes = fs::read(edition.folder.join(path)).expect("a file");
        assert_eq!(sha256(&bytes), digest, "{path}");
    }
}

#[test]
fn an_edition_gives_back_what_was_published_whatever_the_program_makes_now() {
    let (_desk, edition) = edition_of_sample();
    // As a later version of the program would find it: what it makes is not what was published.
    let forged_pdf = b"%PDF-1.7 as another program wrote it".to_vec();
    let name = edition.manifest.documents[0].outputs[0].file.clone();
    assert!(name.ends_with(".pdf"));
    fs::write(edition.folder.join("published").join(&name), &forged_pdf).expect("writes");
    forged(&edition, |manifest| {
        let digest = sha256(&forged_pdf);
        manifest.files.insert(format!("published/{name}"), digest.clone());
        manifest.documents[0].outputs[0].sha256 = digest;
        manifest.program = "9.9.9".into();
    });
    let edition = Edition::open(&edition.folder).expect("sealed");
    let mut found = Diagnostics::default();
    let files = edition.rebuild(common::workshop(), &Format::ALL, &mut found);
    assert_eq!(files.len(), 2);
    assert_eq!(files[0].bytes, forged_pdf);
    let said: Vec<String> = found.sorted().iter().map(ToString::to_string).collect();
    assert!(said[0].contains("警告[E604]") && said[0].contains("写出的是当时发布的原件"), "{said:?}");
    let pdf = edition.rebuild(common::workshop(), &[Format::Pdf], &mut Diagnostics::default());
    assert_eq!(pdf.iter().map(|file| &file.name).collect::<Vec<_>>(), [&name]);
}

#[test]
fn an_edition_of_the_first_form_opens_and_is_told_as_unsealed() {
    let (desk, edition) = edition_of_sample();
    let mut manifest = edition.manifest.clone();
    manifest.form = 1;
    manifest.files.retain(|name, _| !name.starts_with("published/"));
    fs::write(edition.folder.join(MANIFEST), manifest.to_json()).expect("writes");
    fs::remove_file(edition.folder.join(SEAL)).expect("removed");
    fs::remove_dir_all(edition.folder.join("published")).expect("removed");
    for arguments in [
        &["history", "631"][..],
        &["diff", "631"],
        &["build", "631", "--at", "2023-02-10-1"],
        &["build", "631", "--marked", "--since", "2023-02-10-1"],
    ] {
        let (code, told) = run(desk.path(), arguments);
        assert!(code == Some(0) && told.contains("[E608] 2023-02-10-1 由早期的程序记下，没有封印"), "{told}");
    }
    assert_eq!(outputs(&desk.path().join("output/631/2023-02-10-1")).len(), 2, "made again");
    edited(&edition.folder.join("data/ledger.csv"), "8300.00", "8301.00");
    let (code, told) = run(desk.path(), &["history", "631"]);
    assert!(code == Some(1) && told.contains("E603"), "its digests hold all the same: {told}");
}

#[test]
fn names_in_a_manifest_lead_nowhere() {
    let (_desk, edition) = edition_of_sample();
    for name in ["../../outside.pdf", "/outside.pdf", "a\\b.pdf", "C:outside.pdf", ".bash_login", ""] {
        forged(&edition, |manifest| manifest.documents[0].outputs[0].file = name.into());
        let refused = Edition::open(&edition.folder).expect_err("refused").to_string();
        assert!(refused.contains("错误[E601]") && refused.contains("不是文件名"), "{name}: {refused}");
    }
}

#[cfg(unix)]
#[test]
fn links_and_pipes_in_an_edition_are_refused() {
    use std::os::unix::fs::symlink;
    for kind in ["link", "loop", "pipe", "manifest"] {
        let (desk, edition) = edition_of_sample();
        let at = |name: &str| edition.folder.join(name);
        match kind {
            "link" => {
                fs::rename(at("data/ledger.csv"), desk.path().join("ledger.csv")).expect("moves");
                symlink(desk.path().join("ledger.csv"), at("data/ledger.csv")).expect("a link");
            }
            "loop" => symlink("..", at("data/text/again")).expect("a link"),
            "pipe" => assert!(Command::new("mkfifo").arg(at("data/pipe.csv")).status().expect("runs").success()),
            _ => {
                fs::rename(at(MANIFEST), desk.path().join(MANIFEST)).expect("moves");
                symlink(desk.path().join(MANIFEST), at(MANIFEST)).expect("a link");
            }
        }
        let mut found = Diagnostics::default();
        match Edition::open(&edition.folder) {
            Ok(edition) => assert!(edition.open_verified(&mut found).is_none(), "{kind}"),
            Err(refused) => found.push(refused),
        }
        let said = found.sorted()[0].to_string();
        assert!(said.contains("是链接，或不是普通文件"), "{kind}: {said}");
    }
}

#[cfg(unix)]
#[test]
fn a_linked_folder_of_editions_is_not_followed() {
    let (desk, _) = edition_of_sample();
    let data = desk.path().join("631");
    fs::rename(data.join("editions"), desk.path().join("elsewhere")).expect("moves");
    std::os::unix::fs::symlink(desk.path().join("elsewhere"), data.join("editions")).expect("a link");
    for arguments in [
        &["history", "631"][..],
        &["build", "631", "--at", "2023-02-10-1"],
        &["build", "631", "--edition", "--date", "2023-05-01"],
    ] {
        let (code, told) = run(desk.path(), arguments);
        assert!(code == Some(1) && told.contains("E107"), "{arguments:?}: {told}");
    }
    assert_eq!(outputs(&desk.path().join("elsewhere")), ["2023-02-10-1"]);
}

// ---------------------------------------------------------------- folders

/// A folder that counts for nothing, though there is something of its name, is told.
#[cfg(unix)]
#[test]
fn a_folder_that_leads_elsewhere_or_is_none_is_told() {
    use std::os::unix::fs::symlink;
    for name in ["layout", "text"] {
        for kind in ["outside", "dangling", "file"] {
            let desk = desk();
            let at = desk.path().join("631").join(name);
            fs::rename(&at, desk.path().join("moved")).expect("moves");
            match kind {
                "outside" => symlink(desk.path().join("moved"), &at).expect("a link"),
                "dangling" => symlink("nowhere", &at).expect("a link"),
                _ => fs::write(&at, "").expect("writes"),
            }
            let (code, told) = run(desk.path(), &["build", "631"]);
            let expected = if kind == "file" { "[E110]" } else { "[E107]" };
            assert!(code == Some(1) && told.contains(&format!("{name} 错误{expected}")), "{name} {kind}: {told}");
            assert_eq!(outputs(&desk.path().join("output/631")), [""; 0]);
        }
    }
}

/// The test's user may read everything as root; then the folder is closed to another.
#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_cannot_be_read_is_told() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::os::unix::process::CommandExt;
    let desk = desk();
    let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("ours");
    // Root reads everything: the program then runs as nobody, who may read what lies on the desk.
    mode(desk.path(), 0o755);
    let is_root = fs::metadata(desk.path()).expect("there").uid() == 0;
    copy(&common::root().join("fonts"), &desk.path().join("fonts"));
    fs::copy(env!("CARGO_BIN_EXE_gongkai"), desk.path().join("program")).expect("copied");
    for name in ["layout", "text"] {
        let at = desk.path().join("631").join(name);
        mode(&at, 0o000);
        let mut command = Command::new(desk.path().join("program"));
        command.args(["check", "631"]).current_dir(desk.path()).env_remove("GONGKAI_FONTS").env("GONGKAI_CACHE", "");
        if is_root {
            command.uid(65534).gid(65534);
        }
        let output = command.output().expect("the program starts");
        mode(&at, 0o755);
        let told = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(told.contains(&format!("{name} 错误[E110] 文件无法读取")), "{name}: {told}");
        assert_eq!(output.status.code(), Some(1), "{name}: {told}");
    }
}

#[test]
fn a_folder_with_nearly_the_name_of_one_that_is_read_is_told() {
    for (name, wrong) in [("layout", "Layout"), ("layout", "layouts"), ("text", "texts"), ("text", "TEXT ")] {
        let desk = desk();
        let at = desk.path().join("631");
        fs::rename(at.join(name), at.join(wrong)).expect("moves");
        let (_, told) = run(desk.path(), &["check", "631"]);
        if !at.join(name).exists() {
            assert!(
                told.contains("警告[E109] 文件夹") && told.contains(&format!("您是否指“{name}”")),
                "{wrong}: {told}"
            );
        }
    }
}

#[cfg(unix)]
#[test]
fn output_below_a_link_is_refused() {
    let desk = desk();
    fs::create_dir_all(desk.path().join("out")).expect("a folder");
    fs::create_dir_all(desk.path().join("home")).expect("a folder");
    std::os::unix::fs::symlink(desk.path().join("home"), desk.path().join("out/631")).expect("a link");
    let (code, told) = run(desk.path(), &["build", "631", "-o", "out"]);
    assert!(code == Some(1) && told.contains("错误[E107]"), "{told}");
    assert_eq!(outputs(&desk.path().join("home")), [""; 0]);
    // The folder that the user names may itself be a link.
    std::os::unix::fs::symlink(desk.path().join("home"), desk.path().join("named")).expect("a link");
    let (code, told) = run(desk.path(), &["build", "631", "-o", "named"]);
    assert_eq!((code, outputs(&desk.path().join("home/631")).len()), (Some(0), 2), "{told}");
}

#[cfg(unix)]
#[test]
fn pipes_are_not_waited_for_wherever_they_lie() {
    let desk = desk();
    let pipe = |path: &str| {
        let path = desk.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        assert!(Command::new("mkfifo").arg(path).status().expect("runs").success());
    };
    pipe("631/.gongkai-1-0.tmp");
    pipe("631/.gongkai-1-0.new/lock");
    pipe("631/editions/.gongkai-1-0.tmp");
    pipe("631/editions/.gongkai-1-0.new/lock");
    pipe("output/631/.gongkai-1-0.tmp");
    pipe("631/layout/pipe.md");
    pipe("file.docx");
    let (code, told) = run(desk.path(), &["build", "631", "--edition", "--date", "2023-02-10"]);
    assert!(code == Some(1) && told.contains("layout/pipe.md 错误[E108]"), "{told}");
    fs::remove_file(desk.path().join("631/layout/pipe.md")).expect("removed");
    let (code, told) = run(desk.path(), &["build", "631", "--edition", "--date", "2023-02-10"]);
    assert_eq!(code, Some(0), "{told}");
    for arguments in [&["read", "file.docx"][..], &["pull", "file.docx", "631"], &["diff", "file.docx", "631"]] {
        let (code, told) = run(desk.path(), arguments);
        assert!(code != Some(0) && told.contains("file.docx 错误[E108]"), "{arguments:?}: {told}");
    }
}

/// A folder that holds a link to `/` is watched, and not all that there is below the link.
#[cfg(unix)]
#[test]
fn a_folder_with_a_link_to_the_root_is_watched() {
    let desk = desk();
    std::os::unix::fs::symlink("/", desk.path().join("631/all")).expect("a link");
    let pdf = || {
        let folder = desk.path().join("output/631");
        let files = fs::read_dir(&folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
        let pdf = files.into_iter().find(|path| path.extension().is_some_and(|ending| ending == "pdf"));
        pdf.and_then(|path| fs::read(path).ok())
    };
    let mut command = Command::new(env!("CARGO_BIN_EXE_gongkai"));
    command.args(["watch", "631"]).current_dir(desk.path()).env("GONGKAI_FONTS", common::root().join("fonts"));
    command.env("GONGKAI_CACHE", "").stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    let mut watching = command.spawn().expect("the program starts");
    let wait = |done: &dyn Fn() -> bool| {
        (0..600).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(200));
            done()
        })
    };
    let first = wait(&|| pdf().is_some());
    let before = pdf();
    edited(&desk.path().join("631/ledger.csv"), "274500.00", "284500.00");
    let second = wait(&|| pdf().is_some_and(|now| Some(now) != before));
    watching.kill().and_then(|()| watching.wait()).expect("it ends");
    assert!(first, "nothing was built");
    assert!(second, "a salary was changed, and nothing was built again");
}

#[test]
fn a_file_of_gigabytes_is_refused_by_its_size() {
    let desk = desk();
    let huge = |path: &str| {
        let path = desk.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::File::create(path).expect("a file").set_len(3 << 30).expect("in no space");
    };
    huge("file.docx");
    for arguments in [&["read", "file.docx"][..], &["pull", "file.docx", "631"], &["diff", "file.docx", "631"]] {
        let (code, told) = run(desk.path(), arguments);
        assert!(code != Some(0) && told.contains("错误[E544] 文件超过 64 MB"), "{arguments:?}: {told}");
    }
    huge("631/editions/2023-01-01-1/manifest.json");
    let (code, told) = run(desk.path(), &["history", "631"]);
    assert!(code == Some(1) && told.contains("超过 64 MB"), "{told}");
    huge("fonts/fonts.toml");
    let (code, told) = run(desk.path(), &["build", "631", "--fonts", "fonts"]);
    assert!(code == Some(1) && told.contains("错误[E402]") && told.contains("超过 1 MB"), "{told}");
}

// ---------------------------------------------------------------- layouts

#[test]
fn sizes_that_no_page_has_are_refused() {
    let style = |text: &str| ("style.toml", text.to_string());
    let table = |text: &str| {
        let own = fs::read_to_string(common::sample().join("layout/table-09.toml")).expect("a table");
        ("table-09.toml", format!("{text}\n{own}"))
    };
    let cases = [
        table("min_rows = 10000000"),
        table("empty.rows = 100000000"),
        style("[page.\"正文\"]\npaper = [0.001, 0.001]\n"),
        style("[page.\"正文\"]\npaper = [1e30, 297]\n"),
        style("[page.\"正文\"]\nmargin = [200, 200, 200, 200]\n"),
        style("[page.\"正文\"]\nlines = 4000000000\n"),
        style("[text.\"正文\"]\nsize = 0\n"),
        style("[text.\"正文\"]\nsize = nan\n"),
        style("[text.\"正文\"]\nsize = 1e30\n"),
        style("[text.\"正文\"]\npitch = inf\n"),
        style("[text.\"正文\"]\nindent = -1e9\n"),
        style("[text.\"正文\"]\nbefore = 1e12\n"),
        style("[table.table]\npadding = [1e9, 0]\n"),
        style("[number]\nbelow = nan\n"),
    ];
    for (file, text) in cases {
        let desk = desk();
        fs::write(desk.path().join("631/layout").join(file), &text).expect("writes");
        let (code, told) = run(desk.path(), &["build", "631"]);
        assert!(code == Some(1) && told.contains("错误[E257]") && told.contains(file), "{text}: {told}");
    }
}

#[test]
fn lists_within_lists_have_an_end() {
    let desk = desk();
    let entries: Vec<String> = (0..300).map(|n| format!("{{ key = \"k{n}\", name = \"n\" }}")).collect();
    let list = format!("each = [{}]\nkeep = \"all\"\nlabel = \"x\"\n", entries.join(","));
    let table = format!(
        "id = \"t99\"\n[[columns]]\nhead = \"a\"\ntext = \"{{{{ label }}}}\"\n[[columns]]\nhead = \"b\"\nkey = \"b\"\nwhere = {{}}\n\
         [[rows]]\n{list}[[rows.rows]]\n{list}[[rows.rows.rows]]\n{list}"
    );
    fs::write(desk.path().join("631/layout/table-99.toml"), table).expect("writes");
    fs::write(desk.path().join("631/text/goals.md"), "{{ f(\"t99/合计/b\") }}\n").expect("writes");
    let (code, told) = run(desk.path(), &["check", "631"]);
    assert!(code == Some(1) && told.contains("错误[E343] 各表的行合计超过"), "{told}");
}

#[test]
fn what_one_folder_asks_for_has_an_end() {
    let desk = desk();
    let report = fs::read_to_string(desk.path().join("631/report.toml")).expect("a report");
    fs::write(desk.path().join("631/report.toml"), report.clone() + &"[[document]]\n".repeat(2_001)).expect("writes");
    let (code, told) = run(desk.path(), &["check", "631"]);
    assert!(code == Some(1) && told.contains("错误[E187] 有 2001 个 [[document]]，最多 2000 个"), "{told}");
    fs::write(desk.path().join("631/report.toml"), report).expect("writes");
    for parts in ["## 一、甲\n甲。\n", "甲。\n---\n"] {
        fs::write(desk.path().join("631/text/goals.md"), parts.repeat(9_000)).expect("writes");
        let (code, told) = run(desk.path(), &["check", "631"]);
        assert!(code == Some(1) && told.contains("错误[E344] 标题和分页合计超过"), "{told}");
    }
}

/// A word of more letters than any has ended the program: it was looked up in patterns that hold no such words.
#[test]
fn letters_without_end_are_set_like_any_others() {
    let desk = desk();
    fs::write(desk.path().join("631/text/goals.md"), format!("校验值为{}，请核对。\n", "abcdefghij".repeat(40)))
        .expect("writes");
    let (code, told) = run(desk.path(), &["build", "631"]);
    assert!(code == Some(0) && !told.contains("E599"), "{told}");
}

#[test]
fn layouts_and_fonts_of_the_working_folder_are_told() {
    let desk = desk();
    let set = "layouts/hebei-department-budget-2023";
    copy(&common::root().join(set), &desk.path().join(set));
    let (code, told) = run(desk.path(), &["check", "631"]);
    assert!(!told.contains("E258"), "the same as the program's own: {told}");
    assert_eq!(code, Some(0), "{told}");
    edited(&desk.path().join(set).join("01-duties.md"), "\n", "\n\n");
    let (_, told) = run(desk.path(), &["check", "631"]);
    assert!(told.contains("[E258] 用的是当前文件夹的 layouts/hebei-department-budget-2023/"), "{told}");
    // A font that is whole and not the program's: one byte more.
    copy(&common::root().join("fonts"), &desk.path().join("fonts"));
    let path = desk.path().join("fonts/FandolFang-Regular.otf");
    let mut bytes = fs::read(&path).expect("a font");
    bytes.push(0);
    fs::write(&path, bytes).expect("writes");
    let (code, told) = run_with(desk.path(), &["check", "631"], &[("GONGKAI_FONTS", Path::new(""))]);
    assert_eq!(code, Some(0), "{told}");
    assert_eq!(told.matches("[E409]").count(), 1, "{told}");
    assert!(told.contains("FandolFang-Regular.otf") && !told.contains("NotoSerifSC-Regular.otf"), "{told}");
}

// ---------------------------------------------------------------- writing

/// A limit on the size of files is told as a full disk is.
#[cfg(target_os = "linux")]
#[test]
fn a_limit_on_file_sizes_is_an_error_and_no_end_by_a_signal() {
    let desk = desk();
    let limited = format!("ulimit -f 100; exec {} build 631", env!("CARGO_BIN_EXE_gongkai"));
    let mut command = Command::new("bash");
    command.args(["-c", &limited]).current_dir(desk.path()).env("GONGKAI_CACHE", "");
    let output = command.env("GONGKAI_FONTS", common::root().join("fonts")).output().expect("runs");
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("错误[E501]") && told.contains("超过了系统允许的文件大小"), "{told}");
    assert_eq!(outputs(&desk.path().join("output/631")), [""; 0]);
}

#[test]
fn a_build_leaves_nothing_in_the_shared_temporary_folder() {
    let desk = desk();
    let shared = desk.path().join("shared");
    fs::create_dir(&shared).expect("a folder");
    let arguments = ["build", "631", "--edition", "--date", "2023-02-10"];
    let (code, told) = run_with(desk.path(), &arguments, &[("TMPDIR", &shared)]);
    assert_eq!(code, Some(0), "{told}");
    if cfg!(unix) {
        assert_eq!(outputs(&shared), [""; 0]);
    }
    assert_eq!(outputs(&desk.path().join("output/631")).len(), 2);
}

/// Other folders of a run are made whatever one of them holds.
#[test]
fn a_folder_that_says_itself_costs_no_other_its_files() {
    let desk = desk();
    copy(&common::sample(), &desk.path().join("632"));
    fs::write(desk.path().join("632/text/goals.md"), "{{ prose(\"goals\") }}\n").expect("writes");
    let (code, told) = run(desk.path(), &["build", "631", "632"]);
    assert!(code == Some(1) && told.contains("错误[E302]") && told.contains("又用到了自己"), "{told}");
    assert_eq!(outputs(&desk.path().join("output")), ["631"]);
}

// ---------------------------------------------------------------- texts

/// Thirteen texts of a line each, whose whole would be 30 to the 13th of them.
#[test]
fn texts_that_put_in_each_other_many_times_come_to_an_end() {
    let desk = desk();
    let texts = desk.path().join("631/text");
    for number in 1..=13 {
        let next = format!("{{{{ prose(\"p{}\") }}}}", number + 1).repeat(30);
        fs::write(texts.join(format!("p{number}.md")), next).expect("writes");
    }
    fs::write(texts.join("p14.md"), "完").expect("writes");
    fs::write(texts.join("goals.md"), "{{ prose(\"p1\") }}").expect("writes");
    let (code, told) = run(desk.path(), &["check", "631"]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("错误[E302] 文字里套的文字太多"), "{told}");
}

/// What is as long as a line of them takes as long to be read.
#[test]
fn an_address_and_a_number_of_any_length_are_text() {
    let desk = desk();
    let text = format!("见{}。\n编号{}。\n", "http://a.b/".repeat(20_000), "1".repeat(100_000));
    fs::write(desk.path().join("631/text/goals.md"), text).expect("writes");
    let (code, told) = run(desk.path(), &["build", "631", "--format", "pdf"]);
    assert_eq!(code, Some(0), "{told}");
}

/// A workbook exported into the department's own folder, and a file that cannot be read: what follows is not told beside.
#[test]
fn records_given_twice_or_not_read_are_told_alone() {
    let desk = desk();
    let (code, told) = run(desk.path(), &["export", "631", "631/x.xlsx"]);
    assert_eq!(code, Some(0), "{told}");
    let errors = |told: &str| told.lines().filter(|line| line.contains("错误[")).map(String::from).collect::<Vec<_>>();
    let (code, told) = run(desk.path(), &["check", "631"]);
    let found = errors(&told);
    assert!(code == Some(1) && !found.is_empty() && found.iter().all(|line| line.contains("[E173]")), "{told}");
    fs::remove_file(desk.path().join("631/x.xlsx")).expect("removed");
    fs::write(desk.path().join("631/ledger.csv"), "a\0b").expect("writes");
    let found = errors(&run(desk.path(), &["check", "631"]).1);
    assert!(found.len() == 1 && found[0].contains("[E113]"), "{found:?}");
}
