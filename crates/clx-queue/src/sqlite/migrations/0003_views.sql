-- What lists need: the jobs of a session in their order, and those with which something is wrong.
-- The first is appended to by every enqueue, the second is written for failures only: 6 and 7 are the
-- error classes of jobs that were cancelled.
CREATE INDEX jobs_session ON jobs(session_id, id);
CREATE INDEX jobs_troubled ON jobs(session_id, id) WHERE error_class NOT IN (6, 7);
