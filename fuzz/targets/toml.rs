//! TOML as a tree with places: as the toml crate reads it, and unchanged by laying it over itself.
//! seeds: data/*/*.toml data/*/layout/*.toml layouts/*/*.toml tests/layouts/*/*.toml fonts/fonts.toml
#![no_main]

use gongkai::diagnostic::Diagnostics;
use gongkai::toml_tree::{Node, Tree, overlay, parse};
use gongkai_fuzz::{PARSER, all, judge, twice};
use toml::Value;

/// Whether our tree holds what the oracle's does. Dates are text in ours.
fn same(ours: &Node, theirs: &Value) -> bool {
    match (&ours.value, theirs) {
        (Tree::String(a), Value::String(b)) => a == b,
        (Tree::String(a), Value::Datetime(b)) => *a == b.to_string(),
        (Tree::Integer(a), Value::Integer(b)) => a == b,
        (Tree::Float(a), Value::Float(b)) => a == b || a.is_nan() && b.is_nan(),
        (Tree::Boolean(a), Value::Boolean(b)) => a == b,
        (Tree::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Tree::Table(a), Value::Table(b)) => {
            a.len() == b.len() && a.iter().all(|(key, entry)| b.get(key).is_some_and(|b| same(&entry.node, b)))
        }
        _ => false,
    }
}

libfuzzer_sys::fuzz_target!(|text: &str| {
    let read = || {
        let mut found = Diagnostics::default();
        let node = parse(text, &"a.toml".into(), &mut found);
        judge(&found, text);
        (format!("{node:?}"), all(&found))
    };
    let (_, found) = twice(PARSER, read);
    let node = parse(text, &"a.toml".into(), &mut Diagnostics::default());
    let oracle = toml::from_str::<toml::Table>(text);
    // What TOML may hold and print cannot is refused here alone.
    let unprintable = found.iter().any(|one| one.contains("E144"));
    if unprintable && oracle.is_ok() {
        return;
    }
    assert_eq!(found.is_empty(), oracle.is_ok(), "{found:?} {oracle:?}");
    if let Ok(table) = oracle {
        assert!(same(&node, &Value::Table(table)), "another tree: {node:?}");
    }
    // `unset` speaks of what lies below it: a file laid over itself takes its own keys away.
    if !text.contains("unset") {
        let over = overlay(node.clone(), node.clone(), &mut Diagnostics::default());
        assert_eq!(format!("{over:?}"), format!("{node:?}"));
    }
});
