//! The files of a set: embedded in the program, or from a folder of sets (which wins), the sets it inherits below it
//! and the department's `layout/` folder above.

use super::loaded::LoadedSets;
use crate::data::latest_year_of;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity, nearest};
use crate::folder::{Folder, is_read, one_too_many};
use crate::refusal::refusal;
use crate::toml_tree::{self, Node};
use include_dir::{Dir, include_dir};
use rayon::prelude::*;
use rustc_hash::FxHashMap as HashMap;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

static EMBEDDED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/layouts");

/// So many bytes are read of all files of a layer: what is made of them is many times as large, and they are written by
/// hand.
const MAX_BYTES_OF_LAYER: u64 = 8 << 20;

fn too_large_together(name: &str) -> Diagnostic {
    one_too_many(name, MAX_BYTES_OF_LAYER).hint("用不到的文件请移走")
}

/// One folder's files by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layer {
    /// What users see before a file's name: `layouts/SET/`, `layout/`.
    pub shown: String,
    /// Content by path from the set's folder, `/` between names.
    pub files: BTreeMap<String, String>,
    /// The department's own.
    pub own: bool,
}

impl Layer {
    fn shown_name(&self, name: &str) -> Arc<str> {
        format!("{}{name}", self.shown).into()
    }

    /// The text files directly in a folder below `folder`; none if there is no such folder. Files that cannot be read
    /// are told, and empty: else they would be called missing as well.
    pub fn of(folder: &Folder, below: &str, shown: &str, own: bool, diagnostics: &mut Diagnostics) -> Option<Layer> {
        if let Some(found) = folder.refused(below) {
            let place = moved(found.place.clone(), shown.trim_end_matches('/').into());
            diagnostics.push(Diagnostic { place, ..found });
        }
        if !folder.has_folder(below) {
            return None;
        }
        let mut layer = Layer { shown: shown.to_string(), files: BTreeMap::new(), own };
        let read = |(name, has_room): (String, bool)| {
            let path = format!("{below}/{name}");
            let text = if has_room { folder.text(&path) } else { Err(too_large_together(&path)) };
            let shown = layer.shown_name(&name);
            (name, text.map_err(|found| Diagnostic { place: moved(found.place.clone(), shown), ..found }))
        };
        let names: Vec<String> = folder.names(below).into_iter().filter(|name| is_read(name)).collect();
        let mut room = MAX_BYTES_OF_LAYER;
        let with_room = |name: String| {
            let size = folder.make_room(&format!("{below}/{name}"));
            let has_room = size <= room;
            room -= if has_room { size } else { 0 };
            (name, has_room)
        };
        let names: Vec<(String, bool)> = names.into_iter().map(with_room).collect();
        // Some dozens of small files: side by side.
        let texts: Vec<_> = names.into_par_iter().map(read).collect();
        for (name, text) in texts {
            let text = text.unwrap_or_else(|found| {
                diagnostics.push(found);
                String::new()
            });
            layer.files.insert(name, text);
        }
        Some(layer)
    }

    fn from_embedded(folder: &str, shown: &str) -> Option<Layer> {
        let dir = EMBEDDED.get_dir(folder)?;
        let files = dir.files().filter_map(|file| {
            let name = file.path().file_name()?.to_str()?.to_string();
            Some((name, file.contents_utf8()?.to_string()))
        });
        Some(Layer { shown: shown.to_string(), files: files.collect(), own: false })
    }
}

/// A place in a file of another name.
fn moved(place: Option<Place>, file: Arc<str>) -> Option<Place> {
    place.map(|place| Place { file, ..place })
}

/// Where layout sets and classifications are found: in folders of them, first wins, and in the program, last.
#[derive(Clone, Default)]
pub struct Layouts {
    roots: Vec<Folder>,
    /// What was loaded of them: departments of one set share it.
    pub(super) loaded: Arc<LoadedSets>,
    /// Folders of sets that were asked for so far.
    known: Arc<Mutex<HashMap<Where, Arc<KnownLayer>>>>,
}

/// The folder of a set, and the number of the root that it lies in; none: it is the program's.
type Where = (Option<usize>, String);

/// The folder of a set as it was read once.
struct KnownLayer {
    layer: Arc<Layer>,
    /// The set that it says it inherits, and where.
    inherits: Option<(String, Place)>,
    /// What was found when it was read, told each time.
    found: Diagnostics,
}

impl KnownLayer {
    fn new(layer: Layer, found: Diagnostics) -> Arc<KnownLayer> {
        let set = layer.files.get("set.toml");
        let set = set.map(|text| toml_tree::parse(text, &layer.shown_name("set.toml"), &mut Diagnostics::default()));
        let inherits = set.as_ref().and_then(|set| set.get("inherits"));
        let inherits = inherits.and_then(|node| Some((node.str()?.to_string(), node.place.clone())));
        Arc::new(KnownLayer { layer: Arc::new(layer), inherits, found })
    }
}

impl Layouts {
    /// Of folders on disk, and of the program. Each file is read once.
    pub fn on_disk(roots: &[PathBuf]) -> Layouts {
        Layouts { roots: roots.iter().map(|root| Folder::open(root)).collect(), ..Layouts::default() }
    }

    /// Of one folder, and of the program.
    pub fn of(root: Folder) -> Layouts {
        Layouts { roots: vec![root], ..Layouts::default() }
    }

    /// These, after those of one folder.
    pub fn after(&self, first: Folder) -> Layouts {
        Layouts { roots: [first].into_iter().chain(self.roots.iter().cloned()).collect(), ..Layouts::default() }
    }

    /// The text of a file below `layouts/`, from the first folder that has it, else the embedded one.
    pub fn text(&self, path: &str) -> Option<String> {
        match self.roots.iter().find(|root| root.is_file(path)) {
            Some(root) => root.text(path).ok(),
            None => EMBEDDED.get_file(path).and_then(|f| f.contents_utf8()).map(str::to_string),
        }
    }

    /// Ids of all sets.
    pub fn sets(&self) -> Vec<String> {
        let mut sets = embedded_sets();
        for root in &self.roots {
            sets.extend(root.names("").into_iter().filter(|name| root.is_file(&format!("{name}/set.toml"))));
        }
        sets.sort();
        sets.dedup();
        sets
    }

    /// What a set is, as the first line of its `set.toml` says it for people; its id where that says nothing.
    pub fn said(&self, id: &str) -> String {
        let text = self.text(&format!("{id}/set.toml")).unwrap_or_default();
        let first = text.lines().next().and_then(|line| line.strip_prefix('#')).unwrap_or_default();
        let words = first.split(['：', '。', ':']).next().unwrap_or_default().trim();
        if words.is_empty() { id.to_string() } else { words.to_string() }
    }

    /// The latest year that any list of codes names codes for: by it codes are looked up of which nobody says the year.
    pub fn latest_year(&self) -> i32 {
        let lists = self.class_layers("", &mut Diagnostics::default());
        let years = lists.iter().flat_map(|layer| layer.files.values()).filter_map(|text| latest_year_of(text)).max();
        years.expect("the program's own lists say their years").into()
    }

    /// The folders on disk, first wins.
    pub(crate) fn roots(&self) -> &[Folder] {
        &self.roots
    }

    /// A folder below one of the roots, else the embedded one.
    fn layer(&self, folder: &str, diagnostics: &mut Diagnostics) -> Option<Arc<KnownLayer>> {
        if folder.split('/').any(|part| part.is_empty() || part.starts_with('.')) {
            return None;
        }
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut once = |place: Option<usize>, read: &dyn Fn(&mut Diagnostics) -> Option<Layer>| {
            let place = (place, folder.to_string());
            let layer = known().get(&place).cloned();
            let layer = match layer {
                Some(layer) => layer,
                None => {
                    let mut found = Diagnostics::default();
                    let Some(layer) = read(&mut found) else {
                        // A folder that is not there, or cannot be read, is looked for again.
                        diagnostics.extend(found);
                        return None;
                    };
                    let layer = KnownLayer::new(layer, found);
                    known().insert(place, layer.clone());
                    layer
                }
            };
            diagnostics.extend(layer.found.clone());
            Some(layer)
        };
        let mut roots = self.roots.iter().enumerate();
        let layer = roots.find_map(|(number, root)| once(Some(number), &|found| layer_of(root, folder, found)));
        layer.or_else(|| once(None, &|_| Layer::from_embedded(folder, &format!("layouts/{folder}/"))))
    }

    /// The folders that may have the lists of a year, first wins.
    fn class_layers(&self, year: &str, diagnostics: &mut Diagnostics) -> Vec<Layer> {
        let named = !year.is_empty() && !year.contains(['/', '\\']) && !year.starts_with('.');
        let of_year = named.then(|| format!("{CLASSIFICATION}/{year}"));
        let folders = || of_year.iter().map(String::as_str).chain([CLASSIFICATION]);
        let roots = self.roots.iter().flat_map(|root| folders().map(move |folder| (root, folder)));
        let mut layers: Vec<Layer> = roots.filter_map(|(root, folder)| layer_of(root, folder, diagnostics)).collect();
        layers.extend(folders().filter_map(|folder| Layer::from_embedded(folder, &format!("layouts/{folder}/"))));
        layers
    }
}

/// The folder of lists of codes, below the roots.
const CLASSIFICATION: &str = "classification";

/// A folder below a root, if it is there.
fn layer_of(root: &Folder, folder: &str, diagnostics: &mut Diagnostics) -> Option<Layer> {
    let shown = format!("layouts/{folder}/");
    let layer = Layer::of(root, folder, &shown, false, diagnostics)?;
    // Nobody asked for the working folder's; whoever sent it may have put it there.
    if root.shown() == Path::new(IN_WORKING_FOLDER)
        && Layer::from_embedded(folder, &shown).is_some_and(|own| own.files != layer.files)
    {
        let message = format!("用的是当前文件夹的 {shown}，与程序自带的不同");
        let hint = "若不是您放的，请在别的文件夹里运行，或移走它；要用它，可写 --layouts";
        diagnostics.push(Diagnostic::new(Severity::Note, "E258", message).hint(hint));
    }
    Some(layer)
}

/// Where layout sets are found though nobody asked for them: below the working folder.
pub const IN_WORKING_FOLDER: &str = "layouts";

/// The layers of a set, lowest first.
#[derive(Clone, Default)]
pub struct SetFiles {
    /// Of the set that was asked for.
    pub id: String,
    /// From the set itself to the one it is based on at last.
    pub layers: Vec<Arc<Layer>>,
    /// Where its classification is found.
    pub layouts: Layouts,
    /// The year of the report it is for, and where that says so. It chooses the names of codes.
    pub year: Option<(i32, Place)>,
}

impl SetFiles {
    /// Finds a set and all it inherits; `own` (the department's `layout/`) is laid over them.
    /// `asked`: where the set is asked for.
    pub fn find(
        id: &str,
        asked: Option<Place>,
        layouts: &Layouts,
        own: Option<Layer>,
        diagnostics: &mut Diagnostics,
    ) -> Option<SetFiles> {
        let mut files = SetFiles { id: id.to_string(), layouts: layouts.clone(), ..SetFiles::default() };
        let mut wanted = Some((id.to_string(), asked));
        let mut seen = Vec::new();
        while let Some((name, place)) = wanted.take() {
            if seen.contains(&name) {
                diagnostics.push(at(Diagnostic::error("E211", format!("版式集“{name}”的 inherits 成了循环")), place));
                return None;
            }
            let Some(layer) = layouts.layer(&name, diagnostics) else {
                diagnostics.push(at(unknown_set(&name, layouts), place));
                return None;
            };
            wanted = layer.inherits.clone().map(|(base, place)| (base, Some(place)));
            seen.push(name);
            files.layers.insert(0, layer.layer.clone());
        }
        files.layers.extend(own.map(Arc::new));
        Some(files)
    }

    /// A TOML file with every layer's laid over those below.
    pub fn toml(&self, name: &str, diagnostics: &mut Diagnostics) -> Option<Node> {
        let mut merged: Option<Node> = None;
        for layer in &self.layers {
            let Some(text) = layer.files.get(name) else { continue };
            let node = toml_tree::parse(text, &layer.shown_name(name), diagnostics);
            merged = Some(match merged {
                Some(base) => toml_tree::overlay(base, node, diagnostics),
                None => node,
            });
        }
        merged
    }

    /// The topmost file of a name: its shown name, text, and whether it is the department's own.
    pub fn text(&self, name: &str) -> Option<(Arc<str>, &str, bool)> {
        let layer = self.layers.iter().rev().find(|l| l.files.contains_key(name))?;
        Some((layer.shown_name(name), &layer.files[name], layer.own))
    }

    /// Names of all files with an ending, sorted.
    pub fn names(&self, ending: &str) -> Vec<String> {
        let mut names: Vec<String> =
            self.layers.iter().flat_map(|l| l.files.keys()).filter(|n| n.ends_with(ending)).cloned().collect();
        names.sort();
        names.dedup();
        names
    }

    /// The year whose classification is used: that of `set.toml`, else the report's; and where it is asked for.
    pub fn classification_year(&self, set: &Node) -> Option<(String, Place)> {
        let fixed = set.get("classification").and_then(|node| Some((node.str()?.to_string(), node.place.clone())));
        fixed.or_else(|| self.year.as_ref().map(|(year, place)| (year.to_string(), place.clone())))
    }

    /// A list of a classification: the set's own file of that name, that of the year (`classification/2023/function.csv`),
    /// that of all years (`classification/function.csv`); those of folders before the program's.
    pub fn class_list(&self, year: &str, name: &str, diagnostics: &mut Diagnostics) -> Option<(Arc<str>, String)> {
        if let Some((shown, text, _)) = self.text(name) {
            return Some((shown, text.to_string()));
        }
        let layers = self.layouts.class_layers(year, diagnostics);
        let layer = layers.into_iter().find(|layer| layer.files.contains_key(name))?;
        Some((layer.shown_name(name), layer.files[name].clone()))
    }
}

impl SetFiles {
    /// The files of the set, of those it inherits and of its classification, by their paths below a layout root:
    /// `SET/set.toml`, `classification/function.csv`. The department's own layer is no part of it.
    /// `year`: of the classification, as [`super::LayoutSet::classification`] says it.
    pub fn by_path(&self, year: &str, diagnostics: &mut Diagnostics) -> BTreeMap<String, String> {
        let lists = self.layouts.class_layers(year, diagnostics);
        // What is found first stands last: it is what a path of two layers has.
        let layers = self.layers.iter().map(|layer| &**layer).filter(|layer| !layer.own).chain(lists.iter().rev());
        let files = layers.flat_map(|layer| layer.files.iter().map(move |(name, text)| (layer, name, text)));
        files
            .map(|(layer, name, text)| {
                let folder = layer.shown.strip_prefix("layouts/").unwrap_or(&layer.shown);
                (format!("{folder}{name}"), text.clone())
            })
            .collect()
    }
}

fn at(diagnostic: Diagnostic, place: Option<Place>) -> Diagnostic {
    match place {
        Some(place) => diagnostic.at(place),
        None => diagnostic,
    }
}

fn unknown_set(name: &str, layouts: &Layouts) -> Diagnostic {
    let sets = layouts.sets();
    let hint = match nearest(name, sets.iter().map(String::as_str)) {
        Some(near) => format!("您是否指“{near}”？"),
        None => format!("可用的版式集：{}", sets.join("、")),
    };
    Diagnostic::error("E210", format!("没有名为“{name}”的版式集")).hint(hint)
}

/// Ids of the sets embedded in the program.
pub fn embedded_sets() -> Vec<String> {
    let is_set = |dir: &&Dir<'_>| dir.get_file(dir.path().join("set.toml")).is_some();
    let name = |dir: &Dir<'_>| dir.path().file_name()?.to_str().map(str::to_string);
    EMBEDDED.dirs().filter(is_set).filter_map(name).collect()
}

/// Writes a set's own files into a folder, for adapting; existing files are never overwritten.
/// Returns the files written.
pub fn export(id: &str, folder: &Path) -> Result<Vec<PathBuf>, Diagnostic> {
    let layer = Layer::from_embedded(id, "").ok_or_else(|| unknown_set(id, &Layouts::default()))?;
    let target = folder.join(id);
    let failed = |path: &Path, error: std::io::Error| {
        let (why, _) = refusal(&error);
        Diagnostic::error("E502", format!("无法写入 {}：{why}", path.display()))
            .hint("换一个文件夹，或检查权限和磁盘空间")
    };
    std::fs::create_dir_all(&target).map_err(|e| failed(&target, e))?;
    let files: Vec<(PathBuf, &String)> = layer.files.iter().map(|(name, text)| (target.join(name), text)).collect();
    if let Some((path, _)) = files.iter().find(|(path, _)| path.exists()) {
        return Err(Diagnostic::error("E503", format!("文件已存在：{}", path.display())).hint("请导出到一个空文件夹"));
    }
    for (path, text) in &files {
        std::fs::write(path, text).map_err(|e| failed(path, e))?;
    }
    Ok(files.into_iter().map(|(path, _)| path).collect())
}
