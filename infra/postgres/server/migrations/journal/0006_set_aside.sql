-- A consumer that has stopped because more of its records failed than were applied. It goes on once somebody says so,
-- or once fewer of its letters are open; the row stays, with who and why.
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

-- What came on the topic of a former system, by partition: each offset is counted once, however often it is delivered.
-- Records of batches + letters = messages; what the span of offsets has beyond that never came.
create table legacy_topic_partition (
    authority    text,
    cluster      text,
    topic        text,
    partition    int,
    first_offset bigint not null,
    next_offset  bigint not null,
    messages     bigint not null default 0,
    letters      bigint not null default 0,
    repeated     bigint not null default 0,
    primary key (authority, cluster, topic, partition),
    check (messages between letters and next_offset - first_offset),
    check (letters >= 0 and repeated >= 0)
);

-- Many letters are settled at once, by why they were set aside.
create index on dead_letter (consumer, reason) where state = 'open';

grant select, insert, update on consumer_stop, legacy_topic_partition to permit_writer;
grant select on consumer_stop, legacy_topic_partition to permit_reader;
