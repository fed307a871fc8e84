"""Run examples/quickstart.py against a server of its own; the exit code is the example's."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ANTONNIA = Path(sys.executable).with_name("antonnia")
STOP_SECONDS = 20


def main() -> int:
    with tempfile.TemporaryDirectory() as directory:
        command = [ANTONNIA, "dev", "--port", "0", "--json", "--data", directory]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert server.stdout is not None, "a pipe"
            line = server.stdout.readline()
            if not line:
                # It has said why on stderr.
                return server.wait() or 1
            ready = json.loads(line)
            environment = {
                **os.environ,
                "ANTONNIA_BASE_URL": ready["base_url"],
                "ANTONNIA_TOKEN": ready["token"],
            }
            example = [sys.executable, ROOT / "examples" / "quickstart.py"]
            result = subprocess.run(example, env=environment, check=False)
        finally:
            server.terminate()
            stopped = server.wait(STOP_SECONDS)
    return result.returncode or stopped


if __name__ == "__main__":
    sys.exit(main())
