//! Two states of a bureau, department by department.

use super::declared::{Bureau, Department};
use crate::diagnostic::Diagnostics;
use crate::diff::{Diff, compare_all};
use crate::edition::FOLDER;
use crate::folder::Folder;
use crate::workshop::{Workshop, compose_all};

/// What became of a department.
pub enum Fate {
    /// Its files are the same.
    Same,
    /// It came.
    Added,
    /// It went.
    Removed,
    /// It was composed on both sides: what differs, which may be nothing.
    Compared(Box<Diff>),
    /// It cannot be composed, on one side or on both: why.
    NotCompared(String),
}

/// A department of either side, by its code, or its folder where a list gives none.
pub struct Compared {
    /// As the new side lists it, else as the old one does.
    pub department: Department,
    /// What became of it.
    pub fate: Fate,
}

impl Compared {
    /// Nothing of it differs in print.
    pub fn is_same(&self) -> bool {
        match &self.fate {
            Fate::Same => true,
            Fate::Compared(diff) => diff.is_same(),
            Fate::Added | Fate::Removed | Fate::NotCompared(_) => false,
        }
    }
}

/// Compares two bureaus in the order of the new list, then what went. One department after another is in memory, and one
/// whose files are the same is not composed.
pub fn compared(old: &Bureau, new: &Bureau, workshop: &Workshop) -> Vec<Compared> {
    let key = |department: &Department| match department.code.is_empty() {
        true => department.folder.clone(),
        false => department.code.clone(),
    };
    let mut all = Vec::new();
    for department in &new.departments {
        let before = old.departments.iter().find(|other| key(other) == key(department));
        let fate = match before {
            Some(before) => fate(&Folder::at(&old.path_of(before)), &Folder::at(&new.path_of(department)), workshop),
            None => Fate::Added,
        };
        all.push(Compared { department: department.clone(), fate });
    }
    let went = old.departments.iter().filter(|gone| new.departments.iter().all(|other| key(other) != key(gone)));
    all.extend(went.map(|gone| Compared { department: gone.clone(), fate: Fate::Removed }));
    all
}

pub(super) fn fate(old: &Folder, new: &Folder, workshop: &Workshop) -> Fate {
    match (old.exists(), new.exists()) {
        (false, false) => return Fate::Same,
        (false, true) => return Fate::Added,
        (true, false) => return Fate::Removed,
        (true, true) => {}
    }
    if has_same_files(old, new) {
        return Fate::Same;
    }
    let compose = |folder: &Folder, which: &str| {
        let mut found = Diagnostics::default();
        let made = compose_all(folder, &workshop.layouts, &mut found);
        match made.is_empty() {
            true => {
                Err(format!("{which}没有做成：{}", found.sorted().first().map(ToString::to_string).unwrap_or_default()))
            }
            false => Ok(made),
        }
    };
    match (compose(old, "旧的"), compose(new, "新的")) {
        (Ok(old), Ok(new)) => Fate::Compared(Box::new(compare_all(&old, &new, Some(&workshop.fonts)))),
        (Err(why), _) | (_, Err(why)) => Fate::NotCompared(why),
    }
}

/// All that may be read of two folders is the same to the byte.
fn has_same_files(old: &Folder, new: &Folder) -> bool {
    let (Some(before), Some(after)) = (old.all_files(FOLDER), new.all_files(FOLDER)) else { return false };
    let same = |name: &String| match (old.bytes(name), new.bytes(name)) {
        (Ok(Some(old)), Ok(Some(new))) => old == new,
        _ => false,
    };
    before == after && before.iter().all(same)
}
