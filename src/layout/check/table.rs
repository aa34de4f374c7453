//! A table's declarations: what its columns and rows read, and the keys they name.

use super::Check;
use crate::data::filter::Filter;
use crate::data::{FieldDecl, FileDecl, Kind, filter};
use crate::diagnostic::Place;
use crate::layout::{ColumnDecl, Each, ListEntry, NamedEntry, Parts, RowDecl, TableLayout, Values};

impl<'a> Check<'a> {
    pub(super) fn table(&mut self, table: &TableLayout) {
        self.page(table.page.as_deref(), &table.place);
        let styles: Vec<&str> = self.set.style.table.keys().map(String::as_str).collect();
        self.known("E235", "表格样式（style.toml 的 [table]）", &table.style, &styles, &table.place);
        let Some(file) = self.file(&table.from, &table.place) else { return };
        if let Some(measure) = &table.measure {
            self.amount_field(file, measure, &table.place);
        }
        self.filter(&table.filter, file);
        let mut keys: Vec<(&str, &Place)> = Vec::new();
        for side in &table.sides {
            self.fixed_keys(&side.rows, &mut keys);
            self.fixed_keys(&side.foot, &mut keys);
            let columns = if table.two_sided { &side.columns } else { &table.columns };
            self.columns(table, file, columns);
            let row_keys: Vec<&str> = side.rows.iter().chain(&side.foot).filter_map(|r| r.key.as_deref()).collect();
            let column_keys: Vec<&str> = columns.iter().filter_map(|c| c.key.as_deref()).collect();
            for row in side.rows.iter().chain(&side.foot) {
                self.row(table, file, row, &row_keys, &column_keys, columns);
            }
        }
        self.doubled(&keys, "行");
        if table.two_sided {
            for column in table.columns.iter().filter(|c| c.key.is_some()) {
                self.error("E236", "两侧的表，侧前的列不能有数字".into(), &column.place, "把它移进 [[side]]".into());
            }
        }
        self.overrides(table);
    }

    /// Keys of fixed rows, those under fixed rows too; below an `each` they are told apart by its item, and only
    /// need differ from one another.
    fn fixed_keys<'r>(&mut self, rows: &'r [RowDecl], keys: &mut Vec<(&'r str, &'r Place)>) {
        for row in rows {
            keys.extend(row.key.as_deref().filter(|_| row.when.is_none()).map(|k| (k, &row.place)));
            if row.each.is_none() {
                self.fixed_keys(&row.rows, keys);
            } else {
                let mut below = Vec::new();
                self.fixed_keys(&row.rows, &mut below);
                self.doubled(&below, "行");
            }
        }
    }

    fn overrides(&mut self, table: &TableLayout) {
        let rows = table.sides.iter().flat_map(|s| s.rows.iter().chain(&s.foot));
        let has_each = table.sides.iter().flat_map(|s| &s.rows).any(|r| r.each.is_some());
        let row_keys: Vec<&str> = rows.filter_map(|r| r.key.as_deref()).collect();
        for (key, template) in &table.labels {
            if !has_each && template.place.file.ends_with(&format!("/{}.toml", table.file)) {
                self.known("E237", "行", key, &row_keys, &template.place);
            }
        }
        let columns = table.columns.iter().chain(table.sides.iter().flat_map(|s| &s.columns));
        let column_keys: Vec<&str> = columns.filter_map(|c| c.key.as_deref()).collect();
        for (key, heads) in &table.heads {
            let own = |place: &Place| place.file.ends_with(&format!("/{}.toml", table.file));
            // What a table that this one is like says of a column that this one has not is that one's.
            let first = heads.first().filter(|first| !key.contains('.') && own(&first.place));
            if let Some(first) = first {
                self.known("E237", "列", key, &column_keys, &first.place);
            }
        }
    }

    fn amount_field(&mut self, file: &FileDecl, name: &str, place: &Place) {
        let fields: Vec<&str> = file.fields.iter().filter(|f| is_number(&f.kind)).map(|f| f.id.as_str()).collect();
        self.known("E241", "金额或数字字段", name, &fields, place);
    }

    fn field(&mut self, file: &FileDecl, name: &str, place: &Place) {
        let fields: Vec<&str> = file.fields.iter().map(|f| f.id.as_str()).collect();
        self.known("E242", &format!("字段（{}）", file.path), name, &fields, place);
    }

    /// The dataset an entry reads: its own `from`, else the table's.
    fn reads(&mut self, own: Option<&str>, table: &'a FileDecl, place: &Place) -> Option<&'a FileDecl> {
        match own {
            Some(id) => self.file(id, place),
            None => Some(table),
        }
    }

    /// Fields a join names: there in the other file, here in a file whose fields rows may have.
    fn join(&mut self, join: &[(String, String)], there: &FileDecl, table: &TableLayout, place: &Place) {
        let here = self.row_fields(table);
        for (field, own) in join {
            self.field(there, field, place);
            self.known("E242", "字段（join 等号右边，这一行的字段）", own, &here, place);
        }
    }

    /// Fields that rows of a table may have: of its file, and of those its rows read.
    fn row_fields(&self, table: &TableLayout) -> Vec<&'a str> {
        let set = self.set;
        let mut ids = vec![table.from.as_str()];
        ids.extend(table.sides.iter().flat_map(|s| other_files(&s.rows)));
        let files = ids.into_iter().filter_map(|id| set.schema.files.get(id));
        files.flat_map(|f| &f.fields).map(|f| f.id.as_str()).collect()
    }

    fn columns(&mut self, table: &TableLayout, file: &'a FileDecl, columns: &[ColumnDecl]) {
        let keys: Vec<&str> = columns.iter().filter_map(|c| c.key.as_deref()).collect();
        for column in columns {
            let Some(reads) = self.reads(column.from.as_deref(), file, &column.place) else { continue };
            self.filter(&column.filter, reads);
            if let Some(join) = &column.join {
                self.join(join, reads, table, &column.place);
            } else if reads.id != file.id && !like(reads, file) {
                let hint = "写明 join = { 那边的字段 = \"这边的字段\" }".to_string();
                self.error("E243", format!("从 {} 取数，却没有 join", reads.path), &column.place, hint);
            }
            if let Some(of) = &column.of {
                let mut known: Vec<&str> =
                    reads.fields.iter().filter(|f| is_number(&f.kind)).map(|f| f.id.as_str()).collect();
                known.extend(keys.iter().filter(|k| column.key.as_deref() != Some(k)));
                self.known("E241", "金额、数字字段或列（of）", of, &known, &column.place);
            }
            if let Some(when) = &column.when {
                self.when(when);
            }
            self.named_parts(&column.parts, &keys, "列", &column.place);
            let axis = Axis::of_column(column);
            let entries = self.each(table, &axis, reads);
            self.measure(table, column, reads, &entries);
            if let Some(field) = &column.field {
                self.column_field(table, field, &column.place);
            }
        }
        // Two forms of a table are columns of one key with opposite `when`.
        let always: Vec<(&str, &Place)> =
            columns.iter().filter(|c| c.when.is_none()).filter_map(|c| Some((c.key.as_deref()?, &c.place))).collect();
        self.doubled(&always, "列");
    }

    fn measure(&mut self, table: &TableLayout, column: &ColumnDecl, reads: &FileDecl, entries: &[&NamedEntry]) {
        let sums = (column.key.is_some() || column.each.is_some()) && column.calc.is_none();
        let named = column.of.as_ref().is_some_and(|of| reads.field(of).is_some())
            || (reads.id == table.from && table.measure.is_some())
            || (!entries.is_empty() && entries.iter().all(|e| e.of.is_some()));
        let amounts = reads.fields.iter().filter(|f| f.kind == Kind::Amount).count();
        if sums && !named && amounts != 1 {
            let message = format!("{} 有 {amounts} 个金额字段，不知道汇总哪一个", reads.path);
            self.error("E244", message, &column.place, "在表中写 measure，或在列、清单的各项中写 of".into());
        }
    }

    fn column_field(&mut self, table: &TableLayout, field: &str, place: &Place) {
        if let Some(level) = field.strip_prefix("code.") {
            let classes = &self.set.schema.classes;
            let levels: Vec<&str> = classes.values().flat_map(|c| &c.levels).map(String::as_str).collect();
            self.known("E245", "级次", level, &levels, place);
            return;
        }
        let mut known = vec!["seq", "no", "label", "code", "name"];
        known.extend(self.row_fields(table));
        self.known("E242", "字段", field, &known, place);
    }

    fn named_parts(&mut self, parts: &Parts, keys: &[&str], what: &str, place: &Place) {
        let Parts::Named(names) = parts else { return };
        for name in names {
            self.known("E246", &format!("{what}（parts）"), name, keys, place);
        }
    }

    /// What an axis is made from; returns the entries of its list.
    fn each<'t>(&mut self, table: &'t TableLayout, axis: &Axis<'t>, reads: &'a FileDecl) -> Vec<&'t NamedEntry>
    where
        'a: 't,
    {
        let set = self.set;
        let list = |name: &str| table.lists.get(name).or_else(|| set.lists.get(name)).map(Vec::as_slice);
        let lists: Vec<&str> = table.lists.keys().chain(set.lists.keys()).map(String::as_str).collect();
        let field = match axis.each {
            Some(Each::Field(name)) => reads.field(name),
            _ => None,
        };
        let entries: &[ListEntry] = match (axis.each, axis.values) {
            (Some(Each::Field(name)), None) if field.is_none() => {
                let mut known: Vec<&str> = reads.fields.iter().map(|f| f.id.as_str()).collect();
                known.extend(&lists);
                self.known("E248", "字段或清单（each）", name, &known, axis.place);
                list(name).unwrap_or_default()
            }
            (Some(Each::Field(name)), Some(_)) if field.is_none() => {
                self.field(reads, name, axis.place);
                return Vec::new();
            }
            (_, Some(Values::List(name))) => {
                self.known("E247", "清单（schema.toml 的 [list]）", name, &lists, axis.place);
                list(name).unwrap_or_default()
            }
            (_, Some(Values::Here(entries))) | (Some(Each::Entries(entries)), None) => entries,
            _ => &[],
        };
        match axis.each {
            Some(Each::Field(name)) => self.levels(reads, name, axis.levels, axis.place),
            Some(Each::Fields(names)) => names.iter().for_each(|name| self.field(reads, name, axis.place)),
            None if axis.values.is_some() => {
                let hint = "写 each = \"字段名\"，说明这些值是哪个字段的".to_string();
                self.error("E254", "有 values，却没有 each".into(), axis.place, hint);
            }
            _ => {}
        }
        entries.iter().filter_map(|entry| self.entry(entry, field, reads)).collect()
    }

    /// An entry of a list: a value must be one its field can have; a named one is checked as what it reads.
    fn entry<'t>(
        &mut self,
        entry: &'t ListEntry,
        field: Option<&FieldDecl>,
        reads: &'a FileDecl,
    ) -> Option<&'t NamedEntry> {
        match (entry, field) {
            (ListEntry::Value(value, place), Some(field)) => {
                let condition = filter::Condition::Is(value.clone());
                self.filter(&Filter::Field { path: field.id.clone(), condition, place: place.clone() }, reads);
                None
            }
            (ListEntry::Value(value, place), None) => {
                let message = format!("“{value}”只是一个值，不知道是哪个字段的");
                let hint = "写 each = \"字段名\" 和 values = 清单；或者写成 { key = \"…\", where = … }".to_string();
                self.error("E254", message, place, hint);
                None
            }
            (ListEntry::Entry(entry), _) => {
                let there = self.reads(entry.from.as_deref(), reads, &entry.place)?;
                self.filter(&entry.filter, there);
                if let Some(of) = &entry.of {
                    self.amount_field(there, of, &entry.place);
                }
                Some(entry)
            }
        }
    }

    fn levels(&mut self, reads: &FileDecl, field: &str, levels: &[String], place: &Place) {
        let Some(Kind::Code { class, .. }) = reads.field(field).map(|f| &f.kind) else { return };
        let set = self.set;
        let known: Vec<&str> =
            set.schema.classes.get(class).into_iter().flat_map(|c| &c.levels).map(String::as_str).collect();
        for level in levels {
            self.known("E245", "级次", level, &known, place);
        }
    }

    fn row(
        &mut self,
        table: &TableLayout,
        file: &'a FileDecl,
        row: &RowDecl,
        row_keys: &[&str],
        column_keys: &[&str],
        columns: &[ColumnDecl],
    ) {
        if row.blank {
            return;
        }
        let Some(reads) = self.reads(row.from.as_deref(), file, &row.place) else { return };
        self.filter(&row.filter, reads);
        if let Some(when) = &row.when {
            self.when(when);
        }
        if let Some(join) = &row.join {
            self.join(join, reads, table, &row.place);
        } else if reads.id != file.id && !like(reads, file) {
            let hint = "写明 join = { 那边的字段 = \"这边的字段\" }".to_string();
            self.error("E243", format!("从 {} 取数，却没有 join", reads.path), &row.place, hint);
        }
        self.named_parts(&row.parts, row_keys, "行", &row.place);
        if let Some(of) = &row.of {
            self.known("E246", "行（of，其中项所属的行）", of, row_keys, &row.place);
        }
        let bases: Vec<&str> = column_keys.to_vec();
        for skip in row.skip.iter().filter(|s| !s.contains('.')) {
            self.known("E249", "列（skip）", skip, &bases, &row.place);
        }
        self.each(table, &Axis::of_row(row), reads);
        for id in &row.id {
            self.field(reads, id, &row.place);
        }
        let record = row.each == Some(Each::Record);
        let figures = !column_keys.is_empty() && columns.iter().any(|c| c.key.is_some());
        if record && figures && row.id.is_empty() && row.row {
            let hint = "写 id = [\"…\"]，列出能区分各条记录的字段，地址才不会随顺序变动".to_string();
            self.error("E252", "按记录成行、又有数字的，需要 id".into(), &row.place, hint);
        }
        let width: usize = row.cells.iter().map(|c| c.cols).sum();
        let single = columns.iter().all(|c| c.each.is_none());
        if single && width > columns.len() {
            let message = format!("这一行的单元格共占 {width} 列，表只有 {} 列", columns.len());
            self.error("E253", message, &row.place, String::new());
        }
        for inner in &row.rows {
            let inner_keys: Vec<&str> =
                row.rows.iter().filter_map(|r| r.key.as_deref()).chain(row_keys.iter().copied()).collect();
            self.row(table, reads, inner, &inner_keys, column_keys, columns);
        }
    }
}

/// What turns a column or a row into many.
struct Axis<'t> {
    each: Option<&'t Each>,
    values: Option<&'t Values>,
    levels: &'t [String],
    place: &'t Place,
}

impl<'t> Axis<'t> {
    fn of_column(column: &'t ColumnDecl) -> Axis<'t> {
        let ColumnDecl { each, values, levels, place, .. } = column;
        Axis { each: each.as_ref(), values: values.as_ref(), levels, place }
    }

    fn of_row(row: &'t RowDecl) -> Axis<'t> {
        let RowDecl { each, values, levels, place, .. } = row;
        Axis { each: each.as_ref(), values: values.as_ref(), levels, place }
    }
}

/// Files that rows read besides the table's.
fn other_files(rows: &[RowDecl]) -> Vec<&str> {
    rows.iter().flat_map(|r| r.from.as_deref().into_iter().chain(other_files(&r.rows))).collect()
}

/// Two files whose points have the same fields: figures of one may be asked of the other.
fn like(a: &FileDecl, b: &FileDecl) -> bool {
    b.fields.iter().filter(|f| !is_number(&f.kind)).all(|f| a.field(&f.id).is_some())
}

fn is_number(kind: &Kind) -> bool {
    matches!(kind, Kind::Amount | Kind::Number)
}
