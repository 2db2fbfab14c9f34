"""Who may open which signed-in page: the matrix that the tests hold the console against.

Written by hand, beside ``Desk.get`` and ``Desk.post``: a page that is missing here turns a test red.
"""

from __future__ import annotations

from gateway.access.people import EVERYBODY, Role

LEAD, NOMINATED = Role.IG_LEAD, Role.NOMINATED_PERSON
AUDITOR, ADMINISTRATOR, ANALYST = Role.PARTNER_AUDITOR, Role.ADMINISTRATOR, Role.ANALYST

PAGES: dict[tuple[str, str], frozenset[Role]] = {
    ("GET", "/console"): EVERYBODY,
    ("POST", "/console/sign-out"): EVERYBODY,
    ("GET", "/console/ledger"): frozenset({LEAD, NOMINATED, AUDITOR, ADMINISTRATOR}),
    ("GET", "/console/ledger/verify"): frozenset({LEAD, ADMINISTRATOR}),
    ("POST", "/console/ledger/verify"): frozenset({LEAD, ADMINISTRATOR}),
    ("POST", "/console/ledger/since"): frozenset({LEAD, NOMINATED, AUDITOR, ADMINISTRATOR}),
    ("POST", "/console/ledger/proof"): frozenset({LEAD, NOMINATED, AUDITOR, ADMINISTRATOR}),
    ("POST", "/console/ledger/checkpoint"): frozenset({LEAD, NOMINATED, AUDITOR, ADMINISTRATOR}),
    ("GET", "/console/health"): frozenset({LEAD, ADMINISTRATOR}),
    ("GET", "/console/subject-access"): frozenset({LEAD, NOMINATED}),
    ("GET", "/console/subject-access/new"): frozenset({LEAD, NOMINATED}),
    ("POST", "/console/subject-access/new"): frozenset({LEAD, NOMINATED}),
    ("GET", "/console/subject-access/{case}"): frozenset({LEAD, NOMINATED}),
    ("POST", "/console/subject-access/{case}/search"): frozenset({LEAD, NOMINATED}),
    ("POST", "/console/subject-access/{case}/open"): frozenset({LEAD, NOMINATED}),
    ("POST", "/console/subject-access/{case}/decide"): frozenset({LEAD, NOMINATED}),
    ("POST", "/console/subject-access/{case}/withhold"): frozenset({LEAD, NOMINATED}),
    ("POST", "/console/subject-access/{case}/clock"): frozenset({LEAD, NOMINATED}),
    ("POST", "/console/subject-access/{case}/answer"): frozenset({LEAD, NOMINATED}),
    ("GET", "/console/subject-access/{case}/letter"): frozenset({LEAD, NOMINATED}),
    ("POST", "/console/subject-access/{case}/letter"): frozenset({LEAD, NOMINATED}),
    ("POST", "/console/subject-access/{case}/letter.json"): frozenset({LEAD, NOMINATED}),
    ("POST", "/console/subject-access/{case}/close"): frozenset({LEAD, NOMINATED}),
    ("GET", "/console/consultations"): frozenset({LEAD, NOMINATED, AUDITOR}),
    ("GET", "/console/documents"): frozenset({LEAD, NOMINATED}),
    ("POST", "/console/documents/check"): frozenset({LEAD, NOMINATED}),
    ("GET", "/console/documents/{kind}/{about}"): frozenset({LEAD, NOMINATED}),
    ("POST", "/console/documents/{kind}/{about}/file"): frozenset({LEAD, NOMINATED}),
    ("GET", "/console/agreements"): frozenset({LEAD, NOMINATED, AUDITOR}),
    ("GET", "/console/agreements/{agreement}"): frozenset({LEAD, NOMINATED, AUDITOR}),
    ("GET", "/console/agreements/{agreement}/difference"): frozenset({LEAD, NOMINATED, AUDITOR}),
    ("POST", "/console/agreements/{agreement}/next"): frozenset({LEAD, NOMINATED}),
    ("GET", "/console/agreements/{agreement}/versions/{version}/edit"): frozenset(
        {LEAD, NOMINATED}
    ),
    **{
        (method, "/console/agreements/{agreement}/versions/{version}/edit/{part}"): frozenset(
            {LEAD, NOMINATED}
        )
        for method in ("GET", "POST")
    },
    **{
        (method, "/console/agreements/{agreement}/versions/{version}/attach"): frozenset(
            {LEAD, NOMINATED}
        )
        for method in ("GET", "POST")
    },
    **{
        (method, "/console/agreements/{agreement}/versions/{version}/sign"): frozenset({NOMINATED})
        for method in ("GET", "POST")
    },
    **{
        (method, "/console/agreements/{agreement}/stop"): frozenset({NOMINATED})
        for method in ("GET", "POST")
    },
    ("GET", "/console/draft-agreement"): frozenset({LEAD, NOMINATED}),
    ("POST", "/console/draft-agreement"): frozenset({LEAD, NOMINATED}),
    ("GET", "/console/law"): frozenset({LEAD, NOMINATED, AUDITOR, ADMINISTRATOR}),
    ("GET", "/console/law/requirements"): frozenset({LEAD, NOMINATED, AUDITOR, ADMINISTRATOR}),
    ("GET", "/console/explain"): frozenset({LEAD, NOMINATED}),
    ("POST", "/console/explain"): frozenset({LEAD, NOMINATED}),
    ("GET", "/console/explain/described"): frozenset({LEAD}),
    ("POST", "/console/explain/described"): frozenset({LEAD}),
    ("GET", "/console/simulate"): frozenset({LEAD}),
    ("POST", "/console/simulate"): frozenset({LEAD}),
    ("GET", "/console/simulate/{job}"): frozenset({LEAD}),
    ("GET", "/console/partners"): frozenset({LEAD, NOMINATED, AUDITOR}),
    ("GET", "/console/partners/{partner}"): frozenset({LEAD, NOMINATED, AUDITOR}),
    ("GET", "/console/partners/{partner}/change"): frozenset({LEAD}),
    ("POST", "/console/partners/{partner}/change"): frozenset({LEAD}),
    ("GET", "/console/feeds"): frozenset({LEAD, NOMINATED, AUDITOR, ADMINISTRATOR}),
    ("GET", "/console/feeds/{feed}"): frozenset({LEAD, NOMINATED, AUDITOR, ADMINISTRATOR}),
    ("GET", "/console/returns"): frozenset({LEAD, NOMINATED, AUDITOR}),
    ("GET", "/console/returns/{quarter}/{authority}/{paragraph}"): frozenset(
        {LEAD, NOMINATED, AUDITOR}
    ),
    **{
        (method, f"/console/returns/{{quarter}}/{{authority}}/{what}"): frozenset({LEAD, NOMINATED})
        for what in ("make", "send")
        for method in ("GET", "POST")
    },
    **{
        (
            "POST",
            f"/console/returns/{{quarter}}/{{authority}}/{{paragraph}}/{{recipient}}/{what}",
        ): (frozenset({LEAD, NOMINATED}))
        for what in ("file", "receipt")
    },
    ("GET", "/console/signals"): frozenset({LEAD, NOMINATED, AUDITOR}),
    ("GET", "/console/signals/{signal}"): frozenset({LEAD, NOMINATED, AUDITOR}),
    ("POST", "/console/signals/{signal}/open"): frozenset({LEAD, NOMINATED}),
    ("POST", "/console/signals/{signal}/decide"): frozenset({LEAD, NOMINATED}),
    ("GET", "/console/add-partner"): frozenset({LEAD}),
    ("POST", "/console/add-partner"): frozenset({LEAD}),
    ("GET", "/console/disclosures"): frozenset({LEAD, NOMINATED, AUDITOR}),
    ("GET", "/console/disclosures/{subscription}/{release}"): frozenset({LEAD, NOMINATED, AUDITOR}),
    ("POST", "/console/disclosures/{subscription}/{release}/proof"): frozenset(
        {LEAD, NOMINATED, AUDITOR}
    ),
    ("GET", "/console/records"): frozenset({LEAD, NOMINATED, AUDITOR}),
    ("POST", "/console/records"): frozenset({LEAD, NOMINATED, AUDITOR}),
    ("GET", "/console/questions"): frozenset({LEAD}),
    ("GET", "/console/questions/{number}"): frozenset({LEAD}),
    ("POST", "/console/questions/{number}"): frozenset({LEAD}),
    ("POST", "/console/questions/13/bundle"): frozenset({LEAD}),
    ("GET", "/console/breaches"): frozenset({LEAD}),
    ("POST", "/console/breaches"): frozenset({LEAD}),
    ("GET", "/console/breaches/{breach}"): frozenset({LEAD}),
    ("POST", "/console/breaches/{breach}/{step}"): frozenset({LEAD}),
    ("GET", "/console/off-boarding"): frozenset({LEAD}),
    ("POST", "/console/off-boarding"): frozenset({LEAD}),
    ("GET", "/console/off-boarding/{off_boarding}"): frozenset({LEAD}),
    ("POST", "/console/off-boarding/{off_boarding}/answer"): frozenset({LEAD}),
    ("POST", "/console/off-boarding/{off_boarding}/certificate"): frozenset({LEAD}),
    ("POST", "/console/off-boarding/{off_boarding}/request"): frozenset({LEAD}),
    ("GET", "/console/subscriptions"): frozenset({LEAD, NOMINATED, AUDITOR, ADMINISTRATOR}),
    ("GET", "/console/subscriptions/{subscription}"): frozenset(
        {LEAD, NOMINATED, AUDITOR, ADMINISTRATOR}
    ),
    ("POST", "/console/subscriptions/{subscription}/replay"): frozenset({LEAD, ADMINISTRATOR}),
    ("GET", "/console/deliveries"): frozenset({LEAD, AUDITOR, ADMINISTRATOR}),
    ("GET", "/console/deliveries/{subscription}"): frozenset({LEAD, AUDITOR, ADMINISTRATOR}),
    ("POST", "/console/deliveries/{subscription}/endpoint"): frozenset({LEAD, ADMINISTRATOR}),
    ("GET", "/console/recalls"): frozenset({LEAD, NOMINATED, AUDITOR}),
    ("GET", "/console/recalls/new"): frozenset({LEAD}),
    ("POST", "/console/recalls/new"): frozenset({LEAD}),
    ("GET", "/console/recalls/{case}"): frozenset({LEAD}),
    ("POST", "/console/recalls/{case}/words"): frozenset({LEAD}),
    ("POST", "/console/recalls/{case}/records"): frozenset({LEAD}),
    ("GET", "/console/recalls/{case}/steps/{step}"): frozenset({LEAD}),
    ("POST", "/console/recalls/{case}/steps/{step}"): frozenset({LEAD}),
    ("GET", "/console/corrections"): frozenset({LEAD, NOMINATED}),
    ("GET", "/console/corrections/{report}"): frozenset({LEAD, NOMINATED}),
    ("POST", "/console/corrections/{report}/decision"): frozenset({LEAD, NOMINATED}),
    ("POST", "/console/corrections/{report}/words"): frozenset({LEAD, NOMINATED}),
    ("GET", "/console/requests"): frozenset({LEAD, NOMINATED, AUDITOR}),
    ("GET", "/console/requests/refusals"): frozenset({LEAD, NOMINATED}),
    ("GET", "/console/requests/ask"): frozenset({NOMINATED}),
    ("POST", "/console/requests/ask"): frozenset({NOMINATED}),
    ("GET", "/console/requests/{request}"): frozenset({LEAD, NOMINATED}),
    ("GET", "/console/requests/{request}/form"): frozenset({LEAD, NOMINATED}),
    ("POST", "/console/requests/{request}/review"): frozenset({LEAD, NOMINATED}),
    ("POST", "/console/requests/{request}/withdraw"): frozenset({NOMINATED}),
    ("POST", "/console/requests/{request}/collect"): frozenset({NOMINATED}),
    ("GET", "/console/requests/{request}/decide"): frozenset({NOMINATED}),
    ("POST", "/console/requests/{request}/decide"): frozenset({NOMINATED}),
    ("POST", "/console/analysis/tools"): frozenset({ANALYST, NOMINATED}),
    ("POST", "/console/analysis/tools/{credential}/revoke"): frozenset({ANALYST, NOMINATED}),
    **{
        ("GET", f"/console/analysis{page}"): frozenset({ANALYST, NOMINATED})
        for page in (
            *("", "/map", "/behaviour", "/place", "/compare", "/quality", "/downloads"),
            *("/questions", "/questions/{question}", "/tools", "/hotspots", "/links"),
        )
    },
}

EXAMPLES: dict[str, str] = {
    "/console/analysis/questions/{question}": "/console/analysis/questions/asb-and-crime",
    "/console/feeds/{feed}": "/console/feeds/police-nsir",
    "/console/returns/{quarter}/{authority}/{paragraph}": (
        "/console/returns/2026Q3/leicestershire-police/1"
    ),
    "/console/returns/{quarter}/{authority}/make": (
        "/console/returns/2026Q3/leicestershire-police/make"
    ),
    "/console/returns/{quarter}/{authority}/send": (
        "/console/returns/2026Q3/leicestershire-police/send"
    ),
    "/console/disclosures/{subscription}/{release}": "/console/disclosures/council-case-files/13",
    "/console/subscriptions/{subscription}": "/console/subscriptions/council-case-files",
    "/console/deliveries/{subscription}": "/console/deliveries/council-asb-team",
    "/console/questions/{number}": "/console/questions/12",
    "/console/documents/{kind}/{about}": "/console/documents/impact-assessment/gateway",
    "/console/agreements/{agreement}": "/console/agreements/police-council-hotspots",
    "/console/agreements/{agreement}/difference": (
        "/console/agreements/police-council-hotspots/difference"
    ),
    "/console/agreements/{agreement}/stop": "/console/agreements/police-council-hotspots/stop",
    "/console/agreements/{agreement}/versions/{version}/edit": (
        "/console/agreements/police-council-hotspots/versions/2/edit"
    ),
    "/console/agreements/{agreement}/versions/{version}/edit/{part}": (
        "/console/agreements/police-council-hotspots/versions/2/edit/items"
    ),
    "/console/agreements/{agreement}/versions/{version}/sign": (
        "/console/agreements/council-police-nuisance/versions/1/sign"
    ),
    "/console/agreements/{agreement}/versions/{version}/attach": (
        "/console/agreements/police-council-hotspots/versions/1/attach"
    ),
    "/console/partners/{partner}": "/console/partners/leicestershire-police",
    "/console/partners/{partner}/change": "/console/partners/leicestershire-police/change",
}
"""Path with parts → the same filled with what the demonstration's story made."""
