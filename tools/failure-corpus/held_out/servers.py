"""Servers that refuse."""

import json

import more_servers

REFUSALS = {
    "forbidden": (403, "Forbidden", 'deployments.apps is forbidden: User "system:serviceaccount:ci:builder" cannot create resource "deployments" in API group "apps" in the namespace "team"'),
    "unauthorized": (401, "Unauthorized", "Unauthorized"),
    "namespace": (404, "NotFound", 'namespaces "team" not found'),
    "webhook": (500, "InternalError", 'Internal error occurred: failed calling webhook "validate.certs.example.com": failed to call webhook: Post "https://cert-webhook.certs.svc:443/validate?timeout=10s": '
                "no endpoints available for service \"cert-webhook\""),
    "invalid": (422, "Invalid", 'Deployment.apps "{name}" is invalid: spec.template.spec.containers[0].env[2].valueFrom: Invalid value: "": may not be specified when `value` is not empty'),
}


def answer(handler, parts):
    """Answers what these servers know, and says whether they did."""
    known = {"cluster": cluster, "gateway": gateway}.get(parts[0])
    if known:
        known(handler, parts[1:])
    return bool(known)


def cluster(handler, parts):
    """A Kubernetes API that tells what it has, and refuses to take anything."""
    path = "/".join(parts[1:]).split("?")[0].split("/")
    if path[0] in ("api", "apis") and len(path) <= 3 and "namespaces" not in path:
        return more_servers.kube(handler, parts)
    status, reason, message = REFUSALS[parts[0]]
    name = json.loads(handler.body or b"{}").get("metadata", {}).get("name", "")
    body = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": reason, "code": status, "message": message.replace("{name}", name)}
    return more_servers.reply(handler, status, body)


def gateway(handler, _):
    handler.answer(502, b"<html><head><title>502 Bad Gateway</title></head></html>", {"Content-Type": "text/html"})
