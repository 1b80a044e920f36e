-- Records of the authorities that move in: what came, what became of it, and what was done about it. The raw record is
-- encrypted under its data subject's key; nothing else here says anything of a person but keyed digests.

-- A file, or a batch named on a topic. Its ledger adds up at every moment: that is a constraint. Every line of a file
-- has one fate, and the ledger is held against the file's own count of its lines and bytes. Of a batch not taken to
-- its end (ended_as), what has landed stays where it is: its ledger still adds up.
create table legacy_batch (
    id              uuid        primary key,
    authority       text        not null,
    door            text        not null check (door in ('file', 'kafka')),
    source          text        not null,
    source_digest   bytea,
    mapping_version int         not null,
    source_lines    bigint,
    started_at      timestamptz not null default now(),
    heard_at        timestamptz not null default now(),
    finished_at     timestamptz,
    seconds         double precision not null default 0,
    records         bigint      not null default 0,
    retold          bigint      not null default 0,
    unchanged       bigint      not null default 0,
    stale           bigint      not null default 0,
    quarantined     bigint      not null default 0,
    extracted_on    date        not null,
    source_bytes    bigint,
    headers         bigint      not null default 0,
    blanks          bigint      not null default 0,
    waived          bigint      not null default 0,
    columns_waived  text[]      not null default '{}',
    sheets_waived   text[]      not null default '{}',
    ended_as        text        check (ended_as in ('abandoned', 'superseded')),
    ended_at        timestamptz,
    ended_by        text,
    ended_why       text,
    superseded_by   uuid        references legacy_batch,
    check (records = retold + unchanged + stale + quarantined),
    check (num_nulls(ended_as, ended_at, ended_by) in (0, 3)),
    check (ended_as <> 'abandoned' or ended_why is not null),
    check ((superseded_by is not null) = (ended_as is not distinct from 'superseded'))
);
-- The same file again continues the batch that was begun of it; once that one is given up, it begins another.
create unique index legacy_batch_under_way on legacy_batch (authority, source_digest)
 where finished_at is null and ended_as is null and door = 'file';

-- What a batch counted, by reason, status, category, year of filing and unknown field. Sums of pay are not kept: that
-- of a small batch would be one person's.
create table legacy_tally (
    batch  uuid   references legacy_batch,
    what   text,
    name   text,
    number bigint not null,
    primary key (batch, what, name)
);

-- The latest version taken of each file number, with its case and its stream's end. person and name_birth are keyed
-- digests: equal for equal people, and nothing else. name_birth holds two digests of 16 bytes: of the name in any order
-- of its parts, which is a column of its own for its index; and of the name as written. others are digests (in
-- hexadecimal) of other contents that came under the time of change that was taken last.
create table legacy_dossier (
    authority  text        collate "C",
    key        text        collate "C",
    case_id    uuid        not null,
    subject    uuid        not null,
    sequence   timestamptz not null,
    digest     bytea       not null,
    record_id  uuid        not null,
    fate       text        not null,
    version    bigint      not null default 0,
    leaf_hash  bytea,
    person     bytea,
    name_birth bytea,
    employer   text,
    category   text,
    filed_on   date,
    valid_from date,
    valid_to   date,
    others     text[]      not null default '{}',
    name_in_any_order bytea generated always as (substring(name_birth from 1 for 16)) stored,
    primary key (authority, key)
);
create index on legacy_dossier (person) where person is not null;
create index on legacy_dossier (name_in_any_order) where name_in_any_order is not null;

-- Every version that made a difference, as it came. A record that came before is not landed again. No foreign key: the
-- batch is written in the same transaction, and looking it up for each row takes longer than the row. The day of the
-- extract is kept with the record: a repair judges it by the same days as the load did.
create table legacy_record (
    id              uuid        primary key,
    authority       text        collate "C" not null,
    key             text        collate "C",
    batch           uuid        not null,
    source          text        not null,
    line            bigint      not null,
    sequence        timestamptz,
    digest          bytea       not null,
    subject         uuid        not null,
    sealed          bytea       not null,
    fate            text        not null,
    mapping_version int         not null,
    landed_at       timestamptz not null default now(),
    extracted_on    date        not null
);
alter table legacy_record alter column sealed set storage external;
create index on legacy_record (authority, key);

-- Findings name fields and reasons, never what they hold.
create table legacy_quarantine (
    record_id       uuid        primary key references legacy_record,
    authority       text        not null,
    reason          text        not null,
    findings        jsonb       not null,
    mapping_version int         not null,
    state           text        not null default 'open'
                    check (state in ('open', 'corrected', 'retold', 'superseded')),
    opened_at       timestamptz not null default now(),
    settled_at      timestamptz
);
-- Those that wait, in the order in which they are listed: of one reason, and of any.
create index on legacy_quarantine (authority, reason, opened_at, record_id) where state in ('open', 'corrected');
create index on legacy_quarantine (authority, opened_at, record_id) where state in ('open', 'corrected');

-- What a person put in place of a field, encrypted as the record is; the last one of a field counts.
create table legacy_correction (
    id        bigint generated always as identity primary key,
    record_id uuid        not null references legacy_quarantine,
    field     text        not null,
    sealed    bytea       not null,
    by        text        not null,
    at        timestamptz not null default now()
);
create index on legacy_correction (record_id);

-- The trace of the quarantine: nothing leaves it without one. A motive may name anybody: it is encrypted as the record.
create table legacy_quarantine_step (
    id        bigint generated always as identity primary key,
    record_id uuid        not null references legacy_quarantine,
    what      text        not null,
    by        text        not null,
    motive    bytea,
    at        timestamptz not null default now()
);
create index on legacy_quarantine_step (record_id);

-- The steps of a cut-over, in the order in which they were taken; an epoch has a conversation of its own.
create table legacy_cutover_step (
    id        bigint generated always as identity primary key,
    authority text        not null,
    epoch     int         not null,
    step      text        not null,
    by        text        not null,
    at        timestamptz not null default now(),
    outcome   jsonb       not null default '{}'
);
create index on legacy_cutover_step (authority, epoch);

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

grant select, insert, update
   on legacy_batch, legacy_tally, legacy_dossier, legacy_quarantine, legacy_topic_partition to permit_writer;
grant select, insert on legacy_record, legacy_correction, legacy_quarantine_step, legacy_cutover_step to permit_writer;
grant select
   on legacy_batch, legacy_tally, legacy_dossier, legacy_record, legacy_quarantine, legacy_correction,
      legacy_quarantine_step, legacy_cutover_step, legacy_topic_partition
   to permit_reader;
