"""The PostgreSQL server that the program works on: found or run, examined, given its tables, connected to.

The errors of this package stop a command, or the program; each text says what is wrong and what to do::

    Unusable
    ├── DatabaseUnavailable         it cannot be reached or refused the work; nothing was written
    │   └── ServerUnsuitable        it answers, but this program cannot work on it
    ├── EmbeddedPostgresUnusable    the embedded server cannot run here
    ├── ServerNotDurable            it may lose what it acknowledged
    ├── SchemaUnusable              its tables are not those of this program, or of another journal
    │   ├── SchemaMissing           it has not been set up yet
    │   └── SchemaOfAnotherVersion  another version of the program set it up
    └── NotADemonstration           a demonstration would destroy what is in it
"""
