# SPDX-License-Identifier: BSL-1.0
"""Every file: the licence line first, no notes to self, one concept a file."""
import re

from source import Complaint

LONGEST = 800
# Spelt so that this file does not find itself.
NOTE_TO_SELF = re.compile(r'\b(TO' r'DO|FIX' r'ME|XX' r'X)\b')
SPDX = re.compile(r'(//|#|/\*) SPDX-License-Identifier: BSL-1\.0$')


def complaints(path, text):
    lines = text.splitlines()
    first = 1 if lines and lines[0].startswith('#!') else 0
    if len(lines) <= first or not SPDX.match(lines[first]):
        yield Complaint(path, first + 1, 'does not begin with the SPDX line')
    for number, line in enumerate(lines, 1):
        note = NOTE_TO_SELF.search(line)
        if note:
            yield Complaint(path, number, f'{note[1]}: do it or drop it')
    if len(lines) > LONGEST:
        yield Complaint(path, LONGEST + 1, f'{len(lines)} lines: more than one concept, split it')
