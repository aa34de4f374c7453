//! `gongkai why`: what is behind a figure, by its address or as printed; `--sums`: printed sums with a 尾差.

use super::folders::layout_roots;
use super::messages::{print, tell};
use crate::build::compose_all;
use crate::check::figures::{Sums, Term, sums};
use crate::compose::{Basis, Composition};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity, nearest};
use crate::money::Unit;
use crate::prepare::Instead;
use crate::why::{Why, printed_as, why};
use clap::{Args, ValueEnum};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct WhyArgs {
    /// 数据文件夹（含 report.toml）
    #[arg(value_name = "文件夹", help_heading = "参数")]
    folder: PathBuf,
    /// 数字的地址，如 t5/2010350/基本；或印出来的数，如 85.05
    #[arg(value_name = "数字", help_heading = "参数", required_unless_present = "sums")]
    figure: Option<String>,
    /// 列出印出来的合计与分项之和相差 0.01 的，并证明是尾差
    #[arg(long, help_heading = "选项", conflicts_with = "figure")]
    sums: bool,
    /// 写成 text 或 json
    #[arg(long, value_name = "格式", default_value = "text", help_heading = "选项", hide_possible_values = true)]
    #[arg(hide_default_value = true)]
    format: WhyFormat,
    /// 版式集所在的文件夹；不写则用当前文件夹的 layouts，再用程序自带的
    #[arg(long, value_name = "文件夹", help_heading = "选项")]
    layouts: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum WhyFormat {
    Text,
    Json,
}

/// Explains figures of the folder's documents.
pub fn run(args: &WhyArgs) -> ExitCode {
    let mut found = Diagnostics::default();
    let roots = layout_roots(args.layouts.as_deref());
    let sides = compose_all(&args.folder, &roots, &Instead::new(), &mut found);
    if sides.is_empty() {
        found.sorted().iter().filter(|d| d.severity == Severity::Error).for_each(tell);
        return ExitCode::FAILURE;
    }
    let compositions: Vec<&Composition> = sides.iter().map(|s| &s.composition).collect();
    match &args.figure {
        None => {
            let all: Vec<Sums> = compositions.iter().map(|c| sums(c)).collect();
            match args.format {
                WhyFormat::Json => {
                    print(format_args!("{:#}", json!({ "sums": all.iter().map(sums_json).collect::<Vec<Value>>() })))
                }
                WhyFormat::Text => all.iter().for_each(print_sums),
            }
            ExitCode::SUCCESS
        }
        Some(asked) => explain(&compositions, asked, args.format),
    }
}

fn explain(compositions: &[&Composition], asked: &str, format: WhyFormat) -> ExitCode {
    let mut explained: Vec<Why> = Vec::new();
    for composition in compositions {
        let addresses = match asked.contains('/') {
            true => vec![asked.to_string()],
            false => printed_as(&composition.document, asked),
        };
        for why in addresses.iter().filter_map(|a| why(composition, a)) {
            if !explained.iter().any(|e| e.address == why.address && e.exact == why.exact) {
                explained.push(why);
            }
        }
    }
    if explained.is_empty() {
        tell(nothing(compositions, asked));
        return ExitCode::FAILURE;
    }
    match format {
        WhyFormat::Json => {
            let all: Vec<Value> = explained.iter().map(why_json).collect();
            print(format_args!("{:#}", json!({ "figures": all })));
        }
        WhyFormat::Text => {
            if explained.len() > 1 {
                print(format_args!("印作 {asked} 的数有 {} 个：\n", explained.len()));
            }
            for (index, why) in explained.iter().enumerate() {
                if index > 0 {
                    print("");
                }
                print_why(why);
            }
        }
    }
    ExitCode::SUCCESS
}

fn nothing(compositions: &[&Composition], asked: &str) -> Diagnostic {
    if !asked.contains('/') {
        return Diagnostic::error("E640", format!("没有印作“{asked}”的数"))
            .hint("照印出来的样子写，如 85.05；或写地址，如 t5/合计/合计");
    }
    let all = compositions.iter().flat_map(|c| c.figures()).map(|f| &*f.address);
    let hint = match nearest(asked, all) {
        Some(near) => format!("您是否指“{near}”？"),
        None => "地址是 表/行/列，如 t5/合计/合计".to_string(),
    };
    Diagnostic::error("E641", format!("没有地址为“{asked}”的数")).hint(hint)
}

fn amount(exact: Decimal, unit: Unit) -> String {
    match unit {
        Unit::Plain => exact.normalize().to_string(),
        _ => format!("{exact:.2} 元"),
    }
}

fn print_why(why: &Why) {
    let name = why.name.as_deref().map(|n| format!("　{n}")).unwrap_or_default();
    print(format_args!("{}{name}", why.address));
    if let Some(exact) = why.exact {
        print(format_args!("  {}", rounding(why, exact)));
    }
    match &why.source {
        Basis::Lines { file, field, lines } if lines.is_empty() => {
            print(format_args!("  {file} 中没有属于它的行（{field}），所以是零"));
        }
        Basis::Lines { file, field, lines } => {
            print(format_args!("  是 {file} 这 {} 行的{field}之和：", lines.len()));
            for (origin, text, value) in lines {
                print(format_args!("    {}:{}  {}  {text}", origin.file, origin.line, amount(*value, why.unit)));
            }
        }
        Basis::Figures(of) => {
            let of: Vec<&str> = of.iter().map(AsRef::as_ref).collect();
            print(format_args!("  由这些数算出：{}", of.join("，")));
        }
        Basis::Record(origin) => print(format_args!("  取自 {}:{}", origin.file, origin.line)),
    }
    if !why.relations.is_empty() {
        print("  它应符合：");
        why.relations.iter().for_each(|r| print(format_args!("    {} {}：{}", r.code, r.says, r.relation)));
    }
    if !why.places.is_empty() {
        print("  印在：");
        for place in &why.places {
            let source = place.source.as_ref().map(|o| format!("{}:{} ", o.file, o.line)).unwrap_or_default();
            print(format_args!("    {source}{}　{}", place.text, place.around));
        }
    }
    if !why.dependents.is_empty() {
        print("  它变了，这些数也变：");
        for (address, text) in &why.dependents {
            let text = if text.is_empty() { "空白" } else { text };
            print(format_args!("    {address}　{text}"));
        }
    }
}

/// How the exact amount became what is printed.
fn rounding(why: &Why, exact: Decimal) -> String {
    let printed = if why.printed.is_empty() { "空白" } else { &why.printed };
    if why.unit == Unit::Plain || why.printed.is_empty() {
        return format!("印作 {printed}，精确为 {}", amount(exact, why.unit));
    }
    let shown = why.printed.replace(',', "").parse::<Decimal>().unwrap_or_default() * why.unit.scale();
    let off = shown - exact;
    let how = match off {
        o if o.is_zero() => "没有舍入".to_string(),
        o if o.abs() == o => format!("四舍五入进了 {:.2} 元", o),
        o => format!("四舍五入舍去 {:.2} 元", -o),
    };
    format!("印作 {printed} {}，精确为 {}，{how}", why.unit.name(), amount(exact, why.unit))
}

fn print_sums(all: &Sums) {
    print(format_args!("共 {} 个合计，其中 {} 个印出来与分项之和不等：", all.count, all.rounded.len()));
    for sum in &all.rounded {
        let parts: Vec<&str> = sum.parts.iter().map(|p| p.text.as_str()).collect();
        print(format_args!("\n{}　{}（{}）", sum.total.address, sum.name, sum.code));
        print(format_args!("  印出来：{} ≠ {}，差 {:.2} 元", sum.total.text, parts.join(" ＋ "), sum.off));
        let exact: Vec<String> = sum.parts.iter().map(|p| format!("{:.2}", p.exact)).collect();
        print(format_args!("  精确：{:.2} ＝ {}", sum.total.exact, exact.join(" ＋ ")));
        let of_parts: Decimal = sum.parts.iter().map(|p| p.rounding).sum();
        print(format_args!(
            "  合计舍入 {:+.2} 元，各分项舍入共 {:+.2} 元，两者之差 {:+.2} 元正是印出来的差：是尾差",
            sum.total.rounding,
            of_parts,
            sum.total.rounding - of_parts
        ));
    }
}

fn term_json(term: &Term) -> Value {
    json!({ "address": term.address, "text": term.text, "exact": term.exact.to_string(), "rounding": term.rounding.to_string() })
}

fn sums_json(all: &Sums) -> Value {
    let rounded: Vec<Value> = all
        .rounded
        .iter()
        .map(|s| {
            let parts: Vec<Value> = s.parts.iter().map(term_json).collect();
            json!({ "rule": s.code, "name": s.name, "total": term_json(&s.total), "parts": parts, "off": s.off.to_string() })
        })
        .collect();
    json!({ "count": all.count, "rounded": rounded })
}

fn why_json(why: &Why) -> Value {
    let source = match &why.source {
        Basis::Lines { file, field, lines } => {
            let lines: Vec<Value> = lines
                .iter()
                .map(|(o, text, value)| json!({ "file": &*o.file, "line": o.line, "text": text, "amount": value.to_string() }))
                .collect();
            json!({ "file": &**file, "field": field, "lines": lines })
        }
        Basis::Figures(of) => json!({ "figures": of.iter().map(AsRef::as_ref).collect::<Vec<&str>>() }),
        Basis::Record(o) => json!({ "lines": [{ "file": &*o.file, "line": o.line }] }),
    };
    let places: Vec<Value> = why
        .places
        .iter()
        .map(|p| {
            let (file, line) = p.source.as_ref().map_or((None, None), |o| (Some(&*o.file), Some(o.line)));
            json!({ "text": p.text, "around": p.around, "file": file, "line": line })
        })
        .collect();
    let relations: Vec<Value> =
        why.relations.iter().map(|r| json!({ "rule": r.code, "says": r.says, "relation": r.relation })).collect();
    let dependents: Vec<Value> =
        why.dependents.iter().map(|(address, text)| json!({ "address": address, "text": text })).collect();
    json!({
        "address": why.address,
        "name": why.name,
        "text": why.printed,
        "unit": why.unit.name(),
        "exact": why.exact.map(|e| e.to_string()),
        "source": source,
        "relations": relations,
        "places": places,
        "dependents": dependents,
    })
}
