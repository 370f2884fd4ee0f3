#include "blockscope/study/merge.hpp"

#include <algorithm>
#include <fcntl.h>
#include <map>
#include <memory>
#include <optional>
#include <tuple>
#include <unistd.h>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/study/schema.hpp"
#include "blockscope/study/study_lock.hpp"

namespace blockscope {
namespace fs = std::filesystem;
namespace {

/// Rows of evaluations and samples with everything they refer to by its own name, in a session's
/// order; what two copies of a session must share.
constexpr const char* rows_of_session =
    "SELECT s.fingerprint, m.name, m.unit, c.key, e.arch, e.resolution, e.value, e.spread, "
    "e.failure, e.seconds FROM evaluations e JOIN spaces s ON e.space = s.id JOIN metrics m ON "
    "e.metric = m.id JOIN contexts c ON e.context = c.id WHERE e.session = ? ORDER BY e.id";

struct Source {
    std::string path;
    std::unique_ptr<SQLite::Database> db;
    int version = 0;
};

/// A session as one of the studies has it.
struct Copy {
    std::size_t source = 0;
    std::int64_t id = 0;
    std::int64_t evaluations = 0;
    std::int64_t samples = 0;
};

struct Session {
    std::string command, seed, version, started, conditions, uid;
    std::vector<Copy> copies;
    const Copy& longest() const {
        return *std::max_element(copies.begin(), copies.end(), [](const Copy& a, const Copy& b) {
            return std::tie(a.evaluations, a.samples) < std::tie(b.evaluations, b.samples);
        });
    }
};

Source open_source(const std::string& path) {
    Source source{path, nullptr, 0};
    try {
        source.db = std::make_unique<SQLite::Database>(path, SQLite::OPEN_READONLY, 2000);
        source.version = source.db->execAndGet("PRAGMA user_version").getInt();
        if (source.db->execAndGet("PRAGMA application_id").getInt() != study_application_id) {
            throw Error("not a study", path);
        }
    } catch (const SQLite::Exception& e) {
        throw Error(fmt::format("cannot be read as a study: {}", e.what()), path);
    }
    if (source.version > study_schema_version) {
        throw Error(fmt::format("written by a newer blockscope (schema {})", source.version), path);
    }
    source.db->exec("BEGIN");  // one state of it, whoever writes meanwhile
    return source;
}

/// By date and uid.
using Sessions = std::map<std::pair<std::string, std::string>, Session>;

void add_sessions(Sessions& sessions, const Source& source, std::size_t number) {
    SQLite::Statement select(
        *source.db, fmt::format("SELECT s.id, s.command, s.seed, s.version, s.started, "
                                "s.conditions, {}, (SELECT count(*) FROM samples r WHERE r.session "
                                "= s.id), count(e.id) FROM sessions s LEFT JOIN evaluations e ON "
                                "e.session = s.id GROUP BY s.id",
                                source.version >= 3 ? "s.uid" : "''"));
    while (select.executeStep()) {
        const auto text = [&](int column) {
            return std::string(select.getColumn(column).getText());
        };
        Session session{text(1), text(2), text(3), text(4), text(5), text(6), {}};
        if (session.uid.empty()) {  // from before sessions had one: what it says of itself
            const std::string all =
                fmt::format("{}\n{}\n{}\n{}\n{}", session.command, session.seed, session.version,
                            session.started, session.conditions);
            session.uid =
                fmt::format("old-{:08}-{}", select.getColumn(0).getInt64(), content_hash(all));
        }
        const std::pair key{session.started, session.uid};
        sessions.try_emplace(key, std::move(session))
            .first->second.copies.push_back({number, select.getColumn(0).getInt64(),
                                             select.getColumn(8).getInt64(),
                                             select.getColumn(7).getInt64()});
    }
}

bool same_row(const SQLite::Statement& a, const SQLite::Statement& b) {
    for (int i = 0; i < a.getColumnCount(); ++i) {
        const auto x = a.getColumn(i);
        const auto y = b.getColumn(i);
        if (x.getType() != y.getType()) return false;
        if (x.isFloat() ? x.getDouble() != y.getDouble() : x.getString() != y.getString()) {
            return false;
        }
    }
    return true;
}

/// Throws where a shorter copy is not the beginning of the longest.
void check_copies(const Session& session, const std::vector<Source>& sources) {
    const Copy& longest = session.longest();
    for (const auto& copy : session.copies) {
        if (&copy == &longest) continue;
        SQLite::Statement a(*sources[copy.source].db, rows_of_session);
        SQLite::Statement b(*sources[longest.source].db, rows_of_session);
        a.bind(1, copy.id);
        b.bind(1, longest.id);
        while (a.executeStep()) {
            if (b.executeStep() && same_row(a, b)) continue;
            throw Error(fmt::format("its session of {} has other rows than the same one in {}; one "
                                    "of them was changed by another program",
                                    session.started, sources[longest.source].path),
                        sources[copy.source].path);
        }
    }
}

/// Adds the names that evaluations refer to, of all sources.
void add_names(SQLite::Database& out, const std::vector<Source>& sources) {
    std::map<std::string, std::string> spaces, contexts;
    std::map<std::pair<std::string, std::string>, std::string> metrics;
    const auto first_of = [](auto& names, const auto& key, const std::string& value) {
        const auto [at, fresh] = names.try_emplace(key, value);
        if (!fresh) at->second = std::min(at->second, value);
    };
    for (const auto& source : sources) {
        SQLite::Statement s(*source.db, "SELECT fingerprint, name FROM spaces");
        while (s.executeStep()) first_of(spaces, s.getColumn(0).getString(), s.getColumn(1));
        SQLite::Statement c(*source.db, "SELECT key, facts FROM contexts");
        while (c.executeStep()) first_of(contexts, c.getColumn(0).getString(), c.getColumn(1));
        SQLite::Statement m(*source.db, "SELECT name, unit, source FROM metrics");
        while (m.executeStep()) {
            first_of(metrics, std::pair(m.getColumn(0).getString(), m.getColumn(1).getString()),
                     m.getColumn(2));
        }
    }
    const auto add = [&](const char* query, std::initializer_list<std::string> values) {
        SQLite::Statement insert(out, query);
        int index = 0;
        for (const auto& value : values) insert.bind(++index, value);
        insert.exec();
    };
    for (const auto& [fingerprint, name] : spaces) {
        add("INSERT INTO spaces (fingerprint, name) VALUES (?, ?)", {fingerprint, name});
    }
    for (const auto& [key, facts] : contexts) {
        add("INSERT INTO contexts (key, facts) VALUES (?, ?)", {key, facts});
    }
    for (const auto& [key, source] : metrics) {
        add("INSERT INTO metrics (name, unit, source) VALUES (?, ?, ?)",
            {key.first, key.second, source});
    }
}

/// Which row of `src` becomes which of `main`; rows that came since the sessions were counted wait
/// for the next merge.
constexpr const char* translations = R"sql(
CREATE TEMP TABLE new_spaces AS SELECT a.id AS old, b.id AS new
    FROM src.spaces a JOIN main.spaces b ON a.fingerprint = b.fingerprint;
CREATE TEMP TABLE new_metrics AS SELECT a.id AS old, b.id AS new
    FROM src.metrics a JOIN main.metrics b ON a.name = b.name AND a.unit = b.unit;
CREATE TEMP TABLE new_contexts AS SELECT a.id AS old, b.id AS new
    FROM src.contexts a JOIN main.contexts b ON a.key = b.key;
CREATE TEMP TABLE new_evaluations (old INTEGER PRIMARY KEY, new INTEGER NOT NULL);
INSERT INTO temp.new_evaluations SELECT id, first + number FROM (
    SELECT e.id AS id, o.first_evaluation - 1 AS first, o.evaluations AS count,
    row_number() OVER (PARTITION BY e.session ORDER BY e.id) AS number
    FROM src.evaluations e JOIN temp.chosen o ON o.old = e.session)
    WHERE number <= count ORDER BY id;
INSERT INTO main.evaluations
    (id, session, space, metric, context, arch, resolution, value, spread, failure, seconds,
    estimate, at_best, trials)
    SELECT n.new, o.new, s.new, m.new, c.new, e.arch, e.resolution, e.value, e.spread, e.failure,
    e.seconds, {} FROM src.evaluations e JOIN temp.chosen o ON o.old = e.session
    JOIN temp.new_evaluations n ON n.old = e.id JOIN temp.new_spaces s ON s.old = e.space
    JOIN temp.new_metrics m ON m.old = e.metric JOIN temp.new_contexts c ON c.old = e.context;
INSERT INTO main.samples
    (id, session, evaluation, at_s, wall_ms, cpu_ms, visit, is_reference)
    SELECT first + number, session, evaluation, at_s, wall_ms, cpu_ms, visit, is_reference FROM (
    SELECT o.first_sample - 1 AS first, o.samples AS count, o.new AS session, n.new AS evaluation,
    row_number() OVER (PARTITION BY r.session ORDER BY r.id) AS number, at_s, wall_ms, cpu_ms, visit, is_reference
    FROM src.samples r JOIN temp.chosen o ON o.old = r.session
    LEFT JOIN temp.new_evaluations n ON n.old = r.evaluation) WHERE number <= count;
)sql";

/// What each session's values are scaled to. Up to schema 2 a session had no row of its own where
/// it found the reference time of an earlier one.
constexpr const char* references = R"sql(
INSERT INTO temp.all_references
    SELECT o.new, s.new, m.new, c.new, u.resolution, u.reference_ms FROM src.reference_times u
    JOIN temp.chosen o ON o.old = u.session JOIN temp.new_spaces s ON s.old = u.space
    JOIN temp.new_metrics m ON m.old = u.metric JOIN temp.new_contexts c ON c.old = u.context;
)sql";
constexpr const char* found_references = R"sql(
INSERT INTO temp.all_references
    SELECT DISTINCT o.new, s.new, m.new, c.new, e.resolution, f.reference_ms FROM src.evaluations e
    JOIN src.reference_times f ON f.space = e.space AND f.metric = e.metric AND
    f.context = e.context AND f.resolution = e.resolution AND f.session < e.session
    JOIN temp.chosen o ON o.old = e.session JOIN temp.new_spaces s ON s.old = e.space
    JOIN temp.new_metrics m ON m.old = e.metric JOIN temp.new_contexts c ON c.old = e.context;
)sql";

constexpr const char* forget_source = R"sql(
DROP TABLE temp.new_spaces; DROP TABLE temp.new_metrics; DROP TABLE temp.new_contexts;
DROP TABLE temp.new_evaluations; DELETE FROM temp.chosen;
)sql";

void copy_rows(SQLite::Database& out, const Sessions& sessions,
               const std::vector<Source>& sources) {
    out.exec(
        "CREATE TEMP TABLE chosen (old INTEGER PRIMARY KEY, new INTEGER, first_evaluation INTEGER, "
        "evaluations INTEGER, first_sample INTEGER, samples INTEGER); CREATE TEMP TABLE "
        "all_references (session INTEGER, space INTEGER, "
        "metric INTEGER, context INTEGER, resolution INTEGER, reference_ms REAL)");
    for (std::size_t i = 0; i < sources.size(); ++i) {
        SQLite::Statement attach(out, "ATTACH ? AS src");
        attach.bind(1, sources[i].path);
        attach.exec();
        out.exec("BEGIN");
        std::int64_t session = 0;
        std::int64_t evaluation = 1;
        std::int64_t sample = 1;
        for (const auto& [key, one] : sessions) {
            ++session;
            const Copy& from = one.longest();
            if (from.source == i) {
                SQLite::Statement insert(out, "INSERT INTO temp.chosen VALUES (?, ?, ?, ?, ?, ?)");
                int index = 0;
                for (const auto number :
                     {from.id, session, evaluation, from.evaluations, sample, from.samples}) {
                    insert.bind(++index, number);
                }
                insert.exec();
            }
            evaluation += from.evaluations;
            sample += from.samples;
        }
        out.exec(fmt::format(fmt::runtime(translations), sources[i].version >= 5
                                                             ? "e.estimate, e.at_best, e.trials"
                                                             : "NULL, NULL, NULL"));
        if (sources[i].version >= 2) out.exec(references);
        if (sources[i].version == 2) out.exec(found_references);
        out.exec(forget_source);
        out.exec("COMMIT");
        out.exec("DETACH src");
    }
    out.exec(
        "INSERT INTO reference_times (session, space, metric, context, resolution, reference_ms) "
        "SELECT * FROM temp.all_references ORDER BY session, space, metric, context, resolution");
}

void add_sessions_to(SQLite::Database& out, const Sessions& sessions) {
    SQLite::Statement insert(out,
                             "INSERT INTO sessions (command, seed, version, started, conditions, "
                             "uid) VALUES (?, ?, ?, ?, ?, ?)");
    for (const auto& [key, one] : sessions) {
        int index = 0;
        for (const auto* text :
             {&one.command, &one.seed, &one.version, &one.started, &one.conditions, &one.uid}) {
            insert.bind(++index, *text);
        }
        insert.exec();
        insert.reset();
    }
}

/// Values that no clock and no draw of images explains.
void find_disagreements(SQLite::Database& out, MergeReport& report) {
    SQLite::Statement select(
        out,
        "SELECT m.name, d.arch, d.least, d.most FROM (SELECT metric, arch, min(value) AS least, "
        "max(value) AS most, max(id) AS newest FROM evaluations WHERE value IS NOT NULL "
        "GROUP BY space, metric, context, arch, resolution "
        "HAVING least <> most AND count(spread) = 0) d JOIN metrics m ON d.metric = m.id "
        "WHERE NOT EXISTS (SELECT 1 FROM samples r WHERE r.evaluation = d.newest) "
        "ORDER BY m.name, d.arch");
    while (select.executeStep()) {
        if (++report.disagreeing > 1) continue;
        report.first_disagreement =
            fmt::format("{} of {} is {} and {}", select.getColumn(0).getText(),
                        select.getColumn(1).getText(), round_trip(select.getColumn(2).getDouble()),
                        round_trip(select.getColumn(3).getDouble()));
    }
}

/// All of a study in its main file, so that another may take the place of that.
void empty_journal(const fs::path& study) {
    SQLite::Database db(study.string(), SQLite::OPEN_READWRITE, 2000);
    if (db.execAndGet("PRAGMA wal_checkpoint(TRUNCATE)").getInt() != 0) {
        throw Error("in use by another program", study.string(), Fault::runtime);
    }
}

/// To the disk, so that a power cut cannot leave the name without the content.
void flush(const fs::path& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    const bool flushed = file >= 0 && ::fsync(file) == 0;
    if (file >= 0) ::close(file);
    if (!flushed) throw Error("cannot be written to the disk", path.string(), Fault::runtime);
}

}  // namespace

MergeReport merge_studies(std::span<const std::string> studies, const fs::path& into) {
    std::vector<std::string> paths(studies.begin(), studies.end());
    const fs::path part = into.string() + ".part";
    try {
        const StudyLock lock(into);
        if (fs::exists(into)) {
            (void)open_source(into.string());  // nobody's file but a study's is written over
            empty_journal(into);
            paths.push_back(into.string());
        }
        std::vector<Source> sources;
        Sessions sessions;
        for (const auto& path : paths) {
            sources.push_back(open_source(path));
            add_sessions(sessions, sources.back(), sources.size() - 1);
        }
        MergeReport report;
        for (const auto& [key, one] : sessions) {
            check_copies(one, sources);
            for (const auto& copy : one.copies) {
                report.repeated += static_cast<std::size_t>(copy.evaluations);
            }
            report.repeated -= static_cast<std::size_t>(one.longest().evaluations);
        }
        fs::remove(part);
        {
            SQLite::Database out(part.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
            create_or_check(out, part.string(), true);
            // nobody has this file before it is whole, and is flushed then
            out.exec("PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF; BEGIN");
            add_names(out, sources);
            add_sessions_to(out, sessions);
            out.exec("COMMIT");
            copy_rows(out, sessions, sources);
            report.sessions = sessions.size();
            report.evaluations = static_cast<std::size_t>(
                out.execAndGet("SELECT count(*) FROM evaluations").getInt64());
            find_disagreements(out, report);
        }
        flush(part);
        sources.clear();
        for (const char* suffix : {"-wal", "-shm"}) fs::remove(into.string() + suffix);
        fs::rename(part, into);
        return report;
    } catch (const SQLite::Exception& e) {
        std::error_code ignored;
        fs::remove(part, ignored);
        throw Error(e.what(), into.string(), Fault::runtime);
    } catch (const fs::filesystem_error& e) {
        throw Error(e.code().message(), into.string(), Fault::runtime);
    }
}

}  // namespace blockscope
