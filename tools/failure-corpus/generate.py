#!/usr/bin/env python3
"""Makes the failure corpus: runs real tools on broken inputs and keeps what they write."""

import argparse
import gzip
import hashlib
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile

import noise
import servers
from held_out import KINDS as HELD_OUT_KINDS
from kinds import KINDS as TUNABLE_KINDS

SEED = "kite failure corpus 3"
KINDS = TUNABLE_KINDS + HELD_OUT_KINDS
assert len({kind.name for kind in KINDS}) == len(KINDS), "two kinds have the same name"
# Of the kinds that may be tuned on two variations of six are held out, of the others all four.
VARIATIONS = 6
HELD_OUT_VARIATIONS = 2
VARIATIONS_OF_HELD_OUT_KINDS = 4
PATIENCE_SECONDS = 120
HERE = pathlib.Path(__file__).parent

PROJECTS = ["shop", "ledger", "gateway", "billing", "catalog", "notifier", "payments", "inventory", "search-api", "frontend"]
FOLDERS = ["src", "services", "backend", "apps", "packages", "workspace", "modules", "component"]


def number_of(*words):
    return int.from_bytes(hashlib.sha256("/".join([SEED, *map(str, words)]).encode()).digest()[:8], "big")


def is_held_out(kind, variation):
    """Decided by the names alone, before there is a log."""
    if kind in HELD_OUT_KINDS:
        return True
    order = sorted(range(VARIATIONS), key=lambda each: number_of(kind.name, each))
    return variation in order[:HELD_OUT_VARIATIONS]


class Variation:
    """What differs between two runs of the same kind."""

    def __init__(self, kind, number, root, ports):
        self.random = random.Random(number_of(kind, number, "variation"))
        self.number = number
        self.ports = ports
        self.project = self.random.choice(PROJECTS)
        self.host = f"{self.random.choice(['git', 'registry', 'mirror', 'repo'])}-{self.random.randint(1, 99)}.example.invalid"
        self.version = ".".join(str(self.random.randint(0, 20)) for _ in range(3))
        folders = [self.project, *self.random.sample(FOLDERS, self.random.randint(0, 3))]
        self.folder = pathlib.Path(root, *folders)
        self.folder.mkdir(parents=True, exist_ok=True)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def filler(self, mark, most=40):
        """Lines that move the others down."""
        return "".join(f"{mark} part {n} of {self.project}\n" for n in range(self.random.randint(1, most)))

    def server(self, what):
        """An address of a broken server: `status/404`, `slow`, `npm`, …"""
        return f"http://{self.random.choice(['127.0.0.1', 'localhost'])}:{self.ports[self.number % len(self.ports)]}/{what}"

    def closed_port(self):
        return self.random.randint(20, 200)


def run(kind, variation, scrub):
    """What the tool writes, and its exit code."""
    script = kind.script(variation)
    environment = {
        "PATH": os.environ["PATH"], "HOME": os.environ["HOME"], "LANG": "C.UTF-8", "TERM": "dumb", "CI": "true",
        "GIT_TERMINAL_PROMPT": "0", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore", "PIP_NO_CACHE_DIR": "1", "PIP_RETRIES": "0",
        "npm_config_update_notifier": "false", "npm_config_fund": "false", "npm_config_audit": "false",
        "npm_config_fetch_retries": "0", "npm_config_cache": str(variation.folder / ".npm"),
        "GOFLAGS": "-mod=mod", "GOPROXY": "off", "GONOSUMDB": "*", "GOTOOLCHAIN": "local", "GONOSUMCHECK": "1",
        "CARGO_NET_OFFLINE": "true", "CARGO_TARGET_DIR": str(variation.folder / "target"), "KUBECONFIG": "/dev/null",
    }
    process = subprocess.Popen(["bash", "-c", script], cwd=variation.folder, env=environment, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        output, _ = process.communicate(timeout=PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
    code = process.returncode if process.returncode >= 0 else 128 - process.returncode
    text = output.decode("utf-8", "replace")
    for old, new in scrub:
        text = text.replace(old, new)
    return text.splitlines(), code


def record(kind, number, ports):
    """One log with its answers, or why there is none."""
    with tempfile.TemporaryDirectory(prefix="corpus-") as root:
        variation = Variation(kind.name, number, root, ports)
        scrub = [(root, "/workspace/source"), (os.environ["HOME"], "/home/builder")]
        lines, code = run(kind, variation, scrub)
    if code == 0:
        return None, "it did not fail"
    marks = re.compile("|".join(f"(?:{mark})" for mark in kind.marks))
    marked = [index for index, line in enumerate(lines) if marks.search(line)]
    if not marked:
        return None, "no line is marked"
    rng = random.Random(number_of(kind.name, number, "noise"))
    around = noise.around(rng, lines, marked, is_held_out(kind, number))
    suffix = "".join(rng.choice("bcdfghjklmnpqrstvwxz2456789") for _ in range(5))
    pipeline_run = f"{variation.project}-on-push-{suffix}"
    step = kind.step or "build"
    return {
        "kind": kind.name, "variation": number, "class": kind.class_,
        "task": f"{step}-task", "step": step, "exitCode": code, "reason": "Failed",
        "messages": [f'"step-{step}" exited with code {code}: Error'],
        "names": [variation.project, pipeline_run],
        "log": around.text, "marked": around.marked, "passed": around.passed,
    }, None


def path_of(name):
    return HERE / "corpus" / f"{name}.jsonl.gz"


def kept(name, others):
    """The logs of these kinds that are there."""
    if not path_of(name).exists():
        return []
    with gzip.open(path_of(name), "rt") as file:
        return [each for each in map(json.loads, file) if each["kind"] in others]


def write(name, records):
    path_of(name).parent.mkdir(exist_ok=True)
    order = {kind.name: place for place, kind in enumerate(KINDS)}
    records.sort(key=lambda each: (order[each["kind"]], each["variation"]))
    text = "".join(json.dumps(each, ensure_ascii=False, separators=(",", ":")) + "\n" for each in records)
    with gzip.GzipFile(path_of(name), "wb", mtime=0) as file:
        file.write(text.encode())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", help="kinds that are made anew, with commas between them; the others stay")
    parser.add_argument("--print", action="store_true", help="prints logs of the tuning half")
    arguments = parser.parse_args()
    kinds = [kind for kind in KINDS if not arguments.only or kind.name in arguments.only.split(",")]
    ports = servers.start()
    halves, failed = {False: [], True: []}, 0
    for kind in kinds:
        if kind.needs and not shutil.which(kind.needs):
            print(f"{kind.name}: no {kind.needs} on this machine", file=sys.stderr)
            continue
        counts = []
        for number in range(VARIATIONS_OF_HELD_OUT_KINDS if kind in HELD_OUT_KINDS else VARIATIONS):
            made, why = record(kind, number, ports)
            held_out = is_held_out(kind, number)
            if why:
                failed += 1
                print(f"{kind.name} {number}: {why}", file=sys.stderr)
                continue
            halves[held_out].append(made)
            counts.append(len(made["marked"]))
            if arguments.print and not held_out:
                print(f"--- {kind.name} {number} {made['exitCode']} {made['marked']}\n{made['log']}")
        print(f"{kind.name}: marked lines {counts}", file=sys.stderr)
    print(f"{len(halves[False])} tuning, {len(halves[True])} held out, {failed} failed", file=sys.stderr)
    others = {kind.name for kind in KINDS if kind not in kinds}
    for name, made in [("tuning", halves[False]), ("held-out", halves[True])]:
        write(name, kept(name, others) + made)


if __name__ == "__main__":
    main()
