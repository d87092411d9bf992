"""What is always held out, by somebody who does not know the algorithm."""

KINDS = []
