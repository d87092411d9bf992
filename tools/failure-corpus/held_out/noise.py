"""What a build writes around its failure in the held-out half."""

SENTENCES = ["Nothing to do"]
HARMLESS = ["nothing"]
CHORES = ["a", "b", "c", "d", "e", "f"]
ENDINGS = ["end"]


def chatter(rng):
    return ["x"]


BLOCKS = [chatter]


def passed(rng, head, tail):
    """What the same step wrote when it passed last, or nothing."""
    return []
