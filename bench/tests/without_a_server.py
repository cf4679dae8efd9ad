# SPDX-License-Identifier: BSL-1.0
"""The cells of a server that is not installed say so, and measure nothing in its place."""

import subprocess
import sys

done = subprocess.run([sys.argv[1], "--entries", "10", "--seconds", "0.02", "--cell", "near_cache_find:1"], env={"PATH": "/nowhere"},
                      text=True, capture_output=True, check=False, timeout=60)
assert done.returncode == 1 and done.stdout == "", done
assert "redis: redis-server is not found; the Debian package redis-server has it" in done.stderr, done
