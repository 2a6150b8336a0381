-- AgentOrchestration.Postgres, version 1 of its tables. The store runs this script by itself unless it was told not to (Migrate = false). By hand:
--   psql -c 'CREATE SCHEMA ao' DATABASE
--   psql --single-transaction -v ON_ERROR_STOP=1 -v schema=ao -f 001.sql DATABASE
-- The application needs USAGE on the schema, and SELECT, INSERT, UPDATE and DELETE on its tables.
-- Times and leases are in ticks of 100 ns since the year 1: what .NET writes is read back as it was.

CREATE TABLE :"schema".store (
    is_one boolean PRIMARY KEY DEFAULT true CHECK (is_one),
    version integer NOT NULL);

-- What is known when a run is made, and the task types that it needs. In texts U+0000, which PostgreSQL cannot store, is written as U+0001 U+0001, and U+0001 as U+0001 U+0002: the order stays.
CREATE TABLE :"schema".runs (
    key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id text COLLATE "C" NOT NULL UNIQUE,
    created bigint NOT NULL,
    name text COLLATE "C",
    goal text NOT NULL,
    tags text[] COLLATE "C" NOT NULL,
    task_types text[] COLLATE "C" NOT NULL,
    header bytea NOT NULL,
    made uuid NOT NULL);
CREATE INDEX runs_by_age ON :"schema".runs (created, run_id);
CREATE INDEX runs_by_name ON :"schema".runs (name, created, run_id) WHERE name IS NOT NULL;

CREATE TABLE :"schema".tags (
    tag text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    created bigint NOT NULL,
    run_id text COLLATE "C" NOT NULL,
    run bigint NOT NULL,
    PRIMARY KEY (tag, value, created, run_id));
CREATE INDEX tags_by_run ON :"schema".tags (run);

-- made and taken name the request that has made a run or taken its lease, so that one whose answer was lost is known again.
-- Changes with every append and renewal. No index has a column that they change, so that new versions of a row stay in its page and need no vacuum (HOT).
CREATE TABLE :"schema".state (
    run bigint PRIMARY KEY REFERENCES :"schema".runs ON DELETE CASCADE,
    token bigint NOT NULL,
    owner text COLLATE "C",
    expires bigint NOT NULL,
    sequence bigint NOT NULL,
    updated bigint NOT NULL,
    ended integer NOT NULL,
    subtasks integer NOT NULL,
    outcome text COLLATE "C",
    ended_at bigint,
    taken uuid)
    WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.01, autovacuum_analyze_scale_factor = 0.02);
CREATE INDEX state_open ON :"schema".state (run) WHERE outcome IS NULL;
CREATE INDEX state_by_outcome ON :"schema".state (outcome, run) WHERE outcome IS NOT NULL;
CREATE INDEX state_by_end ON :"schema".state (ended_at) WHERE ended_at IS NOT NULL;

-- One row for each append, its events as lines of text. Rows are inserted and deleted, never changed.
CREATE TABLE :"schema".journal (
    run bigint NOT NULL,
    sequence bigint NOT NULL,
    count integer NOT NULL,
    lines bytea NOT NULL,
    PRIMARY KEY (run, sequence));

CREATE TABLE :"schema".blobs (
    run bigint NOT NULL,
    name text COLLATE "C" NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (run, name));

-- What others ask of whoever drives a run. An answer is written with the events that follow from it.
CREATE TABLE :"schema".commands (
    place bigint GENERATED ALWAYS AS IDENTITY,
    run bigint NOT NULL REFERENCES :"schema".runs ON DELETE CASCADE,
    id uuid NOT NULL,
    sent bigint NOT NULL,
    content bytea NOT NULL,
    answer bytea,
    PRIMARY KEY (run, id));
CREATE INDEX commands_open ON :"schema".commands (place) WHERE answer IS NULL;

INSERT INTO :"schema".store (version) VALUES (1);
