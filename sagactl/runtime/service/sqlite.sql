-- The tables of a service on SQLite, beside its own and the guard's.
-- Times are seconds since 1970 by the database's own clock, which all processes of the service share.

-- name: install
CREATE TABLE IF NOT EXISTS sagactl_service_schema (version INTEGER NOT NULL);
INSERT INTO sagactl_service_schema (version)
SELECT :version WHERE NOT EXISTS (SELECT 1 FROM sagactl_service_schema);
CREATE TABLE IF NOT EXISTS sagactl_service_outbox (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,  -- in the order in which messages were written
    participant TEXT NOT NULL,
    kind        TEXT NOT NULL,                      -- send or publish
    channel     TEXT NOT NULL,
    key         TEXT NOT NULL,                      -- messages with the same key leave in order
    body        TEXT NOT NULL,
    taken_until REAL NOT NULL DEFAULT 0             -- a relay has it in hand; when that time is over, it has died
);
CREATE INDEX IF NOT EXISTS sagactl_service_outbox_order ON sagactl_service_outbox (participant, id);
CREATE TABLE IF NOT EXISTS sagactl_service_runs (
    participant TEXT NOT NULL,
    run         TEXT NOT NULL,
    body        TEXT NOT NULL DEFAULT '',  -- what the participant knows of the run, as JSON
    due_s       REAL,                   -- when it has to do something by itself, by the clock of the service
    changed_s   REAL NOT NULL,
    PRIMARY KEY (participant, run)
);
CREATE INDEX IF NOT EXISTS sagactl_service_runs_due ON sagactl_service_runs (participant, due_s);

-- name: version
SELECT version FROM sagactl_service_schema;

-- name: put
INSERT INTO sagactl_service_outbox (participant, kind, channel, key, body)
VALUES (:participant, :kind, :channel, :key, :body);

-- name: take
UPDATE sagactl_service_outbox SET taken_until = (julianday('now') - 2440587.5) * 86400.0 + :lease_s
WHERE id IN (
    SELECT id FROM sagactl_service_outbox
    WHERE participant = :participant AND taken_until <= (julianday('now') - 2440587.5) * 86400.0
    ORDER BY id
    LIMIT :limit
)
RETURNING id, kind, channel, key, body;

-- name: sent
DELETE FROM sagactl_service_outbox WHERE id = :id;

-- name: claim
-- One statement for a new run and for a known one; it writes in either case, so that it also locks the row.
INSERT INTO sagactl_service_runs (participant, run, changed_s)
VALUES (:participant, :run, :now_s)
ON CONFLICT (participant, run) DO UPDATE SET run = excluded.run
RETURNING body;

-- name: keep
UPDATE sagactl_service_runs SET body = :body, due_s = :due_s, changed_s = :now_s
WHERE participant = :participant AND run = :run;

-- name: give-back
DELETE FROM sagactl_service_runs WHERE participant = :participant AND run = :run AND body = '';

-- name: due
SELECT run FROM sagactl_service_runs
WHERE participant = :participant AND due_s <= :now_s
ORDER BY due_s
LIMIT :limit;

-- name: body
SELECT body FROM sagactl_service_runs WHERE participant = :participant AND run = :run;

-- name: forget
DELETE FROM sagactl_service_runs
WHERE participant = :participant AND due_s IS NULL AND changed_s <= :before_s
RETURNING 1;
