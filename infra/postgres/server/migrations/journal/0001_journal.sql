-- The journal: one table, appended by one function, never updated and never deleted from.
--
-- Positions are dense and appear in commit order: the function locks the single head row first and keeps the
-- lock until the commit is durable, so a reader that follows by position misses nothing (docs/adr/0002-journal.md).

-- Where the log ends, and which authority decides here: each has a cut-over epoch, odd while the authority is live
-- here, even (0 at first) while its former system is authoritative.
create table journal_head (
    only_row         boolean     primary key default true check (only_row),
    origin           text        not null,
    position         bigint      not null default 0,
    known_at         timestamptz not null default '-infinity',
    authority_epochs jsonb       not null default '{"flanders": 1}'
);

create table journal (
    position  bigint      primary key,
    stream    uuid        not null,
    version   bigint      not null check (version >= 0),
    type      text        not null,
    schema    smallint    not null,
    known_at  timestamptz not null,
    leaf_hash bytea       not null,
    envelope  bytea       not null,
    body      bytea       not null,
    unique (stream, version)
);

-- Ciphertext does not compress: do not let TOAST try. A verdict with its trace takes some 3 kB: kept in the row, it
-- is read a fifth faster than through the TOAST table.
alter table journal alter column body set storage external, alter column envelope set storage external;
alter table journal set (toast_tuple_target = 4080);

-- What a command did, so that a repeated or doubtful one gets its first answer. Kept for 90 days.
create table command (
    actor       text        collate "C" not null,
    id          text        collate "C" not null,
    digest      bytea       not null,
    stream      uuid,
    version     bigint,
    position    bigint,
    leaf_hash   bytea,
    recorded_at timestamptz not null,
    primary key (id, actor)
);
create index command_recorded_at on command using brin (recorded_at);

-- How far each reader of the journal has come.
create table tracking (
    name     text   primary key,
    position bigint not null
);

-- Streams that a follower of the journal had to leave behind: it met an event that it cannot apply, goes on with all
-- other streams, and passes over what comes after in this one. What it applied of the stream before stays.
--
-- position, version and event are those of the first event that could not be applied; reason is the kind of error and
-- never its text, which may hold what the event holds. schema_version is that of the follower when it last tried.
-- A follower whose position is forgotten begins at the start, with nothing parked.
create table parked_stream (
    follower       text        references tracking (name) on delete cascade,
    stream         uuid,
    schema_version int         not null,
    position       bigint      not null,
    version        bigint      not null,
    event          text        not null,
    reason         text        not null,
    skipped        bigint      not null,
    since          timestamptz not null default now(),
    tried_at       timestamptz not null default now(),
    primary key (follower, stream)
);
create index on parked_stream (stream);

-- Numbers for application references; a process takes them in blocks, so gaps are normal.
create sequence reference_number increment by 50;

grant usage on schema permit to permit_writer, permit_reader;
grant select on journal_head, journal, command, tracking, parked_stream to permit_writer, permit_reader;
grant insert, update on tracking to permit_writer;
grant insert, update, delete on parked_stream to permit_writer;
grant usage on sequence reference_number to permit_writer;
