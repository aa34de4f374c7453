//! Prints the composed document of a data folder as JSON: `cargo run --example document data/631-2023`.

use gongkai::diagnostic::Diagnostics;

fn main() {
    let folder = std::env::args().nth(1).expect("a data folder");
    let mut diagnostics = Diagnostics::default();
    let roots = [std::path::PathBuf::from("layouts")];
    for prepared in gongkai::prepare::prepare(folder.as_ref(), &roots, &mut diagnostics) {
        if let Some(gongkai::compose::Composition { document, .. }) =
            gongkai::compose::compose(prepared.job, &mut diagnostics)
        {
            println!("{}", serde_json::to_string_pretty(&document).expect("a document is plain data"));
        }
    }
    for found in diagnostics.sorted() {
        eprintln!("{found}");
    }
}
