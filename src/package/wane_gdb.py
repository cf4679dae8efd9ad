# SPDX-License-Identifier: BSL-1.0
"""Shows the entries of a wane::map in gdb:  (gdb) source .../share/wane/wane_gdb.py   (gdb) print sessions

Entries come in split order with their deadline in ticks since the map was made. What is dead or expired and still linked is
left out, by no clock: gdb cannot ask the map's, so an entry counts as alive until somebody has met it expired. The program
should stand where no operation on the map is under way, or what is shown may be torn.
"""
import gdb
import gdb.printing

SENTINEL, END = 1 << 32, 0xFFFFFFFF
NEVER = (1 << 40) - 1
LIVE, FORWARD = 1, 2


def atomic(value):
    """What a std::atomic of an integer holds."""
    return int(value['_M_i'])


def held(cell, kind):
    """The object of type `kind` in a cell: as it is, in an atomic word, or (impl/node.hpp, `copied`) in as many as it takes."""
    cell_kind = str(cell.type.strip_typedefs())
    if not cell_kind.startswith(('std::atomic<', 'wane::impl::copied<')):
        return cell
    return cell.address.cast(kind.pointer()).dereference()


class Segments:
    """impl/segments.hpp: the element of an index, by the width of the index."""

    def __init__(self, value):
        self.bases = value['bases_']
        self.element = value.type.template_argument(0)

    def __getitem__(self, index):
        biased = atomic(self.bases[index.bit_length()])
        return gdb.Value(biased + index * self.element.sizeof).cast(self.element.pointer()).dereference()


class MapPrinter:
    """wane::map."""

    def __init__(self, value):
        self.key, self.mapped = (value.type.strip_typedefs().template_argument(i) for i in range(2))
        self.list = value['core_']['list_']
        self.buckets = Segments(self.list['buckets_']['words_'])
        self.slots = Segments(self.list['pool_']['slots_'])

    def entries(self):
        link = atomic(self.buckets[0]['word_'])
        while link & END != END or not link & SENTINEL:
            target = link & END
            if link & SENTINEL:
                link = atomic(self.buckets[target]['word_'])
                continue
            if target == 0:
                return
            node = self.slots[target]
            link = atomic(node['next']['word_'])
            state = atomic(node['life']['word_'])
            while state >> 62 == FORWARD:
                node = self.slots[state & END]
                state = atomic(node['life']['word_'])
            if state >> 62 == LIVE:
                yield node, state & NEVER

    def to_string(self):
        return f'wane::map with {sum(1 for _ in self.entries())} entries'

    def children(self):
        for number, (node, deadline) in enumerate(self.entries()):
            yield f'[{number}].key', held(node['key_']['key_'], self.key)
            yield f'[{number}].value', held(node['value_'], self.mapped)
            yield f'[{number}].until', 'for ever' if deadline == NEVER else f'tick {deadline}'

    def display_hint(self):
        return None


printers = gdb.printing.RegexpCollectionPrettyPrinter('wane')
printers.add_printer('map', '^wane::map<.*>$', MapPrinter)
gdb.printing.register_pretty_printer(gdb.current_objfile(), printers, replace=True)
