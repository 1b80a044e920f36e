"""Records of the authorities that move in: read, judged and retold in one form. What they do not say is not invented."""
