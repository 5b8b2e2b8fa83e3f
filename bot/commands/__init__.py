"""Staff commands, the same on every channel: text in, Message out."""
