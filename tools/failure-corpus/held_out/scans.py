"""What linters, scanners and checks of policies say."""

from kinds.kind import Kind
from kinds.texts import printed

KINDS = [
    Kind("gitleaks", "policy", [r"leaks found: [1-9]", r"^(Finding|RuleID|File|Line):"], printed("""
    ○
    │╲
    │ ○
    ○ ░
    ░    gitleaks

Finding:     stripe_key = "REDACTED"
Secret:      REDACTED
RuleID:      stripe-access-token
Entropy:     4.@N@
File:        config/@PROJECT@.env
Line:        @N@
Commit:      8f41c2e0

8:14AM INF @N@ commits scanned.
8:14AM INF scan completed in 4.1s
8:14AM WRN leaks found: 1
"""), "cat", "verify"),
    Kind("trivy-critical", "policy", [r"CRITICAL: [1-9]", r"│ CRITICAL │|│ HIGH "], printed("""
2026-02-11T08:14:02Z	INFO	[vuln] Vulnerability scanning is enabled
2026-02-11T08:14:09Z	INFO	Detected OS	family="debian" version="12.@N@"
2026-02-11T08:14:09Z	WARN	[secret] Files were skipped, see the debug log

@HOST@/@PROJECT@:@VERSION@ (debian 12)
Total: 1 (HIGH: 0, CRITICAL: 1)

┌──────────┬────────────────┬──────────┬────────┬───────────────────┬───────────────┬──────────────────────────────┐
│ Library  │ Vulnerability  │ Severity │ Status │ Installed Version │ Fixed Version │ Title                        │
├──────────┼────────────────┼──────────┼────────┼───────────────────┼───────────────┼──────────────────────────────┤
│ libwebp7 │ CVE-2023-4@N@  │ CRITICAL │ fixed  │ 1.2.4-0.2         │ 1.2.4-0.2+d1  │ heap overflow while decoding │
└──────────┴────────────────┴──────────┴────────┴───────────────────┴───────────────┴──────────────────────────────┘
"""), "cat", "verify"),
    Kind("cosign-no-signature", "policy", [r"no (matching )?signatures"], printed("""
Verifying @HOST@/@PROJECT@@sha256:5d1f@N@ ...
WARNING: Skipping tlog verification is an insecure practice that lacks transparency and auditability verification for the signature.
Error: no matching signatures: invalid signature when validating ASN.1 encoded signature
main.go:@N@: error during command execution: no matching signatures: invalid signature when validating ASN.1 encoded signature
""", 10), "cat", "verify"),
    Kind("conftest", "policy", [r"^FAIL - "], printed("""
WARN - deploy/@PROJECT@.yaml - main - Container app has no liveness probe
FAIL - deploy/@PROJECT@.yaml - main - Container app must not use the tag latest

@N@ tests, @N@ passed, 1 warning, 1 failure, 0 exceptions
"""), "cat", "verify"),
    Kind("sonar-gate", "policy", [r"QUALITY GATE STATUS: FAILED"], printed("""
INFO: ANALYSIS SUCCESSFUL, you can find the results at: https://@HOST@/dashboard?id=@PROJECT@
INFO: Note that you will be able to access the updated dashboard once the server has processed the submitted analysis report
INFO: ------------- Check Quality Gate status
INFO: Waiting for the analysis report to be processed (max 300s)
ERROR: QUALITY GATE STATUS: FAILED - View details on https://@HOST@/dashboard?id=@PROJECT@
INFO: EXECUTION FAILURE
INFO: Total time: @N@s
""", 3), "cat", "verify"),
    Kind("checkstyle", "policy", [r"^\[ERROR\] src/main", r"You have \d+ Checkstyle violations"], printed("""
[INFO] --- checkstyle:3.3.1:check (style) @ @PROJECT@ ---
[INFO] There are 2 errors reported by Checkstyle 9.3 with checkstyle.xml ruleset.
[ERROR] src/main/java/com/example/ErrorHandler.java:[@N@,5] (javadoc) MissingJavadocMethod: Missing a Javadoc comment.
[ERROR] src/main/java/com/example/Cart.java:[@N@] (sizes) LineLength: Line is longer than 120 characters (found 1@N@).
[INFO] ------------------------------------------------------------------------
[INFO] BUILD FAILURE
[INFO] ------------------------------------------------------------------------
[ERROR] Failed to execute goal org.apache.maven.plugins:maven-checkstyle-plugin:3.3.1:check (style) on project @PROJECT@: You have 2 Checkstyle violations. -> [Help 1]
"""), "cat", "verify"),
    Kind("black-check", "policy", [r"^would reformat"], printed("""
would reformat /workspace/source/@PROJECT@/errors.py
would reformat /workspace/source/@PROJECT@/api/orders.py

Oh no! 💥 💔 💥
2 files would be reformatted, @N@ files would be left unchanged.
"""), "cat", "verify"),
    Kind("shellcheck", "policy", [r"SC\d{4} \((error|warning)\)"], printed("""
In scripts/release-@PROJECT@.sh line @N@:
rm -rf $TARGET/*
       ^-----^ SC2086 (info): Double quote to prevent globbing and word splitting.

In scripts/release-@PROJECT@.sh line @N@:
if [ $? -ne 0 ] && [ "$RETRY" > 3 ]; then
                             ^-- SC2071 (error): > is for string comparisons. Use -gt instead.

For more information:
  https://www.shellcheck.net/wiki/SC2071 -- > is for string comparisons. Use -gt instead.
"""), "cat", "verify"),
    Kind("commitlint", "policy", [r"^✖   "], printed("""
⧗   input: fixed the error when the basket of @PROJECT@ is empty
✖   subject may not be empty [subject-empty]
✖   type may not be empty [type-empty]

✖   found 2 problems, 0 warnings
ⓘ   Get help: https://github.com/conventional-changelog/commitlint/#what-is-commitlint
"""), "cat", "verify"),
    Kind("golangci", "policy", [r"\((errcheck|staticcheck|govet|gosec)\)$"], printed("""
level=warning msg="[runner] The linter 'exportloopref' is deprecated (since v1.60.2) due to: Since Go1.22 (loopvar) this linter is no longer relevant."
internal/@PROJECT@/store.go:@N@:14: Error return value of `rows.Close` is not checked (errcheck)
	rows.Close()
	          ^
internal/@PROJECT@/errors.go:@N@:9: SA4006: this value of `err` is never used (staticcheck)
	err = tx.Rollback()
	^
"""), "cat", "verify"),
    Kind("clamav-found", "policy", [r" FOUND$", r"Infected files: [1-9]"], printed("""
Scanning image amd64
/workspace/content/usr/share/@PROJECT@/samples/invoice.doc: Doc.Malware.Valyria-@N@ FOUND

----------- SCAN SUMMARY -----------
Known viruses: 8@N@1204
Scanned files: 4@N@
Infected files: 1
Total errors: 0
Time: @N@.114 sec (1 m 12 s)
"""), "cat", "verify"),
    Kind("enforcer-banned", "policy", [r"BannedDependencies failed", r"<--- banned|Found Banned Dependency"], printed("""
[INFO] --- enforcer:3.4.1:enforce (rules) @ @PROJECT@ ---
[ERROR] Rule 0: org.apache.maven.enforcer.rules.dependency.BannedDependencies failed with message:
com.example:@PROJECT@:jar:@VERSION@
   commons-logging:commons-logging:jar:1.2 <--- banned via the exclude/include list
[INFO] ------------------------------------------------------------------------
[INFO] BUILD FAILURE
[INFO] ------------------------------------------------------------------------
[INFO] Total time:  2.@N@ s
[ERROR] Failed to execute goal org.apache.maven.plugins:maven-enforcer-plugin:3.4.1:enforce (rules) on project @PROJECT@: 
[ERROR] Some rules have failed. Look above for specific messages explaining why the rule failed. -> [Help 1]
"""), "cat", "verify"),
]
