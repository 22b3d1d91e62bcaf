-- Version 3. What many hosts need beyond jobs.

-- A session lives as long as its owner beats. NULL: it was opened before this version.
ALTER TABLE sessions ADD COLUMN owner_beat bigint NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN owner_seen_us bigint NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN owner_lease_ms bigint;

-- Results of actions by key; their blobs lie elsewhere.
CREATE TABLE results(
  key bytea PRIMARY KEY,
  result text NOT NULL,
  used_us bigint NOT NULL                                -- exact to a day
);
CREATE INDEX results_by_use ON results(used_us);
