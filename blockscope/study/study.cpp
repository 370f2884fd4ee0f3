#include "blockscope/study/study.hpp"

#include <array>
#include <cassert>
#include <chrono>
#include <cmath>
#include <sys/random.h>

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/study/file_system.hpp"
#include "blockscope/study/schema.hpp"
#include "blockscope/study/study_errors.hpp"
#include "blockscope/study/study_lock.hpp"
#include "blockscope/study/study_rows.hpp"

namespace blockscope {
namespace {

void bind_or_null(SQLite::Statement& statement, int index, double value) {
    if (std::isnan(value)) return statement.bind(index);
    statement.bind(index, value);
}

/// Tells sessions apart when studies are merged. Nothing else depends on it, so it may be random.
std::string new_uid() {
    std::array<unsigned char, 16> bytes{};
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
        throw Error("the system gives no random bytes", Fault::runtime);
    }
    std::string uid;
    for (const auto byte : bytes) uid += fmt::format("{:02x}", byte);
    return uid;
}

}  // namespace

struct Study::Impl {
    static constexpr int patience_ms = 2000;  // for programs that read the file just now

    struct Writer {
        StudySession session;
        std::int64_t id = 0;  // 0 until its first row: reading leaves no session behind
    };

    std::string path;
    FileSystem place;
    std::optional<StudyLock> lock;  // before the database: nobody else may be creating it
    SQLite::Database db;
    std::vector<Writer> writers;

    Impl(const std::filesystem::path& p, StudySession s)
        : path(p.empty() ? ":memory:" : p.string()),
          place(p.empty() ? FileSystem() : file_system_of(p)),
          lock(lock_for(p)),
          db(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, patience_ms),
          writers{{std::move(s), 0}} {
        create_or_check(db, path, place.network);
    }

    static std::optional<StudyLock> lock_for(const std::filesystem::path& p) {
        if (p.empty()) return std::nullopt;
        return std::optional<StudyLock>(std::in_place, p);
    }

    /// Id of a writer's session, in the transaction that is open.
    std::int64_t start_session(const Writer& writer) {
        if (writer.id != 0) return writer.id;
        const StudySession& session = writer.session;
        SQLite::Statement insert(db,
                                 "INSERT INTO sessions (command, seed, version, started, "
                                 "conditions, uid) VALUES (?, ?, ?, ?, ?, ?)");
        const auto now =
            std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now());
        insert.bind(1, session.command);
        insert.bind(2, std::to_string(session.seed));  // SQLite's integers are signed
        insert.bind(3, session.version);
        insert.bind(4, fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                                   fmt::gmtime(std::chrono::system_clock::to_time_t(now))));
        insert.bind(5, facts_json(session.conditions));
        insert.bind(6, new_uid());
        insert.exec();
        return db.getLastInsertRowid();
    }

    /// Returns the row of each architecture.
    std::vector<std::int64_t> insert_evaluations(std::int64_t in_session, const DesignSpace& space,
                                                 const MetricInfo& metric,
                                                 const StudyContext& context,
                                                 std::span<const Architecture> archs,
                                                 const MetricColumn& column, double seconds) {
        std::unordered_map<std::size_t, const std::string*> reasons;
        for (const auto& [i, reason] : column.failures) reasons.emplace(i, &reason);
        std::unordered_map<std::size_t, const GivenUp*> parts;
        for (const auto& part : column.given_up) parts.emplace(part.index, &part);

        SQLite::Statement insert(
            db,
            "INSERT INTO evaluations (space, metric, context, session, arch, resolution, value, "
            "spread, failure, seconds, estimate, at_best, trials) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
        bind_inserted(db, insert, space, metric, context);
        insert.bind(4, in_session);
        insert.bind(10, seconds / static_cast<double>(archs.size()));
        std::vector<std::int64_t> rows;
        rows.reserve(archs.size());
        for (std::size_t i = 0; i < archs.size(); ++i) {
            const auto part = parts.find(i);
            const bool whole = part == parts.end();
            const double value = whole ? column.values[i] : std::nan("");
            insert.bind(5, body_text(space, archs[i]));
            insert.bind(6, static_cast<int>(archs[i].resolution));
            bind_or_null(insert, 7, value);
            bind_or_null(insert, 8, column.spread.empty() ? std::nan("") : column.spread[i]);
            if (!std::isnan(value)) {
                insert.bind(9);
            } else if (!whole) {
                insert.bind(9, fmt::format("given up on after {} trials", part->second->trials));
            } else if (const auto reason = reasons.find(i); reason != reasons.end()) {
                insert.bind(9, *reason->second);
            } else {
                insert.bind(9, "no reason given");
            }
            bind_or_null(insert, 11, whole ? std::nan("") : column.values[i]);
            bind_or_null(insert, 12, whole ? std::nan("") : part->second->at_best);
            whole ? insert.bind(13)
                  : insert.bind(13, static_cast<std::int64_t>(part->second->trials));
            insert.exec();
            insert.reset();
            rows.push_back(db.getLastInsertRowid());
        }
        return rows;
    }

    void insert_samples(std::int64_t in_session, std::span<const LatencySample> samples,
                        const std::vector<std::int64_t>& rows) {
        if (samples.empty()) return;
        SQLite::Statement insert(db,
                                 "INSERT INTO samples (session, evaluation, at_s, wall_ms, cpu_ms, "
                                 "visit, is_reference) VALUES (?, ?, ?, ?, ?, ?, ?)");
        insert.bind(1, in_session);
        for (const auto& sample : samples) {
            insert.bind(2, sample.is_reference ? rows.front() : rows.at(sample.network));
            insert.bind(3, sample.at_s);
            insert.bind(4, sample.wall_ms);
            insert.bind(5, sample.cpu_ms);
            insert.bind(6, sample.visit);
            insert.bind(7, sample.is_reference ? 1 : 0);
            insert.exec();
            insert.reset();
        }
    }
};

Study::Study(const std::filesystem::path& path, StudySession session) {
    impl_ =
        guarded(path.string(), [&] { return std::make_unique<Impl>(path, std::move(session)); });
}

Study::~Study() = default;

const std::string& Study::path() const { return impl_->path; }

SQLite::Database& Study::database() const { return impl_->db; }

std::vector<std::string> Study::remarks() const {
    if (impl_->place.weakness.empty()) return {};
    return {fmt::format(
        "{}: on {}, {}: no lock keeps a process on another host away, so give each host a study of "
        "its own and merge them (docs/study.md)",
        impl_->path, impl_->place.type, impl_->place.weakness)};
}

std::size_t Study::add_writer(Facts conditions) {
    StudySession session = impl_->writers.front().session;
    session.conditions = std::move(conditions);
    impl_->writers.push_back({std::move(session), 0});
    return impl_->writers.size() - 1;
}

void Study::record(const DesignSpace& space, const MetricInfo& metric, const StudyContext& context,
                   std::span<const Architecture> archs, const MetricColumn& column, double seconds,
                   std::span<const LatencySample> samples, std::size_t writer) {
    assert(column.values.size() == archs.size());  // a column is of its batch
    if (archs.empty()) return;
    guarded(impl_->path, [&] {
        SQLite::Transaction all(impl_->db);
        auto& by = impl_->writers.at(writer);
        const auto session = impl_->start_session(by);
        const auto rows =
            impl_->insert_evaluations(session, space, metric, context, archs, column, seconds);
        impl_->insert_samples(session, samples, rows);
        all.commit();
        by.id = session;  // only now: a failed commit took its row back
    });
}

void Study::set_reference_ms(const DesignSpace& space, const MetricInfo& metric,
                             const StudyContext& context, int resolution, double reference_ms,
                             std::size_t writer) {
    guarded(impl_->path, [&] {
        SQLite::Transaction all(impl_->db);
        auto& by = impl_->writers.at(writer);
        const auto session = impl_->start_session(by);
        SQLite::Statement insert(impl_->db,
                                 "INSERT OR IGNORE INTO reference_times (space, metric, context, "
                                 "resolution, session, reference_ms) VALUES (?, ?, ?, ?, ?, ?)");
        bind_inserted(impl_->db, insert, space, metric, context);
        insert.bind(4, resolution);
        insert.bind(5, session);
        insert.bind(6, reference_ms);
        insert.exec();
        all.commit();
        by.id = session;
    });
}

std::size_t Study::evaluation_count() const {
    return guarded(impl_->path, [&] {
        return static_cast<std::size_t>(
            impl_->db.execAndGet("SELECT count(*) FROM evaluations").getInt64());
    });
}

}  // namespace blockscope
