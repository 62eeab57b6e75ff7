"""The private links of the people of a session: of a candidate, and of a member of its jury who is asked to sit.

The database holds what a link is made of (`nonce`, worth nothing without the trail's key) and the digest by which it is found.
"""

from sqlalchemy import CheckConstraint, Column, ForeignKey, ForeignKeyConstraint, Index, Integer, String, Table, UniqueConstraint

from portal.store.base import BigId, Moment, metadata

# Sessions whose candidates are to be reminded of the exam; once they were, the row is gone.
exam_reminder = Table("exam_reminder", metadata, Column("session_id", ForeignKey("exam_session.id"), primary_key=True))

personal_link = Table(
    "personal_link",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("session_id", ForeignKey("exam_session.id"), nullable=False),
    Column("candidate_id", Integer),
    Column("member_id", Integer),
    Column("nonce", String(32), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("withdrawn_at", Moment),
    Column("message_id", String(60)),  # of the mail that took the convocation that stands; none: it goes on paper
    Column("handed_at", Moment),  # when the paper of that convocation was handed over
    Column("opened_at", Moment),  # when the link was first opened since
    Column("answer", String(3)),  # of a member of the jury
    Column("answered_at", Moment),
    Column("returned_at", Moment),  # when its centre noted that this mail came back: no server said so when it left
    Column("proof", String(16)),  # the code under which its candidate shares the result, as long as it does
    ForeignKeyConstraint(["candidate_id", "session_id"], ["candidate.id", "candidate.session_id"], ondelete="CASCADE"),
    ForeignKeyConstraint(["session_id", "member_id"], ["session_jury.session_id", "session_jury.member_id"], ondelete="CASCADE"),
    CheckConstraint("(candidate_id IS NULL) <> (member_id IS NULL)", name="of_one_person"),
    CheckConstraint("answer IN ('oui', 'non')", name="answer_known"),
    CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answer_whole"),
    UniqueConstraint("digest"),
    UniqueConstraint("candidate_id"),
    UniqueConstraint("session_id", "member_id"),
    Index(None, "session_id", "id"),
    Index("uq_personal_link_proof", "proof", unique=True),
)
