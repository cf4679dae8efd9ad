# SPDX-License-Identifier: BSL-1.0
"""from_python.py HEADER PC_DIR: wane.h by way of cffi. The extension is compiled here, from the text of HEADER and against the
library that PC_DIR/wane*.pc describes, as a binding of one's own would be."""
import importlib.util
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import unittest

import cffi

from declarations import declarations

SECOND = 10**9


def flags(which):
    return subprocess.check_output(['pkg-config', which, 'wane'], env=os.environ | {'PKG_CONFIG_PATH': sys.argv[2]},
                                   text=True).split()


def binding():
    ffi = cffi.FFI()
    ffi.cdef(declarations(pathlib.Path(sys.argv[1]).read_text()) + '''
        extern "Python" int on_visit(void*, const void*, size_t, const void*, size_t);
        extern "Python" void on_removal(void*, const void*, size_t, const void*, size_t, int);
        extern "Python" int64_t on_clock(void*);
    ''')
    ffi.set_source('wane_cffi', '#include <wane/wane.h>', extra_compile_args=flags('--cflags'),
                   extra_link_args=flags('--libs'))
    with tempfile.TemporaryDirectory() as directory:
        path = ffi.compile(tmpdir=directory)
        spec = importlib.util.spec_from_file_location('wane_cffi', path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return module.ffi, module.lib


ffi, lib = binding()


@ffi.def_extern()
def on_visit(context, key, key_size, value, value_size):
    ffi.from_handle(context).append((ffi.buffer(key, key_size)[:], ffi.buffer(value, value_size)[:]))
    return 0


@ffi.def_extern()
def on_removal(context, key, key_size, value, value_size, cause):
    ffi.from_handle(context).append((ffi.buffer(key, key_size)[:], cause))


@ffi.def_extern()
def on_clock(context):
    return ffi.from_handle(context)[0]


class Cache:
    """What a binding makes of the API in some lines."""

    def __init__(self, time, removed):
        self.kept_alive = [ffi.new_handle(time), ffi.new_handle(removed)]
        options = ffi.new('wane_options*')
        lib.wane_options_default(options)
        options.clock, options.clock_context = lib.on_clock, self.kept_alive[0]
        out = ffi.new('wane_bytes_map**')
        self.check(lib.wane_bytes_create(options, lib.on_removal, self.kept_alive[1], out))
        self.map = out[0]

    def close(self):
        """Not left to the collector, which may have taken what callbacks need."""
        lib.wane_bytes_destroy(self.map)

    @staticmethod
    def check(result):
        if result < 0:
            raise RuntimeError(ffi.string(lib.wane_last_error()).decode())
        return result == lib.WANE_OK

    def insert(self, key, value, ttl):
        return self.check(lib.wane_bytes_insert(self.map, key, len(key), value, len(value), lib.wane_ttl(ttl)))

    def find(self, key):
        size = ffi.new('size_t*', 16)
        while True:
            room = ffi.new('char[]', max(size[0], 1))
            result = lib.wane_bytes_find(self.map, key, len(key), room, len(room), size)
            if result != lib.WANE_TOO_SMALL:
                return ffi.buffer(room, size[0])[:] if self.check(result) else None

    def items(self):
        visited = []
        self.check(lib.wane_bytes_for_each(self.map, lib.on_visit, ffi.new_handle(visited)))
        return dict(visited)


class FromPython(unittest.TestCase):
    def setUp(self):
        self.time, self.removed = [0], []
        self.cache = Cache(self.time, self.removed)
        self.addCleanup(self.cache.close)

    def test_an_entry_expires_and_its_removal_is_told(self):
        self.assertTrue(self.cache.insert(b'key\0', b'value' * 100, SECOND))
        self.assertFalse(self.cache.insert(b'key\0', b'another', SECOND))
        self.assertEqual(self.cache.find(b'key\0'), b'value' * 100)
        self.time[0] = 2 * SECOND
        self.assertIsNone(self.cache.find(b'key\0'))
        self.assertEqual(self.removed, [(b'key\0', lib.WANE_EXPIRED)])

    def test_a_refused_argument_is_an_error_with_a_text(self):
        with self.assertRaisesRegex(RuntimeError, 'TTL must be positive'):
            self.cache.insert(b'key', b'value', 0)

    def test_threads_share_a_map(self):
        def work(first):
            for k in range(first, 1000, 4):
                self.cache.insert(b'%d' % k, b'%d' % (2 * k), SECOND)
        threads = [threading.Thread(target=work, args=(first,)) for first in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(self.cache.items(), {b'%d' % k: b'%d' % (2 * k) for k in range(1000)})


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1], verbosity=2)
