//! Mistakes of charts that can be seen without data.

use super::Check;
use crate::document::ChartKind;
use crate::layout::{ChartEntry, ChartLayout};
use crate::toml_tree::suggestion;

impl Check<'_> {
    pub(super) fn charts(&mut self) {
        let set = self.set;
        for chart in set.charts.values() {
            self.chart(chart);
        }
    }

    fn chart(&mut self, chart: &ChartLayout) {
        let name = &chart.name;
        if chart.items.is_empty() {
            let hint = "写明各项，写法见 layouts/README.md 的“图”";
            self.error("E259", format!("图“{name}”没有 items"), &chart.place, hint.into());
        }
        if chart.kind == ChartKind::Pie && chart.series.len() > 1 {
            let message = format!("图“{name}”是饼图，只能有一个系列，写了 {} 个", chart.series.len());
            self.error("E259", message, &chart.place, "饼图不写系列，或改用 kind = \"columns\"".into());
        }
        for entry in &chart.items {
            self.chart_item(chart, entry);
        }
    }

    fn chart_item(&mut self, chart: &ChartLayout, entry: &ChartEntry) {
        let (name, wanted) = (&chart.name, chart.series.len().max(1));
        if entry.figures.len() != wanted {
            let message = format!("图“{name}”的一项应有 {wanted} 个数字，写了 {} 个", entry.figures.len());
            self.error("E259", message, &entry.place, "每个系列写一个数字；没有系列时写一个".into());
        }
        let Some(id) = &entry.rows else {
            if entry.label.is_none() {
                self.error("E259", format!("图“{name}”的一项没有 label"), &entry.place, "写上 label = \"…\"".into());
            }
            let is_address = |figure: &&String| !figure.contains('/');
            for figure in entry.figures.iter().filter(is_address) {
                let message = format!("图“{name}”的“{figure}”不是数字的地址");
                let hint = "地址写作 表/行/列，如 b1/总计/决算数；按表的各行来画时写 rows = \"表的 id\"";
                self.error("E259", message, &entry.place, hint.into());
            }
            return;
        };
        let tables = &self.set.tables;
        let Some(table) = tables.values().find(|table| table.id == *id) else {
            let known: Vec<&str> = tables.values().map(|table| table.id.as_str()).collect();
            let message = format!("图“{name}”的 rows = “{id}”没有对应的表");
            return self.error("E259", message, &entry.place, suggestion(id, &known));
        };
        let columns: Vec<&str> = (table.columns.iter().chain(table.sides.iter().flat_map(|side| &side.columns)))
            .filter_map(|column| column.key.as_deref())
            .collect();
        let makes_columns =
            table.columns.iter().chain(table.sides.iter().flat_map(|s| &s.columns)).any(|c| c.each.is_some());
        for key in entry.figures.iter().filter(|key| !makes_columns && !columns.contains(&key.as_str())) {
            let message = format!("图“{name}”：表“{id}”没有 key 为“{key}”的列");
            self.error("E259", message, &entry.place, suggestion(key, &columns));
        }
    }
}
