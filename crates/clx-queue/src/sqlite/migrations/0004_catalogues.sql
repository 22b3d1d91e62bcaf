-- What searches by text read instead of jobs. Labels repeat build after build, so each is kept once;
-- rows stay as long as any catalogue does.
CREATE TABLE labels(
  id INTEGER PRIMARY KEY,
  job_type INTEGER NOT NULL REFERENCES job_types(id),
  label TEXT NOT NULL,
  UNIQUE(job_type, label)
) STRICT;
-- The jobs of a session that has ended, packed as catalogue.rs says. Written when there is time, and
-- gone as soon as one of the jobs is.
CREATE TABLE catalogues(
  session_id INTEGER PRIMARY KEY REFERENCES sessions(id),
  entries BLOB NOT NULL
) STRICT;
