-- What the practice project's store keeps beside the files in storage/: one row an object. A file without a row is an
-- object all the same (its times are the file's own); a row without a file is nothing.
-- size_bytes and mtime_ns are the file's when the row was written: if they differ, somebody put another file in its
-- place, and the file's own times count. NULL means not known.
-- Times are ISO 8601 with offset, UTC. user_metadata is a JSON object of texts.
CREATE TABLE IF NOT EXISTS storage_objects (
    bucket_id TEXT NOT NULL,
    name TEXT NOT NULL,
    content_type TEXT,
    cache_control TEXT,
    user_metadata TEXT,
    created_at TEXT,
    updated_at TEXT,
    size_bytes INTEGER,
    mtime_ns INTEGER,
    PRIMARY KEY (bucket_id, name)
) WITHOUT ROWID;
