"""What happened in a case and why its days are what they are, told in whole sentences in four languages."""
