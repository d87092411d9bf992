"""curl, TLS, kubectl and Docker without a server."""

import servers

from .kind import Kind, given


def tls(variation):
    return servers.TLS[variation.ports[variation.number % len(variation.ports)]]


KINDS = [
    Kind("curl-unknown-host", "network", [r"Could not resolve host"], lambda v: f"curl -fsSL -o tool.tar.gz https://{v.host}/tool-{v.version}.tar.gz", "curl"),
    Kind("curl-refused", "network", [r"Failed to connect|Couldn't connect"], lambda v: f"curl -fsSL http://127.0.0.1:{v.closed_port()}/tool.tar.gz", "curl"),
    Kind("curl-not-found", "configuration", [r"returned error: 404"], lambda v: f"curl -fsSL -o tool.tar.gz {v.server('status/404')}/tool-{v.version}.tar.gz", "curl"),
    Kind("curl-credentials", "registry_auth", [r"returned error: 401"], lambda v: f"curl -fsSL {v.server('status/401')}/v2/", "curl"),
    Kind("curl-server-error", "infrastructure", [r"returned error: 503"], lambda v: f"curl -fsSL {v.server('status/503')}/api/v1", "curl"),
    Kind("curl-rate", "quota", [r"returned error: 429"], lambda v: f"curl -fsSL {v.server('status/429')}/api/v1", "curl"),
    Kind("curl-slow", "network", [r"timed out"], lambda v: f"curl -fsSL --max-time 1 {v.server('slow')}/archive", "curl"),
    Kind("curl-cut", "network", [r"transfer closed"], lambda v: f"curl -fsSL -o part.bin {v.server('cut')}/archive.bin", "curl"),
    Kind("curl-self-signed", "network", [r"self-signed certificate|SSL certificate problem"], lambda v: f"curl -fsSL https://localhost:{tls(v)}/", "curl"),
    Kind("curl-tls-on-plain", "network", [r"wrong version number|SSL"], lambda v: f"curl -fsSL {v.server('').replace('http:', 'https:')}", "curl"),
    Kind("python-self-signed", "network", [r"CERTIFICATE_VERIFY_FAILED"],
         lambda v: f"python3 -c \"import urllib.request; urllib.request.urlopen('https://localhost:{tls(v)}/')\"", "python3", "run"),
    Kind("kubectl-refused", "network", [r"was refused"],
         lambda v: f"kubectl --server http://127.0.0.1:{v.closed_port()} get pods", "kubectl"),
    Kind("kubectl-context", "configuration", [r"context .*does not exist|context was not found"],
         lambda v: "echo '{apiVersion: v1, kind: Config}' > config && kubectl --kubeconfig config --context production-east get pods", "kubectl"),
    Kind("kubectl-bad-yaml", "configuration", [r"error (parsing|converting)|yaml:"],
         given({"app.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n data: {b: [}\n"}, "kubectl create --dry-run=client --validate=false -o yaml -f app.yaml"), "kubectl"),
    Kind("kubectl-file-missing", "user_error", [r"does not exist|no such file"], lambda v: f"kubectl create --dry-run=client -f deploy/{v.project}.yaml", "kubectl"),
    Kind("kubectl-flag", "user_error", [r"unknown (flag|shorthand)"], lambda v: "kubectl get pods --namespaced=team", "kubectl"),
    Kind("docker-daemon", "infrastructure", [r"[Cc]annot connect to the Docker daemon|failed to connect"],
         lambda v: f"docker -H unix:///run/{v.project}/docker.sock version", "docker"),
    Kind("docker-context-missing", "user_error", [r"not found|no such file|unable to prepare"],
         lambda v: f"DOCKER_BUILDKIT=0 docker build -f Containerfile.{v.project} ./missing-folder", "docker"),
]
