"""What may know what."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

ROOT = Path(__file__).parents[2]
SERVER = ROOT / "server" / "src" / "antonnia_server"
SLICES = ["auth", "contacts", "conversations", "events", "functions", "orchestrator"]
# Which slices each may ask, in its turn: the arrows of the architecture.
ASKS = {
    "events": set[str](),
    "auth": {"events"},
    "contacts": {"events", "auth"},
    "conversations": {"events", "auth", "contacts"},
    "functions": {"events", "auth"},
    "orchestrator": {"events", "auth", "contacts", "conversations", "functions"},
}


def modules(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if "tests" not in path.parts)


def imports(path: Path) -> Iterator[str]:
    """Everything a module imports, by its full name."""
    package = (
        path.relative_to(SERVER.parent).with_suffix("").parts if SERVER in path.parents else ()
    )
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            is_package = path.name == "__init__.py"
            parents = package[: len(package) - node.level] if node.level else ()
            if is_package and node.level:
                parents = package[: len(package) - node.level]
            base = ".".join([*parents, *([node.module] if node.module else [])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


SERVER_MODULES = modules(SERVER)
NAMES = [str(path.relative_to(SERVER)) for path in SERVER_MODULES]


def slice_of(path: Path) -> str | None:
    first = path.relative_to(SERVER).parts[0]
    return first if first in SLICES else None


@pytest.mark.parametrize("path", SERVER_MODULES, ids=NAMES)
def test_a_slice_asks_others_only_through_their_service_and_along_the_arrows(path: Path) -> None:
    own = slice_of(path)
    if own is None:
        return
    for name in imports(path):
        parts = name.split(".")
        if parts[0] != "antonnia_server" or len(parts) < 2 or parts[1] not in SLICES:
            continue
        if parts[1] == own:
            continue
        assert parts[1] in ASKS[own], f"{own} imports {name}"
        assert len(parts) == 2 or parts[2] == "service", f"{own} imports {name}"


@pytest.mark.parametrize("path", SERVER_MODULES, ids=NAMES)
def test_only_knowledge_itself_knows_its_storage(path: Path) -> None:
    knowledge = SERVER / "orchestrator" / "knowledge"
    if knowledge in path.parents:
        return
    storage = "antonnia_server.orchestrator.knowledge.storage"
    assert not [name for name in imports(path) if name.startswith(storage)]


@pytest.mark.parametrize("path", modules(ROOT / "packages"), ids=lambda path: path.stem)
def test_a_package_never_imports_the_server(path: Path) -> None:
    assert not [name for name in imports(path) if name.split(".")[0] == "antonnia_server"]


def test_the_namespace_has_no_init() -> None:
    roots = [*(ROOT / "packages").glob("*/src/antonnia"), *(ROOT / "server").glob("**/antonnia")]

    assert [root for root in roots if root.parent.name == "src"]
    assert not [root for root in roots if (root / "__init__.py").exists()]


CHANGES = {"_change", "update_assistant", "delete_assistant"}
LOCKS = {"_lock", "lock_assistant", "lock_assistants_with"}


def test_whoever_changes_an_assistant_has_locked_it() -> None:
    path = SERVER / "orchestrator" / "service" / "assistants.py"
    changing: dict[str, bool] = {}
    for function in ast.parse(path.read_text()).body:
        if not isinstance(function, ast.FunctionDef) or function.name == "_change":
            continue
        called = {
            call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id
            for call in ast.walk(function)
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute | ast.Name)
        }
        if called & CHANGES:
            changing[function.name] = bool(called & LOCKS)

    assert changing == {
        "update_assistant": True,
        "delete_assistant": True,
        "add_knowledge": True,
        "take_knowledge": True,
    }


def test_nothing_is_called_utils() -> None:
    forbidden = {"utils", "util", "helpers", "helper", "common", "base", "misc", "shared"}

    found = [
        path
        for folder in [SERVER, ROOT / "packages"]
        for path in [*folder.rglob("*.py"), *folder.rglob("*/")]
        if path.stem in forbidden
    ]

    assert found == []


def _is_in(path: Path, name: str) -> bool:
    parts = path.relative_to(SERVER).with_suffix("").parts
    return name in parts[1:]


@pytest.mark.parametrize(
    "path",
    [p for p in SERVER_MODULES if any(_is_in(p, n) for n in ("service", "storage", "wire"))],
    ids=lambda path: f"{path.parent.name}/{path.stem}",
)
def test_services_and_storage_know_nothing_of_http(path: Path) -> None:
    assert not {name.split(".")[0] for name in imports(path)} & {"fastapi", "starlette", "httpx"}


@pytest.mark.parametrize(
    "path",
    [p for p in SERVER_MODULES if slice_of(p) and _is_in(p, "service")],
    ids=lambda path: f"{path.parent.name}/{path.stem}",
)
def test_services_are_synchronous_plain_functions(path: Path) -> None:
    assert not [
        n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.AsyncFunctionDef)
    ]


@pytest.mark.parametrize(
    "path",
    [
        p
        for p in SERVER_MODULES
        if slice_of(p)
        and not any(_is_in(p, name) for name in ("storage", "tables"))
        # The full-text index is the storage of one kind of SQL.
        and p.relative_to(SERVER).as_posix() != "orchestrator/knowledge/index.py"
    ],
    ids=lambda path: f"{path.parent.name}/{path.stem}",
)
def test_sql_is_only_in_storage(path: Path) -> None:
    assert not [name for name in imports(path) if name.split(".")[0] == "sqlalchemy"]


@pytest.mark.parametrize("path", SERVER_MODULES, ids=NAMES)
def test_nobody_but_the_database_commits(path: Path) -> None:
    if path.relative_to(SERVER).parts[0] == "db":
        return
    calls = [
        node.attr
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
    ]

    assert not {"commit", "rollback"} & set(calls)


@pytest.mark.parametrize(
    "path",
    [p for p in SERVER_MODULES if p.relative_to(SERVER).as_posix() not in ("clock.py", "ids.py")],
    ids=lambda path: path.relative_to(SERVER).as_posix(),
)
def test_nobody_but_the_clock_asks_what_time_it_is(path: Path) -> None:
    asked = {
        f"{node.value.id}.{node.attr}"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }

    assert not asked & {"time.time", "time.time_ns", "datetime.now", "datetime.utcnow"}


def routes_of(path: Path) -> list[BaseRoute]:
    """The routes of every router that a module makes."""
    if "APIRouter(" not in path.read_text():
        return []
    name = ".".join(path.relative_to(SERVER.parent).with_suffix("").parts)
    made = vars(importlib.import_module(name)).values()
    return [route for router in made if isinstance(router, APIRouter) for route in router.routes]


def test_no_route_or_dependency_is_synchronous() -> None:
    routes = [route for path in SERVER_MODULES for route in routes_of(path)]

    assert len(routes) >= 44
    for route in routes:
        assert isinstance(route, APIRoute)
        assert inspect.iscoroutinefunction(route.endpoint), route.path
        for dependency in route.dependant.dependencies:
            assert inspect.iscoroutinefunction(dependency.call), route.path
