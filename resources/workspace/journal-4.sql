-- What was uploaded since a moment, by bucket, without reading the steps: all that is asked for is in it.
CREATE INDEX steps_uploaded ON steps (at, bucket, bytes, kind, state)
    WHERE kind = 'upload' AND state = 'done';
