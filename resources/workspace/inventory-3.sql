-- hidden: this reader may not be shown everything. asked: what rows name there was asked for object by object.
ALTER TABLE listings ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;
ALTER TABLE listings ADD COLUMN asked INTEGER NOT NULL DEFAULT 0;
