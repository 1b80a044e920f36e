-- Streams that a follower of the journal had to leave behind: it met an event that it cannot apply, goes on with all
-- other streams, and passes over what comes after in this one. What it applied of the stream before stays.
--
-- position, version and event are those of the first event that could not be applied; reason is the kind of error and
-- never its text, which may hold what the event holds. schema_version is that of the follower when it last tried.
-- A follower whose position is forgotten begins anew, with nothing parked.
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

grant select, insert, update, delete on parked_stream to permit_writer;
grant select on parked_stream to permit_reader;
