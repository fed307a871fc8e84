"""The subcommands of `antonnia`, one module each; see `cli`."""
