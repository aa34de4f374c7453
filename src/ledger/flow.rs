//! Amounts from where they are to where they are wanted, at least cost: successive shortest paths (Ford and Fulkerson
//! 1962, chapter III), in whole 分.

use std::collections::{BTreeSet, VecDeque};

/// Sources with amounts, targets with amounts, and what a 分 from one to the other costs. All sources together have what
/// all targets want.
pub struct Transport {
    /// What each source has, above 0.
    pub have: Vec<i128>,
    /// What each target wants, above 0.
    pub want: Vec<i128>,
    /// Per source and target: the cost.
    pub cost: Vec<Vec<i64>>,
}

/// Per source and target, what goes there.
pub type Flow = Vec<Vec<i128>>;

impl Transport {
    /// A flow of least cost.
    pub fn solve(&self) -> Flow {
        let (sources, targets) = (self.have.len(), self.want.len());
        let mut flow = vec![vec![0; targets]; sources];
        let (mut have, mut want) = (self.have.clone(), self.want.clone());
        while let Some(path) = self.shortest(&flow, &have, &want) {
            let (source, target) = (path[0].0, path[path.len() - 1].1);
            let back = path.windows(2).map(|pair| flow[pair[1].0][pair[0].1]);
            let amount = back.chain([have[source], want[target]]).min().unwrap_or(0);
            // A path goes forward over each of its pairs, and back from each target to the next source.
            for pair in path.windows(2) {
                flow[pair[1].0][pair[0].1] -= amount;
            }
            path.iter().for_each(|&(source, target)| flow[source][target] += amount);
            have[source] -= amount;
            want[target] -= amount;
        }
        flow
    }

    /// The cheapest path from a source that still has to a target that still wants, as the pairs it goes forward over.
    fn shortest(&self, flow: &Flow, have: &[i128], want: &[i128]) -> Option<Vec<(usize, usize)>> {
        let (sources, targets) = (have.len(), want.len());
        let mut to_source: Vec<Option<i64>> = have.iter().map(|left| (*left > 0).then_some(0)).collect();
        let mut to_target: Vec<Option<i64>> = vec![None; targets];
        let mut by_source = vec![0; targets];
        let mut by_target = vec![usize::MAX; sources];
        let mut queue: VecDeque<usize> = (0..sources).filter(|source| have[*source] > 0).collect();
        let mut queued: Vec<bool> = have.iter().map(|left| *left > 0).collect();
        while let Some(source) = queue.pop_front() {
            queued[source] = false;
            let Some(so_far) = to_source[source] else { continue };
            for target in 0..targets {
                let cost = so_far + self.cost[source][target];
                if to_target[target].is_some_and(|known| known <= cost) {
                    continue;
                }
                to_target[target] = Some(cost);
                by_source[target] = source;
                for other in (0..sources).filter(|other| flow[*other][target] > 0) {
                    let cost = cost - self.cost[other][target];
                    if to_source[other].is_none_or(|known| cost < known) {
                        to_source[other] = Some(cost);
                        by_target[other] = target;
                        if !queued[other] {
                            queued[other] = true;
                            queue.push_back(other);
                        }
                    }
                }
            }
        }
        let end = (0..targets).filter(|target| want[*target] > 0 && to_target[*target].is_some());
        let mut target = end.min_by_key(|target| to_target[*target])?;
        let mut path = Vec::new();
        loop {
            let source = by_source[target];
            path.push((source, target));
            match by_target[source] {
                usize::MAX => break,
                before => target = before,
            }
        }
        path.reverse();
        Some(path)
    }

    /// Whether what goes from a source to a target could be another amount at no more than `most` a 分 on every way, all
    /// sources and targets keeping theirs.
    pub fn could_differ(&self, flow: &Flow, source: usize, target: usize, most: i64) -> bool {
        let others = |to: usize| (0..flow.len()).filter(move |other| flow[*other][to] > 0 && *other != source);
        let more = |at: usize| (0..self.want.len()).filter(move |to| self.cost[at][*to] <= most);
        // Along a circle through the pair: less of it, the source gives elsewhere, and what gave there gives here.
        let mut open: Vec<usize> = more(source).filter(|to| *to != target).flat_map(others).collect();
        let mut seen: BTreeSet<usize> = open.iter().copied().collect();
        while let Some(at) = open.pop() {
            if self.cost[at][target] <= most {
                return true;
            }
            open.extend(more(at).flat_map(others).filter(|other| seen.insert(*other)));
        }
        // Or more of it: what gave to the target gives elsewhere, and there the source gives less.
        let mut open: Vec<usize> = others(target).collect();
        let mut seen: BTreeSet<usize> = open.iter().copied().collect();
        while let Some(at) = open.pop() {
            if more(at).any(|to| to != target && flow[source][to] > 0) {
                return true;
            }
            open.extend(more(at).filter(|to| *to != target).flat_map(others).filter(|other| seen.insert(*other)));
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cheapest_flow_is_found_and_what_is_forced_is_known() {
        let one = Transport { have: vec![5, 3], want: vec![4, 4], cost: vec![vec![0, 1], vec![0, 9]] };
        let flow = one.solve();
        assert_eq!(flow, vec![vec![1, 4], vec![3, 0]]);
        assert!(one.could_differ(&flow, 0, 0, 9));
        assert!(!one.could_differ(&flow, 0, 0, 1));
    }
}
