-- The key of each draft, wrapped as the others. With the draft goes its key: so a draft that was deleted cannot be read in
-- an older backup of the journal's database either.
create table draft_key (
    draft   uuid        primary key,
    wrapped bytea       not null,
    made_at timestamptz not null default now()
);

create index draft_key_made_at on draft_key (made_at);

grant select, insert, delete on draft_key to permit_writer;
