-- Image buckets: registering them, counting them, and asking for what is over age. No SQL here deletes an object.
set local lock_timeout = '2s';

select bucketdesk.make_way('public.setup_image_bucket_policies(text)', '{bucket}', 'jsonb');
select bucketdesk.make_way('public.setup_image_bucket_policies()', '{}', 'jsonb');
select bucketdesk.make_way('public.update_bucket_stats(text)', '{bucket}', 'void');
select bucketdesk.make_way('public.cleanup_old_images(text, integer)', '{bucket,days}', 'integer');

-- patient-images-2 is of the family patient-images.
create or replace function bucketdesk.family_of(bucket text) returns text
language sql immutable set search_path = '' as $function$
    select regexp_replace(bucket, '-[0-9]+$', '')
$function$;

-- The families that buckets were registered for, and the one that this program was made for.
create or replace function bucketdesk.families() returns text[]
language sql stable set search_path = '' as $function$
    select array(
        select 'patient-images' union
        select b.family from bucketdesk.buckets as b where not starts_with(b.name, 'bucketdesk-quarantine'))
$function$;

-- Writes a bucket into the registry; false when it is there.
create or replace function bucketdesk.register(bucket text) returns boolean
language plpgsql set search_path = '' as $function$
declare
    registered boolean;
begin
    if coalesce(bucket, '') = '' or starts_with(bucket, 'bucketdesk-quarantine') then
        raise invalid_parameter_value using message = format('“%s” is no bucket that people work in.', bucket);
    end if;
    insert into bucketdesk.buckets as b (name, family) values (bucket, bucketdesk.family_of(bucket))
        on conflict do nothing;
    registered := found;
    insert into public.image_bucket_stats (bucket_name)
        select bucket where not exists (select from public.image_bucket_stats as s where s.bucket_name = bucket);
    return registered;
end
$function$;

create or replace function public.setup_image_bucket_policies(bucket text) returns jsonb
language plpgsql security definer set search_path = '' as $function$
begin
    perform bucketdesk.require_role('admin');
    return jsonb_build_object('bucket', bucket, 'registered', bucketdesk.register(bucket));
end
$function$;
comment on function public.setup_image_bucket_policies(text) is
    'Registers a bucket: the policies that stand on storage.objects cover it from this moment. No policy is made.';

create or replace function public.setup_image_bucket_policies() returns jsonb
language plpgsql security definer set search_path = '' as $function$
declare
    answer jsonb;
begin
    perform bucketdesk.require_role('admin');
    execute
        'select coalesce(jsonb_agg(public.setup_image_bucket_policies(b.name) order by b.name), ''[]'')
        from storage.buckets as b where bucketdesk.family_of(b.name) = any ($1)' into answer using bucketdesk.families();
    return answer;
end
$function$;
comment on function public.setup_image_bucket_policies() is
    'Registers every bucket that is there of the families known: patient-images, and those of registered buckets.';

-- Runs when a bucket is made: one of a known family is registered at once. Whatever goes wrong here is a warning, for
-- the bucket must be made all the same; so it waits for nobody longer than a second.
create or replace function public.auto_setup_image_bucket_policies() returns trigger
language plpgsql security definer set search_path = '' set lock_timeout = '1s' as $function$
begin
    if bucketdesk.family_of(new.name) = any (bucketdesk.families()) then
        perform bucketdesk.register(new.name);
    end if;
    return new;
exception when others then
    raise warning 'Bucketdesk did not register the bucket %: %', new.name, sqlerrm;
    return new;
end
$function$;
comment on function public.auto_setup_image_bucket_policies is
    'Registers a new bucket whose family is known; never stops the bucket from being made.';

create or replace function public.update_bucket_stats(bucket text) returns void
language plpgsql security definer set search_path = '' set statement_timeout = '60s' set jit = off as $function$
declare
    files bigint;
    bytes numeric;
begin
    perform bucketdesk.require_bucket(bucket);
    execute format(
        $sql$select count(*), coalesce(sum(case when o.metadata ->> 'size' ~ '^[0-9]{1,18}$'
            then (o.metadata ->> 'size')::bigint end), 0)
        from storage.objects as o where o.bucket_id = $1 and %s$sql$, bucketdesk.is_current_sql())
        into files, bytes using bucket;
    perform pg_advisory_xact_lock(hashtextextended('bucketdesk.image_bucket_stats', 0));
    update public.image_bucket_stats as s
        set total_files = files, total_size_bytes = bytes, last_updated_at = now() where s.bucket_name = bucket;
    if not found then
        insert into public.image_bucket_stats (bucket_name, total_files, total_size_bytes, last_updated_at)
            values (bucket, files, bytes, now());
    end if;
end
$function$;
comment on function public.update_bucket_stats is 'Counts the files and bytes of a bucket into image_bucket_stats.';

create or replace function public.cleanup_old_images(bucket text, days integer) returns integer
language plpgsql security definer set search_path = '' set statement_timeout = '60s' set jit = off as $function$
declare
    asked integer;
    there boolean;
begin
    perform bucketdesk.require_role('admin');
    execute 'select exists (select from storage.buckets where id = $1)' into there using bucket;
    if not there or starts_with(bucket, 'bucketdesk-quarantine') then
        raise no_data_found using message = format('There is no bucket “%s” to clean up.', bucket);
    end if;
    if days is null or days < 1 then
        raise invalid_parameter_value using message = 'Images younger than a day are never cleaned up.';
    end if;
    if row_security_active('storage.objects') then
        raise insufficient_privilege using
            message = 'Row level security hides objects from this function, so it cannot tell which are gone.';
    end if;
    delete from bucketdesk.removals as r
        where r.bucket = cleanup_old_images.bucket and r.done_at < now() - interval '90 days';
    -- Of associated rows, only those go whose object was asked to go, and is gone for good: what waits in the
    -- quarantine may be put back, and would come back without its rows.
    execute format(
        $sql$delete from public.image_patient_associations as a using bucketdesk.removals as r
        where r.bucket = $1 and a.bucket_name = r.bucket and a.image_path = r.name
            and not exists (select from storage.objects as o where o.bucket_id = r.bucket and o.name = r.name)
            and not exists (
                select from storage.objects as q where starts_with(q.bucket_id, 'bucketdesk-quarantine')
                    and right(q.name, length(r.bucket) + length(r.name) + 2) = '/' || r.bucket || '/' || r.name)$sql$)
        using bucket;
    -- What stands under a name again, or was put back since, waits for its own time.
    execute format(
        $sql$with old as (
            select o.name from storage.objects as o
            where o.bucket_id = $1 and %s
                and greatest(o.created_at, o.updated_at) < now() - make_interval(days => $2)
        ), forgotten as (
            delete from bucketdesk.removals as r
            where r.bucket = $1 and r.done_at is null and not exists (select from old where old.name = r.name)
                and exists (select from storage.objects as o where o.bucket_id = $1 and o.name = r.name)
        ), queued as (
            insert into bucketdesk.removals as r (bucket, name) select $1, old.name from old
            on conflict (bucket, name) do update set done_at = null, asked_at = now() where r.done_at is not null
        )
        select count(*) from old$sql$, bucketdesk.is_current_sql()) into asked using bucket, days;
    update public.image_bucket_stats as s set last_cleanup_at = now() where s.bucket_name = bucket;
    return asked;
end
$function$;
comment on function public.cleanup_old_images is
    'Puts what is older than so many days into the queue that Bucketdesk empties through the Storage API, and returns how '
    'many objects that are. Rows of image_patient_associations go only once their object, asked to go, is gone.';

create or replace function public.bucketdesk_removals(page_size int default 1000) returns jsonb
language plpgsql stable security definer set search_path = '' set jit = off as $function$
begin
    perform bucketdesk.require_role('admin');
    return (
        select coalesce(jsonb_agg(jsonb_build_object(
            'id', r.id, 'bucket', r.bucket, 'name', r.name, 'asked_at', r.asked_at) order by r.id), '[]')
        from (
            select * from bucketdesk.removals where done_at is null
            order by id limit greatest(1, least(coalesce(page_size, 1000), 20000))
        ) as r
    );
end
$function$;
comment on function public.bucketdesk_removals is 'The oldest lines of the queue of objects that should go.';

create or replace function public.bucketdesk_removals_done(ids bigint[]) returns jsonb
language plpgsql security definer set search_path = '' as $function$
declare
    amount int;
begin
    perform bucketdesk.require_role('admin');
    update bucketdesk.removals set done_at = now() where id = any (ids) and done_at is null;
    get diagnostics amount = row_count;
    return to_jsonb(amount);
end
$function$;
comment on function public.bucketdesk_removals_done is 'Marks lines of the queue as dealt with; returns how many.';

select bucketdesk.open_functions(
    array['bucketdesk.family_of', 'bucketdesk.families', 'bucketdesk.register'], 'service_role');
select bucketdesk.open_functions(array['public.auto_setup_image_bucket_policies'], 'service_role');
select bucketdesk.open_functions(array[
    'public.setup_image_bucket_policies', 'public.update_bucket_stats', 'public.cleanup_old_images',
    'public.bucketdesk_removals', 'public.bucketdesk_removals_done'
], 'authenticated', 'service_role');

select bucketdesk.applied('20261121080900', 'image_functions');
