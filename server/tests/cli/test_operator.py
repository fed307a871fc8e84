"""The commands beside a running server, and the same without one."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest
from commands_at_work import at_work
from given_server import Server, Start, answer_to, refused_line, run

from antonnia.auth import SyncAuth
from antonnia.auth.exceptions import AuthenticationError
from antonnia.conversations import SyncConversations
from antonnia.orchestrator import SyncOrchestrator
from antonnia_server.db.revision import newest_revision

ZEBRAS = "Do you sell zebras?"


def given_faq(directory: Path, answer: str) -> Path:
    file = directory / "faq.md"
    file.write_text(f"# Shop\n\n## {ZEBRAS}\n\n{answer}\n")
    return file


def test_a_token_made_beside_a_server_works_at_once(running: Server) -> None:
    arguments = ["--organization", "acme", "--json", "--data", running.directory]

    first, second = run("token", "create", *arguments), run("token", "create", *arguments)

    (line,) = first.stdout.splitlines()
    created, again = json.loads(line), json.loads(second.stdout)
    assert set(created) == {"token", "token_id", "organization_id", "is_organization_new"}
    assert created["organization_id"] == again["organization_id"] != running.organization_id
    assert created["token"] != again["token"]
    with SyncConversations(token=created["token"], base_url=running.base_url) as client:
        assert list(client.sessions.search()) == []


def test_knowledge_imported_beside_a_server_is_answered_from_at_once(
    running: Server, tmp_path: Path
) -> None:
    data = ("--data", str(running.directory))
    first = run("knowledge", "import", given_faq(tmp_path, "Only striped ones."), *data)
    assert answer_to(running, ZEBRAS).startswith("Only striped ones.")

    second = run("knowledge", "import", given_faq(tmp_path, "Not any more."), *data)

    assert first.stdout.startswith("faq.md: 1 added, 0 changed, 0 removed, 0 unchanged")
    assert second.stdout.startswith("faq.md: 0 added, 1 changed, 0 removed, 0 unchanged")
    assert answer_to(running, ZEBRAS).startswith("Not any more.")


def test_tokens_and_knowledge_made_without_a_server_are_there_when_it_starts(
    start: Start, tmp_path: Path
) -> None:
    data = ("--data", str(tmp_path / "data"))
    imported = run("knowledge", "import", given_faq(tmp_path, "Only striped ones."), *data)
    created = run("token", "create", "--organization", "acme", *data)

    server = start()

    assert imported.returncode == 0, imported.stderr
    assert f"This made a new database, {tmp_path / 'data' / 'antonnia.db'}." in imported.stderr
    assert "new database" not in created.stderr
    assert answer_to(server, ZEBRAS).startswith("Only striped ones.")
    with SyncConversations(token=created.stdout.strip(), base_url=server.base_url) as client:
        assert list(client.sessions.search()) == []


def test_a_file_larger_than_a_body_is_imported_in_pieces_and_shrinks(
    running: Server, tmp_path: Path
) -> None:
    file = tmp_path / "large.jsonl"
    lines = [
        json.dumps({"question": f"What is part {number}?", "answer": f"Part {number}. " * 200})
        for number in range(600)
    ]
    file.write_text("\n".join(lines))
    assert file.stat().st_size > 1024 * 1024
    name = ("--name", "Parts", "--data", str(running.directory))

    grown = run("knowledge", "import", file, *name)
    file.write_text(lines[0])
    shrunk = run("knowledge", "import", file, *name)

    assert grown.stdout.startswith("large.jsonl: 600 added"), grown.stderr
    assert shrunk.stdout.startswith("large.jsonl: 0 added, 0 changed, 599 removed, 1 unchanged")


def test_a_bad_file_imports_nothing(tmp_path: Path) -> None:
    file = tmp_path / "faq.csv"
    file.write_text("question,answer\nWhat?,This.\nWhere?\n")

    line = refused_line(run("knowledge", "import", file, "--data", tmp_path / "data"))

    assert line.startswith("antonnia: faq.csv, line 3: ")
    assert not (tmp_path / "data").exists()


def test_an_organization_that_does_not_exist_is_refused(running: Server, tmp_path: Path) -> None:
    file = given_faq(tmp_path, "Only striped ones.")

    line = refused_line(
        run("knowledge", "import", file, "--organization", "x", "--data", running.directory)
    )

    assert "there is no organization 'x'; there are: " in line


@pytest.mark.parametrize("name", ["  ", "x" * 256, "a\nb", "\x1b[31mred", "a\u202eb"])
def test_a_name_that_would_not_show_as_it_is_is_refused(
    running: Server, tmp_path: Path, name: str
) -> None:
    file = given_faq(tmp_path, "Only striped ones.")
    data = ("--data", running.directory)

    lines = [
        refused_line(run("token", "create", "--organization", name, *data)),
        refused_line(run("knowledge", "import", file, "--name", name, *data)),
        refused_line(run("knowledge", "import", file, "--organization", name, *data)),
    ]

    for line, field in zip(lines, ["organization", "name", "organization"], strict=True):
        assert line == f"antonnia: {field}: a name has 1 to 255 printable characters."


def test_a_name_that_is_not_text_is_refused(running: Server, tmp_path: Path) -> None:
    for directory in [running.directory, tmp_path / "own"]:
        line = refused_line(run("token", "create", "--organization", "\udcff", "--data", directory))

        assert line == "antonnia: a name that was given is not text in UTF-8."


def test_the_longest_name_is_taken(running: Server) -> None:
    name = "é" * 255

    result = run("token", "create", "--organization", f" {name} ", "--data", running.directory)

    assert result.returncode == 0, result


def test_migrating_beside_a_server_says_what_the_schema_is(running: Server) -> None:
    result = run("migrate", "--data", running.directory)

    said = f"The database has schema {newest_revision()}.\n"
    assert (result.returncode, result.stdout) == (0, said)


def test_a_base_is_listed_and_removed_beside_a_server_and_without_one(
    start: Start, tmp_path: Path
) -> None:
    directory = tmp_path / "data"
    faq = given_faq(tmp_path, "No.")
    run("knowledge", "import", faq, "--name", "FAQ", "--data", directory)
    listed = run("knowledge", "list", "--data", directory)
    server = start(directory=directory)
    beside = run("knowledge", "list", "--json", "--data", directory)

    refused = run("knowledge", "remove", "FAQ", "--data", directory)
    removed = run("knowledge", "remove", "FAQ", "--from-assistants", "--data", directory)

    assert refused.returncode == 2
    assert " is answered from by 'Assistant' (asst_" in refused.stderr
    assert "The option --from-assistants does so." in refused.stderr
    assert "FAQ: 1 entry" in listed.stdout.splitlines()
    names = [json.loads(line)["name"] for line in beside.stdout.splitlines()]
    assert "FAQ" in names
    assert (removed.returncode, removed.stdout) == (0, "Removed 'FAQ' of organization dev.\n")
    again = run("knowledge", "remove", "FAQ", "--data", directory)
    assert again.returncode == 2
    assert "There is no knowledge base 'FAQ'." in again.stderr
    server.stop()
    assert "FAQ" not in run("knowledge", "list", "--data", directory).stdout


def test_what_one_file_brought_is_removed_beside_a_server_and_without_one(
    start: Start, tmp_path: Path
) -> None:
    directory = tmp_path / "data"
    faq = given_faq(tmp_path, "No.")
    other = tmp_path / "other.csv"
    rows = "".join(f"What is part {number}?,Part {number}.\n" for number in range(150))
    other.write_text(f"question,answer\n{rows}")
    for file in (faq, other):
        run("knowledge", "import", file, "--name", "FAQ", "--data", directory)
    server = start(directory=directory)
    remove = ("knowledge", "remove", "FAQ", "--data", directory, "--file")
    other.unlink()

    beside = run(*remove, other)
    again = refused_line(run(*remove, other))
    server.stop()
    left = run("knowledge", "list", "--data", directory).stdout
    without = run(*remove, "faq.md")
    empty = run("knowledge", "list", "--data", directory).stdout

    assert beside.stdout == "Removed 150 entries of other.csv from 'FAQ' of organization dev.\n"
    assert again == "antonnia: file: nothing in 'FAQ' is from 'other.csv'; it has files: faq.md."
    assert "FAQ: 1 entry" in left.splitlines()
    assert without.stdout == "Removed 1 entry of faq.md from 'FAQ' of organization dev.\n"
    assert "FAQ: 0 entries" in empty.splitlines()


def test_what_a_person_wrote_is_of_no_file(running: Server) -> None:
    with SyncOrchestrator(running.token, running.base_url) as orchestrator:
        base = orchestrator.knowledge.create("Written")
        orchestrator.knowledge.entries.create(base.id, "Zebras?", "None.")

        line = refused_line(
            run("knowledge", "remove", "Written", "--file", "", "--data", running.directory)
        )

        assert line == "antonnia: file: nothing in 'Written' is from ''; it has files: none."
        assert orchestrator.knowledge.get(base.id).entries == 1


def test_looking_for_bases_makes_no_database(tmp_path: Path) -> None:
    result = run("knowledge", "list", "--data", tmp_path / "nowhere")

    assert result.returncode == 2
    assert "There is no database" in result.stderr
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize(
    "looking",
    [
        ("sessions", "tail"),
        ("knowledge", "list"),
        ("knowledge", "remove", "FAQ"),
        ("knowledge", "remove", "FAQ", "--file", "faq.md"),
    ],
)
def test_looking_at_a_new_server_makes_no_organization(
    tmp_path: Path, looking: tuple[str, ...]
) -> None:
    data = ("--data", str(tmp_path / "data"))
    with at_work("serve", "--port", "0", *data) as serving:
        assert serving.complaint()

        line = refused_line(run(*looking, *data))
        named = refused_line(run(*looking, "--organization", "dev", *data))

    assert "there is none yet; `antonnia token create --organization NAME` makes one" in line
    assert "there is no organization 'dev'; there are: none" in named


def test_only_the_operator_may_operate(running: Server) -> None:
    url = f"{running.base_url}/operator/v1/create_token"
    headers = {"authorization": f"Bearer {running.token}"}

    with httpx.Client(trust_env=False) as client:
        refused = client.post(url, json={"organization": "acme"}, headers=headers)
        document = client.get(f"{running.base_url}/openapi.json").json()

    assert (refused.status_code, refused.json()["code"]) == (401, "invalid_token")
    assert not [path for path in document["paths"] if "operator" in path]


def test_a_part_of_a_base_is_not_taken_from_assistants(tmp_path: Path) -> None:
    options = ("--file", "faq.md", "--from-assistants")

    result = run("knowledge", "remove", "FAQ", *options, "--data", tmp_path)

    assert result.returncode == 2
    assert "--from-assistants is for a whole base" in result.stderr


def test_a_token_is_listed_rotated_and_revoked_beside_a_server_and_without_one(
    start: Start, tmp_path: Path
) -> None:
    server = start()
    data = ("--organization", "acme", "--data", str(server.directory))
    made = json.loads(run("token", "create", "--json", *data).stdout)

    rotated = run("token", "rotate", made["token_id"], *data).stdout.strip()

    with (
        SyncAuth(rotated, server.base_url) as auth,
        SyncAuth(made["token"], server.base_url) as old,
    ):
        assert auth.me().token.id == made["token_id"]
        with pytest.raises(AuthenticationError):
            old.me()
        assert "active" in run("token", "list", *data).stdout
        assert "revoked" in run("token", "revoke", made["token_id"], *data).stdout
        with pytest.raises(AuthenticationError):
            auth.me()
    server.stop()
    listed = run("token", "list", "--json", *data).stdout
    assert json.loads(listed)["revoked_at"] is not None
    assert made["token"] not in listed
    assert rotated not in listed


def test_people_and_organizations_are_managed_beside_a_server(running: Server) -> None:
    data = ("--data", str(running.directory))
    people = ("--organization", "Agency", *data)
    partner = run("org", "create", "Agency", "--partner", *data).stdout.strip()

    run("user", "create", "ana@agency.example", "--role", "owner", *people)
    run("user", "create", "eva@agency.example", "--role", "viewer", *people)
    removed = run("user", "remove", "eva@agency.example", *people)

    assert f"{partner}  partner  Agency" in run("org", "list", *data).stdout.splitlines()
    assert removed.stdout == "eva@agency.example is no member any more.\n"
    listed = run("user", "list", *people).stdout
    assert listed.endswith("  owner  ana@agency.example\n")
    assert refused_line(run("user", "create", "eva", "--role", "viewer", *people))
    assert refused_line(run("user", "remove", "ana@agency.example", *people)) == (
        "antonnia: This is the last owner; make somebody else an owner first."
    )


def test_to_look_for_tokens_and_people_makes_no_database(tmp_path: Path) -> None:
    for command in ("token list", "org list", "user list"):
        refused_line(run(*command.split(), "--data", tmp_path / "data"))

    assert not (tmp_path / "data").exists()
