-- How the Storage API lists, faults and all (facts.md E1 and E2). The walk goes from entry to entry: a folder is stepped over
-- whole, files come in batches. Stepping over a file goes to its name with a '/' behind it, which skips every name that
-- continues this one with a character before '/': that is the fault, and clients have to live with it.
set role supabase_storage_admin;

create function storage.get_common_prefix(p_key text, p_prefix text, p_delimiter text) returns text
language sql immutable as $$
    select case when position(p_delimiter in substring(p_key from length(p_prefix) + 1)) > 0
        then left(p_key, length(p_prefix) + position(p_delimiter in substring(p_key from length(p_prefix) + 1)))
    end
$$;

-- The first string after all that begin with `prefix`: a string after every name, if the prefix is empty.
create function storage.after_prefix(prefix text) returns text language sql immutable as $$
    select case when prefix = '' then chr(1114111) else left(prefix, -1) || chr(ascii(right(prefix, 1)) + 1) end
$$;

create function storage.list_objects_with_delimiter(
    _bucket_id text, prefix_param text, delimiter_param text, max_keys integer default 100, start_after text default '',
    next_token text default '', sort_order text default 'asc'
) returns table (
    name text, id uuid, metadata jsonb, updated_at timestamptz, created_at timestamptz, last_accessed_at timestamptz
) language plpgsql stable as $$
declare
    rising constant boolean := lower(coalesce(sort_order, 'asc')) = 'asc';
    low constant text := coalesce(prefix_param, '');
    high constant text := storage.after_prefix(low);
    start constant text := coalesce(nullif(next_token, ''), start_after, '');
    batch constant integer := least(greatest(max_keys * 2, 100), 1000);
    is_folder constant boolean := start <> '' and exists (
        select from storage.objects o
        where o.bucket_id = _bucket_id and o.name collate "C" >= start || delimiter_param
            and o.name collate "C" < storage.after_prefix(start || delimiter_param));
    seek text;
    folder text;
    entry record;
    given integer := 0;
begin
    if start <> '' then
        seek := case when rising and is_folder then storage.after_prefix(start || delimiter_param)
            when rising or is_folder then start || delimiter_param else start end;
    else
        seek := case when rising then low else high end;
    end if;
    while given < max_keys loop
        if rising then
            select o.name into entry from storage.objects o
            where o.bucket_id = _bucket_id and o.name collate "C" >= seek and o.name collate "C" < high
            order by o.name collate "C" limit 1;
        else
            select o.name into entry from storage.objects o
            where o.bucket_id = _bucket_id and o.name collate "C" < seek and o.name collate "C" >= low
            order by o.name collate "C" desc limit 1;
        end if;
        exit when entry.name is null;
        folder := storage.get_common_prefix(entry.name, low, delimiter_param);
        if folder is not null then
            name := rtrim(folder, delimiter_param);
            id := null; metadata := null; updated_at := null; created_at := null; last_accessed_at := null;
            return next;
            given := given + 1;
            seek := case when rising then storage.after_prefix(folder) else folder end;
            continue;
        end if;
        for entry in
            select * from storage.file_batch(_bucket_id, seek, case when rising then high else low end, rising, batch, false)
        loop
            if storage.get_common_prefix(entry.name, low, delimiter_param) is not null then
                seek := entry.name;  -- downwards this loses the entry itself: another fault
                exit;
            end if;
            name := entry.name; id := entry.id; metadata := entry.metadata;
            updated_at := entry.updated_at; created_at := entry.created_at; last_accessed_at := entry.last_accessed_at;
            return next;
            given := given + 1;
            seek := case when rising then entry.name || delimiter_param else entry.name end;
            exit when given >= max_keys;
        end loop;
    end loop;
end
$$;

-- The next so many objects from a place on: upwards up to `bound`, or downwards down to it; by lowered name if `folded`.
create function storage.file_batch(
    bucket text, seek text, bound text, rising boolean, wanted integer, folded boolean
) returns setof storage.objects language plpgsql stable as $$
begin
    if rising and folded then
        return query select * from storage.objects o
            where o.bucket_id = bucket and lower(o.name) collate "C" >= seek and lower(o.name) collate "C" < bound
            order by lower(o.name) collate "C" limit wanted;
    elsif folded then
        return query select * from storage.objects o
            where o.bucket_id = bucket and lower(o.name) collate "C" < seek and lower(o.name) collate "C" >= bound
            order by lower(o.name) collate "C" desc limit wanted;
    elsif rising then
        return query select * from storage.objects o
            where o.bucket_id = bucket and o.name collate "C" >= seek and o.name collate "C" < bound
            order by o.name collate "C" limit wanted;
    else
        return query select * from storage.objects o
            where o.bucket_id = bucket and o.name collate "C" < seek and o.name collate "C" >= bound
            order by o.name collate "C" desc limit wanted;
    end if;
end
$$;

create function storage.search(
    prefix text, bucketname text, limits integer default 100, levels integer default 1, offsets integer default 0,
    search text default '', sortcolumn text default 'name', sortorder text default 'asc'
) returns table (
    name text, id uuid, updated_at timestamptz, created_at timestamptz, last_accessed_at timestamptz, metadata jsonb
) language plpgsql stable as $$
declare
    wanted constant integer := least(coalesce(limits, 100), 1500);
    whole constant text := coalesce(prefix, '') || coalesce(search.search, '');
    low constant text := lower(whole);
    high constant text := storage.after_prefix(low);
    folder_length constant integer := length(coalesce(prefix, ''));
    rising constant boolean := lower(coalesce(sortorder, 'asc')) = 'asc';
    batch constant integer := least(greatest(wanted * 2, 100), 1000);
    seek text := case when rising then low else high end;
    folder text;
    entry record;
    given integer := 0;
    passed integer := 0;
begin
    if lower(coalesce(sortcolumn, 'name')) in ('updated_at', 'created_at', 'last_accessed_at') then
        return query select * from storage.search_by_column(
            prefix, whole, bucketname, wanted, offsets, lower(sortcolumn), rising);
        return;
    end if;
    while given < wanted loop
        if rising then
            select o.name into entry from storage.objects o
            where o.bucket_id = bucketname and lower(o.name) collate "C" >= seek and lower(o.name) collate "C" < high
            order by lower(o.name) collate "C" limit 1;
        else
            select o.name into entry from storage.objects o
            where o.bucket_id = bucketname and lower(o.name) collate "C" < seek and lower(o.name) collate "C" >= low
            order by lower(o.name) collate "C" desc limit 1;
        end if;
        exit when entry.name is null;
        folder := storage.get_common_prefix(lower(entry.name), low, '/');
        if folder is not null then
            if passed < offsets then
                passed := passed + 1;
            else
                -- The first spelling stands for them all.
                name := substring(rtrim(left(entry.name, length(folder)), '/') from folder_length + 1);
                id := null; updated_at := null; created_at := null; last_accessed_at := null; metadata := null;
                return next;
                given := given + 1;
            end if;
            seek := case when rising then storage.after_prefix(folder) else folder end;
            continue;
        end if;
        for entry in
            select * from storage.file_batch(bucketname, seek, case when rising then high else low end, rising, batch, true)
        loop
            if storage.get_common_prefix(lower(entry.name), low, '/') is not null then
                seek := lower(entry.name);
                exit;
            end if;
            if passed < offsets then
                passed := passed + 1;
            else
                name := substring(entry.name from folder_length + 1);
                id := entry.id; updated_at := entry.updated_at; created_at := entry.created_at;
                last_accessed_at := entry.last_accessed_at; metadata := entry.metadata;
                return next;
                given := given + 1;
            end if;
            seek := lower(entry.name) || case when rising then '/' else '' end;
            exit when given >= wanted;
        end loop;
    end loop;
end
$$;

-- By a time: all folders first, then the files in no order among equals. What is paged by offset so, may come twice or never.
create function storage.search_by_column(
    folder_prefix text, whole text, bucket text, wanted integer, skipped integer, sort_column text, rising boolean
) returns table (
    name text, id uuid, updated_at timestamptz, created_at timestamptz, last_accessed_at timestamptz, metadata jsonb
) language plpgsql stable as $$
declare
    first_level constant integer := coalesce(array_length(string_to_array(coalesce(folder_prefix, ''), '/'), 1), 1);
    last_level constant integer := coalesce(array_length(string_to_array(whole, '/'), 1), 1);
    direction constant text := case when rising then 'asc' else 'desc' end;
begin
    return query execute format(
        $query$
        (select array_to_string(o.path_tokens[$1 : $2], '/') as folder, null::uuid, null::timestamptz, null::timestamptz,
            null::timestamptz, null::jsonb
        from storage.objects o
        where o.bucket_id = $4 and o.name ilike $3 || '%%' and array_length(o.path_tokens, 1) <> $2
        group by folder order by folder %2$s)
        union all
        (select array_to_string(o.path_tokens[$1 : $2], '/'), o.id, o.updated_at, o.created_at, o.last_accessed_at, o.metadata
        from storage.objects o
        where o.bucket_id = $4 and o.name ilike $3 || '%%' and array_length(o.path_tokens, 1) = $2
        order by o.%1$I %2$s)
        limit $5 offset $6
        $query$, sort_column, direction
    ) using first_level, last_level, whole, bucket, wanted, skipped;
end
$$;

create function storage.search_v2(
    prefix text, bucket_name text, limits integer default 100, levels integer default 1, start_after text default '',
    sort_order text default 'asc', sort_column text default 'name', sort_column_after text default ''
) returns table (
    key text, name text, id uuid, updated_at timestamptz, created_at timestamptz, last_accessed_at timestamptz, metadata jsonb
) language plpgsql stable as $$
declare
    wanted constant integer := least(coalesce(limits, 100), 1500);
    direction constant text := case when lower(sort_order) = 'desc' then 'desc' else 'asc' end;
begin
    if lower(coalesce(sort_column, 'name')) not in ('updated_at', 'created_at') then
        return query
            select split_part(l.name, '/', levels), l.name, l.id, l.updated_at, l.created_at, l.last_accessed_at, l.metadata
            from storage.list_objects_with_delimiter(
                bucket_name, coalesce(prefix, ''), '/', wanted, start_after, '', direction) l;
        return;
    end if;
    return query execute format(
        $query$
        with entries as (
            select rtrim(storage.get_common_prefix(o.name, $1, '/'), '/') as name, null::uuid as id,
                min(o.created_at) as updated_at, min(o.created_at) as created_at, null::timestamptz as last_accessed_at,
                null::jsonb as metadata
            from storage.objects o
            where o.bucket_id = $2 and starts_with(o.name, $1) and storage.get_common_prefix(o.name, $1, '/') is not null
            group by 1
            union all
            select o.name, o.id, o.updated_at, o.created_at, o.last_accessed_at, o.metadata
            from storage.objects o
            where o.bucket_id = $2 and starts_with(o.name, $1) and storage.get_common_prefix(o.name, $1, '/') is null
        )
        select split_part(e.name, '/', $3), e.* from entries e
        where $5 = '' or (date_trunc('milliseconds', e.%1$I), e.name collate "C")
            %3$s (coalesce(nullif($6, '')::timestamptz, 'epoch'), $5)
        order by date_trunc('milliseconds', e.%1$I) %2$s, e.name collate "C" %2$s
        limit $4
        $query$, lower(sort_column), direction, case when direction = 'asc' then '>' else '<' end
    ) using coalesce(prefix, ''), bucket_name, levels, wanted, coalesce(start_after, ''), sort_column_after;
end
$$;

reset role;
