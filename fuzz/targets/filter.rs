//! A filter as written in TOML: record by record and for all records at once it says the same.
#![no_main]

use gongkai::data::filter::{Columns, Matcher, matches};
use gongkai::diagnostic::Diagnostics;
use gongkai_fuzz::{PARSER, all, judge, small, twice};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let text = text.replace('\n', " ");
    let schema = format!("[view]\n\"甲\" = {text}\n\"乙\" = [\"甲\", \"基本\"]\n");
    let over = [("set/schema.toml", schema.as_str())];
    let run = || {
        let mut found = Diagnostics::default();
        let job = small::job(&over, &mut found);
        judge(&found, &schema);
        let Some(job) = job else { return (Vec::new(), all(&found)) };
        let (schema, data) = (&job.set.schema, &job.data);
        let mut says = Vec::new();
        for (filter, dataset) in schema.views.values().flat_map(|f| data.datasets.values().map(move |d| (f, d))) {
            let each: Vec<Option<bool>> =
                dataset.records.iter().map(|record| matches(filter, dataset, record, data, schema)).collect();
            let columns = Columns::of(dataset);
            let at_once = Matcher::new(dataset, &columns, data, schema).points(filter);
            for (index, says) in each.iter().enumerate() {
                assert_eq!(at_once.get(index), *says, "{filter:?} of record {index} of {}", dataset.id);
            }
            says.push(each);
        }
        (says, all(&found))
    };
    twice(PARSER, run);
});
