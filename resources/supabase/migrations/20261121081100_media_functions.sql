-- Statistics of the media library, and forgetting what the log need not keep.
set local lock_timeout = '2s';

select bucketdesk.make_way('public.get_media_statistics()', '{}', 'jsonb');
select bucketdesk.make_way('public.cleanup_old_sync_logs()', '{}', 'integer');

create or replace function public.get_media_statistics() returns jsonb
language plpgsql stable security invoker set search_path = '' as $function$
begin
    perform bucketdesk.require_role('staff', 'manager', 'admin');
    return (
        select jsonb_build_object(
            'total_assets', count(*), 'total_bytes', coalesce(sum(a.bytes), 0),
            'pending', count(*) filter (where a.sync_status = 'pending'),
            'synced', count(*) filter (where a.sync_status = 'synced'),
            'conflict', count(*) filter (where a.sync_status = 'conflict'),
            'error', count(*) filter (where a.sync_status = 'error'),
            'folders', count(distinct a.folder),
            'last_synced_at', max(a.last_synced_at))
        from public.media_assets as a
    ) || jsonb_build_object(
        'by_status', (
            select coalesce(jsonb_object_agg(coalesce(s.sync_status::text, 'unknown'), s.amount), '{}')
            from (select sync_status, count(*) as amount from public.media_assets group by sync_status) as s),
        'by_format', (
            select coalesce(jsonb_object_agg(coalesce(f.format::text, 'unknown'), f.amount), '{}')
            from (select format, count(*) as amount from public.media_assets group by format) as f),
        'last_day', (
            select coalesce(jsonb_object_agg(coalesce(l.operation::text, 'unknown'), jsonb_build_object(
                'operations', l.amount, 'errors', l.errors, 'average_ms', l.average)), '{}')
            from (
                select operation, count(*) as amount, count(*) filter (where status in ('error', 'failed')) as errors,
                    round(avg(processing_time_ms)) as average
                from public.media_sync_log where created_at > now() - interval '1 day' group by operation
            ) as l));
end
$function$;
comment on function public.get_media_statistics is
    'Assets by status and format, their bytes, and the operations of the last day with errors and average duration.';

create or replace function public.cleanup_old_sync_logs() returns integer
language plpgsql security invoker set search_path = '' as $function$
declare
    amount integer;
begin
    perform bucketdesk.require_role('admin');
    delete from public.media_sync_log as l where l.created_at < now() - interval '90 days';
    get diagnostics amount = row_count;
    return amount;
end
$function$;
comment on function public.cleanup_old_sync_logs is 'Deletes log lines older than 90 days; returns how many.';

select bucketdesk.open_functions(
    array['public.get_media_statistics', 'public.cleanup_old_sync_logs'], 'authenticated', 'service_role');
-- they run with the rights of whoever calls them
select bucketdesk.open_functions(array['bucketdesk.require_role'], 'authenticated', 'service_role');

select bucketdesk.applied('20261121081100', 'media_functions');
