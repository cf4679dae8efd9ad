# SPDX-License-Identifier: BSL-1.0
"""readme_program.py README CONTEXT PC_DIR -- COMPILER FLAGS...: the first ```cpp block of README must compile and run with
the wane that PC_DIR/wane*.pc describes, and print what the ```text block that follows it says, if one does. The other
```cpp blocks, put together, must compile in a function after the header CONTEXT."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

readme, context, pc_dir = map(pathlib.Path, sys.argv[1:4])
compiler = sys.argv[sys.argv.index('--') + 1:]


def run(command, **kwargs):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=100, **kwargs)
    if done.returncode:
        sys.exit(f'{" ".join(map(str, command))}\n{done.stdout}\nstatus {done.returncode}')
    return done.stdout


if not readme.exists():
    sys.exit(f'{readme}: not there')
# The two blocks belong together when no other block stands between them.
blocks = re.findall(r'^```(\w+)\n(.*?)^```', readme.read_text(), re.DOTALL | re.MULTILINE)
first = next((i for i, (language, _) in enumerate(blocks) if language == 'cpp'), None)
if first is None:
    sys.exit(f'{readme}: no ```cpp block')
expected = blocks[first + 1][1] if blocks[first + 1:] and blocks[first + 1][0] == 'text' else None

flags = run(['pkg-config', '--cflags', '--libs', 'wane'], env=os.environ | {'PKG_CONFIG_PATH': str(pc_dir)}).split()
with tempfile.TemporaryDirectory() as directory:
    source = pathlib.Path(directory, 'readme.cpp')
    source.write_text(blocks[first][1])
    program = pathlib.Path(directory, 'readme')
    run(compiler + ['-o', program, source] + flags)
    printed = run([program])
    fragments = ''.join(text for language, text in blocks[first + 1:] if language == 'cpp')
    source.write_text(f'#include "{context.resolve()}"\nvoid fragments() {{\n{fragments}}}\n')
    run(compiler + ['-Wno-unused-parameter', '-fsyntax-only', source] + flags)  # names in them explain

if expected is not None and printed != expected:
    sys.exit(f'{readme}: promises\n{expected}\nbut its program prints\n{printed}')
print(printed, end='')
