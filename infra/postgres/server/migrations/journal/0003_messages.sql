-- What consumers of messages and the relay need beside the journal. Nothing here is the truth about a case: that is in
-- the journal alone. What makes an effect happen once is.

-- How far each consumer has come in each partition of a cluster. Kafka's own committed offset is only a gauge.
create table consumer_offset (
    consumer    text,
    cluster     text,
    topic       text,
    partition   int,
    next_offset bigint not null,
    assignments bigint not null default 0,
    primary key (consumer, cluster, topic, partition)
);

-- The last version of each stream that a consumer which needs them in order has applied.
create table consumer_stream (
    consumer text,
    stream   uuid,
    version  bigint not null,
    primary key (consumer, stream)
);

-- Messages that came before the one they follow on.
create table parked_message (
    consumer  text,
    stream    uuid,
    version   bigint,
    message   jsonb       not null,
    parked_at timestamptz not null default now(),
    primary key (consumer, stream, version)
);

-- Messages that were set aside: the record as it came, encrypted, with where it came from and why it was set aside.
create table dead_letter (
    id           bigint generated always as identity primary key,
    consumer     text        not null,
    cluster      text        not null,
    topic        text        not null,
    partition    int         not null,
    "offset"     bigint      not null,
    reason       text        not null,
    attempt      int         not null,
    set_aside_at timestamptz not null default now(),
    subject      uuid        not null,
    sealed       bytea       not null,
    state        text        not null default 'open' check (state in ('open', 'replayed', 'discarded')),
    settled_at   timestamptz,
    settled_by   text,
    settled_why  text,
    told         boolean     not null default false,
    unique (consumer, cluster, topic, partition, "offset")
);
create index on dead_letter (consumer, set_aside_at) where state = 'open';
create index on dead_letter (id) where not told;
-- Many letters are settled at once, by why they were set aside.
create index on dead_letter (consumer, reason) where state = 'open';

-- A consumer that has stopped because more of its records failed than were applied. It goes on once a person decides
-- so, or once fewer of its letters are open; the row stays, with who and why.
create table consumer_stop (
    id          bigint generated always as identity primary key,
    consumer    text        not null,
    failed      int         not null,
    records     int         not null,
    stopped_at  timestamptz not null default now(),
    resumed_at  timestamptz,
    resumed_by  text,
    resumed_why text
);
create unique index on consumer_stop (consumer) where resumed_at is null;

-- Which relay is the active one. Its epoch goes up with each new one: an older relay that wakes up moves nothing.
create table relay_lease (
    only_row boolean     primary key default true check (only_row),
    epoch    bigint      not null,
    taken_at timestamptz not null default now()
);
insert into relay_lease (epoch) values (0);

grant select, insert, update, delete on consumer_offset, consumer_stream, parked_message to permit_writer;
grant select, insert, update on dead_letter, consumer_stop to permit_writer;
grant select, update on relay_lease to permit_writer;
grant select
   on consumer_offset, consumer_stream, parked_message, dead_letter, consumer_stop, relay_lease to permit_reader;
