"""LaTeX becomes text, text becomes LaTeX that gives it back."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livingreview.evidence.latex import decode_latex, escape_latex, plain_text


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (
            r"{\'E}cole Pe{\~n}afiel \v{S}koda \c{c}a {\ss} {\o} \L{}ukasz \'{\i} \aa{}",
            "École Peñafiel Škoda ça ß ø Łukasz í å",
        ),
        (r"A \& B, 54--59, 5 \% \_ \# \$ 50% of~it", "A & B, 54–59, 5 % _ # $ 50% of it"),
        (r"\emph{in vivo} \textbf{x} {\it y} \url{http://a.b}", "in vivo x y http://a.b"),
        (
            r"$\alpha$ \beta{} \textsuperscript{2} $^{131}$I 10$^9$ H$_2$O $<$ 5 $\geq$",
            "\u03b1 β ² ¹³¹I 10⁹ H₂O < 5 ≥",
        ),
        (r"``quoted'' 5\,mg \ldots{} \textasciitilde{}x \textgreater{}3", "“quoted” 5 mg … ~x >3"),
        ("{B}-cell {MRD}", "B-cell MRD"),
        ("no LaTeX: 5 % of #1 & <3", "no LaTeX: 5 % of #1 & <3"),
    ],
)
def test_latex_is_read_as_text(latex, text):
    assert plain_text(decode_latex(latex)) == text


def test_what_nobody_knows_stays_to_be_told():
    assert "\\foo" in decode_latex(r"a \foo{b}")


@settings(max_examples=25)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\\{}`'-$", categories=["L", "N", "P", "S"])))
def test_text_comes_back(text):
    assert decode_latex(escape_latex(text)) == unicodedata.normalize("NFC", text)


def test_two_commas_are_no_quotation_mark():
    """Beside an escaped sign the codec read them as one, so that a title came back changed."""
    assert [decode_latex(escape_latex(text)) for text in ("X & ,,", "x,,,y_")] == ["X & ,,", "x,,,y_"]
