//! The SQLite backend: cache look-up, submit, wait, collect.
