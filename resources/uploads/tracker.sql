-- What became of every folder. Other programs know the first eleven columns of folder_status and the first nine of
-- upload_batches by these names; an older file gets what it lacks. Times are seconds since 1970 UTC.
CREATE TABLE IF NOT EXISTS folder_status (
    folder_path TEXT PRIMARY KEY, folder_name TEXT, last_modified REAL, file_count INTEGER, file_hash TEXT,
    upload_status TEXT DEFAULT 'pending',   -- pending, success, failed
    upload_timestamp REAL, error_message TEXT, retry_count INTEGER DEFAULT 0, created_at REAL, updated_at REAL,
    hash_form INTEGER,                      -- which rule made file_hash; NULL: not one of ours
    root INTEGER,                           -- the scanned tree it was found in
    image_count INTEGER, has_stats INTEGER, bytes INTEGER,
    place INTEGER NOT NULL DEFAULT 0,       -- the queue's order; what is equal goes as it was found
    batch_id TEXT,                          -- the batch that took it last
    skipped TEXT,                           -- why it is left out, in a sentence
    gone_at REAL,                           -- since when it is not there any more
    question TEXT                           -- what somebody must decide before it goes on, as JSON; it waits till then
);
CREATE TABLE IF NOT EXISTS upload_batches (
    batch_id TEXT PRIMARY KEY, batch_name TEXT, total_folders INTEGER, successful_uploads INTEGER DEFAULT 0,
    failed_uploads INTEGER DEFAULT 0, start_time REAL, end_time REAL,
    status TEXT DEFAULT 'running',          -- running, completed
    created_at REAL,
    bytes INTEGER
);
CREATE TABLE IF NOT EXISTS scanned_roots (
    id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE,
    began REAL, ended REAL,                 -- of the last scan; not ended: it was broken off
    complete INTEGER NOT NULL DEFAULT 0,    -- it saw all that is below
    destination TEXT,                       -- the name of the destination to which its folders go
    wanted REAL,                            -- since when it waits to be scanned and uploaded; NULL: it does not
    watched INTEGER NOT NULL DEFAULT 0      -- new folders in it are queued when they have stopped changing
);
-- Every file that is stored, and where: what is verified, shown, and found again under another name.
CREATE TABLE IF NOT EXISTS uploaded_files (
    folder INTEGER NOT NULL,                -- rowid of folder_status
    name TEXT NOT NULL, bucket TEXT NOT NULL, key TEXT NOT NULL, bytes INTEGER NOT NULL,
    sha256 BLOB NOT NULL,                   -- of what is stored, 32 bytes
    at REAL NOT NULL,
    PRIMARY KEY (folder, name)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS uploaded_content ON uploaded_files (sha256);
-- The row that a folder has in a table, so that it is found again when the folder goes up anew.
CREATE TABLE IF NOT EXISTS uploaded_rows (
    folder INTEGER NOT NULL,                -- rowid of folder_status
    "table" TEXT NOT NULL, row_key TEXT NOT NULL,
    PRIMARY KEY (folder, "table")
) WITHOUT ROWID;
-- What the last scan of a tree could not read, or found named as no key can be.
CREATE TABLE IF NOT EXISTS scan_troubles (
    id INTEGER PRIMARY KEY, root INTEGER NOT NULL, path TEXT NOT NULL, reason TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS scan_troubles_root ON scan_troubles (root);
-- Every attempt to upload a folder, with how it ended.
CREATE TABLE IF NOT EXISTS upload_attempts (
    id INTEGER PRIMARY KEY, folder_path TEXT NOT NULL, batch_id TEXT, began REAL, ended REAL, error TEXT
);
CREATE INDEX IF NOT EXISTS upload_attempts_folder ON upload_attempts (folder_path);
-- The queue is read in this order, and counted by it, whatever its length.
CREATE INDEX IF NOT EXISTS queue_order ON folder_status (upload_status, place)
    WHERE skipped IS NULL AND gone_at IS NULL;
CREATE INDEX IF NOT EXISTS queue_retries ON folder_status (retry_count, place)
    WHERE upload_status = 'failed' AND skipped IS NULL AND gone_at IS NULL;
