#include "blockscope/runtime/activation_plan.hpp"

#include <algorithm>
#include <numeric>

namespace blockscope {
namespace {

constexpr std::size_t alignment = 64;

/// Memory for one or more tensors, needed from operator `first` to operator `last`.
struct Buffer {
    int first = 0;
    int last = 0;
    std::size_t bytes = 0;
    std::size_t offset = 0;
};

bool is_identity(const Operator& op) {
    return op.kind == OpKind::average_pool && op.kernel == 1 && op.stride == 1 &&
           op.activation == Activation::none;
}

class Planner {
public:
    Planner(const NetworkGraph& network, int batch, bool fuse_additions)
        : ops_(network.operators),
          network_(network),
          batch_(batch),
          fuse_additions_(fuse_additions) {}

    ActivationPlan plan();

private:
    int count() const { return static_cast<int>(ops_.size()); }
    int last_use(int tensor) const { return last_use_[same_[tensor]]; }
    int buffer(int tensor) const { return buffer_[tensor]; }
    void find_last_uses();
    void make_buffer(int tensor, int op);
    void reuse_buffer(int tensor, int of);
    int plan_step(int i);
    bool fuses(int i, int& shortcut) const;
    std::size_t place();

    const std::vector<Operator>& ops_;
    const NetworkGraph& network_;
    int batch_;
    bool fuse_additions_;
    std::vector<int> same_;      ///< of each tensor, the one that has the same values
    std::vector<int> last_use_;  ///< operator that reads it last; count() for the output
    std::vector<int> buffer_;
    std::vector<Buffer> buffers_;
    ActivationPlan result_;
};

void Planner::find_last_uses() {
    same_.resize(ops_.size() + 1);
    last_use_.assign(ops_.size() + 1, -1);
    same_[0] = 0;
    for (int i = 0; i < count(); ++i) {
        const Operator& op = ops_[i];
        same_[i + 1] = is_identity(op) ? same_[op.input] : i + 1;
        last_use_[same_[op.input]] = i;
        if (op.second >= 0) last_use_[same_[op.second]] = i;
    }
    last_use_[same_[count()]] = count();
}

void Planner::make_buffer(int tensor, int op) {
    const std::int64_t bytes = batch_ * network_.shape(tensor).elements() * 4;
    const auto rounded = (static_cast<std::size_t>(bytes) + alignment - 1) / alignment * alignment;
    buffer_[tensor] = static_cast<int>(buffers_.size());
    buffers_.push_back({op, std::max(op, last_use(tensor)), rounded, 0});
}

void Planner::reuse_buffer(int tensor, int of) {
    buffer_[tensor] = buffer_[of];
    Buffer& b = buffers_[buffer_[of]];
    b.last = std::max(b.last, last_use(tensor));
}

/// True if convolution i may add its result to the buffer of `shortcut`, which the next operator
/// would add. A convolution must not write over what it reads.
bool Planner::fuses(int i, int& shortcut) const {
    if (!fuse_additions_ || i + 1 >= count() || ops_[i].kind != OpKind::convolution ||
        ops_[i].activation != Activation::none) {
        return false;
    }
    const Operator& add = ops_[i + 1];
    const int made = i + 1;
    if (add.kind != OpKind::add || (add.input == made) == (add.second == made)) return false;
    shortcut = add.input == made ? add.second : add.input;
    return last_use(made) == i + 1 && last_use(shortcut) == i + 1 &&
           buffer(shortcut) != buffer(ops_[i].input);
}

/// Returns how many operators the step covers.
int Planner::plan_step(int i) {
    const Operator& op = ops_[i];
    const int made = i + 1;
    if (is_identity(op)) {
        reuse_buffer(made, op.input);
        return 1;
    }
    PlannedStep step{i, op.activation, false, false, made};
    int covered = 1;
    int shortcut = 0;
    if (fuses(i, shortcut)) {
        step.activation = ops_[i + 1].activation;
        step.accumulate = true;
        step.result = made + 1;
        buffer_[made] = buffer_[shortcut];
        reuse_buffer(made + 1, shortcut);
        covered = 2;
    } else if ((op.kind == OpKind::add || op.kind == OpKind::scale) &&
               buffer(op.input) != buffer(op.second) && last_use(op.input) == i) {
        reuse_buffer(made, op.input);
    } else if (op.kind == OpKind::add && buffer(op.input) != buffer(op.second) &&
               last_use(op.second) == i) {
        step.swapped = true;
        reuse_buffer(made, op.second);
    } else {
        make_buffer(made, i);
    }
    result_.steps.push_back(step);
    return covered;
}

/// Largest first, each at the lowest place that is free while it lives.
std::size_t Planner::place() {
    std::vector<int> order(buffers_.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](int a, int b) { return buffers_[a].bytes > buffers_[b].bytes; });
    std::vector<int> placed;  // by offset
    std::size_t total = 0;
    for (const int index : order) {
        Buffer& b = buffers_[index];
        std::size_t offset = 0;
        for (const int other_index : placed) {
            const Buffer& other = buffers_[other_index];
            if (other.last < b.first || b.last < other.first) continue;
            if (offset + b.bytes <= other.offset) break;
            offset = std::max(offset, other.offset + other.bytes);
        }
        b.offset = offset;
        total = std::max(total, offset + b.bytes);
        const auto behind =
            std::upper_bound(placed.begin(), placed.end(), offset,
                             [&](std::size_t o, int p) { return o < buffers_[p].offset; });
        placed.insert(behind, index);
    }
    return total;
}

ActivationPlan Planner::plan() {
    find_last_uses();
    buffer_.assign(ops_.size() + 1, -1);
    make_buffer(0, -1);
    for (int i = 0; i < count();) i += plan_step(i);
    result_.bytes = place();
    for (const int b : buffer_) result_.offset.push_back(buffers_[b].offset);
    return std::move(result_);
}

}  // namespace

ActivationPlan plan_activations(const NetworkGraph& network, int batch, bool fuse_additions) {
    return Planner(network, batch, fuse_additions).plan();
}

}  // namespace blockscope
