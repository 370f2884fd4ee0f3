#include "blockscope/report/page.hpp"

#include <fmt/format.h>

#include "blockscope/base/text.hpp"
#include "blockscope/report/html.hpp"
#include "blockscope/report/page_assets.hpp"
#include "blockscope/report/text_table.hpp"
#include "blockscope/report/theme.hpp"

namespace blockscope {
namespace {

std::string figure_html(const Figure& figure) {
    std::string text = fmt::format("<figure id=\"{0}\"><h3 id=\"{0}-title\">{1}</h3>\n", figure.id,
                                   html(figure.title));
    if (has_charts() && !figure.spec.empty()) {
        text += fmt::format(
            "<div class=\"chart\" role=\"group\" aria-labelledby=\"{0}-title\" "
            "aria-describedby=\"{0}-caption\" data-spec=\"{0}-spec\"></div>\n"
            "<script type=\"application/json\" id=\"{0}-spec\">{1}</script>\n",
            figure.id, script_json(figure.spec));
    } else {
        text += fmt::format("<div class=\"chart drawn\">{}</div>\n", figure.svg);
    }
    text += fmt::format("<figcaption id=\"{}-caption\">{}</figcaption>\n", figure.id,
                        html(figure.caption));
    if (has_charts() && !figure.spec.empty()) {
        text += fmt::format(
            "<details class=\"numbers\"><summary>Numbers<span class=\"unseen\"> of {}</span>"
            "</summary></details>\n",
            html(figure.title));
    }
    return text + "</figure>\n";
}

bool is_empty(const Section& s) { return s.figures.empty() && s.tables.empty() && s.cards.empty(); }

std::string section_html(const Section& section) {
    std::string text = fmt::format(
        "<section id=\"{0}\" aria-labelledby=\"{0}-head\">\n"
        "<h2 id=\"{0}-head\">{1}</h2>\n<p class=\"lead\">{2}</p>\n",
        section.id, html(section.title), html(section.lead));
    for (const auto& card : section.cards) text += card;
    if (!section.figures.empty()) {
        text += fmt::format("<div class=\"figures{}\">\n", section.small ? " small" : "");
        for (const auto& figure : section.figures) text += figure_html(figure);
        text += "</div>\n";
    }
    for (const auto& table : section.tables) text += html_table(table);
    return text + "</section>\n";
}

std::string facts_html(const Page& page) {
    std::string text =
        "<section id=\"provenance\" aria-labelledby=\"provenance-head\">\n"
        "<h2 id=\"provenance-head\">Where the numbers come from</h2>\n<dl>\n";
    for (const auto& [name, value] : page.facts) {
        text += fmt::format("<dt>{}</dt><dd>{}</dd>\n", html(name), html(value));
    }
    text += "</dl>\n";
    if (has_charts()) {
        text += fmt::format(
            "<details><summary>Licences of the chart libraries in this page</summary>"
            "<pre>{}</pre></details>\n",
            html(page_asset("LICENCES.txt")));
    }
    return text + "</section>\n";
}

}  // namespace

bool has_charts() { return !page_asset("vega-embed.min.js").empty(); }

std::string page_html(const Page& page) {
    std::string main;
    std::string navigation;
    for (const auto& section : page.sections) {
        if (is_empty(section)) continue;
        navigation += fmt::format("<a href=\"#{}\">{}</a>\n", section.id, html(section.title));
        main += section_html(section);
    }
    std::string notes;
    for (const auto& note : page.notes) notes += fmt::format("<li>{}</li>\n", html(note));
    if (!notes.empty()) notes = "<ul class=\"notes\">\n" + notes + "</ul>\n";

    // only scripts that carry it run: a name that slips through as markup could not know it
    const std::string nonce = content_hash(main);
    const auto script = [&nonce](std::string_view code) {
        return fmt::format("<script nonce=\"{}\">{}</script>\n", nonce, script_code(code));
    };
    std::string scripts;
    if (has_charts()) {
        for (const char* library : {"vega.min.js", "vega-lite.min.js", "vega-embed.min.js"}) {
            scripts += script(page_asset(library));
        }
        scripts += "<script type=\"application/json\" id=\"themes\">" + script_json(themes_json()) +
                   "</script>\n";
    }
    scripts += script(page_asset("page.js"));
    return fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
        "script-src 'nonce-{0}'; style-src 'unsafe-inline'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n"
        "<link rel=\"icon\" href=\"data:,\">\n"
        "<title>{1}</title>\n<style>{2}</style>\n</head>\n<body>\n"
        "<a class=\"skip\" href=\"#main\">Skip to the figures</a>\n"
        "<header><h1>{1}</h1>\n<button type=\"button\" id=\"theme\" hidden>Dark</button></header>\n"
        "<nav aria-label=\"Sections\">\n{3}<a "
        "href=\"#provenance\">Provenance</a>\n</nav>\n"
        "<main id=\"main\">\n{4}{5}{6}</main>\n"
        "<div id=\"said\" role=\"status\" aria-live=\"polite\" class=\"unseen\"></div>\n"
        "{7}</body>\n</html>\n",
        nonce, html(page.title), page_asset("page.css"), navigation, notes, main, facts_html(page),
        scripts);
}

}  // namespace blockscope
