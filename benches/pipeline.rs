//! How long each phase takes: read, compose, typeset, PDF, DOCX; for the sample and a ledger of 5,000 lines.

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use gongkai::compose::{Job, compose};
use gongkai::diagnostic::Diagnostics;
use gongkai::folder::Folder;
use gongkai::fonts::Fonts;
use gongkai::layout::Layouts;
use gongkai::made::Made;
use gongkai::prepare::{Prepared, prepare};
use gongkai::typeset::typeset;
use std::fmt::Write;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn job(folder: &Path) -> Job {
    let mut found = Diagnostics::default();
    let job = prepare(&Folder::open(folder), &Layouts::on_disk(&[root().join("layouts")]), &mut found)
        .pop()
        .expect("the folder is right")
        .job;
    assert!(!found.has_errors(), "{:?}", found.sorted());
    job
}

/// The sample with a ledger of `lines` lines: its own, over and over, each in a unit of 60 and with another amount.
fn large(lines: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    copy(&root().join("data/631-2023"), folder.path());
    let ledger = std::fs::read_to_string(root().join("data/631-2023/ledger.csv")).expect("the ledger");
    let rows: Vec<&str> = ledger.lines().skip(1).collect();
    let mut text = String::from("单位,功能科目,支出类别,经济科目,用途,项目,资金来源,金额（元）\n");
    for line in 0..lines {
        let (head, amount) = rows[line % rows.len()].rsplit_once(',').expect("an amount");
        let yuan: u64 = amount.split('.').next().and_then(|y| y.parse().ok()).expect("元");
        writeln!(text, "第{}单位,{head},{}.{:02}", line % 60, yuan + line as u64, line % 100).expect("writes");
    }
    std::fs::write(folder.path().join("ledger.csv"), text).expect("writes");
    let units: String = (0..60).map(|u| format!("第{u}单位,事业,正科级,财政性资金基本保证\n")).collect();
    std::fs::write(folder.path().join("units.csv"), format!("单位名称,单位性质,单位规格,经费保障形式\n{units}"))
        .expect("writes");
    std::fs::write(
        folder.path().join("procurement.csv"),
        "单位,项目,采购物品名称,政府采购目录序号,资金来源,金额（元）\n",
    )
    .expect("writes");
    std::fs::write(
        folder.path().join("reasons.csv"),
        "条目,方向,文字\n*,增加,工作需要\n*,减少,厉行节约\n*,持平,与上年相同\n",
    )
    .expect("writes");
    folder
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder").map(|e| e.expect("an entry")) {
        let target = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(std::fs::copy(entry.path(), target).expect("copies")),
        }
    }
}

fn phases(criterion: &mut Criterion, name: &str, folder: PathBuf) {
    let fonts = Fonts::load(&[&root().join("fonts")]).unwrap_or_else(|found| panic!("{:?}", found.sorted()));
    let mut group = criterion.benchmark_group(name);
    group.sample_size(20);
    group.bench_function("read", |b| b.iter(|| job(&folder)));
    group.bench_function("compose", |b| {
        b.iter_batched(|| job(&folder), |job| compose(job, &mut Diagnostics::default()), BatchSize::PerIteration)
    });
    let prepared = Prepared { name: None, job: job(&folder) };
    let made = Made::compose(prepared, None, &mut Diagnostics::default()).expect("composes");
    let pages = made.pages(&fonts);
    group.bench_function("typeset", |b| {
        b.iter(|| typeset(made.document(), made.style(), &fonts, &mut Diagnostics::default()))
    });
    group.bench_function("pdf", |b| {
        b.iter(|| gongkai::write::pdf::write(made.document(), pages, &fonts).expect("writes"))
    });
    group.bench_function("docx", |b| {
        b.iter(|| gongkai::write::docx::write(made.document(), made.style(), &fonts, pages).expect("writes"))
    });
    group.finish();
}

fn pipeline(criterion: &mut Criterion) {
    phases(criterion, "sample", root().join("data/631-2023"));
    let folder = large(5_000);
    phases(criterion, "5000 lines", folder.path().to_path_buf());
}

criterion_group!(benches, pipeline);
criterion_main!(benches);
