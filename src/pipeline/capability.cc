#include "pipeline/capability.h"

#include "messages/our_tool.h"

namespace headroom::pipeline {
namespace {

using messages::Conversation;
using messages::ToolChoice;

// What the request itself rules out, whoever handles it; in this order.
NoWayBack refused_by_request(const Conversation& c) {
  switch (c.tool_choice) {
    case ToolChoice::none:
      return NoWayBack::calls_off;
    case ToolChoice::forced:
      return NoWayBack::forced;
    case ToolChoice::limited:
      if (!c.our_tool_allowed) return NoWayBack::not_allowed;
      break;
    case ToolChoice::free:
      break;
  }
  if (c.several_choices) return NoWayBack::several_choices;
  if (c.structured_output) return NoWayBack::structured_output;
  if (c.in_conversation) return NoWayBack::in_conversation;
  return NoWayBack::none;
}

// Without traces a turn that mixes our calls with the client's loses ours, and a provider refuses a thinking model's
// turn that is not as it was: then the model gets no tool to call.
bool may_lose_signed_calls(const Conversation& c, const Options& o) {
  return o.trace == TraceOption::never && c.thinking;
}

// Our tool joins whatever the request's tool_choice and output format are, since they change from one request of a
// conversation to the next and the list of tools must not. Where its call could not be answered at all it does not.
bool joins(const Conversation& c, const Options& o) {
  return o.inject == Inject::eager && !may_lose_signed_calls(c, o) && !c.several_choices && !c.in_conversation &&
         messages::can_add_tool(c);
}

Capability of_intercepted(const Conversation& c, const Options& o) {
  Capability out;
  out.inject = joins(c, o);
  out.why = refused_by_request(c);
  if (!c.has_tools) {
    out.why = NoWayBack::no_tools;
  } else if (!c.has_our_tool && !out.inject && out.why == NoWayBack::none) {
    out.why = NoWayBack::no_tool_of_ours;
  }
  // What the provider keeps may come back without its history: then the request in hand is not all there is.
  if (out.why == NoWayBack::none) out.redeem = c.stored ? Redeem::store : Redeem::in_hand;
  return out;
}

// A caller's word, checked against what the request says. Without tools in it there is nothing to check.
Capability of_caller(const Conversation& c) {
  Capability out;
  out.why = refused_by_request(c);
  if (out.why == NoWayBack::none && c.has_tools && !c.has_our_tool) out.why = NoWayBack::no_tool_of_ours;
  if (out.why == NoWayBack::none) out.redeem = Redeem::store;
  return out;
}

// Nobody of ours sees the call; a client that has our tool from elsewhere (MCP) answers it from the store.
Capability of_relayed(const Conversation& c) {
  Capability out;
  out.why = c.has_our_tool ? refused_by_request(c) : NoWayBack::not_intercepted;
  if (out.why == NoWayBack::none) out.redeem = Redeem::store;
  return out;
}

}  // namespace

std::string_view to_string(NoWayBack reason) {
  switch (reason) {
    case NoWayBack::none:
      return "";
    case NoWayBack::not_declared:
      return "nobody declared to answer headroom_retrieve";
    case NoWayBack::signed_body:
      return "the request is signed";
    case NoWayBack::no_tools:
      return "the request has no tools";
    case NoWayBack::no_tool_of_ours:
      return "the request's tools leave the model no way to call headroom_retrieve";
    case NoWayBack::calls_off:
      return "the request allows no tool call";
    case NoWayBack::forced:
      return "the request prescribes which tool is called";
    case NoWayBack::not_allowed:
      return "headroom_retrieve is not among the allowed tools";
    case NoWayBack::several_choices:
      return "the request asks for several answers";
    case NoWayBack::structured_output:
      return "the request asks for a structured answer";
    case NoWayBack::in_conversation:
      return "the provider keeps the conversation";
    case NoWayBack::not_intercepted:
      return "calls of headroom_retrieve are not answered on this route";
  }
  return "";
}

Capability capability_of(const Conversation& c, const Options& o) {
  const auto refused = [](NoWayBack why) { return Capability{Redeem::none, false, why}; };
  if (o.route == Route::signed_body) return refused(NoWayBack::signed_body);
  if (o.redeems_outside && o.retrieval != Retrieval::none) return {Redeem::store, false, NoWayBack::none};
  switch (o.retrieval) {
    case Retrieval::none:
      return refused(NoWayBack::not_declared);
    case Retrieval::tool:
      return of_caller(c);
    case Retrieval::auto_:
      break;
  }
  return o.route == Route::relayed ? of_relayed(c) : of_intercepted(c, o);
}

}  // namespace headroom::pipeline
