#include "blockscope/report/text_table.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "blockscope/report/html.hpp"

namespace blockscope {
namespace {

bool begins_as_number(std::string_view cell) {
    if (cell.empty()) return true;
    if (cell.front() == '+' || cell.front() == '-' || cell.front() == '~') cell.remove_prefix(1);
    return !cell.empty() && cell.front() >= '0' && cell.front() <= '9';
}

std::vector<bool> numeric_columns(const TextTable& table) {
    std::vector<bool> numeric(table.header.size(), true);
    for (const auto& row : table.rows) {
        for (std::size_t c = 0; c < row.size(); ++c) {
            numeric[c] = numeric[c] && begins_as_number(row[c]);
        }
    }
    return numeric;
}

std::string latex(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (text.substr(i).starts_with("\u00b1")) {
            result += "$\\pm$";
            ++i;
        } else if (std::string_view("&%$#_{}").find(c) != std::string_view::npos) {
            result += '\\';
            result += c;
        } else if (c == '\\') {
            result += "\\textbackslash{}";
        } else if (c == '~') {
            result += "\\textasciitilde{}";
        } else if (c == '^') {
            result += "\\textasciicircum{}";
        } else if (c == '|' || c == '<' || c == '>') {
            result += fmt::format("${}$", c == '|' ? std::string("\\mid") : std::string(1, c));
        } else {
            result += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
        }
    }
    return result;
}

std::string markdown(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (std::string_view("\\`*_{}[]<>#|").find(c) != std::string_view::npos) result += '\\';
        result += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
    return result;
}

}  // namespace

std::string html_table(const TextTable& table) {
    const auto numeric = numeric_columns(table);
    std::string text = fmt::format(
        "<div class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\"{0}\"><table>"
        "<caption>{0}</caption>\n<thead><tr>",
        html(table.title));
    for (std::size_t c = 0; c < table.header.size(); ++c) {
        text += fmt::format("<th scope=\"col\"{}>{}</th>", numeric[c] ? " class=\"n\"" : "",
                            html(table.header[c]));
    }
    text += "</tr></thead>\n<tbody>\n";
    std::size_t number = 0;
    for (const auto& row : table.rows) {
        ++number;
        text += "<tr>";
        for (std::size_t c = 0; c < row.size(); ++c) {
            const auto& copied = table.copied;
            if (std::find(copied.begin(), copied.end(), c) != copied.end()) {
                text += fmt::format(
                    "<td><button type=\"button\" class=\"copy\" aria-label=\"copy {}, row {}\" "
                    "data-copy=\"{}\">copy</button></td>",
                    html(table.header[c]), number, html(row[c]));
            } else {
                text +=
                    fmt::format("<td{}>{}</td>", numeric[c] ? " class=\"n\"" : "", html(row[c]));
            }
        }
        text += "</tr>\n";
    }
    return text + "</tbody></table></div>\n";
}

std::string latex_table(const TextTable& table) {
    const auto numeric = numeric_columns(table);
    std::string columns;
    for (const bool n : numeric) columns += n ? 'r' : 'l';
    std::string text =
        fmt::format("% {}\n\\begin{{tabular}}{{{}}}\n\\toprule\n", latex(table.title), columns);
    const auto add = [&text](const std::vector<std::string>& cells) {
        for (std::size_t c = 0; c < cells.size(); ++c) {
            text += (c == 0 ? "" : " & ") + latex(cells[c]);
        }
        text += " \\\\\n";
    };
    add(table.header);
    text += "\\midrule\n";
    for (const auto& row : table.rows) add(row);
    return text + "\\bottomrule\n\\end{tabular}\n";
}

std::string markdown_table(const TextTable& table) {
    std::string text = fmt::format("**{}**\n\n", markdown(table.title));
    const auto add = [&text](const std::vector<std::string>& cells) {
        for (const auto& cell : cells) text += "| " + markdown(cell) + " ";
        text += "|\n";
    };
    add(table.header);
    const auto numeric = numeric_columns(table);
    for (const bool n : numeric) text += n ? "|---:" : "|---";
    text += "|\n";
    for (const auto& row : table.rows) add(row);
    return text + "\n";
}

}  // namespace blockscope
