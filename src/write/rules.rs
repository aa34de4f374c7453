//! Rules that meet at their corners. Typesetting says where a rule's middle runs; here collinear pieces become one
//! line, and each end that meets a crossing rule reaches that rule's far edge. Drawn with butt caps, the corners are
//! then closed whatever the two widths are, and an end that meets nothing stays where it is.

use crate::typeset::frame::Rule;
use std::collections::BTreeMap;

/// Two places closer than this are one place (pt). Typesetting computes a grid line's place in more than one way.
const SAME: f64 = 0.02;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Direction {
    Horizontal,
    Vertical,
}

/// A straight piece along one axis: `across` is its place on the other one.
#[derive(Debug, Clone, Copy)]
struct Piece {
    across: f64,
    start: f64,
    end: f64,
    width: f64,
}

impl Piece {
    fn of(rule: &Rule) -> Option<(Direction, Piece)> {
        let (x, y) = ((rule.from.0, rule.to.0), (rule.from.1, rule.to.1));
        let along =
            |across: f64, (a, b): (f64, f64)| Piece { across, start: a.min(b), end: a.max(b), width: rule.width };
        if (y.0 - y.1).abs() < SAME {
            Some((Direction::Horizontal, along(y.0, x)))
        } else if (x.0 - x.1).abs() < SAME {
            Some((Direction::Vertical, along(x.0, y)))
        } else {
            None
        }
    }

    fn rule(&self, direction: Direction) -> Rule {
        let (from, to) = match direction {
            Direction::Horizontal => ((self.start, self.across), (self.end, self.across)),
            Direction::Vertical => ((self.across, self.start), (self.across, self.end)),
        };
        Rule { from, to, width: self.width }
    }
}

/// The rules to draw for `rules`: joined, closed at their corners, in a fixed order (thin before thick, horizontal
/// before vertical, then by place). Slanted rules come last, as they are.
pub(super) fn joined(rules: &[Rule]) -> Vec<Rule> {
    let (mut horizontal, mut vertical, mut slanted) = (Vec::new(), Vec::new(), Vec::new());
    for rule in rules {
        match Piece::of(rule) {
            Some((Direction::Horizontal, piece)) => horizontal.push(piece),
            Some((Direction::Vertical, piece)) => vertical.push(piece),
            None => slanted.push(*rule),
        }
    }
    let (horizontal, vertical) = (connect(horizontal), connect(vertical));
    let (rows, columns) = (by_place(&horizontal), by_place(&vertical));
    let mut drawn = Vec::with_capacity(rules.len());
    drawn.extend(horizontal.iter().map(|p| reach(p, &columns).rule(Direction::Horizontal)));
    drawn.extend(vertical.iter().map(|p| reach(p, &rows).rule(Direction::Vertical)));
    drawn.extend(slanted);
    drawn.sort_by(|a, b| a.width.total_cmp(&b.width));
    drawn
}

/// Makes one of pieces of the same width that overlap or touch on one line.
fn connect(mut pieces: Vec<Piece>) -> Vec<Piece> {
    pieces.sort_by(|a, b| {
        let line = |p: &Piece| (p.width.to_bits(), key(p.across));
        line(a).cmp(&line(b)).then(a.start.total_cmp(&b.start))
    });
    let mut whole: Vec<Piece> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        match whole.last_mut() {
            Some(last)
                if last.width == piece.width
                    && (last.across - piece.across).abs() < SAME
                    && piece.start <= last.end + SAME =>
            {
                last.end = last.end.max(piece.end);
            }
            _ => whole.push(piece),
        }
    }
    whole
}

/// A place in steps of [`SAME`]; neighbouring keys may hold the same place.
fn key(place: f64) -> i64 {
    (place / SAME).round() as i64
}

fn by_place(pieces: &[Piece]) -> BTreeMap<i64, Vec<Piece>> {
    let mut places: BTreeMap<i64, Vec<Piece>> = BTreeMap::new();
    for piece in pieces {
        places.entry(key(piece.across)).or_default().push(*piece);
    }
    places
}

/// The piece with each end moved out to the far edge of the widest piece that crosses it there.
fn reach(piece: &Piece, crossing: &BTreeMap<i64, Vec<Piece>>) -> Piece {
    let half_width_at = |place: f64| {
        crossing
            .range(key(place) - 1..=key(place) + 1)
            .flat_map(|(_, pieces)| pieces)
            .filter(|p| p.start - SAME <= piece.across && piece.across <= p.end + SAME)
            .map(|p| p.width / 2.0)
            .fold(0.0, f64::max)
    };
    Piece { start: piece.start - half_width_at(piece.start), end: piece.end + half_width_at(piece.end), ..*piece }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(from: (f64, f64), to: (f64, f64), width: f64) -> Rule {
        Rule { from, to, width }
    }

    #[test]
    fn corners_of_a_frame_are_closed() {
        let frame = [
            rule((10.0, 10.0), (90.0, 10.0), 1.0),
            rule((10.0, 50.0), (90.0, 50.0), 1.0),
            rule((10.0, 10.0), (10.0, 50.0), 1.0),
            rule((90.0, 10.0), (90.0, 50.0), 1.0),
        ];
        let drawn = joined(&frame);
        assert_eq!(drawn[0], rule((9.5, 10.0), (90.5, 10.0), 1.0));
        assert_eq!(drawn[2], rule((10.0, 9.5), (10.0, 50.5), 1.0));
    }

    #[test]
    fn a_thin_rule_reaches_the_far_edge_of_a_thick_one_and_no_further() {
        let drawn = joined(&[rule((10.0, 20.0), (90.0, 20.0), 0.5), rule((10.0, 0.0), (10.0, 40.0), 1.0)]);
        assert_eq!(drawn[0], rule((9.5, 20.0), (90.0, 20.0), 0.5), "the free end stays");
        assert_eq!(drawn[1], rule((10.0, 0.0), (10.0, 40.0), 1.0), "the rule passed by is not changed");
    }

    #[test]
    fn pieces_on_one_line_become_one() {
        let drawn = joined(&[
            rule((50.0, 20.0), (90.0, 20.0), 0.5),
            rule((50.0, 20.0), (10.0, 20.0), 0.5),
            rule((95.0, 20.0), (99.0, 20.0), 0.5),
        ]);
        assert_eq!(drawn, [rule((10.0, 20.0), (90.0, 20.0), 0.5), rule((95.0, 20.0), (99.0, 20.0), 0.5)]);
    }

    #[test]
    fn order_of_input_does_not_matter() {
        let mut rules = vec![
            rule((0.0, 0.0), (9.0, 0.0), 0.5),
            rule((0.0, 5.0), (9.0, 5.0), 1.0),
            rule((0.0, 0.0), (0.0, 5.0), 1.0),
            rule((9.0, 0.0), (9.0, 5.0), 0.5),
        ];
        let drawn = joined(&rules);
        rules.reverse();
        assert_eq!(joined(&rules), drawn);
    }
}
