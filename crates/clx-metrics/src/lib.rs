//! What Prometheus reads of clx: the sums of a queue, and what the jobs of this process came to. Served
//! over HTTP, together with the answer to whether the queue can be reached.
//!
//! ```text
//! /metrics    all metrics in the text format of Prometheus
//! /healthz    200 if the queue answers, else 503 and the reason: may this process be given work?
//! /livez      200 as long as this process serves: need it be restarted?
//! ```
//!
//! A scrape reads sums that the queue keeps, so it costs the same with ten jobs and with a million. It is
//! never more than one call to the queue at a time, however many ask, and waits two seconds for it at most: a
//! queue that does not answer is a metric, [`METRICS`] `clx_queue_up`, and no scrape that hangs.
//!
//! | type | what for |
//! |---|---|
//! | [`MetricsServer`] | serves until it is dropped |
//! | [`JobCounters`] | counts what handlers do, by wrapping them |
//! | [`OfProcess`] | what a process counts itself: jobs, answers of its gateway |
//! | [`Metric`], [`METRICS`] | what there is: names, labels, meanings |
//!
//! Principal types: [`MetricsServer`], [`JobCounters`].

mod counters;
mod family;
mod metric;
mod observer;
mod server;
mod sums;

pub use counters::JobCounters;
pub use metric::{METRICS, Metric};
pub use server::{MetricsServer, OfProcess};
