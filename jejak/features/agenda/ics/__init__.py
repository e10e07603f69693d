"""iCalendar (RFC 5545, RFC 5546): what calendars of others read from us, and what we read from them."""
