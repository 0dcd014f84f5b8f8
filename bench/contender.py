"""One contender in a process of its own: `python -m bench.contender MODULE FUNCTION TARGET FOLDER` prints its cost.

The clock starts when imports and warm-up are over, so that every contender is measured as a warm process.
"""

import importlib
import json
import resource
import sys
import time
from pathlib import Path

from bench.fleet import Fleet
from bench.target import Target


def main(module_name: str, function_name: str, target_json: str, folder: str) -> None:
    """Wall and CPU seconds of the load, and the peak resident memory of the whole process."""
    module = importlib.import_module(module_name)
    told = Fleet.from_json(target_json) if "tenants" in json.loads(target_json) else Target(**json.loads(target_json))
    module.warm(Path(folder))
    wall, cpu = time.perf_counter(), time.process_time()
    getattr(module, function_name)(told, Path(folder))
    cost = {
        "wall_s": round(time.perf_counter() - wall, 3),
        "cpu_s": round(time.process_time() - cpu, 3),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }
    sys.stdout.write(json.dumps(cost) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
