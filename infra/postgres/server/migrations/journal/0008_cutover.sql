-- How a batch ends that is not taken to its end, or that was mended; and names compared in any order of their parts.

-- What has landed of such a batch stays where it is: its ledger goes on to add up.
alter table legacy_batch
    add column ended_as      text check (ended_as in ('abandoned', 'superseded')),
    add column ended_at      timestamptz,
    add column ended_by      text,
    add column ended_why     text,
    add column superseded_by uuid references legacy_batch,
    add check (num_nulls(ended_as, ended_at, ended_by) in (0, 3)),
    add check (ended_as <> 'abandoned' or ended_why is not null),
    add check ((superseded_by is not null) = (ended_as is not distinct from 'superseded'));

-- The same file again goes on with the batch that was begun of it; once that one is given up, it begins another.
drop index legacy_batch_authority_source_digest_idx;
create unique index legacy_batch_under_way on legacy_batch (authority, source_digest)
 where finished_at is null and ended_as is null and door = 'file';

-- name_birth holds two digests of 16 bytes: of the name whichever of its parts comes first, and of the name as written.
-- Generated, so that who writes a dossier need not know of it.
drop index legacy_dossier_name_birth_idx;
alter table legacy_dossier
    add column name_in_any_order bytea generated always as (substring(name_birth from 1 for 16)) stored;
create index on legacy_dossier (name_in_any_order) where name_in_any_order is not null;
