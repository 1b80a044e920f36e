-- Files of drafts: which there may be in the store of documents, so that none is left there when its draft is gone.
--
-- A row is written before its file, and deleted after it. "is_named" says, in the transaction that saves the draft,
-- whether the draft names the file; what no draft names is collected. "owner" is the digest that the draft has.
create table draft_file (
    draft     uuid        not null,
    sha256    text        not null,
    owner     text        not null,
    size      bigint      not null,
    is_named  boolean     not null default false,
    made_at   timestamptz not null default now(),
    primary key (draft, sha256)
);

create index draft_file_of_owner on draft_file (owner);
create index draft_file_unnamed on draft_file (made_at) where not is_named;

alter table draft_file enable row level security;
alter table draft_file force row level security;
create policy of_the_program on draft_file to permit_writer using (true) with check (true);
create policy of_the_owner on draft_file for select to permit_owner
    using ((select permit.row_scope('everything')) is not null or owner = (select permit.row_scope('draftsOf')));

grant select, insert, update, delete on draft_file to permit_writer;
