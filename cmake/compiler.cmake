add_library(blockscope_flags INTERFACE)
target_include_directories(blockscope_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(blockscope_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                       -Wno-sign-conversion)
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
