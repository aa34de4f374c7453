//! The paper that a sheet is printed on: its size, margins and page numbers are those of the pages its table lies on.

use crate::markup::escape;
use crate::package;
use crate::style::{NumberPlace, PageSetup, Style};
use crate::typeset::Pages;
use crate::typeset::frame::TableGeometry;
use rust_xlsxwriter::Worksheet;

/// mm.
const INCH: f64 = 25.4;
/// Bytes of a sheet that was just written.
const SHEET: u64 = 1 << 30;

/// The paper of one sheet.
pub(super) struct Paper {
    /// Excel's number of its size.
    size: u8,
    landscape: bool,
    /// Top, right, bottom, left in mm, as it is read.
    margin: [f64; 4],
    /// From the foot of the sheet to the page number, in mm.
    foot: f64,
    /// What stands at the foot of odd and of even pages, in Excel's notation; empty: the pages bear no numbers.
    footers: Option<[String; 2]>,
    /// The number of its first page.
    first: Option<u16>,
}

impl Paper {
    /// That of the page on which a table begins.
    pub fn of(setup: &PageSetup, style: &Style, pages: &Pages, geometry: &TableGeometry) -> Paper {
        let label = pages.pages.get(geometry.page).map_or("", |page| page.label.as_str());
        let (before, after) = style.number.form.split_once("{}").unwrap_or(("", ""));
        // `&` begins what Excel fills in.
        let number = format!("{}&P{}", before.replace('&', "&&"), after.replace('&', "&&"));
        let size = style.text.get(&style.number.text).map_or(14.0, |text| text.size).round();
        let at = |place: &str| format!("&{place}&\"宋体\"&{size}{number}");
        let footers = match style.number.place {
            NumberPlace::Outside => [at("R"), at("L")],
            NumberPlace::Center => [at("C"), at("C")],
        };
        let [.., bottom, _] = setup.margin;
        Paper {
            size: size_of(setup.paper),
            landscape: setup.landscape,
            margin: setup.margin,
            foot: (bottom - style.number.below - size * INCH / 72.0).max(5.0),
            footers: (!label.is_empty()).then_some(footers),
            first: label.parse().ok().filter(|number| *number > 0),
        }
    }

    /// Its settings on the sheet; what stands on even pages is put in by [`with_page_numbers`].
    pub fn lay(&self, sheet: &mut Worksheet) {
        let [top, right, bottom, left] = self.margin.map(|mm| mm / INCH);
        sheet.set_paper_size(self.size).set_print_center_horizontally(true).set_print_fit_to_pages(1, 0);
        sheet.set_margins(left, right, top, bottom, 0.3, self.foot / INCH);
        if let Some([odd, _]) = &self.footers {
            sheet.set_footer(odd.as_str());
        }
        if self.landscape {
            sheet.set_landscape();
        }
    }
}

/// Excel's number of a size of paper in mm; A4 for what it has none for.
fn size_of([width, height]: [f64; 2]) -> u8 {
    const SIZES: [(f64, f64, u8); 5] =
        [(297.0, 420.0, 8), (210.0, 297.0, 9), (148.0, 210.0, 11), (257.0, 364.0, 12), (182.0, 257.0, 13)];
    let is_it = |known: &&(f64, f64, u8)| (known.0 - width).abs() < 1.0 && (known.1 - height).abs() < 1.0;
    SIZES.iter().find(is_it).map_or(9, |known| known.2)
}

/// The workbook with what rust_xlsxwriter has no way to say, a paper for each sheet: other words at the foot of even pages,
/// the number of the first page (0.99 writes the number where the switch goes).
pub(super) fn with_page_numbers(book: Vec<u8>, papers: &[Option<Paper>]) -> Vec<u8> {
    let Ok(mut archive) = package::open(&book) else { return book };
    let mut parts = Vec::new();
    for (number, paper) in (1..).zip(papers) {
        let Some(paper) = paper else { continue };
        let name = format!("xl/worksheets/sheet{number}.xml");
        let Ok(Some(content)) = package::part(&mut archive, &name, SHEET) else { continue };
        let Ok(mut content) = String::from_utf8(content) else { continue };
        if let Some(first) = paper.first {
            let setup = format!("<pageSetup firstPageNumber=\"{first}\" useFirstPageNumber=\"1\"");
            content = content.replacen("<pageSetup", &setup, 1);
        }
        if let Some([odd, even]) = paper.footers.as_ref().filter(|[odd, even]| odd != even) {
            let (ends, even) = ("</oddFooter>", escape(even));
            debug_assert!(content.contains(ends), "{odd}");
            content = content.replacen("<headerFooter", "<headerFooter differentOddEven=\"1\"", 1);
            content = content.replacen(ends, &format!("{ends}<evenFooter>{even}</evenFooter>"), 1);
        }
        parts.push((name, content.into_bytes()));
    }
    package::replaced(&book, &parts).unwrap_or(book)
}
