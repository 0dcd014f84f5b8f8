"""How the product starts Python again: a module of its own, from where it lies, whatever folder the user stands in.

`python -m` puts the working folder first on the path: a file there that is called like a module would run with every
secret of the environment.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_START = (
    "import runpy, sys; sys.path.insert(0, {root!r}); runpy.run_module({module!r}, run_name='__main__', alter_sys=True)"
)


def python_module(module: str, *arguments: str) -> list[str]:
    """The command that runs a module of the product in another Python."""
    start = _START.format(root=str(ROOT), module=module)
    return [sys.executable, "-P", "-W", "ignore", "-c", start, *arguments]
