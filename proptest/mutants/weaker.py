# SPDX-License-Identifier: BSL-1.0
"""weaker.py HEADERS UNOBSERVABLE.toml TABLE DEPFILE: every way to weaken the order of one access in the headers.

The accesses and their tags are those that the lint demands (../lint/orders.py). Fences are not among them: they have no
order to weaken; each is left out by a mutant of seed.py. HEADERS is include/wane.
"""
import pathlib
import sys
import tomllib
from dataclasses import dataclass

from table import TableError, cpp_string

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / 'lint'))
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
        if len(a.orders) != (2 if a.method.startswith('compare_exchange') else 1):
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


def row(w, reasons):
    def order(name):
        return f'std::memory_order_{name}'
    a = w.access
    return ', '.join([cpp_string(w.name), cpp_string(a.tag), cpp_string(a.file), str(a.first), str(a.last),
                      'true' if w.is_failure else 'false', order(w.was), order(w.to), cpp_string(reasons.get(w.name, ''))])


def main(headers, unobservable, out, depfile):
    try:
        mutants = extract(headers)
        reasons = read_unobservable(unobservable, mutants)
    except TableError as error:
        sys.exit(f'weaker.py: {error}')
    out.write_text('// Written by proptest/mutants/weaker.py.\n#pragma once\n\n#include <mutants/mutant.hpp>\n\n'
                   'namespace proptest {\n\ninline constexpr weaker_order weaker_orders[] = {\n'
                   + ''.join(f'    {{{row(w, reasons)}}},\n' for w in mutants)
                   + '};\n\n}  // namespace proptest\n')
    depfile.write_text(f'{out}: {" ".join(map(str, headers_of(headers)))}\n')


if __name__ == '__main__':
    main(*map(pathlib.Path, sys.argv[1:5]))
