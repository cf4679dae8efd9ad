# SPDX-License-Identifier: BSL-1.0
"""test_consumers.py CLASS SOURCE COMPILER...: the tests of one class. Consumers: wane is configured, built and installed as a packager
would, and found from there by pkg-config and by CMake. Subprojects: it is a part of other projects' builds, of CMake's and of meson's.
DebianPackage: its source package builds."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).parent
SAYS = 'inserted 1, found 1, gone 1\n'


class InDirectory(unittest.TestCase):
    """Runs commands, in a directory of its own."""

    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(directory.cleanup)
        cls.work = pathlib.Path(directory.name)
        cls.environment = os.environ | {'CXX': ' '.join(COMPILER)}

    @classmethod
    def run_any(cls, *command):
        return subprocess.run(command, env=cls.environment, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    @classmethod
    def run_checked(cls, *command):
        done = cls.run_any(*command)
        if done.returncode:
            raise AssertionError(f'{" ".join(map(str, command))}\n{done.stdout}')
        return done.stdout


class Consumers(InDirectory):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.prefix = cls.work / 'prefix'
        build = cls.work / 'build'
        cls.run_checked('meson', 'setup', build, SOURCE, f'--prefix={cls.prefix}',
                        '-Dproptest=disabled', '-Dbench=disabled', '-Doptimization=0')
        cls.run_checked('meson', 'install', '--quiet', '-C', build)
        pc = next(cls.prefix.rglob('wane.pc'))
        cls.environment['PKG_CONFIG_PATH'] = str(pc.parent)
        cls.version = cls.run_checked('pkg-config', '--modversion', 'wane').strip()

    def cmake(self, version):
        """Configures the CMake consumer, which asks for `version` of wane ('': any), in a directory of its own."""
        build = pathlib.Path(tempfile.mkdtemp(dir=self.work))
        return build, self.run_any('cmake', '-G', 'Ninja', '-S', HERE, '-B', build, f'-DWANE_VERSION={version}',
                                   f'-DCMAKE_PREFIX_PATH={self.prefix}', '-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror')

    def assert_cmake_consumer_works(self, version):
        build, configured = self.cmake(version)
        self.assertEqual(configured.returncode, 0, configured.stdout)
        self.run_checked('cmake', '--build', build)
        self.assertEqual(self.run_checked(build / 'program'), SAYS)

    def test_a_program_finds_wane_by_pkg_config(self):
        flags = self.run_checked('pkg-config', '--cflags', '--libs', 'wane').split()
        program = self.work / 'program'
        self.run_checked(*COMPILER, '-std=c++20', '-Wall', '-Wextra', '-Werror', HERE / 'program.cpp', '-o', program, *flags)
        self.assertEqual(self.run_checked(program), SAYS)

    def test_a_program_in_c_finds_wane_by_pkg_config(self):
        flags = self.run_checked('pkg-config', '--cflags', '--libs', 'wane').split()
        program = self.work / 'program_in_c'
        self.run_checked('cc', '-std=c99', '-Wall', '-Wextra', '-Wpedantic', '-Werror', HERE / 'program.c', '-o', program, *flags)
        self.assertEqual(self.run_checked(program), SAYS)

    def test_a_program_finds_wane_by_cmake(self):
        self.assert_cmake_consumer_works(self.version)

    def test_the_installed_tree_can_be_moved(self):
        moved = self.work / 'moved'
        shutil.move(self.prefix, moved)
        self.addCleanup(shutil.move, moved, self.prefix)
        self.prefix = moved
        self.assert_cmake_consumer_works('')

    def test_pkg_config_refuses_a_newer_version(self):
        major, minor, patch = map(int, self.version.split('.'))
        newer = f'wane >= {major}.{minor}.{patch + 1}'
        self.assertNotEqual(self.run_any('pkg-config', '--exists', newer).returncode, 0)

    def test_cmake_refuses_a_version_that_is_not_compatible(self):
        major, minor, patch = map(int, self.version.split('.'))
        for wrong in f'{major}.{minor}.{patch + 1}', f'{major}.{minor + 1}', f'{major + 1}.0':
            with self.subTest(wrong):
                configured = self.cmake(wrong)[1]
                self.assertNotEqual(configured.returncode, 0)
                self.assertIn(f'compatible with requested version "{wrong}"', ' '.join(configured.stdout.split()))

    def test_every_header_is_installed(self):
        def headers(root):
            return sorted(path.relative_to(root) for path in (root / 'wane').rglob('*') if path.is_file())
        self.assertEqual(headers(self.prefix / 'include'), headers(SOURCE / 'include'))


class Subprojects(InDirectory):
    def test_wane_is_a_part_of_a_cmake_project(self):
        build = self.work / 'cmake'
        self.run_checked('cmake', '-G', 'Ninja', '-S', HERE / 'cmake_subproject', '-B', build, f'-DWANE_SOURCE={SOURCE}')
        self.run_checked('cmake', '--build', build, '--target', 'program')
        self.assertEqual(self.run_checked(build / 'program'), SAYS)

    def test_wane_is_a_part_of_a_meson_project(self):
        project = self.work / 'project'
        shutil.copytree(HERE / 'meson_subproject', project)
        shutil.copy(HERE / 'program.cpp', project)
        (project / 'subprojects').mkdir()
        shutil.copy(SOURCE / 'src' / 'package' / 'wane.wrap', project / 'subprojects')
        (project / 'subprojects' / 'wane').symlink_to(SOURCE)
        build = project / 'build'
        self.run_checked('meson', 'setup', build, project, '-Doptimization=0', '--wrap-mode=nodownload', '--force-fallback-for=wane')
        self.run_checked('ninja', '-C', build, 'program')
        self.assertEqual(self.run_checked(build / 'program'), SAYS)


class DebianPackage(InDirectory):
    def test_the_source_package_builds_and_lintian_finds_no_error(self):
        self.environment['DEB_BUILD_OPTIONS'] = f'noopt parallel={os.cpu_count()}'
        self.run_checked(SOURCE / 'src' / 'package' / 'build-deb', self.work)
        package = next(self.work.glob('libwane-dev_*.deb'))
        contents = self.run_checked('dpkg-deb', '--contents', package)
        for name in 'libwane.a', 'wane.pc', 'waneConfig.cmake', 'include/wane/map.hpp', 'include/wane/wane.h', 'wane_gdb.py':
            self.assertIn(f'/{name}\n', contents)


if __name__ == '__main__':
    SOURCE, COMPILER = pathlib.Path(sys.argv[2]), sys.argv[3:]
    unittest.main(argv=sys.argv[:2], verbosity=2)
