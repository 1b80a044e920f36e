"""Drafts at rest: sealed in the journal's database, their keys in the key store."""
