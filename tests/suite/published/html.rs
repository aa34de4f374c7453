//! Pages of HTML: tables with their spans, headings, paragraphs; and what hostile ones do.

use super::{lines, said, texts};
use gongkai::published::{Part, Published};

fn read(page: &str) -> Published {
    gongkai::published::read(page.as_bytes(), "公开.html").unwrap_or_else(|found| panic!("{found}"))
}

#[test]
fn tables_with_spans_titles_and_units_are_read() {
    let published = read(
        "<!DOCTYPE html><html><head><title>不读</title><style>p{}</style></head><body><h1>东湖区水务局2024年部门预算</h1>\
         <p>一、&ensp;主要职能</p><p>负责水务&nbsp;工作。<script>document.write('不读')</script></p><p align=center>收支总表</p><p>单位：万元</p>\
         <table><tr><td colspan=2>收&nbsp;&nbsp;入</td><td rowspan=\"2\">备注</td></tr><tr><td>项目<td>预算数</tr>\
         <tr><td>一、财政拨款</td><td>12.50</td><td>&lt;无&gt;</td></tr></table><p>注：无</p></body></html>",
    );
    assert_eq!(texts(&published), ["东湖区水务局2024年部门预算", "一、主要职能", "负责水务工作。", "注：无"]);
    let table = published.tables().next().expect("a table");
    assert_eq!(
        (table.title.as_str(), table.above.as_slice(), table.heads),
        ("收支总表", &["单位：万元".to_owned()][..], 2)
    );
    assert_eq!(lines(table), [["收入", "", "备注"], ["项目", "预算数", ""], ["一、财政拨款", "12.50", "<无>"]]);
    assert_eq!(published.texts().next().map(|text| text.level), Some(1));
}

#[test]
fn a_table_that_arranges_the_page_is_text_and_the_one_within_it_a_table() {
    let published = read(
        "<html><body><table><tr><td>首页</td><td><p>预算公开说明。</p><table><tr><td>科目</td><td>合计</td></tr><tr><td>201</td><td>5.00</td></tr></table>\
         附注一则。</td></tr></table></body></html>",
    );
    assert_eq!(texts(&published), ["首页", "预算公开说明。", "附注一则。"]);
    assert_eq!(lines(published.tables().next().expect("a table")), [["科目", "合计"], ["201", "5.00"]]);
}

#[test]
fn rows_of_a_table_that_say_its_title_and_unit_stand_over_it() {
    let published = read(
        "<html><body><table><tr><td colspan=3>支出总表</td></tr><tr><td>编制单位：水务局</td><td></td><td>单位：元</td></tr>\
         <tr><td>科目</td><td>名称</td><td>合计</td></tr><tr><td>201</td><td>服务</td><td>5.00</td></tr></table></body></html>",
    );
    let table = published.tables().next().expect("a table");
    assert_eq!(
        (table.title.as_str(), table.above.as_slice()),
        ("支出总表", &["编制单位：水务局".to_owned(), "单位：元".to_owned()][..])
    );
    assert_eq!(lines(table), [["科目", "名称", "合计"], ["201", "服务", "5.00"]]);
}

#[test]
fn pages_in_gb_18030_are_read_whether_they_say_so_or_not() {
    for head in ["<meta http-equiv=Content-Type content=\"text/html; charset=gb2312\">", ""] {
        let page = format!("<html><head>{head}</head><body><p>部门预算公开说明</p></body></html>");
        let (bytes, ..) = encoding_rs::GB18030.encode(&page);
        let published = gongkai::published::read(&bytes, "公开.htm").unwrap_or_else(|found| panic!("{found}"));
        assert_eq!(texts(&published), ["部门预算公开说明"]);
    }
}

#[test]
fn what_is_hidden_is_not_read_and_pictures_are_told() {
    let published = read(
        "<html><body><div style=\"Display: none\"><div>内部资料</div></div><p hidden>不读</p><p>公开<img src=\"http://example.com/a.png\">说明</p></body></html>",
    );
    assert_eq!(texts(&published), ["公开说明"]);
    assert!(said(&published.found).iter().any(|line| line.contains("E564") && line.contains("图片")));
}

#[test]
fn tags_and_characters_are_those_that_a_browser_reads() {
    let published = read(
        "<html><body><p title='a>b' title=\"x\">&#x6C34;&#21153;&rarr;&yen;&mdash;&notit;&#128;&unknown;1 < 2</p><!-- <p>不读</p> --!>\
         <textarea><p>不读</p></textarea><svg><text>不读</text></svg><script>if (a < b) '</p>水</script ><p/>三\
         <table><tr><td COLSPAN=2 colspan=5>合<tr><td colspan='x'>1.00</td><td hidden=until-found>9</td><td>2.00</table></body></html>",
    );
    assert_eq!(texts(&published), ["水务→¥—¬it;€&unknown;1 < 2", "三"]);
    assert_eq!(lines(published.tables().next().expect("a table")), [["合", ""], ["1.00", "2.00"]]);
}

#[test]
fn hostile_pages_end_in_a_sentence() {
    let told = |page: &str| match gongkai::published::read(page.as_bytes(), "公开.html") {
        Ok(published) => format!("{} parts", published.parts.len()),
        Err(found) => found.to_string(),
    };
    assert!(told("<html><body><script>alert(1)").contains("E563"));
    let deep = "<table><tr><td>".repeat(50_000) + "水务";
    assert!(told(&format!("<html>{deep}")).contains("parts"));
    let wide = "<td colspan=999999999 rowspan=999999999>1</td>".repeat(50_000);
    assert!(told(&format!("<html><table><tr>{wide}</tr></table>")).contains("parts"));
    let many = "<tr><td>1<td>2".repeat(200_000);
    assert!(told(&format!("<html><table>{many}")).contains("E560"));
    // Rows without a cell are held too.
    assert!(told(&format!("<html><table>{}", "<tr>".repeat(200_000))).contains("E560"));
    // A tag keeps what counts of it, however much it says.
    let attributes: String = (0..300_000).map(|number| format!(" a{number}=b colspan=2")).collect();
    assert!(told(&format!("<html><table><tr><td>一<td{attributes}>二</table>")).contains("parts"));
    for odd in [
        "<html><a b='",
        "<html><!--",
        "<html></",
        "<html><",
        "<html>&#1114112;&#x;&;",
        "<html><td colspan=-1>二",
        "<html><p =a>三</p>",
        "<html><p 水=a 务>三</p>",
    ] {
        told(odd);
    }
    let whole = "<html><body><table><tr><td a='b' colspan=\"2\">收 入&nbsp;</td></tr><tr><td>1<td>2</table><p>水务</p></body></html>";
    for end in (0..whole.len()).filter(|end| whole.is_char_boundary(*end)) {
        let _ = gongkai::published::read(&whole.as_bytes()[..end], "公开.html");
    }
}

#[test]
fn a_page_of_html_gives_the_same_tables_as_the_document_it_was_made_of() {
    let made = crate::common::made(&crate::common::root().join("data/core-sample")).remove(0);
    let parts = super::producers::parts_of(made.document());
    if !crate::common::have_python(&["json"]) {
        return;
    }
    let bytes = super::producers::printed_by("html", &parts, "html");
    let published = gongkai::published::read(&bytes, "公开.html").unwrap_or_else(|found| panic!("{found}"));
    let (same, all, lost) = super::producers::compared(&parts, &published);
    assert!(lost.is_empty() && same == all, "{same} of {all}: {lost:#?}");
    assert!(published.parts.iter().any(|part| matches!(part, Part::Text(text) if text.level > 0)));
}
