#include "blockscope/report/figure.hpp"

#include <set>

#include <fmt/format.h>

namespace blockscope {

std::string id_of(const std::string& text) {
    std::string id;
    for (const char c : text) {
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
            id += c;
        } else if (c >= 'A' && c <= 'Z') {
            id += static_cast<char>(c - 'A' + 'a');
        } else if (!id.empty() && id.back() != '-') {
            id += '-';
        }
    }
    constexpr std::size_t longest = 80;
    if (id.size() > longest) id.resize(longest);
    while (!id.empty() && id.back() == '-') id.pop_back();
    return id.empty() ? "figure" : id;
}

void make_ids_unique(std::vector<Figure>& figures) {
    std::set<std::string> taken;
    for (auto& figure : figures) {
        const std::string id = figure.id;
        for (int n = 2; !taken.insert(figure.id).second; ++n)
            figure.id = fmt::format("{}-{}", id, n);
    }
}

}  // namespace blockscope
