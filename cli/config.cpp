#include "cli/config.hpp"

#include <algorithm>
#include <cctype>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <toml++/toml.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/base/text.hpp"

namespace blockscope::cli {
namespace {

/// --long-name, else -s, else POSITIONAL in small letters.
std::string key_of(const CLI::Option& option) {
    if (!option.get_lnames().empty()) return option.get_lnames().front();
    if (!option.get_snames().empty()) return option.get_snames().front();
    std::string name = option.get_name();
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return name;
}

bool is_key(const CLI::Option& option) {
    const auto key = key_of(option);
    return key != "help" && key != "config" && key != "dump-config";
}

bool is_flag(const CLI::Option& option) { return option.get_expected_max() == 0; }

std::string place(const std::string& path, const toml::source_region& region) {
    return fmt::format("{}:{}:{}", path, region.begin.line, region.begin.column);
}

/// A value as it would be typed.
std::string text_of(const toml::node& node, const std::string& key, const std::string& path) {
    if (const auto text = node.value_exact<std::string>()) return *text;
    if (const auto whole = node.value_exact<std::int64_t>()) return fmt::format("{}", *whole);
    if (const auto number = node.value_exact<double>()) return round_trip(*number);
    if (const auto flag = node.value_exact<bool>()) return *flag ? "true" : "false";
    throw Error(fmt::format("'{}' must be text, a number, true or false, or a list of them", key),
                place(path, node.source()));
}

std::vector<std::string> texts_of(const toml::node& node, const std::string& key,
                                  const std::string& path) {
    std::vector<std::string> texts;
    if (const auto* list = node.as_array()) {
        for (const auto& element : *list) texts.push_back(text_of(element, key, path));
    } else {
        texts.push_back(text_of(node, key, path));
    }
    return texts;
}

std::string quoted(const std::string& text) {
    // a JSON string is a TOML string
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string value_text(const CLI::Option& option, const std::string& text) {
    double number = 0;
    const bool is_text = option.get_type_name().starts_with("TEXT");
    return !is_text && parse_number(text, number) ? text : quoted(text);
}

bool is_list(const CLI::Option& option) {
    return option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
}

/// "" for an option that has no value.
std::string value_of(const CLI::Option& option) {
    if (is_flag(option)) return option.empty() ? "false" : "true";
    if (option.empty()) {
        const bool as_it_is = is_list(option) || option.get_default_str().empty();
        return as_it_is ? option.get_default_str() : value_text(option, option.get_default_str());
    }
    const auto results = option.reduced_results();
    if (!is_list(option)) return value_text(option, results.back());
    std::string list;
    for (const auto& result : results) {
        list += (list.empty() ? "" : ", ") + value_text(option, result);
    }
    return "[" + list + "]";
}

}  // namespace

void apply_config(CLI::App& verb, const std::string& path) {
    const std::string content = read_file(path);
    toml::table table;
    try {
        table = toml::parse(content, path);
    } catch (const toml::parse_error& e) {
        throw Error(std::string(e.description()), place(path, e.source()));
    }
    std::vector<std::string> keys;
    for (const auto* option : verb.get_options()) {
        if (is_key(*option)) keys.push_back(key_of(*option));
    }
    for (const auto& [name, node] : table) {
        const std::string key(name.str());
        const auto options = verb.get_options();
        const auto found = std::find_if(options.begin(), options.end(), [&](const auto* o) {
            return is_key(*o) && (key_of(*o) == key || o->check_sname(key));
        });
        if (found == options.end()) {
            throw Error(fmt::format("'{}' is no option of {}{}", key, verb.get_name(),
                                    did_you_mean(key, keys)),
                        place(path, name.source()));
        }
        CLI::Option& option = **found;
        if (!option.empty()) continue;  // what is typed wins
        const auto texts = texts_of(node, key, path);
        if (is_flag(option)) {
            const auto flag = node.value_exact<bool>();
            if (!flag) {
                throw Error(fmt::format("'{}' must be true or false", key),
                            place(path, node.source()));
            }
            if (!*flag) continue;
        } else if (texts.size() != 1 && !is_list(option)) {
            throw Error(fmt::format("'{}' takes one value", key), place(path, node.source()));
        }
        try {
            for (const auto& text : texts) option.add_result(text);
            option.run_callback();
        } catch (const CLI::ParseError& e) {
            throw Error(e.what(), place(path, node.source()));
        }
    }
}

std::string dump_config(const CLI::App& verb) {
    std::string text = fmt::format("# blockscope {} --config FILE\n", verb.get_name());
    for (const auto* option : verb.get_options()) {
        if (!is_key(*option)) continue;
        const auto value = value_of(*option);
        text += fmt::format("\n# {}\n{}{} = {}\n", option->get_description(),
                            value.empty() ? "# " : "", key_of(*option), value);
    }
    return text;
}

}  // namespace blockscope::cli
