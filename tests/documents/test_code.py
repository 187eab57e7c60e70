"""Source code keeps its text; its definitions are its headings."""

from rag.documents.code import load_code, load_python, load_settings

PYTHON = '''\
"""Module."""
import os


@decorated
class Thing(Base):
    """class of things."""

    async def run(self):
        def inner(): ...


def main():
    pass
'''


def titles(document):
    return [(h.level, h.title) for h in document.headings]


def test_python_definitions_are_headings_with_their_decorators():
    document = load_python(PYTHON.encode())
    assert document.text == PYTHON
    assert titles(document) == [(1, "class Thing"), (2, "def run"), (1, "def main")]
    assert document.text.startswith("@decorated", document.headings[0].start_index)


def test_python_that_does_not_parse_is_still_read():
    document = load_python(b"print 'old'\n\ndef main():\n    pass\n")
    assert titles(document) == [(1, "def main")]


def test_definitions_of_other_languages_are_found():
    source = (
        "export default class App {\n  render() {}\n}\n"
        "pub async fn serve(x: i32) {}\n"
        "func (s *Server) Listen() {}\n"
        "  // function in a comment\n"
    )
    assert titles(load_code(source.encode())) == [
        (1, "class App"),
        (1, "fn serve"),
        (1, "func Listen"),
    ]


def test_sections_of_settings_are_headings():
    assert titles(load_settings(b"[tool.x]\na = [1]\n\n[[b]]\n")) == [(1, "tool.x"), (1, "b")]
