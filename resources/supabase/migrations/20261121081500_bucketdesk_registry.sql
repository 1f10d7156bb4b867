-- The registry of buckets for whoever may ask: which are covered by the policies, and covering one more.
set local lock_timeout = '2s';

create or replace function public.bucketdesk_registry() returns jsonb
language plpgsql stable security definer set search_path = '' as $function$
begin
    perform bucketdesk.require_role('staff', 'manager', 'admin');
    return (
        select coalesce(jsonb_agg(jsonb_build_object(
            'name', b.name, 'family', b.family, 'readable', b.readable, 'writable', b.writable) order by b.name), '[]')
        from bucketdesk.buckets as b where not starts_with(b.name, 'bucketdesk-quarantine'));
end
$function$;
comment on function public.bucketdesk_registry is 'The buckets that the policies on storage.objects cover.';

-- Registering again changes nothing but the family, where one is given: what was closed to staff stays closed.
create or replace function public.bucketdesk_register_bucket(bucket text, family text default null) returns jsonb
language plpgsql security definer set search_path = '' as $function$
declare
    registered boolean;
begin
    perform bucketdesk.require_role('admin');
    registered := bucketdesk.register(bucket);
    update bucketdesk.buckets as b set family = bucketdesk_register_bucket.family
        where b.name = bucket and coalesce(bucketdesk_register_bucket.family, '') not in ('', b.family);
    return jsonb_build_object('bucket', bucket, 'registered', registered);
end
$function$;
comment on function public.bucketdesk_register_bucket is
    'Registers a bucket of a family: the policies that stand on storage.objects cover it from this moment.';

-- Forgets a bucket that is gone: one of the same name is not covered until somebody registers it.
create or replace function public.bucketdesk_forget_bucket(bucket text) returns jsonb
language plpgsql security definer set search_path = '' as $function$
declare
    there boolean;
begin
    perform bucketdesk.require_role('admin');
    execute 'select exists (select from storage.buckets where id = $1)' into there using bucket;
    if not there then
        delete from bucketdesk.buckets as b where b.name = bucket and not starts_with(bucket, 'bucketdesk-quarantine');
    end if;
    return to_jsonb(not there);
end
$function$;
comment on function public.bucketdesk_forget_bucket is 'Takes a bucket that is gone out of the registry.';

select bucketdesk.open_functions(
    array['public.bucketdesk_registry', 'public.bucketdesk_register_bucket', 'public.bucketdesk_forget_bucket'], 'authenticated', 'service_role');

select bucketdesk.applied('20261121081500', 'bucketdesk_registry');
