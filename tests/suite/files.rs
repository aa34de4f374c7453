//! Files under names that no one meant, and characters that are not what they look like: read as what they are, or told.

use crate::common::{checked, copy_of_sample, made};
use std::path::Path;

/// What is found in a folder, by code.
fn found(folder: &Path, code: &str) -> Vec<String> {
    checked(folder).iter().filter(|d| d.code == code).map(ToString::to_string).collect()
}

fn edit(path: &Path, change: impl Fn(String) -> String) {
    let text = std::fs::read_to_string(path).expect("a file");
    let changed = change(text.clone());
    assert!(text != changed, "{}", path.display());
    std::fs::write(path, changed).expect("written");
}

/// A disk that was at a Mac has a hidden twin beside every file.
#[test]
fn twins_of_a_mac_disk_are_not_read() {
    let folder = copy_of_sample();
    let before: Vec<String> = checked(folder.path()).iter().map(ToString::to_string).collect();
    for below in ["", "text", "layout", "tables", "classification"] {
        std::fs::create_dir_all(folder.path().join(below)).expect("a folder");
        for name in ["._ledger.csv", "._goals.md", "._set.toml", "._report.toml", "._t1.csv", ".DS_Store", "~$goals.md"]
        {
            std::fs::write(folder.path().join(below).join(name), b"\x00\x05\x16\x07\0\x02\0\0Mac OS X")
                .expect("written");
        }
    }
    let after: Vec<String> = checked(folder.path()).iter().map(ToString::to_string).collect();
    assert_eq!(before, after);
}

#[test]
fn a_name_that_notepad_ended_twice_is_told() {
    let folder = copy_of_sample();
    let renamed = |from: &str, to: &str| {
        std::fs::rename(folder.path().join(from), folder.path().join(to)).expect("renamed");
    };
    for (from, to) in [
        ("text/goals.md", "text/goals.md.txt"),
        ("text/goals.md", "text/goals.MD"),
        ("report.toml", "report.toml.txt"),
        ("units.csv", "units.csv.csv"),
    ] {
        renamed(from, to);
        let told = found(folder.path(), "E109");
        let expected = format!("{to} 警告[E109] 文件“{to}”未使用\n  提示：您是否指“{from}”？请改名");
        assert!(told.len() == 1 && told[0].starts_with(&expected), "{told:?}");
        renamed(to, from);
    }
    // One that is there has a copy, which is nobody's mistake.
    std::fs::copy(folder.path().join("text/goals.md"), folder.path().join("text/goals.md.txt")).expect("copied");
    assert_eq!(found(folder.path(), "E109"), [""; 0]);
}

#[test]
fn the_departments_name_is_cleaned_as_a_cell_is() {
    let folder = copy_of_sample();
    let plain = made(folder.path());
    let name = plain[0].document().meta.file_stem.clone();
    edit(&folder.path().join("report.toml"), |text| {
        let at = text.find("name = \"").expect("a name") + "name = \"".len();
        format!("{}\u{3000} \u{200B}{}", &text[..at], &text[at..])
    });
    let cleaned = made(folder.path());
    assert_eq!(cleaned[0].document().meta.file_stem, name);
    assert_eq!(format!("{:?}", cleaned[0].document().meta), format!("{:?}", plain[0].document().meta));
}

/// A project is one project, whichever program typed its name where.
#[test]
fn characters_of_other_programs_are_read_as_what_they_are() {
    for (what, here, there) in [
        ("a radical of a PDF", "纵四路绿化⼯程", "纵四路绿化工程"),
        ("an accent apart", "Cafe\u{301}绿化工程", "Café绿化工程"),
        ("GBK's private use", "\u{E863}家沟绿化工程", "䶮家沟绿化工程"),
        ("a library's line break", "纵四路_x000D_绿化工程", "纵四路\u{2028}绿化工程"),
    ] {
        let folder = copy_of_sample();
        for (file, name) in [("ledger.csv", here), ("targets.csv", there), ("procurement.csv", there)] {
            // A blank line at the end, so that each of them is written.
            edit(&folder.path().join(file), |text| text.replace("纵四路绿化工程", name) + "\n");
        }
        let told: Vec<String> =
            ["E151", "E410", "E144"].into_iter().flat_map(|code| found(folder.path(), code)).collect();
        assert_eq!(told, [""; 0], "{what}");
    }
}

/// Of two names that look the same the hint says in what they differ.
#[test]
fn a_hint_names_code_points_where_the_eye_sees_no_difference() {
    let folder = copy_of_sample();
    edit(&folder.path().join("ledger.csv"), |text| text.replace("纵四路绿化工程", "纵四路绿化A标段"));
    edit(&folder.path().join("targets.csv"), |text| text.replace("纵四路绿化工程", "纵四路绿化\u{410}标段"));
    let told = found(folder.path(), "E151");
    assert!(told.iter().any(|t| t.contains("“纵四路绿化A标段”（U+0041）") && t.contains("（U+0410）")), "{told:?}");
}
