"""What is always held out, by somebody who does not know the algorithm."""

from . import compilers, packages, platform, services

KINDS = [kind for module in (compilers, packages, platform, services) for kind in module.KINDS]
