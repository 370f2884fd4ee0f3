#include "blockscope/supernet/image_folder.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <map>
#include <system_error>

#include <fmt/format.h>

#include "blockscope/base/csv.hpp"
#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/base/random.hpp"
#include "blockscope/base/text.hpp"

namespace blockscope {
namespace fs = std::filesystem;
namespace {

bool is_image(const fs::path& path) {
    std::string ending = path.extension().string();
    std::transform(ending.begin(), ending.end(), ending.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return ending == ".jpg" || ending == ".jpeg" || ending == ".png";
}

std::vector<std::string> folders_in(const std::string& root) {
    std::error_code code;
    const fs::directory_iterator entries(root, code);
    if (code) throw Error("cannot be read: " + code.message(), root);
    std::vector<std::string> names;
    for (const auto& entry : entries) {
        if (entry.is_directory()) names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    if (names.empty()) throw Error("holds no folder of a class", root);
    return names;
}

std::map<std::string, int> read_class_map(const std::string& path) {
    const CsvTable table = parse_csv(read_file(path), path);
    std::size_t names = 0;
    if (table.has_column("folder")) {
        names = table.column("folder");
    } else {
        names = table.column(table.has_column("wnid") ? "wnid" : "class");
    }
    const std::size_t indices = table.column("index");
    std::map<std::string, int> map;
    for (std::size_t r = 0; r < table.rows.size(); ++r) {
        const double index = table.number(r, indices);
        if (std::isnan(index) || index < 0 || index >= 1e6 || index != std::floor(index)) {
            throw Error(fmt::format("index '{}' is no whole number from 0", table.rows[r][indices]),
                        table.where(r));
        }
        if (!map.emplace(table.rows[r][names], static_cast<int>(index)).second) {
            throw Error(fmt::format("class '{}' comes twice", table.rows[r][names]),
                        table.where(r));
        }
    }
    return map;
}

/// Names relative to root, sorted by folder, then by file.
std::vector<std::string> images_in(const std::string& root, const std::string& name,
                                   std::size_t& others) {
    std::vector<std::pair<std::string, std::string>> found;
    const auto options = fs::directory_options::follow_directory_symlink;
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(root) / name, options)) {
        if (!entry.is_regular_file()) continue;
        if (!is_image(entry.path())) {
            ++others;
            continue;
        }
        const fs::path relative = entry.path().lexically_relative(root);
        found.emplace_back(relative.parent_path().string(), relative.filename().string());
    }
    std::sort(found.begin(), found.end());
    std::vector<std::string> names;
    names.reserve(found.size());
    for (const auto& [folder, file] : found) names.push_back(fmt::format("{}/{}", folder, file));
    return names;
}

}  // namespace

ImageFolder read_image_folder(const std::string& root, const std::string& class_map) try {
    ImageFolder made;
    made.root = root;
    made.classes = folders_in(root);
    made.mapped = !class_map.empty();
    std::map<std::string, int> map;
    if (made.mapped) map = read_class_map(class_map);
    for (const std::string& name : made.classes) {
        int label = static_cast<int>(made.labels.size());
        if (made.mapped) {
            const auto found = map.find(name);
            if (found == map.end()) {
                throw Error(fmt::format("does not know the class '{}' of {}", name, root),
                            class_map);
            }
            label = found->second;
        }
        made.labels.push_back(label);
        const auto names = images_in(root, name, made.others);
        if (names.empty()) {
            throw Error("holds no .jpg, .jpeg or .png image", (fs::path(root) / name).string());
        }
        for (const auto& file : names) made.files.push_back({file, label});
    }
    return made;
} catch (const fs::filesystem_error& e) {
    throw Error("cannot be read: " + e.code().message(), e.path1().string());
}

std::string list_hash(const ImageFolder& folder) {
    std::string text;
    for (const auto& file : folder.files) text += fmt::format("{},{};", file.name, file.label);
    return content_hash(text);
}

void check_labels(const DesignSpace& space, const ImageFolder& folder) {
    if (space.head.empty() || space.head.back().kind != FixedLayer::Kind::linear) {
        throw Error(fmt::format("space '{}' has no linear layer at its end, so it has no accuracy",
                                space.name));
    }
    const int outputs = space.head.back().channels.front();
    const int most = *std::max_element(folder.labels.begin(), folder.labels.end());
    if (folder.mapped ? most < outputs : most + 1 == outputs) return;
    throw Error(
        fmt::format("has {} classes{}, and networks of '{}' have {} outputs{}",
                    folder.classes.size(),
                    folder.mapped ? fmt::format(" with indices up to {}", most) : "", space.name,
                    outputs, folder.mapped ? "" : "; a part of the classes needs a class map"),
        folder.root);
}

std::vector<std::size_t> stratified_sample(const ImageFolder& folder, std::size_t count,
                                           std::uint64_t seed) {
    std::map<int, std::vector<std::size_t>> of_class;
    for (std::size_t i = 0; i < folder.files.size(); ++i) {
        of_class[folder.files[i].label].push_back(i);
    }
    std::vector<std::vector<std::size_t>*> order;
    Rng rng(seed);
    for (auto& [label, members] : of_class) {
        shuffle(members, rng);
        order.push_back(&members);
    }
    shuffle(order, rng);
    std::vector<std::size_t> chosen;
    for (std::size_t round = 0; chosen.size() < std::min(count, folder.files.size()); ++round) {
        for (const auto* members : order) {
            if (round < members->size() && chosen.size() < count) {
                chosen.push_back((*members)[round]);
            }
        }
    }
    std::sort(chosen.begin(), chosen.end());
    return chosen;
}

}  // namespace blockscope
