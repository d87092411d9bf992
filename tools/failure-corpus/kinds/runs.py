"""What programs say when they are run."""

import servers

from .kind import Kind, given

from .code import source


def java(name, body, command="", imports=""):
    text = f"{imports}public class {name} {{\n    public static void main(String[] arguments) throws Exception {{\n{body}    }}\n}}\n"
    return lambda v: source(f"{name}.java", "//", text, f"javac {name}.java && java {name}{command}")(v)


def pkix(v):
    port = servers.TLS[v.ports[v.number % len(v.ports)]]
    return java("Download", f"        new java.net.URL(\"https://localhost:{port}/{v.project}/{v.version}\").openStream().read();\n")(v)


def requests(v):
    v.write("sync.py", v.filler("#") + f"import requests\n\ndef sync():\n    return requests.get('{v.server('reset')}/orders/{v.version}', timeout=5).json()\n\nsync()\n")
    return "python3 sync.py"


KINDS = [
    Kind("java-pkix", "network", [r"PKIX path building failed"], pkix, "javac", "run"),
    Kind("java-class-version", "configuration", [r"UnsupportedClassVersionError"],
         source("Report.java", "//", "public class Report { public static void main(String[] a) { System.out.println(1); } }\n",
                "javac Report.java && printf '\\000\\105' | dd of=Report.class bs=1 seek=6 conv=notrunc status=none && java Report"), "javac", "run"),
    Kind("java-future-timeout", "timeout", [r"java\.util\.concurrent\.TimeoutException"],
         java("Settle", "        System.out.println(\"INFO: waiting for the ledger\");\n        new CompletableFuture<String>().get(700, TimeUnit.MILLISECONDS);\n", imports="import java.util.concurrent.*;\n\n"), "javac", "run"),
    Kind("java-class-cast", "user_error", [r"ClassCastException"],
         java("Invoice", "        Object total = java.util.Map.of(\"total\", \"12.50\").get(\"total\");\n        System.out.println((Integer) total + 1);\n"), "javac", "run"),
    Kind("keytool-password", "configuration", [r"keystore password was incorrect"],
         lambda v: f"keytool -genkeypair -keyalg RSA -keystore keys.p12 -storepass original1 -alias {v.project} -dname CN={v.project} 2>/dev/null; keytool -list -keystore keys.p12 -storepass changeit", "keytool", "sign"),
    Kind("cpp-uncaught", "user_error", [r"terminate called after throwing", r"what\(\):", r"Aborted"],
         source("main.cpp", "//", "#include <map>\n#include <string>\nint main() {\n    std::map<std::string, int> prices;\n    return prices.at(\"pears\");\n}\n", "g++ -o app main.cpp && bash -c './app; exit $?'"), "g++", "run"),
    Kind("c-shared-library", "dependency", [r"error while loading shared libraries"],
         source("tax.c", "//", "int tax(void) { return 19; }\n", "gcc -shared -fPIC -o libtax.so.4 tax.c -Wl,-soname,libtax.so.4 && gcc -o app main.c ./libtax.so.4 && rm libtax.so.4 && ./app", {"main.c": "int tax(void);\nint main(void) { return tax(); }\n"}),
         "gcc", "run"),
    Kind("gcc-killed", "out_of_memory", [r"fatal error: Killed signal|Killed"],
         source("model.cpp", "//", "template <int N, int M> struct Cell { static constexpr bool value = Cell<N - 1, M>::value != Cell<N, M - 1>::value; };\n"
                "template <int M> struct Cell<0, M> { static constexpr bool value = true; };\ntemplate <int N> struct Cell<N, 0> { static constexpr bool value = true; };\nbool all = Cell<800, 800>::value;\n",
                "echo '[5/9] Building model.cpp' && prlimit --cpu=1:1 g++ -ftemplate-depth=5000 -O2 -c model.cpp"), "prlimit"),
    Kind("go-memory", "out_of_memory", [r"out of memory|cannot allocate"],
         given({"go.mod": "module example.com/shop\n\ngo 1.22\n", "main.go": "package main\n\nvar held [][]byte\n\nfunc main() {\n\tfor {\n\t\tblock := make([]byte, 64<<20)\n\t\tfor i := range block {\n\t\t\tblock[i] = 1\n\t\t}\n\t\theld = append(held, block)\n\t}\n}\n"},
               "go build -o importer . && echo 'importing the catalog' && ulimit -v 900000 && ./importer"), "go", "run"),
    Kind("rust-memory", "out_of_memory", [r"memory allocation of \d+ bytes failed"],
         source("main.rs", "//", "fn main() {\n    let mut held = Vec::new();\n    loop {\n        held.push(vec![1u8; 50_000_000]);\n    }\n}\n", "rustc -o index main.rs && echo 'building the index' && ulimit -v 700000 && bash -c './index; exit $?'"), "rustc", "run"),
    Kind("python-decode", "user_error", [r"^UnicodeDecodeError"],
         source("import_prices.py", "#", "import csv\n\ndef rows(path):\n    with open(path, encoding='utf-8') as file:\n        return list(csv.reader(file))\n\nprint(len(rows('prices.csv')))\n",
                "printf 'name;price\\nK\\374rbis;3\\n' > prices.csv && python3 import_prices.py"), "python3", "run"),
    Kind("python-circular-import", "user_error", [r"^ImportError: cannot import name"],
         given({"orders.py": "from stock import reserve\n\ndef place():\n    reserve()\n", "stock.py": "from orders import place\n\ndef reserve():\n    pass\n", "main.py": "import orders\n\norders.place()\n"}, "python3 main.py"), "python3", "run"),
    Kind("python-yaml", "configuration", [r"^yaml\.scanner", r"mapping values are not allowed", r"^\s+in \"values\.yaml\""],
         given({"values.yaml": "service:\n  name: @PROJECT@\n  port: 80: 8080\n", "render.py": "import yaml\n\nwith open('values.yaml') as file:\n    print(yaml.safe_load(file))\n"}, "python3 render.py"), "python3", "run"),
    Kind("python-quota", "quota", [r"Disk quota exceeded"],
         source("store.py", "#", "import errno, os\n\ndef write(path, text):\n    # As a network file system says it.\n    raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT), path)\n\nwrite('/var/cache/artifacts/report.xml', 'ok')\n", "python3 store.py"), "python3", "run"),
    Kind("python-reset", "network", [r"ConnectionResetError|Connection reset by peer"], requests, "python3", "run"),
    Kind("python-subprocess-timeout", "timeout", [r"^subprocess.TimeoutExpired"],
         source("smoke.py", "#", "import subprocess\n\ndef smoke():\n    subprocess.run(['bash', '-c', 'echo waiting for the health check; sleep 9'], timeout=1, check=True)\n\nsmoke()\n", "python3 smoke.py"), "python3", "run"),
    Kind("env-interpreter", "user_error", [r"No such file or directory"],
         lambda v: (v.write("notes.groovy", "#!/usr/bin/env groovy\n" + v.filler("//")), "chmod +x notes.groovy && echo 'computing the release notes' && ./notes.groovy")[1], "env", "run"),
    Kind("sh-carriage-return", "user_error", [r"line 2: set: -", r"^: invalid option", r"\\r'"],
         lambda v: (v.write("package.sh", "#!/bin/bash\r\nset -e\r\n" + v.filler("#").replace("\n", "\r\n") + "for each in a b; do\r\n  echo $each\r\ndone\r\n"), "bash package.sh")[1], "bash", "run"),
    Kind("jq-null", "user_error", [r"^jq: error"],
         lambda v: f"echo '{{\"name\": \"{v.project}\", \"images\": null}}' > release.json && echo 'images of the release:' && jq -r '.images[] | .digest' release.json", "jq", "run"),
    Kind("sqlite-migration", "user_error", [r"UNIQUE constraint failed|already exists"],
         given({"001.sql": "create table orders (id integer primary key, number text);\ninsert into orders values (1, 'a'), (2, 'a');\n", "002.sql": "-- numbers are unique from now on\ncreate unique index orders_number on orders (number);\n"},
               "for each in 001 002; do echo \"migration $each\"; sqlite3 -bail shop.db < $each.sql || exit; done"), "sqlite3", "migrate"),
]
