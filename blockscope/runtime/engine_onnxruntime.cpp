#include <array>
#include <dlfcn.h>
#include <vector>

#include <fmt/format.h>
#include <onnxruntime_c_api.h>

#include "blockscope/base/error.hpp"
#include "blockscope/network/onnx_export.hpp"
#include "blockscope/runtime/engine_entry.hpp"

// Path found by the build, or "" for the loader's usual places.
#ifndef BLOCKSCOPE_ONNXRUNTIME_LIBRARY
#define BLOCKSCOPE_ONNXRUNTIME_LIBRARY ""
#endif

namespace blockscope {
namespace {

/// The library, opened once and never closed: its threads may outlive its last session.
struct Library {
    const OrtApi* api = nullptr;
    std::string version;
    std::string reason;  ///< why `api` is null
};

Library open_library() {
    Library library;
    // Debian's soname carries the minor version, which is the header's API number
    const std::array<std::string, 4> names{BLOCKSCOPE_ONNXRUNTIME_LIBRARY, "libonnxruntime.so.1",
                                           fmt::format("libonnxruntime.so.1.{}", ORT_API_VERSION),
                                           "libonnxruntime.so"};
    void* handle = nullptr;
    for (const std::string& name : names) {
        if (name.empty()) continue;
        handle = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
        if (handle != nullptr) break;
        if (library.reason.empty()) library.reason = dlerror();
    }
    if (handle == nullptr) return library;
    using GetBase = const OrtApiBase* (*)();
    const auto get_base = reinterpret_cast<GetBase>(dlsym(handle, "OrtGetApiBase"));
    if (get_base == nullptr) {
        library.reason = "the library found is not ONNX Runtime";
        return library;
    }
    library.version = get_base()->GetVersionString();
    library.api = get_base()->GetApi(ORT_API_VERSION);
    library.reason = library.api != nullptr
                         ? ""
                         : fmt::format("version {} is older than the header this was built with",
                                       library.version);
    return library;
}

const Library& library() {
    static const Library opened = open_library();
    return opened;
}

const OrtApi& api() { return *library().api; }

void check(OrtStatus* status, const std::string& what) {
    if (status == nullptr) return;
    const std::string message =
        fmt::format("ONNX Runtime {}: {}", what, api().GetErrorMessage(status));
    api().ReleaseStatus(status);
    throw Error(message, Fault::runtime);
}

template <typename T>
using Owned = std::unique_ptr<T, void (*)(T*)>;

/// An object of the C API with the function that frees it.
template <typename T, typename Release>
Owned<T> owned(T* object, Release release) {
    return {object, release};
}

Owned<OrtValue> wrap(std::vector<float>& values, const std::vector<std::int64_t>& dims) {
    OrtMemoryInfo* info = nullptr;
    check(api().CreateCpuMemoryInfo(OrtDeviceAllocator, OrtMemTypeDefault, &info), "has no memory");
    const auto kept = owned(info, api().ReleaseMemoryInfo);
    OrtValue* value = nullptr;
    check(api().CreateTensorWithDataAsOrtValue(info, values.data(), values.size() * sizeof(float),
                                               dims.data(), dims.size(),
                                               ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, &value),
          "refuses a tensor");
    return owned(value, api().ReleaseValue);
}

/// Shared with the networks, which may outlive the engine object.
using Environment = std::shared_ptr<OrtEnv>;

class OnnxruntimeNetwork final : public PreparedNetwork {
public:
    OnnxruntimeNetwork(Environment environment, const EngineOptions& options,
                       const NetworkGraph& network, const Parameters& parameters)
        : environment_(std::move(environment)) {
        const std::string model = to_onnx(network, parameters, options.batch);
        OrtSessionOptions* settings = nullptr;
        check(api().CreateSessionOptions(&settings), "has no options");
        const auto kept = owned(settings, api().ReleaseSessionOptions);
        check(api().SetIntraOpNumThreads(settings, options.threads), "refuses the threads");
        check(api().SetInterOpNumThreads(settings, 1), "refuses the threads");
        check(api().SetSessionGraphOptimizationLevel(settings, ORT_ENABLE_ALL),
              "refuses to optimise");
        OrtSession* session = nullptr;
        check(api().CreateSessionFromArray(environment_.get(), model.data(), model.size(), settings,
                                           &session),
              fmt::format("refuses '{}'", network.name));
        session_ = owned(session, api().ReleaseSession);

        const Shape& in = network.input;
        const Shape& out = network.operators.back().out;
        input_.resize(static_cast<std::size_t>(options.batch * in.elements()));
        output_.resize(static_cast<std::size_t>(options.batch * out.elements()));
        input_value_ = wrap(input_, {options.batch, in.channels, in.height, in.width});
        if (network.operators.back().kind == OpKind::linear) {
            output_value_ = wrap(output_, {options.batch, out.channels});
        } else {
            output_value_ = wrap(output_, {options.batch, out.channels, out.height, out.width});
        }
    }

    std::span<float> input() override { return input_; }
    std::span<const float> output() override { return output_; }

    void run() override {
        const char* const input_name = "input";
        const char* const output_name = "output";
        const OrtValue* const input = input_value_.get();
        OrtValue* output = output_value_.get();
        check(api().Run(session_.get(), nullptr, &input_name, &input, 1, &output_name, 1, &output),
              "stopped");
    }

private:
    Environment environment_;
    std::vector<float> input_;
    std::vector<float> output_;
    Owned<OrtSession> session_{nullptr, nullptr};
    Owned<OrtValue> input_value_{nullptr, nullptr};
    Owned<OrtValue> output_value_{nullptr, nullptr};
};

class OnnxruntimeEngine final : public Engine {
public:
    explicit OnnxruntimeEngine(const EngineOptions& options) : options_(options) {
        OrtEnv* environment = nullptr;
        check(api().CreateEnv(ORT_LOGGING_LEVEL_ERROR, "blockscope", &environment), "cannot start");
        environment_ = Environment(environment, api().ReleaseEnv);
    }

    std::string name() const override { return "onnxruntime"; }
    std::string version() const override { return library().version; }

    std::unique_ptr<PreparedNetwork> prepare(const NetworkGraph& network,
                                             const Parameters& parameters) override {
        return std::make_unique<OnnxruntimeNetwork>(environment_, options_, network, parameters);
    }

    std::size_t kept_bytes() const override { return 0; }

private:
    EngineOptions options_;
    Environment environment_;
};

}  // namespace

EngineReport onnxruntime_report() {
    const Library& opened = library();
    return {"onnxruntime", opened.api != nullptr, opened.version, opened.reason};
}

std::unique_ptr<Engine> make_onnxruntime(const EngineOptions& options) {
    if (library().api == nullptr) throw Error(library().reason);
    return std::make_unique<OnnxruntimeEngine>(options);
}

}  // namespace blockscope
