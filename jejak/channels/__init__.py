"""How words reach people. Only from here anything is sent, and each channel asks `people.consent` first."""
