# SPDX-License-Identifier: BSL-1.0
"""Conan 2: `conan create src/package/conan` in a checkout. liburcu comes from the system: its modules are found by pkg-config."""
import pathlib
import re

from conan import ConanFile
from conan.errors import ConanInvalidConfiguration
from conan.tools.build import check_min_cppstd
from conan.tools.files import copy
from conan.tools.gnu import PkgConfigDeps
from conan.tools.layout import basic_layout
from conan.tools.meson import Meson, MesonToolchain

ROOT = pathlib.Path(__file__).resolve().parents[3]


class Wane(ConanFile):
    name = 'wane'
    description = 'A lock-free, resizable hash map whose entries expire'
    license = 'BSL-1.0'
    topics = 'hash-map', 'lock-free', 'ttl', 'cache', 'rcu'
    package_type = 'static-library'
    settings = 'os', 'compiler', 'build_type', 'arch'

    def set_version(self):
        header = (ROOT / 'include' / 'wane' / 'version.h').read_text()
        self.version = re.search(r'WANE_VERSION_STRING "(.*)"', header)[1]

    def export_sources(self):
        for pattern in 'meson.build', 'meson_options.txt', 'LICENSE', 'src/*', 'include/*':
            copy(self, pattern, ROOT, self.export_sources_folder)

    def validate(self):
        if self.settings.os != 'Linux':
            raise ConanInvalidConfiguration('wane is for Linux')
        check_min_cppstd(self, 20)

    def layout(self):
        basic_layout(self)

    def generate(self):
        toolchain = MesonToolchain(self)
        toolchain.project_options |= {'bench': 'disabled', 'proptest': 'disabled'}
        toolchain.generate()
        PkgConfigDeps(self).generate()

    def build(self):
        meson = Meson(self)
        meson.configure()
        meson.build()

    def package(self):
        Meson(self).install()
        copy(self, 'LICENSE', self.source_folder, pathlib.Path(self.package_folder) / 'licenses')

    def package_info(self):
        self.cpp_info.libs = ['wane']
        self.cpp_info.set_property('pkg_config_name', 'wane')
        self.cpp_info.set_property('cmake_target_name', 'wane::wane')
        self.cpp_info.system_libs = ['urcu-memb', 'urcu-qsbr', 'urcu-mb', 'urcu-bp', 'pthread']
