add_library(blockscope_flags INTERFACE)
target_include_directories(blockscope_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(blockscope_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                       -Wno-sign-conversion)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # false alarms: on std::string + literal (GCC bug 105651), and on vectors that grow when inlined
    target_compile_options(blockscope_flags INTERFACE -Wno-restrict -Wno-stringop-overflow)
endif()
if(BLOCKSCOPE_WERROR)
    target_compile_options(blockscope_flags INTERFACE -Werror)
endif()
# Same numbers on every machine: no contraction of a * b + c that one compiler does and another not.
target_compile_options(blockscope_flags INTERFACE -ffp-contract=off)
if(BLOCKSCOPE_SANITIZE)
    add_compile_options(-fsanitize=${BLOCKSCOPE_SANITIZE} -fno-omit-frame-pointer
                        -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${BLOCKSCOPE_SANITIZE})
endif()
find_program(CCACHE ccache)
if(CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
