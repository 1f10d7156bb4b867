-- What monitoring told (core/monitor/record.py): alerts that stand, and those that are over (ended is a time).
CREATE TABLE alerts (
    n INTEGER PRIMARY KEY, project TEXT NOT NULL, id TEXT NOT NULL, severity TEXT NOT NULL, level TEXT NOT NULL,
    bucket TEXT NOT NULL, what TEXT NOT NULL, next_step TEXT NOT NULL, since INTEGER NOT NULL,
    acknowledged INTEGER,                -- when somebody had seen it
    ended INTEGER
);
CREATE UNIQUE INDEX alerts_standing ON alerts (project, id) WHERE ended IS NULL;
CREATE INDEX alerts_ended ON alerts (project, ended) WHERE ended IS NOT NULL;

-- What monitoring did by itself (core/monitor/deeds.py), the last of each kind in a family, and how it tells of it.
CREATE TABLE deeds (
    project TEXT NOT NULL, family TEXT NOT NULL, kind TEXT NOT NULL,   -- overflow, plan, apply
    at INTEGER NOT NULL,
    about TEXT NOT NULL,                 -- a bucket, or a plan's id
    severity TEXT NOT NULL, what TEXT NOT NULL, next_step TEXT NOT NULL,
    run_id TEXT NOT NULL DEFAULT '', file TEXT NOT NULL DEFAULT '', steps INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (project, family, kind)
) WITHOUT ROWID;

-- Families whose owner saw what applying by itself would have taken, and allowed it. rules: those that were in force.
CREATE TABLE consents (project TEXT NOT NULL, family TEXT NOT NULL, rules TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (project, family)) WITHOUT ROWID;
