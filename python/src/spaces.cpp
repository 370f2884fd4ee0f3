#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include "blockscope/metric/registry.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"
#include "blockscope/space/table_range.hpp"

#include "arrays.hpp"
#include "bindings.hpp"
#include "cli/interrupts.hpp"

namespace blockscope::python {
namespace {

/// Tells a Python object how far a call is, five times a second.
class PythonProgress : public Progress {
public:
    PythonProgress(Listener& listener, std::string task, std::size_t total)
        : listener_(listener), task_(std::move(task)), total_(static_cast<double>(total)) {}

    void start_at(std::size_t done) { before_ = static_cast<double>(done); }
    void update(std::string_view, double done, double) override {
        const auto now = std::chrono::steady_clock::now();
        if (now - shown_ < std::chrono::milliseconds(200)) return;
        shown_ = now;
        listener_.tell("progress", task_, before_ + done, total_, "items", "");
    }
    bool stop_requested() const override { return cli::interrupted(); }

private:
    Listener& listener_;
    std::string task_;
    double total_;
    double before_ = 0;
    std::chrono::steady_clock::time_point shown_ = std::chrono::steady_clock::now();
};

struct Column {
    MetricInfo info;
    MetricColumn column;
};

void append(MetricColumn& whole, MetricColumn part) {
    const std::size_t before = whole.values.size();
    if (before == 0) {
        whole = std::move(part);
        return;
    }
    whole.values.insert(whole.values.end(), part.values.begin(), part.values.end());
    whole.spread.insert(whole.spread.end(), part.spread.begin(), part.spread.end());
    for (auto& [i, reason] : part.failures) whole.failures.emplace_back(before + i, reason);
}

/// In one call where architectures are measured against each other; else in parts, between which
/// Ctrl-C is seen.
Column evaluate_one(const DesignSpace& space, std::span<const Architecture> archs,
                    const std::string& name, std::uint64_t seed, unsigned threads,
                    Listener& listener) {
    constexpr std::size_t part = 65536;
    const auto metric = make_metric(name, space, seed, threads);
    Column result{metric->info(), {}};
    PythonProgress progress(listener, name, archs.size());
    const bool whole = result.info.costly || result.info.noisy;
    const std::size_t step = whole ? archs.size() : part;
    if (!whole) result.column.values.reserve(archs.size());
    for (std::size_t first = 0; first < archs.size() && !cli::interrupted(); first += step) {
        progress.start_at(first);
        append(result.column,
               metric->evaluate(space, archs.subspan(first, std::min(step, archs.size() - first)),
                                &progress));
        progress.update("", static_cast<double>(std::min(step, archs.size() - first)), 0);
    }
    return result;
}

py::dict as_dict(Column column) {
    py::dict d;
    d["name"] = column.info.name;
    d["column"] = column.info.column;
    d["unit"] = column.info.unit;
    d["source"] = column.info.source;
    d["values"] = as_array(std::move(column.column.values));
    d["spread"] = column.column.spread.empty()
                      ? py::object(py::none())
                      : py::object(as_array(std::move(column.column.spread)));
    d["failures"] = py::cast(column.column.failures);
    return d;
}

py::list evaluate(const DesignSpace& space, const py::array& archs,
                  const std::vector<std::string>& names, std::uint64_t seed, unsigned threads,
                  py::object listener) {
    Listener hears(std::move(listener));
    const Borrowed borrowed(archs, space);
    std::vector<Column> columns;
    bool stopped = false;
    {
        const py::gil_scoped_release release;
        const cli::CatchInterrupts catching(true);
        for (const auto& name : names) {
            columns.push_back(evaluate_one(space, borrowed.archs(), name, seed, threads, hears));
            stopped = cli::interrupted();
            if (stopped) break;
        }
    }
    hears.raise_kept();
    if (stopped) {
        if (PyErr_CheckSignals() == 0) PyErr_SetNone(PyExc_KeyboardInterrupt);
        throw py::error_already_set();
    }
    py::list list;
    for (auto& column : columns) list.append(as_dict(std::move(column)));
    return list;
}

py::array draw(const DesignSpace& space, std::size_t n, std::uint64_t seed, int resolution,
               unsigned threads) {
    std::vector<Architecture> archs;
    {
        const py::gil_scoped_release release;
        archs = sample(space, n, Rng(seed), resolution == 0 ? space.default_resolution : resolution,
                       threads);
    }
    return take_array(std::move(archs));
}

py::array parse(const DesignSpace& space, const std::vector<std::string>& texts, int resolution) {
    std::vector<Architecture> archs;
    {
        const py::gil_scoped_release release;
        archs.reserve(texts.size());
        for (const auto& text : texts) archs.push_back(parse_architecture(space, text, resolution));
    }
    return take_array(std::move(archs));
}

template <typename Function>
auto of_each(const DesignSpace& space, const py::array& archs, Function function) {
    const Borrowed borrowed(archs, space);
    std::vector<decltype(function(space, Architecture()))> results;
    const py::gil_scoped_release release;
    results.reserve(borrowed.archs().size());
    for (const auto& a : borrowed.archs()) results.push_back(function(space, a));
    return results;
}

py::array contained(const DesignSpace& space, const py::array& archs) {
    const Borrowed borrowed(archs, space);
    py::array_t<bool> result(static_cast<py::ssize_t>(borrowed.archs().size()));
    bool* const out = result.mutable_data();
    const py::gil_scoped_release release;
    for (std::size_t i = 0; i < borrowed.archs().size(); ++i) {
        out[i] = contains(space, borrowed.archs()[i]);
    }
    return result;
}

/// Of a metric that is a sum over layers or the largest of them.
std::optional<std::pair<double, double>> exact_range(const DesignSpace& space,
                                                     const std::string& name, int resolution) {
    const auto metric = make_metric(name, space);
    const auto table =
        metric->additive(space, resolution == 0 ? space.default_resolution : resolution);
    if (!table) return std::nullopt;
    return range(space, *table);
}

py::list units(const DesignSpace& space) {
    py::list list;
    for (const auto& unit : space.units) {
        py::list layers;
        for (int l = 0; l < unit.max_depth; ++l) {
            py::list names;
            for (const int b : allowed(unit.blocks[static_cast<std::size_t>(l)])) {
                names.append(space.blocks[static_cast<std::size_t>(b)].name);
            }
            layers.append(std::move(names));
        }
        py::dict one;
        one["depths"] = py::cast(allowed(unit.depths));
        one["widths"] = py::cast(allowed(unit.widths));
        one["channels"] = py::cast(unit.channels);
        one["stride"] = unit.stride;
        one["first_slot"] = unit.first_slot;
        one["blocks"] = std::move(layers);
        list.append(std::move(one));
    }
    return list;
}

py::int_ whole_number(const std::string& digits) {
    return py::reinterpret_steal<py::int_>(PyLong_FromString(digits.c_str(), nullptr, 10));
}

}  // namespace

void bind_spaces(py::module_& module) {
    PYBIND11_NUMPY_DTYPE(Architecture, resolution, stem, depth, width, block);
    module.attr("ARCHITECTURE") = architecture_dtype();
    module.def("built_in_spaces", built_in_space_names);
    py::class_<DesignSpace, std::shared_ptr<DesignSpace>>(module, "Space")
        .def(py::init([](const std::string& text, const std::string& source, bool is_text) {
                 return std::make_shared<DesignSpace>(is_text ? parse_space(text, source)
                                                              : load_space(text));
             }),
             py::arg("text"), py::arg("source") = "space", py::arg("is_text") = false)
        .def_readonly("name", &DesignSpace::name)
        .def_readonly("title", &DesignSpace::title)
        .def_readonly("resolutions", &DesignSpace::resolutions)
        .def_readonly("default_resolution", &DesignSpace::default_resolution)
        .def_property_readonly("fingerprint", &DesignSpace::fingerprint)
        .def_property_readonly("blocks",
                               [](const DesignSpace& space) {
                                   std::vector<std::string> names;
                                   for (const auto& b : space.blocks) names.push_back(b.name);
                                   return names;
                               })
        .def_property_readonly("units", units)
        .def_property_readonly(
            "size", [](const DesignSpace& space) { return whole_number(size(space).total); })
        .def_property_readonly(
            "body_size", [](const DesignSpace& space) { return whole_number(size(space).body); })
        .def("_sample", draw)
        .def("_parse", parse)
        .def("_texts", [](const DesignSpace& space,
                          const py::array& archs) { return of_each(space, archs, to_text); })
        .def("_ofa",
             [](const DesignSpace& space, const py::array& archs) {
                 return of_each(space, archs, to_ofa_dictionary);
             })
        .def("_contains", contained)
        .def("_range", exact_range, py::call_guard<py::gil_scoped_release>())
        .def("_evaluate", evaluate);
}

}  // namespace blockscope::python
