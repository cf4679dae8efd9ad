# SPDX-License-Identifier: BSL-1.0
"""house_order.py FILE: what doxygen reads instead of FILE. The comments of public headers say Effects, Returns, Progress and so on in
a fixed order; here each becomes a paragraph under that word, and what stands above the first line of code describes the file."""
import re
import sys

WORDS = ('Effects', 'Returns', 'Progress', 'Progress, Linearizes at', 'Progress, linearization and complexity', 'Linearizes at', 'Expiry',
         'Reclamation', 'Complexity', 'Throws', 'Precondition')
WORD = re.compile(r'(?:(?<=\. )|(?<=\) )|^)(' + '|'.join(sorted(WORDS, key=len, reverse=True)) + r'): ', re.MULTILINE)


def with_brief(text):
    """The text after a brief of its first sentence, which lists show. It stands in the text again, for doxygen repeats no brief there."""
    first = re.match(r'(?:@par (?:Effects|Returns)\n|(?!@))(.*?\.)(?:\s|$)', text, re.DOTALL)
    if not first:
        return text
    sentence = ' '.join(first[1].split())
    if re.match(r'[a-z]+[ ,]', sentence):
        sentence = sentence[0].upper() + sentence[1:]
    return f'@brief {sentence}\n\n{text}'


def commented(indent, text):
    """The lines of a /// comment, with each word of the house order in a paragraph of its own."""
    paragraphs = WORD.sub(r'\n@par \1\n', text).lstrip('\n')
    return [f'{indent}/// {line}'.rstrip() for line in with_brief(paragraphs).split('\n')]


def commented_in_c(comment):
    """A /** comment of the C header, likewise."""
    lines = with_brief(re.sub(r'\n \* ?', '\n', comment[1])).split('\n')
    return '/** ' + '\n'.join([lines[0], *(f' * {line}'.rstrip() for line in lines[1:])]) + ' */'


def filtered(name, text):
    if name.endswith('.md'):
        return re.sub(r'^<!-- SPDX.*-->\n', '', text)
    if name.endswith('.h'):
        text = re.sub(r'^/\* SPDX[^\n]*\n', f'/** @file {name.split("/")[-1]}\n * @verbatim\n', text, count=1)
        text = re.sub(r' \*/', ' @endverbatim */', text, count=1)
        text = re.sub(r'^/\* (?!----)(.*?) \*/', commented_in_c, text, flags=re.MULTILINE | re.DOTALL)
        return re.sub(r'^(?!/\*)(.*\S +)/\* ', r'\1/**< ', text, flags=re.MULTILINE)
    out, comment, indent = [], [], ''
    in_head = True
    for line in text.split('\n'):
        if in_head and line.startswith('//'):
            out += [f'/** @file {name.split("include/")[-1]}', '@verbatim'] if 'SPDX' in line else [line[3:]]
            continue
        if in_head:
            out.append('@endverbatim */')
            in_head = False
        if doc := re.match(r'(\s*)///(?!<) ?(.*)', line):
            indent, text = doc.groups()
            comment.append(text)
            continue
        if comment:
            out += commented(indent, '\n'.join(comment))
            comment = []
        out.append(line)
    return '\n'.join(out)


if __name__ == '__main__':
    with open(sys.argv[1]) as file:
        print(filtered(sys.argv[1], file.read()))
