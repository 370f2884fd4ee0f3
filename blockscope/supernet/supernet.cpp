#include "blockscope/supernet/supernet.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/space/space_file.hpp"
#include "blockscope/weights/tensor_file.hpp"

namespace blockscope {
namespace {

using Expected = std::map<std::string, SupernetTensor>;

Expected expected_of(const std::vector<SupernetLayer>& layers) {
    Expected expected;
    for (SupernetTensor& tensor : supernet_tensors(layers)) {
        std::string name = tensor.name;
        expected.emplace(std::move(name), std::move(tensor));
    }
    return expected;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
}

/// The name of today's code for a name in a file, by the rule that code loads older files with: an
/// unknown name is changed in the first of these ways that touches it.
std::string todays_name(std::string name, const Expected& expected) {
    replace_all(name, ".mobile_inverted_conv.", ".conv.");
    if (expected.contains(name)) return name;
    constexpr std::pair<std::string_view, std::string_view> changes[] = {
        {".bn.bn.", ".bn."},
        {".conv.conv.weight", ".conv.weight"},
        {".linear.linear.", ".linear."},
        {".linear.", ".linear.linear."},
        {"bn.", "bn.bn."},
        {"conv.weight", "conv.conv.weight"}};
    for (const auto& [from, to] : changes) {
        if (name.find(from) == std::string::npos) continue;
        replace_all(name, from, to);
        break;
    }
    return name;
}

/// What does not fit, one phrase; nothing if all does, and `fitted` then holds all tensors.
std::optional<std::string> fit(const Expected& expected, const TensorFile& file,
                               std::map<std::string, std::string>& fitted) {
    fitted.clear();
    for (const auto& [name, tensor] : file.tensors) {
        const std::string today = todays_name(name, expected);
        const auto found = expected.find(today);
        if (found == expected.end()) {
            std::vector<std::string> names;
            for (const auto& entry : expected) names.push_back(entry.first);
            return fmt::format("holds a tensor {} that the supernet has not{}", printable(name),
                               did_you_mean(name, names));
        }
        if (tensor.shape != found->second.shape) {
            return fmt::format("tensor '{}' is {} instead of {}", name, to_text(tensor.shape),
                               to_text(found->second.shape));
        }
        const auto [first, added] = fitted.emplace(today, name);
        if (!added) {
            return fmt::format("holds '{}' twice, as '{}' and '{}'", today, first->second, name);
        }
    }
    for (const auto& [name, tensor] : expected) {
        if (!tensor.optional && !fitted.contains(name)) {
            return fmt::format("holds no tensor '{}' of {}", name, to_text(tensor.shape));
        }
    }
    return std::nullopt;
}

/// " (it is one of 'resnet50')" for a file that fits a built-in space, or "".
std::string whose(const TensorFile& file) {
    std::map<std::string, std::string> fitted;
    for (const auto& name : built_in_space_names()) {
        if (!fit(expected_of(supernet_layers(load_space(name))), file, fitted)) {
            return fmt::format(" (it is one of '{}')", name);
        }
    }
    return "";
}

/// A note that is a number above 0 and at most 1, or `otherwise`.
double share(const TensorFile& file, const std::string& key, double otherwise) {
    const auto found = file.notes.find(key);
    double value = 0;
    if (found == file.notes.end() || !parse_number(found->second, value)) return otherwise;
    return value > 0 && value <= 1 ? value : otherwise;
}

}  // namespace

Supernet make_supernet(const DesignSpace& space, TensorFile file) {
    Supernet net{space, supernet_layers(space), {}, file.source, ""};
    std::map<std::string, std::string> fitted;
    if (const auto problem = fit(expected_of(net.layers), file, fitted)) {
        throw Error(fmt::format("is no supernet of '{}'{}: {}", space.name, whose(file), *problem),
                    file.source);
    }
    for (const auto& [today, name] : fitted) {
        Tensor& tensor = file.tensors.at(name);
        const auto wrong = std::find_if_not(tensor.values.begin(), tensor.values.end(),
                                            [](float value) { return std::isfinite(value); });
        if (wrong != tensor.values.end()) {
            throw Error(fmt::format("tensor '{}': value {} is {}", name,
                                    std::distance(tensor.values.begin(), wrong) + 1, *wrong),
                        file.source);
        }
        net.tensors.emplace(today, std::move(tensor));
    }
    net.seen.centre = share(file, "centre", net.seen.centre);
    net.seen.smallest_crop = share(file, "smallest_crop", net.seen.smallest_crop);
    return net;
}

Supernet read_supernet(const DesignSpace& space, const std::string& path) {
    const std::string bytes = read_file(path);
    Supernet net = make_supernet(space, parse_tensor_file(bytes, path));
    net.published = published_supernet(bytes);
    return net;
}

std::string weights_hash(const Supernet& net) {
    std::string of_all;
    for (const auto& [name, tensor] : net.tensors) {
        const auto* bytes = reinterpret_cast<const char*>(tensor.values.data());
        of_all += name;
        of_all += content_hash({bytes, tensor.values.size() * sizeof(float)});
    }
    return content_hash(of_all);
}

}  // namespace blockscope
