-- Who only reads the journal has nothing to do with the keys, wrapped as they are: not where both are kept in one database
-- either.
revoke select on data_key from permit_reader;
