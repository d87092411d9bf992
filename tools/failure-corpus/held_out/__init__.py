"""What is always held out, by somebody who does not know the algorithm."""

from . import compilers, packages, platform, programs, scans, services, tests

KINDS = [kind for module in (compilers, packages, platform, programs, scans, services, tests) for kind in module.KINDS]
