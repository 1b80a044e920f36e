"""Records of the authorities that move in: read, judged and said in one form. What they do not say is not invented."""
