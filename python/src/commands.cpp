#include <string>
#include <vector>

#include <pybind11/stl.h>

#include "bindings.hpp"
#include "calls.hpp"
#include "cli/run.hpp"

namespace blockscope::python {
namespace {

/// Who runs a command: a Python object that is told what the command line would print.
class PythonHost : public cli::Host {
public:
    explicit PythonHost(py::object listener) : listener_(std::move(listener)) {}

    void output(std::string_view text) override { listener_.tell("output", text); }
    void say(std::string_view kind, std::string_view line) override {
        listener_.tell("say", kind, line);
    }
    void progress(std::string_view task, double done, double total, std::string_view unit,
                  std::string_view note) override {
        listener_.tell("progress", task, done, total, unit, note);
    }
    void failed(const std::exception_ptr& reason) override {
        const py::gil_scoped_acquire gil;
        try {
            std::rethrow_exception(reason);
        } catch (const PythonError& e) {
            try {
                e.raise();
            } catch (const py::error_already_set& original) {
                listener_.keep(original);
            }
        } catch (...) {  // its message comes by say
        }
    }
    void raise_kept() { listener_.raise_kept(); }

private:
    Listener listener_;
};

int run(const std::vector<std::string>& arguments, py::object listener) {
    PythonHost host(std::move(listener));
    int code = 0;
    {
        const py::gil_scoped_release release;
        code = cli::run_command(arguments, &host);
    }
    host.raise_kept();
    return code;
}

}  // namespace

void bind_commands(py::module_& module) {
    module.def("run", run, py::arg("arguments"), py::arg("listener"), py::call_guard<Call>(),
               "Runs a command line in this process, the program's name first; its exit code.");
    module.def("description", cli::description_json, "All verbs and options, as JSON.");
    module.def(
        "after_fork",
        [] {
            cli::after_fork();
            forget_calls_of_other_threads();
        },
        "To be called in a forked process.");
    module.def("finish", finish_calls, "To be called when the interpreter ends.");
    module.attr("__version__") = BLOCKSCOPE_VERSION;
}

}  // namespace blockscope::python
