-- Counting what buckets hold as it changes, so that nobody reads a million rows to know. Uploads only ever add a line
-- to bucketdesk.use_changes, in their own transaction: they wait for nobody, and what is rolled back is not counted.
set local lock_timeout = '2s';

create table if not exists bucketdesk.use_changes (
    id bigint generated always as identity primary key,
    place text not null,
    objects bigint not null, bytes bigint not null, kept bigint not null, kept_bytes bigint not null
);
comment on table bucketdesk.use_changes is
    'By how much what a place holds has changed, a line for each place and statement, until it is added to use_counts.';

create table if not exists bucketdesk.use_counts (
    place text primary key,
    objects bigint not null, bytes bigint not null, kept bigint not null, kept_bytes bigint not null
);
comment on table bucketdesk.use_counts is
    'What a place holds but for the changes that wait: a bucket, or in the quarantine what came from one. kept: '
    'archived versions, which take room and are no objects.';

create table if not exists bucketdesk.use_state (
    single boolean primary key default true check (single),
    counted_at timestamptz,  -- when all objects were last counted one by one; null: they have to be
    thinned_at timestamptz,  -- when the history was last thinned
    shape text               -- what the triggers were written for
);
insert into bucketdesk.use_state default values on conflict do nothing;

alter table bucketdesk.use_changes enable row level security;
alter table bucketdesk.use_counts enable row level security;
alter table bucketdesk.use_state enable row level security;
select bucketdesk.allow(
    'select, insert, update, delete on bucketdesk.use_changes, bucketdesk.use_counts, bucketdesk.use_state',
    'service_role');

-- SQL: what rows o of storage.objects hold, by place. weight: SQL for what a row counts, 1 or -1. offset 0: each row is
-- looked at once, and not anew for every sum. A size that is a number is cheaper to read than a text.
create or replace function bucketdesk.use_sql(rows_sql text, weight text) returns text
language sql stable set search_path = '' as $function$
    select format($sql$select o.place, coalesce(sum(o.weight) filter (where o.live), 0)::bigint as objects,
            coalesce(sum(o.weight * o.size) filter (where o.live), 0)::bigint as bytes,
            coalesce(sum(o.weight) filter (where o.there and not o.live), 0)::bigint as kept,
            coalesce(sum(o.weight * o.size) filter (where o.there and not o.live), 0)::bigint as kept_bytes
        from (
            select (%s)::bigint as weight, (%s) as live, (%s) as there,
                coalesce(case jsonb_typeof(o.metadata -> 'size')
                    when 'number' then case when (o.metadata -> 'size')::numeric between 0 and 999999999999999999
                        then (o.metadata -> 'size')::numeric::bigint end
                    when 'string' then substring(o.metadata ->> 'size' from '^[0-9]{1,18}$')::bigint end, 0) as size,
                case when not starts_with(o.bucket_id, 'bucketdesk-quarantine') then o.bucket_id
                    when split_part(o.name, '/', 2) = '_' or split_part(o.name, '/', 3) = ''
                        then 'bucketdesk-quarantine/'
                    else 'bucketdesk-quarantine/' || split_part(o.name, '/', 2) end as place
            from %s as o
            -- The program's own notes in the quarantine are nobody's, and nothing to have back.
            where not (starts_with(o.bucket_id, 'bucketdesk-quarantine') and split_part(o.name, '/', 2) = '_manifest')
            offset 0
        ) as o group by o.place$sql$, weight, bucketdesk.is_current_sql(),
        case when bucketdesk.objects_have('is_delete_marker') then 'o.is_delete_marker is not true' else 'true' end,
        rows_sql)
$function$;

-- Writes the function that the triggers call, for the columns that storage.objects has. Whatever goes wrong in it is a
-- warning, for an upload must succeed all the same; the next count of all puts it right.
create or replace function bucketdesk.write_counter() returns void
language plpgsql set search_path = '' as $function$
begin
    execute format($sql$create or replace function bucketdesk.count_change() returns trigger
        language plpgsql security definer set search_path = '' set lock_timeout = '1s' as $body$
        begin
            if tg_op = 'INSERT' then
                insert into bucketdesk.use_changes (place, objects, bytes, kept, kept_bytes) %s;
            elsif tg_op = 'DELETE' then
                insert into bucketdesk.use_changes (place, objects, bytes, kept, kept_bytes) %s;
            elsif tg_op = 'UPDATE' then
                insert into bucketdesk.use_changes (place, objects, bytes, kept, kept_bytes)
                select * from (%s) as u where (u.objects, u.bytes, u.kept, u.kept_bytes) <> (0, 0, 0, 0);
            else
                update bucketdesk.use_state set counted_at = null;
            end if;
            return null;
        exception when others then
            raise warning 'Bucketdesk did not count a change of storage.objects: %%', sqlerrm;
            return null;
        end $body$ $sql$,
        bucketdesk.use_sql('added', '1'), bucketdesk.use_sql('removed', '-1'),
        bucketdesk.use_sql(
            '(select 1 as sign, a.* from added as a union all select -1, r.* from removed as r)', 'o.sign'));
    update bucketdesk.use_state set shape = bucketdesk.is_current_sql(), counted_at = null;
end
$function$;

-- Whether every change is being counted.
create or replace function bucketdesk.counts_changes() returns boolean
language sql stable set search_path = '' as $function$
    select count(*) = 4 from pg_trigger as t
    where t.tgrelid = to_regclass('storage.objects') and t.tgname ~ '^bucketdesk_count_' and t.tgenabled in ('O', 'A')
$function$;

-- Counts all objects one by one, while others write: what one statement sees is counted whole, and of the lines that
-- wait exactly those go that it sees, too.
create or replace function bucketdesk.count_all() returns void
language plpgsql set search_path = '' as $function$
begin
    execute format($sql$with counted as (%s),
        settled as (delete from bucketdesk.use_changes),
        gone as (delete from bucketdesk.use_counts as c where not exists (select from counted where place = c.place))
        insert into bucketdesk.use_counts as c (place, objects, bytes, kept, kept_bytes) select * from counted
        on conflict (place) do update set objects = excluded.objects, bytes = excluded.bytes,
            kept = excluded.kept, kept_bytes = excluded.kept_bytes$sql$, bucketdesk.use_sql('storage.objects', '1'));
    update bucketdesk.use_state set counted_at = now();
end
$function$;

-- Adds lines that wait to the counts: in one statement, so that whoever reads both sees each line once.
create or replace function bucketdesk.add_changes() returns void
language sql set search_path = '' as $function$
    with settled as (
        delete from bucketdesk.use_changes where id in (select id from bucketdesk.use_changes order by id limit 200000)
        returning *
    )
    insert into bucketdesk.use_counts as c (place, objects, bytes, kept, kept_bytes)
    select s.place, sum(s.objects)::bigint, sum(s.bytes)::bigint, sum(s.kept)::bigint, sum(s.kept_bytes)::bigint
    from settled as s group by s.place
    on conflict (place) do update set objects = c.objects + excluded.objects, bytes = c.bytes + excluded.bytes,
        kept = c.kept + excluded.kept, kept_bytes = c.kept_bytes + excluded.kept_bytes
$function$;

-- Brings the counts up to date, one session at a time: another one's work is as good. Where changes are not counted,
-- and once a day in any case, all objects are counted.
create or replace function bucketdesk.settle_use() returns boolean
language plpgsql set search_path = '' as $function$
declare
    mine bigint := hashtextextended('bucketdesk.use', 0);
    state bucketdesk.use_state;
begin
    select * into state from bucketdesk.use_state;
    if state.counted_at is null or not bucketdesk.counts_changes() then
        perform pg_advisory_xact_lock(mine);
    elsif not pg_try_advisory_xact_lock(mine) then
        return false;
    end if;
    select * into state from bucketdesk.use_state;
    if state.shape is distinct from bucketdesk.is_current_sql() then
        perform bucketdesk.write_counter();
        state.counted_at := null;
    end if;
    if state.counted_at > now() - interval '1 day' and bucketdesk.counts_changes() then
        perform bucketdesk.add_changes();
    else
        perform bucketdesk.count_all();
    end if;
    return true;
end
$function$;

do $do$
declare
    event text;
    tables text;
begin
    if to_regclass('storage.objects') is null then
        raise notice 'There is no Supabase Storage in this database, so nothing is counted in it.';
        return;
    end if;
    perform bucketdesk.write_counter();
    foreach event in array array['insert', 'update', 'delete', 'truncate'] loop
        if not exists (
            select from pg_trigger as t
            where t.tgrelid = to_regclass('storage.objects') and t.tgname = 'bucketdesk_count_' || event
        ) then
            tables := concat_ws(' ', case when event in ('insert', 'update') then 'new table as added' end,
                case when event in ('update', 'delete') then 'old table as removed' end);
            execute format('create trigger %I after %s on storage.objects %s for each statement
                execute function bucketdesk.count_change()', 'bucketdesk_count_' || event, event,
                case when tables <> '' then 'referencing ' || tables else '' end);
        end if;
    end loop;
exception when insufficient_privilege or wrong_object_type then
    raise notice 'Objects are counted one by one, because changes of storage.objects cannot be followed: %', sqlerrm;
end
$do$;

select bucketdesk.open_functions(array[
    'bucketdesk.use_sql', 'bucketdesk.write_counter', 'bucketdesk.counts_changes', 'bucketdesk.count_all',
    'bucketdesk.add_changes', 'bucketdesk.settle_use', 'bucketdesk.count_change'
], 'service_role');

select bucketdesk.applied('20261121081400', 'bucketdesk_counting');
