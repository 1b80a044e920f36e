-- Every line of a source has one fate, and the ledger is held against the source's own count of its lines and bytes.

alter table legacy_batch
    add column extracted_on   date   not null default current_date,
    add column source_bytes   bigint,
    add column headers        bigint not null default 0,
    add column blanks         bigint not null default 0,
    add column waived         bigint not null default 0,
    add column columns_waived text[] not null default '{}',
    add column sheets_waived  text[] not null default '{}';
alter table legacy_batch alter column extracted_on drop default;
alter table legacy_batch rename column expected to source_lines;

-- The day of the extract is kept with the record: a repair judges it by the same days as the load did.
alter table legacy_record add column extracted_on date not null default current_date;
alter table legacy_record alter column extracted_on drop default;

-- Digests (hexadecimal) of other contents that came under the time of change that was taken last.
alter table legacy_dossier add column others text[] not null default '{}';
