-- How much each bucket held over time, thinned as it ages (core/capacity/samples.py). What waits in the quarantine is
-- counted as a bucket of its own for each bucket it came from. kept: archived versions, which take room too.
CREATE TABLE samples (
    project TEXT NOT NULL, bucket TEXT NOT NULL, at INTEGER NOT NULL, objects INTEGER NOT NULL, bytes INTEGER NOT NULL,
    kept INTEGER NOT NULL, kept_bytes INTEGER NOT NULL, PRIMARY KEY (project, bucket, at)
) WITHOUT ROWID;

-- What was told of each bucket last, whatever the clock said then.
CREATE TABLE measured (
    project TEXT NOT NULL, bucket TEXT NOT NULL, at INTEGER NOT NULL, objects INTEGER NOT NULL, bytes INTEGER NOT NULL,
    kept INTEGER NOT NULL, kept_bytes INTEGER NOT NULL, PRIMARY KEY (project, bucket)
) WITHOUT ROWID;
