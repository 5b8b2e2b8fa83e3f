"""When and whether: pure rules, and the shell that performs what they decide."""
