-- Reading what is stored: complete listings by keyset, and objects by name or id. Nothing here writes.
set local lock_timeout = '2s';

-- Refuses to answer from half a listing: without the storage schema there is nothing to list.
create or replace function bucketdesk.objects_have(col text) returns boolean
language plpgsql stable set search_path = '' as $function$
begin
    if to_regclass('storage.objects') is null then
        raise undefined_table using
            message = 'This database has no table storage.objects, so it does not belong to a Supabase Storage.',
            hint = 'Connect to the database of the project.';
    end if;
    return exists (select from bucketdesk.columns_of('storage.objects'::regclass) as c where c.name = col);
end
$function$;

-- SQL: row o is an object that people see. Newer storage schemas keep old versions and delete markers beside them.
create or replace function bucketdesk.is_current_sql() returns text
language sql stable set search_path = '' as $function$
    select concat_ws(' and ', 'true',
        case when bucketdesk.objects_have('archived_at') then 'o.archived_at is null' end,
        case when bucketdesk.objects_have('is_delete_marker') then 'o.is_delete_marker is not true' end)
$function$;

-- SQL: what is told of object o: name, id, size, etag, type, created, updated, version. JSON writes times as ISO; whoever
-- runs this sets the time zone to UTC. What is read by the hundred thousand is not formatted by hand.
create or replace function bucketdesk.object_sql() returns text
language sql stable set search_path = '' as $function$
    select $sql$o.name, o.id,
        case jsonb_typeof(o.metadata -> 'size') when 'number' then o.metadata -> 'size'
            when 'string' then to_jsonb(substring(o.metadata ->> 'size' from '^[0-9]{1,18}$')::bigint) end,
        btrim(o.metadata ->> 'eTag', '"'), o.metadata ->> 'mimetype', o.created_at, o.updated_at, $sql$
        || case when bucketdesk.objects_have('version') then 'o.version' else 'null' end
$function$;

-- SQL: one page of a bucket in bytewise order of name. The bounds are written into it, so that the planner sees them
-- and walks idx_objects_bucket_id_name; ^@ is "starts with", and becomes a range of that index.
create or replace function bucketdesk.page_sql(bucket text, prefix text, after text, until text, page_size int)
returns text
language sql stable set search_path = '' as $function$
    select format('select o.* from storage.objects as o where o.bucket_id = %L and %s', bucket, bucketdesk.is_current_sql())
        || case when prefix <> '' then format(' and o.name collate "C" ^@ %L', prefix) else '' end
        || case when after <> '' then format(' and o.name collate "C" > %L', after) else '' end
        || case when until <> '' then format(' and o.name collate "C" <= %L', until) else '' end
        || format(' order by o.name collate "C" limit %s', page_size)
$function$;

-- Staff and managers read the buckets that are registered as readable, as the policies on storage.objects say.
create or replace function bucketdesk.may_read(bucket text) returns boolean
language sql stable set search_path = '' as $function$
    select bucketdesk.has_role('admin')
        or exists (select from bucketdesk.buckets as b where b.name = bucket and b.readable)
$function$;

create or replace function bucketdesk.require_bucket(bucket text) returns void
language plpgsql stable set search_path = '' as $function$
begin
    perform bucketdesk.require_role('staff', 'manager', 'admin');
    if not bucketdesk.may_read(bucket) then
        raise insufficient_privilege using
            message = format('The bucket %s is not registered, so only the role admin reads it.', bucket),
            hint = format('An administrator registers it: select setup_image_bucket_policies(%L);', bucket);
    end if;
end
$function$;

-- Of an earlier release: PostgREST could not choose between the two.
select bucketdesk.make_way('public.bucketdesk_list_objects(text, text, text, integer)', '{}', 'void');
select bucketdesk.make_way('bucketdesk.page_sql(text, text, text, integer)', '{}', 'void');

create or replace function public.bucketdesk_list_objects(
    bucket text, prefix text default '', after text default '', page_size int default 2000, until text default ''
) returns json
language plpgsql stable security definer
set search_path = '' set statement_timeout = '60s' set jit = off set timezone = 'UTC' as $function$
declare
    rows_wanted int := greatest(1, least(coalesce(page_size, 2000), 20000));
    answer json;
begin
    perform bucketdesk.require_bucket(bucket);
    -- json, not jsonb: it is written once and only ever sent
    execute format('select json_build_object(''more'', count(*) > %s,
            ''objects'', coalesce(json_agg(json_build_array(%s)) filter (where o.n <= %s), ''[]''),
            ''sees_all'', not row_security_active(''storage.objects''),
            ''bucket'', exists (select from storage.buckets where id = $1))
        from (select row_number() over () as n, p.* from (%s) as p) as o',
        rows_wanted, bucketdesk.object_sql(), rows_wanted,
        bucketdesk.page_sql(bucket, coalesce(prefix, ''), coalesce(after, ''), coalesce(until, ''), rows_wanted + 1))
        into answer using bucket;
    return answer;
end
$function$;
comment on function public.bucketdesk_list_objects is
    'One page of at most 20,000 objects of a bucket: names with this prefix, bytewise behind after, and not behind until.';

create or replace function public.bucketdesk_stat_objects(bucket text, names text[]) returns jsonb
language plpgsql stable security definer
set search_path = '' set statement_timeout = '60s' set jit = off set timezone = 'UTC' as $function$
declare
    answer jsonb;
begin
    perform bucketdesk.require_bucket(bucket);
    execute format(
        $sql$select coalesce(jsonb_agg(s.told order by asked.place), '[]')
        from unnest($2) with ordinality as asked (name, place)
        left join lateral (
            select jsonb_build_array(%s, o.metadata ->> 'cacheControl', %s) as told
            from storage.objects as o where o.bucket_id = $1 and o.name = asked.name and %s limit 1
        ) as s on true$sql$,
        bucketdesk.object_sql(),
        case when bucketdesk.objects_have('user_metadata') then 'o.user_metadata' else 'null' end,
        bucketdesk.is_current_sql()) into answer using bucket, names;
    return answer;
end
$function$;
comment on function public.bucketdesk_stat_objects is
    'Objects of a bucket by name, in the order asked; null for one that is not there.';

create or replace function public.bucketdesk_object_names(ids uuid[]) returns jsonb
language plpgsql stable security definer set search_path = '' set jit = off as $function$
declare
    answer jsonb;
begin
    perform bucketdesk.require_role('staff', 'manager', 'admin');
    execute format(
        $sql$select coalesce(jsonb_object_agg(o.id, o.bucket_id || '/' || o.name), '{}')
        from storage.objects as o where o.id = any ($1) and bucketdesk.may_read(o.bucket_id) and %s$sql$,
        bucketdesk.is_current_sql())
        into answer using ids;
    return answer;
end
$function$;
comment on function public.bucketdesk_object_names is 'Of those ids that are objects: id and bucket/name.';

create or replace function public.bucketdesk_object_ids(bucket text, names text[]) returns jsonb
language plpgsql stable security definer set search_path = '' set jit = off as $function$
declare
    answer jsonb;
begin
    perform bucketdesk.require_bucket(bucket);
    execute format(
        $sql$select coalesce(jsonb_object_agg(o.name, o.id), '{}')
        from storage.objects as o where o.bucket_id = $1 and o.name = any ($2) and %s$sql$, bucketdesk.is_current_sql())
        into answer using bucket, names;
    return answer;
end
$function$;
comment on function public.bucketdesk_object_ids is 'Of those names that are objects of the bucket: name and id.';

select bucketdesk.open_functions(array[
    'bucketdesk.objects_have', 'bucketdesk.is_current_sql', 'bucketdesk.object_sql', 'bucketdesk.page_sql',
    'bucketdesk.may_read', 'bucketdesk.require_bucket'
], 'service_role');
select bucketdesk.open_functions(array[
    'public.bucketdesk_list_objects', 'public.bucketdesk_stat_objects', 'public.bucketdesk_object_names',
    'public.bucketdesk_object_ids'
], 'authenticated', 'service_role');

select bucketdesk.applied('20261121080200', 'bucketdesk_objects');
