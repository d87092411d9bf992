"""Go."""

from .kind import Kind


def module(files, command, go_mod="module example.com/@PROJECT@\n\ngo 1.22\n"):
    def make(v):
        v.write("go.mod", go_mod.replace("@PROJECT@", v.project))
        for name, text in files.items():
            package, rest = text.split("\n", 1)
            v.write(name, f"{package}\n{v.filler('//')}{rest}")
        return command.replace("@SERVER@", v.server("status")).replace("@CLOSED@", str(v.closed_port()))

    return make


MAIN = "package main\n\nfunc main() {}\n"

KINDS = [
    Kind("go-undefined", "compile", [r"undefined: "], module({"main.go": "package main\n\nfunc main() {\n\tprintln(grandTotal())\n}\n"}, "go build ./..."), "go"),
    Kind("go-unused-import", "compile", [r"imported and not used"], module({"main.go": "package main\n\nimport \"os\"\n\nfunc main() {}\n"}, "go build ./..."), "go"),
    Kind("go-type", "compile", [r"cannot use "], module({"main.go": "package main\n\nfunc main() {\n\tvar count int = \"three\"\n\t_ = count\n}\n"}, "go build ./..."), "go"),
    Kind("go-syntax", "compile", [r"syntax error"], module({"main.go": "package main\n\nfunc main() {\n\tif true \n\t{\n\t}\n}\n"}, "go build ./..."), "go"),
    Kind("go-test", "test_failure", [r"--- FAIL: TestTotal", r"got 2, want 3"],
         module({"main.go": MAIN, "cart_test.go": "package main\n\nimport \"testing\"\n\nfunc TestTotal(t *testing.T) {\n\tt.Errorf(\"total: got %d, want %d\", 2, 3)\n}\nfunc TestOther(t *testing.T) {}\n"},
                "go test -v ./..."), "go", "unit-tests"),
    Kind("go-test-panic", "test_failure", [r"--- FAIL: ", r"^panic: "],
         module({"main.go": MAIN, "cart_test.go": "package main\n\nimport \"testing\"\n\nfunc TestPrices(t *testing.T) {\n\tvar prices map[string]int\n\tprices[\"a\"] = 1\n}\n"},
                "go test ./..."), "go", "unit-tests"),
    Kind("go-test-timeout", "timeout", [r"panic: test timed out"],
         module({"main.go": MAIN, "cart_test.go": "package main\n\nimport \"testing\"\n\nfunc TestSlow(t *testing.T) {\n\tselect {}\n}\n"},
                "go test -timeout 300ms ./..."), "go", "unit-tests"),
    Kind("go-panic", "user_error", [r"^panic: "], module({"main.go": "package main\n\nfunc main() {\n\titems := []int{}\n\tprintln(items[len(items)+2])\n}\n"}, "go run ."), "go", "run"),
    Kind("go-nil", "user_error", [r"^panic: "], module({"main.go": "package main\n\ntype order struct{ id int }\n\nfunc main() {\n\tvar o *order\n\tprintln(o.id)\n}\n"}, "go run ."), "go", "run"),
    Kind("go-deadlock", "user_error", [r"all goroutines are asleep"], module({"main.go": "package main\n\nfunc main() {\n\twait := make(chan int)\n\t<-wait\n}\n"}, "go run ."), "go", "run"),
    Kind("go-package-missing", "dependency", [r"no required module provides package|cannot find module providing|module lookup disabled"],
         module({"main.go": "package main\n\nimport _ \"example.org/nosuch/pricing\"\n\nfunc main() {}\n"}, "GOFLAGS=-mod=readonly go build ./..."), "go"),
    Kind("go-not-in-std", "dependency", [r"is not in std"], module({"main.go": "package main\n\nimport _ \"nosuchpkg/pricing\"\n\nfunc main() {}\n"}, "go build ./..."), "go"),
    Kind("go-proxy-missing", "dependency", [r"404|not found"],
         module({"main.go": "package main\n\nimport _ \"example.org/pricing\"\n\nfunc main() {}\n"}, "GONOSUMDB=* GOFLAGS=-insecure= GOPROXY=@SERVER@/404 GOFLAGS=-mod=mod go build ./...",
                "module example.com/@PROJECT@\n\ngo 1.22\n\nrequire example.org/pricing v1.2.3\n"), "go"),
    Kind("go-proxy-refused", "network", [r"connection refused"],
         module({"main.go": "package main\n\nimport _ \"example.org/pricing\"\n\nfunc main() {}\n"}, "GOPROXY=http://127.0.0.1:@CLOSED@ GOFLAGS=-mod=mod go build ./...",
                "module example.com/@PROJECT@\n\ngo 1.22\n\nrequire example.org/pricing v1.2.3\n"), "go"),
    Kind("go-mod-broken", "configuration", [r"errors parsing go.mod", r"unknown directive|invalid"], module({"main.go": MAIN}, "go build ./...", "module example.com/@PROJECT@\n\ngo 1.22\n\nneeds example.org/pricing v1\n"), "go"),
    Kind("go-mod-missing", "configuration", [r"go.mod file not found|(find|contain) main module"], lambda v: (v.write("main.go", MAIN), "go build ./...")[1], "go"),
    Kind("go-version", "configuration", [r"requires go >= "], module({"main.go": MAIN}, "go build ./...", "module example.com/@PROJECT@\n\ngo 1.99\n"), "go"),
    Kind("go-vet", "compile", [r"Printf|Sprintf"], module({"main.go": "package main\n\nimport \"fmt\"\n\nfunc main() {\n\tfmt.Printf(\"%d\\n\", \"three\")\n}\n"}, "go vet ./..."), "go", "verify"),
]
