//! Tables given as printed (`--- tables/t1.csv`, …): in place of the ledger, where every rule and the solver ask of
//! them, and beside it. A rule that no rounding can save is a contradiction for the solver too.
#![no_main]

use gongkai::check::figures::Printed;
use gongkai::diagnostic::{Diagnostics, Severity};
use gongkai_fuzz::{PARSER, all, judge, small, twice};
use std::cell::OnceCell;

/// Every kind of rule. Those of class C are linear equations: what the solver is asked.
const RULES: &str = r#"
[rule.C001]
says = "合计应等于基本支出加项目支出"
each = { table = "t1", row = "*" }
is = "t1/{row}/合计 = t1/{row}/基本 + t1/{row}/项目"
[rule.C002]
says = "上级科目的数应等于其下各科目之和"
each = { table = "t1", row = "[上级]", column = "*" }
is = "{table}/{row}/{column} = sum({table}/{row}>/{column})"
[rule.C003]
says = "合计行应等于各类之和"
each = { table = "t1", column = "*" }
is = "t1/合计/{column} = sum(t1/[类]/{column})"
[rule.C004]
says = "各项目之和应等于项目支出"
is = "sum(t2/*/额) = t1/合计/项目"
[rule.C005]
says = "一半的一半"
each = { row = "t2/*" }
is = "0.25 * t2/{row}/额 <= t1/合计/合计 - 2 * (t1/合计/基本 - 10)"
[rule.X001]
says = "占比"
is = "t1/合计/项目 = percent(t1/合计/基本, t1/合计/合计)"
severity = "warning"
[rule.X002]
says = "大小"
each = { table = "t1", row = "205*" }
when = "t1/{row}/合计 > 0"
is = "t1/{row}/基本 < t1/{row}/合计"
severity = "warning"
[rule.X011]
says = "次序"
each = { table = ["t1", "t2"] }
rows = "ordered"
[rule.X012]
says = "不重复"
each = { table = ["t1", "t2"] }
rows = "unique"
[rule.X013]
says = "名称"
each = { table = ["t1", "t2"] }
rows = "named"
[rule.X014]
says = "上级"
each = { table = ["t1", "t2"] }
rows = "whole"
[rule.X015]
says = "末级"
each = { table = ["t1", "t2"] }
rows = "deep"
[rule.X016]
says = "同名"
same = ["t1", "t2"]
"#;

thread_local! {
    /// The forms of the small set's tables, made once.
    static FORMS: OnceCell<Printed> = const { OnceCell::new() };
}

fn read(tables: &[(&str, &str)]) -> Printed {
    let first = || {
        let mut found = Diagnostics::default();
        let job = small::job_of_printed(&[("set/checks.toml", RULES)], &mut found);
        Printed::read(job.unwrap_or_else(|| panic!("{:?}", all(&found))))
    };
    let mut found = Diagnostics::default();
    let tables = small::printed(tables, &mut found);
    let mut printed = FORMS.with(|forms| forms.get_or_init(first).with(&tables));
    printed.found.extend(found);
    printed
}

libfuzzer_sys::fuzz_target!(|input: &str| {
    let mut over = small::sections(input);
    over.retain(|(name, _)| name.starts_with("tables/"));
    let named = format!("{input}{RULES}");
    let alone = || {
        let mut found = read(&over).check();
        // Of all tables together.
        found.retain(|one| one.code != "X042" || one.place.is_some());
        judge(&found, &named);
        let broken = found.iter().any(|one| one.code.starts_with('C') && one.severity == Severity::Error);
        let contradiction = found.iter().any(|one| one.code == "X040");
        (broken, contradiction, all(&found))
    };
    let (broken, contradiction, found) = twice(PARSER, alone);
    assert!(contradiction || !broken, "a rule is broken, and no contradiction seen: {found:?}");
    // Composing takes ten times as long as all this.
    if input.len() % 4 == 0 {
        let mut found = Diagnostics::default();
        small::composed_of(&over, &mut found);
        judge(&found, &named);
    }
});
