//! Workers that live but do nothing, jobs that are cancelled, builds that are killed: nothing goes
//! on that nobody wants, and nothing is done twice.

use std::time::{Duration, Instant};

use clx_backend_sqlite::{Reaped, reap_dead_sessions};
use clx_pool::{PoolEvent, PoolSettings};
use clx_process::Waited;
use clx_queue::{
    CancelTarget, JobState, NewWorker, Queue, Seat, SessionState, WorkerExit, WorkerMode,
};
use clx_tests::fire::{KIND, LIMIT, Stage, Watched, jobs, read_ledger};

/// What is killed must be gone after this time.
const SOON: Duration = Duration::from_secs(2);

fn stage() -> Stage {
    Stage::new(env!("CARGO_BIN_EXE_fire-worker"))
}

#[track_caller]
fn assert_gone(processes: &[Watched]) {
    let deadline = Instant::now() + SOON;
    for process in processes {
        let left = deadline.saturating_duration_since(Instant::now());
        assert!(process.ends_within(left), "process {} lives on", process.pid());
    }
}

#[test]
fn worker_that_lives_but_does_not_beat_is_replaced() {
    let stage = stage();
    let session = stage.session();
    let ledger = stage.live_ledger();
    stage.enqueue(session, jobs("hang once", "x", 1));
    let settings = PoolSettings { lease: Duration::from_secs(1), ..PoolSettings::default() };
    let (pool, events) = stage.pool(session, ledger.path(), 1, settings);
    let Ok(PoolEvent::Started { worker, external_id, .. }) = events.recv_timeout(LIMIT) else {
        panic!("no worker is started");
    };
    ledger.wait_for("begun");
    let process = Watched::new(external_id.trim_start_matches("process ").parse().unwrap());
    process.freeze();

    let lost = events.recv_timeout(LIMIT).unwrap();
    let PoolEvent::Lost { worker: lost, how, released, .. } = lost else { panic!("{lost:?}") };
    assert_eq!((lost, released.returned.len()), (worker, 1));
    assert_eq!(how, "its lease of 1 s was over");
    assert_gone(&[process]);
    let finished = stage.collect(session, 1);
    assert_eq!((finished[0].state, finished[0].attempts), (JobState::Completed, 2));
    pool.stop(LIMIT);
}

#[test]
fn late_report_of_a_worker_that_was_given_up_changes_nothing() {
    let stage = stage();
    let session = stage.session();
    let ledger = stage.live_ledger();
    let job = stage.enqueue(session, jobs("slow", "x", 1))[0];
    let mut worker = stage.start_worker(session, ledger.path());
    let late = ledger.wait_for("begun");
    let process = Watched::new(worker.pid());
    process.freeze();
    let id = clx_queue::WorkerId(late.who);
    let lost = WorkerExit::Lost { how: "it does not beat".to_owned() };
    assert_eq!(stage.queue.remove_worker(id, &lost).unwrap().returned, [job]);

    let new = NewWorker::new(session, KIND, WorkerMode::InProcess);
    let mut seat = Seat::new(stage.queue.register_worker(&new).unwrap());
    stage.queue.activate_worker(seat.worker(), None).unwrap();
    let claimed = seat.claim(&*stage.queue, vec![], LIMIT).unwrap().jobs.remove(0);
    assert_eq!((claimed.id, claimed.attempt), (job, 2));

    process.thaw();
    // It finds its row gone, which is no error of its own.
    let Waited::Exited(exit) = worker.wait(LIMIT).unwrap() else { panic!("it stays") };
    assert!(exit.is_success(), "{exit}: {}", worker.tail());
    assert_eq!(stage.queue.job(job).unwrap().unwrap().state, JobState::Running);
    seat.report(&*stage.queue, vec![claimed.completed(b"second".into())]).unwrap();
    let finished = stage.collect(session, 1);
    assert_eq!(finished[0].result.as_deref(), Some(&b"second"[..]));
    assert_eq!(finished.len(), 1);
}

#[test]
fn cancelled_job_ends_in_another_process_with_its_tools() {
    let stage = stage();
    let session = stage.session();
    let ledger = stage.live_ledger();
    let job = stage.enqueue(session, jobs("children", "x", 1))[0];
    let worker = stage.start_worker(session, ledger.path());
    let pids = ledger.wait_for("children").pids;
    let tools: Vec<_> =
        pids.into_iter().filter(|&pid| pid != worker.pid()).map(Watched::new).collect();
    assert_eq!(tools.len(), 3);

    stage.queue.cancel(session, &CancelTarget::Job(job), "a test").unwrap();
    assert_gone(&tools);
    assert_eq!(stage.collect(session, 1)[0].state, JobState::Cancelled);
    // The worker itself goes on.
    let next = stage.enqueue(session, jobs("note", "y", 1))[0];
    assert_eq!(stage.collect(session, 2)[1].id, next);
}

#[test]
fn killed_build_leaves_no_process_and_is_closed_by_the_next_one() {
    let stage = stage();
    let ledger = stage.live_ledger();
    let mut owner = stage.start_owner(ledger.path(), 3, "children", 10);
    let session = clx_queue::SessionId(ledger.wait_for("session").who);
    let mut processes = vec![Watched::new(owner.pid())];
    for _ in 0..3 {
        processes.extend(ledger.wait_for("children").pids.into_iter().map(Watched::new));
    }
    assert_eq!(processes.len(), 1 + 3 * 4);
    assert_eq!(reap_dead_sessions(&*stage.queue).unwrap(), Reaped { sessions: 0 });

    processes[0].kill();
    assert_gone(&processes);
    owner.wait(LIMIT).unwrap();
    assert_eq!(reap_dead_sessions(&*stage.queue).unwrap(), Reaped { sessions: 1 });
    assert_eq!(reap_dead_sessions(&*stage.queue).unwrap(), Reaped { sessions: 0 });
    assert_eq!(stage.queue.sessions().unwrap()[0].state, SessionState::Abandoned);
    assert_eq!(stage.queue.workers(Some(session)).unwrap(), []);
    let counts = stage.queue.counts(Some(session)).unwrap();
    let left: Vec<_> = counts.into_iter().filter(|(_, n)| *n > 0).collect();
    assert_eq!(left, [(JobState::Cancelled, 10)]);
}

#[test]
fn builds_that_share_a_file_never_touch_each_other() {
    let stage = stage();
    let ledger = stage.path("ledger");
    let mut owners: Vec<_> = (0..2).map(|_| stage.start_owner(&ledger, 3, "work", 300)).collect();
    // A third one has jobs and no worker: nobody may take them.
    let idle = stage.session();
    stage.enqueue(idle, jobs("work", &idle.to_string(), 50));
    for owner in &mut owners {
        let Waited::Exited(exit) = owner.wait(LIMIT).unwrap() else { panic!("it stays") };
        assert!(exit.is_success(), "{exit}: {}", owner.tail());
    }

    let entries = read_ledger(&ledger);
    assert_eq!(entries.iter().filter(|entry| entry.event == "done").count(), 600);
    let mut session_of = std::collections::BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.event == "done") {
        let session = entry.label.split('-').next().unwrap();
        let first = session_of.entry(entry.who).or_insert(session);
        assert_eq!(*first, session, "worker {} took a job of another build", entry.who);
    }
    let counts = stage.queue.counts(Some(idle)).unwrap();
    assert_eq!(counts.get(&JobState::Ready), Some(&50));
}

#[test]
fn death_of_one_build_leaves_the_other_untouched() {
    let stage = stage();
    let ledger = stage.live_ledger();
    let mut owner = stage.start_owner(ledger.path(), 2, "hang", 5);
    ledger.wait_for("begun");
    let own = stage.session();
    let own_ledger = stage.path("ledger");
    let _worker = stage.start_worker(own, &own_ledger);
    stage.enqueue(own, jobs("work", "own", 100));
    owner.kill().unwrap();
    assert_eq!(reap_dead_sessions(&*stage.queue).unwrap(), Reaped { sessions: 1 });
    let finished = stage.collect(own, 100);
    assert!(finished.iter().all(|job| job.state == JobState::Completed && job.attempts == 1));
    assert_eq!(stage.queue.workers(Some(own)).unwrap().len(), 1);
}

#[test]
fn idle_worker_ends_with_one_clear_error_when_the_file_is_deleted() {
    let stage = stage();
    let session = stage.session();
    let ledger = stage.path("ledger");
    stage.enqueue(session, jobs("note", "x", 1));
    let spawn = stage.worker(stage.register(session), &ledger);
    let mut worker = spawn.env(clx_tests::fire::SAFETY_POLL_MS, "50").start().unwrap();
    assert_eq!(stage.collect(session, 1)[0].state, JobState::Completed);
    std::fs::remove_file(stage.path("jobs.db")).unwrap();
    let Waited::Exited(exit) = worker.wait(Duration::from_secs(5)).unwrap() else {
        panic!("it stays");
    };
    assert!(!exit.is_success());
    let said = worker.tail();
    assert!(said.contains("jobs.db was deleted or replaced while clx was using it"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(!stage.path("jobs.db").exists(), "the file was made anew");
}
