# SPDX-License-Identifier: BSL-1.0
"""fuzz.py [--seconds N] [--planted MUTANT --report TEXT] TARGET

Runs a libFuzzer target for N seconds, times WANE_STRESS, from the seed WANE_SEED. Passes if it finds nothing; with --planted,
if it finds the bug and says TEXT. A failure prints the input and the command that runs it again.
"""
import argparse
import base64
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import time

TAIL = 80


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--seconds', type=float, default=5)
    parser.add_argument('--planted')
    parser.add_argument('--report')
    parser.add_argument('target', type=pathlib.Path)
    args = parser.parse_args()
    name = args.target.name
    seconds = args.seconds if args.planted else args.seconds * float(os.environ.get('WANE_STRESS', 1))
    # libFuzzer draws its own for 0.
    seed = int(os.environ.get('WANE_SEED') or random.randrange(2**31)) % 2**31 or 1
    print(f'{name}: seed {seed}', flush=True)
    environment = os.environ | ({'WANE_MUTANT': args.planted} if args.planted else {})
    with tempfile.TemporaryDirectory() as place:
        began = time.monotonic()
        run = subprocess.run([args.target, f'-seed={seed}', f'-max_total_time={max(1, round(seconds))}', '-max_len=512',
                              '-len_control=20', '-timeout=20', '-print_final_stats=1', f'-artifact_prefix={place}/'],
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors='replace', env=environment)
        took = time.monotonic() - began
        culprits = [path.read_bytes() for path in pathlib.Path(place).iterdir()]
    executions = re.search(r'number_of_executed_units: *(\d+)', run.stdout)
    if executions and not args.planted:
        print(f'counted fuzzed {name}: runs={executions[1]} seconds={took:.3f}')
    if args.planted:
        if run.returncode == 0 or not culprits:
            sys.exit(f'{name}: {args.planted} went unnoticed for {took:.1f} s')
        if args.report not in run.stdout:
            print(*run.stdout.splitlines()[-TAIL:], sep='\n')
            sys.exit(f'{name}: failed (status {run.returncode}), but without "{args.report}"')
        print(f'{args.planted} is found in {took:.1f} s, by {len(culprits[0])} bytes')
    elif run.returncode != 0 or culprits or not executions:
        print(*run.stdout.splitlines()[-TAIL:], sep='\n')
        for culprit in culprits:
            print(f'replay with: base64 -d <<<{base64.b64encode(culprit).decode()} >input && {args.target} input')
        sys.exit(f'{name}: status {run.returncode}')


if __name__ == '__main__':
    main()
