//! A gateway that is killed at every boundary of a transaction and started anew: its worker asks again,
//! and every job is accepted once.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clx_gateway::{Address, ClientSettings, GatewayClient};
use clx_process::{Child, Exit, Spawn, Stdin, Waited};
use clx_queue::{JobState, NewWorker, Queue, Seat, WorkerMode};
use clx_store::{ArtifactStore, Store, StoreOptions};
use clx_tests::fault::KILL;
use clx_tests::fault::boundary::{Kill, Victim};
use clx_tests::fire::{KIND, Stage, jobs};

use super::{LIMIT, assert_intact};

const N_JOBS: u32 = 4;

fn gateway(stage: &Stage, socket: &Path) -> Spawn {
    let program = env!("CARGO_BIN_EXE_fire-worker");
    let files = [stage.queue.path(), &stage.path("store"), socket];
    Spawn::new(program).arg("gateway").args(files).stdin(Stdin::Lifeline)
}

/// Does all jobs through a gateway, as a worker in a container does.
fn work(socket: &Path, seat: &mut Seat) {
    let client = GatewayClient::connect(ClientSettings::new(Address::Socket(socket.to_owned())));
    let client = client.unwrap();
    client.activate_worker(seat.worker(), None).unwrap();
    let mut done = Vec::new();
    for _ in 0..N_JOBS {
        let job = seat.claim(&client, done, LIMIT).unwrap().jobs.remove(0);
        let blob = client.put(job.label.repeat(2000).as_bytes()).unwrap();
        client.beat(seat.worker(), &[], Duration::ZERO).unwrap();
        done = vec![job.completed(blob.to_hex().into_bytes())];
    }
    assert_eq!(seat.report(&client, done).unwrap().lost, []);
}

/// Starts the gateway again whenever it was killed, until the work is done.
fn keep_up(mut child: Child, again: &Spawn, is_done: &AtomicBool) {
    while !is_done.load(Ordering::SeqCst) {
        if let Waited::Exited(exit) = child.wait(Duration::from_millis(5)).unwrap() {
            assert_eq!(exit, Exit::Signal(9), "{}", child.tail());
            child = again.start().unwrap();
        }
    }
}

/// Returns whether the gateway came to that boundary.
fn is_killed_at(boundary: usize) -> bool {
    let stage = Stage::new(env!("CARGO_BIN_EXE_fire-worker"));
    let store = Store::open(&stage.path("store"), &StoreOptions::default()).unwrap();
    let session = stage.session();
    let new = NewWorker::new(session, KIND, WorkerMode::Container);
    let mut seat = Seat::new(stage.queue.register_worker(&new).unwrap());
    stage.enqueue(session, jobs("note", "x", N_JOBS));
    let (socket, done) = (stage.path("gateway.sock"), stage.path("done"));
    let kill = Kill { role: "gateway", boundary, victim: Victim::Itself, done: &done };
    let again = gateway(&stage, &socket);
    let child = again.clone().env(KILL, kill.to_string()).start().unwrap();
    let is_done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| keep_up(child, &again, &is_done));
        work(&socket, &mut seat);
        is_done.store(true, Ordering::SeqCst);
    });

    let finished = stage.collect(session, N_JOBS as usize);
    assert_eq!(finished.len(), N_JOBS as usize, "boundary {boundary}");
    for job in finished {
        assert_eq!((job.state, job.attempts), (JobState::Completed, 1), "boundary {boundary}");
        let name = String::from_utf8(job.result.unwrap()).unwrap();
        let label = stage.queue.job(job.id).unwrap().unwrap().label;
        assert_eq!(store.get(&name.parse().unwrap()).unwrap(), label.repeat(2000).as_bytes());
    }
    assert_intact(stage.queue.path());
    assert_intact(store.database_path());
    done.exists()
}

#[test]
fn gateway_is_killed_at_every_boundary() {
    let n = (1..).take_while(|boundary| is_killed_at(*boundary)).count();
    assert!(n > 10, "only {n} boundaries");
}
