-- The key of each subscription to notices, wrapped as the others: with it go the address and the secrets of the
-- receiver, in an older backup of the journal's database too.
create table webhook_key (
    subscription uuid        primary key,
    wrapped      bytea       not null,
    made_at      timestamptz not null default now()
);

grant select, insert, delete on webhook_key to permit_writer;
