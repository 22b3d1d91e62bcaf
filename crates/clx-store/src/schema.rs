//! The tables of `cache.db`. Principal constant: [`SCHEMA`].

use clx_db::{Migration, Schema};

/// Paths are BLOBs: a name on Linux need not be UTF-8. Times are microseconds since the epoch if
/// they end in `_us`, nanoseconds if they end in `_ns`.
pub(crate) const SCHEMA: Schema = Schema {
    name: "cache",
    // "clxc" in ASCII.
    application_id: 0x636c_7863,
    migrations: &[
        Migration { version: 1, sql: include_str!("schema/0001.sql") },
        Migration { version: 2, sql: include_str!("schema/0002.sql") },
        Migration { version: 3, sql: include_str!("schema/0003.sql") },
    ],
};

#[cfg(test)]
mod tests {
    use clx_core::ContentHash;
    use clx_db::{Database, OpenOptions};

    use super::*;
    use crate::{Store, StoreOptions};

    #[test]
    fn blobs_of_a_file_of_version_1_are_found() {
        let dir = tempfile::tempdir().unwrap();
        let old = Schema { migrations: &SCHEMA.migrations[..1], ..SCHEMA };
        let path = dir.path().join("cache.db");
        let database = Database::open(&path, &old, &OpenOptions::default()).unwrap();
        let hash = ContentHash::of("text");
        let insert = "INSERT INTO blobs (hash, size, bytes, created_us) VALUES (?1, 4, ?2, 0)";
        database.writer().unwrap().execute(insert, (hash.as_bytes(), b"text")).unwrap();
        drop(database);
        let store = Store::open(dir.path(), &StoreOptions::default()).unwrap();
        assert_eq!(store.get(&hash).unwrap(), b"text");
    }
}
