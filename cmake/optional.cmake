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

# XNNPACK: no CMake or pkg-config file. Its operators take other arguments in snapshots from 2023 on
# (Debian 13), which nothing here has been tried with.
include(CheckCXXSourceCompiles)
find_path(BLOCKSCOPE_XNNPACK_INCLUDE xnnpack.h)
find_library(BLOCKSCOPE_XNNPACK_LIBRARY XNNPACK)
find_library(BLOCKSCOPE_PTHREADPOOL_LIBRARY pthreadpool)
if(BLOCKSCOPE_XNNPACK_INCLUDE AND BLOCKSCOPE_XNNPACK_LIBRARY AND BLOCKSCOPE_PTHREADPOOL_LIBRARY)
    set(CMAKE_REQUIRED_INCLUDES ${BLOCKSCOPE_XNNPACK_INCLUDE})
    set(CMAKE_REQUIRED_LIBRARIES ${BLOCKSCOPE_XNNPACK_LIBRARY} ${BLOCKSCOPE_PTHREADPOOL_LIBRARY})
    check_cxx_source_compiles("#include <xnnpack.h>
        int main() { return xnn_setup_clamp_nc_f32(nullptr, 1, nullptr, nullptr, nullptr); }"
        BLOCKSCOPE_XNNPACK_KNOWN)
    unset(CMAKE_REQUIRED_INCLUDES)
    unset(CMAKE_REQUIRED_LIBRARIES)
    set(why "the XNNPACK found here has other functions than the ones this was written for")
else()
    set(why "this build found no XNNPACK; install libxnnpack-dev and libpthreadpool-dev, then configure again")
endif()
set(BLOCKSCOPE_XNNPACK_TARGETS "")
if(BLOCKSCOPE_XNNPACK_KNOWN)
    set(version "of unknown date")
    execute_process(COMMAND dpkg-query -W -f "\${Version}" libxnnpack-dev
                    OUTPUT_VARIABLE package ERROR_QUIET RESULT_VARIABLE no_package)
    if(no_package EQUAL 0 AND package)
        set(version ${package})
    endif()
    set_source_files_properties(${PROJECT_SOURCE_DIR}/blockscope/runtime/xnnpack_layers.cpp
        PROPERTIES COMPILE_DEFINITIONS "BLOCKSCOPE_XNNPACK_VERSION=\"${version}\"")
    add_library(blockscope_xnnpack UNKNOWN IMPORTED)
    set_target_properties(blockscope_xnnpack PROPERTIES
        IMPORTED_LOCATION ${BLOCKSCOPE_XNNPACK_LIBRARY}
        IMPORTED_LINK_INTERFACE_LIBRARIES ${BLOCKSCOPE_PTHREADPOOL_LIBRARY}
        INTERFACE_INCLUDE_DIRECTORIES ${BLOCKSCOPE_XNNPACK_INCLUDE})
    set(BLOCKSCOPE_XNNPACK_TARGETS blockscope_xnnpack)
    list(APPEND BLOCKSCOPE_SKIP_SOURCES engine_xnnpack_absent.cpp)
    message(STATUS "XNNPACK: ${version}")
else()
    set_source_files_properties(${PROJECT_SOURCE_DIR}/blockscope/runtime/engine_xnnpack_absent.cpp
        PROPERTIES COMPILE_DEFINITIONS "BLOCKSCOPE_NO_XNNPACK=\"${why}\"")
    list(APPEND BLOCKSCOPE_SKIP_SOURCES engine_xnnpack.cpp xnnpack_layers.cpp
         xnnpack_program.cpp)
    message(STATUS "XNNPACK: left out, ${why}")
endif()

# XGBoost trains boosted trees; what it trained runs without it. By pkg-config: Debian's CMake file
# asks for the command-line package too.
find_package(PkgConfig)
if(PkgConfig_FOUND)
    pkg_check_modules(XGBOOST QUIET IMPORTED_TARGET xgboost)
endif()
if(XGBOOST_FOUND)
    set(BLOCKSCOPE_XGBOOST_TARGETS PkgConfig::XGBOOST)
    list(APPEND BLOCKSCOPE_SKIP_SOURCES train_trees_absent.cpp)
    message(STATUS "XGBoost: ${XGBOOST_VERSION}")
else()
    set(BLOCKSCOPE_XGBOOST_TARGETS "")
    list(APPEND BLOCKSCOPE_SKIP_SOURCES train_trees_xgboost.cpp)
    message(STATUS "XGBoost: not found, left out (libxgboost-dev)")
endif()

# Vega draws the charts of the report's page; without it pages hold static figures.
set(BLOCKSCOPE_CHARTS_ROOT ${PROJECT_SOURCE_DIR}/build/charts CACHE PATH
    "folder that tools/fetch_charts filled")
set(BLOCKSCOPE_CHART_FILES "")
foreach(library vega vega-lite vega-embed)
    list(APPEND BLOCKSCOPE_CHART_FILES
         ${BLOCKSCOPE_CHARTS_ROOT}/node_modules/${library}/build/${library}.min.js)
endforeach()
list(APPEND BLOCKSCOPE_CHART_FILES ${BLOCKSCOPE_CHARTS_ROOT}/LICENCES.txt)
set(BLOCKSCOPE_CHARTS ON)
foreach(file ${BLOCKSCOPE_CHART_FILES})
    if(NOT EXISTS ${file})
        set(BLOCKSCOPE_CHARTS OFF)
    endif()
endforeach()
if(BLOCKSCOPE_CHARTS)
    message(STATUS "Vega: ${BLOCKSCOPE_CHARTS_ROOT}")
else()
    set(BLOCKSCOPE_CHART_FILES "")
    message(STATUS "Vega: not found, left out (tools/fetch_charts gets it)")
endif()

# libtorch trains supernets and runs them on GPUs: a library of its own, opened when it is needed.
# Sanitizers would find what is in libtorch.
set(BLOCKSCOPE_LIBTORCH "" CACHE PATH "folder with include/ and lib/ of libtorch; empty: the system's")
find_path(BLOCKSCOPE_ATEN_INCLUDE ATen/ATen.h HINTS ${BLOCKSCOPE_LIBTORCH}/include)
find_library(BLOCKSCOPE_LIBRARY_torch_cpu torch_cpu HINTS ${BLOCKSCOPE_LIBTORCH}/lib)
set(BLOCKSCOPE_TORCH OFF)
if(BLOCKSCOPE_SANITIZE OR BLOCKSCOPE_FUZZ)
    message(STATUS "libtorch: left out of builds with sanitizers")
elseif(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(STATUS "libtorch: left out, clang does not compile the headers of 1.13 as C++20")
elseif(BLOCKSCOPE_ATEN_INCLUDE AND BLOCKSCOPE_LIBRARY_torch_cpu)
    set(BLOCKSCOPE_TORCH ON)
    message(STATUS "libtorch: ${BLOCKSCOPE_LIBRARY_torch_cpu}")
else()
    message(STATUS "libtorch: not found, left out (libtorch-dev)")
endif()

# MPI: several processes, on one machine or many. A process that no mpirun started never initialises it.
option(BLOCKSCOPE_MPI "work on several machines through MPI, where it is found" ON)
if(BLOCKSCOPE_MPI)
    find_package(MPI QUIET COMPONENTS C)  # MPI's own interface for C++ is long gone
endif()
if(MPI_C_FOUND)
    set(BLOCKSCOPE_MPI_TARGETS MPI::MPI_C)
    set_source_files_properties(${PROJECT_SOURCE_DIR}/blockscope/cluster/team_mpi.cpp PROPERTIES
        COMPILE_DEFINITIONS "OMPI_SKIP_MPICXX;MPICH_SKIP_MPICXX")
    list(APPEND BLOCKSCOPE_SKIP_SOURCES team_serial.cpp)
    message(STATUS "MPI: ${MPI_C_VERSION}, ${MPI_C_LIBRARIES}")
else()
    set(BLOCKSCOPE_MPI_TARGETS "")
    list(APPEND BLOCKSCOPE_SKIP_SOURCES team_mpi.cpp)
    message(STATUS "MPI: not found, left out (libopenmpi-dev, openmpi-bin)")
endif()

# blockscope_list_parts(VARIABLE): what `blockscope --version` and `doctor` say of parts that are no
# engines, as name|1 or 0|remark with ~ between.
function(blockscope_list_parts variable)
    set(xgboost "XGBoost|0|fit --model boosted needs libxgboost-dev when this is built")
    if(XGBOOST_FOUND)
        set(xgboost "XGBoost|1|${XGBOOST_VERSION}")
    endif()
    set(python "Python module|0|python3-dev, python3-numpy and pybind11-dev when this is built")
    if(BLOCKSCOPE_PYTHON_FOUND)
        set(python "Python module|1|for ${Python_VERSION}")
    endif()
    set(charts "Vega|0|for figures of reports that react run tools/fetch_charts, then configure again")
    if(BLOCKSCOPE_CHARTS)
        set(charts "Vega|1|")
    endif()
    set(${variable} "${xgboost}~${charts}~${python}" PARENT_SCOPE)
endfunction()
