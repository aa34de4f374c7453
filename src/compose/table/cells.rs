//! What stands in one cell: a text of the row, a field's value, a figure and its look.

use super::figures::FigureSpec;
use super::lines::TableComposer;
use super::{Content, RowFigure};
use crate::compose::axes::{ColumnItem, Context, RowItem};
use crate::data::Kind;
use crate::layout::{CellContent, CellDecl, LookPatch};
use crate::money::{Look, Unit, show};
use std::sync::Arc;

impl<'a> TableComposer<'a, '_> {
    pub(super) fn content(
        &self,
        row: &RowItem<'a>,
        column: &ColumnItem<'a>,
        number: &str,
        figures: &mut Vec<RowFigure>,
    ) -> Content {
        let decl = column.decl;
        if let Some(field) = &decl.field {
            return Content::Text(self.field_text(row, column, field, number));
        }
        if let Some(template) = &decl.text {
            return Content::Text(self.scope.label(template, &row.context));
        }
        let Some(key) = &column.key else { return Content::Text(String::new()) };
        let skipped = row.decl.skip.iter().any(|s| s == key.as_ref() || decl.key.as_ref() == Some(s));
        if skipped || decl.calc.is_some() {
            return Content::Text(String::new());
        }
        let spec = FigureSpec {
            key,
            from: &column.from,
            filters: &column.filters,
            column: Some(column),
            of: &column.of,
            join: &decl.join,
            numbers: &decl.numbers,
            place: &decl.place,
        };
        self.cell_figure(row, &spec, figures)
    }

    fn cell_figure(&self, row: &RowItem<'a>, spec: &FigureSpec<'a, '_>, figures: &mut Vec<RowFigure>) -> Content {
        let Some(id) = self.figure(row, spec) else { return Content::Text(String::new()) };
        figures.push(RowFigure { key: spec.key.clone(), id });
        Content::Figure(id)
    }

    /// The figure that a declared cell asks for.
    pub(super) fn declared_figure(&self, decl: &CellDecl, row: &RowItem<'a>, figures: &mut Vec<RowFigure>) -> Content {
        let CellContent::Figure { key, from, filter, of, join, numbers } = &decl.content else {
            return Content::Text(String::new());
        };
        let (key, filters, place) = (&Arc::from(key.as_str()), &Arc::from([filter.clone()]), &decl.place);
        self.cell_figure(row, &FigureSpec { key, from, filters, column: None, of, join, numbers, place }, figures)
    }

    /// How a figure of a field prints: set < table < column < row. A number is not shown in 元 or 万元.
    pub(super) fn look(&self, kind: &Kind, row: &RowItem<'_>, column: &LookPatch) -> Look {
        let mut look = self.scope.look.clone();
        if *kind == Kind::Number {
            look.trim = true;
        }
        column.lay_over(&mut look);
        row.decl.numbers.lay_over(&mut look);
        if *kind == Kind::Number {
            look.unit = Unit::Plain;
        }
        look
    }

    pub(super) fn field_text(&self, row: &RowItem<'a>, column: &ColumnItem<'a>, field: &str, number: &str) -> String {
        match field {
            "seq" => number.to_string(),
            "label" => {
                let own = row.decl.key.as_deref().or(Some(&row.key)).and_then(|k| self.scope.layout.labels.get(k));
                match own.or(row.decl.label.as_ref()) {
                    Some(template) => self.scope.label(template, &row.context),
                    None => context_text(&row.context, "name"),
                }
            }
            level if level.starts_with("code.") => self.code_part(row, &level["code.".len()..]),
            field => match (row.record, row.dataset.field(field)) {
                (Some(record), Some(index))
                    if matches!(row.dataset.fields[index].kind, Kind::Amount | Kind::Number) =>
                {
                    let look = self.look(&row.dataset.fields[index].kind, row, &column.decl.numbers);
                    show(row.dataset.records[record].values[index].number(), &look)
                }
                _ => context_text(&row.context, field),
            },
        }
    }

    /// The digits of one level of a row's code: 03 of 20103.
    fn code_part(&self, row: &RowItem<'a>, level: &str) -> String {
        let classes = &self.scope.session.job.set.schema.classes;
        let field = row.code_field.and_then(|f| row.dataset.field(f)).map(|i| &row.dataset.fields[i].kind);
        let Some(Kind::Code { class, .. }) = field else { return String::new() };
        let Some(class) = classes.get(class) else { return String::new() };
        let code = context_text(&row.context, "code");
        let Some(index) = class.levels.iter().position(|l| l == level) else { return String::new() };
        let start = if index == 0 { 0 } else { class.lengths[index - 1] };
        code.get(start..class.lengths[index]).unwrap_or_default().to_string()
    }
}

fn context_text(context: &Context, key: &str) -> String {
    context.get(key).map(ToString::to_string).unwrap_or_default()
}
