//! Printed figures become lines: table by table, the finest first, what each figure sums is taken from the lines there
//! are, and what they do not have is new. A figure takes from lines that may be what it sums, and they then are.

use super::flow::Transport;
use super::region::{Axis, Region, Within};
use rayon::prelude::*;
use std::sync::Arc;

/// A printed figure: which records it sums, and what it may be worth, in 分.
pub struct Cell {
    /// Its address.
    pub address: Arc<str>,
    /// The table and the side it stands on: figures of one do not count a record twice, but for totals.
    pub group: (Arc<str>, usize),
    /// The records that it sums.
    pub within: Within,
    /// The least that it may be worth.
    pub low: i128,
    /// The most.
    pub high: i128,
}

/// An amount of records that are not told apart.
#[derive(Clone)]
pub struct Line {
    /// What it may be.
    pub region: Region,
    /// In 分.
    pub amount: i128,
    /// The figures that it is part of, those that told what it is.
    pub of: Vec<Arc<str>>,
    /// The fields that no table tells, as bits.
    pub chosen: u64,
}

/// All records that rows of codes count in a table and a side, whether a row prints them or not.
pub struct Shown {
    /// The table and the side.
    pub group: (Arc<str>, usize),
    /// The records.
    pub within: Within,
}

/// What new lines cost a 分, and what cannot be.
const NEW: i64 = 1_000;
const LOST: i64 = 1_000_000;
const UNEXPLAINED: i64 = 10_000_000;

impl Cell {
    fn middle(&self) -> i128 {
        if self.low <= 0 && self.high >= 0 { 0 } else { (self.low + self.high + 1).div_euclid(2) }
    }
}

/// Figures that do not overlap, and what else their table would show.
type Stage<'c> = (Vec<&'c Cell>, Vec<&'c Within>);

/// The lines behind some figures. `none`: records that cannot be.
pub fn lines(axes: &[Axis], cells: &[Cell], shown: &[Shown], none: Vec<Within>) -> Vec<Line> {
    let mut groups: Vec<&(Arc<str>, usize)> = Vec::new();
    cells.iter().for_each(|cell| {
        if !groups.contains(&&cell.group) {
            groups.push(&cell.group);
        }
    });
    let mut making = Making { lines: Vec::new(), rest: Region::all(axes, none) };
    let mut stages: Vec<Stage<'_>> = Vec::new();
    for group in groups {
        let shown: Vec<&Within> =
            shown.iter().filter(|shown| shown.group == *group).map(|shown| &shown.within).collect();
        let layers = layers(cells.iter().filter(|cell| cell.group == *group));
        let has = |shown: &Within, cells: &[&Cell]| cells.iter().any(|cell| cell.within.lies_in(shown));
        // What a column counts that prints nothing at all is told with the first.
        let unheard = shown.iter().filter(|shown| !layers.iter().any(|cells| has(shown, cells))).copied();
        stages.push((Vec::new(), unheard.collect()));
        for cells in layers {
            let own = shown.iter().filter(|shown| has(shown, &cells)).copied().collect();
            stages.push((cells, own));
        }
    }
    // The finest first; of as fine ones that of the most money, then as they stand.
    let fineness = |(cells, _): &Stage<'_>| {
        let fields = cells.iter().map(|cell| cell.within.fields(axes)).max().unwrap_or(0);
        (fields, cells.iter().map(|cell| cell.middle().abs()).sum::<i128>())
    };
    stages.sort_by_key(|stage| std::cmp::Reverse(fineness(stage)));
    // Those that leave nothing to choose go first: what is chosen early may not fit what is told later. Of the others
    // the one of the most money: it holds what the smaller ones tell apart.
    while !stages.is_empty() {
        let tried = stages.par_iter().map(|(cells, shown)| making.after(cells, shown));
        let tried: Vec<(Making, i128)> = tried.collect();
        let best = tried.iter().enumerate().min_by_key(|(_, (_, open))| *open > 0).map_or(0, |(at, _)| at);
        stages.remove(best);
        making = tried.into_iter().nth(best).map(|(after, _)| after).unwrap_or(making);
    }
    // Totals that are more than what is printed below them.
    let mut totals: Vec<&Cell> = cells.iter().collect();
    totals.sort_by_key(|cell| std::cmp::Reverse(cell.within.fields(axes)));
    for total in totals {
        let sum: i128 = making
            .lines
            .iter()
            .filter(|line| line.region.within().lies_in(&total.within))
            .map(|line| line.amount)
            .sum();
        if sum < total.low || sum > total.high {
            making = making.after(&[total], &[]).0;
        }
    }
    making.lines
}

/// The figures of a group that are no totals of others, in layers: those of one do not count what another of it counts.
fn layers<'c>(cells: impl Iterator<Item = &'c Cell>) -> Vec<Vec<&'c Cell>> {
    let mut all: Vec<&Cell> = Vec::new();
    for cell in cells {
        match all.iter_mut().find(|known| known.within == cell.within) {
            // A blank beside a number that sums the same says less.
            Some(known) if known.middle() == 0 => *known = cell,
            Some(_) => {}
            None => all.push(cell),
        }
    }
    let is_lowest =
        |cell: &&&Cell| !all.iter().any(|other| other.within != cell.within && other.within.lies_in(&cell.within));
    let mut layers: Vec<Vec<&Cell>> = Vec::new();
    for cell in all.iter().filter(is_lowest) {
        let free = |layer: &&mut Vec<&Cell>| !layer.iter().any(|known| known.within.meets(&cell.within));
        match layers.iter_mut().find(free) {
            Some(layer) => layer.push(cell),
            None => layers.push(vec![cell]),
        }
    }
    layers
}

struct Making {
    lines: Vec<Line>,
    /// What new lines may be.
    rest: Region,
}

impl Making {
    /// After figures that do not overlap took theirs from the lines, and how much money could as well have gone another
    /// way; `shown`: what else their table would show.
    fn after(&self, cells: &[&Cell], shown: &[&Within]) -> (Making, i128) {
        let told: Vec<&Within> = cells.iter().map(|cell| &cell.within).chain(shown.iter().copied()).collect();
        let mut lines = Vec::new();
        let mut open = 0;
        for sign in [1, -1] {
            let of_sign: Vec<Line> = self.lines.iter().filter(|line| line.amount * sign > 0).cloned().collect();
            let wanted: Vec<&Cell> = cells.iter().copied().filter(|cell| cell.middle() * sign > 0).collect();
            lines.extend(self.taken(of_sign, &wanted, &told, sign, &mut open));
        }
        (Making { lines, rest: self.rest.but(told.iter().copied()) }, open)
    }

    /// Lines of one sign after figures of the same sign took theirs.
    fn taken(&self, lines: Vec<Line>, wanted: &[&Cell], told: &[&Within], sign: i128, open: &mut i128) -> Vec<Line> {
        if lines.is_empty() && wanted.is_empty() {
            return lines;
        }
        let untouched = |line: &Line| !told.iter().any(|told| told.meets(line.region.within()));
        let (apart, lines): (Vec<Line>, Vec<Line>) = lines.into_iter().partition(untouched);
        let outside: Vec<Option<Region>> = lines
            .iter()
            .map(|line| Some(line.region.but(told.iter().copied())).filter(|region| region.first().is_some()))
            .collect();
        let at = |region: &Region, cell: &Cell| {
            let region = region.and(&cell.within);
            region.first().is_some().then_some(region)
        };
        let mut cost: Vec<Vec<i64>> = Vec::new();
        for (line, outside) in lines.iter().zip(&outside) {
            let to = wanted.iter().map(|cell| if at(&line.region, cell).is_some() { 0 } else { UNEXPLAINED });
            cost.push(to.chain([if outside.is_some() { 0 } else { LOST }]).collect());
        }
        let new: Vec<Option<Region>> = wanted.iter().map(|cell| at(&self.rest, cell)).collect();
        let of_new = new.iter().map(|region| if region.is_some() { NEW } else { UNEXPLAINED });
        cost.push(of_new.chain([0]).collect());
        let supply: i128 = lines.iter().map(|line| line.amount.abs()).sum();
        let demand: i128 = wanted.iter().map(|cell| cell.middle().abs()).sum();
        let have = lines.iter().map(|line| line.amount.abs()).chain([demand]).collect();
        let want = wanted.iter().map(|cell| cell.middle().abs()).chain([supply]).collect();
        let transport = Transport { have, want, cost };
        let flow = transport.solve();
        let mut all = apart;
        let last = wanted.len();
        for (source, line) in lines.iter().enumerate() {
            for (target, cell) in wanted.iter().enumerate().filter(|(target, _)| flow[source][*target] > 0) {
                let Some(region) = at(&line.region, cell) else { continue };
                let mut part = Line { region, amount: sign * flow[source][target], ..line.clone() };
                part.of.push(cell.address.clone());
                if transport.could_differ(&flow, source, target, NEW - 1) {
                    part.chosen |= cell.within.says_more(line.region.within());
                    *open += flow[source][target];
                }
                all.push(part);
            }
            if let (amount, Some(region)) = (flow[source][last], &outside[source])
                && amount > 0
            {
                all.push(Line { region: region.clone(), amount: sign * amount, ..line.clone() });
            }
        }
        for (target, cell) in wanted.iter().enumerate().filter(|(target, _)| flow[lines.len()][*target] > 0) {
            let Some(region) = new[target].clone() else { continue };
            let amount = sign * flow[lines.len()][target];
            all.push(Line { region, amount, of: vec![cell.address.clone()], chosen: 0 });
        }
        all
    }
}
