# SPDX-License-Identifier: BSL-1.0
"""every_function.py HEADER PROGRAM: the program calls every function that the header declares."""
import pathlib
import re
import sys

from declarations import functions

header, program = (pathlib.Path(name).read_text() for name in sys.argv[1:])
declared = functions(header)
missing = [name for name in declared if not re.search(rf'\b{name}\(', program)]
if len(declared) < 80:
    sys.exit(f'only {len(declared)} functions found in the header')
if missing:
    sys.exit('never called: ' + ', '.join(missing))
print(f'{len(declared)} functions, all called')
