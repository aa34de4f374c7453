//! Every call that changes the disk fails, or is the last one before a kill, in what writes beside a build: `check --fix
//! --write`, `pull --write`, the cache, a bureau's book in two volumes, its board with notices. (Of builds and editions `editions.rs` asks the same.) Nothing is lost, nothing is
//! half, nothing of others is touched, and the next run finishes.

use crate::common::{self, copy, interposer};
use crate::departments::Chance;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// All files below a folder, by name, but for those that the program has not finished.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    fn gather(folder: &Path, below: &Path, all: &mut BTreeMap<PathBuf, Vec<u8>>) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = below.join(entry.file_name());
            let unfinished = entry.file_name().to_string_lossy().starts_with(".gongkai-");
            match entry.path().is_dir() {
                true if !unfinished => gather(&entry.path(), &name, all),
                false if !unfinished => drop(all.insert(name, fs::read(entry.path()).expect("readable"))),
                _ => {}
            }
        }
    }
    let mut all = BTreeMap::new();
    gather(folder, Path::new(""), &mut all);
    all
}

/// A command in a place, from one state of the place to another.
struct Scene {
    place: tempfile::TempDir,
    arguments: Vec<String>,
    before: BTreeMap<PathBuf, Vec<u8>>,
    after: BTreeMap<PathBuf, Vec<u8>>,
}

impl Scene {
    fn new(arguments: &[&str], prepare: impl FnOnce(&Path)) -> Scene {
        let place = tempfile::tempdir().expect("a folder");
        copy(&common::sample(), &place.path().join("data"));
        // What is not the program's, where it writes and beside it.
        for foreign in ["data/我的笔记.txt", "data/.gongkai-notes.new", "data/text/~草稿.bak", "另外.docx"] {
            fs::write(place.path().join(foreign), "不是程序的").expect("writes");
        }
        prepare(place.path());
        let before = files(place.path());
        let arguments = arguments.iter().map(ToString::to_string).collect();
        let scene = Scene { place, arguments, before, after: BTreeMap::new() };
        let output = scene.command().output().expect("runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let after = files(scene.place.path());
        let scene = Scene { after, ..scene };
        scene.restore();
        assert!(scene.before != scene.after);
        scene
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gongkai"));
        command.args(&self.arguments).current_dir(self.place.path());
        command.env("GONGKAI_FONTS", common::root().join("fonts"));
        command.env("GONGKAI_CACHE", if self.keeps() { "cache" } else { "" });
        command
    }

    /// Whether it is the cache that is asked.
    fn keeps(&self) -> bool {
        ["build", "status"].contains(&self.arguments[0].as_str())
    }

    fn restore(&self) {
        for entry in fs::read_dir(self.place.path()).expect("the place").flatten() {
            match entry.path().is_dir() {
                true => fs::remove_dir_all(entry.path()).expect("removed"),
                false => fs::remove_file(entry.path()).expect("removed"),
            }
        }
        self.write_before();
    }

    fn write_before(&self) {
        for (name, bytes) in &self.before {
            let path = self.place.path().join(name);
            fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("a folder");
            fs::write(path, bytes).expect("writes");
        }
    }

    /// Each file is as it was or as it becomes, all of them the one or all the other unless the run was killed; the next
    /// run finishes.
    fn check(&self, what: &str, killed: bool) {
        let now = files(self.place.path());
        for (name, before) in &self.before {
            let now = now.get(name).unwrap_or_else(|| panic!("{what}: {} is gone", name.display()));
            let whole = now == before || self.after.get(name) == Some(now);
            assert!(whole, "{what}: {} is neither as it was nor as it becomes", name.display());
        }
        for (name, bytes) in now.iter().filter(|(name, _)| !self.before.contains_key(*name)) {
            assert_eq!(self.after.get(name), Some(bytes), "{what}: {} is new and not whole", name.display());
        }
        let changed = |state: &BTreeMap<PathBuf, Vec<u8>>| {
            self.before.iter().all(|(name, before)| state.get(name) == Some(before) || self.after[name] == *before)
        };
        let done = self.after.keys().all(|name| self.keeps() || now.get(name) == self.after.get(name));
        let half = !changed(&now) && !done;
        assert!(killed || !half, "{what}: some files are changed and some are not");
        let output = self.command().output().expect("runs");
        let told = String::from_utf8_lossy(&output.stderr);
        if half {
            // Data of which some files are written back and some are not: told, whatever is asked of the folder next.
            assert!(told.contains("E513"), "{what}: the next run does not tell: {told}");
            return;
        }
        let repeated = self.arguments[0] == "pull" && done;
        assert!(output.status.success() || repeated, "{what}: the next run fails: {told}");
        let mut now = files(self.place.path());
        // Kept under another name or not at all costs time only.
        now.retain(|name, _| !name.starts_with("cache") || self.after.contains_key(name));
        for (name, after) in &self.after {
            assert_eq!(now.get(name), Some(after), "{what}: {} after the next run", name.display());
        }
        // What could not be removed goes with the next run that writes.
        let left = || {
            let names = fs::read_dir(self.place.path().join("data")).expect("the folder").flatten();
            let ours = names.filter(|name| name.file_name() != ".gongkai-notes.new");
            ours.filter(|name| name.file_name().to_string_lossy().ends_with(".new")).count()
        };
        if left() > 0 {
            self.write_before();
            assert!(self.command().status().expect("runs").success(), "{what}: the run after that fails");
            assert_eq!(left(), 0, "{what}: something was left behind");
        }
    }
}

/// What fails and what is told of it: an error of the program's own, or a warning where it can go on.
fn check_told(output: &Output, what: &str) {
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(!told.contains("panicked") && !told.contains("程序出错"), "{what}: {told}");
    if !output.status.success() {
        assert_eq!(output.status.code(), Some(1), "{what}: {told}");
        assert!(told.contains("错误[E5") || told.contains("错误[E7"), "{what} says {told}");
    }
}

/// Some faults of each kind; with `GONGKAI_EVERY_WRITE` every kind at every call, and with `GONGKAI_KILLS` so many kills at
/// any moment.
fn interrupt(scene: &Scene) {
    let scratch = tempfile::tempdir().expect("a folder");
    let Some(library) = interposer(scratch.path()) else { return };
    let counted = scratch.path().join("count");
    let run = |at: usize, how: &str| {
        let mut command = scene.command();
        command.env("LD_PRELOAD", &library).env("INTERRUPT_AT", at.to_string()).env("INTERRUPT_HOW", how);
        command.env("INTERRUPT_COUNT", &counted).output().expect("runs")
    };
    assert!(run(0, "none").status.success());
    scene.restore();
    let calls: usize = fs::read_to_string(&counted).expect("a count").trim().parse().expect("a number");
    assert!(calls > 5, "only {calls} calls were seen");
    let every = std::env::var("GONGKAI_EVERY_WRITE").is_ok();
    let mut random = Chance::new(11);
    let mut faults = 0;
    for at in 1..=calls {
        for how in ["kill", "full", "denied"] {
            if !every && random.below(calls * 3) >= 8 {
                continue;
            }
            faults += 1;
            let what = format!("{}, call {at} of {calls}, {how}", scene.arguments[0]);
            let output = run(at, how);
            if how != "kill" {
                check_told(&output, &what);
            }
            scene.check(&what, how == "kill");
            scene.restore();
        }
    }
    assert!(faults > 0, "no fault was tried");
    let kills: usize = std::env::var("GONGKAI_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(2);
    let begun = std::time::Instant::now();
    assert!(scene.command().output().expect("runs").status.success());
    let whole = begun.elapsed();
    scene.restore();
    for number in 0..kills {
        let mut command = scene.command();
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        let mut child = command.spawn().expect("runs");
        std::thread::sleep(whole.mul_f64(random.below(1000) as f64 / 1000.0));
        let _ = child.kill();
        child.wait().expect("ends");
        scene.check(&format!("{}, kill {number}", scene.arguments[0]), true);
        scene.restore();
    }
    println!("{}: {calls} calls that change the disk, {faults} faults, {kills} kills", scene.arguments.join(" "));
}

#[test]
fn fixes_are_written_whole_or_not_at_all() {
    interrupt(&Scene::new(&["check", "data", "--fix", "--write"], |_| {}));
}

#[test]
fn what_is_pulled_is_written_whole_or_not_at_all() {
    let scene = Scene::new(&["pull", "改过.docx", "data", "--write"], |place| {
        let made = common::built(&place.join("data"), &[gongkai::write::Format::Docx]);
        fs::write(place.join("改过.docx"), crate::pull::edited(&made[0].bytes)).expect("writes");
    });
    interrupt(&scene);
}

#[test]
fn what_is_kept_is_whole_or_made_again() {
    let scene = Scene::new(&["build", "data", "--format", "pdf"], |_| {});
    assert!(scene.after.keys().any(|name| name.starts_with("cache")), "something is kept");
    interrupt(&scene);
}

/// A second department beside the sample, so that a book has two volumes and a board two lines.
fn second_department(place: &Path) {
    copy(&place.join("data"), &place.join("data2"));
    let report = fs::read_to_string(place.join("data2/report.toml")).expect("a report");
    let report = report.replacen("code = \"631\"", "code = \"632\"", 1).replacen("name = \"", "name = \"第二", 1);
    fs::write(place.join("data2/report.toml"), report).expect("writes");
}

#[test]
fn each_volume_of_a_book_is_whole_or_not_there() {
    let scene = Scene::new(&["book", ".", "--pages", "1", "--format", "pdf"], second_department);
    assert_eq!(scene.after.keys().filter(|name| name.starts_with("output")).count(), 2, "two volumes");
    interrupt(&scene);
}

#[test]
fn a_board_loses_nothing_and_its_notices_are_whole_or_not_there() {
    // What is kept is named by what decides it, which of files that are not read is their time.
    let scene = Scene::new(&["status", ".", "--notices", "通知"], |place| {
        for foreign in ["data/我的笔记.txt", "data/.gongkai-notes.new", "data/text/~草稿.bak"] {
            fs::remove_file(place.join(foreign)).expect("removed");
        }
        second_department(place);
    });
    assert_eq!(scene.after.keys().filter(|name| name.starts_with("通知")).count(), 2, "two notices");
    assert!(scene.after.keys().any(|name| name.starts_with("cache")), "what was looked at is kept");
    interrupt(&scene);
}
