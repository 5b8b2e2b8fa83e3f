"""Exporting: everything of one kind as a table, in a file."""
