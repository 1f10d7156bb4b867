-- What a database of somebody else's lacks for REST and Auth to work in it; what is there is left as it is.
do $roles$
declare
    wanted record;
begin
    for wanted in
        select * from (values
            ('anon', 'nologin noinherit'),
            ('authenticated', 'nologin noinherit'),
            ('service_role', 'nologin noinherit bypassrls'),
            ('authenticator', 'login noinherit')
        ) as roles (name, attributes)
    loop
        if to_regrole(wanted.name) is null then
            execute format('create role %I %s', wanted.name, wanted.attributes);
        end if;
        if wanted.name <> 'authenticator' and not pg_has_role('authenticator', wanted.name, 'member') then
            execute format('grant %I to authenticator', wanted.name);
        end if;
    end loop;
end
$roles$;

create schema if not exists auth;
grant usage on schema auth to anon, authenticated, service_role;

create table if not exists auth.users (id uuid primary key default gen_random_uuid());
alter table auth.users
    add column if not exists aud varchar(255) default 'authenticated',
    add column if not exists role varchar(255) default 'authenticated',
    add column if not exists email varchar(255),
    add column if not exists phone text,
    add column if not exists encrypted_password varchar(255),
    add column if not exists email_confirmed_at timestamptz default now(),
    add column if not exists last_sign_in_at timestamptz,
    add column if not exists raw_app_meta_data jsonb,
    add column if not exists raw_user_meta_data jsonb,
    add column if not exists created_at timestamptz default now(),
    add column if not exists updated_at timestamptz default now(),
    add column if not exists banned_until timestamptz,
    add column if not exists is_sso_user boolean not null default false,
    add column if not exists is_anonymous boolean not null default false;

do $unique$
begin
    if not exists (
        select from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
        where i.indrelid = 'auth.users'::regclass and i.indisunique and i.indnatts = 1 and a.attname = 'email'
    ) then
        create unique index users_email_partial_key on auth.users (email) where not is_sso_user;
    end if;
end
$unique$;

create table if not exists auth.sessions (id uuid primary key default gen_random_uuid());
alter table auth.sessions
    add column if not exists user_id uuid references auth.users (id) on delete cascade,
    add column if not exists created_at timestamptz,
    add column if not exists updated_at timestamptz,
    add column if not exists refreshed_at timestamptz;

create table if not exists auth.refresh_tokens (id bigserial primary key);
alter table auth.refresh_tokens
    add column if not exists token varchar(255),
    add column if not exists user_id varchar(255),
    add column if not exists session_id uuid references auth.sessions (id) on delete cascade,
    add column if not exists parent varchar(255),
    add column if not exists revoked boolean,
    add column if not exists created_at timestamptz,
    add column if not exists updated_at timestamptz;

do $functions$
declare
    claims constant text := $$coalesce(nullif(current_setting('request.jwt.claims', true), ''),
        nullif(current_setting('request.jwt.claim', true), ''))::jsonb$$;
    wanted record;
begin
    for wanted in
        select * from (values
            ('jwt', 'jsonb', claims),
            ('uid', 'uuid', format('nullif((%s) ->> %L, %L)::uuid', claims, 'sub', '')),
            ('role', 'text', format('(%s) ->> %L', claims, 'role')),
            ('email', 'text', format('(%s) ->> %L', claims, 'email'))
        ) as functions (name, type, body)
    loop
        if to_regprocedure(format('auth.%I()', wanted.name)) is null then
            execute format(
                'create function auth.%I() returns %s language sql stable as %L', wanted.name, wanted.type, 'select ' || wanted.body
            );
        end if;
    end loop;
end
$functions$;
