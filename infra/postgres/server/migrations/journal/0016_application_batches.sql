-- Applications that were sent together and are filed one by one. Like a draft, a batch is no event: it is deleted, and
-- nobody's record; what was filed of it is an application each.
--
-- "owner" is the keyed digest of the enterprise whose batch it is, as for drafts; "sealed" is encrypted under the key of the
-- batch, which lies in the key store beside those of the drafts. Clear are states, codes, and the ids and references of cases.
create table application_batch (
    id         uuid        primary key,
    owner      text        not null,
    state      text        not null check (state in ('checked', 'filing', 'done')),
    begun_at   timestamptz not null,
    touched_at timestamptz not null,
    -- Until when a worker has it, in the time of the database; of those that wait, the longest waiting comes first.
    leased_until timestamptz not null default '-infinity',
    sealed     bytea       not null
);

create index application_batch_of_owner on application_batch (owner, begun_at desc, id desc);
create index application_batch_touched on application_batch (touched_at);
create index application_batch_to_file on application_batch (leased_until) where state = 'filing';

create table application_batch_row (
    batch   uuid    not null references application_batch (id) on delete cascade,
    number  integer not null,
    owner   text    not null,
    outcome text    not null check (outcome in ('faulty', 'ready', 'filed', 'filedBefore', 'refused')),
    reason  text,
    case_id uuid,
    reference text,
    sealed  bytea   not null,
    primary key (batch, number)
);

alter table application_batch alter column sealed set storage external;
alter table application_batch_row alter column sealed set storage external;

alter table application_batch enable row level security;
alter table application_batch force row level security;
create policy of_the_program on application_batch to permit_writer using (true) with check (true);
create policy of_the_caller on application_batch for select to permit_reader
    using ((select permit.row_scope('everything')) is not null or owner = (select permit.row_scope('draftsOf')));
create policy of_the_owner on application_batch to permit_owner
    using ((select permit.row_scope('everything')) is not null or owner = (select permit.row_scope('draftsOf')));

alter table application_batch_row enable row level security;
alter table application_batch_row force row level security;
create policy of_the_program on application_batch_row to permit_writer using (true) with check (true);
create policy of_the_caller on application_batch_row for select to permit_reader
    using ((select permit.row_scope('everything')) is not null or owner = (select permit.row_scope('draftsOf')));
create policy of_the_owner on application_batch_row to permit_owner
    using ((select permit.row_scope('everything')) is not null or owner = (select permit.row_scope('draftsOf')));

grant select, insert, update, delete on application_batch, application_batch_row to permit_writer;
grant select on application_batch, application_batch_row to permit_reader;
