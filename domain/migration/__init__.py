"""Records of the authorities that move in: read, judged and retold in one form. Nothing is invented."""
