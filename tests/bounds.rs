//! What others made takes memory within bounds, and what is done grows no faster than what is asked: counted at the
//! allocator, in a process of its own, on one thread. SECURITY.md has the table; `benches/growth.rs` measures sizes that
//! take minutes.

#[allow(dead_code)]
mod large;
#[path = "../fuzz/src/meter.rs"]
mod meter;

use gongkai::diagnostic::Diagnostics;
use gongkai::workshop::Aim;
use gongkai::write::Format;
use std::sync::{Mutex, PoisonError};

/// From a size to eight times that, so many times as much may be asked for as to twice that: 7 is linear, 21 quadratic. What
/// doubles its room as it grows asks for anything from half to twice as much.
const MOST: f64 = 13.0;

fn growth(size: usize, look: impl Fn(usize) -> usize) -> f64 {
    let [one, two, eight] = [size, 2 * size, 8 * size].map(|size| look(size) as f64);
    (eight - one) / (two - one)
}

/// One test at a time: all are counted together.
fn one_thread<T: Send>(run: impl FnOnce() -> T + Send) -> T {
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread").install(run)
}

#[test]
fn what_is_done_grows_no_faster_than_what_is_asked() {
    one_thread(|| {
        let workshop = large::workshop();
        // What is made once for all.
        large::look(&workshop, &large::folder(large::KINDS[0], 1));
        let mut wrong = Vec::new();
        // Documents are made one after another, which has a test of its own.
        for kind in large::KINDS.into_iter().filter(|kind| kind.0 != "documents") {
            let grows = growth(100, |size| {
                let folder = large::folder(kind, size);
                meter::taken(|| large::look(&workshop, &folder)).1
            });
            println!("{}: {grows:.2}", kind.0);
            if grows >= MOST {
                wrong.push(format!(
                    "{}: from once to eight times as many ask for {grows:.2} times as much as to twice",
                    kind.0
                ));
            }
        }
        let grows = growth(1_000, |size| {
            let docx = large::docx(&workshop, size);
            meter::taken(|| large::look_at_docx(&workshop, &docx)).1
        });
        println!("paragraphs pulled: {grows:.2}");
        if grows >= MOST {
            wrong.push(format!("paragraphs pulled: {grows:.2}"));
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

/// At most so much is held of a file that someone made to hold the most.
const HELD: usize = 256 << 20;
/// What does not grow with the file: the set, the faces, the rest of the sample.
const FIXED: usize = 48 << 20;

/// Files are a sixteenth of the largest that is read, and so is what may be held; `GONGKAI_BOUNDS=full` makes them whole.
#[test]
fn a_hostile_file_holds_no_more_than_256_megabytes() {
    let part = if std::env::var("GONGKAI_BOUNDS").is_ok_and(|size| size == "full") { 1 } else { 16 };
    one_thread(|| {
        let workshop = large::workshop();
        large::look(&workshop, &large::folder(large::KINDS[0], 1));
        let mut wrong = Vec::new();
        for file in large::HOSTILE {
            let folder = large::hostile(file, gongkai::folder::largest(file.0) as usize / part);
            let begun = std::time::Instant::now();
            let (found, held) = meter::peak(|| large::look(&workshop, &folder));
            let line = format!("{file:?}: {} MB, {found} findings, {:.1?}", held >> 20, begun.elapsed());
            println!("{line}");
            if held > HELD / part + FIXED {
                wrong.push(line);
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

/// `count` unlike texts, joined to so many bytes.
fn repeated(size: usize, one: impl Fn(usize) -> String) -> String {
    let mut text = String::new();
    for n in 0.. {
        let next = one(n);
        if text.len() + next.len() > size {
            break;
        }
        text += &next;
    }
    text
}

/// What a check holds beyond what it gives back.
fn held<T>(what: &str, most: usize, run: impl FnOnce() -> T) -> Option<String> {
    let begun = std::time::Instant::now();
    let (_, held) = meter::peak(run);
    let line = format!("{what}: {} MB, {:.1?}", held >> 20, begun.elapsed());
    println!("{line}");
    (held > most).then_some(line)
}

/// Manifests, declarations of faces and layout sets that someone made to hold the most; of their full size with
/// `GONGKAI_BOUNDS=full`.
#[test]
fn hostile_editions_faces_and_sets_hold_no_more_than_256_megabytes() {
    let part = if std::env::var("GONGKAI_BOUNDS").is_ok_and(|size| size == "full") { 1 } else { 16 };
    let most = HELD / part + FIXED;
    one_thread(|| {
        let mut wrong = Vec::new();
        let head = "{\"form\":2,\"edition\":\"1\",\"program\":\"1\",";
        let fonts = "\"fonts\":[],";
        let files = "\"files\":{},";
        let document = "{\"name\":null,\"title\":\"\",\"layout\":\"\",\"outputs\":[],\"figures\":[";
        let size = (64 << 20) / part - 1024;
        let list = |one: &str| vec![one; size / (one.len() + 1)].join(",");
        let figure = r#"{"address":"","amount":"0","text":""}"#;
        let files_of = repeated(size - 16, |n| format!("\"{n:x}\":\"\",")) + "\"\":\"\"";
        let documents = |documents: String| format!("{head}{fonts}{files}\"documents\":[{documents}]}}");
        let manifests: [(&str, String); 6] = [
            ("files", format!("{head}{fonts}\"files\":{{{files_of}}},\"documents\":[]}}")),
            ("fonts", format!("{head}\"fonts\":[{}],{files}\"documents\":[]}}", list(r#"{"file":"","sha256":""}"#))),
            ("figures", documents(format!("{document}{}]}}", list(figure)))),
            ("documents", documents(list(&format!("{document}]}}")))),
            ("brackets", "[".repeat(size)),
            ("one text", format!("{{\"form\":\"{}\"}}", "\\n".repeat(size / 2))),
        ];
        for (kind, json) in &manifests {
            let read = || gongkai::edition::read_manifest(json.as_bytes(), "manifest.json").is_ok();
            // Of a sixteenth so many figures are an honest document's.
            let is_honest = *kind == "figures" && part > 1;
            wrong.extend(held(&format!("a manifest of {kind}"), most, || assert_eq!(read(), is_honest, "{kind}")));
        }
        drop(manifests);
        let folder = tempfile::tempdir().expect("a folder");
        let kinds: [&str; 5] = ["k = 1\n", "=\n", "[face.N]\nfile = \"N.ttf\"\n", "[role.N]\nfaces = []\n", "x = [["];
        for kind in kinds {
            let text = repeated((1 << 20) / part, |n| kind.replace('N', &n.to_string()));
            std::fs::write(folder.path().join("fonts.toml"), text).expect("written");
            let load = || gongkai::fonts::Fonts::load(&[folder.path()]).is_err();
            wrong.extend(held(&format!("fonts.toml of {kind:?}"), most, load));
        }
        for kind in ["k = 1\n", "[[rule]]\ncode = \"K900\"\n", "=\n", "[text.N]\n"] {
            let text = repeated((1 << 20) / part - 1024, |n| kind.replace('N', &format!("a{n}")));
            let set = |n: usize| (format!("many/{n}.toml"), text.clone().into_bytes().into());
            let also =
                ["set", "style", "checks"].map(|name| (format!("many/{name}.toml"), text.clone().into_bytes().into()));
            let folder = gongkai::folder::Folder::of_files("layouts".as_ref(), (0..40).map(set).chain(also));
            let layouts = gongkai::layout::Layouts::of(folder);
            let mut found = Diagnostics::default();
            let load = || gongkai::workshop::load_set("many", &layouts, &mut found).is_none();
            wrong.extend(held(&format!("a set of 43 files of {kind:?}"), most, load));
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

/// Names of every length, of two letters, and a text of those two with a third among them: each place of it begins what
/// nearly is a name, and none is there.
#[test]
fn names_that_are_nearly_everywhere_are_sought_in_bounded_time() {
    one_thread(|| {
        let workshop = large::workshop();
        let letter = |n: usize| if (n * n / 7 + n / 3).is_multiple_of(2) { '甲' } else { '乙' };
        let name = |from: usize, length: usize| (from..from + length).map(letter).collect::<String>();
        let projects: Vec<String> = (0..40)
            .flat_map(|from| (5..80).map(move |length| (from, length)))
            .map(|(from, length)| name(3 * from, length))
            .collect();
        let text: String = (0..(512 << 10) / 3 - 10).map(|n| if n % 5 == 4 { '丙' } else { letter(n) }).collect();
        let text = format!("{text}。\n");
        let folder = large::of_projects(&projects, text);
        let begun = std::time::Instant::now();
        let found = workshop.open_each(&folder, Aim::Look, |_, _| {});
        println!("names nearly everywhere: {:.1?}", begun.elapsed());
        assert!(found.iter().any(|found| found.code == "E345"), "what was not compared is told");
        assert!(begun.elapsed().as_secs() < 300, "{:?}", begun.elapsed());
    });
}

/// Documents of one folder are made one after another. Each has the folder's whole ledger, which has its lines for every
/// document: three times as many hold three times as much at once, and not nine times, but for their files.
#[test]
fn documents_of_a_folder_are_in_memory_one_by_one() {
    one_thread(|| {
        let workshop = large::workshop();
        let kind = large::KINDS.into_iter().find(|kind| kind.0 == "documents").expect("it is one");
        let held = |count: usize| {
            let folder = large::folder(kind, count);
            let run = || workshop.build(&folder, Aim::Publish, &[Format::Docx], &mut Diagnostics::default());
            let (files, bytes) = meter::peak(run);
            assert_eq!(files.len(), count);
            bytes - files.iter().map(|file| file.bytes.len()).sum::<usize>()
        };
        // What is made once for all.
        held(9);
        let (few, many) = (held(10), held(30));
        println!("10 documents hold {} KB, 30 hold {} KB", few >> 10, many >> 10);
        assert!(many < 4 * few, "30 documents hold {many} bytes, 10 hold {few}");
    });
}
