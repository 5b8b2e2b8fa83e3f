"""The process and its staff-facing side."""

__version__ = "0.1.0"
