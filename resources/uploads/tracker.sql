-- What became of every folder. Other programs know the first eleven columns of folder_status and the first nine of
-- upload_batches by these names; an older file gets what it lacks. Times are seconds since 1970 UTC.
CREATE TABLE IF NOT EXISTS folder_status (
    folder_path TEXT PRIMARY KEY, folder_name TEXT, last_modified REAL, file_count INTEGER, file_hash TEXT,
    upload_status TEXT DEFAULT 'pending',   -- pending, success, failed
    upload_timestamp REAL, error_message TEXT, retry_count INTEGER DEFAULT 0, created_at REAL, updated_at REAL,
    hash_form INTEGER,                      -- which rule made file_hash; NULL: not one of ours
    root INTEGER,                           -- the scanned tree it was found in
    image_count INTEGER, has_stats INTEGER, bytes INTEGER,
    place INTEGER NOT NULL DEFAULT 0,       -- the queue's order: a scan gives the row's own number; 0: noted by others
    batch_id TEXT,                          -- the batch that took it last
    skipped TEXT,                           -- why it is left out, in a sentence
    gone_at REAL,                           -- since when it is not there any more
    keyed TEXT,                             -- the batch of which its keys are made, till it is uploaded: [name, time]
    answers TEXT,                           -- what was answered before (JSON)
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
    asked TEXT,                             -- what was asked for beside that, as JSON
    wanted REAL,                            -- since when it waits to be scanned and uploaded; NULL: it does not
    watched INTEGER NOT NULL DEFAULT 0      -- since when new folders in it are queued once they have settled; 0: never
);
-- Every file that was stored when its folder ended, and where: what is verified, shown, and found again under another
-- name. What is undone or lost afterwards stays here; only a listing tells that.
CREATE TABLE IF NOT EXISTS uploaded_files (
    folder INTEGER NOT NULL,                -- rowid of folder_status
    name TEXT NOT NULL, bucket TEXT NOT NULL, key TEXT NOT NULL, bytes INTEGER NOT NULL,
    sha256 BLOB NOT NULL,                   -- of what is stored, 32 bytes
    at REAL NOT NULL,
    PRIMARY KEY (folder, name)
) WITHOUT ROWID;
-- By size first, so that what can have no twin is not read; eight bytes of the hash tell the rest apart.
DROP INDEX IF EXISTS uploaded_content;
CREATE INDEX IF NOT EXISTS uploaded_sizes ON uploaded_files (bytes, substr(sha256, 1, 8));
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
-- What went up in each minute, for charts.
CREATE TABLE IF NOT EXISTS upload_minutes (
    minute INTEGER PRIMARY KEY,             -- since 1970 UTC
    folders INTEGER NOT NULL, files INTEGER NOT NULL, bytes INTEGER NOT NULL
);
-- Folders of batches under way. What a broken run left here is taken out by the next one.
CREATE TABLE IF NOT EXISTS folders_under_way (
    folder INTEGER PRIMARY KEY,             -- rowid of folder_status
    batch_id TEXT NOT NULL
);
-- The queue of each tree is read in this order, whatever the lengths of the others.
DROP INDEX IF EXISTS queue_order;
DROP INDEX IF EXISTS queue_retries;
CREATE INDEX IF NOT EXISTS queue_turns ON folder_status (upload_status, root, place)
    WHERE skipped IS NULL AND gone_at IS NULL AND question IS NULL;
-- Those that failed longest ago are tried again first: what a run has tried stands at the end.
CREATE INDEX IF NOT EXISTS queue_again ON folder_status (root, coalesce(updated_at, 0), coalesce(retry_count, 0))
    WHERE upload_status = 'failed' AND skipped IS NULL AND gone_at IS NULL;
CREATE INDEX IF NOT EXISTS folder_batch ON folder_status (batch_id) WHERE batch_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS queue_questions ON folder_status (place) WHERE question IS NOT NULL;
-- Folders of each tree by state, counted along: a million of them are told at once. Root 0: noted by others.
CREATE TABLE IF NOT EXISTS folder_counts (
    root INTEGER NOT NULL, state TEXT NOT NULL, -- queued, asking, done, skipped, failed
    folders INTEGER NOT NULL, files INTEGER NOT NULL, bytes INTEGER NOT NULL,
    PRIMARY KEY (root, state)
) WITHOUT ROWID;
-- A scan gives places, and counts its many new rows itself.
CREATE TRIGGER IF NOT EXISTS folder_counted AFTER INSERT ON folder_status WHEN NEW.place = 0 BEGIN
    INSERT INTO folder_counts VALUES (
        coalesce(NEW.root, 0),
        CASE WHEN NEW.upload_status = 'success' THEN 'done'
            WHEN NEW.skipped IS NOT NULL OR NEW.gone_at IS NOT NULL THEN 'skipped'
            WHEN NEW.upload_status = 'failed' THEN 'failed'
            WHEN NEW.question IS NOT NULL THEN 'asking' ELSE 'queued' END,
        1, CAST(coalesce(NEW.file_count, 0) AS INTEGER), CAST(coalesce(NEW.bytes, 0) AS INTEGER)
    ) ON CONFLICT DO UPDATE SET
        folders = folders + 1, files = files + excluded.files, bytes = bytes + excluded.bytes;
END;
CREATE TRIGGER IF NOT EXISTS folder_recounted
AFTER UPDATE OF upload_status, skipped, gone_at, question, root, file_count, bytes ON folder_status BEGIN
    UPDATE folder_counts SET folders = folders - 1,
        files = files - CAST(coalesce(OLD.file_count, 0) AS INTEGER),
        bytes = bytes - CAST(coalesce(OLD.bytes, 0) AS INTEGER)
    WHERE root = coalesce(OLD.root, 0) AND state =
        CASE WHEN OLD.upload_status = 'success' THEN 'done'
            WHEN OLD.skipped IS NOT NULL OR OLD.gone_at IS NOT NULL THEN 'skipped'
            WHEN OLD.upload_status = 'failed' THEN 'failed'
            WHEN OLD.question IS NOT NULL THEN 'asking' ELSE 'queued' END;
    INSERT INTO folder_counts VALUES (
        coalesce(NEW.root, 0),
        CASE WHEN NEW.upload_status = 'success' THEN 'done'
            WHEN NEW.skipped IS NOT NULL OR NEW.gone_at IS NOT NULL THEN 'skipped'
            WHEN NEW.upload_status = 'failed' THEN 'failed'
            WHEN NEW.question IS NOT NULL THEN 'asking' ELSE 'queued' END,
        1, CAST(coalesce(NEW.file_count, 0) AS INTEGER), CAST(coalesce(NEW.bytes, 0) AS INTEGER)
    ) ON CONFLICT DO UPDATE SET
        folders = folders + 1, files = files + excluded.files, bytes = bytes + excluded.bytes;
END;
CREATE TRIGGER IF NOT EXISTS folder_uncounted AFTER DELETE ON folder_status BEGIN
    UPDATE folder_counts SET folders = folders - 1,
        files = files - CAST(coalesce(OLD.file_count, 0) AS INTEGER),
        bytes = bytes - CAST(coalesce(OLD.bytes, 0) AS INTEGER)
    WHERE root = coalesce(OLD.root, 0) AND state =
        CASE WHEN OLD.upload_status = 'success' THEN 'done'
            WHEN OLD.skipped IS NOT NULL OR OLD.gone_at IS NOT NULL THEN 'skipped'
            WHEN OLD.upload_status = 'failed' THEN 'failed'
            WHEN OLD.question IS NOT NULL THEN 'asking' ELSE 'queued' END;
END;
-- How fast uploads may go; NULL: as fast as the service bears.
CREATE TABLE IF NOT EXISTS upload_limits (
    id INTEGER PRIMARY KEY CHECK (id = 1), bytes_per_second INTEGER, requests_per_second REAL, at_once INTEGER
);
