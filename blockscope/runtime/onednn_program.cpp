#include "blockscope/runtime/onednn_program.hpp"

#include <vector>

#include <fmt/format.h>
#include <oneapi/dnnl/dnnl.h>

#include "blockscope/base/error.hpp"

namespace blockscope {
namespace {

void check(dnnl_status_t status) {
    if (status == dnnl_success) return;
    throw Error(fmt::format("oneDNN stopped with status {}", static_cast<int>(status)),
                Fault::runtime);
}

}  // namespace

struct OnednnProgram::Impl {
    struct Call {
        const_dnnl_primitive_t primitive = nullptr;
        std::size_t first = 0;  ///< of arguments
        int count = 0;
    };

    // The C call spares a hash map of arguments for every operator of every run.
    void execute(const Call& call) const {
        check(dnnl_primitive_execute(call.primitive, stream, call.count,
                                     arguments.data() + call.first));
    }

    dnnl_stream_t stream = nullptr;
    std::vector<Call> calls;
    std::vector<dnnl_exec_arg_t> arguments;
    std::vector<std::shared_ptr<dnnl_memory>> memories;  ///< what arguments point to
};

OnednnProgram::OnednnProgram(const OnednnLayers& layers) : impl_(std::make_unique<Impl>()) {
    impl_->stream = layers.stream();
}

OnednnProgram::OnednnProgram(OnednnProgram&& other) noexcept = default;

OnednnProgram::~OnednnProgram() = default;

void OnednnProgram::append(const OnednnCall& call) {
    impl_->calls.push_back(
        {call.primitive, impl_->arguments.size(), static_cast<int>(call.arguments.size())});
    for (const OnednnArgument& argument : call.arguments) {
        impl_->arguments.push_back({argument.kind, argument.memory.get()});
        impl_->memories.push_back(argument.memory);
    }
}

void OnednnProgram::run() const {
    for (const Impl::Call& call : impl_->calls) impl_->execute(call);
    check(dnnl_stream_wait(impl_->stream));
}

// On a CPU a call returns when it is done.
void OnednnProgram::run_marked(const std::function<void()>& mark) const {
    mark();
    for (const Impl::Call& call : impl_->calls) {
        impl_->execute(call);
        mark();
    }
    check(dnnl_stream_wait(impl_->stream));
}

}  // namespace blockscope
