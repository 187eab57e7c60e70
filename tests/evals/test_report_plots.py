"""Plots: axes with round ticks, drawings that are well-formed, themed and true to their values."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.report.axis import Axis, short_number
from evals.report.figures import cost_figures, forest_figure
from evals.report.markup import breakable, escape, number, tag, text_tag
from evals.report.plots import (
    ForestRow,
    PlotPoint,
    forest_plot,
    heat_map,
    interval_bar,
    scatter_plot,
    standalone,
)
from tests.evals.report_results import HOSTILE, bench_result

ROWS = [
    ForestRow("hybrid", 0.12, 0.05, 0.2, "better"),
    ForestRow(f"稠密检索 {HOSTILE}", -0.1, -0.3, 0.02, "undecided"),
]


def drawn(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def texts_of(root: ElementTree.Element) -> list[str]:
    return [found.text or "" for found in root.iter() if found.tag.endswith("text")]


def test_markup_escapes_text_and_attributes_and_drops_what_utf8_cannot_hold():
    assert tag("p", {"title": '"<'}, escape(HOSTILE + "\ud800")).encode()
    assert "<script" not in text_tag("p", HOSTILE, {"title": HOSTILE})
    assert tag("option", {"hidden": ""}) == '<option hidden=""></option>'
    assert breakable("a=1,b<2") == "a=1,<wbr>b&lt;2"


@pytest.mark.parametrize(
    ("value", "written"), [(-0.001, "0"), (100.0, "100"), (12.345, "12.35"), (-1.5, "-1.5")]
)
def test_coordinates_are_short(value, written):
    assert number(value) == written


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=6))
def test_an_axis_holds_its_values_in_order_with_a_few_ticks_inside(values):
    axis = Axis.covering(values, start=10, end=200)
    assert all(10 <= axis.position(value) <= 200 for value in values)
    places = [axis.position(value) for value in sorted(values)]
    assert places == sorted(places)
    assert 2 <= len(axis.ticks) <= 8
    assert all(axis.low <= tick <= axis.high for tick in axis.ticks)


def test_an_axis_can_point_upward_and_cuts_what_is_beyond_it():
    axis = Axis.covering([0, 1], start=200, end=0)
    assert axis.position(1) < axis.position(0)
    assert axis.position(50) == 0


def test_costs_far_apart_get_a_logarithmic_axis_and_near_ones_start_at_zero():
    far = Axis.for_costs([0.5, 3, 900], start=0, end=100)
    assert far.logarithmic
    assert far.position(30) - far.position(3) == pytest.approx(far.position(300) - far.position(30))
    near = Axis.for_costs([10, 12], start=0, end=100)
    assert not near.logarithmic
    assert near.position(0) == 0


def test_an_axis_over_nothing_or_one_value_can_be_drawn():
    assert Axis.covering([], start=0, end=10).ticks
    assert Axis.for_costs([0.0], start=0, end=10).ticks
    assert Axis.covering([0.7], start=0, end=10).position(0.7) == pytest.approx(5)


@pytest.mark.parametrize(
    ("value", "written"),
    [(0.64508, "0.6451"), (12.34, "12.3"), (1296.0, "1,296"), (3.4e6, "3.4 M"), (0.0, "0")],
)
def test_labels_are_short(value, written):
    assert short_number(value) == written


def test_a_forest_plot_names_every_row_and_styles_it_by_its_verdict():
    root = drawn(forest_plot(ROWS, label="difference", reference=0.0))
    words = " ".join(texts_of(root))
    assert "hybrid" in words
    assert "+0.1200" in words
    assert "-0.1000" in words
    assert {group.get("class") for group in root.iter("g")} == {"better", "undecided"}


def test_a_forest_row_is_drawn_where_its_values_are():
    axis = Axis.covering([-0.3, 0.2], start=6, end=134)
    root = drawn(interval_bar(ROWS[0], axis, reference=0.0))
    dot = next(root.iter("circle"))
    assert float(dot.get("cx")) == pytest.approx(axis.position(0.12), abs=0.01)
    whisker = next(line for line in root.iter("line") if line.get("class") == "whisker")
    assert float(whisker.get("x1")) == pytest.approx(axis.position(0.05), abs=0.01)
    assert float(whisker.get("x2")) == pytest.approx(axis.position(0.2), abs=0.01)


def test_a_scatter_plot_numbers_the_front_and_names_every_point():
    points = [
        PlotPoint("cheap", 1, 0.5, 1),
        PlotPoint("beaten", 2, 0.4),
        PlotPoint("best", 3, 0.9, 2),
    ]
    root = drawn(scatter_plot(points, x_label="ms", y_label="nDCG@10"))
    styles = [group.get("class") for group in root.iter("g")]
    assert sorted(styles) == ["point", "point on-front", "point on-front"]
    titles = [title.text for title in root.iter("title")]
    assert titles == ["beaten: 0.4 at 2", "cheap: 0.5 at 1", "best: 0.9 at 3"]


def test_a_heat_map_is_darkest_and_framed_at_its_best_value_and_says_what_was_not_run():
    values = {("64", "dense"): 0.4, ("64", "hybrid"): 0.9, ("128", "dense"): 0.5}
    svg = heat_map(
        values, rows=["64", "128"], columns=["dense", "hybrid"], row_label="s", column_label="m"
    )
    root = drawn(svg)
    shades = {
        group.find("title").text: float(group.find("rect").get("fill-opacity"))
        for group in root.iter("g")
    }
    assert max(shades, key=shades.get) == "64, hybrid: 0.9000"
    assert min(shades, key=shades.get) == "64, dense: 0.4000"
    assert [rect.get("class") for rect in root.iter("rect")].count("best") == 1
    assert "128, hybrid: not run" in [title.text for title in root.iter("title")]


def test_level_values_make_a_heat_map_too():
    values = {("a", "x"): 0.5, ("a", "y"): 0.5}
    assert drawn(heat_map(values, rows=["a"], columns=["x", "y"], row_label="", column_label=""))


def test_a_standalone_plot_brings_its_colours_for_light_and_dark_and_its_key():
    written = standalone(forest_plot(ROWS, label="difference", reference=0.0), key=["a < b: 0.5"])
    root = drawn(written)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "prefers-color-scheme: dark" in written
    assert "http" not in written.replace("http://www.w3.org/2000/svg", "")
    assert texts_of(root)[-1] == "1. a < b: 0.5"


def test_the_numbers_of_a_cost_plot_are_those_of_its_key():
    result = bench_result(questions=24)
    for found in cost_figures(result):
        root = drawn(found.svg)
        groups = [one for one in root.iter("g") if one.get("class") == "point on-front"]
        named = {one.find("text").text: one.find("title").text.split(":")[0] for one in groups}
        key = {str(row): line.split(":")[0] for row, line in enumerate(found.key, start=1)}
        assert named == key


def test_cells_of_a_grid_are_called_by_what_sets_them_apart_from_the_baseline():
    result = bench_result()
    names = ["mode=hybrid, k=3", "mode=dense, k=3", "mode=dense, k=5", "the house's own"]
    cells = [replace(cell, name=name) for cell, name in zip(result.cells[:4], names, strict=True)]
    found = result.comparisons[0]
    compared = [replace(found, cell=name, baseline=names[0]) for name in names[1:]]
    renamed = replace(result, cells=tuple(cells), baseline=names[0], comparisons=tuple(compared))
    figure = forest_figure(renamed)
    assert figure is not None
    drawn_texts = [element.text for element in drawn(figure.svg).iter() if element.text]
    assert {"mode=dense", "mode=dense, k=5", "the house's own"} <= set(drawn_texts)
