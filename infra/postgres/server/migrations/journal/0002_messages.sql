-- What consumers of messages and the checks at the Crossroads Bank need beside the journal. Nothing here is the truth
-- about a case: that is in the journal alone. What makes an effect happen once is.

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

-- Which relay is the active one. Its epoch goes up with each new one: an older relay that wakes up moves nothing.
create table relay_lease (
    only_row boolean     primary key default true check (only_row),
    epoch    bigint      not null,
    taken_at timestamptz not null default now()
);
insert into relay_lease (epoch) values (0);

-- What is to be done at the Crossroads Bank: once for each application, check and revision, whoever brings the message
-- and however often. A row that is settled stays: that is what makes a repeated message harmless.
create table check_work (
    case_id      uuid,
    what         text,
    revision     bigint,
    event_id     text        not null,
    asked_at     timestamptz not null default now(),
    due_at       timestamptz not null default now(),
    attempts     int         not null default 0,
    last_error   text,
    lease        uuid,
    leased_until timestamptz,
    settled_at   timestamptz,
    outcome      text,
    primary key (case_id, what, revision)
);
create index check_work_due on check_work (due_at) where settled_at is null;
create index check_work_settled on check_work (settled_at) where settled_at is not null;

-- How fast the bank may be asked, by all workers together, and whether it may be asked at all.
create table crossroads_gate (
    only_row    boolean          primary key default true check (only_row),
    tokens      double precision not null,
    refilled_at timestamptz      not null,
    failures    int              not null default 0,
    open_until  timestamptz,
    trial_until timestamptz
);
insert into crossroads_gate (tokens, refilled_at) values (0, '-infinity');

-- Who asked the Crossroads Bank what, when, under which law and for which purpose: written before each call, never
-- changed. Kept for ten years (MAGDA, what the audit register holds). A person is named by a random subject only.
create table crossroads_consultation (
    trace_id      uuid        primary key,
    ticket        text        not null,
    operation     text        not null,
    case_id       uuid,
    revision      bigint,
    subject       uuid,
    actor         text        not null,
    authority     text        not null,
    legal_context text        not null,
    purpose       text        not null,
    consulted_at  timestamptz not null
);
create index on crossroads_consultation (case_id, consulted_at);
create index on crossroads_consultation using brin (consulted_at);

-- How each call ended: the code and the bank's ticket, with keyed digests of request and reply, never their content.
create table crossroads_reply (
    trace_id       uuid        primary key references crossroads_consultation,
    outcome        text        not null,
    code           text,
    ticket_cbss    text,
    request_digest text,
    reply_digest   text,
    replied_at     timestamptz not null
);

-- For which cases a person stands in the authority's register at the bank.
create table crossroads_registration (
    case_id       uuid primary key,
    subject       uuid        not null,
    registered_at timestamptz not null,
    ended_at      timestamptz
);
create index on crossroads_registration (subject) where ended_at is null;

grant select, insert, update, delete
   on consumer_offset, consumer_stream, parked_message, check_work, crossroads_registration to permit_writer;
grant select, insert, update on dead_letter to permit_writer;
grant select, update on relay_lease, crossroads_gate to permit_writer;
grant select, insert on crossroads_consultation, crossroads_reply to permit_writer;
grant select
   on consumer_offset, consumer_stream, parked_message, dead_letter, relay_lease, check_work, crossroads_gate,
      crossroads_consultation, crossroads_reply, crossroads_registration to permit_reader;

-- Checks that were carried out before there was a work table have their outcome in the journal: the position of the
-- consumer that did both becomes that of the one that brings the work.
update tracking set name = 'crossroads-intake' where name = 'crossroads-checks';
