-- Version 1. Tables, names and codes are those of the queue in a file. Times are microseconds UTC. Ids
-- of sessions, workers and jobs come from identities and are never reused: a reused id would defeat the
-- fence (job, worker, attempt).
CREATE TABLE sessions(
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  token text NOT NULL UNIQUE,
  owner_pid bigint NOT NULL,
  owner_start bigint NOT NULL,
  boot_id text NOT NULL,
  root text NOT NULL,
  role smallint NOT NULL CHECK (role IN (0, 1, 2)),      -- own workers, borrows them, is a pool
  note text NOT NULL,
  state smallint NOT NULL CHECK (state IN (1, 2, 3)),    -- open, closed, abandoned
  created_us bigint NOT NULL,
  closed_us bigint
);

CREATE TABLE job_types(
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE,
  paused smallint NOT NULL DEFAULT 0,
  max_running bigint
);

-- Every claim and beat updates a row, in place while its page has room.
CREATE TABLE workers(
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  session_id bigint NOT NULL REFERENCES sessions(id),
  job_type bigint NOT NULL REFERENCES job_types(id),
  mode smallint NOT NULL CHECK (mode IN (1, 2, 3)),      -- in-process, process, container
  state smallint NOT NULL CHECK (state IN (0, 1, 2)),    -- created, live, stopping
  slots bigint NOT NULL DEFAULT 1,
  external_id text,
  pid bigint,
  pid_start bigint,
  beat bigint NOT NULL DEFAULT 0,
  seen_us bigint NOT NULL,
  lease_ms bigint NOT NULL,
  claim_seq bigint NOT NULL DEFAULT 0,
  done bigint NOT NULL DEFAULT 0,
  failed bigint NOT NULL DEFAULT 0,
  created_us bigint NOT NULL
) WITH (fillfactor = 50);
CREATE INDEX workers_session ON workers(session_id);

-- No foreign keys: enqueueing locks the session's row once a batch instead of once a job, and types are
-- never deleted.
CREATE TABLE jobs(
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  session_id bigint NOT NULL,
  job_type bigint NOT NULL,
  priority bigint NOT NULL DEFAULT 0,                    -- class * 2^32 + expected milliseconds
  run_at_us bigint NOT NULL DEFAULT 0,
  worker_id bigint,
  claim_seq bigint,
  timeout_ms bigint,
  created_us bigint NOT NULL,
  started_us bigint,
  finished_us bigint,
  blocked_by integer NOT NULL DEFAULT 0,
  attempt integer NOT NULL DEFAULT 0,
  failures integer NOT NULL DEFAULT 0,
  max_failures bigint NOT NULL,
  losses integer NOT NULL DEFAULT 0,
  max_losses bigint NOT NULL,
  state smallint NOT NULL CHECK (state BETWEEN 0 AND 7),
  cancel_requested smallint NOT NULL DEFAULT 0,
  requires smallint NOT NULL DEFAULT 0,                  -- 0 any worker, else its mode
  error_class smallint,
  cancel_by text,
  unique_key text,
  label text NOT NULL,
  correlation_id text,
  payload bytea NOT NULL,
  result bytea
);
CREATE INDEX jobs_ready    ON jobs(session_id, job_type, priority DESC, id) WHERE state = 2;
CREATE INDEX jobs_due      ON jobs(run_at_us) WHERE state = 1;
CREATE INDEX jobs_running  ON jobs(worker_id) WHERE state = 3;
CREATE UNIQUE INDEX jobs_unique ON jobs(session_id, unique_key)
  WHERE unique_key IS NOT NULL AND state <= 3;
CREATE INDEX jobs_session  ON jobs(session_id, id);
CREATE INDEX jobs_troubled ON jobs(session_id, id) WHERE error_class NOT IN (6, 7);

CREATE TABLE deps(
  needs bigint NOT NULL,
  job bigint NOT NULL,
  on_failure smallint NOT NULL,                          -- 0 cancel the job, 1 run it all the same
  PRIMARY KEY (needs, job)
);

CREATE TABLE attempts(                                   -- failures and losses, append only
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  job bigint NOT NULL,
  attempt bigint NOT NULL,
  worker_id bigint,
  started_us bigint,
  finished_us bigint NOT NULL,
  error_class smallint NOT NULL,
  detail text NOT NULL
);
CREATE INDEX attempts_job ON attempts(job);

CREATE TABLE progress(
  job bigint PRIMARY KEY,
  attempt bigint NOT NULL,
  step bigint NOT NULL,
  total bigint NOT NULL,
  note text NOT NULL,
  at_us bigint NOT NULL
) WITH (fillfactor = 50);

-- Sums are kept in slots, one for each connection that writes at the same time, so that none waits for
-- a row of another; readers add them up.
CREATE TABLE counters(
  session_id bigint NOT NULL,
  job_type bigint NOT NULL,
  state smallint NOT NULL,
  slot smallint NOT NULL,
  n bigint NOT NULL,
  PRIMARY KEY (session_id, job_type, state, slot)
) WITH (fillfactor = 20);

CREATE TABLE minutes(
  session_id bigint NOT NULL,
  minute bigint NOT NULL,
  state smallint NOT NULL,
  slot smallint NOT NULL,
  n bigint NOT NULL,
  PRIMARY KEY (session_id, minute, state, slot)
) WITH (fillfactor = 20);

-- What a session's owner has to collect. Transactions end in another order than they take numbers, so a
-- position is given when a job is collected, not when it ends: none appears behind one that was seen.
CREATE TABLE finished(
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  session_id bigint NOT NULL,
  job bigint NOT NULL,
  seq bigint
);
CREATE UNIQUE INDEX finished_seq ON finished(session_id, seq) WHERE seq IS NOT NULL;
CREATE INDEX finished_new ON finished(session_id, id) WHERE seq IS NULL;

-- The last position that was given; its row is the lock of whoever gives them.
CREATE TABLE positions(
  session_id bigint PRIMARY KEY,
  last bigint NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE events(
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  session_id bigint NOT NULL,
  at_us bigint NOT NULL,
  type text NOT NULL,
  job bigint,
  worker bigint,
  data text NOT NULL
);
CREATE INDEX events_session ON events(session_id);

-- Calls that must not happen twice, by a random token that their transaction writes first. Who repeats a
-- call because the answer to its COMMIT was lost meets the token, if the call has happened.
CREATE TABLE calls(
  token text PRIMARY KEY,
  at_us bigint NOT NULL
);
CREATE INDEX calls_at ON calls(at_us);
