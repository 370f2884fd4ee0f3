#include "arrays.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <utility>

namespace blockscope::python {
namespace {

/// Arrays that calls look at now, and whether they could be written before. The GIL guards it.
struct Lent {
    int calls = 0;
    bool writeable = false;
};
std::map<PyObject*, Lent>& lent() {
    static auto& all = *new std::map<PyObject*, Lent>;
    return all;
}

void lend(const py::array& array) {
    Lent& state = lent()[array.ptr()];
    if (state.calls++ > 0) return;
    auto* fields = py::detail::array_proxy(array.ptr());
    state.writeable = (fields->flags & py::detail::npy_api::NPY_ARRAY_WRITEABLE_) != 0;
    fields->flags &= ~py::detail::npy_api::NPY_ARRAY_WRITEABLE_;
}

void give_back(const py::array& array) {
    const auto found = lent().find(array.ptr());
    if (--found->second.calls > 0) return;
    if (found->second.writeable) {
        py::detail::array_proxy(array.ptr())->flags |= py::detail::npy_api::NPY_ARRAY_WRITEABLE_;
    }
    lent().erase(found);
}

/// What each byte of an architecture may be: from `least`, by `range` more.
struct Bounds {
    std::array<std::uint8_t, sizeof(Architecture)> least{};
    std::array<std::uint8_t, sizeof(Architecture)> range{};
};

Bounds bounds(const DesignSpace& space) {
    Architecture low;
    Architecture range;
    range.resolution = 0xffff;  // looked at by itself
    const auto highest = [](std::size_t count) { return static_cast<std::uint8_t>(count - 1); };
    for (std::size_t i = 0; i < space.stem_choices.size(); ++i) {
        range.stem[i] = highest(space.stem_choices[i].options.size());
    }
    for (std::size_t u = 0; u < space.units.size(); ++u) {
        const Unit& unit = space.units[u];
        low.depth[u] = static_cast<std::uint8_t>(unit.min_depth);
        range.depth[u] = static_cast<std::uint8_t>(unit.max_depth - unit.min_depth);
        range.width[u] = highest(unit.channels.size());
        std::fill_n(range.block.begin() + unit.first_slot, unit.max_depth,
                    highest(space.blocks.size()));
    }
    Bounds b;
    std::memcpy(b.least.data(), &low, sizeof low);
    std::memcpy(b.range.data(), &range, sizeof range);
    return b;
}

bool is_within(const Bounds& b, const Architecture& a) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&a);
    std::uint8_t outside = 0;
    for (std::size_t k = 0; k < sizeof(Architecture); ++k) {
        const auto above = static_cast<std::uint8_t>(bytes[k] - b.least[k]);
        outside = static_cast<std::uint8_t>(outside | (above > b.range[k] ? 1 : 0));
    }
    return outside == 0;
}

/// Eight neighbouring layers, or fewer, of a unit: a million architectures are looked at before
/// five metrics of 40 ns each, so not layer by layer.
struct Window {
    std::size_t unit = 0;
    std::size_t slot = 0;  ///< of the first of eight
    /// By the unit's depth: all ones in those of the eight that are the unit's and inactive.
    std::array<std::uint64_t, max_layers + 1> inactive{};
};

std::vector<Window> windows(const DesignSpace& space) {
    constexpr int width = sizeof(std::uint64_t);
    std::vector<Window> all;
    for (std::size_t u = 0; u < space.units.size(); ++u) {
        const Unit& unit = space.units[u];
        for (int l = 0; l < unit.max_depth; l += width) {
            const int first = std::min(unit.first_slot + l, max_layers - width);
            Window& window = all.emplace_back(Window{u, static_cast<std::size_t>(first), {}});
            for (int depth = 0; depth <= unit.max_depth; ++depth) {
                std::array<std::uint8_t, width> mask{};
                for (int k = std::max(l, depth); k < std::min(l + width, unit.max_depth); ++k) {
                    mask[static_cast<std::size_t>(unit.first_slot + k - first)] = 0xff;
                }
                std::memcpy(&window.inactive[static_cast<std::size_t>(depth)], mask.data(), width);
            }
        }
    }
    return all;
}

/// The depths must be within bounds.
bool is_clean(const std::vector<Window>& all, const Architecture& a) {
    std::uint64_t rest = 0;
    for (const Window& window : all) {
        std::uint64_t layers = 0;
        std::memcpy(&layers, a.block.data() + window.slot, sizeof layers);
        rest |= layers & window.inactive[a.depth[window.unit]];
    }
    return rest == 0;
}

/// Throws ValueError for the first that is no architecture, with its number from `first` on and
/// what is wrong.
void check(const DesignSpace& space, std::span<const Architecture> archs, std::size_t first) {
    const Bounds b = bounds(space);
    const std::vector<Window> layers = windows(space);
    for (std::size_t i = 0; i < archs.size(); ++i) {
        const int resolution = archs[i].resolution;
        const char* wrong = nullptr;
        if (resolution < least_resolution || resolution > most_resolution) {
            wrong = "its resolution is not from 16 to 4096";
        } else if (!is_within(b, archs[i])) {
            wrong = "it has a depth, width, block or stem option that the space does not describe";
        } else if (!is_clean(layers, archs[i])) {
            wrong = "blocks of inactive layers must be 0 (Space.canonical makes them so)";
        }
        if (wrong != nullptr) {
            throw py::value_error("row " + std::to_string(first + i) + " is no architecture of " +
                                  space.name + ": " + wrong);
        }
    }
}

std::string shape_of(const py::array& array) {
    std::string text = "(";
    for (py::ssize_t d = 0; d < array.ndim(); ++d) {
        text += (d > 0 ? ", " : "") + std::to_string(array.shape(d));
    }
    return text + ")";
}

/// Throws for what cannot be read as architectures.
void check_form(const py::array& array) {
    constexpr auto width = static_cast<py::ssize_t>(sizeof(Architecture));
    const bool structured = array.dtype().equal(architecture_dtype());
    const bool bytes = array.dtype().kind() == 'u' && array.itemsize() == 1;
    if (!structured && !bytes) {
        throw py::type_error(
            "architectures are an array of dtype blockscope.ARCHITECTURE or of "
            "uint8 with 64 columns, not of " +
            py::str(array.dtype()).cast<std::string>());
    }
    if (structured ? array.ndim() != 1 : (array.ndim() != 2 || array.shape(1) != width)) {
        throw py::value_error("architectures have the shape " +
                              std::string(structured ? "(n,)" : "(n, 64)") + ", not " +
                              shape_of(array));
    }
}

/// The array itself where its memory is that of architectures, else a copy.
py::array contiguous(const py::array& array) {
    const bool aligned =
        reinterpret_cast<std::uintptr_t>(array.data()) % alignof(Architecture) == 0;
    if ((array.flags() & py::array::c_style) != 0 && aligned) return array;
    return py::module_::import("numpy").attr("array")(array, py::arg("order") = "C");
}

}  // namespace

Borrowed::Borrowed(const py::array& array, const DesignSpace& space) : space_(space) {
    check_form(array);
    array_ = contiguous(array);
    no_resizing_ = py::weakref(array_);  // NumPy resizes no array with a weak reference
    memory_ = array_.data();
    size_ = static_cast<std::size_t>(array_.shape(0));
    lend(array_);
}

std::span<const Architecture> Borrowed::part(std::size_t first, std::size_t n) {
    part_.resize(n);
    std::memcpy(static_cast<void*>(part_.data()),
                static_cast<const std::byte*>(memory_) + first * sizeof(Architecture),
                n * sizeof(Architecture));
    check(space_, part_, first);
    return part_;
}

Borrowed::~Borrowed() { give_back(array_); }

py::dtype architecture_dtype() { return py::dtype::of<Architecture>(); }

py::array_t<double> as_array(std::vector<double> values) {
    auto owner = std::make_unique<std::vector<double>>(std::move(values));
    const auto n = static_cast<py::ssize_t>(owner->size());
    double* const data = owner->data();
    const py::capsule keeper(owner.release(),
                             [](void* p) { delete static_cast<std::vector<double>*>(p); });
    return py::array_t<double>(n, data, keeper);
}

py::array take_array(std::vector<Architecture> archs) {
    auto owner = std::make_unique<std::vector<Architecture>>(std::move(archs));
    const auto n = static_cast<py::ssize_t>(owner->size());
    Architecture* const data = owner->data();
    const py::capsule keeper(owner.release(),
                             [](void* p) { delete static_cast<std::vector<Architecture>*>(p); });
    return py::array_t<Architecture>(n, data, keeper);
}

py::array as_array(std::span<const Architecture> archs) {
    return py::array_t<Architecture>(static_cast<py::ssize_t>(archs.size()), archs.data());
}

}  // namespace blockscope::python
