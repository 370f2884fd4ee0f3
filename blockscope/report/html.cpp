#include "blockscope/report/html.hpp"

#include "blockscope/base/text.hpp"

namespace blockscope {

std::string html(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (const auto entity = markup_entity(c); !entity.empty()) {
            result += entity;
        } else if (c == '\'') {
            result += "&#39;";
        } else if ((byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7f) {
            result += "\uFFFD";
        } else {
            result += c;
        }
    }
    return result;
}

std::string script_json(std::string_view json) {
    std::string result;
    result.reserve(json.size());
    for (const char c : json) {
        if (c == '<') {
            result += "\\u003c";
        } else {
            result += c;
        }
    }
    return result;
}

std::string script_code(std::string_view text) {
    const auto begins = [text](std::size_t at, std::string_view word) {
        if (text.size() - at < word.size()) return false;
        for (std::size_t i = 0; i < word.size(); ++i) {
            const char c = text[at + i];
            if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != word[i])
                return false;
        }
        return true;
    };
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '<' &&
            (begins(i, "</script") || begins(i, "<script") || begins(i, "<!--"))) {
            result += "\\u003c";
        } else {
            result += text[i];
        }
    }
    return result;
}

}  // namespace blockscope
