find_package(Threads REQUIRED)
find_package(CLI11 REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(SQLiteCpp REQUIRED)
find_package(Eigen3 REQUIRED)
find_package(Boost REQUIRED)
# by hand: Debian 12's dnnl-config.cmake asks for OpenCL, which its package does not depend on
find_path(DNNL_INCLUDE_DIR dnnl.hpp REQUIRED)
find_library(DNNL_LIBRARY dnnl REQUIRED)
add_library(DNNL::dnnl UNKNOWN IMPORTED)
set_target_properties(DNNL::dnnl PROPERTIES IMPORTED_LOCATION ${DNNL_LIBRARY}
                      INTERFACE_INCLUDE_DIRECTORIES ${DNNL_INCLUDE_DIR})
find_package(Protobuf REQUIRED)  # before ONNX, whose targets name it
find_package(ONNX REQUIRED)
find_package(JPEG REQUIRED)
find_package(PNG REQUIRED)
