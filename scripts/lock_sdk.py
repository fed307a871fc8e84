"""Write the locks of the lanes on which the client packages are tested: a part of `make lock`."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

REQUIREMENTS = Path(__file__).parent.parent / "requirements"
SDK_IN = REQUIREMENTS / "sdk.in"
UV = Path(sys.executable).with_name("uv")


def main() -> None:
    lanes = tomllib.loads((REQUIREMENTS / "sdk-lanes.toml").read_text(encoding="utf-8"))
    for name, lane in lanes.items():
        lock = REQUIREMENTS / f"sdk-{name}.txt"
        options = ["--python-version", name.split("-")[0]]
        options += ["--resolution", lane.get("resolution", "highest")]
        options += ["--generate-hashes", "--no-emit-index-url", "--no-header", "--no-annotate"]
        subprocess.run(
            # What is written on the standard input is asked for besides what the file says.
            [UV, "pip", "compile", "--quiet", "--upgrade", *options, "-", SDK_IN, "-o", lock],
            input=f"httpx{lane['httpx']}\n" if "httpx" in lane else "",
            text=True,
            check=True,
        )
        print(lock.name)


if __name__ == "__main__":
    main()
