# SPDX-License-Identifier: BSL-1.0
"""test_gdb.py PROGRAM PRINTER: gdb, stopped in PROGRAM with PRINTER loaded, shows the entries of its maps. Skipped (77) where
gdb is not allowed to run any program, as in containers without ptrace."""
import re
import subprocess
import sys

program, printer = sys.argv[1:]


def gdb(*commands, of):
    arguments = [word for command in commands for word in ('-ex', command)]
    return subprocess.run(['gdb', '-batch', '-nx', *arguments, of], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=100).stdout


if 'exited normally' not in gdb('run', of='/bin/true'):
    print('gdb cannot run /bin/true here')
    sys.exit(77)
shown = gdb(f'source {printer}', 'set print elements 0', 'break stop_here', 'run', 'up', 'print names', 'print numbers',
            'print points', of=program)
maps = dict(re.findall(r'^\$(\d) = (.*)$', shown, re.MULTILINE))
names = dict(re.findall(r'\.key = "(\w+)", \[\d\]\.value = ("\w+", \[\d\]\.until = [\w ]+)', maps.get('1', '')))
numbers = {int(k): int(v) for k, v in re.findall(r'\.key = (\d+), \[\d+\]\.value = (-?\d+), \[\d+\]\.until = for ever',
                                                 maps.get('2', ''))}
ends = {name: until.partition('until = ')[2] for name, until in names.items()}
expected = {k: 10 - k for k in range(100) if k != 8} | {7: 77}
points = dict(re.findall(r'\.key = (\d+), \[\d\]\.value = (\{[^}]*\})', maps.get('3', '')))
if (ends != {'ada': 'tick 5', 'grace': 'for ever'} or numbers != expected
        or points != {'3': '{x = 1, y = -2, z = 3}', '4': '{x = 5, y = 6, z = -7}'}):
    sys.exit(f'gdb shows\n{shown}')
