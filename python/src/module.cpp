#include <string>

#include <pybind11/pybind11.h>

#include "bindings.hpp"
#include "cli/interrupts.hpp"

namespace blockscope::python {
namespace {

const char* exception_for(Fault fault) {
    switch (fault) {
        case Fault::runtime:
            return "RunError";
        case Fault::input:
            return "InputError";
        case Fault::infeasible:
            return "InfeasibleError";
        case Fault::device:
            return "DeviceError";
    }
    return "Error";
}

void raise(std::exception_ptr thrown)  // NOLINT(performance-unnecessary-value-param)
{
    if (!thrown) return;
    try {
        std::rethrow_exception(thrown);
    } catch (const PythonError& e) {
        try {
            e.raise();
        } catch (py::error_already_set& original) {
            original.restore();
        }
    } catch (const Error& e) {
        const auto type = py::module_::import("blockscope._errors").attr(exception_for(e.fault()));
        PyErr_SetString(type.ptr(), e.what());
    }
}

}  // namespace

Listener::~Listener() = default;

void Listener::keep(const py::error_already_set& error) {
    if (!kept_) kept_ = std::make_unique<py::error_already_set>(error);
    cli::interrupt();
}

void Listener::raise_kept() {
    if (!kept_) return;
    const py::error_already_set error(*kept_);
    kept_.reset();
    throw py::error_already_set(error);
}

}  // namespace blockscope::python

PYBIND11_MODULE(_core, module) {
    using namespace blockscope::python;  // NOLINT(google-build-using-namespace)
    module.doc() = "What the package blockscope is made of; use that.";
    pybind11::register_exception_translator(raise);
    bind_spaces(module);
    bind_metrics(module);
    bind_commands(module);
}
