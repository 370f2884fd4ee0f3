#include "blockscope/study/study_contents.hpp"

#include <array>
#include <fstream>
#include <string_view>

#include <SQLiteCpp/SQLiteCpp.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/error.hpp"
#include "blockscope/study/schema.hpp"

namespace blockscope {

bool is_study(const std::string& path) {
    constexpr std::string_view beginning = "SQLite format 3";
    std::array<char, beginning.size()> bytes{};
    std::ifstream file(path, std::ios::binary);
    file.read(bytes.data(), bytes.size());
    return file && std::string_view(bytes.data(), bytes.size()) == beginning;
}

std::vector<StudyContents> study_contents(const std::string& path) {
    try {
        SQLite::Database db(path, SQLite::OPEN_READONLY, 2000);
        if (db.execAndGet("PRAGMA application_id").getInt() != study_application_id ||
            db.execAndGet("PRAGMA user_version").getInt() > study_schema_version) {
            throw Error("no study of this version of blockscope", path);
        }
        std::vector<StudyContents> list;
        SQLite::Statement select(
            db,
            "SELECT s.name, s.fingerprint, m.name, m.unit, c.key, c.facts, count(*) "
            "FROM evaluations e JOIN spaces s ON e.space = s.id JOIN metrics m ON e.metric = m.id "
            "JOIN contexts c ON e.context = c.id GROUP BY s.id, m.id, c.id ORDER BY min(e.id)");
        while (select.executeStep()) {
            StudyContents one;
            one.space = select.getColumn(0).getText();
            one.fingerprint = select.getColumn(1).getText();
            one.metric = select.getColumn(2).getText();
            one.unit = select.getColumn(3).getText();
            one.context.key = select.getColumn(4).getText();
            const auto facts = nlohmann::ordered_json::parse(select.getColumn(5).getText());
            for (const auto& [name, value] : facts.items()) {
                one.context.facts.emplace_back(name, value.get<std::string>());
            }
            one.evaluations = static_cast<std::size_t>(select.getColumn(6).getInt64());
            list.push_back(std::move(one));
        }
        return list;
    } catch (const SQLite::Exception& e) {
        throw Error(e.what(), path);
    } catch (const nlohmann::json::exception& e) {
        throw Error(e.what(), path);
    }
}

}  // namespace blockscope
