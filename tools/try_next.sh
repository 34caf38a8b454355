#!/bin/sh
# Builds the book on the newest Sphinx, MyST and theme there are, without Jupyter Book's wrapper, in an environment of its own.
# It may fail: what it prints last says which versions it tried and what stood in the way of a move.
set -eu
cd "$(dirname "$0")/.."
venv=_build/.venv-next
"$(sh tools/find_python.sh)" -m venv --clear "$venv"
# The wrapper and the pins of what it holds back are left out; everything else as locked in requirements.in.
sed -E -e '/^jupyter-book==/d' -e 's/^(sphinx|sphinx-book-theme|myst-nb|sphinx-external-toc|jupyter-cache)==.*/\1/' \
    -e '/^sphinx-(design|togglebutton|copybutton|multitoc-numbering)/d' requirements.in > "$venv/next.in"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$venv/next.in" linkify-it-py
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
# A copy, so that the book of this folder stays as it is.
copy=_build/.next
rm -rf "$copy" && mkdir -p "$copy"
cp -R _config.yml _toc.yml CHANGELOG.md CITATION.cff LICENSE requirements.txt review.yml chapters data docs "$copy"
[ ! -d releases ] || cp -R releases "$copy"
status=0
"$venv/bin/livingreview" --root "$copy" build || status=$?
"$venv/bin/python" -m pip list --disable-pip-version-check 2>/dev/null | grep -iE '^(sphinx|sphinx-book-theme|myst-nb|myst-parser|pydata-sphinx-theme|sphinx-external-toc|docutils) '
[ "$status" -eq 0 ] && echo "a move is possible: the book builds on these versions" || echo "no move yet: see above what failed"
exit "$status"
