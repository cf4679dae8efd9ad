# SPDX-License-Identifier: BSL-1.0
"""headers_alone.py INCLUDE_DIR -- COMPILER FLAGS...: every public header under INCLUDE_DIR/wane (those of
impl/ are not) must compile as the first and only include of a translation unit, and twice in a row."""
import os
import pathlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

include_dir = pathlib.Path(sys.argv[1])
compiler = sys.argv[sys.argv.index('--') + 1:]


def complaint(header):
    name = header.relative_to(include_dir)
    unit = f'#include <{name}>\n#include <{name}>\n'
    command = compiler + ['-I', str(include_dir), '-fsyntax-only', '-x', 'c++', '-']
    run = subprocess.run(command, input=unit, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return f'{name}: does not compile alone\n{run.stdout}' if run.returncode else ''


headers = sorted(h for h in include_dir.glob('wane/**/*.h*') if 'impl' not in h.parts)
with ThreadPoolExecutor(os.cpu_count()) as pool:
    complaints = [text for text in pool.map(complaint, headers) if text]
print('\n'.join(complaints), f'{len(headers)} headers, {len(complaints)} do not compile alone', sep='\n')
sys.exit(bool(complaints) or not headers)
