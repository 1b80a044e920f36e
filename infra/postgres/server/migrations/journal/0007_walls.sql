-- The walls inside the database: what holds also against a program that logs in as the writer and lies.
--
-- The append takes an event only where it stands as its leaf says, and its leaf hash is computed here once more. Memories
-- of commands are forgotten after their 90 days by the clock of the server, and not by any time that a caller could make.

-- Both are one expression each, so that they become a part of the statement that calls them: a call a row would cost
-- more than the row. What goes into them is in docs/flows/journal.md.

-- Where an event stands and as what.
create function place_of(p_origin text, p_stream uuid, p_version bigint, p_type text, p_schema smallint) returns bytea
language sql immutable
as $$
    select sha256(int2send(octet_length(p_origin)::smallint) || convert_to(p_origin, 'UTF8') || uuid_send(p_stream)
                  || int8send(p_version) || int2send(octet_length(p_type)::smallint) || convert_to(p_type, 'UTF8')
                  || int2send(p_schema))
$$;

-- The leaf hash of an event, of the digests of its place and its body; null where its envelope is none, or says another
-- place, body, moment or leaf before (no bytes: none).
create function leaf_hash_of(
    p_place bytea, p_content bytea, p_recorded_at bytea, p_prev bytea, p_envelope bytea
) returns bytea
language sql immutable
as $$
    -- form 1 | has prev 1 | parts 1 | place 8 | body 8 | recordedAt 8 | prev 0 or 32 | 33 a part | context
    select case when octet_length(p_envelope) >= 28 + octet_length(p_prev)
                 and octet_length(p_envelope) >= 28 + octet_length(p_prev) + 33 * get_byte(p_envelope, 2)
                 and substr(p_envelope, 1, 2) = decode(case when p_prev = '' then '0200' else '0201' end, 'hex')
                 and substr(p_envelope, 4, 24 + octet_length(p_prev))
                     = substr(p_place, 1, 8) || substr(p_content, 1, 8) || p_recorded_at || p_prev
           then sha256(decode('0002', 'hex') || p_place
                       || (case when p_prev = '' then decode(repeat('00', 32), 'hex') else p_prev end)
                       || p_content || p_recorded_at
                       || (case when get_byte(p_envelope, 2) = 0 then decode(repeat('00', 32), 'hex')
                                else sha256(substr(p_envelope, 28 + octet_length(p_prev), 33 * get_byte(p_envelope, 2)))
                           end)
                       || sha256(substr(p_envelope, 28 + octet_length(p_prev) + 33 * get_byte(p_envelope, 2)))) end
$$;

-- Whether a version is the next one; a stream begins at 1 (those of the event library at 0).
create function follows(p_version bigint, p_before bigint) returns boolean
language sql immutable
as $$
    select case when p_before is null then p_version in (0, 1) else p_version = p_before + 1 end
$$;

-- No outcome: nobody who seals events as this program does ever comes here.
create function refuse_untrue_event(p_number bigint) returns void
language plpgsql
as $$
begin
    raise exception using errcode = 'PJ001', message = format(
        'event %s of the append is not what it claims to be: its leaf hash, or its place in the stream, is another',
        p_number);
end
$$;

-- An authority is switched by the command of an operator, who logs in as the user that sets up and may act as the owner.
-- Who logged in is what no session can change: neither of the logins that serve may switch, whatever it was made to say.
create function refuse_switch_by_who_serves() returns void
language plpgsql stable
as $$
begin
    if not pg_has_role(session_user, 'permit_owner', 'member') then
        raise exception using errcode = 'insufficient_privilege',
            message = format('%I serves, and may not switch an authority', session_user);
    end if;
end
$$;

-- As in 0002_append.sql, which says what the parameters and the outcomes are; each event is held against its leaf.
create or replace function journal_append(
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
    head_origin   text;
    untrue        bigint;
    is_a_switch   boolean := p_event_type && array['AuthorityCutOver', 'AuthorityCutBack'];
begin
    if is_a_switch then
        perform refuse_switch_by_who_serves();
    end if;
    select h.position, h.known_at, h.authority_epochs, h.origin into head_position, head_known_at, head_epochs, head_origin
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

    with given as materialized (
        select e.n, e.version, timestamptz_send(c.recorded_at) as recorded_at,
               coalesce(lag(e.version) over (partition by e.touch order by e.n), t.expected) as version_before,
               case when lag(e.n) over (partition by e.touch order by e.n) is null then coalesce(t.prev, '')
                    else substr(p_event_bytes, lag(e.at) over (partition by e.touch order by e.n) + 1, 32) end as prev,
               substr(p_event_bytes, e.at + 1, 32) as leaf_hash,
               substr(p_event_bytes, e.at + 33, e.envelope_size) as envelope,
               place_of(head_origin, t.stream, e.version, e.type, e.schema) as place,
               sha256(substr(p_event_bytes, e.at + 33 + e.envelope_size, e.body_size)) as content
          from unnest(p_event_touch, p_event_version, p_event_type, p_event_schema, p_event_offset,
                      p_event_envelope_size, p_event_body_size)
               with ordinality e(touch, version, type, schema, at, envelope_size, body_size, n)
          join unnest(p_touch_command, p_touch_stream, p_touch_expected, p_touch_prev)
               with ordinality t(command, stream, expected, prev, n) on t.n = e.touch
          join unnest(outcomes, p_recorded_at) with ordinality c(outcome, recorded_at, n) on c.n = t.command
         where c.outcome is null
    )
    select min(g.n) into untrue
      from given g
     where not follows(g.version, g.version_before)
        or g.leaf_hash is distinct from leaf_hash_of(g.place, g.content, g.recorded_at, g.prev, g.envelope);
    if untrue is not null then
        perform refuse_untrue_event(untrue);
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
                   when is_a_switch
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

-- The same for a lone command on one stream.
create or replace function journal_append_one(
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
    head     record;
    known    record;
    last     record;
    recorded bytea := timestamptz_send(p_recorded_at);
    prev     bytea := coalesce(p_prev, '');
    hash     bytea;
    envelope bytea;
    body     bytea;
    place    bytea;
    content  bytea;
    is_a_switch boolean := p_event_type && array['AuthorityCutOver', 'AuthorityCutBack'];
begin
    if is_a_switch then
        perform refuse_switch_by_who_serves();
    end if;
    select h.position, h.known_at, h.authority_epochs, h.origin into head from journal_head h for update;

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
        hash := substr(p_event_bytes, p_event_offset[n] + 1, 32);
        envelope := substr(p_event_bytes, p_event_offset[n] + 33, p_event_envelope_size[n]);
        body := substr(p_event_bytes, p_event_offset[n] + 33 + p_event_envelope_size[n], p_event_body_size[n]);
        place := place_of(head.origin, p_stream, p_event_version[n], p_event_type[n], p_event_schema[n]);
        content := sha256(body);
        if not follows(p_event_version[n], last.version)
           or hash is distinct from leaf_hash_of(place, content, recorded, prev, envelope)
        then
            perform refuse_untrue_event(n);
        end if;
        insert into journal (position, stream, version, type, schema, known_at, leaf_hash, envelope, body)
        values (head.position + n, p_stream, p_event_version[n], p_event_type[n], p_event_schema[n], head.known_at,
                hash, envelope, body);
        last.version := p_event_version[n];
        prev := hash;
    end loop;
    insert into command (actor, id, digest, stream, version, position, leaf_hash, recorded_at)
    values (p_actor, p_command_id, p_digest, p_stream, p_result_version,
            head.position + nullif(cardinality(p_event_version), 0), p_result_leaf_hash, p_recorded_at);
    if cardinality(p_event_version) > 0 then
        update journal_head h
           set position = head.position + cardinality(p_event_version), known_at = head.known_at,
               authority_epochs = case
                   when is_a_switch
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

-- Forget what commands recorded before a moment did; gives how many. Their events stay, of course. The moment is at
-- least 90 days ago by the clock of the server: not by the head of the journal, whose time is that of the last append,
-- which a writer chooses.
create or replace function journal_forget_commands(p_before timestamptz) returns bigint
language plpgsql volatile security definer
set search_path = permit, pg_temp
as $$
declare
    forgotten bigint;
begin
    if p_before is null or p_before > now() - interval '2160 hours' then
        raise exception using errcode = 'PJ002', message = 'what a command did is remembered for 90 days';
    end if;
    delete from command where recorded_at < p_before;
    get diagnostics forgotten = row_count;
    return forgotten;
end
$$;

-- Whose rows of the read models a statement is shown: what the setting permit.rows names of one kind of party (an
-- authority, an employer, ...), null where it names another kind, or none. It is set for one transaction; the policies are
-- made with the tables of the read models.
create function row_scope(p_kind text) returns text
language sql stable
as $$
    select case when starts_with(current_setting('permit.rows', true), p_kind || ':')
                then substr(current_setting('permit.rows', true), length(p_kind) + 2) end
$$;

revoke all on function place_of, leaf_hash_of, follows, refuse_untrue_event, refuse_switch_by_who_serves from public;
