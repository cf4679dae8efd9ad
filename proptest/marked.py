# SPDX-License-Identifier: BSL-1.0
"""What a program writes into a page, between two lines that name it."""


def replaced(text, name, between):
    """`text` with what stands between the lines of `name` replaced. Raises ValueError if they do not stand there once each."""
    begin, end = (f'<!-- {name}: {word} -->' for word in ('begin', 'end'))
    if text.count(begin) != 1 or text.count(end) != 1 or text.index(begin) > text.index(end):
        raise ValueError(f'the lines {begin} and {end} must stand there once each, in this order')
    before, rest = text.split(begin)
    return f'{before}{begin}\n{between}{end}{rest.split(end)[1]}'
