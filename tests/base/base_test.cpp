#include <atomic>
#include <cmath>
#include <filesystem>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "blockscope/base/csv.hpp"
#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/base/parallel.hpp"
#include "blockscope/base/random.hpp"
#include "blockscope/base/text.hpp"

namespace blockscope {
namespace {

TEST(Text, RoundTripsEveryNumberAndLeavesTheUnknownEmpty) {
    for (const double v : {0.1, 1e-300, 1.0 / 3, 123456789.0, -0.0}) {
        double back = 1;
        ASSERT_TRUE(parse_number(round_trip(v), back));
        EXPECT_EQ(back, v);
    }
    EXPECT_EQ(round_trip(std::nan("")), "");
    EXPECT_EQ(significant(1234.5678, 6), "1234.57");
    EXPECT_EQ(significant(0.0123456, 3), "0.0123");
}

TEST(Text, SuggestsOnlyWhatIsNear) {
    const std::vector<std::string> names{"macs", "params"};
    EXPECT_EQ(did_you_mean("mac", names), " (did you mean 'macs'?)");
    EXPECT_EQ(did_you_mean("frequency", names), "");
}

// FNV-1a test vectors of its authors: "" and "foobar"
TEST(ContentHash, IsFnv1a) {
    EXPECT_EQ(content_hash(""), "cbf29ce484222325");
    EXPECT_EQ(content_hash("foobar"), "85944171f73967e8");
}

RC_GTEST_PROP(Csv, CellsComeBackAsTheyWere, (std::string text)) {
    text.erase(std::remove(text.begin(), text.end(), '\r'), text.end());
    const auto table = parse_csv("a,b\n" + csv_cell(text) + ",x\n", "t.csv");
    RC_ASSERT(table.rows.size() == 1U);
    RC_ASSERT(table.rows[0][0] == text);
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
    EXPECT_EQ(message("a,a\n"), "t.csv:1: column 'a' appears twice");
    EXPECT_EQ(message("a,b\n1,\"2\n"), "t.csv:2: a quoted cell is not closed");
    EXPECT_EQ(message("a,bb\n1,2\n"),
              "t.csv: has no column 'b' (did you mean 'a'?); its columns are "
              "'a' and 'bb'");
    EXPECT_EQ(message("a,b\n1,nan\n"),
              "t.csv:2: column 'b': 'nan' is not a number (leave the cell empty for an unknown "
              "value)");
}

TEST(WriteFile, LeavesTheOldContentWhenItCannotWrite) {
    const auto folder = std::filesystem::temp_directory_path() / "blockscope_write_file";
    std::filesystem::remove_all(folder);
    make_output_directory(folder / "deep");
    const auto path = folder / "deep" / "x.txt";
    write_file(path, "one");
    write_file(path, "two");
    EXPECT_EQ(read_file(path), "two");
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder / "deep"), {}), 1);
    EXPECT_THROW(write_file("/dev/full/x", "y"), Error);
    EXPECT_THROW(make_output_directory(path), Error);
    EXPECT_THROW(read_file(folder), Error);
    EXPECT_EQ(read_file(path), "two");
}

TEST(Rng, IsUnbiasedBelowABoundThatDoesNotDivideTwoToThe32) {
    Rng rng(1);
    constexpr std::uint32_t n = 7;
    std::array<double, n> seen{};
    const int draws = 700000;
    for (int i = 0; i < draws; ++i) ++seen[rng.below(n)];
    double chi = 0;
    for (const double s : seen) chi += std::pow(s - draws / 7.0, 2) / (draws / 7.0);
    EXPECT_LT(chi, 22.5);  // 99.9 % point, 6 degrees of freedom
    // a bound just above half the range: every other rejection rule would show
    double low = 0;
    for (int i = 0; i < draws; ++i) low += rng.below(3000000000U) < 1500000000U ? 1 : 0;
    EXPECT_NEAR(low / draws, 0.5, 0.003);
}

TEST(Rng, ForksAreStreamsOfTheirOwnAndLeaveTheirParentAlone) {
    const Rng parent(9);
    Rng a = parent.fork(0);
    Rng b = parent.fork(1);
    Rng again = parent.fork(0);
    EXPECT_NE(a.bits64(), b.bits64());
    Rng fresh = parent.fork(0);
    EXPECT_EQ(again.bits64(), fresh.bits64());
}

TEST(ParallelChunks, CoversEveryItemOnceAndRethrows) {
    std::vector<std::atomic<int>> seen(10007);
    parallel_chunks(seen.size(), 100, 4,
                    [&](std::size_t first, std::size_t last, std::size_t chunk) {
                        EXPECT_EQ(first, chunk * 100);
                        for (std::size_t i = first; i < last; ++i) ++seen[i];
                    });
    for (const auto& s : seen) ASSERT_EQ(s, 1);
    EXPECT_THROW(parallel_chunks(1000, 10, 4,
                                 [](std::size_t first, std::size_t, std::size_t) {
                                     if (first == 500) throw Error("stop");
                                 }),
                 Error);
    parallel_chunks(0, 10, 4, [](std::size_t, std::size_t, std::size_t) { FAIL(); });
}

}  // namespace
}  // namespace blockscope
