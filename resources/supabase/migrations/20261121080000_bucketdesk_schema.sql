-- What is Bucketdesk's alone: the registry of buckets, the answers of batches, the queue of removals, and who may what.
set local lock_timeout = '2s';

create schema if not exists bucketdesk;

create table if not exists bucketdesk.buckets (
    name text primary key,
    family text not null,
    readable boolean not null default true,
    writable boolean not null default true,
    registered_at timestamptz not null default now()
);
comment on table bucketdesk.buckets is
    'Buckets that staff, managers and admins reach through the policies on storage.objects.';

create table if not exists bucketdesk.batches (
    batch_id uuid primary key,
    asked text not null,
    answer jsonb,
    at timestamptz not null default now()
);
create index if not exists batches_at on bucketdesk.batches (at);
comment on table bucketdesk.batches is 'What bucketdesk_apply_batch answered, kept for 7 days: asked twice, done once.';

create table if not exists bucketdesk.removals (
    id bigint generated always as identity primary key,
    bucket text not null,
    name text not null,
    asked_at timestamptz not null default now(),
    done_at timestamptz,
    unique (bucket, name)
);
create index if not exists removals_waiting on bucketdesk.removals (id) where done_at is null;
comment on table bucketdesk.removals is
    'Objects that cleanup_old_images wants gone. Only the Storage API removes them; no SQL does.';

create table if not exists bucketdesk.migrations (
    version text primary key,
    name text not null,
    applied_at timestamptz not null default now()
);

-- Only where it is off: the policies of the storage read the registry, and need not wait for nothing.
do $do$
declare
    tbl regclass;
begin
    for tbl in
        select c.oid from pg_class as c
        where c.relnamespace = 'bucketdesk'::regnamespace and c.relkind = 'r' and not c.relrowsecurity
    loop
        execute format('alter table %s enable row level security', tbl);
    end loop;
end
$do$;

-- The claims of the token that a request came with; null on a direct connection.
create or replace function bucketdesk.claims() returns jsonb
language sql stable set search_path = '' as $function$
    select nullif(current_setting('request.jwt.claims', true), '')::jsonb
$function$;

-- Whether whoever asks has this role. service_role and a direct connection have every role, and so has an admin;
-- anybody else has what app_metadata.role or app_metadata.roles of the token says, which users cannot write.
create or replace function bucketdesk.has_role(wanted text) returns boolean
language plpgsql stable set search_path = '' as $function$
declare
    claims jsonb := bucketdesk.claims();
    granted jsonb := claims -> 'app_metadata';
begin
    if claims is null then
        return session_user not in ('authenticator', 'anon', 'authenticated')
            and coalesce(current_setting('role', true), '') not in ('anon', 'authenticated');
    end if;
    return coalesce(claims ->> 'role' = 'service_role', false)
        or coalesce(granted ->> 'role' in (wanted, 'admin'), false)
        or coalesce(granted -> 'roles' ?| array[wanted, 'admin'], false);
end
$function$;

-- Refuses whoever has none of these roles.
create or replace function bucketdesk.require_role(variadic wanted text[]) returns void
language plpgsql stable set search_path = '' as $function$
begin
    if not exists (select from unnest(wanted) as role where bucketdesk.has_role(role)) then
        raise insufficient_privilege using
            message = format('This needs the role %s, which this account does not have.', array_to_string(wanted, ' or ')),
            hint = 'An administrator of the project sets it in app_metadata.role of the account.';
    end if;
end
$function$;

-- Lets roles that are there do something; Supabase has all of them, a plain PostgreSQL perhaps none.
create or replace function bucketdesk.allow(what text, variadic roles text[]) returns void
language plpgsql set search_path = '' as $function$
declare
    role text;
begin
    foreach role in array roles loop
        if to_regrole(quote_ident(role)) is null then
            raise notice 'There is no role %, so it is not granted %.', role, what;
        else
            execute format('grant %s to %I', what, role);
        end if;
    end loop;
end
$function$;

-- Closes functions to all but the roles named; PostgreSQL opens new ones to everybody, Supabase to anon by name.
create or replace function bucketdesk.open_functions(names text[], variadic roles text[]) returns void
language plpgsql set search_path = '' as $function$
declare
    found regprocedure;
    role text;
begin
    for found in
        select p.oid::regprocedure from pg_proc as p
        where format('%s.%s', p.pronamespace::regnamespace, p.proname) = any (names)
    loop
        execute format('revoke all on function %s from public', found);
        foreach role in array array['anon', 'authenticated', 'service_role'] loop
            if to_regrole(role) is not null then
                execute format('revoke all on function %s from %I', found, role);
                if role = any (roles) then
                    execute format('grant execute on function %s to %I', found, role);
                end if;
            end if;
        end loop;
    end loop;
end
$function$;

-- Makes way for a function of ours: one of the same arguments, but with another result, other names for them or more
-- defaults, cannot be replaced in place.
create or replace function bucketdesk.make_way(signature text, names text[], result regtype, defaults int default 0)
returns void
language plpgsql set search_path = '' as $function$
declare
    found pg_proc;
begin
    select * into found from pg_proc as p where p.oid = to_regprocedure(signature);
    if found.oid is not null and (found.prorettype <> result or found.proretset
        or found.pronargdefaults > defaults or coalesce(found.proargnames, '{}') is distinct from names) then
        execute format('drop function %s', found.oid::regprocedure);
        raise notice 'The function % that was here is replaced.', signature;
    end if;
end
$function$;

-- Notes that a migration of ours was applied, however it was: by this program, the CLI, or pasted by a person.
create or replace function bucketdesk.applied(version text, name text) returns void
language sql set search_path = '' as $function$
    insert into bucketdesk.migrations as m (version, name) values ($1, $2)
    on conflict (version) do update set applied_at = now(), name = excluded.name;
    -- PostgREST reads the functions once; hosted Supabase tells it of changes by itself, others wait for this word
    select pg_notify('pgrst', 'reload schema')
$function$;

select bucketdesk.allow('usage on schema bucketdesk', 'authenticated', 'service_role');
select bucketdesk.allow('select on bucketdesk.buckets', 'authenticated');
select bucketdesk.allow(
    'select, insert, update, delete on bucketdesk.buckets, bucketdesk.batches, bucketdesk.removals', 'service_role');
select bucketdesk.open_functions(
    array['bucketdesk.claims', 'bucketdesk.has_role'], 'authenticated', 'service_role');
select bucketdesk.open_functions(
    array['bucketdesk.require_role', 'bucketdesk.allow', 'bucketdesk.open_functions', 'bucketdesk.make_way',
        'bucketdesk.applied'], 'service_role');

do $do$
begin
    if to_regrole('authenticated') is not null and not exists (
        select from pg_policy where polrelid = 'bucketdesk.buckets'::regclass and polname = 'bucketdesk_read_registry'
    ) then
        create policy bucketdesk_read_registry on bucketdesk.buckets for select to authenticated using (true);
    end if;
end
$do$;

select bucketdesk.applied('20261121080000', 'bucketdesk_schema');
