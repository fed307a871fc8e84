"""Write the answers in tests/contract/malformed/ anew, from what a server answers now.

The table is the truth of what a person sees whose request is wrong; this only spares the typing.
Read the difference before you commit it: whoever made the mistake has nothing else to go by.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "tests" / "contract"), str(ROOT / "server" / "tests" / "cli")]

# They lie beside the tests, which the lines above make findable.
import given_server  # noqa: E402
from given_ids import GivenIds  # noqa: E402
from malformed_table import FOLDER, Case, observed, read_file  # noqa: E402
from raw_http import Connection  # noqa: E402


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        server = given_server.start(Path(directory) / "data")
        try:
            connection = Connection(server.address)
            ids = GivenIds(server, connection)
            for path in sorted(FOLDER.glob("*.toml")):
                heading = path.read_text(encoding="utf-8").partition("[[case]]")[0]
                cases = [_written(case, connection, ids) for case in read_file(path)]
                path.write_text(heading + "\n".join(cases), encoding="utf-8")
                print(f"{path.name}: {len(cases)}")
            connection.close()
        finally:
            with server.process:
                server.process.kill()


def _written(case: Case, connection: Connection, ids: GivenIds) -> str:
    ids.forget_sessions()
    answer = case.ask(connection, ids)
    status, says, at = observed(answer, ids.hide)
    lines = ["[[case]]", f"name = {_text(case.name)}"]
    if case.raw is not None:
        lines.append(f"raw = '''\n{case.raw}'''")
    else:
        lines.append(f"send = {_text(case.send)}")
    if not case.token:
        lines.append("token = false")
    if case.headers:
        lines.append(f"headers = {_list(case.headers)}")
    lines += [
        f"{name} = {_text(value)}"
        for name, value in (("before", case.before), ("body", case.body or None))
        if value is not None
    ]
    lines.append(f"is = {_text(status)}")
    if says:
        lines.append(f"says = {_text(says)}")
    if at:
        lines.append(f"at = {_list(at)}")
    return "\n".join(lines) + "\n"


def _text(value: str) -> str:
    is_literal = "'" not in value and value.isprintable()
    return f"'{value}'" if is_literal else json.dumps(value, ensure_ascii=False)


def _list(values: tuple[str, ...]) -> str:
    if len(values) == 1:
        return f"[{_text(values[0])}]"
    return "[\n" + "".join(f"    {_text(value)},\n" for value in values) + "]"


if __name__ == "__main__":
    main()
