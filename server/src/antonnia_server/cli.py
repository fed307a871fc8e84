"""The `antonnia` command.

A subcommand is imported when it is called: `antonnia --help` loads neither the web framework nor
the database.
"""

from __future__ import annotations

import importlib
from typing import Any

import click

from .fault import Fault

EXIT_CODE = 2


class LazyGroup(click.Group):
    """A group whose commands are named by where they are; a fault is one line, no traceback."""

    def __init__(self, *args: Any, lazy: dict[str, tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # By command: `module:attribute` under `commands`, and the line that `--help` has for it.
        self._lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._lazy:
            return None
        module, _, attribute = self._lazy[cmd_name][0].partition(":")
        command: click.Command = getattr(
            importlib.import_module(f"antonnia_server.commands.{module}"), attribute
        )
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in self._lazy.items()])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Fault as fault:
            line = " ".join(str(fault).split())
            click.echo(f"antonnia: {line}", err=True)
            ctx.exit(EXIT_CODE)


@click.group(
    cls=LazyGroup,
    context_settings={"auto_envvar_prefix": "ANTONNIA", "help_option_names": ["-h", "--help"]},
    lazy={
        "dev": ("dev:dev", "Run a server for development, ready to be used."),
        "serve": ("serve:serve", "Run the server in production."),
        "worker": ("worker:worker", "Run the jobs of a PostgreSQL database."),
        "migrate": ("migrate:migrate", "Bring the database to this version's schema."),
        "copy": ("copy:copy", "Copy everything into a PostgreSQL database."),
        "backup": ("backup:backup", "Copy the database into one file."),
        "restore": ("restore:restore", "Make a data directory of a backup."),
        "token": ("token:token", "Make API tokens, list, rotate and revoke them."),
        "org": ("org:org", "Make organizations, and list them."),
        "user": ("user:user", "The people in an organization."),
        "chat": ("chat:chat", "Talk to the assistant."),
        "sessions": ("sessions:sessions", "Follow what happens in sessions."),
        "events": ("events:events", "Follow the log of events."),
        "listen": ("listen:listen", "Send what happens to a receiver on this machine."),
        "trigger": ("trigger:trigger", "Have an event happen."),
        "knowledge": ("knowledge:knowledge", "Import what an assistant answers from."),
    },
)
@click.version_option(package_name="antonnia-server", prog_name="antonnia")
def main() -> None:
    """Conversations with your contacts, by AI agents and by people.

    Every option can also be given in the environment: `antonnia serve --port` as
    ANTONNIA_SERVE_PORT, for example.
    """
