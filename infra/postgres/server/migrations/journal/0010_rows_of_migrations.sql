-- The records of migrations are under row-level security by authority, as the tables of read models are by party: whose
-- rows a reader is shown is said by "permit.rows" (0007), and who says nothing is shown nothing. A writer moves them.
--
-- COPY takes no policies, not even one that lets everything through: a load copies into tables of its session, and
-- fills legacy_record and legacy_dossier from there.

do $$
declare
    name  text;
    whole constant text := '(select permit.row_scope(''everything'')) is not null';
    shown text;
begin
    foreach name in array array['legacy_batch', 'legacy_record', 'legacy_dossier', 'legacy_quarantine',
                                'legacy_cutover_step', 'legacy_topic_partition',
                                'legacy_tally', 'legacy_correction', 'legacy_quarantine_step']
    loop
        shown := whole || case
            when name = 'legacy_tally'
            -- Of what has no authority of its own, a reader is shown what belongs to a row that it is shown.
            then ' or exists (select from permit.legacy_batch b where b.id = batch)'
            when name in ('legacy_correction', 'legacy_quarantine_step')
            then format(' or exists (select from permit.legacy_quarantine q where q.record_id = %I.record_id)', name)
            else ' or authority = (select permit.row_scope(''authority''))' end;
        execute format('alter table %I enable row level security', name);
        -- The owner too: a view that somebody makes later reads with the rights of its owner.
        execute format('alter table %I force row level security', name);
        execute format('create policy of_the_program on %I to permit_writer using (true) with check (true)', name);
        execute format('create policy of_the_caller on %I for select to permit_reader using (%s)', name, shown);
        execute format('create policy of_the_owner on %I to permit_owner using (%s)', name, shown);
    end loop;
end
$$;
