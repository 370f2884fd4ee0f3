#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <pybind11/numpy.h>

#include "blockscope/space/design_space.hpp"

namespace blockscope::python {
namespace py = pybind11;

/// Architectures of a NumPy array, where they are. While one lives the array can neither be written
/// through nor resized, so what was checked stays as it was; other views of the same memory can.
/// To be made and destroyed with the GIL held.
class Borrowed {
public:
    /// Takes a structured array of dtype ARCHITECTURE, or uint8 of shape (n, 64); one that is not
    /// contiguous is copied. Throws TypeError for another dtype, ValueError for another shape and
    /// for the first row that is no architecture of what the space describes.
    Borrowed(const py::array& array, const DesignSpace& space);
    ~Borrowed();
    Borrowed(const Borrowed&) = delete;
    Borrowed& operator=(const Borrowed&) = delete;

    std::span<const Architecture> archs() const { return archs_; }

private:
    py::array array_;
    py::weakref no_resizing_;
    std::span<const Architecture> archs_;
};

/// The structured dtype of 64 bytes an architecture.
py::dtype architecture_dtype();

/// Arrays that own what was a vector; nothing is copied but architectures of the second.
py::array_t<double> as_array(std::vector<double> values);
py::array as_array(std::span<const Architecture> archs);
py::array take_array(std::vector<Architecture> archs);

}  // namespace blockscope::python
