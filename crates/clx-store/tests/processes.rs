//! Several processes on one store. The test program starts itself in the role of a writer.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clx_core::{ActionResult, Artifact, ContentHash};
use clx_process::{Child, Exit, Spawn, Stdout, Waited};
use clx_store::{PrunePolicy, Store, StoreOptions};

const DIRECTORY: &str = "__CLX_STORE_TEST_DIRECTORY";
const ROUNDS: &str = "__CLX_STORE_TEST_ROUNDS";
const LONG: Duration = Duration::from_secs(60);

fn open(directory: &Path) -> Store {
    Store::open(directory, &StoreOptions::default()).expect("the store opens")
}

/// Not a test by itself: a process that fills the store, saying when it has finished a round.
#[test]
fn writer() {
    let Ok(directory) = std::env::var(DIRECTORY) else { return };
    let store = open(&PathBuf::from(directory));
    let n_rounds = std::env::var(ROUNDS).unwrap().parse().unwrap();
    for round in 0..n_rounds {
        write_round(&store, round);
        writeln!(std::io::stdout(), "\nround {round}").unwrap();
    }
}

/// Small and large blobs and an action that names them; the same in every process.
fn write_round(store: &Store, round: usize) {
    let blobs: Vec<Vec<u8>> = [100, 5_000, 70_000, 150_000]
        .iter()
        .map(|size| format!("round {round} ").repeat(size / 8).into_bytes())
        .collect();
    let slices: Vec<_> = blobs.iter().map(Vec::as_slice).collect();
    let hashes = store.put_many(&slices).expect("puts");
    let artifacts = hashes
        .into_iter()
        .zip(&blobs)
        .map(|(hash, bytes)| Artifact { name: "a".to_owned(), hash, size: bytes.len() as u64 })
        .collect();
    let result = ActionResult { artifacts, ..ActionResult::default() };
    store.record(&key(round), &result).expect("records");
}

fn key(round: usize) -> ContentHash {
    ContentHash::of(round.to_string())
}

fn start_writer(directory: &Path, n_rounds: usize) -> Child {
    let program = std::env::current_exe().expect("the test program has a path");
    Spawn::new(program)
        .args(["--exact", "writer", "--nocapture"])
        .env(DIRECTORY, directory)
        .env(ROUNDS, n_rounds.to_string())
        .stdout(Stdout::Piped)
        .start()
        .expect("the writer starts")
}

/// Reads what the writer says until it finished so many rounds or ended; returns how many it did.
fn hear(child: &mut Child, n_rounds: usize) -> usize {
    let stdout = BufReader::new(child.take_stdout().expect("piped"));
    let rounds = stdout.lines().map_while(Result::ok).filter(|line| line.starts_with("round "));
    rounds.take(n_rounds).count()
}

#[test]
fn processes_put_the_same_blobs_at_the_same_time() {
    let dir = tempfile::tempdir().unwrap();
    let mut writers: Vec<_> = (0..4).map(|_| start_writer(dir.path(), 10)).collect();
    for writer in &mut writers {
        assert_eq!(hear(writer, usize::MAX), 10, "{}", writer.tail());
        assert_eq!(writer.wait(LONG).unwrap(), Waited::Exited(Exit::Status(0)));
    }
    let store = open(dir.path());
    let report = store.verify().unwrap();
    assert!(report.is_clean(), "{report:?}");
    assert_eq!((report.n_blobs, report.n_actions), (40, 10));
}

#[test]
fn killed_writer_leaves_whole_blobs_and_complete_results() {
    let dir = tempfile::tempdir().unwrap();
    // Killed at whatever it does a moment after it announced a round, ten times.
    for round in 0..10 {
        let mut writer = start_writer(dir.path(), usize::MAX);
        assert_eq!(hear(&mut writer, 3 * round + 1), 3 * round + 1, "{}", writer.tail());
        writer.kill().unwrap();
    }
    let store = open(dir.path());
    let report = store.verify().unwrap();
    assert!(report.is_clean(), "{report:?}");
    let results = store.lookup(&[key(0), key(27)]).unwrap();
    assert!(results.iter().all(Option::is_some));

    let everything =
        PrunePolicy { max_bytes: Some(0), grace: Duration::ZERO, ..PrunePolicy::default() };
    store.prune(&everything).unwrap();
    write_round(&store, 0);
    assert!(store.lookup(&[key(0)]).unwrap()[0].is_some());
    assert_eq!(
        n_files(&dir.path().join("blobs")),
        3,
        "the two large blobs and the pack of the others"
    );
}

fn n_files(directory: &Path) -> usize {
    let entries = std::fs::read_dir(directory).expect("the directory exists");
    entries
        .map(|entry| entry.expect("readable").path())
        .map(|path| if path.is_dir() { n_files(&path) } else { 1 })
        .sum()
}
