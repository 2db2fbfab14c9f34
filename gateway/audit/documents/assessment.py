"""Input for a data protection impact assessment: the facts, told whole; the judgement stays a person's."""

from __future__ import annotations

from gateway.audit.documents.configuration import Configuration
from gateway.audit.documents.flows import flow_grid, flows_of, picture
from gateway.audit.documents.measures import measures
from gateway.audit.documents.model import (
    Blank,
    Block,
    Derived,
    Document,
    Grid,
    Said,
    section,
)
from gateway.audit.documents.pieces import of_party, register_entry
from gateway.audit.documents.words import (
    cases,
    cells,
    contract,
    counted,
    else_said,
    listed,
    plain,
    signatures,
)
from policies.operations import OPERATIONS
from schemas.incident import SENSITIVITY
from schemas.sensitivity import Half, Lane
from schemas.subscriptions import Subscription

KIND = "impact-assessment"


def impact_assessment(configuration: Configuration) -> Document:
    """Return what an assessor starts from: flows, feeds, requests, powers, people, measures."""
    flows = flows_of(configuration)
    return Document(
        kind=KIND,
        about="gateway",
        title="Input for the data protection impact assessment",
        day=configuration.day,
        snapshot=configuration.law.sha256,
        sections=(
            section(
                "need",
                "Why an assessment, and what it is about",
                Said(
                    "An assessment is made before processing begins that is likely to be a high risk, and "
                    "reviewed when the risk changes.",
                    "UK GDPR art. 35; Data Protection Act 2018 s.64",
                ),
                _assessments(configuration),
                Blank("The assessor’s description of the need", 3),
            ),
            section(
                "flows",
                "Data flows",
                picture(configuration, flows),
                flow_grid(configuration, flows),
            ),
            section("feeds", "What comes in: each feed", _feeds(configuration)),
            section("requests", "What goes out: each standing request", _requests(configuration)),
            section("powers", "Powers relied on", _powers(configuration)),
            section("protocols", "The partnership’s protocol", _protocols(configuration)),
            section("partners", "The partners", _partners(configuration)),
            section("systems", "Systems that connect", _systems(configuration)),
            section(
                "sealed",
                "What happens to each personal field",
                _treated(configuration),
                Said(
                    "Personal fields are kept under a secret of their own for each version; erasure "
                    "destroys that secret. A body is opened only under an agreement or by a logged "
                    "consultation with a stated reason.",
                    "Data Protection Act 2018 ss.57, 62",
                ),
            ),
            section("measures", "Measures in force", measures(configuration)),
            section(
                "risks",
                "Risks, and what is done about them",
                Said(
                    "The gateway states facts and judges no risk: this is the assessor’s to fill in."
                ),
                Blank("Risks to people, likelihood and severity", 6),
                Blank("Measures that reduce them", 6),
                Blank("Advice of the data protection officer", 3),
                Blank("Decision, name, office, date", 2),
            ),
        ),
    )


def _assessments(configuration: Configuration) -> Grid:
    rows = []
    for one in configuration.speaking():
        bound = configuration.of_agreement(one)
        rows.append(
            (
                bound.states("title", "agreement"),
                bound.states("dpia", "assessment"),
                bound.states("necessity", "why it is necessary"),
                bound.states("retention_days", "kept for", counted("days")),
            )
        )
    columns = (
        "Agreement",
        "Assessment named in it",
        "Why it is necessary",
        "Recipients keep it for",
    )
    nothing = "There is no agreement yet."
    return Grid("Assessments that agreements name", columns, tuple(rows), nothing)


def _feeds(configuration: Configuration) -> list[Block]:
    found: list[Block] = []
    for name, feed in configuration.feeds.items():
        bound = configuration.of_feed(name)

        def of(text: str, at: str = feed.title) -> str:
            return f"{at}: {text}"

        found += [
            bound.states("name", of("id")),
            bound.states("title", of("title")),
            bound.states("controller", of("controller")),
            bound.states("sender", of("who sends it"), else_said("the controller itself")),
            bound.states("role", of("our role")),
            bound.states("contract", of("contract or arrangement"), contract),
            bound.states(
                "received_under", of("received from others under"), else_said("its own data")
            ),
            bound.states("regime", of("held under")),
            bound.states("adapter", of("read as")),
            bound.states("mode", of("mode")),
            bound.states("keep_days", of("kept here for"), counted("days after recording")),
            bound.states("marking", of("marking")),
            bound.states(
                "depersonalised_marking",
                of("marking once depersonalised"),
                else_said("the same: nothing is lowered"),
            ),
            bound.states("accepts_intelligence", of("takes graded intelligence")),
            bound.states(
                "patient_information", of("holds patient information"), else_said(_UNKNOWN)
            ),
            bound.states(
                "health_or_social_care",
                of("held as a health or social care authority"),
                else_said(_UNKNOWN),
            ),
            bound.states("open_data_licence", of("published under"), else_said("not open data")),
            bound.states("district_code", of("district"), else_said("as each row says")),
            bound.states("district_name", of("district’s name"), else_said("as each row says")),
        ]
    return found


_UNKNOWN = "not said, and so taken to"


def _requests(configuration: Configuration) -> list[Block]:
    found: list[Block] = []
    for name in configuration.subscriptions:
        bound = configuration.of_subscription(name)

        def of(text: str, at: str = name) -> str:
            return f"{at}: {text}"

        found += [
            bound.states("id", of("id")),
            bound.states("version", of("version")),
            bound.states("partner", of("recipient")),
            bound.states("power", of("power")),
            bound.states("purpose", of("purpose")),
            bound.states("lane", of("form")),
            bound.states("mode", of("how it travels")),
            bound.states("agreement", of("agreement"), else_said("rests on no agreement")),
            bound.states("filter.sources", of("feeds"), else_said("every feed", listed)),
            bound.states("filter.kinds", of("kinds"), else_said("every kind", listed)),
            bound.states(
                "filter.behaviours", of("behaviours"), else_said("every behaviour", listed)
            ),
            bound.states("case_review", of("case review"), _review),
            bound.states("minimum_cell", of("least cell"), _least),
            bound.states("cells", of("cell"), cells),
        ]
    return found


def _review(value: str | None) -> str:
    return "for no case review" if value is None else cases((value,))


def _least(value: int) -> str:
    return f"{value} incidents" if value else "no record is held back for a cell"


def _powers(configuration: Configuration) -> Grid:
    used: dict[str, list[Subscription]] = {}
    for one in configuration.subscriptions.values():
        used.setdefault(one.power.value, []).append(one)
    rows = []
    for entry in configuration.law.lists.powers.power:
        asked = used.get(entry.code.value, [])
        of = tuple(configuration.of_subscription(one.id).pointer("power") for one in asked)
        state = "in force" if entry.enabled else "off"
        place = (f"/law/powers/{entry.code.value}",)
        rows.append(
            (
                Derived("power", entry.title, place),
                Derived("rests on", entry.cites, place),
                Derived("state", state, place),
                Derived("requests", listed([one.id for one in asked]) or "none", of or place),
                Derived("not confirmed", entry.uncertain or "nothing", place),
            )
        )
    columns = ("Power", "Rests on", "State", "Standing requests", "Not confirmed by a lawyer")
    return Grid("Powers that the policy bundle knows", columns, tuple(rows), "")


def _protocols(configuration: Configuration) -> list[Block]:
    found: list[Block] = []
    for name, protocol in configuration.protocols.items():
        bound = configuration.of_protocol(name)

        def of(text: str, at: str = protocol.title) -> str:
            return f"{at}: {text}"

        live = "in force" if protocol.live_on(configuration.day) else "not in force"
        found += [
            bound.states("id", of("reference")),
            bound.states("title", of("title")),
            bound.states("parties", of("parties")),
            bound.states("covers_section_17a", of("covers section 17A")),
            bound.states("covers_section_115", of("covers section 115")),
            bound.states("covers_other", of("covers other sharing")),
            bound.states("linking", of("allow linking"), else_said("nobody")),
            bound.states("valid_from", of("from"), else_said("not dated")),
            bound.states("valid_to", of("until before"), else_said("open-ended")),
            bound.states("signatures", of("signed by"), signatures),
            bound.derives(of("today"), live, "signatures", "parties", "valid_from", "valid_to"),
        ]
    return found or [
        Said(
            "No protocol is recorded: record it here with `gateway protocol add`.",
            "SI 2007/1830 reg 4",
        )
    ]


def _partners(configuration: Configuration) -> list[Block]:
    found: list[Block] = []
    for name in configuration.partners:
        found += [*register_entry(configuration, name), *of_party(configuration, name)]
    return found


def _systems(configuration: Configuration) -> Grid:
    rows = []
    for name in configuration.systems:
        bound = configuration.of_system(name)
        rows.append(
            (
                bound.states("client_id", "system"),
                bound.states("partner", "of"),
                bound.states("scopes", "may", else_said("nothing")),
                bound.states("method", "proves itself by"),
                bound.states("active", "active"),
            )
        )
    columns = ("System", "Of", "May", "Proves itself by", "Active")
    return Grid("Partners’ systems", columns, tuple(rows), "No system is registered yet.")


def _treated(configuration: Configuration) -> Grid:
    rows = []
    for name, mark in SENSITIVITY.items():
        if mark.half is Half.SEALED:
            place = (f"/law/treatments/{name}",)
            told = [
                OPERATIONS[configuration.law.treatments[lane].lines[name].op].says
                for lane in (Lane.PERSONAL, Lane.DEPERSONALISED, Lane.STATISTICS)
            ]
            rows.append(
                (
                    Derived("field", plain(name.replace("_", " ")), place),
                    *(Derived("treatment", text, place) for text in told),
                )
            )
    columns = ("Field", "With an agreement", "Depersonalised", "In counts")
    return Grid("Treatment of each sealed field, by form", columns, tuple(rows), "")
