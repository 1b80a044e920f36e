"""Applications that are being filled in: nothing that happened, so no events."""
