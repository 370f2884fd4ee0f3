# UNTRIED: written from vcpkg's documentation of portfiles. An overlay port; the sources are the checkout.
set(SOURCE_PATH ${CURRENT_PORT_DIR}/../..)
vcpkg_cmake_configure(SOURCE_PATH ${SOURCE_PATH}
    OPTIONS -DBLOCKSCOPE_TESTS=OFF -DBLOCKSCOPE_WERROR=OFF -DBLOCKSCOPE_PYTHON=OFF)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH lib/cmake/blockscope)
vcpkg_fixup_pkgconfig()
vcpkg_copy_tools(TOOL_NAMES blockscope AUTO_CLEAN)
file(REMOVE_RECURSE ${CURRENT_PACKAGES_DIR}/debug/include ${CURRENT_PACKAGES_DIR}/debug/share)
vcpkg_install_copyright(FILE_LIST ${SOURCE_PATH}/LICENSE)
