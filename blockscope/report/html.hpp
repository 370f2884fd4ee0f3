#pragma once

#include <string>
#include <string_view>

namespace blockscope {

/// Text for HTML and for attributes in double quotes: & < > " ' become references, control
/// characters other than tab and line ends, which HTML has no way to say, U+FFFD.
std::string html(std::string_view text);

/// JSON for the inside of a <script> element: every < becomes \u003c, which is the same JSON.
std::string script_json(std::string_view json);

/// JavaScript for the inside of a <script> element: the < of `</script`, `<script` and `<!--`
/// becomes \u003c, which is the same in the texts where these can stand.
std::string script_code(std::string_view code);

}  // namespace blockscope
