-- Changing single rows: each exactly as recorded, each alone, or not at all; a batch that is asked twice is done once.
set local lock_timeout = '2s';

-- SQL: {column: text} of row t and its whole key, locked until the end of the transaction.
create or replace function bucketdesk.row_now(rel oid, key text[], vals text[], lock boolean) returns jsonb
language plpgsql set search_path = '' as $function$
declare
    found jsonb[];
begin
    execute format('select array(select %s from %s as t where %s limit 2 %s)',
        bucketdesk.row_sql(rel), rel::regclass, bucketdesk.key_is_sql(rel, key, vals),
        case when lock then 'for update of t' else '' end) into found;
    if cardinality(found) > 1 then
        raise exception using errcode = 'BD001',
            message = format('Several rows of %s have this key.', bucketdesk.name_of(rel));
    end if;
    return found[1];
end
$function$;

-- Runs the one statement that changes a row, and takes it back unless it touched exactly one. Triggers of the table
-- see the search path they know from other programs; the statement itself names everything in full.
create or replace function bucketdesk.touch_one(rel oid, statement text, out touched jsonb)
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
            'It would have touched %s rows instead of this one of %s: taken back.', amount, bucketdesk.name_of(rel));
    end if;
end
$function$;

-- The row as recorded, locked; drifted where it is gone or says something else.
create or replace function bucketdesk.row_as_recorded(rel oid, change jsonb, key text[], vals text[]) returns jsonb
language plpgsql set search_path = '' as $function$
declare
    found jsonb := bucketdesk.row_now(rel, key, vals, true);
    differing text;
begin
    if found is null then
        raise exception using errcode = 'BD002',
            message = format('The row is not in %s any more.', bucketdesk.name_of(rel));
    end if;
    if jsonb_typeof(change -> 'before') = 'object' then
        select b.key into differing from jsonb_each_text(change -> 'before') as b
        where not found ? b.key or found ->> b.key is distinct from b.value limit 1;
        if differing is not null then
            raise exception using errcode = 'BD002',
                message = format('%s of the row in %s is not what it was.', differing, bucketdesk.name_of(rel));
        end if;
    end if;
    return found;
end
$function$;

-- Columns of `after` that the row does not hold as asked. A number or time may be printed in another way than asked.
create or replace function bucketdesk.not_held(rel oid, asked jsonb, held jsonb) returns text
language plpgsql stable set search_path = '' as $function$
declare
    col record;
    same boolean;
begin
    for col in
        select c.name, c.cast_to, c.category, a.value as wanted, held ->> c.name as got
        from jsonb_each_text(asked) as a join bucketdesk.columns_of(rel) as c on c.name = a.key
        where held ->> c.name is distinct from a.value
    loop
        if col.wanted is null or col.got is null then
            return col.name;
        end if;
        execute format('select %L::%s::text = %L', col.wanted, col.cast_to, col.got) into same;
        if not same and col.category in ('N', 'D') then
            execute format('select %L::%s = %L::%s', col.wanted, col.cast_to, col.got, col.cast_to) into same;
        end if;
        if not same then
            return col.name;
        end if;
    end loop;
    return null;
end
$function$;

create or replace function bucketdesk.check_held(rel oid, asked jsonb, held jsonb) returns void
language plpgsql stable set search_path = '' as $function$
declare
    col text := bucketdesk.not_held(rel, asked, held);
begin
    if held is null or col is not null then
        raise exception using errcode = 'BD001', message = format(
            'A rule of %s changed %s to something else: taken back.', bucketdesk.name_of(rel), coalesce(col, 'the row'));
    end if;
end
$function$;

create or replace function bucketdesk.check_writable(rel oid, asked jsonb) returns void
language plpgsql stable set search_path = '' as $function$
declare
    bad text;
begin
    select a.key into bad from jsonb_each(asked) as a
    where not exists (
        select from bucketdesk.columns_of(rel) as c where c.name = a.key and not c.generated) limit 1;
    if bad is not null then
        raise exception using errcode = 'BD001', message = format(
            '%s has no column “%s” that could be written.', bucketdesk.name_of(rel), bad);
    end if;
end
$function$;

create or replace function bucketdesk.delete_one(rel oid, change jsonb, key text[], vals text[]) returns jsonb
language plpgsql set search_path = '' as $function$
declare
    found jsonb;
    pointing record;
    others bigint;
begin
    if bucketdesk.acts_on_delete(rel) then
        raise exception using errcode = 'BD001', message = format(
            'A trigger on %s acts on every deletion; it is not set off from here.', bucketdesk.name_of(rel));
    end if;
    found := bucketdesk.row_as_recorded(rel, change, key, vals);
    for pointing in select * from bucketdesk.foreign_keys_to(rel) loop
        if row_security_active(pointing.child) then
            raise exception using errcode = 'BD001', message = format(
                'Rows of %s that depend on it cannot be proven to be all shown.', bucketdesk.name_of(pointing.child));
        end if;
        execute format('select count(*) from (select from %s as t where %s%s limit 10000) as p', pointing.child::regclass,
            bucketdesk.points_sql(pointing.child, pointing.columns, pointing.to_columns),
            case when pointing.child = rel then format(' and not (%s)', bucketdesk.key_is_sql(rel, key, vals)) else '' end)
            into others using found;
        if others > 0 then
            raise exception using errcode = 'BD001', message = format('%s rows of %s still depend on this row of %s.',
                others, bucketdesk.name_of(pointing.child), bucketdesk.name_of(rel));
        end if;
    end loop;
    perform bucketdesk.touch_one(rel, format('delete from %s as t where %s returning null::jsonb', rel::regclass,
        bucketdesk.key_is_sql(rel, key, vals)));
    return null;
end
$function$;

create or replace function bucketdesk.update_one(rel oid, change jsonb, key text[], vals text[]) returns jsonb
language plpgsql set search_path = '' as $function$
declare
    asked jsonb := coalesce(nullif(change -> 'after', 'null'), '{}');
    found jsonb;
    changed text[];
    pointing record;
    assigned text;
    held jsonb;
begin
    perform bucketdesk.check_writable(rel, asked);
    found := bucketdesk.row_as_recorded(rel, change, key, vals);
    changed := array(
        select a.key from jsonb_each_text(asked) as a where a.value is distinct from found ->> a.key);
    if changed = '{}' then
        return found;
    end if;
    for pointing in select * from bucketdesk.foreign_keys_to(rel) where to_columns && changed loop
        raise exception using errcode = 'BD001', message = format('%s points at %s of %s.',
            bucketdesk.name_of(pointing.child), array_to_string(pointing.to_columns, ', '), bucketdesk.name_of(rel));
    end loop;
    select string_agg(format('%I = %L', name, asked ->> name), ', ') into assigned from unnest(changed) as name;
    perform bucketdesk.touch_one(rel, format('update %s as t set %s where %s returning null::jsonb', rel::regclass, assigned,
        bucketdesk.key_is_sql(rel, key, vals)));
    held := bucketdesk.row_now(rel, key, array(
        select case when asked ? k.name then asked ->> k.name else vals[k.place] end
        from unnest(key) with ordinality as k (name, place) order by k.place), false);
    perform bucketdesk.check_held(rel, asked, held);
    return held;
end
$function$;

-- A row that holds all of this: an insert whose key the table chooses, found again after a crash.
create or replace function bucketdesk.equal_row(rel oid, asked jsonb) returns jsonb
language plpgsql stable set search_path = '' as $function$
declare
    same text;
    found jsonb;
begin
    select string_agg(case
        when a.value is null then format('t.%I is null', c.name)
        when c.type = 'text'::regtype then format('t.%I = %L and t.%I collate "C" = %L', c.name, a.value, c.name, a.value)
        else format('t.%I::text collate "C" = %L::%s::text', c.name, a.value, c.cast_to) end, ' and ') into same
    from jsonb_each_text(asked) as a join bucketdesk.columns_of(rel) as c on c.name = a.key;
    execute format('select %s from %s as t where %s limit 1', bucketdesk.row_sql(rel), rel::regclass, coalesce(same, 'false'))
        into found;
    return found;
end
$function$;

create or replace function bucketdesk.insert_one(rel oid, change jsonb, key text[], vals text[]) returns jsonb
language plpgsql set search_path = '' as $function$
declare
    asked jsonb := coalesce(nullif(change -> 'after', 'null'), '{}');
    given jsonb := jsonb_object(key, vals);
    numbered boolean := key = '{}' or array_position(vals, null) is not null;
    standing jsonb;
    written jsonb;
    held jsonb;
begin
    perform bucketdesk.check_writable(rel, asked || given);
    if numbered then  -- the table chooses what the key leaves open
        asked := asked - array(select k from jsonb_each_text(asked) as a (k, v) where v is null and k = any (key));
        standing := bucketdesk.equal_row(rel, asked);
    else
        standing := bucketdesk.row_now(rel, key, vals, false);
    end if;
    if standing is not null then
        if bucketdesk.not_held(rel, asked, standing) is null then
            return standing;
        end if;
        raise exception using errcode = 'BD002',
            message = format('Another row with this key stands in %s already.', bucketdesk.name_of(rel));
    end if;
    written := case when numbered then jsonb_strip_nulls(given) else given end || asked;
    perform bucketdesk.check_writable(rel, written);
    held := bucketdesk.touch_one(rel, format('insert into %s as t %s returning %s', rel::regclass, coalesce(
        (select format('(%s) overriding system value values (%s)', string_agg(format('%I', w.key), ', '),
            string_agg(coalesce(quote_literal(w.value), 'null'), ', ')) from jsonb_each_text(written) as w
        having count(*) > 0), 'default values'), bucketdesk.row_sql(rel)));
    if key <> '{}' then  -- AFTER triggers may have changed it since
        held := bucketdesk.row_now(rel, key, array(
            select held ->> k.name from unnest(key) with ordinality as k (name, place) order by k.place), false);
    end if;
    perform bucketdesk.check_held(rel, asked, held);
    return held;
end
$function$;

-- One change in a subtransaction of its own. BD001 is our "failed", BD002 our "drifted"; what a later try may mend
-- (locks, cancelling, no memory, no disk) ends the whole batch instead, so that nothing is half known.
create or replace function bucketdesk.do_one(change jsonb, at_once boolean) returns jsonb
language plpgsql set search_path = '' as $function$
declare
    rel oid;
    key text[] := array(select jsonb_array_elements_text(change -> 'key_columns'));
    vals text[] := array(select jsonb_array_elements_text(change -> 'key'));
    held jsonb;
    code text;
    said text;
begin
    rel := bucketdesk.table_named(change ->> 'table');
    perform bucketdesk.check_columns(rel, key);
    if cardinality(key) <> cardinality(vals) then
        raise invalid_parameter_value using message = 'A key needs one value for each of its columns.';
    end if;
    if change ->> 'action' <> 'insert_row' and key = '{}' then
        raise invalid_parameter_value using message = 'Without a key, no row can be meant.';
    end if;
    case change ->> 'action'
        when 'insert_row' then held := bucketdesk.insert_one(rel, change, key, vals);
        when 'update_row' then held := bucketdesk.update_one(rel, change, key, vals);
        when 'delete_row' then held := bucketdesk.delete_one(rel, change, key, vals);
    end case;
    if at_once then
        set constraints all immediate;
        set constraints all deferred;
    end if;
    return jsonb_build_object('result', 'done', 'reason', '', 'row', held);
exception when others then
    get stacked diagnostics code = returned_sqlstate, said = message_text;
    if code in ('40001', '40P01', '55P03', '25006') or left(code, 2) in ('53', '57', '58', 'XX') then
        raise;
    end if;
    return jsonb_build_object(
        'result', case code when 'BD002' then 'drifted' else 'failed' end,
        'reason', case when code in ('BD001', 'BD002', '22023', '42P01', '42703') then said
            else format('%s does not allow it: %s.', change ->> 'table', rtrim(said, '.')) end,
        'row', null);
end
$function$;

-- All changes in order. Constraints that wait for the end of a transaction are checked here; when one fails, every
-- change is made again with them checked one by one, so that only those fail that must.
create or replace function bucketdesk.do_all(changes jsonb) returns jsonb
language plpgsql set search_path = '' as $function$
declare
    answer jsonb[] := '{}';
    change jsonb;
begin
    begin
        for change in select jsonb_array_elements(changes) loop
            answer := answer || bucketdesk.do_one(change, false);
        end loop;
        set constraints all immediate;
        return to_jsonb(answer);
    exception when integrity_constraint_violation then
        answer := '{}';
    end;
    for change in select jsonb_array_elements(changes) loop
        answer := answer || bucketdesk.do_one(change, true);
    end loop;
    return to_jsonb(answer);
end
$function$;

create or replace function public.bucketdesk_apply_batch(batch_id uuid, changes jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = '' set statement_timeout = '60s' set lock_timeout = '5s'
set datestyle = 'ISO' set timezone = 'UTC' set intervalstyle = 'postgres' set extra_float_digits = 1
set bytea_output = 'hex' as $function$
declare
    print text := encode(sha256(convert_to(changes::text, 'UTF8')), 'hex');
    earlier bucketdesk.batches;
    made jsonb;
begin
    perform bucketdesk.require_role('admin');
    if batch_id is null or jsonb_typeof(changes) is distinct from 'array' then
        raise invalid_parameter_value using message = 'A batch needs an id and an array of changes.';
    end if;
    if jsonb_array_length(changes) > 5000 then
        raise program_limit_exceeded using message = 'A batch has at most 5,000 changes.';
    end if;
    delete from bucketdesk.batches as b where b.at < now() - interval '7 days';
    insert into bucketdesk.batches as b (batch_id, asked) values (bucketdesk_apply_batch.batch_id, print) on conflict do nothing;
    if not found then
        select b.* into earlier from bucketdesk.batches as b where b.batch_id = bucketdesk_apply_batch.batch_id;
        if earlier.asked is distinct from print then
            raise invalid_parameter_value using
                message = format('A batch with the id %s was made before, with other changes.', batch_id),
                hint = 'Ask for these changes under an id of their own.';
        end if;
        return earlier.answer;
    end if;
    made := bucketdesk.do_all(changes);
    update bucketdesk.batches as b set answer = made where b.batch_id = bucketdesk_apply_batch.batch_id;
    return made;
end
$function$;
comment on function public.bucketdesk_apply_batch is
    'Makes changes to single rows, each as recorded and alone, or not at all. The same batch again: the same answer.';

select bucketdesk.open_functions(array[
    'bucketdesk.row_now', 'bucketdesk.touch_one', 'bucketdesk.row_as_recorded', 'bucketdesk.not_held',
    'bucketdesk.check_held', 'bucketdesk.check_writable', 'bucketdesk.delete_one', 'bucketdesk.update_one',
    'bucketdesk.equal_row', 'bucketdesk.insert_one', 'bucketdesk.do_one', 'bucketdesk.do_all'
], 'service_role');
select bucketdesk.open_functions(array['public.bucketdesk_apply_batch'], 'authenticated', 'service_role');
