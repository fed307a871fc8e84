import importlib.util
from pathlib import Path

SCRIPT = Path(__file__).parent.parent / "scripts" / "generate_sync.py"


def test_the_sync_clients_are_what_make_sync_writes() -> None:
    spec = importlib.util.spec_from_file_location("generate_sync", SCRIPT)
    generate_sync = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate_sync)

    expected = generate_sync.generated_files()

    there = {
        path
        for package in generate_sync.TWINS
        for path in SCRIPT.parent.parent.glob(f"{package}/_sync/*.py")
    }
    assert there == set(expected)
    for path, source in expected.items():
        assert path.read_text(encoding="utf-8") == source, f"{path}: run `make sync`"
