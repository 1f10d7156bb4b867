-- How the functions find a table that somebody names, and write SQL about it that nothing can be slipped into.
set local lock_timeout = '2s';

-- Schemas that hold data of the user. Everything else belongs to PostgreSQL, Supabase or us, and is never touched.
create or replace function bucketdesk.is_user_schema(name text) returns boolean
language sql immutable set search_path = '' as $function$
    select name !~ '^(pg_|graphql|supabase_|pgsodium|pgmq)' and name <> all (array[
        'information_schema', 'auth', 'storage', 'realtime', 'vault', 'extensions', 'net', 'cron', 'pgbouncer', 'pgtle',
        'bucketdesk', '_realtime', '_analytics', '_supavisor', 'tiger', 'tiger_data', 'topology', 'dbdev', 'repack'
    ])
$function$;

-- The table that is meant: by its bare name in public, as schema.table elsewhere. Raises when there is none.
create or replace function bucketdesk.table_named(tbl text) returns oid
language plpgsql stable set search_path = '' as $function$
declare
    found oid;
begin
    select c.oid into found
    from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relname = tbl and c.relkind in ('r', 'p') and not c.relispartition;
    if found is null then
        select c.oid into found
        from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
        where format('%s.%s', n.nspname, c.relname) = tbl and c.relkind in ('r', 'p') and not c.relispartition
            and bucketdesk.is_user_schema(n.nspname)
        limit 1;
    end if;
    if found is null then
        raise undefined_table using message = format('There is no table “%s”.', tbl);
    end if;
    return found;
end
$function$;

-- What a table goes by, the counterpart of table_named.
create or replace function bucketdesk.name_of(rel oid) returns text
language sql stable set search_path = '' as $function$
    select case when n.nspname = 'public' then c.relname::text else format('%s.%s', n.nspname, c.relname) end
    from pg_class as c join pg_namespace as n on n.oid = c.relnamespace where c.oid = rel
$function$;

-- A table, its partitions and its heirs, however deep: a DELETE that names a partition is no DELETE of its parent.
create or replace function bucketdesk.with_partitions(rel oid) returns setof regclass
language sql stable set search_path = '' as $function$
    with recursive family as (
        select rel as one
        union
        select h.inhrelid from family join pg_inherits as h on h.inhparent = family.one
        join pg_class as c on c.oid = h.inhrelid and c.relkind in ('r', 'p')
    )
    select one::regclass from family
$function$;

-- The operator that orders or compares values of a type (= > >=), with its schema: types of extensions bring their own,
-- and with an empty search path they are found in no other way.
create or replace function bucketdesk.operator_for(typ oid, sign text) returns text
language sql stable set search_path = '' as $function$
    with recursive base as (
        select t.oid, t.typtype, t.typbasetype from pg_type as t where t.oid = typ
        union all
        select t.oid, t.typtype, t.typbasetype from base join pg_type as t on t.oid = base.typbasetype
        where base.typtype = 'd'
    )
    select coalesce((
        select format('%I.%s', n.nspname, o.oprname)
        from base
        join pg_opclass as c on c.opcintype = base.oid and c.opcdefault
        join pg_am as a on a.oid = c.opcmethod and a.amname = 'btree'
        join pg_amop as m on m.amopfamily = c.opcfamily and m.amoplefttype = base.oid and m.amoprighttype = base.oid
        join pg_operator as o on o.oid = m.amopopr and o.oprname = sign
        join pg_namespace as n on n.oid = o.oprnamespace
        where base.typtype <> 'd'
        limit 1
    ), 'pg_catalog.' || sign)
$function$;

-- The columns of a table. `cast_to` is the type without its length, because a cast to varchar(3) cuts without a word.
create or replace function bucketdesk.columns_of(rel oid)
returns table (
    name text, number smallint, type oid, cast_to text, declared text,
    required boolean, generated boolean, identity text, has_default boolean, category "char"
)
language sql stable set search_path = '' as $function$
    select a.attname::text, a.attnum, a.atttypid, format_type(a.atttypid, -1), format_type(a.atttypid, a.atttypmod),
        a.attnotnull, a.attgenerated <> '',
        case a.attidentity when 'a' then 'always' when 'd' then 'by default' else '' end,
        a.atthasdef or a.attidentity <> '' or t.typdefault is not null, t.typcategory
    from pg_attribute as a join pg_type as t on t.oid = a.atttypid
    where a.attrelid = rel and a.attnum > 0 and not a.attisdropped
    order by a.attnum
$function$;

-- Refuses names that are no columns of the table.
create or replace function bucketdesk.check_columns(rel oid, names text[]) returns void
language plpgsql stable set search_path = '' as $function$
declare
    missing text;
begin
    select wanted into missing from unnest(names) as wanted
    where not exists (select from bucketdesk.columns_of(rel) as c where c.name = wanted) limit 1;
    if found then
        raise undefined_column using
            message = format('The table %s has no column “%s”.', bucketdesk.name_of(rel), missing),
            hint = (select 'It has: ' || string_agg(c.name, ', ') from bucketdesk.columns_of(rel) as c);
    end if;
end
$function$;

-- SQL: the texts of some columns of row t, as an array.
create or replace function bucketdesk.texts_sql(names text[]) returns text
language sql immutable set search_path = '' as $function$
    select format('array[%s]::text[]', string_agg(format('t.%I::text', name), ', ' order by place))
    from unnest(names) with ordinality as listed (name, place)
$function$;

-- SQL: every stored column of row t as {column: text or null}.
create or replace function bucketdesk.row_sql(rel oid) returns text
language sql stable set search_path = '' as $function$
    select format('jsonb_object(%L::text[], %s)', array_agg(c.name), bucketdesk.texts_sql(array_agg(c.name)))
    from bucketdesk.columns_of(rel) as c where not c.generated
$function$;

-- SQL: row t has this key.
create or replace function bucketdesk.key_is_sql(rel oid, key text[], vals text[]) returns text
language sql stable set search_path = '' as $function$
    select string_agg(
        format('t.%I operator(%s) %L::%s', c.name, bucketdesk.operator_for(c.type, '='), vals[wanted.place], c.cast_to),
        ' and ' order by wanted.place)
    from unnest(key) with ordinality as wanted (name, place)
    join bucketdesk.columns_of(rel) as c on c.name = wanted.name
$function$;

-- SQL: row t comes after this key. One comparison of rows where the types are PostgreSQL's own, which an index answers.
create or replace function bucketdesk.key_after_sql(rel oid, key text[], vals text[]) returns text
language plpgsql stable set search_path = '' as $function$
declare
    lefts text[]; rights text[]; greater text[]; equal text[];
    clauses text[] := '{}'; prefix text := '';
begin
    select array_agg(format('t.%I', c.name) order by wanted.place),
        array_agg(format('%L::%s', vals[wanted.place], c.cast_to) order by wanted.place),
        array_agg(bucketdesk.operator_for(c.type, '>') order by wanted.place),
        array_agg(bucketdesk.operator_for(c.type, '=') order by wanted.place)
    into lefts, rights, greater, equal
    from unnest(key) with ordinality as wanted (name, place)
    join bucketdesk.columns_of(rel) as c on c.name = wanted.name;
    if cardinality(key) = 1 or 'pg_catalog.>' = all (greater) then
        return format('(%s) operator(%s) (%s)', array_to_string(lefts, ', '), greater[1], array_to_string(rights, ', '));
    end if;
    for i in 1 .. cardinality(key) loop
        clauses := clauses || format('(%s%s operator(%s) %s)', prefix, lefts[i], greater[i], rights[i]);
        prefix := prefix || format('%s operator(%s) %s and ', lefts[i], equal[i], rights[i]);
    end loop;
    return format('(%s)', array_to_string(clauses, ' or '));
end
$function$;

-- The columns by which rows of a table can be told apart: its primary key, else a unique index over required columns.
create or replace function bucketdesk.key_of(rel oid) returns text[]
language sql stable set search_path = '' as $function$
    select (
        select array_agg(a.attname::text order by k.place)
        from unnest(i.indkey::smallint[]) with ordinality as k (number, place)
        join pg_attribute as a on a.attrelid = rel and a.attnum = k.number
        where k.place <= i.indnkeyatts
    )
    from pg_index as i
    where i.indrelid = rel and i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null
        and not exists (
            select from unnest(i.indkey::smallint[]) with ordinality as k (number, place)
            join pg_attribute as a on a.attrelid = rel and a.attnum = k.number
            where k.place <= i.indnkeyatts and not a.attnotnull
        )
    order by i.indisprimary desc, i.indnkeyatts, i.indexrelid
    limit 1
$function$;

select bucketdesk.open_functions(array[
    'bucketdesk.is_user_schema', 'bucketdesk.table_named', 'bucketdesk.name_of', 'bucketdesk.operator_for',
    'bucketdesk.columns_of', 'bucketdesk.check_columns', 'bucketdesk.texts_sql', 'bucketdesk.row_sql',
    'bucketdesk.key_is_sql', 'bucketdesk.key_after_sql', 'bucketdesk.key_of', 'bucketdesk.with_partitions'
], 'service_role');

select bucketdesk.applied('20261121080100', 'bucketdesk_tables_by_name');
