"""What staff have to do, what they wrote down, and when they meet: tasks, notes, meetings and calendars."""
