from __future__ import annotations

import pytest

from antonnia_server.orchestrator.knowledge.errors import UnreadableKnowledge
from antonnia_server.orchestrator.knowledge.reading import MAX_TEXT_CHARACTERS, read_entries


def titles(file_name: str, text: str) -> list[str]:
    return [entry.title for entry in read_entries(file_name, text.encode())]


def test_a_markdown_section_is_an_entry_with_its_headings_and_its_place() -> None:
    document = "# Shop\n\nWelcome.\n\n## Returns\n\n### How long?\n\nThirty *days*.\n"

    welcome, how_long = read_entries("docs/faq.md", document.encode())

    assert (welcome.title, welcome.text, welcome.kind) == ("Shop", "Welcome.", "article")
    assert (how_long.title, how_long.text) == ("How long?", "Thirty *days*.")
    assert how_long.kind == "question"
    assert how_long.context == "Shop › Returns"
    assert how_long.source == "docs/faq.md#how-long"


def test_a_section_beside_another_does_not_have_it_as_a_parent() -> None:
    document = "# A\n\n### Deep\n\none\n\n## B\n\ntwo\n\n# C\n\nthree\n"

    contexts = [entry.context for entry in read_entries("a.md", document.encode())]

    assert contexts == ["A", "A", ""]


@pytest.mark.parametrize("fence", ["```", "~~~~", "   ```sh"])
def test_a_hash_in_fenced_code_is_not_a_heading_and_code_stays_verbatim(fence: str) -> None:
    code = f"{fence}\n# a comment\n  run   this\n{fence.strip(' sh')}\n\nafter"

    (entry,) = read_entries("a.md", f"# Install\n\n{code}\n".encode())

    assert entry.text == code


def test_inline_code_of_three_backticks_opens_no_fence() -> None:
    assert titles("a.md", "# A\n\n``` x ```\n\n# B\n\ntext\n") == ["A", "B"]


def test_indented_code_keeps_its_indent() -> None:
    (entry,) = read_entries("a.md", b"# A\n\n    # code\n    more\n")

    assert entry.text == "    # code\n    more"


def test_headings_may_be_underlined_or_closed() -> None:
    assert titles("a.md", "One\n===\n\na\n\nTwo\n---\n\nb\n\n## Three ##\n\nc") == [
        "One",
        "Two",
        "Three",
    ]


@pytest.mark.parametrize("text", ["#hashtag", "- item\n---", "| a |\n---", "text\n\n---\n\nmore"])
def test_what_only_looks_like_a_heading_is_text(text: str) -> None:
    (entry,) = read_entries("a.md", f"# A\n\n{text}\n".encode())

    assert entry.text == text


def test_text_before_the_first_heading_is_titled_by_the_file_and_front_matter_is_not_text() -> None:
    document = "---\nlayout: page\n---\nHello.\n"

    (entry,) = read_entries("docs/intro.md", document.encode())

    assert (entry.title, entry.text) == ("intro", "Hello.")


def test_two_sections_of_one_name_have_different_anchors() -> None:
    entries = read_entries("a.md", b"# Note\n\none\n\n# Note\n\ntwo\n")

    assert [entry.source for entry in entries] == ["a.md#note", "a.md#note-1"]


def test_csv_of_questions_and_answers() -> None:
    content = 'question,answer,source\nOpen?,"From 9,\nto 5",\nWhere?,Here,https://x.example/w\n'

    first, second = read_entries("faq.csv", content.encode())

    assert (first.kind, first.title, first.text) == ("question", "Open?", "From 9,\nto 5")
    assert first.source == "faq.csv#open"
    assert second.source == "https://x.example/w"


def test_csv_as_spreadsheets_save_it() -> None:
    content = b"\xef\xbb\xbfTitle;Text\r\nHours;9, 10 or 11\r\n\r\n"

    (entry,) = read_entries("faq.CSV", content)

    assert (entry.kind, entry.title, entry.text) == ("article", "Hours", "9, 10 or 11")


def test_json_lines() -> None:
    content = '{"question": "Open?", "answer": "9\\u20135"}\n\n{"title": "A", "text": "b"}\n'

    first, second = read_entries("faq.jsonl", content.encode())

    assert (first.kind, first.text, first.source) == ("question", "9–5", "faq.jsonl#open")
    assert second.kind == "article"


@pytest.mark.parametrize(
    ("file_name", "content"),
    [
        ("a.csv", 'question,answer,phrasings\nOpen?,Yes.,"When?\n When? \nOpen?\nhours"\n'),
        (
            "a.jsonl",
            '{"question": "Open?", "answer": "Yes.", "phrasings": ["When?", "Open?", "hours"]}\n',
        ),
        ("a.md", "# Open?\n\n<!-- Also asked:\nWhen?\n- hours\n-->\n\nYes.\n"),
        ("a.md", "# Open?\n<!-- also asked: When?\nhours -->\nYes.\n"),
    ],
)
def test_an_entry_may_have_other_phrasings(file_name: str, content: str) -> None:
    (entry,) = read_entries(file_name, content.encode())

    assert (entry.title, entry.text) == ("Open?", "Yes.")
    assert entry.phrasings == ("When?", "hours")


def test_other_comments_are_text() -> None:
    (entry,) = read_entries("a.md", b"# A\n\n<!-- note -->\n\nb\n")

    assert entry.text == "<!-- note -->\n\nb"


def test_duplicates_are_collapsed_and_another_answer_to_the_question_is_kept() -> None:
    entries = read_entries("faq.csv", b"question,answer\nA?,one\nA?,one\nA?,two\n")

    assert [(entry.anchor, entry.text) for entry in entries] == [("a", "one"), ("a-1", "two")]


@pytest.mark.parametrize(
    ("file_name", "content", "message"),
    [
        ("a.pdf", b"x", "a.pdf: The extension is not one of .md, .markdown, .csv"),
        ("README", b"x", "README: The extension is not one of"),
        ("a.md", b"", "a.md: The file is empty."),
        ("a.csv", b" \n\n", "a.csv: The file is empty."),
        ("a.md", b"# Only\n\n## headings\n", "a.md: The file has no entry"),
        ("a.csv", b"question,answer\n", "a.csv: The file has no entry"),
        ("a.md", b"one\ntwo \xff", "a.md, line 2: This is not UTF-8."),
        ("a.md", b"# A\n\nx\n\n# B\n\n\0\n", "a.md, line 5: The text holds a NUL"),
        ("a.csv", b"frage,antwort\na,b\n", "a.csv, line 1: The header is 'frage,antwort'; expec"),
        ("a.csv", b"question,text\na,b\n", "a.csv, line 1: The header is"),
        ("a.csv", b"question,answer,x\na,b,c\n", "a.csv, line 1: The header is"),
        ("a.csv", b"question,answer\na,b,c\n", "a.csv, line 2: The row has 3 columns"),
        ("a.csv", b'question,answer\n"a\nb",c\nd,\n', "a.csv, line 4: answer is empty"),
        ("a.csv", b'question,answer\na,"b\n', "a.csv, line 2: This is not CSV"),
        ("a.jsonl", b'{"title": "A", "text": "b"}\n{"ti\n', "a.jsonl, line 2: This line is not JS"),
        ("a.jsonl", b"[1]\n", "a.jsonl, line 1: This line is not an object"),
        ("a.jsonl", b'{"title": "A", "txt": "b"}\n', "a.jsonl, line 1: The keys are title, txt"),
        ("a.jsonl", b'{"title": "A", "text": 5}\n', "a.jsonl, line 1: text is not a text"),
        ("a.jsonl", b'{"title": "A", "text": "\\ud800"}\n', "a.jsonl, line 1: The text holds a NU"),
        (
            "a.jsonl",
            b'{"title": "A", "text": "b", "phrasings": [1]}\n',
            "a.jsonl, line 1: phrasings",
        ),
        ("a.md", b"# A\n\n<!-- also asked: b -->\n", "a.md, line 1: There is no text"),
        ("a.jsonl", b"[" * 100_000, "a.jsonl, line 1: This line is not JSON"),
        (
            "a.md",
            b"# A\n\n" + b"x" * (MAX_TEXT_CHARACTERS + 1),
            "a.md, line 1: The text has 65,537 characters",
        ),
    ],
)
def test_a_bad_file_gets_one_error_that_says_where_and_what(
    file_name: str, content: bytes, message: str
) -> None:
    with pytest.raises(UnreadableKnowledge) as caught:
        read_entries(file_name, content)

    assert str(caught.value).startswith(message)
