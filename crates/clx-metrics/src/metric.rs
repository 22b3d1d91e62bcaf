//! What there is to read. Principal type: [`Metric`].

/// A metric as people look it up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metric {
    /// Its name; ends in the unit if it has one.
    pub name: &'static str,
    /// Names of its labels.
    pub labels: &'static [&'static str],
    /// `gauge`, `counter` or `histogram`.
    pub kind: &'static str,
    /// What it means: one sentence without its full stop.
    pub help: &'static str,
}

const fn gauge(name: &'static str, labels: &'static [&'static str], help: &'static str) -> Metric {
    Metric { name, labels, kind: "gauge", help }
}

pub(crate) const QUEUE_UP: Metric = gauge(
    "clx_queue_up",
    &[],
    "Whether the queue answered this scrape within 2 s (1) or not (0); without an answer all metrics of the \
     queue are left out",
);
pub(crate) const JOBS: Metric = gauge(
    "clx_jobs",
    &["kind", "state"],
    "Jobs that the queue holds, by kind and state; final ones stay until they are pruned",
);
pub(crate) const WAITING: Metric = gauge(
    "clx_jobs_waiting",
    &["kind"],
    "Jobs that could run now and wait for a worker; what to scale workers by",
);
pub(crate) const OLDEST: Metric = gauge(
    "clx_oldest_ready_seconds",
    &[],
    "How long the job that was enqueued first among those that wait for a worker has been there; 0 if none \
     waits",
);
pub(crate) const WORKERS: Metric = gauge(
    "clx_workers",
    &["kind", "state"],
    "Workers of all hosts: created (being started), idle, busy, stopping (finishing what they have)",
);
pub(crate) const SESSIONS: Metric = gauge(
    "clx_sessions_open",
    &["role"],
    "Open sessions: borrower (builds that use workers of pools), pool (hosts that work for others), own \
     (builds with workers of their own)",
);
pub(crate) const FINISHED: Metric = Metric {
    name: "clx_jobs_finished_total",
    labels: &["kind", "outcome"],
    kind: "counter",
    help: "Attempts at jobs that ended in this process: completed, partial (a result that lacks \
           something), failed, stopped (cancelled, out of time, or given back)",
};
pub(crate) const SECONDS: Metric = Metric {
    name: "clx_job_seconds",
    labels: &["kind"],
    kind: "histogram",
    help: "How long attempts at jobs took in this process, however they ended",
};
pub(crate) const GATEWAY: Metric = Metric {
    name: "clx_gateway_answers_total",
    labels: &["call", "status"],
    kind: "counter",
    help: "What the gateway of this process answered its containers, by call and HTTP status; 401 and 403: \
           somebody asked who may not",
};
pub(crate) const BUILD: Metric =
    gauge("clx_build_info", &["version"], "Always 1; the label tells the version of clx");

/// All metrics, in the order in which they are served.
pub const METRICS: &[Metric] =
    &[BUILD, FINISHED, SECONDS, GATEWAY, QUEUE_UP, JOBS, WAITING, OLDEST, WORKERS, SESSIONS];

impl Metric {
    /// Returns the name as the library takes it, which adds the ending of some types itself.
    pub(crate) fn stem(&self) -> &'static str {
        let stem = self.name.strip_suffix("_total").or_else(|| self.name.strip_suffix("_info"));
        stem.unwrap_or(self.name)
    }
}
