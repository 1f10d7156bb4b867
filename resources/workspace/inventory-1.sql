-- What the last scans saw. Times are microseconds since 1970 UTC. All of it can be made again by scanning.
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;

CREATE TABLE scans (
    id INTEGER PRIMARY KEY, started INTEGER NOT NULL, finished INTEGER,
    state TEXT NOT NULL,                 -- running, done
    scope TEXT NOT NULL DEFAULT '',      -- hash of mapping and chosen buckets: only the same may go on with its cursors
    service_now INTEGER NOT NULL,        -- the service's clock when the scan began; the clock that ages count by
    seconds REAL NOT NULL DEFAULT 0
);

-- One reading of one bucket or one source; the proof of its completeness.
CREATE TABLE listings (
    id INTEGER PRIMARY KEY, scan INTEGER NOT NULL, what TEXT NOT NULL,      -- bucket, source
    name TEXT NOT NULL,                  -- bucket name, or the source's name
    tbl TEXT NOT NULL DEFAULT '',
    current INTEGER NOT NULL DEFAULT 0,  -- 1: in force; at most one per (what, name)
    closed INTEGER NOT NULL DEFAULT 0,   -- 1: read to the end
    complete INTEGER NOT NULL DEFAULT 0, -- 1: closed, and nothing was left out
    cursor TEXT,                         -- where a bucket's listing goes on
    pages INTEGER NOT NULL DEFAULT 0, items INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0,
    refs INTEGER NOT NULL DEFAULT 0, not_understood INTEGER NOT NULL DEFAULT 0,
    judged INTEGER NOT NULL DEFAULT 0,   -- references that count when the mapping is doubted
    unlisted INTEGER NOT NULL DEFAULT 0, -- references into what was not listed completely
    resolved INTEGER NOT NULL DEFAULT 0, -- of those, the ones that name an existing object
    reach TEXT NOT NULL DEFAULT '[]',    -- JSON: the buckets a source can name
    mapping TEXT NOT NULL DEFAULT '',    -- hash of the source's mapping; of all that can name it, for a bucket
    mapping_since INTEGER,               -- set when the mapping changed between two scans
    doubted TEXT NOT NULL DEFAULT '',    -- why the source is doubted; empty when it is not
    doubts TEXT NOT NULL DEFAULT '',     -- what the doubt is about: mapping (then it may name any bucket), loss
    accepted INTEGER NOT NULL DEFAULT 0, -- 1: the person saw samples and accepts the doubt
    why TEXT NOT NULL DEFAULT '', finished INTEGER
);

CREATE TABLE objects (
    n INTEGER PRIMARY KEY, listing INTEGER NOT NULL, key TEXT NOT NULL, size INTEGER NOT NULL, type TEXT NOT NULL,
    etag TEXT, version TEXT NOT NULL, changed INTEGER,
    first_seen INTEGER                   -- kept only for what carries no time of its own
);
CREATE UNIQUE INDEX objects_key ON objects (listing, key);

-- Keys that differ from their folded form (case, Unicode form, plus, double encoding …): see core/references.
CREATE TABLE folds (listing INTEGER NOT NULL, fold TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (listing, fold, key))
    WITHOUT ROWID;

-- Prefixes and keys that a bucket's listing could not look into.
CREATE TABLE unlisted (listing INTEGER NOT NULL, prefix TEXT NOT NULL, why TEXT NOT NULL);
CREATE INDEX unlisted_listing ON unlisted (listing);

CREATE TABLE rows (
    n INTEGER PRIMARY KEY, listing INTEGER NOT NULL, key TEXT NOT NULL,     -- JSON array of the key columns' values
    size INTEGER, status TEXT, changed INTEGER,
    linked INTEGER,                      -- 1: the URL column holds something, 0: nothing; NULL: no such column
    expires INTEGER,                     -- when that URL expires, as far as anything says so
    print INTEGER NOT NULL,              -- hash of the values that name objects: a keep mark holds while it is the same
    first_seen INTEGER                   -- kept only for what carries no time of its own
);
CREATE UNIQUE INDEX rows_key ON rows (listing, key);

-- One reading of one reference in one row. Even when it was not understood, bucket and key say what it seems to name.
CREATE TABLE refs (
    n INTEGER PRIMARY KEY, scan INTEGER NOT NULL, listing INTEGER NOT NULL, row INTEGER NOT NULL,  -- rows.n
    col TEXT NOT NULL, element INTEGER,  -- position in an array or writing, else NULL
    form INTEGER NOT NULL DEFAULT 0,     -- 0: the likeliest reading; 1: another form of the same place; 2: tentative
    bucket TEXT, key TEXT NOT NULL,
    problem TEXT                         -- why it was not understood; NULL when it was
);
CREATE INDEX refs_0_key ON refs (scan, bucket, key);
CREATE INDEX refs_0_row ON refs (row);
CREATE INDEX refs_0_forms ON refs (row, col, element) WHERE form = 1;

-- A scan collects its references in refs_next (see core/inventory/references.py), which then takes the place of refs.

-- Where the reference radar saw an object named outside the mapped columns.
CREATE TABLE mentions (
    bucket TEXT NOT NULL, key TEXT NOT NULL, tbl TEXT NOT NULL, col TEXT NOT NULL, PRIMARY KEY (bucket, key, tbl, col)
) WITHOUT ROWID;
CREATE TABLE radar (
    tbl TEXT PRIMARY KEY, rows INTEGER NOT NULL, looked INTEGER NOT NULL, -- rows there were, rows looked at
    problem TEXT NOT NULL DEFAULT ''     -- why it could not be read
) WITHOUT ROWID;

-- In order of kind, bucket and key, so that the order people see needs no sorting.
CREATE TABLE findings (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL, kind TEXT NOT NULL,
    state TEXT NOT NULL,                 -- open, young, unproven, kept
    plain TEXT NOT NULL,                 -- the state without keep marks
    reason TEXT NOT NULL DEFAULT '',     -- what makes just this finding unproven; proofs and ages are looked up
    bucket TEXT NOT NULL DEFAULT '', key TEXT NOT NULL DEFAULT '', tbl TEXT NOT NULL DEFAULT '',
    source TEXT NOT NULL DEFAULT '',     -- name of the source it is about; '' for objects
    row_key TEXT NOT NULL DEFAULT '[]', col TEXT NOT NULL DEFAULT '', element INTEGER,
    bytes INTEGER, type TEXT NOT NULL DEFAULT '', changed INTEGER,
    aged INTEGER NOT NULL,               -- what its age counts from
    print TEXT NOT NULL DEFAULT '',      -- the thing's fingerprint, for keep marks
    first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL,
    related TEXT NOT NULL DEFAULT '', facts TEXT NOT NULL DEFAULT ''   -- JSON, for the evidence sentences
);
CREATE UNIQUE INDEX findings_id ON findings (id);
CREATE INDEX findings_kind ON findings (kind, state);

-- Key, table and row key of each finding in folded letters: what a text filter reads.
CREATE TABLE finding_texts (n INTEGER PRIMARY KEY, text TEXT NOT NULL);

-- How many findings there are, so that nobody counts a million of them.
CREATE TABLE tallies (
    kind TEXT NOT NULL, state TEXT NOT NULL, bucket TEXT NOT NULL, items INTEGER NOT NULL, bytes INTEGER NOT NULL,
    PRIMARY KEY (kind, state, bucket)
) WITHOUT ROWID;

-- The links of each source that keeps any: those of rows that name an object that is there.
CREATE TABLE links (
    source TEXT PRIMARY KEY, total INTEGER NOT NULL, missing INTEGER NOT NULL, expired INTEGER NOT NULL,
    expiring INTEGER NOT NULL
) WITHOUT ROWID;

-- Content hashes, so that unchanged files are hashed once.
CREATE TABLE hashes (bucket TEXT NOT NULL, key TEXT NOT NULL, version TEXT NOT NULL, etag TEXT NOT NULL,
    PRIMARY KEY (bucket, key)) WITHOUT ROWID;

-- What sources name at this moment, read in full while a run removes objects. near: the name is folded (see
-- core/references), because what stands there was not understood; bucket is empty where it is not known.
CREATE TABLE named (bucket TEXT NOT NULL, name TEXT NOT NULL, near INTEGER NOT NULL, source TEXT NOT NULL,
    PRIMARY KEY (bucket, name, near, source)) WITHOUT ROWID;
