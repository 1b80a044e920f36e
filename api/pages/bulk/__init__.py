"""Applications in bulk: a file is read, judged and filed, on pages."""
