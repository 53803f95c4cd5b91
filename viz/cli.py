"""The console command.

Every worker process loads this file anew as the main module of its parent, so it loads nothing: a
worker needs the model, not the commands.
"""

from __future__ import annotations


def main() -> None:
    """Carry out the command line, and end with its exit code."""
    from viz import command_line  # noqa: PLC0415 - see above

    command_line.main()


if __name__ == "__main__":
    main()
