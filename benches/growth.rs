//! How time and memory grow with a department: lines, projects, codes, units, documents, what is typed, and the paragraphs
//! of a DOCX that is pulled. For each size the seconds and the megabytes at most, and from one size to the next the
//! exponents: 1 is linear, 2 is quadratic.
//!     cargo bench --bench growth -- [KIND …] [SIZE …]
//! Sizes by default: 1000 10000 100000; of documents a hundredth.

#[path = "../tests/large/mod.rs"]
#[allow(dead_code)]
mod large;
#[path = "../fuzz/src/meter.rs"]
mod meter;

use std::time::Instant;

const PARAGRAPHS: &str = "paragraphs";

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let asked: Vec<&str> = words.iter().map(String::as_str).filter(|word| word.parse::<usize>().is_err()).collect();
    let mut sizes: Vec<usize> = words.iter().filter_map(|word| word.parse().ok()).collect();
    if sizes.is_empty() {
        sizes = vec![1_000, 10_000, 100_000];
    }
    let wanted = |name: &str| asked.is_empty() || asked.contains(&name);
    let workshop = large::workshop();
    for kind in large::KINDS.into_iter().filter(|kind| wanted(kind.0)) {
        let size = |size: usize| if kind.0 == "documents" { size.div_ceil(100) } else { size };
        measure(kind.0, &sizes, |n| {
            let folder = large::folder(kind, size(n));
            Box::new(move || large::look(&large::workshop(), &folder))
        });
    }
    if wanted(PARAGRAPHS) {
        measure(PARAGRAPHS, &sizes, |n| {
            let docx = large::docx(&workshop, n);
            Box::new(move || large::look_at_docx(&large::workshop(), &docx))
        });
    }
}

fn measure(kind: &str, sizes: &[usize], make: impl Fn(usize) -> Box<dyn Fn() -> usize>) {
    let mut before: Option<(f64, f64, f64)> = None;
    for &size in sizes {
        let look = make(size);
        let started = Instant::now();
        let (found, bytes) = meter::peak(look);
        let now = (size as f64, started.elapsed().as_secs_f64(), bytes as f64 / f64::from(1 << 20));
        let exponents = before.map_or(String::new(), |before| {
            let of = |a: f64, b: f64| (b / a).ln() / (now.0 / before.0).ln();
            format!("  time ^{:.2}  memory ^{:.2}", of(before.1, now.1), of(before.2, now.2))
        });
        println!("{kind:<11} {size:>7} {:9.2} s {:7.0} MB {found:>8} findings{exponents}", now.1, now.2);
        before = Some(now);
    }
}
