#!/bin/sh
# TAP; UPDATE=1 writes the expected files anew.
exec "${PYTHON:-/usr/bin/python3}" "$(dirname "$0")/import_cases.py"
