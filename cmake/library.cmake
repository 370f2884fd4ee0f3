# blockscope_library(FOLDER USES folders... PRIVATE targets...)
# All sources of blockscope/FOLDER except those that an optional part leaves out
# (BLOCKSCOPE_SKIP_SOURCES holds their names).
function(blockscope_library folder)
    cmake_parse_arguments(lib "" "" "USES;PRIVATE" ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/blockscope/${folder}/*.cpp)
    foreach(skip ${BLOCKSCOPE_SKIP_SOURCES})
        list(FILTER sources EXCLUDE REGEX "/${skip}$")
    endforeach()
    if(NOT sources)
        message(FATAL_ERROR "blockscope/${folder} has no sources")
    endif()
    add_library(blockscope_${folder} STATIC ${sources})
    set_target_properties(blockscope_${folder} PROPERTIES POSITION_INDEPENDENT_CODE ON)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        # nobody replaces a function of the shared library, so calls within a file may be inlined
        target_compile_options(blockscope_${folder} PRIVATE -fno-semantic-interposition)
    endif()
    target_link_libraries(blockscope_${folder} PUBLIC blockscope_flags)
    foreach(used ${lib_USES})
        target_link_libraries(blockscope_${folder} PUBLIC blockscope_${used})
    endforeach()
    target_link_libraries(blockscope_${folder} PRIVATE ${lib_PRIVATE})
    set_property(GLOBAL APPEND PROPERTY BLOCKSCOPE_FOLDERS blockscope_${folder})
    set_property(GLOBAL APPEND PROPERTY BLOCKSCOPE_DEPENDENCIES ${lib_PRIVATE})
endfunction()

# blockscope_shared_library(NAME MORE targets...): all folders, and these targets, as one library for
# the program, the Python module and programs of others. It shows what is of namespace blockscope
# and nothing of its dependencies (cmake/blockscope.map). Tests link the folders themselves.
function(blockscope_shared_library name)
    cmake_parse_arguments(lib "" "" "MORE" ${ARGN})
    get_property(folders GLOBAL PROPERTY BLOCKSCOPE_FOLDERS)
    get_property(dependencies GLOBAL PROPERTY BLOCKSCOPE_DEPENDENCIES)
    list(REMOVE_DUPLICATES dependencies)
    set(objects "")
    foreach(part ${folders} ${lib_MORE})
        list(APPEND objects $<TARGET_OBJECTS:${part}>)
    endforeach()
    add_library(${name} SHARED ${objects})
    target_link_libraries(${name} PRIVATE ${dependencies})
    set(map ${PROJECT_SOURCE_DIR}/cmake/blockscope.map)
    target_link_options(${name} PRIVATE -Wl,--version-script=${map} -Wl,-Bsymbolic-functions)
    set_target_properties(${name} PROPERTIES LINKER_LANGUAGE CXX LINK_DEPENDS ${map}
        VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
    target_include_directories(${name} INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>)
    target_compile_features(${name} INTERFACE cxx_std_20)
endfunction()

# blockscope_embed_text(FOLDER GLOB NAME): the files become
#     extern const EmbeddedText NAME[]; extern const std::size_t NAME_count;   (base/embedded.hpp)
function(blockscope_embed_text folder glob name)
    file(GLOB files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${glob})
    set(entries "")
    foreach(file ${files})
        set_property(DIRECTORY ${PROJECT_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
        get_filename_component(stem ${file} NAME_WLE)
        file(READ ${file} text)
        string(APPEND entries "    {\"${stem}\", R\"embedded~(${text})embedded~\"},\n")
    endforeach()
    file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/generated/${name}.cpp CONTENT
"#include \"blockscope/base/embedded.hpp\"

namespace blockscope {
extern const EmbeddedText ${name}[] = {
${entries}    {nullptr, nullptr}};
}  // namespace blockscope
")
    # clang names a length that every compiler takes, and both of ours take more
    set_source_files_properties(${CMAKE_BINARY_DIR}/generated/${name}.cpp PROPERTIES
                                COMPILE_OPTIONS -Wno-overlength-strings)
    target_sources(blockscope_${folder} PRIVATE ${CMAKE_BINARY_DIR}/generated/${name}.cpp)
endfunction()

# blockscope_embed_files(FOLDER HEADER NAME file...): std::string_view NAME(std::string_view) of
# HEADER finds the bytes of each file that exists by its name; empty: it does not.
function(blockscope_embed_files folder header name)
    set(data "")
    set(symbols "")
    set(entries "")
    set(files "")
    set(i 0)
    foreach(file ${ARGN})
        if(EXISTS ${file})
            get_filename_component(leaf ${file} NAME)
            set(symbol ${name}_${i})
            string(APPEND data ".global ${symbol}\n.global ${symbol}_end\n${symbol}: .incbin \"${file}\"\n${symbol}_end: .byte 0\n")
            string(APPEND symbols "extern const char ${symbol}[];\nextern const char ${symbol}_end[];\n")
            string(APPEND entries "    if (file == \"${leaf}\") return {${symbol}, ${symbol}_end};\n")
            list(APPEND files ${file})
            math(EXPR i "${i} + 1")
        endif()
    endforeach()
    set(base ${CMAKE_BINARY_DIR}/generated/${name})
    file(GENERATE OUTPUT ${base}_data.S CONTENT
".section .rodata
${data}.section .note.GNU-stack,\"\",%progbits
")
    file(GENERATE OUTPUT ${base}.cpp CONTENT
"#include \"${header}\"

extern \"C\" {
${symbols}}

namespace blockscope {
std::string_view ${name}(std::string_view file) {
${entries}    return {};
}
}  // namespace blockscope
")
    set_source_files_properties(${base}_data.S PROPERTIES OBJECT_DEPENDS "${files}")
    target_sources(blockscope_${folder} PRIVATE ${base}.cpp ${base}_data.S)
endfunction()
