//! The crash-safe job queue in one SQLite file.
