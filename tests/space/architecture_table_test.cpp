#include "blockscope/space/architecture_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "blockscope/base/error.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/space_file.hpp"

namespace blockscope {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string message_of(std::string_view text) {
    try {
        parse_architecture_table(text, "t");
    } catch (const Error& e) {
        return e.what();
    }
    return "no error";
}

/// Text forms of a table's architectures.
std::vector<std::string> archs_of(const CsvTable& table, const std::string& space_name) {
    const auto space = load_space(space_name);
    std::vector<std::string> texts;
    for (const auto& row : table.rows) {
        texts.push_back(to_text(space, parse_architecture(space, row[table.column("arch")])));
    }
    return texts;
}

// one network, in every form that people keep it in: kernels 5 and 3, expansions 6 and 4
const std::string dictionary = "{'ks':5,'e':4,'d':3,'r':[192]}";

TEST(ArchitectureTable, ReadsTheColumnsOfOnceForAllCode) {
    const auto expected = archs_of({"", {"arch"}, {{dictionary}}, {1}}, "ofa-mbv3");
    for (const char* text :
         {"ks,e,d,r,latency_ms\n5,4,3,192,7.5\n", "latency_ms,d,e,ks,r\n7.5,3,4,5,[192]\n",
          "ks;e;d;r;latency_ms\r\n5;4;3;192;7,5\r\n",
          "ks,e,d,r,latency_ms\n\"[5,5,5,5,5,5,5,5,5,5,5,5,5,5,5,5,5,5,5,5]\","
          "\"[4,4,4,4,4,4,4,4,4,4,4,4,4,4,4,4,4,4,4,4]\",\"[3,3,3,3,3]\",192,7.5\n",
          R"({"ks":5,"e":4,"d":3,"r":192,"latency_ms":7.5})",
          R"({"latency_ms":7.5,"config":{"ks":5,"e":4,"d":[3,3,3,3,3],"r":[192]}})",
          R"({"arch":"{'ks':5,'e':4,'d':3,'r':[192]}","latency_ms":7.5})"}) {
        SCOPED_TRACE(text);
        const auto table = parse_architecture_table(text, "t");
        EXPECT_EQ(archs_of(table, "ofa-mbv3"), expected);
        EXPECT_EQ(table.number(0, table.column("latency_ms")), 7.5);
        EXPECT_EQ(table.header.size(), 2U);
    }
}

TEST(ArchitectureTable, ReadsThoseOfBottleneckSpaces) {
    const auto table = parse_architecture_table("d,e,w,r,ms\n2,0.35,0,224,1\n", "t");
    const auto expected =
        archs_of({"", {"arch"}, {{"{'d':2,'e':0.35,'w':0,'r':[224]}"}}, {1}}, "resnet50");
    EXPECT_EQ(archs_of(table, "resnet50"), expected);
}

TEST(ArchitectureTable, KeepsLinesAndEmptyCellsOfJsonLines) {
    const auto table = parse_architecture_table(
        "\xef\xbb\xbf{\"arch\":\"a\",\"x\":1}\n\n{\"arch\":\"b\",\"y\":null,\"z\":true}\n", "t");
    EXPECT_THAT(table.header, ElementsAre("arch", "x", "y", "z"));
    EXPECT_THAT(table.rows[0], ElementsAre("a", "1", "", ""));
    EXPECT_THAT(table.rows[1], ElementsAre("b", "", "", "true"));
    EXPECT_EQ(table.where(1), "t:3");
}

TEST(ArchitectureTable, NumbersOfJsonRoundTrip) {
    const auto table =
        parse_architecture_table(R"({"arch":"a","x":0.1,"y":1e-320,"z":12345678901234567})", "t");
    EXPECT_EQ(table.number(0, 1), 0.1);
    EXPECT_EQ(table.number(0, 2), 1e-320);
    EXPECT_EQ(table.rows[0][3], "12345678901234567");
}

TEST(ArchitectureTable, SaysWhatIsWrongWhere) {
    EXPECT_THAT(message_of("x,y\n1,2\n"), HasSubstr("t: has no column 'arch'"));
    EXPECT_THAT(message_of("{\"arch\":\"a\"}\n{\"arch\":\n"), HasSubstr("t:2: is no JSON object"));
    EXPECT_THAT(message_of("{\"arch\":\"a\"}\n[1]\n"), HasSubstr("t:2"));
    EXPECT_THAT(message_of("{\"x\":1}"), HasSubstr("has no column 'arch'"));
    EXPECT_THAT(message_of(""), HasSubstr("is empty"));
}

}  // namespace
}  // namespace blockscope
