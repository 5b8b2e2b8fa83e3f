"""Discretion: which groups are too small to show without giving their members away."""

from collections.abc import Mapping


def too_small(sizes: Mapping[str, int], minimum: int) -> frozenset[str]:
    """Give the groups of one total to hide, by name -> answers.

    Those below ``minimum``; and, where only they are missing from the total, so many of the next
    smallest that the remainder tells nothing either: at least two groups hidden, with ``minimum``
    answers between them.
    """
    by_size = sorted(sizes, key=lambda name: (sizes[name], name))
    hidden = [name for name in by_size if sizes[name] < minimum]
    if not hidden:
        return frozenset()
    for name in by_size[len(hidden) :]:
        if len(hidden) > 1 and sum(sizes[h] for h in hidden) >= minimum:
            break
        hidden.append(name)
    return frozenset(hidden)
