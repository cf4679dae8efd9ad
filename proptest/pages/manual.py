# SPDX-License-Identifier: BSL-1.0
"""manual.py PAGES CONTEXT PC_DIR -- COMPILER FLAGS...: the ```cpp blocks of each page in the directory PAGES must compile, those of a
page one after the other in a function after the header CONTEXT; each ```c block must be a program that runs."""
import pathlib
import sys

from blocks import Wane, blocks

pages, context, pc_dir = map(pathlib.Path, sys.argv[1:4])
wane = Wane(pc_dir, sys.argv[sys.argv.index('--') + 1:])
in_c = Wane(pc_dir, ['cc', '-std=c99', '-Wall', '-Wextra', '-Werror'])

found = 0
everything = ''
for page in sorted(pages.glob('*.md')):
    code = blocks(page)
    found += len(code)
    fragments = ''.join(text for language, text in code if language == 'cpp')
    everything += f'{{\n#line 1 "{page.name}"\n{fragments}}}\n'
    for language, text in code:
        if language == 'c':
            print(in_c.output_of(text, '.c'), end='')
wane.accept(context, everything)
if found < 20:
    sys.exit(f'{pages}: only {found} blocks of code')
print(f'{found} blocks of code')
