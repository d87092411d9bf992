"""What the same step wrote when it passed last."""

import re

from . import builds, more_builds

ENDINGS = builds.ENDINGS + more_builds.ENDINGS


def lines(rng, head, tail):
    """Of the lines around a failure; none when nobody has kept such a log.

    It is the same job on another day: other numbers, some things not done again, the rest in the same order.
    """
    if rng.random() < 0.2:
        return []
    return [renumbered(rng, line) for line in head + tail if not is_of_failure(line) and rng.random() < 0.95]


def is_of_failure(line):
    return line.startswith("make: ***") or line in ENDINGS


def renumbered(rng, line):
    return re.sub(r"\d+", lambda found: str(rng.randint(0, 10 ** len(found[0]) - 1)), line) if rng.random() < 0.5 else line
