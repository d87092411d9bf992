"""Rust: rustc, Cargo, Clippy."""

from .kind import Kind


def source(text, command="rustc --edition 2021 --crate-type bin -o program main.rs", test=False):
    def make(v):
        v.write("main.rs", v.filler("//") + text)
        return command

    return make


def project(manifest, main="fn main() {}\n", command="cargo build", more=None):
    def make(v):
        v.write("Cargo.toml", manifest.replace("@PROJECT@", v.project).replace("@VERSION@", v.version))
        v.write("src/main.rs", v.filler("//") + main)
        for name, text in (more or {}).items():
            v.write(name, text)
        return command

    return make


PACKAGE = '[package]\nname = "@PROJECT@"\nversion = "@VERSION@"\nedition = "2021"\n'

KINDS = [
    Kind("rust-mismatched-types", "compile", [r"^error\[E0308\]"],
         source("fn total() -> u32 {\n    \"three\"\n}\nfn main() { total(); }\n"), "rustc"),
    Kind("rust-moved-value", "compile", [r"^error\[E0382\]"],
         source("fn main() {\n    let names = vec![1];\n    drop(names);\n    println!(\"{names:?}\");\n}\n"), "rustc"),
    Kind("rust-missing-name", "compile", [r"^error\[E0425\]"],
         source("fn main() {\n    println!(\"{}\", grand_sum());\n}\n"), "rustc"),
    Kind("rust-unclosed-brace", "compile", [r"^error: this file contains an unclosed"],
         source("fn main() {\n    if true {\n    println!(\"a\");\n}\n"), "rustc"),
    Kind("rust-linker-missing", "compile", [r"^error: linker `"],
         source("fn main() {}\n", "rustc -C linker=no-such-ld -o program main.rs"), "rustc"),
    Kind("rust-test-assertion", "test_failure", [r"panicked at", r"assertion `left == right` failed", r"^test cart_total .*FAILED"],
         source("#[test]\nfn cart_total() {\n    assert_eq!(1 + 1, 3);\n}\n#[test]\nfn other() {}\n",
                "rustc --edition 2021 --test -o tests main.rs && ./tests"), "rustc", "unit-tests"),
    Kind("rust-test-unwrap", "test_failure", [r"panicked at", r"called `Option::unwrap\(\)`", r"FAILED$"],
         source("#[test]\nfn discount_is_known() {\n    let rate: Option<u8> = None;\n    assert_eq!(rate.unwrap(), 3);\n}\n",
                "rustc --edition 2021 --test -o tests main.rs && ./tests"), "rustc", "unit-tests"),
    Kind("rust-panic", "user_error", [r"panicked at", r"called `Result::unwrap\(\)`"],
         source("fn main() {\n    let number: u8 = \"many\".parse().unwrap();\n    println!(\"{number}\");\n}\n",
                "rustc --edition 2021 -o program main.rs && ./program"), "rustc", "run"),
    Kind("cargo-crate-missing", "dependency", [r"no matching package named"],
         project(PACKAGE + "[dependencies]\nno-such-crate-here = \"1\"\n"), "cargo"),
    Kind("cargo-manifest-broken", "configuration", [r"^error: ", r"invalid|expected|unclosed"],
         project(PACKAGE.replace("edition = \"2021\"", "edition = 2021")), "cargo"),
    Kind("cargo-lock-outdated", "dependency", [r"lock file .* needs to be updated|cannot (create|update) the lock file"],
         project(PACKAGE + "[dependencies]\npart = { path = \"part\" }\n", command="cargo build --locked",
                 more={"part/Cargo.toml": PACKAGE.replace("@PROJECT@", "part").replace("@VERSION@", "1.0.0"), "part/src/lib.rs": "",
                       "Cargo.lock": "version = 4\n"}), "cargo"),
    Kind("cargo-no-manifest", "configuration", [r"could not find `Cargo.toml`"], lambda v: "cargo build", "cargo"),
    Kind("clippy-lint", "policy", [r"^error: this comparison|^error: .*length", r"implied by|requested on the command line"],
         project(PACKAGE, "fn main() {\n    let names: Vec<u8> = vec![1];\n    if names.len() == 0 {\n        println!(\"none\");\n    }\n}\n",
                 "cargo clippy -- -D warnings"), "cargo-clippy", "verify"),
]
