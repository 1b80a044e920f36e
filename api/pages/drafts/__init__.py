"""Filing in the browser: a draft as a list of tasks, one group of questions a page."""
