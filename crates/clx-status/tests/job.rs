//! What people see of a job that made some of what was wanted.

use std::time::Duration;

use clx_core::{
    ActionResult, Artifact, ContentHash, Diagnostic, JobResult, RequestResult, Subject,
};
use clx_queue::{
    ErrorClass, NewJob, NewSession, NewWorker, Queue, Seat, SqliteOptions, SqliteQueue, WorkerMode,
};
use clx_status::{JobView, made};

#[test]
fn job_done_in_part_tells_what_it_made_and_what_lacks() {
    let dir = tempfile::tempdir().unwrap();
    let queue = SqliteQueue::open(&dir.path().join("jobs.db"), &SqliteOptions::default()).unwrap();
    let session = queue.open_session(&NewSession::of_this_process(dir.path(), 0, "")).unwrap();
    let job = queue.enqueue(session, vec![NewJob::new("notebook", "a.py", vec![])]).unwrap()[0];
    let artifact = Artifact { name: "page".to_owned(), hash: ContentHash::of("page"), size: 4 };
    let subject = Subject {
        kind: "html".to_owned(),
        source: "a.py".to_owned(),
        variant: "en completed".to_owned(),
    };
    let page = ActionResult {
        artifacts: vec![artifact],
        subject: Some(subject.clone()),
        ..ActionResult::default()
    };
    let lack = vec![Diagnostic::error("CLX0301", "cell", "division by zero")];
    let results = vec![RequestResult::Made(page.clone()), RequestResult::Failed(lack.clone())];
    let result = serde_json::to_vec(&JobResult { results, executed: Vec::new() }).unwrap();

    let new = NewWorker::new(session, "notebook", WorkerMode::InProcess);
    let worker = queue.register_worker(&new).unwrap();
    queue.activate_worker(worker, None).unwrap();
    let mut seat = Seat::new(worker);
    let claimed = seat.claim(&queue, vec![], Duration::ZERO).unwrap().jobs.remove(0);
    let report = claimed.completed_in_part(result, ErrorClass::User);
    seat.report(&queue, vec![report]).unwrap();

    let view = JobView::read(&queue, job).unwrap().unwrap();
    assert_eq!((view.made, view.problems), (vec![subject], lack));
    assert_eq!(made(&queue, &view.record).unwrap(), [page]);
}
