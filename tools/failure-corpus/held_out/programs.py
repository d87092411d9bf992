"""What programs and scripts say when they are run."""

from kinds.code import source
from kinds.kind import Kind, given
from kinds.texts import printed


def python(text, command="python3 main.py"):
    return source("main.py", "#", text, command)


def node(text, command="node main.mjs"):
    return source("main.mjs", "//", text, command)


def java(body, command="javac Main.java && java Main", members="", more=None):
    return source("Main.java", "//", f"public class Main {{\n{members}    public static void main(String[] arguments) throws Exception {{\n{body}    }}\n}}\n", command, more)


def c(text, flags=""):
    return source("main.c", "//", text, f"gcc -O1 -w {flags} -o app main.c && bash -c './app; exit $?'")


def node_fetch(v):
    v.write("main.mjs", v.filler("//") + f"const answer = await fetch('{v.server('reset')}/orders/{v.version}');\nconsole.log(answer.status);\n")
    return "node main.mjs"


def java_host(v):
    return java(f"        new java.net.URL(\"http://{v.host}/rates/{v.version}\").openStream().read();\n")(v)


def class_missing(v):
    return java("        System.out.println(new Rates().of(3));\n", "javac Main.java Rates.java && rm Rates.class && java Main", more={"Rates.java": "class Rates { int of(int each) { return each; } }\n"})(v)


def method_missing(v):
    newer = "class Rates { int of(int each) { return each; } }\n"
    return java("        System.out.println(new Rates().of(3));\n", "javac Main.java Rates.java && mkdir old && cp older old/Rates.java && javac -d . old/Rates.java && java Main", more={"Rates.java": newer, "older": "class Rates { long of(long each) { return each; } }\n"})(v)


def signature(v):
    return f"""export GNUPGHOME=$(mktemp -d); trap 'gpgconf --kill all; rm -r $GNUPGHOME' EXIT
gpg -q --batch --pinentry-mode loopback --passphrase '' --quick-gen-key release@{v.project}.example.com ed25519 sign never 2>/dev/null
echo one > {v.project}.tar; gpg -q --batch --detach-sign {v.project}.tar; echo two > {v.project}.tar
gpg --verify {v.project}.tar.sig {v.project}.tar"""


KINDS = [
    Kind("python-value-error", "user_error", [r"^ValueError"], python("def quantity(text):\n    return int(text)\n\ndef total(rows):\n    return sum(quantity(each) for each in rows)\n\nprint(total(['4', 'n/a']))\n"), "python3", "run"),
    Kind("python-recursion", "user_error", [r"^RecursionError"], python("def depth(node):\n    return 1 + depth(node['parent'])\n\nroot = {}\nroot['parent'] = root\nprint(depth(root))\n"), "python3", "run"),
    Kind("python-toml", "configuration", [r"^tomllib\.TOMLDecodeError"],
         source("main.py", "#", "import tomllib\n\nwith open('settings.toml', 'rb') as file:\n    print(tomllib.load(file))\n", "python3 main.py", {"settings.toml": "[service]\nname = shop\nport = 8080\n"}), "python3", "run"),
    Kind("python-unknown-host", "network", [r"^socket\.gaierror|urlopen error|^urllib\.error\.URLError"],
         lambda v: python(f"import urllib.request\n\ndef rates():\n    return urllib.request.urlopen('http://{v.host}/rates').read()\n\nrates()\n")(v), "python3", "run"),
    Kind("python-interrupted", "cancelled", [r"^KeyboardInterrupt"], python("import os, signal, time\n\ndef wait():\n    print('waiting for the import', flush=True)\n    time.sleep(30)\n\nwait()\n",
         "python3 -c \"import signal, runpy; signal.signal(signal.SIGINT, signal.default_int_handler); signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(signal.SIGINT)); signal.setitimer(signal.ITIMER_REAL, 0.5); runpy.run_path('main.py')\""), "python3", "run"),
    Kind("python-assertion", "user_error", [r"^AssertionError: "], python("def release(version, tags):\n    assert version not in tags, f'{version} was released before'\n\nrelease('4.2', ['4.1', '4.2'])\n"), "python3", "release"),
    Kind("node-json", "configuration", [r"^SyntaxError: .*JSON"],
         source("main.mjs", "//", "import fs from 'node:fs';\n\nconst settings = JSON.parse(fs.readFileSync('settings.json', 'utf8'));\nconsole.log(settings.port);\n", "node main.mjs", {"settings.json": "{\n  \"port\": 8080,\n  \"host\": \"shop\",\n}\n"}), "node", "run"),
    Kind("node-fetch-reset", "network", [r"fetch failed", r"ECONNRESET|other side closed"], node_fetch, "node", "run"),
    Kind("node-stack", "user_error", [r"^RangeError: Maximum call stack"], node("function depth(each) {\n  return 1 + depth(each.parent);\n}\nconst root = {};\nroot.parent = root;\nconsole.log(depth(root));\n"), "node", "run"),
    Kind("node-not-exported", "dependency", [r"^Error \[ERR_PACKAGE_PATH_NOT_EXPORTED"],
         source("main.mjs", "//", "import { parse } from 'pricing/lib/parse.js';\n\nconsole.log(parse('3'));\n", "node main.mjs",
                {"node_modules/pricing/package.json": '{"name": "pricing", "version": "2.0.0", "exports": {".": "./index.js"}}\n', "node_modules/pricing/lib/parse.js": "export const parse = Number;\n"}), "node", "run"),
    Kind("node-require-in-module", "user_error", [r"^ReferenceError: require is not defined"],
         source("main.js", "//", "const fs = require('node:fs');\n\nconsole.log(fs.readdirSync('.').length);\n", "node main.js", {"package.json": '{"name": "report", "type": "module"}\n'}), "node", "run"),
    Kind("java-unknown-host", "network", [r"UnknownHostException"], java_host, "javac", "run"),
    Kind("java-index", "user_error", [r"ArrayIndexOutOfBoundsException"], java("        System.out.println(last(new int[] {4, 5}));\n", members="    static int last(int[] rows) { return rows[rows.length]; }\n"), "javac", "run"),
    Kind("java-stack", "user_error", [r"StackOverflowError"], java("        System.out.println(depth(3));\n", members="    static int depth(int each) { return 1 + depth(each + 1); }\n"), "javac", "run"),
    Kind("java-class-missing", "dependency", [r"NoClassDefFoundError", r"Caused by: java\.lang\.ClassNotFoundException"], class_missing, "javac", "run"),
    Kind("java-method-missing", "dependency", [r"NoSuchMethodError"], method_missing, "javac", "run"),
    Kind("java-reserve", "out_of_memory", [r"Could not reserve enough space|insufficient memory|Cannot allocate memory|error='Not enough space'"],
         lambda v: f"echo 'starting {v.project} {v.version}' && ulimit -v 3000000 && java -Xms6g -Xmx6g -version", "java", "run"),
    Kind("java-module-access", "configuration", [r"InaccessibleObjectException"],
         java("        java.lang.reflect.Field field = String.class.getDeclaredField(\"value\");\n        field.setAccessible(true);\n"), "javac", "run"),
    Kind("c-stack-smashing", "user_error", [r"stack smashing detected|buffer overflow detected", r"Aborted"], c("#include <string.h>\nvoid fill(char *to) { memset(to, 65, 80); }\nint main(void) { char name[16]; fill(name); return name[3]; }\n", "-fstack-protector-all -fno-inline"), "gcc", "run"),
    Kind("c-double-free", "user_error", [r"double free", r"Aborted"], c("#include <stdlib.h>\nint main(void) { char *a = malloc(30); volatile char *b = a; free(a); free((void *)b); return 0; }\n", "-O0"), "gcc", "run"),
    Kind("c-sanitizer", "test_failure", [r"AddressSanitizer: heap-use-after-free"],
         source("test_list.c", "//", "#include <stdlib.h>\n#include <stdio.h>\nint main(void) {\n    int *row = malloc(8);\n    row[0] = 4;\n    free(row);\n    printf(\"%d\\n\", row[0]);\n}\n", "gcc -g -w -fsanitize=address -o tests test_list.c && echo 'RUN list' && ./tests"), "gcc", "unit-tests"),
    Kind("perl-undefined-method", "user_error", [r"Can't call method"], source("notes.pl", "#", "use strict;\nuse warnings;\n\nmy $release;\nprint $release->title, \"\\n\";\n", "perl notes.pl"), "perl", "run"),
    Kind("perl-memory", "out_of_memory", [r"Out of memory"], source("index.pl", "#", "my @held;\nprint STDERR \"indexing\\n\";\nwhile (1) { push @held, 'x' x 50_000_000; }\n", "ulimit -v 400000; perl index.pl"), "perl", "run"),
    Kind("cp-missing", "user_error", [r"cannot stat"], lambda v: f"mkdir -p image/opt && cp -r target/{v.project}-{v.version}.jar image/opt/", "cp"),
    Kind("mkdir-denied", "configuration", [r"Permission denied"], lambda v: f"setpriv --reuid 65534 --clear-groups mkdir -p /opt/{v.project}/cache", "setpriv", "run"),
    Kind("sed-expression", "user_error", [r"^sed: -e"], lambda v: f"echo 'image: old' > values.yaml && sed -i 's/image: .*/image: registry.example.com/{v.project}:{v.version}/' values.yaml", "sed", "update"),
    Kind("awk-syntax", "user_error", [r"awk: .*(syntax error|unexpected|missing|end of file)"], lambda v: "echo 'a 3' | awk '{ total += $2 } END { print total'", "awk", "run"),
    Kind("curl-malformed", "user_error", [r"^curl: \(3\)"], lambda v: f"TOOL_URL='https://downloads.example.com/tool {v.version}.tgz'; curl -fsSL -o tool.tgz \"$TOOL_URL\"", "curl"),
    Kind("curl-option", "user_error", [r"is unknown"], lambda v: f"curl -fsSL --retry-forever -o tool.tgz https://{v.host}/tool.tgz", "curl"),
    Kind("sh-division", "user_error", [r"division by 0"], lambda v: (v.write("rate.sh", v.filler("#") + "done=12\ntotal=\necho \"progress\"\necho $((done * 100 / ${total:-0}))\n"), "bash -e rate.sh")[1], "bash", "run"),
    Kind("argument-list-long", "user_error", [r"Argument list too long"],
         lambda v: "mkdir reports && python3 -c \"[open(f'reports/' + 'r' * 180 + str(n), 'w') for n in range(15000)]\" && gzip reports/*", "gzip", "run"),
    Kind("gpg-bad-signature", "policy", [r"BAD signature"], signature, "gpg", "verify"),
    Kind("spring-placeholder", "configuration", [r"Could not resolve placeholder", r"Error creating bean"], printed("""
  .   ____          _            __ _ _
 :: Spring Boot ::                (v3.2.5)

2026-02-11T08:14:05Z  INFO 1 --- [           main] com.example.@PROJECT@.Application : Starting Application v@VERSION@ using Java 17.0.10
2026-02-11T08:14:05Z  INFO 1 --- [           main] com.example.@PROJECT@.Application : No active profile set, falling back to 1 default profile: "default"
2026-02-11T08:14:05Z  WARN 1 --- [           main] ConfigServletWebServerApplicationContext : Exception encountered during context initialization - cancelling refresh attempt: org.springframework.beans.factory.BeanCreationException: Error creating bean with name 'paymentClient': Injection of autowired dependencies failed
2026-02-11T08:14:05Z  INFO 1 --- [           main] o.apache.catalina.core.StandardService   : Stopping service [Tomcat]
2026-02-11T08:14:05Z ERROR 1 --- [           main] o.s.boot.SpringApplication               : Application run failed

org.springframework.beans.factory.BeanCreationException: Error creating bean with name 'paymentClient': Injection of autowired dependencies failed
	at org.springframework.beans.factory.annotation.AutowiredAnnotationBeanPostProcessor.postProcessProperties(AutowiredAnnotationBeanPostProcessor.java:@N@) ~[spring-beans-6.1.6.jar!/:6.1.6]
	at com.example.@PROJECT@.Application.main(Application.java:@N@) ~[!/:@VERSION@]
Caused by: java.lang.IllegalArgumentException: Could not resolve placeholder 'payment.url' in value "${payment.url}"
	at org.springframework.util.PropertyPlaceholderHelper.parseStringValue(PropertyPlaceholderHelper.java:@N@) ~[spring-core-6.1.6.jar!/:6.1.6]
	... 24 common frames omitted
"""), "cat", "run"),
    Kind("nginx-directive", "configuration", [r"\[emerg\]", r"test failed"], printed("""
nginx: [warn] the "user" directive makes sense only if the master process runs with super-user privileges, ignored in /etc/nginx/nginx.conf:2
nginx: [emerg] unknown directive "proxy_passs" in /etc/nginx/conf.d/@PROJECT@.conf:@N@
nginx: configuration file /etc/nginx/nginx.conf test failed
"""), "cat", "verify"),
    Kind("compose-invalid", "configuration", [r"validating .*compose|must be a|refers to undefined"], printed("""
time="2026-02-11T08:14:02Z" level=warning msg="The \\"SENTRY_DSN\\" variable is not set. Defaulting to a blank string."
service "@PROJECT@" refers to undefined volume pgdata: invalid compose project
""", 15), "cat", "integration-tests"),
    Kind("wait-for-it", "timeout", [r"timeout occurred"], printed("""
 Container e2e-@PROJECT@-1  Started
wait-for-it.sh: waiting @N@ seconds for @PROJECT@:8080
wait-for-it.sh: timeout occurred after waiting @N@ seconds for @PROJECT@:8080
""", 124), "cat", "integration-tests"),
]
