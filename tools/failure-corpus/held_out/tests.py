"""What tests say, and the tools around them."""

from kinds.code import source
from kinds.kind import Kind
from kinds.texts import printed

KINDS = [
    Kind("rust-should-panic", "test_failure", [r"did not panic as expected", r"FAILED$"],
         source("main.rs", "//", "#[test]\n#[should_panic]\nfn refuses_negative_prices() {\n    assert!(1 < 3);\n}\n#[test]\nfn panics_are_caught() {}\n", "rustc --edition 2021 --test -o tests main.rs && ./tests"), "rustc", "unit-tests"),
    Kind("go-example", "test_failure", [r"--- FAIL: Example", r"^(got|want):$", r"^(total: \d+)$"],
         source("total_test.go", "//", "package shop\n\nimport \"fmt\"\n\nfunc Example_total() {\n\tfmt.Println(\"total: 119\")\n\t// Output: total: 120\n}\n", "go test ./...", {"go.mod": "module example.com/shop\n\ngo 1.22\n"}), "go", "unit-tests"),
    Kind("pytest-option", "user_error", [r"unrecognized arguments"], source("test_one.py", "#", "def test_one():\n    pass\n", "pytest --no-header --cov=src --cov-report=xml"), "pytest", "unit-tests"),
    Kind("pytest-mark", "configuration", [r"not found in `markers`|not a registered mark"],
         source("test_slow.py", "#", "import pytest\n\n@pytest.mark.nightly\ndef test_import():\n    pass\n", "pytest --no-header --strict-markers"), "pytest", "unit-tests"),
    Kind("python-test-error", "test_failure", [r"^ERROR: ", r"^ZeroDivisionError"],
         source("test_rates.py", "#", "import unittest\n\nclass Rates(unittest.TestCase):\n    def setUp(self):\n        self.rate = 3 / len([])\n\n    def test_rate(self):\n        self.assertEqual(self.rate, 1)\n", "python3 -m unittest test_rates"), "python3", "unit-tests"),
    Kind("rspec-failure", "test_failure", [r"^  \d+\) ", r"Failure/Error", r"^\s+(expected|got): ", r"^rspec \./"], printed("""
Randomized with seed @N@41

Basket
  raises an error without a currency
  applies the voucher once (FAILED - 1)

Failures:

  1) Basket applies the voucher once
     Failure/Error: expect(basket.total).to eq(90)

       expected: 90
            got: 81

       (compared using ==)
     # ./spec/models/basket_spec.rb:@N@:in `block (2 levels) in <top (required)>'

Finished in 4.@N@ seconds (files took 1.9 seconds to load)
@N@ examples, 1 failure, 2 pending

Failed examples:

rspec ./spec/models/basket_spec.rb:@N@ # Basket applies the voucher once
"""), "cat", "unit-tests"),
    Kind("phpunit-failure", "test_failure", [r"^\d+\) ", r"Failed asserting", r"^FAILURES!"], printed("""
PHPUnit 10.5.@N@ by Sebastian Bergmann and contributors.

Runtime:       PHP 8.2.@N@
Configuration: /workspace/source/phpunit.xml

...............................F...........                       43 / 43 (100%)

Time: 00:02.114, Memory: 38.00 MB

There was 1 failure:

1) Acme\\Shop\\Tests\\InvoiceTest::testRoundsHalfUp
Failed asserting that 12.34 matches expected 12.35.

/workspace/source/tests/InvoiceTest.php:@N@

FAILURES!
Tests: 43, Assertions: 1@N@, Failures: 1.
"""), "cat", "unit-tests"),
    Kind("gtest-failure", "test_failure", [r"Failure$", r"^\[  FAILED  \]", r"Expected equality|^  Which is|^  ledger|^    Which"], printed("""
[==========] Running @N@ tests from 9 test suites.
[----------] 4 tests from ErrorTest
[ RUN      ] ErrorTest.ReportsMissingFile
[       OK ] ErrorTest.ReportsMissingFile (0 ms)
[----------] 3 tests from LedgerTest
[ RUN      ] LedgerTest.BalancesAfterTransfer
/workspace/source/tests/ledger_test.cc:@N@: Failure
Expected equality of these values:
  ledger.balance("b")
    Which is: 40
  60
[  FAILED  ] LedgerTest.BalancesAfterTransfer (2 ms)
[ RUN      ] LedgerTest.RejectsOverdraft
[       OK ] LedgerTest.RejectsOverdraft (1 ms)
[----------] Global test environment tear-down
[==========] @N@ tests from 9 test suites ran. (412 ms total)
[  PASSED  ] @N@ tests.
[  FAILED  ] 1 test, listed below:
[  FAILED  ] LedgerTest.BalancesAfterTransfer

 1 FAILED TEST
"""), "cat", "unit-tests"),
    Kind("jest-snapshot", "test_failure", [r"^  ● ", r"toMatchSnapshot|does not match stored snapshot|Snapshot name", r"^FAIL ", r"› 1 snapshot failed"], printed("""
PASS src/errors/boundary.test.tsx
FAIL src/basket/Summary.test.tsx
  ● Summary › renders the total

    expect(received).toMatchSnapshot()

    Snapshot name: `Summary renders the total 1`

    - Snapshot  - 1
    + Received  + 1

      <div class="total">
    -   12.00 EUR
    +   EUR 12.00
      </div>

      at Object.toMatchSnapshot (src/basket/Summary.test.tsx:@N@:31)

 › 1 snapshot failed.
Snapshot Summary
 › 1 snapshot failed from 1 test suite. Inspect your code changes or run `npm test -- -u` to update them.

Test Suites: 1 failed, @N@ passed, @N@ total
Snapshots:   1 failed, 14 passed, 15 total
Ran all test suites.
"""), "cat", "unit-tests"),
    Kind("mocha-failure", "test_failure", [r"^  1\) ", r"AssertionError|Error: expected", r"^\s+1\) ", r"^      [+-](expected|actual|\d)"], printed("""
  orders API
    ✔ returns 500 if the database is gone
    ✔ rejects an unknown token
    1) lists the orders of a customer

  @N@ passing (2s)
  1 failing

  1) orders API
       lists the orders of a customer:

      AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:

3 !== 4

      + expected - actual

      -3
      +4

      at Context.<anonymous> (test/orders.spec.js:@N@:14)
      at process.processTicksAndRejections (node:internal/process/task_queues:95:5)
"""), "cat", "unit-tests"),
    Kind("playwright-assertion", "test_failure", [r"^  1\) \[", r"Error: .*expect\(", r"^    (Expected|Received)", r"^    \[chromium\]"], printed("""
Running @N@ tests using 2 workers

  ✓  1 [chromium] › login.spec.ts:9:5 › shows an error for a wrong password (812ms)
  ✘  2 [chromium] › basket.spec.ts:@N@:5 › keeps the basket (6.2s)

  1) [chromium] › basket.spec.ts:@N@:5 › keeps the basket ──────────────────────────

    Error: Timed out 5000ms waiting for expect(locator).toHaveText(expected)

    Locator: getByTestId('count')
    Expected string: "3"
    Received string: "0"
    Call log:
      - expect.toHaveText with timeout 5000ms
      - waiting for getByTestId('count')

        at /workspace/source/e2e/basket.spec.ts:@N@:44

  1 failed
    [chromium] › basket.spec.ts:@N@:5 › keeps the basket ───────────────────────────
  @N@ passed (48.1s)
"""), "cat", "integration-tests"),
    Kind("k6-threshold", "test_failure", [r"thresholds on metrics", r"^\s+✗ http_req_duration"], printed("""
     ✓ status is 200
     ✓ no error in the body

     checks.........................: 100.00% ✓ 8@N@2      ✗ 0
     http_req_blocked...............: avg=1.2ms   min=1µs   med=4µs     max=2@N@ms
   ✗ http_req_duration..............: avg=412.9ms min=9.1ms med=377.@N@ms max=4.1s p(95)=1.2s
     http_req_failed................: 0.00%   ✓ 0         ✗ 8@N@2
     vus............................: 20      min=20      max=20

running (1m00.@N@s), 00/20 VUs, 8@N@2 complete and 0 interrupted iterations
time="2026-02-11T08:15:02Z" level=error msg="thresholds on metrics 'http_req_duration' have been crossed"
""", 99), "cat", "integration-tests"),
    Kind("robot-failure", "test_failure", [r"\| FAIL \|$", r"^'.*' != '.*'|^Element "], printed("""
==============================================================================
@PROJECT@ :: End to end
==============================================================================
Login With Wrong Password Is Denied                                   | PASS |
------------------------------------------------------------------------------
Cancel An Order                                                       | FAIL |
Element 'css:[data-state=cancelled]' not visible after 20 seconds.
------------------------------------------------------------------------------
@PROJECT@ :: End to end                                               | FAIL |
@N@ tests, @N@ passed, 1 failed
==============================================================================
Output:  /workspace/source/output.xml
"""), "cat", "integration-tests"),
    Kind("cypress-element", "test_failure", [r"AssertionError: Timed out retrying|CypressError", r"^  1\) "], printed("""
  Running:  checkout.cy.ts                                                  (2 of 3)

  checkout
    ✓ shows the error of the bank (1@N@ms)
    1) pays by invoice

  1 passing (9s)
  1 failing

  1) checkout
       pays by invoice:
     AssertionError: Timed out retrying after 4000ms: Expected to find element: `[data-cy=invoice]`, but never found it.
      at Context.eval (webpack://@PROJECT@/./cypress/e2e/checkout.cy.ts:@N@:7)

  (Screenshots)
  -  /workspace/source/cypress/screenshots/checkout.cy.ts/checkout -- pays by invoice (failed).png     (1280x720)
"""), "cat", "integration-tests"),
    Kind("surefire-fork", "timeout", [r"There was a timeout or other error in the fork|There was a timeout in the fork"], printed("""
[INFO] Running com.example.@PROJECT@.RetryTest
[INFO] Tests run: 3, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 1.@N@ s -- in com.example.@PROJECT@.RetryTest
[INFO] Running com.example.@PROJECT@.ImportTest
[INFO] 
[INFO] Results:
[INFO] 
[INFO] Tests run: 3, Failures: 0, Errors: 0, Skipped: 0
[INFO] 
[INFO] ------------------------------------------------------------------------
[INFO] BUILD FAILURE
[INFO] ------------------------------------------------------------------------
[ERROR] Failed to execute goal org.apache.maven.plugins:maven-surefire-plugin:3.2.5:test (default-test) on project @PROJECT@: There was a timeout in the fork -> [Help 1]
[ERROR] 
[ERROR] Re-run Maven using the -X switch to enable full debug logging.
"""), "cat", "unit-tests"),
    Kind("jest-worker-killed", "out_of_memory", [r"signal=SIGKILL"], printed("""
PASS src/errors/boundary.test.tsx (9.1 s)
FAIL src/report/export.test.ts
  ● Test suite failed to run

    A jest worker process (pid=@N@) was terminated by another process: signal=SIGKILL, exitCode=null. Operating system logs may contain more information on why this occurred.

      at ChildProcessWorker._onExit (node_modules/jest-worker/build/workers/ChildProcessWorker.js:@N@:23)

Test Suites: 1 failed, 41 passed, 42 total
Tests:       3@N@ passed, 3@N@ total
"""), "cat", "unit-tests"),
    Kind("gradle-heap", "out_of_memory", [r"Expiring Daemon because JVM heap space is exhausted", r"Java heap space"], printed("""
> Task :app:mergeExtDexRelease
> Task :app:minifyReleaseWithR8
Expiring Daemon because JVM heap space is exhausted
> Task :app:minifyReleaseWithR8 FAILED

FAILURE: Build failed with an exception.

* What went wrong:
Execution failed for task ':app:minifyReleaseWithR8'.
> Java heap space

BUILD FAILED in 6m @N@s
@N@ actionable tasks: 12 executed, 7 up-to-date
"""), "cat"),
    Kind("renovate-config", "configuration", [r"Configuration Error|config-validation|Invalid configuration option|error.*renovate\.json"], printed("""
 INFO: Validating renovate.json
ERROR: Found errors in configuration
       "file": "renovate.json",
       "errors": [
         {
           "topic": "Configuration Error",
           "message": "Invalid configuration option: packageRules[3].matchPackagePattern"
         }
       ]
"""), "cat", "update"),
    Kind("tsc-no-inputs", "configuration", [r"error TS18003"], printed("""
> @PROJECT@@@VERSION@ build
> tsc -p packages/@PROJECT@/tsconfig.build.json

error TS18003: No inputs were found in config file '/workspace/source/packages/@PROJECT@/tsconfig.build.json'. Specified 'include' paths were '["source/**/*.ts"]' and 'exclude' paths were '["**/*.test.ts","dist"]'.
""", 2), "cat"),
]
