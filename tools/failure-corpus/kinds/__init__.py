"""The kinds of failures that may be tuned on."""

from . import c, git, go, java, javascript, machine, network, python, rust, shell

KINDS = [kind for module in (rust, c, python, javascript, go, java, git, network, shell, machine) for kind in module.KINDS]
