-- The checks at the Crossroads Bank: the work that is to be done there, its pace, and the record of each consultation.

-- What is to be done at the Crossroads Bank: once for each application, check and revision, however often and
-- by whatever way the message comes. A row that is settled stays: that is what makes a repeated message harmless.
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

-- How fast the bank may be consulted, by all workers together, and whether it may be consulted at all.
create table crossroads_gate (
    only_row    boolean          primary key default true check (only_row),
    tokens      double precision not null,
    refilled_at timestamptz      not null,
    failures    int              not null default 0,
    open_until  timestamptz,
    trial_until timestamptz
);
insert into crossroads_gate (tokens, refilled_at) values (0, '-infinity');

-- Who consulted the Crossroads Bank about what, when, under which law and for which purpose: written before each call,
-- never changed. Kept for ten years (MAGDA, what the audit register holds). A person is named by a random subject only.
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

-- For which cases a person is in the authority's register at the bank.
create table crossroads_registration (
    case_id       uuid primary key,
    subject       uuid        not null,
    registered_at timestamptz not null,
    ended_at      timestamptz
);
create index on crossroads_registration (subject) where ended_at is null;

grant select, insert, update, delete on check_work, crossroads_registration to permit_writer;
grant select, update on crossroads_gate to permit_writer;
grant select, insert on crossroads_consultation, crossroads_reply to permit_writer;
grant select
   on check_work, crossroads_gate, crossroads_consultation, crossroads_reply, crossroads_registration to permit_reader;
