-- How the practice project's buckets are set, where that is otherwise than a new folder: private, for files of any size
-- and type. mime_types is a JSON list. A row without a folder is nothing.
CREATE TABLE IF NOT EXISTS storage_buckets (
    name TEXT PRIMARY KEY,
    public INTEGER NOT NULL DEFAULT 0,
    size_limit_bytes INTEGER,
    mime_types TEXT
) WITHOUT ROWID;
