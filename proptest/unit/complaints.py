# SPDX-License-Identifier: BSL-1.0
"""Every complaint that check() can make (include/wane/impl/check.hpp) is among those that corruption.cpp provokes."""
import pathlib
import re
import sys
from itertools import product

HERE = pathlib.Path(__file__).parent
CHECK = (HERE.parents[1] / 'include/wane/impl/check.hpp').read_text()
CORRUPTION = (HERE / 'corruption.cpp').read_text()
LITERAL = r'"((?:[^"\\]|\\.)*)"'
# The walk of the list, which comes first, complains otherwise of what it meets twice.
UNREACHABLE = {'slot N is linked and something else as well'}


def calls(name):
    """The arguments of each call of a function."""
    for call in re.finditer(rf'\b{name}\((?!std::string |handle )', CHECK):
        depth, at = 1, call.end()
        while depth > 0:
            depth += {'(': 1, ')': -1}.get(CHECK[at], 0)
            at += 1
        yield CHECK[call.end():at - 1]


def parts(expression):
    """Of what is added up: the texts that each part can be."""
    names = [re.search(LITERAL, arguments)[1] for arguments in calls('put')]
    for part in re.split(r' \+ ', expression):
        texts = re.findall(LITERAL, part)
        yield texts or (names if part == 'name' else ['N'])


# A parenthesis within a literal closes nothing: the literals of check.hpp that have some have pairs.
complaints = {''.join(text) for expression in calls('problem') for text in product(*parts(expression))} - UNREACHABLE
provoked = set(re.findall(LITERAL, CORRUPTION))
missing = sorted(complaints - provoked)
if missing or len(complaints) < 15:
    sys.exit(f'of {len(complaints)} complaints, no corruption provokes: {missing}')
