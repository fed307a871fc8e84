"""Whatever is run here: no secret gets out."""

pytest_plugins = ["secrecy.plugin"]
