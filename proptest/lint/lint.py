# SPDX-License-Identifier: BSL-1.0
"""lint.py ROOT: complaints about the sources under ROOT, one a line as path:line: reason. See orders.py and files.py."""
import pathlib
import sys

import files
import orders
from source import Source

FOLDERS = 'include', 'src', 'bench', 'proptest'
SOURCE_SUFFIXES = '.hpp', '.cpp', '.h', '.py', '.sh', '.in', '.supp'
CPP_SUFFIXES = '.hpp', '.cpp', '.h'


def is_source(path):
    if path.suffix:
        return path.suffix in SOURCE_SUFFIXES or path.name == 'meson.build'
    with path.open('rb') as file:
        return file.read(2) == b'#!'


def lint(root):
    ordered = []
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob('*')):
            if not path.is_file() or '__pycache__' in path.parts or not is_source(path):
                continue
            name, text = str(path.relative_to(root)), path.read_text()
            yield from files.complaints(name, text)
            if path.suffix in CPP_SUFFIXES:
                source = Source(name, text)
                if folder in ('include', 'src'):
                    ordered.append(source)
                else:
                    yield from orders.unnamed_orders(source)
    yield from orders.complaints(ordered)


if __name__ == '__main__':
    found = list(lint(pathlib.Path(sys.argv[1])))
    print(*found, f'{len(found)} complaints', sep='\n')
    sys.exit(bool(found))
