-- Who is told of what happens on applications over HTTP, and what was sent. Neither is an event: a subscription is changed
-- and deleted, and a delivery says of an event of the journal only that it is to be told, and how that went.
--
-- "owner" is the enterprise whose subscription it is, in its "role"; "employer" is the one whose applications it is about,
-- for an employer itself. "sealed" has the address and the secrets, encrypted under the key of the subscription, which lies
-- in the key store. Of a subscription one delivery is under way at a time, by who holds its lease.
create table webhook_subscription (
    id             uuid        primary key,
    role           text        not null check (role in ('employer', 'representative')),
    owner          text        not null,
    employer       text        not null,
    state          text        not null check (state in ('active', 'paused', 'stopped')),
    stopped_for    text        check (stopped_for in ('gone', 'unreachable')),
    made_at        timestamptz not null,
    after_position bigint      not null,
    version        bigint      not null,
    sealed         bytea       not null,
    failing_since  timestamptz,
    is_slow        boolean     not null default false,
    lease          uuid,
    leased_until   timestamptz,
    check ((state = 'stopped') = (stopped_for is not null))
);

create index webhook_subscription_of_owner on webhook_subscription (role, owner, made_at, id);
create index webhook_subscription_of_employer on webhook_subscription (employer);
alter table webhook_subscription alter column sealed set storage external;

-- A notice names the event that it tells of. A test names none; its "position" is where the journal was when it was asked for.
create table webhook_delivery (
    id           uuid        primary key default gen_random_uuid(),
    subscription uuid        not null references webhook_subscription on delete cascade,
    position     bigint      not null,
    case_id      uuid,
    version      bigint,
    event        text,
    made_at      timestamptz not null default now(),
    due_at       timestamptz not null default now(),
    attempts     int         not null default 0,
    tried_at     timestamptz,
    status       int,
    trouble      text,
    settled_at   timestamptz,
    outcome      text        check (outcome in ('delivered', 'withheld', 'failed')),
    check ((settled_at is null) = (outcome is null)),
    check ((case_id is null) = (version is null) and (case_id is null) = (event is null))
);

create unique index webhook_delivery_once on webhook_delivery (subscription, position) where case_id is not null;
create index webhook_delivery_next on webhook_delivery (subscription, (case_id is null) desc, position)
    where settled_at is null;
create index webhook_delivery_log on webhook_delivery (subscription, position desc, id desc);
create index webhook_delivery_made_at on webhook_delivery (made_at);

alter table webhook_subscription enable row level security;
alter table webhook_subscription force row level security;
create policy of_the_program on webhook_subscription to permit_writer using (true) with check (true);
create policy of_the_caller on webhook_subscription for select to permit_reader
    using ((select permit.row_scope('everything')) is not null
           or (role = 'employer' and owner = (select permit.row_scope('employer')))
           or (role = 'representative' and owner = (select permit.row_scope('representative'))));
create policy of_the_owner on webhook_subscription to permit_owner
    using ((select permit.row_scope('everything')) is not null
           or (role = 'employer' and owner = (select permit.row_scope('employer')))
           or (role = 'representative' and owner = (select permit.row_scope('representative'))));

-- A delivery is shown with its subscription: the policy of that table decides here too.
alter table webhook_delivery enable row level security;
alter table webhook_delivery force row level security;
create policy of_the_program on webhook_delivery to permit_writer using (true) with check (true);
create policy of_the_caller on webhook_delivery for select to permit_reader
    using (exists (select from webhook_subscription s where s.id = subscription));
create policy of_the_owner on webhook_delivery to permit_owner
    using (exists (select from webhook_subscription s where s.id = subscription));

grant select, insert, update, delete on webhook_subscription, webhook_delivery to permit_writer;
grant select on webhook_subscription, webhook_delivery to permit_reader;
