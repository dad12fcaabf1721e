-- The guard on SQLite, from version 3.35 on.
-- Times are seconds since 1970 by the database's own clock, which all copies of a request share.

-- name: install
CREATE TABLE IF NOT EXISTS sagactl_guard_schema (version INTEGER NOT NULL);
INSERT INTO sagactl_guard_schema (version)
SELECT :version WHERE NOT EXISTS (SELECT 1 FROM sagactl_guard_schema);
CREATE TABLE IF NOT EXISTS sagactl_guard (
    participant TEXT NOT NULL,
    key         TEXT NOT NULL,                  -- of the action; its compensation shares the row
    done        INTEGER NOT NULL DEFAULT 0,
    undone      INTEGER NOT NULL DEFAULT 0,
    refusal     TEXT NOT NULL DEFAULT '',       -- why the action is not done any more; empty while it may be
    result      TEXT NOT NULL DEFAULT 'null',   -- of the action, as JSON
    seen_at     REAL NOT NULL,                  -- when a request last came, which is what `forget` goes by
    PRIMARY KEY (participant, key)
);
CREATE INDEX IF NOT EXISTS sagactl_guard_seen_at ON sagactl_guard (participant, seen_at);

-- name: version
SELECT version FROM sagactl_guard_schema;

-- name: begin
-- Whatever the guard does writes, so the right to write is taken, or waited for, at once.
BEGIN IMMEDIATE;

-- name: claim
-- One statement for a new key and for a known one; it writes in either case, so that it also takes the lock.
INSERT INTO sagactl_guard (participant, key, seen_at)
VALUES (:participant, :key, (julianday('now') - 2440587.5) * 86400.0)
ON CONFLICT (participant, key) DO UPDATE SET seen_at = excluded.seen_at
RETURNING done, undone, refusal, result;

-- name: keep
UPDATE sagactl_guard
SET done = :done, undone = :undone, refusal = :refusal, result = :result
WHERE participant = :participant AND key = :key;

-- name: give-back
DELETE FROM sagactl_guard WHERE participant = :participant AND key = :key;

-- name: forget
DELETE FROM sagactl_guard WHERE rowid IN (
    SELECT rowid FROM sagactl_guard
    WHERE participant = :participant AND seen_at <= (julianday('now') - 2440587.5) * 86400.0 - :older_than_s
    ORDER BY seen_at
    LIMIT :limit
)
RETURNING 1;

-- name: savepoint
SAVEPOINT sagactl_guard_work;

-- name: roll-back
ROLLBACK TO SAVEPOINT sagactl_guard_work;
RELEASE SAVEPOINT sagactl_guard_work;

-- name: release
RELEASE SAVEPOINT sagactl_guard_work;
