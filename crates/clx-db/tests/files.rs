//! What happens to files that are new, old, newer, foreign, read-only or replaced.

use std::path::Path;
use std::time::{Duration, Instant};

use clx_db::{Database, DbError, Durability, Migration, OpenOptions, Schema};

const V1: Migration =
    Migration { version: 1, sql: "CREATE TABLE item(name TEXT NOT NULL) STRICT;" };
const V2: Migration =
    Migration { version: 2, sql: "ALTER TABLE item ADD COLUMN size INTEGER NOT NULL DEFAULT 0;" };
const OLD: Schema = Schema { name: "items", application_id: 77, migrations: &[V1] };
const NEW: Schema = Schema { name: "items", application_id: 77, migrations: &[V1, V2] };

fn open(path: &Path, schema: &Schema) -> Result<Database, DbError> {
    Database::open(path, schema, &OpenOptions::default())
}

#[test]
fn missing_directories_are_made() {
    let dir = tempfile::tempdir().unwrap();
    let db = open(&dir.path().join("a/b/items.db"), &NEW).unwrap();
    db.reader().unwrap().execute("DELETE FROM item", ()).expect_err("readers cannot write");
}

#[test]
fn older_file_is_migrated_and_keeps_its_rows() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("items.db");
    open(&path, &OLD)
        .unwrap()
        .writer()
        .unwrap()
        .execute("INSERT INTO item VALUES ('x')", ())
        .unwrap();
    let db = open(&path, &NEW).unwrap();
    let size: i64 =
        db.reader().unwrap().query_row("SELECT size FROM item", (), |row| row.get(0)).unwrap();
    assert_eq!(size, 0);
}

#[test]
fn opening_what_is_there_writes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("items.db");
    // The log goes when the last connection does.
    let kept = open(&path, &NEW).unwrap();
    let log = dir.path().join("items.db-wal");
    let before = std::fs::read(&log).unwrap();
    drop(open(&path, &NEW).unwrap());
    assert!(!before.is_empty() && std::fs::read(&log).unwrap() == before);
    drop(kept);
}

#[test]
fn newer_file_is_refused_naming_both_versions() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("items.db");
    drop(open(&path, &NEW).unwrap());
    let before = std::fs::read(&path).unwrap();
    let message = open(&path, &OLD).expect_err("newer").to_string();
    assert!(message.contains("version 2") && message.contains("knows 1"), "{message}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn foreign_file_is_refused_and_untouched() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("jobs.db");
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute_batch("CREATE TABLE jobs(id); CREATE TABLE schema_version(version);")
        .unwrap();
    let before = std::fs::read(&path).unwrap();
    let message = open(&path, &NEW).expect_err("foreign").to_string();
    assert!(message.contains("Python clx"), "{message}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn text_file_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("items.db");
    std::fs::write(&path, "no database at all, just a longer text than a header").unwrap();
    let message = open(&path, &NEW).expect_err("no database").to_string();
    assert!(message.contains("damaged or no SQLite database"), "{message}");
}

#[test]
fn replaced_file_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("items.db");
    let db = open(&path, &NEW).unwrap();
    db.check_identity().unwrap();
    std::fs::remove_file(&path).unwrap();
    assert!(matches!(db.check_identity(), Err(DbError::Vanished { .. })));
    std::fs::write(&path, "").unwrap();
    assert!(matches!(db.check_identity(), Err(DbError::Vanished { .. })));
}

#[test]
fn every_connection_has_its_pragmas() {
    let dir = tempfile::tempdir().unwrap();
    let options = OpenOptions { durability: Durability::Full, ..OpenOptions::default() };
    let db = Database::open(&dir.path().join("items.db"), &NEW, &options).unwrap();
    let read = |connection: &rusqlite::Connection, pragma: &str| -> String {
        connection
            .query_row(&format!("SELECT CAST({pragma} AS TEXT) FROM pragma_{pragma}"), (), |row| {
                row.get(0)
            })
            .unwrap()
    };
    let writer = db.writer().unwrap();
    let reader = db.reader().unwrap();
    for connection in [&*writer, &*reader] {
        assert_eq!(read(connection, "journal_mode"), "wal");
        assert_eq!(read(connection, "synchronous"), "2");
        assert_eq!(read(connection, "foreign_keys"), "1");
    }
    assert_eq!(read(&writer, "auto_vacuum"), "2");
}

#[test]
fn opening_and_closing_leaks_no_descriptor() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("items.db");
    let count = || {
        std::fs::read_dir("/proc/self/fd")
            .unwrap()
            .filter_map(|entry| std::fs::read_link(entry.unwrap().path()).ok())
            .filter(|target| target.starts_with(dir.path()))
            .count()
    };
    for _ in 0..100 {
        let db = open(&path, &NEW).unwrap();
        drop(db.reader().unwrap());
    }
    // The pool's own thread may still be dropping the last reader.
    let deadline = Instant::now() + Duration::from_secs(10);
    while count() > 0 && Instant::now() < deadline {
        std::thread::yield_now();
    }
    assert_eq!(count(), 0);
}
