"""Asking whether somebody would recommend the company."""

from jejak.features.demo import contacts, scoring, truth
from jejak.features.demo.diary import DAY, Diary, Message

_LATE_COUNTS = 40 * DAY
_ANSWERS = 0.3
_EVERY_DAYS = 75


def moments(diary: Diary, first_day: int) -> list[float]:
    """Return when this person answers; everybody is asked every some weeks."""
    days = range(first_day + 20 + diary.shopper.number % _EVERY_DAYS, len(diary.calendar.days), _EVERY_DAYS)
    return [diary.waking(day) for day in days if diary.dice.random() < _ANSWERS]


def recommend(diary: Diary, at: float) -> None:
    """Answer how likely one would recommend the company: less after a parcel that came late."""
    shopper, dice = diary.shopper, diary.dice
    late = any(0 < at - came < _LATE_COUNTS for came in diary.late_at)
    share = 0.79 + shopper.leaning + shopper.city.taste + truth.LATE_ON_NPS / 10 * late
    if shopper.life == "winner":
        share += 0.03
    answer = scoring.score(share, low=0, high=10, dice=dice)
    said: Message = {}
    if dice.random() < 0.4:
        what = "nps.good" if answer > 8 else "nps.fair" if answer > 6 else "nps.late" if late else "nps.bad"
        diary.voice.comment(said, what, {"PLACE": shopper.city.name, "DAYS": "3"})
    channel = dice.choice(("email", "whatsapp"))
    diary.track(at, "Recommendation Asked", channel, said, score=answer, scale="nps")
    if dice.random() < 0.12:
        contacts.comment_on_post(diary, at)
