# What `cmake --install` and CPack put where, in four parts: the library, what is needed to build
# against it, the program, the Python module.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# found from where it is, wherever the whole is moved to
function(blockscope_relative_rpath target folder)
    file(RELATIVE_PATH up /root/${folder} /root/${CMAKE_INSTALL_LIBDIR})
    set_target_properties(${target} PROPERTIES INSTALL_RPATH "$ORIGIN/${up}")
endfunction()

install(TARGETS blockscope EXPORT blockscope-targets
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library
        NAMELINK_COMPONENT development
        INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})

if(BLOCKSCOPE_TORCH)  # found beside the library (supernet/torch_library.cpp)
    install(TARGETS blockscope_torch LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT torch)
endif()
install(DIRECTORY blockscope DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development
        FILES_MATCHING PATTERN "*.hpp")
set(config ${CMAKE_INSTALL_LIBDIR}/cmake/blockscope)
install(EXPORT blockscope-targets NAMESPACE blockscope:: FILE blockscope-config.cmake
        DESTINATION ${config} COMPONENT development)
# until 1.0 a minor version may change interfaces
write_basic_package_version_file(${CMAKE_BINARY_DIR}/blockscope-config-version.cmake
                                 COMPATIBILITY SameMinorVersion)
configure_file(cmake/blockscope.pc.in ${CMAKE_BINARY_DIR}/blockscope.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/blockscope-config-version.cmake DESTINATION ${config}
        COMPONENT development)
install(FILES ${CMAKE_BINARY_DIR}/blockscope.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
        COMPONENT development)

install(TARGETS blockscope_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT tool)
blockscope_relative_rpath(blockscope_cli ${CMAKE_INSTALL_BINDIR})
# the manual page and completions are the program's own words
set(pages ${CMAKE_BINARY_DIR}/pages)
file(MAKE_DIRECTORY ${pages})
add_custom_command(OUTPUT ${pages}/blockscope.1 ${pages}/blockscope.bash ${pages}/_blockscope
    COMMAND blockscope_cli completion man -o ${pages}/blockscope.1
    COMMAND blockscope_cli completion bash -o ${pages}/blockscope.bash
    COMMAND blockscope_cli completion zsh -o ${pages}/_blockscope
    DEPENDS blockscope_cli blockscope COMMENT "Manual page and completions" VERBATIM)
if(NOT BLOCKSCOPE_FUZZ)
    add_custom_target(blockscope_pages ALL DEPENDS ${pages}/blockscope.1)
endif()
install(FILES ${pages}/blockscope.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT tool)
install(FILES ${pages}/blockscope.bash RENAME blockscope
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT tool)
install(FILES ${pages}/_blockscope DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions
        COMPONENT tool)
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT tool)
install(FILES README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT tool)

if(BLOCKSCOPE_PYTHON_FOUND)
    # where the system's Python looks, for the prefixes that it looks in
    set(folder lib/python${Python_VERSION_MAJOR}.${Python_VERSION_MINOR}/site-packages)
    if(EXISTS /etc/debian_version AND Python_EXECUTABLE MATCHES "^/usr/bin/")
        set(folder lib/python${Python_VERSION_MAJOR}.${Python_VERSION_MINOR}/dist-packages)
        if(CMAKE_INSTALL_PREFIX STREQUAL /usr)
            set(folder lib/python3/dist-packages)
        endif()
    endif()
    set(BLOCKSCOPE_PYTHON_FOLDER ${folder} CACHE STRING "below the prefix, for the Python module")
    install(TARGETS blockscope_python
            LIBRARY DESTINATION ${BLOCKSCOPE_PYTHON_FOLDER}/blockscope COMPONENT python)
    blockscope_relative_rpath(blockscope_python ${BLOCKSCOPE_PYTHON_FOLDER}/blockscope)
    install(DIRECTORY python/blockscope DESTINATION ${BLOCKSCOPE_PYTHON_FOLDER} COMPONENT python
            FILES_MATCHING PATTERN "*.py" PATTERN "*.pyi" PATTERN "py.typed")
endif()
