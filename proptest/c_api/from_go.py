# SPDX-License-Identifier: BSL-1.0
"""from_go.py PC_DIR: builds and runs from_go against the library that PC_DIR/wane*.pc describes. Where Go is not installed it says
so and exits with 77."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

if shutil.which('go') is None:
    print('Go is not installed')
    sys.exit(77)
with tempfile.TemporaryDirectory() as cache:
    env = os.environ | {'PKG_CONFIG_PATH': sys.argv[1], 'GOCACHE': os.environ.get('GOCACHE', cache), 'GOFLAGS': '-buildvcs=false'}
    done = subprocess.run(['go', 'run', '.'], cwd=pathlib.Path(__file__).parent / 'from_go', env=env, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
if done.returncode or done.stdout != 'passed\n':
    sys.exit(f'{done.stdout}\nstatus {done.returncode}')
