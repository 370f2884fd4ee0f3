#pragma once

namespace blockscope::python {

/// A call into the module. The interpreter's end (finish_calls) asks those of other threads to stop
/// and waits for them: Python would end such a thread where it next asks for the GIL, and C++ does
/// not survive that. Made and destroyed with the GIL held, which guards the count.
class Call {
public:
    Call();
    ~Call();
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;
};

/// To be called when the interpreter ends, with the GIL held; threads that call, or come back from
/// a call, stay where they are then. Ctrl-C ends the wait.
void finish_calls();

/// To be called in a forked process, which has no other threads.
void forget_calls_of_other_threads();

}  // namespace blockscope::python
