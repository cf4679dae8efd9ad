# SPDX-License-Identifier: BSL-1.0
"""Memory orders: each is named, argued beside the operation under a tag, and paired with its partner.

A tag is one to three capitals and a number in brackets. The comment that begins with it defines it:
    // [L3] acquire: pairs with [L1], [L5] (insert publishes the node), so key and value are visible.
    // [L4] relaxed: a hint; a stale value costs a retry.
The tags between "pairs with" and the end of that sentence (or the next semicolon) are its partners, and each partner's
definition must name it in turn. A comment that only mentions a tag ("as [L3]") refers to its definition. A comment
argues for the operations on its last line and the four below, as far as the block that it stands in goes.
"""
import re

from source import Complaint

TAG = re.compile(r'(?<!\w)\[([A-Z]{1,3}\d+)\]')
DEFINITION = re.compile(r'\[([A-Z]{1,3}\d+)\]')
PAIRS = re.compile(r'\bpairs? with\b')

METHODS = r'load|store|exchange|fetch_\w+|compare_exchange_weak|compare_exchange_strong|double_width_cas'
CALL = re.compile(rf'(?:\.|->|\bEnv::)\s*(?:template\s+)?({METHODS})\s*\(')
FENCE = re.compile(r'(?:(\w+)\s+)?(?:\w+::)*((?:atomic_thread|atomic_signal|light|heavy)_fence)\s*\(')
ORDER = re.compile(r'\bmemory_order(?:_|::)(\w+)')
ORDER_VARIABLE = re.compile(r'\bmemory_order\s+(\w+)|\b(\w+)\s*=\s*(?:std::)?memory_order_')
FREE_FUNCTION = re.compile(rf'\batomic_(?:{METHODS})\s*\(')
DECLARED = re.compile(r'\batomic<[^;{}()]*>\s+(\w+)\s*[;{(\[=]')
ELEMENTS = re.compile(r'\b(?:vector|array)<(?:std::)?atomic<[^;{}()]*>\s+(\w+)\s*[;{(]')

LINES_ABOVE = 4


def arguments(code, opening):
    """The text between the parenthesis at `opening` and its partner."""
    depth = 0
    for end in range(opening, len(code)):
        depth += {'(': 1, ')': -1}.get(code[end], 0)
        if depth == 0:
            return code[opening + 1:end]
    return code[opening + 1:]


def partners(text):
    """The tags named between "pairs with" and the end of that sentence; what stands in parentheses does not end it."""
    found = set()
    for start in PAIRS.finditer(text):
        depth, end = 0, start.end()
        while end < len(text):
            depth += {'(': 1, ')': -1}.get(text[end], 0)
            if depth <= 0 and (text[end] == ';' or re.match(r'\.(\s|$)', text[end:])):
                break
            end += 1
        found.update(TAG.findall(text[start.end():end]))
    return found


def unnamed_orders(source):
    code = source.code
    variables = {a or b for a, b in ORDER_VARIABLE.findall(code)}
    for call in CALL.finditer(code):
        given = arguments(code, call.end() - 1)
        if not ORDER.search(given) and variables.isdisjoint(re.findall(r'\w+', given)):
            yield Complaint(source.path, source.line(call.start(1)), f'{call[1]} with an implied order: name it')
    for call in FREE_FUNCTION.finditer(code):
        yield Complaint(source.path, source.line(call.start()), 'free atomic function with an implied order')
    for name in set(DECLARED.findall(code)):
        operator = rf'(?:\+\+|--)\s*{name}\b|(?<![\w.>*&] )(?<![\w>])(?<![{{,]\.)(?<![{{,] \.)\b{name}\s*(?:\+\+|--|[-+|&^]?=(?!=))'
        for use in re.finditer(operator, code):
            if not DECLARED.search(code, code.rfind('\n', 0, use.start()) + 1, use.end() + 1):
                yield Complaint(source.path, source.line(use.start()), f'operator on the atomic {name}: an implied seq_cst')
    for name in set(ELEMENTS.findall(code)):
        for use in re.finditer(rf'\b{name}\[[^\]]*\]\s*(?:\+\+|--|[-+|&^]?=(?!=))', code):
            yield Complaint(source.path, source.line(use.start()), f'operator on an atomic of {name}: an implied seq_cst')


def closes_its_block(code):
    depth = 0
    # The condition behind a do block is argued in the block.
    for brace in re.findall('[{}]', re.sub(r'}(\s*while)', r'\1', code)):
        depth += 1 if brace == '{' else -1
        if depth < 0:
            return True
    return False


def unargued_orders(source):
    def covering(offset):
        line = source.line(offset)
        return [c for c in source.comments
                if TAG.search(c.text) and c.first <= line and c.last >= line - LINES_ABOVE
                and not closes_its_block(source.code[c.end:offset])]

    for call in CALL.finditer(source.code):
        line = source.line(call.start(1))
        comments = covering(call.start(1))
        order = ORDER.search(arguments(source.code, call.end() - 1))
        if not comments:
            yield Complaint(source.path, line, f'{call[1]} without a tagged comment on this line or the {LINES_ABOVE} above')
        elif order and not any(re.search(rf'\b{order[1]}\b', c.text) or not DEFINITION.match(c.text) for c in comments):
            yield Complaint(source.path, line, f'{call[1]} is {order[1]}, which the comment beside it does not say')
    for call in FENCE.finditer(source.code):
        declaration = call[1] and call[1] not in ('return', 'else', 'do')
        line = source.line(call.start(2))
        if not declaration and not covering(call.start(2)):
            yield Complaint(source.path, line, f'{call[2]} without a tagged comment on this line or the {LINES_ABOVE} above')


def unmatched_tags(sources):
    defined = {}
    for source in sources:
        for comment in source.comments:
            tag = DEFINITION.match(comment.text)
            if not tag:
                continue
            if tag[1] in defined:
                first = defined[tag[1]]
                yield Complaint(source.path, comment.first, f'[{tag[1]}] is defined already at {first[0].path}:{first[1].first}')
                continue
            defined[tag[1]] = source, comment
            if 'relaxed' not in comment.text.partition(':')[0] and not PAIRS.search(comment.text):
                yield Complaint(source.path, comment.first, f'[{tag[1]}] neither is relaxed nor "pairs with" anything')
    for source in sources:
        for comment in source.comments:
            for tag in sorted(set(TAG.findall(comment.text)) - set(defined)):
                yield Complaint(source.path, comment.first, f'[{tag}] is not defined anywhere')
    for tag, (source, comment) in defined.items():
        for partner in sorted(partners(comment.text) & set(defined)):
            other_source, other = defined[partner]
            if tag not in TAG.findall(other.text):
                yield Complaint(source.path, comment.first, f'[{tag}] pairs with [{partner}], '
                                f'which at {other_source.path}:{other.first} does not name [{tag}]')


def complaints(sources):
    for source in sources:
        yield from unnamed_orders(source)
        yield from unargued_orders(source)
    yield from unmatched_tags(sources)
