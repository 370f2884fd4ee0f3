#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include "blockscope/metric/registry.hpp"

#include "arrays.hpp"
#include "bindings.hpp"
#include "calls.hpp"
#include "cli/interrupts.hpp"

namespace blockscope::python {
namespace {

/// A Python object that threads without the GIL may let go of, also after the interpreter's end.
using Shared = std::shared_ptr<py::object>;

Shared shared(py::object object) {
    return {new py::object(std::move(object)), [](py::object* held) {
                if (Py_IsInitialized() == 0) return;
                const py::gil_scoped_acquire gil;
                delete held;
            }};
}

[[noreturn]] void throw_as(PyObject* type, const std::string& message) {
    PyErr_SetString(type, message.c_str());
    throw py::error_already_set();
}

/// A Python callable as a metric: called with an array of architectures, gives one number for each.
class PythonMetric : public Metric {
public:
    PythonMetric(MetricInfo info, Facts facts, Shared function)
        : info_(std::move(info)), facts_(std::move(facts)), function_(std::move(function)) {}

    const MetricInfo& info() const override { return info_; }
    Facts facts() const override { return facts_; }

    MetricColumn evaluate(const DesignSpace&, std::span<const Architecture> archs,
                          Progress*) override {
        const py::gil_scoped_acquire gil;
        try {
            return column_of((*function_)(as_array(archs)), archs.size());
        } catch (py::error_already_set& e) {
            if (e.matches(PyExc_KeyboardInterrupt)) return interrupted(archs.size());
            throw PythonError("the metric '" + info_.name + "' raised " +
                                  e.type().attr("__name__").cast<std::string>() + ": " +
                                  py::str(e.value()).cast<std::string>(),
                              e);
        }
    }

private:
    MetricColumn column_of(const py::object& result, std::size_t n) const {
        const py::object asarray = py::module_::import("numpy").attr("asarray");
        const py::object type = asarray(result).attr("dtype");
        const auto kind = type.attr("kind").cast<std::string>();
        if (kind == "c" || kind == "m" || kind == "M") {
            throw_as(PyExc_TypeError, "the metric '" + info_.name + "' gave " +
                                          py::str(type).cast<std::string>() +
                                          ", which cannot be float64");
        }
        const py::object array = asarray(result, py::arg("dtype") = py::dtype::of<double>());
        const auto numbers = py::array_t<double, py::array::c_style | py::array::forcecast>(array);
        if (numbers.ndim() != 1 || static_cast<std::size_t>(numbers.size()) != n) {
            const auto shape = py::str(array.attr("shape")).cast<std::string>();
            throw_as(PyExc_ValueError, "the metric '" + info_.name + "' gave an array of shape " +
                                           shape + " for " + std::to_string(n) + " architectures");
        }
        MetricColumn column;
        column.values.assign(numbers.data(), numbers.data() + n);
        for (std::size_t i = 0; i < n; ++i) {
            if (std::isfinite(column.values[i])) continue;
            column.failures.emplace_back(
                i, std::isnan(column.values[i]) ? "it gave NaN" : "it gave infinity");
            column.values[i] = std::numeric_limits<double>::quiet_NaN();
        }
        return column;
    }

    /// Work stops as it does for Ctrl-C elsewhere, so what is known is kept.
    static MetricColumn interrupted(std::size_t n) {
        cli::interrupt();
        MetricColumn column;
        column.values.assign(n, std::numeric_limits<double>::quiet_NaN());
        for (std::size_t i = 0; i < n; ++i) column.failures.emplace_back(i, "interrupted");
        return column;
    }

    MetricInfo info_;
    Facts facts_;
    Shared function_;
};

Direction direction_of(const std::string& better) {
    if (better == "smaller") return Direction::smaller_is_better;
    if (better == "larger") return Direction::larger_is_better;
    if (better.empty()) return Direction::neither;
    throw py::value_error("better is 'smaller', 'larger' or None, not '" + better + "'");
}

void register_callable(const std::string& name, py::object function, const std::string& unit,
                       const std::string& better, const std::string& column,
                       const std::string& source, bool noisy, bool costly,
                       const std::string& version) {
    if (PyCallable_Check(function.ptr()) == 0) {
        throw py::type_error("a metric is a function of an array of architectures");
    }
    const MetricInfo info{
        name, column.empty() ? name : column, unit, direction_of(better), noisy, source, costly};
    Metric::Facts facts;
    if (!version.empty()) facts.emplace_back("version", version);
    auto held = shared(std::move(function));
    const py::gil_scoped_release release;
    register_metric(info, [info, facts, held](const DesignSpace&, std::uint64_t, unsigned) {
        return std::make_unique<PythonMetric>(info, facts, held);
    });
}

py::list reports() {
    std::vector<MetricReport> all;
    {
        const py::gil_scoped_release release;
        all = metric_reports();
    }
    py::list list;
    for (const auto& report : all) {
        py::dict one;
        one["name"] = report.info.name;
        one["column"] = report.info.column;
        one["unit"] = report.info.unit;
        one["source"] = report.info.source;
        one["noisy"] = report.info.noisy;
        one["costly"] = report.info.costly;
        one["available"] = report.available;
        one["remark"] = report.reason;
        list.append(std::move(one));
    }
    return list;
}

}  // namespace

void bind_metrics(py::module_& module) {
    module.def("register_callable", register_callable, py::call_guard<Call>());
    module.def("forget_metric", &forget_metric, py::arg("name"),
               "The name means nothing any more. False: it meant nothing.",
               py::call_guard<Call, py::gil_scoped_release>());
    module.def("metric_reports", reports, py::call_guard<Call>());
}

}  // namespace blockscope::python
