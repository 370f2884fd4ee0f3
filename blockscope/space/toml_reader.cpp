#include "blockscope/space/toml_reader.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/text.hpp"

namespace blockscope {

struct TomlTable::Impl {
    std::shared_ptr<toml::table> document;  ///< keeps `table` alive
    const toml::table* table = nullptr;
    std::string source;
    std::set<std::string> asked{};

    const toml::node* find(const std::string& key) {
        asked.insert(key);
        return table->get(key);
    }
};

namespace {

std::string place(const std::string& source, const toml::source_region& region) {
    return fmt::format("{}:{}:{}", source, region.begin.line, region.begin.column);
}

constexpr std::size_t longest_list = 4096;

}  // namespace

bool TomlTable::has(const std::string& key) const { return impl_->find(key) != nullptr; }

void TomlTable::fail(const std::string& key, const std::string& message) const {
    const toml::node* node = key.empty() ? nullptr : impl_->table->get(key);
    throw Error(message, place(impl_->source, node ? node->source() : impl_->table->source()));
}

namespace {

template <typename Value>
Value value_of(const TomlTable& table, const toml::node* node, const std::string& key,
               const char* expected) {
    if (node == nullptr) table.fail(key, fmt::format("key '{}' is missing", key));
    const auto value = node->value_exact<Value>();
    if (!value) table.fail(key, fmt::format("'{}' must be {}", key, expected));
    return *value;
}

int small_integer(const TomlTable& table, const toml::node* node, const std::string& key) {
    const auto value = value_of<std::int64_t>(table, node, key, "a whole number");
    if (value < -1'000'000 || value > 1'000'000) {
        table.fail(key, fmt::format("'{}' = {} is out of range", key, value));
    }
    return static_cast<int>(value);
}

double any_number(const TomlTable& table, const toml::node* node, const std::string& key) {
    if (node == nullptr) table.fail(key, fmt::format("key '{}' is missing", key));
    if (const auto whole = node->value_exact<std::int64_t>()) return static_cast<double>(*whole);
    return value_of<double>(table, node, key, "a number");
}

template <typename Read>
auto list_of(const TomlTable& table, const toml::node* node, const std::string& key, Read read)
    -> std::vector<decltype(read(node))> {
    if (node == nullptr) table.fail(key, fmt::format("key '{}' is missing", key));
    std::vector<decltype(read(node))> values;
    if (const auto* array = node->as_array()) {
        if (array->size() > longest_list) table.fail(key, "the list is too long");
        for (const auto& element : *array) values.push_back(read(&element));
    } else {
        values.push_back(read(node));
    }
    return values;
}

}  // namespace

std::string TomlTable::text(const std::string& key) const {
    return value_of<std::string>(*this, impl_->find(key), key, "a text in quotes");
}

int TomlTable::integer(const std::string& key, int otherwise) const {
    const auto* node = impl_->find(key);
    return node ? small_integer(*this, node, key) : otherwise;
}

double TomlTable::number(const std::string& key) const {
    return any_number(*this, impl_->find(key), key);
}

double TomlTable::number(const std::string& key, double otherwise) const {
    const auto* node = impl_->find(key);
    return node ? any_number(*this, node, key) : otherwise;
}

bool TomlTable::flag(const std::string& key, bool otherwise) const {
    const auto* node = impl_->find(key);
    return node ? value_of<bool>(*this, node, key, "true or false") : otherwise;
}

std::vector<int> TomlTable::integers(const std::string& key, bool ranges) const {
    const auto* node = impl_->find(key);
    if (ranges && node != nullptr && node->is_table()) {
        const TomlTable range = table(key);
        const int from = range.integer("from", 0);
        const int to = range.integer("to", 0);
        const int step = range.integer("step", 1);
        range.refuse_unknown_keys();
        if (!node->as_table()->contains("from") || !node->as_table()->contains("to")) {
            fail(key, "a range needs 'from' and 'to'");
        }
        if (step < 1 || from > to) fail(key, fmt::format("range {} to {} is empty", from, to));
        if (static_cast<std::size_t>((to - from) / step) > longest_list)
            fail(key, "the range is too long");
        std::vector<int> values;
        for (int v = from; v <= to; v += step) values.push_back(v);
        return values;
    }
    return list_of(*this, node, key,
                   [&](const toml::node* n) { return small_integer(*this, n, key); });
}

std::vector<double> TomlTable::numbers(const std::string& key) const {
    return list_of(*this, impl_->find(key), key,
                   [&](const toml::node* n) { return any_number(*this, n, key); });
}

std::vector<std::string> TomlTable::texts(const std::string& key) const {
    return list_of(*this, impl_->find(key), key, [&](const toml::node* n) {
        return value_of<std::string>(*this, n, key, "a text in quotes");
    });
}

TomlTable TomlTable::table(const std::string& key) const {
    const auto* node = impl_->find(key);
    if (node == nullptr || !node->is_table()) fail(key, fmt::format("'{}' must be a table", key));
    return TomlTable(
        std::make_shared<Impl>(Impl{impl_->document, node->as_table(), impl_->source, {}}));
}

std::vector<TomlTable> TomlTable::tables(const std::string& key) const {
    std::vector<TomlTable> tables;
    const auto* node = impl_->find(key);
    if (node == nullptr) return tables;
    const auto* array = node->as_array();
    if (array == nullptr) fail(key, fmt::format("write [[{}]], once for each", key));
    if (array->size() > longest_list) fail(key, "the list is too long");
    for (const auto& element : *array) {
        if (!element.is_table()) fail(key, fmt::format("write [[{}]], once for each", key));
        tables.emplace_back(
            std::make_shared<Impl>(Impl{impl_->document, element.as_table(), impl_->source, {}}));
    }
    return tables;
}

void TomlTable::refuse_unknown_keys() const {
    for (const auto& [key, node] : *impl_->table) {
        const std::string name(key.str());
        if (impl_->asked.contains(name)) continue;
        const std::vector<std::string> known(impl_->asked.begin(), impl_->asked.end());
        throw Error(fmt::format("unknown key '{}'{}", name, did_you_mean(name, known)),
                    place(impl_->source, key.source()));
    }
}

TomlFile::TomlFile(std::string_view toml, const std::string& source) {
    try {
        auto document = std::make_shared<toml::table>(toml::parse(toml, source));
        const auto* root = document.get();
        impl_ = std::make_shared<TomlTable::Impl>(
            TomlTable::Impl{std::move(document), root, source, {}});
    } catch (const toml::parse_error& e) {
        throw Error(std::string(e.description()), place(source, e.source()));
    }
}

TomlTable TomlFile::root() const { return TomlTable(impl_); }

}  // namespace blockscope
