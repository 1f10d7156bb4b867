-- A guard that a person sets on a table: no program deletes more than a share of it at once, and none truncates it.
set local lock_timeout = '2s';

-- What was deleted by one transaction so far adds up, so that row by row, or through a cascade, is no way around.
-- The rows that stay need not be counted all: enough are there, or too few. Argument: the share.
create or replace function bucketdesk.guard_delete() returns trigger
language plpgsql security definer set search_path = '' as $function$
declare
    rel regclass := bucketdesk.guarded_root(tg_relid);
    share numeric := tg_argv[0];
    setting text := 'bucketdesk.deleted_' || rel::oid;
    earlier text[] := string_to_array(current_setting(setting, true), ':');
    amount bigint := (select count(*) from gone);
    least_left bigint;
    enough boolean;
begin
    if amount = 0 or coalesce(current_setting('bucketdesk.allow_mass_delete', true), '') in ('on', 'true', '1', 'yes') then
        return null;
    end if;
    if earlier[1] = pg_current_xact_id()::text then
        amount := amount + earlier[2]::bigint;
    end if;
    perform set_config(setting, pg_current_xact_id()::text || ':' || amount, true);
    least_left := case when share > 0 then ceil(amount * (1 - share) / share) else null end;
    if least_left is null then
        enough := false;
    elsif least_left = 0 then
        enough := true;
    else
        execute format('select exists (select from %s offset %s)', rel, least_left - 1) into enough;
    end if;
    if not enough then
        raise insufficient_privilege using
            message = format('Deleting %s rows would take more than %s %% of %s: the guard on this table refuses it.',
                amount, trim_scale(share * 100), bucketdesk.name_of(rel)),
            hint = 'If it is meant, say set local bucketdesk.allow_mass_delete = ''on''; in the same transaction.',
            table = tg_table_name, schema = tg_table_schema;
    end if;
    return null;
end
$function$;

-- The table that a guard was set on, from one of its partitions. Found by looking: an oid would not survive a dump.
create or replace function bucketdesk.guarded_root(rel oid) returns oid
language sql stable set search_path = '' as $function$
    with recursive up as (
        select rel as one, 0 as steps
        union all
        select h.inhparent, steps + 1 from up join pg_inherits as h on h.inhrelid = up.one
        where exists (
            select from pg_trigger as t
            where t.tgrelid = h.inhparent and t.tgfoid = 'bucketdesk.guard_delete'::regproc)
    )
    select one from up order by steps desc limit 1
$function$;

create or replace function bucketdesk.guard_truncate() returns trigger
language plpgsql security definer set search_path = '' as $function$
begin
    if coalesce(current_setting('bucketdesk.allow_mass_delete', true), '') not in ('on', 'true', '1', 'yes') then
        raise insufficient_privilege using
            message = format('Emptying %s is refused by the guard on this table.', bucketdesk.name_of(tg_relid)),
            hint = 'If it is meant, say set local bucketdesk.allow_mass_delete = ''on''; in the same transaction.',
            table = tg_table_name, schema = tg_table_schema;
    end if;
    return null;
end
$function$;

create or replace function public.bucketdesk_unguard_table(tbl text) returns jsonb
language plpgsql security definer set search_path = '' set lock_timeout = '2s' as $function$
declare
    found record;
    amount int := 0;
begin
    perform bucketdesk.require_role('admin');
    for found in
        select t.tgname, t.tgrelid::regclass as place from pg_trigger as t
        where t.tgrelid in (select bucketdesk.with_partitions(bucketdesk.table_named(tbl))) and t.tgparentid = 0
            and t.tgfoid in ('bucketdesk.guard_delete'::regproc, 'bucketdesk.guard_truncate'::regproc)
    loop
        execute format('drop trigger %I on %s', found.tgname, found.place);
        amount := amount + 1;
    end loop;
    return jsonb_build_object('table', tbl, 'guarded', false, 'was_guarded', amount > 0);
end
$function$;
comment on function public.bucketdesk_unguard_table is 'Takes the guard off a table and its partitions.';

create or replace function public.bucketdesk_guard_table(tbl text, share numeric default 0.2) returns jsonb
language plpgsql security definer set search_path = '' set lock_timeout = '2s' as $function$
declare
    rel oid;
    place regclass;
    amount int := 0;
begin
    perform bucketdesk.require_role('admin');
    if share is null or share < 0 or share > 1 then
        raise invalid_parameter_value using message = 'A share is a number from 0 (no row at all) to 1.';
    end if;
    rel := bucketdesk.table_named(tbl);
    perform public.bucketdesk_unguard_table(tbl);
    for place in select bucketdesk.with_partitions(rel) loop
        execute format(
            'create trigger bucketdesk_guard_delete after delete on %s referencing old table as gone
            for each statement execute function bucketdesk.guard_delete(%L)', place, share);
        execute format(
            'create trigger bucketdesk_guard_truncate before truncate on %s
            for each statement execute function bucketdesk.guard_truncate()', place);
        -- also for programs that switch triggers off with session_replication_role
        execute format('alter table %s enable always trigger bucketdesk_guard_delete', place);
        execute format('alter table %s enable always trigger bucketdesk_guard_truncate', place);
        amount := amount + 1;
    end loop;
    return jsonb_build_object('table', tbl, 'guarded', true, 'share', share, 'partitions', amount - 1);
end
$function$;
comment on function public.bucketdesk_guard_table is
    'From now on no program deletes more than this share of a table in one transaction, and none truncates it, unless it '
    'says set local bucketdesk.allow_mass_delete = ''on''. Call it again when partitions were added.';

-- The tables that are guarded, and what is not covered yet.
create or replace function public.bucketdesk_guards() returns jsonb
language plpgsql stable security definer set search_path = '' set jit = off as $function$
begin
    perform bucketdesk.require_role('manager', 'admin');
    return (
        select coalesce(jsonb_agg(jsonb_build_object(
            'table', bucketdesk.name_of(g.rel), 'share', g.share, 'uncovered', (
                select coalesce(jsonb_agg(p::text), '[]') from bucketdesk.with_partitions(g.rel) as p
                where not exists (
                    select from pg_trigger as t
                    where t.tgrelid = p and t.tgfoid = 'bucketdesk.guard_delete'::regproc and t.tgenabled <> 'D'
                ))) order by bucketdesk.name_of(g.rel)), '[]')
        from (
            select t.tgrelid as rel, rtrim(encode(t.tgargs, 'escape'), '\0')::numeric as share
            from pg_trigger as t
            where t.tgfoid = 'bucketdesk.guard_delete'::regproc and bucketdesk.guarded_root(t.tgrelid) = t.tgrelid
        ) as g
    );
end
$function$;
comment on function public.bucketdesk_guards is 'Guarded tables, their share, and partitions that no guard covers yet.';

select bucketdesk.open_functions(array[
    'bucketdesk.guarded_root', 'bucketdesk.guard_delete', 'bucketdesk.guard_truncate'
], 'service_role');
select bucketdesk.open_functions(array[
    'public.bucketdesk_guard_table', 'public.bucketdesk_unguard_table', 'public.bucketdesk_guards'
], 'authenticated', 'service_role');

select bucketdesk.applied('20261121080700', 'bucketdesk_guard');
