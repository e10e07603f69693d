"""What can be done: the catalogue of actions. A feature offers a verb with `@offered(_("Ask a survey"))`."""

from jejak.actions.catalogue import Action, listed, offered

__all__ = ["Action", "listed", "offered"]
