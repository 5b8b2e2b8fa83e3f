"""What is remembered: rows never leave this package, only values of surveys.* do."""
