//! What documents printed, figure by figure, for the next year's folder, which holds its own figures of last year against
//! it (`check/figures/last_year.rs`).

use super::differences::csv_line;
use crate::compose::Composition;
use std::collections::HashSet;

/// A line for each amount that tables and sentences print: its address, what it is called, its text, its unit.
pub fn published(compositions: &[&Composition]) -> String {
    let mut text = String::from('\u{FEFF}');
    csv_line(&["地址", "名称", "上年公布", "单位"].map(String::from), &mut text);
    let mut known = HashSet::new();
    for composition in compositions {
        for printed in &composition.document.figures {
            let Some(figure) = composition.figure(&printed.address) else { continue };
            let is_own = !printed.address.contains(['~', '%', '@', '+']) && figure.is_money();
            if is_own && known.insert(printed.address.clone()) {
                let name = composition.name_of(&printed.address).unwrap_or_default();
                let unit = figure.look.unit.name().to_string();
                csv_line(&[printed.address.clone(), name, printed.text.clone(), unit], &mut text);
            }
        }
    }
    text
}
