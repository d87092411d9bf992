"""All kinds of failures."""

from . import c, git, go, java, javascript, machine, network, python, rust, shell

KINDS = [kind for module in (rust, c, python, javascript, go, java, git, network, shell, machine) for kind in module.KINDS]

assert len({kind.name for kind in KINDS}) == len(KINDS), "two kinds have the same name"
