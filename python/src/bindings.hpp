#pragma once

#include <exception>
#include <memory>
#include <string_view>
#include <utility>

#include <pybind11/pybind11.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/progress.hpp"

namespace blockscope::python {
namespace py = pybind11;

/// An exception of Python on its way through C++, to be raised again as it was.
class PythonError : public Error {
public:
    /// To be called with the GIL held.
    PythonError(const std::string& message, py::error_already_set error)
        : Error(message, Fault::runtime),
          error_(std::make_shared<py::error_already_set>(std::move(error))) {}
    [[noreturn]] void raise() const { throw py::error_already_set(*error_); }

private:
    std::shared_ptr<py::error_already_set> error_;
};

/// What a Python object with the methods output, say and progress hears of a long call, which runs
/// without the GIL. What one of them raises asks the call to stop, and is raised at its end.
class Listener {
public:
    explicit Listener(py::object listener) : listener_(std::move(listener)) {}
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    template <typename... Arguments>
    void tell(const char* method, Arguments... arguments) {
        const py::gil_scoped_acquire gil;
        try {
            if (!listener_.is_none()) listener_.attr(method)(arguments...);
        } catch (py::error_already_set& e) {
            keep(e);
        }
    }
    /// Unless there is one already.
    void keep(const py::error_already_set& error);
    /// Raises what was kept, if anything. With the GIL held.
    void raise_kept();

private:
    py::object listener_;
    std::unique_ptr<py::error_already_set> kept_;
};

void bind_spaces(py::module_& module);
void bind_metrics(py::module_& module);
void bind_commands(py::module_& module);

}  // namespace blockscope::python
