#include <filesystem>
#include <memory>

#include <fmt/format.h>

#include "blockscope/base/file.hpp"
#include "blockscope/report/report.hpp"

#include "cli/program.hpp"

namespace blockscope::cli {
namespace {

struct ReportCommand {
    std::vector<std::string> studies;
    std::string space;
    std::string title;
    std::string output = "report.html";
};

int run(const ReportCommand& command, const Common&, Console& console) {
    const auto sources = read_sources(command.studies, command.space);
    std::filesystem::path file = command.output;
    if (!file.string().ends_with(".html")) file /= "report.html";
    if (file.has_parent_path()) make_output_directory(file.parent_path());
    const Page page = report_page(sources, command.title);
    const std::string text = page_html(page);
    write_file(file, text);
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
                    "directories that profile, prune, search and measure wrote")
        ->required()
        ->expected(1, 100);
    verb.add_option("--space", command->space, "TOML file of the studies' space, if not built in");
    verb.add_option("--title", command->title, "of the page");
    verb.add_option("-o,--output", command->output,
                    "HTML file, or a directory for report.html; figures go beside it")
        ->capture_default_str();
    program.add_common(verb);
}

}  // namespace blockscope::cli
