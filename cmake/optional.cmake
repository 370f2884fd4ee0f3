# Parts that are built where found. What is absent leaves a source file out, and the program says so.

# ONNX Runtime: the header is needed to build, the library only to run (it is opened then).
# tools/fetch_onnxruntime fills the folder where no package is to be had.
set(BLOCKSCOPE_ONNXRUNTIME_ROOT ${PROJECT_SOURCE_DIR}/build/onnxruntime CACHE PATH
    "folder with include/ and lib/ of ONNX Runtime; the system is searched after it")
find_path(BLOCKSCOPE_ONNXRUNTIME_INCLUDE onnxruntime_c_api.h
          HINTS ${BLOCKSCOPE_ONNXRUNTIME_ROOT}/include PATH_SUFFIXES onnxruntime)
find_file(BLOCKSCOPE_ONNXRUNTIME_LIBRARY NAMES libonnxruntime.so libonnxruntime.so.1
          HINTS ${BLOCKSCOPE_ONNXRUNTIME_ROOT}/lib NO_DEFAULT_PATH)
if(BLOCKSCOPE_ONNXRUNTIME_INCLUDE)
    set(library "")  # empty: the system's, by its name
    if(BLOCKSCOPE_ONNXRUNTIME_LIBRARY)
        set(library ${BLOCKSCOPE_ONNXRUNTIME_LIBRARY})
    endif()
    set_source_files_properties(${PROJECT_SOURCE_DIR}/blockscope/runtime/engine_onnxruntime.cpp
        PROPERTIES COMPILE_OPTIONS "-isystem;${BLOCKSCOPE_ONNXRUNTIME_INCLUDE}"
        COMPILE_DEFINITIONS "BLOCKSCOPE_ONNXRUNTIME_LIBRARY=\"${library}\"")
    list(APPEND BLOCKSCOPE_SKIP_SOURCES engine_onnxruntime_absent.cpp)
    message(STATUS "ONNX Runtime: ${BLOCKSCOPE_ONNXRUNTIME_INCLUDE}")
else()
    list(APPEND BLOCKSCOPE_SKIP_SOURCES engine_onnxruntime.cpp)
    message(STATUS "ONNX Runtime: not found, left out (tools/fetch_onnxruntime gets it)")
endif()
