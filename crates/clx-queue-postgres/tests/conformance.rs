//! The conformance suite on a PostgreSQL server.

use std::sync::Arc;

use clx_core::{ManualClock, Timestamp};
use clx_queue_postgres::{PasswordSources, PostgresOptions, PostgresQueue};
use clx_testkit::postgres::PostgresServer;
use clx_testkit::queue_conformance::Subject;
use clx_testkit::queue_model::queue_model;

fn postgres() -> Subject {
    let clock = Arc::new(ManualClock::at(Timestamp::from_us(1_700_000_000_000_000)));
    let url =
        format!("{}&schema={}", PostgresServer::shared().url(), PostgresServer::fresh_schema());
    let mut options =
        PostgresOptions::from_url(&url, &PasswordSources::default()).expect("a good address");
    options.clock = Some(Arc::clone(&clock) as _);
    let queue = PostgresQueue::open(options).expect("a fresh queue");
    Subject { queue: Arc::new(queue), clock, keep: Box::new(()) }
}

clx_testkit::queue_conformance!(postgres);

#[test]
fn any_sequence_of_calls_does_what_the_model_says() {
    queue_model(&postgres(), 16);
}
