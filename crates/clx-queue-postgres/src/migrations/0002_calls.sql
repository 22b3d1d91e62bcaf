-- Version 2. What every job does is one call of a function, so one round trip and one transaction of one
-- statement. Everything else is done by the program, statement by statement.
--
-- The planner is told to use the indices also where it knows nothing of a table yet: a plan that was made
-- while a table was empty lives on while it grows.

-- Sets for this transaction what a COMMIT waits for, and how long a lock is waited for.
CREATE FUNCTION for_this_call(p_commit text, p_lock_ms text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('synchronous_commit', p_commit, true),
          set_config('lock_timeout', p_lock_ms, true);
END $$;

-- Adds to the counters, in the order of their key, in the slot of this connection.
CREATE FUNCTION add_to_counters(
  p_sessions bigint[], p_types bigint[], p_states bigint[], p_n bigint[]
) RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  INSERT INTO counters(session_id, job_type, state, slot, n)
  SELECT session_id, job_type, state, (pg_backend_pid() & 63)::smallint, sum(n)
  FROM unnest(p_sessions, p_types, p_states, p_n) AS change(session_id, job_type, state, n)
  GROUP BY session_id, job_type, state
  HAVING sum(n) <> 0
  ORDER BY session_id, job_type, state
  ON CONFLICT (session_id, job_type, state, slot) DO UPDATE SET n = counters.n + excluded.n;
END $$;

-- Adds to what became final in a minute.
CREATE FUNCTION add_to_minutes(
  p_sessions bigint[], p_states bigint[], p_n bigint[], p_now bigint
) RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  INSERT INTO minutes(session_id, minute, state, slot, n)
  SELECT session_id, p_now / 60000000, state, (pg_backend_pid() & 63)::smallint, sum(n)
  FROM unnest(p_sessions, p_states, p_n) AS change(session_id, state, n)
  GROUP BY session_id, state
  HAVING sum(n) <> 0
  ORDER BY session_id, state
  ON CONFLICT (session_id, minute, state, slot) DO UPDATE SET n = minutes.n + excluded.n;
END $$;

-- Makes due jobs ready, at most 256 at a time; tells how many, by session and type. Jobs that another
-- connection makes ready right now are left to it.
CREATE FUNCTION promote(p_now bigint)
RETURNS TABLE(session bigint, type bigint, n bigint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_sessions bigint[] := '{}';
  v_types bigint[] := '{}';
  v_states bigint[] := '{}';
  v_n bigint[] := '{}';
BEGIN
  FOR session, type, n IN
    WITH due AS (
      SELECT id FROM jobs
      WHERE state = 1 AND run_at_us <= p_now
      ORDER BY run_at_us
      LIMIT 256
      FOR NO KEY UPDATE SKIP LOCKED
    ), made AS (
      UPDATE jobs SET state = 2 FROM due WHERE jobs.id = due.id
      RETURNING jobs.session_id, jobs.job_type
    )
    SELECT made.session_id, made.job_type, count(*) FROM made GROUP BY 1, 2
  LOOP
    v_sessions := v_sessions || session || session;
    v_types := v_types || type || type;
    v_states := v_states || ARRAY[1, 2]::bigint[];
    v_n := v_n || -n || n;
    RETURN NEXT;
  END LOOP;
  IF cardinality(v_n) > 0 THEN
    PERFORM add_to_counters(v_sessions, v_types, v_states, v_n);
  END IF;
END $$;

-- Accepts reports of completed attempts and gives a worker ready jobs. Rows of the answer, by `kind`:
--   0  the verdict, always first: a = 0 done, 1 the worker is gone, 2 the number is out of order (b is
--      the one expected)
--   1  a reported job (a) that the worker had lost
--   2  a job that the worker has now: a id, b attempt, label, payload, timeout_ms, correlation_id
--   3  c jobs of session a and type b became ready
--   4  jobs of session a ended
--   5  a job was put off
-- A report about a job that somebody cancelled raises CLX01: it has more consequences than this
-- function knows, and the caller goes the long way. Reports are sorted by job, so that locks are taken in
-- one order everywhere: worker, jobs, type, counters.
CREATE FUNCTION claim(
  p_worker bigint, p_seq bigint, p_free bigint,
  p_jobs bigint[], p_attempts bigint[], p_results bytea[], p_partials bigint[],
  p_failed bigint,         -- attempts that failed, reported in this transaction by other means
  p_reported boolean,      -- whether anything was
  p_clock bigint, p_commit text, p_lock_ms text
) RETURNS TABLE(
  kind bigint, a bigint, b bigint, c bigint,
  label text, payload bytea, timeout_ms bigint, correlation_id text
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_now bigint := coalesce(p_clock, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint);
  w record;
  r record;
  v_reports bigint := cardinality(p_jobs);
  v_done bigint[] := '{}';
  v_partial bigint := 0;
  v_lost bigint[] := '{}';
  v_limit bigint;
  v_claimed bigint := 0;
  v_due boolean;
  v_waited boolean := false;
  v_verdict bigint;
  v_slot smallint := (pg_backend_pid() & 63)::smallint;
  -- Changes of the counters by jobs that became ready.
  v_sessions bigint[] := '{}';
  v_types bigint[] := '{}';
  v_states bigint[] := '{}';
  v_n bigint[] := '{}';
BEGIN
  IF p_commit IS NOT NULL THEN
    PERFORM set_config('synchronous_commit', p_commit, true),
            set_config('lock_timeout', p_lock_ms, true);
  END IF;
  IF v_reports = 0 AND NOT p_reported THEN
    SELECT workers.session_id, workers.job_type, workers.state, workers.claim_seq,
           job_types.paused, sessions.state = 1 AS is_open
    INTO w
    FROM workers
    JOIN sessions ON sessions.id = workers.session_id
    JOIN job_types ON job_types.id = workers.job_type
    WHERE workers.id = p_worker;
    IF FOUND AND w.is_open AND w.state = 1 AND p_seq = w.claim_seq + 1
       AND (w.paused = 1 OR p_free = 0 OR NOT EXISTS (
         SELECT FROM jobs
         WHERE session_id = w.session_id AND job_type = w.job_type AND state = 2))
       AND NOT EXISTS (SELECT FROM jobs WHERE state = 1 AND run_at_us <= v_now)
    THEN
      -- Who waits in vain writes nothing.
      kind := 0; a := 0; RETURN NEXT;
      RETURN;
    END IF;
  END IF;
  -- Whoever removes the worker or repeats its call waits here, or is waited for.
  SELECT workers.session_id, workers.job_type, workers.mode, workers.state, workers.claim_seq,
         job_types.paused, job_types.max_running, sessions.state = 1 AS is_open
  INTO w
  FROM workers
  JOIN sessions ON sessions.id = workers.session_id
  JOIN job_types ON job_types.id = workers.job_type
  WHERE workers.id = p_worker
  FOR NO KEY UPDATE OF workers;
  v_verdict := CASE WHEN NOT FOUND OR NOT w.is_open OR w.state = 0 THEN 1
                    WHEN p_seq = w.claim_seq AND p_seq > 0 THEN -1
                    WHEN p_seq <> w.claim_seq + 1 THEN 2
                    ELSE 0 END;
  IF v_verdict <> 0 THEN
    kind := 0; a := greatest(v_verdict, 0); b := w.claim_seq + 1; RETURN NEXT;
    IF v_verdict = -1 THEN
      -- Repeated: the jobs that this number got the first time, as far as the worker still has them.
      kind := 2;
      FOR a, b, label, payload, timeout_ms, correlation_id IN
        SELECT jobs.id, jobs.attempt, jobs.label, jobs.payload, jobs.timeout_ms, jobs.correlation_id
        FROM jobs
        WHERE state = 3 AND worker_id = p_worker AND claim_seq = p_seq
        ORDER BY id
      LOOP
        RETURN NEXT;
      END LOOP;
    END IF;
    RETURN;
  END IF;
  kind := 0; a := 0; RETURN NEXT;

  FOR i IN 1..v_reports LOOP
    UPDATE jobs
    SET state = 4, result = p_results[i], error_class = p_partials[i], finished_us = v_now
    -- Written so that only the primary key serves: the index of running jobs holds past ones for a while.
    WHERE id = p_jobs[i] AND worker_id = p_worker AND attempt = p_attempts[i]
      AND state IS NOT DISTINCT FROM 3 AND cancel_requested = 0;
    IF FOUND THEN
      v_done := v_done || p_jobs[i];
      IF p_partials[i] IS NOT NULL THEN
        v_partial := v_partial + 1;
        INSERT INTO events(session_id, at_us, type, job, worker, data)
        VALUES (w.session_id, v_now, 'job_partial', p_jobs[i], p_worker, '');
      END IF;
    ELSIF EXISTS (SELECT FROM jobs
                  WHERE id = p_jobs[i] AND worker_id = p_worker AND attempt = p_attempts[i]
                    AND state IS NOT DISTINCT FROM 3) THEN
      RAISE EXCEPTION 'job % was cancelled', p_jobs[i] USING ERRCODE = 'CLX01';
    ELSE
      v_lost := v_lost || p_jobs[i];
    END IF;
  END LOOP;
  IF cardinality(v_lost) > 0 THEN
    kind := 1;
    FOREACH a IN ARRAY v_lost LOOP RETURN NEXT; END LOOP;
  END IF;
  IF cardinality(v_done) > 0 THEN
    INSERT INTO finished(session_id, job) SELECT w.session_id, unnest(v_done);
    kind := 4; a := w.session_id; RETURN NEXT;
    INSERT INTO minutes(session_id, minute, state, slot, n)
    SELECT w.session_id, v_now / 60000000, change.state, v_slot, change.n
    FROM (VALUES (4, cardinality(v_done) - v_partial), (5, v_partial)) AS change(state, n)
    WHERE change.n > 0
    ON CONFLICT (session_id, minute, state, slot) DO UPDATE SET n = minutes.n + excluded.n;
    IF EXISTS (SELECT FROM deps WHERE needs = ANY(v_done)) THEN
      -- A statement of its own sees what was enqueued while the jobs above were waited for.
      FOR r IN
        SELECT deps.job, count(*) AS n FROM deps
        WHERE deps.needs = ANY(v_done)
        GROUP BY deps.job
        ORDER BY deps.job
      LOOP
        UPDATE jobs
        SET blocked_by = blocked_by - r.n,
            state = CASE WHEN blocked_by > r.n THEN 0 WHEN run_at_us > v_now THEN 1 ELSE 2 END
        WHERE id = r.job AND state = 0
        RETURNING session_id, job_type, state INTO a, b, c;
        IF FOUND AND c > 0 THEN
          v_sessions := v_sessions || a || a;
          v_types := v_types || b || b;
          v_states := v_states || 0::bigint || c;
          v_n := v_n || ARRAY[-1, 1]::bigint[];
          kind := CASE WHEN c = 2 THEN 3 ELSE 5 END;
          c := 1;
          RETURN NEXT;
        END IF;
      END LOOP;
    END IF;
  END IF;

  v_limit := CASE WHEN w.paused = 1 OR w.state <> 1 THEN 0 ELSE p_free END;
  IF v_limit > 0 AND w.max_running IS NOT NULL THEN
    -- Only a limit makes workers wait for each other.
    SELECT job_types.max_running INTO w.max_running
    FROM job_types WHERE id = w.job_type FOR NO KEY UPDATE;
    SELECT least(v_limit, w.max_running - count(*)) INTO v_limit
    FROM jobs WHERE state = 3 AND job_type = w.job_type AND w.max_running IS NOT NULL;
    v_limit := coalesce(v_limit, p_free);
  END IF;
  v_due := EXISTS (SELECT FROM jobs WHERE state = 1 AND run_at_us <= v_now);
  LOOP
    IF v_due THEN
      kind := 3;
      FOR a, b, c IN SELECT session, type, n FROM promote(v_now) LOOP
        RETURN NEXT;
      END LOOP;
    END IF;
    FOR r IN
      SELECT id FROM jobs
      WHERE session_id = w.session_id AND job_type = w.job_type AND state = 2
        AND requires IN (0, w.mode)
      ORDER BY priority DESC, id
      LIMIT greatest(v_limit, 0)
      FOR NO KEY UPDATE SKIP LOCKED
    LOOP
      UPDATE jobs
      SET state = 3, attempt = attempt + 1, worker_id = p_worker, claim_seq = p_seq,
          started_us = v_now
      WHERE id = r.id
      RETURNING jobs.id, jobs.attempt, jobs.label, jobs.payload, jobs.timeout_ms,
                jobs.correlation_id
      INTO a, b, label, payload, timeout_ms, correlation_id;
      kind := 2; c := NULL;
      v_claimed := v_claimed + 1;
      RETURN NEXT;
    END LOOP;
    EXIT WHEN v_claimed > 0 OR v_limit <= 0 OR NOT v_due OR v_waited;
    -- Somebody else is making the due jobs ready: wait for that, and look again.
    PERFORM FROM jobs
    WHERE state = 1 AND run_at_us <= v_now AND session_id = w.session_id AND job_type = w.job_type
    ORDER BY run_at_us
    LIMIT 1
    FOR NO KEY UPDATE;
    v_waited := true;
  END LOOP;
  IF v_claimed > 0 OR v_reports > 0 OR p_reported THEN
    UPDATE workers
    SET claim_seq = p_seq, done = done + cardinality(v_done), failed = failed + p_failed
    WHERE id = p_worker;
  END IF;
  IF cardinality(v_n) = 0 THEN
    -- What nearly every call counts, in the order of the key.
    INSERT INTO counters(session_id, job_type, state, slot, n)
    SELECT w.session_id, w.job_type, change.state, v_slot, change.n
    FROM (VALUES (2, -v_claimed), (3, v_claimed - cardinality(v_done)), (4, cardinality(v_done)))
      AS change(state, n)
    WHERE change.n <> 0
    ON CONFLICT (session_id, job_type, state, slot) DO UPDATE SET n = counters.n + excluded.n;
  ELSE
    v_sessions := v_sessions || w.session_id || w.session_id || w.session_id;
    v_types := v_types || w.job_type || w.job_type || w.job_type;
    v_states := v_states || ARRAY[2, 3, 4]::bigint[];
    v_n := v_n || ARRAY[-v_claimed, v_claimed - cardinality(v_done), cardinality(v_done)];
    PERFORM add_to_counters(v_sessions, v_types, v_states, v_n);
  END IF;
END $$;

-- Renews a worker's lease and stores progress of jobs that it still has. Returns no row if the worker is
-- gone, else one with the jobs that were asked to stop.
CREATE FUNCTION beat(
  p_worker bigint, p_jobs bigint[], p_attempts bigint[], p_steps bigint[], p_totals bigint[],
  p_notes text[], p_clock bigint, p_commit text, p_lock_ms text
) RETURNS TABLE(cancel bigint[]) LANGUAGE plpgsql AS $$
DECLARE
  v_now bigint := coalesce(p_clock, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint);
BEGIN
  IF p_commit IS NOT NULL THEN
    PERFORM for_this_call(p_commit, p_lock_ms);
  END IF;
  UPDATE workers SET beat = beat + 1, seen_us = v_now WHERE id = p_worker;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  IF cardinality(p_jobs) > 0 THEN
    INSERT INTO progress(job, attempt, step, total, note, at_us)
    SELECT r.job, r.attempt, r.step, r.total, r.note, v_now
    FROM unnest(p_jobs, p_attempts, p_steps, p_totals, p_notes) AS r(job, attempt, step, total, note)
    JOIN jobs ON jobs.id = r.job
    WHERE jobs.worker_id = p_worker AND jobs.attempt = r.attempt AND jobs.state = 3
    ORDER BY r.job
    ON CONFLICT (job) DO UPDATE
    SET attempt = excluded.attempt, step = excluded.step, total = excluded.total,
        note = excluded.note, at_us = excluded.at_us;
  END IF;
  RETURN QUERY SELECT coalesce(array_agg(id ORDER BY id), '{}')
               FROM jobs WHERE worker_id = p_worker AND state = 3 AND cancel_requested = 1;
END $$;

-- Gives positions to at most p_limit ended jobs that have none, if fewer than that follow p_after.
CREATE FUNCTION give_positions(p_session bigint, p_after bigint, p_limit bigint, p_commit text, p_lock_ms text)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_last bigint;
  v_given bigint;
BEGIN
  IF p_commit IS NOT NULL THEN
    PERFORM for_this_call(p_commit, p_lock_ms);
  END IF;
  IF NOT EXISTS (SELECT FROM finished WHERE session_id = p_session AND seq IS NULL) THEN
    RETURN;
  END IF;
  INSERT INTO positions(session_id, last) VALUES (p_session, 0) ON CONFLICT DO NOTHING;
  SELECT last INTO v_last FROM positions WHERE session_id = p_session FOR NO KEY UPDATE;
  IF v_last >= p_after + p_limit THEN
    RETURN;
  END IF;
  WITH ended AS (
    SELECT id, v_last + row_number() OVER (ORDER BY id) AS seq
    FROM (SELECT id FROM finished
          WHERE session_id = p_session AND seq IS NULL
          ORDER BY id
          LIMIT p_limit) AS fresh
  )
  UPDATE finished SET seq = ended.seq FROM ended WHERE finished.id = ended.id;
  GET DIAGNOSTICS v_given = ROW_COUNT;
  UPDATE positions SET last = v_last + v_given WHERE session_id = p_session;
END $$;

-- Returns ended jobs after a position, giving positions first.
CREATE FUNCTION collect(
  p_session bigint, p_after bigint, p_limit bigint, p_commit text, p_lock_ms text
) RETURNS TABLE(
  seq bigint, id bigint, state bigint, result bytea, error_class bigint, attempt bigint,
  duration_us bigint, error text
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  PERFORM give_positions(p_session, p_after, p_limit, p_commit, p_lock_ms);
  RETURN QUERY
    SELECT finished.seq, jobs.id, jobs.state::bigint, jobs.result, jobs.error_class::bigint,
           jobs.attempt::bigint, jobs.finished_us - jobs.started_us,
           CASE WHEN jobs.state <> 4 THEN
             (SELECT attempts.detail FROM attempts
              WHERE attempts.job = jobs.id ORDER BY attempts.id DESC LIMIT 1) END
    FROM finished JOIN jobs ON jobs.id = finished.job
    WHERE finished.session_id = p_session AND finished.seq > p_after
    ORDER BY finished.seq
    LIMIT p_limit;
END $$;

-- Returns the jobs of a worker that were asked to stop, or no row if the worker is gone.
CREATE FUNCTION cancel_requests(p_worker bigint) RETURNS TABLE(cancel bigint[]) LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM workers WHERE id = p_worker) THEN
    RETURN QUERY SELECT coalesce(array_agg(id ORDER BY id), '{}')
                 FROM jobs WHERE worker_id = p_worker AND state = 3 AND cancel_requested = 1;
  END IF;
END $$;

-- One look for all waiters of a handle: makes due jobs ready, and names what there is of what is waited for.
-- Rows of the answer, by `kind`:
--   0  the next job is due in a microseconds
--   1  c jobs of session a and type b were made ready
--   3  c jobs of session a and type b are ready, 1000 at most
--   4  jobs of session a ended and are not collected
--   6  worker a is gone, or has jobs to stop
CREATE FUNCTION look(
  p_sessions bigint[], p_types bigint[], p_owners bigint[], p_workers bigint[],
  p_clock bigint, p_commit text, p_lock_ms text
) RETURNS TABLE(kind bigint, a bigint, b bigint, c bigint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_now bigint := coalesce(p_clock, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint);
BEGIN
  IF p_commit IS NOT NULL THEN
    PERFORM for_this_call(p_commit, p_lock_ms);
  END IF;
  IF EXISTS (SELECT FROM jobs WHERE state = 1 AND run_at_us <= v_now) THEN
    RETURN QUERY SELECT 1::bigint, session, type, n FROM promote(v_now);
  END IF;
  RETURN QUERY
    SELECT 0::bigint, due.run_at_us - v_now, NULL::bigint, NULL::bigint
    FROM (SELECT run_at_us FROM jobs WHERE state = 1 ORDER BY run_at_us LIMIT 1) AS due;
  RETURN QUERY
    SELECT 3::bigint, place.session, place.type, ready.n
    FROM unnest(p_sessions, p_types) AS place(session, type),
      LATERAL (SELECT count(*) AS n FROM (
        SELECT FROM jobs
        WHERE session_id = place.session AND job_type = place.type AND state = 2
        LIMIT 1000) AS found) AS ready
    WHERE ready.n > 0;
  RETURN QUERY
    SELECT 4::bigint, owner, NULL::bigint, NULL::bigint FROM unnest(p_owners) AS owner
    WHERE EXISTS (SELECT FROM finished WHERE session_id = owner AND seq IS NULL);
  RETURN QUERY
    SELECT 6::bigint, worker, NULL::bigint, NULL::bigint FROM unnest(p_workers) AS worker
    WHERE NOT EXISTS (SELECT FROM workers WHERE id = worker)
       OR EXISTS (SELECT FROM jobs
                  WHERE worker_id = worker AND state = 3 AND cancel_requested = 1);
END $$;

DO $$
DECLARE
  f regprocedure;
BEGIN
  FOR f IN
    SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
  LOOP
    EXECUTE format('ALTER FUNCTION %s SET search_path = %I', f, current_schema());
  END LOOP;
  FOR f IN
    SELECT oid::regprocedure FROM pg_proc
    WHERE pronamespace = current_schema()::regnamespace
      AND proname IN ('beat', 'cancel_requests', 'claim', 'collect', 'give_positions', 'look', 'promote')
  LOOP
    EXECUTE format('ALTER FUNCTION %s SET enable_seqscan = off', f);
    EXECUTE format('ALTER FUNCTION %s SET enable_bitmapscan = off', f);
  END LOOP;
END $$;
