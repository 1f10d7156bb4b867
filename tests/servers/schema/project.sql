-- What else a fresh project has: the schema for everybody's tables, and what its owner may not do elsewhere.
alter schema public owner to pg_database_owner;
grant usage on schema public to anon, authenticated, service_role;
grant all on schema public to postgres_owner;
create schema extensions authorization postgres_owner;
grant usage on schema extensions to anon, authenticated, service_role;

-- On hosted the owner is no member of supabase_storage_admin, yet an extension lets it make and drop policies and triggers
-- there (facts.md A7.1). Here it is a member, and these two refuse what hosted would refuse.
create function extensions.refuse_foreign_changes() returns event_trigger language plpgsql as $$
declare
    change record;
begin
    if session_user <> 'postgres_owner' then
        return;
    end if;
    for change in select * from pg_event_trigger_ddl_commands() loop
        if change.schema_name in ('auth', 'storage') and change.command_tag not in
            ('CREATE POLICY', 'ALTER POLICY', 'CREATE TRIGGER', 'COMMENT', 'GRANT', 'REVOKE') then
            raise exception 'must be owner of %', change.object_identity using errcode = '42501';
        end if;
    end loop;
end
$$;
create function extensions.refuse_foreign_drops() returns event_trigger language plpgsql as $$
declare
    change record;
begin
    if session_user <> 'postgres_owner' then
        return;
    end if;
    for change in select * from pg_event_trigger_dropped_objects() where original loop
        if (change.schema_name in ('auth', 'storage') or change.object_identity in ('auth', 'storage'))
            and change.object_type not in ('policy', 'trigger') then
            raise exception 'must be owner of %', change.object_identity using errcode = '42501';
        end if;
    end loop;
end
$$;
create event trigger refuse_foreign_changes on ddl_command_end execute function extensions.refuse_foreign_changes();
create event trigger refuse_foreign_drops on sql_drop execute function extensions.refuse_foreign_drops();
