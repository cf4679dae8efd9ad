# SPDX-License-Identifier: BSL-1.0
"""weaker.py HEADERS UNOBSERVABLE.toml VERDICTS.toml TABLE DEPFILE: every way to weaken the order of one access.

The accesses and their tags are those that the lint demands (../lint/orders.py). Fences are not among them: they have no
order to weaken; each is left out by a mutant of seed.py. HEADERS is include/wane.

weaker.py --summary LOG [--into FILE]: of what hunt has printed, how many orders met which end, as a Markdown table; into FILE
it goes between these two lines:

    <!-- weaker: begin -->
    <!-- weaker: end -->
"""
import argparse
import collections
import pathlib
import re
import sys
import tomllib
from dataclasses import dataclass

from table import VERDICTS, TableError, cpp_string

sys.path[:0] = [str(pathlib.Path(__file__).parents[1] / 'lint'), str(pathlib.Path(__file__).parents[1])]
import marked  # noqa: E402
import orders as lint  # noqa: E402
from source import Source  # noqa: E402

# What the explorer does not run on its environment: the standard one, and liburcu, which an oracle stands in for.
LEFT_OUT = 'environment.hpp', 'reclaim/rcu.hpp'

WEAKER = {
    'load': {'seq_cst': ('acquire', 'relaxed'), 'acquire': ('relaxed',)},
    'store': {'seq_cst': ('release', 'relaxed'), 'release': ('relaxed',)},
    'rmw': {'seq_cst': ('acq_rel', 'acquire', 'release', 'relaxed'), 'acq_rel': ('acquire', 'release', 'relaxed'),
            'acquire': ('relaxed',), 'release': ('relaxed',)},
}
OPENING = {')': '(', ']': '['}


@dataclass(frozen=True)
class Access:
    tag: str
    file: str
    first: int
    last: int
    method: str
    orders: list


@dataclass(frozen=True)
class Weaker:
    name: str
    access: Access
    is_failure: bool
    was: str
    to: str


def tag_of(source, offset):
    """The tag defined last among the comments that argue for what stands at `offset`."""
    line = source.line(offset)
    tags = [lint.DEFINITION.match(c.text) for c in source.comments
            if c.first <= line and c.last >= line - lint.LINES_ABOVE
            and not lint.closes_its_block(source.code[c.end:offset])]
    tags = [t[1] for t in tags if t]
    if not tags:
        raise TableError(f'{source.path}:{line}: an access without a tag')
    return tags[-1]


def start_of_object(code, dot):
    """Where the object begins whose member is named behind the dot (or arrow) at `dot`: names, members, subscripts, and
    what stands in parentheses."""
    at, depth, start = dot, [], dot
    while at > 0:
        at -= 1
        c = code[at]
        if c in OPENING:
            depth.append(OPENING[c])
        elif depth and c == depth[-1]:
            depth.pop()
        elif not depth and not (c.isalnum() or c in '_.:' or code[at:at + 2] == '->' or code[at - 1:at + 1] == '->'):
            if not c.isspace() or code[:at].rstrip()[-1:] not in OPENING:
                break
            continue
        start = at
    return start


def accesses(source):
    code = source.code
    for call in lint.CALL.finditer(code):
        given = lint.arguments(code, call.end() - 1)
        yield Access(tag_of(source, call.start()), source.path, source.line(start_of_object(code, call.start())),
                     source.line(call.end() + len(given)), call[1], lint.ORDER.findall(given))


def fences(source):
    """Offsets of the calls of fences."""
    for fence in lint.FENCE.finditer(source.code):
        if not fence[1] or fence[1] in ('return', 'else', 'do'):
            yield fence.start(2)


def weaker_orders(access):
    method = access.method
    operation = method if method in ('load', 'store') else 'rmw'
    for position, order in enumerate(access.orders):
        is_failure = position == 1
        for to in WEAKER['load' if is_failure else operation].get(order, ()):
            name = '-'.join([access.tag.lower(), *(['failure'] if is_failure else []), to.replace('_', '-')])
            yield Weaker(name, access, is_failure, order, to)


def headers_of(headers):
    return [p for p in sorted(headers.rglob('*.hpp')) if str(p.relative_to(headers)) not in LEFT_OUT]


def extract(headers):
    found = []
    for path in headers_of(headers):
        found += accesses(Source(f'wane/{path.relative_to(headers)}', path.read_text()))
    for a in found:
        if len(a.orders) != (2 if a.method.startswith(('compare_exchange', 'double_width')) else 1):
            raise TableError(f'{a.file}:{a.first}: {a.method} does not name its orders one by one')
        if any(a is not b and a.file == b.file and a.first <= b.last and b.first <= a.last for b in found):
            raise TableError(f'{a.file}:{a.first}: two accesses share a line, which does not tell them apart')
    mutants = [w for a in found for w in weaker_orders(a)]
    names = [w.name for w in mutants]
    for w in mutants:
        if names.count(w.name) > 1:
            raise TableError(f'{w.access.file}:{w.access.first}: [{w.access.tag}] argues for two accesses')
    return mutants


def read_unobservable(path, mutants):
    reasons = tomllib.loads(path.read_text())
    stale = set(reasons) - {w.name for w in mutants}
    if stale:
        raise TableError(f'{path.name}: no such order: {", ".join(sorted(stale))}')
    return reasons


def read_verdicts(path, mutants, reasons):
    """Those expected of each order that is not unobservable."""
    expected = tomllib.loads(path.read_text())
    usual = expected.pop('usual')
    stale = set(expected) - {w.name for w in mutants} | set(expected) & set(reasons)
    if stale:
        raise TableError(f'{path.name}: no such order, or one that nothing shows: {", ".join(sorted(stale))}')
    unknown = {v for verdicts in [usual, *expected.values()] for v in verdicts} - set(VERDICTS)
    if unknown:
        raise TableError(f'{path.name}: unknown verdict {", ".join(sorted(unknown))}')
    return {w.name: expected.get(w.name, usual) for w in mutants if w.name not in reasons}


def row(w, reasons, verdicts):
    def order(name):
        return f'std::memory_order_{name}'
    a = w.access
    return ', '.join([cpp_string(w.name), cpp_string(a.tag), cpp_string(a.file), str(a.first), str(a.last),
                      'true' if w.is_failure else 'false', order(w.was), order(w.to),
                      cpp_string(' '.join(verdicts.get(w.name, []))), cpp_string(reasons.get(w.name, ''))])


def summary(log, names):
    """`names` are those of the weakened orders."""
    # killed  l1-relaxed  race  one-life  '12>1'  (4 schedules)
    ends = {m[2]: (m[1], m[3]) for m in re.finditer(r'^(\S+)  (\S+)  (\S*)  ', log, re.MULTILINE)}
    missing = sorted(names - set(ends))
    if missing:
        raise TableError(f'the log tells nothing of {", ".join(missing)}')
    counts = collections.Counter(verdict if word == 'killed' else word for word, verdict in map(ends.get, names))
    argued = counts.pop('argued', 0)
    rows = [(f'killed: {end}' if end in VERDICTS else end, n) for end, n in sorted(counts.items(), key=lambda c: (-c[1], c[0]))]
    rows += [('none, which `unobservable.toml` argues for', argued), ('**all**', len(names))]
    return '| weakened orders | |\n| --- | ---: |\n' + ''.join(f'| {end} | {n} |\n' for end, n in rows)


def write_table(headers, unobservable, verdicts, out, depfile):
    mutants = extract(headers)
    reasons = read_unobservable(unobservable, mutants)
    expected = read_verdicts(verdicts, mutants, reasons)
    out.write_text('// Written by proptest/mutants/weaker.py.\n#pragma once\n\n#include <mutants/mutant.hpp>\n\n'
                   'namespace proptest {\n\ninline constexpr weaker_order weaker_orders[] = {\n'
                   + ''.join(f'    {{{row(w, reasons, expected)}}},\n' for w in mutants)
                   + '};\n\n}  // namespace proptest\n')
    depfile.write_text(f'{out}: {" ".join(map(str, headers_of(headers)))}\n')


def write_summary(log, into):
    headers = pathlib.Path(__file__).parents[2] / 'include' / 'wane'
    made = summary(log.read_text(), {w.name for w in extract(headers)})
    if into is None:
        print(made, end='')
    else:
        into.write_text(marked.replaced(into.read_text(), 'weaker', made))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--summary', type=pathlib.Path)
    parser.add_argument('--into', type=pathlib.Path)
    parser.add_argument('table', type=pathlib.Path, nargs='*')
    args = parser.parse_args()
    try:
        if args.summary is not None:
            write_summary(args.summary, args.into)
        else:
            write_table(*args.table)
    except (TableError, ValueError) as error:
        sys.exit(f'weaker.py: {error}')


if __name__ == '__main__':
    main()
