-- What this database has of Bucketdesk, and what whoever asks may do: the first thing that the program reads.
set local lock_timeout = '2s';

create or replace function bucketdesk.columns_named(rel text) returns jsonb
language sql stable set search_path = '' as $function$
    select coalesce(jsonb_agg(c.name order by c.number), '[]') from bucketdesk.columns_of(to_regclass(rel)) as c
$function$;

create or replace function public.bucketdesk_about() returns jsonb
language plpgsql stable security definer set search_path = '' set jit = off as $function$
declare
    storage_there boolean := to_regclass('storage.objects') is not null;
begin
    return jsonb_build_object(
        'version', 1,
        'server', split_part(current_setting('server_version'), ' ', 1),
        'user_role', coalesce(bucketdesk.claims() ->> 'role', nullif(current_setting('role', true), 'none'), session_user),
        'roles', (
            select coalesce(jsonb_agg(role), '[]') from unnest(array['admin', 'manager', 'staff']) as role
            where bucketdesk.has_role(role)),
        'sees_all_objects', case when storage_there then not row_security_active('storage.objects') else false end,
        'schema', jsonb_build_object('objects', bucketdesk.columns_named('storage.objects'),
            'buckets', bucketdesk.columns_named('storage.buckets')),
        'functions', (
            select coalesce(jsonb_agg(distinct p.proname order by p.proname), '[]') from pg_proc as p
            where p.pronamespace = 'public'::regnamespace and (starts_with(p.proname, 'bucketdesk_') or p.proname = any (array[
                'setup_image_bucket_policies', 'update_bucket_stats', 'cleanup_old_images',
                'auto_setup_image_bucket_policies', 'get_media_statistics', 'cleanup_old_sync_logs']))),
        'tables', (
            select jsonb_object_agg(name, to_regclass('public.' || name) is not null) from unnest(array[
                'image_bucket_stats', 'image_patient_associations', 'media_assets', 'media_sync_log', 'media_usage',
                'media_collections']) as name),
        'policies', (
            select coalesce(jsonb_agg(format('%s.%s', p.polrelid::regclass, p.polname) order by p.polrelid, p.polname), '[]')
            from pg_policy as p where starts_with(p.polname, 'bucketdesk_')),
        'bucket_trigger', storage_there and exists (
            select from pg_trigger as t where t.tgrelid = to_regclass('storage.buckets') and t.tgname ~ 'image_bucket'),
        'migrations', (select coalesce(jsonb_agg(m.version order by m.version), '[]') from bucketdesk.migrations as m));
end
$function$;
comment on function public.bucketdesk_about is 'What is set up here, what whoever asks may do, and what is missing.';

select bucketdesk.open_functions(array['bucketdesk.columns_named'], 'service_role');
select bucketdesk.open_functions(array['public.bucketdesk_about'], 'authenticated', 'service_role');

select bucketdesk.applied('20261121081300', 'bucketdesk_about');
