//! What the jobs of this process came to. Principal type: [`JobCounters`].

use std::sync::Arc;
use std::time::Instant;

use clx_core::JobKind;
use clx_queue::ErrorClass;
use clx_worker::{HandlerFuture, Job, JobContext, JobHandler};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::family::{Labels, labels};
use crate::metric::{FINISHED, SECONDS};

/// Bounds in seconds. A small diagram takes some 50 ms, a long notebook half an hour.
const BUCKETS: [f64; 14] =
    [0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0];

const COMPLETED: &str = "completed";
const PARTIAL: &str = "partial";
const FAILED: &str = "failed";
const STOPPED: &str = "stopped";

/// Counts jobs that end in this process, and how long they took. Clones count together.
#[derive(Debug, Clone)]
pub struct JobCounters {
    finished: Family<Labels, Counter>,
    seconds: Family<Labels, Histogram, fn() -> Histogram>,
}

impl Default for JobCounters {
    fn default() -> Self {
        let histogram: fn() -> Histogram = || Histogram::new(BUCKETS);
        Self { finished: Family::default(), seconds: Family::new_with_constructor(histogram) }
    }
}

impl JobCounters {
    /// Wraps the handler of a kind of jobs so that what it does is counted.
    #[must_use]
    pub fn count(&self, kind: JobKind, handler: Arc<dyn JobHandler>) -> Arc<dyn JobHandler> {
        // A counter that is there from the beginning shows its first step, too.
        for outcome in [COMPLETED, PARTIAL, FAILED, STOPPED] {
            drop(self.finished.get_or_create(&labels(&FINISHED, &[kind.name(), outcome])));
        }
        drop(self.seconds.get_or_create(&labels(&SECONDS, &[kind.name()])));
        Arc::new(Counted { counters: self.clone(), kind, handler })
    }

    pub(crate) fn register(&self, registry: &mut Registry) {
        registry.register(FINISHED.stem(), FINISHED.help, self.finished.clone());
        registry.register(SECONDS.stem(), SECONDS.help, self.seconds.clone());
    }
}

struct Counted {
    counters: JobCounters,
    kind: JobKind,
    handler: Arc<dyn JobHandler>,
}

impl JobHandler for Counted {
    fn handle<'a>(&'a self, job: Job<'a>, context: &'a JobContext) -> HandlerFuture<'a> {
        Box::pin(async move {
            let mut attempt = Attempt { of: self, start: Instant::now(), outcome: STOPPED };
            let result = self.handler.handle(job, context).await;
            attempt.outcome = match &result {
                Ok(answer) if answer.partial.is_none() => COMPLETED,
                Ok(_) => PARTIAL,
                Err(failure) if failure.class == ErrorClass::Cancelled => STOPPED,
                Err(_) => FAILED,
            };
            result
        })
    }
}

/// Counts when it is dropped, as it also is when the job is stopped.
struct Attempt<'a> {
    of: &'a Counted,
    start: Instant,
    outcome: &'static str,
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        let outcome = if std::thread::panicking() { FAILED } else { self.outcome };
        let (counters, kind) = (&self.of.counters, self.of.kind.name());
        counters.finished.get_or_create(&labels(&FINISHED, &[kind, outcome])).inc();
        let seconds = self.start.elapsed().as_secs_f64();
        counters.seconds.get_or_create(&labels(&SECONDS, &[kind])).observe(seconds);
    }
}
