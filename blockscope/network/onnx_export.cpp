#include "blockscope/network/onnx_export.hpp"

#include <exception>
#include <initializer_list>
#include <map>
#include <vector>

#include <fmt/format.h>
#include <onnx/checker.h>
#include <onnx/onnx_pb.h>
#include <onnx/shape_inference/implementation.h>

#include "blockscope/base/error.hpp"

namespace blockscope {
namespace {

constexpr int opset = 14;  // the first with HardSwish
constexpr int ir_version = 8;

void set(onnx::NodeProto& node, const char* name, std::int64_t value) {
    auto* a = node.add_attribute();
    a->set_name(name);
    a->set_type(onnx::AttributeProto::INT);
    a->set_i(value);
}

void set(onnx::NodeProto& node, const char* name, float value) {
    auto* a = node.add_attribute();
    a->set_name(name);
    a->set_type(onnx::AttributeProto::FLOAT);
    a->set_f(value);
}

void set(onnx::NodeProto& node, const char* name, std::initializer_list<int> values) {
    auto* a = node.add_attribute();
    a->set_name(name);
    a->set_type(onnx::AttributeProto::INTS);
    for (const int value : values) a->add_ints(value);
}

class Writer {
public:
    Writer(const NetworkGraph& network, const Parameters& parameters, int batch)
        : network_(network), parameters_(parameters), batch_(batch) {
        if (parameters.size() != network.operators.size()) {
            throw Error("parameters are not those of this network");
        }
    }

    std::string write();

private:
    onnx::NodeProto& node(const char* type, const std::string& name,
                          std::initializer_list<std::string> inputs, const std::string& output);
    void initializer(const std::string& name, std::initializer_list<std::int64_t> dims,
                     const std::vector<float>& values);
    void scalar(const std::string& name, float value);
    void describe(onnx::ValueInfoProto& info, const std::string& name, const Shape& shape,
                  bool features) const;
    std::string unique(const Operator& op);
    std::string tensor(int number) const;
    void weights(const Operator& op, int index, const std::string& name);
    void body(const Operator& op, int index, const std::string& name, const std::string& output);
    void activate(Activation activation, const std::string& name, const std::string& input,
                  const std::string& output);

    const NetworkGraph& network_;
    const Parameters& parameters_;
    int batch_;
    onnx::ModelProto model_;
    std::map<std::string, int> names_;
};

onnx::NodeProto& Writer::node(const char* type, const std::string& name,
                              std::initializer_list<std::string> inputs,
                              const std::string& output) {
    auto* n = model_.mutable_graph()->add_node();
    n->set_op_type(type);
    n->set_name(name);
    for (const auto& input : inputs) n->add_input(input);
    n->add_output(output);
    return *n;
}

void Writer::initializer(const std::string& name, std::initializer_list<std::int64_t> dims,
                         const std::vector<float>& values) {
    auto* t = model_.mutable_graph()->add_initializer();
    t->set_name(name);
    t->set_data_type(onnx::TensorProto::FLOAT);
    std::int64_t count = 1;
    for (const auto dim : dims) {
        t->add_dims(dim);
        count *= dim;
    }
    if (count != static_cast<std::int64_t>(values.size())) {
        throw Error(fmt::format("{} has {} numbers instead of {}", name, values.size(), count));
    }
    // Little-endian as the format asks, like every machine this runs on.
    t->set_raw_data(values.data(), values.size() * sizeof(float));
}

void Writer::scalar(const std::string& name, float value) {
    if (names_[name]++ == 0) initializer(name, {}, {value});
}

void Writer::describe(onnx::ValueInfoProto& info, const std::string& name, const Shape& shape,
                      bool features) const {
    info.set_name(name);
    auto* type = info.mutable_type()->mutable_tensor_type();
    type->set_elem_type(onnx::TensorProto::FLOAT);
    type->mutable_shape()->add_dim()->set_dim_value(batch_);
    type->mutable_shape()->add_dim()->set_dim_value(shape.channels);
    if (features) return;
    type->mutable_shape()->add_dim()->set_dim_value(shape.height);
    type->mutable_shape()->add_dim()->set_dim_value(shape.width);
}

/// Names repeat only in graphs made by hand.
std::string Writer::unique(const Operator& op) {
    std::string name = fmt::format("{}/{}", label(op.where), to_string(op.role));
    const int before = names_[name]++;
    return before == 0 ? name : fmt::format("{} #{}", name, before + 1);
}

/// A window of one element is no node of its own: its result is its input.
bool left_out(const Operator& op) {
    return op.kind == OpKind::average_pool && op.kernel == 1 && op.stride == 1 &&
           op.activation == Activation::none;
}

std::string Writer::tensor(int number) const {
    if (number == static_cast<int>(network_.operators.size())) return "output";
    while (number > 0 && left_out(network_.operators[static_cast<std::size_t>(number) - 1])) {
        number = network_.operators[static_cast<std::size_t>(number) - 1].input;
    }
    return number == 0 ? "input" : fmt::format("t{}", number);
}

void Writer::weights(const Operator& op, int index, const std::string& name) {
    const auto& entry = parameters_[static_cast<std::size_t>(index)];
    if (!entry) throw Error(fmt::format("{} has no parameters", name));
    const OperatorParameters numbers = entry->numbers();
    if (op.kind == OpKind::linear) {
        initializer(name + ".weight", {op.out.channels, op.in.elements()}, numbers.weight);
    } else {
        initializer(name + ".weight",
                    {op.out.channels, op.in.channels / op.groups, op.kernel, op.kernel},
                    numbers.weight);
    }
    initializer(name + ".bias", {op.out.channels}, numbers.bias);
}

void Writer::body(const Operator& op, int index, const std::string& name,
                  const std::string& output) {
    const std::string input = tensor(op.input);
    const int pad = op.kernel / 2;
    switch (op.kind) {
        case OpKind::convolution: {
            weights(op, index, name);
            auto& n = node("Conv", name, {input, name + ".weight", name + ".bias"}, output);
            set(n, "kernel_shape", {op.kernel, op.kernel});
            set(n, "strides", {op.stride, op.stride});
            set(n, "pads", {pad, pad, pad, pad});
            set(n, "group", std::int64_t{op.groups});
            break;
        }
        case OpKind::linear: {
            weights(op, index, name);
            const std::string flat = name + ".flat";
            set(node("Flatten", flat, {input}, flat), "axis", std::int64_t{1});
            auto& n = node("Gemm", name, {flat, name + ".weight", name + ".bias"}, output);
            set(n, "transB", std::int64_t{1});
            break;
        }
        case OpKind::add:
            node("Add", name, {input, tensor(op.second)}, output);
            break;
        case OpKind::scale:
            node("Mul", name, {input, tensor(op.second)}, output);
            break;
        case OpKind::global_pool:
            node("GlobalAveragePool", name, {input}, output);
            break;
        case OpKind::max_pool: {
            auto& n = node("MaxPool", name, {input}, output);
            set(n, "kernel_shape", {op.kernel, op.kernel});
            set(n, "strides", {op.stride, op.stride});
            set(n, "pads", {pad, pad, pad, pad});
            break;
        }
        case OpKind::average_pool: {
            auto& n = node("AveragePool", name, {input}, output);
            set(n, "kernel_shape", {op.kernel, op.kernel});
            set(n, "strides", {op.stride, op.stride});
            set(n, "ceil_mode", std::int64_t{1});
            set(n, "count_include_pad", std::int64_t{0});
            break;
        }
    }
}

void Writer::activate(Activation activation, const std::string& name, const std::string& input,
                      const std::string& output) {
    switch (activation) {
        case Activation::none:
            break;
        case Activation::relu:
            node("Relu", name + ".relu", {input}, output);
            break;
        case Activation::relu6:
            scalar("zero", 0.0F);
            scalar("six", 6.0F);
            node("Clip", name + ".relu6", {input, "zero", "six"}, output);
            break;
        case Activation::h_swish:
            node("HardSwish", name + ".h_swish", {input}, output);
            break;
        case Activation::h_sigmoid: {
            auto& n = node("HardSigmoid", name + ".h_sigmoid", {input}, output);
            set(n, "alpha", 1.0F / 6.0F);
            set(n, "beta", 0.5F);
            break;
        }
        case Activation::swish:
            node("Sigmoid", name + ".sigmoid", {input}, name + ".sigmoid");
            node("Mul", name + ".swish", {input, name + ".sigmoid"}, output);
            break;
    }
}

std::string Writer::write() {
    model_.set_ir_version(ir_version);
    model_.set_producer_name("blockscope");
    auto* import = model_.add_opset_import();
    import->set_domain("");
    import->set_version(opset);
    auto* graph = model_.mutable_graph();
    graph->set_name(network_.name.empty() ? "network" : network_.name);
    describe(*graph->add_input(), "input", network_.input, false);
    const int count = static_cast<int>(network_.operators.size());
    if (count == 0) throw Error("a network without operators cannot be exported");
    for (int i = 0; i < count; ++i) {
        const Operator& op = network_.operators[static_cast<std::size_t>(i)];
        if (left_out(op) && i + 1 < count) continue;
        const std::string name = unique(op);
        const std::string output = tensor(i + 1);
        const bool plain = op.activation == Activation::none;
        body(op, i, name, plain ? output : name + ".raw");
        if (!plain) activate(op.activation, name, name + ".raw", output);
    }
    describe(*graph->add_output(), "output", network_.operators.back().out,
             network_.operators.back().kind == OpKind::linear);
    std::string bytes;
    if (!model_.SerializeToString(&bytes)) throw Error("the ONNX model is above 2 GiB");
    return bytes;
}

}  // namespace

std::string to_onnx(const NetworkGraph& network, const Parameters& parameters, int batch) {
    return Writer(network, parameters, batch).write();
}

std::string check_onnx(const std::string& model) {
    onnx::ModelProto proto;
    if (!proto.ParseFromString(model)) return "not an ONNX model";
    try {
        onnx::checker::check_model(proto);
        // strict: an inferred shape that contradicts the declared one is an error
        const onnx::ShapeInferenceOptions strict(true, 1, false);
        onnx::shape_inference::InferShapes(proto, onnx::OpSchemaRegistry::Instance(), strict);
    } catch (const std::exception& e) {
        return e.what();
    }
    return "";
}

}  // namespace blockscope
