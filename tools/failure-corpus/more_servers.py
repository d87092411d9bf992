"""Registries, a Docker daemon and a Kubernetes API that refuse."""

import base64
import hashlib
import json
import socket
import struct
import time

SLOW_SECONDS = 20
RESOURCES = {"v1": [("pods", "Pod"), ("configmaps", "ConfigMap")], "apps/v1": [("deployments", "Deployment")]}
REFUSALS = {
    "quota": (403, "Forbidden", 'pods "{name}" is forbidden: exceeded quota: compute-resources, requested: limits.memory=4Gi, used: limits.memory=30Gi, limited: limits.memory=32Gi'),
    "admission": (403, "Forbidden", 'admission webhook "validate.kyverno.svc-fail" denied the request: \n\nresource Pod/team/{name} was blocked due to the following policies \n\n'
                  "require-run-as-nonroot:\n  run-as-non-root: 'validation error: Running as root is not allowed. rule run-as-non-root failed at path /spec/securityContext/'\n"),
    "etcd": (500, "", "etcdserver: request timed out"),
}
DAEMON = {
    "manifest": (404, "manifest for {image} not found: manifest unknown: manifest unknown"),
    "rate": (500, "toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit"),
    "denied": (200, "denied: requested access to the resource is denied"),
    "unauthorized": (500, "Head \"https://{registry}/v2/{repository}/manifests/{tag}\": unauthorized: authentication required"),
}


def answer(handler, parts):
    """Answers what these servers know, and says whether they did."""
    known = {"docker": docker, "kube": kube, "audit": audit, "reset": reset}.get(parts[0])
    if known:
        known(handler, parts[1:])
    return bool(known)


def reply(handler, status, body):
    handler.answer(status, json.dumps(body).encode(), {"Content-Type": "application/json", "Api-Version": "1.41", "Ostype": "linux"})


def docker(handler, parts):
    case, path = parts[0], "/".join(parts[1:]).split("?")[0]
    if path.endswith("_ping"):
        return reply(handler, 200, "OK")
    status, message = DAEMON[case]
    query = dict(each.split("=", 1) for each in handler.path.partition("?")[2].split("&") if "=" in each)
    repository, tag = query.get("fromImage", "").replace("%2F", "/").replace("%3A", ":"), query.get("tag", "")
    registry, _, rest = repository.partition("/")
    message = message.format(image=f"{repository}:{tag}", registry=registry, repository=rest, tag=tag)
    if status != 200:
        return reply(handler, status, {"message": message})
    lines = [{"status": f"The push refers to repository [{path.split('/images/')[-1].removesuffix('/push')}]"},
             {"status": "Preparing", "progressDetail": {}, "id": "5f70bf18a086"}, {"errorDetail": {"message": message}, "error": message}]
    return handler.answer(200, "".join(json.dumps(each) + "\r\n" for each in lines).encode(), {"Content-Type": "application/json"})


def kube(handler, parts):
    case, path, query = parts[0], "/".join(parts[1:]).split("?")[0], handler.path.partition("?")[2]
    if path in ("api", "apis"):
        group = {"name": "apps", "versions": [{"groupVersion": "apps/v1", "version": "v1"}], "preferredVersion": {"groupVersion": "apps/v1", "version": "v1"}}
        return reply(handler, 200, {"kind": "APIVersions", "versions": ["v1"]} if path == "api" else {"kind": "APIGroupList", "apiVersion": "v1", "groups": [group]})
    version = path.partition("/")[2]
    if version in RESOURCES:
        resources = [{"name": name, "singularName": "", "namespaced": True, "kind": kind, "verbs": ["create", "get", "list", "watch"]} for name, kind in RESOURCES[version]]
        return reply(handler, 200, {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": version, "resources": resources})
    if case == "wait":
        if "watch" in query:
            time.sleep(SLOW_SECONDS)
        name = query.partition("metadata.name%3D")[2].split("&")[0] or path.rpartition("/")[2]
        pod = {"kind": "Pod", "apiVersion": "v1", "metadata": {"name": name, "namespace": "team", "resourceVersion": "7"}, "status": {"phase": "Pending"}}
        return reply(handler, 200, {"kind": "PodList", "apiVersion": "v1", "metadata": {"resourceVersion": "7"}, "items": [pod]} if query else pod)
    status, reason, message = REFUSALS[case]
    name = json.loads(handler.body or b"{}").get("metadata", {}).get("name", "")
    return reply(handler, status, {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": reason, "code": status, "message": message.format(name=name)})


def audit(handler, parts):
    """The advisories of npm on `parse-url`."""
    advisory = {"id": 1097683, "url": "https://github.com/advisories/GHSA-j9fq-vwqv-2fm2", "title": "Server-Side Request Forgery (SSRF) in parse-url",
                "severity": "critical", "vulnerable_versions": "<6.0.1", "cwe": ["CWE-918"], "cvss": {"score": 9.1, "vectorString": None}}
    if parts[-1] == "bulk":
        return reply(handler, 200, {"parse-url": [advisory]})
    return reply(handler, 200, {"name": parts[-1], "dist-tags": {"latest": "1.0.0"}, "versions": {"1.0.0": {"name": parts[-1], "version": "1.0.0"}}})


def reset(handler, _):
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def integrity(text):
    """As a lock file of npm has it."""
    return "sha512-" + base64.b64encode(hashlib.sha512(text.encode()).digest()).decode()
