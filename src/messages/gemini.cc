// Gemini: `contents` hold parts; a call and what came back are parts of their own. Names are camel case or snake case.
//
//   {"role":"model","parts":[{"functionCall":{"name":"run","args":{"cmd":"ls"}}}]}
//   {"role":"user","parts":[{"functionResponse":{"name":"run","response":{"output":"...","rows":[...]}}}]}
//
// Leaves of a response are its members: a string, or a whole array or object as one JSON value. A response belongs to
// the call with its `id` if both have one, else the k-th response of a name to the k-th call of that name in the
// model's content before it. Thoughts, signed texts, code that the server ran, files and data are never leaves.
#include <map>

#include "messages/reader.h"

namespace headroom::messages {
namespace {

using json::Kind;
using json::NodeId;

std::optional<NodeId> either(Reader& reader, NodeId object, std::string_view camel, std::string_view snake) {
  const auto found = reader.member(object, camel);
  return found ? found : reader.member(object, snake);
}

class GeminiReader {
 public:
  explicit GeminiReader(Reader& reader) : reader_(reader), c_(reader.conversation()), doc_(reader.doc()) {}

  bool run() {
    std::string base = find_root();
    if (doc_.is(0, Kind::array)) {
      c_.messages = 0;
    } else {
      const auto contents = reader_.member(c_.root, "contents");
      if (!contents || (!doc_.is(*contents, Kind::array) && !doc_.is(*contents, Kind::string))) return false;
      c_.messages = *contents;
      read_request(c_.root, base);
      // The SDK's own objects have what is beside the contents in `config`.
      if (const auto config = reader_.member(c_.root, "config", Kind::object)) read_request(*config, base + "/config");
      base += "/contents";
    }
    if (doc_.is(c_.messages, Kind::string)) {
      reader_.message(c_.messages, Role::user);
      reader_.leaf(c_.messages, Role::user, Part::content_string, base);
      return true;
    }
    int i = 0;
    for (NodeId content : doc_.elements(c_.messages)) read_content(content, base + '/' + std::to_string(i++));
    return true;
  }

 private:
  // A request may come wrapped: {"request":{"contents":...}}, and in countTokens {"generateContentRequest":...}.
  std::string find_root() {
    if (!doc_.is(0, Kind::object) || reader_.member(0, "contents")) return "";
    for (const std::string_view key : {"request", "generateContentRequest"}) {
      const auto inner = reader_.member(0, key, Kind::object);
      if (!inner || !reader_.member(*inner, "contents")) continue;
      c_.root = *inner;
      return '/' + std::string(key);
    }
    return "";
  }

  void read_content(NodeId content, const std::string& pointer) {
    if (doc_.is(content, Kind::string)) {
      reader_.message(content, Role::user);
      reader_.leaf(content, Role::user, Part::content_string, pointer);
      return;
    }
    const Role role = reader_.text(content, "role") == "model" ? Role::assistant : Role::user;
    reader_.message(content, role);
    if (role == Role::assistant && !after_model_) open_.clear();
    after_model_ = role == Role::assistant;
    const auto parts = reader_.member(content, "parts", Kind::array);
    if (!parts) return;
    int i = 0;
    for (NodeId part : doc_.elements(*parts)) read_part(part, role, pointer + "/parts/" + std::to_string(i++));
  }

  void read_part(NodeId part, Role role, const std::string& pointer) {
    if (const auto call = either(reader_, part, "functionCall", "function_call")) {
      const auto arguments = reader_.member(*call, "args");
      const std::string name = reader_.text(*call, "name");
      open_[name].push_back(static_cast<int>(c_.calls.size()));
      reader_.call(reader_.text(*call, "id"), name, arguments ? std::string(doc_.raw(*arguments)) : "");
    } else if (const auto camel = reader_.member(part, "functionResponse")) {
      read_response(part, *camel, pointer + "/functionResponse");
    } else if (const auto snake = reader_.member(part, "function_response")) {
      read_response(part, *snake, pointer + "/function_response");
    } else if (const auto text = reader_.member(part, "text", Kind::string)) {
      const bool thought = reader_.flag(part, "thought");
      if (thought || either(reader_, part, "thoughtSignature", "thought_signature")) return;
      reader_.leaf(*text, role, Part::text_part, pointer + "/text");
    } else if (const auto inlined = either(reader_, part, "inlineData", "inline_data")) {
      // A medium resolution that the part itself sets has one price.
      const bool low = either(reader_, part, "mediaResolution", "media_resolution").has_value();
      if (const auto data = reader_.member(*inlined, "data", Kind::string))
        reader_.image(part, *data, pointer, bare_text, low);
    }
  }

  // The call that a response without an id answers: the next one of its name.
  int next_call(const std::string& name) {
    const auto open = open_.find(name);
    if (open == open_.end() || open->second.empty()) return -1;
    const int call = open->second.front();
    open->second.erase(open->second.begin());
    return call;
  }

  void read_response(NodeId part, NodeId function, const std::string& pointer) {
    const std::string id = reader_.text(function, "id");
    const int named = id.empty() ? -1 : reader_.find_call(id);
    const std::string name = reader_.text(function, "name");
    const int call = named >= 0 ? named : next_call(name);
    std::erase(open_[name], call);
    const auto response = reader_.member(function, "response", Kind::object);
    const bool error = response && reader_.is_given(*response, "error");
    reader_.begin_result(part, id, call, error);
    if (response) {
      for (json::Member m : doc_.members(*response)) {
        const std::string key = doc_.string(m.key);
        const Kind kind = doc_[m.value].kind();
        if (kind != Kind::string && kind != Kind::array && kind != Kind::object) continue;
        reader_.member(*response, key);  // a name that stands twice is refused
        const Part how = kind == Kind::string ? Part::result_string : Part::json_value;
        reader_.leaf(m.value, Role::tool, how, pointer + "/response/" + pointer_token(key));
      }
    }
    reader_.end_result();
  }

  void read_tools(NodeId tools) {
    c_.tools = tools;
    for (NodeId tool : doc_.elements(tools)) {
      const auto declarations = either(reader_, tool, "functionDeclarations", "function_declarations");
      if (!declarations || !doc_.is(*declarations, Kind::array)) {
        reader_.tool("", std::nullopt);  // one that the server runs
        continue;
      }
      for (NodeId d : doc_.elements(*declarations)) {
        const auto schema = reader_.member(d, "parameters");
        reader_.tool(reader_.text(d, "name"),
                     schema ? schema : either(reader_, d, "parametersJsonSchema", "parameters_json_schema"));
      }
    }
  }

  // {"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["run"]}}
  void read_choice(NodeId tool_config) {
    const auto calling = either(reader_, tool_config, "functionCallingConfig", "function_calling_config");
    if (!calling) return;
    if (reader_.text(*calling, "mode") == "NONE") {
      c_.tool_choice = ToolChoice::none;
      return;
    }
    const auto allowed = either(reader_, *calling, "allowedFunctionNames", "allowed_function_names");
    if (!allowed || !doc_.is(*allowed, Kind::array) || doc_.count(*allowed) == 0) return;
    c_.tool_choice = ToolChoice::limited;
    for (NodeId name : doc_.elements(*allowed)) {
      if (doc_.is(name, Kind::string)) c_.our_tool_allowed |= is_our_tool(doc_.string(name));
    }
  }

  // What a structured answer or several answers are asked for by: in generationConfig, or beside it in the SDK's
  // config.
  void read_generation(NodeId object) {
    const auto type = either(reader_, object, "responseMimeType", "response_mime_type");
    if (type && doc_.is(*type, Kind::string) && !doc_.string_is(*type, "text/plain")) c_.structured_output = true;
    for (const auto& [camel, snake] :
         {std::pair{"responseSchema", "response_schema"}, std::pair{"responseJsonSchema", "response_json_schema"}}) {
      c_.structured_output |= reader_.is_given(object, camel) || reader_.is_given(object, snake);
    }
    // Models of today think unless they are told not to, and sign their calls.
    if (const auto thinking = either(reader_, object, "thinkingConfig", "thinking_config")) {
      const auto budget = either(reader_, *thinking, "thinkingBudget", "thinking_budget");
      c_.thinking = !(budget && doc_.raw(*budget) == "0");
    }
    const auto count = either(reader_, object, "candidateCount", "candidate_count");
    c_.several_choices |= count && doc_.is(*count, Kind::number) && doc_.raw(*count) != "1";
  }

  void read_request(NodeId object, const std::string& base) {
    c_.thinking = true;
    if (const auto tools = reader_.member(object, "tools", Kind::array)) read_tools(*tools);
    if (const auto choice = either(reader_, object, "toolConfig", "tool_config")) read_choice(*choice);
    if (const auto generation = either(reader_, object, "generationConfig", "generation_config"))
      read_generation(*generation);
    read_generation(object);
    for (const std::string_view key : {"systemInstruction", "system_instruction"}) {
      const auto system = reader_.member(object, key);
      if (!system) continue;
      const std::string at = base + '/' + std::string(key);
      c_.system.push_back(*system);
      if (doc_.is(*system, Kind::string)) reader_.leaf(*system, Role::system, Part::content_string, at);
      const auto parts = reader_.member(*system, "parts", Kind::array);
      if (!parts) continue;
      int i = 0;
      for (NodeId part : doc_.elements(*parts)) read_part(part, Role::system, at + "/parts/" + std::to_string(i++));
    }
  }

  Reader& reader_;
  Conversation& c_;
  const json::Document& doc_;
  std::map<std::string, std::vector<int>> open_;  // by name: calls of the model's last turn without a response
  bool after_model_ = false;                      // the content before was the model's too
};

}  // namespace

bool looks_gemini(const json::Document& doc) {
  if (doc.is(0, Kind::array)) {
    for (NodeId content : doc.elements(0)) {
      if (const auto parts = doc.member(content, "parts"); parts && doc.is(*parts, Kind::array)) return true;
    }
    return false;
  }
  if (!doc.is(0, Kind::object) || doc.member(0, "messages")) return false;
  if (doc.member(0, "contents")) return true;
  for (const std::string_view key : {"request", "generateContentRequest"}) {
    const auto inner = doc.member(0, key);
    if (inner && doc.member(*inner, "contents")) return true;
  }
  return false;
}

bool read_gemini(Reader& reader) {
  return GeminiReader(reader).run();
}

}  // namespace headroom::messages
