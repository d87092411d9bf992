"""What compilers and tests say."""

from .kind import Kind


def source(name, comment, text, command, more=None):
    """A source under some lines of comment, and other files."""

    def make(v):
        v.write(name, v.filler(comment) + text)
        for other, content in (more or {}).items():
            v.write(other, content)
        return command

    return make


CRATE = '[package]\nname = "@PROJECT@"\nversion = "0.3.0"\nedition = "2021"\n'
MODULE = "module example.com/shop\n\ngo 1.22\n"

KINDS = [
    Kind("cpp-multiple-definition", "compile", [r"multiple definition of", r"ld returned 1"],
         source("main.cpp", "//", "#include \"limits.h\"\nint rate();\nint main() { return rate(); }\n", "g++ -I. -c main.cpp rate.cpp && g++ -o app main.o rate.o",
                {"limits.h": "#pragma once\nint default_rate = 7;\n", "rate.cpp": "#include \"limits.h\"\nint rate() { return default_rate; }\n"}), "g++"),
    Kind("cpp-static-assertion", "compile", [r"error: static assertion failed"],
         source("packet.cpp", "//", "struct Packet { char kind; double amount; };\nstatic_assert(sizeof(Packet) == 9, \"Packet must have no padding\");\n",
                "echo '[ 33%] Building CXX object CMakeFiles/wire.dir/packet.cpp.o' && g++ -std=c++17 -c packet.cpp"), "g++"),
    Kind("rust-trait-bound", "compile", [r"^error\[E0277\]", r"is not satisfied|doesn't implement"],
         source("src/main.rs", "//", "struct Order {\n    id: u32,\n}\n\nfn print(order: Order) {\n    println!(\"{}\", order);\n}\n\nfn main() {\n    print(Order { id: 4 });\n}\n",
                "cargo build --offline", {"Cargo.toml": CRATE.replace("@PROJECT@", "orders")}), "cargo"),
    Kind("javac-abstract-method", "compile", [r"error: .* is not abstract and does not override"],
         source("FlatRate.java", "//", "interface Rate { long of(long amount); String code(); }\n\nclass FlatRate implements Rate {\n    public long of(long amount) { return 5; }\n}\n",
                "echo 'Note: compiling 1 source file' && javac -d classes FlatRate.java"), "javac"),
    Kind("node-export-missing", "compile", [r"^SyntaxError: .*does not provide an export"],
         source("main.mjs", "//", "import { grossOf } from './prices.mjs';\n\nconsole.log(grossOf(3));\n", "node main.mjs", {"prices.mjs": "export function netOf(x) { return x; }\n"}), "node"),
    Kind("go-import-cycle", "compile", [r"import cycle not allowed", r"^\s+imports example"],
         source("main.go", "//", "package main\n\nimport _ \"example.com/shop/orders\"\n\nfunc main() {}\n", "go build -o bin/ ./...",
                {"go.mod": MODULE, "orders/orders.go": "package orders\n\nimport _ \"example.com/shop/stock\"\n", "stock/stock.go": "package stock\n\nimport _ \"example.com/shop/orders\"\n"}), "go"),
    Kind("msgfmt-format", "compile", [r"format specifications|not a valid C format string", r"found \d fatal error"],
         source("po/de.po", "#", 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n#, c-format\nmsgid "%d orders of %s"\nmsgstr "%s Bestellungen"\n',
                "msgfmt -c -o de.mo po/de.po"), "msgfmt"),
    Kind("prove-failure", "test_failure", [r"^not ok", r"^#\s+Failed test", r"^#\s+(got|expected): ", r"Failed 1/\d subtests|^\s+Failed test: ", r"^Result: FAIL"],
         source("t/totals.t", "#", "use Test::More tests => 3;\nok(1, 'loads');\nis(2 * 3, 7, 'total with tax');\nok(1, 'rounds');\n", "prove -v t/", {"t/basic.t": "use Test::More tests => 1;\nok(1);\n"}),
         "prove", "unit-tests"),
    Kind("go-race", "test_failure", [r"WARNING: DATA RACE", r"race detected during execution", r"--- FAIL: TestCounter"],
         source("counter_test.go", "//", "package shop\n\nimport (\n\t\"sync\"\n\t\"testing\"\n)\n\nfunc TestCounter(t *testing.T) {\n\tcount := 0\n\tvar group sync.WaitGroup\n\tfor i := 0; i < 8; i++ {\n\t\tgroup.Add(1)\n"
                "\t\tgo func() { defer group.Done(); count++ }()\n\t}\n\tgroup.Wait()\n\tt.Log(count)\n}\n", "CGO_ENABLED=1 go test -race ./...",
                {"go.mod": MODULE, "doc.go": "package shop\n"}), "gcc", "unit-tests"),
    Kind("valgrind-leak", "test_failure", [r"Invalid (read|write) of size", r"definitely lost: [1-9]", r"ERROR SUMMARY: [1-9]"],
         source("queue_test.c", "//", "#include <stdlib.h>\nstatic int *fill(int n) {\n    int *q = malloc(n * sizeof *q);\n    for (int i = 0; i <= n; i++) q[i] = i;\n    return q;\n}\nint main(void) { return fill(4)[0]; }\n",
                "gcc -g -O0 -o queue_test queue_test.c && valgrind --leak-check=full --error-exitcode=9 ./queue_test"), "valgrind", "unit-tests"),
    Kind("doctest-failure", "test_failure", [r"^Failed example:", r"^(Expected|Got):", r"\*\*\*Test Failed\*\*\*", r"^    '1\.05"],
         source("money.py", "#", "def text(cents):\n    \"\"\"What people read.\n\n    >>> text(105)\n    '1.05 EUR'\n    >>> text(0)\n    '0.0'\n    \"\"\"\n    return str(cents / 100)\n", "python3 -m doctest money.py"),
         "python3", "unit-tests"),
    Kind("cargo-doc-test", "test_failure", [r"panicked at", r"assertion `left == right` failed", r"^\s+(left|right): ", r"^test src/lib.rs .*FAILED", r"^test result: FAILED"],
         source("src/lib.rs", "//", "/// Adds a tax.\n///\n/// ```\n/// assert_eq!(orders::with_tax(100), 119);\n/// ```\npub fn with_tax(net: u32) -> u32 {\n    net + net / 5\n}\n\n#[test]\nfn no_error_for_zero() {\n    assert_eq!(with_tax(0), 0);\n}\n",
                "cargo test --offline", {"Cargo.toml": CRATE.replace("@PROJECT@", "orders")}), "cargo", "unit-tests"),
    Kind("node-test-timeout", "timeout", [r"^not ok .*reserves stock", r"test timed out after"],
         source("stock.test.js", "//", "const test = require('node:test');\ntest('reserves stock', { timeout: 400 }, async () => { await new Promise((done) => setTimeout(done, 5000)); });\ntest('frees stock', () => {});\n", "node --test"),
         "node", "unit-tests"),
    Kind("cargo-fmt-check", "policy", [r"^Diff in "],
         source("src/main.rs", "//", "fn main() {\n  let total=1+2;\n    println!(\"{total}\");\n}\n", "cargo fmt --check", {"Cargo.toml": CRATE.replace("@PROJECT@", "orders")}), "rustfmt", "verify"),
    Kind("perl-strict", "compile", [r"^Global symbol .* requires explicit package name", r"had compilation errors|Execution of .* aborted"],
         source("lib/Orders.pl", "#", "use strict;\nuse warnings;\n\nmy $total = 3;\nprint $totl + 1;\n", "perl -c lib/Orders.pl"), "perl"),
]
