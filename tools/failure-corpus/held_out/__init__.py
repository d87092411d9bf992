"""What is always held out: kinds of failures, servers and harmless lines by somebody who does not know the algorithm."""

from . import code, packages, platform, runs, texts

KINDS = [kind for module in (code, packages, runs, platform, texts) for kind in module.KINDS]
