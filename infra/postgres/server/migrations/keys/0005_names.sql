-- By which words of names a case is found: keyed digests, never a word. One row a data subject, which is one case: its
-- worker's name and its employer's. What finds a person lies where that person's key does, and goes with it.

create table name_index (
    subject uuid     primary key references data_key on delete cascade,
    words   bigint[] not null
);

create index name_index_words on name_index using gin (words);

create function forget_names() returns trigger
    language plpgsql security definer set search_path = permit, pg_temp as
$$
begin
    delete from name_index where subject = new.subject;
    return null;
end
$$;

-- Whoever destroys a key, by whatever way, destroys what its person is found by in the same transaction.
create trigger names_go_with_their_key after update of wrapped on data_key
    for each row when (new.wrapped is null) execute function forget_names();

revoke all on function forget_names() from public;
grant select on name_index to permit_writer;

-- Adds words to those by which cases are found: `subjects` and `found_by`, arrays of words as text, belong together. Of
-- somebody whose key is destroyed, or was never made, nothing is kept; who destroys it meanwhile is waited for.
create function remember_names(subjects uuid[], found_by text[]) returns void
    language sql security definer set search_path = permit, pg_temp as
$$
    insert into name_index as t (subject, words)
    select k.subject, g.words::bigint[]
      from unnest(subjects, found_by) as g (subject, words)
      join data_key k on k.subject = g.subject
     where k.wrapped is not null
     order by k.subject
       for share of k
        on conflict (subject) do update
       set words = (select array_agg(distinct each) from unnest(t.words || excluded.words) each)
     where not t.words @> excluded.words
$$;

revoke all on function remember_names(uuid[], text[]) from public;
grant execute on function remember_names(uuid[], text[]) to permit_writer;
