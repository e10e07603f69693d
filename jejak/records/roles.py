"""What the roles may do with own records, and with the fields and objects themselves."""

from jejak.records import kinds
from jejak.staff import roles
from jejak.staff.roles import ANALYST, LEAD, MARKETING, SUPPORT

roles.allow("records.view_ownrecord", LEAD, SUPPORT, MARKETING, ANALYST)
roles.allow("records.add_ownrecord", LEAD, SUPPORT, MARKETING)
roles.allow("records.change_ownrecord", LEAD, SUPPORT, MARKETING)
roles.allow("records.delete_ownrecord", LEAD, SUPPORT)
roles.define("records.export_ownrecord", "ownrecord", "Can export own records")
roles.allow("records.export_ownrecord", LEAD, MARKETING, ANALYST)
for verb in ("view", "add", "change", "delete"):
    roles.allow(f"records.{verb}_ownfield", LEAD)
    roles.allow(f"records.{verb}_ownobject", LEAD)

# Every kind can be exported; people have their rights for it in the kernel of roles.
for kind in kinds.declared():
    if kind.key == "person":
        continue
    permission = kind.permission("export")
    model = kind.permission_name or str(kind.model._meta.model_name)
    roles.define(permission, model, f"Can export {kind.model._meta.verbose_name_plural}")
    roles.allow(permission, LEAD, MARKETING, ANALYST)
