//! The performance targets among the data: found by their columns' headings, whatever a set calls its file.

use super::texts::Texts;
use crate::data::{Dataset, Record};
use crate::diagnostic::Place;

/// One line of the targets.
pub struct Target<'a> {
    pub record: &'a Record,
}

/// The field of a dataset whose heading contains some words.
pub fn field(dataset: &Dataset, heads: &[&str]) -> Option<usize> {
    heads.iter().find_map(|head| dataset.fields.iter().position(|f| f.head == *head))
}

impl<'a> Texts<'a> {
    /// All lines of datasets that have a column 指标值.
    pub fn targets(&self) -> impl Iterator<Item = (&'a Dataset, Target<'a>)> {
        let datasets = self.composition.job().data.datasets.values().filter(|d| field(d, &["指标值"]).is_some());
        datasets.flat_map(|d| d.records.iter().map(move |record| (d, Target { record })))
    }

    /// The dataset of typed reasons, by its id.
    pub fn reasons_dataset(&self) -> Option<&'a str> {
        let files = &self.composition.job().set.schema.files;
        files.values().find(|f| f.role.as_deref() == Some("reasons")).map(|f| f.id.as_str())
    }
}

impl<'a> Target<'a> {
    fn text(&self, dataset: &Dataset, heads: &[&str]) -> &'a str {
        field(dataset, heads).map_or("", |index| self.record.values[index].text())
    }

    pub fn value(&self, dataset: &Dataset) -> &'a str {
        self.text(dataset, &["指标值"])
    }

    pub fn l2(&self, dataset: &Dataset) -> &'a str {
        self.text(dataset, &["二级指标"])
    }

    pub fn l3(&self, dataset: &Dataset) -> &'a str {
        self.text(dataset, &["三级指标"])
    }

    pub fn description(&self, dataset: &Dataset) -> &'a str {
        self.text(dataset, &["绩效指标描述", "指标描述", "指标解释"])
    }

    pub fn basis(&self, dataset: &Dataset) -> &'a str {
        self.text(dataset, &["指标值确定依据", "确定依据"])
    }

    pub fn goal(&self, dataset: &Dataset) -> &'a str {
        self.text(dataset, &["绩效目标", "总体目标", "年度目标"])
    }

    pub fn project(&self, dataset: &Dataset) -> Option<&'a str> {
        Some(self.text(dataset, &["项目", "项目名称"])).filter(|p| !p.is_empty())
    }

    pub fn place(&self, dataset: &Dataset, heads: &[&str]) -> Place {
        let column = field(dataset, heads).map_or(0, |index| self.record.columns[index]);
        Place::field(self.record.origin.file.clone(), self.record.origin.line, column)
    }

    pub fn value_place(&self, dataset: &Dataset) -> Place {
        self.place(dataset, &["指标值"])
    }
}
