-- What the stand-in's Storage API asks of the database in one trip each, where the real one makes several.
-- They run as supabase_storage_admin; `caller` and `claims` say on whose behalf.
create function extensions.iso(moment timestamptz) returns text language sql stable as $$
    select to_char(moment at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;

-- Take on a role for the rest of the transaction, or of the block whose failure undoes it.
create function extensions.become(caller text, claims text) returns void language plpgsql as $$
begin
    perform set_config('request.jwt.claims', claims, true), set_config('role', caller, true);
end
$$;

-- One object with its bucket, as the caller sees it; a public bucket's objects are seen by everybody.
create function extensions.read_object(caller text, claims text, bucket text, key text, everybody boolean)
returns table (
    bucket_public boolean, id uuid, version text, metadata jsonb, user_metadata jsonb, created_at text, updated_at text,
    owner_id text
) language plpgsql as $$
declare
    open_to_all boolean;
begin
    select b.public into open_to_all from storage.buckets b where b.id = bucket;
    if not found then
        return;
    end if;
    if not (everybody or open_to_all) then
        perform extensions.become(caller, claims);
    end if;
    return query
        select open_to_all, o.id, o.version, o.metadata, o.user_metadata, extensions.iso(o.created_at),
            extensions.iso(o.updated_at), o.owner_id
        from (values (1)) as one (row)
        left join storage.objects o on o.bucket_id = bucket and o.name = key;
end
$$;

-- Whether the caller may upload, found out by doing so and undoing it: triggers fire, and policies judge. Says nothing if so.
create function extensions.try_upload(
    caller text, claims text, upsert boolean, bucket text, key text, meta jsonb, user_meta jsonb, sub text
) returns void language plpgsql as $$
begin
    perform extensions.become(caller, claims);
    if upsert then
        insert into storage.objects (bucket_id, name, version, owner, owner_id, metadata, user_metadata)
        values (bucket, key, '1', extensions.as_uuid(sub), sub, meta, user_meta)
        on conflict (bucket_id, name) do update set version = excluded.version, metadata = excluded.metadata,
            user_metadata = excluded.user_metadata, owner = excluded.owner, owner_id = excluded.owner_id;
    else
        insert into storage.objects (bucket_id, name, version, owner, owner_id, metadata, user_metadata)
        values (bucket, key, '1', extensions.as_uuid(sub), sub, meta, user_meta);
    end if;
    raise sqlstate 'BDOK0';
exception when sqlstate 'BDOK0' then
    null;
end
$$;

create function extensions.as_uuid(value text) returns uuid language sql immutable as $$
    select case when value ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then value::uuid end
$$;

-- Store a row for bytes that have arrived; `caller` null: whoever signed the upload has been judged already.
create function extensions.store_object(
    caller text, claims text, upsert boolean, bucket text, key text, new_version text, meta jsonb, user_meta jsonb, sub text
) returns table (id uuid, old_version text) language plpgsql as $$
declare
    former text;
begin
    if caller is not null then
        perform extensions.try_upload(caller, claims, upsert, bucket, key, meta, user_meta, sub);
    end if;
    if upsert then
        select o.version into former from storage.objects o where o.bucket_id = bucket and o.name = key for update;
        return query
            insert into storage.objects as o (bucket_id, name, version, owner, owner_id, metadata, user_metadata)
            values (bucket, key, new_version, extensions.as_uuid(sub), sub, meta, user_meta)
            on conflict (bucket_id, name) do update set version = excluded.version, metadata = excluded.metadata,
                user_metadata = coalesce(excluded.user_metadata, o.user_metadata),
                owner = coalesce(excluded.owner, o.owner), owner_id = coalesce(excluded.owner_id, o.owner_id)
            returning o.id, former;
    else
        return query
            insert into storage.objects as o (bucket_id, name, version, owner, owner_id, metadata, user_metadata)
            values (bucket, key, new_version, extensions.as_uuid(sub), sub, meta, user_meta)
            returning o.id, null::text;
    end if;
end
$$;

-- Whether the caller may move, found out like that; the version whose bytes are to be copied, null if they see no such object.
create function extensions.try_move(
    caller text, claims text, bucket text, key text, new_bucket text, new_key text, sub text
) returns text language plpgsql as $$
declare
    found_version text;
begin
    begin
        perform extensions.become(caller, claims);
        select o.version into found_version from storage.objects o where o.bucket_id = bucket and o.name = key;
        if not found then
            return null;
        end if;
        update storage.objects o
        set name = new_key, bucket_id = new_bucket, version = '1',
            owner = coalesce(extensions.as_uuid(sub), o.owner), owner_id = coalesce(sub, o.owner_id)
        where o.bucket_id = bucket and o.name = key;
        if not found then
            return null;
        end if;
        raise sqlstate 'BDOK0';
    exception when sqlstate 'BDOK0' then
        null;
    end;
    return found_version;
end
$$;

create function extensions.move_object(
    bucket text, key text, new_bucket text, new_key text, new_version text, sub text
) returns uuid language sql as $$
    update storage.objects o
    set name = new_key, bucket_id = new_bucket, version = new_version,
        metadata = o.metadata || jsonb_build_object('lastModified', extensions.iso(now())),
        owner = coalesce(extensions.as_uuid(sub), o.owner), owner_id = coalesce(sub, o.owner_id)
    where o.bucket_id = bucket and o.name = key
    returning o.id
$$;

-- An object as the API tells of it where it tells all.
create function extensions.object_json(o storage.objects) returns text language sql stable as $$
    select json_build_object(
        'name', o.name, 'bucket_id', o.bucket_id, 'owner', coalesce(o.owner::text, ''), 'owner_id', coalesce(o.owner_id, ''),
        'version', coalesce(o.version, ''), 'id', o.id, 'updated_at', extensions.iso(o.updated_at),
        'created_at', extensions.iso(o.created_at), 'last_accessed_at', extensions.iso(o.last_accessed_at),
        'metadata', o.metadata, 'user_metadata', o.user_metadata)::text
$$;
grant usage on schema extensions to supabase_storage_admin;
