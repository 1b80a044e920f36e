"""The steps of the procedure: one module for each way to change a case."""
