-- Version 1. Times are microseconds UTC. Ids of sessions, workers and jobs are never reused
-- (AUTOINCREMENT): a reused id would defeat the fence (job, worker, attempt).
CREATE TABLE sessions(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  token TEXT NOT NULL UNIQUE,
  owner_pid INTEGER NOT NULL,
  owner_start INTEGER NOT NULL,
  boot_id TEXT NOT NULL,
  root TEXT NOT NULL,
  state INTEGER NOT NULL CHECK(state IN (1, 2, 3)),      -- open, closed, abandoned
  doorbell TEXT,
  created_us INTEGER NOT NULL,
  closed_us INTEGER
) STRICT;

CREATE TABLE job_types(
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  paused INTEGER NOT NULL DEFAULT 0,
  max_running INTEGER
) STRICT;

CREATE TABLE workers(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  session_id INTEGER NOT NULL REFERENCES sessions(id),
  job_type INTEGER NOT NULL REFERENCES job_types(id),
  mode INTEGER NOT NULL CHECK(mode IN (1, 2, 3)),        -- in-process, process, container
  state INTEGER NOT NULL CHECK(state IN (0, 1, 2)),      -- created, live, stopping
  slots INTEGER NOT NULL DEFAULT 1,
  external_id TEXT,
  pid INTEGER,
  pid_start INTEGER,
  doorbell TEXT,
  beat INTEGER NOT NULL DEFAULT 0,
  seen_us INTEGER NOT NULL,
  lease_ms INTEGER NOT NULL,
  claim_seq INTEGER NOT NULL DEFAULT 0,
  done INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  created_us INTEGER NOT NULL
) STRICT;

CREATE TABLE jobs(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  session_id INTEGER NOT NULL REFERENCES sessions(id),
  job_type INTEGER NOT NULL REFERENCES job_types(id),
  state INTEGER NOT NULL CHECK(state BETWEEN 0 AND 7),
  priority INTEGER NOT NULL DEFAULT 0,                   -- class * 2^32 + expected milliseconds
  run_at_us INTEGER NOT NULL DEFAULT 0,
  blocked_by INTEGER NOT NULL DEFAULT 0,
  attempt INTEGER NOT NULL DEFAULT 0,
  failures INTEGER NOT NULL DEFAULT 0,
  max_failures INTEGER NOT NULL,
  losses INTEGER NOT NULL DEFAULT 0,
  max_losses INTEGER NOT NULL,
  cancel_requested INTEGER NOT NULL DEFAULT 0,
  cancel_by TEXT,
  requires INTEGER NOT NULL DEFAULT 0,                   -- 0 any worker, else its mode
  worker_id INTEGER,                                     -- no foreign key: deleting a worker never fails
  claim_seq INTEGER,
  unique_key TEXT,
  label TEXT NOT NULL,
  payload BLOB NOT NULL,
  result BLOB,
  timeout_ms INTEGER,
  correlation_id TEXT,
  created_us INTEGER NOT NULL,
  started_us INTEGER,
  finished_us INTEGER,
  error_class INTEGER
) STRICT;
CREATE INDEX jobs_ready   ON jobs(session_id, job_type, priority DESC, id) WHERE state = 2;
CREATE INDEX jobs_due     ON jobs(run_at_us) WHERE state = 1;
CREATE INDEX jobs_running ON jobs(worker_id) WHERE state = 3;
CREATE UNIQUE INDEX jobs_unique ON jobs(session_id, unique_key)
  WHERE unique_key IS NOT NULL AND state <= 3;

CREATE TABLE deps(
  needs INTEGER NOT NULL,
  job INTEGER NOT NULL,
  on_failure INTEGER NOT NULL,                           -- 0 cancel the job, 1 run it all the same
  PRIMARY KEY(needs, job)
) STRICT, WITHOUT ROWID;

CREATE TABLE attempts(                                   -- failures and losses, append only
  job INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  worker_id INTEGER,
  started_us INTEGER,
  finished_us INTEGER NOT NULL,
  error_class INTEGER NOT NULL,
  detail TEXT NOT NULL
) STRICT;
CREATE INDEX attempts_job ON attempts(job);

CREATE TABLE progress(
  job INTEGER PRIMARY KEY,
  attempt INTEGER NOT NULL,
  step INTEGER NOT NULL,
  total INTEGER NOT NULL,
  note TEXT NOT NULL,
  at_us INTEGER NOT NULL
) STRICT;

CREATE TABLE counters(
  session_id INTEGER NOT NULL,
  job_type INTEGER NOT NULL,
  state INTEGER NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY(session_id, job_type, state)
) STRICT, WITHOUT ROWID;

CREATE TABLE minutes(
  session_id INTEGER NOT NULL,
  minute INTEGER NOT NULL,
  state INTEGER NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY(session_id, minute, state)
) STRICT, WITHOUT ROWID;

CREATE TABLE finished(                                   -- outbox: what a session's owner has to collect
  seq INTEGER PRIMARY KEY,                               -- the last row is never deleted, so none is reused
  session_id INTEGER NOT NULL,
  job INTEGER NOT NULL
) STRICT;

CREATE TABLE events(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  session_id INTEGER NOT NULL,
  at_us INTEGER NOT NULL,
  type TEXT NOT NULL,
  job INTEGER,
  worker INTEGER,
  data TEXT NOT NULL
) STRICT;
