-- The guard on PostgreSQL.
-- READ COMMITTED is enough: `claim` waits for whoever holds the row and then sees what was committed.

-- name: install
-- CREATE … IF NOT EXISTS fails when two sessions create at the same moment, so they take turns.
SELECT pg_advisory_xact_lock(hashtext('sagactl_guard'));
CREATE TABLE IF NOT EXISTS sagactl_guard_schema (version integer NOT NULL);
INSERT INTO sagactl_guard_schema (version)
SELECT %(version)s WHERE NOT EXISTS (SELECT 1 FROM sagactl_guard_schema);
CREATE TABLE IF NOT EXISTS sagactl_guard (
    participant text NOT NULL,
    key         text NOT NULL,                  -- of the action; its compensation shares the row
    done        boolean NOT NULL DEFAULT false,
    undone      boolean NOT NULL DEFAULT false,
    refusal     text NOT NULL DEFAULT '',       -- why the action is not done any more; empty while it may be
    result      text NOT NULL DEFAULT 'null',   -- of the action, as JSON; text, so that it is answered as it was
    seen_at     timestamptz NOT NULL,           -- when a request last came, which is what `forget` goes by
    PRIMARY KEY (participant, key)
);
CREATE INDEX IF NOT EXISTS sagactl_guard_seen_at ON sagactl_guard (participant, seen_at);

-- name: version
SELECT version FROM sagactl_guard_schema;

-- name: claim
-- One statement for a new key and for a known one; it writes in either case, so that it also locks the row.
INSERT INTO sagactl_guard (participant, key, seen_at)
VALUES (%(participant)s, %(key)s, clock_timestamp())
ON CONFLICT (participant, key) DO UPDATE SET seen_at = excluded.seen_at
RETURNING done, undone, refusal, result;

-- name: keep
UPDATE sagactl_guard
SET done = %(done)s, undone = %(undone)s, refusal = %(refusal)s, result = %(result)s
WHERE participant = %(participant)s AND key = %(key)s;

-- name: give-back
DELETE FROM sagactl_guard WHERE participant = %(participant)s AND key = %(key)s;

-- name: forget
-- A row that a request holds is in use, and is passed over.
WITH old AS MATERIALIZED (
    SELECT participant, key FROM sagactl_guard
    WHERE participant = %(participant)s
      AND seen_at <= clock_timestamp() - make_interval(secs => %(older_than_s)s)
    ORDER BY seen_at
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
)
DELETE FROM sagactl_guard AS kept USING old
WHERE kept.participant = old.participant AND kept.key = old.key
RETURNING 1;

-- name: savepoint
SAVEPOINT sagactl_guard_work;

-- name: roll-back
ROLLBACK TO SAVEPOINT sagactl_guard_work;
RELEASE SAVEPOINT sagactl_guard_work;

-- name: release
RELEASE SAVEPOINT sagactl_guard_work;
