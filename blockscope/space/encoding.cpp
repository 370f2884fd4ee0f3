#include "blockscope/space/encoding.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/space/foreign_encoding.hpp"

namespace blockscope {
namespace {

/// Walks the text form; errors carry the column, counted from 1.
class Reader {
public:
    Reader(const DesignSpace& space, std::string_view text, std::string source)
        : space_(space), text_(text), source_(std::move(source)) {}

    Architecture read(int resolution) {
        Architecture a;
        if (!space_.stem_choices.empty()) {
            for (std::size_t i = 0; i < space_.stem_choices.size(); ++i) {
                const auto& choice = space_.stem_choices[i];
                expect(choice.letter, "stem choice");
                a.stem[i] = option(static_cast<int>(choice.options.size()), "stem option");
            }
            expect('|', "units");
        }
        for (std::size_t u = 0; u < space_.units.size(); ++u) {
            if (u > 0) expect('|', fmt::format("unit {}", u + 1));
            read_unit(a, static_cast<int>(u));
        }
        if (peek() == '@') {
            ++pos_;
            resolution = number("resolution");
            if (resolution < 16 || resolution > 4096) fail("resolution is not from 16 to 4096");
        }
        if (pos_ != text_.size()) fail(fmt::format("expected the end, found '{}'", rest()));
        a.resolution = static_cast<std::uint16_t>(resolution);
        return a;
    }

private:
    void read_unit(Architecture& a, int u) {
        const Unit& unit = space_.units[u];
        if (unit.has_width_choice()) {
            expect('w', fmt::format("width of unit {}", u + 1));
            a.width[u] = option(static_cast<int>(unit.channels.size()), "width");
            expect(':', "layers");
        }
        int depth = 0;
        do {
            if (depth > 0) ++pos_;
            if (depth == unit.max_depth) {
                fail(fmt::format("unit {} has more than {} layers", u + 1, unit.max_depth));
            }
            a.block[unit.first_slot + depth++] = block();
        } while (peek() == '-');
        a.depth[u] = static_cast<std::uint8_t>(depth);
    }

    std::uint8_t block() {
        const auto end = std::min(text_.find_first_of("|-@", pos_), text_.size());
        const auto token = text_.substr(pos_, end - pos_);
        for (std::size_t b = 0; b < space_.blocks.size(); ++b) {
            if (token == space_.blocks[b].token || token == space_.blocks[b].name) {
                pos_ = end;
                return static_cast<std::uint8_t>(b);
            }
        }
        std::vector<std::string> tokens;
        tokens.reserve(space_.blocks.size());
        for (const auto& known : space_.blocks) tokens.push_back(known.token);
        fail(fmt::format("unknown block '{}'{}", token.substr(0, 40), did_you_mean(token, tokens)));
    }

    std::uint8_t option(int count, const char* what) {
        const auto start = pos_;
        const int value = number(what);
        if (value < 0 || value >= count) {
            pos_ = start;
            fail(fmt::format("{} {} is not from 0 to {}", what, value, count - 1));
        }
        return static_cast<std::uint8_t>(value);
    }

    int number(const char* what) {
        auto end = pos_;
        while (end < text_.size() && text_[end] >= '0' && text_[end] <= '9') ++end;
        long long value = 0;
        if (end - pos_ > 6 || !parse_number(text_.substr(pos_, end - pos_), value)) {
            fail(fmt::format("expected the number of a {}", what));
        }
        pos_ = end;
        return static_cast<int>(value);
    }

    void expect(char c, const std::string& what) {
        if (peek() != c) {
            fail(fmt::format("expected '{}' ({}), found '{}'", c, what, rest()));
        }
        ++pos_;
    }

    char peek() const { return pos_ < text_.size() ? text_[pos_] : '\0'; }
    std::string rest() const {
        return pos_ < text_.size() ? std::string(text_.substr(pos_, 20)) : "the end";
    }

    [[noreturn]] void fail(const std::string& message) const {
        throw Error(fmt::format("column {}: {}", pos_ + 1, message), source_);
    }

    const DesignSpace& space_;
    std::string_view text_;
    std::string source_;
    std::size_t pos_ = 0;
};

}  // namespace

std::string body_text(const DesignSpace& space, const Architecture& a) {
    std::string text;
    for (std::size_t i = 0; i < space.stem_choices.size(); ++i) {
        text += space.stem_choices[i].letter;
        text += std::to_string(a.stem[i]);
    }
    for (std::size_t u = 0; u < space.units.size(); ++u) {
        const Unit& unit = space.units[u];
        if (!text.empty()) text += '|';
        if (unit.has_width_choice()) text += fmt::format("w{}:", a.width[u]);
        for (int l = 0; l < a.depth[u]; ++l) {
            if (l > 0) text += '-';
            text += space.blocks[a.block[unit.first_slot + l]].token;
        }
    }
    return text;
}

std::string to_text(const DesignSpace& space, const Architecture& a) {
    auto text = body_text(space, a);
    if (a.resolution != space.default_resolution) text += fmt::format("@{}", a.resolution);
    return text;
}

Architecture parse_architecture(const DesignSpace& space, std::string_view text, int resolution,
                                const std::string& source) {
    if (resolution == 0) resolution = space.default_resolution;
    text = trim(text);
    if (text.empty()) throw Error("the architecture is empty", source);
    if (text.front() == '{' || text.front() == '[') {
        return parse_foreign(space, text, resolution, source);
    }
    return Reader(space, text, source).read(resolution);
}

}  // namespace blockscope
