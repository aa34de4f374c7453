//! A careful office's budget: made-up departments of every table set.

use crate::departments::{Department, Set};

/// The same seed, the same files; another seed, others. And each set is worth the name: money of several funds,
/// projects, purchases, “三公”.
#[test]
fn departments_are_the_same_for_the_same_seed_and_of_every_kind() {
    for set in Set::ALL {
        let one = Department::orderly(7, set);
        assert_eq!(one.files(), Department::orderly(7, set).files());
        assert_ne!(one.files(), Department::orderly(8, set).files());
        let many: Vec<Department> = (0..60).map(|seed| Department::orderly(seed, set)).collect();
        let lines = || many.iter().flat_map(|d| &d.lines);
        assert!(lines().any(|l| l.fund == "事业收入") && lines().any(|l| l.carried));
        assert!(lines().any(|l| !l.three.is_empty()) && many.iter().any(|d| d.units.len() > 2));
        let purchases = |d: &Department| d.files().get("procurement.csv").map_or(0, |text| text.lines().count() - 1);
        assert_eq!(many.iter().any(|d| purchases(d) > 1), set == Set::Hebei);
    }
}
