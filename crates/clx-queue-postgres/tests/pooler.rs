//! The conformance suite through a pooler in transaction mode, which hands every transaction another
//! connection: nothing may be left behind on one.

use std::sync::{Arc, OnceLock};

use clx_core::{ManualClock, Timestamp};
use clx_queue::QueueError;
use clx_queue_postgres::{PasswordSources, PostgresOptions, PostgresQueue};
use clx_testkit::postgres::{Pooler, PostgresServer};
use clx_testkit::queue_conformance::Subject;

fn pooler() -> &'static Pooler {
    static SHARED: OnceLock<Pooler> = OnceLock::new();
    SHARED.get_or_init(|| Pooler::start(PostgresServer::shared()))
}

fn pooled() -> Subject {
    let direct = PostgresServer::shared().url();
    let escaped: String = direct
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'0'..=b'9' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect();
    let clock = Arc::new(ManualClock::at(Timestamp::from_us(1_700_000_000_000_000)));
    let url = format!(
        "{}&schema={}&pooler=transaction&listen_url={escaped}",
        pooler().url(),
        PostgresServer::fresh_schema(),
    );
    let mut options =
        PostgresOptions::from_url(&url, &PasswordSources::default()).expect("a good address");
    options.clock = Some(Arc::clone(&clock) as _);
    let queue = PostgresQueue::open(options).expect("a fresh queue");
    Subject { queue: Arc::new(queue), clock, keep: Box::new(()) }
}

clx_testkit::queue_conformance!(pooled);

#[test]
fn pooler_that_is_not_named_as_one_is_recognised() {
    let options = PostgresOptions::from_url(&pooler().url(), &PasswordSources::default());
    let error = PostgresQueue::open(options.expect("a good address")).unwrap_err();
    assert!(matches!(error, QueueError::Server { is_transient: false, .. }), "{error:?}");
    assert!(error.to_string().contains("add `pooler=transaction`"), "{error}");
}
