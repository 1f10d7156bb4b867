-- What tables there are, how they hang together, and which rows hang on a row.
set local lock_timeout = '2s';

-- The names of some columns, in the order of their numbers in a constraint.
create or replace function bucketdesk.column_names(rel oid, numbers smallint[]) returns text[]
language sql stable set search_path = '' as $function$
    select array_agg(a.attname::text order by k.place)
    from unnest(numbers) with ordinality as k (number, place)
    join pg_attribute as a on a.attrelid = rel and a.attnum = k.number
$function$;

create or replace function bucketdesk.action_named(letter "char") returns text
language sql immutable set search_path = '' as $function$
    select case letter when 'c' then 'cascade' when 'n' then 'set null' when 'd' then 'set default'
        when 'r' then 'restrict' else 'no action' end
$function$;

-- Foreign keys that point at a table or at one of its partitions alone, once each: partitions repeat their parent's.
create or replace function bucketdesk.foreign_keys_to(rel oid)
returns table (child oid, columns text[], to_columns text[], on_delete text, on_update text)
language sql stable set search_path = '' as $function$
    select c.conrelid, bucketdesk.column_names(c.conrelid, c.conkey), bucketdesk.column_names(c.confrelid, c.confkey),
        bucketdesk.action_named(c.confdeltype), bucketdesk.action_named(c.confupdtype)
    from pg_constraint as c
    where c.contype = 'f' and c.confrelid in (select bucketdesk.with_partitions(rel)) and c.conparentid = 0
    order by c.conrelid::regclass::text, c.conname
$function$;

-- Whether a DELETE on the table sets something off: triggers and rules, but not our guard nor what checks constraints.
create or replace function bucketdesk.acts_on_delete(rel oid) returns boolean
language sql stable set search_path = '' as $function$
    select exists (
        select from pg_trigger as t join pg_proc as p on p.oid = t.tgfoid
        where t.tgrelid in (select bucketdesk.with_partitions(rel))
            and t.tgtype & 8 <> 0 and t.tgenabled <> 'D' and not t.tgisinternal and t.tgconstraint = 0
            and p.pronamespace <> 'bucketdesk'::regnamespace
    ) or exists (select from pg_rewrite where ev_class = rel and ev_type = '4' and ev_enabled <> 'D')
$function$;

create or replace function public.bucketdesk_tables() returns jsonb
language plpgsql stable security definer set search_path = '' set statement_timeout = '60s' set jit = off as $function$
begin
    perform bucketdesk.require_role('manager', 'admin');
    return (
        select coalesce(jsonb_agg(jsonb_build_object(
            'schema', n.nspname,
            'name', c.relname,
            'columns', (
                select coalesce(jsonb_agg(jsonb_build_object(
                    'name', l.name, 'type', l.declared, 'nullable', not l.required, 'generated', l.generated,
                    'identity', l.identity, 'has_default', l.has_default and not l.generated,
                    'is_array', l.category = 'A',
                    'object_id', exists (
                        select from pg_constraint as f
                        where f.contype = 'f' and f.conrelid = c.oid and f.conkey = array[l.number]
                            and f.confrelid = to_regclass('storage.objects')
                    )) order by l.number), '[]')
                from bucketdesk.columns_of(c.oid) as l
            ),
            -- What a unique index over required columns covers is as good as a declared key.
            'primary_key', coalesce(to_jsonb(bucketdesk.key_of(c.oid)), '[]'),
            'referenced_by', (
                select coalesce(jsonb_agg(jsonb_build_object(
                    'schema', cn.nspname, 'table', cc.relname, 'columns', f.columns, 'to_columns', f.to_columns,
                    'on_delete', f.on_delete, 'on_update', f.on_update)), '[]')
                from bucketdesk.foreign_keys_to(c.oid) as f
                join pg_class as cc on cc.oid = f.child join pg_namespace as cn on cn.oid = cc.relnamespace
            ),
            'delete_trigger', bucketdesk.acts_on_delete(c.oid),
            'row_security', c.relrowsecurity
        ) order by n.nspname <> 'public', n.nspname, c.relname), '[]')
        from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p') and not c.relispartition and bucketdesk.is_user_schema(n.nspname)
    );
end
$function$;
comment on function public.bucketdesk_tables is 'Every table of the user: columns, primary key, and what points at it.';

-- SQL: rows t of a child that point at a row (jsonb parameter $1) through a foreign key.
create or replace function bucketdesk.points_sql(child oid, columns text[], to_columns text[]) returns text
language sql stable set search_path = '' as $function$
    select string_agg(format('t.%I operator(%s) ($1 ->> %L)::%s', c.name, bucketdesk.operator_for(c.type, '='),
        to_columns[wanted.place], c.cast_to), ' and ' order by wanted.place)
    from unnest(columns) with ordinality as wanted (name, place)
    join bucketdesk.columns_of(child) as c on c.name = wanted.name
$function$;

create or replace function public.bucketdesk_dependents(tbl text, "row" jsonb) returns jsonb
language plpgsql stable security definer
set search_path = '' set statement_timeout = '60s' set jit = off
set datestyle = 'ISO' set timezone = 'UTC' set intervalstyle = 'postgres' set extra_float_digits = 1
set bytea_output = 'hex' as $function$
declare
    most constant int := 10000;
    pointing record;
    found jsonb;
    answer jsonb := '[]';
begin
    perform bucketdesk.require_role('manager', 'admin');
    for pointing in select * from bucketdesk.foreign_keys_to(bucketdesk.table_named(tbl)) loop
        if row_security_active(pointing.child) then
            raise insufficient_privilege using message = format(
                'Rows of %s that depend on it cannot be proven to be all shown.', bucketdesk.name_of(pointing.child));
        end if;
        execute format('select coalesce(jsonb_agg(p.r), ''[]'') from (select %s as r from %s as t where %s limit %s) as p',
            bucketdesk.row_sql(pointing.child), pointing.child::regclass,
            bucketdesk.points_sql(pointing.child, pointing.columns, pointing.to_columns), most + 1)
            into found using "row";
        if jsonb_array_length(found) > most then
            raise program_limit_exceeded using message = format(
                'More than %s rows of %s depend on one row of %s.', most, bucketdesk.name_of(pointing.child), tbl);
        end if;
        answer := answer || (
            select coalesce(jsonb_agg(jsonb_build_object(
                'table', bucketdesk.name_of(pointing.child), 'key', to_jsonb(bucketdesk.key_of(pointing.child)),
                'columns', to_jsonb(pointing.columns), 'row', one, 'on_delete', pointing.on_delete)), '[]')
            from jsonb_array_elements(found) as one);
    end loop;
    return answer;
end
$function$;
comment on function public.bucketdesk_dependents is
    'Rows that point at a row, one level deep: table, key columns (null without a usable key), the whole row, on_delete.';

select bucketdesk.open_functions(array[
    'bucketdesk.column_names', 'bucketdesk.action_named', 'bucketdesk.foreign_keys_to', 'bucketdesk.acts_on_delete',
    'bucketdesk.points_sql'
], 'service_role');
select bucketdesk.open_functions(
    array['public.bucketdesk_tables', 'public.bucketdesk_dependents'], 'authenticated', 'service_role');

select bucketdesk.applied('20261121080400', 'bucketdesk_tables');
