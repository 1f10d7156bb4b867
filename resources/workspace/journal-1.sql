-- What Bucketdesk did and what people decided. Never rebuilt. Times are microseconds since 1970 UTC.
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;

-- Plans that this desk made: any other is foreign.
CREATE TABLE plans (
    plan_id TEXT PRIMARY KEY, sha256 TEXT NOT NULL, project TEXT NOT NULL, created INTEGER NOT NULL,
    head TEXT NOT NULL                   -- the plan's first line
) WITHOUT ROWID;

CREATE TABLE runs (
    run_id TEXT PRIMARY KEY, kind TEXT NOT NULL,            -- cleanup, purge, undo
    plan_id TEXT NOT NULL DEFAULT '', undo_of TEXT NOT NULL DEFAULT '', project TEXT NOT NULL,
    started INTEGER NOT NULL, ended INTEGER, seconds REAL NOT NULL DEFAULT 0,
    state TEXT NOT NULL,                 -- running, interrupted, done, partly, undone
    steps INTEGER NOT NULL DEFAULT 0,
    allowed REAL                         -- the share that the person allowed this run to take
) WITHOUT ROWID;
CREATE UNIQUE INDEX runs_plan ON runs (plan_id) WHERE plan_id <> '';

CREATE TABLE steps (
    run_id TEXT NOT NULL, n INTEGER NOT NULL,
    state TEXT NOT NULL,                 -- waiting, intent, done, skipped, failed, drifted; once done: undone, purged
    kind TEXT NOT NULL, bucket TEXT NOT NULL DEFAULT '', key TEXT NOT NULL DEFAULT '', bytes INTEGER NOT NULL DEFAULT 0,
    tbl TEXT NOT NULL DEFAULT '', row_key TEXT NOT NULL DEFAULT '',
    step TEXT NOT NULL,                  -- the plan's line
    trace TEXT NOT NULL DEFAULT '',      -- JSON: what the act left behind (quarantine place, row afterwards, …)
    reason TEXT NOT NULL DEFAULT '', at INTEGER,
    PRIMARY KEY (run_id, n)
) WITHOUT ROWID;
CREATE INDEX steps_state ON steps (run_id, state, n, bytes);

-- Which step needs which, for those that need any.
CREATE TABLE needs (run_id TEXT NOT NULL, n INTEGER NOT NULL, need INTEGER NOT NULL, PRIMARY KEY (run_id, n, need))
    WITHOUT ROWID;
CREATE INDEX needs_need ON needs (run_id, need);

-- Keep marks, on the thing and not on one finding: they bind every plan.
CREATE TABLE keeps (
    thing TEXT PRIMARY KEY,              -- 'o:<bucket>/<key>' or 'r:<table>:<row key JSON>'
    finding TEXT NOT NULL, fingerprint TEXT NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL
) WITHOUT ROWID;

-- Doubted sources that the person accepted, until the doubt or the mapping changes.
CREATE TABLE accepted (source TEXT PRIMARY KEY, mapping TEXT NOT NULL, rows INTEGER NOT NULL, refs INTEGER NOT NULL,
    at INTEGER NOT NULL) WITHOUT ROWID;

-- How large each source was at each complete scan: the memory that notices a wiped table.
CREATE TABLE sizes (source TEXT NOT NULL, at INTEGER NOT NULL, mapping TEXT NOT NULL, rows INTEGER NOT NULL,
    refs INTEGER NOT NULL, PRIMARY KEY (source, at)) WITHOUT ROWID;
