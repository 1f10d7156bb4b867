-- Reading rows of the user's tables as the texts that PostgreSQL prints: pages by keyset, rows by key, rows by value.
set local lock_timeout = '2s';

create or replace function bucketdesk.rows_page_sql(
    rel oid, key text[], columns text[], after text[], page_size int
) returns text
language sql stable set search_path = '' as $function$
    select format('select to_jsonb(%s) as r from %s as t%s order by %s limit %s',
        bucketdesk.texts_sql(key || columns), rel::regclass,
        case when after is null then '' else ' where ' || bucketdesk.key_after_sql(rel, key, after) end,
        (select string_agg(format('t.%I', name), ', ' order by place) from unnest(key) with ordinality as k (name, place)),
        page_size)
$function$;

create or replace function public.bucketdesk_read_rows(
    tbl text, key text[], columns text[], after text[] default null, page_size int default 2000
) returns jsonb
language plpgsql stable security definer
set search_path = '' set statement_timeout = '60s' set jit = off
set datestyle = 'ISO' set timezone = 'UTC' set intervalstyle = 'postgres' set extra_float_digits = 1
set bytea_output = 'hex' as $function$
declare
    rel oid;
    found jsonb;
begin
    perform bucketdesk.require_role('manager', 'admin');
    rel := bucketdesk.table_named(tbl);
    perform bucketdesk.check_columns(rel, key || columns);
    if cardinality(key) = 0 or cardinality(after) <> cardinality(key) then
        raise invalid_parameter_value using message = 'A page needs key columns, and a value for each of them.';
    end if;
    if array_position(after, null) is not null then  -- nothing comes after NULL, which would look like the end
        raise null_value_not_allowed using message = format('Some rows of %s have no key.', tbl);
    end if;
    execute format('select coalesce(jsonb_agg(p.r), ''[]'') from (%s) as p', bucketdesk.rows_page_sql(
        rel, key, columns, after, greatest(1, least(coalesce(page_size, 2000), 20000)))) into found;
    return jsonb_build_object('rows', found, 'sees_all', not row_security_active(rel));
end
$function$;
comment on function public.bucketdesk_read_rows is
    'One page of at most 20,000 rows in order of key, after that key: the texts of the key, then of the columns.';

create or replace function public.bucketdesk_count_rows(tbl text) returns jsonb
language plpgsql stable security definer
set search_path = '' set statement_timeout = '60s' set jit = off as $function$
declare
    answer bigint;
begin
    perform bucketdesk.require_role('manager', 'admin');
    execute format('select count(*) from %s', bucketdesk.table_named(tbl)::regclass) into answer;
    return to_jsonb(answer);
end
$function$;
comment on function public.bucketdesk_count_rows is 'How many rows a table has now.';

-- Whether an index proves these columns unique, with nothing left to look at. Rows of heirs are in no index of a parent.
create or replace function bucketdesk.key_is_proven(rel oid, key text[]) returns boolean
language sql stable set search_path = '' as $function$
    select not exists (
        select from pg_inherits as h join pg_class as c on c.oid = h.inhrelid
        where h.inhparent = rel and not c.relispartition
    ) and exists (
        select from pg_index as i
        where i.indrelid = rel and i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null
            and not exists (
                select from unnest(i.indkey::smallint[]) with ordinality as k (number, place)
                join pg_attribute as a on a.attrelid = rel and a.attnum = k.number
                where k.place <= i.indnkeyatts and a.attname <> all (key)
            )
    )
$function$;

create or replace function public.bucketdesk_check_key(tbl text, key text[]) returns jsonb
language plpgsql stable security definer
set search_path = '' set statement_timeout = '60s' set jit = off as $function$
declare
    rel oid;
    listed text := array_to_string(key, ', ');
    nullable text[];
    problem text;
    bad boolean;
begin
    perform bucketdesk.require_role('manager', 'admin');
    rel := bucketdesk.table_named(tbl);
    if coalesce(cardinality(key), 0) = 0 then
        return jsonb_build_object('problem', 'No key columns were given.');
    end if;
    select format('The table %s has no column “%s”.', tbl, wanted) into problem from unnest(key) as wanted
    where not exists (select from bucketdesk.columns_of(rel) as c where c.name = wanted) limit 1;
    if found then
        return jsonb_build_object('problem', problem);
    end if;
    select array_agg(format('t.%I is null', c.name)) into nullable
    from bucketdesk.columns_of(rel) as c where c.name = any (key) and not c.required;
    if nullable is not null then
        execute format('select exists (select from %s as t where %s)', rel::regclass, array_to_string(nullable, ' or '))
            into bad;
        if bad then
            return jsonb_build_object('problem', format('Some rows of %s have no %s.', tbl, listed));
        end if;
    end if;
    if not bucketdesk.key_is_proven(rel, key) then
        select format('select exists (select from %s as t group by %s having count(*) > 1)',
            rel::regclass, string_agg(format('t.%I', wanted), ', ')) into problem from unnest(key) as wanted;
        execute problem into bad;
        if bad then
            return jsonb_build_object('problem', format('%s is not unique in %s.', listed, tbl));
        end if;
    end if;
    return jsonb_build_object('problem', null);
exception when undefined_function then
    return jsonb_build_object('problem', format('Values of %s cannot be compared with each other.', listed));
end
$function$;
comment on function public.bucketdesk_check_key is
    'Why these columns cannot be the key of a table, or null: they must be there, be unique and hold no NULL.';

create or replace function public.bucketdesk_rows_by_key(tbl text, key text[], keys jsonb) returns jsonb
language plpgsql stable security definer
set search_path = '' set statement_timeout = '60s' set jit = off
set datestyle = 'ISO' set timezone = 'UTC' set intervalstyle = 'postgres' set extra_float_digits = 1
set bytea_output = 'hex' as $function$
declare
    rel oid;
    same text;
    answer jsonb;
begin
    perform bucketdesk.require_role('manager', 'admin');
    rel := bucketdesk.table_named(tbl);
    perform bucketdesk.check_columns(rel, key);
    select string_agg(format('t.%I operator(%s) (asked.vals ->> %s)::%s',
        c.name, bucketdesk.operator_for(c.type, '='), wanted.place - 1, c.cast_to), ' and ') into same
    from unnest(key) with ordinality as wanted (name, place)
    join bucketdesk.columns_of(rel) as c on c.name = wanted.name;
    execute format(
        $sql$select coalesce(jsonb_agg(one.r order by asked.place), '[]')
        from jsonb_array_elements($1) with ordinality as asked (vals, place)
        left join lateral (select %s as r from %s as t where %s limit 1) as one on true$sql$,
        bucketdesk.row_sql(rel), rel::regclass, same) into answer using keys;
    return answer;
end
$function$;
comment on function public.bucketdesk_rows_by_key is
    'Whole rows by key, in the order asked, as {column: text}; null for one that is not there.';

-- SQL: rows whose column prints as one of the values; an index on a text or uuid column answers it.
create or replace function bucketdesk.find_sql(rel oid, key text[], col text) returns text
language sql stable set search_path = '' as $function$
    select format('select to_jsonb(%s) as r from %s as t where t.%I::text collate "C" = any ($1)',
            bucketdesk.texts_sql(key || col), rel::regclass, col)
        || case
            when c.type in ('text'::regtype, 'varchar'::regtype) then format(' and t.%I = any ($1)', col)
            when c.type = 'uuid'::regtype then format(
                ' and t.%I = any (array(select v::uuid from unnest($1) as v where v ~ %L))', col,
                '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$')
            else '' end
    from bucketdesk.columns_of(rel) as c where c.name = col
$function$;

create or replace function public.bucketdesk_find_rows(tbl text, key text[], col text, vals text[]) returns jsonb
language plpgsql stable security definer
set search_path = '' set statement_timeout = '60s' set jit = off
set datestyle = 'ISO' set timezone = 'UTC' set intervalstyle = 'postgres' set extra_float_digits = 1
set bytea_output = 'hex' as $function$
declare
    rel oid;
    answer jsonb;
begin
    perform bucketdesk.require_role('manager', 'admin');
    rel := bucketdesk.table_named(tbl);
    perform bucketdesk.check_columns(rel, key || col);
    execute format('select coalesce(jsonb_agg(p.r), ''[]'') from (%s) as p', bucketdesk.find_sql(rel, key, col))
        into answer using vals;
    return answer;
end
$function$;
comment on function public.bucketdesk_find_rows is
    'Rows whose column prints as one of the values: the texts of the key, then the value.';

select bucketdesk.open_functions(array[
    'bucketdesk.rows_page_sql', 'bucketdesk.key_is_proven', 'bucketdesk.find_sql'
], 'service_role');
select bucketdesk.open_functions(array[
    'public.bucketdesk_read_rows', 'public.bucketdesk_count_rows', 'public.bucketdesk_check_key',
    'public.bucketdesk_rows_by_key', 'public.bucketdesk_find_rows'
], 'authenticated', 'service_role');

select bucketdesk.applied('20261121080300', 'bucketdesk_rows');
