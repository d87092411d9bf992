//! What failures say, and what KITE makes of it.

use kite_rules::RuleSet;
use kite_rules::diagnosis::{Class, Confidence, Context, Diagnosis, Redacted};

use super::loading::mistakes_of;

fn plain(text: &str) -> Redacted {
    Redacted::by(|text: &str| text.to_owned().into(), text)
}

/// What is said of a log.
fn of_log(log: &str) -> Diagnosis {
    RuleSet::builtin().diagnose(&Context { exit_code: Some(1), ..Context::default() }, &plain(log))
}

/// What is said of a reason and a message.
fn of_context(reason: &str, message: &str) -> Diagnosis {
    let messages = if message.is_empty() { Vec::new() } else { vec![plain(message)] };
    RuleSet::builtin().diagnose(&Context { reason: reason.to_owned(), messages, ..Context::default() }, &plain(""))
}

/// Lines of tools by the class that they tell.
const LINES: &[(&str, &[&str])] = &[
    (
        "dependency",
        &[
            "npm error code E404",
            "npm ERR! 404  '@acme/left-padd@^1.0.0' is not in this registry.",
            "npm error code ERESOLVE",
            "error Couldn't find package \"left-padd\" on the \"npm\" registry.",
            "➤ YN0028: │ The lockfile would have been modified by this install, which is explicitly forbidden.",
            " ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with \"frozen-lockfile\"",
            "ERROR: No matching distribution found for requets==2.0",
            "ERROR: ResolutionImpossible: for help visit https://pip.pypa.io",
            "ModuleNotFoundError: No module named 'yaml'",
            "[ERROR] Failed to execute goal on project a: Could not resolve dependencies for project a:a:jar:1: not found",
            "   > Could not find com.acme:prices:1.2.",
            "main.go:4:2: no required module provides package example.com/a; to add it:",
            "verifying example.com/a@v1.0.0: checksum mismatch",
            "error: failed to select a version for `serde`.",
            "error: the lock file Cargo.lock needs to be updated but --locked was passed to prevent this",
            "/usr/bin/ld: cannot find -lfoo: No such file or directory",
            "E: Unable to locate package libfoo-dev",
            "Error: Unable to find a match: foo-devel",
            "  foo (no such package):",
            "PackageRejected: package.json is missing",
            r#"{"level":50,"msg":"rawExec err","err":{"message":"Command failed: npm install"}}"#,
            "error: failed to run custom build command for `openssl-sys v0.9.1`",
            "error: subprocess-exited-with-error",
        ],
    ),
    (
        "compile",
        &[
            "error[E0308]: mismatched types",
            "src/a.ts(3,5): error TS2322: Type 'string' is not assignable to type 'number'.",
            "src/main.c:3:5: error: expected ';' before 'return'",
            "main.c:(.text+0x9): undefined reference to `compute'",
            "./main.go:4:2: undefined: total",
            "[ERROR] /w/src/main/java/A.java:[3,8] cannot find symbol",
            "Main.java:3: error: ';' expected",
            "e: file:///w/src/A.kt:3:5 Unresolved reference: foo",
            "SyntaxError: invalid syntax",
            "ERROR: Failed building wheel for grpcio",
            "Global symbol \"$total\" requires explicit package name at lib/Cart.pl line 4.",
            "po/de.po:27: number of format specifications in 'msgid' and 'msgstr' does not match",
        ],
    ),
    (
        "test_failure",
        &[
            "FAILED tests/test_a.py::test_total - assert 2 == 3",
            "--- FAIL: TestTotal (0.00s)",
            "test cart::total ... FAILED",
            "  ● cart › adds up",
            "[ERROR] Tests run: 12, Failures: 1, Errors: 0, Skipped: 0",
            "not ok 3 - cart adds up",
            "  2 failing",
            "CartTest > addsUp() FAILED",
            "[  FAILED  ] Cart.AddsUp (0 ms)",
            "75% tests passed, 1 tests failed out of 4",
            "==4711== Invalid write of size 4",
            "Failed example: total([3])",
        ],
    ),
    (
        "registry_auth",
        &[
            "Error: initializing source docker://quay.io/a/b:1: reading manifest 1: unauthorized: access to the requested resource is not authorized",
            "denied: requested access to the resource is denied",
            "npm error code E401",
            "fatal: Authentication failed for 'https://example.com/a.git/'",
            "fatal: could not read Username for 'https://example.com': terminal prompts disabled",
            "Received status code 401 from server: Unauthorized",
            r#"{"level":50,"err":{"statusCode":401},"msg":"Error authenticating with GitLab. Check that your token includes \"api\""}"#,
            "error: unable to retrieve auth token: invalid username/password: unauthorized",
            "git@example.com: Permission denied (publickey).",
        ],
    ),
    (
        "network",
        &[
            "curl: (6) Could not resolve host: example.invalid",
            "dial tcp: lookup example.invalid on 10.0.0.10:53: no such host",
            "npm error network request to https://a.b failed, reason: getaddrinfo ENOTFOUND a.b",
            "Caused by: java.net.ConnectException: Connection refused",
            "x509: certificate signed by unknown authority",
            "curl: (60) SSL certificate problem: self-signed certificate",
            "net/http: TLS handshake timeout",
            "error: RPC failed; curl 92 HTTP/2 stream 5 was not closed cleanly",
        ],
    ),
    (
        "out_of_memory",
        &[
            "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
            "java.lang.OutOfMemoryError: Java heap space",
            "MemoryError",
            "g++: fatal error: Killed signal terminated program cc1plus",
            "collect2: fatal error: ld terminated with signal 9 [Killed], signal: killed",
        ],
    ),
    (
        "infrastructure",
        &[
            "write /w/a.o: no space left on device",
            "curl: (22) The requested URL returned error: 503",
            "Error from server: error when creating \"pod.yaml\": etcdserver: request timed out",
            "fatal: Unable to create '/w/.git/index.lock': File exists.",
            "0/9 nodes are available: 9 node(s) had untolerated taint {gpu: true}.",
        ],
    ),
    (
        "quota",
        &[
            "toomanyrequests: You have reached your pull rate limit.",
            "curl: (22) The requested URL returned error: 429",
        ],
    ),
    (
        "policy",
        &[
            "✕ [Violation] tasks.required_tasks_found",
            "Error: success criteria not met",
            "Error: no matching signatures:",
            "FATA[0000] Source image rejected: None of the signatures were accepted",
            "✖ 3 problems (3 errors, 0 warnings)",
            "error: unused variable: `x` = note: `-D unused-variables` implied by `-D warnings`",
            "remote: error: GH006: Protected branch update failed for refs/heads/main.",
            "Error from server: admission webhook \"policy.example.com\" denied the request: no limits",
            "3:7  error    'total' is assigned a value but never used  no-unused-vars",
            "1 critical severity vulnerability",
        ],
    ),
    (
        "image_pull",
        &[
            "Error: initializing source docker://a.b/c:9: reading manifest 9 in a.b/c: manifest unknown",
            "ERROR: failed to solve: a.b/c: failed to resolve source metadata for a.b/c: not found",
        ],
    ),
    (
        "configuration",
        &[
            "make: *** No rule to make target 'a.txt', needed by 'all'.  Stop.",
            "npm error Missing script: \"bundle\"",
            "fatal: Remote branch next not found in upstream origin",
            "remote: Repository not found.",
            "error: error parsing a.yaml: error converting YAML to JSON: yaml: line 4: did not find expected key",
            "[FATAL] Non-parseable POM /w/pom.xml: end tag name </a> must match",
            "go: errors parsing go.mod:",
            "bash: line 2: TARGET: unbound variable",
            r#"{"level":40,"msg":"Found renovate config errors","errors":[{"topic":"Configuration Error"}]}"#,
            "Error: dockerfile parse error on line 3: unknown instruction: RUNN",
            "error: rustc 1.70.0 is not supported by the following package: shop@0.3.0 requires rustc 1.95",
            "dpkg-deb: error: parsing file 'package/DEBIAN/control' near line 5: missing 'Version' field",
        ],
    ),
    (
        "user_error",
        &[
            "bash: line 3: kubectx: command not found",
            "/bin/sh: 1: mvnn: not found",
            "run.sh: line 9: syntax error near unexpected token `done'",
            "CONFLICT (content): Merge conflict in a.txt",
            "panic: runtime error: index out of range [3] with length 0",
            "./app: Segmentation fault (core dumped)",
            "error: unknown flag: --namespaced",
            "jq: error (at release.json:1): Cannot iterate over null (null)",
            "ImportError: cannot import name 'a' from partially initialized module 'b' (most likely due to a circular import)",
        ],
    ),
    (
        "timeout",
        &[
            "panic: test timed out after 10m0s",
            "error: timed out waiting for the condition on deployments/a",
            "Exception in thread \"main\" java.util.concurrent.TimeoutException",
        ],
    ),
];

#[test]
fn lines_of_tools_tell_the_class() {
    let mut wrong = Vec::new();
    for (class, lines) in LINES {
        for line in *lines {
            let log = format!("Reading settings\nDownloading a-1.jar\n{line}\nCleaning up\n");
            let diagnosis = of_log(&log);
            let is_shown = diagnosis.excerpt.lines.iter().any(|shown| shown.text == *line);
            if diagnosis.class.as_str() != *class || !is_shown {
                wrong.push(format!("{line}: {} ({}), {is_shown}", diagnosis.class, diagnosis.summary));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_kubernetes_says_tells_the_class() {
    for (class, reason, message) in [
        ("out_of_memory", "OOMKilled", ""),
        ("out_of_memory", "StepOOM", ""),
        ("timeout", "TaskRunTimeout", r#"TaskRun "a" failed to finish within "1h0m0s""#),
        ("timeout", "TaskRunCancelled", "TaskRun cancelled as the PipelineRun it belongs to has timed out."),
        ("cancelled", "TaskRunCancelled", "TaskRun was cancelled"),
        ("infrastructure", "PodEvicted", "The node was low on resource: ephemeral-storage."),
        ("infrastructure", "", "0/6 nodes are available: 6 Insufficient memory. preemption: 0/6 nodes are available"),
        ("infrastructure", "", "Pod was terminated in response to imminent node shutdown."),
        (
            "image_pull",
            "TaskRunImagePullFailed",
            r#"the step "build" failed to pull the image "a.b/c". The pod errored"#,
        ),
        (
            "image_pull",
            "",
            r#"Failed to pull image "a.b/c": unauthorized: access to the requested resource is not authorized"#,
        ),
        ("image_pull", "", "Back-off pulling image \"a.b/c\""),
        ("quota", "", "pods \"a\" is forbidden: exceeded quota: compute, requested: limits.cpu=2, used: limits.cpu=19"),
        ("quota", "", "Failed to pull image \"a.b/c\": toomanyrequests: You have reached your pull rate limit"),
        ("configuration", "", r#"Error: secret "git-auth" not found"#),
        (
            "configuration",
            "",
            "MountVolume.SetUp failed for volume \"a\" : references non-existent secret key: renovate-token",
        ),
        (
            "configuration",
            "",
            r#"tasks.tekton.dev is forbidden: User "system:serviceaccount:a:b" cannot list resource "tasks""#,
        ),
        ("policy", "", r#"admission webhook "vpipelineruns.konflux-ci.dev" denied the request: etcd is full"#),
        ("never_started", "CouldntGetTask", "Pipeline a/b can't be Run; it contains Tasks that don't exist"),
        ("never_started", "ParameterMissing", "PipelineRun a/b is missing some parameters required by Pipeline a/b"),
        ("configuration", "TaskRunResultLargerThanAllowedLimit", ""),
        ("unknown", "Failed", "Tasks Completed: 3 (Failed: 1, Cancelled 0), Skipped: 2"),
    ] {
        let diagnosis = of_context(reason, message);
        assert_eq!(diagnosis.class.as_str(), class, "{reason} {message}: {}", diagnosis.summary);
    }
}

#[test]
fn what_kubernetes_says_counts_more_than_the_log() {
    let context = Context { reason: "OOMKilled".to_owned(), exit_code: Some(137), ..Context::default() };
    let diagnosis = RuleSet::builtin().diagnose(&context, &plain("error[E0308]: mismatched types\n"));
    assert_eq!((diagnosis.class, diagnosis.confidence), (Class::OutOfMemory, Confidence::High));
    assert!(diagnosis.remedy.unwrap().contains("memory limit"));
}

#[test]
fn what_nobody_knows_is_unknown_and_shows_the_loudest_line() {
    let diagnosis = of_log("starting\nfrobnication failed: the flux is inverted\ndone\n");
    assert_eq!((diagnosis.class, diagnosis.confidence), (Class::Unknown, Confidence::Low));
    assert_eq!(diagnosis.summary, "frobnication failed: the flux is inverted");
    assert_eq!(diagnosis.remedy, None);
}

#[test]
fn a_sentence_names_what_the_pattern_caught() {
    assert_eq!(of_log("ModuleNotFoundError: No module named 'yaml'").summary, "The module yaml is not installed.");
    let quota = of_context("", "pods \"a\" is forbidden: exceeded quota: compute, requested: limits.cpu=2");
    assert_eq!(quota.summary, "The quota compute of the namespace is used up.");
}

const PATTERNS: &str = "\
apiVersion: kite.dev/v1alpha1
kind: FailurePatterns
metadata:
  name: flux
spec:
  patterns:
    - name: inverted
      log: ['the flux is (?<how>\\w+)']
      class: infrastructure
      summary: The flux is ${how}.
      remedy: Turn it round.
";

#[test]
fn a_folder_adds_patterns() {
    let (rules, errors) = RuleSet::builtin().with_files([("flux.yaml".to_owned(), PATTERNS.to_owned())]);
    assert_eq!(errors, []);
    let diagnosis = rules.diagnose(&Context::default(), &plain("frobnication failed: the flux is inverted\n"));
    assert_eq!((diagnosis.class, diagnosis.summary.as_str()), (Class::Infrastructure, "The flux is inverted."));
    assert_eq!(diagnosis.remedy.as_deref(), Some("Turn it round."));
}

#[test]
fn a_mistake_in_patterns_is_reported_with_its_place() {
    for (old, new, line, column, message) in [
        ("(?<how>\\w+)", "(?<how>\\w+", 8, 26, "unclosed group"),
        ("the flux is (?<how>\\w+)", "(?<how>x*)", 8, 14, "matches everything"),
        ("${how}", "${why}", 10, 16, "not every pattern catches `(?<why>…)`"),
        ("${how}", "${how", 10, 16, "`${` is never closed"),
        ("class: infrastructure", "class: mystery", 9, 14, "must be one of never_started"),
        (
            "      log: ['the flux is (?<how>\\w+)']\n",
            "",
            7,
            13,
            "it needs `log`, `messages`, `reasons` or `exitCodes`",
        ),
        ("remedy", "remedi", 11, 7, "unknown field `remedi`"),
    ] {
        let found = mistakes_of(PATTERNS, old, new);
        let first = found.iter().find(|(_, _, text)| text.contains(message));
        assert_eq!(first.map(|(line, column, _)| (*line, *column)), Some((line, column)), "{new}: {found:?}");
    }
}
