"""What compilers, linkers and generators of builds say."""

from kinds.code import source
from kinds.kind import Kind, given
from kinds.rust import project
from kinds.texts import printed

PACKAGE = '[package]\nname = "@PROJECT@"\nversion = "@VERSION@"\nedition = "2021"\n'


def rust(text):
    return source("src/lib.rs", "//", text, "rustc --edition 2021 --crate-type lib -o lib.rlib src/lib.rs")


def feature(v):
    part = PACKAGE.replace("@PROJECT@", "pricing").replace("@VERSION@", "1.4.0")
    return project(PACKAGE + '[dependencies]\npricing = { path = "pricing", features = ["rounding"] }\n', more={"pricing/Cargo.toml": part, "pricing/src/lib.rs": ""})(v)


def go(text, command="go build ./...", more=None):
    return source("main.go", "//", text, command, {"go.mod": "module example.com/shop\n\ngo 1.22\n", **(more or {})})


def java(text, command="javac -d classes Stock.java", more=None):
    return source("Stock.java", "//", text, command, more)


def cmake(text):
    return source("CMakeLists.txt", "#", text, "cmake -S . -B out", {"main.c": "int main(void) { return 0; }\n"})


KINDS = [
    Kind("rust-borrowed-twice", "compile", [r"^error\[E0502\]"],
         rust("pub fn drain(orders: &mut Vec<u32>) {\n    let first = &orders[0];\n    orders.push(9);\n    println!(\"{first}\");\n}\n"), "rustc"),
    Kind("rust-match-incomplete", "compile", [r"^error\[E0004\]"],
         rust("pub enum State { Open, Paid, Failed }\n\npub fn label(state: State) -> &'static str {\n    match state {\n        State::Open => \"open\",\n        State::Paid => \"paid\",\n    }\n}\n"), "rustc"),
    Kind("rust-lifetime", "compile", [r"^error\[E0106\]", r"expected named lifetime"],
         rust("pub fn longest(a: &str, b: &str) -> &str {\n    if a.len() > b.len() { a } else { b }\n}\n"), "rustc"),
    Kind("rust-target-missing", "dependency", [r"^error\[E0463\]", r"target may not be installed"],
         source("src/main.rs", "//", "fn main() {}\n", "rustc --target aarch64-unknown-linux-musl -o app src/main.rs"), "rustc"),
    Kind("cargo-feature-missing", "dependency", [r"does not have (these|that) feature", r"failed to select a version"], feature, "cargo"),
    Kind("cargo-bin-missing", "user_error", [r"no bin target named"], project(PACKAGE, command="cargo build --bin migrate"), "cargo"),
    Kind("cargo-profile-missing", "configuration", [r"profile `?\w+`? is not defined"], project(PACKAGE, command="cargo build --profile shipping"), "cargo"),
    Kind("c-too-few-arguments", "compile", [r"error: too few arguments to function"],
         source("orders.c", "//", "int price(int item, int count);\n\nint total(void) {\n    return price(4);\n}\n", "gcc -O2 -Wall -c orders.c"), "gcc"),
    Kind("c-error-directive", "configuration", [r"error: #error"],
         source("crypto.c", "//", "#if !defined(WITH_OPENSSL) && !defined(WITH_MBEDTLS)\n#error \"no TLS library was chosen, set WITH_OPENSSL or WITH_MBEDTLS\"\n#endif\nint ready;\n", "gcc -O2 -c crypto.c"), "gcc"),
    Kind("c-option-unknown", "user_error", [r"unrecognized command-line option"],
         source("main.c", "//", "int main(void) { return 0; }\n", "gcc -O2 -mno-such-extension -c main.c"), "gcc"),
    Kind("cpp-private", "compile", [r"error: .*is private within this context"],
         source("basket.cpp", "//", "class Basket {\n    int total = 0;\n};\n\nint sum(const Basket& basket) {\n    return basket.total;\n}\n", "g++ -std=c++17 -c basket.cpp"), "g++"),
    Kind("cpp-deleted-copy", "compile", [r"error: use of deleted function"],
         source("pool.cpp", "//", "#include <memory>\n\nstruct Job { int id; };\n\nvoid run(std::unique_ptr<Job> job);\n\nvoid all(std::unique_ptr<Job> job) {\n    run(job);\n}\n", "g++ -std=c++17 -c pool.cpp"), "g++"),
    Kind("cpp-memory", "out_of_memory", [r"cc1plus: out of memory|virtual memory exhausted|Cannot allocate memory|cannot allocate"],
         source("table.cpp", "//", "template <int N> struct Row { Row<N - 1> before; char name[N]; };\ntemplate <> struct Row<0> {};\n#include <map>\n#include <regex>\n#include <string>\nRow<600> rows;\n",
                "ulimit -v 130000; g++ -std=c++17 -O2 -c table.cpp"), "g++"),
    Kind("ld-killed", "out_of_memory", [r"ld terminated with signal 9"], printed("""
[ 97%] Building CXX object src/CMakeFiles/@PROJECT@.dir/errors.cpp.o
[ 98%] Building CXX object src/CMakeFiles/@PROJECT@.dir/main.cpp.o
[100%] Linking CXX executable ../bin/@PROJECT@
collect2: fatal error: ld terminated with signal 9 [Killed]
compilation terminated.
make[2]: *** [src/CMakeFiles/@PROJECT@.dir/build.make:@N@: bin/@PROJECT@] Error 1
make[2]: *** Deleting file 'bin/@PROJECT@'
make[1]: *** [CMakeFiles/Makefile2:@N@: src/CMakeFiles/@PROJECT@.dir/all] Error 2
""", 2), "cat"),
    Kind("cmake-too-old", "configuration", [r"^CMake Error", r"or higher is required\.  You are running"], cmake("cmake_minimum_required(VERSION 9.28)\nproject(shop C)\nadd_executable(shop main.c)\n"), "cmake"),
    Kind("cmake-source-missing", "user_error", [r"^CMake Error at", r"Cannot find source file", r"^\s+src/ledger\.c$", r"No SOURCES given"], cmake("cmake_minimum_required(VERSION 3.10)\nproject(shop C)\nadd_executable(shop main.c src/ledger.c)\n"), "cmake"),
    Kind("make-variable", "configuration", [r"\*\*\* IMAGE_REGISTRY is not set"],
         source("Makefile", "#", "ifndef IMAGE_REGISTRY\n$(error IMAGE_REGISTRY is not set, see docs/release.md)\nendif\nall:\n\ttrue\n", "make all"), "make"),
    Kind("go-missing-return", "compile", [r"missing return"], go("package main\n\nfunc rate(code string) int {\n\tif code == \"low\" {\n\t\treturn 7\n\t}\n}\n\nfunc main() { rate(\"a\") }\n"), "go"),
    Kind("go-interface", "compile", [r"does not implement", r"missing method"],
         go("package main\n\ntype Store interface{ Save(id int) error }\n\ntype memory struct{}\n\nfunc (memory) Load(id int) error { return nil }\n\nvar store Store = memory{}\n\nfunc main() { _ = store.Save(1) }\n"), "go"),
    Kind("go-constraints", "configuration", [r"build constraints exclude all Go files"],
         go("package main\n\nimport _ \"example.com/shop/driver\"\n\nfunc main() {}\n", "CGO_ENABLED=0 go build -o bin/ .", {"driver/driver.go": "//go:build cgo\n\npackage driver\n"}), "go"),
    Kind("go-embed", "user_error", [r"no matching files found"],
         go("package main\n\nimport \"embed\"\n\n//go:embed web/dist\nvar files embed.FS\n\nfunc main() { _ = files }\n"), "go"),
    Kind("javac-exception", "compile", [r"error: unreported exception"],
         java("import java.io.*;\n\nclass Stock {\n    String read(File file) {\n        return new BufferedReader(new FileReader(file)).readLine();\n    }\n}\n"), "javac"),
    Kind("javac-module", "dependency", [r"error: module not found"],
         java("class Stock {}\n", "javac -d classes module-info.java Stock.java", {"module-info.java": "module shop.stock {\n    requires java.base;\n    requires com.fasterxml.jackson.databind;\n}\n"}), "javac"),
    Kind("javac-duplicate-class", "compile", [r"error: duplicate class"],
         java("package shop;\n\npublic class Stock {}\n", "javac -d classes Stock.java generated/Stock.java", {"generated/Stock.java": "package shop;\n\npublic class Stock {}\n"}), "javac"),
    Kind("kotlin-unresolved", "compile", [r"^e: file:"], printed("""
> Task :core:processResources NO-SOURCE
> Task :core:compileKotlin FAILED
w: file:///workspace/source/core/src/main/kotlin/com/example/ErrorPage.kt:@N@:14 Parameter 'cause' is never used
e: file:///workspace/source/core/src/main/kotlin/com/example/@PROJECT@/Totals.kt:@N@:21 Unresolved reference 'roundHalfUp'.

FAILURE: Build failed with an exception.

* What went wrong:
Execution failed for task ':core:compileKotlin'.
> A failure occurred while executing org.jetbrains.kotlin.compilerRunner.GradleCompilerRunnerWithWorkers$GradleKotlinCompilerWorkAction
   > Compilation error. See log for more details

* Try:
> Run with --stacktrace option to get the stack trace.
> Get more help at https://help.gradle.org.

BUILD FAILED in @N@s
3 actionable tasks: 3 executed
"""), "cat"),
    Kind("csharp-type-missing", "compile", [r"error CS0246"], printed("""
  Determining projects to restore...
  Restored /workspace/source/src/@PROJECT@/Shop.csproj (in @N@ ms).
/workspace/source/src/@PROJECT@/Errors/Handler.cs(@N@,22): warning CS0168: The variable 'error' is declared but never used [/workspace/source/src/@PROJECT@/Shop.csproj]
/workspace/source/src/@PROJECT@/Orders/Checkout.cs(@N@,18): error CS0246: The type or namespace name 'ITaxTable' could not be found (are you missing a using directive or an assembly reference?) [/workspace/source/src/@PROJECT@/Shop.csproj]

Build FAILED.

    1 Warning(s)
    1 Error(s)

Time Elapsed 00:00:11.@N@
"""), "cat"),
    Kind("protoc-import", "compile", [r"File not found\.$", r"was not found or had errors", r"is not defined"], printed("""
protoc -I proto --go_out=gen --go_opt=paths=source_relative proto/@PROJECT@/v1/service.proto
common/v1/money.proto: File not found.
@PROJECT@/v1/service.proto:@N@:1: Import "common/v1/money.proto" was not found or had errors.
@PROJECT@/v1/service.proto:@N@:3: "common.v1.Money" is not defined.
"""), "cat"),
    Kind("sass-undefined-variable", "compile", [r"Undefined variable", r"\$brand-accent$"], printed("""
> @PROJECT@@@VERSION@ styles
> sass --no-source-map src/styles/main.scss dist/main.css

Deprecation Warning [import]: Sass @import rules are deprecated and will be removed in Dart Sass 3.0.0.

  ╷
4 │ @import 'errors';
  │         ^^^^^^^^
  ╵
    src/styles/main.scss 4:9  root stylesheet

Error: Undefined variable.
  ╷
@N@ │   color: $brand-accent;
  │          ^^^^^^^^^^^^^
  ╵
  src/styles/_buttons.scss @N@:10  @import
  src/styles/main.scss 6:9        root stylesheet
""", 65), "cat"),
]
