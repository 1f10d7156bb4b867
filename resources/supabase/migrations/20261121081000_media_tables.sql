-- The media library: assets as Cloudinary and Supabase have them, what was synced, where they are used, collections.
set local lock_timeout = '2s';

select bucketdesk.make_table('media_assets', 'id uuid primary key default gen_random_uuid()');
select bucketdesk.add_columns('public.media_assets',
    'public_id text', 'asset_id text', 'resource_type text default ''image''', 'delivery_type text default ''upload''',
    'folder text', 'tags text[] default ''{}''', 'context jsonb default ''{}''', 'format text', 'bytes bigint',
    'width integer', 'height integer', 'duration_seconds double precision', 'version bigint', 'etag text',
    'secure_url text', 'storage_bucket text', 'storage_path text', 'sync_status text default ''pending''',
    'sync_error text', 'retry_count integer default 0', 'last_synced_at timestamptz',
    'created_at timestamptz default now()', 'updated_at timestamptz default now()');
select bucketdesk.add_index('public.media_assets', 'media_assets_public_id', 'btree (public_id)');
select bucketdesk.add_index('public.media_assets', 'media_assets_identity',
    'btree (resource_type, delivery_type, public_id)', true);
select bucketdesk.add_index('public.media_assets', 'media_assets_asset_id', 'btree (asset_id)');
select bucketdesk.add_index('public.media_assets', 'media_assets_folder', 'btree (folder, public_id)');
select bucketdesk.add_index('public.media_assets', 'media_assets_tags', 'gin (tags)');
select bucketdesk.add_index('public.media_assets', 'media_assets_sync_status', 'btree (sync_status, updated_at)');
select bucketdesk.add_index('public.media_assets', 'media_assets_created_at', 'btree (created_at desc)');
select bucketdesk.add_index('public.media_assets', 'media_assets_storage', 'btree (storage_bucket, storage_path)');
select bucketdesk.protect('public.media_assets', '{staff,manager,admin}', '{staff,admin}');

select bucketdesk.make_table('media_sync_log', 'id bigint generated always as identity primary key');
select bucketdesk.add_columns('public.media_sync_log',
    'run_id uuid', 'public_id text', 'operation text', 'direction text', 'status text', 'error_message text',
    'processing_time_ms integer', 'details jsonb', 'created_at timestamptz default now()');
select bucketdesk.add_index('public.media_sync_log', 'media_sync_log_created_at', 'btree (created_at)');
select bucketdesk.add_index('public.media_sync_log', 'media_sync_log_status', 'btree (status, created_at)');
select bucketdesk.add_index('public.media_sync_log', 'media_sync_log_public_id', 'btree (public_id, created_at)');
select bucketdesk.protect('public.media_sync_log', '{staff,manager,admin}', '{staff,admin}');

select bucketdesk.make_table('media_usage', 'id bigint generated always as identity primary key');
select bucketdesk.add_columns('public.media_usage',
    'public_id text', 'used_in text', 'used_by text', 'created_at timestamptz default now()',
    'last_used_at timestamptz');
select bucketdesk.add_index('public.media_usage', 'media_usage_public_id', 'btree (public_id)');
select bucketdesk.protect('public.media_usage', '{staff,manager,admin}', '{staff,admin}');

select bucketdesk.make_table('media_collections', 'id uuid primary key default gen_random_uuid()');
select bucketdesk.add_columns('public.media_collections',
    'name text', 'description text', 'public_ids text[] default ''{}''', 'created_at timestamptz default now()',
    'updated_at timestamptz default now()');
select bucketdesk.add_index('public.media_collections', 'media_collections_name', 'btree (name)');
select bucketdesk.add_index('public.media_collections', 'media_collections_public_ids', 'gin (public_ids)');
select bucketdesk.protect('public.media_collections', '{staff,manager,admin}', '{admin}');

select bucketdesk.applied('20261121081000', 'media_tables');
