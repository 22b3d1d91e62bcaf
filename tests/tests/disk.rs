//! A full disk, a file that cannot be written, a network file system, a file of a newer version.
//!
//! All but the last need mounts of their own: the test starts itself again in a private mount namespace
//! and does its work there.

#![expect(clippy::unwrap_used, reason = "the helpers of these tests fail by panicking")]

use std::io::Write;
use std::path::{Path, PathBuf};

use clx_db::{Database, Migration, OpenOptions, Schema};
use clx_process::{Exit, Spawn, Waited};
use clx_queue::{
    JobState, NewJob, NewSession, NewWorker, Queue, Seat, SessionId, SqliteOptions, SqliteQueue,
    WorkerMode,
};
use clx_store::{Store, StoreOptions};
use clx_tests::fire::LIMIT;

/// Set to the mounted directory in the process that does the work.
const MOUNTED: &str = "__CLX_TEST_MOUNTED";

/// Runs `body` on a file system that the shell command `mount` has made or changed at `$DIR`.
///
/// Where namespaces are refused, a line says so; full files are then tested by a limit of pages in
/// clx-queue only.
fn on_file_system(test: &str, mount: &str, body: impl FnOnce(&Path)) {
    if let Some(dir) = std::env::var_os(MOUNTED) {
        return body(Path::new(&dir));
    }
    let namespace = |script: &str| {
        Spawn::new("unshare").args(["--user", "--map-root-user", "--mount", "sh", "-ec", script])
    };
    let probe = namespace("mount -t tmpfs none /mnt").start().map(|mut child| child.wait(LIMIT));
    if !matches!(probe, Ok(Ok(Waited::Exited(Exit::Status(0))))) {
        // Not through the captured output of tests: a skipped test must be seen.
        let line = format!("SKIPPED {test}: this machine refuses private mount namespaces\n");
        std::io::stderr().write_all(line.as_bytes()).expect("a standard error");
        return;
    }
    let dir = tempfile::tempdir().expect("a temp dir");
    let mut child = namespace(&format!("{mount}; exec \"$0\" --exact {test} --nocapture"))
        .arg(std::env::current_exe().expect("a test program"))
        .env("DIR", dir.path())
        .env(MOUNTED, dir.path())
        .start()
        .expect("unshare starts");
    let Waited::Exited(exit) = child.wait(LIMIT).expect("waits") else { panic!("it hangs") };
    let said = child.tail();
    assert!(exit.is_success() && said.contains("1 passed"), "{exit}: {said}");
}

fn open(dir: &Path) -> Result<SqliteQueue, clx_queue::QueueError> {
    SqliteQueue::open(&dir.join("jobs.db"), &SqliteOptions::default())
}

fn session(queue: &SqliteQueue) -> SessionId {
    queue.open_session(&NewSession::of_this_process(Path::new("/course"), 0, "")).unwrap()
}

fn jobs(n: usize) -> Vec<NewJob> {
    (0..n).map(|index| NewJob::new("test", &index.to_string(), vec![b'x'; 1000])).collect()
}

/// The schema of a queue as far as `clx-db` must know it to open a file that exists.
const fn schema(name: &'static str, application_id: i32) -> Schema {
    let migrations = &[
        Migration { version: 1, sql: "" },
        Migration { version: 2, sql: "" },
        Migration { version: 3, sql: "" },
        Migration { version: 4, sql: "" },
    ];
    Schema { name, application_id, migrations }
}

const JOBS: Schema = schema("jobs", 0x636c_784a);

fn assert_intact(path: &Path) {
    let database = Database::open(path, &JOBS, &OpenOptions::default()).unwrap();
    let reader = database.reader().unwrap();
    let check: String = reader.query_row("PRAGMA integrity_check", (), |row| row.get(0)).unwrap();
    assert_eq!(check, "ok");
}

/// Fills what is left of a file system, to be deleted later.
fn fill(dir: &Path) -> PathBuf {
    let path = dir.join("ballast");
    let mut file = std::fs::File::create(&path).unwrap();
    let mut size = 64 * 1024;
    while size > 0 {
        if file.write_all(&vec![b'x'; size]).is_err() {
            size /= 2;
        }
    }
    path
}

#[test]
fn full_disk_loses_nothing_that_was_committed_by_the_queue() {
    let mount = "mount -t tmpfs -o size=3m none \"$DIR\"";
    on_file_system("full_disk_loses_nothing_that_was_committed_by_the_queue", mount, |dir| {
        let queue = open(dir).unwrap();
        let session = session(&queue);
        let mut n_jobs = queue.enqueue(session, jobs(10)).unwrap().len();
        let ballast = fill(dir);
        let error = loop {
            match queue.enqueue(session, jobs(10)) {
                Ok(ids) => n_jobs += ids.len(),
                Err(error) => break error,
            }
        };
        assert!(error.to_string().starts_with("the disk is full"), "{error}");
        let ready = |n: usize| Some(u64::try_from(n).unwrap());
        assert_eq!(queue.counts(None).unwrap().get(&JobState::Ready).copied(), ready(n_jobs));

        std::fs::remove_file(ballast).unwrap();
        n_jobs += queue.enqueue(session, jobs(10)).unwrap().len();
        let new = NewWorker::new(session, "test", WorkerMode::InProcess);
        let mut seat = Seat::new(queue.register_worker(&new).unwrap());
        queue.activate_worker(seat.worker(), None).unwrap();
        let job = seat.claim(&queue, vec![], LIMIT).unwrap().jobs.remove(0);
        seat.report(&queue, vec![job.completed(vec![])]).unwrap();
        drop(queue);
        let queue = open(dir).unwrap();
        assert_eq!(queue.counts(None).unwrap().get(&JobState::Ready).copied(), ready(n_jobs - 1));
        assert_intact(queue.path());
    });
}

#[test]
fn full_disk_loses_nothing_that_the_store_has() {
    let mount = "mount -t tmpfs -o size=3m none \"$DIR\"";
    on_file_system("full_disk_loses_nothing_that_the_store_has", mount, |dir| {
        // Small ones lie in the database, big ones in files.
        for size in [1000, 100_000] {
            let place = dir.join(size.to_string());
            let store = Store::open(&place, &StoreOptions::default()).unwrap();
            let mut hashes = Vec::new();
            let blob = |n: usize| n.to_string().repeat(size).into_bytes();
            let ballast = dir.join("ballast");
            std::fs::write(&ballast, vec![b'x'; 1 << 20]).unwrap();
            loop {
                match store.put(&blob(hashes.len())) {
                    Ok(hash) => hashes.push(hash),
                    Err(error) => {
                        let text = text_of(&error);
                        assert!(
                            text.contains("disk is full") || text.contains("No space"),
                            "{text}"
                        );
                        break;
                    }
                }
            }
            assert!(!hashes.is_empty());
            for (n, hash) in hashes.iter().enumerate() {
                assert_eq!(store.get(hash).unwrap(), blob(n));
            }
            std::fs::remove_file(ballast).unwrap();
            let more = store.put(&blob(hashes.len())).unwrap();
            assert_eq!(store.get(&more).unwrap(), blob(hashes.len()));
            assert!(store.verify().unwrap().is_clean());
            std::fs::remove_dir_all(place).unwrap();
        }
    });
}

fn text_of(error: &dyn std::error::Error) -> String {
    let source = error.source().map(|source| format!(": {}", text_of(source)));
    format!("{error}{}", source.unwrap_or_default())
}

#[test]
fn read_only_file_is_one_clear_error() {
    // Not by its mode, which binds no root user. The queue closes before the mount becomes
    // read-only, or this process would keep it writable.
    let mount = "mount -t tmpfs none \"$DIR\"; \"$0\" --exact make_queue --nocapture; \
                 mount -o remount,ro \"$DIR\"";
    on_file_system("read_only_file_is_one_clear_error", mount, |dir| {
        let error = open(dir).unwrap_err().to_string();
        assert!(error.starts_with("the database cannot be written, it is read-only"), "{error}");
        assert!(error.contains("jobs.db"), "{error}");
        let new = dir.join("new");
        let error = open(&new).unwrap_err().to_string();
        assert!(error.contains("cannot create the directory"), "{error}");
    });
}

/// Not a test by itself: makes a queue in the directory that was mounted, if one was.
#[test]
fn make_queue() {
    if let Some(dir) = std::env::var_os(MOUNTED) {
        let queue = open(Path::new(&dir)).unwrap();
        queue.enqueue(session(&queue), jobs(1)).unwrap();
    }
}

#[test]
fn file_of_a_newer_version_is_refused_unchanged() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("jobs.db");
    drop(open(dir.path()).unwrap());
    let database = Database::open(&path, &JOBS, &OpenOptions::default()).unwrap();
    let writer = database.writer().unwrap();
    writer.execute_batch("PRAGMA user_version = 99; PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    drop(writer);
    drop(database);
    let before = std::fs::read(&path).unwrap();
    let error = open(dir.path()).unwrap_err().to_string();
    assert!(error.contains("schema version 99, this clx knows 4 at most"), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn files_on_every_type_of_network_file_system_are_refused() {
    // A mount table that says so: a real server is not needed for what is never opened.
    let mount = "touch \"$DIR/mounts\"; mount --bind \"$DIR/mounts\" /proc/$$/mounts";
    on_file_system("files_on_every_type_of_network_file_system_are_refused", mount, |dir| {
        let open_on = |file_system: &str| {
            let line = format!("server:/x {} {file_system} rw 0 0\n", dir.display());
            std::fs::write(dir.join("mounts"), line).unwrap();
            let place = dir.join(file_system);
            let store = Store::open(&place, &StoreOptions::default());
            (open(&place).map_err(|error| error.to_string()), store.is_err(), place)
        };
        for file_system in [
            "nfs",
            "nfs4",
            "cifs",
            "smb2",
            "smb3",
            "smbfs",
            "fuse.sshfs",
            "fuse.davfs",
            "afs",
            "coda",
            "ftpfs",
            "glusterfs",
            "lustre",
            "ncpfs",
            "9p",
            "virtiofs",
        ] {
            let (queue, store_is_refused, place) = open_on(file_system);
            let error = queue.unwrap_err();
            assert!(
                error.contains("network file system") && error.contains(file_system),
                "{error}"
            );
            assert!(store_is_refused, "{file_system}");
            assert!(!place.join("jobs.db").exists() && !place.join("cache.db").exists());
        }
        let (queue, store_is_refused, _) = open_on("ext4");
        assert!(queue.is_ok() && !store_is_refused);
    });
}
