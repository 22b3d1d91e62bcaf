//! What is compared with what, and which bar it has to pass. Principal type: [`Row`].

use super::comparisons::COMPARISONS;
use super::figures::Figures;

/// A figure of clx against a peer, or against a limit.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    /// What was measured.
    pub(super) what: &'static str,
    /// The figure of clx.
    pub(super) clx: String,
    /// The figure of the other side, or the limit.
    pub(super) other: String,
    /// How they compare.
    pub(super) ratio: String,
    /// The bar.
    pub(super) target: String,
    /// Whether clx passes it, `None` if there is no bar.
    pub(super) passed: Option<bool>,
}

/// A figure's name: side, measurement, figure.
pub(super) type Name = (&'static str, &'static str, &'static str);

/// How a row is made.
pub(super) struct Comparison {
    pub(super) what: &'static str,
    pub(super) clx: Name,
    pub(super) other: Option<Name>,
    pub(super) unit: Unit,
    pub(super) bar: Bar,
}

#[derive(Clone, Copy)]
pub(super) enum Unit {
    /// More is better; the ratio is clx to peer.
    PerSecond,
    /// Less is better; the ratio is peer to clx.
    Milliseconds,
    Percent,
    Seconds,
    Megabytes,
    /// A ratio in itself.
    Times,
}

/// What has to hold.
#[derive(Clone, Copy)]
pub(super) enum Bar {
    /// The ratio is at least this.
    Ratio(f64),
    /// The figure of clx is at most this.
    AtMost(f64),
    /// For information.
    None,
}

/// Compares what was measured, in the order of the page.
pub(super) fn all(figures: &Figures) -> Vec<Row> {
    let rows = COMPARISONS.iter().filter_map(|comparison| row(comparison, figures));
    rows.collect()
}

fn row(comparison: &Comparison, figures: &Figures) -> Option<Row> {
    let find = |(side, measurement, name): Name| figures.median(side, measurement, name);
    let clx = find(comparison.clx)?;
    let other = match comparison.other {
        Some(other) => Some(find(other)?),
        None => None,
    };
    let ratio = other.map(|other| match comparison.unit {
        Unit::PerSecond => clx / other,
        Unit::Milliseconds | Unit::Percent | Unit::Seconds | Unit::Megabytes | Unit::Times => {
            other / clx
        }
    });
    let (target, passed) = match comparison.bar {
        Bar::Ratio(least) => {
            (format!("at least {least} x"), Some(ratio.is_some_and(|ratio| ratio >= least)))
        }
        Bar::AtMost(most) => {
            (format!("at most {}", shown(most, comparison.unit)), Some(clx <= most))
        }
        Bar::None => (String::new(), None),
    };
    Some(Row {
        what: comparison.what,
        clx: shown(clx, comparison.unit),
        other: other.map_or_else(String::new, |other| shown(other, comparison.unit)),
        ratio: ratio.map_or_else(String::new, |ratio| format!("{ratio:.2} x")),
        target,
        passed,
    })
}

fn shown(value: f64, unit: Unit) -> String {
    match unit {
        Unit::PerSecond => format!("{value:.0}/s"),
        Unit::Milliseconds => format!("{value:.2} ms"),
        Unit::Percent => format!("{value:.2} %"),
        Unit::Seconds => format!("{value:.2} s"),
        Unit::Megabytes => format!("{value:.1} MB"),
        Unit::Times => format!("{value:.2} x"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(figures: &[(&str, &str, &str, f64)], expected: &[(&str, &str, Option<bool>)]) {
        let rows = all(&Figures::of(figures));
        let found: Vec<_> = rows.iter().map(|row| (&*row.clx, &*row.ratio, row.passed)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn ratio_says_how_much_better_clx_is() {
        check(
            &[
                ("clx", "queue", "enqueue_per_s", 3000.0),
                ("RabbitMQ", "queue", "enqueue_per_s", 1000.0),
            ],
            &[("3000/s", "3.00 x", None)],
        );
        check(
            &[("clx", "latency", "p50_ms", 0.25), ("effectum", "latency", "p50_ms", 0.5)],
            &[("0.25 ms", "", Some(true)), ("0.25 ms", "2.00 x", None)],
        );
    }

    #[test]
    fn pages_and_execution_are_faster_the_less_they_take() {
        check(
            &[
                ("clx", "page", "page_ms", 2.0),
                ("nbconvert", "page", "page_ms", 19.0),
                ("nbconvert", "page", "new_exporter_ms", 25.0),
            ],
            &[("2.00 ms", "9.50 x", Some(false)), ("2.00 ms", "12.50 x", None)],
        );
        check(
            &[("clx", "execute", "build_s", 5.0), ("nbconvert", "execute", "build_s", 10.0)],
            &[("5.00 s", "2.00 x", Some(true))],
        );
        check(&[("clx", "memory", "peak_mb", 60.04)], &[("60.0 MB", "", Some(false))]);
    }

    #[test]
    fn diagrams_are_compared_by_time_and_memory() {
        check(
            &[
                ("clx", "plantuml", "warm_s", 4.0),
                ("clx", "plantuml", "cold_s", 50.0),
                ("clx", "plantuml", "warm_mb", 200.0),
                ("clx", "plantuml", "cold_mb", 150.0),
            ],
            &[("4.00 s", "12.50 x", Some(true)), ("200.0 MB", "0.75 x", None)],
        );
        check(
            &[("clx", "drawio", "picture_ms", 150.5), ("clx", "drawio", "memory_mb", 512.0)],
            &[("150.50 ms", "", Some(false)), ("512.0 MB", "", None)],
        );
    }

    #[test]
    fn rows_of_a_peer_that_lacks_are_left_out() {
        check(&[("clx", "page", "page_ms", 1.0), ("clx", "execute", "build_s", 5.0)], &[]);
    }

    #[test]
    fn bar_that_is_missed_is_told() {
        check(&[("clx", "idle", "cpu_percent", 0.2)], &[("0.20 %", "", Some(false))]);
        check(
            &[
                ("clx", "queue", "claim_per_s", 1400.0),
                ("effectum", "queue", "drain_per_s", 1000.0),
            ],
            &[("1400/s", "1.40 x", Some(false))],
        );
    }
}
