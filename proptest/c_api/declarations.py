# SPDX-License-Identifier: BSL-1.0
"""The text of a C header that bindings read: what is left of wane.h without the lines of the preprocessor."""
import re


def declarations(text):
    text = re.sub(r'#ifdef __cplusplus\n.*?#endif\n', '', text, flags=re.DOTALL)
    return re.sub(r'^#.*\n', '', text, flags=re.MULTILINE)


def without_comments(text):
    return re.sub(r'/\*.*?\*/', '', declarations(text), flags=re.DOTALL)


def functions(text):
    """The names of the functions that it declares."""
    text = without_comments(text)
    text = re.sub(r'\btypedef\b[^;{]*(\{[^}]*\})?[^;]*;', '', text)
    return re.findall(r'\b(wane_\w+)\(', text)
