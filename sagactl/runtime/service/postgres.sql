-- The tables of a service on PostgreSQL, beside its own and the guard's.

-- name: install
-- CREATE … IF NOT EXISTS fails when two sessions create at the same moment, so they take turns.
SELECT pg_advisory_xact_lock(hashtext('sagactl_service'));
CREATE TABLE IF NOT EXISTS sagactl_service_schema (version integer NOT NULL);
INSERT INTO sagactl_service_schema (version)
SELECT %(version)s WHERE NOT EXISTS (SELECT 1 FROM sagactl_service_schema);
CREATE TABLE IF NOT EXISTS sagactl_service_outbox (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,    -- in the order in which messages were written
    participant text NOT NULL,
    kind        text NOT NULL,                                      -- send or publish
    channel     text NOT NULL,
    key         text NOT NULL,                                      -- messages with the same key leave in order
    body        text NOT NULL,
    taken_until timestamptz NOT NULL DEFAULT '-infinity'            -- a relay has it in hand until it must have died
);
CREATE INDEX IF NOT EXISTS sagactl_service_outbox_order ON sagactl_service_outbox (participant, id);
CREATE TABLE IF NOT EXISTS sagactl_service_runs (
    participant text NOT NULL,
    run         text NOT NULL,
    body        text NOT NULL DEFAULT '',  -- what the participant knows of the run, as JSON
    due_s       double precision,                   -- when it has to do something by itself, by the clock of the service
    changed_s   double precision NOT NULL,
    PRIMARY KEY (participant, run)
);
CREATE INDEX IF NOT EXISTS sagactl_service_runs_due ON sagactl_service_runs (participant, due_s);

-- name: version
SELECT version FROM sagactl_service_schema;

-- name: put
INSERT INTO sagactl_service_outbox (participant, kind, channel, key, body)
VALUES (%(participant)s, %(kind)s, %(channel)s, %(key)s, %(body)s);

-- name: take
UPDATE sagactl_service_outbox SET taken_until = clock_timestamp() + make_interval(secs => %(lease_s)s)
WHERE id IN (
    SELECT id FROM sagactl_service_outbox
    WHERE participant = %(participant)s AND taken_until <= clock_timestamp()
    ORDER BY id
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
)
RETURNING id, kind, channel, key, body;

-- name: sent
DELETE FROM sagactl_service_outbox WHERE id = %(id)s;

-- name: claim
-- One statement for a new run and for a known one; it writes in either case, so that it also locks the row.
INSERT INTO sagactl_service_runs (participant, run, changed_s)
VALUES (%(participant)s, %(run)s, %(now_s)s)
ON CONFLICT (participant, run) DO UPDATE SET run = excluded.run
RETURNING body;

-- name: keep
UPDATE sagactl_service_runs SET body = %(body)s, due_s = %(due_s)s, changed_s = %(now_s)s
WHERE participant = %(participant)s AND run = %(run)s;

-- name: give-back
DELETE FROM sagactl_service_runs WHERE participant = %(participant)s AND run = %(run)s AND body = '';

-- name: due
SELECT run FROM sagactl_service_runs
WHERE participant = %(participant)s AND due_s <= %(now_s)s
ORDER BY due_s
LIMIT %(limit)s;

-- name: body
SELECT body FROM sagactl_service_runs WHERE participant = %(participant)s AND run = %(run)s;

-- name: forget
DELETE FROM sagactl_service_runs
WHERE participant = %(participant)s AND due_s IS NULL AND changed_s <= %(before_s)s
RETURNING 1;
