#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace blockscope {

/// One table of a TOML file, read key by key. Every complaint is an Error with file, line and
/// column of the key; keys nobody asked for are refused with the nearest one that was.
class TomlTable {
public:
    struct Impl;
    explicit TomlTable(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

    bool has(const std::string& key) const;
    std::string text(const std::string& key) const;
    int integer(const std::string& key, int otherwise) const;
    double number(const std::string& key) const;
    double number(const std::string& key, double otherwise) const;
    bool flag(const std::string& key, bool otherwise) const;
    /// One value or a list; with `ranges` also { from = a, to = b, step = c }.
    std::vector<int> integers(const std::string& key, bool ranges = false) const;
    std::vector<double> numbers(const std::string& key) const;
    std::vector<std::string> texts(const std::string& key) const;
    TomlTable table(const std::string& key) const;
    std::vector<TomlTable> tables(const std::string& key) const;

    /// Call after the last key was asked for.
    void refuse_unknown_keys() const;
    /// Throws Error at the key ("" or absent key: at the table).
    [[noreturn]] void fail(const std::string& key, const std::string& message) const;

private:
    std::shared_ptr<Impl> impl_;
};

class TomlFile {
public:
    /// Throws Error for text that is not TOML.
    TomlFile(std::string_view toml, const std::string& source);
    TomlTable root() const;

private:
    std::shared_ptr<TomlTable::Impl> impl_;
};

}  // namespace blockscope
