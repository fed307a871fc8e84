"""Whatever is run here: no secret gets out."""

from importlib.util import find_spec

# Where the clients are tested alone, from their wheels, there is no server that makes secrets.
pytest_plugins = ["secrecy.plugin"] if find_spec("antonnia_server") is not None else []
