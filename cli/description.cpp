#include "cli/description.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "blockscope/base/text.hpp"

namespace blockscope::cli {
namespace {

template <std::size_t n>
bool is_one_of(const std::array<std::string_view, n>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

Offered offered(const OptionDescription& option) {
    static constexpr std::array<std::string_view, 6> metrics{"metric", "maximize", "minimize",
                                                             "keep",   "reduce",   "limit"};
    static constexpr std::array<std::string_view, 8> files{
        "output", "data", "archs", "config", "study", "junit", "insights", "device-map"};
    static constexpr std::array<std::string_view, 5> more{"start", "dir", "a", "b", "weights"};
    if (option.is_flag()) return Offered::nothing;
    if (!option.choices.empty()) return Offered::choices;
    if (option.key == "space") return Offered::spaces;
    if (is_one_of(metrics, option.key)) return Offered::metrics;
    if (is_one_of(files, option.key) || is_one_of(more, option.key)) return Offered::files;
    return option.positional || option.key == "images" ? Offered::files : Offered::nothing;
}

/// Words of "TEXT:{auto,exact}", which is how CLI11 names a checked type.
std::vector<std::string> choices_of(const std::string& type) {
    const auto open = type.find('{');
    const auto close = type.find('}');
    std::vector<std::string> choices;
    if (open == std::string::npos || close == std::string::npos) return choices;
    const std::string words = type.substr(open + 1, close - open - 1);
    for (const auto word : split(words, ',')) {
        choices.emplace_back(word);
    }
    return choices;
}

OptionDescription describe(const CLI::Option& option) {
    OptionDescription d;
    d.positional = option.get_positional();
    const std::string type = option.get_type_name();
    const bool flag = option.get_expected_max() == 0;
    if (!option.get_lnames().empty()) {
        d.key = option.get_lnames().front();
        d.long_name = "--" + d.key;
    }
    if (!option.get_snames().empty()) {
        d.short_name = "-" + option.get_snames().front();
        if (d.key.empty()) d.key = option.get_snames().front();
    }
    if (d.positional) {
        d.long_name = option.get_name(true);
        d.key = d.long_name;
        std::transform(d.key.begin(), d.key.end(), d.key.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    }
    d.help = option.get_description();
    d.default_text = flag ? "" : option.get_default_str();
    if (d.default_text.starts_with('[') && d.default_text.ends_with(']')) {
        d.default_text = d.default_text.substr(1, d.default_text.size() - 2);
    }
    d.type = flag ? "" : type.substr(0, type.find_first_of(":[ "));
    if (!flag && d.type.empty()) d.type = "TEXT";
    d.choices = choices_of(type);
    d.required = option.get_required();
    d.several = option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll ||
                (d.positional && option.get_expected_max() > 1);
    d.common = option.get_group() == "Options of every verb";
    d.offered = offered(d);
    return d;
}

nlohmann::ordered_json as_json(const OptionDescription& o) {
    return {{"name", o.long_name.empty() ? o.short_name : o.long_name},
            {"short", o.short_name},
            {"key", o.key},
            {"help", o.help},
            {"default", o.default_text},
            {"type", o.type},
            {"choices", o.choices},
            {"positional", o.positional},
            {"required", o.required},
            {"several", o.several},
            {"common", o.common}};
}

}  // namespace

std::vector<VerbDescription> describe(const CLI::App& app) {
    std::vector<VerbDescription> verbs;
    for (const auto* verb : app.get_subcommands([](const CLI::App*) { return true; })) {
        constexpr std::string_view before_example = "Example:\n  ";
        VerbDescription d{verb->get_name(), verb->get_description(), "", {}};
        if (verb->get_footer().starts_with(before_example)) {
            d.example = verb->get_footer().substr(before_example.size());
        }
        for (const auto* option : verb->get_options()) {
            if (!option->get_group().empty()) d.options.push_back(describe(*option));
        }
        std::stable_partition(d.options.begin(), d.options.end(),
                              [](const OptionDescription& o) { return o.positional; });
        verbs.push_back(std::move(d));
    }
    return verbs;
}

std::string description_json(const std::vector<VerbDescription>& verbs) {
    auto list = nlohmann::ordered_json::array();
    for (const auto& verb : verbs) {
        auto options = nlohmann::ordered_json::array();
        for (const auto& option : verb.options) options.push_back(as_json(option));
        list.push_back({{"name", verb.name},
                        {"what", verb.what},
                        {"example", verb.example},
                        {"options", std::move(options)}});
    }
    return list.dump(1) + "\n";
}

}  // namespace blockscope::cli
