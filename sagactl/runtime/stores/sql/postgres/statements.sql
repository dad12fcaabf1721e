-- What the PostgreSQL store asks, each statement under its name.
-- A transition is one statement: what decides its fate comes first, and all that follows from it hangs on that, so that
-- a group of transitions is sent without waiting for any of them.

-- name: keep_definition
INSERT INTO sagactl_definitions (digest, saga, version, text) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING;

-- name: definition
SELECT text FROM sagactl_definitions WHERE digest = %s;

-- name: definitions_in_use
SELECT DISTINCT digest FROM sagactl_runs WHERE saga = %s AND ended_s IS NULL;

-- name: take_turns
SELECT pg_advisory_xact_lock(hashtextextended('sagactl ' || %(saga)s, 0));

-- name: insert_run
WITH under_way AS (
  SELECT count(*) AS number FROM (
    SELECT 1 FROM sagactl_runs WHERE %(at_most)s::int IS NOT NULL AND saga = %(saga)s AND ended_s IS NULL AND begun
    LIMIT %(at_most)s
  ) AS counted
), put AS (
  INSERT INTO sagactl_runs (
    id, saga, digest, start_key, correlation, input, begun, status, outcome, progress, results, revision, owner, wake_s,
    stuck_s, started_s, changed_s, ended_s
  )
  SELECT %(id)s, %(saga)s, %(digest)s, %(start_key)s, %(correlation)s, %(input)s, %(begun)s, %(status)s, %(outcome)s,
    %(progress)s, %(results)s, %(revision)s, %(owner)s, %(wake_s)s, %(stuck_s)s, %(started_s)s, %(changed_s)s, %(ended_s)s
  FROM under_way WHERE %(at_most)s::int IS NULL OR number < %(at_most)s
  ON CONFLICT DO NOTHING RETURNING id
), logged AS (
  INSERT INTO sagactl_log (run, number, at_s, event, moments)
  SELECT id, %(revision)s, %(changed_s)s, %(event)s, %(moments)s FROM put WHERE %(moments)s <> '[]'
), sent AS (
  INSERT INTO sagactl_outbox (worker, run, destination, body)
  SELECT %(worker)s, put.id, m.destination, m.body
  FROM put, unnest(%(destinations)s::text[], %(bodies)s::text[]) WITH ORDINALITY AS m (destination, body, place)
  ORDER BY m.place RETURNING id
), handed_over AS (
  INSERT INTO sagactl_letters (run, saga, step, direction, reason, tries, at_s, body)
  SELECT l.run, l.saga, l.step, l.direction, l.reason, l.tries, l.at_s, l.body
  FROM put, jsonb_to_recordset(%(letters)s::jsonb) AS l (
    run text, saga text, step text, direction text, reason text, tries int, at_s double precision, body text)
)
SELECT (SELECT count(*) FROM put), 1, coalesce((SELECT number >= %(at_most)s FROM under_way), FALSE),
  ARRAY(SELECT id FROM sent ORDER BY id);

-- name: update_run
WITH under_way AS (
  SELECT count(*) AS number FROM (
    SELECT 1 FROM sagactl_runs
    WHERE %(at_most)s::int IS NOT NULL AND saga = %(saga)s AND ended_s IS NULL AND begun AND id <> %(id)s
    LIMIT %(at_most)s
  ) AS counted
), locked AS (
  SELECT id FROM sagactl_runs, under_way
  WHERE id = %(id)s AND revision = %(expects)s AND (%(at_most)s::int IS NULL OR number < %(at_most)s)
  FOR UPDATE OF sagactl_runs
), taken AS (
  INSERT INTO sagactl_inbox (id, run, body, received_s)
  SELECT %(message)s, id, NULL, %(changed_s)s FROM locked WHERE %(message)s <> ''
  ON CONFLICT (id) DO UPDATE SET body = NULL WHERE sagactl_inbox.body IS NOT NULL RETURNING id
), put AS (
  UPDATE sagactl_runs AS r
  SET begun = %(begun)s, status = %(status)s, outcome = %(outcome)s, progress = %(progress)s, results = %(results)s,
    revision = %(revision)s, owner = %(owner)s, wake_s = %(wake_s)s,
    stuck_s = CASE WHEN r.stuck THEN NULL ELSE %(stuck_s)s::double precision END,
    changed_s = %(changed_s)s, ended_s = %(ended_s)s
  FROM locked WHERE r.id = locked.id AND (%(message)s = '' OR EXISTS (SELECT 1 FROM taken)) RETURNING r.id
), logged AS (
  INSERT INTO sagactl_log (run, number, at_s, event, moments)
  SELECT id, %(revision)s, %(changed_s)s, %(event)s, %(moments)s FROM put WHERE %(moments)s <> '[]'
), sent AS (
  INSERT INTO sagactl_outbox (worker, run, destination, body)
  SELECT %(worker)s, put.id, m.destination, m.body
  FROM put, unnest(%(destinations)s::text[], %(bodies)s::text[]) WITH ORDINALITY AS m (destination, body, place)
  ORDER BY m.place RETURNING id
), handed_over AS (
  INSERT INTO sagactl_letters (run, saga, step, direction, reason, tries, at_s, body)
  SELECT l.run, l.saga, l.step, l.direction, l.reason, l.tries, l.at_s, l.body
  FROM put, jsonb_to_recordset(%(letters)s::jsonb) AS l (
    run text, saga text, step text, direction text, reason text, tries int, at_s double precision, body text)
), closed AS (
  UPDATE sagactl_letters AS l SET closed = a.what
  FROM put, jsonb_to_recordset(%(acts)s::jsonb) AS a (what text, step text)
  WHERE l.run = put.id AND l.step = a.step AND l.closed = ''
), acted AS (
  INSERT INTO sagactl_acts (run, what, step, who, why, at_s)
  SELECT put.id, a.what, a.step, a.who, a.why, a.at_s
  FROM put, jsonb_to_recordset(%(acts)s::jsonb) AS a (
    what text, step text, who text, why text, at_s double precision)
)
SELECT (SELECT count(*) FROM put), (SELECT count(*) FROM locked),
  coalesce((SELECT number >= %(at_most)s FROM under_way), FALSE), ARRAY(SELECT id FROM sent ORDER BY id);

-- name: load
SELECT id, saga, digest, start_key, correlation, input, begun, progress, results, revision, started_s, changed_s
FROM sagactl_runs WHERE id = %s;

-- name: find
SELECT id FROM sagactl_runs WHERE saga = %s AND start_key = %s;

-- name: beat
INSERT INTO sagactl_workers (id, until_s) VALUES (%s, %s) ON CONFLICT (id) DO UPDATE SET until_s = excluded.until_s;

-- name: retire
WITH freed AS (
  UPDATE sagactl_runs SET owner = NULL, wake_s = changed_s WHERE owner = %(worker)s
)
DELETE FROM sagactl_workers WHERE id = %(worker)s;

-- name: claim
WITH dead AS (
  SELECT DISTINCT owner FROM sagactl_runs WHERE owner IS NOT NULL AND owner <> %(worker)s
    AND NOT EXISTS (SELECT 1 FROM sagactl_workers w WHERE w.id = owner AND w.until_s >= %(now_s)s)
), found AS (
  SELECT id, owner FROM sagactl_runs
  WHERE saga = ANY (%(sagas)s) AND ended_s IS NULL
    AND (owner IS NULL AND wake_s <= %(now_s)s OR owner IN (SELECT owner FROM dead))
  ORDER BY wake_s LIMIT %(most)s FOR UPDATE SKIP LOCKED
)
UPDATE sagactl_runs AS r SET owner = %(worker)s, revision = r.revision + 1 FROM found WHERE r.id = found.id
RETURNING r.id, r.saga, r.digest, r.start_key, r.correlation, r.input, r.begun, r.progress, r.results, r.revision,
  r.started_s, r.changed_s, found.owner IS NOT NULL;

-- name: claim_run
WITH found AS (
  SELECT id, owner FROM sagactl_runs
  WHERE id = %(run)s AND ended_s IS NULL AND (owner IS NULL OR owner = %(worker)s
    OR NOT EXISTS (SELECT 1 FROM sagactl_workers w WHERE w.id = owner AND w.until_s >= %(now_s)s))
  FOR UPDATE
)
UPDATE sagactl_runs AS r SET owner = %(worker)s, revision = r.revision + 1 FROM found WHERE r.id = found.id
RETURNING r.id, r.saga, r.digest, r.start_key, r.correlation, r.input, r.begun, r.progress, r.results, r.revision,
  r.started_s, r.changed_s, found.owner IS NOT NULL;

-- name: next_wake
SELECT min(wake_s) FROM sagactl_runs
WHERE saga = ANY (%s) AND ended_s IS NULL AND owner IS NULL AND wake_s IS NOT NULL;

-- name: post
WITH kept AS (
  INSERT INTO sagactl_inbox (id, run, body, received_s)
  SELECT %(id)s, id, %(body)s, %(now_s)s FROM sagactl_runs WHERE id = %(run)s ON CONFLICT DO NOTHING RETURNING run
), woken AS (
  UPDATE sagactl_runs SET wake_s = %(now_s)s, ended_s = NULL
  WHERE id IN (SELECT run FROM kept) AND owner IS NULL AND CASE
    WHEN ended_s IS NULL THEN wake_s IS NULL OR wake_s > %(now_s)s
    ELSE %(reopens)s AND outcome = 'parked'
  END
)
SELECT run, pg_notify('sagactl', run) FROM kept;

-- name: mail_for
SELECT m.id, m.run, m.body FROM sagactl_inbox m JOIN sagactl_runs r ON r.id = m.run
WHERE m.body IS NOT NULL AND r.owner = %s ORDER BY m.received_s, m.id;

-- name: mail_of
SELECT id, run, body FROM sagactl_inbox WHERE run = %s AND body IS NOT NULL ORDER BY received_s, id;

-- name: adopt_outbox
UPDATE sagactl_outbox SET worker = %(worker)s WHERE id IN (
  SELECT o.id FROM sagactl_outbox o
  WHERE o.worker <> %(worker)s
    AND NOT EXISTS (SELECT 1 FROM sagactl_workers w WHERE w.id = o.worker AND w.until_s >= %(now_s)s)
  FOR UPDATE SKIP LOCKED
);

-- name: unsent
SELECT run, destination, body, id FROM sagactl_outbox WHERE worker = %s ORDER BY id LIMIT %s;

-- name: sent
DELETE FROM sagactl_outbox WHERE id = ANY (%s);

-- name: free_run
UPDATE sagactl_runs SET owner = NULL, wake_s = %(wake_s)s WHERE id = %(run)s AND owner = %(worker)s
AND (SELECT count(*) FROM sagactl_inbox WHERE run = %(run)s AND body IS NOT NULL) <= %(mail)s;

-- name: overdue
UPDATE sagactl_runs SET stuck = TRUE, stuck_s = NULL
WHERE saga = ANY (%s) AND stuck_s <= %s AND ended_s IS NULL RETURNING id;

-- name: summaries
SELECT r.id, r.saga, d.version, r.status, r.outcome, r.correlation, r.started_s, r.changed_s, r.ended_s, r.wake_s,
  coalesce(r.owner, ''), r.stuck, (SELECT count(*) FROM sagactl_letters l WHERE l.run = r.id AND l.closed = '')
FROM sagactl_runs r JOIN sagactl_definitions d ON d.digest = r.digest
WHERE (%(run)s = '' OR r.id = %(run)s) AND (%(saga)s = '' OR r.saga = %(saga)s)
  AND (%(status)s = '' OR r.status = %(status)s)
ORDER BY r.started_s DESC, r.id DESC LIMIT %(most)s;

-- name: history
SELECT number, at_s, event, moments FROM sagactl_log WHERE run = %s ORDER BY number;

-- name: letters
SELECT id, run, saga, step, direction, reason, tries, at_s, body, closed FROM sagactl_letters
WHERE (%(run)s = '' OR run = %(run)s) AND (%(saga)s = '' OR saga = %(saga)s) AND (%(closed)s OR closed = '')
ORDER BY id LIMIT %(most)s;

-- name: acts
SELECT run, what, step, who, why, at_s FROM sagactl_acts WHERE run = %s ORDER BY id;

-- name: forget_runs
WITH old AS (
  SELECT id FROM sagactl_runs r WHERE ended_s < %(before_s)s
    AND NOT EXISTS (SELECT 1 FROM sagactl_letters l WHERE l.run = r.id AND l.closed = '')
  ORDER BY ended_s LIMIT %(most)s FOR UPDATE SKIP LOCKED
), logs AS (DELETE FROM sagactl_log WHERE run IN (SELECT id FROM old)),
letters AS (DELETE FROM sagactl_letters WHERE run IN (SELECT id FROM old)),
acts AS (DELETE FROM sagactl_acts WHERE run IN (SELECT id FROM old)),
mail AS (DELETE FROM sagactl_inbox WHERE run IN (SELECT id FROM old))
DELETE FROM sagactl_runs WHERE id IN (SELECT id FROM old);

-- name: forget_messages
DELETE FROM sagactl_inbox WHERE body IS NULL AND received_s < %s;
