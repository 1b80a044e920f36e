"""The pages by their addresses: one module for each part of the service that people look at."""
