from importlib import metadata

from antonnia.core import __version__


def test_the_version_is_that_of_the_distribution() -> None:
    assert metadata.version("antonnia-core") == __version__
