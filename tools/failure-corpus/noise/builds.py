"""What a build writes around its failure."""

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
