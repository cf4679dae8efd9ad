# SPDX-License-Identifier: BSL-1.0
"""What both lints read: C++ files split into code and comments, and complaints."""
import re
from dataclasses import dataclass

TOKEN = re.compile(
    r'''(?P<comment>//[^\n]*|/\*.*?\*/)'''
    r'''|(?P<literal>R"(?P<mark>[^\s()\\]*)\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])*')''',
    re.DOTALL)


@dataclass(frozen=True)
class Complaint:
    path: str
    line: int
    reason: str

    def __str__(self):
        return f'{self.path}:{self.line}: {self.reason}'


@dataclass
class Comment:
    """Consecutive // lines, or what stands behind a statement together with the // lines that continue it below, at the
    same column. Lines are numbered from 1; `end` is the offset behind the last."""
    first: int
    last: int
    end: int
    text: str


class Source:
    def __init__(self, path, text):
        self.path = path
        self.code = TOKEN.sub(self._blank, text)
        self.comments = list(self._comments(text))

    @staticmethod
    def _blank(token):
        """Comments and literals become spaces: every offset and line number stays what it was."""
        return re.sub(r'[^\n]', ' ', token.group())

    def line(self, offset):
        return self.code.count('\n', 0, offset) + 1

    def _comments(self, text):
        current, column = None, None
        for token in TOKEN.finditer(text):
            if not token.group().startswith('//'):
                continue
            line = self.line(token.start())
            start_of_line = text.rfind('\n', 0, token.start()) + 1
            here = token.start() - start_of_line
            trailing = text[start_of_line:token.start()].strip() != ''
            words = token.group().lstrip('/!<').strip()
            continues = current and line == current.last + 1 and here == column and not trailing
            if continues and not re.match(r'\[[A-Z]{1,3}\d+\]', words):
                current.last, current.end = line, token.end()
                current.text += ' ' + words
            else:
                if current:
                    yield current
                current, column = Comment(line, line, token.end(), words), here
        if current:
            yield current
