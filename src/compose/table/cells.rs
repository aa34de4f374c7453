//! What stands in one cell: a text of the row, a field's value, a figure and its look.

use super::figures::FigureSpec;
use super::lines::TableComposer;
use super::{Content, RowFigure};
use crate::compose::axes::{ColumnItem, Context, RowItem};
use crate::compose::figure::Id;
use crate::data::Kind;
use crate::layout::{CellContent, CellDecl, LookPatch};
use crate::money::{Look, Unit, show};

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
            of: &column.of,
            join: &decl.join,
            place: &decl.place,
        };
        match self.figure(row, &spec) {
            Some(id) => {
                let look = self.look_of(id, row, &decl.numbers);
                figures.push(RowFigure { key: key.clone(), id, look: look.clone() });
                Content::Figure(id, look)
            }
            None => Content::Text(String::new()),
        }
    }

    /// The figure that a declared cell asks for.
    pub(super) fn declared_figure(&self, decl: &CellDecl, row: &RowItem<'a>, figures: &mut Vec<RowFigure>) -> Content {
        let CellContent::Figure { key, from, filter, of, join, numbers } = &decl.content else {
            return Content::Text(String::new());
        };
        let spec = FigureSpec { key, from, filters: std::slice::from_ref(filter), of, join, place: &decl.place };
        let Some(id) = self.figure(row, &spec) else { return Content::Text(String::new()) };
        let look = self.look_of(id, row, numbers);
        figures.push(RowFigure { key: key.as_str().into(), id, look: look.clone() });
        Content::Figure(id, look)
    }

    /// How a figure prints in its cell: a plain number (a count, a percentage) is not shown in 元 or 万元.
    pub(super) fn look_of(&self, id: Id, row: &RowItem<'_>, column: &LookPatch) -> Look {
        let figure = self.scope.session.figure(id);
        if figure.look.unit != Unit::Plain {
            return self.look(row, column);
        }
        let base = Look { zero: self.scope.look.zero.clone(), ..figure.look.clone() };
        row.decl.numbers.apply(&column.apply(&base))
    }

    /// set < table < column < row
    fn look(&self, row: &RowItem<'_>, column: &LookPatch) -> Look {
        row.decl.numbers.apply(&column.apply(&self.scope.look))
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
                    let look = match row.dataset.fields[index].kind {
                        Kind::Number => Look { unit: Unit::Plain, trim: true, ..self.look(row, &column.decl.numbers) },
                        _ => self.look(row, &column.decl.numbers),
                    };
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
