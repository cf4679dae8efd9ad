# SPDX-License-Identifier: BSL-1.0
"""The code in pages of Markdown, and compiling it against an uninstalled wane."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile


def blocks(page):
    """(language, text) of each fenced block, in order."""
    if not page.exists():
        sys.exit(f'{page}: not there')
    return re.findall(r'^```(\w+)\n(.*?)^```', page.read_text(), re.DOTALL | re.MULTILINE)


def run(command, **kwargs):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=100, **kwargs)
    if done.returncode:
        sys.exit(f'{" ".join(map(str, command))}\n{done.stdout}\nstatus {done.returncode}')
    return done.stdout


class Wane:
    """The wane that pc_dir/wane*.pc describes, and a compiler with its options."""

    def __init__(self, pc_dir, compiler):
        env = os.environ | {'PKG_CONFIG_PATH': str(pc_dir)}
        self.compiler = compiler
        self.flags = run(['pkg-config', '--cflags', '--libs', 'wane'], env=env).split()

    def output_of(self, text, suffix='.cpp'):
        """What the program prints."""
        with tempfile.TemporaryDirectory() as directory:
            source = pathlib.Path(directory, 'program' + suffix)
            source.write_text(text)
            program = source.with_suffix('')
            run(self.compiler + ['-o', program, source] + self.flags)
            return run([program])

    def accept(self, context, fragments):
        """Compiles fragments as the body of a function after the header `context`."""
        with tempfile.TemporaryDirectory() as directory:
            source = pathlib.Path(directory, 'fragments.cpp')
            source.write_text(f'#include "{context.resolve()}"\nvoid fragments() {{\n{fragments}}}\n')
            unused = ['-Wno-unused-parameter', '-Wno-unused-variable', '-Wno-unused-but-set-variable', '-Wno-unused-local-typedefs']  # names in them explain
            run(self.compiler + unused + ['-fsyntax-only', source] + self.flags)
