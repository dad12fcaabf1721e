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
