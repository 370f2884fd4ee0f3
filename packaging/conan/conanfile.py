"""UNTRIED: written from the documentation of Conan 2. `conan create packaging/conan`."""
import os

from conan import ConanFile
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy


class Blockscope(ConanFile):
    name = "blockscope"
    version = "0.1.0"
    description = "Profiles design spaces of mobile neural networks for a device"
    package_type = "shared-library"
    settings = "os", "compiler", "build_type", "arch"
    requires = ("boost/[>=1.74]", "cli11/[>=2.1]", "eigen/[>=3.4]", "fmt/[>=9 <11]",
                "libjpeg/[>=9]", "libpng/[>=1.6]", "nlohmann_json/[>=3.11]", "onednn/[>=2.6]",
                "onnx/[>=1.12]", "protobuf/[>=3.21]", "sqlite3/[>=3.40]", "sqlitecpp/[>=3.2]",
                "tomlplusplus/[>=3.3]")

    def export_sources(self):
        root = os.path.join(self.recipe_folder, "..", "..")
        for pattern in ("CMakeLists.txt", "cmake/*", "blockscope/*", "cli/*", "models/*", "spaces/*",
                        "docs/*", "python/*", "README.md", "CHANGELOG.md", "LICENSE"):
            copy(self, pattern, root, self.export_sources_folder)

    def layout(self):
        cmake_layout(self)

    def generate(self):
        CMakeDeps(self).generate()
        toolchain = CMakeToolchain(self)
        toolchain.variables["BLOCKSCOPE_TESTS"] = False
        toolchain.variables["BLOCKSCOPE_WERROR"] = False
        toolchain.variables["BLOCKSCOPE_PYTHON"] = False
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        CMake(self).install()

    def package_info(self):
        self.cpp_info.libs = ["blockscope"]
        self.cpp_info.set_property("cmake_file_name", "blockscope")
        self.cpp_info.set_property("cmake_target_name", "blockscope::blockscope")
