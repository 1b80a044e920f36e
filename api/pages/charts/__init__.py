"""Pictures of figures: pure functions from data to SVG markup, each with the table of the same figures."""
