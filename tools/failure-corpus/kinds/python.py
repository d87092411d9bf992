"""Python: the interpreter, pip, pytest, unittest."""

from .kind import Kind, given


def source(text, command="python3 main.py", name="main.py"):
    def make(v):
        v.write(name, v.filler("#") + text)
        return command

    return make


def pip(what):
    return lambda v: f"python3 -m pip install --target libraries --index-url {v.server('status/404')}/simple {what}"


WHEELS = r"""
import zipfile
def wheel(name, version, needs):
    with zipfile.ZipFile(f'wheels/{name}-{version}-py3-none-any.whl', 'w') as file:
        info = f'{name}-{version}.dist-info'
        needed = ''.join(f'Requires-Dist: {n}\n' for n in needs)
        file.writestr(f'{info}/METADATA', f'Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needed}')
        file.writestr(f'{info}/WHEEL', 'Wheel-Version: 1.0\nGenerator: none\nRoot-Is-Purelib: true\nTag: py3-none-any\n')
        file.writestr(f'{info}/RECORD', '')
wheel('orders', '1.0', ['pricing<2'])
wheel('reports', '1.0', ['pricing>=2'])
wheel('pricing', '1.0', [])
wheel('pricing', '2.0', [])
"""


def wheels(command):
    def make(v):
        v.write("wheels/make.py", WHEELS)
        return f"python3 wheels/make.py && {command}"

    return make


KINDS = [
    Kind("python-syntax", "compile", [r"^SyntaxError"], source("def total(items:\n    return sum(items)\n"), "python3"),
    Kind("python-indentation", "compile", [r"^IndentationError"], source("def total(items):\nreturn sum(items)\n"), "python3"),
    Kind("python-module-missing", "dependency", [r"^ModuleNotFoundError"], source("import nosuch_client\n"), "python3", "run"),
    Kind("python-variable-missing", "configuration", [r"^KeyError"],
         source("import os\n\ndef connect():\n    return os.environ['DATABASE_ADDRESS']\n\nconnect()\n"), "python3", "run"),
    Kind("python-type-error", "user_error", [r"^TypeError"],
         source("def total(items):\n    return sum(items) + 'items'\n\ntotal([1, 2])\n"), "python3", "run"),
    Kind("python-attribute-error", "user_error", [r"^AttributeError"],
         source("class Order:\n    pass\n\ndef ship(order):\n    order.dispatch_now()\n\nship(Order())\n"), "python3", "run"),
    Kind("python-file-missing", "user_error", [r"^FileNotFoundError"],
         source("def load():\n    return open('/etc/app/prices.csv').read()\n\nload()\n"), "python3", "run"),
    Kind("python-json", "configuration", [r"JSONDecodeError"],
         source("import json\n\njson.loads('{\"name\": }')\n"), "python3", "run"),
    Kind("python-memory", "out_of_memory", [r"^MemoryError"],
         source("held = []\nwhile True:\n    held.append(bytearray(50_000_000))\n", "ulimit -v 600000; python3 main.py"), "python3", "run"),
    Kind("python-refused", "network", [r"ConnectionRefusedError|URLError"],
         lambda v: (v.write("main.py", f"import urllib.request\nurllib.request.urlopen('http://127.0.0.1:{v.closed_port()}/orders')\n"),
                    "python3 main.py")[1], "python3", "run"),
    Kind("python-sqlite-table", "configuration", [r"OperationalError"],
         source("import sqlite3\nsqlite3.connect(':memory:').execute('select * from invoices')\n"), "python3", "run"),
    Kind("pytest-assertion", "test_failure", [r"^FAILED ", r"^E  "],
         source("def total(items):\n    return sum(items)\n\ndef test_total_with_discount():\n    assert total([1, 2]) == 5\n\ndef test_other():\n    assert True\n",
                "pytest -q --no-header", "test_cart.py"), "pytest", "unit-tests"),
    Kind("pytest-exception", "test_failure", [r"^FAILED ", r"^E  "],
         source("def lookup(prices, name):\n    return prices[name]\n\ndef test_price_of_pears():\n    assert lookup({}, 'pears') == 5\n",
                "pytest --no-header", "test_prices.py"), "pytest", "unit-tests"),
    Kind("pytest-fixture", "test_failure", [r"fixture 'warehouse' not found", r"^ERROR "],
         source("def test_stock(warehouse):\n    assert warehouse\n", "pytest --no-header", "test_stock.py"), "pytest", "unit-tests"),
    Kind("unittest-failure", "test_failure", [r"^FAIL: ", r"^AssertionError"],
         source("import unittest\n\nclass Shipping(unittest.TestCase):\n    def test_free_above_fifty(self):\n        self.assertEqual(5, 0)\n    def test_other(self):\n        pass\n",
                "python3 -m unittest -v test_shipping", "test_shipping.py"), "python3", "unit-tests"),
    Kind("pip-package-missing", "dependency", [r"No matching distribution", r"Could not find a version"], pip("no-such-package-here"), "pip"),
    Kind("pip-conflict", "dependency", [r"ResolutionImpossible", r"conflicting dependencies", r"Cannot install"],
         wheels("python3 -m pip install --target libraries --no-index --find-links wheels orders reports"), "pip"),
    Kind("pip-version-missing", "dependency", [r"No matching distribution", r"Could not find a version"],
         wheels("python3 -m pip install --target libraries --no-index --find-links wheels 'pricing==9.1'"), "pip"),
    Kind("pip-requirements-missing", "configuration", [r"Could not open requirements file"],
         lambda v: "python3 -m pip install --target libraries -r requirements.txt", "pip"),
    Kind("pip-requirement-invalid", "configuration", [r"Invalid requirement"],
         given({"requirements.txt": "# needed\npricing = 2.0 or so\n"}, "python3 -m pip install --target libraries --no-index -r requirements.txt"), "pip"),
    Kind("pip-hash", "dependency", [r"DO NOT MATCH THE HASHES", r"Expected sha256", r"Got  "],
         wheels(f"echo 'pricing==1.0 --hash=sha256:{'ab' * 32}' > requirements.txt && python3 -m pip install --target libraries --no-index --find-links wheels -r requirements.txt"), "pip"),
]
