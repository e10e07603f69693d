"""Which icons of Phosphor the back office has. `python -m jejak.backoffice.assets` fetches new ones."""

# Two tones, for places, headings and empty states.
DUOTONE = (
    "address-book", "airplane-takeoff", "article", "at", "bell", "binoculars", "book-open", "briefcase",
    "browser", "bug", "buildings", "calculator", "calendar", "calendar-check", "chart-bar", "chart-line",
    "chart-line-up", "chart-pie-slice", "chat-circle-dots", "chat-circle-text", "chats", "chats-circle",
    "check-circle", "clipboard-text", "clock", "clock-countdown", "cloud-arrow-up", "code", "coins",
    "confetti", "cookie", "credit-card", "cursor-click", "database", "detective", "device-mobile",
    "door-open", "envelope", "envelope-open", "eye", "file-csv", "file-text", "files", "fingerprint", "flag",
    "flask", "flow-arrow", "footprints", "funnel", "gauge", "gear", "gear-six", "gift", "globe",
    "globe-hemisphere-east", "graph", "hand-waving", "handshake", "hard-drives", "heart", "heartbeat",
    "hourglass", "house", "house-line", "identification-badge", "identification-card", "image", "images",
    "info", "key", "lifebuoy", "lightbulb", "lightning", "link", "link-break", "list-checks", "lock-key",
    "magnifying-glass", "map-pin", "map-trifold", "medal", "megaphone", "moon", "money", "newspaper", "note",
    "note-pencil", "package", "palette", "path", "phone", "phone-call", "plug", "plugs", "plugs-connected",
    "pulse", "push-pin", "puzzle-piece", "question", "receipt", "robot", "rocket-launch", "scales",
    "seal-check",
    "share-network", "shield-check", "shopping-bag", "shopping-cart", "sign-in", "sign-out", "smiley",
    "smiley-meh", "smiley-sad", "sparkle", "squares-four", "stack", "star", "storefront", "student",
    "sun", "table", "tag", "target", "telegram-logo", "ticket", "toolbox", "translate", "tray", "trend-down",
    "trend-up", "truck", "user", "user-circle", "user-circle-plus", "user-focus", "users", "users-four",
    "users-three", "warning", "warning-circle", "webhooks-logo", "whatsapp-logo", "wrench", "x-circle",
)  # fmt: skip

# One tone, for small signs within buttons and lines of text.
REGULAR = (
    "arrow-clockwise", "arrow-counter-clockwise", "arrow-down", "arrow-down-right", "arrow-left",
    "arrow-right",
    "arrow-square-out", "arrow-up", "arrow-up-right", "arrows-clockwise", "arrows-merge", "arrows-split",
    "caret-down", "caret-left", "caret-right", "caret-up", "caret-up-down", "check", "circle", "circle-notch",
    "copy", "desktop", "dots-three", "dots-three-vertical", "download-simple", "equals", "eye-slash",
    "faders-horizontal", "floppy-disk", "funnel-simple", "list", "minus", "paper-plane-tilt", "pause",
    "pencil-simple", "play", "plus", "prohibit", "sidebar-simple", "sliders-horizontal", "stop", "trash",
    "upload-simple", "x",
)  # fmt: skip
