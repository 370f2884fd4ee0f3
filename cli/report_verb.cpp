#include <filesystem>
#include <memory>

#include <fmt/format.h>

#include "blockscope/base/file.hpp"
#include "blockscope/measure/child_process.hpp"
#include "blockscope/report/heatmap.hpp"
#include "blockscope/report/report.hpp"
#include "blockscope/report/sparkline.hpp"
#include "blockscope/report/text_table.hpp"

#include "cli/program.hpp"

namespace blockscope::cli {
namespace {

struct ReportCommand {
    std::vector<std::string> studies;
    std::string space;
    std::string title;
    std::string output = "report.html";
    bool latex = false;
    bool markdown = false;
    bool no_figures = false;
    bool terminal = false;
};

/// Each SVG as a PDF beside it, by rsvg-convert. Returns why not; empty: done.
std::string write_pdfs(const std::vector<std::filesystem::path>& drawings) {
    std::string command = "command -v rsvg-convert >/dev/null || exit 127";
    for (auto file : drawings) {
        const std::string input = std::filesystem::absolute(file).string();
        const std::string output =
            std::filesystem::absolute(file.replace_extension("pdf")).string();
        command += fmt::format(" && rsvg-convert --format=pdf --output={} {}", shell_quoted(output),
                               shell_quoted(input));
    }
    ChildProcess child(command);
    child.close_input();
    std::string said;
    if (child.read(said, 120, Console::interrupted) != ChildProcess::Wait::closed)
        return "it took too long";
    const std::string end = child.how_it_ended();
    if (end.find("127") != std::string::npos) return "rsvg-convert (librsvg2-bin) is not here";
    return end.empty() ? "" : "rsvg-convert " + end;
}

void write_figures(const Page& page, const std::filesystem::path& folder, Console& console) {
    make_output_directory(folder);
    std::vector<std::filesystem::path> drawings;
    for (const auto& section : page.sections) {
        for (const auto& figure : section.figures) {
            write_file(folder / (figure.id + ".vl.json"), figure.spec + "\n");
            if (figure.svg.empty()) continue;
            const auto svg = folder / (figure.id + ".svg");
            write_file(svg, figure.svg);
            drawings.push_back(svg);
        }
    }
    const std::string no_pdf = drawings.empty() ? "there is none to convert" : write_pdfs(drawings);
    console.say(
        fmt::format("wrote {} figures to {} as SVG and {}", drawings.size(), folder.string(),
                    no_pdf.empty() ? std::string("PDF") : fmt::format("not as PDF: {}", no_pdf)));
}

void write_tables(const ReportSources& sources, const std::filesystem::path& file,
                  std::string (*form)(const TextTable&), Console& console) {
    std::string text;
    for (const auto& table : report_tables(sources)) text += form(table) + "\n";
    write_file(file, text);
    console.say(fmt::format("wrote {}", file.string()));
}

int run(const ReportCommand& command, const Common& common, Console& console) {
    auto sources = read_sources(command.studies, command.space);
    if (common.no_host) remove_hosts(sources);
    std::filesystem::path file = command.output;
    if (!file.string().ends_with(".html")) file /= "report.html";
    if (file.has_parent_path()) make_output_directory(file.parent_path());
    const Page page =
        report_page(sources, command.title, std::filesystem::absolute(file).parent_path());
    const std::string text = page_html(page);
    write_file(file, text);
    const auto beside = file.parent_path();
    if (command.terminal) {
        std::string shown;
        for (const auto& [study, seed, profile] : sources.profiles) {
            const bool colour = Console::truecolour(1);
            shown += terminal_heatmap(*sources.space, profile, colour) + "\n" +
                     terminal_sparklines(*sources.space, profile, colour) + "\n";
        }
        write_output("-", shown);
    }
    if (!command.no_figures) write_figures(page, beside / "figures", console);
    if (command.latex) write_tables(sources, beside / "tables.tex", latex_table, console);
    if (command.markdown) write_tables(sources, beside / "tables.md", markdown_table, console);
    if (!has_charts()) {
        console.warn(
            "this build has no chart library, so figures are drawings; tools/fetch_charts gets it, "
            "then build again");
    }
    console.say(
        fmt::format("wrote {} ({:.1f} MB)", file.string(), static_cast<double>(text.size()) / 1e6));
    return 0;
}

}  // namespace

void add_report(Program& program) {
    const auto command = std::make_shared<ReportCommand>();
    CLI::App& verb = program.add_verb(
        "report", "one page that shows profiles, insights, searches and measurements",
        "blockscope report macs-profile -o report.html",
        [command](const Common& common, Console& console) {
            return run(*command, common, console);
        });
    verb.add_option("DIR", command->studies,
                    "directories that profile, prune, search, measure and fit wrote")
        ->required()
        ->expected(1, 100);
    verb.add_option("--space", command->space, "TOML file of the studies' space, if not built in");
    verb.add_option("--title", command->title, "of the page");
    verb.add_option("-o,--output", command->output,
                    "HTML file, or a directory for report.html; figures go beside it")
        ->capture_default_str();
    verb.add_flag("--terminal", command->terminal,
                  "also print heatmaps and curves to standard output");
    verb.add_flag("--latex", command->latex, "also tables.tex, to be \\input (booktabs)");
    verb.add_flag("--markdown", command->markdown, "also tables.md, for tickets");
    verb.add_flag("--no-figures", command->no_figures, "no folder figures/");
    program.add_common(verb);
}

}  // namespace blockscope::cli
