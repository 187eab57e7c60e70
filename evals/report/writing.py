"""Writes reports into a folder by format; knows nothing of what is in them."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from evals.report.csv_files import csv_tables
from evals.report.figures import cost_figures, curve_figures, forest_figure, heat_figures
from evals.report.html import render_html
from evals.report.markdown import render_markdown
from evals.report.markup import writable
from evals.report.plots import standalone
from evals.report.trec import run_files
from evals.results import BenchResult
from rag.errors import BenchError

Texts = Mapping[str, str]


def write_reports(
    result: BenchResult, folder: Path, *, formats: Sequence[str], texts: Texts
) -> list[Path]:
    """Write a result in each of the formats and return the files written.

    Args:
        result: What was measured.
        folder: Made if it is missing; files of the same name are replaced.
        formats: `html` (report.html), `markdown` (report.md), `csv` (tables), `trec` (a run a
            cell, in runs/) and `plots` (SVG files, in plots/).
        texts: Source to the document's text, for the page; may be empty.

    Raises:
        BenchError: There is no such format, or the folder cannot be written.
    """
    _refuse_unknown(formats)
    try:
        return _write(result, folder, formats, texts)
    except OSError as error:
        raise BenchError(
            f"wanted to write reports into {folder}: {error.strerror}; name another folder with -o"
        ) from error


def _refuse_unknown(formats: Sequence[str]) -> None:
    unknown = [name for name in formats if name not in _WRITERS]
    if unknown:
        known = ", ".join(_WRITERS)
        raise BenchError(f"wanted a report as {known}; found {', '.join(unknown)}; choose of these")


def _write(result: BenchResult, folder: Path, formats: Sequence[str], texts: Texts) -> list[Path]:
    written: list[Path] = []
    for name in dict.fromkeys(formats):
        for place, content in _WRITERS[name](result, texts).items():
            path = folder / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(writable(content), encoding="utf-8", newline="\n")
            written.append(path)
    return written


def _html(result: BenchResult, texts: Texts) -> Mapping[str, str]:
    return {"report.html": render_html(result, texts)}


def _markdown(result: BenchResult, texts: Texts) -> Mapping[str, str]:  # noqa: ARG001 - one of several
    return {"report.md": render_markdown(result)}


def _csv(result: BenchResult, texts: Texts) -> Mapping[str, str]:  # noqa: ARG001
    return csv_tables(result)


def _trec(result: BenchResult, texts: Texts) -> Mapping[str, str]:  # noqa: ARG001
    return {f"runs/{name}": content for name, content in run_files(result).items()}


def _plots(result: BenchResult, texts: Texts) -> Mapping[str, str]:  # noqa: ARG001
    forest = forest_figure(result)
    figures = [
        *([forest] if forest else []),
        *cost_figures(result),
        *heat_figures(result),
        *curve_figures(result),
    ]
    return {
        f"plots/{re.sub(r'[^a-z0-9.-]+', '_', one.name)}.svg": standalone(one.svg, key=one.key)
        for one in figures
    }


_WRITERS: Mapping[str, Callable[[BenchResult, Texts], Mapping[str, str]]] = {
    "html": _html,
    "markdown": _markdown,
    "csv": _csv,
    "trec": _trec,
    "plots": _plots,
}
