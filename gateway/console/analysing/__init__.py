"""The analysts' pages: what each asks, and how answers are told. Figures come from ``gateway.analysis``."""
