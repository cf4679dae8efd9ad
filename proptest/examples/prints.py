# SPDX-License-Identifier: BSL-1.0
"""prints.py PROGRAM SOURCE: the program must succeed and print what the comment at the end of its source says."""
import pathlib
import re
import subprocess
import sys

program, source = sys.argv[1:3]
comment = re.search(r'\n}\n((?:// .*\n)+)\Z', pathlib.Path(source).read_text())
if comment is None:
    sys.exit(f'{source}: does not end by saying what it prints')
promised = re.sub(r'^// ', '', comment[1], flags=re.MULTILINE)
done = subprocess.run([program], stdout=subprocess.PIPE, text=True, timeout=60)
if done.returncode or done.stdout != promised:
    sys.exit(f'{source}: promises\n{promised}\nbut prints\n{done.stdout}\nstatus {done.returncode}')
