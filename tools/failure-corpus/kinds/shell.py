"""bash and small tools."""

from .kind import Kind


def script(text):
    def make(v):
        v.write("run.sh", "#!/bin/bash\n" + v.filler("#") + text)
        return "bash run.sh"

    return make


KINDS = [
    Kind("sh-command-missing", "user_error", [r"command not found"], script("set -e\necho preparing\nyamllint-pro --all\n"), "bash", "run"),
    Kind("sh-syntax", "user_error", [r"syntax error"], script("echo start\nif [ 1 = 1 ]; then\n  echo yes\ndone\n"), "bash", "run"),
    Kind("sh-unbound", "configuration", [r"unbound variable"], script("set -u\necho \"deploy to $TARGET_CLUSTER\"\n"), "bash", "run"),
    Kind("sh-required", "configuration", [r"parameter|must be set"], script(": \"${REGISTRY_ADDRESS:?must be set}\"\n"), "bash", "run"),
    Kind("sh-not-executable", "user_error", [r"Permission denied"], script("printf '#!/bin/sh\\n' > deploy.sh\nexec ./deploy.sh\n"), "bash", "run"),
    Kind("sh-file-missing", "user_error", [r"No such file or directory"], script("set -e\ncp build/output/app.bin /tmp/nowhere/\n"), "bash", "run"),
    Kind("sh-cd", "user_error", [r"No such file or directory"], script("set -e\ncd dist/release-files\n"), "bash", "run"),
    Kind("ls-option", "user_error", [r"unrecognized option"], lambda v: "ls --sorted-by=name", "ls", "run"),
    Kind("python-option", "user_error", [r"unrecognized arguments"],
         lambda v: (v.write("tool.py", "import argparse\np = argparse.ArgumentParser()\np.add_argument('--name')\np.parse_args()\n"), "python3 tool.py --verbose-mode")[1], "python3", "run"),
    Kind("tar-no-archive", "user_error", [r"does not look like a tar|not in gzip format"], lambda v: f"echo '<html>sign in</html>' > tool-{v.version}.tar.gz; tar xzf tool-{v.version}.tar.gz", "tar", "prepare"),
    Kind("tar-cut", "user_error", [r"unexpected end of file|Unexpected EOF"], lambda v: "head -c 200000 /dev/urandom > data; tar czf all.tar.gz data; head -c 50000 all.tar.gz > cut.tar.gz; tar xzf cut.tar.gz", "tar", "prepare"),
    Kind("sha256-mismatch", "dependency", [r": FAILED", r"did NOT match"], lambda v: f"echo data > tool-{v.version}.bin; echo '{'0' * 64}  tool-{v.version}.bin' | sha256sum -c", "sha256sum", "prepare"),
    Kind("openssl-key-missing", "configuration", [r"Could not (open|read|find)"], lambda v: f"openssl rsa -in certs/{v.project}.key -check", "openssl", "prepare"),
    Kind("openssl-password", "configuration", [r"bad decrypt|wrong password|maybe wrong password|Could not (read|find)"],
         lambda v: "openssl genrsa -aes128 -passout pass:one 2048 > key.pem 2>/dev/null; openssl rsa -in key.pem -passin pass:two", "openssl", "prepare"),
    Kind("openssl-verify", "configuration", [r"verification failed", r"error \d+ at"],
         lambda v: f"openssl req -x509 -newkey rsa:2048 -nodes -keyout k -out c.pem -days 1 -subj /CN={v.project} 2>/dev/null; openssl verify c.pem", "openssl", "prepare"),
    Kind("perl-module", "dependency", [r"Can't locate"], lambda v: (v.write("run.pl", v.filler("#") + "use Acme::NoSuchModule;\n"), "perl run.pl")[1], "perl", "run"),
    Kind("perl-syntax", "compile", [r"syntax error"], lambda v: (v.write("run.pl", v.filler("#") + "my $x = ;\nprint 1\n"), "perl run.pl")[1], "perl", "run"),
    Kind("xml-broken", "configuration", [r"ParseError|mismatched tag"],
         lambda v: (v.write("settings.xml", "<settings><name>a</nam></settings>\n"), "python3 -c \"import xml.etree.ElementTree as e; e.parse('settings.xml')\"")[1], "python3", "run"),
    Kind("yaml-to-json", "configuration", [r"JSONDecodeError|Expecting"], lambda v: (v.write("settings.json", "name: a\n"), "python3 -m json.tool settings.json && python3 -c \"import json; json.load(open('settings.json'))\"")[1], "python3", "run"),
]
