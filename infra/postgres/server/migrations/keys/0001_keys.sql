-- The key store: a database of its own, whose backups die sooner than the journal's.

-- A data subject's key, wrapped by the key-encryption key (RFC 3394). Destroyed: wrapped is null, for ever.
create table data_key (
    subject      uuid        primary key,
    wrapped      bytea,
    minted_at    timestamptz not null default now(),
    destroyed_at timestamptz,
    check ((wrapped is null) = (destroyed_at is not null))
);

-- Which subjects are one person: a keyed digest of the SSIN, never the number. Written with the names (0005), by a function
-- that asks for the key itself; a foreign key would ask for it once more at every filing.
create table person_index (
    person  bytea not null,
    subject uuid  not null,
    primary key (person, subject)
);

grant usage on schema permit to permit_writer, permit_reader;
grant select, insert on data_key to permit_writer;
grant select on person_index to permit_writer;
grant select on data_key to permit_reader;
