"""What tools write when things go well."""

from words import name, version

WORRIES = ["handles_timeout", "retries_on_failure", "returns_error_for_bad_input", "denied_without_token", "missing_file", "panics_are_caught", "rejects_expired", "round_trip", "default_values", "large_body"]


def under(each):
    return each.replace("-", "_")


def camel(each):
    return "".join(part.title() for part in each.split("-"))


def uv(rng):
    count = rng.randint(8, 60)
    lines = [f"Using CPython 3.1{rng.randint(1, 3)}.{rng.randint(0, 9)} interpreter at: /usr/local/bin/python3", "Creating virtual environment at: .venv", f"Resolved {count} packages in {rng.randint(2, 900)}ms",
             f"   Building {name(rng)}=={version(rng)}", f"Prepared {count} packages in {rng.randint(1, 9)}.{rng.randint(10, 99)}s", f"Installed {count} packages in {rng.randint(20, 400)}ms"]
    return lines + [f" + {name(rng)}=={version(rng)}" for _ in range(count)] + [f" + exceptiongroup=={version(rng)}", " + retrying==1.3.4", "warning: Failed to hardlink files; falling back to full copy. This may lead to degraded performance."]


def pnpm(rng):
    total = rng.randint(200, 1900)
    lines = ["Lockfile is up to date, resolution step is skipped"]
    lines += [f"Progress: resolved {total}, reused {total * each // 6}, downloaded {each * rng.randint(0, 9)}, added {total * each // 6}" for each in range(rng.randint(0, 3), 6)]
    lines += [f" WARN  {rng.randint(2, 19)} deprecated subdependencies found: {', '.join(name(rng) + '@' + version(rng) for _ in range(rng.randint(2, 5)))}", f"Progress: resolved {total}, reused {total}, downloaded 0, added {total}, done"]
    lines += [f".../node_modules/{name(rng)} postinstall: Done" for _ in range(rng.randint(0, 5))]
    return lines + ["", "dependencies:"] + [f"+ {name(rng)} {version(rng)}{rng.choice(['', '', f' ({version(rng)} is available)', ' deprecated'])}" for _ in range(rng.randint(3, 20))] + ["", f"Done in {rng.randint(2, 40)}.{rng.randint(1, 9)}s"]


def bundler(rng):
    lines = ["Fetching gem metadata from https://rubygems.org/.........", "Resolving dependencies..."]
    for _ in range(rng.randint(4, 30)):
        each, number = name(rng), version(rng)
        lines += rng.choice([[f"Fetching {each} {number}", f"Installing {each} {number}"], [f"Fetching {each} {number}", f"Installing {each} {number} with native extensions"]])
    return lines + [f"Bundle complete! {rng.randint(9, 60)} Gemfile dependencies, {rng.randint(70, 200)} gems now installed.", "Gems in the groups 'development' and 'test' were not installed.", "1 installed gem you directly depend on is looking for funding."]


def rspec(rng):
    lines = ["", f"Randomized with seed {rng.randint(1000, 60000)}"]
    for _ in range(rng.randint(2, 12)):
        lines += ["", camel(name(rng)), f"  #{under(name(rng))}"]
        lines += [f"    {rng.choice(['raises an error without a token', 'is not valid when the name is missing', 'returns the cached value', 'times out after the limit', 'fails over to the second node'])}" for _ in range(rng.randint(1, 5))]
    return lines + ["", f"Finished in {rng.randint(1, 90)}.{rng.randint(10, 99)} seconds (files took {rng.randint(1, 9)}.{rng.randint(10, 99)} seconds to load)", f"{rng.randint(30, 900)} examples, 0 failures, {rng.randint(1, 4)} pending"]


def composer(rng):
    count = rng.randint(5, 40)
    lines = ["Installing dependencies from lock file (including require-dev)", "Verifying lock file contents can be installed on current platform.", f"Package operations: {count} installs, 0 updates, 0 removals"]
    lines += [f"  - Installing {name(rng)}/{name(rng)} (v{version(rng)}): Extracting archive" for _ in range(count)]
    return lines + [f"{rng.randint(2, 20)} package suggestions were added by new dependencies, use `composer suggest` to see details.", "Package sensio/framework-extra-bundle is abandoned, you should avoid using it. Use Symfony instead.", "Generating optimized autoload files",
                    "No security vulnerability advisories found.", f"PHPUnit 10.5.{rng.randint(1, 30)} by Sebastian Bergmann and contributors.", f"OK ({rng.randint(20, 400)} tests, {rng.randint(400, 2000)} assertions)"]


def dnf(rng):
    count = rng.randint(4, 40)
    lines = ["Updating Subscription Management repositories.", "Unable to read consumer identity", "This system is not registered with an entitlement server. You can use subscription-manager to register.", f"Red Hat Universal Base Image 9 (RPMs) - BaseOS  {rng.random() * 4:.1f} MB/s | {rng.randint(300, 900)} kB     00:00",
             "Dependencies resolved.", "Transaction Summary", f"Install  {count} Packages", "Running transaction check", "Transaction check succeeded.", "Running transaction test", "Transaction test succeeded."]
    lines += [f"  Installing       : {name(rng)}-{version(rng)}-{rng.randint(1, 40)}.el9.x86_64   {each}/{count}" for each in range(1, count + 1)]
    return lines + [f"  Verifying        : libgpg-error-1.42-5.el9.x86_64   {count}/{count}", "Complete!", f"{rng.randint(20, 60)} files removed"]


def apk(rng):
    count = rng.randint(6, 50)
    lines = [f"fetch https://dl-cdn.alpinelinux.org/alpine/v3.{rng.randint(17, 21)}/main/x86_64/APKINDEX.tar.gz", "WARNING: opening from cache https://dl-cdn.alpinelinux.org/alpine/v3.19/community: No such file or directory"]
    lines += [f"({each}/{count}) Installing {name(rng)} ({version(rng)}-r{rng.randint(0, 9)})" for each in range(1, count + 1)]
    return lines + [f"Executing busybox-1.36.{rng.randint(0, 9)}-r{rng.randint(0, 30)}.trigger", "Executing ca-certificates-20240226-r0.trigger", f"OK: {rng.randint(40, 900)} MiB in {count + 20} packages"]


def jest(rng):
    lines, suites = [], rng.randint(4, 30)
    for _ in range(suites):
        lines.append(f"PASS src/{name(rng)}/{rng.choice(['errors', 'failover', 'index', 'hooks', 'forms', 'timeouts'])}.test.tsx{rng.choice(['', '', f' ({rng.randint(5, 20)}.{rng.randint(1, 9)} s)'])}")
        if rng.random() < 0.15:
            lines += ["  ● Console", "", "    console.error", "      Warning: An update to Basket inside a test was not wrapped in act(...).", "", f"      at printWarning (node_modules/react-dom/cjs/react-dom.development.js:{rng.randint(30, 90)}:30)", f"      at error (node_modules/react-dom/cjs/react-dom.development.js:{rng.randint(30, 90)}:7)", ""]
    return lines + ["", f"Test Suites: 1 skipped, {suites} passed, {suites} of {suites + 1} total", f"Tests:       4 skipped, {suites * 9} passed, {suites * 9 + 4} total", "Snapshots:   12 passed, 12 total", f"Time:        {rng.randint(5, 90)}.{rng.randint(100, 999)} s", "Ran all test suites."]


def nextest(rng):
    count = rng.randint(8, 90)
    lines = [f"    Finished `test` profile [unoptimized + debuginfo] target(s) in {rng.randint(10, 200)}.{rng.randint(10, 99)}s", "────────────", f" Nextest run ID {rng.getrandbits(32):08x}-{rng.getrandbits(16):04x} with nextest profile: ci", f"    Starting {count} tests across {rng.randint(2, 9)} binaries"]
    for _ in range(count):
        lines.append(f"{rng.choice(['        PASS', '        PASS', '        PASS', '        SLOW'])} [{rng.choice(['  ', '> '])}{rng.random() * 9:.3f}s] {name(rng)} {under(name(rng))}::tests::{rng.choice(WORRIES)}")
    return lines + ["────────────", f"     Summary [{rng.randint(5, 60)}.{rng.randint(100, 999)}s] {count} tests run: {count} passed (1 flaky), 3 skipped"]


def go_verbose(rng):
    lines = []
    for _ in range(rng.randint(4, 30)):
        each = f"Test{camel(name(rng))}{rng.choice(['', 'Fails', 'Timeout', 'Error', 'Concurrent'])}"
        lines.append(f"=== RUN   {each}")
        if rng.random() < 0.3:
            lines.append(f"    {under(name(rng))}_test.go:{rng.randint(10, 300)}: got the error that was wanted: {rng.choice(['unexpected EOF', 'context deadline exceeded', 'permission denied', 'invalid character', 'no rows in result set'])}")
        lines.append(f"--- {rng.choice(['PASS', 'PASS', 'PASS', 'SKIP'])}: {each} ({rng.random():.2f}s)")
    return lines + ["PASS", f"coverage: {rng.randint(40, 95)}.{rng.randint(0, 9)}% of statements", f"ok  \tgithub.com/acme/{name(rng)}\t{rng.random() * 9:.3f}s\tcoverage: {rng.randint(40, 95)}.4% of statements", f"?   \tgithub.com/acme/{name(rng)}/cmd\t[no test files]"]


def bazel(rng):
    total = rng.randint(300, 4000)
    lines = ["Starting local Bazel server and connecting to it...", "INFO: Invocation ID: 4f1c7d0a-77f2-4a61-9a4a-0c5d2f9f6b11", f"INFO: Analyzed {rng.randint(20, 400)} targets ({rng.randint(20, 300)} packages loaded, {total * 3} targets configured)."]
    lines += [f"[{total * each // 12:,} / {total:,}] Compiling {under(name(rng))}/{under(name(rng))}.cc; {rng.randint(1, 20)}s processwrapper-sandbox ... (4 actions, 3 running)" for each in range(1, rng.randint(3, 12))]
    lines += [f"//{under(name(rng))}:{under(name(rng))}_test {rng.choice(['(cached) PASSED', 'PASSED', 'FLAKY, failed in 1 out of 2'])} in {rng.random() * 20:.1f}s" for _ in range(rng.randint(3, 20))]
    return lines + [f"INFO: Elapsed time: {rng.randint(20, 400)}.{rng.randint(100, 999)}s, Critical Path: {rng.randint(9, 90)}.11s", f"INFO: Build completed successfully, {total:,} total actions"]


def cmake_make(rng):
    lines = [f"Scanning dependencies of target {under(name(rng))}"]
    for percent in range(rng.randint(1, 9), 100, rng.randint(2, 12)):
        lines.append(f"[{percent:3d}%] Building CXX object {rng.choice(['src', 'lib', 'tests'])}/CMakeFiles/{under(name(rng))}.dir/{under(name(rng))}.cpp.o")
        if rng.random() < 0.15:
            each = under(name(rng))
            lines += [f"/workspace/source/src/{each}.cpp: In member function 'bool {each}::fail(int)':", f"/workspace/source/src/{each}.cpp:{rng.randint(9, 700)}:{rng.randint(2, 60)}: warning: comparison of integer expressions of different signedness: 'int' and 'size_t' [-Wsign-compare]", f"  {rng.randint(100, 700)} |     if (code < errors.size()) {{", "      |         ~~~~~^~~~~~~~~~~~~~~"]
    return lines + [f"[100%] Linking CXX shared library lib{under(name(rng))}.so", f"[100%] Built target {under(name(rng))}"]


def meson(rng):
    lines = ["The Meson build system", f"Version: 1.{rng.randint(1, 6)}.{rng.randint(0, 3)}", "Build type: native build"]
    for _ in range(rng.randint(5, 25)):
        each = name(rng)
        lines.append(rng.choice([f"Run-time dependency {each} found: YES {version(rng)}", f"Run-time dependency {each} found: NO (tried pkgconfig and cmake)", f"Program {each} found: NO", f"Checking for function \"{under(each)}\" : NO", f"Has header \"{under(each)}.h\" : YES "]))
    count = rng.randint(10, 60)
    return lines + [f"Build targets in project: {count}", "ninja: Entering directory `build'"] + [f"[{each}/{count}] Compiling C object src/lib{under(name(rng))}.a.p/{under(name(rng))}.c.o" for each in range(1, count + 1)]


def kaniko(rng):
    lines, second = [f"INFO[0000] Retrieving image manifest registry.example.com/base/{name(rng)}:{version(rng)}", "INFO[0000] Returning cached image manifest", "INFO[0001] Built cross stage deps: map[0:[/out]]"], 1
    for _ in range(rng.randint(3, 14)):
        second += rng.randint(1, 20)
        lines += [f"INFO[{second:04d}] RUN make {name(rng)}", f"INFO[{second:04d}] Checking for cached layer registry.example.com/cache:{rng.getrandbits(256):064x}...", f"INFO[{second:04d}] {rng.choice(['No cached layer found for cmd RUN', 'Using caching version of cmd'])}", f"INFO[{second:04d}] Taking snapshot of full filesystem..."]
    return lines + ["WARN[0090] maybeAdd: failed to get whiteouts, ignoring", f"INFO[{second + 3:04d}] Pushed registry.example.com/app@sha256:{rng.getrandbits(256):064x}"]


def push(rng):
    lines = ["Getting image source signatures"]
    lines += [f"Copying blob {rng.getrandbits(48):012x} {rng.choice(['done   | ', 'skipped: already exists  ', '[--------------------------------------] 0.0 b / 0.0 b'])}" for _ in range(rng.randint(3, 14))]
    lines += [f"Copying config {rng.getrandbits(256):064x}", "Writing manifest to image destination", " ✔ Cataloged contents              " + f"{rng.getrandbits(256):064x}", f"   ├── ✔ Packages                        [{rng.randint(50, 900)} packages]", f"   └── ✔ Executables                     [{rng.randint(50, 900)} executables]"]
    return lines + ["Generating ephemeral keys...", "Retrieving signed certificate...", f"tlog entry created with index: {rng.randint(10**7, 10**8)}", "Pushing signature to: registry.example.com/app"]


def compose(rng):
    lines = [" Network e2e_default  Creating", " Network e2e_default  Created"]
    for each in ("db", "redis", "api"):
        lines += [f" Container e2e-{each}-1  {state}" for state in ("Creating", "Created", "Starting", "Started")]
    lines += ["db-1     | The files belonging to this database system will be owned by user \"postgres\".", "db-1     | initdb: warning: enabling \"trust\" authentication for local connections", "db-1     | 2026-02-11 08:14:01.114 UTC [1] LOG:  database system is ready to accept connections",
              "db-1     | 2026-02-11 08:14:02.310 UTC [62] ERROR:  duplicate key value violates unique constraint \"users_email_key\"", "db-1     | 2026-02-11 08:14:02.310 UTC [62] STATEMENT:  INSERT INTO users (email) VALUES ($1)", "redis-1  | 1:C 11 Feb 2026 08:14:00.802 # Warning: no config file specified, using the default config."]
    lines += [f"api-1    | {{\"level\":\"{rng.choice(['info', 'info', 'warn', 'error'])}\",\"path\":\"/{name(rng)}\",\"status\":{rng.choice([200, 200, 201, 404, 422, 500])},\"ms\":{rng.randint(1, 400)}}}" for _ in range(rng.randint(3, 25))]
    return lines + [" Container e2e-api-1  Healthy"]


def playwright(rng):
    count = rng.randint(6, 50)
    lines = [f"Running {count} tests using {rng.randint(1, 4)} workers", ""]
    for each in range(1, count + 1):
        lines.append(f"  {rng.choice(['✓', '✓', '✓', '✓', '-'])}  {each} [chromium] › {name(rng)}.spec.ts:{rng.randint(5, 200)}:{rng.randint(3, 9)} › {rng.choice(['shows an error when the card is declined', 'signs in', 'cannot open a foreign order', 'keeps the basket after a failed payment', 'offers to retry'])} ({rng.randint(200, 900)}ms)")
    return lines + ["", f"  1 flaky", f"    [chromium] › {name(rng)}.spec.ts:41:5 › offers to retry", f"  {count - 1} passed ({rng.randint(9, 200)}.{rng.randint(1, 9)}s)", "To open last HTML report run:", "  npx playwright show-report"]


def spring(rng):
    lines = []
    for _ in range(rng.randint(5, 30)):
        who = f"c.e.{name(rng).split('-')[0]}.{camel(name(rng))}"
        lines.append(f"2026-02-11T08:1{rng.randint(0, 9)}:{rng.randint(10, 59)}.{rng.randint(100, 999)}Z  {rng.choice(['INFO', 'INFO', 'INFO', 'WARN', 'DEBUG', 'ERROR'])} {rng.randint(40, 900)} --- [    Test worker] {who:40} : "
                     + rng.choice(["Started in 4.118 seconds", "HikariPool-1 - Shutdown completed.", "Resolved [org.springframework.web.HttpRequestMethodNotSupportedException: Request method 'PUT' is not supported]", "spring.jpa.open-in-view is enabled by default.", "Rejected order 17: out of stock", "Circuit breaker 'stock' is now OPEN", "No active profile set, falling back to 1 default profile: \"default\""]))
    return lines + ["[INFO] Tests run: 31, Failures: 0, Errors: 0, Skipped: 2, Time elapsed: 11.42 s -- in com.example.FailoverTest", "[INFO] Results:"]


def alembic(rng):
    lines = ["INFO  [alembic.runtime.migration] Context impl PostgresqlImpl.", "INFO  [alembic.runtime.migration] Will assume transactional DDL."]
    for _ in range(rng.randint(3, 25)):
        lines.append(f"INFO  [alembic.runtime.migration] Running upgrade {rng.getrandbits(48):012x} -> {rng.getrandbits(48):012x}, {rng.choice(['add', 'drop', 'widen', 'fix broken'])} {under(name(rng))}")
    return lines + ["NOTICE:  table \"sessions_old\" does not exist, skipping", "NOTICE:  constraint \"orders_fk\" of relation \"orders\" does not exist, skipping"]


def tekton_git(rng):
    commit = f"{rng.getrandbits(160):040x}"
    return ["+ git config --global --add safe.directory /workspace/output", "+ '[' false = true ']'", f'{{"level":"warn","ts":17{rng.randint(10**7, 10**8)}.123,"caller":"git/git.go:274","msg":"URL does not look like an ssh one, ignoring credentials"}}',
            f'{{"level":"info","ts":17{rng.randint(10**7, 10**8)}.98,"caller":"git/git.go:176","msg":"Successfully cloned https://git.example.com/acme/{name(rng)} @ {commit} (grafted, HEAD) in path /workspace/output/source"}}', f"+ RESULT_SHA={commit}", "+ EXIT_CODE=0", "+ '[' 0 '!=' 0 ']'"]


def renovate(rng):
    lines = [f" INFO: Renovate started", f"       \"renovateVersion\": \"{rng.randint(36, 41)}.{rng.randint(0, 200)}.0\"", " INFO: Repository started (repository=acme/shop)"]
    lines += [f"DEBUG: Found {rng.choice(['npm', 'maven', 'dockerfile', 'gomod', 'tekton'])} package file {name(rng)}/{rng.choice(['package.json', 'pom.xml', 'Dockerfile'])} (repository=acme/shop)" for _ in range(rng.randint(2, 15))]
    lines += [f" WARN: No release found for {name(rng)}, skipping (repository=acme/shop)" for _ in range(rng.randint(0, 3))]
    lines += [f"DEBUG: branch renovate/{name(rng)}-{rng.randint(1, 9)}.x: {rng.choice(['already up to date', 'is conflicted, rebasing', 'created', 'automerge is disabled, no failing checks'])} (repository=acme/shop)" for _ in range(rng.randint(2, 12))]
    return lines + [" INFO: Repository finished (repository=acme/shop)", f"       \"durationMs\": {rng.randint(9000, 90000)}", "       \"result\": \"done\""]


def vite(rng):
    lines = [f"vite v5.{rng.randint(0, 4)}.{rng.randint(0, 12)} building for production...", "transforming (1) src/main.tsx", f"✓ {rng.randint(200, 4000)} modules transformed.", "rendering chunks..."]
    lines += [f"dist/assets/{name(rng)}-{rng.getrandbits(32):08x}.js   {rng.randint(1, 900)}.{rng.randint(10, 99)} kB │ gzip: {rng.randint(1, 200)}.{rng.randint(10, 99)} kB" for _ in range(rng.randint(3, 25))]
    return lines + ["(!) Some chunks are larger than 500 kB after minification. Consider:", "- Using dynamic import() to code-split the application", f"node_modules/{name(rng)}/index.js (1:21): A comment could not be interpreted and will be ignored.", f"✓ built in {rng.randint(2, 60)}.{rng.randint(10, 99)}s"]


def pre_commit(rng):
    hooks = ["trim trailing whitespace", "fix end of files", "check yaml", "check for broken symlinks", "detect private key", "black", "mypy", "shellcheck", "forbid new submodules", "check for merge conflicts"]
    lines = [f"[INFO] Initializing environment for https://github.com/{name(rng)}/{name(rng)}." for _ in range(rng.randint(0, 4))]
    for each in rng.sample(hooks, rng.randint(4, 10)):
        result = rng.choice(["Passed", "Passed", "(no files to check)Skipped"])
        lines.append(each + "." * (79 - len(each) - len(result)) + result)
    return lines


def clamav(rng):
    lines = [f"Loading:    {rng.randint(9, 30)}s, ETA:   0s [========================>]    8.71M/8.71M sigs", "LibClamAV Warning: cli_realpath: Invalid arguments."]
    lines += [f"/workspace/content/usr/lib/{name(rng)}.so: {rng.choice(['OK', 'OK', 'Empty file', 'Symbolic link'])}" for _ in range(rng.randint(2, 25))]
    return lines + ["----------- SCAN SUMMARY -----------", f"Scanned files: {rng.randint(900, 90000)}", "Infected files: 0", "Total errors: 0", '{"timestamp":"1739261642","namespace":"required_checks.virus_scans","successes":2,"failures":0,"warnings":0}']


def automake(rng):
    lines = ["make  check-TESTS", "make[1]: Entering directory '/workspace/source/tests'"]
    lines += [f"{rng.choice(['PASS', 'PASS', 'PASS', 'SKIP', 'XFAIL'])}: {under(name(rng))}{rng.choice(['', '_errors', '_oom'])}.sh" for _ in range(rng.randint(4, 40))]
    return lines + ["=" * 76, f"# TOTAL: {rng.randint(20, 80)}", f"# PASS:  {rng.randint(10, 80)}", "# XFAIL: 2", "# FAIL:  0", "# XPASS: 0", "# ERROR: 0", "=" * 76, "make[1]: Leaving directory '/workspace/source/tests'"]


def sphinx(rng):
    lines = [f"Running Sphinx v7.{rng.randint(0, 4)}.{rng.randint(0, 7)}", "loading pickled environment... failed", "failed: build environment version not current"]
    lines += [f"reading sources... [{each:3d}%] {rng.choice(['api', 'guide', 'errors'])}/{name(rng)}" for each in range(5, 101, rng.randint(5, 25))]
    return lines + [f"/workspace/source/docs/{name(rng)}.rst: WARNING: document isn't included in any toctree", "dumping search index in English (code: en)... done", f"build succeeded, {rng.randint(1, 30)} warnings."]


def rpm(rng):
    each = name(rng)
    lines = ["Executing(%build): /bin/sh -e /var/tmp/rpm-tmp.Xq41Lz", "+ umask 022", f"+ cd /builddir/build/BUILD/{each}-{version(rng)}", "+ %make_build"]
    lines += [f"  {rng.choice(['CC', 'CC', 'LD', 'AR', 'GEN'])}      {under(name(rng))}/{under(name(rng))}.o" for _ in range(rng.randint(5, 60))]
    return lines + ["/usr/lib/rpm/check-buildroot", "*** WARNING: ./usr/libexec/hooks/errors.py is executable but has no shebang, removing executable bit", f"Processing files: {each}-{version(rng)}-1.el9.x86_64", f"Wrote: /builddir/build/RPMS/{each}-{version(rng)}-1.el9.x86_64.rpm", "+ exit 0"]


def sums(rng):
    lines = []
    for _ in range(rng.randint(2, 10)):
        each = f"{name(rng)}-{version(rng)}-linux-amd64.tar.gz"
        lines += [f"--2026-02-11 08:1{rng.randint(0, 9)}:{rng.randint(10, 59)}--  https://downloads.example.com/{each}", "HTTP request sent, awaiting response... 302 Found", "HTTP request sent, awaiting response... 200 OK", f"Length: {rng.randint(10**5, 10**8)} ({rng.randint(1, 90)}M) [application/octet-stream]", f"{each}: OK"]
    return lines


def helm(rng):
    each = name(rng)
    return [f"==> Linting charts/{each}", "[INFO] Chart.yaml: icon is recommended", f"[WARNING] templates/: directory not found", "1 chart(s) linted, 0 chart(s) failed", f"Release \"{each}\" does not exist. Installing it now.", f"NAME: {each}", "NAMESPACE: e2e", "STATUS: deployed", "REVISION: 1", "NOTES:",
            *[f"  kubectl -n e2e logs deploy/{each} --since=1m | grep -i error" for _ in range(1)], f"Hang tight while we grab the latest from your chart repositories...", f"Deleting outdated charts"]


def coverage(rng):
    lines = ["Name                                Stmts   Miss  Cover", "-" * 54]
    lines += [f"src/{under(name(rng)) + rng.choice(['', '_errors']) + '.py':32} {rng.randint(10, 400):5d} {rng.randint(0, 40):6d} {rng.randint(50, 100):5d}%" for _ in range(rng.randint(4, 40))]
    return lines + ["-" * 54, f"TOTAL {rng.randint(900, 9000):35d} {rng.randint(10, 900):6d} {rng.randint(70, 99):5d}%", f"Required test coverage of 70% reached. Total coverage: {rng.randint(71, 99)}.{rng.randint(10, 99)}%"]


BLOCKS = [uv, pnpm, bundler, rspec, composer, dnf, apk, jest, nextest, go_verbose, bazel, cmake_make, meson, kaniko, push, compose, playwright, spring, alembic, tekton_git, renovate, vite, pre_commit, clamav, automake, sphinx, rpm, sums, helm, coverage]
