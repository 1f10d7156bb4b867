-- What every bucket holds, in one call, and what it held: one history for all desks.
set local lock_timeout = '2s';

create table if not exists bucketdesk.use_samples (
    place text not null,
    at timestamptz not null,
    objects bigint not null, bytes bigint not null, kept bigint not null, kept_bytes bigint not null,
    primary key (place, at)
);
create index if not exists use_samples_at on bucketdesk.use_samples (at);
comment on table bucketdesk.use_samples is
    'What places held over time: all of two days, then one an hour for 14 days, one a day for two years, one a week.';
alter table bucketdesk.use_samples enable row level security;
select bucketdesk.allow('select, insert, update, delete on bucketdesk.use_samples', 'service_role');

-- Of an earlier release, which could not count without noting it.
select bucketdesk.make_way('public.bucketdesk_usage()', '{}', 'void');
select bucketdesk.make_way('bucketdesk.use_now()', '{}', 'void');
select bucketdesk.make_way('public.bucketdesk_usage(boolean)', '{note}', 'json', 1);
select bucketdesk.make_way('public.bucketdesk_usage_history(timestamp with time zone, integer)', '{since,page_size}',
    'json', 1);

-- Every bucket, and in the quarantine what came from one; of the counts and of what waits to be added to them, or of all
-- objects, counted one by one.
create or replace function bucketdesk.use_now(one_by_one boolean default false)
returns table (place text, objects bigint, bytes bigint, kept bigint, kept_bytes bigint)
language plpgsql stable set search_path = '' as $function$
#variable_conflict use_column
begin
    return query execute format($sql$with totals as (
        select t.place, sum(t.objects) as objects, sum(t.bytes) as bytes, sum(t.kept) as kept,
            sum(t.kept_bytes) as kept_bytes
        from (%s) as t group by t.place
    ), places as (
        select b.id as place from storage.buckets as b where not starts_with(b.id, 'bucketdesk-quarantine')
        union all
        select t.place from totals as t where starts_with(t.place, 'bucketdesk-quarantine/') and t.objects > 0
    )
    select p.place, greatest(0, coalesce(t.objects, 0))::bigint, greatest(0, coalesce(t.bytes, 0))::bigint,
        greatest(0, coalesce(t.kept, 0))::bigint, greatest(0, coalesce(t.kept_bytes, 0))::bigint
    from places as p left join totals as t on t.place = p.place$sql$,
        case when one_by_one then bucketdesk.use_sql('storage.objects', '1') else
            'select c.place, c.objects, c.bytes, c.kept, c.kept_bytes from bucketdesk.use_counts as c
            union all
            select c.place, c.objects, c.bytes, c.kept, c.kept_bytes from bucketdesk.use_changes as c' end);
end
$function$;

-- Whether whoever asks may know what a place holds; of the quarantine, what came from a bucket that they may read.
create or replace function bucketdesk.places_to_read() returns text[]
language sql stable set search_path = '' as $function$
    select case when bucketdesk.has_role('admin') then null else
        array(select b.name from bucketdesk.buckets as b where b.readable) end
$function$;

create or replace function bucketdesk.note_use() returns void
language plpgsql set search_path = '' as $function$
begin
    insert into bucketdesk.use_samples (place, at, objects, bytes, kept, kept_bytes)
    select u.place, now(), u.objects, u.bytes, u.kept, u.kept_bytes
    from bucketdesk.use_now() as u left join lateral (
        select * from bucketdesk.use_samples as s where s.place = u.place order by s.at desc limit 1
    ) as s on true
    where s.at is null or (s.at < now() - interval '4 minutes' and (
        s.at at time zone 'UTC' < date_trunc('day', now() at time zone 'UTC')
        or (s.objects, s.bytes, s.kept, s.kept_bytes) <> (u.objects, u.bytes, u.kept, u.kept_bytes)))
    on conflict do nothing;
    perform bucketdesk.thin_use();
    if pg_try_advisory_xact_lock(hashtextextended('bucketdesk.image_bucket_stats', 0)) then
        update public.image_bucket_stats as s
            set total_files = u.objects, total_size_bytes = u.bytes, last_updated_at = now()
        from bucketdesk.use_now() as u
        where u.place = s.bucket_name and (s.total_files is distinct from u.objects
            or s.total_size_bytes is distinct from u.bytes
            or s.last_updated_at is null or s.last_updated_at < now() - interval '1 hour');
    end if;
exception when query_canceled then
    raise;
when others then
    raise warning 'What buckets hold was counted, and not noted: %', sqlerrm;
end
$function$;

-- Of each hour, day or week that grew old since the last time, the last sample stays.
create or replace function bucketdesk.thin_use() returns void
language plpgsql set search_path = '' as $function$
declare
    origin timestamptz := '1970-01-01 00:00+00';
    thinned timestamptz;
    tier record;
begin
    select coalesce(s.thinned_at, origin) into thinned from bucketdesk.use_state as s;
    if thinned between now() - interval '1 hour' and now() then
        return;
    end if;
    for tier in
        select * from (values (interval '2 days', interval '1 hour'), (interval '16 days', interval '1 day'),
            (interval '746 days', interval '7 days')) as listed (age, slot)
    loop
        delete from bucketdesk.use_samples as s
        where s.at between date_bin(tier.slot, least(thinned, now()) - tier.age, origin) and now() - tier.age
            and exists (
                select from bucketdesk.use_samples as later
                where later.place = s.place and later.at > s.at and later.at <= now() - tier.age
                    and later.at < date_bin(tier.slot, s.at, origin) + tier.slot);
    end loop;
    update bucketdesk.use_state set thinned_at = now();
end
$function$;

create or replace function public.bucketdesk_usage(note boolean default true) returns json
language plpgsql security definer
set search_path = '' set statement_timeout = '60s' set jit = off set timezone = 'UTC' as $function$
declare
    allowed text[];
    one_by_one boolean := false;
begin
    perform bucketdesk.require_role('staff', 'manager', 'admin');
    allowed := bucketdesk.places_to_read();
    perform bucketdesk.objects_have('name');
    if row_security_active('storage.objects') then
        raise insufficient_privilege using
            message = 'Row level security hides objects from this function, so it cannot count them.';
    end if;
    if note is false then
        select not (s.counted_at is not null and s.shape is not distinct from bucketdesk.is_current_sql()
            and bucketdesk.counts_changes()) into one_by_one from bucketdesk.use_state as s;
    elsif bucketdesk.settle_use() then
        perform bucketdesk.note_use();
    end if;
    return (
        select json_build_object('incremental', bucketdesk.counts_changes(),
            'counted_at', (select counted_at from bucketdesk.use_state), 'buckets', coalesce(json_agg(
                json_build_array(u.place, now(), u.objects, u.bytes, u.kept, u.kept_bytes) order by u.place), '[]'))
        from bucketdesk.use_now(one_by_one) as u
        where allowed is null or regexp_replace(u.place, '^bucketdesk-quarantine/', '') = any (allowed));
end
$function$;
comment on function public.bucketdesk_usage is
    'Objects and bytes of every bucket, archived versions apart, and of what waits in the quarantine by its bucket. '
    'Notes it for the history at most every four minutes; with note false it writes nothing.';

create or replace function public.bucketdesk_usage_history(since timestamptz, page_size int default 50000) returns json
language plpgsql stable security definer
set search_path = '' set statement_timeout = '60s' set jit = off set timezone = 'UTC' as $function$
declare
    allowed text[];
    rows_wanted int := greatest(1, least(coalesce(page_size, 50000), 100000));
begin
    perform bucketdesk.require_role('staff', 'manager', 'admin');
    allowed := bucketdesk.places_to_read();
    return (
        select json_build_object('next', case when count(*) = rows_wanted then max(s.at) end,
            'samples', coalesce(json_agg(json_build_array(
                s.place, s.at, s.objects, s.bytes, s.kept, s.kept_bytes) order by s.at, s.place), '[]'))
        from (
            select * from bucketdesk.use_samples as s
            where s.at >= since
                and (allowed is null or regexp_replace(s.place, '^bucketdesk-quarantine/', '') = any (allowed))
            order by s.at, s.place limit rows_wanted
        ) as s);
end
$function$;
comment on function public.bucketdesk_usage_history is
    'What places held from a moment on, oldest first; next is where to go on when there is more.';

select bucketdesk.open_functions(array[
    'bucketdesk.use_now', 'bucketdesk.places_to_read', 'bucketdesk.note_use', 'bucketdesk.thin_use'], 'service_role');
select bucketdesk.open_functions(
    array['public.bucketdesk_usage', 'public.bucketdesk_usage_history'], 'authenticated', 'service_role');

select bucketdesk.applied('20261121081600', 'bucketdesk_usage');
