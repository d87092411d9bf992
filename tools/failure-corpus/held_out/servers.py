"""Servers that refuse."""


def answer(handler, parts):
    """Answers what these servers know, and says whether they did."""
    return False
