//! The requests of the pages in `screen/`, answered.

use super::desk::{Desk, Saved, Version};
use super::edit::Edit;
use super::fresh;
use super::shown;
use super::system::show_place;
use super::windows::{TICK, Windows};
use crate::bureau::{BUREAU, Bureau, Department, Looking, board};
use crate::cell_name::{is_workbook, sheet_of};
use crate::check::{acknowledge, fix};
use crate::data::grid::{codes, grid_of};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::digest::sha256;
use crate::folder::{Folder, is_read};
use crate::publish::{Publication, output_names, place_below};
use crate::serve::{Answers, Method, Request, Response, Stop, decoded};
use crate::tell;
use crate::tell::rules::{SetRule, set_rules};
use crate::workshop::Workshop;
use crate::write::Format;
use crate::write::svg::{Shown, family, web_font};
use include_dir::{Dir, include_dir};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

/// The pages themselves: nothing is built, everything lies within the program.
static SCREEN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/screen");

/// A page that is reloaded is gone for no longer.
const RELOADING: Duration = Duration::from_secs(4);

/// All departments that are open, and what pages need of the program.
pub struct Workspace {
    workshop: Workshop,
    /// Where departments are looked for: those that lie below, or a bureau's; none: those that were named are all.
    root: Mutex<Option<PathBuf>>,
    /// Below which each department's files are written.
    output: PathBuf,
    desks: Mutex<Vec<Arc<Slot>>>,
    /// The glyphs of all pages that were shown, and the fonts that have them.
    glyphs: Mutex<Shown>,
    fonts: Mutex<HashMap<String, Arc<Vec<u8>>>>,
    rules: OnceLock<Vec<SetRule>>,
    /// The windows it is shown in; what ends the program when the last is gone.
    windows: Mutex<Windows>,
    ends: Option<Stop>,
}

/// A department's place; it is opened when it is first looked at.
struct Slot {
    path: PathBuf,
    desk: Mutex<Option<Desk>>,
}

/// A lock whose holder failed holds what it held.
fn locked<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Why there is no answer as asked.
struct Refused(u16, Value);

impl From<Diagnostic> for Refused {
    fn from(found: Diagnostic) -> Refused {
        Refused(
            409,
            json!({ "message": found.message, "hint": found.hint, "code": found.code, "said": found.to_string() }),
        )
    }
}

fn unknown() -> Refused {
    Refused(404, json!({ "message": "没有这个地址" }))
}

type Answer = Result<Response, Refused>;

impl Workspace {
    /// The departments of these folders; without any, those below `root`, and those below one that is none itself. Files
    /// are written below `output`. `ends`: what to end when the last page is closed, if it shall end then.
    pub fn new(workshop: Workshop, folders: &[PathBuf], root: &Path, output: &Path, ends: Option<Stop>) -> Workspace {
        let slot = |path: &PathBuf| Arc::new(Slot { path: path.clone(), desk: Mutex::new(None) });
        let (root, folders) = match folders {
            [] => (Some(root), folders),
            [one] if is_of_several(one) => (Some(one.as_path()), &folders[..0]),
            _ => (None, folders),
        };
        Workspace {
            workshop,
            root: Mutex::new(root.map(Path::to_path_buf)),
            output: output.to_path_buf(),
            desks: Mutex::new(folders.iter().map(slot).collect()),
            glyphs: Mutex::default(),
            fonts: Mutex::default(),
            rules: OnceLock::new(),
            windows: Mutex::default(),
            ends,
        }
    }

    /// Ends what is to be ended when the last window has gone without a word, too.
    pub fn ends_with_its_windows(self: &Arc<Self>) {
        let Some(stop) = self.ends.clone() else { return };
        let here = Arc::downgrade(self);
        std::thread::spawn(move || {
            loop {
                std::thread::sleep(TICK);
                let Some(here) = here.upgrade() else { return };
                if locked(&here.windows).tick() {
                    return stop.stop();
                }
            }
        });
    }

    fn rules(&self) -> &[SetRule] {
        self.rules.get_or_init(|| set_rules(&self.workshop.layouts))
    }

    fn slot(&self, request: &Request) -> Result<(usize, Arc<Slot>), Refused> {
        let id: usize = request.asked("d").parse().map_err(|_| unknown())?;
        let slot = locked(&self.desks).get(id).cloned().ok_or_else(unknown)?;
        Ok((id, slot))
    }

    /// Does something with a department, which is opened if it is not yet.
    fn with<T>(
        &self,
        request: &Request,
        work: impl FnOnce(&mut Desk, usize) -> Result<T, Refused>,
    ) -> Result<T, Refused> {
        let (id, slot) = self.slot(request)?;
        let mut desk = locked(&slot.desk);
        let desk = desk.get_or_insert_with(|| Desk::open(&slot.path, &self.workshop));
        work(desk, id)
    }

    /// The state of a department after something was done with it.
    fn state(&self, desk: &Desk, id: usize) -> Value {
        let mut value = shown::desk(desk, id, self.rules());
        value["fonts"] = self.fonts_of(desk.shown());
        value["output"] = json!(self.output.join(self.output_name(desk)).display().to_string());
        value
    }

    /// The fonts that a version's pages need: a family, and the name of the font that has the glyphs shown so far.
    fn fonts_of(&self, version: &Version) -> Value {
        let fonts = &self.workshop.fonts;
        let mut glyphs = locked(&self.glyphs);
        for made in &version.made {
            glyphs.add(made.pages(fonts), fonts);
        }
        let font = |(face, shown): (&crate::fonts::FaceId, &BTreeMap<u16, BTreeSet<char>>)| json!({ "family": family(*face), "face": face.0, "name": name_of(shown) });
        glyphs.faces.iter().map(font).collect()
    }

    fn font(&self, request: &Request) -> Answer {
        let face: u16 = request.asked("face").parse().map_err(|_| unknown())?;
        let glyphs = locked(&self.glyphs).clone();
        let (id, shown) = glyphs.faces.iter().find(|(id, _)| id.0 == face).ok_or_else(unknown)?;
        let name = name_of(shown);
        let known = locked(&self.fonts).get(&name).cloned();
        let bytes = match known {
            Some(bytes) => bytes,
            None => {
                let face = self.workshop.fonts.face(*id);
                let make = || web_font(face, shown);
                let bytes = match &self.workshop.fonts.kept {
                    Some(kept) => kept.or_make(face.key("web font").with(name.as_bytes()), make)?,
                    None => make()?,
                };
                let bytes = Arc::new(bytes);
                let mut fonts = locked(&self.fonts);
                // Of each face the last is asked for.
                if fonts.len() > 64 {
                    fonts.clear();
                }
                fonts.insert(name, bytes.clone());
                bytes
            }
        };
        Ok(Response::of("font/otf", bytes.to_vec()))
    }

    /// The departments there are: those of the root, and those that were opened from elsewhere. What is wrong with the list
    /// goes to `found`.
    fn bureau(&self, found: &mut Diagnostics) -> Bureau {
        let root = locked(&self.root).clone();
        let mut bureau = match root.as_deref().filter(|root| !is_department(root)) {
            Some(root) => Bureau::open(root, found).unwrap_or_else(|| Bureau::of(root)),
            None => Bureau::of(Path::new(".")),
        };
        let alone = root.filter(|root| is_department(root));
        let mut desks = locked(&self.desks);
        let mut known: BTreeSet<PathBuf> = desks.iter().map(|slot| whole(&slot.path)).collect();
        for path in bureau.departments.iter().map(|one| bureau.path_of(one)).chain(alone) {
            if path.exists() && known.insert(whole(&path)) {
                desks.push(Arc::new(Slot { path, desk: Mutex::new(None) }));
            }
        }
        let listed: BTreeSet<PathBuf> = bureau.departments.iter().map(|one| whole(&bureau.path_of(one))).collect();
        let elsewhere = desks.iter().map(|slot| whole(&slot.path)).filter(|path| !listed.contains(path));
        let department = |path: PathBuf| Department { folder: path.display().to_string(), ..Department::default() };
        bureau.departments.extend(elsewhere.map(department));
        bureau
    }

    fn departments(&self) -> Answer {
        self.bureau(&mut Diagnostics::default());
        let root = locked(&self.root).clone();
        let place = root
            .as_deref()
            .map_or(Path::new("."), |root| if is_department(root) { root.parent().unwrap_or(root) } else { root });
        let place = std::path::absolute(place).unwrap_or_else(|_| place.to_path_buf());
        let desks = locked(&self.desks);
        let all: Vec<Value> = desks.iter().enumerate().map(|(id, slot)| shown::summary(&slot.path, id)).collect();
        Ok(Response::json(&json!({ "departments": all, "root": place.display().to_string() })))
    }

    /// Where every department stands, as `status` tells it.
    fn board(&self) -> Answer {
        let mut found = Diagnostics::default();
        let bureau = self.bureau(&mut found);
        let mut board = board(&bureau, &self.workshop, &Looking::default(), || ());
        board.found.extend(found);
        let mut value = tell::board::as_json(&board);
        let ids: BTreeMap<PathBuf, usize> =
            locked(&self.desks).iter().enumerate().map(|(id, slot)| (whole(&slot.path), id)).collect();
        for (line, department) in board.lines.iter().zip(value["departments"].as_array_mut().into_iter().flatten()) {
            department["id"] = json!(ids.get(&whole(&bureau.path_of(&line.department))));
            department["off"] = json!(line.control());
            department.as_object_mut().map(|of| of.remove("looked"));
        }
        value["summary"] = json!(tell::board::summary(&board));
        value["listed"] = json!(bureau.listed);
        Ok(Response::json(&value))
    }

    /// A department that is new.
    fn begin(&self, request: &Request) -> Answer {
        let asked: fresh::Asked = given(request)?;
        let like = match asked.like {
            Some(id) => Some(locked(&self.desks).get(id).ok_or_else(unknown)?.path.clone()),
            None => None,
        };
        let mut found = Diagnostics::default();
        match fresh::made(&asked, like, &self.workshop.layouts, &mut found) {
            Some(path) => Ok(Response::json(&json!({ "id": self.opened(path) }))),
            None => Err(refused(&found)),
        }
    }

    /// The number of a department's place, which is open from now on.
    fn opened(&self, path: PathBuf) -> usize {
        let sought = whole(&path);
        let mut desks = locked(&self.desks);
        let known = desks.iter().position(|slot| whole(&slot.path) == sought);
        known.unwrap_or_else(|| {
            desks.push(Arc::new(Slot { path, desk: Mutex::new(None) }));
            desks.len() - 1
        })
    }

    /// Shows one of the department's own places with the system's program: its folder, that of its files, a record file.
    fn show(&self, desk: &Desk, request: &Request) -> Answer {
        #[derive(Deserialize)]
        struct Asked {
            what: String,
        }
        let asked: Asked = given(request)?;
        let place = match asked.what.as_str() {
            "data" if desk.path.is_dir() => desk.path.clone(),
            "output" => self.output.join(self.output_name(desk)),
            "data" => desk.path.parent().map(Path::to_path_buf).unwrap_or_default(),
            _ if desk.path.is_file() => desk.path.clone(),
            file => {
                let grid = grid_of(&desk.saved().folder, desk.schema(), file)?;
                desk.path.join(sheet_of(&grid.file).map_or(&*grid.file, |(workbook, _)| workbook))
            }
        };
        let place = std::path::absolute(&place).unwrap_or(place);
        if !place.exists() {
            let message = format!("还没有 {}", place.display());
            return Err(Refused(409, json!({ "message": message, "hint": "先按“公开…”生成文件" })));
        }
        let why = match show_place(&place) {
            Some(true) => return Ok(Response::json(&json!({ "shown": place.display().to_string() }))),
            Some(false) => "没有能打开它的程序",
            None => "这种文件打开就会运行，不打开",
        };
        Err(Refused(409, json!({ "message": format!("{why}：{}", place.display()) })))
    }

    /// The name of a department's folder below that of all output.
    fn output_name(&self, desk: &Desk) -> String {
        output_names(std::slice::from_ref(&desk.path)).map(|names| names.concat()).unwrap_or_default()
    }

    /// A folder by the path that the user gives.
    fn open(&self, request: &Request) -> Answer {
        #[derive(Deserialize)]
        struct Asked {
            path: String,
        }
        let asked: Asked = given(request)?;
        let path = typed_path(&asked.path);
        let whole = path.canonicalize().ok();
        if let Some(several) = whole.as_ref().filter(|path| is_of_several(path)) {
            *locked(&self.root) = Some(several.clone());
            return Ok(Response::json(&json!({ "id": null })));
        }
        let whole = whole.filter(|path| {
            is_department(path) || path.is_file() && is_workbook(&path.to_string_lossy()) || has_workbook(path)
        });
        let Some(whole) = whole else {
            let message = format!("这里没有部门的数据：{}", path.display());
            let hint = "部门的文件夹里有 report.toml；也可以是一个工作簿（.xlsx），或财政部门的文件夹";
            return Err(Refused(409, json!({ "message": message, "hint": hint })));
        };
        Ok(Response::json(&json!({ "id": self.opened(whole) })))
    }

    /// A page says that it is there; with a department, whether its files were changed by someone else.
    fn pulse(&self, request: &Request) -> Answer {
        locked(&self.windows).speaks(request.asked("w"), !request.asked("h").is_empty());
        if request.asked("d").is_empty() {
            return Ok(Response::json(&json!({})));
        }
        let (_, slot) = self.slot(request)?;
        // While it is composed nothing is looked up: the page asks again.
        let Ok(mut desk) = slot.desk.try_lock() else { return Ok(Response::json(&json!({}))) };
        let Some(desk) = desk.as_mut() else { return Ok(Response::json(&json!({}))) };
        desk.look_again();
        let now = desk.now().number;
        Ok(Response::json(&json!({ "version": now, "conflicts": desk.conflicts().len() })))
    }

    /// A page is closed. After the last one the program ends, unless it was only loaded again.
    fn bye(self: &Arc<Self>, request: &Request) -> Answer {
        locked(&self.windows).closes(request.asked("w"));
        if let Some(stop) = self.ends.clone() {
            let here = Arc::downgrade(self);
            std::thread::spawn(move || {
                std::thread::sleep(RELOADING);
                if here.upgrade().is_some_and(|here| locked(&here.windows).is_empty()) {
                    stop.stop();
                }
            });
        }
        Ok(Response::json(&json!({})))
    }

    /// The version that is asked for: as it is shown, as it is saved, or an edition by its id.
    fn version(&self, desk: &mut Desk, name: &str) -> Result<Arc<Version>, Refused> {
        match name {
            "" | "now" => Ok(desk.shown().clone()),
            "saved" => Ok(desk.saved().clone()),
            id => {
                let version = desk.edition(id).map_err(|found| refused(&found))?;
                // Its glyphs are asked for next.
                self.fonts_of(&version);
                Ok(version)
            }
        }
    }

    /// What differs between two versions, with the pages of both and the reasons that are given.
    fn compared(&self, desk: &mut Desk, request: &Request) -> Answer {
        let (old, new) = (self.version(desk, request.asked("old"))?, self.version(desk, request.asked("new"))?);
        let mut value = shown::compared(&old, &new, desk, request.asked("old"));
        value["fonts"] = self.fonts_of(&new);
        Ok(Response::json(&value))
    }

    fn publish(&self, desk: &mut Desk, id: usize, request: &Request) -> Answer {
        #[derive(Deserialize)]
        struct Asked {
            what: String,
            #[serde(default)]
            since: Option<String>,
            #[serde(default)]
            date: Option<String>,
            #[serde(default)]
            marked: bool,
            #[serde(default)]
            html: bool,
            #[serde(default)]
            reasons: BTreeMap<String, String>,
        }
        let asked: Asked = given(request)?;
        let mut formats = Format::ALL.to_vec();
        formats.extend(asked.html.then_some(Format::Html));
        let date = asked.date.filter(|date| !date.trim().is_empty());
        let plain = Publication { formats, ..Publication::default() };
        let publication = match asked.what.as_str() {
            "files" => plain,
            "draft" => Publication { draft: true, ..plain },
            "edition" => Publication { edition: true, date, ..plain },
            "correction" => Publication { edition: true, since: asked.since.clone(), date, ..plain },
            _ => return Err(unknown()),
        };
        let name = self.output_name(desk);
        let mut found = Diagnostics::default();
        let mut written = Vec::new();
        if let Some(target) = place_below(&self.output, &name, &name, &mut found) {
            // The marked one first: against the edition that there is before this one is recorded.
            if asked.marked && asked.what == "correction" {
                let formats = Format::ALL.to_vec();
                let since = asked.since.clone();
                let marked = Publication { formats, marked: true, since, ..Publication::default() };
                written.extend(desk.publish(&target, &marked, &asked.reasons, &mut Diagnostics::default()));
            }
            written.extend(desk.publish(&target, &publication, &asked.reasons, &mut found));
        }
        let mut state = self.state(desk, id);
        let told = found.sorted();
        let told = told.iter().filter(|found| found.severity == Severity::Error || found.code.starts_with("E"));
        let told: Vec<Value> = told.map(|found| shown::finding(0, found, desk.shown(), desk.schema())).collect();
        let paths: Vec<String> = written.iter().map(|path| path.display().to_string()).collect();
        state["published"] = json!({ "written": paths, "found": told, "done": !found.has_errors() });
        Ok(Response::json(&state))
    }

    fn get(&self, request: &Request) -> Answer {
        let number = |key: &str| request.asked(key).parse::<usize>().map_err(|_| unknown());
        match request.path.as_str() {
            "/api/departments" => self.departments(),
            "/api/board" => self.board(),
            "/api/sets" => Ok(Response::json(&fresh::sets(&self.workshop.layouts))),
            "/api/desk" => self.with(request, |desk, id| Ok(Response::json(&self.state(desk, id)))),
            "/api/font" => self.font(request),
            "/api/page" => {
                let (document, page) = (number("doc")?, number("n")?);
                self.with(request, |desk, _| {
                    let version = self.version(desk, request.asked("of"))?;
                    let found = shown::page(&version, desk, document, page).ok_or_else(unknown)?;
                    Ok(Response::json(&found))
                })
            }
            "/api/why" => {
                let document = number("doc")?;
                self.with(request, |desk, _| {
                    let version = self.version(desk, request.asked("of"))?;
                    let found =
                        shown::why(&version, document, request.asked("a"), desk.schema()).ok_or_else(unknown)?;
                    Ok(Response::json(&found))
                })
            }
            "/api/find" => {
                self.with(request, |desk, _| Ok(Response::json(&shown::find(desk.shown(), request.asked("q")))))
            }
            "/api/figures" => {
                self.with(request, |desk, _| Ok(Response::json(&shown::figures(desk, request.asked("q")))))
            }
            "/api/grid" => self.with(request, |desk, _| Ok(Response::json(&shown::grid(desk, request.asked("file"))?))),
            "/api/codes" => self.with(request, |desk, _| {
                let class = desk.schema().classes.get(request.asked("class")).ok_or_else(unknown)?;
                Ok(Response::json(&json!({ "codes": codes(class, request.asked("q"), 60) })))
            }),
            "/api/text" => self.with(request, |desk, _| {
                let name = text_file(desk, request.asked("file"))?;
                Ok(Response::json(&shown::text(desk, name)?))
            }),
            "/api/pulse" => self.pulse(request),
            "/api/compared" => self.with(request, |desk, _| self.compared(desk, request)),
            "/api/fixes" => self.with(request, |desk, _| Ok(Response::json(&fixes(desk)))),
            _ => Err(unknown()),
        }
    }

    fn post(self: &Arc<Self>, request: &Request) -> Answer {
        match request.path.as_str() {
            "/api/open" => return self.open(request),
            "/api/new" => return self.begin(request),
            "/api/bye" => return self.bye(request),
            _ => {}
        }
        self.with(request, |desk, id| {
            match request.path.as_str() {
                "/api/publish" => return self.publish(desk, id, request),
                "/api/show" => return self.show(desk, request),
                "/api/edit" => desk.edit(checked(desk, given(request)?)?)?,
                "/api/undo" => desk.undo(),
                "/api/redo" => desk.redo(),
                "/api/discard" => desk.discard(),
                "/api/take-back" => {
                    #[derive(Deserialize)]
                    struct Asked {
                        number: usize,
                    }
                    desk.take_back(given::<Asked>(request)?.number);
                }
                "/api/settle" => {
                    #[derive(Deserialize)]
                    struct Asked {
                        mine: bool,
                    }
                    desk.settle(given::<Asked>(request)?.mine);
                }
                "/api/fix" => mend(desk, request)?,
                "/api/acknowledge" => accept(desk, request)?,
                "/api/save" => match desk.save() {
                    Saved::Written(files) => {
                        let mut state = self.state(desk, id);
                        let names: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
                        state["written"] = json!(names);
                        return Ok(Response::json(&state));
                    }
                    Saved::Conflicts(_) => {}
                    Saved::Refused(found) => return Err(refused(&found)),
                },
                _ => return Err(unknown()),
            }
            Ok(Response::json(&self.state(desk, id)))
        })
    }
}

/// What was found, as why nothing was done.
fn refused(found: &Diagnostics) -> Refused {
    match found.sorted().first() {
        Some(first) => Refused::from((*first).clone()),
        None => Refused(409, json!({ "message": "没有做成" })),
    }
}

/// Takes findings' certain fixes into the unsaved edits, by the numbers of the findings.
fn mend(desk: &mut Desk, request: &Request) -> Result<(), Refused> {
    #[derive(Deserialize)]
    struct Asked {
        version: u64,
        findings: Vec<usize>,
    }
    let asked: Asked = given(request)?;
    let now = desk.now().clone();
    if now.number != asked.version {
        return Err(Refused(409, json!({ "message": "问题已经变了，请再看一遍" })));
    }
    let mut chosen = Diagnostics::default();
    let all = now.found.sorted();
    asked.findings.iter().filter_map(|&n| all.get(n)).for_each(|found| chosen.push((*found).clone()));
    let patched = fix::patched(&now.folder, &fix::patches(&now.folder, &chosen));
    let mut done = 0;
    for (name, _, after) in patched.edits() {
        let is_new = after.is_some_and(|after| now.folder.bytes(name).ok().flatten().as_ref() != Some(after));
        if !is_new || is_workbook(name) {
            continue;
        }
        let text = patched.text(name)?;
        desk.edit(Edit::Text { file: name.to_string(), was: None, text })?;
        done += 1;
    }
    if done == 0 {
        return Err(Refused(409, json!({ "message": "这里没有能自动改的", "hint": "请到原文里改" })));
    }
    Ok(())
}

/// The findings that have a certain fix, with what each line is and becomes.
fn fixes(desk: &Desk) -> Value {
    let now = desk.now();
    let mut all: Vec<Value> = Vec::new();
    for (n, found) in now.found.sorted().into_iter().enumerate() {
        if found.fix.is_none() || found.acknowledged.is_some() {
            continue;
        }
        let mut one = Diagnostics::default();
        one.push(found.clone());
        if fix::patches(&now.folder, &one).is_empty() {
            continue;
        }
        all.push(json!({ "n": n }));
    }
    json!({ "version": now.number, "fixes": all })
}

/// Accepts a finding, with a reason, in report.toml.
fn accept(desk: &mut Desk, request: &Request) -> Result<(), Refused> {
    #[derive(Deserialize)]
    struct Asked {
        version: u64,
        finding: usize,
        reason: String,
    }
    let asked: Asked = given(request)?;
    let now = desk.now().clone();
    let all = now.found.sorted();
    let found = all.get(asked.finding).filter(|_| now.number == asked.version);
    let Some(found) = found else {
        return Err(Refused(409, json!({ "message": "问题已经变了，请再看一遍" })));
    };
    if asked.reason.trim().is_empty() {
        return Err(Refused(409, json!({ "message": "请写明理由" })));
    }
    let entry = acknowledge::entry(found, asked.reason.trim());
    let Some(entry) = entry else {
        return Err(Refused(409, json!({ "message": "这一处是错误，不能确认，只能改" })));
    };
    let text = now.folder.text("report.toml")?;
    let text = format!("{}\n\n{entry}", text.trim_end());
    desk.edit(Edit::Text { file: "report.toml".to_string(), was: None, text })?;
    Ok(())
}

/// An edit that a page sends is of record files of the schema and of the department's own texts: no other file is made or
/// changed from a screen.
fn checked(desk: &Desk, edit: Edit) -> Result<Edit, Refused> {
    match &edit {
        Edit::Cells { cells, .. } if cells.is_empty() => Err(unknown()),
        Edit::Text { file, .. } => text_file(desk, file).map(|_| edit.clone()),
        Edit::Cells { .. } | Edit::Insert { .. } | Edit::Delete { .. } => Ok(edit),
    }
}

/// A text file of the department that a screen may show and change.
fn text_file<'n>(desk: &Desk, name: &'n str) -> Result<&'n str, Refused> {
    let is_own = matches!(name, "report.toml" | "corrections.toml") || name.starts_with("text/") && is_read(name);
    let is_plain = !name.contains("..") && !name.contains('\\') && !name.contains(':');
    let is_known = desk.now().folder.is_file(name) || name == "corrections.toml";
    if is_own && is_plain && is_known { Ok(name) } else { Err(unknown()) }
}

/// The content of a request.
fn given<T: for<'d> Deserialize<'d>>(request: &Request) -> Result<T, Refused> {
    serde_json::from_slice(&request.body).map_err(|_| Refused(400, json!({ "message": "请求的内容读不懂" })))
}

/// A name for a set of glyphs.
fn name_of(shown: &BTreeMap<u16, BTreeSet<char>>) -> String {
    let mut bytes = Vec::new();
    for (glyph, characters) in shown {
        bytes.extend(glyph.to_be_bytes());
        characters.iter().for_each(|c| bytes.extend((*c as u32).to_be_bytes()));
        bytes.push(0);
    }
    sha256(&bytes)[..16].to_string()
}

fn has_workbook(folder: &Path) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().into_string().ok()).any(|name| is_workbook(&name))
}

/// A path by which two that lead to one place are the same.
fn whole(path: &Path) -> PathBuf {
    path.canonicalize().or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_path_buf())
}

fn is_department(folder: &Path) -> bool {
    Folder::at(folder).is_file("report.toml")
}

/// A folder that is no department and has some below it, or says that it is a bureau's.
fn is_of_several(folder: &Path) -> bool {
    folder.is_dir()
        && !is_department(folder)
        && (folder.join(BUREAU).is_file() || Bureau::open(folder, &mut Diagnostics::default()).is_some())
}

/// A path as people paste it: in quotation marks, as an address.
pub(super) fn typed_path(typed: &str) -> PathBuf {
    let plain = typed.trim().trim_matches(['"', '\'', '“', '”']);
    let Some(address) = plain.strip_prefix("file://") else { return PathBuf::from(plain) };
    let path = decoded(address).unwrap_or_else(|| address.to_string());
    // file:///D:/预算
    let of_drive = path.strip_prefix('/').filter(|rest| rest.as_bytes().get(1) == Some(&b':'));
    PathBuf::from(of_drive.unwrap_or(&path))
}

impl Answers for Arc<Workspace> {
    fn answer(&self, request: &Request) -> Response {
        let answer = match (request.method, request.path.starts_with("/api/")) {
            (Method::Get, true) => self.get(request),
            (Method::Post, true) => self.post(request),
            (Method::Get, false) => asset(&request.path),
            (Method::Post, false) => Err(unknown()),
        };
        answer.unwrap_or_else(|Refused(status, value)| Response { status, ..Response::json(&value) })
    }
}

/// A file of the pages.
fn asset(path: &str) -> Answer {
    let name = if path == "/" { "index.html" } else { &path[1..] };
    let file = SCREEN.get_file(name).ok_or_else(unknown)?;
    let kind = match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => return Err(unknown()),
    };
    Ok(Response::of(kind, file.contents()))
}
