-- Version 4. What most jobs begin with, a batch that concerns no other job, is one call of a function.

-- The ids that a call of `enqueue` gave. NULL: it was another call.
ALTER TABLE calls ADD COLUMN ids bigint[];

-- Enqueues jobs without unique keys and needs; returns their ids in order. A token that was seen before
-- gives the ids of then. Raises CLX02 if the session is not open.
CREATE FUNCTION enqueue(
  p_token text, p_session bigint, p_types bigint[], p_priorities bigint[], p_run_at bigint[],
  p_max_failures bigint[], p_max_losses bigint[], p_requires bigint[], p_labels text[],
  p_payloads bytea[], p_timeouts bigint[], p_correlations text[],
  p_clock bigint, p_commit text, p_lock_ms text
) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
  v_now bigint := coalesce(p_clock, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint);
  v_n integer := cardinality(p_types);
  v_ids bigint[];
BEGIN
  PERFORM set_config('synchronous_commit', p_commit, true),
          set_config('lock_timeout', p_lock_ms, true);
  v_ids := ARRAY(SELECT nextval(pg_get_serial_sequence('jobs', 'id')) FROM generate_series(1, v_n));
  INSERT INTO calls(token, at_us, ids) VALUES (p_token, v_now, v_ids) ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RETURN (SELECT ids FROM calls WHERE token = p_token);
  END IF;
  -- It stays open until this transaction ends.
  PERFORM FROM sessions WHERE id = p_session AND state = 1 FOR SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'session % is not open', p_session USING ERRCODE = 'CLX02';
  END IF;
  INSERT INTO jobs(id, session_id, job_type, state, priority, run_at_us, max_failures, max_losses,
                   requires, label, payload, timeout_ms, correlation_id, created_us)
  OVERRIDING SYSTEM VALUE
  SELECT id, p_session, type, CASE WHEN run_at > v_now THEN 1 ELSE 2 END, priority, run_at,
         max_failures, max_losses, requires, label, payload, timeout, correlation, v_now
  FROM unnest(v_ids, p_types, p_priorities, p_run_at, p_max_failures, p_max_losses, p_requires,
              p_labels, p_payloads, p_timeouts, p_correlations)
    AS new(id, type, priority, run_at, max_failures, max_losses, requires, label, payload, timeout,
           correlation);
  PERFORM add_to_counters(
    array_fill(p_session, ARRAY[v_n]), p_types,
    ARRAY(SELECT CASE WHEN run_at > v_now THEN 1 ELSE 2 END::bigint
          FROM unnest(p_run_at) WITH ORDINALITY AS moment(run_at, place) ORDER BY place),
    array_fill(1::bigint, ARRAY[v_n]));
  RETURN v_ids;
END $$;

DO $$
BEGIN
  EXECUTE format('ALTER FUNCTION enqueue SET search_path = %I', current_schema());
  ALTER FUNCTION enqueue SET enable_seqscan = off;
  ALTER FUNCTION enqueue SET enable_bitmapscan = off;
END $$;
