"""Records of the authorities that move in, from a file or a topic into the journal, and proof that none was lost."""
