//! A data folder becomes jobs: its report, its layout set with the department's own wording over it, its data.

use crate::compose::{DocumentDecl, Job, Pictures, Report, read_report, report_with_blanks};
use crate::data::printed::{read_printed, unconfirmed};
use crate::data::{Data, Value, folders_that_do_not_count, own_list, read_folder, report_endings};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity};
use crate::digest::sha256;
use crate::folder::Folder;
use crate::layout::{self, Layer, Layouts, SetFiles};
use crate::toml_tree;
use sha2::{Digest, Sha256};

/// A document to make from a folder.
pub struct Prepared {
    /// What `[[document]]` adds to the output's name.
    pub name: Option<String>,
    /// What composing takes.
    pub job: Job,
}

/// Reads a data folder. Every mistake found goes to `diagnostics`; a document that cannot be made is left out.
pub fn prepare(folder: &Folder, layouts: &Layouts, diagnostics: &mut Diagnostics) -> Vec<Prepared> {
    let Some(report) = report_and_records(folder, layouts, diagnostics) else { return Vec::new() };
    folders_that_do_not_count(folder, diagnostics);
    documents(&report).iter().filter_map(|document| prepared(folder, &report, document, layouts, diagnostics)).collect()
}

/// The documents of a folder, each taken when its turn comes.
pub struct InTurn {
    /// See [`data_id`].
    pub id: String,
    /// What the report says.
    pub report: Report,
    waiting: std::vec::IntoIter<Waiting>,
}

/// A document that was read.
enum Waiting {
    Ready(Box<Prepared>),
    /// To be read again: what it took was given back.
    Again(DocumentDecl),
}

/// So many documents of a folder are held from when they are read to when they are made; of more, each is read twice.
const HELD: usize = 8;

/// As [`prepare`], for what makes one document after another: of many, one is in memory. None: there is no report.
pub fn prepare_in_turn(folder: &Folder, layouts: &Layouts, diagnostics: &mut Diagnostics) -> Option<InTurn> {
    let report = report_and_records(folder, layouts, diagnostics)?;
    folders_that_do_not_count(folder, diagnostics);
    let documents = documents(&report);
    let hold = documents.len() <= HELD;
    let mut id = DataId::default();
    let mut waiting = Vec::new();
    for document in documents {
        let Some(prepared) = prepared(folder, &report, &document, layouts, diagnostics) else { continue };
        id.add(folder, &prepared);
        waiting.push(if hold { Waiting::Ready(Box::new(prepared)) } else { Waiting::Again(document) });
    }
    Some(InTurn { id: id.finish(), report, waiting: waiting.into_iter() })
}

impl InTurn {
    /// The next document; what is wrong with it was told when it was read first.
    pub fn next(&mut self, folder: &Folder, layouts: &Layouts) -> Option<Prepared> {
        self.waiting.find_map(|waiting| match waiting {
            Waiting::Ready(prepared) => Some(*prepared),
            Waiting::Again(document) => prepared(folder, &self.report, &document, layouts, &mut Diagnostics::default()),
        })
    }
}

/// What `[[document]]` declares; without any, the one document of all.
fn documents(report: &Report) -> Vec<DocumentDecl> {
    match report.documents.is_empty() {
        true => vec![DocumentDecl::default()],
        false => report.documents.clone(),
    }
}

fn prepared(
    folder: &Folder,
    report: &Report,
    document: &DocumentDecl,
    layouts: &Layouts,
    diagnostics: &mut Diagnostics,
) -> Option<Prepared> {
    let job = prepare_one(folder, report.narrowed(document), document, layouts, diagnostics)?;
    Some(Prepared { name: document.name.clone(), job })
}

/// A folder's data as a whole, whatever documents are made of it; none where its set or its report cannot be read.
pub fn prepare_whole(folder: &Folder, layouts: &Layouts, diagnostics: &mut Diagnostics) -> Option<Job> {
    let report = report_and_records(folder, layouts, diagnostics)?;
    let whole = DocumentDecl::default();
    prepare_one(folder, report.narrowed(&whole), &whole, layouts, diagnostics)
}

/// The documents of a folder whose report only leaves blank what it must say, as if it said something; what is found is
/// of the rest.
pub fn prepare_with_blanks(folder: &Folder, layouts: &Layouts, diagnostics: &mut Diagnostics) -> Vec<Prepared> {
    let report = folder.text("report.toml").ok().and_then(|text| report_with_blanks(&text, layouts.latest_year()));
    let Some(report) = report else { return Vec::new() };
    documents(&report).iter().filter_map(|document| prepared(folder, &report, document, layouts, diagnostics)).collect()
}

/// What `report.toml` says. E100: there is no such folder.
pub fn report(folder: &Folder, diagnostics: &mut Diagnostics) -> Option<Report> {
    if !folder.exists() {
        let message = format!("没有这个数据文件夹：{folder}");
        diagnostics
            .push(Diagnostic::error("E100", message).hint("检查路径；数据文件夹里应有 report.toml 和 ledger.csv"));
        return None;
    }
    match folder.text("report.toml") {
        Ok(text) => read_report(&text, diagnostics),
        Err(found) => {
            diagnostics.push(found);
            report_endings(folder, diagnostics);
            None
        }
    }
}

/// The same; of a report that is broken and yet names a set, what is wrong with the records is told too.
fn report_and_records(folder: &Folder, layouts: &Layouts, diagnostics: &mut Diagnostics) -> Option<Report> {
    let report = report(folder, diagnostics);
    if report.is_none() {
        let mut untold = Diagnostics::default();
        let set = folder.text("report.toml").ok().and_then(|text| {
            let text = toml_tree::parse(&text, &"report.toml".into(), &mut untold);
            Some(text.get("layout")?.str()?.to_owned())
        });
        let own = Layer::of(folder, "layout", "layout/", true, &mut untold);
        if let Some(files) = set.and_then(|set| SetFiles::find(&set, None, layouts, own, &mut untold)) {
            of_records(folder, &files, diagnostics);
        }
    }
    report
}

fn prepare_one(
    folder: &Folder,
    mut report: Report,
    document: &DocumentDecl,
    layouts: &Layouts,
    diagnostics: &mut Diagnostics,
) -> Option<Job> {
    let own = Layer::of(folder, "layout", "layout/", true, diagnostics);
    let prose = Layer::of(folder, "text", "text/", true, diagnostics).unwrap_or_default();
    let asked = document.place.clone().filter(|_| document.layout.is_some()).unwrap_or_else(|| report.place("layout"));
    let mut files = SetFiles::find(&report.layout, Some(asked), layouts, own, diagnostics)?;
    files.year = Some((report.year, report.place("year")));
    let before = diagnostics.count(Severity::Error);
    let Some(mut set) = layout::load(&files, &prose, diagnostics) else {
        of_records(folder, &files, diagnostics);
        return None;
    };
    let broken = diagnostics.count(Severity::Error) > before;
    report.complete(&set.report, diagnostics);
    // Printed tables are of the whole department.
    let printed = if report.scope.is_empty() { read_printed(folder, diagnostics) } else { Vec::new() };
    unconfirmed(folder, &printed, diagnostics);
    let mut found = Diagnostics::default();
    let mut data = read_folder(folder, &mut set.schema, &mut found);
    narrow(&mut data, &report, document, &mut found);
    let pictures = Pictures::of(folder, &set.sources, diagnostics);
    let job = Job { set, data, report, printed, pictures };
    let only_printed = job.only_printed();
    // Tables given as printed stand for files that are absent.
    found.retain(|d| !(only_printed && d.code == "E101"));
    diagnostics.extend(found);
    // Composing with a broken set would only repeat its mistakes as others.
    (!broken).then_some(job)
}

/// What is wrong with the record files of a folder whose report or set is broken, so that no mistake waits for another to
/// be mended. What only a whole set or a report can tell is left out.
fn of_records(folder: &Folder, files: &SetFiles, diagnostics: &mut Diagnostics) {
    let Some((mut schema, knows_codes)) = layout::schema_alone(files) else { return };
    let mut found = Diagnostics::default();
    read_folder(folder, &mut schema, &mut found);
    let has_tables = !folder.names("tables").is_empty();
    found.retain(|found| {
        let unsure = found.code == "E104" && !knows_codes || found.code == "E101" && has_tables;
        found.severity == Severity::Error && !unsure
    });
    diagnostics.extend(found);
}

/// Keeps only the records of a document's scope, in every dataset that has its fields.
fn narrow(data: &mut Data, report: &Report, document: &DocumentDecl, diagnostics: &mut Diagnostics) {
    for (field, value) in &report.scope {
        let mut used = false;
        for dataset in data.datasets.values_mut() {
            if let Some(index) = dataset.field(field) {
                used |= dataset.records.iter().any(|r| r.values[index].text() == value);
                dataset.records.retain(|r| r.values[index].text() == value);
            }
        }
        if !used {
            let place = document.place.clone().unwrap_or_else(|| Place::file("report.toml"));
            diagnostics.push(
                Diagnostic::error("E185", format!("scope 中“{field}”为“{value}”的记录一条也没有"))
                    .at(place)
                    .hint("检查字段名和值是否与数据一致"),
            );
        }
    }
}

/// What tells a folder's data from any other, on any machine: the first 32 hexadecimal digits of a SHA-256 over what
/// was read of it (report, records, the department's own words, layouts and lists, tables as printed), whatever files,
/// encodings and line ends it was read from. Acknowledgements and reasons for corrections print nothing and do not count.
pub fn data_id(folder: &Folder, prepared: &[Prepared]) -> String {
    let mut id = DataId::default();
    prepared.iter().for_each(|prepared| id.add(folder, prepared));
    id.finish()
}

/// A [`data_id`], document by document.
#[derive(Default)]
struct DataId(Sha256);

impl DataId {
    fn add(&mut self, folder: &Folder, Prepared { name, job }: &Prepared) {
        // Every text with its length: no two lists of texts are alike.
        let mut say = |text: &str| {
            self.0.update((text.len() as u64).to_le_bytes());
            self.0.update(text.as_bytes());
        };
        say("document");
        say(name.as_deref().unwrap_or_default());
        for (key, value) in job.report.values.iter().chain(&job.report.scope) {
            say(key);
            say(value);
        }
        for dataset in job.data.datasets.values() {
            say("records");
            say(&dataset.id);
            say(if dataset.given { "given" } else { "absent" });
            for value in dataset.records.iter().flat_map(|record| &record.values) {
                match value {
                    Value::Blank => say("-"),
                    Value::Text(text) => say(text),
                    Value::Number(number) => say(&number.normalize().to_string()),
                }
            }
        }
        for (name, text) in job.set.sources.iter().filter(|(name, _)| !name.starts_with("layouts/")) {
            say(name);
            say(text);
        }
        for class in job.set.schema.classes.values().filter(|class| !class.file.is_empty()) {
            say(&folder.text_if_there(&own_list(class)).ok().flatten().unwrap_or_default());
        }
        for (name, bytes) in job.pictures.all() {
            say(name);
            say(&sha256(bytes));
        }
        for table in &job.printed {
            say(&table.name);
            table.rows.iter().flat_map(|(_, cells)| cells).for_each(|cell| say(cell));
        }
    }

    fn finish(self) -> String {
        self.0.finalize()[..16].iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
