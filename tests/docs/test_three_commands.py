"""The README's way to knowledge of one's own, command by command."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from document_blocks import read_blocks
from live_server import Live
from substitutions import substitute

README = Path(__file__).parents[2] / "README.md"


def test_own_knowledge_takes_three_commands(server: Live, tmp_path: Path) -> None:
    [commands] = re.findall(r"```bash\n(printf .*?)```", README.read_text(), re.DOTALL)
    quick_start = substitute(read_blocks(README)[0].source)
    ask = quick_start.replace("How do I finish a session?", "How long does delivery take?")
    ask = ask.replace("live.base_url", repr(server.base_url))
    program = tmp_path / "ask.py"
    program.write_text(ask.replace("live.token", repr(server.token)))
    (tmp_path / ".venv").symlink_to(Path(sys.executable).parents[1])
    environment = {**os.environ, "ANTONNIA_KNOWLEDGE_IMPORT_DATA": str(server.data)}

    done = subprocess.run(
        ["bash", "-e", "-c", commands],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    # It has the reader's own token, and the files of a run hold none.
    program.unlink()

    assert done.returncode == 0, done.stderr
    assert "1 added" in done.stdout
    assert "Three working days.\n\nSource: faq.md#how-long-does-delivery-take" in done.stdout
