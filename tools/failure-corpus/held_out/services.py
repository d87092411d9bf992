"""What registries, git hosts, clouds and databases say."""

from kinds.git import REPOSITORY
from kinds.kind import Kind
from kinds.texts import printed

TLS_SERVER = """
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out own.pem -days 2 -subj /CN=authority 2>/dev/null
openssl req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=@NAME@ 2>/dev/null
printf 'subjectAltName=DNS:@NAME@\\n' > names
printf '[ca]\\ndefault_ca=a\\n[a]\\ndatabase=index\\nserial=serial\\nnew_certs_dir=.\\ndefault_md=sha256\\npolicy=p\\n[p]\\ncommonName=supplied\\n' > ca.cnf; touch index; echo 01 > serial
openssl ca -batch -config ca.cnf -in server.csr -cert own.pem -keyfile key.pem -extfile names -startdate 20240101000000Z -enddate @END@ -out server.pem -notext 2>/dev/null
port=$((20000 + RANDOM % 9000)); openssl s_server -accept $port -cert server.pem -key server.key -quiet -www >/dev/null 2>&1 & server=$!
trap 'kill $server' EXIT; sleep 0.7
curl -fsSL --cacert own.pem -o report.json https://localhost:$port/@PROJECT@/report.json; code=$?; exit $code
"""


def tls(name, end):
    return lambda v: TLS_SERVER.replace("@NAME@", name).replace("@END@", end).replace("@PROJECT@", v.project)


KINDS = [
    Kind("curl-expired", "network", [r"certificate has expired"], tls("localhost", "20250301000000Z"), "openssl"),
    Kind("curl-other-name", "network", [r"no alternative certificate subject name|does not match target host name|subject name"], tls("artifacts.example.com", "20480301000000Z"), "openssl"),
    Kind("curl-reset", "network", [r"Connection reset by peer"], lambda v: f"curl -fsSL -o tool.tar.gz {v.server('reset')}/tool-{v.version}.tar.gz", "curl"),
    Kind("curl-proxy", "network", [r"Could not resolve proxy"], lambda v: f"curl -fsSL -x http://proxy.{v.host}:3128 -o tool.tar.gz https://downloads.example.com/tool-{v.version}.tar.gz", "curl"),
    Kind("wget-bad-gateway", "infrastructure", [r"ERROR 502"], lambda v: f"wget --tries=1 -O chart.tgz {v.server('gateway')}/charts/{v.project}-{v.version}.tgz", "wget"),
    Kind("wget-unknown-host", "network", [r"unable to resolve host address"], lambda v: f"wget -nv --tries=1 https://{v.host}/{v.project}-{v.version}.tgz", "wget"),
    Kind("git-early-eof", "network", [r"RPC failed", r"early EOF", r"fetch-pack: |invalid index-pack"], printed("""
Cloning into '/workspace/source'...
remote: Enumerating objects: 9@N@41, done.
remote: Counting objects: 100% (9@N@/9@N@), done.
error: RPC failed; curl 92 HTTP/2 stream 5 was not closed cleanly: CANCEL (err 8)
error: @N@27 bytes of body are still expected
fetch-pack: unexpected disconnect while reading sideband packet
fatal: early EOF
fatal: fetch-pack: invalid index-pack output
""", 128), "cat", "clone"),
    Kind("git-host-key", "configuration", [r"Host key verification failed", r"Could not read from remote repository"], printed("""
Cloning into '@PROJECT@'...
No ED25519 host key is known for @HOST@ and you have requested strict checking.
Host key verification failed.
fatal: Could not read from remote repository.

Please make sure you have the correct access rights
and the repository exists.
""", 128), "cat", "clone"),
    Kind("git-write-denied", "registry_auth", [r"remote: Permission to .* denied", r"returned error: 403"], printed("""
[release-bot 5f3c2e1] Release @VERSION@
 2 files changed, @N@ insertions(+), 3 deletions(-)
remote: Permission to acme/@PROJECT@.git denied to release-bot[bot].
fatal: unable to access 'https://github.com/acme/@PROJECT@.git/': The requested URL returned error: 403
""", 128), "cat", "tag"),
    Kind("git-push-protection", "policy", [r"GH013", r"Push cannot contain secrets", r"remote rejected"], printed("""
remote: error: GH013: Repository rule violations found for refs/heads/update-@PROJECT@.
remote: 
remote: - GITHUB PUSH PROTECTION
remote:   —————————————————————————————————————————
remote:     Resolve the following violations before pushing again
remote: 
remote:     - Push cannot contain secrets
remote: 
remote:       —— Amazon AWS Access Key ID ——————————————————————————
remote:        locations:
remote:          - commit: 8f41c2@N@
remote:            path: config/@PROJECT@.env:@N@
To https://github.com/acme/@PROJECT@.git
 ! [remote rejected] update-@PROJECT@ -> update-@PROJECT@ (push declined due to repository rule violations)
error: failed to push some refs to 'https://github.com/acme/@PROJECT@.git'
"""), "cat", "update"),
    Kind("git-lfs-budget", "quota", [r"over its data quota|exceeded its LFS budget", r"Smudge error"], printed("""
Cloning into '/workspace/source'...
Updating files:  41% (@N@/812)
Downloading models/@PROJECT@.bin (8@N@ MB)
Error downloading object: models/@PROJECT@.bin (5d1f@N@): Smudge error: Error downloading models/@PROJECT@.bin (5d1f@N@): batch response: This repository is over its data quota. Account responsible for LFS bandwidth should purchase more data packs to restore access.

Errors logged to '/workspace/source/.git/lfs/logs/20260211T081402.@N@.log'.
Use `git lfs logs last` to view the log.
error: external filter 'git-lfs filter-process' failed
fatal: models/@PROJECT@.bin: smudge filter lfs failed
""", 128), "cat", "clone"),
    Kind("git-host-internal", "infrastructure", [r"Internal (Server|API) [Ee]rror", r"Could not read from remote|unable to access"], printed("""
Cloning into '@PROJECT@'...
remote: GitLab: Internal API error (500)
fatal: unable to access 'https://@HOST@/acme/@PROJECT@.git/': The requested URL returned error: 500
""", 128), "cat", "clone"),
    Kind("git-tag-exists", "user_error", [r"tag '.*' already exists"], lambda v: REPOSITORY + f"git tag -a v{v.version} -m release && git tag -a v{v.version} -m release", "git", "tag"),
    Kind("git-rebase-conflict", "user_error", [r"could not apply", r"^CONFLICT"],
         lambda v: REPOSITORY + "git checkout -qb update && echo two > prices.txt && git commit -qam 'Update prices' && git checkout -q main && echo three > prices.txt && git commit -qam three && git checkout -q update && git rebase main", "git", "update"),
    Kind("git-unrelated", "user_error", [r"refusing to merge unrelated histories"],
         lambda v: REPOSITORY + "git checkout -q --orphan other && git commit -qm other && git merge main", "git"),
    Kind("github-token", "registry_auth", [r"Bad credentials"], printed("""
Preparing the release v@VERSION@ of acme/@PROJECT@
Notes: @N@ commits since the last tag
HTTP 401: Bad credentials (https://api.github.com/graphql)
Try authenticating with:  gh auth login
"""), "cat", "release"),
    Kind("quay-push-unauthorized", "registry_auth", [r"access to the requested resource is not authorized"], printed("""
Getting image source signatures
Copying blob 4f1c@N@ done   | 
Copying blob 9b0d@N@ done   | 
time="2026-02-11T08:14:31Z" level=fatal msg="trying to reuse blob sha256:4f1c@N@ at destination: checking whether a blob sha256:4f1c@N@ exists in quay.io/acme/@PROJECT@: unauthorized: access to the requested resource is not authorized"
"""), "cat", "push"),
    Kind("docker-login", "registry_auth", [r"login attempt to .* failed|unauthorized: "], printed("""
WARNING! Using --password via the CLI is insecure. Use --password-stdin.
Error response from daemon: login attempt to https://@HOST@/v2/ failed with status: 401 Unauthorized
"""), "cat", "push"),
    Kind("registry-bad-gateway", "infrastructure", [r"502 Bad Gateway"], printed("""
Getting image source signatures
Copying blob 7d@N@e1 done   | 
Copying blob 1c@N@f4 [================================>-----] 21.4MiB / 24.1MiB | 3.1 MiB/s
Error: writing blob: uploading layer chunked: received unexpected HTTP status: 502 Bad Gateway
""", 125), "cat", "push"),
    Kind("harbor-quota", "quota", [r"will exceed the configured upper limit"], printed("""
The push refers to repository [@HOST@/acme/@PROJECT@]
5f70bf18a086: Layer already exists
9c1b@N@: Pushed
denied: adding 2@N@.3 MiB of storage resource, which when updated to current usage of 49.9 GiB will exceed the configured upper limit of 50.0 GiB.
"""), "cat", "push"),
    Kind("aws-vcpu", "quota", [r"VcpuLimitExceeded"], printed("""
Requesting 2 instances of type m6i.4xlarge for @PROJECT@-e2e

An error occurred (VcpuLimitExceeded) when calling the RunInstances operation: You have requested more vCPU capacity than your current vCPU limit of 1@N@ allows for the instance bucket that the specified instance type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.
""", 254), "cat", "integration-tests"),
    Kind("aws-token-expired", "registry_auth", [r"ExpiredToken"], printed("""
upload: reports/index.html to s3://@PROJECT@-reports/@VERSION@/index.html
upload failed: reports/errors.html to s3://@PROJECT@-reports/@VERSION@/errors.html An error occurred (ExpiredToken) when calling the PutObject operation: The provided token has expired.
"""), "cat", "upload"),
    Kind("vault-denied", "registry_auth", [r"\* permission denied", r"^Code: 403"], printed("""
Error making API request.

URL: GET https://vault.@HOST@:8200/v1/secret/data/@PROJECT@/signing
Code: 403. Errors:

* 1 error occurred:
	* permission denied
""", 2), "cat", "sign"),
    Kind("sonar-token", "registry_auth", [r"Not authorized"], printed("""
08:14:11.@N@ INFO  Scanner configuration file: /opt/sonar-scanner/conf/sonar-scanner.properties
08:14:12.@N@ INFO  SonarScanner CLI 6.2.1.4610
08:14:13.@N@ INFO  Communicating with SonarQube Server 10.7.0.@N@
08:14:13.@N@ ERROR Not authorized. Analyzing this project requires authentication. Please check the user token in the property 'sonar.token' or the credentials in the properties 'sonar.login' and 'sonar.password'.
08:14:13.@N@ INFO  EXECUTION FAILURE
08:14:13.@N@ INFO  Total time: 2.@N@s
""", 2), "cat", "verify"),
    Kind("go-private-module", "registry_auth", [r"could not read Username", r"terminal prompts disabled"], printed("""
go: downloading github.com/pkg/errors v0.9.1
go: github.com/acme/@PROJECT@-sdk@v@VERSION@: reading github.com/acme/@PROJECT@-sdk/go.mod at revision v@VERSION@: git ls-remote -q https://github.com/acme/@PROJECT@-sdk in /go/pkg/mod/cache/vcs/4f@N@: exit status 128:
	fatal: could not read Username for 'https://github.com': terminal prompts disabled
Confirm the import path was entered correctly.
If this is a private repository, see https://golang.org/doc/faq#git_https for additional information.
"""), "cat"),
    Kind("terraform-interrupted", "cancelled", [r"Interrupt received", r"operation canceled|execution halted|Error: "], printed("""
module.db.aws_db_instance.main: Still creating... [@N@s elapsed]

Interrupt received.
Please wait for Terraform to exit or data loss may occur.
Gracefully shutting down...

Stopping operation...
module.db.aws_db_instance.main: Still creating... [4m10s elapsed]
╷
│ Error: execution halted
│ 
│ Error: operation canceled
╵
"""), "cat", "apply"),
    Kind("jenkins-aborted", "cancelled", [r"Aborted by ", r"Sending interrupt signal"], printed("""
[Pipeline] sh
+ ./gradlew --no-daemon check
> Task :errors:test
Aborted by maintainer-@N@
Sending interrupt signal to process
script returned exit code 143
""", 143), "cat"),
    Kind("mysql-lost", "infrastructure", [r"Lost connection to MySQL"], printed("""
Migrating: 2026_02_0@N@_add_state_to_@PROJECT@
ERROR 2013 (HY000) at line @N@: Lost connection to MySQL server during query
"""), "cat", "migrate"),
    Kind("psql-column", "user_error", [r"ERROR:  column", r"^LINE \d+", r"^psql:"], printed("""
BEGIN
ALTER TABLE
psql:migrations/0@N@_totals.sql:14: ERROR:  column "gross_total" does not exist
LINE 2:   SET total = round(gross_total, 2)
                            ^
ROLLBACK
""", 3), "cat", "migrate"),
    Kind("flyway-checksum", "configuration", [r"Migration checksum mismatch", r"Validate failed", r"^-> (Applied|Resolved)"], printed("""
Flyway Community Edition 10.1@N@.0 by Redgate
Database: jdbc:postgresql://db:5432/@PROJECT@ (PostgreSQL 15.4)
ERROR: Validate failed: Migrations have failed validation
Migration checksum mismatch for migration version 7.1
-> Applied to database : 15@N@8842
-> Resolved locally    : -9@N@1170
Either revert the changes to the migration, or run repair to update the schema history.
"""), "cat", "migrate"),
]
