"""Benchmarks over HTTP: the full path of a request, on loopback, bounded in number and time."""
