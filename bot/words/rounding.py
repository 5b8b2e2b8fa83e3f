"""Rounding as people do it."""


def round_half_up(number: float) -> int:
    """Round as people do: halves away from zero, for Python's own rounds 42.5 to 42.

    The tiny push lets 0.285 * 100, stored as 28.499999999999996, be the half it stands for.
    """
    return int(abs(number) + 0.5 + 1e-9) * (1 if number >= 0 else -1)
