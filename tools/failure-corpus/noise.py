"""What a build writes around its failure."""

import dataclasses
import datetime
import typing

from held_out import noise as held_out_noise
from words import name, version

SENTENCES = [
    "Using cached environment from the last run", "Reading settings", "Checking out the sources", "Nothing to restore",
    "Cache hit, restoring 214 files", "Setting up the environment", "Resolving versions", "All checks of the environment passed",
    "note: 3 warnings emitted", "0 errors, 4 warnings", "no errors found", "Errors: 0, Warnings: 12", "error_log=/dev/stderr",
    "retrying in 2s (attempt 1 of 5)", "connection established", "warning: could not read the cache, continuing without",
    "WARN  deprecated option `failOnError` is ignored", "INFO  reconnected after a time-out", "skipped: no failed tests from the last run",
]

# What sounds bad and is not: builds are full of it.
HARMLESS = [
    "ls: cannot access 'build/previous': No such file or directory", "fatal: No names found, cannot describe anything.",
    "ERROR StatusLogger No logging configuration found, using the default", "error: failed to read the remote cache, ignoring",
    "Cannot find a tag, using version 0.0.0", "java.lang.InterruptedException: sleep interrupted (expected by the test)",
    "Failed to load the optional plugin `metrics`", "npm warn could not resolve the optional peer dependency",
    "W: connection refused by the tracing agent, traces are dropped", "find: 'cache/tmp': Permission denied",
    "[expected] ValueError: negative price", "rm: cannot remove 'dist': No such file or directory",
    "test_rejects_unknown_user: 401 Unauthorized (as expected)", "WARN timeout while reading the lock, trying again",
    "grep: settings.local: No such file or directory", "touch: setting times of 'stamp': Operation not permitted",
    "cat: /etc/app/overrides.conf: No such file or directory", "warning: remote cache answered 503, building without it",
    "[mock] Error: connect ECONNREFUSED 127.0.0.1:9999 (simulated)", "Expected exception caught: java.lang.IllegalArgumentException: bad id",
    "pkg-config: optional package 'gtk-doc' was not found, documentation is skipped", "error handling self-test: passed",
    "I/O timeout while sending usage statistics; not fatal", "DEBUG  retry after HTTP 429 from the metadata service",
    "git: 'lfs' is not a git command, large files are not fetched", "could not detect the number of processors, using 2",
    "chmod: changing permissions of 'vendor': Operation not permitted (ignored)", "sed: can't read version.txt: No such file or directory",
    "User 'nobody' denied access, as the test wants", "stat: cannot statx '.cache': No such file or directory",
    "npm warn ERESOLVE overriding peer dependency", "ERROR 2 of 3 mirrors failed, the third one answered",
]
CHORES = ["Cleaning up", "Uploading reports", "Removing container 3f1c9a", "Collecting logs", "Elapsed: 74s", "Saving cache", "Post job cleanup.", "Stopping services",
          "Archived 3 files", "Sending metrics"]
ENDINGS = ["Error: Process completed with exit code 1.", "ERROR: the step failed", "exit status 1", "Build failed"]


@dataclasses.dataclass
class Log:
    text: str
    marked: list


def cargo(rng):
    names = [f"{name(rng)} v{version(rng)}" for _ in range(rng.randint(5, 60))] + ["thiserror v2.0.21", "error-chain v0.12.4"]
    return [f"   Compiling {each}" for each in names]


def npm(rng):
    lines = [f"npm warn deprecated {name(rng)}@{version(rng)}: this package is no longer supported" for _ in range(rng.randint(1, 6))]
    return lines + ["", f"added {rng.randint(20, 900)} packages in {rng.randint(2, 60)}s", "", "found 0 vulnerabilities"]


def pip(rng):
    lines = []
    for _ in range(rng.randint(4, 25)):
        package, number = name(rng), version(rng)
        lines += [f"Collecting {package}", f"  Downloading {package}-{number}-py3-none-any.whl ({rng.randint(5, 900)} kB)"]
    return lines + ["Installing collected packages: " + ", ".join(name(rng) for _ in range(8)), "Successfully installed " + name(rng)]


def maven(rng):
    lines = ["[INFO] Scanning for projects...", "[INFO] "]
    for _ in range(rng.randint(5, 60)):
        artifact, number = name(rng), version(rng)
        lines.append(f"Downloaded from central: https://repo.example.com/maven2/org/{artifact}/{number}/{artifact}-{number}.pom ({rng.randint(1, 40)} kB at {rng.randint(10, 900)} kB/s)")
    return lines + ["[WARNING] Using platform encoding (UTF-8 actually)", "[INFO] Tests run: 12, Failures: 0, Errors: 0, Skipped: 1"]


def tests(rng):
    lines = []
    for _ in range(rng.randint(5, 80)):
        lines.append(f"test {name(rng).replace('-', '_')}::{rng.choice(['error_paths', 'returns_none_when_missing', 'works', 'rejects_invalid_input', 'times_out'])} ... ok")
    return lines + [f"test result: ok. {len(lines)} passed; 0 failed; 0 ignored"]


def go(rng):
    return [f"ok  \texample.com/{name(rng)}/{name(rng)}\t{rng.random() * 4:.3f}s" for _ in range(rng.randint(3, 30))]


def layers(rng):
    lines = []
    for number in range(rng.randint(3, 10)):
        lines.append(f"STEP {number + 1}/12: RUN make {name(rng)}")
        lines.append(f"--> {rng.getrandbits(48):012x}")
        lines += [f"Copying blob sha256:{rng.getrandbits(256):064x}" for _ in range(rng.randint(0, 4))]
    return lines


def gcc(rng):
    lines = []
    for _ in range(rng.randint(5, 60)):
        each = name(rng).replace("-", "_")
        lines.append(f"gcc -O2 -Wall -Werror=format-security -c -o build/{each}.o src/{each}.c")
        if rng.random() < 0.1:
            lines += [f"src/{each}.c: In function '{each}_init':", f"src/{each}.c:{rng.randint(5, 400)}:{rng.randint(2, 40)}: warning: unused variable 'err' [-Wunused-variable]"]
    return lines


def apt(rng):
    lines = []
    for _ in range(rng.randint(4, 30)):
        each = name(rng)
        lines += [f"Selecting previously unselected package lib{each}.", f"Unpacking lib{each} ({version(rng)}) ...", f"Setting up lib{each} ({version(rng)}) ..."]
    return lines + ["Setting up libgpg-error0:amd64 (1.46-1) ...", "Processing triggers for libc-bin (2.36) ..."]


def progress(rng):
    return ["".join(f"\rreceiving objects: {percent:3d}% ({percent * 12}/1200)" for percent in range(0, 101, rng.randint(5, 20)))]


def chatter(rng):
    return [rng.choice(SENTENCES) for _ in range(rng.randint(2, 20))]


# The last one is chatter.
BLOCKS = [cargo, npm, pip, maven, tests, go, layers, gcc, apt, progress, chatter, chatter]


class Noise(typing.NamedTuple):
    """What there is to write around a failure."""

    blocks: list
    harmless: list
    chores: list
    endings: list


# What is held out has other noise, so that nobody can tune on it.
NOISE = {
    False: Noise(BLOCKS, HARMLESS, CHORES, ENDINGS),
    True: Noise(held_out_noise.BLOCKS, held_out_noise.HARMLESS, held_out_noise.CHORES, held_out_noise.ENDINGS),
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
    head, tail = before(rng, NOISE[held_out]), after(rng, NOISE[held_out])
    if rng.random() < 0.25:
        lines = [f"\x1b[31m{line}\x1b[0m" if index in marked else line for index, line in enumerate(lines)]
    every = head + lines + tail
    style = rng.random()
    if style < 0.3:
        every = with_times(rng, every)
    elif style < 0.4:
        every = [f"[step-build] {line}" for line in every]
    return Log("\n".join(every) + "\n", [len(head) + index + 1 for index in marked])


def with_times(rng, lines):
    moment = datetime.datetime(2026, rng.randint(1, 12), rng.randint(1, 28), rng.randint(0, 23), rng.randint(0, 59))
    stamped = []
    form = rng.choice(["%Y-%m-%dT%H:%M:%S.%fZ", "[%H:%M:%S]", "%Y/%m/%d %H:%M:%S", "%b %d %H:%M:%S"])
    for line in lines:
        moment += datetime.timedelta(milliseconds=rng.randint(1, 900))
        stamped.append(f"{moment.strftime(form)} {line}")
    return stamped
