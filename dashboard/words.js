// What the proxy's own words mean, for people.

export const reasons = {
  too_small: "Too short to be worth it",
  role_off: "Not a tool's output",
  tool_excluded: "Tool excluded by an option",
  instruction_file: "Instruction file",
  exact_tool: "Text that edits quote back",
  small_error: "Short error message",
  code_recent: "Code in the newest messages",
  code_asked_about: "Code that was asked about",
  frozen: "Frozen by the caller",
  vetoed: "Protected by the caller",
  own_output: "Headroom's own output",
  not_recognised: "Kind of text not recognised",
  not_text: "Not text",
  no_gain: "Nothing to gain",
  not_judged: "The prose model could not judge it",
  no_way_back: "Caller could not ask for the original",
  secret: "Holds a secret",
  store_failed: "Original could not be stored",
  collision: "Handle already taken",
  work_limit: "Too much work",
  failed: "Failed inside; sent as it came",
  bypass: "Bypassed by the caller",
  mode_off: "Switched off",
  not_json: "Body is not JSON",
  duplicate_key: "Body names a key twice",
  too_deep: "Body nested too deep",
  too_large: "Body too large",
  encoding: "Encoding not known",
  signed: "Body signed by the caller",
  check_failed: "Result did not pass the check",
};

export const gates = {
  framing: "Malformed HTTP",
  host: "Foreign Host header",
  origin: "Foreign web page",
  caller: "Unknown caller",
  right: "Caller without that right",
  upstream: "Upstream not allowed",
  rate: "Rate limit",
  budget: "Budget used up",
  size: "Too large",
  draining: "Shutting down",
};

export const upstreamErrors = {
  unreachable: "not reachable",
  tls_error: "TLS error",
  protocol_error: "broken HTTP",
  timeout: "timed out",
  broken_off: "broke off",
  400: "said the request is wrong",
  401: "refused the credentials",
  429: "rate limit",
  500: "server error",
  529: "overloaded",
};

export const retrievals = {
  found: "found",
  partial: "found, in part",
  expired: "expired",
  not_found: "not found",
  limited: "rate limited",
  unavailable: "store out of reach",
};

export const segments = { tools: "Tools", system: "System prompt", messages: "Messages", "": "Prompt" };

// [what happened, what it means]
export const causes = {
  partial: ["Read in part", "The provider found less than it had kept"],
  changed: ["Changed by the client", "An earlier part of the prompt is no longer what it was"],
  epoch: ["Rewritten by Headroom", "An epoch: paid once, for smaller requests after it"],
  expired: ["Expired", "The pause was longer than the provider keeps an entry"],
  provider: ["Not found", "The prompt was the same, the provider had no entry"],
};

export const kinds = {
  json: "JSON",
  log: "log",
  search: "search results",
  search_results: "search results",
  diff: "diff",
  code: "code",
  table: "table",
  tables: "table",
  blob: "binary data",
  blobs: "binary data",
  text: "text",
  turn: "whole turns",
};
