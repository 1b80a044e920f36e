"""Every command of ``permit``: its name, where it is, what it is for, and one example. A command is added here.

A test compares each description with the docstring of the function, and parses each example.
"""

from __future__ import annotations

from typing import Final

from api.cli.lazy_group import Entry, Section

PERMIT: Final = Section(
    "permit",
    "Event-sourced case processing for the Belgian single permit.",
    (
        Entry("demo", "demo:demo", "File, check, decide and count applications", "demo --cases 400"),
        Entry("serve", "serving:serve", "The HTTP interface, with its workers", "serve --port 8080"),
        Entry("work", "serving:work", "Workers without the HTTP interface", "work projections"),
        Entry(
            "doctor",
            "serving:doctor",
            "Look whether everything this program needs is there and as it should be",
            "doctor",
        ),
        Entry("status", "operations:status", "How far relay, consumers and read models are behind", "status --json"),
        Entry("bench", "bench:bench", "Measure our speed beside a peer's", "bench append"),
        Entry(
            "assess", "assess:assess", "Assess the facts of an application", "assess facts.json --known-on 2026-03-01"
        ),
        Entry(
            "token", "token:token", "A token of the development issuer", "token --role caseHandler --authority flanders"
        ),
        Section(
            "law",
            "The law as this program holds it.",
            (
                Entry(
                    "show",
                    "law:show_threshold",
                    "The salary threshold of a category on a day, with its source and confidence",
                    "law show flanders highlySkilled --on 2026-03-01",
                ),
                Entry("check", "law:check", "Prove the law data", "law check"),
                Entry("document", "law:document", "The whole law as one page of Markdown", "law document"),
            ),
        ),
        Section(
            "audit",
            "What a regulator checks in the log.",
            (
                Entry(
                    "verify",
                    "audit:verify",
                    "Recompute every leaf, the links of each case, the dense positions and the tree root",
                    "audit verify",
                ),
                Entry(
                    "replay",
                    "audit:replay",
                    "Assess recorded verdicts again, from their recorded inputs",
                    "audit replay --all",
                ),
                Entry(
                    "what-if",
                    "audit_reach:what_if",
                    "Assess the decided cases again under another rule set",
                    "audit what-if --rules draft-law --from 2026-01-01",
                ),
                Entry(
                    "rests-on",
                    "audit_reach:rests_on",
                    "Every decision that is based on a rule, an answer, or a document",
                    "audit rests-on --rule FL-HS-2025",
                ),
            ),
        ),
        Section(
            "projections",
            "The read models.",
            (
                Entry(
                    "list",
                    "projections:list_models",
                    "Each read model with the position it has reached, how far it is behind and what it has parked",
                    "projections list",
                ),
                Entry(
                    "rebuild",
                    "projections:rebuild",
                    "Rebuild a read model from the journal while the old one serves",
                    "projections rebuild case-file",
                ),
                Entry(
                    "check",
                    "projections:check",
                    "Build a second copy of a read model and compare the two",
                    "projections check case-file",
                ),
                Entry(
                    "retry",
                    "projections:retry",
                    "Retry the applications that a read model has parked",
                    "projections retry case-file",
                ),
            ),
        ),
        Section(
            "topics",
            "The topics of Kafka.",
            (
                Entry("list", "topics:list_topics", "Every topic", "topics list"),
                Entry("create", "topics:create", "Make the topics that do not exist", "topics create"),
                Entry("check", "topics:check", "Compare the broker's topics with the code", "topics check"),
                Entry(
                    "restart",
                    "topics:restart",
                    "Restart a consumer at the earliest records of its topics",
                    "topics restart crossroads-intake",
                ),
                Entry(
                    "document",
                    "topics:document",
                    "Write the schemas of what is published and the AsyncAPI document",
                    "topics document --to docs/asyncapi.yaml",
                ),
            ),
        ),
        Section(
            "migrate",
            "Records of the authorities that migrate.",
            (
                Entry(
                    "dry-run",
                    "migrate:dry_run",
                    "Assess the records of files as a load would, and write nothing",
                    "migrate dry-run brussels permits.csv",
                ),
                Entry(
                    "run",
                    "migrate:run",
                    "Load the records of files into the journal",
                    "migrate run brussels permits.csv",
                ),
                Entry("status", "migrate_status:status", "The status of each authority", "migrate status"),
                Entry(
                    "report",
                    "migrate:report",
                    "Reconcile both sides and write the signed report",
                    "migrate report brussels",
                ),
                Entry(
                    "related",
                    "migrate:related",
                    "File numbers that are related, here or with another authority",
                    "migrate related brussels",
                ),
                Entry(
                    "check-report",
                    "migrate:check_report",
                    "Whether a report is unchanged since it was signed",
                    "migrate check-report report.json",
                ),
                Entry(
                    "lineage",
                    "migrate:lineage",
                    "From a file number, a case or an event to raw record",
                    "migrate lineage BX-2019-00123 --authority brussels",
                ),
                Section(
                    "batch",
                    "Files and batches of topics, and what depends on each.",
                    (
                        Entry(
                            "list",
                            "migrate_batch:list_batches",
                            "The batches of an authority, newest first, with what depends on each",
                            "migrate batch list brussels",
                        ),
                        Entry(
                            "show",
                            "migrate_batch:show",
                            "One batch: its ledger, its landed records with their fate",
                            "migrate batch show 5b7f0c9e-0d4e-5d0c-9a0d-6d1f6f0c2c11",
                        ),
                        Entry(
                            "abandon",
                            "migrate_batch:abandon_batch",
                            "Abandon a file that was not loaded completely",
                            'migrate batch abandon 5b7f0c9e-0d4e-5d0c-9a0d-6d1f6f0c2c11 --motive "sent twice"',
                        ),
                        Entry(
                            "supersede",
                            "migrate_batch:supersede_batch",
                            "A corrected file replaces a batch",
                            "migrate batch supersede 5b7f0c9e-0d4e-5d0c-9a0d-6d1f6f0c2c11"
                            " --by 0f8fad5b-d9cb-469f-a165-70867728950e",
                        ),
                    ),
                ),
                Section(
                    "quarantine",
                    "Quarantined records.",
                    (
                        Entry(
                            "list",
                            "migrate_quarantine:list_records",
                            "The records in quarantine, without their content",
                            "migrate quarantine list brussels",
                        ),
                        Entry(
                            "show",
                            "migrate_quarantine:show",
                            "One of them with its content, raw and parsed",
                            "migrate quarantine show brussels 5b7f0c9e-0d4e-5d0c-9a0d-6d1f6f0c2c11",
                        ),
                    ),
                ),
                Section(
                    "repair",
                    "Correct records and try them again.",
                    (
                        Entry(
                            "correct",
                            "migrate_quarantine:correct",
                            "Replace the text of a field",
                            "migrate repair correct brussels 5b7f0c9e-0d4e-5d0c-9a0d-6d1f6f0c2c11 niss 85073003328"
                            ' --motive "confirmed by the employer"',
                        ),
                        Entry(
                            "replay",
                            "migrate_quarantine:replay",
                            "Try records again, with their corrections and the mapping of today",
                            'migrate repair replay brussels --motive "mapping corrected"',
                        ),
                    ),
                ),
                Section(
                    "cutover",
                    "Switch an authority over to this system in steps, or back.",
                    (
                        Entry(
                            "status",
                            "migrate_cutover:status",
                            "Whether the authority is live here, the steps that were taken, and the next one",
                            "migrate cutover status brussels",
                        ),
                        Entry(
                            "rehearsed",
                            "migrate_cutover:rehearsed",
                            "The cut-over was rehearsed, and timed",
                            "migrate cutover rehearsed brussels --seconds 5400",
                        ),
                        Entry(
                            "freeze",
                            "migrate_cutover:freeze",
                            "The former system accepts no more changes",
                            "migrate cutover freeze brussels",
                        ),
                        Entry(
                            "drain",
                            "migrate_cutover:drain",
                            "All that was sent has been taken over",
                            "migrate cutover drain brussels",
                        ),
                        Entry(
                            "reconcile",
                            "migrate_cutover:reconcile",
                            "Both sides agree and the ledger balances",
                            "migrate cutover reconcile brussels",
                        ),
                        Entry(
                            "propose",
                            "migrate_cutover:propose",
                            "Propose the switch for approval by someone else",
                            "migrate cutover propose brussels",
                        ),
                        Entry(
                            "approve",
                            "migrate_cutover:approve",
                            "Switch: from now on its cases are decided here",
                            "migrate cutover approve brussels --by jan.peeters",
                        ),
                        Entry(
                            "reopen",
                            "migrate_cutover:reopen",
                            "Withdraw drain, report and proposal",
                            'migrate cutover reopen brussels --motive "a file was forgotten"',
                        ),
                        Entry(
                            "propose-back",
                            "migrate_cutover:propose_back",
                            "Propose the rollback for approval by someone else",
                            'migrate cutover propose-back brussels --motive "court order"',
                        ),
                        Entry(
                            "approve-back",
                            "migrate_cutover:approve_back",
                            "Export what happened here, then make the former system authoritative again",
                            "migrate cutover approve-back brussels --export back.jsonl.gz",
                        ),
                    ),
                ),
            ),
        ),
        Section(
            "dead-letters",
            "Dead-lettered messages.",
            (
                Entry(
                    "list",
                    "dead_letters:list_letters",
                    "The dead-lettered messages, without their content",
                    "dead-letters list",
                ),
                Entry(
                    "show",
                    "dead_letters:show",
                    "One of them with its content, which is kept encrypted and may be personal",
                    "dead-letters show 7",
                ),
                Entry(
                    "replay",
                    "dead_letters:replay",
                    "Apply one or many now, each with all messages that waited for it",
                    'dead-letters replay 7 --reason "schema corrected"',
                ),
                Entry(
                    "discard",
                    "dead_letters:discard",
                    "Discard one or many; what waited for them continues without them",
                    'dead-letters discard --set-aside-for legacyEnvelopeUnreadable --yes --reason "test messages"',
                ),
                Entry(
                    "resume",
                    "dead_letters:resume",
                    "Let a stopped consumer continue after the message it dead-lettered",
                    'dead-letters resume crossroads-intake --reason "corrected"',
                ),
            ),
        ),
        Section(
            "database",
            "A PostgreSQL server of your own.",
            (
                Entry(
                    "sql",
                    "database:sql",
                    "Print the SQL that an administrator runs",
                    "database sql",
                ),
                Entry(
                    "case-index",
                    "database:case_index",
                    "Make cases findable that were filed before there was an index of cases",
                    "database case-index",
                ),
            ),
        ),
    ),
)
