//! What is compared with what, and which bar it has to pass. Principal type: [`Row`].

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
type Name = (&'static str, &'static str, &'static str);

/// How a row is made.
struct Comparison {
    what: &'static str,
    clx: Name,
    other: Option<Name>,
    unit: Unit,
    bar: Bar,
}

#[derive(Clone, Copy)]
enum Unit {
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
enum Bar {
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

const COMPARISONS: &[Comparison] = &[
    Comparison {
        what: "cold build of 300 notebooks x 12 outputs, in copies of its output tree",
        clx: ("clx", "build", "cold_to_copy"),
        other: None,
        unit: Unit::Times,
        bar: Bar::AtMost(5.0),
    },
    Comparison {
        what: "the same, against `cp -r` of its output tree",
        clx: ("clx", "build", "cold_s"),
        other: Some(("clx", "build", "copy_s")),
        unit: Unit::Seconds,
        bar: Bar::None,
    },
    Comparison {
        what: "build with nothing to do, against `cp -r` of its output tree",
        clx: ("clx", "build", "no_op_s"),
        other: Some(("clx", "build", "copy_s")),
        unit: Unit::Seconds,
        bar: Bar::None,
    },
    Comparison {
        what: "build of 830 sources, 5810 outputs with nothing to do, against `git status`",
        clx: ("clx", "incremental", "no_op_ms"),
        other: Some(("clx", "incremental", "status_ms")),
        unit: Unit::Milliseconds,
        bar: Bar::Ratio(1.0),
    },
    Comparison {
        what: "the same",
        clx: ("clx", "incremental", "no_op_ms"),
        other: None,
        unit: Unit::Milliseconds,
        bar: Bar::AtMost(250.0),
    },
    Comparison {
        what: "the same with one notebook changed, beyond that",
        clx: ("clx", "incremental", "changed_ms"),
        other: None,
        unit: Unit::Milliseconds,
        bar: Bar::AtMost(50.0),
    },
    Comparison {
        what: "planning alone (`clx plan`)",
        clx: ("clx", "incremental", "plan_ms"),
        other: None,
        unit: Unit::Milliseconds,
        bar: Bar::AtMost(100.0),
    },
    Comparison {
        what: "the same if nothing has changed since a build",
        clx: ("clx", "incremental", "plan_again_ms"),
        other: None,
        unit: Unit::Milliseconds,
        bar: Bar::None,
    },
    Comparison {
        what: "all outputs gone and restored, in copies of them",
        clx: ("clx", "incremental", "restored_to_copy"),
        other: None,
        unit: Unit::Times,
        bar: Bar::AtMost(1.5),
    },
    Comparison {
        what: "HTML page of an executed notebook of 60 cells, against nbconvert",
        clx: ("clx", "page", "page_ms"),
        other: Some(("nbconvert", "page", "page_ms")),
        unit: Unit::Milliseconds,
        bar: Bar::Ratio(10.0),
    },
    Comparison {
        what: "the same, against nbconvert with a new exporter for each page",
        clx: ("clx", "page", "page_ms"),
        other: Some(("nbconvert", "page", "new_exporter_ms")),
        unit: Unit::Milliseconds,
        bar: Bar::None,
    },
    Comparison {
        what: "20 notebooks executed, 2 pages of each, against nbclient + nbconvert",
        clx: ("clx", "execute", "build_s"),
        other: Some(("nbconvert", "execute", "build_s")),
        unit: Unit::Seconds,
        bar: Bar::Ratio(1.67),
    },
    Comparison {
        what: "memory of clx itself while it executes them, at its peak",
        clx: ("clx", "memory", "peak_mb"),
        other: None,
        unit: Unit::Megabytes,
        bar: Bar::AtMost(60.0),
    },
    Comparison {
        what: "50 PlantUML diagrams as PNG, against one plain Java for each",
        clx: ("clx", "plantuml", "warm_s"),
        other: Some(("clx", "plantuml", "cold_s")),
        unit: Unit::Seconds,
        bar: Bar::Ratio(10.0),
    },
    Comparison {
        what: "memory of the one Java, at its peak, against the plain ones",
        clx: ("clx", "plantuml", "warm_mb"),
        other: Some(("clx", "plantuml", "cold_mb")),
        unit: Unit::Megabytes,
        bar: Bar::None,
    },
    Comparison {
        what: "draw.io diagram as PNG, mean of 50 in a browser that runs",
        clx: ("clx", "drawio", "picture_ms"),
        other: None,
        unit: Unit::Milliseconds,
        bar: Bar::AtMost(150.0),
    },
    Comparison {
        what: "memory of the browser with all its processes, at its peak",
        clx: ("clx", "drawio", "memory_mb"),
        other: None,
        unit: Unit::Megabytes,
        bar: Bar::None,
    },
    Comparison {
        what: "start of a pool until its three workers in containers have registered",
        clx: ("clx", "containers", "ready_s"),
        other: None,
        unit: Unit::Seconds,
        bar: Bar::AtMost(3.0),
    },
    Comparison {
        what: "death of a container until its worker counts as lost",
        clx: ("clx", "containers", "noticed_ms"),
        other: None,
        unit: Unit::Milliseconds,
        bar: Bar::AtMost(1000.0),
    },
    Comparison {
        what: "memory of a container for notebooks (Python) at rest",
        clx: ("clx", "containers", "notebook_rest_mb"),
        other: None,
        unit: Unit::Megabytes,
        bar: Bar::None,
    },
    Comparison {
        what: "image for notebooks (Python)",
        clx: ("clx", "containers", "notebook_image_mb"),
        other: None,
        unit: Unit::Megabytes,
        bar: Bar::None,
    },
    Comparison {
        what: "memory of a container for PlantUML at rest",
        clx: ("clx", "containers", "plantuml_rest_mb"),
        other: None,
        unit: Unit::Megabytes,
        bar: Bar::None,
    },
    Comparison {
        what: "image for PlantUML",
        clx: ("clx", "containers", "plantuml_image_mb"),
        other: None,
        unit: Unit::Megabytes,
        bar: Bar::None,
    },
    Comparison {
        what: "memory of a container for draw.io at rest",
        clx: ("clx", "containers", "drawio_rest_mb"),
        other: None,
        unit: Unit::Megabytes,
        bar: Bar::None,
    },
    Comparison {
        what: "image for draw.io",
        clx: ("clx", "containers", "drawio_image_mb"),
        other: None,
        unit: Unit::Megabytes,
        bar: Bar::None,
    },
    Comparison {
        what: "save of a prose edit until a real browser shows it, median of 10",
        clx: ("clx", "watch", "shown_ms"),
        other: None,
        unit: Unit::Milliseconds,
        bar: Bar::AtMost(150.0),
    },
    Comparison {
        what: "the slowest of them",
        clx: ("clx", "watch", "shown_max_ms"),
        other: None,
        unit: Unit::Milliseconds,
        bar: Bar::None,
    },
    Comparison {
        what: "claim + complete on the bare queue, 16 workers, against effectum",
        clx: ("clx", "queue", "claim_per_s"),
        other: Some(("effectum", "queue", "drain_per_s")),
        unit: Unit::PerSecond,
        bar: Bar::Ratio(1.5),
    },
    Comparison {
        what: "jobs through the worker base, 16 workers, against effectum",
        clx: ("clx", "queue", "drain_per_s"),
        other: Some(("effectum", "queue", "drain_per_s")),
        unit: Unit::PerSecond,
        bar: Bar::None,
    },
    Comparison {
        what: "jobs through the worker base, 16 workers, against RabbitMQ (prefetch 1)",
        clx: ("clx", "queue", "drain_per_s"),
        other: Some(("RabbitMQ", "queue", "drain_per_s")),
        unit: Unit::PerSecond,
        bar: Bar::None,
    },
    Comparison {
        what: "single enqueue, against effectum",
        clx: ("clx", "queue", "enqueue_per_s"),
        other: Some(("effectum", "queue", "enqueue_per_s")),
        unit: Unit::PerSecond,
        bar: Bar::Ratio(1.0),
    },
    Comparison {
        what: "single enqueue, against RabbitMQ (durable, confirmed)",
        clx: ("clx", "queue", "enqueue_per_s"),
        other: Some(("RabbitMQ", "queue", "enqueue_per_s")),
        unit: Unit::PerSecond,
        bar: Bar::None,
    },
    Comparison {
        what: "enqueue to start of the handler, median",
        clx: ("clx", "latency", "p50_ms"),
        other: None,
        unit: Unit::Milliseconds,
        bar: Bar::AtMost(0.5),
    },
    Comparison {
        what: "the same, against effectum",
        clx: ("clx", "latency", "p50_ms"),
        other: Some(("effectum", "latency", "p50_ms")),
        unit: Unit::Milliseconds,
        bar: Bar::None,
    },
    Comparison {
        what: "the same, against RabbitMQ",
        clx: ("clx", "latency", "p50_ms"),
        other: Some(("RabbitMQ", "latency", "p50_ms")),
        unit: Unit::Milliseconds,
        bar: Bar::None,
    },
    Comparison {
        what: "enqueue to start of the handler in another process, median",
        clx: ("clx", "latency-process", "p50_ms"),
        other: None,
        unit: Unit::Milliseconds,
        bar: Bar::AtMost(1.0),
    },
    Comparison {
        what: "CPU of 8 idle workers, of one core",
        clx: ("clx", "idle", "cpu_percent"),
        other: None,
        unit: Unit::Percent,
        bar: Bar::AtMost(0.1),
    },
    Comparison {
        what: "claim after 1,000,000 finished jobs, in claims after 1,000",
        clx: ("clx", "history", "many_to_few"),
        other: None,
        unit: Unit::Times,
        bar: Bar::AtMost(1.5),
    },
    Comparison {
        what: "`clx status` after 400,000 jobs",
        clx: ("clx", "look", "status_ms"),
        other: None,
        unit: Unit::Milliseconds,
        bar: Bar::AtMost(20.0),
    },
    Comparison {
        what: "slowest list of jobs, workers or builds after 400,000 jobs",
        clx: ("clx", "look", "slowest_list_ms"),
        other: None,
        unit: Unit::Milliseconds,
        bar: Bar::AtMost(20.0),
    },
    Comparison {
        what: "slowest search for jobs by text (`clx jobs list --source`) after 400,000 jobs",
        clx: ("clx", "look", "slowest_search_ms"),
        other: None,
        unit: Unit::Milliseconds,
        bar: Bar::AtMost(20.0),
    },
    Comparison {
        what: "slowest page or search of the dashboard over HTTP after 400,000 jobs",
        clx: ("clx", "look", "slowest_page_ms"),
        other: None,
        unit: Unit::Milliseconds,
        bar: Bar::AtMost(20.0),
    },
    Comparison {
        what: "claim + complete on PostgreSQL, 1 worker, beside the file",
        clx: ("clx", "scale", "server_1_per_s"),
        other: Some(("clx", "scale", "file_1_per_s")),
        unit: Unit::PerSecond,
        bar: Bar::None,
    },
    Comparison {
        what: "claim + complete on PostgreSQL, 16 workers, beside the file",
        clx: ("clx", "scale", "server_16_per_s"),
        other: Some(("clx", "scale", "file_16_per_s")),
        unit: Unit::PerSecond,
        bar: Bar::None,
    },
    Comparison {
        what: "claim + complete on PostgreSQL, 64 workers, beside the file",
        clx: ("clx", "scale", "server_64_per_s"),
        other: Some(("clx", "scale", "file_64_per_s")),
        unit: Unit::PerSecond,
        bar: Bar::None,
    },
    Comparison {
        what: "enqueue until start on PostgreSQL, median, beside the file",
        clx: ("clx", "scale", "server_start_ms"),
        other: Some(("clx", "scale", "file_start_ms")),
        unit: Unit::Milliseconds,
        bar: Bar::AtMost(5.0),
    },
    Comparison {
        what: "claim + complete on PostgreSQL, 10,000 registered workers, beside 100",
        clx: ("clx", "scale", "crowd_10000_per_s"),
        other: Some(("clx", "scale", "crowd_100_per_s")),
        unit: Unit::PerSecond,
        bar: Bar::None,
    },
    Comparison {
        what: "one such turn of one worker, median, beside that of 100",
        clx: ("clx", "scale", "crowd_10000_ms"),
        other: Some(("clx", "scale", "crowd_100_ms")),
        unit: Unit::Milliseconds,
        bar: Bar::None,
    },
];

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
