// The rules as rows. A token is a prefix, then a run of characters of one set whose length lies between two bounds.
#pragma once

#include <cstdint>
#include <string_view>

namespace headroom::secrets {

enum class Set : std::uint8_t {
  hex,     // 0-9 a-f
  upper,   // A-Z 0-9
  alnum,   // A-Z a-z 0-9
  word,    // alnum _ -
  dotted,  // word .
  base64,  // alnum + / =
  path,    // word /
};

struct TokenRule {
  std::string_view name;
  std::string_view prefix;  // at least three bytes; told apart by case
  Set set;
  std::uint16_t least, most;  // of what follows the prefix
};

// clang-format off
inline constexpr TokenRule token_rules[] = {
    // clouds
    {"aws_access_key", "AKIA", Set::upper, 16, 16},
    {"aws_access_key", "ASIA", Set::upper, 16, 16},
    {"aws_access_key", "ABIA", Set::upper, 16, 16},
    {"aws_access_key", "ACCA", Set::upper, 16, 16},
    {"aws_bedrock_key", "ABSKQmVkcm9ja0FQSUtleS", Set::base64, 40, 300},
    {"google_api_key", "AIza", Set::word, 35, 35},
    {"google_oauth_secret", "GOCSPX-", Set::word, 24, 40},
    {"google_oauth_token", "ya29.", Set::word, 20, 2048},
    {"azure_storage_key", "AccountKey=", Set::base64, 86, 90},
    {"azure_shared_key", "SharedAccessKey=", Set::base64, 40, 90},
    {"digitalocean_token", "dop_v1_", Set::hex, 64, 64},
    {"digitalocean_token", "doo_v1_", Set::hex, 64, 64},
    {"digitalocean_token", "dor_v1_", Set::hex, 64, 64},
    {"heroku_key", "HRKU-", Set::word, 36, 80},
    {"fly_token", "FlyV1 fm2_", Set::base64, 50, 4000},
    {"alibaba_key", "LTAI", Set::alnum, 16, 24},
    {"scaleway_key", "SCW", Set::upper, 17, 17},
    {"databricks_token", "dapi", Set::hex, 32, 32},
    {"supabase_key", "sbp_", Set::hex, 40, 40},
    {"planetscale_token", "pscale_tkn_", Set::dotted, 32, 64},
    {"planetscale_password", "pscale_pw_", Set::dotted, 32, 64},
    {"tailscale_key", "tskey-", Set::word, 20, 100},
    // forges and registries
    {"github_token", "ghp_", Set::alnum, 36, 255},
    {"github_token", "gho_", Set::alnum, 36, 255},
    {"github_token", "ghu_", Set::alnum, 36, 255},
    {"github_token", "ghs_", Set::alnum, 36, 255},
    {"github_token", "ghr_", Set::alnum, 36, 255},
    {"github_token", "github_pat_", Set::word, 60, 255},
    {"gitlab_token", "glpat-", Set::dotted, 20, 64},
    {"gitlab_token", "gldt-", Set::word, 20, 64},
    {"gitlab_token", "glrt-", Set::dotted, 20, 64},
    {"gitlab_token", "glptt-", Set::hex, 40, 40},
    {"gitlab_token", "glcbt-", Set::word, 20, 64},
    {"bitbucket_token", "ATBB", Set::alnum, 28, 40},
    {"atlassian_token", "ATATT3", Set::base64, 50, 300},
    {"npm_token", "npm_", Set::alnum, 36, 36},
    {"pypi_token", "pypi-AgE", Set::word, 50, 400},
    {"rubygems_key", "rubygems_", Set::hex, 48, 48},
    {"crates_token", "cio", Set::alnum, 32, 32},
    {"docker_token", "dckr_pat_", Set::word, 27, 40},
    {"docker_token", "dckr_oat_", Set::word, 27, 40},
    {"buildkite_token", "bkua_", Set::hex, 40, 40},
    {"circleci_token", "CCIPAT_", Set::word, 40, 90},
    {"postman_key", "PMAK-", Set::word, 50, 70},
    {"pulumi_token", "pul-", Set::hex, 40, 40},
    {"terraform_token", ".atlasv1.", Set::word, 60, 80},
    {"vault_token", "hvs.", Set::word, 24, 200},
    {"vault_token", "hvb.", Set::word, 24, 250},
    {"doppler_token", "dp.pt.", Set::alnum, 40, 44},
    {"doppler_token", "dp.st.", Set::dotted, 40, 80},
    {"sonar_token", "squ_", Set::hex, 40, 40},
    {"sonar_token", "sqp_", Set::hex, 40, 40},
    {"age_key", "AGE-SECRET-KEY-1", Set::upper, 58, 58},
    // models
    {"anthropic_key", "sk-ant-", Set::word, 32, 160},
    {"openai_key", "sk-proj-", Set::word, 40, 220},
    {"openai_key", "sk-svcacct-", Set::word, 40, 220},
    {"openai_key", "sk-admin-", Set::word, 40, 220},
    {"openai_key", "sk-", Set::alnum, 40, 64},
    {"openrouter_key", "sk-or-v1-", Set::hex, 64, 64},
    {"huggingface_token", "hf_", Set::alnum, 34, 40},
    {"groq_key", "gsk_", Set::alnum, 48, 60},
    {"replicate_token", "r8_", Set::alnum, 37, 40},
    {"perplexity_key", "pplx-", Set::alnum, 40, 64},
    {"xai_key", "xai-", Set::alnum, 70, 90},
    // services
    {"slack_token", "xoxb-", Set::word, 30, 120},
    {"slack_token", "xoxp-", Set::word, 30, 120},
    {"slack_token", "xoxa-", Set::word, 20, 120},
    {"slack_token", "xoxr-", Set::word, 20, 120},
    {"slack_token", "xoxs-", Set::word, 20, 120},
    {"slack_token", "xoxe.", Set::dotted, 30, 220},
    {"slack_token", "xapp-", Set::word, 30, 160},
    {"slack_webhook", "hooks.slack.com/services/T", Set::path, 36, 60},
    {"discord_webhook", "discord.com/api/webhooks/", Set::path, 78, 100},
    {"stripe_key", "sk_live_", Set::alnum, 24, 120},
    {"stripe_key", "rk_live_", Set::alnum, 24, 120},
    {"stripe_key", "sk_test_", Set::alnum, 24, 120},
    {"stripe_key", "rk_test_", Set::alnum, 24, 120},
    {"stripe_secret", "whsec_", Set::base64, 32, 64},
    {"square_token", "sq0atp-", Set::word, 22, 22},
    {"square_token", "sq0csp-", Set::word, 43, 43},
    {"square_token", "EAAA", Set::word, 60, 60},
    {"shopify_token", "shpat_", Set::hex, 32, 32},
    {"shopify_token", "shpss_", Set::hex, 32, 32},
    {"shopify_token", "shpca_", Set::hex, 32, 32},
    {"shopify_token", "shppa_", Set::hex, 32, 32},
    {"sendgrid_key", "SG.", Set::dotted, 66, 66},
    {"mailgun_key", "key-", Set::hex, 32, 32},
    {"newrelic_key", "NRAK-", Set::upper, 27, 27},
    {"grafana_token", "glsa_", Set::word, 40, 44},
    {"grafana_token", "glc_", Set::base64, 40, 400},
    {"sentry_token", "sntrys_", Set::base64, 60, 400},
    {"sentry_token", "sntryu_", Set::hex, 64, 64},
    {"datadog_key", "ddapi_", Set::hex, 32, 40},
    {"linear_key", "lin_api_", Set::alnum, 40, 40},
    {"notion_token", "ntn_", Set::alnum, 40, 50},
    {"figma_token", "figd_", Set::word, 36, 60},
    {"typeform_token", "tfp_", Set::dotted, 40, 70},
    {"duffel_token", "duffel_live_", Set::word, 40, 50},
    {"easypost_key", "EZAK", Set::alnum, 54, 54},
    {"facebook_token", "EAAB", Set::alnum, 80, 300},
    {"mapbox_token", "sk.eyJ", Set::dotted, 60, 200},
};
// clang-format on

}  // namespace headroom::secrets
