-- What was uploaded since a moment, by bucket, without reading every step there ever was.
CREATE INDEX steps_uploaded ON steps (at, bucket, bytes) WHERE kind = 'upload' AND state = 'done';
