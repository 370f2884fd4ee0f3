#include "cli/program.hpp"

namespace blockscope::cli {

void add_verbs(Program& program) {
    add_spaces(program);
    add_space(program);
    add_metrics(program);
    add_sample(program);
    add_evaluate(program);
    add_measure(program);
    add_profile(program);
    add_explain(program);
    add_suggest(program);
    add_prune(program);
    add_search(program);
    add_compare(program);
    add_fit(program);
    add_export(program);
    add_merge(program);
    add_train(program);
    add_check(program);
    add_report(program);
    add_doctor(program);
    add_completion(program);
}

}  // namespace blockscope::cli
