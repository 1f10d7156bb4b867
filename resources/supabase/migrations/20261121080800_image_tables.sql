-- What is known of image buckets, and which patient an image belongs to. Tables that are there get what they lack.
set local lock_timeout = '2s';

-- Makes a table with nothing but its key, closed to all, unless something of this name is there.
create or replace function bucketdesk.make_table(name text, key text) returns void
language plpgsql set search_path = '' as $function$
declare
    role text;
begin
    if to_regclass(format('public.%I', name)) is not null then
        return;
    end if;
    execute format('create table public.%I (%s)', name, key);
    execute format('alter table public.%I enable row level security', name);
    foreach role in array array['anon', 'authenticated'] loop
        if to_regrole(role) is not null then
            execute format('revoke all on public.%I from %I', name, role);
        end if;
    end loop;
end
$function$;

-- Adds columns that a table lacks; a column of another type stays as it is, and is named.
create or replace function bucketdesk.add_columns(tbl regclass, variadic wanted text[]) returns void
language plpgsql set search_path = '' as $function$
declare
    one text;
    col text;
    typ text;
    there text;
begin
    foreach one in array wanted loop
        col := split_part(one, ' ', 1);
        typ := split_part(substr(one, length(col) + 2), ' default ', 1);
        select format_type(a.atttypid, -1) into there from pg_attribute as a
        where a.attrelid = tbl and a.attname = col and not a.attisdropped;
        if not found then
            execute format('alter table %s add column %I %s', tbl, col, substr(one, length(col) + 2));
        elsif there <> format_type(typ::regtype, -1) then
            raise notice 'Column % of % is of type %, not %: it is left as it is.', col, tbl, there, typ;
        end if;
    end loop;
exception when insufficient_privilege or wrong_object_type then
    raise notice '% does not get the column %: %', tbl, col, sqlerrm;
end
$function$;

-- Makes an index unless the table has one of this name; why it cannot be made is said.
create or replace function bucketdesk.add_index(tbl regclass, name text, definition text, is_unique boolean default false)
returns void
language plpgsql set search_path = '' as $function$
begin
    if not exists (
        select from pg_index as i join pg_class as c on c.oid = i.indexrelid where i.indrelid = tbl and c.relname = name
    ) then
        execute format('create %s index %I on %s using %s', case when is_unique then 'unique' end, name, tbl, definition);
    end if;
exception when others then
    raise notice 'The index % on % was not made: %', name, tbl, sqlerrm;
end
$function$;

-- What everybody may do with a table of ours under row level security: `reads` and `adds` are roles of Bucketdesk;
-- admins may do everything. A policy of this name that is there stays.
create or replace function bucketdesk.protect(tbl regclass, reads text[], adds text[]) returns void
language plpgsql set search_path = '' as $function$
declare
    may record;
begin
    if not (select c.relrowsecurity from pg_class as c where c.oid = tbl) then
        execute format('alter table %s enable row level security', tbl);
        raise notice 'Row level security is on for % now: of people signed in, only staff, managers and admins see it.', tbl;
    end if;
    perform bucketdesk.allow(format('select, insert, update, delete on %s', tbl), 'authenticated', 'service_role');
    if to_regrole('authenticated') is null then
        return;
    end if;
    for may in
        select * from (values
            ('bucketdesk_read', 'select', reads), ('bucketdesk_add', 'insert', adds),
            ('bucketdesk_change', 'update', '{admin}'::text[]), ('bucketdesk_remove', 'delete', '{admin}'::text[])
        ) as listed (name, command, roles)
    loop
        if not exists (select from pg_policy as p where p.polrelid = tbl and p.polname = may.name) then
            execute format('create policy %I on %s for %s to authenticated %s (%s)', may.name, tbl, may.command,
                case may.command when 'insert' then 'with check' else 'using' end,
                (select string_agg(format('(select bucketdesk.has_role(%L))', role), ' or ') from unnest(may.roles) as role));
        end if;
    end loop;
exception when insufficient_privilege or wrong_object_type then
    raise notice 'Nobody was given rights on %: %', tbl, sqlerrm;
end
$function$;

select bucketdesk.make_table('image_bucket_stats', 'bucket_name text primary key');
select bucketdesk.add_columns('public.image_bucket_stats',
    'bucket_name text', 'total_files bigint default 0', 'total_size_bytes bigint default 0',
    'last_cleanup_at timestamptz', 'last_updated_at timestamptz');
select bucketdesk.protect('public.image_bucket_stats', '{staff,manager,admin}', '{admin}');

select bucketdesk.make_table('image_patient_associations', 'id bigint generated always as identity primary key');
select bucketdesk.add_columns('public.image_patient_associations',
    'patient_id text', 'bucket_name text', 'image_path text', 'note text', 'created_at timestamptz default now()');
select bucketdesk.add_index('public.image_patient_associations', 'image_patient_associations_path',
    'btree (bucket_name, image_path)');
select bucketdesk.add_index('public.image_patient_associations', 'image_patient_associations_patient',
    'btree (patient_id)');
select bucketdesk.protect('public.image_patient_associations', '{staff,manager,admin}', '{staff,admin}');

select bucketdesk.open_functions(
    array['bucketdesk.make_table', 'bucketdesk.add_columns', 'bucketdesk.add_index', 'bucketdesk.protect'], 'service_role');

select bucketdesk.applied('20261121080800', 'image_tables');
