"""The server-rendered pages: what a person sees of the service, in four languages and without needing scripts."""
