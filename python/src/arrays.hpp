#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include <pybind11/numpy.h>

#include "blockscope/space/design_space.hpp"

namespace blockscope::python {
namespace py = pybind11;

/// Architectures of a NumPy array. While one lives the array can neither be written through nor
/// resized; other views of the same memory can be written through, so a part is looked at in a
/// copy of its own, which nobody changes between the check and the use. To be made and destroyed
/// with the GIL held; the space must outlive it.
class Borrowed {
public:
    /// Takes a structured array of dtype ARCHITECTURE, or uint8 of shape (n, 64); one that is not
    /// contiguous is copied. Throws TypeError for another dtype, ValueError for another shape.
    Borrowed(const py::array& array, const DesignSpace& space);
    ~Borrowed();
    Borrowed(const Borrowed&) = delete;
    Borrowed& operator=(const Borrowed&) = delete;

    std::size_t size() const { return size_; }

    /// The n from `first` on; holds until the next call. Needs no GIL. Throws ValueError for the
    /// first row that is no architecture of what the space describes.
    std::span<const Architecture> part(std::size_t first, std::size_t n);

private:
    const DesignSpace& space_;
    py::array array_;
    py::weakref no_resizing_;
    const void* memory_ = nullptr;
    std::size_t size_ = 0;
    std::vector<Architecture> part_;
};

/// Architectures of one part: few enough to stay in the processor's caches for several metrics, and
/// for Ctrl-C to be seen soon.
constexpr std::size_t part_size = 16384;

/// Calls function(architectures, number of the first) for all parts of at most `step`.
template <typename Function>
void in_parts(Borrowed& borrowed, std::size_t step, Function function) {
    for (std::size_t first = 0; first < borrowed.size(); first += step) {
        function(borrowed.part(first, std::min(step, borrowed.size() - first)), first);
    }
}

/// Input sides that a network may have, in pixels.
constexpr int least_resolution = 16;
constexpr int most_resolution = 4096;

/// The structured dtype of 64 bytes an architecture.
py::dtype architecture_dtype();

/// Arrays that own what was a vector; nothing is copied but architectures of the second.
py::array_t<double> as_array(std::vector<double> values);
py::array as_array(std::span<const Architecture> archs);
py::array take_array(std::vector<Architecture> archs);

}  // namespace blockscope::python
