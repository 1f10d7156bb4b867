-- Static policies over the registry: a bucket is covered the moment it is registered, and none is ever made at run time.
-- On hosted Supabase every CREATE POLICY locks the storage tables until the end of the transaction: only what is missing
-- is made, and nobody is kept waiting longer than two seconds for it.
set local lock_timeout = '2s';

insert into bucketdesk.buckets (name, family, readable, writable)
values ('bucketdesk-quarantine', 'bucketdesk-quarantine', false, false) on conflict do nothing;

do $do$
declare
    registered text := '%I in (select b.name from bucketdesk.buckets as b%s)';
    reads text := '((select bucketdesk.has_role(''staff'')) or (select bucketdesk.has_role(''manager'')))';
    adds text := '(select bucketdesk.has_role(''staff''))';
    admin text := '(select bucketdesk.has_role(''admin''))';
    any_bucket text := format(registered, 'bucket_id', '');
    wanted record;
begin
    if to_regclass('storage.objects') is null or to_regrole('authenticated') is null then
        raise notice 'There is no Supabase Storage in this database, so nothing was set up for it.';
        return;
    end if;
    for wanted in
        select * from (values
            ('storage.objects', 'bucketdesk_read', 'select', 'using', format('(%s and %s) or (%s and %s)',
                admin, any_bucket, reads, format(registered, 'bucket_id', ' where b.readable'))),
            ('storage.objects', 'bucketdesk_upload', 'insert', 'with check', format('(%s and %s) or (%s and %s)',
                admin, any_bucket, adds, format(registered, 'bucket_id', ' where b.writable'))),
            ('storage.objects', 'bucketdesk_change', 'update', 'using', format('%s and %s', admin, any_bucket)),
            ('storage.objects', 'bucketdesk_remove', 'delete', 'using', format('%s and %s', admin, any_bucket)),
            ('storage.buckets', 'bucketdesk_read', 'select', 'using',
                format('%s or (%s and %s)', admin, reads, format(registered, 'id', ' where b.readable'))),
            ('storage.buckets', 'bucketdesk_create', 'insert', 'with check', admin),
            ('storage.buckets', 'bucketdesk_change', 'update', 'using', admin),
            ('storage.buckets', 'bucketdesk_remove', 'delete', 'using', admin)
        ) as listed (tbl, name, command, clause, condition)
    loop
        if not exists (
            select from pg_policy as p where p.polrelid = to_regclass(wanted.tbl) and p.polname = wanted.name
        ) then
            begin
                execute format('create policy %I on %s for %s to authenticated %s (%s)',
                    wanted.name, wanted.tbl, wanted.command, wanted.clause, wanted.condition);
            exception when insufficient_privilege then
                raise notice 'The policy % on % was not made: %. The owner of the table can make it.',
                    wanted.name, wanted.tbl, sqlerrm;
            end;
        end if;
    end loop;
end
$do$;

do $do$
begin
    if to_regclass('storage.buckets') is not null and not exists (
        select from pg_trigger as t
        where t.tgrelid = to_regclass('storage.buckets')
            and t.tgfoid = 'public.auto_setup_image_bucket_policies()'::regprocedure
    ) then
        create trigger bucketdesk_image_bucket_made after insert on storage.buckets
            for each row execute function public.auto_setup_image_bucket_policies();
    end if;
exception when insufficient_privilege then
    raise notice 'New buckets are not registered by themselves: %.', sqlerrm;
end
$do$;

select bucketdesk.applied('20261121081200', 'storage_policies');
