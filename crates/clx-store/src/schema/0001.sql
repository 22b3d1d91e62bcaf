-- A rowid table on purpose: rows of kilobytes would make the B-tree of the key deep.
CREATE TABLE blobs (
    hash BLOB NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    -- NULL: the bytes lie in a file below blobs/.
    bytes BLOB,
    created_us INTEGER NOT NULL
) STRICT;

CREATE TABLE actions (
    key BLOB NOT NULL UNIQUE,
    result TEXT NOT NULL,
    -- Exact to a day: reading a result writes at most once a day.
    last_used_us INTEGER NOT NULL
) STRICT;
CREATE INDEX actions_by_use ON actions (last_used_us);

CREATE TABLE explanations (
    subject TEXT NOT NULL PRIMARY KEY,
    key BLOB NOT NULL,
    components TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE durations (
    subject TEXT NOT NULL PRIMARY KEY,
    duration_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE files (
    path BLOB NOT NULL PRIMARY KEY,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    ctime_ns INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    recorded_us INTEGER NOT NULL,
    hash BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE outputs (
    root BLOB NOT NULL,
    path BLOB NOT NULL,
    hash BLOB NOT NULL,
    -- NULL between claim and confirmation: clx may have been killed while it wrote the file.
    size INTEGER,
    mtime_ns INTEGER,
    inode INTEGER,
    PRIMARY KEY (root, path)
) STRICT, WITHOUT ROWID;
