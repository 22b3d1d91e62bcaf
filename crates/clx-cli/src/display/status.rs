//! The status of a queue as a page and as a line. Principal functions: [`status_table`], [`compact`].

use clx_status::words::{ago, span};
use clx_status::{Failure, Health, Kind, Overview};

use super::{Style, plural, table};

/// Which parts of the page are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Parts {
    pub(crate) workers: bool,
    pub(crate) jobs: bool,
}

/// Writes the page for people.
pub(crate) fn status_table(
    overview: &Overview,
    database: &str,
    parts: Parts,
    style: Style,
) -> String {
    let mut sections = vec![head(overview, database, style)];
    if parts.jobs && !overview.builds.is_empty() {
        sections.push(builds(overview));
    }
    if parts.workers {
        sections.push(workers(overview));
    }
    if parts.jobs {
        sections.push(queue(overview));
        if !overview.failures.is_empty() {
            sections.push(failures(overview, style));
        }
    }
    sections.join("\n")
}

fn head(overview: &Overview, database: &str, style: Style) -> String {
    let word = match overview.status {
        Health::Healthy => style.good("healthy"),
        Health::Warning => style.doubtful("warning"),
        Health::Error => style.bad("error"),
    };
    let mut lines = vec![
        format!("{} {word}", style.bold("Health:")),
        format!("{} {database}", style.bold("Queue: ")),
    ];
    let errors = overview.errors.iter().map(|text| format!("  {} {text}", style.bad("error:")));
    let warnings =
        overview.warnings.iter().map(|text| format!("  {} {text}", style.doubtful("warning:")));
    lines.extend(errors.chain(warnings));
    lines.join("\n") + "\n"
}

fn builds(overview: &Overview) -> String {
    let rows: Vec<_> = overview
        .builds
        .iter()
        .map(|build| {
            let failed =
                if build.failed > 0 { format!(", {} failed", build.failed) } else { String::new() };
            [
                build.id.to_string(),
                build.about(),
                build.state.name().to_owned(),
                span(build.elapsed_seconds),
                format!("{} of {} done{failed}", build.done, build.jobs),
            ]
        })
        .collect();
    table(["BUILD", "COURSE", "STATE", "FOR", "JOBS"], &rows)
}

fn workers(overview: &Overview) -> String {
    if overview.kinds.iter().all(|kind| kind.total == 0) {
        return "No workers: no build runs.\n".to_owned();
    }
    let row = |kind: &Kind| {
        [
            kind.name.clone(),
            kind.execution_mode.clone(),
            kind.idle.to_string(),
            kind.busy.to_string(),
            kind.starting.to_string(),
            kind.hung.to_string(),
            kind.dead.to_string(),
        ]
    };
    let rows: Vec<_> = overview.kinds.iter().filter(|kind| kind.total > 0).map(row).collect();
    let mut text = table(["WORKERS", "MODE", "IDLE", "BUSY", "STARTING", "HUNG", "LOST"], &rows);
    let busy: Vec<_> = overview
        .kinds
        .iter()
        .flat_map(|kind| &kind.busy_workers)
        .map(|worker| {
            let step = match (worker.step, worker.steps) {
                (_, 0) => String::new(),
                (step, steps) => format!("{step} of {steps}"),
            };
            let (id, job) = (worker.worker_id.to_string(), worker.job_id.to_string());
            [id, job, worker.document.clone(), span(worker.elapsed_seconds), step]
        })
        .collect();
    if !busy.is_empty() {
        text.push('\n');
        text.push_str(&table(["WORKER", "JOB", "WORKS ON", "FOR", "STEP"], &busy));
    }
    text
}

fn queue(overview: &Overview) -> String {
    let load = &overview.queue;
    let waits =
        load.oldest_pending_seconds.map(|seconds| format!(", the oldest for {}", span(seconds)));
    format!(
        "Jobs: {} waiting{}, {} running\nLast hour: {} done, {} failed\n",
        load.pending,
        waits.unwrap_or_default(),
        load.processing,
        load.completed_last_hour,
        load.failed_last_hour,
    )
}

fn failures(overview: &Overview, style: Style) -> String {
    let mut text = format!("{}\n", style.bold("Last failures:"));
    for failure in &overview.failures {
        text.push_str(&failure_lines(failure, overview.timestamp, style));
    }
    if let Some(latest) = overview.failures.first() {
        let hint = format!("  `clx jobs show {}` tells all of a job", latest.job_id);
        text.push_str(&style.dim(&hint));
        text.push('\n');
    }
    text
}

fn failure_lines(failure: &Failure, now: i64, style: Style) -> String {
    #[expect(clippy::cast_precision_loss, reason = "seconds of a file's age")]
    let when = ago((now - failure.ended) as f64);
    let more = match failure.problems.len() {
        0 | 1 => String::new(),
        n => format!(" and {}", plural(n - 1, "more problem")),
    };
    let what = failure
        .problems
        .first()
        .map_or_else(|| failure.document.clone(), |problem| style.headline(problem));
    format!("  job {} ({when}): {what}{more}\n", failure.job_id)
}

/// Writes one line: health, workers of each kind, the queue.
pub(crate) fn compact(overview: &Overview) -> String {
    let kinds: Vec<String> = overview
        .kinds
        .iter()
        .filter(|kind| kind.total > 0)
        .map(|kind| {
            format!("{} {} ({} idle, {} busy)", kind.total, kind.name, kind.idle, kind.busy)
        })
        .collect();
    let workers = if kinds.is_empty() { "no workers".to_owned() } else { kinds.join(", ") };
    let (pending, processing) = (overview.queue.pending, overview.queue.processing);
    let health = overview.status.name();
    format!("{health}: {workers} | queue: {pending} pending, {processing} processing")
}
