# SPDX-License-Identifier: BSL-1.0
"""Checks the Spin models in this folder, in the configurations of configurations.py, to the end of their state space.

verify.py [--deep] [--only RE] [--out FILE] [--keep DIRECTORY] [--spin SPIN] [NAME...] [-- CC...]

  NAME...    these configurations only (default: all)
  --deep     the bigger configurations, too, which take minutes
  --only RE  configurations whose name the regular expression RE matches
  --out      write what was found as JSON
  --keep     work in DIRECTORY and leave the verifier and the trail there (default: a temporary directory)
  --spin     the program spin
  CC...      a compiler and the options that make it take C (default: cc -x c)

A configuration passes if the search was complete and found nothing, or, when it plants a mistake, if the search found
what the table names: a violation of that very assertion, or a run without end. A search that was cut short proves
nothing and fails.
"""
import argparse
import json
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import time

from configurations import CONFIGURATIONS

HERE = pathlib.Path(__file__).resolve().parent
MEGABYTES = 3000
MOST_STEPS = 200_000
TRAIL_LINES = 120


def run(command, directory):
    return subprocess.run(command, cwd=directory, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)


def must(command, directory):
    done = run(command, directory)
    if done.returncode != 0:
        raise RuntimeError(f'{" ".join(map(str, command))}: status {done.returncode}\n{done.stdout}')


def source(configuration):
    """What Spin is given: the definitions, then the model. By a file, because Spin hands its options to a shell."""
    lines = [f'#define {name} {"" if value is True else value}'.rstrip()
             for name, value in configuration.definitions.items()]
    return '\n'.join([*lines, f'#include "{HERE / configuration.model}.pml"', ''])


def number(pattern, output):
    found = re.search(pattern, output, re.MULTILINE)
    return int(float(found[1])) if found else None


def complaint(configuration, status, output):
    """Why what the verifier said is not what was expected of it, or None."""
    for sign in 'max search depth too small', 'out of memory', 'MEMLIM', 'VECTORSZ':
        if sign in output:
            return f'the search was cut short: {sign}'
    errors = number(r'errors: (\d+)$', output)
    if errors is None:
        return f'the verifier failed (status {status})'
    violated = re.search(r'^pan:\d+: (.*)$', output, re.MULTILINE)
    if configuration.breaks is None:
        if errors == 0 and status == 0 and 'Search not completed' not in output:
            return None
        return violated[1] if violated else 'the search was not completed'
    if not violated:
        return f'the planted mistake went unnoticed: no violation of {configuration.breaks}'
    if re.match(rf'(assertion violated \(*)?{configuration.breaks}\b', violated[1]):
        return None
    return f'expected a violation of {configuration.breaks}, not: {violated[1]}'


def verify(configuration, spin, cc, directory):
    """What was found, as a dictionary; its `complaint` is None when that is as expected."""
    began = time.monotonic()
    (directory / 'model.pml').write_text(source(configuration))
    (directory / 'model.pml.trail').unlink(missing_ok=True)
    preprocess = f'-P{shlex.join(cc)} -E'  # or Spin takes gcc, which need not be there
    must([spin, preprocess, '-a', 'model.pml'], directory)
    # Compiling takes longer than most searches.
    thorough = ['-O2', '-DCOLLAPSE'] if configuration.deep else ['-O0']
    kind = '-DNP' if configuration.endless else '-DSAFETY'
    must([*cc, *thorough, '-w', kind, '-DVECTORSZ=512', f'-DMEMLIM={MEGABYTES}', '-o', 'pan', 'pan.c'], directory)
    built = time.monotonic()
    pan = run(['./pan', f'-m{MOST_STEPS}', '-w22', *(['-l'] if configuration.endless else [])], directory)
    ended = time.monotonic()
    why = complaint(configuration, pan.returncode, pan.stdout)
    if why is not None:
        print(pan.stdout)
        if (directory / 'model.pml.trail').exists():
            trail = run([spin, preprocess, '-t', '-p', '-g', 'model.pml'], directory).stdout.splitlines()
            print(f'the end of the way there, of {len(trail)} lines:', *trail[-TRAIL_LINES:], sep='\n')
    return {
        'name': configuration.name,
        'model': configuration.model,
        'breaks': configuration.breaks,
        'states': number(r'^ *([\d.e+]+) states, stored', pan.stdout),
        'transitions': number(r'^ *([\d.e+]+) transitions', pan.stdout),
        'depth': number(r'depth reached (\d+)', pan.stdout),
        'build_seconds': round(built - began, 2),
        'search_seconds': round(ended - built, 2),
        'complaint': why,
    }


def show(found):
    verdict = found['complaint'] or (f'breaks {found["breaks"]}, as it should' if found['breaks'] else 'holds')
    print(f'{found["name"]}: {found["states"]} states, {found["transitions"]} transitions, depth {found["depth"]}, '
          f'{found["build_seconds"]} + {found["search_seconds"]} s: {verdict}', flush=True)
    if verdict == 'holds':
        print(f'counted Spin, {found["model"]}: models=1 states={found["states"]:.0f} transitions={found["transitions"]:.0f} '
              f'seconds={found["search_seconds"]}', flush=True)


def chosen(arguments):
    names = {c.name for c in CONFIGURATIONS}
    if len(names) != len(CONFIGURATIONS):
        sys.exit('configurations.py: two configurations have one name')
    unknown = set(arguments.names) - names
    if unknown:
        sys.exit(f'no such configuration: {", ".join(sorted(unknown))}')
    return [c for c in CONFIGURATIONS
            if (c.name in arguments.names or not arguments.names and (arguments.deep or not c.deep))
            and re.search(arguments.only, c.name)]


def main():
    end = sys.argv.index('--') if '--' in sys.argv else len(sys.argv)
    cc = sys.argv[end + 1:] or ['cc', '-x', 'c']
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('names', nargs='*', metavar='NAME')
    parser.add_argument('--deep', action='store_true')
    parser.add_argument('--only', default='', metavar='RE')
    parser.add_argument('--out', type=pathlib.Path, metavar='FILE')
    parser.add_argument('--keep', type=pathlib.Path, metavar='DIRECTORY')
    parser.add_argument('--spin', default='spin')
    arguments = parser.parse_args(sys.argv[1:end])
    configurations = chosen(arguments)
    results = []
    for configuration in configurations:
        with tempfile.TemporaryDirectory() as temporary:
            directory = (arguments.keep or pathlib.Path(temporary)).resolve()
            directory.mkdir(parents=True, exist_ok=True)
            results.append(verify(configuration, arguments.spin, cc, directory))
        show(results[-1])
    if arguments.out:
        arguments.out.write_text(json.dumps(results, indent=1) + '\n')
    failed = sum(r['complaint'] is not None for r in results)
    seconds = sum(r['build_seconds'] + r['search_seconds'] for r in results)
    print(f'{len(results) - failed} as expected, {failed} not, {seconds:.0f} s')
    return 1 if failed or not results else 0


if __name__ == '__main__':
    sys.exit(main())
