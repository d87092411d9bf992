"""The kinds of failures that may be tuned on."""

from . import c, code, git, go, java, javascript, machine, network, packages, platform, python, runs, rust, shell, texts

KINDS = [kind for module in (rust, c, python, javascript, go, java, git, network, shell, machine,
                               code, packages, runs, platform, texts) for kind in module.KINDS]
