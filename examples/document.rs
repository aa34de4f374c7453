//! Prints the composed documents of a data folder as JSON: `cargo run --example document data/631-2023`.

use gongkai::diagnostic::Diagnostics;
use gongkai::folder::Folder;
use gongkai::layout::Layouts;
use gongkai::workshop::{compose_all, layout_folders};

fn main() {
    let folder = Folder::open(std::env::args().nth(1).expect("a data folder").as_ref());
    let mut found = Diagnostics::default();
    for made in compose_all(&folder, &Layouts::on_disk(&layout_folders(None)), &mut found) {
        println!("{}", serde_json::to_string_pretty(made.document()).expect("a document is plain data"));
    }
    for found in found.sorted() {
        eprintln!("{found}");
    }
}
