//! Opens SQLite well: pool, pragmas read back, numbered migrations.
