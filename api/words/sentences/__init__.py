"""What happened in a case and why its days are what they are, in full sentences in four languages."""
