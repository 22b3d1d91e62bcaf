//! The conformance suite on a PostgreSQL server.

use std::sync::Arc;

use clx_core::{ManualClock, Timestamp};
use clx_queue_postgres::{PasswordSources, PostgresOptions, PostgresQueue};
use clx_testkit::postgres::PostgresServer;
use clx_testkit::queue_conformance::Subject;

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
