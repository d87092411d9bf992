"""What a build writes around its failure, and what it wrote when it passed."""

import dataclasses
import datetime
import typing

from held_out import noise as held_out_noise

from . import builds, more_builds, passed


@dataclasses.dataclass
class Log:
    text: str
    marked: list
    passed: str


class Noise(typing.NamedTuple):
    """What there is to write around a failure."""

    blocks: list
    harmless: list
    chores: list
    endings: list
    passed: typing.Callable


def noise_of(*modules, passed):
    """What modules have together; the last of their blocks is chatter."""
    def together(what):
        return [each for module in modules for each in getattr(module, what)]

    return Noise(together("BLOCKS"), together("HARMLESS"), together("CHORES"), together("ENDINGS"), passed)


# What is held out has other noise, so that nobody can tune on it.
NOISE = {
    False: noise_of(builds, more_builds, passed=passed.lines),
    True: noise_of(held_out_noise, passed=held_out_noise.passed),
}


def before(rng, noise):
    lines = []
    for _ in range(rng.randint(1, 6)):
        lines += rng.choice(noise.blocks)(rng)
    return sprinkled(rng, lines, noise)


def sprinkled(rng, lines, noise):
    """With some harmless lines among them, in half of the logs."""
    for _ in range(rng.choice([0, 0, 0, 1, 2, 3])):
        lines.insert(rng.randint(0, len(lines)), rng.choice(noise.harmless))
    return lines


def after(rng, noise):
    """What is still done when it has failed: little, or much, since other jobs go on beside it."""
    lines = []
    most = rng.choice([0, 0, 0, 40, 120, 300])
    while len(lines) < rng.randint(most // 2, most):
        lines += rng.choice(noise.blocks)(rng)
    lines = sprinkled(rng, lines[:most], noise)
    if rng.random() < 0.4:
        lines.append(f"make: *** [Makefile:{rng.randint(3, 90)}: {rng.choice(['all', 'build', 'check'])}] Error {rng.randint(1, 2)}")
    if rng.random() < 0.5:
        lines += rng.sample(noise.chores, rng.randint(1, 6))
    if rng.random() < 0.2:
        lines += noise.blocks[-1](rng)
    if rng.random() < 0.3:
        lines.append(rng.choice(noise.endings))
    return lines


def around(rng, lines, marked, held_out):
    """The tool's lines between those of a build; `marked` are indices of the former, then numbers of all lines."""
    noise = NOISE[held_out]
    head, tail = before(rng, noise), after(rng, noise)
    passed = noise.passed(rng, list(head), list(tail))
    if rng.random() < 0.25:
        lines = [f"\x1b[31m{line}\x1b[0m" if index in marked else line for index, line in enumerate(lines)]
    style, form = rng.random(), rng.choice(TIMES)

    def styled(every):
        if style < 0.3:
            every = with_times(rng, every, form)
        elif style < 0.4:
            every = [f"[step-build] {line}" for line in every]
        return "".join(f"{line}\n" for line in every)

    return Log(styled(head + lines + tail), [len(head) + index + 1 for index in marked], styled(passed) if passed else "")


TIMES = ["%Y-%m-%dT%H:%M:%S.%fZ", "[%H:%M:%S]", "%Y/%m/%d %H:%M:%S", "%b %d %H:%M:%S"]


def with_times(rng, lines, form):
    moment = datetime.datetime(2026, rng.randint(1, 12), rng.randint(1, 28), rng.randint(0, 23), rng.randint(0, 59))
    stamped = []
    for line in lines:
        moment += datetime.timedelta(milliseconds=rng.randint(1, 900))
        stamped.append(f"{moment.strftime(form)} {line}")
    return stamped
