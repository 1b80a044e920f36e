-- Whether an append would succeed, without one: take one's turn at the head of the journal as an append does.
--
-- The lock gives the transaction a number, so its commit is flushed to the write-ahead log like that of an append; no
-- row has another version after it, and no position moves.
create function journal_await_turn() returns void
language sql volatile security definer
set search_path = permit, pg_temp
as $$
    select from journal_head for update
$$;

revoke all on function journal_await_turn from public;
grant execute on function journal_await_turn to permit_writer;
