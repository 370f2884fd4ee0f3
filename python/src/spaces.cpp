#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include "blockscope/base/parallel.hpp"
#include "blockscope/metric/registry.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"
#include "blockscope/space/table_range.hpp"

#include "arrays.hpp"
#include "bindings.hpp"
#include "calls.hpp"
#include "cli/interrupts.hpp"

namespace blockscope::python {
namespace {

/// Tells a Python object how many architectures a call is through, five times a second.
class PythonProgress : public Progress {
public:
    PythonProgress(Listener& listener, std::string task, std::size_t total)
        : listener_(listener), task_(std::move(task)), total_(static_cast<double>(total)) {}

    /// What comes next: from `done` on, each step of it `weight` of an architecture.
    void start_at(double done, double weight) {
        before_ = done;
        weight_ = weight;
    }
    void update(std::string_view, double done, double) override {
        const auto now = std::chrono::steady_clock::now();
        if (now - shown_ < std::chrono::milliseconds(200)) return;
        shown_ = now;
        listener_.tell("progress", task_, before_ + weight_ * done, total_, "items", "");
    }
    bool stop_requested() const override { return cli::interrupted(); }

private:
    Listener& listener_;
    std::string task_;
    double total_;
    double before_ = 0;
    double weight_ = 1;
    std::chrono::steady_clock::time_point shown_ = std::chrono::steady_clock::now();
};

struct Column {
    MetricInfo info;
    MetricColumn column;
};

void append(MetricColumn& whole, MetricColumn part) {
    const std::size_t before = whole.values.size();
    whole.values.insert(whole.values.end(), part.values.begin(), part.values.end());
    whole.spread.insert(whole.spread.end(), part.spread.begin(), part.spread.end());
    for (auto& [i, reason] : part.failures) whole.failures.emplace_back(before + i, reason);
}

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
    return text;
}

/// All at once where architectures are measured against each other; else in parts, between which
/// Ctrl-C is seen.
std::vector<Column> evaluate_all(const DesignSpace& space, Borrowed& borrowed,
                                 const std::vector<std::string>& names, std::uint64_t seed,
                                 unsigned threads, Listener& listener) {
    std::vector<std::unique_ptr<Metric>> metrics;
    std::vector<Column> columns;
    bool whole = false;
    for (const auto& name : names) {
        metrics.push_back(make_metric(name, space, seed, threads));
        columns.push_back({metrics.back()->info(), {}});
        whole = whole || columns.back().info.costly || columns.back().info.noisy;
        columns.back().column.values.reserve(borrowed.size());
    }
    PythonProgress progress(listener, joined(names), borrowed.size());
    const double weight = 1.0 / static_cast<double>(names.size());
    in_parts(borrowed, whole ? borrowed.size() : part_size * thread_count(threads),
             [&](std::span<const Architecture> archs, std::size_t first) {
                 const auto n = static_cast<double>(archs.size());
                 for (std::size_t i = 0; i < metrics.size() && !cli::interrupted(); ++i) {
                     progress.start_at(
                         static_cast<double>(first) + n * weight * static_cast<double>(i), weight);
                     append(columns[i].column, metrics[i]->evaluate(space, archs, &progress));
                     progress.update("", n, 0);
                 }
             });
    return columns;
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
    Borrowed borrowed(archs, space);
    std::vector<Column> columns;
    bool stopped = false;
    {
        const py::gil_scoped_release release;
        const cli::CatchInterrupts catching(true);
        columns = evaluate_all(space, borrowed, names, seed, threads, hears);
        stopped = cli::interrupted();
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

/// The given input side in pixels, of the space if it is 0. Throws ValueError.
int resolution_or_default(const DesignSpace& space, int given) {
    if (given == 0) return space.default_resolution;
    if (given < least_resolution || given > most_resolution) {
        throw py::value_error("resolution " + std::to_string(given) + " is not from 16 to 4096");
    }
    return given;
}

py::array draw(const DesignSpace& space, std::size_t n, std::uint64_t seed, int resolution,
               unsigned threads) {
    const int side = resolution_or_default(space, resolution);
    std::vector<Architecture> archs;
    {
        const py::gil_scoped_release release;
        archs = sample(space, n, Rng(seed), side, threads);
    }
    return take_array(std::move(archs));
}

py::array parse(const DesignSpace& space, const std::vector<std::string>& texts, int resolution) {
    const int side = resolution == 0 ? 0 : resolution_or_default(space, resolution);
    std::vector<Architecture> archs;
    {
        const py::gil_scoped_release release;
        archs.reserve(texts.size());
        for (const auto& text : texts) archs.push_back(parse_architecture(space, text, side));
    }
    return take_array(std::move(archs));
}

template <typename Function>
auto of_each(const DesignSpace& space, const py::array& archs, Function function) {
    Borrowed borrowed(archs, space);
    std::vector<decltype(function(space, Architecture()))> results;
    const py::gil_scoped_release release;
    results.reserve(borrowed.size());
    in_parts(borrowed, part_size, [&](std::span<const Architecture> part, std::size_t) {
        for (const auto& a : part) results.push_back(function(space, a));
    });
    return results;
}

py::array contained(const DesignSpace& space, const py::array& archs) {
    Borrowed borrowed(archs, space);
    py::array_t<bool> result(static_cast<py::ssize_t>(borrowed.size()));
    bool* out = result.mutable_data();
    const py::gil_scoped_release release;
    in_parts(borrowed, part_size, [&](std::span<const Architecture> part, std::size_t) {
        for (const auto& a : part) *out++ = contains(space, a);
    });
    return result;
}

/// Of a metric that is a sum over layers or the largest of them.
std::optional<std::pair<double, double>> exact_range(const DesignSpace& space,
                                                     const std::string& name, int resolution) {
    const int side = resolution_or_default(space, resolution);
    const py::gil_scoped_release release;
    const auto metric = make_metric(name, space);
    const auto table = metric->additive(space, side);
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
                                   names.reserve(space.blocks.size());
                                   for (const auto& b : space.blocks) names.push_back(b.name);
                                   return names;
                               })
        .def_property_readonly("units", units)
        .def_property_readonly(
            "size", [](const DesignSpace& space) { return whole_number(size(space).total); })
        .def_property_readonly(
            "body_size", [](const DesignSpace& space) { return whole_number(size(space).body); })
        .def("_sample", draw, py::call_guard<Call>())
        .def("_parse", parse, py::call_guard<Call>())
        .def(
            "_texts",
            [](const DesignSpace& space, const py::array& archs) {
                return of_each(space, archs, to_text);
            },
            py::call_guard<Call>())
        .def(
            "_ofa",
            [](const DesignSpace& space, const py::array& archs) {
                return of_each(space, archs, to_ofa_dictionary);
            },
            py::call_guard<Call>())
        .def("_contains", contained, py::call_guard<Call>())
        .def("_range", exact_range, py::call_guard<Call>())
        .def("_evaluate", evaluate, py::call_guard<Call>());
}

}  // namespace blockscope::python
