//! How the parts of a table look in its sheet: the type, widths and heights that it has on its page.

use crate::document::{Align, Cell, ColumnKind, Row, RowKind, Table};
use crate::fonts::Fonts;
use crate::style::{Style, TableStyle};
use crate::typeset::frame::TableGeometry;
use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Worksheet, XlsxError};

/// Pixels of a sheet in a pt.
const PIXELS: f64 = 96.0 / 72.0;
/// The highest row of a sheet, in pt.
const HIGHEST: f64 = 409.0;

/// The looks of a table, as it lies on its page.
pub(super) struct Looks<'a> {
    style: &'a Style,
    fonts: &'a Fonts,
    /// Its kind; none: its name is none of the style's.
    kind: Option<&'a TableStyle>,
    geometry: &'a TableGeometry,
}

impl<'a> Looks<'a> {
    pub fn of(table: &Table, style: &'a Style, fonts: &'a Fonts, geometry: &'a TableGeometry) -> Looks<'a> {
        Looks { style, fonts, kind: style.table.get(&table.style), geometry }
    }

    /// The widths of its columns on the page, each edge rounded once.
    pub fn set_widths(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        let mut edge = 0.0;
        for (column, width) in (0u16..).zip(&self.geometry.columns) {
            let before = (edge * PIXELS).round();
            edge += width;
            sheet.set_column_width_pixels(column, ((edge * PIXELS).round() - before).max(1.0) as u32)?;
        }
        Ok(())
    }

    /// The height of a row of its head and body; none: that of its type.
    pub fn row_height(&self, index: usize) -> Option<f64> {
        self.geometry.rows.get(index).map(|height| height.min(HIGHEST))
    }

    pub fn title(&self) -> Format {
        let role = self.kind.map_or("", |kind| kind.title.as_str());
        self.typed(role, 1.0).set_align(FormatAlign::Center).set_align(FormatAlign::VerticalCenter).set_text_wrap()
    }

    /// One line, and the space about it.
    pub fn title_height(&self) -> f64 {
        let text = self.kind.and_then(|kind| self.style.text.get(&kind.title));
        text.map_or(36.0, |text| 2.0 * text.pitch.unwrap_or(text.size))
    }

    /// For each part of the line above it, its columns, from the first to before the last, and its look.
    pub fn above(&self, parts: usize) -> Vec<((u16, u16), Format)> {
        let columns = self.geometry.columns.len().max(1) as u16;
        let role = self.kind.map_or("", |kind| kind.above.as_str());
        let look = |align| self.typed(role, 1.0).set_align(align).set_align(FormatAlign::VerticalCenter);
        let aligns = [FormatAlign::Left, FormatAlign::Center, FormatAlign::Right];
        if parts < 3 || columns < 3 {
            let last = columns - 1;
            let places = [(0, 1), (columns / 2, columns / 2 + 1), (last, columns)];
            return places.into_iter().zip(aligns.map(look)).collect();
        }
        let whole: f64 = self.geometry.columns.iter().sum();
        let widths = self.geometry.above.unwrap_or([whole / 3.0; 3]);
        let share = whole / widths.iter().sum::<f64>().max(1.0);
        // The first column that begins at or behind a place.
        let column_at = |place: f64| {
            let edges = self.geometry.columns.iter().scan(0.0, |edge, width| {
                *edge += width;
                Some(*edge)
            });
            edges.take_while(|edge| edge - place < 0.5).count() as u16
        };
        let first = column_at(widths[0] * share).clamp(1, columns - 2);
        let second = column_at((widths[0] + widths[1]) * share).clamp(first + 1, columns - 1);
        [(0, first), (first, second), (second, columns)].into_iter().zip(aligns.map(look)).collect()
    }

    pub fn note(&self) -> Format {
        let role = self.kind.map_or("", |kind| kind.note.as_str());
        self.typed(role, 1.0).set_align(FormatAlign::Left).set_align(FormatAlign::Top).set_text_wrap()
    }

    /// As the page sets it: heads in the middle on their ground, totals in their type.
    pub fn cell(&self, table: &Table, row: &Row, cell: &Cell, in_header: bool) -> Format {
        let column = table.columns.get(cell.column);
        let is_number = column.is_some_and(|column| column.kind == ColumnKind::Number);
        let is_head = row.kind != RowKind::Numbering && (in_header || row.kind == RowKind::Header);
        let role = self.kind.map_or("", |kind| match row.kind {
            _ if is_head => &kind.head,
            RowKind::Numbering => &kind.text,
            RowKind::Total => kind.total.as_ref().unwrap_or(&kind.text),
            _ if is_number => &kind.number,
            _ => &kind.text,
        });
        let usual = match column {
            _ if is_head || row.kind == RowKind::Numbering => Align::Center,
            Some(column) => column.align,
            None => Align::Left,
        };
        let align = match cell.align.unwrap_or(usual) {
            Align::Center => FormatAlign::Center,
            Align::Right => FormatAlign::Right,
            Align::Left | Align::Justify => FormatAlign::Left,
        };
        let look = self.typed(role, self.geometry.scale).set_border(FormatBorder::Thin).set_text_wrap();
        let look = look.set_align(align).set_align(FormatAlign::VerticalCenter).set_indent(cell.indent.round() as u8);
        let ground = self.kind.and_then(|kind| kind.shade).filter(|l| is_head && (0.0..1.0).contains(l));
        match ground.map(|lightness| (lightness * 255.0).round() as u32) {
            Some(grey) => look.set_background_color(Color::RGB(grey << 16 | grey << 8 | grey)),
            None => look,
        }
    }

    /// In the font and size of a text role, by half points.
    fn typed(&self, role: &str, scale: f64) -> Format {
        let text = self.style.text.get(role);
        let font = text.and_then(|text| self.fonts.roles.get(&text.font)).map_or("宋体", |font| font.word.as_str());
        let scale = if scale > 0.0 { scale } else { 1.0 };
        let size = text.map_or(10.5, |text| (text.size * scale * 2.0).round() / 2.0);
        Format::new().set_font_name(font).set_font_size(size.max(1.0))
    }
}
