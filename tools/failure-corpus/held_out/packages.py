"""What package managers say."""

import json

from kinds.kind import Kind, given
from kinds.texts import printed


def package(v, **more):
    v.write("package.json", json.dumps({"name": v.project, "version": v.version, **more}, indent=2))


def engine(v):
    package(v, engines={"node": ">=26.3.0"})
    return "npm install --engine-strict"


def npm_reset(v):
    package(v, dependencies={"pricing": "^1.0.0"})
    return f"npm install --registry {v.server('reset')}/"


def npm_script(v):
    package(v, scripts={"prebuild": "node check.js", "build": "rollup -c"})
    v.write("check.js", "console.log('checking the settings')\n")
    return "npm run build"


def npm_alias(v):
    package(v, dependencies={"pricing": "^^1.2"})
    return f"npm install --registry {v.server('npm')}/"


def cargo_host(v):
    v.write("Cargo.toml", f'[package]\nname = "{v.project}"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\nserde = "1"\n')
    v.write("src/main.rs", "fn main() {}\n")
    v.write(".cargo/config.toml", f'[source.crates-io]\nreplace-with = "inside"\n[source.inside]\nregistry = "sparse+https://{v.host}/index/"\n[net]\nretry = 1\n')
    return "CARGO_NET_OFFLINE=false cargo build"


def go_host(v):
    given({"go.mod": "module example.com/shop\n\ngo 1.22\n\nrequire github.com/acme/pricing v1.2.3\n", "main.go": "package main\n\nimport _ \"github.com/acme/pricing\"\n\nfunc main() {}\n"}, "")(v)
    return f"GOMODCACHE=$PWD/modules GOFLAGS='-mod=mod -modcacherw' GOPROXY=https://{v.host} go build -o bin/ ./... 2>&1 | sed -E 's/on [0-9.]+:53/on 10.96.0.10:53/'; exit ${{PIPESTATUS[0]}}"


def maven_status(status):
    def make(v):
        v.write("pom.xml", f"<project><modelVersion>4.0.0</modelVersion><groupId>com.example</groupId><artifactId>{v.project}</artifactId><version>{v.version}</version>"
                "<parent><groupId>com.example</groupId><artifactId>platform-parent</artifactId><version>12</version></parent></project>")
        v.write("settings.xml", f"<settings><localRepository>{v.folder}/repository</localRepository><mirrors><mirror><id>internal</id><mirrorOf>*</mirrorOf><url>{v.server(f'status/{status}')}</url></mirror></mirrors></settings>")
        return "mvn -B -s settings.xml package"

    return make


SDIST = r"""
import io, tarfile
with tarfile.open('pricing-1.0.tar.gz', 'w:gz') as file:
    for name, text in (('pyproject.toml', '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'), ('PKG-INFO', 'Metadata-Version: 2.1\nName: pricing\nVersion: 1.0\n'),
                       ('backend.py', 'import subprocess, sys\n\ndef build_wheel(*_, **__):\n    print("running build_ext")\n    print("Error: pg_config executable not found.\\n\\npg_config is required to build pricing from source.  Please add the directory\\ncontaining pg_config to the $PATH", file=sys.stderr)\n    sys.exit(1)\n')):
        data = text.encode()
        info = tarfile.TarInfo('pricing-1.0/' + name)
        info.size = len(data)
        file.addfile(info, io.BytesIO(data))
"""

KINDS = [
    Kind("npm-engine", "configuration", [r"EBADENGINE", r"Not compatible with your version", r"Required: ", r"Actual: "], engine, "npm"),
    Kind("npm-reset", "network", [r"ECONNRESET", r"aborted|socket hang up|network"], npm_reset, "npm"),
    Kind("npm-tool-missing", "dependency", [r"rollup: (command )?not found"], npm_script, "npm"),
    Kind("npm-range-invalid", "configuration", [r"EINVALIDTAGNAME|EINVALIDPACKAGENAME|Invalid (tag|package) name|EUNSUPPORTED", r"Invalid tag name"], npm_alias, "npm"),
    Kind("cargo-unknown-host", "network", [r"Could ?n.t resolve host|Could not resolve host", r"failed to (get|query|download)", r"download of config.json failed"], cargo_host, "cargo"),
    Kind("go-proxy-unknown-host", "network", [r"no such host|server misbehaving|i/o timeout|dial tcp"], go_host, "go"),
    Kind("maven-server-error", "infrastructure", [r"Non-resolvable parent POM"], maven_status(503), "mvn"),
    Kind("maven-unauthorized", "registry_auth", [r"Non-resolvable parent POM"], maven_status(401), "mvn"),
    Kind("maven-rate", "quota", [r"Too Many Requests"], printed("""
[INFO] Scanning for projects...
[INFO] ------------------< com.example:@PROJECT@ >-------------------
[INFO] Building @PROJECT@ @VERSION@
[INFO] --------------------------------[ jar ]---------------------------------
Downloading from central: https://repo.maven.apache.org/maven2/org/jline/jline/3.@N@.0/jline-3.@N@.0.jar
[INFO] ------------------------------------------------------------------------
[INFO] BUILD FAILURE
[INFO] ------------------------------------------------------------------------
[ERROR] Failed to execute goal on project @PROJECT@: Could not resolve dependencies for project com.example:@PROJECT@:jar:@VERSION@: Failed to collect dependencies at org.jline:jline:jar:3.29.0: Could not transfer artifact org.jline:jline:pom:3.29.0 from/to central (https://repo.maven.apache.org/maven2): status code: 429, reason phrase: Too Many Requests (429) -> [Help 1]
[ERROR] 
[ERROR] To see the full stack trace of the errors, re-run Maven with the -e switch.
[ERROR] Re-run Maven using the -X switch to enable full debug logging.
"""), "cat"),
    Kind("pip-read-timeout", "network", [r"[Rr]ead timed out"],
         lambda v: f"python3 -m pip --timeout 1 install --target libraries {v.server('slow')}/pricing-{v.version}.tar.gz", "pip"),
    Kind("pip-pg-config", "dependency", [r"pg_config executable not found", r"pg_config is required"],
         lambda v: (v.write("make.py", SDIST), "python3 make.py && python3 -m pip install --no-build-isolation --no-index --target libraries ./pricing-1.0.tar.gz")[1], "pip"),
    Kind("pip-managed", "configuration", [r"externally-managed-environment", r"This environment is externally managed"], printed("""
error: externally-managed-environment

× This environment is externally managed
╰─> To install Python packages system-wide, try apt install
    python3-xyz, where xyz is the package you are trying to
    install.
    
    If you wish to install a non-Debian-packaged Python package,
    create a virtual environment using python3 -m venv path/to/venv.
    Then use path/to/venv/bin/python and path/to/venv/bin/pip. Make
    sure you have python3-full installed.

note: If you believe this is a mistake, please contact your Python installation or OS distribution provider. You can override this, at the risk of breaking your Python installation or OS, by passing --break-system-packages.
hint: See PEP 668 for the detailed specification.
"""), "cat"),
    Kind("uv-no-solution", "dependency", [r"No solution found", r"Because ", r"we can conclude"], printed("""
Using CPython 3.12.@N@ interpreter at: /usr/local/bin/python3.12
Creating virtual environment at: .venv
  × No solution found when resolving dependencies:
  ╰─▶ Because only acme-pricing<=@VERSION@ is available and @PROJECT@ depends on acme-pricing>=@N@, we can conclude that @PROJECT@'s requirements are unsatisfiable.
      And because your workspace requires @PROJECT@, we can conclude that your workspace's requirements are unsatisfiable.
"""), "cat"),
    Kind("poetry-lock", "dependency", [r"pyproject\.toml changed significantly"], printed("""
Creating virtualenv @PROJECT@-x1Z-py3.12 in /home/builder/.cache/pypoetry/virtualenvs
Installing dependencies from lock file

pyproject.toml changed significantly since poetry.lock was last generated. Run `poetry lock` to fix the lock file.
"""), "cat"),
    Kind("pnpm-frozen", "dependency", [r"ERR_PNPM_OUTDATED_LOCKFILE", r"specifiers in the lockfile|Failure reason", r"were added: "], printed("""
Scope: all @N@ workspace projects
 ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with "frozen-lockfile" because pnpm-lock.yaml is not up to date with <ROOT>/packages/@PROJECT@/package.json

Note that in CI environments this setting is true by default. If you still need to run install in such cases, use "pnpm install --no-frozen-lockfile"

  Failure reason:
  specifiers in the lockfile don't match specifiers in package.json:
* 1 dependencies were added: @acme/theme-kit@^@VERSION@
"""), "cat"),
    Kind("yarn-immutable", "dependency", [r"YN0028", r"explicitly forbidden"], printed("""
➤ YN0000: · Yarn 4.3.0
➤ YN0000: ┌ Resolution step
➤ YN0085: │ + @acme/errors@npm:@VERSION@
➤ YN0000: └ Completed in 0s 6@N@ms
➤ YN0000: ┌ Post-resolution validation
➤ YN0028: │ -"@acme/errors@npm:^@N@":
➤ YN0028: │ +"@acme/errors@npm:^@VERSION@":
➤ YN0028: │ The lockfile would have been modified by this install, which is explicitly forbidden.
➤ YN0000: └ Completed
➤ YN0000: · Failed with errors in 0s 9@N@ms
"""), "cat"),
    Kind("gyp-python", "dependency", [r"gyp ERR! find Python (Python is not set|You need to install|\*+$)", r"Could not find any Python installation"], printed("""
npm error code 1
npm error path /workspace/source/node_modules/better-errors-native
npm error command failed
npm error command sh -c prebuild-install || node-gyp rebuild --release
npm error prebuild-install warn install No prebuilt binaries found (target=20.11.0 runtime=node arch=arm64 libc= platform=linux)
npm error gyp info it worked if it ends with ok
npm error gyp info using node-gyp@10.1.0
npm error gyp info using node@20.@N@.0 | linux | arm64
npm error gyp ERR! find Python
npm error gyp ERR! find Python Python is not set from command line or npm configuration
npm error gyp ERR! find Python checking if "python3" can be used
npm error gyp ERR! find Python - executable path is ""
npm error gyp ERR! find Python You need to install the latest version of Python.
npm error gyp ERR! configure error
npm error gyp ERR! stack Error: Could not find any Python installation to use
npm error gyp ERR! stack at PythonFinder.fail (/usr/local/lib/node_modules/npm/node_modules/node-gyp/lib/find-python.js:@N@:11)
npm error gyp ERR! System Linux 5.14.0-@N@.el9.aarch64
npm error gyp ERR! not ok
npm error A complete log of this run can be found in: /home/builder/.npm/_logs/2026-02-11T08_14_12_@N@Z-debug-0.log
"""), "cat"),
    Kind("bundler-gem-missing", "dependency", [r"^Could not find gem"], printed("""
Fetching gem metadata from https://rubygems.org/.........
Resolving dependencies...
Could not find gem 'acme-billing (= @VERSION@)' in rubygems repository https://rubygems.org/ or installed locally.

The source contains the following gems matching 'acme-billing':
  * acme-billing-@N@.0.0
""", 7), "cat"),
    Kind("bundler-ruby", "configuration", [r"^Your Ruby version is"], printed("""
Don't run Bundler as root. Installing your bundle as root will break this application for all non-root users on this machine.
Your Ruby version is 3.1.2, but your Gemfile specified ~> 3.3.@N@
""", 18), "cat"),
    Kind("composer-unresolved", "dependency", [r"Your requirements could not be resolved", r"is missing from your system|found .* but|requires php"], printed("""
Installing dependencies from lock file (including require-dev)
Verifying lock file contents can be installed on current platform.
Your lock file does not contain a compatible set of packages. Please run composer update.
Loading composer repositories with package information
Updating dependencies
Your requirements could not be resolved to an installable set of packages.

  Problem 1
    - Root composer.json requires acme/@PROJECT@-sdk ^@N@.0 -> satisfiable by acme/@PROJECT@-sdk[@N@.0.1].
    - acme/@PROJECT@-sdk @N@.0.1 requires php ^8.4 -> your php version (8.2.@N@) does not satisfy that requirement.
""", 2), "cat"),
    Kind("nuget-missing", "dependency", [r"error NU1101"], printed("""
  Determining projects to restore...
/workspace/source/src/@PROJECT@/Api.csproj : error NU1101: Unable to find package Acme.Ledger.Client. No packages exist with this id in source(s): nuget.org
  Failed to restore /workspace/source/src/@PROJECT@/Api.csproj (in @N@ ms).
  3 of 4 projects are up-to-date for restore.
"""), "cat"),
    Kind("dnf-no-match", "dependency", [r"No match for argument", r"Unable to find a match"], printed("""
Updating Subscription Management repositories.
Unable to read consumer identity
Last metadata expiration check: 0:02:12 ago on Wed Feb 11 08:10:58 2026.
No match for argument: lib@PROJECT@-devel
Error: Unable to find a match: lib@PROJECT@-devel
"""), "cat"),
    Kind("dnf-mirrors", "network", [r"Failed to download metadata for repo", r"All mirrors were tried", r"Curl error"], printed("""
Red Hat Universal Base Image 9 (RPMs) - BaseOS  6.1 MB/s | 5@N@ kB     00:00
@HOST@ baseos                             0.0  B/s |   0  B     02:00
Errors during downloading metadata for repository 'internal-baseos':
  - Curl error (28): Timeout was reached for https://@HOST@/baseos/x86_64/os/repodata/repomd.xml [Connection timed out after 30001 milliseconds]
Error: Failed to download metadata for repo 'internal-baseos': Cannot download repomd.xml: Cannot download repodata/repomd.xml: All mirrors were tried
"""), "cat"),
    Kind("dnf-nothing-provides", "dependency", [r"nothing provides", r"conflicting requests"], printed("""
Last metadata expiration check: 0:00:31 ago on Wed Feb 11 08:10:58 2026.
Error: 
 Problem: conflicting requests
  - nothing provides libssl.so.1.1()(64bit) needed by @PROJECT@-agent-@VERSION@-1.el8.x86_64 from @HOST@
(try to add '--skip-broken' to skip uninstallable packages or '--nobest' to use not only best candidate packages)
"""), "cat"),
    Kind("apk-missing", "dependency", [r"unable to select packages", r"\(no such package\)", r"required by: world"], printed("""
fetch https://dl-cdn.alpinelinux.org/alpine/v3.20/main/x86_64/APKINDEX.tar.gz
fetch https://dl-cdn.alpinelinux.org/alpine/v3.20/community/x86_64/APKINDEX.tar.gz
ERROR: unable to select packages:
  py3-@PROJECT@-client (no such package):
    required by: world[py3-@PROJECT@-client]
"""), "cat"),
    Kind("apt-stale-index", "dependency", [r"^E: Failed to fetch .* 404", r"^E: Unable to fetch some archives", r"^Err:"], printed("""
Reading package lists...
Building dependency tree...
The following NEW packages will be installed:
  libcurl4 libgpg-error-l10n @PROJECT@-tools
0 upgraded, 3 newly installed, 0 to remove and @N@ not upgraded.
Need to get 1,@N@ kB of archives.
Get:1 http://deb.debian.org/debian bookworm/main amd64 libgpg-error-l10n all 1.46-1 [111 kB]
Err:2 http://deb.debian.org/debian bookworm/main amd64 libcurl4 amd64 7.88.1-10+deb12u@N@
  404  Not Found [IP: 151.101.@N@.132 80]
E: Failed to fetch http://deb.debian.org/debian/pool/main/c/curl/libcurl4_7.88.1-10+deb12u@N@_amd64.deb  404  Not Found [IP: 151.101.@N@.132 80]
E: Unable to fetch some archives, maybe run apt-get update or try with --fix-missing?
""", 100), "cat"),
    Kind("apt-no-key", "configuration", [r"NO_PUBKEY", r"is not signed"], printed("""
Hit:1 http://deb.debian.org/debian bookworm InRelease
Get:2 https://@HOST@/apt stable InRelease [@N@ kB]
Err:2 https://@HOST@/apt stable InRelease
  The following signatures couldn't be verified because the public key is not available: NO_PUBKEY 7FCC7D46ACCC4CF8
Reading package lists...
W: GPG error: https://@HOST@/apt stable InRelease: The following signatures couldn't be verified because the public key is not available: NO_PUBKEY 7FCC7D46ACCC4CF8
E: The repository 'https://@HOST@/apt stable InRelease' is not signed.
N: Updating from such a repository can't be done securely, and is therefore disabled by default.
""", 100), "cat"),
    Kind("conda-unsatisfiable", "dependency", [r"LibMambaUnsatisfiableError", r"nothing provides requested|is not installable|does not exist"], printed("""
Channels:
 - conda-forge
Platform: linux-64
Collecting package metadata (repodata.json): ...working... done
Solving environment: ...working... failed

LibMambaUnsatisfiableError: Encountered problems while solving:
  - nothing provides requested @PROJECT@-core @VERSION@**

Could not solve for environment specs
The following package could not be installed
└─ @PROJECT@-core @VERSION@**  does not exist (perhaps a typo or a missing channel).
"""), "cat"),
    Kind("twine-refused", "registry_auth", [r"403 Invalid or non-existent authentication|HTTPError: 403"], printed("""
Checking dist/@PROJECT@-@VERSION@-py3-none-any.whl: PASSED
Uploading distributions to https://upload.pypi.org/legacy/
Uploading @PROJECT@-@VERSION@-py3-none-any.whl
100% ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ 4@N@.1/4@N@.1 kB • 00:00 • 52.3 MB/s
WARNING  Error during upload. Retry with the --verbose option for more details.
ERROR    HTTPError: 403 Forbidden from https://upload.pypi.org/legacy/
         Invalid or non-existent authentication information. See https://pypi.org/help/#invalid-auth for more information.
"""), "cat", "publish"),
]
