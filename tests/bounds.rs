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
