"""Node.js and npm."""

import json

from .kind import Kind, given


def source(text, command="node main.js", name="main.js"):
    def make(v):
        v.write(name, v.filler("//") + text)
        return command

    return make


def npm(server, dependencies=None, command="npm install", more=None):
    def make(v):
        package = {"name": v.project, "version": v.version, "dependencies": dependencies or {}, **(more or {})}
        v.write("package.json", json.dumps(package, indent=2))
        where = f" --registry {v.server(server)}/" if server else ""
        return command + where

    return make


KINDS = [
    Kind("node-syntax", "compile", [r"^SyntaxError"], source("function total(items) {\n  return items.reduce((a, b) => a + b;\n}\n"), "node"),
    Kind("node-module-missing", "dependency", [r"Cannot find module"], source("const client = require('nosuch-client');\n"), "node", "run"),
    Kind("node-file-missing", "user_error", [r"Cannot find module"], source("require('./routes/orders');\n"), "node", "run"),
    Kind("node-type-error", "user_error", [r"^TypeError"],
         source("function ship(order) {\n  return order.address.street;\n}\nship({});\n"), "node", "run"),
    Kind("node-reference-error", "user_error", [r"^ReferenceError"], source("function run() {\n  startWarehouse();\n}\nrun();\n"), "node", "run"),
    Kind("node-rejection", "user_error", [r"cannot price the order"],
         source("async function price() {\n  throw new Error('cannot price the order');\n}\nprice();\n"), "node", "run"),
    Kind("node-test", "test_failure", [r"AssertionError", r"^not ok .*adds up", r"✖ cart adds up", r"Expected values to be"],
         source("const test = require('node:test');\nconst assert = require('node:assert');\ntest('cart adds up', () => { assert.strictEqual(1 + 1, 3); });\ntest('other', () => {});\n",
                "node --test", "cart.test.js"), "node", "unit-tests"),
    Kind("node-heap", "out_of_memory", [r"heap out of memory", r"Reached heap limit"],
         source("const held = [];\nfor (;;) { held.push(new Array(100000).fill({ a: 1 })); }\n", "node --max-old-space-size=32 main.js"), "node", "run"),
    Kind("node-refused", "network", [r"ECONNREFUSED"],
         lambda v: (v.write("main.js", f"require('node:http').get('http://127.0.0.1:{v.closed_port()}/orders');\n"), "node main.js")[1], "node", "run"),
    Kind("node-unknown-host", "network", [r"ENOTFOUND|EAI_AGAIN"],
         lambda v: (v.write("main.js", f"require('node:http').get('http://{v.host}/orders');\n"), "node main.js")[1], "node", "run"),
    Kind("npm-package-missing", "dependency", [r"E404", r"404 Not Found", r"is not in this registry|could not be found"],
         npm("status/404", {"no-such-package-here": "^1.0.0"}), "npm"),
    Kind("npm-credentials", "registry_auth", [r"E401", r"401 Unauthorized|Unable to authenticate"], npm("status/401", {"@acme/pricing": "^1.0.0"}), "npm"),
    Kind("npm-version-missing", "dependency", [r"ETARGET", r"No matching version"], npm("npm", {"pricing": "^7.0.0"}), "npm"),
    Kind("npm-peer-conflict", "dependency", [r"ERESOLVE", r"Could not resolve dependency|Conflicting peer"], npm("npm", {"core": "^1.0.0", "widget": "^1.0.0"}), "npm"),
    Kind("npm-unknown-host", "network", [r"ENOTFOUND|EAI_AGAIN"],
         lambda v: (v.write("package.json", json.dumps({"name": v.project, "version": v.version, "dependencies": {"pricing": "1"}})),
                    f"npm install --registry http://{v.host}/")[1], "npm"),
    Kind("npm-server-error", "infrastructure", [r"E50[03]", r"50[03] (Service Unavailable|Internal)"], npm("status/503", {"pricing": "^1.0.0"}), "npm"),
    Kind("npm-script-missing", "configuration", [r"Missing script"], npm("", command="npm run bundle-all"), "npm"),
    Kind("npm-manifest-broken", "configuration", [r"EJSONPARSE", r"JSON"], given({"package.json": "{\n  \"name\": \"a\",\n  \"version\": \"1.0.0\"\n  \"main\": \"x\"\n}\n"}, "npm install"), "npm"),
    Kind("npm-lock-outdated", "dependency", [r"`npm ci`|EUSAGE", r"Missing: "],
         npm("npm", {"pricing": "^1.0.0"}, "printf '{\"name\":\"x\",\"lockfileVersion\":3,\"packages\":{\"\":{\"name\":\"x\"}}}' > package-lock.json; npm ci"), "npm"),
    Kind("npm-no-manifest", "configuration", [r"ENOENT", r"Could not read package.json|no such file"], lambda v: "npm run build", "npm"),
    Kind("npm-platform", "dependency", [r"EBADPLATFORM", r"Unsupported platform"], npm("", more={"os": ["sunos"]}, command="npm install"), "npm"),
]
