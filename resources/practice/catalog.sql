-- The tables of the practice project, as a team that keeps its images in Supabase would have them.
CREATE TABLE parts (id INTEGER PRIMARY KEY, number TEXT NOT NULL UNIQUE, family TEXT NOT NULL);

CREATE TABLE part_images (
    id INTEGER PRIMARY KEY,
    part_id INTEGER REFERENCES parts (id),
    storage_path TEXT,
    caption TEXT,
    signed_url TEXT,
    url_expires_at TEXT,
    created_at TEXT NOT NULL
);
CREATE INDEX part_images_path ON part_images (storage_path);

CREATE TABLE collections (id TEXT PRIMARY KEY NOT NULL, name TEXT NOT NULL);

CREATE TABLE images (
    id TEXT PRIMARY KEY NOT NULL,
    collection_id TEXT REFERENCES collections (id) ON DELETE SET NULL,
    path TEXT,
    title TEXT,
    mime_type TEXT,
    file_size INTEGER,
    metadata_status TEXT NOT NULL DEFAULT 'pending',
    created_at TEXT
);
CREATE INDEX images_path ON images (path);

CREATE TABLE image_tags (
    id INTEGER PRIMARY KEY,
    image_id TEXT NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    tag TEXT NOT NULL
);
CREATE INDEX image_tags_image ON image_tags (image_id);

CREATE TABLE patients (id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, ward INTEGER NOT NULL);

CREATE TABLE image_patient_associations (
    id INTEGER PRIMARY KEY,
    patient_id INTEGER NOT NULL REFERENCES patients (id) ON DELETE CASCADE,
    bucket_name TEXT NOT NULL,
    image_path TEXT,
    note TEXT,
    created_at TEXT NOT NULL
);
CREATE INDEX image_patient_associations_path ON image_patient_associations (image_path);

CREATE TABLE media_assets (
    public_id TEXT PRIMARY KEY NOT NULL,
    folder TEXT,
    tags TEXT,
    secure_url TEXT,
    storage_path TEXT,
    format TEXT,
    bytes INTEGER,
    sync_status TEXT NOT NULL DEFAULT 'pending',
    created_at TEXT NOT NULL
);
CREATE INDEX media_assets_path ON media_assets (storage_path);

CREATE TABLE media_collections (id INTEGER PRIMARY KEY, name TEXT NOT NULL, image_paths TEXT, created_at TEXT NOT NULL);

CREATE TABLE articles (id INTEGER PRIMARY KEY, slug TEXT NOT NULL, body_html TEXT, created_at TEXT NOT NULL);

-- Not in the profile's mapping: what it names, only the reference radar can see.
CREATE TABLE newsletters (id INTEGER PRIMARY KEY, subject TEXT NOT NULL, hero TEXT, sent_at TEXT NOT NULL);

-- Tests of devices: a row for each folder that is uploaded.
CREATE TABLE device_test (
    id INTEGER PRIMARY KEY, folder_name TEXT NOT NULL, folder_path TEXT, test_status TEXT, stats JSON,
    image_paths TEXT NOT NULL, image_count INTEGER, total_bytes INTEGER, uploaded_at TEXT, created_at TEXT NOT NULL
);
