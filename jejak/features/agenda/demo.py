"""The agenda of the demo company: what its people have to do, wrote down, and when they met whom."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from random import Random

from jejak.features.agenda.actions import meetings, tasks
from jejak.features.agenda.models import Attendee, Meeting, Note, Task
from jejak.staff.models import User
from jejak.touchpoints import demo
from jejak.touchpoints.demo import DemoPerson, DemoStaff

_TASKS, _NOTES, _MEETINGS = 320, 900, 240
_MINE = 14
"""How many open tasks belong to the first administrator, so that whoever tries the demo has something to do."""
_PIECE = 500
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)

Say = dict[str, tuple[str, ...]]

_TO_DO: Say = {
    "id": (
        "Telepon {name} soal paket yang belum sampai",
        "Kirim penawaran baru ke {name}",
        "Tanya {name} apakah barang pengganti sudah diterima",
        "Follow up komplain {name} tentang ongkir",
        "Konfirmasi alamat pengiriman {name} di {city}",
        "Kabari {name} kalau stok sudah masuk",
        "Minta foto barang rusak dari {name}",
        "Ucapkan terima kasih ke {name} atas ulasannya",
        "Cek refund {name} di bagian keuangan",
        "Ajak {name} coba program member",
    ),
    "ms": (
        "Telefon {name} tentang bungkusan yang belum sampai",
        "Hantar sebut harga baharu kepada {name}",
        "Tanya {name} sama ada barang ganti sudah diterima",
        "Susul aduan {name} tentang caj penghantaran",
        "Sahkan alamat penghantaran {name} di {city}",
        "Maklumkan {name} apabila stok sudah ada",
        "Minta gambar barang rosak daripada {name}",
        "Ucap terima kasih kepada {name} atas ulasannya",
        "Semak bayaran balik {name} dengan bahagian kewangan",
        "Jemput {name} sertai program ahli",
    ),
    "en": (
        "Call {name} about the parcel that has not come",
        "Send {name} a new offer",
        "Ask {name} whether the replacement arrived",
        "Follow up on the shipping fee with {name}",
        "Confirm the address of {name} in {city}",
        "Tell {name} when it is back in stock",
        "Ask {name} for a picture of the damage",
        "Thank {name} for the review",
        "Check the refund of {name} with finance",
        "Ask {name} to join the members' programme",
    ),
}
_WROTE: Say = {
    "id": (
        "Lebih suka dihubungi lewat WhatsApp, {part}.",
        "Rumahnya masuk gang, kurir tolong telepon dulu.",
        "Sudah tiga kali pesan untuk kantor, tanya harga grosir.",
        "Agak kesal karena {trouble}, tapi bisa mengerti setelah dijelaskan.",
        "Ibu dari dua anak, sering beli untuk bekal sekolah.",
        "Minta faktur atas nama perusahaan.",
        "Senang sekali dengan pelayanan toko {city}.",
        "Jangan telepon saat jam kerja.",
        "Kecewa karena {trouble}. Sudah dijanjikan voucher.",
        "Pindah rumah bulan depan, alamat baru menyusul.",
    ),
    "ms": (
        "Lebih suka dihubungi melalui WhatsApp, {part}.",
        "Rumah di hujung lorong, minta penghantar telefon dahulu.",
        "Sudah tiga kali pesan untuk pejabat, bertanya harga borong.",
        "Agak kecewa kerana {trouble}, tetapi faham selepas diterangkan.",
        "Selalu beli untuk bekal anak sekolah.",
        "Minta invois atas nama syarikat.",
        "Sangat gembira dengan layanan kedai {city}.",
        "Jangan telefon waktu pejabat.",
        "Tidak puas hati kerana {trouble}. Sudah dijanjikan baucar.",
        "Akan pindah bulan depan, alamat baharu menyusul.",
    ),
    "en": (
        "Would rather be written to on WhatsApp, {part}.",
        "The house is at the end of the lane; the courier should ring first.",
        "Third order for the office, asks about prices for many.",
        "Upset that {trouble}, but understood once it was explained.",
        "Buys for the school lunches of two children.",
        "Needs the invoice in the company's name.",
        "Very happy with the {city} shop.",
        "Please do not call during office hours.",
        "Disappointed that {trouble}. Was promised a voucher.",
        "Moves next month; the new address will follow.",
    ),
}
_TROUBLE: Say = {
    "id": (
        "paket telat empat hari",
        "warna tidak sesuai foto",
        "ukuran habis lagi",
        "dua kali dioper antarbagian",
    ),
    "ms": (
        "bungkusan lewat empat hari",
        "warna tidak sama dengan gambar",
        "saiz habis lagi",
        "dua kali dipindahkan antara bahagian",
    ),
    "en": (
        "the parcel came four days late",
        "the colour was not that of the picture",
        "the size was sold out again",
        "two teams passed the case on",
    ),
}
_PART: Say = {
    "id": ("sore hari", "sesudah magrib", "pagi sebelum jam sembilan", "akhir pekan"),
    "ms": ("waktu petang", "selepas maghrib", "pagi sebelum pukul sembilan", "hujung minggu"),
    "en": ("in the late afternoon", "after sunset", "before nine in the morning", "at weekends"),
}
_MET: dict[str, Say] = {
    "call": {
        "id": ("Telepon {name}", "Telepon: pesanan {name}"),
        "ms": ("Panggilan dengan {name}", "Telefon {name}: pesanan"),
        "en": ("Call with {name}", "Call: order of {name}"),
    },
    "meeting": {
        "id": ("Rapat dengan {name}", "Ngopi dengan {name}"),
        "ms": ("Mesyuarat dengan {name}", "Minum teh dengan {name}"),
        "en": ("Meeting with {name}", "Coffee with {name}"),
    },
    "visit": {
        "id": ("Kunjungan ke {company}",),
        "ms": ("Lawatan ke {company}",),
        "en": ("Visit to {company}",),
    },
}
_CAME_OF_IT: Say = {
    "id": (
        "Setuju pesan rutin tiap bulan.",
        "Minta waktu sampai minggu depan.",
        "Masalah selesai, pelanggan puas.",
        "Butuh sampel dulu.",
    ),
    "ms": (
        "Setuju pesanan tetap setiap bulan.",
        "Minta masa sehingga minggu depan.",
        "Masalah selesai, pelanggan berpuas hati.",
        "Perlukan sampel dahulu.",
    ),
    "en": (
        "Agreed to order every month.",
        "Needs until next week.",
        "Solved; the customer is happy.",
        "Wants samples first.",
    ),
}


@demo.part("agenda", order=40)
class Agenda:
    """Tasks, notes and meetings about the people of the demo."""

    def fill(self, world: demo.World, *, now: datetime, progress: demo.Progress) -> None:
        people = [person for person in world.people if person.person_id and person.left_at is None]
        if not people:
            return
        dice, total = world.dice("agenda"), _TASKS + _NOTES + _MEETINGS
        _Filling(world, people, dice, now).run(lambda done: progress(done, total))

    def remove(self, world: demo.World, *, now: datetime) -> None:
        Meeting.objects.filter(is_sample=True).delete()
        Task.objects.filter(is_sample=True).delete()
        Note.objects.filter(is_sample=True).delete()


class _Filling:
    def __init__(self, world: demo.World, people: Sequence[DemoPerson], dice: Random, now: datetime) -> None:
        self.world, self.people, self.dice, self.now = world, people, dice, now
        self.boss = User.objects.filter(is_superuser=True, is_active=True).order_by("pk").first()
        self.by_id = {person.person_id: person for person in world.people}
        self.companies = {company.key: company.name for company in world.companies}

    def run(self, progress: Callable[[int], None]) -> None:
        """Make all of it, some hundreds at a time."""
        self._tell_tasks(Task.objects.bulk_create([*self._tasks(), *self._wished()], batch_size=_PIECE))
        progress(_TASKS)
        Note.objects.bulk_create(self._notes(), batch_size=_PIECE)
        progress(_TASKS + _NOTES)
        met = Meeting.objects.bulk_create(self._meetings(), batch_size=_PIECE)
        Attendee.objects.bulk_create(self._attendees(met), batch_size=_PIECE)
        self._tell_meetings(met)
        progress(_TASKS + _NOTES + _MEETINGS)

    def _tasks(self) -> Iterator[Task]:
        for number in range(_TASKS):
            person = self.dice.choice(self.people)
            is_mine = number < _MINE
            made_at = self._since(person, days=6 if is_mine else 120)
            due_at = demo.at_work(self.dice, made_at + self.dice.choice((1, 1, 2, 3, 5, 7)) * _DAY)
            is_done = not is_mine and (due_at < self.now - 2 * _DAY or self.dice.random() < 0.35)
            late = self.dice.choice((-1, 0, 0, 0, 0, 1, 2)) * _DAY
            done_at = min(demo.at_work(self.dice, due_at + late), self.now - _HOUR) if is_done else None
            yield Task(
                title=self._say(_TO_DO, person)[:200],
                due_at=due_at,
                priority=self.dice.choices(("low", "normal", "high"), (1, 6, 2))[0],
                owner=self.boss if is_mine else None,
                made_by=None,
                done_at=max(done_at, made_at + _HOUR / 4) if done_at else None,
                about_kind="person",
                about_id=person.person_id,
                person_id=person.person_id,
                is_sample=True,
                created_at=made_at,
                changed_at=made_at,
            )

    def _wished(self) -> Iterator[Task]:
        """What other parts want done."""
        for wish in self.world.wishes:
            yield Task(
                title=wish.title[:200],
                due_at=wish.due_at,
                owner_id=wish.owner_id,
                done_at=wish.done_at,
                done_by_id=wish.owner_id if wish.done_at else None,
                about_kind="person",
                about_id=wish.person.person_id,
                person_id=wish.person.person_id,
                is_sample=True,
                created_at=wish.made_at,
                changed_at=wish.done_at or wish.made_at,
            )

    def _tell_tasks(self, done: Sequence[Task]) -> None:
        """Say on their trails who got and who did what; colleagues have no login, so their names stand for it."""
        owners = dict(User.objects.values_list("pk", "username"))
        for task in done:
            person = self.by_id[task.person_id or 0]
            owner = owners.get(task.owner_id or 0, "")
            if owner:
                self.world.record(tasks.assigned_as(task, owner=owner), person=person, at=task.created_at)
            if task.done_at:
                colleague = self._colleague(person)
                by = owner or (colleague.name if colleague else "")
                fact = tasks.completed_as(task, by=by, at=task.done_at)
                self.world.record(fact, person=person, at=task.done_at)

    def _tell_meetings(self, met: Sequence[Meeting]) -> None:
        for meeting in met:
            person = self.by_id[meeting.person_id or 0]
            self.world.record(meetings.planned_as(meeting), person=person, at=meeting.created_at)
            if meeting.state == "held":
                channel = meetings.CHANNELS[Meeting.Kind(meeting.kind)]
                fact = meetings.held_as(meeting)
                self.world.record(fact, person=person, at=meeting.starts_at, channel=channel)

    def _notes(self) -> Iterator[Note]:
        for _number in range(_NOTES):
            person = self.dice.choice(self.people)
            colleague = self._colleague(person)
            made_at = self._since(person, days=300)
            yield Note(
                text=self._say(_WROTE, person),
                by_name=colleague.name if colleague else "",
                made_at=made_at,
                pinned_at=made_at if self.dice.random() < 0.06 else None,
                about_kind="person",
                about_id=person.person_id,
                person_id=person.person_id,
                is_sample=True,
            )

    def _meetings(self) -> Iterator[Meeting]:
        business = [person for person in self.people if person.company_key] or self.people
        for number in range(_MEETINGS):
            person = self.dice.choice(business if self.dice.random() < 0.7 else self.people)
            kind = self.dice.choices(("call", "meeting", "visit"), (5, 3, 2 if person.company_key else 0))[0]
            ahead = number % 4 == 0
            day = self.now + self.dice.uniform(0, 14) * _DAY if ahead else self._since(person, days=200)
            starts_at = demo.at_work(self.dice, day)
            minutes = self.dice.choice((15, 30) if kind == "call" else (45, 60, 90))
            is_held = starts_at + minutes * _HOUR / 60 < self.now
            state = ("held" if self.dice.random() < 0.92 else "cancelled") if is_held else "planned"
            language = person.language if person.language in _TO_DO else "en"
            planned_at = min(max(starts_at - 3 * _DAY, person.joined_at), starts_at - _HOUR, self.now - _HOUR)
            yield Meeting(
                title=self._say(_MET[kind], person)[:200],
                kind=kind,
                state=state,
                starts_at=starts_at,
                ends_at=starts_at + timedelta(minutes=minutes),
                place=person.city if kind == "visit" else "",
                outcome=self.dice.choice(_CAME_OF_IT[language]) if state == "held" else "",
                held_at=starts_at if state == "held" else None,
                owner=self.boss if ahead and number % 8 == 0 else None,
                about_kind="person",
                about_id=person.person_id,
                person_id=person.person_id,
                uid=f"demo-{self.world.seed}-{number}@jejak",
                is_sample=True,
                created_at=planned_at,
                changed_at=planned_at,
            )

    def _attendees(self, met: Sequence[Meeting]) -> Iterator[Attendee]:
        for meeting in met:
            person = self.by_id[meeting.person_id or 0]
            answer = (
                "accepted" if meeting.state == "held" else self.dice.choice(("accepted", "none", "tentative"))
            )
            yield Attendee(
                meeting=meeting,
                person_id=person.person_id,
                email=person.email.casefold(),
                name=person.name,
                answer=answer,
            )

    def _say(self, phrases: Say, person: DemoPerson) -> str:
        language = person.language if person.language in phrases else "en"
        return self.dice.choice(phrases[language]).format(
            name=person.name,
            city=person.city,
            company=self.companies.get(person.company_key, person.name),
            trouble=self.dice.choice(_TROUBLE[language]),
            part=self.dice.choice(_PART[language]),
        )

    def _colleague(self, person: DemoPerson) -> DemoStaff | None:
        near = [one for one in self.world.staff if one.country == person.country] or list(self.world.staff)
        return self.dice.choice(near) if near else None

    def _since(self, person: DemoPerson, *, days: int) -> datetime:
        """Return a moment of the last days, while somebody is known."""
        known = max(_DAY, self.now - person.joined_at)
        return self.now - self.dice.uniform(0.05, 1) * min(days * _DAY, known)
