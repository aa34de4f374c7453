//! What the template engine says of a mistake, in Chinese and with the nearest name.

use crate::diagnostic::{Diagnostic, Place};
use crate::toml_tree::suggestion;
use minijinja::value::ValueKind;
use minijinja::{Environment, Error, ErrorKind, Value};

const FUNCTIONS: [&str; 13] = [
    "f", "diff", "percent", "total", "rows", "lookup", "count", "prose", "table", "contents", "given", "empty", "range",
];
const FILTERS: [&str; 19] = [
    "say", "reason", "parts", "within", "fmt", "cn", "suffix", "date", "join", "length", "first", "last", "list",
    "sort", "default", "replace", "trim", "reverse", "unique",
];
const TESTS: [&str; 11] =
    ["zero", "known", "defined", "undefined", "none", "number", "string", "odd", "even", "in", "eq"];

/// A runtime mistake as a finding, at its line of a template that begins at `place`.
pub fn runtime(error: &Error, place: &Place, env: &Environment<'_>, context: &Value) -> Diagnostic {
    let (message, hint) = described(error, env, context);
    let found = Diagnostic::error("E302", message).at(super::place_in(place, error));
    if hint.is_empty() { found } else { found.hint(hint) }
}

/// A block tag with no partner: its line in the text, from 0, and what is wrong.
fn unpaired(text: &str) -> Option<(u32, String)> {
    let mut open: Vec<(&str, u32)> = Vec::new();
    let mut rest = text;
    let line = |rest: &str| text[..text.len() - rest.len()].matches('\n').count() as u32;
    while let Some(at) = rest.find('{') {
        rest = &rest[at..];
        let close = match rest.as_bytes().get(1) {
            Some(b'%') => "%}",
            Some(b'#') => "#}",
            Some(b'{') => "}}",
            _ => {
                rest = &rest[1..];
                continue;
            }
        };
        let length = rest.find(close)?; // what the engine says of it is right
        let tag = rest[2..length].trim_matches(['-', '+']).trim();
        let name = tag.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
        let block = close == "%}" && (BLOCKS.contains(&name) || name == "set" && !tag.contains('='));
        if block {
            open.push((name, line(rest)));
        } else if let Some(of) = name.strip_prefix("end").filter(|of| close == "%}" && is_block(of)) {
            match open.last() {
                Some((last, _)) if *last == of => drop(open.pop()),
                Some((last, _)) => {
                    let says = format!("这里应是 {{% end{last} %}}，与前面的 {{% {last} %}} 成对");
                    return Some((line(rest), format!("{says}，却是 {{% end{of} %}}")));
                }
                None => return Some((line(rest), format!("{{% end{of} %}} 前面没有与它成对的 {{% {of} %}}"))),
            }
        }
        rest = &rest[length + 2..];
    }
    let (name, line) = open.pop()?;
    Some((line, format!("{{% {name} … %}} 没有与它成对的 {{% end{name} %}}")))
}

const BLOCKS: [&str; 6] = ["for", "if", "macro", "filter", "call", "with"];

fn is_block(name: &str) -> bool {
    name == "set" || BLOCKS.contains(&name)
}

/// A syntax mistake of a text as a finding.
pub fn syntax(error: &Error, text: &str, place: &Place) -> Diagnostic {
    let told = error.detail().unwrap_or_default();
    let of_pairs = told.starts_with("unexpected end of input") || told.starts_with("unknown statement end");
    if let Some((line, says)) = of_pairs.then(|| unpaired(text)).flatten() {
        let at = if line == 0 { place.clone() } else { Place::new(place.file.clone(), place.line + line, 0) };
        return Diagnostic::error("E240", format!("模板语法错误：{says}")).at(at);
    }
    let detail = error.detail().unwrap_or_default();
    let message = match detail.strip_prefix("unknown statement ") {
        None if detail.contains("recursion") => "模板语法错误：一层套一层，嵌套过深".to_string(),
        Some(name) => format!("模板语法错误：没有“{name}”这种标签"),
        None if ["string", "comment", "raw block"].iter().any(|o| detail == format!("unexpected end of {o}")) => {
            "模板语法错误：没有写完，引号、括号或注释没有结束".to_string()
        }
        None if detail.starts_with("unexpected input") || detail == "unexpected character" => {
            "模板语法错误：这里有不该有的字符".to_string()
        }
        None => {
            match detail.strip_prefix("unexpected ").map(|rest| rest.split_once(", expected ").unwrap_or((rest, ""))) {
                Some(("end of input", "")) => "模板语法错误：没有写完".to_string(),
                Some(("end of input", wanted)) => format!("模板语法错误：没有写完，还缺{}", token(wanted)),
                Some((found, "")) => format!("模板语法错误：这里不该是{}", token(found)),
                Some((found, wanted)) => format!("模板语法错误：这里应是{}，却是{}", token(wanted), token(found)),
                None => "模板语法错误：写法不完整".to_string(),
            }
        }
    };
    let hint = match detail.strip_prefix("unknown statement ") {
        Some(name) => suggestion(
            name,
            &["for", "if", "elif", "else", "endif", "endfor", "set", "macro", "endmacro", "filter", "endfilter"],
        ),
        None => "检查 {{ … }}、{% … %} 是否成对，引号、括号是否为半角".to_string(),
    };
    Diagnostic::error("E240", message).at(super::place_in(place, error)).hint(hint)
}

/// The engine's name of a token, as people call it.
fn token(name: &str) -> String {
    match name {
        "end of variable block" => "“}}”".to_string(),
        "end of block" => "“%}”".to_string(),
        "start of block" => "“{%”".to_string(),
        "end of input" => "结尾".to_string(),
        "expression" => "一个值".to_string(),
        "identifier" | "identifier or integer" => "一个名称".to_string(),
        "statement" | "keyword" => "标签".to_string(),
        "string" => "一段文字".to_string(),
        "integer" | "float" | "number" => "一个数".to_string(),
        "end of string" => "引号".to_string(),
        "assignment operator" => "“=”".to_string(),
        "comma" => "“,”".to_string(),
        "template-data" => "文字".to_string(),
        "block keyword" | "missing keyword" => "标签".to_string(),
        other if other.starts_with('`') || ["in", "if", "else", "elif", "as", "import"].contains(&other) => {
            format!("“{}”", other.trim_matches('`'))
        }
        _ => "别的符号".to_string(),
    }
}

fn described(error: &Error, env: &Environment<'_>, context: &Value) -> (String, String) {
    let detail = error.detail().unwrap_or_default();
    let unknown = |what: &str, name: &str, known: &[&str]| (format!("没有“{name}”这个{what}"), suggestion(name, known));
    match error.kind() {
        _ if !detail.is_ascii() && !detail.starts_with('`') && !detail.contains("` is undefined") => {
            (detail.to_string(), String::new())
        }
        ErrorKind::UndefinedError => undefined(detail, env, context),
        _ if detail.contains("` is undefined") => undefined(detail, env, context),
        ErrorKind::UnknownFunction => unknown("函数", first_word(detail), &FUNCTIONS),
        ErrorKind::UnknownFilter => unknown("过滤器", second_word(detail), &FILTERS),
        ErrorKind::UnknownTest => unknown("测试", second_word(detail), &TESTS),
        ErrorKind::UnknownMethod => ("值没有这个用法".to_string(), "数字可用 .on(\"文件\")、.abs、.ratio".to_string()),
        ErrorKind::MissingArgument => {
            ("括号里少了参数".to_string(), "如 f(\"t1/合计/预算数\")、diff(a, b)".to_string())
        }
        ErrorKind::TooManyArguments => match detail.split('\'').nth(1) {
            Some(name) => (format!("没有“{name}”这个参数"), "fmt 可用：unit、decimals、commas、zero、trim".to_string()),
            None => ("括号里多了参数".to_string(), "如 f(\"t1/合计/预算数\")、diff(a, b)".to_string()),
        },
        ErrorKind::OutOfFuel => (
            "模板运行过久或写出的文字过多，可能有停不下来的循环".to_string(),
            "检查 {% for … %} 的范围是否过大，一层套一层的循环是否必要".to_string(),
        ),
        ErrorKind::InvalidOperation if detail.contains("recursion") => {
            ("macro 一层层调用，停不下来".to_string(), "检查 {% macro … %} 是否调用了自己".to_string())
        }
        ErrorKind::InvalidOperation if detail.contains("operator") || detail.starts_with("unable to calculate") => (
            "这些值不能用运算符计算".to_string(),
            "数字的加减和比例用 total(a, b)、diff(a, b)、percent(a, b)，结果是精确的".to_string(),
        ),
        ErrorKind::InvalidOperation if detail.contains("not iterable") || detail.contains("iterat") => {
            ("这个值不能逐个取用".to_string(), "for 后面用 rows(\"表的 id\")".to_string())
        }
        ErrorKind::InvalidOperation | ErrorKind::NonPrimitive | ErrorKind::NonKey => {
            ("值的种类不对".to_string(), "函数的地址、名称要加引号；cn 用于整数".to_string())
        }
        _ => ("模板写法不对".to_string(), "写法见版式说明“正文”一节".to_string()),
    }
}

fn first_word(detail: &str) -> &str {
    detail.split(' ').next().unwrap_or_default()
}

fn second_word(detail: &str) -> &str {
    detail.split(' ').nth(1).unwrap_or_default()
}

/// The name in “`name` is undefined”.
pub fn undefined_name(error: &Error) -> Option<&str> {
    error.detail().filter(|d| d.contains("` is undefined"))?.split('`').nth(1)
}

fn undefined(detail: &str, env: &Environment<'_>, context: &Value) -> (String, String) {
    let name = detail.split('`').nth(1).unwrap_or_default();
    if name.is_empty() {
        return ("用到了没有定义的值".to_string(), String::new());
    }
    if let Some((_, key)) = name.rsplit_once(").") {
        let hint = "数字可用 .abs、.ratio、.on(\"文件\")；lookup 的记录可用它的字段".to_string();
        return (format!("没有“.{key}”这个用法"), hint);
    }
    let cut = name.find(['.', '[']).unwrap_or(name.len());
    let (root, rest) = name.split_at(cut);
    let key = rest.trim_matches(|c| ".[]\"'".contains(c));
    let of = known_value(root, env, context);
    match (rest.is_empty(), of) {
        (true, _) => {
            let known = names(env, context);
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            (format!("没有名为“{root}”的值"), suggestion(root, &known))
        }
        (false, Some(value)) if value.kind() == ValueKind::Map => {
            let known = keys(&value);
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            (format!("{root} 里没有“{key}”"), suggestion(key, &known))
        }
        (false, _) => (
            format!("“{root}”里没有“{key}”"),
            "各行可用 name、code、no、names、它的字段，和列的键，如 r[\"合计\"]".to_string(),
        ),
    }
}

fn known_value(name: &str, env: &Environment<'_>, context: &Value) -> Option<Value> {
    let own = context.get_attr(name).ok().filter(|v| !v.is_undefined());
    own.or_else(|| env.globals().find(|(n, _)| *n == name).map(|(_, v)| v))
}

fn keys(value: &Value) -> Vec<String> {
    let mut keys: Vec<String> = value.try_iter().into_iter().flatten().map(|k| k.to_string()).collect();
    keys.sort();
    keys
}

/// Names a template may use: of its context, and the facts every template knows.
fn names(env: &Environment<'_>, context: &Value) -> Vec<String> {
    let mut names = if context.kind() == ValueKind::Map { keys(context) } else { Vec::new() };
    let facts = ["report", "year", "scope"];
    names.extend(env.globals().map(|(n, _)| n.to_string()).filter(|n| facts.contains(&n.as_str())));
    names.sort();
    names.dedup();
    names
}
