"""The content of documents: outside the journal, by hash, encrypted under the key of the person it is about."""
