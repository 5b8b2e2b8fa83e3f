"""Plan: what a file would do over the next days, to the people and after the events there are."""
