"""What a build writes around its failure in the held-out half."""

from . import blocks
from .days import another_day

SENTENCES = [
    "Detected 4 CPUs, running 4 jobs in parallel", "No changes in docs/, skipping the site", "Using BASH_ENV=/tekton/home/.bashrc", "Base branch is main, comparing against it",
    "error budget for this service: 99.2 % left", "Skipping upload of crash dumps: none were written", "Fetched 0 new failures from the quarantine list", "Strict mode: off",
    "node_modules is fresh, not installing again", "timeout for the whole job: 3600 s", "[skip] no migrations since the last tag", "Exporting BUILD_NUMBER, GIT_SHA, IMAGE_TAG",
    "Looking for a better runner size ... none needed", "Ignoring failures of the optional stage `nightly-fuzz`", "Signing is not required for pull requests", "Proceeding without remote execution",
    "all required tools are in PATH", "Health of mirrors: 2 ok, 1 slow", "rerun of failed tests is enabled (max 2)", "umask is 0002", "Permissions of the workspace look fine",
    "Generating version information", "0 vulnerabilities were suppressed", "warn: running as root, prefer a normal user", "Not on a tag, so nothing will be published",
]
HARMLESS = [
    "WARNING: Running pip as the 'root' user can result in broken permissions and conflicting behaviour with the system package manager.",
    "debconf: unable to initialize frontend: Dialog", "debconf: falling back to frontend: Noninteractive", "debconf: delaying package configuration, since apt-utils is not installed",
    "invoke-rc.d: policy-rc.d denied execution of start.", "WARNING: apt does not have a stable CLI interface. Use with caution in scripts.",
    "tput: No value for $TERM and no -T specified", "stty: 'standard input': Inappropriate ioctl for device", "bash: cannot set terminal process group (-1): Inappropriate ioctl for device",
    "bash: no job control in this shell", "perl: warning: Setting locale failed.", "/bin/sh: warning: setlocale: LC_ALL: cannot change locale (en_US.UTF-8)",
    "mesg: ttyname failed: Inappropriate ioctl for device", "Failed to connect to bus: No such file or directory", "System has not been booted with systemd as init system (PID 1). Can't operate.",
    "warning: You appear to have cloned an empty submodule cache.", "fatal: no tag exactly matches '5f3c2e1'", "warning: redirecting to https://git.example.com/acme/tools.git/",
    "SLF4J: Failed to load class \"org.slf4j.impl.StaticLoggerBinder\".", "SLF4J: Defaulting to no-operation (NOP) logger implementation",
    "OpenJDK 64-Bit Server VM warning: Sharing is only supported for boot loader classes because bootstrap classpath has been appended", "WARNING: An illegal reflective access operation has occurred",
    "Picked up JAVA_TOOL_OPTIONS: -XX:+ExitOnOutOfMemoryError -Xmx2g", "[WARNING] The requested profile \"ci-fast\" could not be activated because it does not exist.",
    "npm warn EBADENGINE Unsupported engine {", "npm warn using --force Recommended protections disabled.", "(node:41) ExperimentalWarning: Importing JSON modules is an experimental feature and might change at any time",
    "Browserslist: caniuse-lite is outdated. Please run: npx update-browserslist-db@latest", "A worker process has failed to exit gracefully and has been force exited. This is likely caused by tests leaking due to improper teardown.",
    "Could not find platform independent libraries <prefix>", "RequestsDependencyWarning: urllib3 (2.2.1) or chardet (5.2.0) doesn't match a supported version!",
    "InsecureRequestWarning: Unverified HTTPS request is being made to host 'minio'. Adding certificate verification is strongly advised.", "warning: unused manifest key: package.metadata.errors",
    "warning: the following packages contain code that will be rejected by a future version of Rust: nom v4.2.3", "go: warning: \"all\" matched no packages", "make: warning: jobserver unavailable: using -j1.  Add '+' to parent make rule.",
    "time=\"2026-02-11T08:14:02Z\" level=warning msg=\"The cgroupv2 manager is set to systemd but there is no systemd user session available\"", "WARN[0000] /workspace/compose.yaml: the attribute `version` is obsolete, it will be ignored",
    "Error: No such volume: e2e_pgdata", "Error response from daemon: network e2e_default not found", "pg_isready: no attempt; waiting for the server", "db:5432 - no response",
    "connection to server at \"localhost\" (::1), port 5432 failed: Connection refused - trying the next address", "nc: connect to redis port 6379 (tcp) failed: Connection refused",
    "E0211 08:14:12.114205       1 reflector.go:140] failed to list *v1.Lease: Unauthorized (token is being refreshed)", "I0211 08:14:13.114205   1 request.go:690] Waited for 1.19s due to client-side throttling, not priority and fairness",
    "Error from server (AlreadyExists): namespaces \"ci\" already exists", "Warning: resource configmaps/env is missing the kubectl.kubernetes.io/last-applied-configuration annotation which is required by kubectl apply.",
    "gpg: keybox '/root/.gnupg/pubring.kbx' created", "gpg: WARNING: This key is not certified with a trusted signature!", "WARNING! Your password will be stored unencrypted in /root/.docker/config.json.",
    "curl: (22) The requested URL returned error: 404 (no baseline for this branch yet)", "wget: server returned error: HTTP/1.1 304 Not Modified", "tar: Removing leading `/' from member names",
    "rm: cannot remove '/var/cache/yum/*': No such file or directory", "useradd: warning: the home directory /srv/app already exists.", "E: flAbsPath on /var/lib/dpkg/status.d failed (ignored in slim images)",
    "Traceback of the handled error was written to logs/handled.txt", "thread 'pool::tests::survives_panic' panicked at src/pool.rs:88:13: on purpose", "ResourceWarning: unclosed <socket.socket fd=7>",
    "ERR! telemetry ECONNRESET, giving up on telemetry", "Sentry is attempting to send 2 pending error messages", "[ERROR] plugin:analytics disabled: DSN is empty", "FAILED_TESTS=''", "panic=abort is set for the release profile",
]
CHORES = [
    "Saving 2 artifacts", "::endgroup::", "Cleaning up project directory and file based variables", "Uploading artifacts as \"archive\" to coordinator... 201 Created", "Stopping container e2e-db-1 ... done",
    "Revoking the short-lived token", "Writing results/IMAGE_DIGEST (0 bytes)", "du: 1.2G\t/workspace/source", "user\t0m41.118s", "sys\t0m3.902s", "Killing background processes of the step", "Copying junit.xml to the results folder",
    "No coverage report was found to attach", "git worktree prune", "Unmounting /var/lib/containers", "buildx: removing builder `ci`", "Closing the tunnel", "[Pipeline] // stage", "[Pipeline] cleanWs", "Removing network e2e_default",
    "Build scan was not published", "Pruning caches older than 14 days", "post-step: syncing 11 files", "Dumping docker logs to logs/",
]
ENDINGS = [
    "##[error]Process completed with exit code 1.", "ERROR: Build step failed with exit code 1", "ELIFECYCLE  Command failed with exit code 1.", "error: Recipe `ci` failed on line 14 with exit code 1", "Error: exit status 1",
    "ninja: build stopped: subcommand failed.", "2026/02/11 08:20:44 Step failed", "FAILURE: the stage was not successful", "+ exit 1", "container step-build has failed  : [{\"key\":\"StartedAt\",\"value\":\"2026-02-11T08:13:58.911Z\",\"type\":3}]",
]


def chatter(rng):
    return [rng.choice(SENTENCES) for _ in range(rng.randint(1, 14))]


BLOCKS = [*blocks.BLOCKS, chatter]


def passed(rng, head, tail):
    """What the same step wrote when it passed last, or nothing."""
    if rng.random() < 0.2:
        return []
    return another_day(rng, head, [line for line in tail if not line.startswith("make: ***") and line not in ENDINGS], HARMLESS, CHORES, BLOCKS)
