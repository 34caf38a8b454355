#!/bin/sh
# Prints the first Python from 3.11 to 3.13 that works here.
for name in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python; do
  if "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1; then
    command -v "$name"
    exit 0
  fi
done
echo "No Python 3.11, 3.12 or 3.13 was found; install one, or name it: make PYTHON=/path/to/python3.12 book" >&2
exit 1
