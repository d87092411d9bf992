"""Texts as tools print them that are not on every machine."""

import re

from .kind import Kind


def printed(text, code=1):
    """The text with the names of the variation; `@N@` is a number."""

    def make(v):
        values = {"PROJECT": v.project, "VERSION": v.version, "HOST": v.host}
        v.write(".output", re.sub(r"@(PROJECT|VERSION|HOST|N)@", lambda found: values.get(found[1]) or str(v.random.randint(11, 240)), text.lstrip("\n")))
        return f"cat .output; exit {code}"

    return make


KINDS = [
    Kind("tsc-argument", "compile", [r"error TS2345", r"^  Property 'currency' is missing"], printed("""
> @PROJECT@@@VERSION@ build
> tsc --project tsconfig.build.json --pretty false

src/checkout/total.ts(@N@,18): error TS2345: Argument of type '{ amount: number; }' is not assignable to parameter of type 'Money'.
  Property 'currency' is missing in type '{ amount: number; }' but required in type 'Money'.
""", 2), "cat"),
    Kind("webpack-unresolved", "dependency", [r"Module not found: Error: Can't resolve", r"^ERROR in "], printed("""
> @PROJECT@@@VERSION@ bundle
> webpack --mode production

assets by status 1.21 MiB [cached] 7 assets
modules by path ./src/ 412 KiB
  cacheable modules 398 KiB 141 modules
  optional modules 14 KiB [optional] 3 modules

WARNING in asset size limit: The following asset(s) exceed the recommended size limit (244 KiB).
Assets:
  main.js (@N@ KiB)

ERROR in ./src/theme/index.js @N@:0-38
Module not found: Error: Can't resolve '@acme/theme-kit' in '/workspace/source/src/theme'
 @ ./src/app.js 7:0-30 22:2-12
 @ ./src/index.js 3:0-24 9:11-14

webpack 5.91.0 compiled with 1 error and 1 warning in @N@14 ms
"""), "cat"),
    Kind("jest-expectation", "test_failure", [r"^  ● Cart › ", r"expect\(received\)", r"^    (Expected|Received):", r"^FAIL "], printed("""
PASS src/errors/invalid-order.test.ts
PASS src/http/retry.test.ts (5.2 s)
FAIL src/cart/cart.test.ts
  ● Cart › applies the voucher once

    expect(received).toBe(expected) // Object.is equality

    Expected: 90
    Received: 81

      @N@ |   cart.apply(voucher);
      @N@ |   cart.apply(voucher);
    > @N@ |   expect(cart.total()).toBe(90);
         |                        ^
      at Object.<anonymous> (src/cart/cart.test.ts:@N@:24)

Test Suites: 1 failed, 2 passed, 3 total
Tests:       1 failed, @N@ passed, @N@ total
Snapshots:   0 total
Time:        9.@N@ s
Ran all test suites.
"""), "cat", "unit-tests"),
    Kind("coverage-threshold", "policy", [r"does not meet global threshold"], printed("""
  @N@ passing (4s)

-----------------|---------|----------|---------|---------|-------------------
File             | % Stmts | % Branch | % Funcs | % Lines | Uncovered Line #s
-----------------|---------|----------|---------|---------|-------------------
All files        |   71.42 |    64.28 |   80.95 |   71.42 |
 errors.js       |     100 |      100 |     100 |     100 |
 failover.js     |   42.85 |    28.57 |   66.66 |   42.85 | 41-58
-----------------|---------|----------|---------|---------|-------------------
ERROR: Coverage for lines (71.42%) does not meet global threshold (80%)
"""), "cat", "unit-tests"),
    Kind("surefire-failure", "test_failure", [r"ERROR\].*<<< (FAILURE|ERROR)!$", r"CartTest\.\w+:\d+ expected", r"AssertionFailedError", r"There are test failures"], printed("""
[INFO] -------------------------------------------------------
[INFO]  T E S T S
[INFO] -------------------------------------------------------
[INFO] Running com.example.@PROJECT@.ErrorHandlerTest
2026-03-02 10:11:27 ERROR c.e.ErrorHandler - could not read order 7 java.lang.IllegalStateException: expected by the test
[INFO] Tests run: 9, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 0.@N@ s - in com.example.@PROJECT@.ErrorHandlerTest
[INFO] Running com.example.@PROJECT@.CartTest
[ERROR] Tests run: 4, Failures: 1, Errors: 0, Skipped: 0, Time elapsed: 0.@N@ s <<< FAILURE! - in com.example.@PROJECT@.CartTest
[ERROR] com.example.@PROJECT@.CartTest.addsShipping  Time elapsed: 0.01 s  <<< FAILURE!
org.opentest4j.AssertionFailedError: expected: <1250> but was: <1000>
	at org.junit.jupiter.api.AssertionUtils.fail(AssertionUtils.java:55)
	at com.example.@PROJECT@.CartTest.addsShipping(CartTest.java:@N@)

[INFO] 
[INFO] Results:
[INFO] 
[ERROR] Failures: 
[ERROR]   CartTest.addsShipping:@N@ expected: <1250> but was: <1000>
[INFO] 
[ERROR] Tests run: 13, Failures: 1, Errors: 0, Skipped: 0
[INFO] 
[INFO] ------------------------------------------------------------------------
[INFO] BUILD FAILURE
[INFO] ------------------------------------------------------------------------
[INFO] Total time:  12.@N@ s
[INFO] ------------------------------------------------------------------------
[ERROR] Failed to execute goal org.apache.maven.plugins:maven-surefire-plugin:3.2.5:test (default-test) on project @PROJECT@: There are test failures.
[ERROR] 
[ERROR] Please refer to /workspace/source/target/surefire-reports for the individual test results.
[ERROR] -> [Help 1]
[ERROR] 
[ERROR] To see the full stack trace of the errors, re-run Maven with the -e switch.
[ERROR] Re-run Maven using the -X switch to enable full debug logging.
"""), "cat", "unit-tests"),
    Kind("gradle-credentials", "registry_auth", [r"Received status code 401", r"Could not (GET|resolve com)"], printed("""
> Task :processResources
> Task :compileJava FAILED

FAILURE: Build failed with an exception.

* What went wrong:
Execution failed for task ':compileJava'.
> Could not resolve all files for configuration ':compileClasspath'.
   > Could not resolve com.example:pricing-client:@VERSION@.
     Required by:
         project :
      > Could not resolve com.example:pricing-client:@VERSION@.
         > Could not get resource 'https://@HOST@/releases/com/example/pricing-client/@VERSION@/pricing-client-@VERSION@.pom'.
            > Could not GET 'https://@HOST@/releases/com/example/pricing-client/@VERSION@/pricing-client-@VERSION@.pom'. Received status code 401 from server: Unauthorized

* Try:
> Run with --stacktrace option to get the stack trace.
> Run with --info or --debug option to get more log output.
> Run with --scan to get full insights.

BUILD FAILED in @N@s
2 actionable tasks: 2 executed
"""), "cat"),
    Kind("buildah-manifest", "image_pull", [r"manifest unknown", r"^Error: creating build container"], printed("""
STEP 1/9: FROM @HOST@/base/runtime:@VERSION@
Trying to pull @HOST@/base/runtime:@VERSION@...
Error: creating build container: initializing source docker://@HOST@/base/runtime:@VERSION@: reading manifest @VERSION@ in @HOST@/base/runtime: manifest unknown
""", 125), "cat"),
    Kind("buildkit-not-found", "image_pull", [r"failed to resolve source metadata", r"^ERROR: failed to solve|: not found$"], printed("""
#0 building with "default" instance using docker driver

#1 [internal] load build definition from Dockerfile
#1 transferring dockerfile: 1.@N@kB done
#1 DONE 0.0s

#2 [internal] load metadata for registry.example.com/platform/@PROJECT@-base:@VERSION@
#2 ERROR: registry.example.com/platform/@PROJECT@-base:@VERSION@: not found
------
 > [internal] load metadata for registry.example.com/platform/@PROJECT@-base:@VERSION@:
------
Dockerfile:1
--------------------
   1 | >>> FROM registry.example.com/platform/@PROJECT@-base:@VERSION@
   2 |     WORKDIR /srv
--------------------
ERROR: failed to solve: registry.example.com/platform/@PROJECT@-base:@VERSION@: failed to resolve source metadata for registry.example.com/platform/@PROJECT@-base:@VERSION@: registry.example.com/platform/@PROJECT@-base:@VERSION@: not found
"""), "cat"),
    Kind("pod-pull-backoff", "image_pull", [r"ErrImagePull|ImagePullBackOff", r"Failed to pull image"], printed("""
namespace/@PROJECT@-e2e created
deployment.apps/@PROJECT@ created
Waiting for deployment "@PROJECT@" rollout to finish: 0 of 1 updated replicas are available...
error: timed out waiting for the condition
Events:
  Type     Reason     Age                From               Message
  ----     ------     ----               ----               -------
  Normal   Scheduled  2m14s              default-scheduler  Successfully assigned @PROJECT@-e2e/@PROJECT@-6d4cf56db6-x2x9p to node-@N@
  Normal   Pulling    78s (x4 over 2m)   kubelet            Pulling image "@HOST@/@PROJECT@:@VERSION@"
  Warning  Failed     77s (x4 over 2m)   kubelet            Failed to pull image "@HOST@/@PROJECT@:@VERSION@": rpc error: code = NotFound desc = failed to pull and unpack image "@HOST@/@PROJECT@:@VERSION@": @HOST@/@PROJECT@:@VERSION@: not found
  Warning  Failed     77s (x4 over 2m)   kubelet            Error: ErrImagePull
  Warning  Failed     51s (x6 over 2m)   kubelet            Error: ImagePullBackOff
"""), "cat", "integration-tests"),
    Kind("pod-unschedulable", "never_started", [r"FailedScheduling"], printed("""
pod/@PROJECT@-e2e-runner created
pod @PROJECT@-e2e-runner is Pending
pod @PROJECT@-e2e-runner is Pending
Events:
  Type     Reason            Age    From               Message
  ----     ------            ----   ----               -------
  Warning  FailedScheduling  5m12s  default-scheduler  0/9 nodes are available: 3 node(s) had untolerated taint {dedicated: gpu}, 6 Insufficient memory. preemption: 0/9 nodes are available: 9 Preemption is not helpful for scheduling.
  Normal   NotTriggerScaleUp 5m12s  cluster-autoscaler pod didn't trigger scale-up
the pod @PROJECT@-e2e-runner did not start within 300 s
"""), "cat", "integration-tests"),
    Kind("pod-volume", "never_started", [r"FailedAttachVolume", r"FailedMount"], printed("""
job.batch/@PROJECT@-migrate created
waiting for a pod of the job: ContainerCreating
waiting for a pod of the job: ContainerCreating
LAST SEEN   TYPE      REASON               OBJECT                        MESSAGE
4m31s       Normal    Scheduled            pod/@PROJECT@-migrate-t8vxs   Successfully assigned ci/@PROJECT@-migrate-t8vxs to node-@N@
4m31s       Warning   FailedAttachVolume   pod/@PROJECT@-migrate-t8vxs   Multi-Attach error for volume "pvc-8d1f7c0a-@N@" Volume is already used by pod(s) @PROJECT@-import-0
2m28s       Warning   FailedMount          pod/@PROJECT@-migrate-t8vxs   Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[data kube-api-access]: timed out waiting for the condition
giving up: no container of the job was started
"""), "cat", "migrate"),
    Kind("gh-rate-limit", "quota", [r"API rate limit exceeded"], printed("""
Reading the releases of acme/@PROJECT@
v@VERSION@
Comparing v@VERSION@ with main
gh: API rate limit exceeded for user ID 48@N@@N@. If you reach out to GitHub Support for help, please include the request ID C0DE:@N@:1D2F. (HTTP 403)
"""), "cat", "release"),
    Kind("cloud-quota", "quota", [r"Quota '?\w+'? exceeded|QUOTA_EXCEEDED"], printed("""
Creating in progress for cluster(s) [@PROJECT@-e2e-@N@] in europe-west1-b...
Creating instance group @PROJECT@-e2e-pool...
ERROR: (gcloud.compute.instances.create) Could not fetch resource:
 - Quota 'CPUS' exceeded.  Limit: 72.0 in region europe-west1.
        metric name = compute.googleapis.com/cpus
        limit name = CPUS-per-project-region
        limit = 72.0
"""), "cat", "integration-tests"),
    Kind("file-watchers", "infrastructure", [r"ENOSPC: System limit for number of file watchers"], printed("""
> @PROJECT@@@VERSION@ e2e
> vite --port 4@N@ & playwright test

  VITE v5.2.8  ready in @N@ ms

  ➜  Local:   http://localhost:4173/
node:internal/fs/watchers:@N@
    const error = new UVException({
                  ^

Error: ENOSPC: System limit for number of file watchers reached, watch '/workspace/source/public/errors'
    at FSWatcher.<computed> (node:internal/fs/watchers:@N@:19)
    at Object.watch (node:fs:2418:36)
Emitted 'error' event on FSWatcher instance at:
    at FSWatcher._handleError (file:///workspace/source/node_modules/vite/dist/node/chunks/dep.js:@N@:10) {
  errno: -28,
  syscall: 'watch',
  code: 'ENOSPC',
  path: '/workspace/source/public/errors',
  filename: '/workspace/source/public/errors'
}
"""), "cat", "integration-tests"),
    Kind("eslint-errors", "policy", [r"^\s+\d+:\d+\s+error ", r"✖ \d+ problems"], printed("""
> @PROJECT@@@VERSION@ lint
> eslint . --max-warnings 20

/workspace/source/src/cart/total.js
  @N@:9   warning  Unexpected console statement                    no-console
  @N@:15  error    'voucher' is assigned a value but never used    no-unused-vars

/workspace/source/src/http/error.js
  @N@:3   error    Expected '===' and instead saw '=='             eqeqeq

✖ 3 problems (2 errors, 1 warning)
  0 errors and 0 warnings potentially fixable with the `--fix` option.
"""), "cat", "verify"),
    Kind("conforma-violation", "policy", [r"\[Violation\]", r"Reason: ", r"success criteria not met"], printed("""
Success: false
Result: FAILURE
Violations: 1, Warnings: 2, Successes: @N@
Component: @PROJECT@
ImageRef: @HOST@/@PROJECT@@sha256:4e1f@N@c2

Results:
✕ [Violation] cve.cve_blockers
  ImageRef: @HOST@/@PROJECT@@sha256:4e1f@N@c2
  Reason: Found "CVE-2024-@N@@N@" vulnerability of critical security level
  Title: Blocking CVE check

› [Warning] cve.cve_warnings
  ImageRef: @HOST@/@PROJECT@@sha256:4e1f@N@c2
  Message: Found 2 vulnerabilities of medium security level

Error: success criteria not met
"""), "cat", "verify"),
    Kind("helm-nil-pointer", "configuration", [r"^Error: template: ", r"nil pointer evaluating"], printed("""
==> Rendering chart @PROJECT@-@VERSION@
walk.go:74: found symbolic link in path: /workspace/source/charts/@PROJECT@/files resolves to /workspace/source/files. Contents of linked file included and used
Error: template: @PROJECT@/templates/deployment.yaml:@N@:28: executing "@PROJECT@/templates/deployment.yaml" at <.Values.image.pullSecrets.name>: nil pointer evaluating interface {}.name

Use --debug flag to render out invalid YAML
"""), "cat", "render"),
    Kind("git-ssh-key", "registry_auth", [r"Permission denied \(publickey\)", r"Could not read from remote repository"], printed("""
Cloning into '@PROJECT@'...
Warning: Permanently added '@HOST@' (ED25519) to the list of known hosts.
git@@HOST@: Permission denied (publickey).
fatal: Could not read from remote repository.

Please make sure you have the correct access rights
and the repository exists.
""", 128), "cat", "clone"),
]
