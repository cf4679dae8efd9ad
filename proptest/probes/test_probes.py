# SPDX-License-Identifier: BSL-1.0
"""test_probes.py PAGE CASE TRACED [UNTRACED]: the probes of the program TRACED (traced.cpp) are those of the table in PAGE, happen
when they should, and can be traced as PAGE says; UNTRACED, compiled with WANE_NO_PROBES, has none. Exits with 77 (skipped) where
gdb, or bpftrace, is not allowed to do what that takes."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
from collections import defaultdict

SKIPPED = 77
PROVIDER = 'wane'
# What the page calls the program that is traced.
SERVER = './server'


def described():
    """{probe: its arguments' names} of the table."""
    rows = re.findall(r'^\| `(\w+)` \|([^|]*)\|', PAGE, re.MULTILINE)
    return {probe: re.findall(r'`(\w+)`', arguments) for probe, arguments in rows}


def ran(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=100)


def noted(program):
    """(probe, how many arguments) of each note."""
    notes = re.findall(rf'Provider: {PROVIDER}\n\s*Name: (\w+)\n.*\n\s*Arguments: ?(.*)', ran('readelf', '--notes', program).stdout)
    return {(probe, len(arguments.split())) for probe, arguments in notes}


class Notes(unittest.TestCase):
    def test_they_are_those_of_the_table(self):
        self.assertEqual(noted(TRACED), {(probe, len(arguments)) for probe, arguments in described().items()})

    def test_there_are_none_where_they_are_switched_off(self):
        self.assertEqual(noted(UNTRACED), set())


class Hits(unittest.TestCase):
    def setUp(self):
        """{probe: the arguments of each hit}, and what the program says."""
        with tempfile.NamedTemporaryFile('w', suffix='.gdb') as script:
            for probe, arguments in described().items():
                values = ''.join(f', $_probe_arg{at}' for at in range(len(arguments)))
                script.write(f'break -probe-stap {PROVIDER}:{probe}\ncommands\nsilent\n'
                             f'printf "hit {probe}{" %lu" * len(arguments)}\\n"{values}\ncontinue\nend\n')
            script.write('run\n')
            script.flush()
            self.shown = ran('gdb', '-batch', '-nx', '-x', script.name, TRACED).stdout
        self.hits = defaultdict(list)
        for probe, arguments in re.findall(r'^hit (\w+)((?: \d+)*)$', self.shown, re.MULTILINE):
            self.hits[probe].append(tuple(map(int, arguments.split())))
        self.says = {name: int(figure) for name, figure in re.findall(r'^(\w+) (\d+)$', self.shown, re.MULTILINE)}

    def test_they_are_told_apart_and_none_is_missed(self):
        self.assertIn('exited normally', self.shown)
        hits, says = self.hits, self.says
        self.assertEqual(hits.keys(), described().keys(), self.shown)
        fewest, most = says['fewest'], says['most']
        self.assertEqual(hits['grow'], [(fewest << n, fewest << n + 1) for n in range(says['growths'])])
        self.assertEqual(hits['grow'][-1][1], most)
        # Those of the first table are there from the beginning.
        self.assertEqual(sorted(hits['initialise']), [(bucket,) for bucket in range(fewest, most)])
        self.assertEqual(hits['shrink_begin'], [(most >> n, most >> n + 1) for n in range(says['shrinks'])])
        self.assertEqual(hits['shrink_end'], [(after,) for _, after in hits['shrink_begin']])
        self.assertEqual([(deadline, now) for _, deadline, now in hits['expire']], [(5, 7), (12, 16)])
        self.assertEqual(says['expired'], 2)
        self.assertEqual(len({hash for hash, _, _ in hits['expire']}), 1)
        self.assertEqual(len(hits['retire']), says['removed'])
        self.assertEqual(sum(slots for slots, in hits['reclaim']), says['removed'] - says['retired'])
        # The reader has no place at hand to unlink from, so it comes by the entry as any writer would.
        self.assertEqual(len(hits['help']), 1)
        self.assertEqual(hits['help'][0][0], hits['expire'][0][0])
        self.assertIn(hits['help'][0][1:], hits['retire'])


class Lines(unittest.TestCase):
    def test_each_probe_has_one_that_bpftrace_compiles(self):
        lines = re.findall(r"^bpftrace -e '(.*)'$", PAGE, re.MULTILINE)
        self.assertEqual({probe for line in lines for probe in re.findall(rf'{SERVER}:{PROVIDER}:(\w+)', line)}, described().keys())
        for line in lines:
            with self.subTest(line):
                # To its end, but for the kernel: a probe or an argument that the program does not have is an error.
                self.assertIn(SERVER, line)
                dry = ran('bpftrace', '-d', '-e', line.replace(SERVER, TRACED))
                self.assertEqual(dry.returncode, 0, dry.stdout)


if __name__ == '__main__':
    PAGE = pathlib.Path(sys.argv[1]).read_text()
    TRACED, UNTRACED = (sys.argv[3:] + [None])[:2]
    if sys.argv[2] == 'Hits' and 'exited normally' not in ran('gdb', '-batch', '-nx', '-ex', 'run', '/bin/true').stdout:
        print('gdb cannot run /bin/true here')
        sys.exit(SKIPPED)
    if sys.argv[2] == 'Lines' and os.geteuid() != 0:
        print('bpftrace compiles for root only')
        sys.exit(SKIPPED)
    unittest.main(argv=[sys.argv[0], sys.argv[2]], verbosity=2)
