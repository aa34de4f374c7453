//! What is called so in every row: names of fields, and of what each row's label knows.

use crate::data::Data;
use minijinja::Value;
use rustc_hash::FxHashMap as HashMap;
use std::sync::Arc;

/// Names that the rows of all tables share.
pub struct Names {
    pub name: Arc<str>,
    pub code: Arc<str>,
    pub level: Arc<str>,
    pub codes: Arc<str>,
    pub names: Arc<str>,
    pub no: Arc<str>,
    /// A list of nothing: the codes of what has none.
    pub nothing: Value,
    datasets: HashMap<String, OfDataset>,
}

/// Of a dataset and its fields, in their order.
pub struct OfDataset {
    pub id: Arc<str>,
    pub fields: Vec<Arc<str>>,
}

impl Names {
    pub fn of(data: &Data) -> Names {
        let of_dataset = |(id, dataset): (&String, &crate::data::Dataset)| {
            let fields = dataset.fields.iter().map(|field| field.id.as_str().into()).collect();
            (id.clone(), OfDataset { id: id.as_str().into(), fields })
        };
        Names {
            name: "name".into(),
            code: "code".into(),
            level: "level".into(),
            codes: "codes".into(),
            names: "names".into(),
            no: "no".into(),
            nothing: Value::from(Vec::<Value>::new()),
            datasets: data.datasets.iter().map(of_dataset).collect(),
        }
    }

    /// Those of a dataset of the job's data.
    pub fn of_dataset(&self, id: &str) -> &OfDataset {
        &self.datasets[id]
    }
}
