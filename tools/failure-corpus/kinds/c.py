"""C and C++: gcc, make, CMake."""

from .kind import Kind, given


def source(text, command, name="main.c"):
    def make(v):
        v.write(name, v.filler("//") + text)
        return command

    return make


KINDS = [
    Kind("c-undeclared", "compile", [r"error: .*undeclared"],
         source("int main(void) {\n    return item_count;\n}\n", "gcc -Wall -c main.c"), "gcc"),
    Kind("c-missing-semicolon", "compile", [r"error: expected"],
         source("int main(void) {\n    int sum = 1\n    return sum;\n}\n", "gcc -Wall -c main.c"), "gcc"),
    Kind("c-header-missing", "compile", [r"fatal error: .*No such file"],
         source("#include <nosuchlib/client.h>\nint main(void) { return 0; }\n", "gcc -Wall -c main.c"), "gcc"),
    Kind("c-undefined-reference", "compile", [r"undefined reference to"],
         source("int compute_tax(int);\nint main(void) { return compute_tax(1); }\n", "gcc -o app main.c"), "gcc"),
    Kind("c-library-missing", "dependency", [r"cannot find -l"],
         source("int main(void) { return 0; }\n", "gcc -o app main.c -lnosuchlibrary"), "gcc"),
    Kind("cpp-no-matching-function", "compile", [r"error: no matching function"],
         source("#include <string>\n#include <vector>\nint main() {\n    std::vector<std::string> names;\n    names.push_back(std::vector<int>{1});\n}\n",
                "g++ -Wall -c main.cpp", "main.cpp"), "g++"),
    Kind("c-werror", "compile", [r"error: .*unused"],
         source("int main(void) {\n    int leftover = 1;\n    return 0;\n}\n", "gcc -Wall -Werror -c main.c"), "gcc"),
    Kind("c-segfault", "user_error", [r"[Ss]egmentation fault"],
         source("int main(void) {\n    int *nothing = 0;\n    return *nothing;\n}\n",
                "gcc -w -o app main.c && echo 'reading orders' && bash -c './app; exit $?'"), "gcc", "run"),
    Kind("c-assert", "user_error", [r"Assertion .* failed", r"Aborted"],
         source("#include <assert.h>\nint main(void) {\n    int stock = 0;\n    assert(stock > 0);\n    return 0;\n}\n",
                "gcc -o app main.c && bash -c './app; exit $?'"), "gcc", "run"),
    Kind("make-no-rule", "configuration", [r"No rule to make target"],
         given({"Makefile": "all: archive.tar\n\t@echo done\narchive.tar: manifest.list\n\ttar cf $@ manifest.list\n"}, "make all"), "make"),
    Kind("make-separator", "configuration", [r"missing separator"],
         given({"Makefile": "all:\n    echo spaces\n"}, "make all"), "make"),
    Kind("make-no-makefile", "configuration", [r"No targets specified and no makefile"], lambda v: "make", "make"),
    Kind("cmake-package-missing", "dependency", [r"CMake Error at", r"Could not find a package configuration|Could NOT find"],
         given({"CMakeLists.txt": "cmake_minimum_required(VERSION 3.10)\nproject(demo C)\nfind_package(NoSuchToolkit REQUIRED)\n"},
               "cmake -S . -B build"), "cmake"),
    Kind("cmake-command", "configuration", [r"CMake Error", r"Unknown CMake command"],
         given({"CMakeLists.txt": "cmake_minimum_required(VERSION 3.10)\nproject(demo C)\nadd_magic_target(demo)\n"},
               "cmake -S . -B build"), "cmake"),
    Kind("ctest-failure", "test_failure", [r"\*\*\*Failed", r"tests? failed", r"The following tests FAILED", r"\d+ - cart_adds_up"],
         given({"CMakeLists.txt": "cmake_minimum_required(VERSION 3.10)\nproject(demo NONE)\nenable_testing()\n"
                "add_test(NAME cart_adds_up COMMAND false)\nadd_test(NAME other COMMAND true)\n"},
               "cmake -S . -B build && cd build && ctest"), "ctest", "unit-tests"),
]
