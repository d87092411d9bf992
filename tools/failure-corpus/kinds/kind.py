"""What a kind of failure is."""

import dataclasses
import typing


@dataclasses.dataclass(frozen=True)
class Kind:
    """One way to fail."""

    name: str
    class_: str
    """What a person would call it."""
    marks: typing.Sequence[str]
    """Patterns of the lines that a person would paste, in the tool's output alone."""
    script: typing.Callable
    """Writes the broken inputs of a variation and gives the shell script that fails on them."""
    needs: str = ""
    """The program that must be on the machine."""
    step: str = ""


def given(files, script):
    """A script on files with fixed texts, in which `@FILL@` becomes lines of comment."""

    def make(variation):
        for name, text in files.items():
            variation.write(name, text.replace("@PROJECT@", variation.project))
        return script

    return make
