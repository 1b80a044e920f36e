-- By which words of names a case is found: keyed digests, never a word. One row a data subject, which is one case: its
-- worker's name and its employer's. What finds a person lies where that person's key does, and goes with it: without a
-- foreign key, which would look once more at every filing for a key that is held already.

create table name_index (
    subject uuid     primary key,
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

-- Makes cases findable, in one statement and one commit: `persons` (digests of numbers, in hex) belong to `numbered`,
-- `found_by` (arrays of words, as text) to `named`. Of somebody whose key is destroyed, or was never made, nothing is
-- kept; who destroys it meanwhile waits. In PL/pgSQL, which keeps its plans: it runs at every filing.
create function remember_case(persons text[], numbered uuid[], named uuid[], found_by text[]) returns void
    language plpgsql security definer set search_path = permit, pg_temp as
$$
begin
    with held as materialized (
        select subject from data_key
         where subject = any(numbered || named) and wrapped is not null
         order by subject
           for share
    ), by_number as (
        insert into person_index (person, subject)
        select decode(g.digest, 'hex'), subject
          from unnest(persons, numbered) as g (digest, subject) join held using (subject)
            on conflict do nothing
    )
    insert into name_index as t (subject, words)
    select subject, g.words::bigint[]
      from unnest(named, found_by) as g (subject, words) join held using (subject)
        on conflict (subject) do update
       set words = (select array_agg(distinct each) from unnest(t.words || excluded.words) each)
     where not t.words @> excluded.words;
end
$$;

revoke all on function remember_case(text[], uuid[], uuid[], text[]) from public;
grant execute on function remember_case(text[], uuid[], uuid[], text[]) to permit_writer;
