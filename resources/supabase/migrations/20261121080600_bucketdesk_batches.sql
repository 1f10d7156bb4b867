-- Batches of changes: one transaction, each change in a part of its own; a batch that is asked twice is done once.
set local lock_timeout = '2s';

-- One change. What a later try may mend (locks, no memory, no disk) ends the whole batch instead, so that nothing is
-- half known.
create or replace function bucketdesk.do_one(change jsonb, d jsonb, at_once boolean) returns jsonb
language plpgsql set search_path = '' as $function$
declare
    vals text[] := array(select jsonb_array_elements_text(change -> 'key'));
    held jsonb;
    code text;
    said text;
begin
    if d is null then
        d := bucketdesk.described(change ->> 'table', array(select jsonb_array_elements_text(change -> 'key_columns')));
    end if;
    if jsonb_array_length(d -> 'key') <> cardinality(vals) then
        raise invalid_parameter_value using message = 'A key needs one value for each of its columns.';
    end if;
    if cardinality(vals) = 0 and change ->> 'action' <> 'insert_row' then
        raise invalid_parameter_value using message = 'Without a key, no row can be meant.';
    end if;
    case change ->> 'action'
        when 'insert_row' then held := bucketdesk.insert_one(d, change, vals);
        when 'update_row' then held := bucketdesk.update_one(d, change, vals);
        when 'delete_row' then held := bucketdesk.delete_one(d, change, vals);
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

-- All changes in order, each table described once.
create or replace function bucketdesk.do_each(changes jsonb, at_once boolean) returns jsonb
language plpgsql set search_path = '' as $function$
declare
    answer jsonb[] := '{}';
    known jsonb := '{}';
    place text;
    change jsonb;
begin
    for change in select jsonb_array_elements(changes) loop
        place := jsonb_build_array(change -> 'table', change -> 'key_columns')::text;
        if not known ? place then
            begin
                known := jsonb_set(known, array[place], bucketdesk.described(
                    change ->> 'table', array(select jsonb_array_elements_text(change -> 'key_columns'))));
            exception when undefined_table or undefined_column or datatype_mismatch or invalid_parameter_value then
                known := jsonb_set(known, array[place], 'null');  -- do_one says what is wrong with it
            end;
        end if;
        answer := answer || bucketdesk.do_one(change, nullif(known -> place, 'null'), at_once);
    end loop;
    return to_jsonb(answer);
end
$function$;

-- Constraints that wait for the end of a transaction are checked here; when one fails, every change is made again with
-- them checked one by one, so that only those fail that must.
create or replace function bucketdesk.do_all(changes jsonb) returns jsonb
language plpgsql set search_path = '' as $function$
declare
    answer jsonb;
begin
    begin
        answer := bucketdesk.do_each(changes, false);
        set constraints all immediate;
        return answer;
    exception when integrity_constraint_violation or raise_exception then
        return bucketdesk.do_each(changes, true);
    end;
end
$function$;

create or replace function public.bucketdesk_apply_batch(batch_id uuid, changes jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = '' set statement_timeout = '60s' set lock_timeout = '5s' set jit = off
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
    insert into bucketdesk.batches as b (batch_id, asked) values (bucketdesk_apply_batch.batch_id, print)
        on conflict do nothing;
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

select bucketdesk.open_functions(
    array['bucketdesk.do_one', 'bucketdesk.do_each', 'bucketdesk.do_all'], 'service_role');
select bucketdesk.open_functions(array['public.bucketdesk_apply_batch'], 'authenticated', 'service_role');

select bucketdesk.applied('20261121080600', 'bucketdesk_batches');
