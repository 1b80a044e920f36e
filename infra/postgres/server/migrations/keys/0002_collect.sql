-- Keys that were minted for a filing that was refused, or whose process died: collected once no event can name them.

-- How far the journal was at a moment of this database's clock: whatever is minted after `noted_at` is named, if ever,
-- by an event after `position`. Everything minted up to the oldest mark is settled.
create table key_mark (
    noted_at timestamptz primary key default now(),
    position bigint      not null
);
insert into key_mark (position) values (0);

create index data_key_minted_at on data_key using brin (minted_at);
create index person_index_subject on person_index (subject);

-- Deletes keys that no event names, with what links them to a person; gives how many. The caller has asked the journal,
-- which lies elsewhere. Whatever the caller says, nothing younger than 30 minutes is deleted, for which an append may
-- be under way, and nothing older than a day: whoever gets hold of the writer's role destroys no case of before.
create function collect_keys(unnamed uuid[]) returns bigint
    language plpgsql security definer set search_path = permit, pg_temp as
$$
declare
    collectable uuid[];
begin
    select array_agg(subject) into collectable from data_key
     where subject = any(unnamed) and wrapped is not null
       and minted_at between now() - interval '1 day' and now() - interval '30 minutes';
    -- First the keys, which whoever writes by what a case is found has locked.
    delete from data_key where subject = any(collectable);
    delete from person_index where subject = any(collectable);
    delete from name_index where subject = any(collectable);
    return coalesce(cardinality(collectable), 0);
end
$$;

revoke all on function collect_keys(uuid[]) from public;
grant execute on function collect_keys(uuid[]) to permit_writer;
grant select, insert, delete on key_mark to permit_writer;
