"""Reports: numbers sent to colleagues by schedule, and printed by ``python -m bot report``."""
