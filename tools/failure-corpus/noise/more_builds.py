"""More of what a build writes around its failure."""

from words import name, version

SENTENCES = [
    "Using the toolchain of the image", "Workspace is clean", "Nothing changed since the last green build", "lockfile is up to date, resolution step is skipped",
    "Build cache is disabled for this job", "Restored 3 of 4 caches (one was missing)", "level=warning msg=\"optional config file not present\" file=.env.local",
    "lint: 0 problems (0 errors, 0 warnings)", "fail-fast is off, all shards run to the end", "errors.go: unchanged", "Skipping the failure notification, nothing failed so far",
    "[debug] retry budget: 3 of 3 left", "DeprecationWarning: the `punycode` module is deprecated", "max_failures=10 failures=0", "broken links: none",
    "Dry run of the rollback: ok", "fixing permissions of /tekton/home", "quota: 14 % used", "Time limit of the task is 1h0m0s", "on_error: continue",
]
HARMLESS = [
    "cp: cannot stat 'coverage/lcov.info': No such file or directory (first run, nothing to compare with)", "fatal: no upstream configured for branch 'HEAD'; comparing with main",
    "Error response from daemon: No such container: old-test-db (nothing to remove)", "error: no previous release found, writing the whole changelog",
    "Error from server (NotFound): namespaces \"e2e-scratch\" not found - it will be created", "mkdir: cannot create directory 'reports': File exists",
    "Could not get lock /var/lib/dpkg/lock-frontend, waiting 3s ... got it", "curl: (7) Failed to connect to localhost port 8080: Connection refused - not ready yet, 1 of 30",
    "curl: (52) Empty reply from server - not ready yet, 4 of 30", "WARNING: Retrying (Retry(total=4, connect=None)) after connection broken by 'ReadTimeoutError': /simple/wheel/",
    "psql: error: the database system is starting up (waiting)", "FATAL:  role \"root\" does not exist", "ERROR:  relation \"schema_migrations\" does not exist at character 15",
    "level=error msg=\"failed to export spans\" err=\"context deadline exceeded\" dropped=12", "Segmentation fault handler installed", "OOM score of this process is set to -500",
    "npm notice New major version of npm available", "pnpm: failed to delete node_modules/.cache, it will be overwritten", "WARN  Issue while reading .npmrc: failed to replace env in config: ${NPM_TOKEN}",
    "ImportError: No module named 'cchardet' (falling back to charset_normalizer)", "assertion failures are fatal in this profile", "TestPaymentDeclined: card was declined: insufficient funds",
    "WARNING: No swap limit support", "[W] 2 tests are quarantined: checkout_times_out, login_fails_when_locked", "gpg: WARNING: unsafe permissions on homedir '/tekton/home/.gnupg'",
    "Unable to find image 'busybox:1.36' locally", "error: RPC failed; curl 18 transfer closed - fetching again with depth 1 ... done", "kill: (4711) - No such process", "Terminated the mock server, its exit code is 143 as usual",
    "unable to resolve host builder-3: Name or service not known (harmless)", "warning: LF will be replaced by CRLF in fixtures/broken.csv", "ln: failed to create symbolic link 'latest': File exists",
    "diff: previous/openapi.json: No such file or directory", "policy check skipped: no policy for branch builds", "xargs: warning: options --max-args and --replace are mutually exclusive",
    "exit code 1 of `grep -q TODO` means that there is none", "HTTP 404 for /favicon.ico", "2 deprecated APIs are used, see build/reports/problems",
]
CHORES = ["Uploading test-results.xml (214 kB)", "Writing the cache key", "docker compose down --volumes", "Stopping the mock of the payment service", "Publishing annotations: none",
          "removed '/tmp/build.lock'", "Sending the duration to the dashboard: 202", "gzip coverage.json", "Logging out of the registry", "Removing login credentials", "Deleting the scratch namespace",
          "Flushing 31 spans", "post-run hooks: 2 of 2 ok", "real\t1m12.204s"]
ENDINGS = ["script returned exit code 1", "error: task \"default\" exited with a non-zero code", "ERROR: Job failed: exit code 1", "Finished: FAILURE", "!! step finished with errors",
           "The command exited with 1.", "task: Failed to run task \"ci\": exit status 1"]


def gradle(rng):
    lines = ["Starting a Gradle Daemon, 1 incompatible Daemon could not be reused, use --status for details"]
    for _ in range(rng.randint(5, 40)):
        lines.append(f"> Task :{name(rng)}:{rng.choice(['compileJava', 'processResources', 'classes', 'test', 'jar', 'checkstyleMain'])}{rng.choice(['', ' UP-TO-DATE', ' NO-SOURCE', ' FROM-CACHE'])}")
    return lines + ["Note: Some input files use unchecked or unsafe operations.", "Deprecated Gradle features were used in this build, making it incompatible with Gradle 9.0."]


def pytest(rng):
    count = rng.randint(4, 40)
    lines = [f"tests/test_{name(rng).replace('-', '_')}{rng.choice(['', '_errors', '_timeouts', '_failover'])}.py {'.' * rng.randint(2, 20)}{rng.choice(['', 's', 'x'])} [{100 * each // count:3d}%]" for each in range(1, count)]
    return lines + ["", "tests/test_legacy.py:14", "  DeprecationWarning: datetime.datetime.utcnow() is deprecated", "", f"===== {count * 7} passed, 3 skipped, 2 xfailed, 1 warning in {rng.randint(3, 90)}.12s ====="]


def buildkit(rng):
    lines = []
    for step in range(5, rng.randint(7, 16)):
        lines.append(f"#{step} [build {step - 4}/12] RUN ./scripts/{name(rng)}.sh")
        lines += [f"#{step} {rng.random() * 9:.3f} {rng.choice(['fetching', 'unpacking', 'checking', 'stripping'])} {name(rng)}" for _ in range(rng.randint(0, 5))]
        lines += [f"#{step} {rng.choice(['CACHED', 'DONE 0.4s', 'DONE 2.9s'])}", ""]
    return lines + [" 1 warning found (use docker --debug to expand):", " - LegacyKeyValueFormat: \"ENV key=value\" should be used instead (line 9)"]


def configure(rng):
    lines = ["-- The C compiler identification is GNU 12.2.0"]
    for _ in range(rng.randint(5, 40)):
        what = name(rng).replace("-", "_").upper()
        lines.append(rng.choice([f"-- Looking for {what.lower()}.h - not found", f"-- Performing Test HAVE_{what} - Failed", f"-- Performing Test HAVE_{what} - Success", f"checking for {what.lower()}_r... no", f"checking whether {what.lower()} is broken... no"]))
    return lines + ["-- Could NOT find Doxygen (missing: DOXYGEN_EXECUTABLE)", "-- Configuring done", "-- Generating done"]


def yarn(rng):
    lines = ["➤ YN0000: · Yarn 4.1.1", "➤ YN0000: ┌ Resolution step"]
    lines += [f"➤ YN0060: │ {name(rng)} is listed by your project with version {version(rng)}, which doesn't satisfy what {name(rng)} and others request" for _ in range(rng.randint(1, 5))]
    lines += [f"➤ YN0013: │ {name(rng)}@npm:{version(rng)} can't be found in the cache and will be fetched from the remote registry" for _ in range(rng.randint(2, 25))]
    return lines + ["➤ YN0000: └ Completed in 2s 114ms", "➤ YN0000: · Done with warnings in 9s 402ms"]


def terraform(rng):
    lines = []
    for _ in range(rng.randint(2, 9)):
        each = f"module.{name(rng).replace('-', '_')}.aws_{rng.choice(['iam_role', 'sqs_queue', 'lb_listener'])}.main"
        lines += [f"{each}: Creating...", *[f"{each}: Still creating... [{10 * n}s elapsed]" for n in range(1, rng.randint(1, 6))], f"{each}: Creation complete after 41s"]
    return lines + ["Warning: Argument is deprecated", "", f"Apply complete! Resources: {rng.randint(1, 9)} added, 0 changed, 0 destroyed."]


def checkout(rng):
    commit = f"{rng.getrandbits(28):07x}"
    return ["hint: Using 'master' as the name for the initial branch. This default branch name", "hint: is subject to change.", "remote: Enumerating objects: 1204, done.",
            "".join(f"\rResolving deltas: {each:3d}% ({each * 7}/700)" for each in range(0, 101, rng.randint(9, 30))), f"Note: switching to '{commit}'.",
            "You are in 'detached HEAD' state. You can look around, make experimental", f"HEAD is now at {commit} {rng.choice(['Fix crash when the basket is empty', 'Do not fail on unknown fields', 'Revert broken retry'])}"]


def handled_in_java(rng):
    lines = [f"10:0{rng.randint(0, 9)}:17.204 WARN  [main] c.e.{name(rng)}.RetryingClient - attempt 1 of 3 was not answered, trying again", "java.net.SocketTimeoutException: Read timed out"]
    lines += [f"\tat com.example.{name(rng).replace('-', '.')}.{rng.choice(['Client', 'Handler', 'Pool'])}.{rng.choice(['read', 'send', 'take'])}({rng.choice(['Client', 'Pool'])}.java:{rng.randint(10, 400)})" for _ in range(rng.randint(3, 18))]
    return lines + [f"10:1{rng.randint(0, 9)}:18.001 INFO  [main] c.e.RetryingClient - attempt 2 of 3 was answered after 112 ms"]


def handled_in_python(rng):
    lines = ["WARNING:telemetry:the report could not be sent, going on without", "Traceback (most recent call last):"]
    for _ in range(rng.randint(1, 5)):
        lines += [f"  File \"/usr/lib/python3/dist-packages/telemetry/{name(rng).replace('-', '_')}.py\", line {rng.randint(9, 300)}, in {rng.choice(['send', 'flush', 'post'])}", "    self.transport.send(batch)"]
    return lines + ["OSError: [Errno 101] Network is unreachable", "INFO:telemetry:switched off"]


def lint(rng):
    lines = []
    for _ in range(rng.randint(3, 30)):
        lines.append(f"{rng.choice(['src', 'lib', 'tests'])}/{name(rng).replace('-', '_')}.py:{rng.randint(1, 400)}:{rng.randint(1, 99)}: {rng.choice(['W291 trailing whitespace', 'C0116 missing docstring', 'W0718 catching too general exception Exception', 'R1705 unnecessary else after return'])}")
    return lines + ["", "Your code has been rated at 9.81/10", "golangci-lint: 0 issues."]


def scan(rng):
    lines = [f"2026-01-0{rng.randint(1, 9)}T10:00:0{rng.randint(0, 9)}Z\tINFO\t[vuln] Vulnerability scanning is enabled"]
    lines += [f"{name(rng)} (debian 12): Total: 0 (HIGH: 0, CRITICAL: 0)" for _ in range(rng.randint(1, 8))]
    return lines + ["leaks found: 0", "INFO  Quality gate: PASSED, 0 blocker issues, 4 minor issues", "EXECUTION SUCCESS"]


def rollout(rng):
    lines = ["Warning: policy/v1beta1 PodDisruptionBudget is deprecated in v1.21+, unavailable in v1.25+"]
    for _ in range(rng.randint(2, 14)):
        each = name(rng)
        lines += [f"deployment.apps/{each} configured", f"Waiting for deployment \"{each}\" rollout to finish: 0 of 1 updated replicas are available...", f"deployment \"{each}\" successfully rolled out"]
    return lines + ["Readiness probe failed: HTTP probe failed with statuscode: 503 (first 2 of 40 probes)"]


def downloads(rng):
    lines = [f"go: downloading github.com/{rng.choice(['pkg/errors', 'hashicorp/go-multierror', 'cenkalti/backoff', 'sony/gobreaker'])} v{version(rng)}" for _ in range(rng.randint(2, 20))]
    lines += [f"Using {name(rng)} {version(rng)}" for _ in range(rng.randint(2, 20))]
    return lines + ["  % Total    % Received % Xferd  Average Speed", "".join(f"\r {each:3d}  12.4M {each:3d}  9120k    0     0  4101k" for each in range(0, 101, rng.randint(10, 40)))]


def dotnet(rng):
    lines = [f"/src/{name(rng)}/Legacy.cs({rng.randint(1, 300)},{rng.randint(1, 60)}): warning CS0618: 'Client.Send()' is obsolete: 'throws on failure'" for _ in range(rng.randint(1, 12))]
    return lines + ["Build succeeded.", f"    {len(lines)} Warning(s)", "    0 Error(s)", f"Passed!  - Failed:     0, Passed:   {rng.randint(10, 400)}, Skipped:     2"]


def ansible(rng):
    lines = []
    for _ in range(rng.randint(2, 9)):
        lines += [f"TASK [{name(rng)} : check] ****************", rng.choice(["ok: [localhost]", "changed: [localhost]", "skipping: [localhost]", "fatal: [localhost]: FAILED! => {\"changed\": false, \"rc\": 1}\n...ignoring"])]
    return [line for each in lines for line in each.split("\n")] + ["localhost : ok=14 changed=3 unreachable=0 failed=0 skipped=2 rescued=0 ignored=1"]


def karma(rng):
    lines = []
    for _ in range(rng.randint(3, 25)):
        lines.append(f"  ✔ {name(rng)} {rng.choice(['throws when the body is empty', 'reports an error for bad input', 'gives up after three failures', 'returns 500 if the database is gone'])} ({rng.randint(1, 90)}ms)")
    return lines + ["", f"  {len(lines)} passing", "  2 pending", "ERROR LOG: 'simulated: cannot connect'", f"Executed {len(lines)} of {len(lines)} SUCCESS (3.1 secs / 2.8 secs)"]


def chatter(rng):
    return [rng.choice(SENTENCES) for _ in range(rng.randint(2, 20))]


BLOCKS = [gradle, pytest, buildkit, configure, yarn, terraform, checkout, handled_in_java, handled_in_python, lint, scan, rollout, downloads, dotnet, ansible, karma, chatter, chatter]
