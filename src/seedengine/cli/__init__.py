"""The command line: one short file a command, and one place that turns exceptions into exit codes."""

from seedengine.cli.group import main

__all__ = ["main"]
