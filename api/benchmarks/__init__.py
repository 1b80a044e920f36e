"""Benchmarks that go over HTTP: the whole way a caller goes, on loopback, bounded in number and time."""
