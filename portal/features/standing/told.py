"""What the trail says of a session: heard event by event, and line by line of the measures that moved it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from portal.core.convening import FORGOTTEN
from portal.features.past import before_codes
from portal.features.past.shown import FIELDS
from portal.features.privacy.anonymous import NO_BIRTHDAY
from portal.features.standing.people import ANSWERS, of_request
from portal.features.standing.things import Heard
from portal.rules import civil
from portal.rules.names import ERASED
from portal.store.personal import ONE_ERASED, cell

# What an event of these says besides is not of the session's own row.
BESIDES = (*ANSWERS, "documents_", "jury_")
# What stands in a session of which nothing was said.
UNSAID: Mapping[str, object] = {
    "actual_end_on": None,
    "place": "",
    "session_manager": "",
    "hour": "",
    "exam_starts_on": None,
    "exam_ends_on": None,
    "results_saved_by": None,
    "planned_end_on": None,
    "postponed_run_id": None,
    "postponed_case": None,
    "people_erased_at": None,
}
COLUMNS = (
    *("centre_id", "title_id", "approval_id", "kind", "starts_on", "ends_on", "status", "status_at", "status_by"),
    *("convocation", "actual_end_checked", *UNSAID),
)
ORIGINS = ("created", "imported")
WORDS = dict.fromkeys(COLUMNS, "Ce qu’elle garde") | {
    **FIELDS,
    "centre_id": "Centre",
    "title_id": "Titre",
    "kind": "Type",
    "status": "Statut",
    "status_by": "Statut donné par",
    "planned_end_on": "Fin prévue avant la mesure",
    "people_erased_at": "Données personnelles effacées le",
    "exam_starts_on": "Premier jour d’examen",
    "exam_ends_on": "Dernier jour d’examen",
}
MOMENTS = {"link_withdrawn": "withdrawn_at", "link_opened": "opened_at"}  # of a private link
Known = Mapping[str, Row[Any]]  # what is still kept of what events commit to, by digest


@dataclass(frozen=True)
class Run:
    """A run of a measure as the trail tells of it: the event, and the run that it takes back, if it does."""

    event: int
    at: datetime
    label: str | None
    reverts: int | None


def nobody(number: int) -> dict[str, Any]:
    """What stands of a candidate whose name was erased."""
    name = {"last_name": ERASED, "first_name": f"n° {number}"}
    return {**dict.fromkeys(civil.COLUMNS, ""), **name, "born_on": NO_BIRTHDAY, "email": ""}


@dataclass
class Told:
    """What the trail says of a session, after the events that were heard. None: it was said in words, up to version 1.11.0."""

    values: dict[str, Any] = field(default_factory=lambda: dict(UNSAID))
    results: dict[int, dict[str, str]] | None = field(default_factory=dict)
    candidates: dict[int, dict[str, Any]] | None = field(default_factory=dict)  # with what is known of each
    jury: set[int] | None = field(default_factory=set)
    links: set[tuple[int, int]] | None = field(default_factory=set)  # member, candidate
    documents: set[str] | None = field(default_factory=set)
    requests: dict[int, dict[str, Any]] = field(default_factory=dict)
    adjusted: dict[int, str] = field(default_factory=dict)  # by candidate, the digest of what is noted
    reminds: bool = False
    attendance: dict[tuple[int, str, str], tuple[bool, int, datetime, str]] = field(default_factory=dict)
    incidents: dict[int, dict[str, Any]] = field(default_factory=dict)
    minutes: dict[str, Any] = field(default_factory=dict)
    private: dict[str, dict[str, Any]] = field(default_factory=dict)  # links, by whose they are
    definitive: bool = False
    begun: bool = False  # its origin is told
    last: int = 0  # the event that said something of it last

    def hear(self, e: Row[Any], known: Known) -> None:
        before, after = json.loads(e.before), json.loads(e.after)
        self.last = e.id
        after |= {name: cell(after[name], known) for name in ("session_manager", "status_by") if name in after}
        if e.action in ORIGINS:
            self.begun = True
            self.values |= {"status_at": e.at} | ({"status_by": e.actor} if e.action == "created" else {})
            if "postponed_by" in after and "postponed_run_id" not in after:
                self.values = {n: v for n, v in self.values.items() if n not in ("postponed_run_id", "postponed_case")}
        if not e.action.startswith(BESIDES):
            self.values.update({name: after[name] for name in COLUMNS if name in after})
        old = before_codes.is_old(e.action, before, after)
        if e.action.startswith("results_"):
            self._hear_results(e.action, after, old)
        elif e.action.startswith(("candidate", "civil_")):
            self._hear_candidates(e.action, after, known, old)
        elif e.action.startswith("jury_"):
            self._hear_jury(e.action, after, old)
        elif e.action in ANSWERS and not old:
            reason = str(cell(json.loads(e.reason), known)) if e.reason.startswith('{"of"') else e.reason
            heard = Heard(e.id, e.at, e.actor, e.actor_id, e.action, e.session_id, "", before, after, reason)
            said = self.requests.setdefault(after["request"], {})
            said.update(of_request(heard))
            if e.action == "request_accepted" and "granted_start" not in after:  # of a correction it was not said, up to 1.14
                del said["granted_start"], said["granted_end"]
        elif e.action == "documents_made":
            self.documents = self.documents | set(after["kept"]) if self.documents is not None and "kept" in after else None
        elif e.action == "people_erased":
            self._erased(self.candidates or (), self.incidents, self.requests)
            self.values["session_manager"] = self.values["session_manager"] and ERASED
            self._erase_refusal(True)
        elif e.action == ONE_ERASED:
            self._erased({after["candidate"]} & (self.candidates or {}).keys(), after["incidents"], after["requests"])
            self._erase_refusal(after.get("minutes", False))
        elif e.action == "adjustments_noted":
            self.adjusted.pop(after["candidate"], None)
            self.adjusted |= {after["candidate"]: after["digest"]} if after["digest"] else {}
        if e.action in ("reminder_set", "reminded"):
            self.reminds = after.get("reminds", False)
        if e.action == "candidate_removed":
            self.adjusted.pop(after.get("candidate", 0), None)
        self._hear_day(e, after, known)
        if e.action.startswith("minutes_"):
            self._hear_minutes(e, after, known)
        self._hear_links(e, after)

    def _hear_day(self, e: Row[Any], after: Mapping[str, Any], known: Known) -> None:
        """Who was noted on a half-day, how often and last by whom; what happened, which is its reason."""
        if e.action == "attendance_noted":
            for half, people in after["noted"].items():
                for number, present in people.items():
                    key = (int(number), after["day"], half)
                    times = self.attendance[key][1] if key in self.attendance else 0
                    self.attendance[key] = (present, times + 1, e.at, e.actor)
        elif e.action in ("incident_noted", "incident_corrected"):
            said = {"day": after["day"], "hour": after["at"], "text": cell(json.loads(e.reason), known)}
            self.incidents[after["incident"]] = {**said, "noted_at": e.at, "noted_by": e.actor}
        elif e.action == "candidate_removed":
            gone = after.get("candidate")
            self.attendance = {key: said for key, said in self.attendance.items() if key[0] != gone}

    def _hear_minutes(self, e: Row[Any], after: Mapping[str, Any], known: Known) -> None:
        """What paper was deposited last, and what the unit made of it."""
        self.minutes["version"] = after["minutes"]
        if e.action == "minutes_deposited":
            self.minutes |= {"state": "depose", "digest": after["digest"], "bytes": after["bytes"], "reason": ""}
            self.minutes |= {"deposited_at": e.at, "deposited_by": e.actor, "decided_at": None, "decided_by": None}
            return
        refused = e.action == "minutes_refused"
        self.minutes |= {"state": "refuse" if refused else "verifie", "decided_at": e.at, "decided_by": e.actor}
        self.minutes["reason"] = cell(json.loads(e.reason), known) if refused else ""

    def _hear_results(self, action: str, after: Mapping[str, Any], old: bool) -> None:
        self.definitive |= action != "results_draft"
        if old:
            self.results = None
            return
        said = {int(number): entry for number, entry in after["results"].items()}
        if action == "results_corrected":
            if self.results is not None:
                self.results.update(said)
        else:  # a draft, or all that was saved: the whole sheet
            self.results = said

    def _hear_candidates(self, action: str, after: Mapping[str, Any], known: Known, old: bool) -> None:
        if old or self.candidates is None:
            self.candidates = None
            return
        if action == "candidate_removed":
            self.candidates.pop(after["candidate"], None)
            self.links = self.links and {(m, c) for m, c in self.links if c != after["candidate"]}
            return
        for number in after.get("added", ()):
            self.candidates[number] = dict.fromkeys(civil.COLUMNS, "")
        for key in ("people", "civil"):
            said = after.get(key, {})
            said = cell(said, known) if "sha256" in said else said
            for number, told in said.items() if isinstance(said, dict) else ():
                self.candidates.setdefault(int(number), {}).update(told["is"])

    def _hear_jury(self, action: str, after: Mapping[str, Any], old: bool) -> None:
        if action == "jury_links":
            self.links = None if old else {(member, candidate) for member, candidate in after["links"]}
        elif old or self.jury is None:
            self.jury = self.links = None
        else:
            self.jury ^= {after["member"]}
            self.links = self.links and {(m, c) for m, c in self.links if m in self.jury}

    def _hear_links(self, e: Row[Any], after: Mapping[str, Any]) -> None:
        for key in (*after.get("mailed", ()), *after.get("paper", ())):
            self.private.setdefault(key, {}).update(dict.fromkeys(FORGOTTEN))
        for key, digest in after.get("digests", {}).items():
            self.private[key]["digest"] = digest
        if e.action == "handed_over":
            for key in (*after["handed"], *after["taken_back"]):
                self.private[key]["handed_at"] = e.at if key in after["handed"] else None
        elif e.action == "mail_returned":
            self.private[after["whose"]]["returned_at"] = e.at if after["returned"] else None
        elif e.action in MOMENTS:
            self.private[after["whose"]][MOMENTS[e.action]] = e.at
        elif e.action in ("proof_shared", "proof_withdrawn"):
            self.private[after["whose"]]["proof"] = after.get("proof")
        elif e.action == "juror_answered":
            self.private[f"m{after['member']}"] |= {"answer": after["answer"], "answered_at": e.at}
        elif e.action == "candidate_removed":
            self.private.pop(f"c{after.get('candidate')}", None)
        elif e.action == "jury_unseated":
            self.private.pop(f"m{after.get('member')}", None)
        elif e.action in ("links_ended", "people_erased"):
            self.private.clear()
        elif e.action == ONE_ERASED:
            self.private.pop(f"c{after['candidate']}", None)

    def _erased(self, candidates: Iterable[int], incidents: Iterable[int], requests: Iterable[int]) -> None:
        """Of whom it was told nobody can tell any more: they are nobody, and what named them says nothing."""
        if self.candidates is not None:
            self.candidates |= {number: nobody(number) for number in candidates}
        for number in incidents:
            self.incidents[number]["text"] = ERASED
        for number in requests:
            said = self.requests[number]
            said |= {"reason": ERASED, "answer": said.get("answer") and ERASED}

    def _erase_refusal(self, named: bool) -> None:
        """Why the signed minutes were refused named somebody who is nobody now."""
        if named and self.minutes.get("reason"):
            self.minutes["reason"] = ERASED

    def move(self, line: Row[Any], run: Run, undone: Row[Any] | None) -> None:
        """What a run of a measure made of the session. `undone`: the line that it takes back, if it does."""
        self.values |= {"ends_on": line.end_after, "status": line.status_after}
        if line.start_after:
            self.values["starts_on"] = line.start_after
        if undone is not None:
            self.values |= {"status_at": undone.status_at_before, "status_by": undone.status_by_before}
            self.values |= {"planned_end_on": undone.planned_end_before}
            self.values |= {"postponed_run_id": undone.postponed_run_before, "postponed_case": undone.postponed_case_before}
            return
        if line.status_after != line.status_before:
            self.values |= {"status_at": run.at, "status_by": f"mesure « {run.label} »"}
        if line.end_after != line.end_before:
            planned = line.end_before if line.planned_end_before is None else line.planned_end_before
            self.values |= {"postponed_run_id": line.run_id, "postponed_case": line.case_name, "planned_end_on": planned}
