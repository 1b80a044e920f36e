-- Applications that are being filled in. A draft is no event: it is overwritten and deleted, and nobody's record.
--
-- "owner" is a keyed digest of the enterprise or the person, whose drafts they are; "sealed" is encrypted under the key
-- of the draft, which lies in the key store. "authority" alone is clear, for it is counted.
create table draft (
    id         uuid        primary key,
    owner      text        not null,
    authority  text,
    version    bigint      not null,
    begun_at   timestamptz not null,
    touched_at timestamptz not null,
    sealed     bytea       not null
);

create index draft_of_owner on draft (owner, touched_at desc, id desc);
create index draft_touched on draft (touched_at);

-- Ciphertext does not compress: do not let TOAST try.
alter table draft alter column sealed set storage external;

alter table draft enable row level security;
-- The owner too: a view that somebody makes later reads with the rights of its owner.
alter table draft force row level security;
create policy of_the_program on draft to permit_writer using (true) with check (true);
create policy of_the_caller on draft for select to permit_reader
    using ((select permit.row_scope('everything')) is not null or owner = (select permit.row_scope('draftsOf')));
create policy of_the_owner on draft to permit_owner
    using ((select permit.row_scope('everything')) is not null or owner = (select permit.row_scope('draftsOf')));

grant select, insert, update, delete on draft to permit_writer;
grant select on draft to permit_reader;
