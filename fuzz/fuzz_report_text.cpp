#include <cstdint>
#include <cstdlib>
#include <string>

#include "blockscope/report/drawing.hpp"
#include "blockscope/report/html.hpp"
#include "blockscope/report/text_table.hpp"

// A name in everything that a report writes: it must add no markup, end no script, open no cell.

namespace {

std::size_t occurrences(const std::string& text, const std::string& of) {
    std::size_t n = 0;
    for (auto at = text.find(of); at != std::string::npos; at = text.find(of, at + 1)) ++n;
    return n;
}

void must(bool holds) {
    if (!holds) std::abort();
}

std::string table_of(const std::string& name, std::string (*form)(const blockscope::TextTable&)) {
    return form({name, {name, "b"}, {{name, name}, {"1", name}}, {1}});
}

std::string drawing_of(const std::string& name) {
    blockscope::Drawing drawing(100, 100);
    drawing.text(1, 1, name);
    blockscope::Legend({name, name}, 0, 100).draw(drawing, 10, blockscope::Legend::Shows::marks);
    return drawing.svg(name, name);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // no number, which is set otherwise, and not empty, which is left out
    const std::string name = "a" + std::string(reinterpret_cast<const char*>(data), size);
    const std::string page = table_of(name, blockscope::html_table);
    const std::string plain = table_of("a", blockscope::html_table);
    for (const char* sign : {"<", ">", "\""}) {
        must(occurrences(page, sign) == occurrences(plain, sign));
    }
    for (const char* sign : {"<", ">"}) {
        must(occurrences(drawing_of(name), sign) == occurrences(drawing_of("a"), sign));
    }
    must(occurrences(blockscope::script_json(name), "<") == 0);
    const std::string code = blockscope::script_code(name);
    for (const char* end : {"</script", "</SCRIPT", "<!--", "<script"}) {
        must(occurrences(code, end) == 0);
    }
    const std::string tickets = table_of(name, blockscope::markdown_table);
    must(occurrences(tickets, "\n") ==
         occurrences(table_of("a", blockscope::markdown_table), "\n"));
    const std::string paper = table_of(name, blockscope::latex_table);
    must(occurrences(paper, "\n") == occurrences(table_of("a", blockscope::latex_table), "\n"));
    return 0;
}
