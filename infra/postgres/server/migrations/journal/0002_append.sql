-- The one way into the journal: journal_append for a batch of commands, journal_append_one for a command alone.
--
-- An append names the cut-over epoch of its authority on which it rests, which is compared under the lock of the head:
-- nothing slips through while an authority is switched. The switch is the event AuthorityCutOver or AuthorityCutBack
-- itself: its append moves the epoch on.

-- Why an append that rests on an epoch is refused; null where it is not, or where it names no authority.
--   authorityNotLive      the former system of the authority is authoritative: its cases are read-only here
--   staleAuthorityEpoch   the authority has been switched since the caller looked
create function authority_refusal(p_epochs jsonb, p_authority text, p_epoch int) returns text
language sql immutable
as $$
    -- One expression, so that it becomes a part of the statement that calls it: a call a row would cost more than the row.
    select case when p_authority is null or p_epoch = coalesce((p_epochs ->> p_authority)::int, 0) then null
                when p_epoch % 2 = 1 and coalesce((p_epochs ->> p_authority)::int, 0) % 2 = 0 then 'authorityNotLive'
                else 'staleAuthorityEpoch' end
$$;

-- The epochs once the events of a batch are appended.
create function epochs_after(
    p_epochs jsonb, p_event_type text[], p_event_touch int[], p_touch_command int[], p_authority text[], p_outcome text[]
) returns jsonb
language sql immutable
as $$
    select p_epochs || coalesce(jsonb_object_agg(switched.authority, switched.epoch), '{}')
      from (select p_authority[t.command] authority,
                   coalesce((p_epochs ->> p_authority[t.command])::int, 0) + 1 as epoch
              from unnest(p_event_type, p_event_touch) e(type, touch)
              join unnest(p_touch_command) with ordinality t(command, n) on t.n = e.touch
             where e.type in ('AuthorityCutOver', 'AuthorityCutBack') and p_outcome[t.command] is null) switched
$$;

-- Append a batch of commands in one transaction, with an outcome for each.
--
-- A command is (actor, id, digest) with p_event_count events; p_touch_* lists the streams it read, each with the
-- head on which its decision rests; its events name the touch they belong to. The leaf hash (32 bytes), the envelope and the body of each event
-- follow each other in p_event_bytes: one long value is read ten times faster than arrays of them. Commands of one
-- batch never share a stream, a command id or a reader: the caller sees to that, and the keys of the tables
-- enforce it. Outcomes:
--   appended            its events (possibly none) are in the journal
--   repeated            the same command was appended before; the row gives the first result
--   idempotencyKeyReused  the id was used for another command
--   versionConflict     a stream has moved on; actual_version is its version (null: no such stream)
--   chainBroken         the version is right but the leaf hash before it is not the one the caller read
--   trackingConflict    the reader has already come as far as the position given
-- and those of authority_refusal.
create function journal_append(
    p_actor             text[],
    p_command_id        text[],
    p_digest            bytea[],
    p_recorded_at       timestamptz[],
    p_event_count       int[],
    p_result_stream     uuid[],
    p_result_version    bigint[],
    p_result_leaf_hash  bytea[],
    p_tracking_name     text[],
    p_tracking_position bigint[],
    p_authority         text[],
    p_epoch             int[],
    p_touch_command     int[],
    p_touch_stream      uuid[],
    p_touch_expected    bigint[],
    p_touch_prev        bytea[],
    p_event_touch       int[],
    p_event_version     bigint[],
    p_event_type        text[],
    p_event_schema      smallint[],
    p_event_offset      int[],
    p_event_envelope_size   int[],
    p_event_body_size   int[],
    p_event_bytes       bytea
) returns table (
    command_no     int,
    outcome        text,
    first_position bigint,
    stream         uuid,
    version        bigint,
    last_position  bigint,
    leaf_hash      bytea,
    actual_version bigint
)
language plpgsql volatile security definer
set search_path = permit, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
    head_position bigint;
    head_known_at timestamptz;
    outcomes      text[];
    actuals       bigint[];
    inserted      bigint;
    head_epochs   jsonb;
begin
    select h.position, h.known_at, h.authority_epochs into head_position, head_known_at, head_epochs
      from journal_head h for update;

    select array_agg(case when c.id is null then null
                          when c.digest = p.digest then 'repeated'
                          else 'idempotencyKeyReused' end order by p.n)
      into outcomes
      from unnest(p_actor, p_command_id, p_digest) with ordinality p(actor, id, digest, n)
      left join lateral (select k.id, k.digest from command k where k.actor = p.actor and k.id = p.id) c on true;

    if cardinality(array_remove(p_authority, null)) > 0 then
        select array_agg(coalesce(o.outcome, authority_refusal(head_epochs, o.authority, o.epoch)) order by o.n)
          into outcomes
          from unnest(outcomes, p_authority, p_epoch) with ordinality o(outcome, authority, epoch, n);
    end if;

    with touched as (
        select t.command, h.version,
               case when h.version is distinct from t.expected then 'versionConflict'
                    when h.leaf_hash is distinct from t.prev then 'chainBroken' end as conflict
          from unnest(p_touch_command, p_touch_stream, p_touch_expected, p_touch_prev)
               t(command, stream, expected, prev)
          left join lateral (select j.version, j.leaf_hash from journal j
                              where j.stream = t.stream order by j.version desc limit 1) h on true
    ), conflicts as (
        select t.command, min(t.conflict) as conflict, max(t.version) as actual
          from touched t where t.conflict is not null group by t.command
    )
    select array_agg(coalesce(o.outcome, c.conflict) order by o.n), array_agg(case when o.outcome is null then c.actual end order by o.n)
      into outcomes, actuals
      from unnest(outcomes) with ordinality o(outcome, n)
      left join conflicts c on c.command = o.n;

    if cardinality(array_remove(p_tracking_name, null)) > 0 then
        select array_agg(coalesce(o.outcome, case when o.position <= k.position then 'trackingConflict' end)
                         order by o.n)
          into outcomes
          from unnest(outcomes, p_tracking_name, p_tracking_position) with ordinality o(outcome, name, position, n)
          left join lateral (select t.position from tracking t where t.name = o.name) k on true;

        insert into tracking as t (name, position)
        select o.name, o.position
          from unnest(outcomes, p_tracking_name, p_tracking_position) o(outcome, name, position)
         where o.name is not null and o.outcome is null
        on conflict (name) do update set position = excluded.position;
    end if;

    insert into journal (position, stream, version, type, schema, known_at, leaf_hash, envelope, body)
    select head_position + row_number() over (order by e.n), t.stream, e.version, e.type, e.schema,
           greatest(head_known_at, max(c.recorded_at) over (order by e.n)),
           substr(p_event_bytes, e.at + 1, 32),
           substr(p_event_bytes, e.at + 33, e.envelope_size),
           substr(p_event_bytes, e.at + 33 + e.envelope_size, e.body_size)
      from unnest(p_event_touch, p_event_version, p_event_type, p_event_schema, p_event_offset,
                  p_event_envelope_size, p_event_body_size)
           with ordinality e(touch, version, type, schema, at, envelope_size, body_size, n)
      join unnest(p_touch_command, p_touch_stream) with ordinality t(command, stream, n) on t.n = e.touch
      join unnest(outcomes, p_recorded_at) with ordinality c(outcome, recorded_at, n) on c.n = t.command
     where c.outcome is null;
    get diagnostics inserted = row_count;

    if inserted > 0 then
        update journal_head h
           set position = head_position + inserted,
               known_at = (select j.known_at from journal j where j.position = head_position + inserted),
               authority_epochs = case
                   when p_event_type && array['AuthorityCutOver', 'AuthorityCutBack']
                   then epochs_after(head_epochs, p_event_type, p_event_touch, p_touch_command, p_authority, outcomes)
                   else head_epochs end;
    end if;

    return query
    with placed as (
        select p.*, head_position + sum(case when p.outcome is null then p.events else 0 end)
                                        over (order by p.n) as last
          from unnest(p_actor, p_command_id, p_digest, p_recorded_at, p_event_count, p_result_stream,
                      p_result_version, p_result_leaf_hash, outcomes, actuals)
               with ordinality p(actor, id, digest, recorded_at, events, stream, version, leaf_hash,
                                 outcome, actual, n)
    ), stored as (
        insert into command (actor, id, digest, stream, version, position, leaf_hash, recorded_at)
        select p.actor, p.id, p.digest, p.stream, p.version, case when p.events > 0 then p.last end,
               p.leaf_hash, p.recorded_at
          from placed p where p.outcome is null
    )
    select p.n::int, coalesce(p.outcome, 'appended'),
           case when p.outcome is null and p.events > 0 then (p.last - p.events + 1)::bigint end,
           k.stream, k.version, k.position, k.leaf_hash, p.actual
      from placed p
      left join lateral (select c.* from command c
                          where p.outcome = 'repeated' and c.actor = p.actor and c.id = p.id) k on true
     order by p.n;
end
$$;

-- The same for a lone command on one stream, without a reader's position: no other waits beside it, so plain statements
-- do what sets do for a batch, in two thirds of the time. Its outcomes are those of journal_append.
create function journal_append_one(
    p_actor            text,
    p_command_id       text,
    p_digest           bytea,
    p_recorded_at      timestamptz,
    p_stream           uuid,
    p_expected         bigint,
    p_prev             bytea,
    p_result_version   bigint,
    p_result_leaf_hash bytea,
    p_authority        text,
    p_epoch            int,
    p_event_version    bigint[],
    p_event_type       text[],
    p_event_schema     smallint[],
    p_event_offset     int[],
    p_event_envelope_size  int[],
    p_event_body_size  int[],
    p_event_bytes      bytea
) returns table (
    outcome        text,
    first_position bigint,
    stream         uuid,
    version        bigint,
    last_position  bigint,
    leaf_hash      bytea,
    actual_version bigint
)
language plpgsql volatile security definer
set search_path = permit, pg_temp
as $$
#variable_conflict use_column
declare
    head  record;
    known record;
    last  record;
begin
    select h.position, h.known_at, h.authority_epochs into head from journal_head h for update;

    select c.digest, c.stream, c.version, c.position, c.leaf_hash into known
      from command c where c.actor = p_actor and c.id = p_command_id;
    if found then
        if known.digest = p_digest then
            return query select 'repeated', null::bigint, known.stream, known.version, known.position,
                                known.leaf_hash, null::bigint;
        else
            return query select 'idempotencyKeyReused', null::bigint, null::uuid, null::bigint, null::bigint,
                                null::bytea, null::bigint;
        end if;
        return;
    end if;

    outcome := authority_refusal(head.authority_epochs, p_authority, p_epoch);
    if outcome is not null then
        return next;
        return;
    end if;

    select j.version, j.leaf_hash into last from journal j where j.stream = p_stream order by j.version desc limit 1;
    if last.version is distinct from p_expected or last.leaf_hash is distinct from p_prev then
        return query select case when last.version is distinct from p_expected then 'versionConflict' else 'chainBroken' end,
                            null::bigint, null::uuid, null::bigint, null::bigint, null::bytea, last.version;
        return;
    end if;

    head.known_at := greatest(head.known_at, p_recorded_at);
    for n in 1 .. cardinality(p_event_version) loop
        insert into journal (position, stream, version, type, schema, known_at, leaf_hash, envelope, body)
        values (head.position + n, p_stream, p_event_version[n], p_event_type[n], p_event_schema[n], head.known_at,
                substr(p_event_bytes, p_event_offset[n] + 1, 32),
                substr(p_event_bytes, p_event_offset[n] + 33, p_event_envelope_size[n]),
                substr(p_event_bytes, p_event_offset[n] + 33 + p_event_envelope_size[n], p_event_body_size[n]));
    end loop;
    insert into command (actor, id, digest, stream, version, position, leaf_hash, recorded_at)
    values (p_actor, p_command_id, p_digest, p_stream, p_result_version,
            head.position + nullif(cardinality(p_event_version), 0), p_result_leaf_hash, p_recorded_at);
    if cardinality(p_event_version) > 0 then
        update journal_head h
           set position = head.position + cardinality(p_event_version), known_at = head.known_at,
               authority_epochs = case
                   when p_event_type && array['AuthorityCutOver', 'AuthorityCutBack']
                   then epochs_after(head.authority_epochs, p_event_type,
                                     array_fill(1, array[cardinality(p_event_type)]), array[1], array[p_authority],
                                     array[null::text])
                   else head.authority_epochs end;
        first_position := head.position + 1;
    end if;
    outcome := 'appended';
    return next;
end
$$;

-- Forget what commands recorded before a moment did; gives how many. Their events stay, of course.
create function journal_forget_commands(p_before timestamptz) returns bigint
language sql volatile security definer
set search_path = permit, pg_temp
as $$
    with forgotten as (delete from command where recorded_at < p_before returning 1)
    select count(*) from forgotten
$$;

revoke all on function journal_append, journal_append_one, journal_forget_commands from public;
grant execute on function journal_append, journal_append_one, journal_forget_commands to permit_writer;
