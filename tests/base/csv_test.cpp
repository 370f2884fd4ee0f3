#include "blockscope/base/csv.hpp"

#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/text.hpp"

namespace blockscope {
namespace {

std::string line_of(const std::vector<std::string>& cells, const char* line_end) {
    if (cells.size() == 1 && trim(cells[0]).empty()) return '"' + cells[0] + '"' + line_end;
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) line += (i > 0 ? "," : "") + csv_cell(cells[i]);
    return line + line_end;
}

// Cells of the characters that matter to the format, and of any bytes.
rc::Gen<std::string> any_cell() {
    return rc::gen::oneOf(
        rc::gen::arbitrary<std::string>(),
        rc::gen::container<std::string>(rc::gen::elementOf<std::string>(std::string("\",\r\n x"))));
}

RC_GTEST_PROP(Csv, CellsComeBackAsTheyWere, ()) {
    const auto columns = *rc::gen::inRange<std::size_t>(1, 5);
    const auto rows = *rc::gen::container<std::vector<std::vector<std::string>>>(
        rc::gen::container<std::vector<std::string>>(columns, any_cell()));
    const std::string line_end = *rc::gen::element<std::string>("\n", "\r\n");
    std::vector<std::string> header;
    for (std::size_t c = 0; c < columns; ++c) header.push_back("column " + std::to_string(c));
    std::string text = line_of(header, line_end.c_str());
    std::vector<std::size_t> lines;
    for (const auto& row : rows) {
        lines.push_back(split(text, '\n').size());
        text += line_of(row, line_end.c_str());
    }
    if (*rc::gen::arbitrary<bool>()) text.resize(text.size() - line_end.size());
    const auto table = parse_csv(text, "t.csv");
    RC_ASSERT(table.header == header);
    RC_ASSERT(table.rows == rows);
    RC_ASSERT(table.lines == lines);
}

RC_GTEST_PROP(Csv, NumbersComeBackAsTheyWere, (double value)) {
    const auto table = parse_csv("a,b\n" + csv_cell(round_trip(value)) + ",\n", "t.csv");
    RC_ASSERT(table.number(0, 0) == value);
    RC_ASSERT(std::isnan(table.number(0, 1)));
}

RC_GTEST_PROP(Csv, AnyBytesAreATableOrAnError, (const std::string& text)) {
    try {
        const auto table = parse_csv(text, "t.csv");
        RC_ASSERT(!table.header.empty());
        RC_ASSERT(table.lines.size() == table.rows.size());
        for (const auto& row : table.rows) RC_ASSERT(row.size() == table.header.size());
    } catch (const Error& e) {
        RC_ASSERT(std::string(e.what()).starts_with("t.csv:"));
    }
}

TEST(Csv, UnderstandsQuotesCrlfAndAByteOrderMark) {
    const auto t = parse_csv(
        "\xef\xbb\xbf"
        "a,b\r\n\"x,\"\"y\",2\r\n\r\n3,4",
        "t.csv");
    ASSERT_EQ(t.rows.size(), 2);
    EXPECT_EQ(t.rows[0][0], "x,\"y");
    EXPECT_EQ(t.where(1), "t.csv:4");
    EXPECT_EQ(t.number(1, 1), 4);
    EXPECT_TRUE(t.has_column("b"));
    EXPECT_FALSE(t.has_column("B"));
}

TEST(Csv, KeepsTheEmptyCellsOfOneColumn) {
    using Rows = std::vector<std::vector<std::string>>;
    const auto t = parse_csv("a\n\n1\r\n\r\n\"\"\n\n\n", "t.csv");
    EXPECT_EQ(t.rows, (Rows{{""}, {"1"}, {""}, {""}}));
    EXPECT_EQ(t.lines, (std::vector<std::size_t>{2, 3, 4, 5}));
    EXPECT_TRUE(std::isnan(t.number(0, 0)));
    EXPECT_EQ(parse_csv("a\n", "t.csv").rows, Rows{});
    EXPECT_EQ(parse_csv("a\n1\n \n", "t.csv").rows, (Rows{{"1"}}));
}

TEST(Csv, ReadsNumbersWithBlanksAroundThem) {
    const auto t = parse_csv("a, b \n 1.5 ,\t-2e3\n", "t.csv");
    EXPECT_EQ(t.number(0, t.column("a")), 1.5);
    EXPECT_EQ(t.number(0, t.column("b")), -2000);
}

TEST(Csv, NamesFileAndLineOfWhatIsWrong) {
    const auto message = [](const std::string& text) -> std::string {
        try {
            const auto t = parse_csv(text, "t.csv");
            for (std::size_t r = 0; r < t.rows.size(); ++r) (void)t.number(r, t.column("b"));
        } catch (const Error& e) {
            return e.what();
        }
        return "no error";
    };
    EXPECT_EQ(message(""), "t.csv: is empty: a CSV file starts with a header");
    EXPECT_EQ(message("a,b\n1\n"), "t.csv:2: 1 cells where the header has 2");
    EXPECT_EQ(message("a,b\n\"x\n\ny\",1\n1\n"), "t.csv:5: 1 cells where the header has 2");
    EXPECT_EQ(message("a,a\n"), "t.csv:1: column 'a' appears twice");
    EXPECT_EQ(message("a,b\n1,\"2\n"), "t.csv:2:3: a quoted cell is not closed");
    EXPECT_EQ(
        message("a,b\n1,\"2\"3\n"),
        "t.csv:2:6: a quoted cell goes on behind its closing quote; write a quote inside twice");
    EXPECT_EQ(
        message("a,b\n\"x\ny\" ,1\n"),
        "t.csv:3:3: a quoted cell goes on behind its closing quote; write a quote inside twice");
    EXPECT_EQ(message("a,bb\n1,2\n"),
              "t.csv: has no column 'b' (did you mean 'a'?); its columns are "
              "'a' and 'bb'");
    for (const std::string text : {"nan", "inf", "1e999", "0x1p3", "1 2"}) {
        EXPECT_EQ(message("a,b\n1," + text + "\n"),
                  "t.csv:2: column 'b': '" + text +
                      "' is not a number (leave the cell empty for an unknown value)");
    }
}

TEST(Csv, ReadsWhatSpreadsheetProgramsWrite) {
    const auto table = parse_csv(
        "\xef\xbb\xbf\"arch\";latency_ms;note\r\n"
        "a,b;7,25;\"x;y\"\r\n-c; 1,5e-3 ;1,2,3\r\n",
        "t");
    EXPECT_EQ(table.header, (std::vector<std::string>{"arch", "latency_ms", "note"}));
    EXPECT_EQ(table.rows[0], (std::vector<std::string>{"a,b", "7.25", "x;y"}));
    EXPECT_EQ(table.number(1, 1), 1.5e-3);
    EXPECT_EQ(table.rows[1][2], "1,2,3");
    const auto tabs = parse_csv("arch\tms\na\t1.5\n", "t");
    EXPECT_EQ(tabs.number(0, 1), 1.5);
    // where there is a comma, a semicolon is text
    EXPECT_EQ(parse_csv("a,b\n1;2,3\n", "t").rows[0][0], "1;2");
    EXPECT_THROW(parse_csv(std::string("\xff\xfe\x61\x00", 4), "t"), Error);
}

}  // namespace
}  // namespace blockscope
