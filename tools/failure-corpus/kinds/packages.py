"""What package managers and packagers say."""

import json

import more_servers as servers

from .kind import Kind, given

CRATE = '[package]\nname = "shop"\nversion = "0.3.0"\nedition = "2021"\n'
PART = '[package]\nname = "pricing"\nversion = "1.4.0"\nedition = "2021"\nlicense = "MIT"\n'
WHEEL = r"""
import zipfile
with zipfile.ZipFile('orders-2.0-py3-none-any.whl', 'w') as file:
    file.writestr('orders-2.0.dist-info/METADATA', 'Metadata-Version: 2.1\nName: orders\nVersion: 2.0\nRequires-Python: >=3.99\n')
    file.writestr('orders-2.0.dist-info/WHEEL', 'Wheel-Version: 1.0\nGenerator: none\nRoot-Is-Purelib: true\nTag: py3-none-any\n')
    file.writestr('orders-2.0.dist-info/RECORD', '')
"""
SETUP = """
import shutil, sys
from setuptools import setup
if not shutil.which('pg_config_99'):
    sys.exit("Error: pg_config executable not found.\\n\\npg_config is required to build psycopg2 from source.")
setup(name='orders-db', version='1')
"""
BUILD = """
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let found = Command::new("pkg-config").args(["--libs", "--cflags", "librdkafka-next"]).output().unwrap();
    if !found.status.success() {
        panic!("could not find the system library librdkafka-next: {}", String::from_utf8_lossy(&found.stderr));
    }
}
"""
GO_PROXY = """
mkdir -p proxy/example.org/pricing/@v && cd proxy/example.org/pricing/@v
printf 'module example.org/pricing\\n' > v1.2.3.mod
echo '{"Version":"v1.2.3"}' > v1.2.3.info
python3 -c "
import zipfile
with zipfile.ZipFile('v1.2.3.zip', 'w') as file:
    file.writestr('example.org/pricing@v1.2.3/go.mod', 'module example.org/pricing\\n')
    file.writestr('example.org/pricing@v1.2.3/pricing.go', 'package pricing\\n')
"
cd - > /dev/null
"""


def debian(control):
    def make(v):
        v.write("package/DEBIAN/control", control.replace("@PROJECT@", v.project).replace("@VERSION@", v.version))
        v.write("package/usr/share/doc/notes.txt", v.filler("-"))
        return f"dpkg-deb --root-owner-group --build package {v.project}.deb"

    return make


def npm(dependencies, command, lock=None):
    def make(v):
        v.write("package.json", json.dumps({"name": v.project, "version": v.version, "dependencies": dependencies}, indent=2))
        if lock:
            v.write("package-lock.json", json.dumps({"name": v.project, "version": v.version, "lockfileVersion": 3, "packages": {
                "": {"name": v.project, "version": v.version, "dependencies": dependencies}, **lock(v)}}))
        return command(v)

    return make


CONTROL = "Package: @PROJECT@\nVersion: 1.@VERSION@\nArchitecture: all\nMaintainer: Builder <builder@example.com>\nDescription: a shop\n"

KINDS = [
    Kind("cargo-build-script", "dependency", [r"failed to run custom build command", r"could not find the system library", r"was not found in the pkg-config|^\s+No package|Package '"],
         given({"Cargo.toml": CRATE + '[dependencies]\npricing = { path = "pricing" }\n', "src/main.rs": "fn main() {}\n", "pricing/Cargo.toml": PART, "pricing/src/lib.rs": "", "pricing/build.rs": BUILD},
               "cargo build --offline"), "cargo"),
    Kind("cargo-version-conflict", "dependency", [r"failed to select a version", r"candidate versions found which didn't match"],
         given({"Cargo.toml": CRATE + '[dependencies]\npricing = { path = "pricing", version = "2.1" }\n', "src/main.rs": "fn main() {}\n", "pricing/Cargo.toml": PART, "pricing/src/lib.rs": ""},
               "cargo build --offline"), "cargo"),
    Kind("cargo-rust-version", "configuration", [r"is not supported by the following package", r"requires rustc"],
         given({"Cargo.toml": CRATE + 'rust-version = "1.999"\n', "src/main.rs": "fn main() {}\n"}, "cargo build --offline"), "cargo"),
    Kind("cargo-deny-license", "policy", [r"^error\[(unlicensed|rejected)\]", r"licenses FAILED", r"failed to satisfy license|is unlicensed"],
         given({"Cargo.toml": CRATE + 'license = "GPL-3.0-only"\n', "src/main.rs": "fn main() {}\n", "deny.toml": '[licenses]\nallow = ["MIT", "Apache-2.0"]\n'},
               "cargo deny --offline check licenses"), "cargo-deny", "verify"),
    Kind("pip-requires-python", "dependency", [r"requires a different Python"],
         given({"wheel.py": WHEEL}, "python3 wheel.py && python3 -m pip install --target libraries --no-index ./orders-2.0-py3-none-any.whl"), "pip"),
    Kind("pip-build-failure", "dependency", [r"pg_config.* (not found|is required)", r"subprocess-exited-with-error|did not run successfully", r"metadata-generation-failed|Getting requirements"],
         given({"driver/setup.py": SETUP}, "python3 -m pip install --target libraries --no-index --no-build-isolation ./driver"), "pip"),
    Kind("pip-credentials", "registry_auth", [r"HTTP error 401", r"401 Client Error"],
         lambda v: f"python3 -m pip install --no-input --target libraries {v.server('status/401')}/acme_{v.project.replace('-', '_')}-{v.version}-py3-none-any.whl", "pip"),
    Kind("apt-package-missing", "dependency", [r"^E: Unable to locate package"],
         lambda v: f"apt-get install -y --no-install-recommends lib{v.project}-client-dev", "apt-get", "prepare"),
    Kind("apt-unmet", "dependency", [r"unmet dependencies", r"Depends: .* but it is not", r"^E: Unable to correct problems"],
         lambda v: debian(CONTROL + "Depends: libtoolkit-next (>= 9)\n")(v) + f" && apt-get install -y ./{v.project}.deb", "apt-get", "prepare"),
    Kind("apt-unknown-mirror", "network", [r"Could not resolve|Temporary failure resolving", r"^E: (Failed to fetch|Some index files)"],
         lambda v: f"mkdir -p lists/partial && echo 'deb [trusted=yes] http://{v.host}/debian stable main' > sources && "
                   "apt-get update -o Dir::Etc::sourcelist=$PWD/sources -o Dir::Etc::sourceparts=- -o Dir::State::lists=$PWD/lists -o APT::Update::Error-Mode=any -o Acquire::Retries=0",
         "apt-get", "prepare"),
    Kind("dpkg-control", "configuration", [r"missing .*field|error: parsing file", r"^dpkg-deb: error"], debian(CONTROL.replace("Version: 1.@VERSION@\n", "")), "dpkg-deb", "package"),
    Kind("go-sum-mismatch", "dependency", [r"checksum mismatch", r"SECURITY ERROR", r"^\s+(downloaded|go\.sum):"],
         given({"go.mod": "module example.com/shop\n\ngo 1.22\n\nrequire example.org/pricing v1.2.3\n", "main.go": "package main\n\nimport _ \"example.org/pricing\"\n\nfunc main() {}\n",
                "go.sum": "example.org/pricing v1.2.3 h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\nexample.org/pricing v1.2.3/go.mod h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"},
               GO_PROXY + "GOMODCACHE=$PWD/modules GOFLAGS='-mod=mod -modcacherw' GOPROXY=file://$PWD/proxy go build ./..."), "go"),
    Kind("go-vendor-inconsistent", "dependency", [r"inconsistent vendoring", r"is explicitly required in go.mod"],
         given({"go.mod": "module example.com/shop\n\ngo 1.22\n\nrequire example.org/pricing v1.2.3\n", "main.go": "package main\n\nimport _ \"example.org/pricing\"\n\nfunc main() {}\n",
                "vendor/modules.txt": "# example.org/pricing v1.1.0\n## explicit\nexample.org/pricing\n", "vendor/example.org/pricing/pricing.go": "package pricing\n"},
               "GOFLAGS=-mod=vendor go build ./..."), "go"),
    Kind("npm-integrity", "dependency", [r"EINTEGRITY", r"integrity checksum failed"],
         npm({"pricing": "^1.0.0"}, lambda v: "npm ci", lambda v: {"node_modules/pricing": {"version": "1.0.0", "resolved": f"{v.server('garbage')}/pricing-1.0.0.tgz", "integrity": servers.integrity(v.version)}}), "npm"),
    Kind("npm-publish-login", "registry_auth", [r"ENEEDAUTH", r"requires you to be logged in|need auth"],
         npm({}, lambda v: f"npm publish --registry http://{v.host}/"), "npm", "publish"),
    Kind("npm-audit", "policy", [r"Severity: (critical|high)", r"critical severity vulnerabilit", r"^parse-url  "],
         npm({"parse-url": "^5.0.0"}, lambda v: f"npm audit --audit-level=high --registry {v.server('audit')}/",
             lambda v: {"node_modules/parse-url": {"version": "5.0.8", "resolved": "https://registry.npmjs.org/parse-url/-/parse-url-5.0.8.tgz", "integrity": servers.integrity("parse-url")}}), "npm", "verify"),
    Kind("ninja-missing", "configuration", [r"ninja: error"],
         given({"build.ninja": "rule cc\n  command = gcc -c $in -o $out\nbuild app.o: cc src/app.c\nbuild gen.o: cc generated/version.c\ndefault app.o gen.o\n", "src/app.c": "int main(void) { return 0; }\n"}, "ninja -v"), "ninja"),
]
