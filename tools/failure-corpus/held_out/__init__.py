"""What is always held out, by somebody who does not know the algorithm."""

from . import compilers

KINDS = compilers.KINDS
