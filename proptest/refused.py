# SPDX-License-Identifier: BSL-1.0
"""refused.py INCLUDE_DIR -- COMPILER FLAGS...: what a policy cannot support does not compile, and the compiler says why in words
that a person can use."""
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

include_dir = sys.argv[1]
compiler = sys.argv[sys.argv.index('--') + 1:]

PROGRAM = '''
#include <string>
#include <wane/map.hpp>
#include <wane/reclaim/controls.hpp>
#include <wane/reclaim/hazard.hpp>
#include <wane/reclaim/versioned.hpp>
template <class Key, class R>
struct policy_of : wane::policy<Key> { using reclaimer = R; };
int main() { %s }
'''
# What stands in main, and what the compiler is to say; nothing where it is to compile.
ROWS = {
    'a map that there is': ('wane::map<int, int, policy_of<int, wane::versioned>> m; m.insert(1, 1); m.shrink_to_fit();', None),
    'strings in copied nodes': (
        'wane::map<std::string, int, policy_of<std::string, wane::versioned>> m; m.insert("a", 1);',
        'wane: this reclaimer hands out copies, so keys and values must be trivially copyable; choose another'),
    'shrinking without grace periods': (
        'wane::map<int, int, policy_of<int, wane::hazard>> m; m.shrink_to_fit();', 'has_grace_period'),
    'shrinking of the control': ('wane::map<int, int, policy_of<int, wane::leak>> m; m.shrink_to_fit();', 'has_grace_period'),
    'a snapshot under hazard pointers': (
        'wane::map<int, int, policy_of<int, wane::hazard>> m; (void)m.snapshot();', 'blanket_reclaimer'),
    'reuse without a word about it': (
        'wane::map<int, int, policy_of<int, wane::unsafe_reuse>> m; m.insert(1, 1);', 'unsafe_reuse'),
}


def complaint(row):
    name, (body, says) = row
    run = subprocess.run(compiler + ['-I', include_dir, '-fsyntax-only', '-x', 'c++', '-'], input=PROGRAM % body,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if says is None:
        return f'{name}: does not compile\n{run.stdout}' if run.returncode else ''
    if run.returncode == 0:
        return f'{name}: compiles'
    return '' if says in run.stdout else f'{name}: the compiler does not say "{says}"\n{run.stdout}'


with ThreadPoolExecutor(os.cpu_count()) as pool:
    complaints = [text for text in pool.map(complaint, ROWS.items()) if text]
print('\n'.join(complaints), f'{len(ROWS)} programs, {len(complaints)} wrong', sep='\n')
sys.exit(bool(complaints))
