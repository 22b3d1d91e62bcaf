//! How the server finds the rows of a claim: by indices, also where it knows nothing of its tables yet.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use clx_queue::Queue as _;
use clx_testkit::postgres::PostgresServer;
use postgres::{Config, NoTls};

use super::{jobs, open, seat, session};

#[test]
fn report_and_claim_use_the_indices_made_for_them() {
    let server = PostgresServer::shared();
    let queue = open(&(server.url() + "&schema=plan"));
    let session = session(&queue);
    queue.enqueue(session, jobs(50)).unwrap();
    let mut seat = seat(&queue, session);
    let first = seat.claim(&queue, vec![], Duration::ZERO).unwrap().jobs.remove(0);

    // The server tells the plans of the statements within the function as notices.
    let plans = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&plans);
    let mut config: Config = server.url().parse().unwrap();
    config.notice_callback(move |notice| told.lock().unwrap().push(notice.message().to_owned()));
    let mut client = config.connect(NoTls).unwrap();
    client
        .batch_execute(
            "LOAD 'auto_explain';
             SET auto_explain.log_min_duration = 0;
             SET auto_explain.log_nested_statements = on;
             SET auto_explain.log_level = notice",
        )
        .unwrap();
    let call = format!(
        "SELECT kind, a FROM plan.claim({}, 2, 1, '{{{}}}', '{{1}}', '{{x}}', '{{null}}', 0, false,
                                        null, 'off', '1000')",
        seat.worker(),
        first.id
    );
    let kinds: Vec<i64> =
        client.query(&call, &[]).unwrap().iter().map(|row| row.get("kind")).collect();
    assert_eq!(kinds, [0, 4, 2], "a verdict, an end, a job");

    let plans = plans.lock().unwrap();
    let plan_of = |start: &str| {
        let text = format!("Query Text: {start}");
        let found = plans
            .iter()
            .find(|plan| plan.split_whitespace().collect::<Vec<_>>().join(" ").contains(&text));
        found.unwrap_or_else(|| panic!("no plan of `{start}`: {plans:#?}"))
    };
    let ready = plan_of("SELECT id FROM jobs WHERE session_id");
    assert!(ready.contains("Index Scan using jobs_ready") && !ready.contains("Sort"), "{ready}");
    for update in ["UPDATE jobs SET state = 4", "UPDATE jobs SET state = 3"] {
        let plan = plan_of(update);
        assert!(plan.contains("Index Scan using jobs_pkey"), "{plan}");
    }
    assert!(plans.iter().all(|plan| !plan.contains("Seq Scan on jobs")), "{plans:#?}");
}
