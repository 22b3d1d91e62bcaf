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
    ],
};
