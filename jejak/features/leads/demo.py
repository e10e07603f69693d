"""The leads of the demo company: its forms, who filled them in, what that was worth, who got it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.db import transaction
from django.db.models.functions import Coalesce
from django.utils.translation import get_language

from jejak.features.leads.models import AssignmentRule, Lead, LeadForm, ScoreRule
from jejak.features.leads.touchpoints import LeadAssigned, LeadCaptured
from jejak.people.models import Person
from jejak.records import filtering, kinds
from jejak.staff.models import User
from jejak.touchpoints import demo
from jejak.touchpoints.demo import DemoPerson, DemoProduct, DemoWish, World

_LEADS = 150
_DAYS = 170
_NEW = 0.6
"""How many leads come from somebody who is not known yet."""
_SECOND, _HOUR, _DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
_UTC_HOURS = {"ID": 7, "MY": 8}
_HOURS = (8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23)
_BUSY = (2, 5, 7, 7, 6, 6, 6, 6, 5, 4, 4, 6, 8, 7, 4, 2)
_SOLD_IN_NUMBERS = "home"
_DEAR = 400_000
"""From so many rupiah a piece people ask for a few only."""
_BY_HAND = 0.7
"""How many of the leads that no rule gives away somebody of the staff gives away within some days."""

Say = dict[str, tuple[str, ...]]

_FORMS = {
    "id": {
        "slug": "demo-grosir",
        "name": "Permintaan grosir",
        "title": "Minta penawaran untuk usaha Anda",
        "intro": "Belanja untuk kantor, kafe, kos, atau toko? Ceritakan kebutuhan Anda. "
        "Tim kami menghubungi Anda dalam satu hari kerja.",
        "question": "Apa yang Anda butuhkan, dan untuk kapan?",
        "thanks": "Terima kasih! Tim kami akan menghubungi Anda paling lambat besok.",
    },
    "ms": {
        "slug": "demo-borong",
        "name": "Permintaan borong",
        "title": "Minta sebut harga untuk perniagaan anda",
        "intro": "Membeli untuk pejabat, kafe, asrama atau kedai? Beritahu kami keperluan anda. "
        "Pasukan kami akan menghubungi anda dalam masa satu hari bekerja.",
        "question": "Apa yang anda perlukan, dan bila?",
        "thanks": "Terima kasih! Pasukan kami akan menghubungi anda selewat-lewatnya esok.",
    },
    "en": {
        "slug": "demo-business",
        "name": "Business enquiry",
        "title": "Ask for an offer for your business",
        "intro": "Buying for an office, a café, a guest house or a shop? Tell us what you need. "
        "We call you back within one working day.",
        "question": "What do you need, and by when?",
        "thanks": "Thank you! We will call you by tomorrow.",
    },
}
_RULES = {
    "id": {
        "phone": "Meninggalkan nomor telepon",
        "email": "Meninggalkan e-mail",
        "company": "Bagian dari sebuah perusahaan",
        "recent": "Aktif dua minggu terakhir",
        "large": "Besar: telepon hari ini",
        "other": "Lainnya: balas dalam dua hari",
        "call": "Telepon calon pelanggan",
        "answer": "Balas permintaan penawaran",
    },
    "ms": {
        "phone": "Meninggalkan nombor telefon",
        "email": "Meninggalkan e-mel",
        "company": "Mewakili sebuah syarikat",
        "recent": "Aktif dalam dua minggu lepas",
        "large": "Besar: telefon hari ini",
        "other": "Lain-lain: balas dalam dua hari",
        "call": "Telefon bakal pelanggan",
        "answer": "Balas permintaan sebut harga",
    },
    "en": {
        "phone": "Left a phone number",
        "email": "Left an e-mail address",
        "company": "Belongs to a company",
        "recent": "Was here in the last two weeks",
        "large": "Large: call today",
        "other": "Others: answer within two days",
        "call": "Call a possible customer",
        "answer": "Answer a request for an offer",
    },
}
_CONDITIONS = (
    ("phone", "phone~filled", 10),
    ("email", "email~filled", 5),
    ("company", "company~filled", 30),
    ("recent", "last_seen_at~last_days~14", 15),
)
_GIVEN = (("large", "call", 40, 4), ("other", "answer", 20, 48))
"""Which rule gives away from how many points, the task's title, and in how many hours it is due."""

_NEED: Say = {
    "id": (
        "Butuh {n} {product} untuk {place}, {when}.",
        "Mau tanya harga {product} kalau ambil {n} unit untuk {place}.",
        "Kami sedang menyiapkan {place}. Perlu {n} {product} dan kira-kira {m} {other}.",
        "Apakah {product} bisa dikirim bertahap? Rencana {n} unit, {when}.",
        "Minta penawaran {n} {product}, {when}, kirim ke {city}.",
        "Cari {product} dan {other} untuk {place}. Jumlahnya sekitar {n}.",
        "Stok {product} ada berapa? Perlu {n} {when}.",
        "{product} {n} pcs, {when}",
    ),
    "ms": (
        "Perlukan {n} {product} untuk {place}, {when}.",
        "Nak tanya harga {product} kalau ambil {n} unit untuk {place}.",
        "Kami sedang menyediakan {place}. Perlu {n} {product} dan lebih kurang {m} {other}.",
        "Boleh {product} dihantar berperingkat? Rancangannya {n} unit, {when}.",
        "Minta sebut harga {n} {product}, {when}, hantar ke {city}.",
        "Cari {product} dan {other} untuk {place}. Jumlahnya sekitar {n}.",
        "Stok {product} ada berapa? Perlu {n} {when}.",
        "{product} {n} unit, {when}",
    ),
    "en": (
        "We need {n} × {product} for {place}, {when}.",
        "What would {n} × {product} cost for {place}?",
        "We are setting up {place} and need {n} × {product} and about {m} × {other}.",
        "Can you deliver {product} in two parts? {n} in all, {when}.",
        "Please quote {n} × {product}, {when}, delivered to {city}.",
        "Looking for {product} and {other} for {place}, about {n} of each.",
        "How many {product} do you have in stock? Need {n}, {when}.",
        "{product}, {n} pcs, {when}",
    ),
}
_PLACE: Say = {
    "id": (
        "kafe baru di {city}",
        "kantor kami di {city}",
        "kos 12 kamar",
        "guest house kami",
        "ruang guru di sekolah kami",
        "hadiah karyawan akhir tahun",
        "homestay di {city}",
        "dijual lagi di toko saya",
        "mes karyawan",
        "pojok baca perpustakaan kami",
    ),
    "ms": (
        "kafe baharu di {city}",
        "pejabat kami di {city}",
        "asrama 12 bilik",
        "rumah tetamu kami",
        "bilik guru di sekolah kami",
        "hadiah pekerja hujung tahun",
        "inap desa di {city}",
        "dijual semula di kedai saya",
        "rumah pekerja",
        "sudut bacaan perpustakaan kami",
    ),
    "en": (
        "a new café in {city}",
        "our office in {city}",
        "a boarding house with 12 rooms",
        "our guest house",
        "the teachers' room of our school",
        "gifts to our staff",
        "a homestay in {city}",
        "resale in my shop",
        "our staff house",
        "the reading corner of our library",
    ),
}
_WHEN: Say = {
    "id": ("paling lambat akhir bulan", "secepatnya", "bulan depan", "tidak terburu-buru", "minggu depan"),
    "ms": ("selewat-lewatnya hujung bulan", "secepat mungkin", "bulan depan", "tidak tergesa-gesa", "minggu depan"),
    "en": ("by the end of the month", "as soon as you can", "next month", "no hurry", "next week"),
}  # fmt: skip
_END: Say = {
    "id": (
        "Tolong kirim katalognya.",
        "Lebih enak dihubungi lewat WhatsApp.",
        "Ada diskon untuk jumlah segitu?",
        "Ongkir ke {city} kira-kira berapa?",
        "Boleh lihat contohnya dulu di toko?",
        "Perlu faktur atas nama perusahaan.",
        "Telepon setelah jam 4 sore ya.",
        "Pembayaran bisa tempo?",
    ),
    "ms": (
        "Tolong hantar katalog.",
        "Lebih senang dihubungi melalui WhatsApp.",
        "Ada diskaun untuk jumlah itu?",
        "Caj penghantaran ke {city} lebih kurang berapa?",
        "Boleh tengok contoh dahulu di kedai?",
        "Perlukan invois atas nama syarikat.",
        "Telefon selepas pukul 4 petang ya.",
        "Boleh bayar secara ansuran?",
    ),
    "en": (
        "Please send the catalogue.",
        "WhatsApp is best.",
        "Is there a discount for that many?",
        "What is the delivery to {city}?",
        "May we see one in a shop first?",
        "We need an invoice in the company's name.",
        "Please call after four.",
        "Can we pay in thirty days?",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Filled:
    """A form that somebody filled in."""

    person: DemoPerson
    at: datetime
    is_new: bool


@demo.part("leads", order=30)
class Leads:
    """Three forms, what makes a lead worth more, who gets it, and some months of leads."""

    def fill(self, world: World, *, now: datetime, progress: demo.Progress) -> None:
        """Make it all, from the dice alone."""
        dice = world.dice("leads")
        filled = _filled(dice, world, now)
        forms, scores, rules = _forms(world), _score_rules(), _rules()
        fits = _fits(scores, [one.person.person_id for one in filled], now)
        leads = [
            _lead(dice, world, one, number, forms, [rule for rule in scores if one.person.person_id in fits[rule.pk]], rules)
            for number, one in enumerate(filled)
        ]  # fmt: skip
        given = [_given_at(dice, lead, rules, now) for lead in leads]
        with transaction.atomic():
            Lead.objects.bulk_create(leads, batch_size=500)
            _own(leads)
        for one, lead, at in zip(filled, leads, given, strict=True):
            _tell(dice, world, one, lead, at, now)
        progress(len(leads), len(leads))

    def remove(self, world: World, *, now: datetime) -> None:
        """Take it away. A form that somebody real filled in, or that a rule of staff's own is about, stays as theirs."""
        with transaction.atomic():
            Lead.objects.filter(is_sample=True).delete()
            ScoreRule.objects.filter(is_sample=True).delete()
            AssignmentRule.objects.filter(is_sample=True).delete()
            forms = LeadForm.objects.filter(is_sample=True)
            used = {*Lead.objects.values_list("form", flat=True)}
            used |= {*AssignmentRule.objects.exclude(form=None).values_list("form", flat=True)}
            forms.filter(pk__in=used).update(is_sample=False)
            LeadForm.objects.filter(is_sample=True).delete()


def _filled(dice: Random, world: World, now: datetime) -> list[_Filled]:
    """Return who filled in a form and when, the oldest first: people about to register, and customers."""
    since = now - _DAYS * _DAY
    known = [one for one in world.people if one.person_id and one.left_at is None]
    new = [one for one in known if since < one.joined_at < now - _HOUR]
    wanted = min(_LEADS, len(known) // 3)
    strangers = dice.sample(new, k=min(round(wanted * _NEW), len(new)))
    taken = {one.number for one in strangers}
    others = [one for one in known if one.number not in taken and one.joined_at < now - 2 * _DAY]
    # Who buys for a company asks for an offer far more often.
    others.sort(key=lambda one: dice.random() ** (1 / 6 if one.company_key else 1))
    customers = [others.pop() for _ in range(min(wanted - len(strangers), len(others)))]
    told = [
        _Filled(person=one, at=one.joined_at - timedelta(minutes=dice.randint(3, 50)), is_new=True)
        for one in strangers
    ]
    for one in customers:
        at = _by_day(dice, one, max(since, one.joined_at + _DAY), now)
        told.append(_Filled(person=one, at=at, is_new=False))
    return sorted(told, key=lambda one: (one.at, one.person.number))


def _by_day(dice: Random, person: DemoPerson, first: datetime, now: datetime) -> datetime:
    """Return a moment between first and now when people are awake, more of them of late."""
    day: datetime = now - (now - first) * dice.random() ** 1.3
    hour = dice.choices(_HOURS, _BUSY)[0] - _UTC_HOURS.get(person.country, 7)
    at = day.replace(hour=hour % 24, minute=dice.randint(0, 59), second=dice.randint(0, 59), microsecond=0)
    return at if first <= at < now else day


def _forms(world: World) -> dict[str, LeadForm]:
    forms = [
        LeadForm(
            **said,
            language=language,
            fields=["name", "phone", "email"],
            required=["name"],
            created_at=world.start,
            is_sample=True,
        )
        for language, said in _FORMS.items()
    ]
    return {form.language: form for form in LeadForm.objects.bulk_create(forms)}


def _words() -> dict[str, str]:
    return _RULES.get((get_language() or "en")[:2], _RULES["en"])


def _score_rules() -> list[ScoreRule]:
    words = _words()
    return ScoreRule.objects.bulk_create(
        ScoreRule(label=words[key], condition=condition, points=points, order=order, is_sample=True)
        for order, (key, condition, points) in enumerate(_CONDITIONS)
    )


def _rules() -> list[AssignmentRule]:
    """All of it is given to the first administrator, so that whoever tries the demo has leads."""
    boss = User.objects.filter(is_superuser=True, is_active=True).order_by("pk").first()
    if boss is None:
        return []
    words = _words()
    return AssignmentRule.objects.bulk_create(
        AssignmentRule(
            label=words[key],
            least_score=least,
            owner=boss,
            task_title=words[task],
            due_hours=hours,
            order=order,
            is_sample=True,
        )
        for order, (key, task, least, hours) in enumerate(_GIVEN)
    )


def _fits(rules: Sequence[ScoreRule], people: list[int], now: datetime) -> dict[int, set[int]]:
    """Return whom each rule gives points to, by its id."""
    roots = dict(Person.objects.filter(pk__in=people).values_list("pk", Coalesce("root", "pk")))
    kind = kinds.kind("person")
    rows = kind.rows().filter(pk__in=set(roots.values()))
    found = {}
    for rule in rules:
        narrowed = filtering.narrow(rows, kind, filtering.parse([rule.condition]), me=None, now=now)
        fitting = set(narrowed.values_list("pk", flat=True))
        found[rule.pk] = {trail for trail, root in roots.items() if root in fitting}
    return found


def _lead(
    dice: Random,
    world: World,
    one: _Filled,
    number: int,
    forms: dict[str, LeadForm],
    scored: list[ScoreRule],
    rules: Sequence[AssignmentRule],
) -> Lead:
    person = one.person
    score = sum(rule.points for rule in scored)
    rule = next((rule for rule in rules if score >= rule.least_score), None)
    left = dice.random()
    answers = {
        "name": dice.choices((person.name, person.name.lower(), person.name.split()[0]), (7, 2, 1))[0],
        "phone": person.phone if left > 0.15 else None,
        "email": person.email if left < 0.7 else None,
    }
    return Lead(
        form=forms.get(person.language) or forms["en"],
        person_id=person.person_id,
        is_new=one.is_new,
        answers=answers,
        answer=_answer(dice, world, person) if dice.random() < 0.85 else "",
        score=score,
        reasons=[[rule.label, rule.points] for rule in scored],
        owner=rule.owner if rule else None,
        rule=rule,
        captured_at=one.at,
        taken_over_at=one.at + _DAY if not one.is_new and one.at < world.now - 3 * _DAY and left < 0.5 else None,
        token=f"{demo.KEY}lead-{world.seed}-{number}",
        is_sample=True,
    )  # fmt: skip


def _answer(dice: Random, world: World, person: DemoPerson) -> str:
    language = person.language if person.language in _NEED else "en"
    sold = [one for one in world.products if one.category == _SOLD_IN_NUMBERS] or list(world.products)
    if not sold:
        return ""
    what = dice.sample(sold, k=min(2, len(sold)))
    slots = {
        "n": dice.choice(
            (2, 3, 4, 6, 8) if what[0].price_idr > _DEAR else (6, 10, 12, 15, 20, 24, 30, 40, 60)
        ),
        "m": dice.choice((2, 3, 4) if what[-1].price_idr > _DEAR else (5, 8, 10)),
        "product": _named(what[0], language),
        "other": _named(what[-1], language),
        "city": person.city,
        "when": dice.choice(_WHEN[language]),
    }
    slots["place"] = dice.choice(_PLACE[language]).format(**slots)
    said = dice.choice(_NEED[language]).format(**slots)
    if dice.random() < 0.55:
        said += (" " if said[-1] in ".?" else ". ") + dice.choice(_END[language]).format(**slots)
    said = said[0].upper() + said[1:]
    return said.lower() if dice.random() < 0.12 else said


def _named(product: DemoProduct, language: str) -> str:
    name = product.names.get(language) or next(iter(product.names.values()))
    return name if any(letter.isdigit() for letter in name) else name[0].lower() + name[1:]


def _given_at(dice: Random, lead: Lead, rules: Sequence[AssignmentRule], now: datetime) -> datetime:
    """Return when a lead was given to somebody: at once by a rule, later by hand, or not yet."""
    at: datetime = lead.captured_at
    later = at + timedelta(hours=dice.uniform(3, 60))
    if lead.owner is None and rules and later < now - _DAY and dice.random() < _BY_HAND:
        lead.owner = rules[0].owner
        return later
    return at + _SECOND  # So that a trail tells it in its order.


def _own(leads: Sequence[Lead]) -> None:
    """Who has a lead looks after its person, where nobody does."""
    by_owner: dict[int, list[int]] = {}
    for lead in leads:
        if lead.owner_id:
            by_owner.setdefault(lead.owner_id, []).append(lead.person_id)
    for owner, people in by_owner.items():
        Person.objects.filter(pk__in=people, owner=None).update(owner=owner)


def _tell(dice: Random, world: World, one: _Filled, lead: Lead, given_at: datetime, now: datetime) -> None:
    """Say on the trail what happened, and what is to be done about it."""
    fact = LeadCaptured(form=lead.form.name, points=lead.score, is_new_person=lead.is_new)
    world.record(fact, person=one.person, at=one.at, channel="web")
    if lead.owner is None:
        return
    given = LeadAssigned(owner=lead.owner.get_username(), rule=lead.rule.label if lead.rule else "")
    world.record(given, person=one.person, at=given_at)
    if lead.rule is None:
        return
    due_at = one.at + timedelta(hours=lead.rule.due_hours)
    done_at = one.at + timedelta(hours=lead.rule.due_hours * dice.lognormvariate(-0.4, 0.7))
    is_done = done_at < now - _HOUR and (one.at < now - 5 * _DAY or dice.random() < 0.6)
    wish = DemoWish(
        title=lead.rule.task_title,
        person=one.person,
        owner_id=lead.owner.pk,
        made_at=given_at + _SECOND,
        due_at=due_at,
        done_at=done_at if is_done else None,
    )
    world.wish(wish)
