-- Changing single rows: each exactly as recorded, each alone, or not at all. `d` is a table as described() tells it;
-- errors BD001 and BD002 are our own "failed" and "drifted".
set local lock_timeout = '2s';

-- All that changing rows of a table needs, looked up once for a batch.
create or replace function bucketdesk.described(tbl text, key text[]) returns jsonb
language plpgsql stable set search_path = '' as $function$
declare
    rel oid := bucketdesk.table_named(tbl);
begin
    perform bucketdesk.check_columns(rel, key);
    return jsonb_build_object(
        'name', bucketdesk.name_of(rel), 'table', rel::regclass, 'key', to_jsonb(key),
        'row', bucketdesk.row_sql(rel), 'acts_on_delete', bucketdesk.acts_on_delete(rel),
        'columns', (
            select jsonb_object_agg(c.name, jsonb_build_object(
                'cast', c.cast_to, 'is', bucketdesk.operator_for(c.type, '='), 'category', c.category))
            from bucketdesk.columns_of(rel) as c where not c.generated),
        'children', (
            select coalesce(jsonb_agg(jsonb_build_object(
                'name', bucketdesk.name_of(f.child), 'table', f.child::regclass, 'itself', f.child = rel,
                'hidden', row_security_active(f.child), 'to_columns', f.to_columns,
                'points', bucketdesk.points_sql(f.child, f.columns, f.to_columns))), '[]')
            from bucketdesk.foreign_keys_to(rel) as f));
end
$function$;

-- SQL: row t has this key.
create or replace function bucketdesk.this_row_sql(d jsonb, vals text[]) returns text
language sql immutable set search_path = '' as $function$
    select string_agg(format('t.%I operator(%s) %L::%s', k.name, d #>> array['columns', k.name, 'is'], vals[k.place],
        d #>> array['columns', k.name, 'cast']), ' and ')
    from jsonb_array_elements_text(d -> 'key') with ordinality as k (name, place)
$function$;

-- The row of this key, or null; locked until the end of the transaction where asked.
create or replace function bucketdesk.row_now(d jsonb, vals text[], lock boolean) returns jsonb
language plpgsql set search_path = '' as $function$
declare
    found jsonb[];
begin
    execute format('select array(select %s from %s as t where %s limit 2 %s)', d ->> 'row', d ->> 'table',
        bucketdesk.this_row_sql(d, vals), case when lock then 'for update of t' else '' end) into found;
    if cardinality(found) > 1 then
        raise exception using errcode = 'BD001', message = format('Several rows of %s have this key.', d ->> 'name');
    end if;
    return found[1];
end
$function$;

-- Runs the one statement that changes a row, and takes it back unless it touched exactly one. Triggers of the table
-- see the search path they know from other programs; the statement itself names everything in full.
create or replace function bucketdesk.touch_one(d jsonb, statement text, out touched jsonb)
language plpgsql set search_path = '' as $function$
declare
    amount bigint;
begin
    perform set_config('search_path', 'pg_catalog, public, extensions', true);
    execute statement into touched;
    get diagnostics amount = row_count;
    perform set_config('search_path', '', true);
    if amount <> 1 then
        raise exception using errcode = 'BD001', message = format(
            'It would have touched %s rows instead of this one of %s: taken back.', amount, d ->> 'name');
    end if;
end
$function$;

-- The row as recorded, locked; drifted where it is gone or says something else.
create or replace function bucketdesk.row_as_recorded(d jsonb, vals text[], before jsonb) returns jsonb
language plpgsql set search_path = '' as $function$
declare
    found jsonb := bucketdesk.row_now(d, vals, true);
    differing text;
begin
    if found is null then
        raise exception using errcode = 'BD002', message = format('The row is not in %s any more.', d ->> 'name');
    end if;
    if jsonb_typeof(before) = 'object' then
        select b.key into differing from jsonb_each_text(before) as b
        where not found ? b.key or found ->> b.key is distinct from b.value limit 1;
        if differing is not null then
            raise exception using errcode = 'BD002',
                message = format('%s of the row in %s is not what it was.', differing, d ->> 'name');
        end if;
    end if;
    return found;
end
$function$;

-- The first column that does not hold what was asked. A number or a time may be printed in another way than asked.
create or replace function bucketdesk.not_held(d jsonb, asked jsonb, held jsonb) returns text
language plpgsql stable set search_path = '' as $function$
declare
    col record;
    same boolean;
begin
    for col in
        select a.key as name, a.value as wanted, held ->> a.key as got, d #>> array['columns', a.key, 'cast'] as typ,
            d #>> array['columns', a.key, 'category'] in ('N', 'D') as countable
        from jsonb_each_text(asked) as a where held ->> a.key is distinct from a.value
    loop
        if col.wanted is null or col.got is null then
            return col.name;
        end if;
        execute format('select %L::%s::text = %L', col.wanted, col.typ, col.got) into same;
        if not same and col.countable then
            execute format('select %L::%s = %L::%s', col.wanted, col.typ, col.got, col.typ) into same;
        end if;
        if not same then
            return col.name;
        end if;
    end loop;
    return null;
end
$function$;

create or replace function bucketdesk.check_held(d jsonb, asked jsonb, held jsonb) returns void
language plpgsql stable set search_path = '' as $function$
declare
    col text;
begin
    if held is null then
        raise exception using errcode = 'BD001',
            message = format('A rule of %s changed the key of the row: taken back.', d ->> 'name');
    end if;
    col := bucketdesk.not_held(d, asked, held);
    if col is not null then
        raise exception using errcode = 'BD001',
            message = format('A rule of %s made something else of %s: taken back.', d ->> 'name', col);
    end if;
end
$function$;

create or replace function bucketdesk.check_writable(d jsonb, asked jsonb) returns void
language plpgsql immutable set search_path = '' as $function$
declare
    bad text;
begin
    select a into bad from jsonb_object_keys(asked) as a where not (d -> 'columns') ? a limit 1;
    if bad is not null then
        raise exception using errcode = 'BD001',
            message = format('%s has no column “%s” that could be written.', d ->> 'name', bad);
    end if;
end
$function$;

create or replace function bucketdesk.delete_one(d jsonb, change jsonb, vals text[]) returns jsonb
language plpgsql set search_path = '' as $function$
declare
    found jsonb;
    child jsonb;
    others bigint;
begin
    if (d ->> 'acts_on_delete')::boolean then
        raise exception using errcode = 'BD001', message = format(
            'A trigger on %s acts on every deletion; it is not set off from here.', d ->> 'name');
    end if;
    found := bucketdesk.row_as_recorded(d, vals, change -> 'before');
    for child in select jsonb_array_elements(d -> 'children') loop
        if (child ->> 'hidden')::boolean then
            raise exception using errcode = 'BD001', message = format(
                'Rows of %s that depend on it cannot be proven to be all shown.', child ->> 'name');
        end if;
        execute format('select count(*) from (select from %s as t where %s%s limit 10000) as p', child ->> 'table',
            child ->> 'points', case when (child ->> 'itself')::boolean
                then format(' and not (%s)', bucketdesk.this_row_sql(d, vals)) else '' end) into others using found;
        if others > 0 then
            raise exception using errcode = 'BD001', message = format(
                '%s rows of %s still depend on this row of %s.', others, child ->> 'name', d ->> 'name');
        end if;
    end loop;
    perform bucketdesk.touch_one(d, format('delete from %s as t where %s returning null::jsonb', d ->> 'table',
        bucketdesk.this_row_sql(d, vals)));
    return null;
end
$function$;

create or replace function bucketdesk.update_one(d jsonb, change jsonb, vals text[]) returns jsonb
language plpgsql set search_path = '' as $function$
declare
    asked jsonb := coalesce(nullif(change -> 'after', 'null'), '{}');
    found jsonb;
    changed text[];
    child jsonb;
    held jsonb;
begin
    perform bucketdesk.check_writable(d, asked);
    found := bucketdesk.row_as_recorded(d, vals, change -> 'before');
    changed := array(select a.key from jsonb_each_text(asked) as a where a.value is distinct from found ->> a.key);
    if changed = '{}' then
        return found;
    end if;
    for child in select c from jsonb_array_elements(d -> 'children') as c where c -> 'to_columns' ?| changed loop
        raise exception using errcode = 'BD001', message = format('%s points at %s of %s.', child ->> 'name',
            (select string_agg(c, ', ') from jsonb_array_elements_text(child -> 'to_columns') as c), d ->> 'name');
    end loop;
    perform bucketdesk.touch_one(d, format('update %s as t set %s where %s returning null::jsonb', d ->> 'table',
        (select string_agg(format('%I = %L', name, asked ->> name), ', ') from unnest(changed) as name),
        bucketdesk.this_row_sql(d, vals)));
    held := bucketdesk.row_now(d, array(
        select case when asked ? k.name then asked ->> k.name else vals[k.place] end
        from jsonb_array_elements_text(d -> 'key') with ordinality as k (name, place) order by k.place), false);
    -- A trigger of the table may set "loose" columns to something else again.
    perform bucketdesk.check_held(
        d, asked - array(select jsonb_array_elements_text(coalesce(change -> 'loose', '[]'))), held);
    return held;
end
$function$;

-- A row that holds all of this: an insert whose key the table chooses, found again after a crash.
create or replace function bucketdesk.equal_row(d jsonb, asked jsonb) returns jsonb
language plpgsql stable set search_path = '' as $function$
declare
    same text;
    found jsonb;
begin
    select string_agg(case
        when a.value is null then format('t.%I is null', a.key)
        when d #>> array['columns', a.key, 'cast'] in ('text', 'uuid', 'integer', 'bigint') then format(
            't.%I = %L::%s and t.%I::text collate "C" = %L::%s::text',
            a.key, a.value, d #>> array['columns', a.key, 'cast'], a.key, a.value, d #>> array['columns', a.key, 'cast'])
        else format('t.%I::text collate "C" = %L::%s::text', a.key, a.value, d #>> array['columns', a.key, 'cast'])
        end, ' and ') into same
    from jsonb_each_text(asked) as a;
    execute format('select %s from %s as t where %s limit 1', d ->> 'row', d ->> 'table', coalesce(same, 'false')) into found;
    return found;
end
$function$;

create or replace function bucketdesk.insert_one(d jsonb, change jsonb, vals text[]) returns jsonb
language plpgsql set search_path = '' as $function$
declare
    columns text[] := array(select jsonb_array_elements_text(d -> 'key'));
    asked jsonb := coalesce(nullif(change -> 'after', 'null'), '{}');
    given jsonb := jsonb_object(columns, vals);
    numbered boolean := columns = '{}' or array_position(vals, null) is not null;
    standing jsonb;
    written jsonb;
    held jsonb;
begin
    perform bucketdesk.check_writable(d, asked || given);
    if numbered then  -- the table chooses what the key leaves open
        asked := asked - array(select a.key from jsonb_each_text(asked) as a where a.value is null and a.key = any (columns));
        standing := bucketdesk.equal_row(d, asked);
    else
        standing := bucketdesk.row_now(d, vals, false);
    end if;
    if standing is not null then
        if bucketdesk.not_held(d, asked, standing) is null then
            return standing;
        end if;
        raise exception using errcode = 'BD002',
            message = format('Another row with this key stands in %s already.', d ->> 'name');
    end if;
    written := case when numbered then jsonb_strip_nulls(given) else given end || asked;
    held := bucketdesk.touch_one(d, format('insert into %s as t %s returning %s', d ->> 'table', coalesce(
        (select format('(%s) overriding system value values (%s)', string_agg(format('%I', w.key), ', '),
            string_agg(coalesce(quote_literal(w.value), 'null'), ', ')) from jsonb_each_text(written) as w
        having count(*) > 0), 'default values'), d ->> 'row'));
    if columns <> '{}' then  -- AFTER triggers may have changed it since
        held := bucketdesk.row_now(d, array(
            select held ->> k.name from unnest(columns) with ordinality as k (name, place) order by k.place), false);
    end if;
    perform bucketdesk.check_held(d, asked, held);
    return held;
end
$function$;

select bucketdesk.open_functions(array[
    'bucketdesk.described', 'bucketdesk.this_row_sql', 'bucketdesk.row_now', 'bucketdesk.touch_one',
    'bucketdesk.row_as_recorded', 'bucketdesk.not_held', 'bucketdesk.check_held', 'bucketdesk.check_writable',
    'bucketdesk.delete_one', 'bucketdesk.update_one', 'bucketdesk.equal_row', 'bucketdesk.insert_one'
], 'service_role');

select bucketdesk.applied('20261121080500', 'bucketdesk_changes');
