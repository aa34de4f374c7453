//! Column heads: texts per header row become cells that merge down first, then right under the same cells above.

/// A head cell: text, row, column, rows and columns it spans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    pub text: String,
    pub row: usize,
    pub column: usize,
    pub rowspan: usize,
    pub colspan: usize,
}

/// Tiles the heads of all columns. `figure[c]`: the bottom cell of column `c` never merges sideways.
/// The last text of a column reaches the bottom. Returns the number of header rows and the cells in reading order.
pub fn tile(heads: &[Vec<String>], figure: &[bool]) -> (usize, Vec<Head>) {
    let rows = heads.iter().map(Vec::len).max().unwrap_or(0);
    if heads.iter().flatten().all(String::is_empty) {
        return (0, Vec::new());
    }
    let text = |column: usize, row: usize| -> &str {
        let head = &heads[column];
        head.get(row).or(head.last()).map_or("", String::as_str)
    };
    let above = |column: usize, upto: usize| -> Vec<&str> { (0..upto).map(|r| text(column, r)).collect() };
    let mut taken = vec![vec![false; heads.len()]; rows];
    let mut cells = Vec::new();
    for row in 0..rows {
        for column in 0..heads.len() {
            if taken[row][column] {
                continue;
            }
            let own = text(column, row);
            let rowspan = (row..rows).take_while(|&r| text(column, r) == own).count();
            let bottom = row + rowspan;
            let joins = |next: usize| {
                !taken[row][next]
                    && !own.is_empty()
                    && above(next, bottom) == above(column, bottom)
                    && (bottom == rows || text(next, bottom) != own)
                    && (bottom < rows || !(figure[column] || figure[next]))
            };
            let colspan = 1 + (column + 1..heads.len()).take_while(|&next| joins(next)).count();
            for line in taken.iter_mut().skip(row).take(rowspan) {
                line[column..column + colspan].fill(true);
            }
            cells.push(Head { text: own.to_string(), row, column, rowspan, colspan });
        }
    }
    (rows, cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heads(columns: &[&[&str]]) -> Vec<Vec<String>> {
        columns.iter().map(|c| c.iter().map(|t| t.to_string()).collect()).collect()
    }

    #[test]
    fn equal_neighbours_merge_down_then_right() {
        let columns = heads(&[&["序号"], &["收入", "项目"], &["收入", "预算数"], &["合计"]]);
        let (rows, cells) = tile(&columns, &[false, false, true, true]);
        let shape: Vec<_> = cells.iter().map(|h| (h.text.as_str(), h.row, h.column, h.rowspan, h.colspan)).collect();
        assert_eq!(rows, 2);
        assert_eq!(
            shape,
            [
                ("序号", 0, 0, 2, 1),
                ("收入", 0, 1, 1, 2),
                ("合计", 0, 3, 2, 1),
                ("项目", 1, 1, 1, 1),
                ("预算数", 1, 2, 1, 1)
            ]
        );
    }

    #[test]
    fn figure_columns_never_share_a_bottom_cell() {
        let (_, cells) = tile(&heads(&[&["金额"], &["金额"]]), &[true, true]);
        assert_eq!(cells.len(), 2);
    }
}
