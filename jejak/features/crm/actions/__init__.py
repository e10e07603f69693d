"""The verbs of companies, deals and products; the only code that changes them."""
