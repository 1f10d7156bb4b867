-- Objects that a link in a folder leads to, and the links: neither may be taken away from the other.
CREATE TABLE leads (
    listing INTEGER NOT NULL, link TEXT NOT NULL,                       -- the key of the link in its own bucket
    bucket TEXT NOT NULL, key TEXT NOT NULL                             -- what it leads to
);
CREATE INDEX leads_listing ON leads (listing);
