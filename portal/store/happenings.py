"""Everything that the audit trail tells of. What happens to a session has its words in `portal.features.past.words`."""

from portal.rules.lifecycle import Action
from portal.rules.steps import STEPS

# A step is told under its own name; entering the results is told with the results.
TO_A_SESSION = frozenset(
    {
        *(step.action.value for step in STEPS if step.action is not Action.ENTER_RESULTS),
        "imported",
        "created",
        "practical",
        "actual_end",
        "actual_end_checked",
        "exam_days",
        "send_dte_automatic",
        "postponed",
        "candidates",
        "candidate_edited",
        "candidate_removed",
        "civil_given",
        "jury_seated",
        "jury_unseated",
        "jury_links",
        "documents_made",
        "request_made",
        "request_refused",
        "request_withdrawn",
        "request_accepted",
        "results_draft",
        "results_saved",
        "results_corrected",
        "people_erased",
        "data_given",
    }
)

TO_THE_SERVICE = frozenset(
    {
        "centre_opened",
        "centre_changed",
        "centre_closed",
        "centre_reopened",
        "title_opened",
        "title_changed",
        "approval_opened",
        "approval_changed",
        "unit_changed",
        "region_changed",
        "limits_set",
        "durations_set",
        "retention_applied",
        "measure_written",
        "measure_removed",
        "measure_applied",
        "measure_reverted",
        "account_invited",
        "invitation_sent_again",
        "invitation_withdrawn",
        "invitation_asked",
        "account_changed",
        "name_changed",
        "email_change_asked",
        "email_changed",
        "password_chosen",
        "password_link_made",
        "account_closed",
        "account_reopened",
        "account_erased",
        "member_erased",
        "factor_added",
        "factor_removed",
        "factors_reset",
        "recovery_codes_made",
        "recovery_code_used",
        "calendar_given",
        "calendar_replaced",
        "calendar_revoked",
        "jury_member_added",
        "accredited",
        "accreditation_withdrawn",
        "letter_published",
        "closing_announced",
        "closing_called_off",
        "signal_closed",
        "sessions_drawn",
        "bench_loaded",
        "signature_handed_over",
    }
)

# What these are told of, a session or a subject, has lost what the trail said of people.
ERASING = frozenset({"people_erased", "account_erased", "member_erased"})
