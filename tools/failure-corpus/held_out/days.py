"""What the same step wrote on another day."""

import re

MEASURES = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?= ?(?:ms|s|m|kB|MB|KiB|MiB|GB|kB/s|MB/s|B|K|%|min)\b)|(?<=in )\d+(?:\.\d+)?|\b\d+\.\d{2,3}(?=s?\b)")
DATES = re.compile(r"\b2026-\d\d-\d\d(?=[T ])")
CLOCKS = re.compile(r"(?<!\d)\d\d:\d\d:\d\d\b")
HASHES = re.compile(r"\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,64}\b")
VERSIONS = re.compile(r"(?<![\d.])\d+\.\d+\.\d+(?![\d.])")
NUMBERS = re.compile(r"\d+")


def another_day(rng, head, tail, harmless, chores, blocks):
    lines = head + further(rng, blocks) + tail
    bumped = rng.choice([0.0, 0.02, 0.1, 0.5])
    counted = rng.choice([0.05, 0.2, 0.6])
    lost = rng.choice([0.0, 0.02, 0.06])
    date = f"2026-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
    lines = [changed(rng, line, date, bumped, counted) for line in lines if rng.random() >= (0.5 if line in harmless else 0.2 if line in chores else lost)]
    if rng.random() < 0.15:
        lines = without_part(rng, lines)
    if rng.random() < 0.35:
        lines = in_other_order(rng, lines)
    for _ in range(rng.choice([0, 0, 1, 1, 2, 4])):
        lines.insert(rng.randint(0, len(lines)), rng.choice(harmless))
    if rng.random() < 0.5:
        lines += [each for each in rng.sample(chores, 3) if each not in lines]
    if rng.random() < 0.08:
        lines = lines[-rng.randint(20, 200):]
    return lines


def further(rng, blocks):
    """What comes where it failed today: the step went on."""
    return [line for _ in range(rng.choice([0, 1, 1, 2, 3])) for line in rng.choice(blocks)(rng)]


def without_part(rng, lines):
    """A cache was warm, so a part was not done."""
    start = rng.randint(0, len(lines))
    return lines[:start] + lines[start + rng.randint(5, 60):]


def in_other_order(rng, lines):
    """Neighbours that run at the same time come as they are done."""
    start = rng.randint(0, len(lines))
    end = start + rng.randint(4, 80)
    part = list(enumerate(lines[start:end]))
    part.sort(key=lambda each: each[0] + rng.uniform(0, 5))
    return lines[:start] + [line for _, line in part] + lines[end:]


def changed(rng, line, date, bumped, counted):
    """Times, measures and hashes are always others, versions and counts sometimes."""
    if CLOCKS.search(line):
        line = CLOCKS.sub(lambda _: f"{rng.randint(0, 23):02}:{rng.randint(0, 59):02}:{rng.randint(0, 59):02}", line)
        return DATES.sub(date, line)
    line = HASHES.sub(lambda found: f"{rng.getrandbits(4 * len(found[0])):0{len(found[0])}x}", line)
    if rng.random() < bumped:
        line = VERSIONS.sub(lambda found: raised(rng, found[0]), line)
    if rng.random() < counted and not VERSIONS.search(line):
        return NUMBERS.sub(lambda found: near(rng, found[0]), line)
    return MEASURES.sub(lambda found: NUMBERS.sub(lambda part: near(rng, part[0]), found[0]), line)


def raised(rng, version):
    """The version before or after."""
    parts = version.split(".")
    place = rng.choice([1, 2, 2])
    parts[place] = str(max(0, int(parts[place]) + rng.choice([-2, -1, 1])))
    return ".".join(parts)


def near(rng, number):
    """None stays none: what passed had no failures."""
    value = int(number)
    if value == 0:
        return number
    return str(rng.randint(value * 7 // 10, value * 13 // 10 + 1)).zfill(len(number))
