//! Charts that Word draws and people edit: a DrawingML part for each, with the workbook behind it (ECMA-376-1 21.2), and
//! the drawing that shows it in a paragraph. Every fill is said, as patterns that a copier keeps apart; LibreOffice draws
//! none that is not.

use super::Error;
use super::parts::{Part, XML};
use super::xml::escape;
use crate::cell_name::letters;
use crate::document::{Chart, ChartKind, ChartValue};
use crate::typeset::frame::ChartGeometry;
use crate::write::xlsx::chart::{SHEET, legend, number_format, write};
use rayon::prelude::*;
use rust_decimal::Decimal;
use std::fmt::Write;

/// A chart with the tags of its figures, in the order of [`Chart::values`], and its size in print.
pub struct ChartPlan<'a> {
    pub chart: &'a Chart,
    pub tags: Vec<String>,
    pub size: ChartGeometry,
}

const C: &str = "http://schemas.openxmlformats.org/drawingml/2006/chart";
const A: &str = "http://schemas.openxmlformats.org/drawingml/2006/main";
const R: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// English Metric Units of a point.
const EMU: f64 = 12_700.0;

/// Patterns in the order of those in print: preset, foreground; a solid one has no preset.
const FILLS: [(&str, &str); 8] = [
    ("", "666666"),
    ("wdUpDiag", "000000"),
    ("", "C7C7C7"),
    ("narHorz", "000000"),
    ("dkDnDiag", "595959"),
    ("smGrid", "000000"),
    ("narVert", "595959"),
    ("", "FFFFFF"),
];

/// The name of the n-th chart's part below `word/`, and of its relationship.
pub fn chart_part(index: usize) -> (String, String) {
    (format!("charts/chart{}.xml", index + 1), format!("rIdChart{}", index + 1))
}

/// The drawing in the run of its paragraph.
pub fn drawing(plan: &ChartPlan, index: usize) -> String {
    let (width, height) = ((plan.size.width * EMU).round() as i64, (plan.size.height * EMU).round() as i64);
    let (id, name, words) = (index + 1, escape(&plan.chart.id), escape(&plan.chart.description));
    let relation = chart_part(index).1;
    format!(
        r#"<w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{width}" cy="{height}"/><wp:docPr id="{id}" name="{name}" descr="{words}"/><wp:cNvGraphicFramePr/><a:graphic xmlns:a="{A}"><a:graphicData uri="{C}"><c:chart xmlns:c="{C}" r:id="{relation}"/></a:graphicData></a:graphic></wp:inline></w:drawing>"#
    )
}

/// The parts of every chart: itself, where its workbook is, the workbook.
pub fn parts(charts: &[ChartPlan], date: Option<&str>) -> Result<Vec<Part>, Error> {
    let of_chart = |(index, plan): (usize, &ChartPlan)| {
        let number = index + 1;
        let workbook = write(plan.chart, &plan.tags, date).map_err(Error::Body)?;
        let relation = format!(
            r#"{XML}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="{R}/package" Target="../embeddings/chart{number}.xlsx"/></Relationships>"#
        );
        let part = |name: String, content: Vec<u8>| Part { name, content };
        Ok(vec![
            part(format!("word/{}", chart_part(index).0), xml(plan.chart).into_bytes()),
            part(format!("word/charts/_rels/chart{number}.xml.rels"), relation.into_bytes()),
            part(format!("word/embeddings/chart{number}.xlsx"), workbook),
        ])
    };
    // Each has a workbook of its own to write.
    let parts: Vec<Vec<Part>> = charts.par_iter().enumerate().map(of_chart).collect::<Result<_, Error>>()?;
    Ok(parts.into_iter().flatten().collect())
}

fn xml(chart: &Chart) -> String {
    let mut out = format!(
        r#"{XML}<c:chartSpace xmlns:c="{C}" xmlns:a="{A}" xmlns:r="{R}"><c:roundedCorners val="0"/><c:chart><c:title><c:tx><c:rich><a:bodyPr/><a:p><a:pPr><a:defRPr sz="900" b="0"/></a:pPr><a:r><a:rPr lang="zh-CN" sz="900" b="0"><a:solidFill><a:srgbClr val="000000"/></a:solidFill></a:rPr><a:t>单位：{}</a:t></a:r></a:p></c:rich></c:tx><c:layout><c:manualLayout><c:xMode val="edge"/><c:yMode val="edge"/><c:x val="0.86"/><c:y val="0"/></c:manualLayout></c:layout><c:overlay val="0"/></c:title><c:autoTitleDeleted val="0"/><c:plotArea><c:layout/>"#,
        escape(&chart.unit)
    );
    let (open, close) = match chart.kind {
        ChartKind::Pie => (r#"<c:pieChart><c:varyColors val="1"/>"#, r#"<c:firstSliceAng val="0"/></c:pieChart>"#),
        ChartKind::Columns => (
            r#"<c:barChart><c:barDir val="col"/><c:grouping val="clustered"/><c:varyColors val="0"/>"#,
            r#"<c:gapWidth val="80"/><c:axId val="1"/><c:axId val="2"/></c:barChart>"#,
        ),
        ChartKind::Stacked => (
            r#"<c:barChart><c:barDir val="col"/><c:grouping val="stacked"/><c:varyColors val="0"/>"#,
            r#"<c:gapWidth val="80"/><c:overlap val="100"/><c:axId val="1"/><c:axId val="2"/></c:barChart>"#,
        ),
        ChartKind::Line => (
            r#"<c:lineChart><c:grouping val="standard"/><c:varyColors val="0"/>"#,
            r#"<c:marker val="1"/><c:axId val="1"/><c:axId val="2"/></c:lineChart>"#,
        ),
    };
    out += open;
    for index in 0..chart.series.len() {
        series(&mut out, chart, index);
    }
    out += close;
    if chart.kind != ChartKind::Pie {
        // Columns that do not begin at nought would lie about their amounts.
        let floor = if chart.values().all(|value| value.amount >= Decimal::ZERO) { r#"<c:min val="0"/>"# } else { "" };
        let _ = write!(out, "{CATEGORIES}{VALUES_BEGIN}{floor}{VALUES_END}");
    }
    out += "</c:plotArea>";
    // Programs put labels of small slices over others: what a slice is stands in the legend, with its number.
    if chart.kind == ChartKind::Pie {
        let _ = write!(out, r#"<c:legend><c:legendPos val="r"/><c:overlay val="0"/>{TEXT}</c:legend>"#);
    } else if chart.series.len() > 1 {
        let _ = write!(out, r#"<c:legend><c:legendPos val="b"/><c:overlay val="0"/>{TEXT}</c:legend>"#);
    }
    let _ = write!(
        out,
        r#"<c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart><c:spPr><a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill><a:ln><a:noFill/></a:ln></c:spPr>{TEXT}<c:externalData r:id="rId1"><c:autoUpdate val="0"/></c:externalData></c:chartSpace>"#
    );
    out
}

/// Words in a chart: 9 pt, black.
const TEXT: &str = r#"<c:txPr><a:bodyPr/><a:p><a:pPr><a:defRPr sz="900"><a:solidFill><a:srgbClr val="000000"/></a:solidFill></a:defRPr></a:pPr><a:endParaRPr lang="zh-CN"/></a:p></c:txPr>"#;

const LINE: &str = r#"<a:ln w="7620"><a:solidFill><a:srgbClr val="000000"/></a:solidFill></a:ln>"#;

const CATEGORIES: &str = r#"<c:catAx><c:axId val="1"/><c:scaling><c:orientation val="minMax"/></c:scaling><c:delete val="0"/><c:axPos val="b"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="low"/><c:spPr><a:ln w="7620"><a:solidFill><a:srgbClr val="000000"/></a:solidFill></a:ln></c:spPr><c:crossAx val="2"/><c:crosses val="autoZero"/></c:catAx>"#;
const VALUES_BEGIN: &str = r#"<c:valAx><c:axId val="2"/><c:scaling><c:orientation val="minMax"/>"#;
const VALUES_END: &str = r#"</c:scaling><c:delete val="1"/><c:axPos val="l"/><c:numFmt formatCode="0.00" sourceLinked="0"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="none"/><c:crossAx val="1"/><c:crosses val="autoZero"/></c:valAx>"#;

fn fill(number: usize) -> String {
    match FILLS[number % FILLS.len()] {
        ("", grey) => format!(r#"<a:solidFill><a:srgbClr val="{grey}"/></a:solidFill>"#),
        (preset, lines) => format!(
            r#"<a:pattFill prst="{preset}"><a:fgClr><a:srgbClr val="{lines}"/></a:fgClr><a:bgClr><a:srgbClr val="FFFFFF"/></a:bgClr></a:pattFill>"#
        ),
    }
}

/// One series: its name, its look, its labels, where its cells are, and what they hold.
fn series(out: &mut String, chart: &Chart, index: usize) {
    let count = chart.items.len();
    let column = letters(index as u32 + 2);
    let name = if chart.series[index].is_empty() { &chart.unit } else { &chart.series[index] };
    let _ = write!(
        out,
        r#"<c:ser><c:idx val="{index}"/><c:order val="{index}"/><c:tx><c:strRef><c:f>{SHEET}!${column}$1</c:f><c:strCache><c:ptCount val="1"/><c:pt idx="0"><c:v>{}</c:v></c:pt></c:strCache></c:strRef></c:tx>"#,
        escape(name)
    );
    match chart.kind {
        ChartKind::Pie => {
            for point in 0..count {
                let _ = write!(
                    out,
                    r#"<c:dPt><c:idx val="{point}"/><c:bubble3D val="0"/><c:spPr>{}{LINE}</c:spPr></c:dPt>"#,
                    fill(point)
                );
            }
        }
        ChartKind::Line => {
            const DASHES: [&str; 4] = ["solid", "dash", "sysDot", "lgDashDot"];
            const MARKS: [&str; 3] = ["circle", "square", "triangle"];
            let (dash, mark) = (DASHES[index % DASHES.len()], MARKS[index / 2 % MARKS.len()]);
            let ground = if index.is_multiple_of(2) { "000000" } else { "FFFFFF" };
            let _ = write!(
                out,
                r#"<c:spPr><a:ln w="12700"><a:solidFill><a:srgbClr val="000000"/></a:solidFill><a:prstDash val="{dash}"/></a:ln></c:spPr><c:marker><c:symbol val="{mark}"/><c:size val="6"/><c:spPr><a:solidFill><a:srgbClr val="{ground}"/></a:solidFill>{LINE}</c:spPr></c:marker>"#
            );
        }
        ChartKind::Columns | ChartKind::Stacked => {
            let _ = write!(out, r#"<c:spPr>{}{LINE}</c:spPr><c:invertIfNegative val="0"/>"#, fill(index));
        }
    }
    if chart.kind != ChartKind::Pie {
        labels(out, chart, index);
    }
    let named = if chart.kind == ChartKind::Pie { "C" } else { "A" };
    let _ = write!(
        out,
        r#"<c:cat><c:strRef><c:f>{SHEET}!${named}$2:${named}${last}</c:f><c:strCache><c:ptCount val="{count}"/>"#,
        last = count + 1
    );
    for (point, item) in chart.items.iter().enumerate() {
        let name = if chart.kind == ChartKind::Pie { legend(item) } else { item.label.clone() };
        let _ = write!(out, r#"<c:pt idx="{point}"><c:v>{}</c:v></c:pt>"#, escape(&name));
    }
    let values: Vec<&ChartValue> = chart.items.iter().filter_map(|item| item.values.get(index)).collect();
    let places = values.iter().map(|value| value.amount.scale()).max().unwrap_or_default();
    let _ = write!(
        out,
        r#"</c:strCache></c:strRef></c:cat><c:val><c:numRef><c:f>{SHEET}!${column}$2:${column}${last}</c:f><c:numCache><c:formatCode>{}</c:formatCode><c:ptCount val="{count}"/>"#,
        number_format(places),
        last = count + 1
    );
    for (point, value) in values.iter().enumerate() {
        let _ = write!(out, r#"<c:pt idx="{point}"><c:v>{}</c:v></c:pt>"#, value.amount);
    }
    out.push_str("</c:numCache></c:numRef></c:val></c:ser>");
}

/// The numbers of columns and points.
fn labels(out: &mut String, chart: &Chart, index: usize) {
    let places = chart.items.iter().filter_map(|item| item.values.get(index)).map(|value| value.amount.scale()).max();
    let place = match chart.kind {
        ChartKind::Columns => "outEnd",
        ChartKind::Stacked | ChartKind::Pie => "ctr",
        ChartKind::Line => "t",
    };
    let _ = write!(
        out,
        r#"<c:dLbls><c:numFmt formatCode="{}" sourceLinked="0"/><c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>{TEXT}<c:dLblPos val="{place}"/><c:showLegendKey val="0"/><c:showVal val="1"/><c:showCatName val="0"/><c:showSerName val="0"/><c:showPercent val="0"/><c:showBubbleSize val="0"/></c:dLbls>"#,
        number_format(places.unwrap_or_default())
    );
}
