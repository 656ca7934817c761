"""The catalogue of faults: what is done to the service, what it does, and the tests that prove it.

The page docs/reliability.md is made of it; ``tests/reliability/test_catalogue_of_faults.py`` checks that every test named
here exists. A test is ``file::function``; ``-`` stands for "no test": the sentence then says why not.
"""

from __future__ import annotations

from dataclasses import dataclass

AUTH = "tests/auth/test_abuse.py"
TOKENS = "tests/auth/test_tokens.py"
BODIES = "tests/reliability/test_bodies.py"
CHARTS = "tests/reliability/test_clinical_data.py"
DOUBT = "tests/reliability/test_doubtful_data.py"
FETCH = "tests/test_fetch.py"
SERVERS = "tests/reliability/test_fhir_servers.py"
LEAKS = "tests/reliability/test_leaks.py"
LIFE = "tests/reliability/test_limits_of_life.py"
LOAD = "tests/reliability/test_load.py"
DEATH = "tests/reliability/test_signals_and_kills.py"
RESTART = "tests/reliability/test_restart.py"
ROBUST = "tests/test_robustness.py"
QUIRKS = "tests/fhir/test_quirks.py::test_quirk"
STORE = "tests/feedback/test_store.py"
MIGRATIONS = "tests/feedback/test_migrations.py"
CARDS = "tests/cards/test_hostile_charts.py"
CHAIN = "tests/test_supply_chain.py"
FORGED = f"{AUTH}::test_s_every_forged_token_gets_the_same_401_and_one_clean_line"
MATRIX = f"{SERVERS}::test_f_a_sample_of_the_matrix_is_survived"
NAMES = "tests/terminology/test_drug_names.py"
GROUPS = {
    "J": "The body", "S": "Who is calling", "F": "The FHIR server that the caller names",
    "D": "What the data may do to the advice", "C": "What goes out in a card", "L": "What is written down",
    "B": "Load, limits, life and death", "P": "Feedback and the database", "X": "Supply chain and build",
}  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """One fault. ``tests`` empty: ``answer`` says why there is none."""

    id: str
    stimulus: str
    answer: str
    tests: tuple[str, ...]


def named_tests(text: str) -> tuple[str, ...]:
    """The tests of a text, with the short names of this file written out: ``STORE::test_x`` → ``tests/...::test_x``."""
    known = {key: value for key, value in globals().items() if key.isupper() and isinstance(value, str)}
    named = []
    for test in text.split():
        file, _, function = test.partition("::")
        named.append(known[file] + (f"::{function}" if function else "") if file in known else test)
    return tuple(named)


def _fault(line: str) -> Fault:
    name, stimulus, answer, *tests = (part.strip() for part in line.split("|"))
    return Fault(name, stimulus, answer, named_tests(" ".join(tests)))


TABLE = """
J01 | an empty body; null, a list, a text, a number | 400 | BODIES::test_odd_bodies_are_refused_or_said tests/protocol/test_faults.py::test_bodies_that_cannot_be_read
J02 | a body cut at every fiftieth of its length | 400, fifty times | BODIES::test_j02_a_body_cut_at_every_fiftieth
J03 | NaN, infinity, 1e999 as a value | 400, or the result is named as unusable; never compared | BODIES::test_odd_bodies_are_refused_or_said BODIES::test_j03_j07_impossible_numbers_are_named_and_never_compared
J04 | lone surrogates, NUL, bidi marks, BOM, UTF-16, Latin-1 | 400 or cleaned; the answer is valid UTF-8 | BODIES::test_odd_bodies_are_refused_or_said
J05 | a member name twice (value, quantity, patientId) | 400 | BODIES::test_odd_bodies_are_refused_or_said
J06 | 100,000 nested arrays or objects, 10,000 nested contained | 400 within the time of any request | BODIES::test_odd_bodies_are_refused_or_said
J07 | integers of 5,000 and a million digits, -0, 1e-400 | 400 or named, never compared | BODIES::test_odd_bodies_are_refused_or_said BODIES::test_j03_j07_impossible_numbers_are_named_and_never_compared
J08 | a body over the limit, honestly announced | 413 before it is read | BODIES::test_j08_a_large_body_is_refused_before_it_is_read
J09 | the same in chunks | 413 at the limit, connection closed | BODIES::test_j09_a_large_chunked_body_is_stopped_at_the_limit
J10 | lengths that contradict each other; request smuggling | 400 or closed, nothing behind it is handled | BODIES::test_j10_contradicting_lengths_are_refused_and_nothing_is_smuggled LOAD::test_b06_a_body_that_trickles_is_answered_408
J11 | compressed bodies: bombs, nested, wrong bytes, br, zstd | 415, never inflated | BODIES::test_j11_compressed_bodies_are_refused
J12 | other content types and charsets | a stated list is accepted, the rest is 415 | BODIES::test_j12_content_types_by_a_stated_list BODIES::test_j12_no_content_type
J13 | 100,000 entries; millions of empty ones | linear time; what is beyond 20,000 entries of a Bundle is named; denser than any chart: 400 | BODIES::test_j13_time_grows_linearly_with_observations LIFE::test_j13_floods_of_empty_values_are_cheap LIFE::test_j13_a_large_body_that_is_denser_than_any_chart_is_refused_unread ROBUST::test_j13_a_hundred_thousand_entries_are_answered_and_the_cut_is_named
J14 | 100,000 members in one object | linear time | BODIES::test_j14_time_grows_linearly_with_members
J15 | megabyte names, 100,000 codings, 10,000 components | answered in time, text cut | BODIES::test_j15_huge_parts_are_answered_in_time_and_cut
J16 | texts made for slow patterns, against every pattern of the program | twice the text costs at most about twice the time | BODIES::test_j16_no_pattern_is_slow_on_trap_texts BODIES::test_j16_trap_texts_anywhere_in_the_chart_are_answered_in_time
J17 | every member removed, nulled, of another type | 4xx or an answer; never 5xx | BODIES::test_j17_every_member_removed_nulled_or_swapped_never_breaks_the_service
J18 | generated requests: schemathesis, hypothesis, the fuzzer | no 5xx, schema kept | tests/test_openapi_fuzz.py::test_j18_schemathesis_finds_nothing ROBUST::test_j18_any_json_gives_an_answer_and_the_good_case_stands tests/test_fuzz.py::test_j18_a_short_fuzz_run_breaks_nothing
J19 | FHIR as it really is | each shape read, named or silent, as its row says | QUIRKS
J20 | service ids that climb, encode, are long, hold a newline | 404 with one constant body | BODIES::test_j20_unknown_services_get_one_constant_answer
S01 | no token, other schemes, two headers, token in the URL | 401 with WWW-Authenticate; in the URL 400 | TOKENS::test_a_bad_token_is_refused_with_the_same_words TOKENS::test_s01_two_authorization_headers_are_refused AUTH::test_s01_other_schemes_are_401 AUTH::test_s01_a_token_in_the_url_is_400_even_with_a_good_header
S02 | alg none in any spelling, empty signature | 401 | FORGED
S03 | HMAC with the public key (PEM, DER, JWK) as secret | 401 | FORGED
S04 | algorithm and key that do not fit, not listed, RSA 1024 | 401 | FORGED AUTH::test_s04_s08_keys_that_must_not_be_used TOKENS::test_s19_private_small_and_symmetric_keys_are_not_used
S05 | EC: wrong curve, zero or oversized r and s, DER | 401 | FORGED
S06 | keys inside the token (jwk, x5c, x5u) | ignored: 401 | FORGED
S07 | jku of a stranger, look-alike, with userinfo, http | 401, nothing is fetched; only the configured URL ever is | FORGED AUTH::test_s07_s20_a_key_host_must_be_https_or_this_machine
S08 | kid missing, huge, path, SQL, newline, of another type, shared by two keys | 401 and one clean log line | FORGED AUTH::test_s04_s08_keys_that_must_not_be_used
S09 | crit, b64, zip, JWE, token in a token | 401 | FORGED
S10 | exp around the leeway of 60 s, a year ahead, missing, fractional, text | exact; a lifetime over 15 minutes (some EHRs issue that much) and leeway is 401 | AUTH::test_s10_exp_is_exact_to_the_leeway_of_a_minute FORGED TOKENS::test_a_bad_token_is_refused_with_the_same_words
S11 | iat or nbf in the future, missing, text | 401 | FORGED TOKENS::test_a_bad_token_is_refused_with_the_same_words
S12 | our clock ten minutes off | 401, and the log names the clocks | AUTH::test_s12_a_clock_that_is_wrong_is_named_in_the_log
S13 | audiences of all kinds | only the exact URL, or a list that holds it | FORGED TOKENS::test_a_bad_token_is_refused_with_the_same_words TOKENS::test_aud_may_be_the_feedback_url_or_the_service
S14 | unknown issuer; key of another client | 401 | FORGED AUTH::test_s14_a_key_of_another_client_does_not_open_this_one
S15 | a token used again: at once, later, on another worker, after a restart | good once; while the store is away each process remembers by itself | AUTH::test_s15_one_of_a_hundred_replays_across_two_workers_and_none_after_a_restart AUTH::test_s15_p05_a_store_that_is_locked_stops_no_caller AUTH::test_s15_p05_a_store_that_never_answers_holds_no_caller STORE::test_s15_a_token_id_is_new_once
S16 | a flood of token ids within their lifetime | 200,000 are remembered, then 503; none that is valid is forgotten | AUTH::test_s16_memory_of_token_ids_is_bounded_and_forgets_none_that_is_valid
S17 | rotation of keys | a new one is found by its kid, a removed one goes with the next refresh | AUTH::test_s17_s19_a_known_key_never_waits_for_a_slow_host_and_a_removed_one_goes
S18 | a thousand unknown kids | one fetch in 30 s | TOKENS::test_s17_s18_s19_keys_are_cached_refreshed_with_restraint_and_survive_an_outage
S19 | the key host refuses, fails, is slow, sends rubbish, too much, private keys | cached keys go on for a day without waiting; without keys 503 | AUTH::test_s19_odd_key_sets AUTH::test_s17_s19_a_known_key_never_waits_for_a_slow_host_and_a_removed_one_goes TOKENS::test_s19_s20_without_keys_the_answer_is_unavailable_not_unauthorised
S20 | the key host redirects | not followed | AUTH::test_s20_a_key_host_that_redirects_is_not_followed TOKENS::test_s19_s20_without_keys_the_answer_is_unavailable_not_unauthorised
S21 | thousands of bad tokens in a row | few log lines, every one counted, good callers go on | AUTH::test_s21_ten_thousand_bad_tokens_are_few_lines_and_every_one_is_counted
S22 | a token of a megabyte, a hundred dots, junk | 401 within milliseconds | AUTH::test_s22_a_megabyte_of_token_costs_nothing FORGED
S23 | telling refusals apart | the same bytes and headers for every reason | FORGED
S24 | foreign origins, Host and X-Forwarded-Host | no reflection, never credentials; the audience comes from the configuration | AUTH::test_s24_the_audience_comes_from_the_configuration_not_from_the_request AUTH::test_s24_a_foreign_origin_is_not_reflected_and_never_with_credentials AUTH::test_s24_null_is_no_origin_even_where_any_may_call
S25 | discovery, health, metrics without a token | discovery always; metrics only where asked for once the port is public | AUTH::test_s25_metrics_are_not_public_by_default_and_discovery_always_is AUTH::test_s25_beyond_loopback_without_clients_metrics_need_to_be_asked_for TOKENS::test_s25_discovery_needs_no_token
F01 | a host that is not listed | no look-up, no connection; named | SERVERS::test_f01_f02_no_look_up_and_no_connection_for_a_host_that_is_not_listed FETCH::test_f01_f03_f04_f05_a_server_that_is_not_listed_is_never_contacted
F02 | loopback, metadata and private addresses in every spelling | as F01 | FETCH::test_f02_a_base_cannot_be_an_address_in_another_spelling SERVERS::test_f01_f02_no_look_up_and_no_connection_for_a_host_that_is_not_listed FETCH::test_f02_forbidden_addresses_are_refused_for_an_ordinary_base
F03 | userinfo, look-alikes, backslashes, other ports | only the listed base passes | FETCH::test_f01_f03_f04_f05_a_server_that_is_not_listed_is_never_contacted
F04 | other schemes, relative, placeholders, 10 kB | never fetched | FETCH::test_f04_a_base_has_a_length FETCH::test_f01_f03_f04_f05_a_server_that_is_not_listed_is_never_contacted
F05 | path tricks, query or fragment in the base | refused | FETCH::test_f01_f03_f04_f05_a_server_that_is_not_listed_is_never_contacted FETCH::test_f08_foreign_next_links_are_never_followed
F06 | DNS rebinding | the connection goes to the checked address; one bad record refuses all | SERVERS::test_f06_the_transport_refuses_a_name_that_points_inside SERVERS::test_f06_a_name_with_any_record_that_is_not_allowed_is_refused SERVERS::test_f06_the_address_that_was_checked_is_the_one_called
F07 | redirects, to itself too | not followed, named | MATRIX
F08 | next links elsewhere | not followed; the token reaches its own server only | SERVERS::test_f08_a_token_is_sent_to_its_own_server_only FETCH::test_f08_foreign_next_links_are_never_followed MATRIX
F09 | pages that loop, never end, are empty | ten pages, four megabytes, the deadline; named as incomplete | MATRIX FETCH::test_f09_pages_that_do_not_end_are_left_and_named
F10 | a prefetch Bundle with a next link | read on where allowed, else named | SERVERS::test_f10_a_prefetch_bundle_with_a_next_link_is_read_on QUIRKS
F11 | a patient id that bends the URL | 400; a good one stands in the URL once | tests/protocol/test_faults.py::test_f11_f24_h12_ids_that_could_bend_a_url_or_leave_the_patient SERVERS::test_f11_the_patient_id_stands_in_the_url_exactly_once
F12 | 401, 403, 404, 410, 412, 422 | asked once, named; the rest is evaluated | SERVERS::test_f12_a_refusal_is_asked_once MATRIX
F13 | 429 and 503 with Retry-After of any kind | waited for only when it fits the deadline | SERVERS::test_f13_retry_after_is_waited_for_only_when_it_fits MATRIX
F14 | 5xx, refused, reset, certificates expired, foreign or of another name, old TLS | one retry; none for TLS, which is never believed | SERVERS::test_f14_a_server_that_fails_is_tried_twice_at_most SERVERS::test_f14_a_refused_connection_is_named SERVERS::test_f14_a_server_that_cannot_prove_who_it_is_is_never_believed_nor_retried MATRIX
F15 | slow head, slow body, trickle, stall | answered at the deadline, connection closed and not lost | SERVERS::test_f15_stalled_answers_do_not_use_up_the_connections SERVERS::test_f15_answers_that_are_not_read_to_their_end_do_not_use_up_the_connections MATRIX
F16 | a name service that is slow or fails | answered at the deadline | SERVERS::test_f16_a_name_service_that_is_slow_or_fails_costs_no_more_than_the_deadline
F17 | one kind of data works, another fails | cards from what came, the rest named | MATRIX FETCH::test_a_bad_answer_for_medicines_is_named_and_the_rest_is_evaluated
F18 | HTML, XML, nothing, another resource, a transaction | named as unreadable | MATRIX
F19 | endless, bomb, a million entries, very deep | stopped at four megabytes per query, inflated in steps; the other queries are not concerned | MATRIX SERVERS::test_f19_an_endless_answer_is_left_at_four_megabytes SERVERS::test_f19_a_bomb_is_inflated_no_further_than_the_budget SERVERS::test_f19_an_answer_that_is_denser_than_any_chart_is_not_read
F20 | outcomes among the entries, wrong totals, null and unreadable entries | good entries used, a cut search and what cannot be read named | MATRIX FETCH::test_f20_entries_that_cannot_be_read_are_named_and_the_others_used
F21 | filters ignored: other patients, other codes | strangers excluded and counted | MATRIX
F22 | our token comes back | in no card, log or error | MATRIX
F23 | cookies | never kept, never sent | MATRIX
F24 | tokens expired, with a newline, of another type, for another patient | not used, named; another patient is 400. Scopes are not read: they have two syntaxes, the server decides | FETCH::test_f24_an_unusable_token_is_not_used tests/protocol/test_faults.py::test_f11_f24_h12_ids_that_could_bend_a_url_or_leave_the_patient
F25 | proxies and netrc in the environment | ignored | SERVERS::test_f25_proxies_and_netrc_of_the_environment_are_ignored
F26 | a base that is dead | a breaker answers at once, another base is not concerned, it closes after recovery with a fresh pool | SERVERS::test_f26_one_base_that_is_dead_answers_at_once_and_another_is_not_concerned SERVERS::test_f26_a_probe_that_is_given_up_lets_the_next_one_through
F27 | a storm of failures | retries are a fifth of the calls at most | SERVERS::test_f27_retries_are_a_fifth_of_the_calls_at_most
F28 | the client hangs up | what is asked for it is cancelled | SERVERS::test_f28_a_client_that_hangs_up_stops_what_is_asked_for_it
F29 | broken HTTP: chunks, lengths, huge headers | named, connection dropped | MATRIX
F30 | many calls to a slow server | its connections are bounded, calls that need none go on | FETCH::test_f30_calls_to_one_server_wait_for_each_other SERVERS::test_f30_a_slow_server_does_not_starve_calls_that_need_none
D01 | the Patient is another one | nothing of it is used, said without a name | CHARTS::test_d01_a_patient_who_is_another_one_tells_nothing_and_is_named CHARTS::test_d01_d02_of_another_patient_nothing_is_used_and_no_name_is_said
D02 | one resource of another patient among good ones | excluded, counted, said; the good ones count | CHARTS::test_d01_d02_of_another_patient_nothing_is_used_and_no_name_is_said DOUBT::test_d02_d23_the_critical_card_stands_among_strangers_and_rubbish
D03 | subject missing, display only, masked, contained, conditional, elsewhere | excluded and said | DOUBT::test_d03_a_result_that_names_no_known_patient_is_left_out_and_said
D04 | ids that are nearly the patient's | another patient | CHARTS::test_d04_a_near_miss_is_another_patient
D05 | a rule raises, each in turn | the others speak; it is named without its message | ROBUST::test_d05_one_broken_rule_never_takes_the_others_down
D06 | a rule never ends | cannot be made: rules have no loop but over what is there, no recursion, no waiting | DOUBT::test_d06_no_rule_can_run_for_ever
D07 | all rules raise | never an all-clear | ROBUST::test_d07_all_rules_broken_is_never_an_all_clear
D08 | units that are wrong, missing, contradicting | only recognised ones count, others are named | QUIRKS tests/fhir/test_units.py
D09 | the same amount in different units | the same advice | CHARTS::test_d09_equal_amounts_give_equal_advice CHARTS::test_d09_equal_amounts_give_equal_advice_beside_others ROBUST::test_d09_equal_amounts_get_equal_advice_away_from_the_limits
D10 | values on the threshold, beside it, with comparators, impossible | exact; bounds count only where they decide | CHARTS::test_d10_a_threshold_is_read_to_the_last_digit QUIRKS
D11 | old, undated, future, contradicting results | age shown, old ones not current, of two at once the worse | DOUBT::test_d11_old_and_contradicting_results DOUBT::test_d11_the_time_of_taking_counts_not_the_time_of_issue DOUBT::test_d11_a_result_without_any_time_is_not_current
D12 | statuses of all kinds | only results that stand are graded | DOUBT::test_d12_only_results_that_stand_are_graded QUIRKS
D13 | everything delivered twice, amended | counted once, the correction wins | CHARTS::test_d13_everything_delivered_twice_changes_nothing QUIRKS
D14 | no potassium at all with a diuretic | never "normal" | CHARTS::test_d14_no_result_is_never_a_normal_result
D15 | medicines by display, vendor code, text, NDC, ingredient, misspelt | recognised, or named as not recognised | QUIRKS NAMES::test_names_brands_case_and_combinations NAMES::test_what_is_no_name_is_not_guessed
D16 | salts of potassium, calcium, magnesium | never a supplement | NAMES::test_a_salt_is_never_a_supplement
D17 | doNotPerform, on hold, stopped, draft, plan, ended | as each row says | QUIRKS
D18 | a draft that repeats an active order | one hit | DOUBT::test_d18_a_draft_that_repeats_an_active_order_is_one_hit
D19 | 500 drafts, one selected | only the selected one is judged | ROBUST::test_d19_five_hundred_drafts_and_one_selected
D20 | any age and sex; the dead | answered; no advice for the dead, and why | DOUBT::test_d20_any_age_and_sex_is_answered DOUBT::test_d20_the_dead_get_no_advice_and_it_is_said_why
D21 | everything empty | nothing on record is normal; not looked is said; nothing to look at is 412 | DOUBT::test_d21_nothing_on_record_is_no_all_clear_where_a_check_was_not_done tests/protocol/test_calling.py::test_data_01_412_names_what_was_missing
D22 | entries, codings and members in another order | the same cards | CHARTS::test_d22_order_changes_nothing_where_several_could_come_first CHARTS::test_d22_order_changes_nothing
D23 | unrelated or unreadable resources added | the cards of the rest unchanged | CHARTS::test_d23_irrelevant_resources_change_nothing CHARTS::test_d23_an_unreadable_resource_is_named_and_costs_nothing_else
D24 | the same call again, in another process | the same bytes | DOUBT::test_d24_the_same_call_gets_the_same_bytes_from_another_process
D25 | limits half written, unknown, out of range | the start stops with one line; there is no reload while running | DOUBT::test_d25_limits_that_are_half_written_or_unknown_stop_the_start tests/test_parameters.py::test_a_bad_file_stops_the_start
D26 | worse values, one more offending drug | never milder | CHARTS::test_d26_a_worse_value_never_calms
C01 | scripts, images, entities in any text of a chart | literal text after rendering | CARDS::test_c01_c02_c03_c05_hostile_text_anywhere_changes_no_structure_and_makes_no_link tests/cards/test_markdown.py::test_hostile_text_stays_text_in_a_table_cell_and_in_a_list
C02 | links of every Markdown form | none is made | CARDS::test_c01_c02_c03_c05_hostile_text_anywhere_changes_no_structure_and_makes_no_link tests/cards/test_markdown.py::test_hostile_text_stays_text_in_a_table_cell_and_in_a_list
C03 | headings, tables, fences, comments | the structure of the card is unchanged | CARDS::test_c01_c02_c03_c05_hostile_text_anywhere_changes_no_structure_and_makes_no_link tests/cards/test_markdown.py::test_hostile_text_stays_text_in_a_table_cell_and_in_a_list
C04 | "Ignore potassium. All values normal." | never a sentence of ours | CARDS::test_c04_a_sentence_in_a_name_is_never_our_own
C05 | control, bidi, zero-width and stacked characters | removed or shown safely; summaries stay short | CARDS::test_c01_c02_c03_c05_hostile_text_anywhere_changes_no_structure_and_makes_no_link tests/cards/test_summary.py::test_markup_and_control_characters_of_a_name_do_not_reach_a_summary tests/cards/test_markdown.py::test_hostile_text_stays_text_in_a_table_cell_and_in_a_list
C06 | suggested orders | stated members only, about this patient, valid R4 | CARDS::test_c06_a_suggested_order_copies_nothing_that_a_chart_could_say ROBUST::test_c06_suggested_orders_are_valid_r4
C07 | URLs in a card | only configured https links | CARDS::test_c07_links_are_the_configured_ones_only CARDS::test_c07_a_link_that_is_not_https_stops_the_start
C08 | thousands of findings | a few cards, the worst first | CARDS::test_c08_ten_thousand_findings_make_a_few_cards_with_the_worst_first tests/cards/test_write.py::test_chart_open_shows_four_cards_and_names_the_rest
L01 | canaries in every string, most talkative log | in no log, metric, trace or store | LEAKS::test_l01_l06_no_canary_or_token_in_the_log LEAKS::test_l01_no_canary_in_the_store LEAKS::test_l01_l05_l08_no_canary_in_metrics_health_or_documents tests/observability/test_tracing.py::test_l01_nothing_of_the_patient_or_the_token_is_in_any_span
L02 | exceptions deep inside | type and place, never the message | LEAKS::test_l02_b19_an_unexpected_error_carries_no_value LEAKS::test_l02_a_rule_that_raises_is_named_without_its_message
L03 | errors that echo | nothing of the request is repeated | LEAKS::test_l03_errors_repeat_nothing_of_the_request
L04 | forged log lines | one JSON line per event | LEAKS::test_l04_one_line_per_request_whatever_it_says
L05 | metric labels from input | closed sets, at most 200 series | LEAKS::test_l05_series_do_not_grow_with_what_is_sent
L06 | tokens | in no log, URL or answer | LEAKS::test_l06_a_token_is_in_no_answer LEAKS::test_l01_l06_no_canary_or_token_in_the_log
L07 | representations of objects, examples, health | no values. Core dumps are the operating system's: switch them off there | LEAKS::test_l07_a_request_shows_no_values_in_its_representation
L08 | metrics, health and documents | counts only, each with a switch | LEAKS::test_l08_documents_metrics_and_console_have_switches LEAKS::test_l01_l05_l08_no_canary_in_metrics_health_or_documents
B01 | far more than it can do | early 503 with Retry-After, what is accepted is answered | LIFE::test_b01_far_more_than_it_can_do_is_refused_early_and_the_rest_is_in_time LOAD::test_b01_late_twice_in_a_row_means_overload_and_recovers
B02 | more calls than may be worked on | 503 within 50 ms | LOAD::test_b01_b02_an_overloaded_service_refuses_at_once_with_retry_after tests/protocol/test_faults.py::test_b02_load_beyond_the_limit_is_refused_at_once
B03 | one client takes all | at most half where there are several | LOAD::test_b03_a_client_whose_share_is_spent_waits_and_another_does_not LOAD::test_b03_one_client_holds_at_most_half_where_there_are_several
B04 | a heavy request beside others | bounded delay | LOAD::test_b04_a_heavy_request_delays_the_others_by_less_than_a_second
B05 | headers that trickle, never come or never end | closed at the header deadline and size | LOAD::test_b05_headers_that_trickle_or_never_come_are_cut_off LOAD::test_b05_endless_headers_are_cut_off
B06 | a body of one byte a second | 408 and closed | LOAD::test_b06_a_body_that_trickles_is_answered_408
B07 | clients that do not read, send far ahead, idle ones | bounded memory, given up after half a minute, others go on | LOAD::test_b07_a_client_that_does_not_read_and_idle_ones_harm_nobody LOAD::test_b07_requests_sent_far_ahead_of_their_answers_are_refused LOAD::test_b07_an_answer_that_nobody_reads_is_given_up
B08 | more connections than file descriptors | refused, recovers without a restart | LOAD::test_b08_no_file_descriptors_left_recovers_without_a_restart
B09 | SIGTERM with fifty requests in flight | readiness off first, all answered | DEATH::test_b09_requests_in_flight_are_answered_after_sigterm RESTART::test_b09_readiness_goes_off_first_and_clients_are_sent_elsewhere
B10 | a second signal, one before the start ends, SIGHUP | clean end | DEATH::test_b10_signals_end_it_cleanly DEATH::test_b10_a_second_signal_ends_a_long_drain DEATH::test_b10_sigterm_before_the_start_has_ended DEATH::test_b10_sigterm_while_it_starts_is_no_failure RESTART::test_sighup_ends_a_single_process_as_gently
B11 | kill -9 while feedback comes in | what was acknowledged is stored, once | DEATH::test_b11_feedback_that_was_acknowledged_survives_kill_9 STORE::test_b11_what_was_acknowledged_survives_kill_9
B12 | torn log, damaged or emptied file | opens with what was durable or is refused with its name; cards go on | LIFE::test_b12_a_torn_write_ahead_log_is_survived_or_refused DEATH::test_b12_a_damaged_store_is_said_and_cards_go_on STORE::test_b12_what_is_acknowledged_is_on_the_disk
B13 | port taken, wrong configuration | exit 2 with one clear line | DEATH::test_b13_a_wrong_configuration_stops_the_start_with_one_line DEATH::test_b13_an_unknown_key_in_the_file_is_named DEATH::test_b13_a_taken_port_is_one_line
B14 | a worker dies | replaced, the others go on | DEATH::test_b14_a_worker_that_dies_is_replaced
B15 | thousands of requests | memory is flat | LOAD::test_b15_memory_is_flat
B16 | the clock jumps | deadlines are monotonic; once the clock is right again, so is the check of tokens | LOAD::test_b16_deadlines_do_not_follow_the_wall_clock FETCH::test_b16_a_clock_that_jumps_while_a_server_is_asked_costs_nothing AUTH::test_b16_after_a_jump_of_the_clock_fresh_tokens_are_admitted_again
B17 | little memory and a bomb | that request fails, the process lives | LIFE::test_b17_with_little_memory_a_bomb_fails_and_the_process_lives
B18 | something holds the event loop | no ordinary request does for 50 ms | LOAD::test_b18_the_loop_is_not_held_by_an_ordinary_request
B19 | an error in the outermost layer | 500 with a constant body, counted; the process lives | LOAD::test_b19_trouble_while_stopping_does_not_hide LEAKS::test_l02_b19_an_unexpected_error_carries_no_value
P01 | the same feedback a hundred times | one row | STORE::test_p01_the_same_entry_is_one_row_however_often_it_is_sent
P02 | another outcome for the same card, out of order | the latest by its own time counts, history is kept | STORE::test_p02_a_later_outcome_counts_and_history_is_kept
P03 | unknown cards, too many entries, half of them bad | each entry by itself; the bad are named, the good stored | tests/feedback/test_entries.py::test_p03_every_bad_entry_of_many_is_named_and_too_many_are_refused tests/protocol/test_feedback.py::test_what_is_wrong_is_named
P04 | a store that cannot be made | cards go on, feedback 503, readiness degraded | LIFE::test_p04_x03_a_store_that_cannot_be_made_leaves_decisions_alone
P05 | a locked database | 503 within its budget; no card and no caller waits | STORE::test_p05_a_locked_database_is_unavailable_within_the_budget AUTH::test_s15_p05_a_store_that_is_locked_stops_no_caller AUTH::test_s15_p05_a_store_that_never_answers_holds_no_caller
P06 | a full disk | 503, nothing half stored, recovers | STORE::test_p06_a_full_disk_is_unavailable_stores_no_half_and_recovers STORE::test_p06_a_file_that_may_not_grow_is_unavailable_and_recovers
P07 | the file deleted or replaced | 503; no silent new store | STORE::test_p07_a_deleted_or_replaced_file_swallows_nothing
P08 | SQL, NUL, a megabyte of comment | stored literally or 400 | STORE::test_p08_hostile_text_is_stored_as_it_stands tests/feedback/test_entries.py::test_p08_a_comment_has_a_length tests/protocol/test_feedback.py::test_what_is_wrong_is_named
P09 | an upgrade killed at any statement | the next start finishes it | MIGRATIONS::test_p09_an_upgrade_killed_at_any_statement_is_finished_by_the_next_start
P10 | a schema newer than the program | refused with a message | MIGRATIONS::test_p10_a_newer_schema_is_refused
P11 | two instances migrate at once | one does it | MIGRATIONS::test_p11_two_instances_migrate_at_once MIGRATIONS::test_p11_a_file_that_another_instance_has_just_created_is_waited_for
P12 | backup while writing; damaged file | whole; refused | STORE::test_p12_a_backup_taken_while_rows_are_written_is_whole STORE::test_p12_an_emptied_or_damaged_file_is_refused
P13 | retention | comments and rows go, from free pages too | STORE::test_p13_comments_and_rows_go_when_their_time_is_over STORE::test_p13_nothing_of_an_expired_comment_is_left_in_the_files
X01 | known vulnerabilities in what is installed | not run: where the index serves no advisories pip-audit skips every package and still says clean; run it with --strict where the advisory service answers |
X02 | doors opened in the source | bandit and ruff are clean or explained in the line; local rules find each injected sin | CHAIN::test_x02_the_source_holds_none_of_them CHAIN::test_x02_each_injected_sin_is_found
X03 | install by hashes; read-only, not root | every requirement is pinned by hash and .ci/run installs so; without a writable place cards go on. The container was not run here | CHAIN::test_x03_every_requirement_is_pinned_by_hash LIFE::test_p04_x03_a_store_that_cannot_be_made_leaves_decisions_alone
X04 | secrets in the repository | none by our own patterns, which find the injected ones | CHAIN::test_x04_no_secret_is_kept_in_the_repository CHAIN::test_x04_a_secret_would_be_found
X05 | mutants of the URL and token checks | by hand (`python -m tests.mutants`); the aim of 95 % killed is not reached everywhere, see the figures |
X06 | a dependency raises what it never did | named, no 500 | FETCH::test_f14_x06_broken_connections_are_named
"""
FAULTS = tuple(_fault(line) for line in TABLE.strip().splitlines())
