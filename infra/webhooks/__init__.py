"""Sending notices over HTTPS: how they are signed, which addresses may be called, and the one call."""
