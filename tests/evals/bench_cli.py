"""Runs `rag bench` in tests as a user would, but in this process."""

from click.testing import CliRunner, Result

from evals.__main__ import _Alone
from rag.cli.shared import Invocation


def run_bench(*arguments: object) -> Result:
    """The result of `rag bench ARGUMENTS`; what is no user's error is raised here."""
    given = ["bench", *map(str, arguments)]
    result = CliRunner().invoke(_Alone("rag"), given, obj=Invocation(None, None))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result
