#include "calls.hpp"

#include <chrono>
#include <thread>
#include <unistd.h>

#include <pybind11/pybind11.h>

#include "cli/interrupts.hpp"

namespace blockscope::python {
namespace {

namespace py = pybind11;

int running = 0;
bool ending = false;
thread_local int depth = 0;  // a metric's function may call, too

/// Never returns: the process's end finds the thread here.
[[noreturn]] void stay() {
    PyEval_SaveThread();
    for (;;) ::pause();
}

}  // namespace

Call::Call() {
    if (depth == 0) {
        if (ending) stay();
        ++running;
    }
    ++depth;
}

Call::~Call() {
    if (--depth > 0) return;
    --running;
    if (ending) stay();
}

void finish_calls() {
    ending = true;
    while (running > 0) {
        cli::interrupt();
        {
            const py::gil_scoped_release release;
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    }
}

void forget_calls_of_other_threads() { running = depth > 0 ? 1 : 0; }

}  // namespace blockscope::python
