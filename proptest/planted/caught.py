# SPDX-License-Identifier: BSL-1.0
"""caught.py REPORT PROGRAM: passes if PROGRAM fails and says REPORT. A planted bug that fails otherwise (it does not
start, it crashes by itself) proves nothing about the sanitizer."""
import subprocess
import sys

report, program = sys.argv[1:]
run = subprocess.run([program], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=50)
print(run.stdout, end='')
if run.returncode == 0:
    sys.exit(f'{program}: the planted bug went unnoticed')
if report not in run.stdout:
    sys.exit(f'{program}: failed (status {run.returncode}), but without "{report}"')
