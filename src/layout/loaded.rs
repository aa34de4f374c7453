//! Sets loaded once for all departments of a run that have the same files.

use super::files::{Layer, SetFiles};
use super::load::Loaded;
use std::sync::{Arc, Mutex, PoisonError};

/// So many sets, with what departments lay over them, are at hand: a bureau has a few sets.
const AT_HAND: usize = 8;

/// Sets of more bytes than this, all layers together, are loaded each time: none comes near, and what is made of a text is
/// many times as large.
const MOST_BYTES: usize = 512 << 10;

/// The sets loaded last.
#[derive(Default)]
pub(super) struct LoadedSets(Mutex<Vec<Entry>>);

struct Entry {
    id: String,
    year: Option<i32>,
    layers: Vec<Arc<Layer>>,
    loaded: Arc<Loaded>,
}

impl LoadedSets {
    /// What `load` loads of these files, from the layout roots that this belongs to. A set that cannot be read is loaded
    /// each time: what is told of it may name the department's own lines.
    pub(super) fn get(&self, files: &SetFiles, load: impl FnOnce() -> Loaded) -> Arc<Loaded> {
        let year = files.year.as_ref().map(|(year, _)| *year);
        let sets = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_same = |entry: &Entry| entry.id == files.id && entry.year == year && entry.layers == files.layers;
        {
            let mut sets = sets();
            if let Some(index) = sets.iter().position(is_same) {
                sets[..=index].rotate_right(1);
                return sets[0].loaded.clone();
            }
        }
        let loaded = Arc::new(load());
        let bytes: usize = files.layers.iter().flat_map(|layer| layer.files.values()).map(String::len).sum();
        if loaded.is_whole() && bytes <= MOST_BYTES {
            let mut sets = sets();
            sets.truncate(AT_HAND - 1);
            let entry = Entry { id: files.id.clone(), year, layers: files.layers.clone(), loaded: loaded.clone() };
            sets.insert(0, entry);
        }
        loaded
    }
}
