"""The command ``policy-themes`` and its table of commands; each is imported only when it is called."""

import importlib
import sys
from typing import Any, NoReturn

import click

from classifier.errors import PolicyThemesError
from classifier.version import VERSION

# Name: (module, attribute, one line for the overview). `serve` and `users` come with the web application.
COMMANDS = {
    "train": ("classifier.cli.train", "train", "Train a model from hand labels."),
    "evaluate": ("classifier.cli.evaluate", "evaluate", "Measure accuracy on documents that were not trained on."),
    "classify": ("classifier.cli.classify", "classify", "Give every paragraph of files its theme."),
    "mix": ("classifier.cli.mix", "mix", "Show the theme mix of jurisdictions."),
    "explain": ("classifier.cli.explain", "explain", "Show why a text has its theme."),
    "labels": ("classifier.cli.labels", "labels", "Check hand labels, and compare annotators."),
    "export-sklearn": ("classifier.cli.export", "export", "Write the model as a scikit-learn pipeline."),
}


class _LazyGroup(click.Group):
    """A group that imports a command when it is called, so that the others cost nothing."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[name]
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, _, summary) in COMMANDS.items()])


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(VERSION, prog_name="policy-themes")
def commands() -> None:
    """Find the policy themes of Chinese justice-bureau reports.

    Example: policy-themes mix seeds/
    """


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line; errors of the library become one line and exit code 1, wrong usage 2, Ctrl-C 130."""
    sys.exit(_run(arguments))


def _run(arguments: list[str] | None) -> int:  # noqa: PLR0911  (one way out for each kind of end)
    try:
        result: Any = commands.main(arguments, prog_name="policy-themes", standalone_mode=False)
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.UsageError as error:
        error.show()
        return 2
    except PolicyThemesError as error:
        complain(str(error))
        return 1
    except (click.Abort, KeyboardInterrupt):
        complain("stopped; no half-written output was left")
        return 130
    except BrokenPipeError:
        # The reader of a pipe, such as head, has seen enough.
        sys.stderr.close()
        return 0
    except OSError as error:
        complain(f"{error.filename or 'output'}: {error.strerror or error}")
        return 1


def complain(text: str) -> None:
    """Say one line on standard error, with control characters made visible."""
    shown = "".join(ch if ch.isprintable() or ch == " " else repr(ch)[1:-1] for ch in text)
    click.echo(f"policy-themes: {shown}", err=True)
