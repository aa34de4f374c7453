//! `--format html`: the document as one accessible page for a site.

use crate::common::{built, have, have_python, made, python, root, sample};
use gongkai::write::Format;
use std::collections::BTreeSet;
use std::fs;

fn page() -> String {
    String::from_utf8(built(&sample(), &[Format::Html]).remove(0).bytes).expect("UTF-8")
}

#[test]
fn it_holds_all_it_needs_and_no_script() {
    let html = page();
    assert!(html.starts_with("<!DOCTYPE html>\n<html lang=\"zh-CN\">"));
    let low = html.to_lowercase();
    for wanted in ["<title>", "<main", "<style>", "<nav ", "@media print"] {
        assert!(low.contains(wanted), "{wanted}");
    }
    for other in ["<script", "<link", "<img", "@import", "url(", "javascript:", " on", "<iframe"] {
        let found = low.find(other).filter(|_| other != " on" || low.contains(" onclick") || low.contains(" onload"));
        assert!(found.is_none(), "{other}: {}", &low[found.unwrap()..][..60]);
    }
}

#[test]
fn every_text_and_every_figure_of_the_document_stands_in_it_with_its_address() {
    let html = page();
    let made = made(&sample()).remove(0);
    let document = made.document();
    let plain: String = html.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| text).collect();
    let plain = plain.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
    for table in document.tables() {
        for inline in table.body.iter().flat_map(|row| &row.cells).flat_map(|cell| &cell.inlines) {
            assert!(plain.contains(inline.text.trim()), "{}", inline.text);
        }
    }
    let mut printed = BTreeSet::new();
    for table in document.tables() {
        let inlines = table.body.iter().flat_map(|row| &row.cells).flat_map(|cell| &cell.inlines);
        printed.extend(inlines.filter_map(|i| i.figure).map(|id| document.figure(id).address.clone()));
    }
    assert!(printed.len() > 300);
    for address in printed {
        assert!(html.contains(&format!("data-address=\"{address}\"")), "{address}");
    }
    assert!(html.contains("data-address=\"t3/合计/基本\">85.05</data>"));
}

#[test]
fn cells_name_their_heads_and_every_id_is_one() {
    let html = page();
    let values = |name: &str| -> Vec<String> {
        html.split(&format!(" {name}=\"")).skip(1).map(|rest| rest.split('"').next().unwrap().to_string()).collect()
    };
    let ids = values("id");
    let unique: BTreeSet<&String> = ids.iter().collect();
    assert_eq!(ids.len(), unique.len());
    let known: BTreeSet<&str> = ids.iter().map(String::as_str).collect();
    let headers = values("headers");
    assert!(headers.len() > 300, "{}", headers.len());
    for id in headers.iter().flat_map(|headers| headers.split(' ')) {
        assert!(known.contains(id), "{id}");
    }
    for link in values("href").iter().filter_map(|link| link.strip_prefix('#')) {
        assert!(known.contains(link), "#{link}");
    }
    let tables = html.matches("<table>").count();
    assert_eq!((tables, html.matches("<caption>").count()), (made(&sample())[0].document().tables().count(), tables));
    for scope in values("scope") {
        assert!(["col", "row", "colgroup", "rowgroup"].contains(&scope.as_str()), "{scope}");
    }
    assert_eq!(html.matches("<h1").count(), 1);
}

#[test]
fn what_the_data_says_is_text() {
    let (_around, folder) = crate::workspace::sample();
    let goals = folder.join("text/goals.md");
    let nasty = "<script>alert(1)</script> & \"甲\" <img src=x onerror=alert(1)>\n";
    fs::write(&goals, format!("{}{nasty}", fs::read_to_string(&goals).unwrap())).unwrap();
    let html = String::from_utf8(built(&folder, &[Format::Html]).remove(0).bytes).unwrap();
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; "), "it is told as it is written");
    assert!(!html.contains("<script") && !html.contains("<img"));
}

#[test]
fn a_checker_of_accessibility_finds_nothing() {
    if !have_python(&["playwright.sync_api", "axe_playwright_python"]) || !have("chromium") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for department in ["631-2023", "core-sample", "final-account-sample", "shanghai-sample"] {
        for file in built(&root().join("data").join(department), &[Format::Html]) {
            fs::write(folder.path().join(format!("{department}-{}", file.name)), file.bytes).unwrap();
        }
    }
    print!("{}", python("accessible.py", &[folder.path()]));
}
