-- Version 1 of the schema.

-- The definitions that runs follow, by the digest of their text: a run keeps the one it started with.
CREATE TABLE sagactl_definitions (
  digest  TEXT PRIMARY KEY,
  saga    TEXT NOT NULL,
  version INTEGER NOT NULL,
  text    TEXT NOT NULL
);

-- One row for each run.  `progress` is the machine's record with its timers, the rest is what is asked for by itself.
-- Who changes a run names the revision it knows; `owner` is the worker that drives it, NULL while nobody has to.
CREATE TABLE sagactl_runs (
  id          TEXT PRIMARY KEY,
  saga        TEXT NOT NULL,
  digest      TEXT NOT NULL REFERENCES sagactl_definitions (digest),
  start_key   TEXT NOT NULL,
  correlation TEXT NOT NULL,
  input       TEXT NOT NULL,
  begun       BOOLEAN NOT NULL,
  status      TEXT NOT NULL,
  outcome     TEXT NOT NULL DEFAULT '',
  progress    TEXT NOT NULL,
  results     TEXT NOT NULL,
  revision    BIGINT NOT NULL,
  owner       TEXT,
  wake_s      DOUBLE PRECISION,
  stuck_s     DOUBLE PRECISION,
  stuck       BOOLEAN NOT NULL DEFAULT FALSE,
  started_s   DOUBLE PRECISION NOT NULL,
  changed_s   DOUBLE PRECISION NOT NULL,
  ended_s     DOUBLE PRECISION
);

-- A start is repeated with the same key and finds the run that it started before.
CREATE UNIQUE INDEX sagactl_runs_start ON sagactl_runs (saga, start_key);
CREATE INDEX sagactl_runs_due ON sagactl_runs (saga, wake_s) WHERE ended_s IS NULL AND owner IS NULL;
CREATE INDEX sagactl_runs_owned ON sagactl_runs (owner) WHERE owner IS NOT NULL;
CREATE INDEX sagactl_runs_stuck ON sagactl_runs (stuck_s) WHERE stuck_s IS NOT NULL;
CREATE INDEX sagactl_runs_young ON sagactl_runs (started_s);
CREATE INDEX sagactl_runs_old ON sagactl_runs (ended_s) WHERE ended_s IS NOT NULL;

-- What happened, transition by transition.
CREATE TABLE sagactl_log (
  run     TEXT NOT NULL,
  number  BIGINT NOT NULL,
  at_s    DOUBLE PRECISION NOT NULL,
  event   TEXT NOT NULL,
  moments TEXT NOT NULL,
  PRIMARY KEY (run, number)
);

-- Messages that must still be sent; the row goes when the transport has taken the message.
CREATE TABLE sagactl_outbox (
  id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  worker      TEXT NOT NULL,
  run         TEXT NOT NULL,
  destination TEXT NOT NULL,
  body        TEXT NOT NULL
);
CREATE INDEX sagactl_outbox_worker ON sagactl_outbox (worker, id);

-- Messages that came in: each counts once; one that waits for its run's owner has a body.
CREATE TABLE sagactl_inbox (
  id         TEXT PRIMARY KEY,
  run        TEXT NOT NULL,
  body       TEXT,
  received_s DOUBLE PRECISION NOT NULL
);
CREATE INDEX sagactl_inbox_waiting ON sagactl_inbox (run, received_s) WHERE body IS NOT NULL;
CREATE INDEX sagactl_inbox_old ON sagactl_inbox (received_s) WHERE body IS NULL;

-- Steps in the hands of people.
CREATE TABLE sagactl_letters (
  id        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run       TEXT NOT NULL,
  saga      TEXT NOT NULL,
  step      TEXT NOT NULL,
  direction TEXT NOT NULL,
  reason    TEXT NOT NULL,
  tries     INTEGER NOT NULL,
  at_s      DOUBLE PRECISION NOT NULL,
  body      TEXT NOT NULL,
  closed    TEXT NOT NULL DEFAULT ''
);
CREATE INDEX sagactl_letters_run ON sagactl_letters (run);
CREATE INDEX sagactl_letters_open ON sagactl_letters (saga, id) WHERE closed = '';

-- What people did by hand, and why.
CREATE TABLE sagactl_acts (
  id   BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run  TEXT NOT NULL,
  what TEXT NOT NULL,
  step TEXT NOT NULL,
  who  TEXT NOT NULL,
  why  TEXT NOT NULL,
  at_s DOUBLE PRECISION NOT NULL
);
CREATE INDEX sagactl_acts_run ON sagactl_acts (run);

-- Who is alive: a worker whose time is over has lost what it owns.
CREATE TABLE sagactl_workers (
  id      TEXT PRIMARY KEY,
  until_s DOUBLE PRECISION NOT NULL
);

-- Which version of the schema this is.
CREATE TABLE sagactl_schema (version INTEGER NOT NULL);
INSERT INTO sagactl_schema VALUES (1);
