# SPDX-License-Identifier: BSL-1.0
"""readme.py README CONTEXT PC_DIR -- COMPILER FLAGS...: the first ```cpp block of README must compile and run with the wane that
PC_DIR/wane*.pc describes, and print what the ```text block that follows it says, if one does. The other ```cpp blocks, put
together, must compile in a function after the header CONTEXT."""
import pathlib
import sys

from blocks import Wane, blocks

readme, context, pc_dir = map(pathlib.Path, sys.argv[1:4])
wane = Wane(pc_dir, sys.argv[sys.argv.index('--') + 1:])

code = blocks(readme)
# The two blocks belong together when no other block stands between them.
first = next((i for i, (language, _) in enumerate(code) if language == 'cpp'), None)
if first is None:
    sys.exit(f'{readme}: no ```cpp block')
expected = code[first + 1][1] if code[first + 1:] and code[first + 1][0] == 'text' else None

printed = wane.output_of(code[first][1])
wane.accept(context, ''.join(text for language, text in code[first + 1:] if language == 'cpp'))
if expected is not None and printed != expected:
    sys.exit(f'{readme}: promises\n{expected}\nbut its program prints\n{printed}')
print(printed, end='')
