//! A connection that is cut between COMMIT and its answer: the caller cannot know whether it happened.

use std::time::Duration;

use clx_queue::{JobState, NewWorker, OnConflict, Queue as _, UniqueKey, WorkerMode};
use clx_testkit::postgres::PostgresServer;

use super::proxy::Proxy;
use super::{KIND, jobs, open, seat, session};

#[test]
fn call_whose_answer_was_lost_happens_once() {
    let server = PostgresServer::shared();
    let proxy = Proxy::start(server.sockets().join(format!(".s.PGSQL.{}", server.port())));
    let queue = open(&proxy.url("lost_answer"));
    let session = session(&queue);
    queue.enqueue(session, jobs(1)).unwrap();

    // Jobs that concern no other are one call of a function, others several statements and a COMMIT.
    proxy.lose(".enqueue(");
    let mut ids = queue.enqueue(session, jobs(3)).unwrap();
    assert!(proxy.has_lost());
    proxy.lose("COMMIT");
    let mut unique = jobs(1);
    unique[0].unique = Some(UniqueKey { key: "one".to_owned(), on_conflict: OnConflict::Join });
    ids.extend(queue.enqueue(session, unique).unwrap());
    assert!(proxy.has_lost());
    assert_eq!(queue.counts(None).unwrap(), [(JobState::Ready, 5)].into());
    for id in ids {
        assert_eq!(queue.job(id).unwrap().unwrap().state, JobState::Ready, "the ids are right");
    }

    proxy.lose("COMMIT");
    let new = NewWorker::new(session, KIND, WorkerMode::Process);
    let worker = queue.register_worker(&new).unwrap();
    assert!(proxy.has_lost());
    let workers = queue.workers(None).unwrap();
    assert_eq!(workers.iter().map(|worker| worker.id).collect::<Vec<_>>(), [worker]);

    // Reports that go the long way have a COMMIT of their own, and their claim has a number.
    let mut seat = seat(&queue, session);
    let job = seat.claim(&queue, vec![], Duration::ZERO).unwrap().jobs.remove(0);
    proxy.lose("COMMIT");
    let failed = job.failed(clx_queue::ErrorClass::User, "wrong".to_owned());
    let next = seat.claim(&queue, vec![failed], Duration::ZERO).unwrap();
    assert_eq!((proxy.has_lost(), next.jobs.len()), (true, 1));
    let expected = [(JobState::Ready, 3), (JobState::Running, 1), (JobState::Failed, 1)];
    assert_eq!(queue.counts(None).unwrap(), expected.into());
    let finished = queue.finished(session, 0, 10, Duration::ZERO).unwrap();
    assert_eq!(finished.len(), 1);

    // What nearly every call is has no COMMIT: its number tells that it happened.
    proxy.lose(".claim(");
    let running = next.jobs.into_iter().map(|job| job.completed(vec![])).collect();
    let last = seat.claim(&queue, running, Duration::ZERO).unwrap();
    assert_eq!((proxy.has_lost(), last.jobs.len()), (true, 1));
    let expected = [
        (JobState::Ready, 2),
        (JobState::Running, 1),
        (JobState::Completed, 1),
        (JobState::Failed, 1),
    ];
    assert_eq!(queue.counts(None).unwrap(), expected.into());
    assert_eq!(queue.finished(session, 0, 10, Duration::ZERO).unwrap().len(), 2);
}
