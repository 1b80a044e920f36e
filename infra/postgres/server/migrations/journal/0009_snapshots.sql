-- What long cases were folded to. A cache and never the truth: a row may be deleted at any moment, and is used only as
-- infra/postgres/journal/folded_cases.py says. "sealed" is encrypted under the data key that "subject" names, whose
-- destruction erases the person here too; "code" is the digest of the code that folded.
create table case_fold (
    stream    uuid   primary key,
    version   bigint not null,
    leaf_hash bytea  not null,
    code      bytea  not null,
    subject   uuid   not null,
    sealed    bytea  not null
);

-- Ciphertext does not compress: do not let TOAST try.
alter table case_fold alter column sealed set storage external;

grant select, insert, update, delete on case_fold to permit_writer;
