-- What the SQLite store asks, each statement under its name.

-- name: keep_definition
INSERT INTO sagactl_definitions (digest, saga, version, text) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING;

-- name: definition
SELECT text FROM sagactl_definitions WHERE digest = ?;

-- name: definitions_in_use
SELECT DISTINCT digest FROM sagactl_runs WHERE saga = ? AND ended_s IS NULL;

-- name: insert_run
INSERT INTO sagactl_runs (
  id, saga, digest, start_key, correlation, input, begun, status, outcome, progress, results, revision, owner, wake_s,
  stuck_s, started_s, changed_s, ended_s
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING;

-- name: update_run
UPDATE sagactl_runs
SET begun = ?, status = ?, outcome = ?, progress = ?, results = ?, revision = ?, owner = ?, wake_s = ?, stuck_s = CASE
  WHEN stuck THEN NULL ELSE ? END, changed_s = ?, ended_s = ?
WHERE id = ? AND revision = ?;

-- name: count_under_way
SELECT count(*) FROM (SELECT 1 FROM sagactl_runs WHERE saga = ? AND ended_s IS NULL AND begun AND id <> ? LIMIT ?);

-- name: insert_log
INSERT INTO sagactl_log (run, number, at_s, event, moments) VALUES (?, ?, ?, ?, ?);

-- name: insert_outbox
INSERT INTO sagactl_outbox (worker, run, destination, body) VALUES (?, ?, ?, ?);

-- name: take_message
INSERT INTO sagactl_inbox (id, run, body, received_s) VALUES (?, ?, NULL, ?)
ON CONFLICT (id) DO UPDATE SET body = NULL WHERE body IS NOT NULL;

-- name: insert_letter
INSERT INTO sagactl_letters (run, saga, step, direction, reason, tries, at_s, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?);

-- name: close_letters
UPDATE sagactl_letters SET closed = ? WHERE run = ? AND step = ? AND closed = '';

-- name: insert_act
INSERT INTO sagactl_acts (run, what, step, who, why, at_s) VALUES (?, ?, ?, ?, ?, ?);

-- name: load
SELECT id, saga, digest, start_key, correlation, input, begun, progress, results, revision, started_s, changed_s
FROM sagactl_runs WHERE id = ?;

-- name: find
SELECT id FROM sagactl_runs WHERE saga = ? AND start_key = ?;

-- name: beat
INSERT INTO sagactl_workers (id, until_s) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET until_s = excluded.until_s;

-- name: retire_worker
DELETE FROM sagactl_workers WHERE id = ?;

-- name: free_runs_of
UPDATE sagactl_runs SET owner = NULL, wake_s = changed_s WHERE owner = ?;

-- name: due
SELECT id, owner FROM sagactl_runs INDEXED BY sagactl_runs_due
WHERE saga = ? AND ended_s IS NULL AND owner IS NULL AND wake_s <= ? ORDER BY wake_s LIMIT ?;

-- name: dead_workers
SELECT DISTINCT owner FROM sagactl_runs
WHERE owner IS NOT NULL AND owner <> ? AND NOT EXISTS (SELECT 1 FROM sagactl_workers WHERE id = owner AND until_s >= ?);

-- name: orphans
SELECT id, owner FROM sagactl_runs WHERE owner = ? AND saga = ? AND ended_s IS NULL LIMIT ?;

-- name: owner_of
SELECT owner, ended_s, coalesce((SELECT until_s FROM sagactl_workers WHERE id = owner), 0)
FROM sagactl_runs WHERE id = ?;

-- name: take_run
UPDATE sagactl_runs SET owner = ?, revision = revision + 1 WHERE id = ? AND ended_s IS NULL;

-- name: next_wake
SELECT min(wake_s) FROM sagactl_runs INDEXED BY sagactl_runs_due
WHERE saga = ? AND ended_s IS NULL AND owner IS NULL AND wake_s IS NOT NULL;

-- name: post
INSERT INTO sagactl_inbox (id, run, body, received_s)
SELECT ?, id, ?, ? FROM sagactl_runs WHERE id = ? ON CONFLICT DO NOTHING;

-- name: reopen
UPDATE sagactl_runs SET ended_s = NULL WHERE id = ? AND ended_s IS NOT NULL AND outcome = 'parked';

-- name: wake_for_mail
UPDATE sagactl_runs SET wake_s = ? WHERE id = ? AND ended_s IS NULL AND owner IS NULL AND (wake_s IS NULL OR wake_s > ?);

-- name: mail_for
SELECT m.id, m.run, m.body FROM sagactl_inbox m JOIN sagactl_runs r ON r.id = m.run
WHERE m.body IS NOT NULL AND r.owner = ? ORDER BY m.received_s, m.id;

-- name: mail_of
SELECT id, run, body FROM sagactl_inbox WHERE run = ? AND body IS NOT NULL ORDER BY received_s, id;

-- name: adopt_outbox
UPDATE sagactl_outbox SET worker = ?
WHERE worker <> ? AND NOT EXISTS (SELECT 1 FROM sagactl_workers WHERE id = worker AND until_s >= ?);

-- name: unsent
SELECT run, destination, body, id FROM sagactl_outbox WHERE worker = ? ORDER BY id LIMIT ?;

-- name: sent
DELETE FROM sagactl_outbox WHERE id = ?;

-- name: free_run
UPDATE sagactl_runs SET owner = NULL, wake_s = ? WHERE id = ? AND owner = ?
AND (SELECT count(*) FROM sagactl_inbox WHERE run = ? AND body IS NOT NULL) <= ?;

-- name: overdue
UPDATE sagactl_runs SET stuck = 1, stuck_s = NULL
WHERE saga = ? AND stuck_s <= ? AND ended_s IS NULL RETURNING id;

-- name: summaries
SELECT r.id, r.saga, d.version, r.status, r.outcome, r.correlation, r.started_s, r.changed_s, r.ended_s, r.wake_s,
  coalesce(r.owner, ''), r.stuck, (SELECT count(*) FROM sagactl_letters l WHERE l.run = r.id AND l.closed = '')
FROM sagactl_runs r JOIN sagactl_definitions d ON d.digest = r.digest
WHERE (?1 = '' OR r.id = ?1) AND (?2 = '' OR r.saga = ?2) AND (?3 = '' OR r.status = ?3)
ORDER BY r.started_s DESC, r.id DESC LIMIT ?4;

-- name: history
SELECT number, at_s, event, moments FROM sagactl_log WHERE run = ? ORDER BY number;

-- name: letters
SELECT id, run, saga, step, direction, reason, tries, at_s, body, closed FROM sagactl_letters
WHERE (?1 = '' OR run = ?1) AND (?2 = '' OR saga = ?2) AND (?3 OR closed = '') ORDER BY id LIMIT ?4;

-- name: acts
SELECT run, what, step, who, why, at_s FROM sagactl_acts WHERE run = ? ORDER BY id;

-- name: old_runs
SELECT id FROM sagactl_runs WHERE ended_s < ? AND NOT EXISTS (
  SELECT 1 FROM sagactl_letters l WHERE l.run = sagactl_runs.id AND l.closed = ''
) ORDER BY ended_s LIMIT ?;

-- name: forget_messages
DELETE FROM sagactl_inbox WHERE body IS NULL AND received_s < ?;
