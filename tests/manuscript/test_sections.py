"""Shared sections: what does not fit is told with its line, whatever stands in either file."""

import pytest

from livingreview.manuscript import SectionError, expand_text

SHARED = "## One\n\n% own words\nshared\n\n## Two\n\nmore\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "_shared.md").write_text(SHARED, encoding="utf-8")
    return tmp_path


def test_own_words_stand_where_they_belong(folder):
    text = "# A\n\n% sections: _shared.md\n\n##  Two \n\nown\n"
    assert expand_text(text, folder) == "# A\n\n## One\n\nshared\n\n## Two\n\nown\n\nmore\n"


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        ("# A\n% sections: _other.md\n", 2, "'_other.md'"),
        ("# A\n% sections: ../_shared.md\n", 2, "'../_shared.md'"),
        (f"# A\n% sections: {'x' * 5000}\n", 2, f"'{'x' * 5000}'"),
        ("# A\n% sections: _shared.md\n\n## Tow\n", 4, "the heading 'Tow'"),
        ("# A\n% sections: _shared.md\n\n## \n\nlost?\n", 4, "the heading ''"),
        ("# A\n% sections: _shared.md\n\n## One\n\n##  One\n", 6, "the heading 'One' again"),
        ("# A\n% sections: _shared.md\n\nabove\n\n## One\n", 4, "words above the first heading"),
    ],
)
def test_what_does_not_fit_is_told(folder, text, line, found):
    with pytest.raises(SectionError) as caught:
        expand_text(text, folder)
    assert (caught.value.line, caught.value.found) == (line, found)


def test_sections_in_another_encoding_are_told(folder):
    (folder / "_shared.md").write_bytes("## Größe\n".encode("cp1252"))
    with pytest.raises(SectionError, match="not UTF-8"):
        expand_text("% sections: _shared.md\n", folder)
